//! What a MISP server asks before it pushes: which of its events are wanted.

use axum::{extract::State, response::Response};
use kaname_world::{WorldError, misp::Standing};
use serde_json::Value;

use super::Members;
use crate::{
    house::{By, House},
    misp::{answer, body::Sent, error::MispError},
};

/// Most events asked about at once.
const MOST: usize = 10_000;

/// `POST events/filterEventIdsForPush`: of the events named, those that the caller's party did not bring yet, or not
/// in this version. Nothing is told of what others brought.
pub(in crate::misp) async fn filter_for_push(
    State(house): State<House>,
    by: By,
    body: Sent,
) -> Result<Response, MispError> {
    let list: Vec<Value> = serde_json::from_slice(&body.bytes)
        .map_err(|error| MispError::bad("body", error.to_string()))?;
    if list.len() > MOST {
        return Err(MispError::bad(
            "body",
            format!("at most {MOST} events at once"),
        ));
    }
    let mut wanted = Vec::new();
    for one in &list {
        let event = one.get("Event").unwrap_or(one);
        let Some(uuid) = event.get("uuid").and_then(Value::as_str) else {
            return Err(MispError::bad("Event", "each event needs a UUID"));
        };
        let before = match house.world().misp_standing(&by, uuid).await {
            Ok(Standing::Own(found)) => time(&found.frame.members),
            Ok(Standing::HandedIn(event)) => time(&event),
            Ok(Standing::Other(_)) | Err(WorldError::NotFound(_)) => None,
            Err(error) => return Err(error.into()),
        };
        let now = event.as_object().and_then(time);
        if before.is_none_or(|before| now.is_some_and(|now| now > before)) {
            wanted.push(Value::from(uuid));
        }
    }
    Ok(answer::json(&wanted.into()))
}

fn time(event: &Members) -> Option<i64> {
    match event.get("timestamp")? {
        Value::String(text) => text.parse().ok(),
        Value::Number(number) => number.as_i64(),
        _ => None,
    }
}
