//! IP networks, and what the registries say about an address.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use crate::indicator::Note;

/// A network of one address family; a single address is the network of full length.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Network {
    address: IpAddr,
    prefix: u8,
}

impl Network {
    /// Clears the host bits; `None` when the prefix is longer than the address.
    pub(crate) fn new(address: IpAddr, prefix: u8) -> Option<Network> {
        let width = width(address);
        if prefix > width {
            return None;
        }
        let masked = match address {
            IpAddr::V4(v4) => {
                let mask = u32::MAX.checked_shl(u32::from(32 - prefix)).unwrap_or(0);
                IpAddr::V4(Ipv4Addr::from_bits(v4.to_bits() & mask))
            }
            IpAddr::V6(v6) => {
                let mask = u128::MAX.checked_shl(u32::from(128 - prefix)).unwrap_or(0);
                IpAddr::V6(Ipv6Addr::from_bits(v6.to_bits() & mask))
            }
        };
        Some(Network {
            address: masked,
            prefix,
        })
    }

    /// Reads `192.0.2.0/24`, `2001:db8::/32` or a single address.
    pub(crate) fn parse(text: &str) -> Option<Network> {
        let text = text.trim();
        let Some((address, prefix)) = text.split_once('/') else {
            let address: IpAddr = text.parse().ok()?;
            return Network::new(address, width(address));
        };
        let plain = !prefix.is_empty() && prefix.bytes().all(|digit| digit.is_ascii_digit());
        let address: IpAddr = address.trim().parse().ok()?;
        Network::new(address, prefix.parse().ok().filter(|_| plain)?)
    }

    /// The network of one address.
    pub(crate) fn of(address: IpAddr) -> Network {
        Network {
            address,
            prefix: width(address),
        }
    }

    /// Length of the prefix, in bits.
    pub(crate) fn prefix(&self) -> u8 {
        self.prefix
    }

    pub(crate) fn address(&self) -> IpAddr {
        self.address
    }

    /// First and last address as numbers, and whether they are of IPv6.
    pub(crate) fn bounds(&self) -> (bool, u128, u128) {
        match self.address {
            IpAddr::V4(v4) => {
                let first = u128::from(v4.to_bits());
                let hosts = (1_u128 << (32 - self.prefix)) - 1;
                (false, first, first | hosts)
            }
            IpAddr::V6(v6) => {
                let first = v6.to_bits();
                let hosts = u128::MAX.checked_shr(u32::from(self.prefix)).unwrap_or(0);
                (true, first, first | hosts)
            }
        }
    }

    /// Whether both have an address in common.
    pub(crate) fn overlaps(&self, other: &Network) -> bool {
        let (own_family, own_first, own_last) = self.bounds();
        let (family, first, last) = other.bounds();
        own_family == family && own_first <= last && first <= own_last
    }

    /// So much of the address space that it names nobody: above /8, for IPv6 above /16.
    pub(crate) fn is_wide(&self) -> bool {
        self.prefix < if self.address.is_ipv4() { 8 } else { 16 }
    }

    /// Canonical CIDR notation.
    pub(crate) fn cidr(&self) -> String {
        format!("{}/{}", self.address, self.prefix)
    }
}

fn width(address: IpAddr) -> u8 {
    if address.is_ipv4() { 32 } else { 128 }
}

/// What is known about the range an address lies in.
pub(crate) fn notes(address: IpAddr) -> Option<Note> {
    match address {
        IpAddr::V4(v4) => notes_v4(v4),
        IpAddr::V6(v6) => notes_v6(v6),
    }
}

fn notes_v4(v4: Ipv4Addr) -> Option<Note> {
    let [a, b, c, _] = v4.octets();
    if v4.is_private() || (a == 100 && (64..128).contains(&b)) {
        Some(Note::Private)
    } else if v4.is_loopback() {
        Some(Note::Loopback)
    } else if v4.is_link_local() {
        Some(Note::LinkLocal)
    } else if v4.is_documentation() {
        Some(Note::Documentation)
    } else if v4.is_multicast() {
        Some(Note::Multicast)
    } else if a == 0 || a >= 240 || (a == 198 && (18..20).contains(&b)) || (a, b, c) == (192, 0, 0)
    {
        Some(Note::Reserved)
    } else {
        None
    }
}

fn notes_v6(v6: Ipv6Addr) -> Option<Note> {
    let segments = v6.segments();
    if v6.is_loopback() {
        Some(Note::Loopback)
    } else if segments[0] == 0x2001 && segments[1] == 0xdb8 || segments[0] & 0xfff0 == 0x3ff0 {
        Some(Note::Documentation)
    } else if v6.is_unique_local() {
        Some(Note::Private)
    } else if v6.is_unicast_link_local() {
        Some(Note::LinkLocal)
    } else if v6.is_multicast() {
        Some(Note::Multicast)
    } else if segments[0] & 0xe000 != 0x2000 {
        Some(Note::Reserved)
    } else {
        None
    }
}
