//! The search as JSON, with the reader's eyes. What of it is not understood refuses it: a program is not answered
//! something else than it asked.

use std::collections::BTreeMap;

use axum::{
    Json,
    extract::{Query, State},
    response::{IntoResponse as _, Response},
};
use kaname_sharing::{Collection, Report};
use kaname_store::{FoundObjects, StoredObject};
use kaname_world::{
    Loaded,
    find::{Found, Left, Outcome, Part, ReadThrough},
    sharing::{assessment::assessment_line, cluster::line_told},
};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    handed_in::{counted, place},
    items::outline,
    moment,
};
use crate::{
    error::{Failure, Fault},
    house::{By, House},
    room::{
        paging::{Reading, address},
        search::faults,
    },
};

/// Most rows of a page.
const MOST: u32 = 200;

#[derive(Debug, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    q: String,
    /// Where objects go on.
    objects: String,
    /// Where items go on.
    items: String,
    /// Where reports go on.
    reports: String,
    /// Where assessments go on.
    assessments: String,
    /// Where campaigns go on.
    campaigns: String,
    limit: u32,
    /// `sectors` where it is counted how objects spread over them.
    count: String,
}

impl Default for Asked {
    fn default() -> Self {
        Self {
            q: String::new(),
            objects: String::new(),
            items: String::new(),
            reports: String::new(),
            assessments: String::new(),
            campaigns: String::new(),
            limit: 50,
            count: String::new(),
        }
    }
}

impl Asked {
    fn to(&self, part: &str, after: &str) -> String {
        let limit = self.limit.clamp(1, MOST).to_string();
        let parameters = [
            ("q", self.q.as_str()),
            (part, after),
            ("limit", &limit),
            ("count", &self.count),
        ];
        address("/api/v1/search", &parameters)
    }
}

pub(super) async fn search(
    State(house): State<House>,
    by: By,
    Query(asked): Query<Asked>,
) -> Result<Response, Failure> {
    let reading = Reading::of(&house, &by, &address("/api/v1/search", &[("q", &asked.q)]));
    let wrong = || Failure::Malformed {
        at: "objects".to_owned(),
        why: "the cursor was given for another search or another key".to_owned(),
    };
    let objects_after = match asked.objects.as_str() {
        "" => None,
        after => Some(reading.read_moment(after).ok_or_else(wrong)?),
    };
    let part = Part {
        objects_after,
        items_after: place(&reading, &asked.items)?,
        reports_after: place(&reading, &asked.reports)?,
        assessments_after: place(&reading, &asked.assessments)?,
        campaigns_after: place(&reading, &asked.campaigns)?,
        limit: asked.limit.clamp(1, MOST),
        sectors: asked.count == "sectors",
    };
    let found = house.world().search(&by, &asked.q, &part).await?;
    if !found.search.faults.is_empty() {
        return Err(Failure::Invalid(faults(&asked.q, &found.search.faults)));
    }
    if found.search.asks_nothing() {
        let nothing = Fault::new("q", "search-nothing-asked-do");
        return Err(Failure::Invalid(vec![nothing]));
    }
    let collections = house.world().collections(&by).await?;
    let mut answer = json!({
        "query": found.search.canonical(),
        "items": items(&house, &reading, &asked, &found),
        "objects": objects(&house, &reading, &asked, &found, &collections),
        "too_wide": found.too_wide,
    });
    // What the caller may not list is not named.
    let paged = (&reading, &asked);
    if let Some(outcome) = &found.reports {
        let line = |one: &Report| report_line(&house, one);
        answer["reports"] = read_through("reports", outcome, paged, line);
    }
    if let Some(outcome) = &found.assessments {
        answer["assessments"] = read_through("assessments", outcome, paged, assessment_line);
    }
    if let Some(outcome) = &found.campaigns {
        answer["campaigns"] = read_through("campaigns", outcome, paged, line_told);
    }
    Ok(Json(answer).into_response())
}

/// Why a kind was not searched.
const fn left(why: Left) -> &'static str {
    match why {
        Left::Nothing => "nothing-asked",
        Left::NoPap => "no-pap",
        Left::Sealed => "sealed",
        Left::NoSuchType => "no-such-type",
        Left::OnlyValues => "only-values",
        Left::OtherType => "other-type",
        Left::HubsOwn => "hubs-own",
        Left::NoMarking => "no-marking",
        Left::NoCollection => "no-collection",
    }
}

fn not_searched(why: Left) -> Value {
    json!({ "not_searched": left(why), "total": 0, "more_than_total": false, "rows": [], "next": null })
}

