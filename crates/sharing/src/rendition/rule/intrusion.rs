//! Rules of Suricata 7 and Snort 3. They alert; they never drop.

use std::fmt::Write as _;

use super::{Target, origin, plain};
use crate::rendition::ValueLine;

/// A whole rule.
pub(super) fn rule(line: &ValueLine, head: &str, body: &str, number: u32) -> String {
    let (origin, title) = (origin(line), plain(line));
    let tlp = line.tlp.trim_start_matches("TLP:");
    let mut told = format!("kaname {origin}");
    if !tlp.is_empty() {
        let _ = write!(told, ", tlp {tlp}");
    }
    if !line.valid_until.is_empty() {
        // A colon would end the option in neither, but older readers take it for one.
        let _ = write!(told, ", valid_until {}", line.valid_until.replace(':', "-"));
    }
    format!(
        "{head} (msg:\"Kaname {origin} {title}\"; {body} metadata:{told}; sid:{number}; rev:1;)\n"
    )
}

/// Heads and bodies of the rules for one value in Suricata's language.
pub(super) fn suricata(target: &Target) -> Vec<(String, String)> {
    let rule = |head: &str, body: String| (head.to_owned(), body);
    match target {
        Target::Network(address, length) => {
            let network = Target::network_text(*address, *length);
            vec![(
                format!("alert ip any any <> [{network}] any"),
                String::new(),
            )]
        }
        Target::Domain(name) => {
            let content = content(&format!(".{name}"));
            vec![
                rule(
                    "alert dns any any -> any any",
                    format!("dns.query; dotprefix; content:{content}; nocase; endswith;"),
                ),
                rule(
                    "alert tls any any -> any any",
                    format!("tls.sni; dotprefix; content:{content}; nocase; endswith;"),
                ),
                rule(
                    "alert http any any -> any any",
                    format!("http.host; dotprefix; content:{content}; endswith;"),
                ),
            ]
        }
        Target::Url(host, path) => {
            let (host, path) = (content(host), content(path));
            vec![rule(
                "alert http any any -> any any",
                format!(
                    "flow:established,to_server; http.host; content:{host}; startswith; endswith; \
                     http.uri.raw; content:{path}; startswith; endswith;"
                ),
            )]
        }
        Target::Email(address) => vec![rule(
            "alert smtp any any -> any any",
            format!(
                "flow:established,to_server; content:\"MAIL FROM|3a|\"; nocase; content:{}; nocase; \
                 distance:0; within:320;",
                content(address)
            ),
        )],
        Target::Hash(..) => Vec::new(),
    }
}

/// Heads and bodies of the rules for one value in Snort's language.
pub(super) fn snort(target: &Target) -> Vec<(String, String)> {
    let rule = |head: &str, body: String| (head.to_owned(), body);
    match target {
        Target::Network(address, length) => {
            let network = Target::network_text(*address, *length);
            vec![(
                format!("alert ip any any <> [{network}] any"),
                String::new(),
            )]
        }
        Target::Domain(name) => vec![
            rule("alert dns", format!("content:{}, nocase;", labels(name))),
            rule(
                "alert http",
                format!("http_header:field host; content:{}, nocase;", content(name)),
            ),
        ],
        Target::Url(host, path) => vec![rule(
            "alert http",
            format!(
                "flow:established,to_server; http_header:field host; content:{}, nocase; http_raw_uri; \
                 content:{};",
                content(host),
                content(path)
            ),
        )],
        Target::Email(address) => vec![rule(
            "alert smtp",
            format!(
                "flow:established,to_server; content:\"MAIL FROM|3a|\", nocase; \
                 content:{}, nocase, distance 0, within 320;",
                content(address)
            ),
        )],
        Target::Hash(..) => Vec::new(),
    }
}

/// Bytes to look for: letters, digits and a few signs as they are, all else as hexadecimal digits.
fn content(text: &str) -> String {
    let mut out = String::from("\"");
    let mut in_digits = false;
    for byte in text.bytes() {
        let is_plain =
            byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_' | b'/' | b'@');
        if is_plain == in_digits {
            out.push('|');
            in_digits = !is_plain;
        } else if in_digits {
            out.push(' ');
        }
        if is_plain {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "{byte:02x}");
        }
    }
    if in_digits {
        out.push('|');
    }
    out.push('"');
    out
}

/// A name as it stands in a DNS question: each label behind its length, and the root. A name below it
/// ends in the same bytes.
fn labels(name: &str) -> String {
    let mut out = String::from("\"");
    for label in name.split('.') {
        let _ = write!(out, "|{:02x}|{label}", label.len());
    }
    out.push_str("|00|\"");
    out
}
