//! The list: searched, filtered, by state. Everything chosen stands in the address.

use askama::Template;
use axum::{
    extract::{Query, State},
    response::Response,
};
use jiff::{SignedDuration, Timestamp};
use kaname_kernel::Tlp;
use kaname_sharing::{Item, ItemKind, ItemState, content::kind_word, decay::Freshness};
use kaname_store::{Cursor, ListQuery};
use kaname_world::{Listed, Loaded, sharing::ListedByAge};
use serde::Deserialize;

use crate::{
    error::Failure,
    frame::{
        Frame, Page, Section,
        part::{Choice, Empty, Field, Pager, Row, Tab, Tabs},
        show,
    },
    house::{By, House},
    room::{age, paging, words},
    text::Count,
};

/// Longest search taken, in characters.
const LONGEST: usize = 200;

/// What the address asks for. What cannot be read is taken as not asked for.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(in crate::room) struct Asked {
    q: String,
    kind: String,
    tlp: String,
    state: String,
    /// Days back, or a day.
    since: String,
    /// Whether something of it has aged: `yes`, `no`; both when neither is said.
    aged: String,
    after: String,
}

#[derive(Template)]
#[template(path = "room/library/list.html")]
struct ListPage {
    page: Page,
    filters: Vec<Field>,
    words: String,
    state: String,
    tabs: Tabs,
    rows: Vec<Row>,
    pager: Pager,
    empty: Empty,
}

impl Asked {
    /// The state asked for; released ones when none is.
    pub(in crate::room) fn state(&self) -> ItemState {
        match self.state.as_str() {
            "superseded" => ItemState::Superseded,
            "withdrawn" => ItemState::Withdrawn,
            "expired" => ItemState::Expired,
            _ => ItemState::Released,
        }
    }

    fn kind(&self) -> Option<ItemKind> {
        ItemKind::ALL
            .into_iter()
            .find(|kind| kind.as_str() == self.kind)
    }

    /// Whether only what has aged is asked for, or only what has not.
    pub(in crate::room) fn aged(&self) -> Option<bool> {
        match self.aged.as_str() {
            "yes" => Some(true),
            "no" => Some(false),
            _ => None,
        }
    }

    fn since(&self, now: Timestamp) -> Option<Timestamp> {
        if let Ok(days) = self.since.parse::<u16>() {
            return Some(now - SignedDuration::from_hours(24 * i64::from(days)));
        }
        kaname_intake::read_when(&self.since).map(|when| when.at)
    }

    /// Everything but the state and the page.
    pub(in crate::room) fn filter(&self, query: &mut ListQuery, now: Timestamp) {
        query.search = words_of(&self.q, self.kind());
        query.tlp = self.tlp.parse::<Tlp>().ok();
        query.since = self.since(now);
    }

    /// The list on the page.
    fn address(&self, state: &str, after: &str) -> String {
        self.address_at("/library", state, after)
    }

    /// The list after a row, at another path.
    pub(in crate::room) fn next_at(&self, path: &str, after: &str) -> String {
        self.address_at(path, self.state().as_str(), after)
    }

    /// Where the page begins, as the address says it.
    pub(in crate::room) fn after(&self) -> &str {
        &self.after
    }

    fn address_at(&self, path: &str, state: &str, after: &str) -> String {
        let parameters = [
            ("q", self.q.as_str()),
            ("kind", &self.kind),
            ("tlp", &self.tlp),
            ("state", state),
            ("since", &self.since),
            ("aged", &self.aged),
            ("after", after),
        ];
        paging::address(path, &parameters)
    }
}

/// A search as the store takes it: a value written so that nobody clicks it (`hxxp`, `[.]`) is read as
/// the value.
pub(super) fn searched(typed: &str) -> String {
    let typed: String = typed.trim().chars().take(LONGEST).collect();
    match kaname_intake::read_value(&typed) {
        Some(value) => value.value,
        None => typed,
    }
}

fn words_of(typed: &str, kind: Option<ItemKind>) -> Option<String> {
    let words = searched(typed);
    let kind = kind.map(kind_word);
    match (words.is_empty(), kind) {
        (true, None) => None,
        (true, Some(kind)) => Some(kind),
        (false, None) => Some(words),
        (false, Some(kind)) => Some(format!("{words} {kind}")),
    }
}

