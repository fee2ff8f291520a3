//! Which reports speak of the same: they share values that few others have.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use crate::host::{Host, is_within};
use crate::indicator::{Kind, Note};
use crate::network::{self, Network};
use crate::scan::is_hash_of_nothing;

/// Keys of one submission that are kept.
const MAX_KEYS: usize = 20_000;

/// Addresses that everybody talks to: public resolvers and time servers.
const PUBLIC_ADDRESSES: &[&str] = &[
    "1.0.0.1",
    "1.1.1.1",
    "8.8.4.4",
    "8.8.8.8",
    "9.9.9.9",
    "149.112.112.112",
    "208.67.220.220",
    "208.67.222.222",
    "2001:4860:4860::8844",
    "2001:4860:4860::8888",
    "2606:4700:4700::1001",
    "2606:4700:4700::1111",
    "2620:fe::9",
    "2620:fe::fe",
];

/// Zones whose names are in half of all reports. A URL below them still counts as itself.
const PUBLIC_ZONES: &[&str] = &[
    "adobe.com",
    "akamai.net",
    "akamaiedge.net",
    "amazon.co.jp",
    "amazon.com",
    "amazonaws.com",
    "apple.com",
    "azureedge.net",
    "azurewebsites.net",
    "bing.com",
    "bit.ly",
    "blogspot.com",
    "cloudflare.com",
    "cloudfront.net",
    "cve.org",
    "digicert.com",
    "discord.com",
    "discordapp.com",
    "docomo.ne.jp",
    "dropbox.com",
    "facebook.com",
    "ezweb.ne.jp",
    "firefox.com",
    "githubusercontent.com",
    "github.com",
    "github.io",
    "gmail.com",
    "go.jp",
    "google.co.jp",
    "google.com",
    "googleapis.com",
    "gstatic.com",
    "hotmail.com",
    "icloud.com",
    "instagram.com",
    "jpcert.or.jp",
    "line.me",
    "linkedin.com",
    "live.com",
    "microsoft.com",
    "microsoftonline.com",
    "misp-project.org",
    "mitre.org",
    "mozilla.org",
    "nist.gov",
    "office.com",
    "office365.com",
    "onedrive.com",
    "outlook.com",
    "outlook.jp",
    "pastebin.com",
    "rakuten.co.jp",
    "sharepoint.com",
    "slack.com",
    "softbank.jp",
    "stix.mitre.org",
    "t.co",
    "telegram.org",
    "tinyurl.com",
    "twitter.com",
    "verisign.com",
    "virustotal.com",
    "w3.org",
    "whatsapp.com",
    "wikipedia.org",
    "windows.com",
    "windows.net",
    "windowsupdate.com",
    "x.com",
    "yahoo.co.jp",
    "yahoo.com",
    "youtube.com",
    "zoom.us",
];

/// What two submissions may share: a kind and a value that few have.
pub type GroupKey = (Kind, String);

/// How much two submissions share.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Similarity {
    /// Keys that both have.
    pub shared: usize,
    /// Those among all keys of both, 0 to 1.
    pub of_all: f64,
}

/// Whether a canonical value is one that everybody has: public resolvers, names of large platforms,
/// internal and reserved addresses, wide networks, the empty file. It says nothing about an attack, and
/// blocking it would hurt.
#[must_use]
pub fn is_common(kind: Kind, value: &str) -> bool {
    match kind {
        Kind::Ipv4 | Kind::Ipv6 => {
            let address = value.parse::<IpAddr>();
            PUBLIC_ADDRESSES.contains(&value) || address.is_ok_and(is_internal)
        }
        Kind::Ipv4Cidr | Kind::Ipv6Cidr => Network::parse(value)
            .is_some_and(|network| network.is_wide() || is_internal(network.address())),
        Kind::Domain => {
            let host = Host::parse(value);
            let suffix = host.is_some_and(|host| host.notes().contains(&Note::PublicSuffix));
            suffix || is_public_host(value)
        }
        Kind::Url => url_host(value).is_some_and(|(host, bare)| bare && is_public(host)),
        Kind::Md5 | Kind::Sha1 | Kind::Sha256 | Kind::Sha512 => is_hash_of_nothing(value),
        _ => false,
    }
}

