//! Writing an item anew (the analyst), or proposing other contents (the provider): one form.

use askama::Template;
use axum::{
    extract::{Path, State},
    http::StatusCode,
    response::Response,
};
use kaname_sharing::Item;
use kaname_world::{Loaded, WorldError, sharing::ItemDraft};

use super::{
    act::{of, to},
    draft::{DraftForm, Written},
    offered::Offered,
    trace::{self, TraceRow},
};
use crate::{
    error::Failure,
    frame::{
        Flash, Frame, Page, Posted, Section,
        part::{Field, Notice, Tone},
        show, show_with,
    },
    house::{By, House},
    room::form::Wrong,
};

#[derive(Template)]
#[template(path = "room/item/edit.html")]
struct EditPage {
    page: Page,
    number: String,
    to: String,
    back: String,
    written: Written,
    original: Option<String>,
    notices: Vec<Notice>,
    traces: Vec<TraceRow>,
    /// Whether whoever looks holds the report behind it open.
    open: bool,
    comment: Option<Field>,
}

async fn page(
    house: &House,
    frame: &Frame,
    by: &By,
    (item, form): (&Loaded<Item>, DraftForm),
    proposing: bool,
    wrong: Option<&Wrong>,
) -> Result<EditPage, Failure> {
    let text = frame.text();
    let (section, title) = if proposing {
        (Section::Submissions, text.t("item-propose"))
    } else {
        (Section::Desk, text.t("item-edit"))
    };
    let verb = if proposing { "propose" } else { "edit" };
    let action = format!("{}/{verb}", to(item));
    let page = frame.page(section, title).editing(&action);
    let about = match (proposing, item.state.own) {
        (true, _) => "item-propose-about",
        (false, true) => "item-own-edit-about",
        (false, false) => "item-edit-asks-again",
    };
    let about = Notice {
        tone: Tone::Plain,
        title: text.t(about).into_owned(),
        text: String::new(),
    };
    let rows = house.world().checklist(by, item).await?.rows;
    let named = &item.state.content.named;
    let offered = Offered::for_page(house, by, &page, named).await?;
    Ok(EditPage {
        number: item.state.number.clone(),
        written: match item.state.own {
            true => form.written(&page, &offered, wrong).of_own_word(&page),
            false => form.written(&page, &offered, wrong),
        },
        to: action,
        back: to(item),
        original: house
            .world()
            .original_of(by, item)
            .await?
            .map(|original| original.text),
        notices: vec![about],
        open: rows.is_some(),
        traces: trace::open(&page, &rows.unwrap_or_default(), &item.state.content),
        comment: proposing.then(|| {
            page.lines(3, "comment", text.t("item-comment"))
                .hint(text.t("item-comment-hint"))
                .value(&form.comment)
                .optional()
        }),
        page,
    })
}

pub(super) async fn ask(
    State(house): State<House>,
    frame: Frame,
    by: By,
    Path(number): Path<String>,
) -> Result<Response, Failure> {
    let item = of(&house, &by, &number).await?;
    let form = DraftForm::of(&house, &by, &item.state.content).await?;
    let form = form.at(item.version);
    let page = page(&house, &frame, &by, (&item, form), false, None).await?;
    if !page.open {
        let shut = Flash::refused(frame.text().t("refused-not-open"));
        return frame.go_saying(&to(&item), &shut);
    }
    show(&page)
}

pub(super) async fn ask_propose(
    State(house): State<House>,
    frame: Frame,
    by: By,
    Path(number): Path<String>,
) -> Result<Response, Failure> {
    let item = of(&house, &by, &number).await?;
    let form = DraftForm::of(&house, &by, &item.state.content).await?;
    let form = form.at(item.version);
    show(&page(&house, &frame, &by, (&item, form), true, None).await?)
}

pub(super) async fn revise(
    State(house): State<House>,
    frame: Frame,
    by: By,
    Path(number): Path<String>,
    Posted(form): Posted<DraftForm>,
) -> Result<Response, Failure> {
    let item = of(&house, &by, &number).await?;
    if frame.is_switched() {
        return again(&house, &frame, &by, (&item, form), false).await;
    }
    let done = match read(&house, &by, &item, &form).await {
        Ok(draft) => {
            let revised = house
                .world()
                .revise_item(&by, item.id, Some(item.version), draft)
                .await;
            revised.map_err(|error| vec![error])
        }
        Err(errors) => Err(errors),
    };
    finish(&house, &frame, &by, (&item, form), done, false).await
}

pub(super) async fn propose(
    State(house): State<House>,
    frame: Frame,
    by: By,
    Path(number): Path<String>,
    Posted(form): Posted<DraftForm>,
) -> Result<Response, Failure> {
    let item = of(&house, &by, &number).await?;
    if frame.is_switched() {
        return again(&house, &frame, &by, (&item, form), true).await;
    }
    let shown = item.state.manifest().hash();
    let done = match read(&house, &by, &item, &form).await {
        Ok(draft) => {
            let comment = form.comment.as_str();
            let world = house.world();
            let proposed = world.propose(&by, item.id, shown, draft, comment).await;
            proposed.map_err(|error| vec![error])
        }
        Err(errors) => Err(errors),
    };
    finish(&house, &frame, &by, (&item, form), done, true).await
}

/// The form as it was typed, in the language that was switched to.
async fn again(
    house: &House,
    frame: &Frame,
    by: &By,
    typed: (&Loaded<Item>, DraftForm),
    proposing: bool,
) -> Result<Response, Failure> {
    let page = page(house, frame, by, typed, proposing, None).await?;
    Ok(frame.keeping_switch(show(&page)?))
}

/// What was typed, if the item still stands as the form showed it.
async fn read(
    house: &House,
    by: &By,
    item: &Loaded<Item>,
    form: &DraftForm,
) -> Result<ItemDraft, Vec<WorldError>> {
    form.check_version(item).map_err(|error| vec![error])?;
    form.read(house, by, Some(&item.state.content)).await
}

async fn finish(
    house: &House,
    frame: &Frame,
    by: &By,
    (item, form): (&Loaded<Item>, DraftForm),
    done: Result<Loaded<Item>, Vec<WorldError>>,
    proposing: bool,
) -> Result<Response, Failure> {
    let key = if proposing {
        "item-proposed"
    } else {
        "item-revised"
    };
    match done {
        Ok(_) => frame.go_saying(&to(item), &Flash::done(frame.text().t(key))),
        Err(errors) if errors.iter().any(WorldError::is_conflict) => {
            // Somebody else saved meanwhile: nothing that was typed is lost, and nothing of theirs.
            let now = of(house, by, item.state.number.as_str()).await?;
            let form = form.at(now.version);
            let mut page = page(house, frame, by, (&now, form), proposing, None).await?;
            let text = frame.text();
            let changed = Notice {
                tone: Tone::Care,
                title: text.t("item-edit-changed").into_owned(),
                text: text.t("item-edit-changed-do").into_owned(),
            };
            page.notices.insert(0, changed);
            show_with(StatusCode::CONFLICT, &page)
        }
        Err(errors) => {
            let wrong = form.wrong(house, frame.text(), errors).await?;
            let page = page(house, frame, by, (item, form), proposing, Some(&wrong)).await?;
            show_with(StatusCode::UNPROCESSABLE_ENTITY, &page)
        }
    }
}
