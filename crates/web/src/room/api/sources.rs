//! Sources as JSON: what is agreed, what their readings brought, how far behind each is; agreed with, changed, stopped and
//! started by the same operations as on the pages.

use std::collections::BTreeMap;

use axum::{
    Json,
    extract::{Path, State},
    http::{Method, StatusCode, header},
    response::{IntoResponse as _, Response},
    routing,
};
use jiff::Timestamp;
use kaname_intake::listed::Mapping;
use kaname_kernel::{GroupId, MatterId, Tlp};
use kaname_policy::Action;
use kaname_sharing::{
    source::{
        DEFAULT_GRACE_H, DEFAULT_MIB, Form, FormKind, Owed, PastReading, Source, SourceDefinition,
        SourceTerms, ask_source, start_source, stop_source,
    },
    turn::Every,
};
use serde::Deserialize;
use serde_json::{Value, json};
use uuid::Uuid;

use super::{
    body::{Read, Why},
    change, read,
};
use crate::{
    error::Failure,
    frame::Frame,
    house::{By, House},
    room::{sources, trouble},
    route::{Audit, Endpoint},
    text::Text,
};

const PATH: &str = "/api/v1/sources";
const ONE: &str = "/api/v1/sources/{code}";
const READ: Action = Action::DeliveryRead;
const MANAGE: Action = Action::CollectionManage;
const READS: Audit =
    Audit::None("reads what is agreed with sources and what their readings brought");

pub(super) fn endpoints() -> Vec<Endpoint<House>> {
    let act = |path, name, event, handler| {
        let at = (Method::POST, path, name);
        change(at, MANAGE, Audit::Event(event), handler)
    };
    vec![
        read(PATH, "api.sources", READ, READS, routing::get(list)),
        read(ONE, "api.source", READ, READS, routing::get(one)),
        act(
            PATH,
            "api.join_source",
            "source.joined",
            routing::post(join),
        ),
        change(
            (Method::POST, "/api/v1/source-trials", "api.try_source"),
            MANAGE,
            Audit::None("looks at what a source would bring and keeps nothing of it"),
            routing::post(look),
        ),
        change(
            (Method::PUT, ONE, "api.change_source"),
            MANAGE,
            Audit::Event("source.changed"),
            routing::put(agree),
        ),
        act(
            "/api/v1/sources/{code}/now",
            "api.ask_source",
            "source.asked",
            routing::post(now),
        ),
        act(
            "/api/v1/sources/{code}/stop",
            "api.stop_source",
            "source.stopped",
            routing::post(stop),
        ),
        act(
            "/api/v1/sources/{code}/start",
            "api.start_source",
            "source.started",
            routing::post(start),
        ),
    ]
}

/// A source as it is sent.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct New {
    code: String,
    collection: MatterId,
    terms: Terms,
}

/// What is agreed.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Terms {
    publisher: String,
    #[serde(default)]
    url: Option<String>,
    form: FormKind,
    #[serde(default)]
    mapping: Mapping,
    #[serde(default)]
    ignore_distribution: bool,
    #[serde(default)]
    sharing_groups: BTreeMap<Uuid, GroupId>,
    #[serde(default)]
    signed: bool,
    #[serde(default)]
    tlp: Option<Tlp>,
    #[serde(default)]
    every: Every,
    #[serde(default)]
    grace_h: Option<u32>,
    #[serde(default)]
    most_mib: Option<u32>,
    /// By which the hub is known there; the one there is stays where none is sent.
    #[serde(default)]
    header: Option<Header>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Header {
    name: String,
    value: String,
}

impl Terms {
    fn parted(self) -> (SourceTerms, Option<Header>) {
        let most = self.most_mib.unwrap_or(DEFAULT_MIB);
        let terms = SourceTerms {
            publisher: self.publisher,
            url: self.url,
            form: Form {
                kind: self.form,
                mapping: self.mapping,
                ignore_distribution: self.ignore_distribution,
                sharing_groups: self.sharing_groups,
                signed: self.signed,
            },
            tlp: self.tlp,
            every: self.every,
            most_bytes: u64::from(most) << 20,
            grace_h: self.grace_h.unwrap_or(DEFAULT_GRACE_H),
        };
        (terms, self.header)
    }
}

fn known_by(header: Option<&Header>) -> Option<(&str, &str)> {
    header.map(|header| (header.name.as_str(), header.value.as_str()))
}

async fn join(
    State(house): State<House>,
    frame: Frame,
    by: By,
    Read(new): Read<New>,
) -> Result<Response, Failure> {
    let (terms, header) = new.terms.parted();
    let definition = SourceDefinition {
        code: new.code,
        into: new.collection,
        terms,
    };
    let world = house.world();
    let joined = world
        .join_source(&by, definition, known_by(header.as_ref()))
        .await?;
    let told = told(frame.text(), &joined.state, world.now());
    let place = format!("{PATH}/{}", joined.state.definition.code);
    Ok((StatusCode::CREATED, [(header::LOCATION, place)], Json(told)).into_response())
}

