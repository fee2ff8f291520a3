//! One report on the analyst's desk.

use askama::Template;
use axum::{
    extract::{Path, State},
    response::Response,
};
use kaname_directory::Account;
use kaname_intake::in_script;
use kaname_kernel::MatterId;
use kaname_sharing::{Item, Report, ReportState, deriving::is_writable, number, report::Closing};
use kaname_world::{Loaded, WorldError};
use serde::Deserialize;

use super::{
    list::{due_of, is_with_others},
    victim,
};
use crate::{
    error::Failure,
    frame::{
        Frame, Page, Posted, Section,
        part::{At, Due, Field, Row, Steps, Verb},
        show,
    },
    house::{By, House},
    room::{
        back::back,
        campaigns::{self, Proposal},
        choices,
        events::one::{self, Of},
        words,
    },
};

#[derive(Template)]
#[template(path = "room/triage/report.html")]
struct ReportPage {
    page: Page,
    number: String,
    state: String,
    tlp: kaname_kernel::Tlp,
    pap: kaname_kernel::Pap,
    steps: Steps,
    due: Option<Due>,
    /// Whether another analyst has it, whose work is told to the others late.
    others: bool,
    received: At,
    sector: Option<String>,
    /// Kind, value, the value in its own script, and how many other reports have it.
    values: Vec<(String, String, Option<String>, usize)>,
    /// In place of the values, before an opening: kinds, and how many of each.
    kinds: Vec<(String, usize)>,
    similar: Vec<Row>,
    /// The campaign it is in, and what is proposed of it.
    campaign: Option<Row>,
    proposed: Option<Proposal>,
    attachments: u32,
    take: Option<Field>,
    open: Option<Field>,
    opened: Option<Opened>,
    openings: Vec<(String, Option<String>, At)>,
    officer: Option<String>,
}

/// The sealed part, within an opening.
struct Opened {
    title: String,
    technique: String,
    victim: String,
    /// The form that asks to have the victim record shown, and who sees it.
    showing: Option<Vec<Field>>,
    readers: victim::Readers,
    seen: Option<At>,
    remarks: Vec<(String, String)>,
    attachments: Vec<String>,
    thread: Vec<(bool, String, At)>,
    notes: Vec<(String, At)>,
    items: Vec<Row>,
    derive: Verb,
    /// What may still be written; nothing once it is closed.
    writing: Option<Writing>,
}

/// The forms of an open report.
struct Writing {
    ask: Field,
    note: Field,
    /// What the provider is told of a report about which nothing can be done.
    told: Field,
    /// Which other report says the same; the provider is not told.
    duplicate: Field,
}

pub(super) async fn id(house: &House, by: &By, typed: &str) -> Result<Loaded<Report>, Failure> {
    let key = number::normalise(typed);
    Ok(house.world().find::<Report>(by, "receipt", &key).await?)
}

