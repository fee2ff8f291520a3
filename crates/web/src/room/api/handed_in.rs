//! Reports: handed in as JSON, and followed by the party that handed them in.

use axum::{
    Json,
    extract::{Path, Query, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse as _, Response},
};
use kaname_intake::submission::{
    FieldFault, SubmissionError, SubmissionOptions, Submitted, from_json,
};
use kaname_kernel::{GroupId, Pap, Tlp};
use kaname_sharing::{
    Item, Report, number,
    report::{Closing, Urgency, Wishes},
    triage::MAX_WISHES,
};
use kaname_store::Cursor;
use kaname_world::{
    Loaded, World, WorldError,
    sharing::{Attachment, Once, Terms},
};
use serde::Deserialize;
use serde_json::{Map, Value, json, value::RawValue};

use super::body::{Checked, form, malformed};
use crate::{
    error::{Failure, Fault, Reason},
    house::{By, House},
    once,
    room::paging::{Reading, address},
};

/// Most rows of a page.
const MOST: u32 = 200;

/// A submission: the report itself, and how it is to be handled.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Body<'b> {
    #[serde(borrow)]
    report: &'b RawValue,
    #[serde(default)]
    terms: Wanted,
}

/// Terms; what is left out is as strict as can be.
#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Wanted {
    tlp: Option<Tlp>,
    pap: Option<Pap>,
    sector: Option<String>,
    urgency: Option<Urgency>,
    groups: Vec<GroupId>,
    classes: Vec<String>,
}

impl Wanted {
    fn terms(self) -> Result<Terms, Failure> {
        for (at, count) in [
            ("groups", self.groups.len()),
            ("classes", self.classes.len()),
        ] {
            if count > MAX_WISHES {
                let why = Reason::new("refused-too-much")
                    .with("field", at)
                    .with("actual", count.to_string())
                    .with("limit", MAX_WISHES.to_string());
                let at = format!("$.terms.{at}");
                let words = None;
                return Err(Failure::Invalid(vec![Fault { at, why, words }]));
            }
        }
        let strict = Terms::default();
        Ok(Terms {
            tlp: self.tlp.unwrap_or(strict.tlp),
            pap: self.pap.unwrap_or(strict.pap),
            wishes: Wishes {
                groups: self.groups,
                classes: self.classes,
            },
            sector: self.sector,
            urgency: self.urgency.unwrap_or(strict.urgency),
        })
    }
}

pub(super) async fn submit(
    State(house): State<House>,
    by: By,
    headers: HeaderMap,
    Checked(bytes): Checked,
) -> Result<Response, Failure> {
    let world = house.world();
    let once = once::key_in(&headers)?;
    let body: Body<'_> = form(&bytes)?;
    let terms = body.terms.terms()?;
    let report = body.report.get().as_bytes();
    let mut read = match world.read_in(&by, "submission.json", report) {
        Ok(read) => read,
        Err(WorldError::Invalid { .. }) => return Err(faults(report, &world.reading(&by)?)),
        Err(error) => return Err(error.into()),
    };
    read.entitle();
    let left_out = left_out(&read);
    let attachments = std::mem::take(&mut read.attachments);
    let attachments = attachments.into_iter().map(|file| Attachment {
        name: file.name,
        bytes: file.bytes,
    });
    let original = Attachment {
        name: "submission.json".to_owned(),
        bytes: report.to_vec(),
    };
    let report = World::report_from(read, terms, Some(original), attachments.collect());
    let once = once.map(|key| Once { key, sent: &bytes });
    let receipt = world.submit(&by, report, once).await?;
    let links = links(&house, &receipt.number);
    let location = format!("/api/v1/submissions/{}", receipt.number);
    let answer = json!({
        "number": receipt.number,
        "event": receipt.event.to_string(),
        "left_out": left_out,
        "links": links,
    });
    let headers = [(header::LOCATION, location)];
    Ok((StatusCode::CREATED, headers, Json(answer)).into_response())
}

/// The provider's own values, which were not taken.
fn left_out(read: &Submitted) -> Vec<Value> {
    let left = read.left_out.iter();
    let said = left.map(|one| json!({ "kind": one.value.kind.as_str(), "value": one.value.value }));
    said.collect()
}

