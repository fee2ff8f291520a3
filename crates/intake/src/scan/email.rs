//! Mail addresses.

use super::{Scan, host_hit};
use crate::host;
use crate::indicator::Kind;

/// Longest local part, in bytes (RFC 5321 §4.5.3.1.1).
const LONGEST_LOCAL: usize = 64;

pub(super) fn scan(scan: &mut Scan<'_>) {
    let text = scan.text();
    for (at, _) in text.match_indices('@') {
        let Some(start) = local_start(text, at) else {
            continue;
        };
        let Some((length, host)) = host::at_start(&text[at + 1..]) else {
            continue;
        };
        let end = at + 1 + length;
        let known = host.has_known_tld() && !host.is_registry_suffix();
        if !known || scan.is_taken(start, end) {
            continue;
        }
        let local = text[start..at].to_lowercase();
        let value = format!("{local}@{}", host.ascii);
        let mut hit = host_hit(start, end, Kind::Email, value, &host);
        hit.unicode = host
            .unicode
            .as_ref()
            .map(|shown| format!("{local}@{shown}"));
        scan.add(hit);
    }
}

fn local_start(text: &str, at: usize) -> Option<usize> {
    let length = text.as_bytes()[..at]
        .iter()
        .rev()
        .take(LONGEST_LOCAL + 1)
        .take_while(|sign| sign.is_ascii_alphanumeric() || b"._%+-'/=#&!$*?^~".contains(sign))
        .count();
    if length > LONGEST_LOCAL {
        return None;
    }
    let signs = b"._%+-'/=#&!$*?^~";
    let lead = text.as_bytes()[at - length..at]
        .iter()
        .take_while(|sign| signs.contains(sign))
        .count();
    // What stands before the last stroke or equals sign is markup: `to=user@…`, `cc/user@…`.
    let local = &text[at - length + lead..at];
    let markup = local
        .rfind(['/', '=', '?', '&', '\''])
        .map_or(0, |index| index + 1);
    let start = at - local.len() + markup;
    (start < at && !text[..at].ends_with('.')).then_some(start)
}