pub(super) async fn show_report(
    State(house): State<House>,
    frame: Frame,
    by: By,
    Path(typed): Path<String>,
) -> Result<Response, Failure> {
    let text = frame.text();
    let world = house.world();
    let found = id(&house, &by, &typed).await?;
    let view = world.report(&by, found.id).await?;
    if view.own {
        return frame.go(&format!("/submissions/{}", found.state.submission.receipt));
    }
    let report = view.report.state.clone();
    let submission = &report.submission;
    let title = view.content.as_ref().map(|content| content.title.clone());
    let title = title.unwrap_or_else(|| text.t("triage-sealed-title").into_owned());
    let mark = one::mark(world, &by, &view).await?;
    let page = frame.page(Section::Triage, title).live_from(one::address(
        world,
        &by,
        Of::Report,
        &submission.receipt,
        &mark,
    ));
    let own = by.account_id().ok();
    let assigned_to_me = report.assigned.is_some() && report.assigned == own;
    let shut = view.content.is_none();
    let open = report.closing.is_none();
    let officer = match report.assigned {
        Some(officer) => title_of(&house, officer, &page).await?,
        None => None,
    };
    let similar = similar(&house, &by, &page, &view).await?;
    let (campaign, proposed) = belongs(&house, &by, &page, found.id).await?;
    let counted = |value: &kaname_sharing::Value| {
        let posting = value.posting();
        let others = view
            .similar
            .iter()
            .filter(|other| other.shared.contains(&posting));
        others.count()
    };
    // What values and sector say together may give the provider away: they are within the opening.
    let in_sight = if shut { &[][..] } else { &submission.values };
    let values = in_sight.iter().map(|value| {
        let kind = words::value_kind(text, value.kind);
        let script = in_script(value.kind, &value.value);
        (kind, value.value.clone(), script, counted(value))
    });
    let values = values.collect();
    let kinds = match shut {
        true => super::list::kinds(&page, submission),
        false => Vec::new(),
    };
    let mut openings = Vec::new();
    for opening in &report.openings {
        let who = title_of(&house, opening.officer, &page)
            .await?
            .unwrap_or_default();
        // A reason may say more than it should: it is for the provider, the auditor and who holds the
        // report open.
        let reason = view.content.is_some().then(|| opening.reason.clone());
        openings.push((who, reason, page.at(opening.at)));
    }
    let opened = match view.content.clone() {
        Some(content) => Some(opened(&house, &by, &page, &view, content).await?),
        None => None,
    };
    let page = match &opened {
        Some(opened) if opened.writing.is_some() => {
            page.typing(&format!("/triage/{}/ask", submission.receipt))
        }
        _ => page,
    };
    let reason = |key: &str| {
        page.line("text", "reason", text.t(key))
            .hint(text.t("triage-reason-hint"))
            .longest(300)
    };
    let others = is_with_others(&by, &report);
    let (way, reached) = words::way_of_report(text, &report);
    show(&ReportPage {
        number: submission.receipt.clone(),
        state: words::report_state(text, report.state, report.closing.as_ref()),
        tlp: submission.tlp,
        pap: submission.pap,
        steps: page.steps(&way, reached),
        due: report
            .triage_due()
            .map(|due| due_of(&page, due, others, text.t("triage-due"))),
        others,
        received: page.at(report.received),
        sector: submission
            .sector
            .as_deref()
            .filter(|_| !shut)
            .map(|code| choices::sector_name(&page, &house, code)),
        values,
        kinds,
        similar,
        campaign,
        proposed,
        attachments: submission.attachments,
        take: (open && !assigned_to_me).then(|| reason("triage-take-reason")),
        open: (open && assigned_to_me && shut).then(|| reason("triage-open-reason")),
        opened,
        openings,
        officer,
        page,
    })
}

async fn title_of(
    house: &House,
    account: kaname_kernel::AccountId,
    page: &Page,
) -> Result<Option<String>, Failure> {
    let account = house.world().load::<Account>(account.cast()).await?;
    Ok(account.map(|account| account.state.title.get(choices::lang(page)).to_owned()))
}

/// The campaign a report is in, and the proposal that speaks of it.
async fn belongs(
    house: &House,
    by: &By,
    page: &Page,
    report: MatterId,
) -> Result<(Option<Row>, Option<Proposal>), Failure> {
    let world = house.world();
    let campaign = match world.campaign_with(by, report).await {
        Err(WorldError::Denied(_)) => return Ok((None, None)),
        found => found?,
    };
    let row = campaign.map(|campaign| {
        let state = &campaign.state;
        let href = format!("/campaigns/{}", state.number);
        let due = page.came(state.touched, state.number.as_str());
        let count = page.t1("campaigns-reports-count", "n", state.reports.len());
        Row::new(due, href, state.title.as_str()).about(count)
    });
    let proposed = world.proposal_with(by, report).await?;
    let proposed = proposed.map(|one| campaigns::proposal(page, &one, 0, false));
    Ok((row, proposed))
}

