//! The first page: what waits for whoever looks, soonest deadline first, each with one verb.

mod own;

pub(in crate::room) use own::showings;

use askama::Template;
use axum::{extract::State, http::Method, response::Response, routing};
use kaname_kernel::Role;
use kaname_policy::{Action, Resource};
use kaname_sharing::{Assessment, ReportState};
use kaname_store::Cursor;
use kaname_world::{ClockDoubt, Loaded};

use super::{assessments, item, triage};
use crate::{
    error::Failure,
    frame::{
        Frame, Page, Section,
        part::{Empty, Notice, Row, Tone, Verb, by_deadline},
        show,
    },
    house::{By, House},
    route::{Access, Audit, Endpoint},
};

/// Most rows of one section.
const ROWS: u32 = 30;
/// Most new reports: those alike stand together in one row.
const NEW_ROWS: u32 = 100;
/// Rows read at once where some of them may not count.
const AT_ONCE: u32 = 200;
/// How often more are read, where none of them did.
const READS: usize = 10;

/// Endpoints of this room.
pub fn endpoints() -> Vec<Endpoint<House>> {
    vec![Endpoint::new(
        Method::GET,
        "/",
        "now.show",
        Access::Public("shows what waits for whoever looks, or what is public"),
        Audit::None("reads with the reader's own eyes"),
        routing::get(now),
    )]
}

#[derive(Template)]
#[template(path = "room/now.html")]
struct NowPage {
    page: Page,
    /// What an administrator has to know of the machine.
    notice: Option<Notice>,
    sections: Vec<Waiting>,
    /// For those who may hand in a report.
    submit: Option<Verb>,
    /// Duties of the party that only its steward accepts, in one sentence.
    owed: Option<String>,
    /// Whether the reader is told how machines read.
    machines: bool,
    empty: Empty,
}

/// What waits, of one kind.
struct Waiting {
    title: String,
    about: String,
    rows: Vec<Row>,
}

async fn now(State(house): State<House>, frame: Frame, by: By) -> Result<Response, Failure> {
    if by.account.is_none() {
        if frame.visitor().who.is_some() {
            return Err(Failure::PasswordFirst);
        }
        return super::public::front(&house, &frame).await;
    }
    let text = frame.text();
    let page = frame
        .page(Section::Now, text.t("now-title"))
        .live_from("/events?topic=now");
    let mut sections = Vec::new();
    if by.has(Role::Provider) {
        sections.extend(permitted(own::consent(&house, &page, &by).await)?);
    }
    if by.has(Role::Releaser) {
        let states = ["awaiting_release"];
        let waiting = desk(&house, &page, &by, "now-release", &states).await;
        sections.extend(permitted(waiting)?);
    }
    if by.has(Role::Releaser) || by.has(Role::Analyst) {
        sections.extend(permitted(suspended(&house, &page, &by).await)?);
        sections.extend(permitted(reviews(&house, &page, &by).await)?);
    }
    if by.has(Role::Analyst) {
        sections.extend(permitted(reports(&house, &page, &by).await)?);
        sections.extend(permitted(proposals(&house, &page, &by).await)?);
        sections.extend(permitted(abandoned(&house, &page, &by).await)?);
        let waiting = house.world().assessments_waiting(&by).await?;
        let (asks, goes_on) = ("now-assessments", "now-assessments-own");
        let look = text.t("now-assessments-look");
        sections.push(assessed(&page, asks, &look, &waiting.to_review));
        let go_on = text.t("now-assessments-go-on");
        sections.push(assessed(&page, goes_on, &go_on, &waiting.own));
        let states = ["changes_proposed", "refused", "derived", "consented"];
        let waiting = desk(&house, &page, &by, "now-items", &states).await;
        sections.extend(permitted(waiting)?);
    }
    if by.has(Role::Member) {
        sections.extend(permitted(own::records(&house, &page, &by).await)?);
    }
    let world = house.world();
    let asks = world.decide(&by, Action::CooperationRequest, &Resource::default());
    if asks.allowed {
        sections.extend(permitted(own::overdue(&house, &page, &by).await)?);
    }
    sections.extend(permitted(own::requests(&house, &page, &by).await)?);
    sections.extend(permitted(own::breaches(&house, &page, &by).await)?);
    sections.extend(own::duties(&house, &page, &by));
    if by.has(Role::Member) && by.principal.member {
        sections.extend(permitted(own::fresh(&house, &page, &by).await)?);
    }
    if by.has(Role::Provider) {
        sections.extend(permitted(own::became(&house, &page, &by).await)?);
    }
    sections.retain(|section| !section.rows.is_empty());
    // The kind whose soonest deadline is next comes first; those without one stay as they are, after.
    sections.sort_by_key(|section| {
        let soonest = section.rows.iter().filter_map(Row::deadline).min();
        (soonest.is_none(), soonest)
    });
    let may_submit =
        by.has(Role::Provider) && world.allow_any(&by, Action::SubmissionSubmit).is_ok();
    show(&NowPage {
        empty: Empty {
            title: text.t("now-none").into_owned(),
            text: text.t("now-none-do").into_owned(),
            next: next(&page, &by),
        },
        notice: clock(&page, &by, world.clock_doubt()),
        sections,
        submit: may_submit.then(|| page.link("/submissions/new", text.t("now-submit")).main()),
        owed: own::owed(&house, &page, &by),
        machines: by.has(Role::Member) && page.uses(Section::Library),
        page,
    })
}

