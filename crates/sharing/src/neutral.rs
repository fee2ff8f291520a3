//! Neutral words in the place of what gives a provider away: where a derivation starts from. What is
//! left is found by the checklist.

use kaname_stix::redact::{Reading, Trace, TraceKind, find_traces};
use serde_json::{Value, json};

use crate::text::Text;

/// How often a text is looked through again; each round takes one place of every trace in every line.
const ROUNDS: usize = 48;

/// Which language a text is in, for the neutral words: Japanese when it has a Japanese character.
pub fn language_of(text: &str) -> &'static str {
    let japanese = |sign: char| matches!(sign, '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{ff66}'..='\u{ff9f}');
    if text.chars().any(japanese) {
        "ja"
    } else {
        "en"
    }
}

/// A text of one language as a [`Text`], with neutral words for traces.
pub fn neutral(text: &str, traces: &[Trace]) -> Text {
    let language = language_of(text);
    let text = without_traces(text, traces, language);
    if language == "ja" {
        Text::new(text, "")
    } else {
        Text::new("", text)
    }
}

/// The text with every trace that is written plainly replaced by a neutral word of the language.
pub fn without_traces(text: &str, traces: &[Trace], language: &str) -> String {
    let mut lines: Vec<String> = text.split('\n').map(str::to_owned).collect();
    for _ in 0..ROUNDS {
        if !replace_once(&mut lines, traces, language) {
            break;
        }
    }
    // A name may be broken over lines.
    let mut whole = vec![lines.join("\n")];
    for _ in 0..ROUNDS {
        if !replace_once(&mut whole, traces, language) {
            break;
        }
    }
    whole.concat()
}

/// Replaces the places found in each text; tells whether there were any.
fn replace_once(texts: &mut [String], traces: &[Trace], language: &str) -> bool {
    let mut places: Vec<Vec<(usize, usize, TraceKind)>> = vec![Vec::new(); texts.len()];
    let value: Value = json!(texts);
    for hit in find_traces(&value, traces) {
        let index = hit.path.trim_start_matches('/').parse::<usize>().ok();
        let kind = traces.get(hit.trace).map(|trace| trace.kind);
        let (Some(index), Some(kind)) = (index, kind) else {
            continue;
        };
        let Some((text, found)) = texts.get(index).zip(places.get_mut(index)) else {
            continue;
        };
        if hit.reading == Reading::Plain && hit.span.start < hit.span.end {
            let (start, end) = widened(text, hit.span.start, hit.span.end, kind);
            found.push((start, end, kind));
        }
    }
    let mut any = false;
    for (text, mut found) in texts.iter_mut().zip(places) {
        // The widest of those that begin together first; what overlaps one already taken waits.
        found.sort_by_key(|(start, end, _)| (*start, usize::MAX - *end));
        let mut taken: Vec<(usize, usize, TraceKind)> = Vec::new();
        for place in found {
            if taken.last().is_none_or(|last| place.0 >= last.1) {
                taken.push(place);
            }
        }
        for (start, end, kind) in taken.into_iter().rev() {
            let word = word(kind, language);
            if text.get(start..end).is_some_and(|there| there != word) {
                text.replace_range(start..end, word);
                any = true;
            }
        }
    }
    any
}

/// A domain or address stands in a URL, a mail address, a longer host name: all of it goes.
fn widened(text: &str, start: usize, end: usize, kind: TraceKind) -> (usize, usize) {
    if !matches!(kind, TraceKind::Domain | TraceKind::Address) {
        return (start, end);
    }
    let joins = |sign: &char| sign.is_ascii_graphic() && !"\"'<>(),;`|".contains(*sign);
    let before = text.get(..start).unwrap_or_default();
    let after = text.get(end..).unwrap_or_default();
    let left: usize = before
        .chars()
        .rev()
        .take_while(joins)
        .map(char::len_utf8)
        .sum();
    let right: usize = after.chars().take_while(joins).map(char::len_utf8).sum();
    (start - left, end + right)
}

fn word(kind: TraceKind, language: &str) -> &'static str {
    match (kind, language) {
        (TraceKind::Name, "ja") => "国内の事業者",
        (TraceKind::Name, _) => "a domestic operator",
        (TraceKind::Person, "ja") => "担当者",
        (TraceKind::Person, _) => "a person in charge",
        (TraceKind::Domain, "ja") => "［ドメイン省略］",
        (TraceKind::Domain, _) => "[domain left out]",
        (TraceKind::Address, "ja") => "［アドレス省略］",
        (TraceKind::Address, _) => "[address left out]",
    }
}