async fn look(
    State(house): State<House>,
    frame: Frame,
    by: By,
    Read(terms): Read<Terms>,
) -> Result<Response, Failure> {
    let (terms, header) = terms.parted();
    let trial = sources::looked(&house, &by, terms, known_by(header.as_ref())).await?;
    let (trouble, code) = trouble::both(frame.text(), trial.trouble.as_ref());
    let mut told = serde_json::to_value(trial).map_err(Failure::internal)?;
    if let Some(told) = told.as_object_mut() {
        told.insert("trouble".to_owned(), trouble.into());
        told.insert("trouble_code".to_owned(), code.into());
    }
    Ok(Json(told).into_response())
}

async fn agree(
    State(house): State<House>,
    frame: Frame,
    by: By,
    Path(code): Path<String>,
    Read(terms): Read<Terms>,
) -> Result<Response, Failure> {
    let (terms, header) = terms.parted();
    let world = house.world();
    let changed = world
        .agree_with_source(&by, &code, terms, known_by(header.as_ref()))
        .await?;
    Ok(Json(told(frame.text(), &changed.state, world.now())).into_response())
}

async fn now(
    State(house): State<House>,
    frame: Frame,
    by: By,
    Path(code): Path<String>,
) -> Result<Response, Failure> {
    let world = house.world();
    let asked = world.change_source(&by, &code, ask_source).await?;
    Ok(Json(told(frame.text(), &asked.state, world.now())).into_response())
}

async fn stop(
    State(house): State<House>,
    frame: Frame,
    by: By,
    Path(code): Path<String>,
    Read(why): Read<Why>,
) -> Result<Response, Failure> {
    let world = house.world();
    let stop = |source: &Source| stop_source(source, &why.reason);
    let stopped = world.change_source(&by, &code, stop).await?;
    Ok(Json(told(frame.text(), &stopped.state, world.now())).into_response())
}

async fn start(
    State(house): State<House>,
    frame: Frame,
    by: By,
    Path(code): Path<String>,
) -> Result<Response, Failure> {
    let world = house.world();
    let started = world.change_source(&by, &code, start_source).await?;
    Ok(Json(told(frame.text(), &started.state, world.now())).into_response())
}

async fn list(State(house): State<House>, frame: Frame, by: By) -> Result<Response, Failure> {
    let sources = house.world().sources(&by).await?;
    let now = house.world().now();
    let rows: Vec<Value> = sources
        .iter()
        .map(|one| told(frame.text(), &one.state, now))
        .collect();
    Ok(Json(json!({ "sources": rows })).into_response())
}

async fn one(
    State(house): State<House>,
    frame: Frame,
    by: By,
    Path(code): Path<String>,
) -> Result<Response, Failure> {
    let source = house.world().source(&by, &code).await?;
    Ok(Json(told(frame.text(), &source.state, house.world().now())).into_response())
}

fn owed(text: Text, one: &Owed) -> Value {
    let missed = &one.missed;
    let (why, code) = trouble::both(text, Some(&missed.why));
    let mut told = json!({
        "event": missed.event,
        "changed_us": missed.changed_us,
        "url": missed.url,
        "why": why,
        "why_code": code,
        "since": one.since,
        "tries": one.tries,
    });
    if let Some(next) = one.next {
        told["next"] = json!(next);
    }
    told
}

fn past(text: Text, one: &PastReading) -> Value {
    let mut told = json!({
        "at": one.at,
        "listed": one.listed,
        "taken": one.taken,
        "gone": one.gone,
        "refused": one.refused,
        "unchanged": one.unchanged,
    });
    if let (Some(trouble), code) = trouble::both(text, one.trouble.as_ref()) {
        told["trouble"] = json!(trouble);
        told["trouble_code"] = json!(code);
    }
    told
}

fn told(text: Text, source: &Source, now: Timestamp) -> Value {
    let (terms, turns) = (&source.definition.terms, &source.turns);
    let (trouble, code) = trouble::both(text, turns.trouble.as_ref());
    let owed = source.owed.iter().map(|one| owed(text, one));
    let history = source.history.iter().map(|one| past(text, one));
    json!({
        "code": source.definition.code,
        "publisher": terms.publisher,
        "url": terms.url,
        "form": terms.form.kind,
        "mapping": terms.form.mapping,
        "ignore_distribution": terms.form.ignore_distribution,
        "sharing_groups": terms.form.sharing_groups,
        "signed": terms.form.signed,
        "collection": source.definition.into,
        "tlp": terms.tlp,
        "every": terms.every,
        "most_mib": sources::most_mib(terms),
        "grace_h": terms.grace_h,
        "state": turns.state(),
        "listed": source.listed,
        "taken": source.taken,
        "refused": source.refused,
        "unlisted": source.unlisted,
        "owed": owed.collect::<Vec<_>>(),
        "lag_s": turns.lag_s(now),
        "joined": turns.joined,
        "read": turns.read,
        "read_whole": turns.read_whole,
        "next": turns.next,
        "trouble": trouble,
        "trouble_code": code,
        "troubles": turns.troubles,
        "stopped": turns.stopped,
        "history": history.collect::<Vec<_>>(),
    })
}
