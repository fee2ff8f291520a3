//! URLs, in full and with the scheme made unclickable.

use std::net::IpAddr;

use super::{Hit, Place, Scan};
use crate::host;
use crate::indicator::{Kind, Note};
use crate::network::{self, Network};
use crate::submission::MAX_VALUE_BYTES;

/// Longest URL that is reported, in bytes.
const LONGEST: usize = MAX_VALUE_BYTES;

/// Spellings of schemes, longer ones before those they end with; the second is the scheme meant.
const SCHEMES: &[(&str, &str)] = &[
    ("h**ps", "https"),
    ("hxxps", "https"),
    ("hxtps", "https"),
    ("htxps", "https"),
    ("https", "https"),
    ("xxxps", "https"),
    ("h**p", "http"),
    ("hxxp", "http"),
    ("hxtp", "http"),
    ("htxp", "http"),
    ("http", "http"),
    ("meow", "http"),
    ("sftp", "sftp"),
    ("ftps", "ftps"),
    ("fxps", "ftps"),
    ("ftp", "ftp"),
    ("fxp", "ftp"),
    ("wss", "wss"),
    ("ws", "ws"),
    ("ttps", "https"),
    ("ttp", "http"),
    ("xxps", "https"),
    ("xxp", "http"),
];

/// Shorter spellings than this are believed only when no letter stands before them.
const UNMISTAKABLE: usize = 4;

pub(super) fn scan(scan: &mut Scan<'_>) {
    let text = scan.text();
    let mut done = 0;
    for (colon, separator) in separators(text) {
        if colon < done {
            continue;
        }
        let Some((start, scheme)) = scheme_before(text, colon).filter(|found| found.0 >= done)
        else {
            continue;
        };
        let rest = colon + separator;
        let backslashes = text[colon..].starts_with(":\\");
        let end = end_of_url(text, rest, backslashes);
        done = end;
        let lead = scan.before(start);
        let end = trimmed_end(text, rest, end, lead);
        if end - start <= LONGEST {
            add(scan, start, rest, end, scheme, backslashes);
        }
    }
}

/// `://` and `:\\`, with their lengths.
fn separators(text: &str) -> impl Iterator<Item = (usize, usize)> + '_ {
    text.match_indices(':').filter_map(|(index, _)| {
        let after = &text[index + 1..];
        (after.starts_with("//") || after.starts_with("\\\\")).then_some((index, 3))
    })
}

fn scheme_before(text: &str, colon: usize) -> Option<(usize, &'static str)> {
    let bytes = text.as_bytes();
    let letters = bytes[..colon]
        .iter()
        .rev()
        .take(24)
        .take_while(|sign| sign.is_ascii_alphanumeric() || **sign == b'*')
        .count();
    let word = text[colon - letters..colon].to_ascii_lowercase();
    SCHEMES.iter().find_map(|(spelling, scheme)| {
        let fits = word == *spelling
            || (spelling.len() >= UNMISTAKABLE && *spelling != "ttps" && word.ends_with(spelling));
        let stars = word
            .strip_suffix(spelling)
            .is_some_and(|rest| rest.bytes().all(|b| b == b'*'));
        (fits || stars).then(|| (colon - spelling.len(), *scheme))
    })
}

/// Where the URL whose authority begins at `rest` ends, before punctuation is trimmed.
fn end_of_url(text: &str, rest: usize, backslashes: bool) -> usize {
    let authority = &text[rest..];
    let mut in_host = true;
    let mut in_literal = false;
    for (index, sign) in authority.char_indices() {
        match sign {
            '[' if index == 0 || authority[..index].ends_with('@') => in_literal = true,
            ']' if in_literal => in_literal = false,
            '/' | '?' | '#' => in_host = false,
            '\\' if backslashes => in_host = false,
            ',' | ';' if starts_another(&authority[index + 1..]) => return rest + index,
            '<' | '>' | '"' | '`' | '|' | '^' | '{' | '}' | '[' | ']' | '\\' => {
                return rest + index;
            }
            _ if sign.is_whitespace() || sign.is_control() => return rest + index,
            _ if !(sign.is_ascii() || in_host && host::is_host_sign(sign)) => {
                return rest + index;
            }
            _ => {}
        }
    }
    text.len()
}

