//! Searches among objects, how what they find spreads, and who carries a value. Each question carries the
//! reader's bitmap of audiences: nothing outside it is found, counted or spread.

use std::{collections::BTreeMap, sync::Arc};

use jiff::{Timestamp, tz::Offset};
use kaname_kernel::{MatterId, PartyId, Tlp, fold};
use roaring::RoaringBitmap;

use crate::{change::Posting, query::StoredObject};

/// Counts are exact up to here; what is found spreads over so many of the newest.
pub const COUNTED: u32 = 10_000;

/// Years are Japan's, like the dates that people ask with.
const JST: Offset = Offset::constant(9);

/// A search among objects: all that is asked must hold. Of the versions of an object, as one originator brought
/// them into one collection, the newest that the reader may see is looked at.
#[derive(Debug, Clone, Default)]
pub struct FindObjects {
    /// Audiences the reader may read.
    pub readable: Arc<RoaringBitmap>,
    /// Only these STIX types; empty for all.
    pub types: Vec<String>,
    /// None of these STIX types.
    pub not_types: Vec<String>,
    /// Only in these collections; empty for all.
    pub collections: Vec<MatterId>,
    /// Only what these brought, the hub being `None`; empty for all.
    pub origins: Vec<Option<PartyId>>,
    /// Only with one of these markings; empty for all.
    pub tlps: Vec<Tlp>,
    /// Added at this moment or later, microseconds since 1970.
    pub since_us: Option<i64>,
    /// Added before this moment.
    pub until_us: Option<i64>,
    /// Only these STIX ids; empty for all.
    pub ids: Vec<String>,
    /// Of each group one value is carried.
    pub values: Vec<Vec<Posting>>,
    /// Of each group the words of one text are all found.
    pub words: Vec<Vec<String>>,
    /// Of none of these texts are all words found.
    pub without: Vec<String>,
    /// Host names that are named there, each itself or as a host below it: alone, in a URL or in an address of
    /// mail.
    pub hosts: Vec<String>,
    /// Texts that stand there as they are.
    pub phrases: Vec<String>,
    /// Texts that do not.
    pub without_phrases: Vec<String>,
    /// Groups of texts: for each it is counted in how many of what was found the words of one are all found.
    pub groups: Vec<Vec<String>>,
    /// Continue strictly before this place.
    pub before_us: Option<i64>,
    /// At most this many rows, 1 to 1,000.
    pub limit: u32,
}

/// What a search found.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct FoundObjects {
    /// The page, newest first.
    pub objects: Vec<StoredObject>,
    /// Whether more follow.
    pub more: bool,
    /// Exact number of matches up to [`COUNTED`]; one more means more.
    pub total: u32,
    /// How the newest [`COUNTED`] matches spread.
    pub spread: Spread,
}

/// How matches spread: each part with its number.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Spread {
    /// Over STIX types.
    pub types: BTreeMap<String, u32>,
    /// Over markings; what has none is left out.
    pub tlps: BTreeMap<Tlp, u32>,
    /// Over collections.
    pub collections: BTreeMap<MatterId, u32>,
    /// Over the years they were added in, in Japan.
    pub years: BTreeMap<i16, u32>,
    /// Over [`FindObjects::groups`], in their order.
    pub groups: Vec<u32>,
}

impl Spread {
    /// Counts one match.
    pub fn add(&mut self, stix_type: &str, collection: MatterId, added_us: i64, tlp: Option<Tlp>) {
        match self.types.get_mut(stix_type) {
            Some(count) => *count += 1,
            None => {
                self.types.insert(stix_type.to_owned(), 1);
            }
        }
        *self.collections.entry(collection).or_default() += 1;
        if let Some(tlp) = tlp {
            *self.tlps.entry(tlp).or_default() += 1;
        }
        if let Ok(added) = Timestamp::from_microsecond(added_us) {
            let year = JST.to_datetime(added).year();
            *self.years.entry(year).or_default() += 1;
        }
    }
}

