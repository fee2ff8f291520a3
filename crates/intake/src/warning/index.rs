//! All lists at once, so that a value costs a few look-ups however many entries there are.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    net::IpAddr,
};

use regex::{Regex, RegexBuilder};

use super::{WarningError, WarningKind, WarningList, types_of};
use crate::{Kind, network::Network};

/// Largest compiled expression, in bytes.
const MAX_COMPILED: usize = 1 << 20;
/// Listed networks looked at within a wide one.
const MAX_WITHIN: usize = 1_000;

/// Where a list stands among those indexed.
type Place = u16;

/// An index over warninglists.
#[derive(Debug, Default)]
pub struct WarningIndex {
    /// MISP types of each list.
    types: Vec<Vec<String>>,
    /// By first and last address.
    networks: BTreeMap<(u128, u128), Vec<Place>>,
    /// Lengths of prefixes that occur, as bits of an IPv6 address.
    lengths: BTreeSet<u8>,
    hosts: HashMap<Box<str>, Vec<Place>>,
    strings: HashMap<Box<str>, Vec<Place>>,
    substrings: Vec<(Box<str>, Place)>,
    expressions: Vec<(Regex, Place)>,
}

impl WarningIndex {
    /// Over these lists; what is found says their places. Lists beyond 65,535 are not looked at.
    pub fn new<'l>(lists: impl IntoIterator<Item = &'l WarningList>) -> Self {
        let mut index = Self::default();
        for (place, list) in lists.into_iter().enumerate() {
            let Ok(place) = Place::try_from(place) else {
                break;
            };
            index.types.push(list.types.clone());
            for entry in list.entries.iter() {
                index.add(list.kind, entry, place);
            }
        }
        index
    }

    fn add(&mut self, kind: WarningKind, entry: &str, place: Place) {
        match kind {
            WarningKind::Cidr => {
                if let Some(network) = Network::parse(entry) {
                    let (first, last, length) = range(&network);
                    self.lengths.insert(length);
                    self.networks.entry((first, last)).or_default().push(place);
                }
            }
            WarningKind::Hostname => {
                let host = host_of_entry(entry);
                self.hosts.entry(host.into()).or_default().push(place);
            }
            WarningKind::String => {
                let text = entry.trim().to_lowercase();
                self.strings.entry(text.into()).or_default().push(place);
            }
            WarningKind::Substring => {
                self.substrings
                    .push((entry.trim().to_lowercase().into(), place));
            }
            WarningKind::Regex => {
                self.expressions
                    .extend(expression(entry).map(|found| (found, place)));
            }
        }
    }

    /// Whether there is no list.
    pub fn is_empty(&self) -> bool {
        self.types.is_empty()
    }

    /// Places of the lists that warn of a value, ascending. `value` is in the canonical form of its kind.
    pub fn find(&self, kind: Kind, value: &str) -> Vec<usize> {
        let mut found = BTreeSet::new();
        let lower = value.to_lowercase();
        self.find_exact(&lower, &mut found);
        match kind {
            Kind::Ipv4 | Kind::Ipv4Cidr | Kind::Ipv6 | Kind::Ipv6Cidr => {
                self.find_network(value, &mut found);
            }
            Kind::Domain => self.find_host(&lower, &mut found),
            Kind::Url => self.find_url(value, &mut found),
            Kind::Email => {
                let (_, domain) = lower.rsplit_once('@').unwrap_or_default();
                self.find_host(domain, &mut found);
            }
            _ => {}
        }
        self.find_tried(&lower, value, &mut found);
        let types = types_of(kind);
        let about = |place: &Place| {
            let listed = &self.types[usize::from(*place)];
            listed.is_empty() || listed.iter().any(|one| types.contains(&one.as_str()))
        };
        found.into_iter().filter(about).map(usize::from).collect()
    }

    fn find_exact(&self, lower: &str, found: &mut BTreeSet<Place>) {
        found.extend(self.strings.get(lower).into_iter().flatten());
    }

    fn find_url(&self, value: &str, found: &mut BTreeSet<Place>) {
        let Ok(url) = url::Url::parse(value) else {
            return;
        };
        let host = url.host_str().unwrap_or_default();
        let host = host.trim_start_matches('[').trim_end_matches(']');
        self.find_exact(host, found);
        match host.parse::<IpAddr>() {
            Ok(_) => self.find_network(host, found),
            Err(_) => self.find_host(host, found),
        }
    }

    /// The name itself and every name above it.
    fn find_host(&self, host: &str, found: &mut BTreeSet<Place>) {
        let mut rest = Some(host.trim_end_matches('.'));
        while let Some(name) = rest.filter(|name| !name.is_empty()) {
            found.extend(self.hosts.get(name).into_iter().flatten());
            rest = name.split_once('.').map(|(_, above)| above);
        }
    }

    /// Networks that hold this one, and those within it.
    fn find_network(&self, value: &str, found: &mut BTreeSet<Place>) {
        let Some(network) = Network::parse(value) else {
            return;
        };
        let (first, last, length) = range(&network);
        for shorter in self.lengths.range(..=length) {
            let holder = holder(first, *shorter);
            found.extend(self.networks.get(&holder).into_iter().flatten());
        }
        let within = self.networks.range((first, 0)..=(last, u128::MAX));
        let within = within.filter(|((_, end), _)| *end <= last).take(MAX_WITHIN);
        found.extend(within.flat_map(|(_, places)| places));
    }

    fn find_tried(&self, lower: &str, value: &str, found: &mut BTreeSet<Place>) {
        for (text, place) in &self.substrings {
            if !found.contains(place) && lower.contains(&**text) {
                found.insert(*place);
            }
        }
        for (expression, place) in &self.expressions {
            if !found.contains(place) && expression.is_match(value) {
                found.insert(*place);
            }
        }
    }
}

