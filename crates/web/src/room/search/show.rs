//! The page of what was found.

use askama::Template;
use axum::{
    extract::{Query, State},
    response::Response,
};
use kaname_sharing::find::Ask;
use kaname_store::find::COUNTED;
use kaname_world::find::{Found, Left, Outcome, Part};
use serde::Deserialize;

use super::{
    facet::{Facet, facets},
    known,
    told::Told,
    written,
};
use crate::{
    error::Failure,
    frame::{
        Frame, Page, Section,
        part::{Empty, Notice, Pager, Row, Tone, Verb},
        show,
    },
    house::{By, House},
    room::{
        library::{Claimants, item_row, object_row},
        paging::{Reading, address, counted},
    },
    text::Count,
};

/// What an address asks for that has sectors counted.
pub(super) const SECTORS: &str = "sectors";
/// Rows of each kind on a page.
const ROWS: u32 = 20;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    pub(super) q: String,
    /// Where objects go on.
    objects: String,
    /// Where items go on.
    items: String,
    /// Where reports go on.
    pub(super) reports: String,
    /// Where assessments go on.
    pub(super) assessments: String,
    /// Where campaigns go on.
    pub(super) campaigns: String,
    /// `sectors` where it is counted how objects spread over them.
    count: String,
}

#[derive(Template)]
#[template(path = "room/search/show.html")]
struct SearchPage {
    page: Page,
    query: String,
    /// Conditions that are offered while typing.
    terms: Vec<(String, String)>,
    faults: Vec<Told>,
    wide: Option<Notice>,
    /// What stands there when nothing was asked for.
    empty: Option<Empty>,
    /// The kinds of which something was found.
    parts: Vec<Listed>,
    /// What else was looked through, and what was not and why, a line each.
    others: Vec<String>,
    /// Where nothing was found at all: the search without one of its conditions, and what that link says.
    wider: Vec<(String, String)>,
    facets: Vec<Facet>,
    /// Of what the facets' numbers are.
    counted: String,
    help: Vec<(&'static str, String)>,
    /// What else can be done with this search.
    ways: Vec<Verb>,
}

/// What of one kind was found.
pub(super) struct Listed {
    id: &'static str,
    pub(super) title: String,
    pub(super) count: Option<String>,
    /// Why it was not searched.
    left: Option<String>,
    pub(super) rows: Vec<Row>,
    /// That not all of it was read.
    pub(super) cut: Option<String>,
    pub(super) pager: Option<Pager>,
}

impl Listed {
    /// Whether it has rows, or stands so far down its list that there are none.
    fn is_shown(&self) -> bool {
        !self.rows.is_empty() || self.pager.is_some()
    }
}

pub(super) async fn show_found(
    State(house): State<House>,
    frame: Frame,
    by: By,
    Query(asked): Query<Asked>,
) -> Result<Response, Failure> {
    let reading = Reading::of(&house, &by, &address("/search", &[("q", &asked.q)]));
    let part = Part {
        objects_after: reading.read_moment(&asked.objects),
        items_after: reading.read(&asked.items),
        reports_after: reading.read(&asked.reports),
        assessments_after: reading.read(&asked.assessments),
        campaigns_after: reading.read(&asked.campaigns),
        limit: ROWS,
        sectors: asked.count == SECTORS,
    };
    let found = house.world().search(&by, &asked.q, &part).await?;
    let page = titled(&frame, &found, &asked);
    let is_first = (asked.items.is_empty(), asked.objects.is_empty());
    let mut parts = vec![
        items(&page, &reading, &asked, &found, is_first.0),
        objects(&house, &by, &page, &reading, (&asked, &found, is_first.1)).await?,
    ];
    parts.extend(written::all(&house, &page, &by, &reading, (&asked, &found)).await?);
    let (parts, none): (Vec<_>, Vec<_>) = parts.into_iter().partition(Listed::is_shown);
    let is_empty = found.search.asks_nothing();
    let mut narrower = match is_empty {
        true => Vec::new(),
        false => facets(&house, &by, &page, &found).await?,
    };
    let mut wider = Vec::new();
    if parts.is_empty() {
        // There is nothing to narrow.
        wider = narrower.drain(..).filter_map(|facet| facet.off).collect();
    }
    let over = found
        .objects
        .as_ref()
        .is_ok_and(|found| found.total > COUNTED);
    let counted = match over {
        true => page.t("search-facets-newest"),
        false => page.t("search-facets-objects"),
    };
    let shown = SearchPage {
        query: page.query.clone(),
        terms: known::terms(&house, &by, &page).await?,
        faults: found
            .search
            .faults
            .iter()
            .map(|fault| Told::of(&house, &page, &asked.q, fault))
            .collect(),
        wide: wide(&page, &found),
        empty: is_empty.then(|| empty(&page, &asked)),
        others: others(&page, &none, parts.is_empty()),
        parts,
        wider,
        facets: narrower,
        counted: counted.into_owned(),
        help: help(&page),
        ways: ways(&house, &by, &page, &found),
        page,
    };
    show(&shown)
}

/// The page, with the search in its canonical form in the box; what was not understood stays there as typed.
fn titled(frame: &Frame, found: &Found, asked: &Asked) -> Page {
    let canonical = match found.search.faults.is_empty() {
        true => found.search.canonical(),
        false => asked.q.trim().to_owned(),
    };
    let text = frame.text();
    let title = match canonical.is_empty() {
        true => text.t("search-title"),
        false => text.t1("search-title-of", "query", canonical.as_str()),
    };
    frame.page(Section::Library, title).searched(canonical)
}

/// To ask who else saw the values searched for, to save the search where all of it was understood, and to those
/// saved before.
fn ways(house: &House, by: &By, page: &Page, found: &Found) -> Vec<Verb> {
    let mut all = Vec::new();
    let values = found
        .search
        .terms
        .iter()
        .filter_map(|term| match &term.ask {
            Ask::Value(value) => Some(value.value.as_str()),
            _ => None,
        });
    let values: Vec<&str> = values.collect();
    if !values.is_empty() {
        let to = address("/search/seen", &[("values", &values.join(" "))]);
        all.push(page.link(to, page.t("search-seen")));
    }
    if house.world().keeps_searches(by).is_err() {
        return all;
    }
    if !page.query.is_empty() && !found.search.asks_nothing() && found.search.faults.is_empty() {
        let to = address("/search/saved-new", &[("q", &page.query)]);
        all.push(page.link(to, page.t("search-save")));
    }
    all.push(page.link("/search/saved", page.t("search-saved")));
    all
}

fn wide(page: &Page, found: &Found) -> Option<Notice> {
    let networks = found.too_wide.join(" ");
    (!networks.is_empty()).then(|| Notice {
        tone: Tone::Care,
        title: page.t("search-too-wide").into_owned(),
        text: page
            .t1("search-too-wide-do", "networks", networks)
            .into_owned(),
    })
}

fn empty(page: &Page, asked: &Asked) -> Empty {
    let (title, text) = match asked.q.trim().is_empty() {
        true => ("search-box", "search-about"),
        false => ("search-nothing-asked", "search-nothing-asked-do"),
    };
    Empty {
        title: page.t(title).into_owned(),
        text: page.t(text).into_owned(),
        next: None,
    }
}

pub(super) fn said_count(page: &Page, count: Count) -> String {
    page.t1("search-count", "count", count.to_string())
        .into_owned()
}

/// What is said of the kinds of which nothing was found: those that were looked through in one line, those that were not
/// by the reason, and those of which not all was read.
fn others(page: &Page, none: &[Listed], is_nothing_found: bool) -> Vec<String> {
    let titles = |of: &[&Listed]| {
        let titles: Vec<&str> = of.iter().map(|one| one.title.as_str()).collect();
        titles.join(&page.t("search-and"))
    };
    let looked: Vec<&Listed> = none.iter().filter(|one| one.left.is_none()).collect();
    let mut lines = Vec::new();
    if !looked.is_empty() {
        let key = match is_nothing_found {
            true => "search-looked",
            false => "search-none-in",
        };
        lines.push(page.t1(key, "kinds", titles(&looked)).into_owned());
    }
    let mut why: Vec<(&str, Vec<&Listed>)> = Vec::new();
    for one in none {
        for said in one.left.iter().chain(&one.cut) {
            match why.iter_mut().find(|(known, _)| *known == said.as_str()) {
                Some((_, all)) => all.push(one),
                None => why.push((said, vec![one])),
            }
        }
    }
    let lefts = why.into_iter().map(|(said, all)| {
        let said = page.t2("search-left-of", "kinds", titles(&all), "why", said);
        said.into_owned()
    });
    lines.extend(lefts);
    lines
}

/// Why a kind was not searched.
fn left(page: &Page, why: Left) -> String {
    let key = match why {
        Left::Nothing => "search-left-nothing",
        Left::NoPap => "search-left-no-pap",
        Left::Sealed => "search-left-sealed",
        Left::NoSuchType => "search-left-no-such-type",
        Left::OnlyValues => "search-left-only-values",
        Left::OtherType => "search-left-other-type",
        Left::HubsOwn => "search-left-hubs-own",
        Left::NoMarking => "search-left-no-marking",
        Left::NoCollection => "search-left-no-collection",
    };
    page.t(key).into_owned()
}

/// The section of a kind before its rows.
pub(super) fn without<T>(
    page: &Page,
    (id, title): (&'static str, &str),
    outcome: &Outcome<T>,
) -> Listed {
    Listed {
        id,
        title: page.t(title).into_owned(),
        count: None,
        left: outcome.as_ref().err().map(|why| left(page, *why)),
        rows: Vec::new(),
        cut: None,
        pager: None,
    }
}

fn items(
    page: &Page,
    reading: &Reading<'_>,
    asked: &Asked,
    found: &Found,
    is_first: bool,
) -> Listed {
    let mut listed = without(page, ("items", "search-items"), &found.items);
    let Ok(items) = &found.items else {
        return listed;
    };
    listed.rows = items.rows.iter().map(|item| item_row(page, item)).collect();
    let to = |after: &str| address("/search", &[("q", &asked.q), ("items", after)]);
    let next = items.next.as_ref().map(|next| to(&reading.written(next)));
    let shown = listed.rows.len() as u64;
    let total = counted(items.total);
    listed.count = Some(said_count(page, total));
    let is_paged = next.is_some() || !is_first;
    let first = (!is_first).then(|| to(""));
    let pager = page.pager(shown, total, first, next);
    listed.pager = is_paged.then(|| pager.of(&listed.title));
    listed
}

async fn objects(
    house: &House,
    by: &By,
    page: &Page,
    reading: &Reading<'_>,
    (asked, found, is_first): (&Asked, &Found, bool),
) -> Result<Listed, Failure> {
    let mut listed = without(page, ("objects", "search-objects"), &found.objects);
    let Ok(objects) = &found.objects else {
        return Ok(listed);
    };
    let claimants = Claimants::of(house, by, page, &objects.objects).await?;
    let rows = objects.objects.iter();
    listed.rows = rows
        .map(|object| object_row(page, &claimants, object))
        .collect();
    let to = |after: &str| address("/search", &[("q", &asked.q), ("objects", after)]);
    let last = objects.objects.last().filter(|_| objects.more);
    let next = last.map(|last| to(&reading.written_moment(last.added_us)));
    let total = counted(objects.total);
    listed.count = Some(said_count(page, total));
    let is_paged = next.is_some() || !is_first;
    let first = (!is_first).then(|| to(""));
    let pager = page.pager(listed.rows.len() as u64, total, first, next);
    listed.pager = is_paged.then(|| pager.of(&listed.title));
    Ok(listed)
}

/// What can be asked, with an example of each.
fn help(page: &Page) -> Vec<(&'static str, String)> {
    let all = [
        ("type:malware,tool", "search-help-type"),
        ("sector:電力", "search-help-sector"),
        ("tlp:<=amber", "search-help-tlp"),
        ("pap:green", "search-help-pap"),
        ("since:30d", "search-help-since"),
        ("until:2026-11-01", "search-help-until"),
        ("from:hub", "search-help-from"),
        ("collection:library", "search-help-collection"),
        ("id:S-2611-QX3E9", "search-help-id"),
        ("192.0.2.0/24", "search-help-value"),
        ("alike:96:8kRhzQ2v:vk2jVXk9", "search-help-alike"),
        ("\"潮見作戦\"", "search-help-phrase"),
        ("電力 -訓練", "search-help-not"),
    ];
    all.map(|(term, key)| (term, page.t(key).into_owned()))
        .to_vec()
}
