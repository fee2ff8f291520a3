//! Status resources (TAXII 2.1 §4.3).

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, SeqAccess, Visitor};
use serde_json::{Value, value::RawValue};
use uuid::Uuid;

use super::{
    LayoutStatus,
    parse::{Reading, uuid},
};

/// Words of a status.
const STATUS_WORDS: [&str; 2] = ["pending", "complete"];
/// Counts that every status has.
const STATUS_COUNTS: [&str; 4] = [
    "total_count",
    "success_count",
    "failure_count",
    "pending_count",
];

pub(super) struct Statuses<'a, 'r, 't>(
    pub(super) &'a mut Reading<'r, 't>,
    pub(super) &'a mut Vec<LayoutStatus>,
);

impl<'de> DeserializeSeed<'de> for Statuses<'_, '_, '_> {
    type Value = ();
    fn deserialize<D: Deserializer<'de>>(self, d: D) -> Result<(), D::Error> {
        d.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for Statuses<'_, '_, '_> {
    type Value = ();
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of status resources")
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        let Self(reading, statuses) = self;
        loop {
            reading.place.enter(statuses.len().to_string());
            let Some(raw) = seq.next_element::<Box<RawValue>>()? else {
                reading.place.leave();
                return Ok(());
            };
            reading.allowance.renew();
            reading.status_bytes += raw.get().len();
            if reading.status_bytes > reading.limits.status_bytes {
                let most = reading.limits.status_bytes;
                return Err(reading.no(format!("status resources are over {most} bytes in all")));
            }
            let id = status(reading, &raw)?;
            reading.place.leave();
            statuses.push(LayoutStatus { id, raw });
        }
    }
}

/// The id of a status resource that is one.
fn status<E: serde::de::Error>(reading: &mut Reading<'_, '_>, raw: &RawValue) -> Result<Uuid, E> {
    let Ok(Value::Object(status)) = serde_json::from_str::<Value>(raw.get()) else {
        return Err(reading.no("a status resource is expected"));
    };
    let text = |name: &str| status.get(name).and_then(Value::as_str);
    let Some(id) = text("id").and_then(uuid) else {
        reading.place.enter("id");
        return Err(reading.no("a UUID is expected"));
    };
    if !text("status").is_some_and(|word| STATUS_WORDS.contains(&word)) {
        reading.place.enter("status");
        return Err(reading.no("`pending` or `complete` is expected"));
    }
    for name in STATUS_COUNTS {
        if !status.get(name).is_some_and(Value::is_u64) {
            reading.place.enter(name);
            return Err(reading.no("a number is expected"));
        }
    }
    for name in ["successes", "failures", "pendings"] {
        if status.get(name).is_some_and(|list| !list.is_array()) {
            reading.place.enter(name);
            return Err(reading.no("a list is expected"));
        }
    }
    Ok(id)
}
