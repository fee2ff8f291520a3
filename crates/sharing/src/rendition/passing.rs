//! To whom whoever reads something may hand it on (FIRST, TLP 2.0).

use std::str::FromStr;

use kaname_kernel::Tlp;

/// Who is to get what a reader hands on, the nearest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PassedTo {
    /// The reader's own organisation.
    Own,
    /// Its clients too.
    Clients,
    /// Its community too: peers and partners.
    Community,
    /// Everyone.
    Public,
}

impl PassedTo {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Own, Self::Clients, Self::Community, Self::Public];

    /// The word for it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Own => "own",
            Self::Clients => "clients",
            Self::Community => "community",
            Self::Public => "public",
        }
    }

    /// Whether something under this marking may be handed on so far. RED is for the persons who were told, and for
    /// nobody else in their organisation.
    pub const fn may_have(self, tlp: Tlp) -> bool {
        match tlp {
            Tlp::Red => false,
            Tlp::AmberStrict => matches!(self, Self::Own),
            Tlp::Amber => matches!(self, Self::Own | Self::Clients),
            Tlp::Green => !matches!(self, Self::Public),
            Tlp::Clear => true,
        }
    }
}

/// A word that names nobody.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("whom it is for is own, clients, community or public")]
pub struct NobodyNamed;

impl FromStr for PassedTo {
    type Err = NobodyNamed;

    fn from_str(text: &str) -> Result<Self, NobodyNamed> {
        let named = Self::ALL.into_iter().find(|one| one.as_str() == text);
        named.ok_or(NobodyNamed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_marking_goes_as_far_as_it_says() {
        let reached = |tlp| PassedTo::ALL.map(|to| to.may_have(tlp));
        assert_eq!(reached(Tlp::Red), [false; 4]);
        assert_eq!(reached(Tlp::AmberStrict), [true, false, false, false]);
        assert_eq!(reached(Tlp::Amber), [true, true, false, false]);
        assert_eq!(reached(Tlp::Green), [true, true, true, false]);
        assert_eq!(reached(Tlp::Clear), [true; 4]);
        for one in PassedTo::ALL {
            assert_eq!(one.as_str().parse(), Ok(one));
        }
        assert!("all".parse::<PassedTo>().is_err());
    }
}
