//! One threat object: its JSON as it is served, what it refers to and what refers to it, where it came
//! from, and what others claim under its id. Neither end of a relation is named that the reader may not see.

use std::collections::BTreeSet;

use askama::Template;
use axum::{
    extract::{Path, Query, State},
    response::Response,
};
use jiff::Timestamp;
use kaname_kernel::MatterId;
use kaname_sharing::Item;
use kaname_store::{StoredObject, Versions};
use kaname_world::WorldError;
use serde::Deserialize;

use super::{
    correlation::Correlation,
    download::attachment,
    objects::{self, Claimants},
};
use crate::{
    error::Failure,
    frame::{
        Frame, Page, Section,
        part::{At, Copied, Notice, Tag, Tone, Verb},
        show,
    },
    house::{By, House},
};

/// Most relations shown in each direction.
const MAX_RELATIONS: u32 = 100;
/// Most versions shown.
const MAX_VERSIONS: u32 = 50;
/// Most originators and collections shown that have something under one id.
const MAX_BESIDE: u32 = 100;
/// Longest JSON shown whole, in bytes; longer is cut, the file has all.
const MAX_SHOWN: usize = 200_000;

#[derive(Template)]
#[template(path = "room/library/object.html")]
struct ObjectPage {
    page: Page,
    kind: Tag,
    /// Whose word it is, where it is not the hub's.
    claimed: Option<Notice>,
    id: Copied,
    version: At,
    added: At,
    source: Option<(String, String)>,
    collection: String,
    /// How it is related, the other object's title, address and type.
    refers: Vec<Relation>,
    referred: Vec<Relation>,
    versions: Vec<Version>,
    /// What it correlates with, where it carries a value.
    correlation: Option<Correlation>,
    /// What stands under the same id elsewhere or by others.
    beside: Vec<Beside>,
    pretty: String,
    cut: bool,
    raw: Verb,
}

struct Relation {
    how: String,
    title: String,
    href: String,
    kind: String,
    /// Who says so, where it is not the hub.
    from: Option<String>,
}

struct Version {
    href: String,
    version: At,
    added: At,
}

struct Beside {
    href: String,
    title: String,
    whose: String,
    collection: String,
}

/// Which version is asked for.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    /// The place of one version, microseconds since 1970.
    added: Option<i64>,
}

/// What the reader sees under one STIX id.
struct Standing {
    /// The version to show.
    shown: StoredObject,
    /// The newest of each collection and originator: the hub's first, then claims in the order they came.
    newest: Vec<StoredObject>,
}

/// What stands under an id and which of it is to be shown: the version asked for, else the hub's newest, else
/// what was claimed first. So nobody's claim takes the place of what the hub has.
async fn standing(house: &House, by: &By, id: &str, asked: &Asked) -> Result<Standing, Failure> {
    let newest = house.world().objects(by, |filter| {
        filter.ids = vec![id.to_owned()];
        filter.versions = Versions::Last;
        filter.newest_first = false;
        filter.limit = MAX_BESIDE;
        filter.count = false;
    });
    let mut newest = on_the_web(house, by, newest.await?.objects).await?;
    newest.sort_by_key(|one| match one.origin {
        None => (false, std::cmp::Reverse(one.version_us), one.added_us),
        Some(_) => (true, std::cmp::Reverse(0), one.added_us),
    });
    let shown = match asked.added {
        None => newest.first().cloned(),
        Some(added_us) => {
            let found = house.world().objects(by, |filter| {
                filter.ids = vec![id.to_owned()];
                filter.versions = Versions::All;
                filter.newest_first = false;
                filter.after_us = Some(added_us.saturating_sub(1));
                filter.limit = 1;
                filter.count = false;
            });
            let found = on_the_web(house, by, found.await?.objects).await?;
            found.into_iter().find(|one| one.added_us == added_us)
        }
    };
    let shown = shown.ok_or(Failure::NotFound)?;
    Ok(Standing { shown, newest })
}

/// Every version of the same originator in the same collection, newest first.
async fn versions(
    house: &House,
    by: &By,
    object: &StoredObject,
) -> Result<Vec<StoredObject>, Failure> {
    let found = house.world().objects(by, |filter| {
        filter.collection = Some(object.collection);
        filter.origins = vec![object.origin];
        filter.ids = vec![object.stix_id.clone()];
        filter.versions = Versions::All;
        filter.limit = MAX_VERSIONS;
        filter.count = false;
    });
    let mut found = on_the_web(house, by, found.await?.objects).await?;
    found.sort_by_key(|one| std::cmp::Reverse((one.version_us, one.added_us)));
    Ok(found)
}

/// Those of the objects whose provider agreed to pages.
async fn on_the_web(
    house: &House,
    by: &By,
    mut objects: Vec<StoredObject>,
) -> Result<Vec<StoredObject>, Failure> {
    let sources: BTreeSet<MatterId> = objects.iter().map(|one| one.source).collect();
    for source in sources {
        if !may_be_shown(house, by, source).await? {
            objects.retain(|one| one.source != source);
        }
    }
    Ok(objects)
}