/// That the clock of the machine is doubted: who runs the hub can have it looked at.
fn clock(page: &Page, by: &By, doubt: Option<ClockDoubt>) -> Option<Notice> {
    let doubt = doubt.filter(|_| by.has(Role::Administrator))?;
    let (title, text) = match doubt {
        ClockDoubt::Behind => ("now-clock-behind", "now-clock-behind-do"),
        ClockDoubt::Ahead => ("now-clock-ahead", "now-clock-ahead-do"),
    };
    Some(Notice {
        tone: Tone::Care,
        title: page.t(title).into_owned(),
        text: page.t(text).into_owned(),
    })
}

/// What a role brings is left out where the powers given to a delegated party do not name it.
fn permitted(waiting: Result<Waiting, Failure>) -> Result<Option<Waiting>, Failure> {
    match waiting {
        Ok(waiting) => Ok(Some(waiting)),
        Err(Failure::Forbidden { .. }) => Ok(None),
        Err(other) => Err(other),
    }
}

/// Where a role goes on from when nothing waits: the room it is there for.
fn next(page: &Page, by: &By) -> Option<Verb> {
    let link = |href: &str, key: &str| Some(page.link(href, page.t(key)));
    let member = by.has(Role::Member) && page.uses(Section::Library);
    match &by.party {
        _ if member => link("/library", "now-library"),
        _ if by.has(Role::Analyst) => link("/triage", "now-triage"),
        _ if by.has(Role::Releaser) => link("/desk?tab=out", "now-out"),
        _ if by.has(Role::Provider) => link("/submissions/new", "now-submit"),
        Some(party) if by.has(Role::Steward) => {
            let href = format!("/directory/{}", party.state.code);
            link(&href, "now-own-party")
        }
        _ if by.has(Role::Auditor) => link("/ledger", "now-ledger"),
        _ if by.has(Role::Administrator) => link("/directory", "now-directory"),
        _ if page.uses(Section::Library) => link("/library", "now-library"),
        _ => None,
    }
}

async fn desk(
    house: &House,
    page: &Page,
    by: &By,
    key: &str,
    states: &[&str],
) -> Result<Waiting, Failure> {
    let items = house.world().desk_items(by, |query| {
        query.states = states.iter().map(|&state| state.to_owned()).collect();
        query.limit = ROWS;
    });
    let items = items.await?;
    let rows = items
        .rows
        .iter()
        .map(|found| item::desk_row(house, page, by, found));
    Ok(Waiting {
        title: page.t(key).into_owned(),
        about: items.total.to_string(),
        rows: by_deadline(rows.collect()),
    })
}

