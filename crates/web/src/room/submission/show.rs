//! One of the provider's own reports: where it stands, who opened it and why, questions, what was
//! derived from it.

use askama::Template;
use axum::{
    extract::{Path, State},
    response::Response,
};
use kaname_directory::Account;
use kaname_intake::in_script;
use kaname_kernel::MatterId;
use kaname_sharing::{Item, Report, number, report::Closing};
use kaname_world::{WorldError, sharing::ReportView};
use serde::Deserialize;

use super::{showing::Showing, wanted::Wanted};
use crate::{
    error::Failure,
    frame::{
        Flash, Frame, Page, Posted, Section,
        part::{At, Field, Row, Steps, Verb},
        show,
    },
    house::{By, House},
    room::{
        choices,
        events::one::{self, Of},
        words,
    },
    said::said,
};

#[derive(Template)]
#[template(path = "room/submission/show.html")]
struct ShowPage {
    page: Page,
    number: String,
    state: String,
    tlp: kaname_kernel::Tlp,
    pap: kaname_kernel::Pap,
    wanted: Wanted,
    steps: Steps,
    received: At,
    seen: Option<At>,
    technique: String,
    victim: String,
    /// Who sees the victim record, and what is asked.
    showing: Showing,
    /// Kind, value, and the value in its own script.
    values: Vec<(String, String, Option<String>)>,
    attachments: Vec<String>,
    openings: Vec<(String, String, At)>,
    thread: Vec<(bool, String, At)>,
    /// Said where nothing was said yet, or no more can be.
    silent: String,
    reply: Option<Field>,
    items: Vec<Row>,
    closing: Option<String>,
    withdraw: Option<Verb>,
    proof: Verb,
}

/// The id behind a receipt number, if it is the caller's own.
pub(super) async fn own(house: &House, by: &By, typed: &str) -> Result<MatterId, Failure> {
    let key = number::normalise(typed);
    let report = house.world().find::<Report>(by, "receipt", &key).await?;
    let handle = report.state.submission.handle;
    if house.world().owns(by, Some(handle.cast())).await? {
        Ok(report.id)
    } else {
        Err(Failure::NotFound)
    }
}

/// What was derived from a report, for its provider.
pub(super) async fn derived(
    house: &House,
    by: &By,
    view: &ReportView,
) -> Result<Vec<Item>, Failure> {
    let mut items = Vec::new();
    for item in &view.items {
        items.push(house.world().see::<Item>(by, *item).await?.state);
    }
    Ok(items)
}