/// Who carries a value, among what the reader may see.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Carriers {
    /// Objects, each id once.
    pub objects: u64,
    /// Organisations whose word they are, the hub being one.
    pub origins: u64,
}

/// The least text after all that begin so, as bytes are ordered.
pub fn past(beginning: &str) -> String {
    let mut text = beginning.to_owned();
    match text.pop() {
        Some(last @ '\0'..'\u{7f}') => {
            text.extend(char::from_u32(u32::from(last) + 1));
            text
        }
        _ => format!("{beginning}{}", char::MAX),
    }
}

/// Whether an object says a text, whatever the writing of its letters: in its title or in one of its strings.
pub fn says(title: &str, raw: &str, text: &str) -> bool {
    let text = fold::fold(text);
    if fold::fold(title).contains(&text) {
        return true;
    }
    let value: Result<serde_json::Value, _> = serde_json::from_str(raw);
    value.is_ok_and(|value| value_says(&value, &text))
}

/// Whether a text names a host or one below it. A name that only ends alike is another.
pub fn names_host(text: &str, host: &str) -> bool {
    let (text, host) = (text.to_ascii_lowercase(), host.to_ascii_lowercase());
    let is_label = |c: char| c.is_alphanumeric() || c == '-' || c == '_';
    text.match_indices(&host).any(|(at, _)| {
        let before = text.get(..at).and_then(|text| text.chars().next_back());
        let mut after = text.get(at + host.len()..).unwrap_or_default().chars();
        let goes_on = match after.next() {
            Some('.') => after.next().is_some_and(is_label),
            Some(next) => is_label(next),
            None => false,
        };
        !before.is_some_and(is_label) && !goes_on
    })
}

fn value_says(value: &serde_json::Value, text: &str) -> bool {
    match value {
        serde_json::Value::String(one) => fold::fold(one).contains(text),
        serde_json::Value::Array(all) => all.iter().any(|one| value_says(one, text)),
        serde_json::Value::Object(members) => members.values().any(|one| value_says(one, text)),
        _ => false,
    }
}

impl FindObjects {
    /// Whether the hosts and phrases asked for stand in an object and the unwanted ones do not.
    pub fn texts_hold(&self, title: &str, raw: &str) -> bool {
        self.hosts.iter().all(|host| names_host(raw, host))
            && self.phrases.iter().all(|text| says(title, raw, text))
            && !self
                .without_phrases
                .iter()
                .any(|text| says(title, raw, text))
    }

    /// Whether what an object says has to be read for it, beyond what an index knows.
    pub fn asks_texts(&self) -> bool {
        !self.hosts.is_empty() || !self.phrases.is_empty() || !self.without_phrases.is_empty()
    }

    /// Groups of texts that must be found, the words of hosts and phrases among them.
    pub fn all_words(&self) -> impl Iterator<Item = Vec<&str>> {
        let words = self.words.iter();
        let words = words.map(|group| group.iter().map(String::as_str).collect());
        let texts = self.hosts.iter().chain(&self.phrases);
        words.chain(texts.map(|text| vec![text.as_str()]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_is_named_with_those_below_it_and_no_other() {
        let named = [
            "evil.example",
            "https://a.b.evil.example/x?y",
            "me@EVIL.example.",
            "[domain-name:value = 'www.evil.example']",
            "evil.example:443",
        ];
        for text in named {
            assert!(names_host(text, "evil.example"), "{text}");
        }
        for text in [
            "notevil.example",
            "evil.example.net",
            "my-evil.example",
            "evil.examples",
        ] {
            assert!(!names_host(text, "evil.example"), "{text}");
        }
    }

    #[test]
    fn a_phrase_is_found_in_titles_and_strings_in_any_writing() {
        let raw = r#"{"name":"Ａ１","aliases":["潮\u898b作戦 二号"]}"#;
        assert!(says("", raw, "潮見作戦"));
        assert!(says("", raw, "a1"));
        assert!(says("Title Of It", raw, "title of"));
        assert!(!says("", raw, "aliases"));
    }
}
