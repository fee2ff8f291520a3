//! What is open to everyone: the front page of who is not signed in, items marked TLP:CLEAR, and the
//! same as an Atom feed. Everything here is read with nobody's eyes.

use askama::Template;
use axum::{
    extract::{Path, Query, State},
    http::{HeaderValue, Method, header},
    response::{IntoResponse as _, Response},
    routing,
};
use jiff::Timestamp;
use kaname_intake::in_script;
use kaname_kernel::Pap;
use kaname_sharing::{Item, ItemState, rendition::is_current};
use kaname_world::{Caller, Loaded, World};
use serde::Deserialize;

use super::{
    assessments::{Judgements, open_judgements},
    demo::People,
    library::list,
    paging::{Reading, address},
    words,
};
use crate::{
    error::Failure,
    frame::{
        Frame, Page, Section,
        part::{At, Copied, Empty, Notice, Pager, Row, Tag, Tone, Verb},
        show,
    },
    house::House,
    route::{Access, Audit, Endpoint},
    text::{Lang, Text},
};

/// Items on the front page.
const NEWEST: u32 = 5;
/// Entries of the feed.
const ENTRIES: u32 = 50;
/// Most values shown of one item.
const MAX_VALUES: usize = 500;

const OPEN: Access = Access::Public("items whose marking lets anyone read them (TLP:CLEAR)");
const READS: Audit = Audit::None("reads what is open to everyone");

/// Endpoints of this room.
pub fn endpoints() -> Vec<Endpoint<House>> {
    vec![
        Endpoint::new(
            Method::GET,
            "/public",
            "public.list",
            OPEN,
            READS,
            routing::get(list),
        ),
        Endpoint::new(
            Method::GET,
            "/public/{number}",
            "public.show",
            OPEN,
            READS,
            routing::get(show_one),
        ),
        Endpoint::new(
            Method::GET,
            "/public.atom",
            "public.feed",
            OPEN,
            READS,
            routing::get(feed),
        ),
    ]
}

#[derive(Template)]
#[template(path = "room/public/front.html")]
struct FrontPage {
    page: Page,
    rows: Vec<Row>,
    sign_in: Verb,
    sectors: Verb,
    receipts: Verb,
    all: Verb,
    /// In the demo: whom one can enter as.
    people: People,
    /// Sentences on what this place is: title and text.
    about: Vec<(String, String)>,
}

/// The front page of who is not signed in.
pub(super) async fn front(house: &House, frame: &Frame) -> Result<Response, Failure> {
    let text = frame.text();
    let hub = frame.settings().hub_name(text.lang()).to_owned();
    let page = frame.page(Section::Elsewhere, hub);
    let found = house
        .world()
        .public_items(|query| query.limit = NEWEST)
        .await?;
    let about = [
        ("front-about-share", "front-about-share-text"),
        ("front-about-seal", "front-about-seal-text"),
        ("front-about-prove", "front-about-prove-text"),
    ];
    let about = about.map(|(title, said)| (text.t(title).into_owned(), text.t(said).into_owned()));
    let shown = FrontPage {
        rows: rows(&page, &found.rows),
        sign_in: page.link("/sign-in", text.t("front-sign-in")).main(),
        sectors: page.link("/sectors", text.t("front-sectors")),
        receipts: page.link("/receipts", text.t("front-receipts")),
        all: page.link("/public", text.t("front-all")),
        people: super::demo::people(house, frame).await?,
        about: about.to_vec(),
        page,
    };
    show(&shown)
}

