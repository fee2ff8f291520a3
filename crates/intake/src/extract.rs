//! Indicators in pasted text.
//!
//! The text is made plain first (full-width letters, defanged forms), read by one linear pass
//! per kind, and what was found is brought back to its place in the original. Nothing is looked
//! up and nothing is fetched. Archives are never unpacked, here or anywhere in this crate.

use std::collections::HashMap;

use crate::fold::{self, Folded};
use crate::indicator::{Excluded, Extraction, Finding, Kind, Note};
use crate::own::Own;
use crate::scan::{self, Hit};

/// How far before the bound a blank is looked for, so that no word is cut, in bytes.
const WORD_BACK: usize = 4_096;

/// No text is read beyond this, whatever the options say, in bytes.
const HARD_MAX_BYTES: usize = 64 << 20;

/// Bounds, and what belongs to the provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExtractOptions {
    /// Text beyond this is not read, in bytes; at most 64 MiB counts.
    pub max_bytes: usize,
    /// Distinct findings beyond this are not reported; the same bound holds for exclusions.
    pub max_findings: usize,
    /// Domains of the provider; names below them are the provider's too.
    pub own_domains: Vec<String>,
    /// Networks of the provider in CIDR notation, or single addresses.
    pub own_networks: Vec<String>,
}

impl Default for ExtractOptions {
    fn default() -> ExtractOptions {
        ExtractOptions {
            max_bytes: 1 << 20,
            max_findings: 10_000,
            own_domains: Vec::new(),
            own_networks: Vec::new(),
        }
    }
}

/// Finds the indicators in a text. Takes time linear in its length.
#[must_use]
pub fn extract(text: &str, options: &ExtractOptions) -> Extraction {
    let own = Own::new(&options.own_domains, &options.own_networks);
    extract_beside(text, options, &own)
}

/// As [`extract`], with the provider's own already read: for many short texts.
pub(crate) fn extract_beside(text: &str, options: &ExtractOptions, own: &Own) -> Extraction {
    let read = bounded(text, options.max_bytes.min(HARD_MAX_BYTES));
    let folded = fold::fold(read);
    let mut gathering = Gathering {
        text: read,
        folded: &folded,
        max_findings: options.max_findings,
        found: Pile::default(),
        left_out: Pile::default(),
        reasons: Vec::new(),
        truncated: read.len() < text.len(),
    };
    for hit in scan::run(&folded) {
        // A word at the very end of a text that was cut may have been cut itself.
        let at_cut = hit.end == folded.text.len() && read.len() < text.len();
        if !at_cut {
            gathering.add(hit, own);
        }
    }
    gathering.finish(own)
}

/// The beginning of a text up to a bound, ending with a word if one ends nearby.
fn bounded(text: &str, max_bytes: usize) -> &str {
    if text.len() <= max_bytes {
        return text;
    }
    let end = text.floor_char_boundary(max_bytes);
    let tail_start = text.floor_char_boundary(end.saturating_sub(WORD_BACK));
    let words = text[tail_start..end].trim_end_matches(|sign: char| !sign.is_whitespace());
    if words.is_empty() {
        return &text[..end];
    }
    &text[..tail_start + words.len()]
}

#[derive(Default)]
struct Pile {
    findings: Vec<Finding>,
    places: HashMap<(Kind, String), usize>,
}

impl Pile {
    /// Adds a finding or counts it again; `None` when the pile is full.
    fn add(&mut self, finding: Finding, max: usize) -> Option<bool> {
        let key = (finding.kind, finding.value.clone());
        if let Some(known) = self
            .places
            .get(&key)
            .and_then(|at| self.findings.get_mut(*at))
        {
            known.count = known.count.saturating_add(1);
            known.notes.extend(finding.notes);
            known.notes.sort_unstable();
            known.notes.dedup();
            return Some(false);
        }
        if self.findings.len() >= max {
            return None;
        }
        self.places.insert(key, self.findings.len());
        self.findings.push(finding);
        Some(true)
    }
}

struct Gathering<'a> {
    text: &'a str,
    folded: &'a Folded,
    max_findings: usize,
    found: Pile,
    left_out: Pile,
    reasons: Vec<crate::indicator::ExcludedReason>,
    truncated: bool,
}

impl Gathering<'_> {
    fn add(&mut self, hit: Hit, own: &Own) {
        let reason = own.reason(&hit);
        let finding = self.finding(hit);
        let added = match reason {
            None => self.found.add(finding, self.max_findings),
            Some(reason) => {
                let added = self.left_out.add(finding, self.max_findings);
                if added == Some(true) {
                    self.reasons.push(reason);
                }
                added
            }
        };
        self.truncated |= added.is_none();
    }

    fn finding(&self, hit: Hit) -> Finding {
        let span = self.folded.original(hit.start, hit.end);
        let mut notes: Vec<Note> = hit.notes;
        notes.sort_unstable();
        notes.dedup();
        Finding {
            kind: hit.kind,
            value: hit.value,
            unicode: hit.unicode,
            as_written: self
                .text
                .get(span.start..span.end)
                .unwrap_or_default()
                .to_owned(),
            span,
            notes,
            count: 1,
        }
    }

    fn finish(self, own: &Own) -> Extraction {
        let left_out = self.left_out.findings.into_iter().zip(self.reasons);
        Extraction {
            findings: self.found.findings,
            excluded: left_out
                .map(|(finding, reason)| Excluded { finding, reason })
                .collect(),
            truncated: self.truncated,
            unusable_options: own.unusable().to_vec(),
        }
    }
}
