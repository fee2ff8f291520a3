//! The list of parties, with search and filters in the address.

use askama::Template;
use axum::{
    extract::{Query, State},
    response::Response,
};
use kaname_directory::{Party, PartyKind, day_of};
use kaname_policy::Action;
use kaname_store::Cursor;
use kaname_world::Loaded;
use serde::Deserialize;

use super::words;
use crate::{
    error::Failure,
    frame::{
        Frame, Page, Section,
        part::{Choice, Empty, Field, Notice, Pager, Tone, Verb},
        show,
    },
    house::{By, House},
    room::{
        choices,
        form::{is_fresh, may},
    },
    text::Count,
};

/// Parties looked through for one page: a nation's infrastructure has hundreds to thousands.
const LOOKED_AT: u32 = 10_000;
const SHOWN: usize = 50;

#[derive(Template)]
#[template(path = "room/directory/list.html")]
struct ListPage {
    page: Page,
    kind: Field,
    standing: Field,
    search: Field,
    rows: Vec<PartyRow>,
    count: Count,
    pager: Option<Pager>,
    empty: Empty,
    more: Option<Notice>,
    peers: Option<Verb>,
    sources: Option<Verb>,
    new: Option<Verb>,
}

struct PartyRow {
    code: String,
    name: String,
    other: String,
    kind: String,
    sectors: String,
    standing: String,
}

/// What the address asks for.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    kind: String,
    standing: String,
    q: String,
    page: usize,
}

impl Asked {
    fn address(&self, page: usize) -> String {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        for (name, value) in [
            ("kind", &self.kind),
            ("standing", &self.standing),
            ("q", &self.q),
        ] {
            if !value.is_empty() {
                query.append_pair(name, value);
            }
        }
        if page > 1 {
            query.append_pair("page", &page.to_string());
        }
        let query = query.finish();
        if query.is_empty() {
            "/directory".to_owned()
        } else {
            format!("/directory?{query}")
        }
    }
}

pub(super) async fn list(
    State(house): State<House>,
    frame: Frame,
    by: By,
    Query(asked): Query<Asked>,
) -> Result<Response, Failure> {
    let text = frame.text();
    let page = frame.page(Section::Directory, text.t("directory-title"));
    let found = all(&house, &by, &asked.q).await?;
    let today = day_of(page.now);
    let kind: Option<PartyKind> = asked.kind.parse().ok();
    let fits = |party: &&Loaded<Party>| {
        let member = party.state.membership_on(today).is_some();
        let retired = party.state.is_retired_on(today);
        kind.is_none_or(|kind| party.state.kind == kind)
            && match asked.standing.as_str() {
                "member" => member,
                "none" => !member && !retired,
                "retired" => retired,
                _ => true,
            }
    };
    let mut fitting: Vec<&Loaded<Party>> = found.rows.iter().filter(fits).collect();
    let place = |kind| PartyKind::ALL.iter().position(|one| *one == kind);
    let lang = choices::lang(&page);
    fitting.sort_by_cached_key(|party| {
        let state = &party.state;
        let by_name = state.description.order(lang);
        (place(state.kind), by_name, state.code.as_str().to_owned())
    });
    let shown = asked.page.max(1);
    let pages = fitting.len().div_ceil(SHOWN);
    let from = (shown - 1).saturating_mul(SHOWN);
    let rows: Vec<PartyRow> = fitting
        .iter()
        .skip(from)
        .take(SHOWN)
        .map(|party| row(&page, &house, &party.state))
        .collect();
    let count = Count::from(fitting.len() as u64);
    let pager = (pages > 1).then(|| {
        let previous = (shown > 1).then(|| asked.address(shown - 1));
        let next = (shown < pages).then(|| asked.address(shown + 1));
        page.pager(rows.len() as u64, count, previous, next)
    });
    let more = found.more.then(|| Notice {
        tone: Tone::Care,
        title: text.t1("directory-more", "n", LOOKED_AT).into_owned(),
        text: text.t("directory-more-do").into_owned(),
    });
    let manages = may(
        &house,
        &by,
        Action::PartyManage,
        &kaname_policy::Resource::any("party"),
    );
    let new = manages.is_ok().then(|| {
        let verb = page.link("/directory-new", text.t("directory-register"));
        if is_fresh(&by) { verb.main() } else { verb }
    });
    let empty = Empty {
        title: text.t("directory-none").into_owned(),
        text: text.t("directory-none-do").into_owned(),
        next: Some(page.link("/directory", text.t("directory-all"))),
    };
    show(&ListPage {
        kind: kinds(&page, &asked),
        standing: standings(&page, &asked),
        search: page
            .line("search", "q", text.t("directory-search"))
            .value(asked.q.as_str())
            .longest(100)
            .optional(),
        rows,
        count,
        pager,
        empty,
        more,
        peers: by
            .is_officer()
            .then(|| page.link("/peers", text.t("peers-title"))),
        sources: by
            .is_officer()
            .then(|| page.link("/sources", text.t("sources-title"))),
        new,
        page,
    })
}

