//! Where a request comes from, as it is counted.

use std::net::{IpAddr, SocketAddr};

/// What counts as one address, for connections and for guesses: in IPv6 the network of 64 bits that one
/// customer is given, so that nobody has as many budgets as addresses.
pub fn site(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(v6) => IpAddr::V6((u128::from(v6) >> 64 << 64).into()),
        v4 => v4,
    }
}

/// The address that a proxy wrote, with or without port and brackets.
pub(super) fn told_ip(told: &str) -> Option<IpAddr> {
    if let Ok(address) = told.parse::<SocketAddr>() {
        return Some(address.ip());
    }
    let bare = told
        .strip_prefix('[')
        .and_then(|told| told.strip_suffix(']'));
    bare.unwrap_or(told).parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_network_of_one_customer_counts_as_one_however_a_proxy_writes_it() {
        let counted = |told: &str| told_ip(told).map(|address| site(address).to_string());
        for told in [
            "2001:db8::1",
            "2001:db8::ffff:1",
            "[2001:db8::7]",
            "[2001:db8::7]:443",
        ] {
            assert_eq!(counted(told).as_deref(), Some("2001:db8::"), "{told}");
        }
        for told in ["192.0.2.1", "192.0.2.1:4711", "::ffff:192.0.2.1"] {
            assert_eq!(counted(told).as_deref(), Some("192.0.2.1"), "{told}");
        }
        assert_eq!(
            counted("2001:db8:0:1::1").as_deref(),
            Some("2001:db8:0:1::")
        );
        assert_eq!(counted("unknown"), None);
    }
}