fn items(house: &House, reading: &Reading<'_>, asked: &Asked, found: &Found) -> Value {
    let items = match &found.items {
        Ok(items) => items,
        Err(why) => return not_searched(*why),
    };
    let rows: Vec<Value> = items.rows.iter().map(|item| outline(house, item)).collect();
    let next = items.next.as_ref();
    let next = next.map(|next| asked.to("items", &reading.written(next)));
    let (total, more) = counted(items.total);
    let tlps = found.item_tlps.iter();
    let tlps: BTreeMap<&str, u32> = tlps.map(|(tlp, count)| (tlp.label(), *count)).collect();
    json!({
        "total": total, "more_than_total": more, "rows": rows, "next": next, "spread": { "tlp": tlps },
    })
}

fn objects(
    house: &House,
    reading: &Reading<'_>,
    asked: &Asked,
    found: &Found,
    collections: &[Loaded<Collection>],
) -> Value {
    let objects = match &found.objects {
        Ok(objects) => objects,
        Err(why) => return not_searched(*why),
    };
    let named = |id| {
        let known = collections.iter().find(|one| one.id == id);
        known.map(|one| one.state.in_addresses())
    };
    let row = |object: &StoredObject| {
        let (base, id) = (house.public_url(), &object.stix_id);
        json!({
            "id": id,
            "type": object.stix_type,
            "title": object.title,
            "tlp": object.tlp,
            "collection": named(object.collection),
            "claimed": object.origin.is_some(),
            "version": moment(object.version_us),
            "added": moment(object.added_us),
            "links": { "page": format!("{base}/library/objects/{id}?added={}", object.added_us) },
        })
    };
    let rows: Vec<Value> = objects.objects.iter().map(row).collect();
    let last = objects.objects.last().filter(|_| objects.more);
    let next = last.map(|last| asked.to("objects", &reading.written_moment(last.added_us)));
    let (total, more) = counted(objects.total);
    json!({
        "total": total, "more_than_total": more, "rows": rows, "next": next,
        "spread": spread(found, objects, &named),
    })
}

/// What may be known of a report before it is opened.
fn report_line(house: &House, report: &Report) -> Value {
    let submission = &report.submission;
    let number = &submission.receipt;
    json!({
        "number": number,
        "state": report.state.as_str(),
        "received": report.received.to_string(),
        "tlp": submission.tlp,
        "pap": submission.pap,
        "urgency": submission.urgency.as_str(),
        "due": report.triage_due().map(|due| due.to_string()),
        "values": submission.values.len(),
        "links": { "page": format!("{}/triage/{number}", house.public_url()) },
    })
}

/// What is sealed and was found.
fn read_through<M>(
    name: &str,
    outcome: &Outcome<ReadThrough<M>>,
    (reading, asked): (&Reading<'_>, &Asked),
    line: impl Fn(&M) -> Value,
) -> Value {
    let through = match outcome {
        Ok(through) => through,
        Err(why) => return not_searched(*why),
    };
    let rows = through.listed.rows.iter();
    let rows: Vec<Value> = rows.map(|one| line(&one.state)).collect();
    let next = through.listed.next.as_ref();
    let next = next.map(|next| asked.to(name, &reading.written(next)));
    let (total, more) = counted(through.listed.total);
    json!({
        "total": total, "more_than_total": more || through.cut, "rows": rows, "next": next,
        "not_all_read": through.cut,
    })
}

fn spread(
    found: &Found,
    objects: &FoundObjects,
    named: &impl Fn(kaname_kernel::MatterId) -> Option<String>,
) -> Value {
    let spread = &objects.spread;
    let tlps = spread.tlps.iter();
    let tlps: BTreeMap<&str, u32> = tlps.map(|(tlp, count)| (tlp.label(), *count)).collect();
    let collections = spread.collections.iter();
    let collections: BTreeMap<String, u32> = collections
        .filter_map(|(id, count)| Some((named(*id)?, *count)))
        .collect();
    let years = spread.years.iter();
    let years: BTreeMap<String, u32> = years
        .map(|(year, count)| (year.to_string(), *count))
        .collect();
    let sectors = found.vocabulary.sectors().zip(&spread.groups);
    let sectors: BTreeMap<&str, u32> = sectors
        .filter(|(_, count)| **count > 0)
        .map(|(code, count)| (code, *count))
        .collect();
    json!({
        "type": spread.types, "tlp": tlps, "collection": collections, "year": years, "sector": sectors,
    })
}