struct Found {
    rows: Vec<Loaded<Party>>,
    more: bool,
}

/// Everything the reader may see that has these words, up to the limit.
async fn all(house: &House, by: &By, words: &str) -> Result<Found, Failure> {
    let mut rows = Vec::new();
    let mut after: Option<Cursor> = None;
    let words: String = words.trim().chars().take(100).collect();
    loop {
        let listed = house
            .world()
            .parties(by, |query| {
                query.limit = 500;
                query.after = after;
                query.search = Some(words.clone()).filter(|words| !words.is_empty());
            })
            .await?;
        rows.extend(listed.rows);
        after = listed.next;
        let full = rows.len() >= LOOKED_AT as usize;
        if after.is_none() || full {
            let more = full && after.is_some();
            return Ok(Found { rows, more });
        }
    }
}

fn row(page: &Page, house: &House, party: &Party) -> PartyRow {
    let lang = choices::lang(page);
    let other = match lang {
        kaname_directory::Lang::Ja => kaname_directory::Lang::En,
        kaname_directory::Lang::En => kaname_directory::Lang::Ja,
    };
    let today = day_of(page.now);
    let catalogue = house.world().catalogue();
    let sectors = party.description.sectors.iter().map(|code| {
        let sector = catalogue.sector_on(code, today);
        sector.map_or_else(|| code.to_string(), |s| s.value.name.get(lang).to_owned())
    });
    let standing = match party.membership_on(today) {
        _ if party.is_retired_on(today) => page.t("directory-retired").into_owned(),
        None => page.t("directory-no-member").into_owned(),
        Some(membership) => {
            let classes = membership.classes.iter().map(|code| {
                let class = catalogue.class_on(code, today);
                class.map_or_else(|| code.to_string(), |c| c.value.name.get(lang).to_owned())
            });
            classes.collect::<Vec<_>>().join(" / ")
        }
    };
    PartyRow {
        code: party.code.to_string(),
        name: party.description.name.get(lang).to_owned(),
        other: party.description.name.get(other).to_owned(),
        kind: words::kind(page.text, party.kind),
        sectors: sectors.collect::<Vec<_>>().join(" / "),
        standing,
    }
}

fn kinds(page: &Page, asked: &Asked) -> Field {
    let mut all = vec![Choice::new("", page.t("directory-any"))];
    let named = |kind: PartyKind| Choice::new(kind.as_str(), words::kind(page.text, kind));
    all.extend(PartyKind::ALL.map(named));
    page.select("kind", page.t("directory-kind"), all)
        .value(asked.kind.as_str())
}

fn standings(page: &Page, asked: &Asked) -> Field {
    let all = vec![
        Choice::new("", page.t("directory-any")),
        Choice::new("member", page.t("directory-member")),
        Choice::new("none", page.t("directory-no-member")),
        Choice::new("retired", page.t("directory-retired")),
    ];
    page.select("standing", page.t("directory-standing"), all)
        .value(asked.standing.as_str())
}