pub(super) async fn list(
    State(house): State<House>,
    frame: Frame,
    by: By,
    Query(asked): Query<Asked>,
) -> Result<Response, Failure> {
    let (text, now, world) = (frame.text(), frame.now(), house.world());
    let page = frame
        .page(Section::Library, text.t("library-title"))
        .searched(asked.q.as_str())
        .live_from("/events?topic=library");
    let state = asked.state();
    let reading = paging::Reading::of(&house, &by, &asked.address(state.as_str(), ""));
    let ask = |query: &mut ListQuery| {
        asked.filter(query, now);
        query.states = vec![state.as_str().to_owned()];
        query.after = reading.read(&asked.after);
    };
    let found = match asked.aged() {
        None => Found::all(&house, &by, world.library(&by, ask).await?).await?,
        Some(aged) => Found::by_age(world.library_by_age(&by, aged, ask).await?),
    };
    let counts = world
        .library_states(&by, |query| asked.filter(query, now))
        .await?;
    let rows: Vec<Row> = found
        .rows
        .iter()
        .filter(|(item, _)| item.state.is_out())
        .map(|(item, fresh)| aged_row(&page, item, fresh.as_ref()))
        .collect();
    let to = |after: &str| asked.address(state.as_str(), after);
    let next = found.next.as_ref().map(|next| to(&reading.written(next)));
    let first = (!asked.after.is_empty()).then(|| to(""));
    let shown = rows.len() as u64;
    let pager = match found.total {
        Some(total) => page.pager(shown, paging::counted(total), first, next),
        None => page.pager_uncounted(shown, first, next),
    };
    let shown = ListPage {
        filters: filters(&page, &asked),
        tabs: tabs(&page, &asked, state, &counts),
        pager,
        empty: empty(&page, &by, &asked),
        state: state.as_str().to_owned(),
        words: asked.q.clone(),
        rows,
        page,
    };
    show(&shown)
}

/// What a page of the list shows.
struct Found {
    rows: Vec<(Loaded<Item>, Option<Freshness>)>,
    next: Option<Cursor>,
    /// How many there are; `None` where they are not counted.
    total: Option<u32>,
}

impl Found {
    async fn all(house: &House, by: &By, listed: Listed<Item>) -> Result<Self, Failure> {
        let mut rows = Vec::with_capacity(listed.rows.len());
        for item in listed.rows {
            let fresh = house.world().freshness(by, &item).await?;
            rows.push((item, fresh));
        }
        Ok(Self {
            rows,
            next: listed.next,
            total: Some(listed.total),
        })
    }

    fn by_age(listed: ListedByAge) -> Self {
        let rows = listed.rows.into_iter();
        Self {
            rows: rows.map(|(item, fresh)| (item, Some(fresh))).collect(),
            next: listed.next,
            total: None,
        }
    }
}

/// An item as a row, with how fresh it is while it is out and may be read on pages.
fn aged_row(page: &Page, item: &Loaded<Item>, fresh: Option<&Freshness>) -> Row {
    let state = &item.state;
    let row = row(page, item);
    let shown = state.state == ItemState::Released && state.content.is_on_the_web();
    let Some(fresh) = fresh.filter(|_| shown) else {
        return row;
    };
    let row = match age::score(page, fresh) {
        Some(score) => row.about(score),
        None => row,
    };
    match age::tag(page, fresh) {
        // That its blocking exports are suspended says more.
        Some(tag) if state.blocking.allows() => row.tag(tag),
        _ => row,
    }
}

/// What pages call an item. Its provider agreed to certain ways out; where the web is not one of them, only
/// its number is shown.
pub(in crate::room) fn title(page: &Page, item: &Item) -> String {
    let content = &item.content;
    if content.is_on_the_web() {
        content.title.in_language(page.lang().tag()).to_owned()
    } else {
        page.t1("library-elsewhere", "number", item.number.as_str())
            .into_owned()
    }
}

