//! Which address ranges are a country's, as the regional registries say (their "delegated statistics", one line for each
//! range). What is blocked of them meets people of that country; it is no less worth knowing for that.

use std::net::{IpAddr, Ipv4Addr};

use super::{Entries, WarningError, WarningKind, WarningLimits, WarningList, index};
use crate::network::Network;

/// Reads the ranges of a country out of a registry's statistics. `country`: two letters, as ISO 3166-1 has them.
///
/// # Errors
/// When it is no such file, holds nothing of that country, or a line of it does not read.
pub fn read_delegated(
    bytes: &[u8],
    country: &str,
    limits: &WarningLimits,
) -> Result<WarningList, WarningError> {
    let form = |what: String| WarningError::Form(what);
    if bytes.len() > limits.bytes {
        return Err(WarningError::TooLong {
            at: "/".to_owned(),
            actual: bytes.len(),
            limit: limits.bytes,
        });
    }
    let country = country.trim().to_uppercase();
    if country.len() != 2 || !country.bytes().all(|byte| byte.is_ascii_uppercase()) {
        return Err(form("a country has two letters".to_owned()));
    }
    let text = std::str::from_utf8(bytes).map_err(|error| form(error.to_string()))?;
    let mut lines = text.lines().map(str::trim);
    let mut lines = lines
        .by_ref()
        .filter(|line| !line.is_empty() && !line.starts_with('#'));
    // Version, registry, serial, records, first and last day, offset from UTC.
    let head: Vec<&str> = lines.next().unwrap_or_default().split('|').collect();
    let [version, registry, serial, _, _, day, _] = head[..] else {
        return Err(form("no statistics of a registry".to_owned()));
    };
    let is_word = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric());
    if !version.starts_with('2') || !is_word(registry) {
        return Err(form("no statistics of a registry".to_owned()));
    }
    let mut entries = Entries::default();
    for line in lines {
        let parts: Vec<&str> = line.split('|').collect();
        let [_, of, kind, first, size, _, status, ..] = parts[..] else {
            continue;
        };
        let is_given = matches!(status, "allocated" | "assigned");
        if !of.eq_ignore_ascii_case(&country) || !is_given || !matches!(kind, "ipv4" | "ipv6") {
            continue;
        }
        let ranges = networks(kind, first, size).ok_or_else(|| {
            let said: String = line.chars().take(100).collect();
            form(format!("a range that does not read: {said}"))
        })?;
        ranges.iter().for_each(|range| entries.push(range));
        if entries.len() > limits.entries {
            return Err(WarningError::TooMany {
                at: "/",
                actual: entries.len(),
                limit: limits.entries,
            });
        }
    }
    if entries.is_empty() {
        return Err(form(format!("it has no ranges of {country}")));
    }
    let list = WarningList {
        name: format!("Address ranges of {country} ({registry})"),
        description: format!(
            "Delegated by {registry}, serial {serial}, as of {day}. Blocking them meets people of that country."
        ),
        version: serial.parse().or_else(|_| day.parse()).unwrap_or(0),
        kind: WarningKind::Cidr,
        types: [
            "ip-src",
            "ip-dst",
            "ip-src|port",
            "ip-dst|port",
            "domain|ip",
        ]
        .map(str::to_owned)
        .into(),
        identifies: true,
        entries,
    };
    index::check(&list)?;
    Ok(list)
}

/// Networks of a range: of IPv4 so many addresses, which may be several networks; of IPv6 a length.
fn networks(kind: &str, first: &str, size: &str) -> Option<Vec<String>> {
    if kind == "ipv6" {
        let address: IpAddr = first.parse().ok().filter(IpAddr::is_ipv6)?;
        let network = Network::new(address, size.parse().ok()?)?;
        return Some(vec![format!("{}/{}", network.address(), network.prefix())]);
    }
    let start: Ipv4Addr = first.parse().ok()?;
    let (mut next, mut left) = (u64::from(start.to_bits()), size.parse::<u64>().ok()?);
    if left == 0 || next + left > 1 << 32 {
        return None;
    }
    let mut found = Vec::new();
    while left > 0 {
        // The largest network that begins here and is within what is left.
        let aligned = if next == 0 {
            32
        } else {
            next.trailing_zeros().min(32)
        };
        let bits = aligned.min(left.ilog2());
        let address = Ipv4Addr::from_bits(u32::try_from(next).ok()?);
        found.push(format!("{address}/{}", 32 - bits));
        next += 1 << bits;
        left -= 1 << bits;
    }
    Some(found)
}
