//! STIX for a program: the verdict that the page shows, patterns looked for in what was observed, what differs between
//! two documents, and STIX 2.0 as 2.1. Nothing is kept of what is sent.

use axum::{
    Json,
    extract::{Query, State},
    http::Method,
    routing::{self, MethodRouter},
};
use kaname_kernel::MatterId;
use kaname_policy::Action;
use kaname_stix::{
    Bundle, Differences, Level, Limits, StixError, Verdict, bundle, differences, newest_of,
    pattern::matcher::{Found, Listed, ObservedSet, PassedOver, Patterns, Unsearchable, Unusable},
    upgrade_bundle,
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, value::RawValue};

use super::{
    aside::{LONGEST, aside, done_aside},
    body::{Checked, form},
};
use crate::{
    error::Failure,
    house::{By, House},
    room::stix::look,
    route::{Access, Audit, BodySize, Endpoint},
};

/// Most regular expressions of one request: each takes memory.
const MOST_EXPRESSIONS: usize = 200;
/// Most differences that are told.
const MOST_CHANGES: usize = 10_000;
/// How much is told of what was found.
const LISTED: Listed = Listed {
    observed: 100,
    id_bytes: 4 << 20,
};
const KEPT: Audit = Audit::None("looks at what was sent and keeps nothing of it");

pub(super) fn endpoints() -> Vec<Endpoint<House>> {
    vec![
        looks("/api/v1/stix/check", "api.check_stix", routing::post(check)),
        looks(
            "/api/v1/stix/match",
            "api.match_stix",
            routing::post(matching),
        ),
        looks(
            "/api/v1/stix/diff",
            "api.diff_stix",
            routing::post(differing),
        ),
        looks(
            "/api/v1/stix/upgrade",
            "api.upgrade_stix",
            routing::post(upgraded),
        ),
    ]
}

/// An operation of whoever reads the library, on a document that they send.
pub(super) fn looks(
    path: &'static str,
    name: &'static str,
    handler: MethodRouter<House>,
) -> Endpoint<House> {
    let access = Access::Key(Action::LibraryRead);
    Endpoint::new(Method::POST, path, name, access, KEPT, handler).with_body(BodySize::Report)
}

/// What is asked for beside the document.
#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Asked {
    level: Level,
}

async fn check(
    State(house): State<House>,
    by: By,
    Query(asked): Query<Asked>,
    Checked(bytes): Checked,
) -> Result<Json<Verdict>, Failure> {
    let limits = allowed(&house, &by)?;
    let verdict = done_aside(move || look(&bytes, &limits, asked.level)).await?;
    Ok(Json(verdict.map_err(|error| unread("body", &error))?))
}

/// The bounds for whoever may ask.
fn allowed(house: &House, by: &By) -> Result<Limits, Failure> {
    house.world().allow_any(by, Action::LibraryRead)?;
    Ok(house.world().settings().limits.stix())
}

/// A document, or a part of the body, that does not split into objects.
fn unread(part: &str, error: &StixError) -> Failure {
    let at = match error {
        StixError::InObject { index, .. } => format!("{part}, object {index}"),
        _ => part.to_owned(),
    };
    let why = error.to_string();
    Failure::Malformed { at, why }
}

fn split<'b>(part: &str, text: &'b RawValue, limits: &Limits) -> Result<Bundle<'b>, Failure> {
    bundle(text.get().as_bytes(), limits).map_err(|error| unread(part, &error))
}

fn objects(part: &str, text: &RawValue, limits: &Limits) -> Result<Vec<Value>, Failure> {
    let bundle = split(part, text, limits)?;
    let all = bundle.objects.iter();
    all.map(|raw| form(raw.get().as_bytes())).collect()
}

/// What is looked for, and in what.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Match<'b> {
    #[serde(default)]
    pattern: Option<String>,
    #[serde(default, borrow)]
    indicators: Option<&'b RawValue>,
    #[serde(borrow)]
    observed: &'b RawValue,
}

/// What came of it.
#[derive(Serialize)]
struct Matched {
    patterns: usize,
    observed: usize,
    found: Vec<Found>,
    passed_over: Vec<PassedOver>,
    unusable: Vec<Unusable>,
}

