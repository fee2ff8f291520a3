//! Deriving what may be shared: the first proposal as a form, then an item.

use askama::Template;
use axum::{
    extract::{Path, State},
    http::StatusCode,
    response::Response,
};
use kaname_world::sharing::NewItem;

use super::report::id;
use crate::{
    error::Failure,
    frame::{Flash, Frame, Page, Posted, Section, part::Notice, part::Tone, show, show_with},
    house::{By, House},
    room::item::draft::{DraftForm, Offered},
    said::said,
};

#[derive(Template)]
#[template(path = "room/item/edit.html")]
struct DerivePage {
    page: Page,
    to: String,
    back: String,
    form: DraftForm,
    offered: Offered,
    original: Option<String>,
    notices: Vec<Notice>,
    comment: Option<crate::frame::part::Field>,
    wrong: Option<String>,
}

pub(super) async fn ask(
    State(house): State<House>,
    frame: Frame,
    by: By,
    Path(typed): Path<String>,
) -> Result<Response, Failure> {
    let text = frame.text();
    let report = id(&house, &by, &typed).await?;
    let href = format!("/triage/{}", report.state.submission.receipt);
    let first = match house.world().first_proposal(&by, report.id).await {
        Ok(first) => first,
        Err(error) => {
            return crate::room::back::back::<()>(&frame, &href, Err(error), "triage-taken");
        }
    };
    let mut form = DraftForm::of(&first.content);
    if form.collections.is_empty() {
        form.collections = Offered::libraries(&house, &by).await?;
    }
    let mut notices = Vec::new();
    let open = first.rows.iter().filter(|row| row.is_open()).count();
    if open > 0 {
        notices.push(Notice {
            tone: Tone::Care,
            title: text.t1("triage-traces", "n", open).into_owned(),
            text: text.t("triage-traces-do").into_owned(),
        });
    }
    if !first.left_out.is_empty() {
        let values: Vec<&str> = first
            .left_out
            .iter()
            .map(|one| one.value.as_str())
            .collect();
        notices.push(Notice {
            tone: Tone::Plain,
            title: text.t("triage-left-out").into_owned(),
            text: values.join(" "),
        });
    }
    let page = derive_page(&house, &frame, &by, &report, form, notices, None).await?;
    show(&page)
}

async fn derive_page(
    house: &House,
    frame: &Frame,
    by: &By,
    report: &kaname_world::Loaded<kaname_sharing::Report>,
    form: DraftForm,
    notices: Vec<Notice>,
    wrong: Option<String>,
) -> Result<DerivePage, Failure> {
    let href = format!("/triage/{}", report.state.submission.receipt);
    let view = house.world().report(by, report.id).await?;
    let page = frame.page(Section::Triage, frame.text().t("triage-derive"));
    Ok(DerivePage {
        offered: Offered::for_page(house, by, &page).await?,
        to: format!("{href}/derive"),
        back: href,
        form,
        original: view.content.map(|content| content.text),
        notices,
        comment: None,
        wrong,
        page,
    })
}

pub(super) async fn derive(
    State(house): State<House>,
    frame: Frame,
    by: By,
    Path(typed): Path<String>,
    Posted(form): Posted<DraftForm>,
) -> Result<Response, Failure> {
    let report = id(&house, &by, &typed).await?;
    let outcome = match form.read(&house, &by).await {
        Ok(draft) => {
            let new = NewItem {
                report: report.id,
                draft,
                replaces: None,
            };
            house.world().derive_item(&by, new).await
        }
        Err(error) => Err(error),
    };
    match outcome {
        Ok(item) => {
            let done = Flash::done(frame.text().t("triage-derived"));
            frame.go_saying(&format!("/items/{}", item.state.number), &done)
        }
        Err(error) => {
            let Some(wrong) = said(frame.text(), &error) else {
                return Err(error.into());
            };
            let page =
                derive_page(&house, &frame, &by, &report, form, Vec::new(), Some(wrong)).await?;
            show_with(StatusCode::UNPROCESSABLE_ENTITY, &page)
        }
    }
}
