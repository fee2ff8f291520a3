//! Finding what would give a provider away: its names, people, domains and
//! addresses, in every string and key of a JSON value and in the usual
//! disguises. Rather one hit too many than one too few: a person looks at them.

mod address;
mod addressed;
mod fold;
mod lead;
mod lexicon;
mod look_alike;
mod name;
mod person;
mod phone;
mod sound;
mod view;

use std::ops::Range;

use serde_json::Value;

use address::Networks;
use fold::Folded;
pub use lead::{Lead, LeadKind, find_leads};
use lexicon::{Lexicon, Rule, Thin, apart};
use name::is_kept;
pub use name::with_forms;
use view::{View, views};

/// What a trace is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TraceKind {
    /// A name of the organisation, a product, a site, in any language; forms
    /// of incorporation (株式会社, Inc.) may be absent from the text.
    Name,
    /// A person's name, a reading in brackets after it: `髙橋 太郎（たかはし たろう）`; or a mail
    /// address. Also the family or given name alone, and kana and rōmaji by their sound.
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

/// All traces made ready to be looked for.
#[derive(Default)]
struct Needles {
    /// Names and people as they are written, marks left out.
    written: Lexicon,
    /// Names that are marks alone.
    marks: Lexicon,
    /// People as they sound.
    heard: Lexicon,
    domains: Vec<(usize, Vec<Vec<char>>)>,
    networks: Vec<(usize, Networks)>,
    count: usize,
}

/// Finds all traces in all strings and keys of a value. As it stands, each place of a trace is told; behind a
/// disguise, where a place is the whole string, each trace once per string and reading. Addresses that do not read are looked for
/// as names; an empty trace is found nowhere.
#[must_use]
pub fn find_traces(value: &Value, traces: &[Trace]) -> Vec<Hit> {
    let needles = Needles::of(traces);
    let mut hits = Vec::new();
    walk(value, "", &needles, &mut hits);
    hits
}

/// Where words stand in a text as it is written (width, kana and spaces aside), in bytes; a digit never
/// goes on into another. For times and numbers. Places do not overlap; of those that begin together, the
/// longest counts.
#[must_use]
pub fn find_words(text: &str, words: &[String]) -> Vec<Range<usize>> {
    let folded = Folded::of(text);
    let mut lexicon = Lexicon::default();
    for (at, word) in words.iter().enumerate() {
        lexicon.add(at, name::marks(word), Rule::Anywhere);
    }
    let tight = Thin::of(&folded.chars, |sign| !sign.is_whitespace());
    let places = lexicon.all(&tight, |range| name::stands_alone(&folded.chars, range));
    apart(places)
        .iter()
        .map(|place| folded.origin(place))
        .collect()
}

impl Needles {
    fn of(traces: &[Trace]) -> Self {
        let mut needles = Self {
            count: traces.len(),
            ..Self::default()
        };
        for (at, trace) in traces.iter().enumerate() {
            let networks = Networks::parse(&trace.text);
            match (trace.kind, networks) {
                (TraceKind::Address, Some(networks)) => needles.networks.push((at, networks)),
                (TraceKind::Name | TraceKind::Address, _) => needles.add_name(at, &trace.text),
                (TraceKind::Person, _) => {
                    person::add(at, &trace.text, &mut needles.written, &mut needles.heard);
                }
                (TraceKind::Domain, _) => {
                    needles
                        .domains
                        .push((at, name::domain_needles(&trace.text)));
                }
            }
        }
        needles
    }

    fn add_name(&mut self, at: usize, text: &str) {
        let spellings = name::spellings(text);
        if spellings.is_empty() {
            self.marks.add(at, name::marks(text), Rule::Anywhere);
        }
        for word in spellings {
            self.written.add(at, word, Rule::Anywhere);
        }
    }

    /// Every place of each trace in a text, in bytes, in order and apart.
    fn find(&self, folded: &Folded) -> Vec<Vec<Range<usize>>> {
        let mut found = vec![Vec::new(); self.count];
        let chars = &folded.chars;
        let fits = |rule, length, range: &Range<usize>| person::fits(rule, length, chars, range);
        let tight = Thin::of(chars, is_kept);
        self.written.find(&tight, fits, &mut found);
        if !self.marks.is_empty() {
            let text = Thin::of(chars, |sign| !sign.is_whitespace());
            self.marks.find(&text, |_, _, _| true, &mut found);
        }
        if !self.heard.is_empty() {
            self.heard.find(&sound::sound(chars), fits, &mut found);
            // Letter by letter, with spaces between.
            let spaced = sound::sound(&tight.chars).through(&tight);
            self.heard.find(&spaced, fits, &mut found);
        }
        for places in &mut found {
            for place in places {
                *place = folded.origin(place);
            }
        }
        for (at, networks) in &self.networks {
            found[*at] = address::find(networks, folded);
        }
        for (at, domains) in &self.domains {
            let domains = domains.iter();
            found[*at] = domains
                .flat_map(|domain| name::find_domain(domain, folded))
                .collect();
        }
        found.into_iter().map(apart).collect()
    }
}

fn walk(value: &Value, path: &str, needles: &Needles, hits: &mut Vec<Hit>) {
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

fn search(text: &str, path: &str, in_key: bool, needles: &Needles, hits: &mut Vec<Hit>) {
    for View {
        reading,
        text: read,
    } in views(text)
    {
        let folded = Folded::of(&read);
        let plain = reading == Reading::Plain;
        for (trace, found) in needles.find(&folded).into_iter().enumerate() {
            let told = if plain { found.len() } else { 1 };
            hits.extend(found.into_iter().take(told).map(|found| Hit {
                path: path.to_owned(),
                in_key,
                trace,
                reading,
                excerpt: excerpt(&read, &found),
                span: if plain { found } else { 0..text.len() },
            }));
        }
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
