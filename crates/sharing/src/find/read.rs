//! A piece of a search read as what it asks for.

use jiff::{SignedDuration, Timestamp, tz::Offset};
use kaname_intake::{Kind, read_listed, read_value, read_value_as, read_when};
use kaname_kernel::{
    Pap, Tlp,
    fold::{self, fold},
};
use kaname_stix::{SearchValue, ValueKind, fuzzy_hash::FuzzyHash};

use super::{
    Ask, Moment, Why, has_token,
    names::{Key, Named, TYPES, Vocabulary, type_code},
};
use crate::value::{Value, posting};

/// Longest code of a party or collection, in characters.
const MAX_CODE: usize = 100;
/// Most tokens of a word.
const MAX_TOKENS: usize = 32;
/// Most values of one term.
const MAX_CHOICES: usize = 16;
/// A day in seconds: a date without a time of day.
const DAY_S: u32 = 86_400;
/// Farthest a relative time goes back, in hours: a hundred years.
const MAX_HOURS: i64 = 24 * 36_525;

/// What a search is read by.
pub(super) struct Reading<'v> {
    pub(super) vocabulary: &'v Vocabulary,
    pub(super) now: Timestamp,
}

impl Reading<'_> {
    pub(super) fn phrase(&self, text: &str) -> Result<Ask, Why> {
        let text = text.replace('"', " ");
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        if !has_token(&text) {
            return Err(Why::NoWord);
        }
        Ok(Ask::Phrase(text))
    }

    pub(super) fn bare(&self, text: &str) -> Result<Ask, Why> {
        if let Some(value) = read_value(text) {
            return Ok(Ask::Value(value_of(value)));
        }
        match fold::tokens(text).len() {
            0 => Err(Why::NoWord),
            1..=MAX_TOKENS => Ok(Ask::Word(text.to_owned())),
            // An index is asked for so many at most; what is longer is looked for as it stands.
            _ => self.phrase(text),
        }
    }

    pub(super) fn keyed(&self, key: &Named<'_>, text: &str) -> Result<Ask, Why> {
        let key = match key {
            Named::Known(key) => *key,
            Named::Unknown(name) => return Err(unknown(name)),
        };
        let text = text.trim();
        if text.is_empty() {
            return Err(Why::Empty(self.possible(key)));
        }
        let read = match key {
            Key::Type => choices(text, one_type).map(Ask::Type),
            Key::Sector => {
                choices(text, |one| self.vocabulary.sector(one).map(str::to_owned)).map(Ask::Sector)
            }
            Key::Tlp => markings(text, &Tlp::ALL).map(Ask::Tlp),
            Key::Pap => markings(text, &Pap::ALL).map(Ask::Pap),
            Key::Since => self.moment(text, false).map(Ask::Since),
            Key::Until => self.moment(text, true).map(Ask::Until),
            Key::From => choices(text, code).map(Ask::From),
            Key::Collection => choices(text, code).map(Ask::Collection),
            Key::Id => id(text).map(Ask::Id),
            Key::Cve => read_value_as(Kind::Cve, &prefixed(text)).map(|v| Ask::Value(value_of(v))),
            Key::Value => read_listed(text).map(|value| Ask::Value(value_of(value))),
            Key::Alike => fuzzy(text).map(Ask::Alike),
        };
        read.ok_or_else(|| Why::NotPossible(self.possible(key)))
    }

    /// What can stand behind a key: all there is, or examples.
    fn possible(&self, key: Key) -> Vec<String> {
        let written = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect();
        match key {
            Key::Type => TYPES.iter().map(|(code, _)| (*code).to_owned()).collect(),
            Key::Sector => self.vocabulary.sectors().map(str::to_owned).collect(),
            Key::Tlp => written(&["clear", "green", "amber", "amber+strict", "red", "<=amber"]),
            Key::Pap => written(&["clear", "green", "amber", "red", "<=green"]),
            Key::Since | Key::Until => written(&["30d", "12h", "2w", "2026-11-01"]),
            Key::From => written(&["hub"]),
            Key::Collection => written(&["library"]),
            Key::Id => written(&["indicator--…", "S-2611-…"]),
            Key::Cve => written(&["CVE-2026-12345"]),
            Key::Alike => written(&["96:…:…", "T1…"]),
            Key::Value => written(&["192.0.2.1", "192.0.2.0/24", "evil.example", "hxxp://…"]),
        }
    }

    /// `30d`, `12時間`, or a day or moment. `last`: of a day its end is meant.
    fn moment(&self, text: &str, last: bool) -> Option<Moment> {
        if let Some((hours, written)) = ago(&fold(text)) {
            let at = self.now.checked_sub(SignedDuration::from_hours(hours));
            return Some(Moment {
                written,
                at: at.ok()?,
            });
        }
        let when = read_when(text)?;
        if when.uncertainty_s < DAY_S {
            let at = match last {
                true => when
                    .at
                    .checked_add(SignedDuration::from_secs(i64::from(when.uncertainty_s))),
                false => Ok(when.at),
            };
            return Some(Moment {
                written: when.at.to_string(),
                at: at.ok()?,
            });
        }
        let days = i64::from(when.uncertainty_s);
        let at = match last {
            true => when.at.checked_add(SignedDuration::from_secs(days)).ok()?,
            false => when.at,
        };
        let day = Offset::constant(9).to_datetime(when.at).date();
        Some(Moment {
            written: day.to_string(),
            at,
        })
    }
}

