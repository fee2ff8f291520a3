//! What every commit must satisfy before a store looks at it: the same words from every adapter.

use crate::{
    change::{Append, Commit, NewObject, Record},
    port::StoreError,
};

/// Most appends in one commit.
pub const MAX_APPENDS: usize = 10_000;
/// Most matters that one commit stands on.
pub const MAX_STANDS_ON: usize = 100_000;
/// Most objects in one commit.
pub const MAX_OBJECTS: usize = 20_000;
/// Longest posting value or lookup key, in bytes.
pub const MAX_KEY_BYTES: usize = 1_024;
/// Most postings, lookups or references of one record or object.
pub const MAX_KEYS: usize = 10_000;

/// Refuses a commit that no store could keep truthfully.
pub fn commit(change: &Commit) -> Result<(), StoreError> {
    if change.appends.len() > MAX_APPENDS {
        return malformed(format!(
            "{} appends are over {MAX_APPENDS}",
            change.appends.len()
        ));
    }
    if change.stands_on.len() > MAX_STANDS_ON {
        return malformed(format!(
            "{} matters stood on are over {MAX_STANDS_ON}",
            change.stands_on.len()
        ));
    }
    if change.objects.len() > MAX_OBJECTS {
        return malformed(format!(
            "{} objects are over {MAX_OBJECTS}",
            change.objects.len()
        ));
    }
    change.appends.iter().try_for_each(append)?;
    change.objects.iter().try_for_each(object)
}

fn append(append: &Append) -> Result<(), StoreError> {
    let id = append.record.id;
    let Some(first) = append.events.first() else {
        return malformed(format!("matter {id} is appended no event"));
    };
    if first.header.version == 0 {
        return malformed(format!("events of matter {id} count from 1"));
    }
    for (event, version) in append.events.iter().zip(first.header.version..) {
        if event.header.matter != id || event.header.matter_kind != append.record.kind {
            return malformed(format!("event {} is not of matter {id}", event.header.id));
        }
        if event.header.version != version {
            return malformed(format!("versions of matter {id} are not consecutive"));
        }
    }
    let last = append.events.last().map(|event| event.header.version);
    if last != Some(append.record.version) {
        return malformed(format!(
            "record {id} is not at the version of its last event"
        ));
    }
    record(&append.record)
}

/// Refuses a record whose keys are over the limits.
pub fn record(record: &Record) -> Result<(), StoreError> {
    let id = record.id;
    if record.postings.len() > MAX_KEYS || record.lookups.len() > MAX_KEYS {
        return malformed(format!("record {id} has more than {MAX_KEYS} keys"));
    }
    let postings = record.postings.iter().map(|p| (&p.space, &p.value));
    let lookups = record.lookups.iter().map(|(space, key)| (space, key));
    for (space, key) in postings.chain(lookups) {
        if key.len() > MAX_KEY_BYTES || space.len() > MAX_KEY_BYTES {
            return malformed(format!(
                "record {id} has a key of over {MAX_KEY_BYTES} bytes"
            ));
        }
    }
    Ok(())
}

/// Refuses an object whose keys are over the limits.
pub fn object(object: &NewObject) -> Result<(), StoreError> {
    let id = &object.stix_id;
    if id.len() > MAX_KEY_BYTES || object.refs.iter().any(|r| r.len() > MAX_KEY_BYTES) {
        return malformed(format!("an object id is over {MAX_KEY_BYTES} bytes"));
    }
    if object.refs.len() > MAX_KEYS || object.postings.len() > MAX_KEYS {
        return malformed(format!("object {id} has more than {MAX_KEYS} keys"));
    }
    if object
        .postings
        .iter()
        .any(|p| p.value.len() > MAX_KEY_BYTES)
    {
        return malformed(format!(
            "object {id} has a value of over {MAX_KEY_BYTES} bytes"
        ));
    }
    Ok(())
}

fn malformed<T>(why: String) -> Result<T, StoreError> {
    Err(StoreError::Malformed(why))
}
