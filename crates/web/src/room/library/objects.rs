//! Threat objects: what was released or imported, by type, searched.

use askama::Template;
use axum::{
    extract::{Query, State},
    response::Response,
};
use jiff::Timestamp;
use kaname_store::{Search, StoredObject};
use serde::Deserialize;

use super::{
    cursor::{Reading, address},
    list::searched,
};
use crate::{
    error::Failure,
    frame::{
        Frame, Page, Section,
        part::{Choice, Empty, Field, Pager, Row},
        show,
    },
    house::{By, House},
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
pub(super) fn type_word(text: Text, stix_type: &str) -> String {
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
    let rows: Vec<Row> = found
        .objects
        .iter()
        .map(|object| row(&page, object))
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

/// An object as a row.
pub(super) fn row(page: &Page, object: &StoredObject) -> Row {
    let added = Timestamp::from_microsecond(object.added_us).unwrap_or(page.now);
    let due = page.came(added, type_word(page.text, &object.stix_type));
    let href = format!("/library/objects/{}", object.stix_id);
    Row::new(due, href, object.title.as_str()).about(object.stix_id.as_str())
}
