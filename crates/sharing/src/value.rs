//! Values of a report or item: what can be looked for and matched with others.

use std::{collections::BTreeSet, net::IpAddr};

use kaname_intake::{Kind, is_whole_zone, submission::GroupKey};
use kaname_kernel::Posting;
use kaname_stix::{Head, SearchValue, ValueKind, fuzzy_hash::FuzzyHash};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use url::{Host, Url};

use crate::canonical::address_of;
pub use crate::canonical::canonical;

/// Longest value kept as it is in a posting, in bytes.
const MAX_POSTING_BYTES: usize = 1024;

/// One value as a provider confirmed it. What the provider says of it in words stands in the sealed
/// part of the report, since words give people away.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Value {
    /// What it is.
    pub kind: Kind,
    /// Canonical, as [`kaname_intake`] gives it.
    pub value: String,
}

impl Value {
    /// The same as STIX names it.
    pub fn search_value(&self) -> SearchValue {
        self.kind.search_value(&self.value)
    }

    /// The value that STIX names so; `None` for kinds that no report carries.
    pub fn of_search_value(search: &SearchValue) -> Option<Self> {
        let kind = match search.kind {
            ValueKind::Ipv4 => Kind::Ipv4,
            ValueKind::Ipv6 => Kind::Ipv6,
            ValueKind::Cidr if search.text.contains(':') => Kind::Ipv6Cidr,
            ValueKind::Cidr => Kind::Ipv4Cidr,
            ValueKind::Domain => Kind::Domain,
            ValueKind::Url => Kind::Url,
            ValueKind::Email => Kind::Email,
            ValueKind::Md5 => Kind::Md5,
            ValueKind::Sha1 => Kind::Sha1,
            ValueKind::Sha256 => Kind::Sha256,
            ValueKind::Sha512 => Kind::Sha512,
            ValueKind::Cve => Kind::Cve,
            ValueKind::AutonomousSystem => Kind::Asn,
            _ => return None,
        };
        let value = match kind {
            Kind::Asn => format!("AS{}", search.text),
            _ => search.text.clone(),
        };
        Some(Self { kind, value })
    }

    /// What it is grouped by.
    pub fn posting(&self) -> Posting {
        posting(&self.search_value())
    }
}

/// Most values of one report that are compared.
const MAX_COMPARED: usize = 2_000;

/// What of a report's values counts when reports are compared.
pub fn group_keys(values: &[Value]) -> BTreeSet<GroupKey> {
    let values = values.iter().take(MAX_COMPARED);
    kaname_intake::submission::group_keys(values.map(|value| (value.kind, value.value.as_str())))
}

/// What any value, of a report, an item or a stored object, is grouped and correlated by: the space
/// is the kind's name in [`ValueKind`], the value is in the one spelling that all its spellings have. A value
/// over 1,024 bytes stands for itself by its SHA-256.
pub fn posting(value: &SearchValue) -> Posting {
    let SearchValue { kind, text } = canonical(value);
    let value = match text.len() > MAX_POSTING_BYTES {
        true => format!("sha256:{}", hex::encode(Sha256::digest(text.as_bytes()))),
        false => text,
    };
    Posting {
        space: kind.as_str().to_owned(),
        value,
    }
}

/// Space of what relationships say is used: the id of the technique. So uses are counted as values are.
pub const USES_SPACE: &str = "uses";

/// The technique that a relationship says is used, as what it is found by.
pub fn technique_used(head: &Head) -> Option<Posting> {
    let is_use = head.relationship_type.as_deref() == Some("uses");
    let target = head.target()?;
    let counts = is_use && !head.revoked && target.type_name() == "attack-pattern";
    counts.then(|| Posting {
        space: USES_SPACE.to_owned(),
        value: target.to_string(),
    })
}

/// Space of hosts: what names a host, or one below it, as a name, in a URL or in an address of mail.
const HOST_SPACE: &str = "host";
/// Most hosts above one that are named with it.
const MOST_ABOVE: usize = 8;

