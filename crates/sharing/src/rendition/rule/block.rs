//! Lists that name servers, proxies and firewalls block by.

use std::net::IpAddr;

use super::Target;

/// Makes the table with its two sets, and empties them.
pub(super) const NFTABLES_OPENING: &str = "\
table inet kaname {
  set addresses4 { type ipv4_addr; flags interval; auto-merge; }
  set addresses6 { type ipv6_addr; flags interval; auto-merge; }
}
flush set inet kaname addresses4
flush set inet kaname addresses6
";

/// Makes the two sets, and empties them.
pub(super) const IPSET_OPENING: &str = "\
create kaname4 hash:net family inet maxelem 1000000 -exist
create kaname6 hash:net family inet6 maxelem 1000000 -exist
flush kaname4
flush kaname6
";

/// What a zone begins with. It is served under whatever name the name server gives it.
pub(super) fn zone_opening(serial: u32) -> String {
    format!(
        "$TTL 300\n@ IN SOA localhost. root.localhost. {serial} 300 60 604800 300\n@ IN NS localhost.\n"
    )
}

/// A domain and all below it do not exist; neither does what leads to an address.
pub(super) fn rpz(target: &Target) -> String {
    match target {
        Target::Domain(name) => format!("{name} CNAME .\n*.{name} CNAME .\n"),
        Target::Network(address, length) => {
            format!("{length}.{}.rpz-ip CNAME .\n", reversed(*address))
        }
        _ => String::new(),
    }
}

/// An address with its last part first, as the zone writes it: for IPv6 with `zz` for the longest run of
/// zeros.
fn reversed(address: IpAddr) -> String {
    match address {
        IpAddr::V4(address) => {
            let [a, b, c, d] = address.octets();
            format!("{d}.{c}.{b}.{a}")
        }
        IpAddr::V6(address) => {
            let parts: Vec<String> = address
                .segments()
                .iter()
                .rev()
                .map(|part| format!("{part:x}"))
                .collect();
            let (mut best, mut from) = (0..0, None);
            for at in 0..=parts.len() {
                if parts.get(at).is_some_and(|part| part == "0") {
                    from.get_or_insert(at);
                } else if let Some(start) = from.take()
                    && at - start > best.len()
                {
                    best = start..at;
                }
            }
            if best.len() < 2 {
                return parts.join(".");
            }
            let (before, after) = (&parts[..best.start], &parts[best.end..]);
            [before, &["zz".to_owned()], after].concat().join(".")
        }
    }
}

pub(super) fn hosts(target: &Target) -> String {
    match target {
        Target::Domain(name) => format!("0.0.0.0 {name}\n:: {name}\n"),
        _ => String::new(),
    }
}

/// A domain and all below it have no address.
pub(super) fn dnsmasq(target: &Target) -> String {
    match target {
        Target::Domain(name) => format!("address=/{name}/\n"),
        _ => String::new(),
    }
}

/// A domain and all below it.
pub(super) fn squid(target: &Target) -> String {
    match target {
        Target::Domain(name) => format!(".{name}\n"),
        _ => String::new(),
    }
}

pub(super) fn nftables(target: &Target) -> String {
    element(target, |family, network| {
        format!("add element inet kaname addresses{family} {{ {network} }}\n")
    })
}

/// A set of networks holds none of all addresses: `hash:net` takes prefixes from 1 on.
pub(super) fn ipset(target: &Target) -> String {
    if matches!(target, Target::Network(_, 0)) {
        return String::new();
    }
    element(target, |family, network| {
        format!("add kaname{family} {network} -exist\n")
    })
}

fn element(target: &Target, write: impl Fn(u8, &str) -> String) -> String {
    match target {
        Target::Network(address, length) => {
            let family = if address.is_ipv4() { 4 } else { 6 };
            write(family, &Target::network_text(*address, *length))
        }
        _ => String::new(),
    }
}