async fn matching(
    State(house): State<House>,
    by: By,
    Checked(bytes): Checked,
) -> Result<Json<Matched>, Failure> {
    let limits = allowed(&house, &by)?;
    let matched = aside(move |goes_on| matched(&bytes, &limits, goes_on)).await?;
    let matched = matched.ok_or_else(|| Failure::Malformed {
        at: "body".to_owned(),
        why: format!(
            "there was no answer within {} s: ask for less at once",
            LONGEST.as_secs()
        ),
    })?;
    matched.map(Json)
}

fn matched(bytes: &[u8], limits: &Limits, goes_on: &dyn Fn() -> bool) -> Result<Matched, Failure> {
    let asked: Match<'_> = form(bytes)?;
    let mut patterns = Patterns::with_expressions(MOST_EXPRESSIONS);
    if let Some(pattern) = &asked.pattern {
        patterns.add("", pattern).map_err(unsearchable)?;
    }
    if let Some(indicators) = asked.indicators {
        for raw in split("indicators", indicators, limits)?.objects {
            let object: Value = form(raw.get().as_bytes())?;
            let id = object.get("id").and_then(Value::as_str);
            if let Some(pattern) = Patterns::of_indicator(&object).filter(|_| goes_on()) {
                patterns.add_if(id.unwrap_or_default(), pattern);
            }
        }
    } else if asked.pattern.is_none() {
        return Err(Failure::Malformed {
            at: "body".to_owned(),
            why: "`pattern` or `indicators` is needed".to_owned(),
        });
    }
    let observed = objects("observed", asked.observed, limits)?;
    let (set, unusable) = ObservedSet::read(observed);
    let count = patterns.len();
    let looked = patterns.look_in(&set, LISTED, Some(goes_on));
    let looked = looked.map_err(|error| Failure::Malformed {
        at: "body".to_owned(),
        why: error.to_string(),
    })?;
    Ok(Matched {
        patterns: count,
        observed: set.all().len(),
        found: looked.found,
        passed_over: looked.passed_over,
        unusable,
    })
}

/// A pattern that was asked for by itself.
fn unsearchable(error: Unsearchable) -> Failure {
    let at = match &error {
        Unsearchable::NoPattern(error) => format!("pattern, byte {}", error.offset),
        _ => "pattern".to_owned(),
    };
    let why = error.to_string();
    Failure::Malformed { at, why }
}

/// Two documents.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Pair<'b> {
    #[serde(borrow)]
    before: &'b RawValue,
    #[serde(borrow)]
    after: &'b RawValue,
}

async fn differing(
    State(house): State<House>,
    by: By,
    Checked(bytes): Checked,
) -> Result<Json<Differences>, Failure> {
    let limits = allowed(&house, &by)?;
    let found = done_aside(move || {
        let pair: Pair<'_> = form(&bytes)?;
        let before = newest_of(objects("before", pair.before, &limits)?);
        let after = newest_of(objects("after", pair.after, &limits)?);
        Ok::<_, Failure>(differences(&before, &after, Some(MOST_CHANGES)))
    });
    Ok(Json(found.await??))
}

/// What became of a document of STIX 2.0.
#[derive(Serialize)]
struct Upgraded {
    bundle: Box<RawValue>,
    objects: usize,
    observables: usize,
    left_out: Vec<String>,
}

async fn upgraded(
    State(house): State<House>,
    by: By,
    Checked(bytes): Checked,
) -> Result<Json<Upgraded>, Failure> {
    let limits = allowed(&house, &by)?;
    let uuid = MatterId::random(house.world().rng()).uuid();
    let made = done_aside(move || {
        let bundle = bundle(&bytes, &limits)?;
        upgrade_bundle(&bundle, uuid)
    });
    let made = made.await?.map_err(|error| unread("body", &error))?;
    Ok(Json(Upgraded {
        bundle: RawValue::from_string(made.text).map_err(Failure::internal)?,
        objects: made.objects,
        observables: made.observables,
        left_out: made.left_out,
    }))
}