async fn similar(
    house: &House,
    by: &By,
    page: &Page,
    view: &kaname_world::sharing::ReportView,
) -> Result<Vec<Row>, Failure> {
    let text = page.text;
    let mut rows = Vec::new();
    for other in view.similar.iter().take(10) {
        let Ok(report) = house.world().see::<Report>(by, other.report).await else {
            continue;
        };
        let receipt = report.state.submission.receipt.as_str();
        let due = page.came(report.state.received, receipt);
        let shared = other.shared.iter().map(|one| one.value.as_str());
        let shared: Vec<&str> = shared.take(3).collect();
        let title = match &view.content {
            Some(_) => shared.join(" "),
            None => text.t("triage-similar-one").into_owned(),
        };
        let state = words::report_state(text, report.state.state, report.state.closing.as_ref());
        let row = Row::new(due, format!("/triage/{receipt}"), title).tag(page.tag(state));
        rows.push(row.about(text.t1("triage-shared", "n", other.shared.len())));
    }
    Ok(rows)
}

async fn opened(
    house: &House,
    by: &By,
    page: &Page,
    view: &kaname_world::sharing::ReportView,
    content: kaname_sharing::report::Technique,
) -> Result<Opened, Failure> {
    let text = page.text;
    let receipt = view.report.state.submission.receipt.as_str();
    let mut items = Vec::new();
    let mut known = Vec::new();
    for item in &view.items {
        let item = house.world().see::<Item>(by, *item).await?;
        known.push(item.state.number.clone());
        let href = format!("/items/{}", item.state.number);
        items.push(item_row(page, &item.state, &href));
    }
    for item in &view.others {
        let row = item_row(page, &item.state, "").about(text.t("triage-others-write"));
        items.push(match is_writable(item.state.state) {
            true => row.verb(take_over_verb(page, receipt, &item.state.number)),
            false => row,
        });
    }
    let derive = match view.report.state.state {
        ReportState::Closed => page.refused(text.t("triage-derive"), text.t("triage-is-closed")),
        _ => page
            .link(format!("/triage/{receipt}/derive"), text.t("triage-derive"))
            .main(),
    };
    Ok(Opened {
        title: content.title,
        technique: content.text,
        victim: view
            .harm
            .as_ref()
            .map(|harm| harm.text.clone())
            .unwrap_or_default(),
        readers: victim::readers(house, page, view, &known).await?,
        showing: victim::fields(house, page, by, view).await?,
        seen: content.seen.map(|seen| page.at(seen)),
        remarks: content.remarks,
        attachments: content.attachments,
        thread: view
            .thread
            .iter()
            .map(|(hub, said, at)| (*hub, said.clone(), page.at(*at)))
            .collect(),
        notes: view
            .notes
            .iter()
            .map(|(said, at)| (said.clone(), page.at(*at)))
            .collect(),
        items,
        derive,
        writing: view.report.state.closing.is_none().then(|| Writing {
            ask: page
                .lines(3, "text", text.t("triage-ask"))
                .hint(text.t("triage-ask-hint")),
            note: page.lines(3, "text", text.t("triage-note")).numbered(2),
            told: page
                .line("text", "reason", text.t("triage-close-reason"))
                .hint(text.t("triage-close-reason-hint"))
                .longest(300)
                .numbered(2),
            duplicate: page
                .line("text", "of", text.t("triage-close-of"))
                .hint(text.t("triage-close-of-hint"))
                .longest(64),
        }),
    })
}

fn item_row(page: &Page, item: &Item, href: &str) -> Row {
    let due = page.came(item.revised_at, item.number.as_str());
    let title = item.content.title.in_language(page.lang().tag());
    Row::new(due, href, title).tag(page.tag(words::item_state(page.text, item.state)))
}

/// The item's number goes in the body: no address names a report and its item.
fn take_over_verb(page: &Page, receipt: &str, number: &str) -> Verb {
    page.post(
        format!("/triage/{receipt}/take-over"),
        page.t("triage-take-over"),
    )
    .with("item", number)
    .main()
}

#[derive(Deserialize)]
pub(super) struct Which {
    item: String,
}