/// Whether another URL begins here, as in a list without blanks.
fn starts_another(text: &str) -> bool {
    let letters = text
        .bytes()
        .take(6)
        .take_while(u8::is_ascii_alphabetic)
        .count();
    letters > 1 && text[letters..].starts_with("://")
}

/// Drops punctuation of the sentence, unbalanced brackets and the signs that also stand before.
pub(super) fn trimmed_end(text: &str, rest: usize, end: usize, lead: Option<char>) -> usize {
    let url = &text[rest..end];
    let count = |sign: u8| url.bytes().filter(|byte| *byte == sign).count();
    let (opened, mut closed) = (count(b'('), count(b')'));
    let mut end = end;
    while end > rest {
        let last = char::from(text.as_bytes()[end - 1]);
        let is_markup = matches!(last, '+' | '*' | '_' | '~' | '\'') && lead == Some(last);
        let drop = match last {
            '.' | ',' | ';' | ':' | '!' | '?' | '\'' => true,
            ')' => closed > opened,
            _ => is_markup,
        };
        if !drop {
            break;
        }
        closed -= usize::from(last == ')');
        end -= 1;
    }
    end
}

fn add(scan: &mut Scan<'_>, start: usize, rest: usize, end: usize, scheme: &str, slashes: bool) {
    let text = scan.text();
    let Some(end) = host_checked_end(text, rest, end) else {
        return;
    };
    let after = if slashes {
        text[rest..end].replace('\\', "/")
    } else {
        text[rest..end].into()
    };
    let Some(mut hit) = read(start, end, &format!("{scheme}://{after}")) else {
        return;
    };
    let written = &text[start..];
    if !written
        .get(..scheme.len())
        .is_some_and(|word| word.eq_ignore_ascii_case(scheme))
    {
        hit.notes.push(Note::Defanged);
    }
    scan.add(hit);
}

/// Cuts the URL where its host ends by a change of script; `None` when there is no host.
pub(super) fn host_checked_end(text: &str, rest: usize, end: usize) -> Option<usize> {
    let url = &text[rest..end];
    let authority_end = url.find(['/', '?', '#', '\\']).unwrap_or(url.len());
    let authority = &url[..authority_end];
    if authority.is_ascii() {
        return (!authority.is_empty()).then_some(end);
    }
    let host_start = authority.rfind('@').map_or(0, |at| at + 1);
    let name = &authority[host_start..];
    let ascii_end = name
        .find(|sign: char| !sign.is_ascii())
        .unwrap_or(name.len());
    let address = name[..ascii_end].split(':').next().unwrap_or_default();
    if address.trim_end_matches('.').parse::<IpAddr>().is_ok() {
        return Some(rest + host_start + ascii_end);
    }
    let (length, _) = host::at_start(name)?;
    let whole = length == host::host_run(name).len();
    let port_cut = name.len() > length && name[length..].starts_with(':');
    if whole && (port_cut || length == name.len()) {
        let after_port = &name[length..];
        let ascii_rest = after_port.is_ascii();
        return Some(if ascii_rest {
            end
        } else {
            rest + host_start + length
        });
    }
    Some(rest + host_start + length)
}

/// Reads a refanged URL; the notes are those of its host.
pub(super) fn read(start: usize, end: usize, url: &str) -> Option<Hit> {
    let parsed = url::Url::parse(url).ok()?;
    let (place, notes, unicode) = match parsed.host()? {
        url::Host::Ipv4(v4) => of_address(IpAddr::V4(v4)),
        url::Host::Ipv6(v6) => of_address(IpAddr::V6(v6)),
        url::Host::Domain(name) => {
            let host = host::Host::parse(name)?;
            let shown = host.unicode.as_deref();
            let unicode = shown.map(|shown| parsed.as_str().replacen(name, shown, 1));
            (Place::Host(host.ascii.clone()), host.notes(), unicode)
        }
    };
    Some(Hit {
        start,
        end,
        kind: Kind::Url,
        value: parsed.to_string(),
        unicode,
        notes,
        place,
    })
}

fn of_address(address: IpAddr) -> (Place, Vec<Note>, Option<String>) {
    let notes = network::notes(address).into_iter().collect();
    (Place::Network(Network::of(address)), notes, None)
}
