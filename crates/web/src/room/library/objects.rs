//! Threat objects: what was released or imported, and what members claim, by type, searched.

use std::collections::{BTreeMap, BTreeSet};

use askama::Template;
use axum::{
    extract::{Query, State},
    response::Response,
};
use jiff::Timestamp;
use kaname_directory::Party;
use kaname_kernel::PartyId;
use kaname_store::{Search, StoredObject};
use kaname_world::WorldError;
use serde::Deserialize;

use super::list::searched;
use crate::{
    error::Failure,
    frame::{
        Frame, Page, Section,
        part::{Choice, Empty, Field, Pager, Row},
        show,
    },
    house::{By, House},
    room::{
        choices::lang,
        paging::{Reading, address},
    },
    text::{Count, Text},
};

/// Types that can be chosen (STIX 2.1 §4 to §6), those that people ask for first.
const TYPES: [&str; 24] = [
    "indicator",
    "malware",
    "attack-pattern",
    "threat-actor",
    "intrusion-set",
    "campaign",
    "tool",
    "vulnerability",
    "course-of-action",
    "report",
    "note",
    "relationship",
    "sighting",
    "observed-data",
    "identity",
    "infrastructure",
    "location",
    "ipv4-addr",
    "ipv6-addr",
    "domain-name",
    "url",
    "email-addr",
    "file",
    "marking-definition",
];

/// Every type, relationships and markings included.
const ANY: &str = "any";
/// Further types that are things, not relations between things.
const MORE: [&str; 16] = [
    "grouping",
    "incident",
    "malware-analysis",
    "opinion",
    "language-content",
    "artifact",
    "autonomous-system",
    "directory",
    "email-message",
    "mac-addr",
    "mutex",
    "network-traffic",
    "process",
    "software",
    "user-account",
    "x509-certificate",
];

/// The types to list; empty for every one.
fn types(chosen: &str) -> Vec<String> {
    if chosen == ANY {
        return Vec::new();
    }
    if TYPES.contains(&chosen) {
        return vec![chosen.to_owned()];
    }
    let relations = ["relationship", "marking-definition"];
    let things = TYPES.iter().filter(|stix| !relations.contains(stix));
    things.chain(&MORE).map(|stix| (*stix).to_owned()).collect()
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    q: String,
    r#type: String,
    after: String,
}

#[derive(Template)]
#[template(path = "room/library/objects.html")]
struct ObjectsPage {
    page: Page,
    filters: Vec<Field>,
    rows: Vec<Row>,
    pager: Pager,
    empty: Empty,
}

/// What people call a STIX type; the type itself where they have no word of their own.
pub(in crate::room) fn type_word(text: Text, stix_type: &str) -> String {
    let key = match stix_type {
        "indicator" => "library-type-indicator",
        "malware" => "library-type-malware",
        "attack-pattern" => "library-type-attack-pattern",
        "threat-actor" => "library-type-threat-actor",
        "intrusion-set" => "library-type-intrusion-set",
        "campaign" => "library-type-campaign",
        "tool" => "library-type-tool",
        "vulnerability" => "library-type-vulnerability",
        "course-of-action" => "library-type-course-of-action",
        "report" => "library-type-report",
        "note" => "library-type-note",
        "relationship" => "library-type-relationship",
        "sighting" => "library-type-sighting",
        "observed-data" => "library-type-observed-data",
        "identity" => "library-type-identity",
        "infrastructure" => "library-type-infrastructure",
        "location" => "library-type-location",
        "marking-definition" => "library-type-marking",
        "ipv4-addr" => "words-ipv4",
        "ipv6-addr" => "words-ipv6",
        "domain-name" => "words-domain",
        "url" => "words-url",
        "email-addr" => "words-email",
        "file" => "library-type-file",
        other => return other.to_owned(),
    };
    text.t(key).into_owned()
}