/// Whether pages are among the ways out that its provider agreed to; what was imported has no provider.
/// The audience says so too, but for what was put out before it did.
async fn may_be_shown(house: &House, by: &By, source: MatterId) -> Result<bool, Failure> {
    match house.world().library_item(by, source).await {
        Ok(item) => Ok(item.state.content.is_on_the_web()),
        Err(WorldError::NotFound(_)) => Ok(true),
        Err(error) => Err(error.into()),
    }
}

pub(super) async fn show_one(
    State(house): State<House>,
    frame: Frame,
    by: By,
    Path(id): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Response, Failure> {
    let standing = standing(&house, &by, &id, &asked).await?;
    let object = &standing.shown;
    let page = frame.page(Section::Library, object.title.as_str());
    let moment = |us: i64| Timestamp::from_microsecond(us).unwrap_or(page.now);
    let (pretty, cut) = pretty(&object.raw);
    let from = Claimants::of(&house, &by, &page, [object]).await?;
    let from = from.whose(&page, object);
    let versions = versions(&house, &by, object).await?;
    let others = versions
        .iter()
        .filter(|one| one.added_us != object.added_us);
    let versions = others.map(|one| Version {
        href: objects::placed(one),
        version: page.at(moment(one.version_us)),
        added: page.at(moment(one.added_us)),
    });
    let raw = match asked.added {
        None => format!("/library/objects/{}/raw", object.stix_id),
        Some(added_us) => format!("/library/objects/{}/raw?added={added_us}", object.stix_id),
    };
    let shown = ObjectPage {
        kind: page.tag(objects::type_word(page.text, &object.stix_type)),
        id: page.copied(&object.stix_id),
        version: page.at(moment(object.version_us)),
        added: page.at(moment(object.added_us)),
        source: match from {
            Some(_) => None,
            None => source(&house, &by, &page, object.source).await?,
        },
        claimed: from.map(|title| Notice {
            tone: Tone::Care,
            title,
            text: page.t("library-claimed-about").into_owned(),
        }),
        collection: collection(&house, &by, &page, object.collection).await?,
        refers: refers(&house, &by, &page, object).await?,
        referred: referred(&house, &by, &page, object).await?,
        versions: versions.collect(),
        correlation: correlation(&house, &by, &page, object).await?,
        beside: beside(&house, &by, &page, &standing).await?,
        pretty,
        cut,
        raw: page.link(raw, page.t("library-raw")),
        page,
    };
    show(&shown)
}

/// What it correlates with; nothing where it carries no value.
async fn correlation(
    house: &House,
    by: &By,
    page: &Page,
    object: &StoredObject,
) -> Result<Option<Correlation>, Failure> {
    let carrying = house.world().correlated_object(by, object).await?;
    Ok((!carrying.values.is_empty()).then(|| Correlation::of(page, carrying)))
}

/// What stands under the same id in other collections or by others, each with whose it is.
async fn beside(
    house: &House,
    by: &By,
    page: &Page,
    standing: &Standing,
) -> Result<Vec<Beside>, Failure> {
    let place = |one: &StoredObject| (one.collection, one.origin);
    let shown = place(&standing.shown);
    let others: Vec<&StoredObject> = standing
        .newest
        .iter()
        .filter(|one| place(one) != shown)
        .collect();
    let claimants = Claimants::of(house, by, page, others.iter().copied()).await?;
    let mut all = Vec::new();
    for other in others {
        let whose = claimants.whose(page, other);
        all.push(Beside {
            href: objects::placed(other),
            title: other.title.clone(),
            whose: whose.unwrap_or_else(|| page.t("library-from-hub").into_owned()),
            collection: collection(house, by, page, other.collection).await?,
        });
    }
    Ok(all)
}

/// The object's JSON, indented, members in the order of the alphabet.
fn pretty(raw: &str) -> (String, bool) {
    let value: Result<serde_json::Value, _> = serde_json::from_str(raw);
    let text = value.and_then(|value| serde_json::to_string_pretty(&value));
    let mut text = text.unwrap_or_else(|_| raw.to_owned());
    let cut = text.len() > MAX_SHOWN;
    if cut {
        text.truncate(text.floor_char_boundary(MAX_SHOWN));
    }
    (text, cut)
}

pub(super) async fn raw(
    State(house): State<House>,
    by: By,
    Path(id): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Response, Failure> {
    let object = standing(&house, &by, &id, &asked).await?.shown;
    let name = format!("{}.json", object.stix_id);
    attachment(
        &name,
        "application/stix+json;version=2.1",
        object.raw.into(),
    )
}

/// The item that brought it, if the reader may see that; an import has no page of its own here.
async fn source(
    house: &House,
    by: &By,
    page: &Page,
    source: MatterId,
) -> Result<Option<(String, String)>, Failure> {
    match house.world().library_item(by, source).await {
        Ok(item) => {
            let item: Item = item.state;
            Ok(Some((format!("/library/{}", item.number), item.number)))
        }
        Err(WorldError::NotFound(_)) => Ok(Some((
            String::new(),
            page.t("library-imported").into_owned(),
        ))),
        Err(error) => Err(error.into()),
    }
}

async fn collection(house: &House, by: &By, page: &Page, id: MatterId) -> Result<String, Failure> {
    match house.world().collection(by, &id.to_string()).await {
        Ok(found) => {
            let title = &found.state.definition.title;
            Ok(title.in_language(page.lang().tag()).to_owned())
        }
        Err(WorldError::NotFound(_)) => Ok("—".to_owned()),
        Err(error) => Err(error.into()),
    }
}

/// What it refers to, as far as the reader may see it.
async fn refers(
    house: &House,
    by: &By,
    page: &Page,
    object: &StoredObject,
) -> Result<Vec<Relation>, Failure> {
    let Ok(head) = kaname_stix::head(&object.raw) else {
        return Ok(Vec::new());
    };
    let pairs: Vec<(String, String)> = head
        .refs
        .iter()
        .take(MAX_RELATIONS as usize)
        .map(|one| (one.property.to_string(), one.target.to_string()))
        .collect();
    let ids = pairs.iter().map(|(_, id)| id.clone());
    let known = named(house, by, ids.collect()).await?;
    let claimants = Claimants::of(house, by, page, &known).await?;
    let mut all = Vec::new();
    for (how, id) in pairs {
        if let Some(other) = known.iter().find(|one| one.stix_id == id) {
            all.push(relation(page, how, other, claimants.whose(page, other)));
        }
    }
    Ok(all)
}

/// What refers to it, as far as the reader may see it. Of a relationship, the other end is named.
async fn referred(
    house: &House,
    by: &By,
    page: &Page,
    object: &StoredObject,
) -> Result<Vec<Relation>, Failure> {
    let world = house.world();
    let readable = world.readable(by).await?;
    let ids = world
        .store()
        .referring(&object.stix_id, &readable, MAX_RELATIONS)
        .await
        .map_err(WorldError::from)?;
    let found = named(house, by, ids.into_iter().collect()).await?;
    let mut ends = BTreeSet::new();
    let mut pairs: Vec<(String, &StoredObject, Option<String>)> = Vec::new();
    for other in &found {
        let head = kaname_stix::head(&other.raw).ok();
        let far = head.as_ref().and_then(|head| {
            let ends = [head.source()?.to_string(), head.target()?.to_string()];
            ends.into_iter().find(|end| *end != object.stix_id)
        });
        let how = head
            .as_ref()
            .and_then(|head| head.relationship_type.clone());
        ends.extend(far.clone());
        pairs.push((how.unwrap_or_default(), other, far));
    }
    let ends = named(house, by, ends).await?;
    let claimants = Claimants::of(house, by, page, found.iter().chain(&ends)).await?;
    let mut all = Vec::new();
    for (how, other, far) in pairs {
        match far {
            // A relation to what the reader may not see is not there for the reader either.
            Some(far) => {
                let end = ends.iter().find(|one| one.stix_id == far);
                // Who relates them says more than who names the other end.
                let from = claimants.whose(page, other);
                let from = from.or_else(|| claimants.whose(page, end?));
                all.extend(end.map(|end| relation(page, how, end, from)));
            }
            None => all.push(relation(page, how, other, claimants.whose(page, other))),
        }
    }
    Ok(all)
}

fn relation(page: &Page, how: String, other: &StoredObject, from: Option<String>) -> Relation {
    // A kind of relation without a word stands as the standard writes it.
    let code = format!("how-{how}");
    let said = page.word(&code);
    Relation {
        how: if said == code { how } else { said },
        title: other.title.clone(),
        href: objects::href(other),
        kind: objects::type_word(page.text, &other.stix_type),
        from,
    }
}

/// Those of the ids that the reader may see, each once: as the hub has it, else as it was claimed first.
async fn named(
    house: &House,
    by: &By,
    ids: BTreeSet<String>,
) -> Result<Vec<StoredObject>, Failure> {
    let mut found: Vec<StoredObject> = Vec::new();
    let mut seen: BTreeSet<String> = BTreeSet::new();
    for origins in [vec![None], Vec::new()] {
        let missing: Vec<String> = ids.difference(&seen).cloned().collect();
        if missing.is_empty() {
            break;
        }
        let hub = !origins.is_empty();
        let more = house.world().objects(by, |filter| {
            filter.ids = missing;
            filter.origins = origins;
            // Of the hub's the newest, of claims the oldest: no later one takes its place.
            filter.newest_first = hub;
            filter.limit = 2 * MAX_RELATIONS;
            filter.count = false;
        });
        for one in more.await?.objects {
            if seen.insert(one.stix_id.clone()) {
                found.push(one);
            }
        }
    }
    Ok(found)
}
