//! Roles a person may hold. What each may do is written in the policy, not here.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// What a person is there for. The first four are for people of the hub's own party only.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Takes reports into triage and derives what may be shared.
    Analyst,
    /// Second officer: releases what another derived and the provider consented to.
    Releaser,
    /// Manages parties, accounts, keys, groups and collections.
    Administrator,
    /// Reads ledger, openings of sealed providers and policy; changes nothing.
    Auditor,
    /// Submits reports for the own party and consents to what is derived from them.
    Provider,
    /// Reads what was released to the own party and gives feedback.
    Member,
    /// Manages the own party's accounts and keys, accepts duties, answers requests.
    Steward,
}

impl Role {
    /// All roles.
    pub const ALL: [Self; 7] = [
        Self::Analyst,
        Self::Releaser,
        Self::Administrator,
        Self::Auditor,
        Self::Provider,
        Self::Member,
        Self::Steward,
    ];

    /// Name in files, commands and policies.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Analyst => "analyst",
            Self::Releaser => "releaser",
            Self::Administrator => "administrator",
            Self::Auditor => "auditor",
            Self::Provider => "provider",
            Self::Member => "member",
            Self::Steward => "steward",
        }
    }

    /// Whether it makes its holder an officer of the hub.
    pub const fn is_officer(self) -> bool {
        matches!(
            self,
            Self::Analyst | Self::Releaser | Self::Administrator | Self::Auditor
        )
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A word that names no role.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error(
    "not a role; one of analyst, releaser, administrator, auditor, provider, member, steward is expected"
)]
pub struct BadRole;

impl FromStr for Role {
    type Err = BadRole;
    fn from_str(text: &str) -> Result<Self, BadRole> {
        Self::ALL
            .into_iter()
            .find(|role| role.as_str() == text)
            .ok_or(BadRole)
    }
}
