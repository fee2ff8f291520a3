//! Tests of kaname-stix.
#![allow(clippy::unwrap_used, reason = "a test may stop")]

mod author;
mod bundle;
mod check;
mod diff;
mod document;
mod fuzzy_hash;
mod galaxy;
mod head;
mod id;
mod look_alike;
mod matcher;
mod matcher_oracle;
mod pattern;
mod pattern_tree;
mod real;
mod redact;
mod revoke;
mod rules;
mod set;
mod split;
mod types;
mod upgrade;

/// A UUID of version 4 for a number.
fn uuid(number: u128) -> uuid::Uuid {
    uuid::Uuid::from_u128((0x4000_8000 << 48) | number)
}