/// Whether so many reports carry a value that sharing it does not make them alike: common values, and
/// all vulnerabilities and autonomous systems.
#[must_use]
pub fn is_widely_shared(kind: Kind, value: &str) -> bool {
    matches!(kind, Kind::Cve | Kind::Asn) || is_common(kind, value)
}

fn is_internal(address: IpAddr) -> bool {
    network::notes(address).is_some_and(|note| note != Note::Documentation)
}

fn is_public(host: &str) -> bool {
    PUBLIC_ADDRESSES.contains(&host) || is_public_host(host)
}

fn is_public_host(host: &str) -> bool {
    PUBLIC_ZONES.iter().any(|zone| is_within(host, zone))
}

/// The host of a canonical URL, and whether the URL says no more than it.
fn url_host(url: &str) -> Option<(&str, bool)> {
    let rest = url.split_once("://")?.1;
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (authority, path) = rest.split_at(end);
    let host = authority.rsplit('@').next().unwrap_or(authority);
    let literal = host
        .strip_prefix('[')
        .and_then(|rest| rest.split(']').next());
    let host = literal.unwrap_or_else(|| host.split(':').next().unwrap_or(host));
    Some((host, path.len() <= 1))
}

/// What of a submission counts when it is compared: its values that are not widely shared, and the
/// hosts of its URLs under the same rule.
#[must_use]
pub fn group_keys<'v>(values: impl IntoIterator<Item = (Kind, &'v str)>) -> BTreeSet<GroupKey> {
    let mut keys = BTreeSet::new();
    for (kind, value) in values
        .into_iter()
        .filter(|(kind, value)| !is_widely_shared(*kind, value))
        .take(MAX_KEYS)
    {
        keys.insert((kind, value.to_owned()));
        let host = url_host(value).filter(|_| kind == Kind::Url);
        let Some((host, _)) = host.filter(|(host, _)| !is_public(host)) else {
            continue;
        };
        let kind = match host.parse() {
            Ok(std::net::IpAddr::V4(_)) => Kind::Ipv4,
            Ok(std::net::IpAddr::V6(_)) => Kind::Ipv6,
            Err(_) => Kind::Domain,
        };
        keys.insert((kind, host.to_owned()));
    }
    keys
}

/// How much two submissions share.
#[must_use]
pub fn similarity(one: &BTreeSet<GroupKey>, other: &BTreeSet<GroupKey>) -> Similarity {
    let shared = one.intersection(other).count();
    let all = one.len() + other.len() - shared;
    let of_all = if all == 0 {
        0.0
    } else {
        shared as f64 / all as f64
    };
    Similarity { shared, of_all }
}

/// Groups submissions that share a key, directly or through others: the positions of the members
/// of each group in order, groups in order of their first member. Takes time near linear in the
/// number of keys. A key that more than `most` submissions have joins none of them.
#[must_use]
pub fn groups(submissions: &[BTreeSet<GroupKey>], most: usize) -> Vec<Vec<usize>> {
    let mut holders: BTreeMap<&GroupKey, Vec<usize>> = BTreeMap::new();
    for (index, keys) in submissions.iter().enumerate() {
        for key in keys {
            holders.entry(key).or_default().push(index);
        }
    }
    let mut parents: Vec<usize> = (0..submissions.len()).collect();
    for members in holders.values().filter(|members| members.len() <= most) {
        for pair in members.windows(2) {
            join(&mut parents, pair[0], pair[1]);
        }
    }
    let mut grouped: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for index in 0..submissions.len() {
        grouped
            .entry(root(&mut parents, index))
            .or_default()
            .push(index);
    }
    grouped.into_values().collect()
}

/// The smallest member of a group is its root, so that groups come in order of their first.
fn join(parents: &mut [usize], one: usize, other: usize) {
    let (one, other) = (root(parents, one), root(parents, other));
    let (low, high) = (one.min(other), one.max(other));
    parents[high] = low;
}

fn root(parents: &mut [usize], index: usize) -> usize {
    let mut at = index;
    while parents[at] != at {
        // Halving the path keeps later walks short.
        parents[at] = parents[parents[at]];
        at = parents[at];
    }
    at
}