pub(super) async fn show_own(
    State(house): State<House>,
    frame: Frame,
    by: By,
    Path(typed): Path<String>,
) -> Result<Response, Failure> {
    let text = frame.text();
    let world = house.world();
    let id = own(&house, &by, &typed).await?;
    let view = world.report(&by, id).await?;
    let content = view.content.clone().unwrap_or_default();
    let report = view.report.state.clone();
    let submission = &report.submission;
    let mark = one::mark(world, &by, &view).await?;
    let page = frame
        .page(Section::Submissions, content.title.as_str())
        .live_from(one::address(
            world,
            &by,
            Of::Report,
            &submission.receipt,
            &mark,
        ));
    let derived = derived(&house, &by, &view).await?;
    let furthest = words::furthest(&report, &derived);
    let mut items = Vec::new();
    for state in &derived {
        let href = format!("/items/{}", state.number);
        let title = state.content.title.in_language(page.lang().tag());
        let tag = page.tag(words::item_state(text, state.state));
        let due = page.came(state.revised_at, state.number.as_str());
        items.push(
            Row::new(due, href, title)
                .tlp(page.tlp(state.content.tlp))
                .tag(tag),
        );
    }
    let mut openings = Vec::new();
    for opening in &report.openings {
        let officer = world.load::<Account>(opening.officer.cast()).await?;
        let title = officer.map(|officer| officer.state.title.get(choices::lang(&page)).to_owned());
        openings.push((
            title.unwrap_or_default(),
            opening.reason.clone(),
            page.at(opening.at),
        ));
    }
    let open = report.closing.is_none();
    let href = format!("/submissions/{}", submission.receipt);
    let page = match open {
        true => page.typing(&format!("{href}/answer")),
        false => page,
    };
    let (way, now) = match furthest {
        Some(item) => words::way_of_item(text, item),
        None => words::way_of_report(text, &report),
    };
    let showing = Showing::of(&house, &page, &by, &view, &href).await?;
    let values = submission.values.iter().map(|value| {
        let kind = words::value_kind(text, value.kind);
        let script = in_script(value.kind, &value.value);
        (kind, value.value.clone(), script)
    });
    show(&ShowPage {
        number: submission.receipt.clone(),
        state: words::own_report_state(text, &report, furthest),
        received: page.at(report.received),
        tlp: submission.tlp,
        pap: submission.pap,
        wanted: Wanted::of(
            &page,
            &house,
            submission.sector.as_deref(),
            submission.urgency,
        ),
        steps: page.steps(&way, now),
        seen: content.seen.map(|seen| page.at(seen)),
        technique: content.text,
        victim: view.harm.map(|harm| harm.text).unwrap_or_default(),
        showing,
        values: values.collect(),
        attachments: content.attachments,
        openings,
        thread: view
            .thread
            .into_iter()
            .map(|(hub, said, at)| (hub, said, page.at(at)))
            .collect(),
        reply: open.then(|| {
            let label = if report.awaits_answer() {
                "submission-reply"
            } else {
                "submission-add"
            };
            page.lines(4, "text", text.t(label))
        }),
        closing: report.closing.as_ref().map(|closing| match closing {
            Closing::NotActionable { reason } => reason.clone(),
            Closing::Withdrawn => text.t("submission-closed-withdrawn").into_owned(),
            Closing::Duplicate { .. } => text.t("submission-closed-duplicate").into_owned(),
        }),
        silent: text
            .t(if open {
                "submission-thread-none"
            } else {
                "submission-thread-closed"
            })
            .into_owned(),
        withdraw: open.then(|| {
            let to = format!("{href}/withdraw");
            let consequence = if items.is_empty() {
                text.t("submission-withdraw-about")
            } else {
                text.t("submission-withdraw-items")
            };
            let verb = page.post(to, text.t("submission-withdraw")).grave();
            verb.confirming(consequence)
        }),
        proof: page.link(
            format!("/receipts?number={}", submission.receipt),
            text.t("submission-proof"),
        ),
        items,
        page,
    })
}

#[derive(Deserialize)]
pub(super) struct Said {
    text: String,
}

pub(super) async fn answer(
    State(house): State<House>,
    frame: Frame,
    by: By,
    Path(typed): Path<String>,
    Posted(posted): Posted<Said>,
) -> Result<Response, Failure> {
    let id = own(&house, &by, &typed).await?;
    let done = house.world().answer_hub(&by, id, &posted.text).await;
    back(&frame, &typed, done, "submission-answered")
}

pub(super) async fn withdraw(
    State(house): State<House>,
    frame: Frame,
    by: By,
    Path(typed): Path<String>,
) -> Result<Response, Failure> {
    let id = own(&house, &by, &typed).await?;
    let done = house.world().withdraw_report(&by, id).await;
    back(&frame, &typed, done, "submission-withdrawn")
}

pub(super) fn back(
    frame: &Frame,
    number: &str,
    done: Result<(), WorldError>,
    key: &str,
) -> Result<Response, Failure> {
    let to = format!("/submissions/{}", number::normalise(number));
    match done {
        Ok(()) => frame.go_saying(&to, &Flash::done(frame.text().t(key))),
        Err(error) => match said(frame.text(), &error) {
            Some(said) => frame.go_saying(&to, &Flash::refused(said)),
            None => Err(error.into()),
        },
    }
}
