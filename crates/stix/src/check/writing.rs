//! How strings are written that have a writing of their own.

use std::net::{Ipv4Addr, Ipv6Addr};

use crate::rules::Writing;

/// What is wrong with a text; `None` when it is written as it must be.
pub(super) fn fault(writing: Writing, text: &str) -> Option<&'static str> {
    let (good, message) = match writing {
        Writing::Language => (is_language(text), "is not a language tag (RFC 5646)"),
        Writing::Uri => (is_uri(text), "is not a URI (RFC 3986)"),
        Writing::Media => (is_media(text), "is not a media type such as text/plain"),
        Writing::Charset => (is_charset(text), "is not a character set of IANA"),
        Writing::Ipv4 => (
            is_network::<Ipv4Addr>(text, 32),
            "is not an IPv4 address or network",
        ),
        Writing::Ipv6 => (
            is_network::<Ipv6Addr>(text, 128),
            "is not an IPv6 address or network",
        ),
        Writing::Mac => (
            is_mac(text),
            "is not a MAC address such as d2:fb:49:24:37:18",
        ),
        Writing::Domain => (is_domain(text), "is not a domain name"),
        Writing::Mail => (is_mail(text), "is not a mail address"),
        Writing::Cpe => (text.starts_with("cpe:2.3:"), "is not a CPE 2.3 name"),
        Writing::PropertyName => (
            is_property_name(text),
            "a property is named by 3 to 250 of a-z, 0-9, _",
        ),
        Writing::RelationshipType => (
            !text.is_empty() && text.bytes().all(|b| is_lower(b) || b == b'-'),
            "must be of a-z, 0-9 and hyphens",
        ),
    };
    (!good).then_some(message)
}

fn is_lower(byte: u8) -> bool {
    byte.is_ascii_lowercase() || byte.is_ascii_digit()
}

/// 3 to 250 of `a-z 0-9 _` (§3.1); `id` is a name too.
pub(super) fn is_property_name(text: &str) -> bool {
    let legal = text.bytes().all(|byte| is_lower(byte) || byte == b'_');
    (legal && (3..=250).contains(&text.len())) || text == "id"
}

/// 1 to 250 of `a-z A-Z 0-9 - _` (§2.3).
pub(super) fn is_dictionary_key(text: &str) -> bool {
    let legal = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    (1..=250).contains(&text.len()) && text.bytes().all(legal)
}

/// The form of a language tag: a language of 2 to 8 letters, then subtags of 1
/// to 8 letters and digits.
pub(super) fn is_language(text: &str) -> bool {
    let mut parts = text.split('-');
    let first = parts.next().unwrap_or_default();
    let private = matches!(first, "x" | "i");
    let language = (2..=8).contains(&first.len()) && first.bytes().all(|b| b.is_ascii_alphabetic());
    let rest = |part: &str| {
        (1..=8).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_alphanumeric())
    };
    (language || (private && text.len() > 2)) && parts.all(rest)
}

/// Whether a text is a URI as observables and references hold it: a scheme, a colon, and only characters
/// that a URI may have (RFC 3986 §2 and §3).
pub fn is_uri(text: &str) -> bool {
    let Some((scheme, rest)) = text.split_once(':') else {
        return false;
    };
    let mut bytes = scheme.bytes();
    let starts = bytes.next().is_some_and(|b| b.is_ascii_alphabetic());
    let scheme_byte = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'-' | b'.');
    starts && bytes.all(scheme_byte) && !rest.is_empty() && rest.bytes().all(is_uri_byte)
}

/// Whether a URI may hold the byte as it is.
pub(crate) fn is_uri_byte(byte: u8) -> bool {
    byte.is_ascii_graphic() && !b"<>\"{}|\\^`".contains(&byte)
}

fn is_media(text: &str) -> bool {
    const KINDS: [&str; 11] = [
        "application",
        "audio",
        "chemical",
        "font",
        "haptics",
        "image",
        "message",
        "model",
        "multipart",
        "text",
        "video",
    ];
    let legal = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$&-^_.+".contains(&byte);
    text.split_once('/').is_some_and(|(kind, name)| {
        KINDS.contains(&kind) && !name.is_empty() && name.len() <= 127 && name.bytes().all(legal)
    })
}

fn is_charset(text: &str) -> bool {
    let legal = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.:+()".contains(&byte);
    (1..=40).contains(&text.len()) && text.bytes().all(legal)
}

fn is_network<A: std::str::FromStr>(text: &str, bits: u8) -> bool {
    match text.split_once('/') {
        None => text.parse::<A>().is_ok(),
        Some((address, prefix)) => {
            let digits = !prefix.is_empty() && prefix.bytes().all(|b| b.is_ascii_digit());
            let within = prefix.parse::<u8>().is_ok_and(|prefix| prefix <= bits);
            digits && within && address.parse::<A>().is_ok()
        }
    }
}

fn is_mac(text: &str) -> bool {
    let pair = |pair: &str| {
        pair.len() == 2 && pair.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
    };
    text.split(':').count() == 6 && text.split(':').all(pair)
}

/// Labels of at most 63 bytes in ASCII, at most 253 in all. Underscores are let
/// pass: names of services have them.
fn is_domain(text: &str) -> bool {
    let name = text.strip_suffix('.').unwrap_or(text);
    let legal = |c: char| c.is_alphanumeric() || c == '-' || c == '_' || !c.is_ascii();
    let label = |label: &str| {
        !label.is_empty()
            && (!label.is_ascii() || label.len() <= 63)
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label
                .chars()
                .all(|c| legal(c) && !c.is_control() && !c.is_whitespace())
    };
    (!name.is_ascii() || name.len() <= 253) && name.split('.').all(label)
}

fn is_mail(text: &str) -> bool {
    let Some((local, domain)) = text.rsplit_once('@') else {
        return false;
    };
    let quoted = local.len() > 2 && local.starts_with('"') && local.ends_with('"');
    let plain = |c: char| !c.is_control() && !c.is_whitespace() && !"()<>,;:\\\"[]".contains(c);
    let literal = domain.starts_with('[') && domain.ends_with(']');
    !local.is_empty() && (quoted || local.chars().all(plain)) && (literal || is_domain(domain))
}
