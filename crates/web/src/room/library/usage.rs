//! How a value may be used, as its item's PAP, validity and state permit.

use jiff::Timestamp;
use kaname_kernel::Pap;
use kaname_sharing::{
    Item, Value,
    rendition::{can_be_acted_on, is_current},
};

/// What may be done with a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::room) enum Use {
    /// It may stand in block lists.
    Block,
    /// It may be matched with what one has, unseen by the attacker.
    Match,
    /// Only where nothing reaches outside.
    Apart,
    /// Nothing to block; a lead for investigation or patching.
    Look,
    /// It might be blocked, but false positives are being looked into: matching only.
    Suspended,
    /// Not to be used any more.
    Over,
}

impl Use {
    /// Of a value of an item, now.
    pub(in crate::room) fn of(item: &Item, value: &Value, now: Timestamp) -> Self {
        if !is_current(item, now) {
            return Self::Over;
        }
        let own = value.search_value();
        match item.content.pap {
            Pap::Red => Self::Apart,
            Pap::Amber => Self::Match,
            Pap::Green | Pap::Clear if !can_be_acted_on(own.kind, &own.text) => Self::Look,
            Pap::Green | Pap::Clear if item.may_block(now) => Self::Block,
            Pap::Green | Pap::Clear => Self::Suspended,
        }
    }

    /// The word for programs.
    pub(in crate::room) const fn as_str(self) -> &'static str {
        match self {
            Self::Block => "block",
            Self::Match => "match",
            Self::Apart => "apart",
            Self::Look => "look",
            Self::Suspended => "suspended",
            Self::Over => "none",
        }
    }

    /// Key of the words for people.
    pub(super) const fn key(self) -> &'static str {
        match self {
            Self::Block => "library-use-block",
            Self::Match => "library-use-match",
            Self::Apart => "library-use-apart",
            Self::Look => "library-use-look",
            Self::Suspended => "library-use-suspended",
            Self::Over => "library-use-none",
        }
    }
}