/// The host that a value names: itself, that of a URL, or that of an address of mail.
pub fn host_of(value: &SearchValue) -> Option<String> {
    let SearchValue { kind, text } = canonical(value);
    match kind {
        ValueKind::Domain => Some(text),
        ValueKind::Email => text.rsplit_once('@').map(|(_, host)| host.to_owned()),
        ValueKind::Url => match Url::parse(&text).ok()?.host()? {
            Host::Domain(name) => Some(name.to_ascii_lowercase()),
            Host::Ipv4(address) => Some(address.to_string()),
            Host::Ipv6(address) => Some(address.to_string()),
        },
        _ => None,
    }
}

/// The address that a value names as its host.
pub fn address_named(value: &SearchValue) -> Option<SearchValue> {
    address_of(&host_of(value)?)
}

/// The hosts above one, the nearest first, up to what anybody can register (`example.co.jp`).
pub fn hosts_above(host: &str) -> Vec<String> {
    let mut above = Vec::new();
    let mut rest = host;
    if rest.parse::<IpAddr>().is_ok() {
        return above;
    }
    while let Some((_, parent)) = rest.split_once('.') {
        if above.len() == MOST_ABOVE || !parent.contains('.') || is_whole_zone(parent) {
            break;
        }
        above.push(parent.to_owned());
        rest = parent;
    }
    above
}

/// What a value is found by where a host is asked for, or one above it.
pub fn hosts_named(value: &SearchValue) -> Vec<Posting> {
    let Some(host) = host_of(value).filter(|host| host.len() <= MAX_POSTING_BYTES) else {
        return Vec::new();
    };
    let above = hosts_above(&host);
    let all = std::iter::once(host).chain(above);
    all.map(host_posting).collect()
}

/// What names a host, or one below it, is found by.
pub fn host_posting(host: String) -> Posting {
    Posting {
        space: HOST_SPACE.to_owned(),
        value: host,
    }
}

/// What stands between a piece and what it leads to.
const BETWEEN: char = '|';
/// Bytes of SHA-256 by which a hash is named behind its pieces. Two of one name are both compared.
const NAME_BYTES: usize = 6;

/// Space of the pieces that fuzzy hashes of a kind are kept under.
pub fn pieces_space(kind: ValueKind) -> String {
    format!("{}{}", kind.as_str(), Posting::UNCOUNTED)
}

/// What a fuzzy hash is kept under: each of its pieces with its name behind it, and once its name with the hash, so
/// that whoever has a piece is led to what to compare. Nothing for other values.
pub fn pieces(value: &SearchValue) -> Vec<Posting> {
    let Some(hash) = FuzzyHash::of(value) else {
        return Vec::new();
    };
    let (space, whole) = (pieces_space(value.kind), posting(value).value);
    let digest = Sha256::digest(whole.as_bytes());
    let name = hex::encode(digest.get(..NAME_BYTES).unwrap_or_default());
    let named = format!("{}{whole}", name_sought(&name));
    let pieces = hash.pieces().into_iter();
    let pieces = pieces.map(|piece| format!("{piece}{BETWEEN}{name}"));
    let kept = pieces.chain([named]).map(|value| Posting {
        space: space.clone(),
        value,
    });
    kept.collect()
}

/// The beginnings of what everything is kept under that is alike.
pub fn pieces_sought(hash: &FuzzyHash) -> Vec<String> {
    let sought = hash.sought().into_iter();
    sought.map(|piece| format!("{piece}{BETWEEN}")).collect()
}

/// The beginning of what a hash of this name is kept under.
pub fn name_sought(name: &str) -> String {
    format!("{BETWEEN}{name}{BETWEEN}")
}

/// What a piece leads to, or a name.
pub fn led_to(kept: &str) -> Option<&str> {
    kept.rsplit_once(BETWEEN).map(|(_, what)| what)
}

/// Whether equal values of the kind say that two things belong together; names do not.
pub fn correlates(kind: ValueKind) -> bool {
    !matches!(kind, ValueKind::Name | ValueKind::Alias)
}
