//! A value in one of the forms that rules can hold.

use std::net::IpAddr;

use kaname_intake::{Kind, read_value_as};
use kaname_stix::ValueKind;
use url::Url;

use super::Language;
use crate::rendition::ValueLine;

/// What a rule is about. Hosts are in lower case with A-labels.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Target {
    /// An address or a network: its first address, and how many bits count.
    Network(IpAddr, u8),
    /// A host name with all names below it.
    Domain(String),
    /// A page: its host, and path with query.
    Url(String, String),
    /// A mail address.
    Email(String),
    /// A hash of a file: which one, in lower case, and its digits.
    Hash(&'static str, String),
}

impl Target {
    /// Reads the value of a line again; `None` for what no rule can hold.
    pub(super) fn of(line: &ValueLine) -> Option<Self> {
        let read = |kind| read_value_as(kind, &line.value).map(|value| value.value);
        match line.value_kind {
            ValueKind::Ipv4 | ValueKind::Ipv6 | ValueKind::Cidr => network(&line.value),
            ValueKind::Domain => read(Kind::Domain).map(Self::Domain),
            ValueKind::Url => url(&line.value),
            ValueKind::Email => read(Kind::Email)
                .filter(|text| text.is_ascii())
                .map(Self::Email),
            ValueKind::Md5 => read(Kind::Md5).map(|digits| Self::Hash("md5", digits)),
            ValueKind::Sha1 => read(Kind::Sha1).map(|digits| Self::Hash("sha1", digits)),
            ValueKind::Sha256 => read(Kind::Sha256).map(|digits| Self::Hash("sha256", digits)),
            _ => None,
        }
    }

    /// Whether a language has a rule for it.
    pub(super) fn is_said_in(&self, language: Language) -> bool {
        match language {
            Language::Suricata | Language::Snort => !matches!(self, Self::Hash(..)),
            Language::Sigma => !matches!(self, Self::Email(_)),
            Language::Yara => !matches!(self, Self::Network(..)),
            Language::Rpz => matches!(self, Self::Network(..) | Self::Domain(_)),
            Language::Hosts | Language::Dnsmasq | Language::Squid => {
                matches!(self, Self::Domain(_))
            }
            Language::Nftables | Language::Ipset => matches!(self, Self::Network(..)),
        }
    }

    /// What makes it the same as another.
    pub(super) fn key(&self) -> String {
        format!("{self:?}")
    }

    /// An address as it is, a network with its length.
    pub(super) fn network_text(address: IpAddr, length: u8) -> String {
        if length == width(address) {
            return address.to_string();
        }
        format!("{address}/{length}")
    }
}

/// How many bits an address has.
const fn width(address: IpAddr) -> u8 {
    if address.is_ipv4() { 32 } else { 128 }
}

fn network(text: &str) -> Option<Target> {
    if let Ok(address) = text.parse::<IpAddr>() {
        return Some(Target::Network(address, width(address)));
    }
    let kind = if text.contains(':') {
        Kind::Ipv6Cidr
    } else {
        Kind::Ipv4Cidr
    };
    let read = read_value_as(kind, text)?;
    let (address, length) = read.value.split_once('/')?;
    Some(Target::Network(address.parse().ok()?, length.parse().ok()?))
}

fn url(text: &str) -> Option<Target> {
    let url = Url::parse(text).ok()?;
    if !matches!(url.scheme(), "http" | "https") {
        return None;
    }
    let host = url.host_str()?.trim_matches(['[', ']']).to_owned();
    let mut path = url.path().to_owned();
    if let Some(query) = url.query() {
        path.push('?');
        path.push_str(query);
    }
    let plain = |text: &str| text.bytes().all(|b| b.is_ascii_graphic());
    (plain(&host) && plain(&path)).then_some(Target::Url(host, path))
}
