//! What happened around an attacker or what it attacks with, and when: as a drawing and, saying the same, as a table.

use std::collections::{BTreeMap, BTreeSet};

use askama::Template;
use jiff::Timestamp;
use kaname_kernel::MatterId;
use kaname_store::StoredObject;
use kaname_world::{
    WorldError,
    find::{
        relations::{Links, Side},
        sightings::{SeenBy, Sightings},
    },
};
use serde_json::Value;

use crate::{
    error::Failure,
    frame::{
        Page,
        part::{At, Tag},
    },
    house::{By, House},
    room::library::objects::{self, moment},
};

/// Types whose page has a timeline.
const TYPES: [&str; 6] = [
    "campaign",
    "intrusion-set",
    "malware",
    "threat-actor",
    "tool",
    "incident",
];
/// Most related objects that are looked at, the newest relations first.
const MOST_RELATED: usize = 300;
/// Most rows; the rest is counted.
const MOST_ROWS: usize = 200;
/// The drawing, in its own units.
const WIDTH: i64 = 520;
const LEFT: i64 = 110;
const LANE: usize = 26;

/// The section, for the page of an object.
#[derive(Template)]
#[template(path = "room/library/timeline.html")]
pub(super) struct Timeline {
    page: Page,
    rows: Vec<Row>,
    more: usize,
    lanes: Vec<Lane>,
    height: usize,
    /// Days under the drawing: where, and which.
    days: Vec<(i64, String)>,
    now: Option<i64>,
}

impl askama::filters::HtmlSafe for Timeline {}

struct Row {
    kind: Tag,
    from: At,
    to: Option<At>,
    title: String,
    href: String,
}

/// One kind of what happened.
struct Lane {
    y: usize,
    name: String,
    marks: Vec<Mark>,
}

struct Mark {
    x: i64,
    width: i64,
    says: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Active,
    Seen,
    Report,
    Campaign,
    Indicator,
    Item,
    Version,
}

impl Kind {
    const fn key(self) -> &'static str {
        match self {
            Self::Active => "object-time-active",
            Self::Seen => "object-time-seen",
            Self::Report => "object-time-report",
            Self::Campaign => "object-time-campaign",
            Self::Indicator => "object-time-indicator",
            Self::Item => "object-time-item",
            Self::Version => "object-time-version",
        }
    }
}

struct Happened {
    kind: Kind,
    from: Timestamp,
    to: Option<Timestamp>,
    title: String,
    href: String,
}

/// What the page of an object knows already.
#[derive(Clone, Copy)]
pub(super) struct Known<'k> {
    pub(super) object: &'k StoredObject,
    pub(super) same: &'k [StoredObject],
    pub(super) links: &'k Links,
    pub(super) sightings: &'k Sightings,
}

impl Timeline {
    /// Nothing for what has no course of its own, and where nothing is known of it.
    pub(super) async fn of(
        house: &House,
        by: &By,
        page: &Page,
        known: Known<'_>,
    ) -> Result<Option<Self>, Failure> {
        if !TYPES.contains(&known.object.stix_type.as_str()) {
            return Ok(None);
        }
        let mut all = own(page, known);
        let related = related(house, by, known.links).await?;
        all.extend(related.iter().filter_map(of_related));
        all.extend(items(house, by, page, (known.object, &related)).await?);
        // One moment alone has no course, and versions stand in their own section.
        if all.iter().all(|one| one.kind == Kind::Version) {
            return Ok(None);
        }
        all.sort_by_key(|one| std::cmp::Reverse((one.from, one.kind)));
        let more = all.len().saturating_sub(MOST_ROWS);
        all.truncate(MOST_ROWS);
        Ok(Some(Self::drawn(page, &all, more)))
    }

    fn drawn(page: &Page, all: &[Happened], more: usize) -> Self {
        let starts = all.iter().map(|one| one.from);
        let ends = all.iter().map(|one| one.to.unwrap_or(one.from));
        let scale = Scale {
            first: starts.min().unwrap_or(page.now),
            last: ends.max().unwrap_or(page.now),
        };
        let mut lanes: BTreeMap<Kind, Vec<Mark>> = BTreeMap::new();
        for one in all {
            let x = scale.of(one.from);
            let mark = Mark {
                x,
                width: one.to.map_or(0, |to| (scale.of(to) - x).max(0)),
                says: format!("{} {}", page.text.date(one.from, page.now), one.title),
            };
            lanes.entry(one.kind).or_default().push(mark);
        }
        let lanes: Vec<Lane> = lanes
            .into_iter()
            .enumerate()
            .map(|(place, (kind, marks))| Lane {
                y: place * LANE + LANE / 2,
                name: page.t(kind.key()).into_owned(),
                marks,
            })
            .collect();
        let day = |at: Timestamp| page.text.date(at, page.now);
        let mut days = vec![(LEFT, day(scale.first))];
        if scale.last > scale.first {
            days.push((LEFT + WIDTH, day(scale.last)));
        }
        let is_within = scale.first < page.now && page.now < scale.last;
        Self {
            rows: all.iter().map(|one| row(page, one)).collect(),
            more,
            height: lanes.len() * LANE,
            lanes,
            days,
            now: is_within.then(|| scale.of(page.now)),
            page: page.clone(),
        }
    }
}

/// From the first moment to the last.
struct Scale {
    first: Timestamp,
    last: Timestamp,
}