/// Assessments that wait: for another person's eyes, or for whoever wrote them.
fn assessed(page: &Page, key: &str, verb: &str, all: &[Loaded<Assessment>]) -> Waiting {
    let row = |one: &Loaded<Assessment>| {
        let href = format!("/assessments/{}", one.state.number);
        assessments::row(page, one, None).verb(page.link(href, verb).main())
    };
    let rows = all.iter().take(ROWS as usize).map(row);
    Waiting {
        title: page.t(key).into_owned(),
        about: all.len().to_string(),
        rows: by_deadline(rows.collect()),
    }
}

/// Reports that are proposed as campaigns.
async fn proposals(house: &House, page: &Page, by: &By) -> Result<Waiting, Failure> {
    let count = house.world().proposals_count(by).await?;
    let row = || {
        let title = page.t1("now-proposals-n", "n", count);
        Row::new(page.not_due(""), "/campaigns", title)
            .about(page.t("now-proposals-about"))
            .verb(page.link("/campaigns", page.t("now-proposals-look")).main())
    };
    Ok(Waiting {
        title: page.t("now-proposals").into_owned(),
        about: count.to_string(),
        rows: (count > 0).then(row).into_iter().collect(),
    })
}

/// Reports whose draft nobody goes on with.
async fn abandoned(house: &House, page: &Page, by: &By) -> Result<Waiting, Failure> {
    let left = house.world().abandoned(by).await?;
    let rows = left.iter().take(ROWS as usize);
    let rows = rows.map(|one| triage::abandoned_row(page, one));
    Ok(Waiting {
        title: page.t("now-abandoned").into_owned(),
        about: left.len().to_string(),
        rows: rows.collect(),
    })
}

/// Items whose blocking exports stand still until an officer decides.
async fn suspended(house: &House, page: &Page, by: &By) -> Result<Waiting, Failure> {
    let items = house.world().suspended_items(by).await?;
    let rows = items
        .iter()
        .take(ROWS as usize)
        .map(|found| item::desk_row(house, page, by, found));
    Ok(Waiting {
        title: page.t("now-suspended").into_owned(),
        about: items.len().to_string(),
        rows: rows.collect(),
    })
}

/// Items that age or near their end until an officer says whether they still hold.
async fn reviews(house: &House, page: &Page, by: &By) -> Result<Waiting, Failure> {
    let mut all = house.world().reviews(by).await?;
    // Those stand in a section of their own.
    all.retain(|one| one.suspended.is_none());
    let rows = all
        .iter()
        .take(ROWS as usize)
        .map(|one| item::review_row(house, page, by, one));
    Ok(Waiting {
        title: page.t("now-reviews").into_owned(),
        about: all.len().to_string(),
        rows: by_deadline(rows.collect()),
    })
}

async fn reports(house: &House, page: &Page, by: &By) -> Result<Waiting, Failure> {
    let text = page.text;
    let world = house.world();
    // Asked for by themselves: none of them may stand behind those that were taken already.
    let new = world
        .triage_list(by, |query| {
            query.states = vec![ReportState::Submitted.as_str().to_owned()];
            query.limit = NEW_ROWS;
        })
        .await?;
    let mut taken_by_someone = Vec::new();
    let mut after: Option<Cursor> = None;
    for _ in 0..READS {
        let taken = world
            .triage_list(by, |query| {
                query.states = vec![ReportState::InTriage.as_str().to_owned()];
                query.limit = AT_ONCE;
                query.after = after;
            })
            .await?;
        // What the analyst has derived from waits for others now.
        let waits = taken
            .rows
            .into_iter()
            .filter(|report| report.state.state != ReportState::Derived);
        taken_by_someone.extend(waits);
        after = taken.next;
        if after.is_none() {
            break;
        }
    }
    let all = new.total as usize + taken_by_someone.len();
    taken_by_someone.truncate(ROWS as usize);
    // Grouped apart: a new one does not go under in a row of one that was taken.
    let mut rows = triage::rows(house, page, by, new.rows).await?;
    rows.extend(triage::rows(house, page, by, taken_by_someone).await?);
    Ok(Waiting {
        title: text.t("now-reports").into_owned(),
        about: match rows.len() == all {
            true => all.to_string(),
            false => text
                .t2("now-reports-about", "rows", rows.len(), "n", all)
                .into_owned(),
        },
        rows: by_deadline(rows),
    })
}