pub(super) async fn take_over(
    State(house): State<House>,
    frame: Frame,
    by: By,
    Path(typed): Path<String>,
    Posted(posted): Posted<Which>,
) -> Result<Response, Failure> {
    let report = id(&house, &by, &typed).await?;
    let done = house
        .world()
        .take_over_item(&by, report.id, &posted.item)
        .await;
    let to = match &done {
        Ok(item) => format!("/items/{}", item.state.number),
        Err(_) => to(&report),
    };
    back(&frame, &to, done, "triage-taken-over")
}

#[derive(Deserialize)]
pub(super) struct Reason {
    reason: String,
}

pub(super) async fn take(
    State(house): State<House>,
    frame: Frame,
    by: By,
    Path(typed): Path<String>,
    Posted(posted): Posted<Reason>,
) -> Result<Response, Failure> {
    let report = id(&house, &by, &typed).await?;
    let done = house
        .world()
        .take_report(&by, report.id, &posted.reason)
        .await;
    back(&frame, &to(&report), done, "triage-taken")
}

pub(super) async fn open(
    State(house): State<House>,
    frame: Frame,
    by: By,
    Path(typed): Path<String>,
    Posted(posted): Posted<Reason>,
) -> Result<Response, Failure> {
    let report = id(&house, &by, &typed).await?;
    let done = house
        .world()
        .reopen_report(&by, report.id, &posted.reason)
        .await;
    back(&frame, &to(&report), done, "triage-opened")
}

#[derive(Deserialize)]
pub(super) struct Said {
    text: String,
}

pub(super) async fn ask(
    State(house): State<House>,
    frame: Frame,
    by: By,
    Path(typed): Path<String>,
    Posted(posted): Posted<Said>,
) -> Result<Response, Failure> {
    let report = id(&house, &by, &typed).await?;
    let done = house
        .world()
        .ask_provider(&by, report.id, &posted.text)
        .await;
    back(&frame, &to(&report), done, "triage-asked")
}

pub(super) async fn note(
    State(house): State<House>,
    frame: Frame,
    by: By,
    Path(typed): Path<String>,
    Posted(posted): Posted<Said>,
) -> Result<Response, Failure> {
    let report = id(&house, &by, &typed).await?;
    let done = house
        .world()
        .note_report(&by, report.id, &posted.text)
        .await;
    back(&frame, &to(&report), done, "triage-noted")
}

/// How a report ends: by what its form holds, so that nothing for one reader is taken for another.
#[derive(Deserialize)]
#[serde(tag = "why", rename_all = "snake_case")]
pub(super) enum Close {
    /// Nothing can be done; the provider reads this.
    NotActionable { reason: String },
    /// Another report says the same; the provider does not read its number.
    Duplicate { of: String },
}

pub(super) async fn close(
    State(house): State<House>,
    frame: Frame,
    by: By,
    Path(typed): Path<String>,
    Posted(posted): Posted<Close>,
) -> Result<Response, Failure> {
    let report = id(&house, &by, &typed).await?;
    let world = house.world();
    let closing = match posted {
        Close::NotActionable { reason } => Ok(Closing::NotActionable { reason }),
        Close::Duplicate { of } => other(&house, &by, &of)
            .await
            .map(|of| Closing::Duplicate { of }),
    };
    let done = match closing {
        Ok(closing) => world.close_report(&by, report.id, closing).await,
        Err(error) => Err(error),
    };
    back(&frame, &to(&report), done, "triage-closed")
}

/// The report of a number typed into a form; that there is none is the form's to say.
async fn other(house: &House, by: &By, typed: &str) -> Result<MatterId, WorldError> {
    let key = number::normalise(typed);
    match house.world().find::<Report>(by, "receipt", &key).await {
        Ok(report) => Ok(report.id),
        Err(WorldError::NotFound(_)) => Err(WorldError::invalid("of", "error-no-report", typed)),
        Err(error) => Err(error),
    }
}

pub(super) fn to(report: &Loaded<Report>) -> String {
    format!("/triage/{}", report.state.submission.receipt)
}
