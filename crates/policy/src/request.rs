//! Who asks, and what about.

use std::collections::BTreeSet;

use kaname_kernel::{AccountId, PartyId, Role};

/// What kind of actor asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum PrincipalKind {
    /// Not signed in.
    #[default]
    Public,
    /// A signed-in person.
    Person,
    /// A machine by its API key.
    Machine,
    /// A job of the hub or a command at its shell.
    System,
}

impl PrincipalKind {
    /// Entity type in the policies.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Public => "Public",
            Self::Person => "Person",
            Self::Machine => "Machine",
            Self::System => "System",
        }
    }
}

/// Who asks, with all the policies look at.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Principal {
    /// What kind of actor.
    pub kind: PrincipalKind,
    /// The account, for persons.
    pub account: Option<AccountId>,
    /// The party, for persons and machines.
    pub party: Option<PartyId>,
    /// Roles, for persons.
    pub roles: BTreeSet<Role>,
    /// Scopes of the API key, for machines.
    pub scopes: BTreeSet<String>,
    /// Whether the session was opened with a second factor.
    pub second_factor: bool,
    /// Whether the person's password was set by somebody else and has not been changed since.
    pub temporary_password: bool,
    /// Minutes since the person last proved to be the one; `None` when unknown.
    pub minutes_since_sign_in: Option<u32>,
    /// Whether it is an officer of the hub (as the reader says).
    pub officer: bool,
    /// Whether the party's membership is in force (as the reader says).
    pub member: bool,
    /// Whether the resource belongs to a sealed handle of the principal's party.
    pub own_handle: bool,
}

impl Principal {
    /// Not signed in.
    pub fn public() -> Self {
        Self::default()
    }

    /// A job of the hub.
    pub fn system() -> Self {
        Self {
            kind: PrincipalKind::System,
            ..Self::default()
        }
    }
}

/// What it is about. The default names nothing: for pages and lists.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Resource {
    /// Kind of matter, such as `item`; empty for none.
    pub kind: String,
    /// Its id; empty for none.
    pub id: String,
    /// Its state word.
    pub state: Option<String>,
    /// The party it belongs to.
    pub party: Option<PartyId>,
    /// The account it belongs to (sessions, drafts, deliveries to a person).
    pub account: Option<AccountId>,
    /// Who derived it.
    pub derived_by: Option<AccountId>,
    /// The triage officer it is assigned to.
    pub assigned_to: Option<AccountId>,
    /// Whether the principal belongs to the provider's party; `None` when the resource has no provider
    /// or nobody looked. Where it matters, not having looked counts as belonging.
    pub provider_is_own_party: Option<bool>,
}

impl Resource {
    /// A page or list of a kind, no single thing.
    pub fn any(kind: &str) -> Self {
        Self {
            kind: kind.to_owned(),
            ..Self::default()
        }
    }

    /// One thing.
    pub fn one(kind: &str, id: impl ToString) -> Self {
        Self {
            kind: kind.to_owned(),
            id: id.to_string(),
            ..Self::default()
        }
    }

    /// Belonging to a party.
    #[must_use]
    pub fn of_party(mut self, party: PartyId) -> Self {
        self.party = Some(party);
        self
    }

    /// Belonging to an account.
    #[must_use]
    pub fn of_account(mut self, account: AccountId) -> Self {
        self.account = Some(account);
        self
    }

    /// In a state.
    #[must_use]
    pub fn in_state(mut self, state: &str) -> Self {
        self.state = Some(state.to_owned());
        self
    }

    /// Derived by someone.
    #[must_use]
    pub fn derived_by(mut self, account: AccountId) -> Self {
        self.derived_by = Some(account);
        self
    }

    /// Assigned to a triage officer.
    #[must_use]
    pub fn assigned_to(mut self, account: AccountId) -> Self {
        self.assigned_to = Some(account);
        self
    }

    /// Whether the principal belongs to the provider's party.
    #[must_use]
    pub fn provider_is_own(mut self, own: bool) -> Self {
        self.provider_is_own_party = Some(own);
        self
    }
}
