//! TAXII peers as JSON: what is agreed, how far each has come, how far behind it is; agreed with, changed, stopped and
//! started by the same operations as on the pages.

use axum::{
    Json,
    extract::{Path, State},
    http::{Method, StatusCode, header},
    response::{IntoResponse as _, Response},
    routing,
};
use jiff::Timestamp;
use kaname_kernel::{MatterId, Tlp};
use kaname_policy::Action;
use kaname_sharing::{
    peer::{
        FailedObject, Peer, PeerDefinition, Terms as Agreed, Way, ask_peer, start_peer, stop_peer,
    },
    turn::Every,
};
use kaname_world::taxii::stamp;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    body::{Read, Why},
    change, read,
};
use crate::{
    error::Failure,
    frame::Frame,
    house::{By, House},
    room::{peers, trouble},
    route::{Audit, Endpoint},
    text::Text,
};

const PATH: &str = "/api/v1/peers";
const ONE: &str = "/api/v1/peers/{code}";
const READ: Action = Action::DeliveryRead;
const MANAGE: Action = Action::CollectionManage;
const READS: Audit = Audit::None("reads what is agreed with peers and how far each has come");

pub(super) fn endpoints() -> Vec<Endpoint<House>> {
    let act = |path, name, event, handler| {
        let at = (Method::POST, path, name);
        change(at, MANAGE, Audit::Event(event), handler)
    };
    vec![
        read(PATH, "api.peers", READ, READS, routing::get(list)),
        read(ONE, "api.peer", READ, READS, routing::get(one)),
        act(
            PATH,
            "api.join_peer",
            "taxii_peer.joined",
            routing::post(join),
        ),
        change(
            (Method::PUT, ONE, "api.change_peer"),
            MANAGE,
            Audit::Event("taxii_peer.changed"),
            routing::put(agree),
        ),
        act(
            "/api/v1/peers/{code}/now",
            "api.ask_peer",
            "taxii_peer.asked",
            routing::post(now),
        ),
        act(
            "/api/v1/peers/{code}/stop",
            "api.stop_peer",
            "taxii_peer.stopped",
            routing::post(stop),
        ),
        act(
            "/api/v1/peers/{code}/start",
            "api.start_peer",
            "taxii_peer.started",
            routing::post(start),
        ),
    ]
}

/// A peer as it is sent.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct New {
    code: String,
    way: Sent,
    terms: Terms,
}

/// Which way objects go, with which collection of the hub.
#[derive(Deserialize)]
#[serde(tag = "direction", rename_all = "snake_case", deny_unknown_fields)]
enum Sent {
    Pull { collection: MatterId },
    Push { collection: MatterId, party: String },
}

/// What is agreed.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Terms {
    url: String,
    #[serde(default)]
    types: Vec<String>,
    #[serde(default)]
    tlp_at_most: Option<Tlp>,
    #[serde(default)]
    every: Every,
    /// User and password there; those there are stay where none are sent.
    #[serde(default)]
    credential: Option<Credential>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Credential {
    user: String,
    password: String,
}

fn known_by(credential: Option<&Credential>) -> Option<(&str, &str)> {
    credential.map(|one| (one.user.as_str(), one.password.as_str()))
}

async fn join(
    State(house): State<House>,
    frame: Frame,
    by: By,
    Read(new): Read<New>,
) -> Result<Response, Failure> {
    let way = match new.way {
        Sent::Pull { collection } => Way::Pull { into: collection },
        Sent::Push { collection, party } => Way::Push {
            out_of: collection,
            party: peers::behind(&house, &by, &party).await?,
        },
    };
    let definition = PeerDefinition {
        code: new.code,
        url: new.terms.url,
        way,
        types: new.terms.types,
        tlp_at_most: new.terms.tlp_at_most,
        every: Some(new.terms.every),
    };
    let world = house.world();
    let credential = known_by(new.terms.credential.as_ref());
    let joined = world.join_peer(&by, definition, credential).await?;
    let told = told(frame.text(), &joined.state, world.now());
    let place = format!("{PATH}/{}", joined.state.definition.code);
    Ok((StatusCode::CREATED, [(header::LOCATION, place)], Json(told)).into_response())
}

async fn agree(
    State(house): State<House>,
    frame: Frame,
    by: By,
    Path(code): Path<String>,
    Read(terms): Read<Terms>,
) -> Result<Response, Failure> {
    let agreed = Agreed {
        url: terms.url,
        types: terms.types,
        tlp_at_most: terms.tlp_at_most,
        every: terms.every,
    };
    let world = house.world();
    let credential = known_by(terms.credential.as_ref());
    let changed = world
        .agree_otherwise(&by, &code, agreed, credential)
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
    let asked = world.change_peer(&by, &code, ask_peer).await?;
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
    let stop = |peer: &Peer| stop_peer(peer, &why.reason);
    let stopped = world.change_peer(&by, &code, stop).await?;
    Ok(Json(told(frame.text(), &stopped.state, world.now())).into_response())
}

async fn start(
    State(house): State<House>,
    frame: Frame,
    by: By,
    Path(code): Path<String>,
) -> Result<Response, Failure> {
    let world = house.world();
    let start = |peer: &Peer| start_peer(peer, None);
    let started = world.change_peer(&by, &code, start).await?;
    Ok(Json(told(frame.text(), &started.state, world.now())).into_response())
}

async fn list(State(house): State<House>, frame: Frame, by: By) -> Result<Response, Failure> {
    let peers = house.world().peers(&by).await?;
    let now = house.world().now();
    let rows: Vec<Value> = peers
        .iter()
        .map(|peer| told(frame.text(), &peer.state, now))
        .collect();
    Ok(Json(json!({ "peers": rows })).into_response())
}

async fn one(
    State(house): State<House>,
    frame: Frame,
    by: By,
    Path(code): Path<String>,
) -> Result<Response, Failure> {
    let peer = house.world().peer(&by, &code).await?;
    Ok(Json(told(frame.text(), &peer.state, house.world().now())).into_response())
}

fn failed(text: Text, one: &FailedObject) -> Value {
    let (why, code) = trouble::both(text, Some(&one.why));
    json!({ "id": one.id, "version": stamp(one.version_us), "why": why, "why_code": code })
}

fn told(text: Text, peer: &Peer, now: Timestamp) -> Value {
    let definition = &peer.definition;
    let failed = peer.failed.iter().map(|one| failed(text, one));
    let (trouble, code) = trouble::both(text, peer.turns.trouble.as_ref());
    json!({
        "code": definition.code,
        "direction": definition.way.as_str(),
        "url": definition.url,
        "collection": definition.way.collection(),
        "types": definition.types,
        "tlp_at_most": definition.tlp_at_most,
        "every": definition.every(),
        "state": peer.turns.state(),
        "objects": peer.taken,
        "refused": peer.refused,
        "failed": failed.collect::<Vec<_>>(),
        "lag_s": peer.turns.lag_s(now),
        "joined": peer.turns.joined,
        "read": peer.turns.read,
        "read_whole": peer.turns.read_whole,
        "next": peer.turns.next,
        "trouble": trouble,
        "trouble_code": code,
        "troubles": peer.turns.troubles,
        "stopped": peer.turns.stopped,
    })
}