/// Whether every entry can be compared as its list says.
pub(super) fn check(list: &WarningList) -> Result<(), WarningError> {
    for (at, entry) in list.entries.iter().enumerate() {
        let (fits, what) = match list.kind {
            WarningKind::Cidr => (Network::parse(entry).is_some(), "address or network"),
            WarningKind::Hostname => (!host_of_entry(entry).is_empty(), "host name"),
            WarningKind::String | WarningKind::Substring => (!entry.trim().is_empty(), "text"),
            WarningKind::Regex => (expression(entry).is_some(), "regular expression"),
        };
        if !fits {
            let entry = entry.chars().take(100).collect();
            return Err(WarningError::Entry { at, what, entry });
        }
    }
    Ok(())
}

/// A name without the dot that lists write before it.
fn host_of_entry(entry: &str) -> String {
    let entry = entry.trim().trim_start_matches("*.");
    entry.trim_matches('.').to_lowercase()
}

/// `/…/i` as PHP writes it, or an expression alone. Matching takes a time that grows with the text only.
fn expression(entry: &str) -> Option<Regex> {
    let (text, flags) = match entry
        .strip_prefix('/')
        .and_then(|rest| rest.rsplit_once('/'))
    {
        Some((text, flags)) if flags.bytes().all(|flag| flag.is_ascii_lowercase()) => (text, flags),
        _ => (entry, ""),
    };
    RegexBuilder::new(text)
        .case_insensitive(flags.contains('i'))
        .size_limit(MAX_COMPILED)
        .dfa_size_limit(MAX_COMPILED)
        .build()
        .ok()
}

/// First and last address and the length of the prefix, in the space of IPv6; IPv4 stands where RFC 4291
/// §2.5.5.2 maps it.
fn range(network: &Network) -> (u128, u128, u8) {
    let (first, length) = match network.address() {
        IpAddr::V4(address) => (address.to_ipv6_mapped().to_bits(), network.prefix() + 96),
        IpAddr::V6(address) => (address.to_bits(), network.prefix()),
    };
    let (first, last) = holder(first, length);
    (first, last, length)
}

/// First and last address of the network of that length round an address.
fn holder(address: u128, length: u8) -> (u128, u128) {
    let mask = u128::MAX.checked_shl(128 - u32::from(length)).unwrap_or(0);
    (address & mask, address | !mask)
}
