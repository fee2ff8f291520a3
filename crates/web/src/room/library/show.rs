//! One item: what to do first, then what happened, its values and how they may be used, the files it
//! comes as, what became of it, and the reader's answer.

use askama::Template;
use axum::{
    extract::{Path, Query, State},
    http::StatusCode,
    response::Response,
};
use jiff::Timestamp;
use kaname_intake::in_script;
use kaname_kernel::Pap;
use kaname_policy::{Action, Resource};
use kaname_sharing::{Item, ItemState, Outlet, Value, decay::Freshness, feedback::Feedback};
use kaname_world::{Loaded, sharing::Warnings};
use serde::Deserialize;

use super::{
    answer,
    correlation::Correlation,
    files::{File, files},
    list,
    usage::Use,
};
use crate::{
    error::Failure,
    frame::{
        Frame, Page, Section,
        part::{At, Copied, Faults, Field, Notice, Row, Tone, Verb},
        show_with,
    },
    house::{By, House},
    room::{
        age::{self, Age},
        assessments::{Judgements, judgements},
        form::Wrong,
        paging::address,
        warninglist::warned,
        words,
    },
};

/// Most values shown; the files hold all.
const MAX_VALUES: usize = 500;

#[derive(Template)]
#[template(path = "room/library/show.html")]
struct ShowPage {
    page: Page,
    number: Copied,
    item: Facts,
    notices: Vec<Notice>,
    measures: String,
    summary: String,
    /// What it judges, where it was an assessment.
    judgements: Option<Judgements>,
    /// What was done to the victim, where its provider has it shown to this reader.
    harm: Option<String>,
    techniques: Vec<(String, String)>,
    values: Vec<ValueRow>,
    more_values: usize,
    /// What it correlates with, where it carries a value.
    correlation: Option<Correlation>,
    files: Vec<File>,
    addresses: Vec<(String, Copied)>,
    /// How fresh it is, where it ages.
    age: Option<Age>,
    history: Vec<Happened>,
    related: Vec<Row>,
    acknowledged: Option<At>,
    acknowledge: Option<Verb>,
    answer: Option<Answer>,
    /// For the hub's officers: its desk page, deliveries, why it is visible.
    officer: Vec<Verb>,
}

/// What stands beside the text.
struct Facts {
    kind: String,
    state: String,
    tlp: kaname_kernel::Tlp,
    pap: Pap,
    tlp_means: String,
    pap_means: String,
    released: Option<At>,
    valid_until: Option<At>,
    outlets: Vec<String>,
}

struct ValueRow {
    kind: String,
    value: Copied,
    used: String,
    blocks: bool,
    /// Which lists say that it is widely used.
    warned: Option<String>,
    /// How fresh it is, where it ages.
    fresh: Option<String>,
}

/// When, what, and the address and number of the item that it has to do with.
type Happened = (At, String, Option<(String, String)>);

/// The form of the reader's answer.
pub(super) struct Answer {
    pub(super) to: String,
    pub(super) given: Option<At>,
    /// What it is for, and whom it reaches.
    pub(super) about: String,
    pub(super) faults: Option<Faults>,
    pub(super) fields: Vec<Field>,
    pub(super) times: Vec<Field>,
    pub(super) words: Vec<Field>,
}

/// Where the values go on that the item is related by.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    values_after: usize,
}

