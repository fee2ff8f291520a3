//! What a client sends, read: an event, parts of one, times, and where it is to go.

use std::borrow::Cow;

use axum::{
    body::Bytes,
    http::{HeaderMap, HeaderName},
};
use jiff::Timestamp;
use serde::{Deserialize, Deserializer};
use serde_json::{Value, json, value::RawValue};

use super::Members;
use crate::{
    house::House,
    misp::{asked, error::MispError},
};

/// Where a client names the collection that something goes into.
const TARGET: HeaderName = HeaderName::from_static("kaname-collection");

/// The collection that is named.
pub(super) fn target(query: Option<&str>, headers: &HeaderMap) -> Option<String> {
    let pairs = url::form_urlencoded::parse(query.unwrap_or_default().as_bytes());
    let mut asked = pairs.filter(|(name, _)| name == "collection");
    let asked = asked.next().map(|(_, value)| value.into_owned());
    asked.or_else(|| Some(headers.get(TARGET)?.to_str().ok()?.trim().to_owned()))
}

/// The members of the event in a body, which may be some of them, and whether they stand under `Event`.
pub(super) fn members_in(body: &Bytes) -> Result<(Members, bool), MispError> {
    let mut members = asked::body(body)?;
    match members.remove("Event") {
        Some(Value::Object(event)) => Ok((event, true)),
        Some(_) => Err(MispError::bad("Event", "a JSON object is expected")),
        None => Ok((members, false)),
    }
}

/// An event as its document wraps it.
#[derive(Deserialize)]
struct Wrapped<'a> {
    #[serde(rename = "Event", borrow)]
    event: &'a RawValue,
}

/// What is to be known of an event before it is read: everything else in it is passed over.
#[derive(Deserialize)]
struct Named<'a> {
    /// As it stands there, also where it says nothing.
    #[serde(borrow, default, deserialize_with = "as_it_stands")]
    uuid: Option<&'a RawValue>,
    #[serde(rename = "info")]
    _info: Cow<'a, str>,
}

fn as_it_stands<'de, D: Deserializer<'de>>(from: D) -> Result<Option<&'de RawValue>, D::Error> {
    <&RawValue>::deserialize(from).map(Some)
}

/// How the UUID of an event stands in its document.
enum Stands {
    /// As it has to.
    Said(String),
    /// Not at all: it belongs to this place of the text.
    Lacking(usize),
    /// As nothing that can be kept, or the document is another.
    Otherwise,
}

fn stands(text: &str) -> Stands {
    let wrapped: Result<Wrapped<'_>, _> = serde_json::from_str(text);
    let inner = wrapped.map_or(text, |wrapped| wrapped.event.get());
    let start = inner.as_ptr().addr() - text.as_ptr().addr();
    let Ok(named) = serde_json::from_str::<Named<'_>>(inner) else {
        return Stands::Otherwise;
    };
    match (named.uuid, inner.find('{')) {
        (Some(uuid), _) => match serde_json::from_str(uuid.get()) {
            Ok(uuid) => Stands::Said(uuid),
            Err(_) => Stands::Otherwise,
        },
        (None, Some(brace)) => Stands::Lacking(start + brace + 1),
        (None, None) => Stands::Otherwise,
    }
}

/// The UUID of the event in a body, its own or a fresh one, and the text that is kept: as it came where nothing had to
/// be added. A large event is not taken apart here.
pub(super) fn event_in(house: &House, body: Bytes) -> Result<(String, Bytes), MispError> {
    let text = std::str::from_utf8(&body).unwrap_or_default();
    match stands(text) {
        Stands::Said(uuid) => return Ok((uuid, body)),
        Stands::Lacking(at) => {
            let uuid = fresh_uuid(house);
            let (before, after) = text.split_at(at);
            let whole = format!("{before}\"uuid\":\"{uuid}\",{after}");
            return Ok((uuid, whole.into()));
        }
        Stands::Otherwise => {}
    }
    let (mut event, _) = members_in(&body)?;
    if !event.get("info").is_some_and(Value::is_string) {
        return Err(MispError::bad(
            "info",
            "an event needs a text that says what it is about",
        ));
    }
    let given = event.get("uuid").and_then(Value::as_str);
    let uuid = given.map_or_else(|| fresh_uuid(house), str::to_owned);
    event.insert("uuid".to_owned(), uuid.as_str().into());
    Ok((uuid, json!({ "Event": event }).to_string().into()))
}

fn fresh_uuid(house: &House) -> String {
    let random = house.world().rng().bytes();
    let uuid = uuid::Builder::from_random_bytes(random).into_uuid();
    uuid.to_string()
}

pub(super) fn fresh(house: &House) -> Value {
    fresh_uuid(house).into()
}

