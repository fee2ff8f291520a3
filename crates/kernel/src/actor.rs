//! Who did it.

use serde::{Deserialize, Serialize};

use crate::id::{AccountId, HandleId, KeyId, PartyId};

/// Who acts: a person, a machine by its key, the hub's own job, or a provider whose name is sealed.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Who {
    /// A signed-in person of a party.
    Person {
        /// The account.
        account: AccountId,
        /// The party the account belongs to.
        party: PartyId,
    },
    /// A machine holding an API key of a party.
    Machine {
        /// The key.
        key: KeyId,
        /// The party the key belongs to.
        party: PartyId,
    },
    /// A job of the hub itself, by name.
    System {
        /// Such as `expiry` or `init`.
        job: String,
    },
    /// Someone of the party behind a sealed handle (trust rules, "Sealed provider").
    Sealed {
        /// The stand-in.
        handle: HandleId,
    },
}

/// Who acts, and for whom when a delegated corporation acts for another party.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Actor {
    /// The one who acts.
    pub who: Who,
    /// The party whose powers are used, when it is not the actor's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on_behalf_of: Option<PartyId>,
}

impl Actor {
    /// A person acting for the own party.
    pub fn person(account: AccountId, party: PartyId) -> Self {
        Self::plain(Who::Person { account, party })
    }

    /// A machine acting for the own party.
    pub fn machine(key: KeyId, party: PartyId) -> Self {
        Self::plain(Who::Machine { key, party })
    }

    /// A job of the hub.
    pub fn system(job: &str) -> Self {
        Self::plain(Who::System {
            job: job.to_owned(),
        })
    }

    /// The same act, its author's name sealed.
    pub fn sealed(handle: HandleId) -> Self {
        Self::plain(Who::Sealed { handle })
    }

    fn plain(who: Who) -> Self {
        Self {
            who,
            on_behalf_of: None,
        }
    }

    /// The account, when a person acts.
    pub fn account(&self) -> Option<AccountId> {
        match self.who {
            Who::Person { account, .. } => Some(account),
            _ => None,
        }
    }

    /// The party whose name the act carries, unless sealed or the hub's own.
    pub fn party(&self) -> Option<PartyId> {
        match self.who {
            Who::Person { party, .. } | Who::Machine { party, .. } => Some(party),
            _ => None,
        }
    }
}
