//! What Cargo.lock may not hold: the same bans as deny.toml's, checked here too because they cost
//! nothing and cargo-deny may be absent.

use toml::{Table, Value};

use super::{Finding, Text};
use crate::Failure;

const LOCK: &str = "Cargo.lock";
const DENY: &str = "deny.toml";
const CRATES_IO: &str = "registry+https://github.com/rust-lang/crates.io-index";

pub(crate) fn check(texts: &[Text], findings: &mut Vec<Finding>) -> Result<(), Failure> {
    let lock = parse(texts, LOCK)?;
    let deny = parse(texts, DENY)?;
    let banned: Vec<&str> = deny
        .get("bans")
        .and_then(|bans| bans.get("deny"))
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(|ban| ban.get("crate").and_then(Value::as_str))
        .collect();
    for package in lock
        .get("package")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
    {
        let name = package
            .get("name")
            .and_then(Value::as_str)
            .unwrap_or_default();
        if banned.contains(&name) {
            findings.push(Finding::error(
                LOCK,
                0,
                format!("holds `{name}`, which deny.toml bans"),
            ));
        }
        if let Some(source) = package.get("source").and_then(Value::as_str)
            && source != CRATES_IO
        {
            findings.push(Finding::error(
                LOCK,
                0,
                format!("`{name}` comes from {source}, not crates.io"),
            ));
        }
    }
    Ok(())
}

fn parse(texts: &[Text], path: &str) -> Result<Table, Failure> {
    let text = texts
        .iter()
        .find(|text| text.path == path)
        .ok_or_else(|| Failure::new(format!("{path} is missing"), "is this the whole checkout?"))?;
    text.content
        .parse()
        .map_err(|error| Failure::new(format!("{path}: {error}"), "mend it"))
}
