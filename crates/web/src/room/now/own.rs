//! What waits for the people of a party: consent, questions, requests, what was told to it, duties, and
//! what it has not acknowledged.

use std::cmp::Reverse;

use jiff::SignedDuration;
use kaname_directory::day_of;
use kaname_policy::{Action, Resource};
use kaname_sharing::{ItemState, ReportState};
use kaname_store::{Cursor, Sort};

use super::{AT_ONCE, READS, ROWS, Waiting};
use crate::{
    error::Failure,
    frame::{
        Page,
        part::{Row, by_deadline},
    },
    house::{By, House},
    room::{
        choices::{self, lang},
        directory, library, paging, record, words,
    },
};

pub(super) async fn consent(house: &House, page: &Page, by: &By) -> Result<Waiting, Failure> {
    let text = page.text;
    let items = house.world().own_items(by, |query| {
        query.states = vec![ItemState::AwaitingConsent.as_str().to_owned()];
        query.limit = ROWS;
    });
    let items = items.await?;
    let mut waiting = items.total as usize;
    let mut rows = Vec::new();
    for item in &items.rows {
        let state = &item.state;
        let href = format!("/items/{}", state.number);
        let deadline = state.asked.as_ref().map(|asked| asked.deadline);
        let due = page.maybe_due(deadline, text.t("now-answer-due"));
        let title = state.content.title.in_language(page.lang().tag());
        let row = Row::new(due, &href, title)
            .about(text.t("now-consent-about"))
            .tlp(page.tlp(state.content.tlp))
            .verb(page.link(&href, text.t("now-consent-verb")).main());
        rows.push(row);
    }
    let showings = showings(house, page, by).await?;
    waiting += showings.len();
    rows.extend(showings);
    let questions = questions(house, page, by).await?;
    waiting += questions.len();
    rows.extend(questions.into_iter().take(ROWS as usize));
    Ok(Waiting {
        title: text.t("now-consent").into_owned(),
        about: waiting.to_string(),
        rows: by_deadline(rows),
    })
}

/// For how long what became of a report is news.
const LATELY: SignedDuration = SignedDuration::from_hours(24 * 30);
/// Most rows of it.
const BECAME: usize = 5;

/// What became of own reports lately: what went out, with how many organisations said what of it, and what
/// was withdrawn; the newest first. The moment of an answer is not told, since it might name who answered.
pub(super) async fn became(house: &House, page: &Page, by: &By) -> Result<Waiting, Failure> {
    let world = house.world();
    let items = world.own_items(by, |query| {
        let ended = [
            ItemState::Released,
            ItemState::Superseded,
            ItemState::Withdrawn,
            ItemState::Expired,
        ];
        query.states = ended.map(|state| state.as_str().to_owned()).to_vec();
        query.sort = Sort::Newest;
        query.limit = AT_ONCE;
    });
    let items = items.await?.rows.into_iter();
    let dated = items.filter_map(|item| {
        let state = &item.state;
        let withdrawn = state.withdrawal.as_ref().map(|withdrawal| withdrawal.at);
        let at = withdrawn.or(state.release.map(|release| release.at))?;
        (page.now.duration_since(at) < LATELY).then_some((at, item))
    });
    let mut dated: Vec<_> = dated.collect();
    dated.sort_by_key(|(at, item)| Reverse((*at, item.id)));
    let about = dated.len().to_string();
    let mut rows = Vec::new();
    for (at, item) in dated.into_iter().take(BECAME) {
        let state = &item.state;
        let href = format!("/items/{}", state.number);
        let title = state.content.title.in_language(page.lang().tag());
        let mut row = Row::new(page.came(at, state.number.as_str()), href, title)
            .tlp(page.tlp(state.content.tlp))
            .tag(page.tag(words::item_state(page.text, state.state)));
        if state.waits_for_blocking() {
            row = row.tag(page.tag(page.t("item-suspended-tag")));
        }
        if state.release.is_some() {
            let said = world.feedback_for_provider(by, item.id).await?;
            for (key, n) in [
                ("now-became-seen", said.seen),
                ("now-became-not-seen", said.not_seen),
                ("now-became-false-positive", said.false_positive),
            ] {
                if n > 0 {
                    row = row.about(page.t1(key, "n", n));
                }
            }
        }
        rows.push(row);
    }
    Ok(Waiting {
        title: page.t("now-became").into_owned(),
        about,
        rows,
    })
}

