//! One threat object: its JSON as it is served, what it refers to and what refers to it, where it came
//! from. Neither end of a relation is named that the reader may not see.

use std::collections::BTreeSet;

use askama::Template;
use axum::{
    extract::{Path, State},
    response::Response,
};
use jiff::Timestamp;
use kaname_kernel::MatterId;
use kaname_sharing::Item;
use kaname_store::{StoredObject, Versions};
use kaname_world::WorldError;

use super::{download::attachment, objects};
use crate::{
    error::Failure,
    frame::{
        Frame, Page, Section,
        part::{At, Copied, Tag, Verb},
        show,
    },
    house::{By, House},
};

/// Most relations shown in each direction.
const MAX_RELATIONS: u32 = 100;
/// Most versions shown.
const MAX_VERSIONS: u32 = 50;
/// Longest JSON shown whole, in bytes; longer is cut, the file has all.
const MAX_SHOWN: usize = 200_000;

#[derive(Template)]
#[template(path = "room/library/object.html")]
struct ObjectPage {
    page: Page,
    kind: Tag,
    id: Copied,
    version: At,
    added: At,
    source: Option<(String, String)>,
    collection: String,
    /// How it is related, the other object's title, address and type.
    refers: Vec<Relation>,
    referred: Vec<Relation>,
    versions: Vec<(At, At)>,
    pretty: String,
    cut: bool,
    raw: Verb,
}

struct Relation {
    how: String,
    title: String,
    href: String,
    kind: String,
}

/// Every version of an object that the reader may see, newest first.
async fn versions(house: &House, by: &By, id: &str) -> Result<Vec<StoredObject>, Failure> {
    let found = house.world().objects(by, |filter| {
        filter.ids = vec![id.to_owned()];
        filter.versions = Versions::All;
        filter.limit = MAX_VERSIONS;
        filter.count = false;
    });
    let mut found = found.await?.objects;
    let sources: BTreeSet<MatterId> = found.iter().map(|one| one.source).collect();
    for source in sources {
        if !may_be_shown(house, by, source).await? {
            found.retain(|one| one.source != source);
        }
    }
    found.sort_by_key(|one| std::cmp::Reverse((one.version_us, one.added_us)));
    Ok(found)
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
) -> Result<Response, Failure> {
    let versions = versions(&house, &by, &id).await?;
    let object = versions.first().ok_or(Failure::NotFound)?;
    let page = frame.page(Section::Library, object.title.as_str());
    let moment = |us: i64| Timestamp::from_microsecond(us).unwrap_or(page.now);
    let (pretty, cut) = pretty(&object.raw);
    let shown = ObjectPage {
        kind: page.tag(objects::type_word(page.text, &object.stix_type)),
        id: page.copied(&object.stix_id),
        version: page.at(moment(object.version_us)),
        added: page.at(moment(object.added_us)),
        source: source(&house, &by, &page, object.source).await?,
        collection: collection(&house, &by, &page, object.collection).await?,
        refers: refers(&house, &by, &page, object).await?,
        referred: referred(&house, &by, &page, object).await?,
        versions: versions
            .iter()
            .map(|one| {
                (
                    page.at(moment(one.version_us)),
                    page.at(moment(one.added_us)),
                )
            })
            .collect(),
        pretty,
        cut,
        raw: page.link(
            format!("/library/objects/{}/raw", object.stix_id),
            page.t("library-raw"),
        ),
        page,
    };
    show(&shown)
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
) -> Result<Response, Failure> {
    let mut versions = versions(&house, &by, &id).await?;
    if versions.is_empty() {
        return Err(Failure::NotFound);
    }
    let object = versions.swap_remove(0);
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
    let mut all = Vec::new();
    for (how, id) in pairs {
        if let Some(other) = known.iter().find(|one| one.stix_id == id) {
            all.push(relation(page, how, other));
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
    let mut all = Vec::new();
    for (how, other, far) in pairs {
        match far {
            // A relation to what the reader may not see is not there for the reader either.
            Some(far) => {
                let end = ends.iter().find(|one| one.stix_id == far);
                all.extend(end.map(|end| relation(page, how, end)));
            }
            None => all.push(relation(page, how, other)),
        }
    }
    Ok(all)
}

fn relation(page: &Page, how: String, other: &StoredObject) -> Relation {
    Relation {
        how,
        title: other.title.clone(),
        href: format!("/library/objects/{}", other.stix_id),
        kind: objects::type_word(page.text, &other.stix_type),
    }
}

/// Those of the ids that the reader may see, each once.
async fn named(
    house: &House,
    by: &By,
    ids: BTreeSet<String>,
) -> Result<Vec<StoredObject>, Failure> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let found = house.world().objects(by, |filter| {
        filter.ids = ids.into_iter().collect();
        filter.limit = 2 * MAX_RELATIONS;
        filter.count = false;
    });
    let mut found = found.await?.objects;
    let mut seen = BTreeSet::new();
    found.retain(|one| seen.insert(one.stix_id.clone()));
    Ok(found)
}