/// Puts parts into a list: in the place of those of the same UUID, else behind them. What changes and does not
/// say when, changes now.
pub(super) fn merge(house: &House, event: &mut Members, key: &str, parts: Vec<Value>) {
    let at = next(house, event);
    let list = event.entry(key).or_insert_with(|| json!([]));
    let Value::Array(list) = list else {
        return;
    };
    for part in parts {
        let uuid = part.get("uuid").cloned();
        let is_same = |one: &&mut Value| uuid.is_some() && one.get("uuid") == uuid.as_ref();
        match (list.iter_mut().find(is_same), part) {
            (Some(Value::Object(before)), Value::Object(part)) => {
                let (old, time) = (before.clone(), before.get("timestamp").cloned());
                let own = |key: &str| key == "id" || key == "event_id";
                before.extend(part.into_iter().filter(|(key, _)| !own(key)));
                if *before != old && before.get("timestamp") == time.as_ref() {
                    touch_part(before, at);
                }
            }
            (_, Value::Object(mut part)) => {
                part.entry("timestamp")
                    .or_insert_with(|| at.to_string().into());
                list.push(Value::Object(part));
            }
            (_, part) => list.push(part),
        }
    }
}

/// The parts in a body: one, or a list of them, each with a UUID and a time of its own.
pub(super) fn parts_in(house: &House, body: &Bytes, key: &str) -> Result<Vec<Value>, MispError> {
    let read: Value =
        serde_json::from_slice(body).map_err(|error| MispError::bad("body", error.to_string()))?;
    let list = match read {
        Value::Array(list) => list,
        Value::Object(mut members) => match members.remove(key) {
            Some(Value::Array(list)) => list,
            Some(one @ Value::Object(_)) if key != "Attribute" || !members.contains_key("type") => {
                vec![one]
            }
            Some(other) => {
                members.insert(key.to_owned(), other);
                vec![Value::Object(members)]
            }
            None => vec![Value::Object(members)],
        },
        _ => {
            return Err(MispError::bad(
                key,
                "a JSON object or a list of them is expected",
            ));
        }
    };
    if list.is_empty() {
        return Err(MispError::bad(key, "there is none"));
    }
    let now = house.world().now().as_second().to_string();
    let named = list.into_iter().map(|one| match one {
        Value::Object(mut part) => {
            if !part.get("uuid").is_some_and(Value::is_string) {
                part.insert("uuid".to_owned(), fresh(house));
            }
            part.entry("timestamp")
                .or_insert_with(|| now.as_str().into());
            Ok(Value::Object(part))
        }
        _ => Err(MispError::bad(key, "a JSON object is expected")),
    });
    named.collect()
}

/// When an event is written anew: later than the version before, also within one second.
fn next(house: &House, event: &Members) -> i64 {
    let now = house.world().now().as_second();
    now.max(seconds(event).saturating_add(1))
}

fn seconds(members: &Members) -> i64 {
    let said = members.get("timestamp").and_then(Value::as_str);
    said.and_then(|said| said.parse().ok()).unwrap_or(0)
}

/// A new version of an event is later than the one before.
pub(super) fn touch(house: &House, event: &mut Members) {
    let next = next(house, event);
    event.insert("timestamp".to_owned(), next.to_string().into());
}

/// So is one of a part: where it does not say when it changed, it changed with its event before.
pub(super) fn touch_part(part: &mut Members, event_s: i64) {
    let next = event_s.max(seconds(part).saturating_add(1));
    part.insert("timestamp".to_owned(), next.to_string().into());
}

/// Writes an event anew, and says when.
pub(super) fn touched(house: &House, event: &mut Members) -> i64 {
    touch(house, event);
    seconds(event)
}

/// A moment in seconds since 1970.
pub(super) fn moment(value: Option<&Value>) -> Option<Timestamp> {
    let seconds = match value? {
        Value::Number(number) => number.as_f64()?.trunc(),
        Value::String(text) => text.parse::<f64>().ok()?.trunc(),
        _ => return None,
    };
    // Times before 1970 and past the year 9999 are none.
    let within = (0.0..253_402_300_800.0).contains(&seconds);
    within
        .then(|| Timestamp::from_second(seconds as i64).ok())
        .flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn where_it_stands(text: &str) -> Option<String> {
        match stands(text) {
            Stands::Said(uuid) => Some(uuid),
            Stands::Lacking(at) => {
                let (before, after) = text.split_at(at);
                let whole = format!("{before}\"uuid\":\"new\",{after}");
                assert!(
                    matches!(stands(&whole), Stands::Said(uuid) if uuid == "new"),
                    "{whole}"
                );
                None
            }
            Stands::Otherwise => Some("otherwise".to_owned()),
        }
    }

    #[test]
    fn the_uuid_of_an_event_is_found_without_taking_it_apart() {
        for wrap in [
            |event: &str| event.to_owned(),
            |event: &str| format!("{{\"x\":1, \"Event\" :  {event} }}"),
        ] {
            let said = wrap(r#"{"Attribute":[{"uuid":"other"}],"uuid":"own","info":"i\u0041"}"#);
            assert_eq!(where_it_stands(&said).as_deref(), Some("own"));
            assert_eq!(where_it_stands(&wrap(r#"{ "info":"i"}"#)), None);
            for odd in [
                r#"{"info":"i","uuid":null}"#,
                r#"{"info":"i","uuid":7}"#,
                r#"{"uuid":"a"}"#,
                "[]",
            ] {
                assert_eq!(
                    where_it_stands(&wrap(odd)).as_deref(),
                    Some("otherwise"),
                    "{odd}"
                );
            }
        }
    }
}
