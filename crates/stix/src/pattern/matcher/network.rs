//! An address or a network in CIDR form.

use std::net::IpAddr;

/// The first bits that addresses share; an address is a network of one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Network {
    /// Whether it is of IPv6.
    pub(super) wide: bool,
    /// The shared bits, the highest first; the others are 0.
    pub(super) bits: u128,
    /// How many bits are shared.
    pub(super) length: u8,
}

impl Network {
    /// Reads `192.0.2.0/24`, `2001:db8::/32`, or an address; `None` for anything else.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (address, length) = match text.split_once('/') {
            Some((address, length)) => (address, Some(length)),
            None => (text, None),
        };
        let address: IpAddr = address.parse().ok()?;
        let (wide, bits, full) = match address {
            IpAddr::V4(address) => (false, u128::from(u32::from(address)) << 96, 32),
            IpAddr::V6(address) => (true, u128::from(address), 128),
        };
        let length = match length {
            None => full,
            Some(digits) if digits.bytes().all(|b| b.is_ascii_digit()) => digits.parse().ok()?,
            Some(_) => return None,
        };
        (length <= full).then(|| Self { wide, bits, length }.cut(length))
    }

    /// The network of that many bits that holds this one.
    pub(super) const fn cut(self, length: u8) -> Self {
        let mask = if length == 0 {
            0
        } else {
            u128::MAX << (128 - length)
        };
        Self {
            wide: self.wide,
            bits: self.bits & mask,
            length,
        }
    }

    /// Whether every address of the other one lies in this one.
    pub(super) fn holds(self, other: Self) -> bool {
        self.wide == other.wide
            && self.length <= other.length
            && other.cut(self.length).bits == self.bits
    }
}