fn rows(page: &Page, items: &[Loaded<Item>]) -> Vec<Row> {
    let row = |item: &Loaded<Item>| {
        let state = &item.state;
        let content = &state.content;
        let came = state.listed_at();
        let due = page.came(came, state.number.as_str());
        // What is not on pages is counted, and has none of its own.
        let href = match content.is_on_the_web() {
            true => format!("/public/{}", state.number),
            false => String::new(),
        };
        Row::new(due, href, list::title(page, state))
            .about(words::item_kind(page.text, content.kind))
            .tlp(page.tlp(content.tlp))
    };
    items.iter().map(row).collect()
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Asked {
    after: String,
}

#[derive(Template)]
#[template(path = "room/public/list.html")]
struct ListPage {
    page: Page,
    rows: Vec<Row>,
    pager: Pager,
    feed: Verb,
    empty: Empty,
}

async fn list(
    State(house): State<House>,
    frame: Frame,
    Query(asked): Query<Asked>,
) -> Result<Response, Failure> {
    let text = frame.text();
    let page = frame.page(Section::Elsewhere, text.t("front-title"));
    // With nobody's eyes, whoever reads.
    let reading = Reading::of(&house, &Caller::public(), "/public");
    let after = reading.read(&asked.after);
    let found = house
        .world()
        .public_items(|query| query.after = after)
        .await?;
    let rows = rows(&page, &found.rows);
    let pager = reading.pager(&page, &found, rows.len(), &asked.after, |after| {
        address("/public", &[("after", after)])
    });
    let shown = ListPage {
        pager,
        feed: page.link("/public.atom", text.t("front-feed")),
        empty: Empty {
            title: text.t("front-empty").into_owned(),
            text: text.t("front-empty-do").into_owned(),
            next: None,
        },
        rows,
        page,
    };
    show(&shown)
}

#[derive(Template)]
#[template(path = "room/public/show.html")]
struct ShowPage {
    page: Page,
    number: Copied,
    tlp: kaname_kernel::Tlp,
    pap: Pap,
    tlp_means: String,
    pap_means: String,
    kind: Tag,
    notice: Option<Notice>,
    measures: String,
    summary: String,
    /// What it judges, where it was an assessment; what it rests on inside the hub is for who signs in.
    judgements: Option<Judgements>,
    values: Vec<(String, Copied)>,
    released: Option<At>,
    valid_until: Option<At>,
}

async fn open_item(world: &World, number: &str) -> Result<Item, Failure> {
    let item = world.public_item(number).await?.state;
    if item.content.is_on_the_web() {
        Ok(item)
    } else {
        Err(Failure::NotFound)
    }
}

async fn show_one(
    State(house): State<House>,
    frame: Frame,
    Path(number): Path<String>,
) -> Result<Response, Failure> {
    let item = open_item(house.world(), &number).await?;
    let content = &item.content;
    let lang = frame.text().lang().tag();
    let page = frame.page(Section::Elsewhere, content.title.in_language(lang));
    let values = content.shared_values();
    let values = values.iter().take(MAX_VALUES).map(|value| {
        let kind = words::value_kind(page.text, value.kind);
        let script = in_script(value.kind, &value.value);
        (kind, page.copied(&value.value).script(script))
    });
    let values = values.collect();
    let shown = ShowPage {
        number: page.copied(&item.number),
        tlp: content.tlp,
        pap: content.pap,
        tlp_means: page.tlp_meaning(content.tlp),
        pap_means: page.pap_meaning(content.pap),
        kind: page.tag(words::item_kind(page.text, content.kind)),
        notice: over(&page, &item),
        measures: content.countermeasures.in_language(lang).to_owned(),
        summary: content.summary.in_language(lang).to_owned(),
        judgements: open_judgements(&page, content),
        values,
        released: item.release.map(|release| page.at(release.at)),
        valid_until: content.valid_until.map(|until| page.at(until)),
        page,
    };
    show(&shown)
}

/// That it is not to be used any more, and why.
fn over(page: &Page, item: &Item) -> Option<Notice> {
    if is_current(item, page.now) {
        return None;
    }
    let reason = item.withdrawal.as_ref().map(|one| one.reason.clone());
    let (tone, key) = match item.state {
        ItemState::Withdrawn => (Tone::Wrong, "front-withdrawn"),
        ItemState::Superseded => (Tone::Care, "front-superseded"),
        _ => (Tone::Care, "front-expired"),
    };
    Some(Notice {
        tone,
        title: page.t(key).into_owned(),
        text: reason.unwrap_or_default(),
    })
}

#[derive(Template)]
#[template(path = "room/public/feed.xml")]
struct AtomFeed {
    lang: &'static str,
    title: String,
    base: String,
    updated: Timestamp,
    entries: Vec<Entry>,
}

struct Entry {
    title: String,
    address: String,
    at: Timestamp,
    summary: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Wanted {
    lang: String,
}

/// The newest items as a feed (RFC 4287), in the reader's language or that of `?lang=`.
async fn feed(
    State(house): State<House>,
    frame: Frame,
    Query(wanted): Query<Wanted>,
) -> Result<Response, Failure> {
    let lang = Lang::from_tag(&wanted.lang).unwrap_or(frame.text().lang());
    let found = house
        .world()
        .public_items(|query| query.limit = ENTRIES)
        .await?;
    let base = house.public_url();
    let entry = |item: &Loaded<Item>| {
        let content = &item.state.content;
        let summary = content.summary.in_language(lang.tag());
        let measures = content.countermeasures.in_language(lang.tag());
        Entry {
            title: xml_safe(content.title.in_language(lang.tag())),
            address: format!("{base}/public/{}", item.state.number),
            at: item.state.listed_at(),
            summary: xml_safe(&format!("{measures}\n\n{summary}")),
        }
    };
    let shown = found
        .rows
        .iter()
        .filter(|item| item.state.content.is_on_the_web());
    let entries: Vec<Entry> = shown.map(entry).collect();
    let hub = frame.settings().hub_name(lang);
    let feed = AtomFeed {
        lang: lang.tag(),
        title: Text::new(lang)
            .t1("front-feed-title", "hub", hub)
            .into_owned(),
        base: base.to_owned(),
        updated: entries
            .first()
            .map_or(Timestamp::UNIX_EPOCH, |entry| entry.at),
        entries,
    };
    let body = feed.render().map_err(Failure::internal)?;
    let headers = [
        (
            header::CONTENT_TYPE,
            HeaderValue::from_static("application/atom+xml; charset=utf-8"),
        ),
        (
            header::CACHE_CONTROL,
            HeaderValue::from_static("public, max-age=300"),
        ),
        (
            header::VARY,
            HeaderValue::from_static("accept-language, cookie"),
        ),
    ];
    Ok((headers, body).into_response())
}

/// Without the control characters that XML 1.0 cannot carry, not even escaped.
fn xml_safe(text: &str) -> String {
    let carried = |sign: &char| {
        matches!(sign, '\t' | '\n' | '\r')
            || (*sign >= ' ' && !matches!(sign, '\u{fffe}' | '\u{ffff}'))
    };
    text.chars().filter(carried).collect()
}
