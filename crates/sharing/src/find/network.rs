//! Containment of networks by the writing of addresses: beginnings of the written value between which all that
//! lies in a network is found, and the wider networks by their own names. A store needs nothing but values in
//! order for it.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use kaname_stix::ValueKind;

/// A network (RFC 4632 §3.1, RFC 4291 §2.3); an address is the network of full length.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Block {
    address: IpAddr,
    prefix: u8,
}

impl Block {
    /// Reads a canonical address or network.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (address, prefix) = match text.split_once('/') {
            Some((address, prefix)) => (address.parse().ok()?, prefix.parse().ok()?),
            None => {
                let address: IpAddr = text.parse().ok()?;
                (address, width(address))
            }
        };
        (prefix <= width(address)).then(|| Self {
            address: masked(address, prefix),
            prefix,
        })
    }

    /// Whether all of the other lies within.
    #[must_use]
    pub fn holds(&self, other: &Self) -> bool {
        self.address.is_ipv4() == other.address.is_ipv4()
            && self.prefix <= other.prefix
            && masked(other.address, self.prefix) == self.address
    }

    /// The networks that hold it, itself left out, as they are written.
    #[must_use]
    pub fn around(&self) -> Vec<String> {
        let wider = (0..self.prefix).rev();
        wider
            .map(|prefix| format!("{}/{prefix}", masked(self.address, prefix)))
            .collect()
    }

    /// The network as it is written.
    #[must_use]
    pub fn written(&self) -> String {
        format!("{}/{}", self.address, self.prefix)
    }

    /// Whether it is one address.
    #[must_use]
    pub const fn is_single(&self) -> bool {
        self.prefix == width(self.address)
    }

    /// Its first address.
    #[must_use]
    pub const fn address(&self) -> IpAddr {
        self.address
    }

    /// The kind of a single address in it.
    #[must_use]
    pub const fn address_kind(&self) -> ValueKind {
        match self.address {
            IpAddr::V4(_) => ValueKind::Ipv4,
            IpAddr::V6(_) => ValueKind::Ipv6,
        }
    }

    /// Beginnings such that whatever is written of an address or network within begins with one of them. What
    /// begins so need not lie within: [`within`] says.
    #[must_use]
    pub fn beginnings(&self) -> Vec<String> {
        match self.address {
            IpAddr::V4(address) => beginnings_v4(address, self.prefix),
            IpAddr::V6(address) => vec![beginning_v6(address, self.prefix)],
        }
    }
}

/// Whether an address or network, as it is written, lies within a network.
#[must_use]
pub fn within(block: &Block, written: &str) -> bool {
    Block::parse(written).is_some_and(|other| block.holds(&other))
}

fn beginnings_v4(address: Ipv4Addr, prefix: u8) -> Vec<String> {
    let octets = address.octets();
    let whole = usize::from(prefix / 8);
    let mut before = String::new();
    for octet in octets.iter().take(whole) {
        before.push_str(&format!("{octet}."));
    }
    let rest = prefix % 8;
    let Some(first) = octets.get(whole) else {
        // A single address: itself, alone or as a network.
        return vec![address.to_string()];
    };
    if rest == 0 {
        return vec![before];
    }
    let count = 1_u16 << (8 - rest);
    let numbers = u16::from(*first)..u16::from(*first) + count;
    // The last octet has no dot behind it.
    let dot = if whole == 3 { "" } else { "." };
    numbers
        .map(|octet| format!("{before}{octet}{dot}"))
        .collect()
}

/// Leading groups that are whole and not zero are written in full (RFC 5952 §4.2), whatever follows.
fn beginning_v6(address: Ipv6Addr, prefix: u8) -> String {
    let whole = usize::from(prefix / 16);
    let groups = address.segments();
    let leading = groups.iter().take(whole).take_while(|group| **group != 0);
    let leading: String = leading.map(|group| format!("{group:x}:")).collect();
    // The last group has no colon behind it.
    match leading.matches(':').count() {
        8 => leading.trim_end_matches(':').to_owned(),
        _ => leading,
    }
}

const fn width(address: IpAddr) -> u8 {
    if address.is_ipv4() { 32 } else { 128 }
}

fn masked(address: IpAddr, prefix: u8) -> IpAddr {
    match address {
        IpAddr::V4(v4) => {
            let mask = u32::MAX.checked_shl(32 - u32::from(prefix)).unwrap_or(0);
            Ipv4Addr::from_bits(v4.to_bits() & mask).into()
        }
        IpAddr::V6(v6) => {
            let mask = u128::MAX.checked_shl(128 - u32::from(prefix)).unwrap_or(0);
            Ipv6Addr::from_bits(v6.to_bits() & mask).into()
        }
    }
}
