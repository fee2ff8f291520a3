//! `stix validate | upgrade | canonical | ids | diff | match | from`: files of STIX, without any hub.

mod canonical;
mod diff;
mod each;
mod foreign;
mod ids;
mod matching;
mod upgrade;
mod validate;

use std::path::Path;

use kaname_stix::{Bundle, Limits};
use serde_json::Value;

use super::import::unread;
use crate::{ambient, bounded, cli::StixCommand, fault::Fault, say::Say};

/// Bounds on a file: whole knowledge bases fit, and memory stays bounded.
const LIMITS: Limits = Limits {
    bytes: 1 << 30,
    objects: 4_000_000,
    object_bytes: 64 << 20,
    depth: 32,
};

/// What to do about a file that is over them.
const SPLIT: &str = "split the bundle";

pub(super) fn run(command: &StixCommand, say: Say) -> Result<(), Fault> {
    match command {
        StixCommand::Validate { files, level } => validate::run(files, *level, say),
        StixCommand::Upgrade { file, out } => upgrade::run(file, out.as_deref(), say),
        StixCommand::Canonical { files } => canonical::run(files, say),
        StixCommand::Ids { files } => ids::run(files, say),
        StixCommand::Diff { before, after } => diff::run(before, after, say),
        StixCommand::Match { pattern, files } => matching::run(pattern, files, say),
        StixCommand::From { files, out } => foreign::run(files, out.as_deref(), say),
    }
}

/// The bytes of a file.
fn bytes(path: &Path) -> Result<Vec<u8>, Fault> {
    bounded::file(path, LIMITS.bytes as u64, SPLIT)
}

/// Splits a file into its objects.
fn split<'b>(path: &Path, bytes: &'b [u8]) -> Result<Bundle<'b>, Fault> {
    kaname_stix::bundle(bytes, &LIMITS).map_err(|error| unread(path, bytes, &error))
}

/// One object as a value. What [`split`] gave is JSON of bounded depth.
fn value(path: &Path, index: usize, text: &str) -> Result<Value, Fault> {
    serde_json::from_str(text).map_err(|error| {
        Fault::failed("the file is not JSON")
            .at(format!("{}, object {index}", path.display()))
            .because(&error)
    })
}

/// The object's `id`, or nothing.
fn id(value: &Value) -> &str {
    value.get("id").and_then(Value::as_str).unwrap_or_default()
}

/// A UUID for a bundle.
fn random_uuid() -> uuid::Uuid {
    uuid::Builder::from_random_bytes(ambient::random()).into_uuid()
}