/// Requests to have the victim record of a report shown.
pub(in crate::room) async fn showings(
    house: &House,
    page: &Page,
    by: &By,
) -> Result<Vec<Row>, Failure> {
    let text = page.text;
    let asked = house.world().asked_showings(by).await?;
    let rows = asked.into_iter().map(|(report, showing)| {
        let receipt = report.state.submission.receipt.as_str();
        let href = format!("/submissions/{receipt}#showing");
        let due = page.maybe_due(showing.deadline, text.t("now-answer-due"));
        Row::new(due, &href, text.t("now-showing"))
            .about(text.t1("now-showing-of", "receipt", receipt))
            .tlp(page.tlp(report.state.submission.tlp))
            .verb(page.link(&href, text.t("now-consent-verb")).main())
    });
    Ok(rows.collect())
}

/// Victim records shown to the reader that nobody of the party has taken note of.
pub(super) async fn records(house: &House, page: &Page, by: &By) -> Result<Waiting, Failure> {
    let new = house.world().shown_records(by).await?;
    let new = new.iter().filter(|one| !one.acknowledged);
    let mut rows = by_deadline(new.map(|one| record::row(page, one)).collect());
    let about = rows.len().to_string();
    rows.truncate(FRESH);
    Ok(Waiting {
        title: page.t("now-records").into_owned(),
        about,
        rows,
    })
}

/// Reports about which an analyst asked last.
async fn questions(house: &House, page: &Page, by: &By) -> Result<Vec<Row>, Failure> {
    let text = page.text;
    let mut rows = Vec::new();
    let mut after: Option<Cursor> = None;
    for _ in 0..READS {
        let reports = house.world().own_reports(by, |query| {
            let states = [ReportState::InTriage, ReportState::Derived];
            query.states = states.map(|state| state.as_str().to_owned()).to_vec();
            query.limit = AT_ONCE;
            query.after = after;
        });
        let reports = reports.await?;
        for report in reports.rows.iter().filter(|one| one.state.awaits_answer()) {
            let receipt = report.state.submission.receipt.as_str();
            let href = format!("/submissions/{receipt}#thread");
            let due = page.came(report.state.received, receipt);
            let row = Row::new(due, &href, text.t("now-question"));
            rows.push(row.verb(page.link(&href, text.t("now-question-verb")).main()));
        }
        after = reports.next;
        if after.is_none() {
            break;
        }
    }
    Ok(by_deadline(rows))
}

/// Most rows of what was released.
const FRESH: usize = 10;

/// Whether whoever looks may do this for the own party.
fn may(house: &House, by: &By, action: Action) -> bool {
    let Ok(own) = by.party_id() else {
        return false;
    };
    let of = Resource::any("party").of_party(own);
    house.world().decide(by, action, &of).allowed
}

/// A row for the party: with its page and verb for whoever may act for it; everyone else of the party
/// learns that it waits, and whose turn it is.
fn for_steward(
    page: &Page,
    may: bool,
    row: impl FnOnce(&str) -> Row,
    href: &str,
    key: &str,
) -> Row {
    if may {
        row(href).verb(page.link(href, page.t(key)).main())
    } else {
        row("").about(page.t("now-steward-does"))
    }
}

pub(super) async fn requests(house: &House, page: &Page, by: &By) -> Result<Waiting, Failure> {
    let text = page.text;
    let own = by.party_id()?;
    let answers = may(house, by, Action::CooperationAnswer);
    let open = house.world().cooperation_requests(by, |query| {
        query.states = vec!["open".to_owned()];
        query.owner = Some(own.cast());
    });
    let open = open.await?;
    let rows = open.rows.into_iter().map(|request| {
        let asked = &request.state.asked;
        let due = page.due(asked.deadline, text.t("now-answer-due"));
        let row = |href: &str| Row::new(due, href, asked.subject.as_str());
        let href = format!("/requests/{}#to-answer", request.id);
        for_steward(page, answers, row, &href, "now-request-verb")
    });
    let rows: Vec<Row> = rows.collect();
    Ok(Waiting {
        title: text.t("now-requests").into_owned(),
        about: paging::counted(open.total).to_string(),
        rows,
    })
}

/// Entries of the breach log that the party was told of and has not stated its side on.
pub(super) async fn breaches(house: &House, page: &Page, by: &By) -> Result<Waiting, Failure> {
    let text = page.text;
    let own = by.party_id()?;
    let answers = may(house, by, Action::CooperationAnswer);
    let all = house
        .world()
        .breaches(by, |query| query.limit = AT_ONCE)
        .await?;
    let rows = all.rows.iter().filter_map(|breach| {
        let state = &breach.state;
        let waits = state.closed.is_none() && state.statements.is_empty();
        let told = state.told.filter(|_| waits && state.finding.party == own)?;
        let due = page.came(told, text.t("requests-breach-told-at"));
        let row = |href: &str| Row::new(due, href, state.finding.subject.as_str());
        let href = format!("/breaches/{}", breach.id);
        let row = for_steward(page, answers, row, &href, "now-breach-verb");
        Some(row)
    });
    let rows = by_deadline(rows.collect());
    Ok(Waiting {
        title: text.t("now-breaches").into_owned(),
        about: rows.len().to_string(),
        rows,
    })
}

