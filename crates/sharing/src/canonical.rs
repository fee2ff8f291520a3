//! The one spelling of a value under which all its spellings meet.

use std::net::IpAddr;

use kaname_stix::{SearchValue, ValueKind, fuzzy_hash::Tlsh};
use url::{Host, Url};

use crate::find::Block;

/// A value as it is compared: addresses as RFC 5952 writes them and alone where a network holds but one, networks
/// without bits behind the prefix, names of hosts as A-labels (RFC 5891 §4.4) without the dot at their end, URLs as
/// the URL standard writes them, hashes and what else knows no case in one case. What does not read as its kind stays
/// as it is, so that it is found by what it says.
pub fn canonical(value: &SearchValue) -> SearchValue {
    let text = value.text.trim();
    let kept = || text.to_owned();
    let (kind, text) = match value.kind {
        ValueKind::Ipv4 | ValueKind::Ipv6 | ValueKind::Cidr => return address(value.kind, text),
        ValueKind::Domain => (value.kind, host(text)),
        ValueKind::Email => match text.rsplit_once('@') {
            Some((local, name)) => (
                value.kind,
                format!("{}@{}", local.to_lowercase(), host(name)),
            ),
            None => (value.kind, text.to_lowercase()),
        },
        ValueKind::Url => {
            let read = Url::parse(text).map(without_last_dot);
            (value.kind, read.map_or_else(|_| kept(), Into::into))
        }
        ValueKind::Md5
        | ValueKind::Sha1
        | ValueKind::Sha256
        | ValueKind::Sha512
        | ValueKind::Sha3_256
        | ValueKind::Sha3_512 => (value.kind, text.to_ascii_lowercase()),
        ValueKind::Mac => (value.kind, text.to_ascii_lowercase().replace('-', ":")),
        // Windows compares names of keys without regard to case.
        ValueKind::RegistryKey => (value.kind, text.to_lowercase()),
        ValueKind::CertificateSerial => (value.kind, text.to_ascii_lowercase().replace(':', "")),
        ValueKind::Cve => (value.kind, text.to_ascii_uppercase()),
        ValueKind::Tlsh => {
            let read = Tlsh::parse(text);
            (value.kind, read.map_or_else(kept, |hash| hash.to_string()))
        }
        _ => (value.kind, value.text.clone()),
    };
    SearchValue::new(kind, text)
}

fn address(kind: ValueKind, text: &str) -> SearchValue {
    match Block::parse(text) {
        Some(block) if block.is_single() => {
            SearchValue::new(block.address_kind(), block.address().to_string())
        }
        Some(block) => SearchValue::new(ValueKind::Cidr, block.written()),
        None => SearchValue::new(kind, text.to_ascii_lowercase()),
    }
}

/// A host with a dot at its end is the same host.
fn without_last_dot(mut url: Url) -> Url {
    let bare = url.host_str().and_then(|host| host.strip_suffix('.'));
    if let Some(bare) = bare.map(str::to_owned) {
        // A host that is no longer one leaves the URL as it was.
        let _ = url.set_host(Some(&bare));
    }
    url
}

/// The host as it is compared.
fn host(text: &str) -> String {
    let text = text.strip_suffix('.').unwrap_or(text);
    match Host::parse(text) {
        Ok(Host::Domain(name)) => name,
        // What is written as a name stays one, even where a URL would take it for a number.
        Ok(Host::Ipv4(_) | Host::Ipv6(_)) | Err(_) => text.to_lowercase(),
    }
}

/// The address that a host is, if it is one.
pub(crate) fn address_of(host: &str) -> Option<SearchValue> {
    let address: IpAddr = host.parse().ok()?;
    let kind = match address {
        IpAddr::V4(_) => ValueKind::Ipv4,
        IpAddr::V6(_) => ValueKind::Ipv6,
    };
    Some(SearchValue::new(kind, address.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_meet() {
        use ValueKind as K;
        for (kind, one, other) in [
            (
                K::Ipv6,
                "2001:db8:77::1",
                "2001:0DB8:0077:0000:0000:0000:0000:0001",
            ),
            (K::Domain, "host.example", "HOST.example."),
            (K::Domain, "xn--wgv71a119e.example", "日本語.example"),
            (K::Email, "a@xn--wgv71a119e.example", "A@日本語.EXAMPLE"),
            (K::Url, "http://host.example/", "HTTP://HOST.example:80"),
            (K::Url, "http://host.example/A", "http://Host.Example./A"),
            (K::Sha3_256, "ab01", "AB01"),
            (K::Mac, "00:1a:2b:3c:4d:5e", "00-1A-2B-3C-4D-5E"),
            (K::RegistryKey, r"hklm\software\x", r"HKLM\Software\X"),
            (K::Cidr, "192.0.2.0/24", "192.0.2.77/24"),
            (K::Cve, "CVE-2026-1234", "cve-2026-1234"),
        ] {
            let [one, other] = [one, other].map(|text| canonical(&SearchValue::new(kind, text)));
            assert_eq!(one, other);
            assert_eq!(canonical(&one), one);
        }
        let alone = canonical(&SearchValue::new(K::Cidr, "192.0.2.7/32"));
        assert_eq!(alone, SearchValue::new(K::Ipv4, "192.0.2.7"));
        // What cannot be read is what it says; paths and names of files keep their case.
        for (kind, text) in [
            (K::Url, "not a url"),
            (K::Ipv4, "192.0.2.300"),
            (K::FileName, "A.exe"),
        ] {
            assert_eq!(canonical(&SearchValue::new(kind, text)).text, text);
        }
    }
}
