//! URLs written without their scheme: `evil[.]example/gate.php`.

use super::{Hit, Scan, url};
use crate::host::Host;
use crate::indicator::Note;

/// Longest path that is looked at, in bytes.
const LONGEST: usize = 2_048;

/// The URL whose host ends at `host_end`, when a path follows.
pub(super) fn url_from(scan: &Scan<'_>, start: usize, host_end: usize) -> Option<Hit> {
    let text = scan.text();
    let slash = scan.port_at(host_end).map_or(host_end, |(_, end)| end);
    let path = text[slash..].strip_prefix('/')?;
    let length = path
        .bytes()
        .take(LONGEST + 1)
        .take_while(|sign| is_path_sign(*sign))
        .count();
    if length > LONGEST {
        return None;
    }
    let end = url::trimmed_end(text, slash, slash + 1 + length, scan.before(start));
    if end <= slash + 1 {
        return None;
    }
    let path = &text[slash + 1..end];
    // `203.0.113.7:443/tcp` names a protocol.
    let is_protocol = ["tcp", "udp"]
        .iter()
        .any(|name| path.eq_ignore_ascii_case(name));
    if is_protocol || is_list_of_names(path) {
        return None;
    }
    let mut hit = url::read(start, end, &format!("http://{}", &text[start..end]))?;
    hit.notes.push(Note::SchemeAssumed);
    Some(hit)
}

fn is_path_sign(sign: u8) -> bool {
    sign.is_ascii_graphic() && !b"<>\"`|^{}[]\\".contains(&sign)
}

/// `evil.example/bad.example`: names with a stroke between them.
fn is_list_of_names(path: &str) -> bool {
    let is_name = |part: &str| {
        part.parse::<std::net::IpAddr>().is_ok()
            || Host::parse(part)
                .is_some_and(|host| host.has_known_tld() && !host.ends_like_a_file())
    };
    path.split('/').take(32).all(is_name)
}
