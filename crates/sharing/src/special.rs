//! Networks that belong to no attacker: those of the IANA special-purpose address registries (RFC 6890 and
//! its updates, read in November 2025) and multicast. Whoever blocks by one cuts off the own house.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// IPv4 networks, address and prefix. Those for documentation (192.0.2.0/24, 198.51.100.0/24,
/// 203.0.113.0/24) are left out: nobody has them, so blocking them harms nobody, and exercises, tests and
/// demonstrations are made of them.
const V4: [([u8; 4], u8); 14] = [
    ([0, 0, 0, 0], 8),       // "this network": RFC 791 §3.2
    ([10, 0, 0, 0], 8),      // private use: RFC 1918
    ([100, 64, 0, 0], 10),   // shared address space: RFC 6598
    ([127, 0, 0, 0], 8),     // loopback: RFC 1122 §3.2.1.3
    ([169, 254, 0, 0], 16),  // link local: RFC 3927
    ([172, 16, 0, 0], 12),   // private use: RFC 1918
    ([192, 0, 0, 0], 24),    // protocol assignments: RFC 6890 §2.1
    ([192, 31, 196, 0], 24), // AS112: RFC 7535
    ([192, 52, 193, 0], 24), // AMT: RFC 7450
    ([192, 88, 99, 0], 24),  // 6to4 relays: RFC 7526
    ([192, 168, 0, 0], 16),  // private use: RFC 1918
    ([192, 175, 48, 0], 24), // AS112: RFC 7534
    ([198, 18, 0, 0], 15),   // benchmarking: RFC 2544
    ([224, 0, 0, 0], 3),     // multicast, reserved, broadcast: RFC 5771, 1112 §4, 8190
];

/// IPv6 networks by their first 64 bits, and prefix; without those for documentation (2001:db8::/32,
/// 3fff::/20), as above. What carries IPv4 addresses inside (mapped, compatible, NAT64, 6to4, Teredo) would
/// cut off whatever IPv4 network stands behind it.
const V6: [([u16; 4], u8); 13] = [
    ([0, 0, 0, 0], 64),              // ::, ::1, compatible, mapped: RFC 4291 §2.5
    ([0x64, 0xff9b, 0, 0], 96),      // NAT64: RFC 6052
    ([0x64, 0xff9b, 1, 0], 48),      // local NAT64: RFC 8215
    ([0x100, 0, 0, 0], 64),          // discard only: RFC 6666
    ([0x100, 0, 0, 1], 64),          // dummy prefix: RFC 9780
    ([0x2001, 0, 0, 0], 23),         // protocol assignments, Teredo: RFC 2928, 4380
    ([0x2002, 0, 0, 0], 16),         // 6to4: RFC 3056
    ([0x2620, 0x4f, 0x8000, 0], 48), // AS112: RFC 7534
    ([0x5f00, 0, 0, 0], 16),         // segment routing: RFC 9602
    ([0xfc00, 0, 0, 0], 7),          // unique local: RFC 4193
    ([0xfe80, 0, 0, 0], 10),         // link local: RFC 4291 §2.5.6
    ([0xfec0, 0, 0, 0], 10),         // site local: RFC 3879
    ([0xff00, 0, 0, 0], 8),          // multicast: RFC 4291 §2.7
];

/// Whether a network is inside one of them, or one of them inside it. `prefix` is at most the address's
/// length in bits.
pub(crate) fn meets_special(address: IpAddr, prefix: u8) -> bool {
    match address {
        IpAddr::V4(address) => {
            let wide = |address: Ipv4Addr| u128::from(u32::from(address)) << 96;
            let special = V4
                .iter()
                .map(|(own, length)| (wide((*own).into()), *length));
            any_meets(special, wide(address), prefix)
        }
        IpAddr::V6(address) => {
            let special = V6.iter().map(|([a, b, c, d], length)| {
                let own = Ipv6Addr::new(*a, *b, *c, *d, 0, 0, 0, 0);
                (u128::from(own), *length)
            });
            any_meets(special, u128::from(address), prefix)
        }
    }
}

/// Addresses from the highest bit on: two networks meet when they agree in the shorter prefix.
fn any_meets(mut special: impl Iterator<Item = (u128, u8)>, address: u128, prefix: u8) -> bool {
    special.any(|(own, length)| {
        let common = u32::from(length.min(prefix));
        common == 0 || (own ^ address) >> (128 - common) == 0
    })
}