pub(super) async fn list(
    State(house): State<House>,
    frame: Frame,
    by: By,
    Query(asked): Query<Asked>,
) -> Result<Response, Failure> {
    let text = frame.text();
    let page = frame.page(Section::Library, text.t("library-objects"));
    let words = searched(&asked.q);
    let chosen = asked.r#type.as_str();
    let to = |after: &str| {
        let parameters = [
            ("q", asked.q.as_str()),
            ("type", &asked.r#type),
            ("after", after),
        ];
        address("/library/objects", &parameters)
    };
    let reading = Reading::of(&house, &by, &to(""));
    let found = house.world().objects(&by, |filter| {
        filter.types = types(chosen);
        filter.search = (!words.is_empty()).then_some(Search(words));
        filter.after_us = reading.read_moment(&asked.after);
    });
    let found = found.await?;
    let claimants = Claimants::of(&house, &by, &page, &found.objects).await?;
    let rows: Vec<Row> = found
        .objects
        .iter()
        .map(|object| row(&page, &claimants, object))
        .collect();
    let last = found.objects.last().filter(|_| found.more);
    let next = last.map(|last| to(&reading.written_moment(last.added_us)));
    let first = (!asked.after.is_empty()).then(|| to(""));
    let count = Count::capped(u64::from(found.total.unwrap_or_default()), 10_000);
    let shown = u64::try_from(rows.len()).unwrap_or_default();
    let mut choices = vec![
        Choice::new("", page.t("library-any-thing")),
        Choice::new(ANY, page.t("library-any-object")),
    ];
    choices.extend(TYPES.map(|stix| Choice::new(stix, type_word(text, stix))));
    let shown = ObjectsPage {
        filters: vec![
            page.line("search", "q", page.t("library-words"))
                .value(asked.q.as_str())
                .longest(200)
                .optional(),
            page.select("type", page.t("library-type"), choices)
                .value(asked.r#type.as_str()),
        ],
        pager: page.pager(shown, count, first, next),
        empty: Empty {
            title: page.t("library-nothing").into_owned(),
            text: page.t("library-nothing-do").into_owned(),
            next: Some(page.link("/library/objects", page.t("library-all"))),
        },
        rows,
        page,
    };
    show(&shown)
}

/// An object as a row; of a claim it says whose.
pub(in crate::room) fn row(page: &Page, claimants: &Claimants, object: &StoredObject) -> Row {
    let added = moment(page, object.added_us);
    let due = page.came(added, type_word(page.text, &object.stix_type));
    let row = Row::new(due, href(object), object.title.as_str()).about(object.stix_id.as_str());
    match claimants.whose(page, object) {
        Some(from) => row.about(from),
        None => row,
    }
}

/// A moment as stores keep it, microseconds since 1970.
pub(super) fn moment(page: &Page, us: i64) -> Timestamp {
    Timestamp::from_microsecond(us).unwrap_or(page.now)
}

/// Where an object is shown: at its id what the hub has, at its place what somebody claims under that id.
pub(super) fn href(object: &StoredObject) -> String {
    match object.origin {
        None => format!("/library/objects/{}", object.stix_id),
        Some(_) => placed(object),
    }
}

/// Where exactly this version is shown.
pub(super) fn placed(object: &StoredObject) -> String {
    let (id, added_us) = (&object.stix_id, object.added_us);
    format!("/library/objects/{id}?added={added_us}")
}

/// What the parties are called whose claims are shown, as far as the reader may know it.
pub(in crate::room) struct Claimants(BTreeMap<PartyId, String>);

impl Claimants {
    pub(in crate::room) async fn of(
        house: &House,
        by: &By,
        page: &Page,
        objects: impl IntoIterator<Item = &StoredObject>,
    ) -> Result<Self, Failure> {
        let parties = objects.into_iter().filter_map(|object| object.origin);
        let parties = parties.collect();
        Self::of_parties(house, by, page, parties).await
    }

    /// The same for parties whose objects are not at hand.
    pub(super) async fn of_parties(
        house: &House,
        by: &By,
        page: &Page,
        parties: BTreeSet<PartyId>,
    ) -> Result<Self, Failure> {
        let mut names = BTreeMap::new();
        for party in parties {
            match house.world().see::<Party>(by, party.cast()).await {
                Ok(known) => {
                    let name = known.state.description.name.get(lang(page));
                    names.insert(party, name.to_owned());
                }
                Err(WorldError::NotFound(_)) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Ok(Self(names))
    }

    /// Whose word an object is; `None` for the hub's.
    pub(super) fn whose(&self, page: &Page, object: &StoredObject) -> Option<String> {
        self.of_party(page, object.origin)
    }

    /// Whose word something is that a party claims; `None` for the hub's.
    pub(super) fn of_party(&self, page: &Page, party: Option<PartyId>) -> Option<String> {
        let party = party?;
        let from = match self.0.get(&party) {
            Some(name) => page.t1("library-from-party", "name", name.as_str()),
            None => page.t("library-from-some-party"),
        };
        Some(from.into_owned())
    }
}
