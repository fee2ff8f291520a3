//! IPv4 and IPv6 addresses and networks.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::{Hit, Place, Scan, bare, version};
use crate::indicator::{Kind, Note};
use crate::network::{self, Network};

pub(super) fn scan_v4(scan: &mut Scan<'_>) {
    let text = scan.text();
    for (start, end) in runs(text, |sign| sign.is_ascii_digit() || sign == b'.') {
        let lead = text[start..end]
            .bytes()
            .take_while(|sign| *sign == b'.')
            .count();
        let written = text[start..end].trim_matches('.');
        let start = start + lead;
        let end = start + written.len();
        let Some(v4) = read_v4(written).filter(|_| is_apart(scan, start, end)) else {
            continue;
        };
        if scan.is_taken(start, end) {
            continue;
        }
        if let Some(mut hit) = bare_url(scan, start, end) {
            hit.notes.extend(network::notes(IpAddr::V4(v4)));
            scan.add(hit);
            continue;
        }
        let announced = version::is_announced(text, start);
        let mut hit = address_hit(scan, start, end, IpAddr::V4(v4));
        if announced {
            hit.notes.extend([Note::LooksLikeVersion, Note::Doubtful]);
        }
        scan.add(hit);
    }
}

fn bare_url(scan: &Scan<'_>, start: usize, end: usize) -> Option<Hit> {
    if prefix_at(scan, end, 32).is_some() || scan.before(start) == Some('/') {
        return None;
    }
    bare::url_from(scan, start, end)
}

/// Four numbers up to 255 without leading zeros, whose reading would depend on the reader.
fn read_v4(written: &str) -> Option<Ipv4Addr> {
    if !(7..=15).contains(&written.len()) {
        return None;
    }
    written.parse().ok()
}

fn is_apart(scan: &Scan<'_>, start: usize, end: usize) -> bool {
    let before = scan.before(start);
    let is_version_letter = matches!(before, Some('v' | 'V'))
        && !scan
            .before(start - 1)
            .is_some_and(|sign| sign.is_ascii_alphanumeric());
    let text = scan.text();
    let starts = is_version_letter
        || text[..start].ends_with("ver.")
        || before.is_none_or(|sign| !sign.is_ascii_alphanumeric() && !matches!(sign, '.' | '_'));
    let after = &text[end..];
    let mut following = after.chars();
    let next = following.next();
    let ends = next.is_none_or(|sign| !sign.is_ascii_alphanumeric() && sign != '_')
        && !(matches!(next, Some('.' | '-'))
            && following
                .next()
                .is_some_and(|sign| sign.is_ascii_alphabetic()));
    starts && ends
}

pub(super) fn scan_v6(scan: &mut Scan<'_>) {
    let text = scan.text();
    let is_sign = |sign: u8| sign.is_ascii_hexdigit() || matches!(sign, b':' | b'.');
    for (start, end) in runs(text, is_sign) {
        if end - start > 64 {
            continue;
        }
        let Some((start, end, v6)) = read_v6(text, start, end) else {
            continue;
        };
        let before = scan.before(start);
        let after = scan.after(end);
        let apart = |sign: Option<char>| {
            sign.is_none_or(|sign| !sign.is_ascii_alphanumeric() && sign != '_' && sign != ':')
        };
        if !apart(before) || !apart(after) || scan.is_taken(start, end) {
            continue;
        }
        let (zone_end, has_zone) = zone(text, end);
        let mut hit = match v6.to_ipv4_mapped() {
            Some(v4) => {
                let mut hit = address_hit(scan, start, end, IpAddr::V4(v4));
                hit.notes.push(Note::V4Mapped);
                hit
            }
            None => address_hit(scan, start, end, IpAddr::V6(v6)),
        };
        if has_zone {
            hit.notes.push(Note::ZoneDropped);
            hit.end = hit.end.max(zone_end);
        }
        scan.add(hit);
    }
}

/// Reads an address, leaving aside the punctuation after it. Words such as `ab::cd`, which
/// programs are full of, need a digit or three groups.
fn read_v6(text: &str, start: usize, end: usize) -> Option<(usize, usize, Ipv6Addr)> {
    let run = &text[start..end];
    if run.bytes().filter(|sign| *sign == b':').count() < 2 {
        return None;
    }
    let end_trimmed = run.trim_end_matches('.');
    let without_colon = end_trimmed
        .strip_suffix(':')
        .filter(|rest| !rest.ends_with(':'));
    let written = without_colon.unwrap_or(end_trimmed);
    let v6: Ipv6Addr = written.parse().ok()?;
    let groups = written.split(':').filter(|group| !group.is_empty()).count();
    let has_digit = written.bytes().any(|sign| sign.is_ascii_digit());
    (groups > 0 && (has_digit || groups > 2)).then_some((start, start + written.len(), v6))
}

