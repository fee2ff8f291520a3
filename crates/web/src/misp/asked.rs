//! What a client says in the address (`name:value` between slashes) and in the body.

use axum::body::Bytes;
use serde_json::{Map, Value};

use super::error::MispError;

/// Most names in an address.
const MAX_NAMED: usize = 100;

/// The members said in the rest of an address: `deleted[]:0/deleted[]:1/limit:5`. A part without a value is a
/// format, as old clients write it.
///
/// # Errors
/// When there are too many.
pub(super) fn named(rest: &str) -> Result<Map<String, Value>, MispError> {
    let mut members = Map::new();
    let parts = rest.split('/').filter(|part| !part.is_empty());
    for (count, part) in parts.enumerate() {
        if count >= MAX_NAMED {
            return Err(MispError::bad("url", "too many names in the address"));
        }
        let (name, value) = part.split_once(':').unwrap_or(("returnFormat", part));
        match name.strip_suffix("[]") {
            Some(list) => {
                let list = members
                    .entry(list)
                    .or_insert_with(|| Value::Array(Vec::new()));
                if let Value::Array(list) = list {
                    list.push(value.into());
                }
            }
            None => {
                members.insert(name.to_owned(), value.into());
            }
        }
    }
    Ok(members)
}

/// The members of a body, which may be left out.
///
/// # Errors
/// When it is no JSON object.
pub(super) fn body(body: &Bytes) -> Result<Map<String, Value>, MispError> {
    if body.iter().all(u8::is_ascii_whitespace) {
        return Ok(Map::new());
    }
    let read = serde_json::from_slice::<Value>(body);
    match read.map_err(|error| MispError::bad("body", error.to_string()))? {
        Value::Object(mut members) => match members.remove("request") {
            // As old clients wrap it.
            Some(Value::Object(request)) => Ok(request),
            Some(other) => {
                members.insert("request".to_owned(), other);
                Ok(members)
            }
            None => Ok(members),
        },
        Value::Array(list) if list.is_empty() => Ok(Map::new()),
        _ => Err(MispError::bad("body", "a JSON object is expected")),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_address_says_the_same_as_a_body() {
        let read = |rest: &str| named(rest).ok().map(Value::Object);
        assert_eq!(
            read("deleted[]:0/deleted[]:1/excludeGalaxy:1"),
            Some(json!({ "deleted": ["0", "1"], "excludeGalaxy": "1" }))
        );
        assert_eq!(
            read("json/last:1d"),
            Some(json!({ "returnFormat": "json", "last": "1d" }))
        );
        assert_eq!(read(""), Some(json!({})));
        assert!(named(&"a:b/".repeat(200)).is_err());
        assert!(body(&Bytes::from_static(b"  ")).is_ok_and(|members| members.is_empty()));
        assert!(body(&Bytes::from_static(b"[1]")).is_err());
        assert!(body(&Bytes::from_static(b"{")).is_err());
        let wrapped = body(&Bytes::from_static(br#"{"request":{"value":"x"}}"#));
        assert!(wrapped.is_ok_and(|members| members["value"] == "x"));
    }
}
