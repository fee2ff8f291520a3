//! Values of filters as clients write them: numbers, flags, words for a form or an order.

use serde_json::Value;

use super::{Deleted, Format, Order, Searched, Wanted, wanted::words};

/// Largest number of things on a page.
const MAX_LIMIT: u32 = 1_000_000;

pub(super) fn number(value: &Value) -> Result<Option<u32>, String> {
    let text = words(value)?;
    let [text] = text.as_slice() else {
        return Ok(None);
    };
    let number = text
        .parse::<u32>()
        .ok()
        .filter(|number| *number <= MAX_LIMIT);
    match number {
        Some(number) => Ok(Some(number)),
        None => Err(format!("a number from 0 to {MAX_LIMIT} is expected")),
    }
}

/// A flag as clients write them.
///
/// # Errors
/// When it is none.
pub fn flag(value: &Value) -> Result<bool, String> {
    match value {
        Value::Bool(flag) => Ok(*flag),
        Value::Null => Ok(false),
        Value::Number(number) => match number.as_u64() {
            Some(0) => Ok(false),
            Some(1) => Ok(true),
            _ => Err("0 or 1 is expected".to_owned()),
        },
        Value::String(text) => match text.to_lowercase().as_str() {
            "" | "0" | "false" => Ok(false),
            "1" | "true" => Ok(true),
            _ => Err("0 or 1 is expected".to_owned()),
        },
        _ => Err("0 or 1 is expected".to_owned()),
    }
}

/// A flag, or a list of them; both are as good as none.
pub(super) fn one_or_both(value: &Value) -> Result<Option<bool>, String> {
    let Value::Array(both) = value else {
        return flag(value).map(Some);
    };
    let flags: Result<Vec<bool>, String> = both.iter().map(flag).collect();
    Ok(match flags?.as_slice() {
        [first, rest @ ..] if rest.iter().all(|one| one == first) => Some(*first),
        _ => None,
    })
}

/// How deleted attributes are asked for: `1`, `only`, or a list with both.
///
/// # Errors
/// When it is none of these.
pub fn deleted(value: &Value) -> Result<Deleted, String> {
    if words(value).is_ok_and(|words| words == ["only"]) {
        return Ok(Deleted::Only);
    }
    Ok(match value {
        Value::Array(both) if both.len() > 1 => {
            let flags: Result<Vec<bool>, String> = both.iter().map(flag).collect();
            let flags = flags?;
            match (flags.contains(&true), flags.contains(&false)) {
                (true, true) => Deleted::With,
                (true, false) => Deleted::Only,
                _ => Deleted::Without,
            }
        }
        Value::Array(one) => match one.first() {
            Some(one) => deleted(one)?,
            None => Deleted::Without,
        },
        one => match flag(one)? {
            true => Deleted::Only,
            false => Deleted::Without,
        },
    })
}

pub(super) fn format(value: &Value, searched: Searched) -> Result<Format, String> {
    let name = words(value)?.pop().unwrap_or_default();
    let format = match name.as_str() {
        "json" => Format::Json,
        "csv" if searched == Searched::Attributes || searched == Searched::Events => Format::Csv,
        "stix2" if searched == Searched::Events => Format::Stix2,
        "cache" if searched == Searched::Attributes || searched == Searched::Events => {
            Format::Cache
        }
        _ => {
            let where_else = "json, csv, cache and (of events) stix2 are given here; rules and lists of other tools are feeds of the hub";
            return Err(where_else.to_owned());
        }
    };
    Ok(format)
}

pub(super) fn order(value: &Value, before: Option<Order>) -> Result<Option<Order>, String> {
    let by = words(value)?.pop();
    let known = [
        "id",
        "uuid",
        "date",
        "timestamp",
        "publish_timestamp",
        "info",
    ];
    match by {
        None => Ok(before),
        Some(by) if known.contains(&by.as_str()) => Ok(Some(Order {
            by,
            descending: before.is_some_and(|before| before.descending),
        })),
        Some(_) => Err(format!("sorted by one of {}", known.join(", "))),
    }
}

/// Numbers of groups, in a list or apart by `|`.
pub(super) fn groups(value: &Value) -> Result<Wanted, String> {
    let numbers = words(value)?;
    let numbers: Vec<Value> = numbers
        .iter()
        .flat_map(|one| one.split('|'))
        .map(Value::from)
        .collect();
    Wanted::read(&Value::Array(numbers))
}
