//! Which addresses are the public internet: a webhook must not reach into the hub's own network.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Whether an address is of the public internet (IANA special-purpose registries, RFC 6890).
pub fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(four) => is_public_v4(four),
        IpAddr::V6(six) => is_public_v6(six),
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    let special = address.is_private()
        || address.is_loopback()
        || address.is_link_local()
        || address.is_multicast()
        || address.is_documentation()
        || a == 0
        || a >= 240
        || (a == 100 && (64..128).contains(&b))
        || (a == 192 && b == 0 && c == 0)
        || (a == 192 && b == 88 && c == 99)
        || (a == 198 && (b == 18 || b == 19));
    !special
}

fn is_public_v6(address: Ipv6Addr) -> bool {
    let segments = address.segments();
    if let Some(four) = address.to_ipv4_mapped() {
        return is_public_v4(four);
    }
    // NAT64 (RFC 6052) and 6to4 (RFC 3056) carry an IPv4 address.
    let [.., x, y] = segments;
    if segments[..6] == [0x64, 0xff9b, 0, 0, 0, 0] {
        return is_public_v4(four(x, y));
    }
    if segments[0] == 0x2002 {
        return is_public_v4(four(segments[1], segments[2]));
    }
    let global = segments[0] & 0xe000 == 0x2000;
    // Teredo, benchmarking, ORCHID and the like stand in 2001::/23; 2001:db8::/32 and 3fff::/20 are for
    // documentation.
    let special = (segments[0] == 0x2001 && (segments[1] < 0x0200 || segments[1] == 0x0db8))
        || (segments[0] == 0x3fff && segments[1] < 0x1000);
    global && !special
}

fn four(high: u16, low: u16) -> Ipv4Addr {
    let ([a, b], [c, d]) = (high.to_be_bytes(), low.to_be_bytes());
    Ipv4Addr::new(a, b, c, d)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_public_internet_is_public() {
        let public = |text: &str| text.parse::<IpAddr>().is_ok_and(is_public);
        for inside in [
            "127.0.0.1",
            "10.1.2.3",
            "172.16.0.1",
            "192.168.1.1",
            "169.254.169.254",
            "0.0.0.0",
            "100.64.0.1",
            "224.0.0.1",
            "255.255.255.255",
            "192.0.0.8",
            "198.18.0.1",
            "203.0.113.1",
            "::1",
            "::",
            "fe80::1",
            "fc00::1",
            "fd12::1",
            "ff02::1",
            "::ffff:127.0.0.1",
            "::ffff:10.0.0.1",
            "64:ff9b::7f00:1",
            "2002:7f00:1::",
            "2001::1",
            "2001:db8::1",
            "3fff::1",
            "::127.0.0.1",
        ] {
            assert!(!public(inside), "{inside}");
        }
        for outside in [
            "1.1.1.1",
            "198.51.99.1",
            "2606:4700::1111",
            "64:ff9b::101:101",
        ] {
            assert!(public(outside), "{outside}");
        }
    }
}
