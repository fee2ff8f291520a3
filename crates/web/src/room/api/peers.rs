//! TAXII peers as JSON: what is agreed, how far each has come, how far behind it is.

use axum::{
    Json,
    extract::{Path, State},
    response::{IntoResponse as _, Response},
};
use jiff::Timestamp;
use kaname_sharing::peer::Peer;
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

fn told(peer: &Peer, now: Timestamp) -> Value {
    let definition = &peer.definition;
    json!({
        "code": definition.code,
        "direction": "pull",
        "url": definition.url,
        "collection": definition.into,
        "types": definition.types,
        "tlp_at_most": definition.tlp_at_most,
        "every": definition.every(),
        "state": peer.state(),
        "objects": peer.taken,
        "lag_s": peer.lag_s(now),
        "joined": peer.joined,
        "read": peer.read,
        "read_whole": peer.read_whole,
        "next": peer.next,
        "trouble": peer.trouble,
        "troubles": peer.troubles,
        "stopped": peer.stopped,
    })
}
