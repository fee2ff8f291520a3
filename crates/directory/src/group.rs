//! A group: a named set of parties that items may be shared with.

use std::collections::BTreeMap;

use jiff::Timestamp;
use kaname_kernel::{
    Audience, Clause, GroupId, Matter, Moment, PartyId, Projection, Unfit, audience::Term,
};
use serde::{Deserialize, Serialize};

use crate::{
    party::Party,
    refused::{Refused, Why, at_most},
    text::{Code, Name2},
};

/// Lookup space of group codes.
pub const GROUP_SPACE: &str = "group";
/// Most parties a group holds.
pub const MEMBERS_MAX: usize = 5_000;

/// A party's stay in a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stay {
    /// When it joined, to the second: what is shared in that very second counts as shared before.
    pub joined: Timestamp,
    /// When it left.
    pub left: Option<Timestamp>,
}

/// A group.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Group {
    /// Its id.
    pub id: GroupId,
    /// Short unique name.
    pub code: Code,
    /// Name.
    pub name: Name2,
    /// Whether who joins also sees what was shared before.
    pub opens_past: bool,
    /// Each party's latest stay.
    pub members: BTreeMap<PartyId, Stay>,
    /// Whether it is closed: nobody reads through it any more.
    pub closed: bool,
    /// When it was founded.
    pub founded: Timestamp,
}

/// What can happen to a group.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "change", rename_all = "snake_case")]
pub enum GroupChange {
    /// It was founded, without members.
    Founded {
        /// Short unique name.
        code: Code,
        /// Name.
        name: Name2,
        /// Whether who joins also sees what was shared before.
        opens_past: bool,
    },
    /// It got another name.
    Renamed {
        /// Name.
        name: Name2,
    },
    /// A party joined.
    Joined {
        /// The party.
        party: PartyId,
    },
    /// A party left.
    Left {
        /// The party.
        party: PartyId,
    },
    /// It was closed.
    Closed,
}

impl GroupChange {
    /// Whether it may change what anyone can see: the policy epoch must be raised.
    pub const fn moves_epoch(&self) -> bool {
        matches!(self, Self::Joined { .. } | Self::Left { .. } | Self::Closed)
    }
}

impl Group {
    /// Founds a group, empty: nobody.
    pub fn found(code: Code, name: Name2, opens_past: bool) -> Result<GroupChange, Refused> {
        Ok(GroupChange::Founded {
            code,
            name,
            opens_past,
        })
    }

    /// Gives it another name.
    pub fn rename(&self, name: Name2) -> Result<GroupChange, Refused> {
        self.open("rename group")?;
        Ok(GroupChange::Renamed { name })
    }

    /// Lets a party in.
    pub fn join(&self, party: &Party) -> Result<GroupChange, Refused> {
        self.open("join group")?;
        at_most("group.members", self.members.len() + 1, MEMBERS_MAX)?;
        if party.span.until.is_some() {
            return Refused::state("join group", Why::PartyRetired);
        }
        if self.has(party.id) {
            return Refused::state("join group", Why::AlreadyInGroup);
        }
        Ok(GroupChange::Joined { party: party.id })
    }

    /// Lets a party go.
    pub fn leave(&self, party: PartyId) -> Result<GroupChange, Refused> {
        if !self.has(party) {
            return Refused::state("leave group", Why::NotInGroup);
        }
        Ok(GroupChange::Left { party })
    }

    /// Closes it for good.
    pub fn close(&self) -> Result<GroupChange, Refused> {
        self.open("close group")?;
        Ok(GroupChange::Closed)
    }

    /// Whether the party is in it now.
    pub fn has(&self, party: PartyId) -> bool {
        self.members
            .get(&party)
            .is_some_and(|stay| stay.left.is_none())
    }

    /// Parties that are in it now.
    pub fn present(&self) -> impl Iterator<Item = PartyId> {
        let here = self.members.iter().filter(|(_, stay)| stay.left.is_none());
        here.map(|(party, _)| *party)
    }

    /// From which moment on (seconds since 1970) its items are open to the party: the second after it
    /// joined, or `i64::MIN` when the group opens its past. `None` for parties that are not in it.
    pub fn open_to(&self, party: PartyId) -> Option<i64> {
        let stay = self.members.get(&party)?;
        if self.closed || stay.left.is_some() {
            return None;
        }
        Some(if self.opens_past {
            i64::MIN
        } else {
            stay.joined.as_second() + 1
        })
    }

    fn open(&self, what: &'static str) -> Result<(), Refused> {
        if self.closed {
            return Refused::state(what, Why::GroupClosed);
        }
        Ok(())
    }
}

impl Matter for Group {
    const KIND: &'static str = "group";
    type Change = GroupChange;

    fn name(change: &GroupChange) -> &'static str {
        match change {
            GroupChange::Founded { .. } => "founded",
            GroupChange::Renamed { .. } => "renamed",
            GroupChange::Joined { .. } => "joined",
            GroupChange::Left { .. } => "left",
            GroupChange::Closed => "closed",
        }
    }

    fn begin(change: &GroupChange, at: &Moment<'_>) -> Result<Self, Unfit> {
        let GroupChange::Founded {
            code,
            name,
            opens_past,
        } = change
        else {
            return Err(at.unfit::<Self>("a group begins by being founded"));
        };
        Ok(Self {
            id: at.matter.cast(),
            code: code.clone(),
            name: name.clone(),
            opens_past: *opens_past,
            members: BTreeMap::new(),
            closed: false,
            founded: at.recorded,
        })
    }

    fn apply(&mut self, change: &GroupChange, at: &Moment<'_>) -> Result<(), Unfit> {
        match change {
            GroupChange::Founded { .. } => return Err(at.unfit::<Self>("founded twice")),
            GroupChange::Renamed { name } => self.name = name.clone(),
            GroupChange::Joined { party } => {
                let whole_second = Timestamp::from_second(at.recorded.as_second());
                let joined = whole_second.unwrap_or(at.recorded);
                self.members.insert(*party, Stay { joined, left: None });
            }
            GroupChange::Left { party } => {
                if let Some(stay) = self.members.get_mut(party) {
                    stay.left = Some(at.recorded);
                }
            }
            GroupChange::Closed => self.closed = true,
        }
        Ok(())
    }

    /// Seen by the officers and by the parties in it.
    fn project(&self) -> Projection {
        let mut seen_by = vec![Term::Officer];
        if !self.closed {
            seen_by.extend(self.present().map(Term::Party));
        }
        let text = [
            self.code.as_str(),
            self.name.ja.as_str(),
            self.name.en.as_str(),
        ];
        Projection {
            audience: Audience::everyone().and(Clause::any(seen_by)),
            text: text.join(" "),
            lookups: vec![(GROUP_SPACE.to_owned(), self.code.as_str().to_owned())],
            ..Projection::officers(if self.closed { "closed" } else { "open" }, self.founded)
        }
    }
}
