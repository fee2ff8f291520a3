//! Texts and values brought to one form.

use std::collections::HashMap;

use super::{
    LeftOut, MAX_REMARKS_BYTES, MAX_TITLE_CHARS, MAX_VALUES_BYTES, Problem, SubmissionOptions,
    Submitted, SubmittedValue,
};
use crate::indicator::{ExcludedReason, Kind};
use crate::own::Own;

/// Text without control characters and signs that turn the direction of writing; line ends as LF.
pub(super) fn text(text: &str) -> String {
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    let kept = text.chars().filter(|sign| {
        let turns = matches!(sign, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}');
        !turns && (!sign.is_control() || matches!(sign, '\n' | '\t'))
    });
    kept.collect::<String>().trim().to_owned()
}

/// The same on one line, at most so many characters.
pub(super) fn line(written: &str, max_chars: usize) -> String {
    // Some more than is kept is looked at, so that blanks do not use it up; not all of it.
    let start: String = written.chars().take(max_chars.saturating_mul(4)).collect();
    let one: String = text(&start)
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ");
    one.chars().take(max_chars).collect()
}

/// A title, cut where it is too long.
pub(super) fn title(written: &str) -> String {
    line(written, MAX_TITLE_CHARS)
}

/// The first line that says something, as a title.
pub(super) fn title_of(text: &str) -> String {
    let start = &text[..text.floor_char_boundary(4_096)];
    let first = start.lines().map(title).find(|one| !one.is_empty());
    first.unwrap_or_default()
}

/// Values gathered one per kind and value, the provider's own apart.
pub(super) struct Values<'a> {
    options: &'a SubmissionOptions,
    own: Own,
    places: HashMap<(Kind, String), usize>,
    found: Vec<SubmittedValue>,
    left_out: Vec<LeftOut>,
    too_many: bool,
    bytes: usize,
    remarks_bytes: usize,
    remarks_left_out: usize,
}

impl Values<'_> {
    pub(super) fn new(options: &SubmissionOptions) -> Values<'_> {
        Values {
            own: Own::new(&options.own_domains, &options.own_networks),
            options,
            places: HashMap::new(),
            found: Vec::new(),
            left_out: Vec::new(),
            too_many: false,
            bytes: 0,
            remarks_bytes: 0,
            remarks_left_out: 0,
        }
    }

    /// Adds a value that has not been held against the provider's own yet.
    pub(super) fn add(&mut self, value: SubmittedValue) {
        let plain = crate::value::Value {
            kind: value.kind,
            value: value.value.clone(),
            unicode: None,
            notes: Vec::new(),
        };
        match self.own.reason_of(&plain) {
            Some(reason) => self.leave_out(value, reason),
            None => self.take(value),
        }
    }

    /// Adds a value that is known to be others'.
    pub(super) fn take(&mut self, mut value: SubmittedValue) {
        let key = (value.kind, value.value.clone());
        let place = self.places.get(&key).copied();
        let has_remark = place.and_then(|at| self.found.get(at));
        value.comment = match has_remark.is_some_and(|known| !known.comment.is_empty()) {
            true => String::new(),
            false => self.remark(&value),
        };
        if let Some(known) = place.and_then(|at| self.found.get_mut(at)) {
            if known.comment.is_empty() {
                known.comment = value.comment;
            }
            known.first_seen = match (known.first_seen, value.first_seen) {
                (Some(one), Some(other)) if other.at < one.at => Some(other),
                (one, other) => one.or(other),
            };
            known.notes.extend(value.notes);
            known.notes.sort_unstable();
            known.notes.dedup();
        } else if self.found.len() < self.options.limits.values
            && self.bytes + value.value.len() <= MAX_VALUES_BYTES
        {
            self.bytes += value.value.len();
            self.places.insert(key, self.found.len());
            self.found.push(value);
        } else {
            self.too_many = true;
        }
    }

    /// The remark on a value, while there is room for all remarks.
    fn remark(&mut self, value: &SubmittedValue) -> String {
        let remark = line(&value.comment, self.options.limits.comment_chars);
        let bytes = match remark.len() {
            0 => 0,
            some => some + value.value.len(),
        };
        if self.remarks_bytes + bytes > MAX_REMARKS_BYTES {
            self.remarks_left_out += 1;
            return String::new();
        }
        self.remarks_bytes += bytes;
        remark
    }

    pub(super) fn leave_out(&mut self, value: SubmittedValue, reason: ExcludedReason) {
        let known = self
            .left_out
            .iter()
            .rev()
            .take(1_000)
            .any(|one| one.value.kind == value.kind && one.value.value == value.value);
        if !known && self.left_out.len() < self.options.limits.values {
            self.left_out.push(LeftOut { value, reason });
        }
    }

    /// Puts what was gathered into a submission.
    pub(super) fn finish(self, into: &mut Submitted) {
        into.values = self.found;
        into.left_out = self.left_out;
        if self.too_many {
            let limit = into.values.len();
            into.problems.push(Problem::TooManyValues { limit });
        }
        if self.remarks_left_out > 0 {
            let left_out = self.remarks_left_out;
            into.problems.push(Problem::TooManyRemarks { left_out });
        }
        if !self.own.unusable().is_empty() {
            let unusable = self.own.unusable().to_vec();
            into.problems.push(Problem::UnusableOwn(unusable));
        }
    }
}