/// An item as a row: when it came, what it is, how it may be told.
pub(in crate::room) fn row(page: &Page, item: &Loaded<Item>) -> Row {
    let state = &item.state;
    let content = &state.content;
    let came = state.listed_at();
    let due = page.came(came, state.number.as_str());
    let href = format!("/library/{}", state.number);
    let mut row = Row::new(due, href, title(page, state))
        .about(words::item_kind(page.text, content.kind))
        .about(page.t1("library-values", "n", content.shared_values().len()))
        .tlp(page.tlp(content.tlp));
    if state.state == ItemState::Released && !state.blocking.allows() {
        row = row.tag(page.tag(page.t("library-suspended")));
    } else if state.state != ItemState::Released {
        row = row.tag(page.tag(words::item_state(page.text, state.state)));
    }
    row
}

fn filters(page: &Page, asked: &Asked) -> Vec<Field> {
    let any = || Choice::new("", page.t("library-any"));
    let kinds = ItemKind::ALL.map(|kind| {
        let label = words::item_kind(page.text, kind);
        Choice::new(kind.as_str(), label)
    });
    let tlps = Tlp::ALL.map(|tlp| Choice::new(tlp.label(), tlp.to_string()));
    let since = [
        ("1", "library-since-day"),
        ("7", "library-since-week"),
        ("30", "library-since-month"),
        ("90", "library-since-quarter"),
    ];
    let mut since: Vec<Choice> = since
        .into_iter()
        .map(|(days, key)| Choice::new(days, page.t(key)))
        .collect();
    let known = |choice: &Choice| choice.value == asked.since;
    if !asked.since.is_empty() && !since.iter().any(known) {
        since.push(Choice::new(asked.since.as_str(), asked.since.as_str()));
    }
    let list = |choices: Vec<Choice>| [any()].into_iter().chain(choices).collect::<Vec<_>>();
    vec![
        page.select("kind", page.t("library-kind"), list(kinds.to_vec()))
            .value(asked.kind.as_str()),
        page.select("tlp", page.t("library-tlp"), list(tlps.to_vec()))
            .value(asked.tlp.as_str()),
        page.select("since", page.t("library-since"), list(since))
            .value(asked.since.as_str()),
        page.select(
            "aged",
            page.t("age-filter"),
            list(vec![
                Choice::new("no", page.t("age-filter-fresh")),
                Choice::new("yes", page.t("age-filter-aged")),
            ]),
        )
        .value(asked.aged.as_str()),
    ]
}

fn tabs(page: &Page, asked: &Asked, here: ItemState, counts: &[(String, u64)]) -> Tabs {
    let out = [
        ItemState::Released,
        ItemState::Superseded,
        ItemState::Withdrawn,
        ItemState::Expired,
    ];
    let tab = |state: ItemState| {
        let found = counts.iter().find(|(word, _)| word == state.as_str());
        let count = found.map_or(0, |(_, count)| *count);
        Tab {
            label: words::item_state(page.text, state),
            href: asked.address(state.as_str(), ""),
            count: Some(Count::capped(count, paging::COUNTED)),
            here: state == here,
        }
    };
    let mut tabs: Vec<Tab> = out.map(tab).to_vec();
    tabs.push(Tab {
        label: page.t("library-objects").into_owned(),
        href: "/library/objects".to_owned(),
        count: None,
        here: false,
    });
    tabs.push(Tab {
        label: page.t("matrix-link").into_owned(),
        href: "/library/matrix".to_owned(),
        count: None,
        here: false,
    });
    Tabs {
        name: page.t("library-state").into_owned(),
        tabs,
    }
}

fn empty(page: &Page, by: &By, asked: &Asked) -> Empty {
    let filtered = [
        &asked.q,
        &asked.kind,
        &asked.tlp,
        &asked.since,
        &asked.aged,
        &asked.after,
    ];
    if filtered.into_iter().all(String::is_empty) {
        return Empty {
            title: page.t("library-empty").into_owned(),
            text: page.t("library-empty-do").into_owned(),
            next: None,
        };
    }
    let mut text = page.t("library-nothing-do").into_owned();
    if by.is_officer() {
        text = format!("{} {text}", page.t("library-nothing-officer"));
    }
    Empty {
        title: page.t("library-nothing").into_owned(),
        text,
        next: Some(page.link("/library", page.t("library-all"))),
    }
}
