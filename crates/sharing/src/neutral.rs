//! Neutral words in the place of what gives a provider away: where a derivation starts from. What is
//! left is found by the checklist.

use kaname_stix::redact::{Reading, Trace, TraceKind, find_traces, with_forms};
use serde_json::json;

use crate::text::Text;

/// How often a text is looked through again; each round takes one place of every trace in every line.
/// What stands more often is left to the checklist.
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

/// A text of one language as a [`Text`], with neutral words for traces, cut to `limit` bytes.
pub fn neutral(text: &str, traces: &[Trace], limit: usize) -> Text {
    let language = language_of(text);
    // Cut twice: reading no more than is kept, and keeping no more after words became longer.
    let text = without_traces(cut(text, limit), traces, language);
    let text = cut(&text, limit).to_owned();
    if language == "ja" {
        Text::new(text, "")
    } else {
        Text::new("", text)
    }
}

/// The beginning of a text, at most `limit` bytes. It ends with a whole word where one ends nearby, so
/// that no half of a name is left.
fn cut(text: &str, limit: usize) -> &str {
    if text.len() <= limit {
        return text;
    }
    let end = text.floor_char_boundary(limit);
    let from = text.floor_char_boundary(end.saturating_sub(limit / 8));
    let ends = |sign: char| sign.is_whitespace() || matches!(sign, '。' | '、' | '．' | '，');
    let tail = text[from..end].trim_end_matches(|sign: char| !ends(sign));
    if tail.is_empty() {
        &text[..end]
    } else {
        &text[..from + tail.len()]
    }
}

/// The text with every trace that is written plainly replaced by a neutral word of the language.
pub fn without_traces(text: &str, traces: &[Trace], language: &str) -> String {
    let lines = text.split('\n').map(str::to_owned).collect();
    let lines = replaced(lines, traces, language);
    // A name may be broken over lines.
    replaced(vec![lines.join("\n")], traces, language).concat()
}

/// The texts with neutral words. A text is looked through again as long as something was replaced.
fn replaced(mut texts: Vec<String>, traces: &[Trace], language: &str) -> Vec<String> {
    let mut open: Vec<usize> = (0..texts.len()).collect();
    for _ in 0..ROUNDS {
        let looked: Vec<&str> = open.iter().map(|at| texts[*at].as_str()).collect();
        let mut places: Vec<Vec<Place>> = vec![Vec::new(); open.len()];
        for hit in find_traces(&json!(looked), traces) {
            let index = hit.path.trim_start_matches('/').parse::<usize>().ok();
            let kind = traces.get(hit.trace).map(|trace| trace.kind);
            if let (Some(index), Some(kind)) = (index, kind)
                && let Some((text, found)) = looked.get(index).zip(places.get_mut(index))
                && hit.reading == Reading::Plain
                && hit.span.start < hit.span.end
            {
                let (start, end) = widened(text, hit.span.start, hit.span.end, kind);
                found.push(Place { start, end, kind });
            }
        }
        let mut changed = Vec::new();
        for (at, found) in open.into_iter().zip(places) {
            if replace(&mut texts[at], found, language) {
                changed.push(at);
            }
        }
        if changed.is_empty() {
            break;
        }
        open = changed;
    }
    texts
}

/// Bytes of a text to be replaced.
#[derive(Debug, Clone, Copy)]
struct Place {
    start: usize,
    end: usize,
    kind: TraceKind,
}

/// Replaces places of a text by neutral words; tells whether anything changed.
fn replace(text: &mut String, mut found: Vec<Place>, language: &str) -> bool {
    // The widest of those that begin together first; what overlaps one already taken waits.
    found.sort_by_key(|place| (place.start, usize::MAX - place.end));
    let mut taken: Vec<Place> = Vec::new();
    for place in found {
        if taken.last().is_none_or(|last| place.start >= last.end) {
            taken.push(place);
        }
    }
    let mut any = false;
    for place in taken.into_iter().rev() {
        let word = word(place.kind, language);
        let there = text.get(place.start..place.end);
        if there.is_some_and(|there| there != word) {
            text.replace_range(place.start..place.end, word);
            any = true;
        }
    }
    any
}

/// A domain or address stands in a URL, a mail address, a longer host name: all of it goes. A name goes
/// with its form of incorporation.
fn widened(text: &str, start: usize, end: usize, kind: TraceKind) -> (usize, usize) {
    if kind == TraceKind::Name {
        let whole = with_forms(text, start..end);
        return (whole.start, whole.end);
    }
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