/// Duties that the party's classes ask for and that nobody accepted in today's text, for who may accept
/// them.
pub(super) fn duties(house: &House, page: &Page, by: &By) -> Option<Waiting> {
    let party = by.party.as_ref().filter(|party| !party.state.is_hub())?;
    let text = page.text;
    if !may(house, by, Action::DutyAccept) {
        return None;
    }
    let today = day_of(page.now);
    let owed = directory::owed(house.world().catalogue(), &party.state, today);
    let rows = owed.into_iter().map(|(duty, name)| {
        let due = page.not_due(text.t("directory-duty-open"));
        let href = format!("/duties/{duty}");
        Row::new(due, &href, name.get(lang(page)))
            .verb(page.link(&href, text.t("directory-duty-read")).main())
    });
    let rows: Vec<Row> = rows.collect();
    Some(Waiting {
        title: text.t("now-duties").into_owned(),
        about: rows.len().to_string(),
        rows,
    })
}

/// The same in one sentence for everyone else of the party, who can do nothing about it.
pub(super) fn owed(house: &House, page: &Page, by: &By) -> Option<String> {
    let party = by.party.as_ref().filter(|party| !party.state.is_hub())?;
    if may(house, by, Action::DutyAccept) {
        return None;
    }
    let owed = directory::owed(house.world().catalogue(), &party.state, day_of(page.now));
    let (_, first) = owed.first()?;
    let first = first.get(lang(page));
    Some(
        page.t2("now-owed", "first", first, "n", owed.len())
            .into_owned(),
    )
}

/// Requests whose time to answer is over, for who may extend or withdraw them.
pub(super) async fn overdue(house: &House, page: &Page, by: &By) -> Result<Waiting, Failure> {
    let text = page.text;
    let open = house.world().cooperation_requests(by, |query| {
        query.states = vec!["open".to_owned()];
        query.limit = AT_ONCE;
    });
    let open = open.await?;
    let late = open
        .rows
        .iter()
        .map(|request| (request.id, &request.state.asked));
    let late = late.filter(|(_, asked)| asked.deadline < page.now);
    let mut rows = Vec::new();
    for (id, asked) in late {
        let href = format!("/requests/{id}");
        let due = page.due(asked.deadline, text.t("now-answer-due"));
        let who = choices::party_names(house, page, &[asked.to])
            .await?
            .concat();
        let row = Row::new(due, &href, asked.subject.as_str())
            .about(text.t1("now-overdue-by", "party", who))
            .verb(page.link(&href, text.t("now-overdue-verb")).main());
        rows.push(row);
    }
    let about = rows.len().to_string();
    rows.truncate(ROWS as usize);
    Ok(Waiting {
        title: text.t("now-overdue").into_owned(),
        about,
        rows: by_deadline(rows),
    })
}

/// Released lately, and neither acknowledged nor answered by the party: news, so the newest first.
pub(super) async fn fresh(house: &House, page: &Page, by: &By) -> Result<Waiting, Failure> {
    let text = page.text;
    let mut waiting = Vec::new();
    if house.world().allow_any(by, Action::LibraryRead).is_ok() {
        let items = house
            .world()
            .library(by, |query| query.limit = AT_ONCE)
            .await?;
        waiting = items.rows;
        let releases = waiting.iter().filter_map(|item| item.state.release);
        if let Some(oldest) = releases.map(|release| release.at).min() {
            let settled = house.world().settled_with(by, oldest).await?;
            waiting.retain(|item| !settled.contains(&item.id));
        }
    }
    let rows = waiting.iter().take(FRESH).map(|item| {
        let state = &item.state;
        let href = format!("/library/{}", state.number);
        let at = state
            .release
            .as_ref()
            .map_or(state.revised_at, |release| release.at);
        let title = library::list::title(page, state);
        Row::new(page.came(at, state.number.as_str()), &href, title.as_str())
            .about(words::item_kind(text, state.content.kind))
            .tlp(page.tlp(state.content.tlp))
            .verb(page.link(&href, text.t("now-read")))
    });
    Ok(Waiting {
        title: text.t("now-fresh").into_owned(),
        about: waiting.len().to_string(),
        rows: rows.collect(),
    })
}
