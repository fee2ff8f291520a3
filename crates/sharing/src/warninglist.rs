//! Warninglists that the hub keeps: values so widely used that meeting one says little. What a list is stands
//! in the ledger, with the hash of its entries; the entries themselves are kept beside it.

use jiff::Timestamp;
use kaname_intake::warning::{WarningKind, WarningList};
use kaname_kernel::{Audience, Clause, Matter, MatterId, Moment, Projection, Term, Unfit};
use serde::{Deserialize, Serialize};

use crate::refused::{Refused, reason};

/// Lookup space of warninglists by their name.
pub const WARNINGLIST_SPACE: &str = "warninglist";

/// What a list is, without its entries.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outline {
    /// Its name, by which it is known.
    pub name: String,
    /// What it holds.
    pub description: String,
    /// Its version, as its maker counts.
    pub version: u64,
    /// How its entries are compared.
    pub kind: WarningKind,
    /// MISP attribute types it is about; empty for all.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub types: Vec<String>,
    /// Whether it only says what a value is, so that it warns of blocking alone.
    #[serde(default, skip_serializing_if = "is_false")]
    pub identifies: bool,
    /// How many entries it has.
    pub entries: u64,
    /// SHA-256 of the entries, each ended by a line feed, hexadecimal.
    pub sha256: String,
}

fn is_false(flag: &bool) -> bool {
    !flag
}

/// What can happen to a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "snake_case")]
pub enum WarninglistChange {
    /// Brought, for the first time or anew.
    Loaded {
        /// What it is.
        outline: Box<Outline>,
        /// Where its entries are kept.
        blob: MatterId,
    },
    /// Not warned by any more.
    Dropped {
        /// Why.
        reason: String,
    },
}

/// A list as it stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Warninglist {
    /// What it is.
    pub outline: Outline,
    /// Where its entries are kept.
    pub blob: MatterId,
    /// When it was brought last.
    pub loaded: Timestamp,
    /// Why nobody is warned by it any more.
    pub dropped: Option<String>,
}

impl Matter for Warninglist {
    const KIND: &'static str = "warninglist";
    type Change = WarninglistChange;

    fn name(change: &WarninglistChange) -> &'static str {
        match change {
            WarninglistChange::Loaded { .. } => "loaded",
            WarninglistChange::Dropped { .. } => "dropped",
        }
    }

    fn begin(change: &WarninglistChange, at: &Moment<'_>) -> Result<Self, Unfit> {
        let WarninglistChange::Loaded { outline, blob } = change else {
            return Err(at.unfit::<Self>("a warninglist begins with being loaded"));
        };
        Ok(Self {
            outline: (**outline).clone(),
            blob: *blob,
            loaded: at.recorded,
            dropped: None,
        })
    }

    fn apply(&mut self, change: &WarninglistChange, at: &Moment<'_>) -> Result<(), Unfit> {
        match change {
            WarninglistChange::Loaded { .. } => *self = Self::begin(change, at)?,
            WarninglistChange::Dropped { reason } => self.dropped = Some(reason.clone()),
        }
        Ok(())
    }

    fn project(&self) -> Projection {
        let state = if self.dropped.is_some() {
            "dropped"
        } else {
            "active"
        };
        Projection {
            audience: audience(),
            text: self.outline.name.clone(),
            lookups: vec![(WARNINGLIST_SPACE.to_owned(), key(&self.outline.name))],
            ..Projection::officers(state, self.loaded)
        }
    }
}

/// Who reads lists: members and officers. They say what is widely known, and what is only known here is
/// nobody else's business.
pub fn audience() -> Audience {
    Audience::everyone().and(Clause::any([Term::Member, Term::Officer]))
}

/// The key under which a list of that name is found.
pub fn key(name: &str) -> String {
    name.trim().to_lowercase()
}

/// What a list is, given the hash of its entries.
pub fn outline(list: &WarningList, sha256: [u8; 32]) -> Outline {
    Outline {
        name: list.name.clone(),
        description: list.description.clone(),
        version: list.version,
        kind: list.kind,
        types: list.types.clone(),
        identifies: list.identifies,
        entries: list.entries.len() as u64,
        sha256: hex::encode(sha256),
    }
}

/// Takes a list, unless the very same is there.
///
/// # Errors
/// When nothing would change.
pub fn load(
    before: Option<&Warninglist>,
    outline: Outline,
    blob: MatterId,
) -> Result<WarninglistChange, Refused> {
    let same = before.is_some_and(|list| list.dropped.is_none() && list.outline == outline);
    if same {
        return Err(Refused::NoChange);
    }
    let outline = Box::new(outline);
    Ok(WarninglistChange::Loaded { outline, blob })
}

/// Stops warning by a list.
///
/// # Errors
/// Without a reason, or a second time.
pub fn drop_list(list: &Warninglist, why: &str) -> Result<WarninglistChange, Refused> {
    if list.dropped.is_some() {
        return Err(Refused::NoChange);
    }
    let reason = reason(why)?;
    Ok(WarninglistChange::Dropped { reason })
}
