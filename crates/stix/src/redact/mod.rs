//! Finding what would give a provider away: its names, people, domains and
//! addresses, in every string and key of a JSON value and in the usual
//! disguises. Rather one hit too many than one too few: a person looks at them.

mod address;
mod fold;
mod name;
mod view;

use std::ops::Range;

use serde_json::Value;

use address::Networks;
use fold::Folded;
use view::{View, views};

/// What a trace is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TraceKind {
    /// A name of the organisation, a product, a site, in any language; forms
    /// of incorporation (株式会社, Inc.) may be absent from the text.
    Name,
    /// A person's name.
    Person,
    /// A domain; also its sub-domains and mail addresses at it.
    Domain,
    /// An IP address, or a network in prefix notation; also addresses in it
    /// and networks that overlap it.
    Address,
}

/// Something that leads to the provider.
#[derive(Debug, Clone, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub struct Trace {
    /// What it is.
    pub kind: TraceKind,
    /// As it is written.
    pub text: String,
}

impl Trace {
    /// A trace of a kind.
    #[must_use]
    pub fn new(kind: TraceKind, text: impl Into<String>) -> Self {
        Self {
            kind,
            text: text.into(),
        }
    }
}

/// How the text was read when the trace was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reading {
    /// As it stands (but folded).
    Plain,
    /// After decoding percent signs.
    Percent,
    /// After decoding base64.
    Base64,
    /// After decoding hexadecimal digits.
    Hex,
    /// After decoding punycode.
    Punycode,
    /// After decoding `\u` escapes or HTML references.
    Escape,
}

/// One place where a trace was found.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Hit {
    /// JSON pointer (RFC 6901) to the string; to the member, when in its key.
    pub path: String,
    /// Whether it is in the key instead of the value.
    pub in_key: bool,
    /// Which of the traces, from 0.
    pub trace: usize,
    /// How the text was read (the last decoding that was needed).
    pub reading: Reading,
    /// What was found, with some characters around it, as read.
    pub excerpt: String,
    /// Bytes of the original string: the found part when read plainly, else
    /// the whole string.
    pub span: Range<usize>,
}

/// A trace made ready to be looked for.
enum Needle {
    Name(name::NameNeedle),
    Domain(Vec<Vec<char>>),
    Address(Networks),
}

/// Finds all traces in all strings and keys of a value. Each trace is told at
/// most once per string and reading. Addresses that do not read are looked for
/// as names; an empty trace is found nowhere.
#[must_use]
pub fn find_traces(value: &Value, traces: &[Trace]) -> Vec<Hit> {
    let needles: Vec<Needle> = traces.iter().map(needle).collect();
    let mut hits = Vec::new();
    walk(value, "", &needles, &mut hits);
    hits
}

fn needle(trace: &Trace) -> Needle {
    match trace.kind {
        TraceKind::Name => Needle::Name(name::needle(&trace.text)),
        TraceKind::Person => Needle::Name(name::person(&trace.text)),
        TraceKind::Domain => Needle::Domain(name::domain_needles(&trace.text)),
        TraceKind::Address => match Networks::parse(&trace.text) {
            Some(networks) => Needle::Address(networks),
            None => Needle::Name(name::needle(&trace.text)),
        },
    }
}

fn walk(value: &Value, path: &str, needles: &[Needle], hits: &mut Vec<Hit>) {
    match value {
        Value::String(text) => search(text, path, false, needles, hits),
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                walk(item, &format!("{path}/{index}"), needles, hits);
            }
        }
        Value::Object(members) => {
            for (key, member) in members {
                let path = format!("{path}/{}", key.replace('~', "~0").replace('/', "~1"));
                search(key, &path, true, needles, hits);
                walk(member, &path, needles, hits);
            }
        }
        Value::Number(number) => search(&number.to_string(), path, false, needles, hits),
        Value::Null | Value::Bool(_) => {}
    }
}

fn search(text: &str, path: &str, in_key: bool, needles: &[Needle], hits: &mut Vec<Hit>) {
    for View {
        reading,
        text: read,
    } in views(text)
    {
        let folded = Folded::of(&read);
        for (trace, needle) in needles.iter().enumerate() {
            let Some(found) = find(needle, &folded) else {
                continue;
            };
            let plain = reading == Reading::Plain;
            let span = if plain { found.clone() } else { 0..text.len() };
            let excerpt = excerpt(&read, &found);
            let path = path.to_owned();
            hits.push(Hit {
                path,
                in_key,
                trace,
                reading,
                excerpt,
                span,
            });
        }
    }
}

fn find(needle: &Needle, folded: &Folded) -> Option<Range<usize>> {
    match needle {
        Needle::Name(needle) => name::find_name(needle, folded),
        Needle::Domain(needles) => needles
            .iter()
            .find_map(|needle| name::find_domain(needle, folded)),
        Needle::Address(networks) => address::find(networks, folded),
    }
}

/// The found part with up to 20 characters on each side.
fn excerpt(text: &str, found: &Range<usize>) -> String {
    let before: Vec<char> = text[..found.start].chars().rev().take(20).collect();
    let after = text[found.end..].chars().take(20);
    let inside = text[found.clone()].chars().take(200);
    before
        .into_iter()
        .rev()
        .chain(inside)
        .chain(after)
        .collect()
}