/// A fuzzy hash of one form or the other.
fn fuzzy(text: &str) -> Option<SearchValue> {
    let kinds = [ValueKind::Ssdeep, ValueKind::Tlsh].into_iter();
    let mut hashes = kinds.map(|kind| SearchValue::new(kind, text));
    let hash = hashes.find(|hash| FuzzyHash::of(hash).is_some())?;
    Some(SearchValue::new(hash.kind, posting(&hash).value))
}

/// The value as it is grouped by.
fn value_of(read: kaname_intake::Value) -> Value {
    Value {
        kind: read.kind,
        value: read.value,
    }
}

fn unknown(name: &str) -> Why {
    let name = fold(name);
    let mut keys: Vec<String> = Key::ALL.iter().map(|key| key.word().to_owned()).collect();
    // What begins alike is most likely meant.
    keys.sort_by_key(|key| key.chars().next() != name.chars().next());
    Why::UnknownKey(keys)
}

/// Each of a list, or nothing when one of them does not read.
fn choices(text: &str, read: impl Fn(&str) -> Option<String>) -> Option<Vec<String>> {
    let mut all = Vec::new();
    for one in text.split([',', '，', '、']) {
        let one = read(one.trim())?;
        if !all.contains(&one) {
            all.push(one);
        }
    }
    (all.len() <= MAX_CHOICES).then_some(all)
}

/// A type that is known by name, or one that somebody's own objects may have (STIX 2.1 §11).
fn one_type(name: &str) -> Option<String> {
    if let Some(code) = type_code(name) {
        return Some(code.to_owned());
    }
    let name = fold(name);
    let is_custom = name.starts_with("x-") && kaname_stix::is_type_name(&name);
    is_custom.then_some(name)
}

fn code(text: &str) -> Option<String> {
    let code = fold(text);
    let fits = |c: char| c.is_alphanumeric() || "-_.:".contains(c);
    let is_code = !code.is_empty() && code.chars().count() <= MAX_CODE && code.chars().all(fits);
    // What folds to something else each time is no code.
    (is_code && fold(&code) == code).then_some(code)
}

fn id(text: &str) -> Option<String> {
    let fits = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    let id: String = fold(text);
    let is_id = !id.is_empty() && id.len() <= 300 && id.chars().all(fits);
    is_id.then_some(id)
}

/// A CVE number, the letters of which may be left out.
fn prefixed(text: &str) -> String {
    let folded = fold(text);
    match folded.starts_with(|first: char| first.is_ascii_digit()) {
        true => format!("CVE-{folded}"),
        false => folded.to_uppercase(),
    }
}

/// Which markings stand on one side of another.
type Side<M> = fn(&M, &M) -> bool;

/// Markings by name, several with commas, or all on one side of one: `<=amber`.
fn markings<M>(text: &str, all: &[M]) -> Option<Vec<M>>
where
    M: Copy + Ord + std::str::FromStr,
{
    let folded = fold(text).replace('≦', "<=").replace('≧', ">=");
    let folded = folded.replace('≤', "<=").replace('≥', ">=");
    let sides: [(&str, Side<M>); 5] = [
        ("<=", M::le),
        (">=", M::ge),
        ("<", M::lt),
        (">", M::gt),
        ("=", M::eq),
    ];
    let side = sides
        .iter()
        .find_map(|(sign, holds)| Some((folded.strip_prefix(sign)?, holds)));
    let chosen: Vec<M> = match side {
        Some((name, holds)) => {
            let bound = name.parse::<M>().ok()?;
            all.iter()
                .copied()
                .filter(|one| holds(one, &bound))
                .collect()
        }
        None => {
            let named = folded.split([',', '、']).map(|name| name.parse::<M>().ok());
            let named = named.collect::<Option<Vec<M>>>()?;
            all.iter()
                .copied()
                .filter(|one| named.contains(one))
                .collect()
        }
    };
    (!chosen.is_empty()).then_some(chosen)
}

/// Hours back, with the canonical writing.
fn ago(folded: &str) -> Option<(i64, String)> {
    let digits = folded.bytes().take_while(u8::is_ascii_digit).count();
    let (count, unit) = folded.split_at_checked(digits)?;
    let count: i64 = count.parse().ok()?;
    let (hours, letter) = match unit.trim() {
        "h" | "時間" => (1, 'h'),
        "d" | "日" | "日間" | "day" | "days" => (24, 'd'),
        "w" | "週" | "週間" => (24 * 7, 'w'),
        "m" | "か月" | "ヶ月" | "ヵ月" | "カ月" | "月" => (24 * 30, 'm'),
        "y" | "年" | "年間" => (24 * 365, 'y'),
        _ => return None,
    };
    let back = count.checked_mul(hours)?;
    (back <= MAX_HOURS).then(|| (back, format!("{count}{letter}")))
}
