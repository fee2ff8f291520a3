//! Deriving what may be shared: the first proposal as a form, then an item.

use askama::Template;
use axum::{
    extract::{Path, State},
    http::StatusCode,
    response::Response,
};
use kaname_kernel::{Id, audience::Named};
use kaname_world::sharing::NewItem;

use super::report::id;
use crate::{
    error::Failure,
    frame::{Flash, Frame, Page, Posted, Section, part::Notice, part::Tone, show, show_with},
    house::{By, House},
    room::{
        form::Wrong,
        item::{
            draft::{DraftForm, Written},
            offered::Offered,
            trace::{self, TraceRow},
        },
    },
};

#[derive(Template)]
#[template(path = "room/item/edit.html")]
struct DerivePage {
    page: Page,
    number: String,
    to: String,
    back: String,
    written: Written,
    original: Option<String>,
    notices: Vec<Notice>,
    traces: Vec<TraceRow>,
    comment: Option<crate::frame::part::Field>,
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
    // No collection is ticked: where it goes is for the officer to decide, not for the form.
    let mut form = DraftForm::of(&house, &by, &first.content).await?;
    form.once = Id::<()>::random(house.world().rng()).to_string();
    let mut notices = Vec::new();
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
    let found = Found {
        traces: Some((first.rows, first.content)),
        notices,
    };
    let page = derive_page(&house, &frame, &by, &report, form, found, None).await?;
    show(&page)
}

/// What was found in the first proposal.
#[derive(Default)]
struct Found {
    traces: Option<(Vec<kaname_sharing::row::Row>, kaname_sharing::Content)>,
    notices: Vec<Notice>,
}

async fn derive_page(
    house: &House,
    frame: &Frame,
    by: &By,
    report: &kaname_world::Loaded<kaname_sharing::Report>,
    form: DraftForm,
    found: Found,
    wrong: Option<&Wrong>,
) -> Result<DerivePage, Failure> {
    let href = format!("/triage/{}", report.state.submission.receipt);
    let view = house.world().report(by, report.id).await?;
    let action = format!("{href}/derive");
    let page = frame
        .page(Section::Triage, frame.text().t("triage-derive"))
        .editing(&action);
    // A first proposal names groups at most.
    let offered = Offered::for_page(house, by, &page, &Named::default()).await?;
    Ok(DerivePage {
        number: report.state.submission.receipt.clone(),
        written: form.written(&page, &offered, wrong),
        to: action,
        back: href,
        original: view.content.map(|content| content.text),
        traces: found
            .traces
            .map(|(rows, content)| trace::open(&page, &rows, &content))
            .unwrap_or_default(),
        notices: found.notices,
        comment: None,
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
    if frame.is_switched() {
        let found = Found::default();
        let page = derive_page(&house, &frame, &by, &report, form, found, None).await?;
        return Ok(frame.keeping_switch(show(&page)?));
    }
    let outcome = match form.read(&house, &by, None).await {
        Ok(draft) => {
            let new = NewItem {
                report: report.id,
                draft,
                replaces: None,
                once: Some(form.once.clone()).filter(|once| !once.is_empty()),
            };
            let derived = house.world().derive_item(&by, new).await;
            derived.map_err(|error| vec![error])
        }
        Err(errors) => Err(errors),
    };
    match outcome {
        Ok(item) => {
            let done = Flash::done(frame.text().t("triage-derived"));
            frame.go_saying(&format!("/items/{}", item.state.number), &done)
        }
        Err(errors) => {
            let wrong = form.wrong(&house, frame.text(), errors).await?;
            let (found, wrong) = (Found::default(), Some(&wrong));
            let page = derive_page(&house, &frame, &by, &report, form, found, wrong).await?;
            show_with(StatusCode::UNPROCESSABLE_ENTITY, &page)
        }
    }
}