/// Every fault of a report, each with its place.
fn faults(report: &[u8], options: &SubmissionOptions) -> Failure {
    let within = |at: &str| format!("$.report{}", at.strip_prefix('$').unwrap_or(at));
    let unreadable = |words: Option<String>| {
        let fault = Fault::new(within(""), "error-unreadable");
        Failure::Invalid(vec![Fault { words, ..fault }])
    };
    match from_json(report, options) {
        Err(SubmissionError::Fields(all)) => {
            let all = all.into_iter().map(|error| Fault {
                at: within(&error.path),
                why: of_field(error.what),
                words: None,
            });
            Failure::Invalid(all.collect())
        }
        Err(SubmissionError::Json(error)) => malformed(error),
        Err(other) => unreadable(Some(other.to_string())),
        Ok(_) => unreadable(None),
    }
}

/// What is wrong with one member of the form.
fn of_field(fault: FieldFault) -> Reason {
    match fault {
        FieldFault::Missing => Reason::new("error-empty"),
        FieldFault::Unknown => Reason::new("error-field-unknown"),
        FieldFault::WrongType { expected } => {
            Reason::new("error-field-type").with("what", json_type(&expected))
        }
        FieldFault::TooLong {
            actual,
            limit,
            unit,
        } => Reason::new("error-field-long")
            .with("actual", actual.to_string())
            .with("limit", limit.to_string())
            .with("unit", unit),
        FieldFault::TooMany { actual, limit } => Reason::new("error-field-many")
            .with("actual", actual.to_string())
            .with("limit", limit.to_string()),
        FieldFault::BadValue { kind } => Reason::new("error-field-value").with("kind", kind),
        FieldFault::BadKind { known } => Reason::new("error-field-kind").with("known", known),
        FieldFault::BadTime => Reason::new("error-field-time"),
        FieldFault::NotYet { latest } => {
            Reason::new("error-field-not-yet").with("latest", latest.to_string())
        }
        FieldFault::BadBase64 => Reason::new("error-field-base64"),
    }
}

/// A type by its name in JSON, which is one in every language.
fn json_type(expected: &str) -> String {
    let types = expected.split(" or ").map(|one| {
        let name = one.trim_start_matches("an ").trim_start_matches("a ");
        if name == "list" { "array" } else { name }
    });
    types.collect::<Vec<_>>().join(" / ")
}

fn links(house: &House, number: &str) -> Value {
    let base = house.public_url();
    json!({
        "self": format!("{base}/api/v1/submissions/{number}"),
        "page": format!("{base}/submissions/{number}"),
        "proof": format!("{base}/api/v1/receipts/{number}"),
    })
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    pub(super) after: String,
    limit: String,
}

impl Asked {
    /// Rows of a page.
    pub(super) fn limit(&self) -> u32 {
        self.limit.parse().unwrap_or(50).clamp(1, MOST)
    }
}

pub(super) async fn list(
    State(house): State<House>,
    by: By,
    Query(asked): Query<Asked>,
) -> Result<Response, Failure> {
    let reading = Reading::of(&house, &by, "/api/v1/submissions");
    let after = place(&reading, &asked.after)?;
    let found = house.world().own_reports(&by, |query| {
        query.after = after;
        query.limit = asked.limit();
    });
    let found = found.await?;
    let rows = found.rows.iter();
    let rows: Vec<Value> = rows.map(|row| outline(&house, row).into()).collect();
    let next = found.next.as_ref().map(|next| {
        let (after, limit) = (reading.written(next), asked.limit().to_string());
        address(
            "/api/v1/submissions",
            &[("after", after.as_str()), ("limit", limit.as_str())],
        )
    });
    let total = counted(found.total);
    let answer =
        json!({ "submissions": rows, "total": total.0, "more_than_total": total.1, "next": next });
    Ok(Json(answer).into_response())
}

/// Where a page begins.
///
/// # Errors
/// When the cursor was given for another list, for other filters or to another reader.
pub(super) fn place(reading: &Reading<'_>, after: &str) -> Result<Option<Cursor>, Failure> {
    match reading.read(after) {
        None if !after.is_empty() => Err(foreign()),
        place => Ok(place),
    }
}

/// A cursor that was given for another list or to another reader.
pub(super) fn foreign() -> Failure {
    Failure::Malformed {
        at: "after".to_owned(),
        why: "does not belong to this request: take `next` as it was given".to_owned(),
    }
}

