//! TAXII peers as JSON: what is agreed, how far each has come, how far behind it is.

use axum::{
    Json,
    extract::{Path, State},
    response::{IntoResponse as _, Response},
};
use jiff::Timestamp;
use kaname_sharing::peer::{FailedObject, Peer};
use kaname_world::taxii::stamp;
use serde_json::{Value, json};

use crate::{
    error::Failure,
    house::{By, House},
};

pub(super) async fn list(State(house): State<House>, by: By) -> Result<Response, Failure> {
    let peers = house.world().peers(&by).await?;
    let now = house.world().now();
    let rows: Vec<Value> = peers.iter().map(|peer| told(&peer.state, now)).collect();
    Ok(Json(json!({ "peers": rows })).into_response())
}

pub(super) async fn one(
    State(house): State<House>,
    by: By,
    Path(code): Path<String>,
) -> Result<Response, Failure> {
    let peer = house.world().peer(&by, &code).await?;
    Ok(Json(told(&peer.state, house.world().now())).into_response())
}

fn failed(one: &FailedObject) -> Value {
    json!({ "id": one.id, "version": stamp(one.version_us), "why": one.why })
}

fn told(peer: &Peer, now: Timestamp) -> Value {
    let definition = &peer.definition;
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
        "failed": peer.failed.iter().map(failed).collect::<Vec<_>>(),
        "lag_s": peer.turns.lag_s(now),
        "joined": peer.turns.joined,
        "read": peer.turns.read,
        "read_whole": peer.turns.read_whole,
        "next": peer.turns.next,
        "trouble": peer.turns.trouble,
        "troubles": peer.turns.troubles,
        "stopped": peer.turns.stopped,
    })
}