/// The end of `%eth0` after an address, if it is there.
fn zone(text: &str, end: usize) -> (usize, bool) {
    let Some(name) = text[end..].strip_prefix('%') else {
        return (end, false);
    };
    let length = name
        .bytes()
        .take(32)
        .take_while(u8::is_ascii_alphanumeric)
        .count();
    (end + 1 + length, length > 0)
}

fn address_hit(scan: &Scan<'_>, start: usize, end: usize, address: IpAddr) -> Hit {
    let width = if address.is_ipv4() { 32 } else { 128 };
    let mut notes: Vec<Note> = network::notes(address).into_iter().collect();
    if let Some((prefix, prefix_end)) = prefix_at(scan, end, width)
        && let Some(network) = Network::new(address, prefix)
    {
        if network.address() != address {
            notes.push(Note::HostBitsSet);
        }
        if network.is_wide() {
            notes.push(Note::WideNetwork);
        }
        let kind = if width == 32 {
            Kind::Ipv4Cidr
        } else {
            Kind::Ipv6Cidr
        };
        return hit(start, prefix_end, kind, network.cidr(), notes, network);
    }
    let bracketed = scan.before(start) == Some('[') && scan.after(end) == Some(']');
    let port = if address.is_ipv4() {
        scan.port_at(end)
    } else if bracketed {
        scan.port_at(end + 1)
    } else {
        None
    };
    notes.extend(port.map(|(port, _)| Note::Port(port)));
    let kind = if width == 32 { Kind::Ipv4 } else { Kind::Ipv6 };
    hit(
        start,
        end,
        kind,
        address.to_string(),
        notes,
        Network::of(address),
    )
}

fn hit(
    start: usize,
    end: usize,
    kind: Kind,
    value: String,
    notes: Vec<Note>,
    network: Network,
) -> Hit {
    let place = Place::Network(network);
    Hit {
        start,
        end,
        kind,
        value,
        unicode: None,
        notes,
        place,
    }
}

/// The prefix length in `/24` at `index`, and where it ends.
fn prefix_at(scan: &Scan<'_>, index: usize, width: u8) -> Option<(u8, usize)> {
    let after = scan.text()[index..].strip_prefix('/')?;
    if let Some((prefix, length)) = mask(after).filter(|_| width == 32) {
        return Some((prefix, index + 1 + length));
    }
    let length = after.bytes().take(4).take_while(u8::is_ascii_digit).count();
    let digits = &after[..length];
    let prefix: u8 = digits.parse().ok().filter(|prefix| *prefix <= width)?;
    let mut following = after[length..].chars();
    let next = following.next();
    let goes_on = next.is_some_and(|sign| {
        sign.is_ascii_alphanumeric()
            || matches!(sign, '/' | '_')
            || (matches!(sign, '.' | '?' | '-')
                && following
                    .next()
                    .is_some_and(|sign| sign.is_ascii_alphanumeric()))
    });
    let plain = digits.len() == 1 || !digits.starts_with('0');
    (plain && !goes_on).then_some((prefix, index + 1 + length))
}

/// The prefix length that a netmask such as `255.255.255.0` stands for, and the mask's length.
fn mask(text: &str) -> Option<(u8, usize)> {
    let is_sign = |sign: &u8| sign.is_ascii_digit() || *sign == b'.';
    let length = text.bytes().take(16).take_while(is_sign).count();
    let written = text[..length].trim_end_matches('.');
    let bits = read_v4(written)?.to_bits();
    let ones = bits.leading_ones();
    let is_mask = ones > 0 && ones + bits.trailing_zeros().min(32 - ones) == 32;
    let apart = !text[written.len()..].starts_with(|sign: char| sign.is_ascii_alphanumeric());
    (is_mask && apart).then_some((ones as u8, written.len()))
}

/// The longest stretches of bytes that `is_member` accepts.
fn runs(text: &str, is_member: impl Fn(u8) -> bool) -> Vec<(usize, usize)> {
    let mut runs = Vec::new();
    let mut start = None;
    for (index, sign) in text.bytes().enumerate() {
        match (is_member(sign), start) {
            (true, None) => start = Some(index),
            (false, Some(first)) => {
                runs.push((first, index));
                start = None;
            }
            _ => {}
        }
    }
    runs.extend(start.map(|first| (first, text.len())));
    runs
}
