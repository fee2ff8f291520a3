//! IP addresses and networks.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::ops::Range;

use super::fold::Folded;
use super::name::undefang;

/// A network: the first address as a number, the prefix length, the family.
#[derive(Debug, Clone, Copy)]
pub(super) struct Networks {
    bits: u128,
    prefix: u8,
    width: u8,
}

impl Networks {
    /// Reads an address or a network in prefix notation.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let (address, prefix) = match text.split_once('/') {
            Some((address, prefix)) => (address, Some(prefix.parse::<u8>().ok()?)),
            None => (text, None),
        };
        let network = Self::of(address.parse().ok()?, prefix)?;
        (network.prefix > 0).then_some(network)
    }

    fn of(address: IpAddr, prefix: Option<u8>) -> Option<Self> {
        let (bits, width) = match address {
            IpAddr::V4(four) => (u128::from(u32::from(four)), 32),
            IpAddr::V6(six) => match six.to_ipv4_mapped() {
                Some(four) if prefix.is_none() => (u128::from(u32::from(four)), 32),
                _ => (u128::from(six), 128),
            },
        };
        let prefix = prefix.unwrap_or(width);
        (prefix <= width).then_some(Self {
            bits,
            prefix,
            width,
        })
    }

    /// Whether the two have an address in common.
    fn meets(&self, other: &Self) -> bool {
        let shift = u32::from(self.width - self.prefix.min(other.prefix));
        let cut = |bits: u128| bits.checked_shr(shift).unwrap_or(0);
        self.width == other.width && cut(self.bits) == cut(other.bits)
    }
}

/// The original bytes of each address or network that meets another.
pub(super) fn find(wanted: &Networks, folded: &Folded) -> Vec<Range<usize>> {
    let text = undefang(folded);
    let mut places = Vec::new();
    let mut at = 0;
    while at < text.chars.len() {
        let four =
            || four_at(&text.chars, at, wanted).or_else(|| number_at(&text.chars, at, wanted));
        let place = (wanted.width == 32).then(four).flatten();
        let place = place.or_else(|| six_at(&text.chars, at, wanted));
        at = place.as_ref().map_or(at + 1, |place| place.end.max(at + 1));
        places.extend(place.map(|place| text.origin(&place)));
    }
    places
}

fn is_digit(character: Option<&char>) -> bool {
    character.is_some_and(char::is_ascii_digit)
}

/// A decimal number of at most `most` digits, and where it ends.
fn number(chars: &[char], start: usize, most: usize) -> Option<(u64, usize)> {
    let digits = chars
        .get(start..)?
        .iter()
        .take(most + 1)
        .take_while(|c| c.is_ascii_digit());
    let digits: String = digits.collect();
    if digits.len() > most {
        return None;
    }
    Some((digits.parse().ok()?, start + digits.len()))
}

/// Four numbers with dots (or hyphens, as in host names) between them, also in
/// the reverse order of `in-addr.arpa`.
fn four_at(chars: &[char], start: usize, wanted: &Networks) -> Option<Range<usize>> {
    if !is_digit(chars.get(start)) || (start > 0 && is_digit(chars.get(start - 1))) {
        return None;
    }
    let mut octets = [0_u8; 4];
    let mut at = start;
    let mut separator = None;
    for (index, octet) in octets.iter_mut().enumerate() {
        if index > 0 {
            let here = chars
                .get(at)
                .filter(|mark| matches!(mark, '.' | '-' | '_'))?;
            if *separator.get_or_insert(here) != here {
                return None;
            }
            at += 1;
        }
        let (value, end) = number(chars, at, 3)?;
        *octet = u8::try_from(value).ok()?;
        at = end;
    }
    let (prefix, end) = prefix_at(chars, at);
    let mut reversed = octets;
    reversed.reverse();
    let tail: String = chars.iter().skip(at).take(13).collect();
    let turned = tail.starts_with(".in-addr") || separator == Some(&'-');
    let meets = |octets: [u8; 4]| {
        let address = IpAddr::V4(Ipv4Addr::from(octets));
        Networks::of(address, prefix).is_some_and(|found| wanted.meets(&found))
    };
    (meets(octets) || (turned && meets(reversed))).then_some(start..end)
}

/// `/24` after an address; a prefix of 0 says nothing and is not read.
fn prefix_at(chars: &[char], at: usize) -> (Option<u8>, usize) {
    if chars.get(at) != Some(&'/') {
        return (None, at);
    }
    match number(chars, at + 1, 3) {
        Some((value @ 1..=128, end)) => (u8::try_from(value).ok(), end),
        _ => (None, at),
    }
}

/// An address as one number, `//3405803777` or `0xcb007101`.
fn number_at(chars: &[char], start: usize, wanted: &Networks) -> Option<Range<usize>> {
    let (value, end) = if chars.get(start..start + 2) == Some(&['0', 'x']) {
        let digits = chars
            .get(start + 2..)?
            .iter()
            .take(9)
            .take_while(|c| c.is_ascii_hexdigit());
        let digits: String = digits.collect();
        if digits.len() != 8 {
            return None;
        }
        (u64::from_str_radix(&digits, 16).ok()?, start + 10)
    } else {
        let before = start.checked_sub(2).and_then(|from| chars.get(from..start));
        if before != Some(&['/', '/']) && before.is_none_or(|pair| pair[1] != '@') {
            return None;
        }
        let (value, end) = number(chars, start, 10)?;
        if chars.get(end) == Some(&'.') {
            return None;
        }
        (value, end)
    };
    let address = Ipv4Addr::from(u32::try_from(value).ok()?);
    let found = Networks::of(IpAddr::V4(address), None)?;
    wanted.meets(&found).then_some(start..end)
}

/// An IPv6 address in any of its spellings, perhaps with a port behind it.
fn six_at(chars: &[char], start: usize, wanted: &Networks) -> Option<Range<usize>> {
    let part = |character: &char| character.is_ascii_hexdigit() || matches!(character, ':' | '.');
    if !part(chars.get(start)?) || chars[start] == '.' {
        return None;
    }
    if start > 0 && chars[start - 1].is_ascii_alphanumeric() {
        return None;
    }
    let run: Vec<char> = chars[start..]
        .iter()
        .take(64)
        .take_while(|c| part(c))
        .copied()
        .collect();
    if run.iter().filter(|character| **character == ':').count() < 2 {
        return None;
    }
    let mut length = run.len();
    for _ in 0..4 {
        let text: String = run[..length].iter().collect();
        if let Ok(address) = text.parse::<Ipv6Addr>() {
            let (prefix, end) = prefix_at(chars, start + length);
            let found = Networks::of(IpAddr::V6(address), prefix)?;
            if wanted.meets(&found) {
                return Some(start..end);
            }
        }
        length = run[..length]
            .iter()
            .rposition(|character| matches!(character, ':' | '.'))?;
    }
    None
}
