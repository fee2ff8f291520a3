//! JSON read strictly: no key twice, no more depth than allowed.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

use crate::error::Finding;

/// The members of a JSON object.
pub(crate) type Members = Map<String, Value>;

/// Reads one value; `depth` containers may stand inside each other.
pub(crate) struct Strict<'p> {
    pub(crate) depth: usize,
    /// Where the reader stands; kept only to name the place of a fault.
    path: Option<&'p mut Vec<String>>,
}

impl Strict<'_> {
    pub(crate) fn new(depth: usize) -> Self {
        Self { depth, path: None }
    }
}

/// A JSON value from text.
///
/// `pointer` is where the text stands in its document.
pub(crate) fn value(text: &str, depth: usize, pointer: &str) -> Result<Value, Finding> {
    let run = |path: Option<&mut Vec<String>>| {
        let mut reader = serde_json::Deserializer::from_str(text);
        let seed = Strict { depth, path };
        let value = seed.deserialize(&mut reader)?;
        reader.end()?;
        Ok::<Value, serde_json::Error>(value)
    };
    if let Ok(value) = run(None) {
        return Ok(value);
    }
    // Only a fault pays for knowing its place.
    let mut path = Vec::new();
    match run(Some(&mut path)) {
        Ok(value) => Ok(value),
        Err(error) => {
            let place = path
                .iter()
                .fold(pointer.to_owned(), |at, key| join(&at, key));
            let text = error.to_string();
            let rule = match text.split(' ').next() {
                Some("duplicate") => "duplicate-key",
                Some("deeper") => "depth",
                _ => "json",
            };
            Err(Finding::error(&place, rule, text))
        }
    }
}

/// The members of an object from text.
pub(crate) fn members(text: &str, depth: usize, pointer: &str) -> Result<Members, Finding> {
    match value(text, depth, pointer)? {
        Value::Object(members) => Ok(members),
        _ => Err(Finding::error(pointer, "object", "is not a JSON object")),
    }
}

/// A pointer one key further (RFC 6901 §3).
pub(crate) fn join(pointer: &str, key: &str) -> String {
    let short: String = key.chars().take(80).collect();
    format!("{pointer}/{}", short.replace('~', "~0").replace('/', "~1"))
}

/// A text member.
pub(crate) fn text<'m>(members: &'m Members, key: &str) -> Option<&'m str> {
    members.get(key).and_then(Value::as_str)
}

impl<'de> DeserializeSeed<'de> for Strict<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<Value, D::Error> {
        from.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Strict<'_> {
    type Value = Value;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(Number::from_f64(value).map_or(Value::Null, Value::Number))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::String(value.to_owned()))
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(Value::String(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut items: A) -> Result<Value, A::Error> {
        let depth = deeper(self.depth)?;
        let mut list = Vec::new();
        loop {
            if let Some(path) = self.path.as_deref_mut() {
                path.push(list.len().to_string());
            }
            let path = self.path.as_deref_mut();
            match items.next_element_seed(Strict { depth, path })? {
                Some(item) => list.push(item),
                None => break,
            }
            self.path.as_deref_mut().map(Vec::pop);
        }
        self.path.as_deref_mut().map(Vec::pop);
        Ok(Value::Array(list))
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut members: A) -> Result<Value, A::Error> {
        let depth = deeper(self.depth)?;
        let mut object = Members::new();
        while let Some(key) = members.next_key::<String>()? {
            if let Some(path) = self.path.as_deref_mut() {
                path.push(key.clone());
            }
            if object.contains_key(&key) {
                return Err(A::Error::custom("duplicate key"));
            }
            let path = self.path.as_deref_mut();
            object.insert(key, members.next_value_seed(Strict { depth, path })?);
            self.path.as_deref_mut().map(Vec::pop);
        }
        Ok(Value::Object(object))
    }
}

fn deeper<E: serde::de::Error>(depth: usize) -> Result<usize, E> {
    depth
        .checked_sub(1)
        .ok_or_else(|| E::custom("deeper than is read"))
}