/// A page of a list under its name, and where it goes on.
pub(super) fn page(
    (name, rows): (&str, Vec<Value>),
    (reading, path, asked): (&Reading<'_>, &str, &Asked),
    next: Option<&Cursor>,
) -> Response {
    let next = next.map(|row| {
        let (after, limit) = (reading.written(row), asked.limit().to_string());
        address(path, &[("after", &after), ("limit", &limit)])
    });
    Json(json!({ name: rows, "next": next })).into_response()
}

/// An exact count up to 10,000, and whether there are more.
pub(super) fn counted(total: u32) -> (u32, bool) {
    (total.min(10_000), total > 10_000)
}

/// Where a report stands, and nothing of what it says.
fn standing(house: &House, report: &Loaded<Report>) -> Map<String, Value> {
    let state = &report.state;
    let receipt = &state.submission.receipt;
    Map::from_iter([
        ("number".to_owned(), json!(receipt)),
        ("state".to_owned(), json!(state.state.as_str())),
        ("received".to_owned(), json!(state.received.to_string())),
        ("links".to_owned(), links(house, receipt)),
    ])
}

fn outline(house: &House, report: &Loaded<Report>) -> Map<String, Value> {
    let state = &report.state;
    let submission = &state.submission;
    let mut outline = standing(house, report);
    outline.extend([
        ("tlp".to_owned(), json!(submission.tlp)),
        ("pap".to_owned(), json!(submission.pap)),
        ("values".to_owned(), json!(submission.values.len())),
        ("awaits_answer".to_owned(), json!(state.awaits_answer())),
    ]);
    outline
}

/// How much of a report is asked for.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct HowMuch {
    /// `all`: the whole history of its showing, instead of the newest entries.
    history: String,
}

pub(super) async fn one(
    State(house): State<House>,
    by: By,
    Path(typed): Path<String>,
    Query(asked): Query<HowMuch>,
) -> Result<Response, Failure> {
    let world = house.world();
    let key = number::normalise(&typed);
    let report = world.find::<Report>(&by, "receipt", &key).await?;
    let handle = report.state.submission.handle;
    if !world.owns(&by, Some(handle.cast())).await? {
        return Err(Failure::NotFound);
    }
    let view = world.report(&by, report.id).await?;
    let Some(content) = view.content.as_ref() else {
        // A key that hands in and does not read.
        return Ok(Json(standing(&house, &report)).into_response());
    };
    let showing = super::showing::showing(world, &view, asked.history == "all").await?;
    let mut items = Vec::new();
    for id in view.items {
        let item = world.see::<Item>(&by, id).await?.state;
        items.push(json!({ "number": item.number, "state": item.state.as_str() }));
    }
    let mut answer = outline(&house, &report);
    let state = &report.state;
    let values = state.submission.values.iter();
    let values: Vec<Value> = values
        .map(|value| json!({ "kind": value.kind.as_str(), "value": value.value }))
        .collect();
    let thread = view.thread.iter().map(|(hub, said, at)| {
        json!({ "from": if *hub { "hub" } else { "own" }, "text": said, "at": at.to_string() })
    });
    let thread: Vec<Value> = thread.collect();
    let openings = state.openings.iter();
    let openings: Vec<Value> = openings
        .map(|one| json!({ "reason": one.reason, "at": one.at.to_string() }))
        .collect();
    let more = json!({
        "title": content.title,
        "technique": content.text,
        "victim": view.harm.map(|harm| harm.text),
        "showing": showing,
        "seen": content.seen.map(|seen| seen.to_string()),
        "values": values,
        "attachments": content.attachments,
        "thread": thread,
        "openings": openings,
        "items": items,
        "closing": state.closing.as_ref().map(closing),
    });
    if let Value::Object(more) = more {
        answer.extend(more);
    }
    Ok(Json(answer).into_response())
}

/// How it ended; which other report says the same is for officers only.
fn closing(closing: &Closing) -> Value {
    match closing {
        Closing::Duplicate { .. } => json!({ "why": "duplicate" }),
        Closing::NotActionable { reason } => json!({ "why": "not_actionable", "reason": reason }),
        Closing::Withdrawn => json!({ "why": "withdrawn" }),
    }
}