impl Scale {
    fn of(&self, at: Timestamp) -> i64 {
        let whole = self.last.as_second() - self.first.as_second();
        let part = at.as_second() - self.first.as_second();
        LEFT + part.saturating_mul(WIDTH) / whole.max(1)
    }
}

fn row(page: &Page, one: &Happened) -> Row {
    Row {
        kind: page.tag(page.t(one.kind.key())),
        from: page.at(one.from),
        to: one.to.map(|to| page.at(to)),
        title: one.title.clone(),
        href: one.href.clone(),
    }
}

/// A moment that an object says.
fn said(value: &Value, property: &str) -> Option<Timestamp> {
    let text = value.get(property)?.as_str()?;
    Timestamp::from_microsecond(kaname_stix::time::micros(text)?).ok()
}

/// From one property to another; nothing where neither is said.
fn between(value: &Value, from: &str, to: &str) -> Option<(Timestamp, Option<Timestamp>)> {
    match (said(value, from), said(value, to)) {
        (Some(from), Some(to)) if to > from => Some((from, Some(to))),
        (Some(at), _) | (None, Some(at)) => Some((at, None)),
        (None, None) => None,
    }
}

/// What the object says of itself, its versions, and when it was seen.
fn own(page: &Page, known: Known<'_>) -> Vec<Happened> {
    let Known { object, same, .. } = known;
    let value: Value = serde_json::from_str(&object.raw).unwrap_or_default();
    let active = between(&value, "first_seen", "last_seen");
    let active = active.map(|(from, to)| Happened {
        kind: Kind::Active,
        from,
        to,
        title: object.title.clone(),
        href: objects::placed(object),
    });
    let versions = same.iter().map(|one| Happened {
        kind: Kind::Version,
        from: moment(page, one.version_us),
        to: None,
        title: one.title.clone(),
        href: objects::placed(one),
    });
    let seen = known.sightings.seen.iter().map(|one| Happened {
        kind: Kind::Seen,
        from: one.first.unwrap_or(one.at),
        to: one.first.map(|_| one.at),
        title: page.t1("object-time-times", "n", one.count).into_owned(),
        href: match &one.by {
            SeenBy::Sighting(id) => format!("/library/objects/{id}"),
            SeenBy::Answer => "#sightings".to_owned(),
        },
    });
    active.into_iter().chain(versions).chain(seen).collect()
}

/// Reports about it, indicators of it, campaigns of it.
async fn related(house: &House, by: &By, links: &Links) -> Result<Vec<StoredObject>, Failure> {
    let told = |stix_type: &str, side: Side| match stix_type {
        "report" | "indicator" | "incident" | "grouping" => side == Side::In,
        "campaign" => true,
        _ => false,
    };
    let mut found: Vec<_> = links
        .links
        .iter()
        .filter(|link| told(&link.kind.stix_type, link.kind.side))
        .collect();
    found.sort_by_key(|link| std::cmp::Reverse(link.added_us));
    let ids: BTreeSet<String> = found
        .iter()
        .take(MOST_RELATED)
        .map(|link| link.other.clone())
        .collect();
    Ok(house.world().objects_named(by, ids).await?)
}

fn of_related(object: &StoredObject) -> Option<Happened> {
    let value: Value = serde_json::from_str(&object.raw).ok()?;
    let (kind, (from, to)) = match object.stix_type.as_str() {
        "indicator" => (
            Kind::Indicator,
            between(&value, "valid_from", "valid_until")?,
        ),
        "campaign" | "incident" => (Kind::Campaign, between(&value, "first_seen", "last_seen")?),
        "report" => (Kind::Report, (said(&value, "published")?, None)),
        _ => (Kind::Report, (said(&value, "created")?, None)),
    };
    Some(Happened {
        kind,
        from,
        to,
        title: object.title.clone(),
        href: objects::href(object),
    })
}

/// Items that brought the object, or what relates to it, and were released.
async fn items(
    house: &House,
    by: &By,
    page: &Page,
    (object, related): (&StoredObject, &[StoredObject]),
) -> Result<Vec<Happened>, Failure> {
    let objects = std::iter::once(object).chain(related);
    let sources: BTreeSet<MatterId> = objects.map(|one| one.source).collect();
    let mut all = Vec::new();
    for source in sources {
        let item = match house.world().library_item(by, source).await {
            Ok(item) => item.state,
            Err(WorldError::NotFound(_)) => continue,
            Err(error) => return Err(error.into()),
        };
        let title = match item.content.is_on_the_web() {
            true => item.content.title.in_language(page.lang().tag()).to_owned(),
            false => item.number.clone(),
        };
        all.extend(item.release.as_ref().map(|release| Happened {
            kind: Kind::Item,
            from: release.at,
            to: None,
            title,
            href: format!("/library/{}", item.number),
        }));
    }
    Ok(all)
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::{LEFT, Scale, WIDTH};

    #[test]
    fn the_first_moment_stands_left_and_the_last_right() {
        let at = |second| Timestamp::from_second(second).unwrap();
        let scale = Scale {
            first: at(100),
            last: at(300),
        };
        assert_eq!(scale.of(at(100)), LEFT);
        assert_eq!(scale.of(at(200)), LEFT + WIDTH / 2);
        assert_eq!(scale.of(at(300)), LEFT + WIDTH);
        let one = Scale {
            first: Timestamp::MIN,
            last: Timestamp::MIN,
        };
        assert_eq!(one.of(Timestamp::MIN), LEFT);
    }
}
