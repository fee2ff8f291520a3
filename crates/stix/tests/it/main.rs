//! Tests of kaname-stix.
#![allow(clippy::unwrap_used, reason = "a test may stop")]

mod author;
mod bundle;
mod check;
mod galaxy;
mod head;
mod id;
mod pattern;
mod real;
mod redact;
