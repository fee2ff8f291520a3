//! A matter: something with a history of its own (party, report, item). Commands decide on its state,
//! events change it, and its projection is all that lists, pages and permission checks read.

use jiff::Timestamp;
use serde::{Deserialize, Serialize, de::DeserializeOwned};

use crate::{actor::Actor, audience::Audience, id::MatterId, marking::Tlp};

/// A kind of matter: how its events fold into a state, and what of that state others look up.
pub trait Matter: Clone + Serialize + DeserializeOwned + Send + Sync + 'static {
    /// Name of the kind in the ledger, lower-case English noun.
    const KIND: &'static str;
    /// Whether its row is kept sealed, its values as keyed tags: whoever holds a copy of the database and no key
    /// could put what stands there beside what was released, and so learn what came from whom.
    const SEALED: bool = false;
    /// What one event says; serialised as the event's data.
    type Change: Clone + Serialize + DeserializeOwned + Send + Sync + 'static;

    /// The event's name in the ledger, such as `submitted`.
    fn name(change: &Self::Change) -> &'static str;
    /// State after the first event.
    fn begin(change: &Self::Change, at: &Moment<'_>) -> Result<Self, Unfit>;
    /// State after one more event. Never decides; that is the command's part.
    fn apply(&mut self, change: &Self::Change, at: &Moment<'_>) -> Result<(), Unfit>;
    /// What stores keep beside the state.
    fn project(&self) -> Projection;
}

/// Where in history an event stands.
#[derive(Debug, Clone, Copy)]
pub struct Moment<'a> {
    /// The matter.
    pub matter: MatterId,
    /// Position in its history, from 1.
    pub version: u32,
    /// When the hub wrote it down.
    pub recorded: Timestamp,
    /// When it happened, as far as known.
    pub occurred: Timestamp,
    /// Who acted.
    pub actor: &'a Actor,
}

/// An event that cannot follow what was before: the ledger is damaged or from a newer version.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("event {version} of {kind} {matter} does not fit: {why}")]
pub struct Unfit {
    /// Kind of the matter.
    pub kind: &'static str,
    /// The matter.
    pub matter: MatterId,
    /// Position in its history.
    pub version: u32,
    /// Why not.
    pub why: String,
}

impl Moment<'_> {
    /// The error of an event that does not fit here.
    pub fn unfit<M: Matter>(&self, why: impl Into<String>) -> Unfit {
        Unfit {
            kind: M::KIND,
            matter: self.matter,
            version: self.version,
            why: why.into(),
        }
    }
}

/// What lists, counts, searches and permission checks read of a matter.
#[derive(Debug, Clone, PartialEq)]
pub struct Projection {
    /// Who may see it.
    pub audience: Audience,
    /// State word, for lists and counts.
    pub state: String,
    /// Party or handle it belongs to.
    pub owner: Option<MatterId>,
    /// A collection, group or parent it stands in.
    pub scope: Option<MatterId>,
    /// Sort key of lists.
    pub sort_at: Timestamp,
    /// Until when someone has to act.
    pub due_at: Option<Timestamp>,
    /// TLP shown in lists.
    pub tlp: Option<Tlp>,
    /// Text to be found by search, unfolded; empty for none.
    pub text: String,
    /// Values it shares with other matters, for grouping.
    pub postings: Vec<Posting>,
    /// Unique keys that lead to it: `(space, key)`, folded.
    pub lookups: Vec<(String, String)>,
    /// Values of which no two matters of the kind carry one at the same time.
    pub alone: Vec<Posting>,
}

impl Projection {
    /// Seen by officers only, in a state, sorted at a moment; nothing else.
    pub fn officers(state: &str, sort_at: Timestamp) -> Self {
        Self {
            audience: Audience::officers(),
            state: state.to_owned(),
            owner: None,
            scope: None,
            sort_at,
            due_at: None,
            tlp: None,
            text: String::new(),
            postings: Vec::new(),
            lookups: Vec::new(),
            alone: Vec::new(),
        }
    }
}

/// A value that several matters or objects may carry.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Posting {
    /// Kind of value, such as `domain`.
    pub space: String,
    /// The canonical value, at most 1,024 bytes.
    pub value: String,
}

impl Posting {
    /// What every object is counted under, so that one can ask how many there are. Nothing is kept under it, and no
    /// object names it.
    pub fn every() -> Self {
        Self {
            space: String::new(),
            value: String::new(),
        }
    }

    /// What ends the name of a space in which values are only looked for by their beginning: nobody asks how many carry
    /// one, and no store has to keep count.
    pub const UNCOUNTED: char = '~';

    /// Whether it may be asked how many carry it.
    #[must_use]
    pub fn is_counted(&self) -> bool {
        !self.space.ends_with(Self::UNCOUNTED)
    }
}
