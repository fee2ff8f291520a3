//! Who attacks, and with what: threat actors, intrusion sets, malware, tools.

use super::{Authored, Base};
use crate::author::write::Writer;
use crate::error::StixError;

/// Names of something that others call otherwise.
#[derive(Debug, Clone, Default)]
pub struct Known<'a> {
    /// Its name.
    pub name: &'a str,
    /// What is known of it.
    pub description: Option<&'a str>,
    /// What others call it.
    pub aliases: &'a [String],
    /// Words of the type's own vocabulary (`threat_actor_types`, `malware_types`, `tool_types`);
    /// an intrusion set has none.
    pub types: &'a [&'a str],
}

/// Writes a `threat-actor` (§4.17).
///
/// # Errors
/// [`StixError::Invalid`] with the rules that it would break.
pub fn threat_actor(base: &Base<'_>, known: &Known<'_>) -> Result<Authored, StixError> {
    let mut w = begin("threat-actor", base, known);
    w.texts("threat_actor_types", known.types);
    w.texts("aliases", known.aliases);
    w.finish(base)
}

/// Writes an `intrusion-set` (§4.8).
///
/// # Errors
/// [`StixError::Invalid`] with the rules that it would break.
pub fn intrusion_set(base: &Base<'_>, known: &Known<'_>) -> Result<Authored, StixError> {
    let mut w = begin("intrusion-set", base, known);
    w.texts("aliases", known.aliases);
    w.finish(base)
}

/// Writes a `malware` (§4.11); `is_family` tells a family from one specimen.
///
/// # Errors
/// [`StixError::Invalid`] with the rules that it would break.
pub fn malware(base: &Base<'_>, known: &Known<'_>, is_family: bool) -> Result<Authored, StixError> {
    let mut w = begin("malware", base, known);
    w.texts("malware_types", known.types);
    w.raw("is_family", if is_family { "true" } else { "false" });
    w.texts("aliases", known.aliases);
    w.finish(base)
}

/// Writes a `tool` (§4.18): something that is not malicious by itself.
///
/// # Errors
/// [`StixError::Invalid`] with the rules that it would break.
pub fn tool(base: &Base<'_>, known: &Known<'_>) -> Result<Authored, StixError> {
    let mut w = begin("tool", base, known);
    w.texts("tool_types", known.types);
    w.texts("aliases", known.aliases);
    w.finish(base)
}

fn begin(type_name: &'static str, base: &Base<'_>, known: &Known<'_>) -> Writer {
    let mut w = Writer::start(type_name, base);
    w.text("name", known.name);
    w.opt_text("description", known.description);
    w
}
