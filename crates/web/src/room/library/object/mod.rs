//! One threat object: what it says in words, what it refers to and what refers to it, its versions and what differs
//! between them, who may see it and why, where it came from, its JSON as it is served, and what others claim under
//! its id. Neither end of a relation is named that the reader may not see.

mod compared;
mod prose;
pub(super) mod relations;
mod said;
mod seen_by;
pub(in crate::room) mod sent;
mod sightings;
mod standing;
mod timeline;

use askama::Template;
use axum::{
    extract::{Path, Query, State},
    response::Response,
};
use kaname_kernel::MatterId;
use kaname_sharing::Item;
use kaname_store::StoredObject;
use kaname_world::WorldError;
use serde::Deserialize;

pub(super) use self::said::phase_word;
pub(in crate::room) use self::standing::{all_versions, before, placed, standing, versions};
use self::{
    compared::Versions,
    relations::Graph,
    said::{Address, Form, Marking, Said},
    seen_by::SeenBy,
    sent::Sent,
    sightings::Weeks,
    standing::Standing,
    timeline::{Known, Timeline},
};
use super::{
    correlation::Correlation,
    download::attachment,
    objects::{self, Claimants, moment},
};
use crate::{
    error::Failure,
    frame::{
        Frame, Page, Section,
        part::{At, Copied, Notice, Tag, Tone, Verb},
        show,
    },
    house::{By, House},
    room::{age::Age, paging::address},
};

/// Longest JSON shown whole, in bytes; longer is cut, the file has all.
const MAX_SHOWN: usize = 200_000;

#[derive(Template)]
#[template(path = "room/library/object.html")]
struct ObjectPage {
    page: Page,
    kind: Tag,
    /// Whose word it is, where it is not the hub's.
    claimed: Option<Notice>,
    said: Said,
    id: Copied,
    version: At,
    added: At,
    source: Option<(String, String)>,
    collection: String,
    relations: Graph,
    /// What happened and when, for attackers and what they attack with.
    timeline: Option<Timeline>,
    sightings: Option<Weeks>,
    /// How fresh it is, where it ages.
    age: Option<Age>,
    /// For the hub's officers.
    sent: Option<Sent>,
    versions: Versions,
    seen_by: SeenBy,
    /// What it correlates with, where it carries a value.
    correlation: Option<Correlation>,
    /// What stands under the same id elsewhere or by others.
    beside: Vec<Beside>,
    pretty: String,
    cut: bool,
    raw: Verb,
}

struct Beside {
    href: String,
    title: String,
    whose: String,
    collection: String,
}

/// Which version is asked for, and which two are to be compared: by their places, microseconds since 1970.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(in crate::room) struct Asked {
    added: Option<i64>,
    from: Option<i64>,
    to: Option<i64>,
    /// How many steps its relations are followed: one, or two.
    depth: u8,
    /// After how many of its values those go on that it is related by.
    values_after: usize,
}

impl Asked {
    /// The version at a place, or what goes first.
    pub(in crate::room) fn at(added: Option<i64>) -> Self {
        Self {
            added,
            ..Self::default()
        }
    }

    fn steps(&self) -> u8 {
        self.depth.clamp(1, 2)
    }

    /// The same page with the values after so many.
    fn with_values(&self, object: &StoredObject, after: usize) -> String {
        let moment = |at: Option<i64>| at.map(|at| at.to_string()).unwrap_or_default();
        let number = |n: usize| if n > 0 { n.to_string() } else { String::new() };
        let parameters = [
            ("added", moment(self.added)),
            ("from", moment(self.from)),
            ("to", moment(self.to)),
            ("depth", number(self.depth.into())),
            ("values_after", number(after)),
        ];
        let parameters = parameters.each_ref();
        let parameters = parameters.map(|(name, value)| (*name, value.as_str()));
        let path = format!("/library/objects/{}", object.stix_id);
        format!("{}#correlations", address(&path, &parameters))
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
    let (pretty, cut) = pretty(&object.raw);
    let from = Claimants::of(&house, &by, &page, [object]).await?;
    let from = from.whose(&page, object);
    let same = versions(&house, &by, object).await?;
    let others = standing.others();
    let versions = (object, same.as_slice(), others.as_slice());
    let item = item(&house, &by, object.source).await?;
    let links = house.world().links(&by, object).await?;
    let sightings = house.world().sightings(&by, object, &links.links).await?;
    let fresh = house
        .world()
        .object_freshness(&by, object, &sightings)
        .await?;
    let known = Known {
        object,
        same: &same,
        links: &links,
        sightings: &sightings,
    };
    let timeline = Timeline::of(&house, &by, &page, known).await?;
    let of_item = (&standing, item.as_ref());
    let raw = match asked.added {
        None => format!("/library/objects/{}/raw", object.stix_id),
        Some(added_us) => format!("/library/objects/{}/raw?added={added_us}", object.stix_id),
    };
    let shown = ObjectPage {
        kind: page.tag(objects::type_word(page.text, &object.stix_type)),
        id: page.copied(&object.stix_id),
        version: page.at(moment(&page, object.version_us)),
        added: page.at(moment(&page, object.added_us)),
        said: Said::of(&house, &by, &page, object).await?,
        seen_by: SeenBy::of(&house, &by, &page, (object, item.as_ref())).await?,
        source: match (&from, &item) {
            (Some(_), _) => None,
            (None, Some(item)) => {
                let number = item.number.clone();
                Some((format!("/library/{number}"), number))
            }
            (None, None) => Some((String::new(), page.t("library-imported").into_owned())),
        },
        claimed: from.map(|title| Notice {
            tone: Tone::Care,
            title,
            text: page.t("library-claimed-about").into_owned(),
        }),
        collection: collection(&house, &by, &page, object.collection).await?,
        timeline,
        sightings: Weeks::of(&page, &sightings),
        age: fresh.as_ref().and_then(|fresh| Age::of(&page, fresh)),
        sent: Sent::of(&house, &by, &page, of_item).await?,
        relations: Graph::of(&house, &by, &page, (object, links, &asked)).await?,
        versions: Versions::of(&house, &by, &page, &asked, versions).await?,
        correlation: correlation(&house, &by, &page, (object, &asked)).await?,
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
    (object, asked): (&StoredObject, &Asked),
) -> Result<Option<Correlation>, Failure> {
    let carrying = house
        .world()
        .correlated_object(by, object, asked.values_after)
        .await?;
    let to = |after| asked.with_values(object, after);
    Ok(Correlation::of(page, carrying, to))
}

/// What stands under the same id in other collections or by others, each with whose it is.
async fn beside(
    house: &House,
    by: &By,
    page: &Page,
    standing: &Standing,
) -> Result<Vec<Beside>, Failure> {
    let others = standing.others();
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
async fn item(house: &House, by: &By, source: MatterId) -> Result<Option<Item>, Failure> {
    match house.world().library_item(by, source).await {
        Ok(item) => Ok(Some(item.state)),
        Err(WorldError::NotFound(_)) => Ok(None),
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