pub(super) async fn show_one(
    State(house): State<House>,
    frame: Frame,
    by: By,
    Path(typed): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Response, Failure> {
    let item = found(&house, &by, &typed).await?;
    shown(&house, &frame, &by, (item, &asked), None).await
}

/// The item of a number, if it is out and the reader may see it.
pub(super) async fn found(house: &House, by: &By, typed: &str) -> Result<Loaded<Item>, Failure> {
    let item = house.world().item_of(by, typed).await?;
    Ok(house.world().library_item(by, item.id).await?)
}

/// The page; with `refused`, the answer as it was typed and what is wrong with it.
pub(super) async fn shown(
    house: &House,
    frame: &Frame,
    by: &By,
    (item, asked): (Loaded<Item>, &Asked),
    refused: Option<(answer::Typed, Wrong)>,
) -> Result<Response, Failure> {
    let world = house.world();
    let (text, now) = (frame.text(), frame.now());
    world.note_read(by, &item);
    let own = world.own_feedback(by, item.id).await?;
    let acknowledged = world.acknowledged_at(by, item.id).await?;
    let state = &item.state;
    let content = &state.content;
    let lang = frame.text().lang().tag();
    let on_the_web = content.is_on_the_web();
    let title = if on_the_web {
        content.title.in_language(lang).to_owned()
    } else {
        text.t1("library-elsewhere", "number", state.number.as_str())
            .into_owned()
    };
    let mut page = frame.page(Section::Library, title);
    let mut related = Vec::new();
    for other in world.related_items(by, &item).await? {
        related.push(list::row(&page, &other));
    }
    let carrying = world.correlated_item(by, &item, asked.values_after).await?;
    let values_on = |after: usize| {
        let after = if after > 0 {
            after.to_string()
        } else {
            String::new()
        };
        let path = format!("/library/{}", item.state.number);
        format!(
            "{}#correlations",
            address(&path, &[("values_after", &after)])
        )
    };
    let harm = world.harm_beside(by, &item).await?;
    let fresh = world.freshness(by, &item).await?;
    let fresh = fresh.filter(|_| on_the_web && state.state == ItemState::Released);
    let values = content.shared_values();
    let more_values = values.len().saturating_sub(MAX_VALUES);
    let warnings = world.warnings(by).await?;
    let status = match refused {
        Some(_) => StatusCode::UNPROCESSABLE_ENTITY,
        None => StatusCode::OK,
    };
    let may_answer = world.allow_any(by, Action::FeedbackGive).is_ok();
    if may_answer {
        page = page.typing(&answer::to(state));
    }
    let open = on_the_web.then_some(());
    let shown = ShowPage {
        number: page.copied(&state.number),
        item: facts(&page, &item),
        notices: notices(&page, house, by, &item).await?,
        measures: open
            .map_or("", |()| content.countermeasures.in_language(lang))
            .to_owned(),
        summary: open
            .map_or("", |()| content.summary.in_language(lang))
            .to_owned(),
        judgements: match open {
            Some(()) => judgements(house, by, &page, state).await?,
            None => None,
        },
        harm: harm.map(|harm| harm.text),
        techniques: open.map(|()| content.techniques()).unwrap_or_default(),
        values: match open {
            Some(()) => rows(&page, state, (&values, &warnings), fresh.as_ref(), now),
            None => Vec::new(),
        },
        more_values,
        correlation: Correlation::of(&page, carrying, values_on),
        age: fresh.as_ref().and_then(|fresh| Age::of(&page, fresh)),
        files: files(&page, state, !values.is_empty()),
        addresses: addresses(house, by, &page, state).await?,
        history: history(&page, house, by, state).await?,
        related,
        acknowledged: acknowledged.map(|at| page.at(at)),
        acknowledge: acknowledge(&page, house, by, state),
        officer: officer(&page, by, state),
        answer: may_answer.then(|| form(&page, state, own.as_ref(), refused)),
        page,
    };
    show_with(status, &shown)
}

fn facts(page: &Page, item: &Loaded<Item>) -> Facts {
    let state = &item.state;
    let content = &state.content;
    let outlets = content.outlets.iter();
    Facts {
        kind: words::item_kind(page.text, content.kind),
        state: words::item_state(page.text, state.state),
        tlp: content.tlp,
        pap: content.pap,
        tlp_means: page.tlp_meaning(content.tlp),
        pap_means: page.pap_meaning(content.pap),
        released: state.release.map(|release| page.at(release.at)),
        valid_until: content.valid_until.map(|until| page.at(until)),
        outlets: outlets
            .map(|outlet| words::outlet(page.text, *outlet))
            .collect(),
    }
}

/// What a reader has to know before using it.
async fn notices(
    page: &Page,
    house: &House,
    by: &By,
    item: &Loaded<Item>,
) -> Result<Vec<Notice>, Failure> {
    let state = &item.state;
    let notice = |tone, key: &str, said: String| Notice {
        tone,
        title: page.t(key).into_owned(),
        text: said,
    };
    let mut all = Vec::new();
    match state.state {
        ItemState::Withdrawn => {
            let withdrawal = state.withdrawal.as_ref();
            let reason = withdrawal.map(|one| one.reason.clone()).unwrap_or_default();
            all.push(notice(Tone::Wrong, "library-withdrawn", reason));
        }
        ItemState::Superseded => {
            let newer = number_of(house, by, state.replaced_by).await?;
            let said = match &newer {
                Some(number) => page.t1("library-superseded-by", "number", number.as_str()),
                None => page.t("library-superseded-do"),
            };
            all.push(notice(Tone::Care, "library-superseded", said.into_owned()));
        }
        ItemState::Expired => {
            let said = page.t("library-expired-do").into_owned();
            all.push(notice(Tone::Care, "library-expired", said));
        }
        _ if !state.content.is_valid(page.now) => {
            let said = page.t("library-expired-do").into_owned();
            all.push(notice(Tone::Care, "library-expired", said));
        }
        _ if !state.blocking.allows() => {
            let said = page.t("library-suspended-do").into_owned();
            all.push(notice(Tone::Care, "library-suspended", said));
        }
        _ => {}
    }
    if !state.content.is_on_the_web() {
        let about = match state.own {
            true => "library-own-elsewhere-do",
            false => "library-elsewhere-do",
        };
        let said = page.t(about).into_owned();
        all.push(notice(Tone::Plain, "library-elsewhere-title", said));
    }
    Ok(all)
}

/// The number of another item, if the reader may see it.
async fn number_of(
    house: &House,
    by: &By,
    other: Option<kaname_kernel::MatterId>,
) -> Result<Option<String>, Failure> {
    let Some(other) = other else { return Ok(None) };
    match house.world().library_item(by, other).await {
        Ok(other) => Ok(Some(other.state.number)),
        Err(kaname_world::WorldError::NotFound(_)) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

fn rows(
    page: &Page,
    item: &Item,
    (values, warnings): (&[Value], &Warnings),
    fresh: Option<&Freshness>,
    now: Timestamp,
) -> Vec<ValueRow> {
    let shown = values.iter().take(MAX_VALUES);
    let row = |value: &Value| {
        let used = Use::of(item, value, now);
        ValueRow {
            kind: words::value_kind(page.text, value.kind),
            value: page
                .copied(&value.value)
                .script(in_script(value.kind, &value.value)),
            used: page.t(used.key()).into_owned(),
            blocks: used == Use::Block,
            warned: warned(page, &warnings.of(value.kind, &value.value)),
            fresh: fresh.and_then(|fresh| age::of_value(page, fresh, value)),
        }
    };
    shown.map(row).collect()
}

/// Where machines fetch it: its collections, as far as the reader may know of them.
async fn addresses(
    house: &House,
    by: &By,
    page: &Page,
    item: &Item,
) -> Result<Vec<(String, Copied)>, Failure> {
    let base = house.public_url();
    let mut all = Vec::new();
    for collection in house.world().collections(by).await? {
        if !item.content.collections.contains(&collection.id) {
            continue;
        }
        let definition = &collection.state.definition;
        let title = definition.title.in_language(page.lang().tag());
        if item.content.leaves_by(Outlet::Taxii) {
            let address = format!("{base}{}", house.world().taxii_path(&collection).await?);
            let label = page.t1("library-taxii", "title", title).into_owned();
            all.push((label, page.copied(address)));
        }
        if item.content.leaves_by(Outlet::Feed) {
            let address = format!("{base}/feeds/{}.csv", collection.state.in_addresses());
            let label = page.t1("library-feed", "title", title).into_owned();
            all.push((label, page.copied(address)));
        }
    }
    Ok(all)
}

/// What happened to it since it was released, newest first, as far as the reader may know.
async fn history(
    page: &Page,
    house: &House,
    by: &By,
    item: &Item,
) -> Result<Vec<Happened>, Failure> {
    let mut all: Vec<(Timestamp, String, Option<String>)> = Vec::new();
    let said = |key: &str| page.t(key).into_owned();
    if let Some(release) = item.release {
        let before = number_of(house, by, item.replaces).await?;
        let key = match before {
            Some(_) => "library-history-replaces",
            None => "library-history-released",
        };
        all.push((release.at, said(key), before));
    }
    if item.state == ItemState::Superseded {
        let newer = house.world();
        if let Some(id) = item.replaced_by
            && let Ok(newer) = newer.library_item(by, id).await
            && let Some(release) = newer.state.release
        {
            let label = said("library-history-superseded");
            all.push((release.at, label, Some(newer.state.number)));
        }
    }
    if let Some(withdrawal) = &item.withdrawal {
        let label = page.t1(
            "library-history-withdrawn",
            "reason",
            withdrawal.reason.as_str(),
        );
        all.push((withdrawal.at, label.into_owned(), None));
    }
    if item.state == ItemState::Expired
        && let Some(until) = item.content.valid_until
    {
        all.push((until, said("library-history-expired"), None));
    }
    if let kaname_sharing::item::Blocking::Suspended { since, .. } = item.blocking {
        all.push((since, said("library-history-suspended"), None));
    }
    all.sort_by_key(|(at, _, _)| std::cmp::Reverse(*at));
    let line = |(at, label, number): (Timestamp, String, Option<String>)| {
        let link = number.map(|number| (format!("/library/{number}"), number));
        (page.at(at), label, link)
    };
    Ok(all.into_iter().map(line).collect())
}

/// Where an officer goes on from here.
fn officer(page: &Page, by: &By, item: &Item) -> Vec<Verb> {
    if !by.is_officer() {
        return Vec::new();
    }
    let number = &item.number;
    vec![
        page.link(format!("/items/{number}"), page.t("library-officer-desk")),
        page.link(
            format!("/deliveries?item={number}"),
            page.t("library-officer-deliveries"),
        ),
        page.link(
            format!("/explain?item={number}"),
            page.t("library-officer-why"),
        ),
    ]
}

fn acknowledge(page: &Page, house: &House, by: &By, item: &Item) -> Option<Verb> {
    let party = by.reader.party?;
    let own = Resource::any("delivery").of_party(party);
    let may = house
        .world()
        .allow(by, Action::DeliveryAcknowledge, &own)
        .is_ok();
    let to = format!("/library/{}/acknowledge", item.number);
    may.then(|| page.post(to, page.t("library-acknowledge")).main())
}

fn form(
    page: &Page,
    item: &Item,
    own: Option<&Loaded<Feedback>>,
    refused: Option<(answer::Typed, Wrong)>,
) -> Answer {
    let (typed, wrong) = match refused {
        Some((typed, wrong)) => (typed, Some(wrong)),
        None => (answer::Typed::of(own.map(|own| &own.state.given)), None),
    };
    answer::fields(
        page,
        item,
        &typed,
        own.map(|own| page.at(own.state.at)),
        wrong.as_ref(),
    )
}
