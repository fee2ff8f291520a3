//! Sources: what somebody publishes at an address, read on a schedule under an agreement, or handed over as a file.
//! What a source says comes as its own word, into a collection of kind peer.

mod agreeing;
mod form;
mod owed;
pub mod why;
mod word;

use std::collections::VecDeque;

use jiff::Timestamp;
use kaname_intake::listed::Unlisted;
use kaname_kernel::{Matter, MatterId, Moment, Projection, Tlp, Unfit};
use serde::{Deserialize, Serialize};

pub use self::{
    agreeing::{
        DEFAULT_BYTES, DEFAULT_GRACE_H, DEFAULT_MIB, MAX_BYTES, MAX_GRACE_H, ask_source,
        change_source, check_terms, join_source, start_source, stop_source,
    },
    form::{BadForm, Form, FormKind},
    owed::{MAX_OWED, Missed, Owed},
    word::{Held, Said, Saying, Standing, Word},
};
use crate::{
    sealed::Sealed,
    turn::{Every, Step, Trouble, Turns},
};

/// Lookup space of sources by their code.
pub const SOURCE_SPACE: &str = "source";
/// Readings that are told of.
const MAX_HISTORY: usize = 30;
/// Most entries that were not taken named in one event.
pub const MAX_UNLISTED: usize = 20;

/// What is agreed with a source.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceDefinition {
    /// Short unique name.
    pub code: String,
    /// The collection its objects go to, of kind peer.
    pub into: MatterId,
    /// All that may be agreed otherwise later.
    #[serde(flatten)]
    pub terms: SourceTerms,
}

/// The part of an agreement that may be changed: code and collection stay.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceTerms {
    /// Who publishes it: what comes of a list is in this name.
    pub publisher: String,
    /// Where it is; `None` for what is handed over as a file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// How it is written.
    pub form: Form,
    /// Marking of what comes of a list; `None` leaves it to the collection.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tlp: Option<Tlp>,
    /// How often it is read.
    pub every: Every,
    /// Most bytes of one document.
    pub most_bytes: u64,
    /// Hours that a value holds after it has left the list.
    pub grace_h: u32,
}

/// Marks by which a server tells that a document is as it was (RFC 9110 §8.8).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Validators {
    /// `ETag`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub etag: Option<String>,
    /// `Last-Modified`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_modified: Option<String>,
    /// SHA-256 of the document, hexadecimal, for servers that tell neither.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sha256: Option<String>,
}

/// What one reading brought.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceReading {
    /// Marks of the document that was read to its end; `None` leaves those there are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub validators: Option<Validators>,
    /// Whether it was as before.
    #[serde(default, skip_serializing_if = "is_false")]
    pub unchanged: bool,
    /// The file it was handed over as.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// Entries or objects that it holds.
    pub listed: u64,
    /// Objects taken, new versions among them.
    pub taken: u64,
    /// Objects that were there already.
    pub there: u64,
    /// Values that have left the list.
    pub gone: u64,
    /// Entries or objects that were not taken.
    pub refused: u64,
    /// The first [`MAX_UNLISTED`] of those.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unlisted: Vec<Unlisted>,
    /// Events that were listed and did not come, which are tried again.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub missed: Vec<Missed>,
    /// Names of events that were owed and came, or are listed no more.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub settled: Vec<String>,
    /// Whether it was read to its end.
    pub is_end: bool,
    /// Why reading stopped, when it was the source's doing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trouble: Option<Trouble>,
    /// How long the source asked to be left alone, in seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wait_s: Option<u32>,
}

impl SourceReading {
    /// Something is not taken: the first of these are named.
    pub fn refuse(&mut self, line: usize, why: &str, said: &str) {
        self.refused += 1;
        if self.unlisted.len() < MAX_UNLISTED {
            self.unlisted.push(Unlisted {
                line,
                why: why.to_owned(),
                said: said.to_owned(),
            });
        }
    }

    /// Something was taken otherwise than whoever published it meant: named once, among the first.
    pub fn note(&mut self, why: &str, said: &str) {
        let is_named = |one: &Unlisted| one.why == why && one.said == said;
        if self.unlisted.len() < MAX_UNLISTED && !self.unlisted.iter().any(is_named) {
            self.unlisted.push(Unlisted {
                line: 0,
                why: why.to_owned(),
                said: said.to_owned(),
            });
        }
    }

    /// An event did not come: it is named, and tried again.
    pub fn miss(&mut self, missed: Missed) {
        self.refuse(0, &missed.why.to_string(), &missed.event);
        // One more than can be remembered says that the list is to be read once more.
        if self.missed.len() <= MAX_OWED {
            self.missed.push(missed);
        }
    }
}

fn is_false(flag: &bool) -> bool {
    !flag
}

/// What can happen to a source.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "snake_case")]
pub enum SourceChange {
    /// Agreed with.
    Joined {
        /// What is agreed.
        definition: Box<SourceDefinition>,
        /// The header by which the hub is known there, sealed.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        credential: Option<Sealed>,
    },
    /// Agreed with otherwise.
    Changed {
        /// What is agreed now.
        terms: Box<SourceTerms>,
        /// The header by which the hub is known there, sealed; left out when it stays.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        credential: Option<Sealed>,
    },
    /// Somebody wants it to be read now.
    Asked,
    /// It was read.
    Read(Box<SourceReading>),
    /// Not read any more.
    Stopped {
        /// Why.
        reason: String,
    },
    /// Read again.
    Started,
}

/// A reading as it is told of later.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PastReading {
    /// When it ended.
    pub at: Timestamp,
    /// Entries or objects that it held.
    pub listed: u64,
    /// Objects taken.
    pub taken: u64,
    /// Values that had left the list.
    pub gone: u64,
    /// Entries or objects that were not taken.
    pub refused: u64,
    /// Why it stopped.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trouble: Option<Trouble>,
    /// How many readings in a row, this one among them, found it unchanged.
    #[serde(default)]
    pub unchanged: u32,
}

/// A source as it stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Source {
    /// What is agreed.
    pub definition: SourceDefinition,
    /// The header by which the hub is known there, sealed.
    pub credential: Option<Sealed>,
    /// Where its turns stand.
    #[serde(flatten)]
    pub turns: Turns,
    /// Since when the publisher is named so.
    pub named: Timestamp,
    /// Marks of the document that was read last.
    pub validators: Validators,
    /// Entries or objects that it held last.
    pub listed: u64,
    /// Objects taken so far.
    pub taken: u64,
    /// Entries or objects that were not taken the last time.
    pub refused: u64,
    /// The first of those.
    pub unlisted: Vec<Unlisted>,
    /// What is listed there and did not come.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub owed: Vec<Owed>,
    /// The latest readings, the last one first.
    pub history: VecDeque<PastReading>,
}

impl Source {
    fn note(&mut self, reading: &SourceReading, at: &Moment<'_>) {
        if let Some(validators) = &reading.validators {
            self.validators.clone_from(validators);
        }
        self.taken += reading.taken;
        if reading.is_end && !reading.unchanged {
            self.listed = reading.listed;
            self.refused = reading.refused;
            self.unlisted.clone_from(&reading.unlisted);
        } else if reading.is_end {
            // Of a list that is as it was, what was owed was tried again: the rest stands as it was told.
            let owed = self.owed.len() as u64;
            self.refused = self.refused.saturating_sub(owed) + reading.refused;
            let owed = &self.owed;
            let is_owed = |said: &str| owed.iter().any(|one| one.missed.event == said);
            self.unlisted.retain(|one| !is_owed(&one.said));
            self.unlisted.extend_from_slice(&reading.unlisted);
            self.unlisted.truncate(MAX_UNLISTED);
        }
        self.note_owed(&reading.missed, &reading.settled, at);
        self.remember(reading, at);
        let step = Step::of(reading.trouble.as_ref(), reading.wait_s, reading.is_end);
        self.turns.stepped(self.definition.terms.every, step, at);
    }

    /// Readings that found it unchanged one after another are one line of the history.
    fn remember(&mut self, reading: &SourceReading, at: &Moment<'_>) {
        let before = self.history.front().map_or(0, |last| last.unchanged);
        let as_before = reading.unchanged && reading.taken == 0;
        if as_before && before > 0 {
            self.history.pop_front();
        }
        self.history.push_front(PastReading {
            at: at.recorded,
            listed: reading.listed,
            taken: reading.taken,
            gone: reading.gone,
            refused: reading.refused,
            trouble: reading.trouble.clone(),
            unchanged: if as_before { before + 1 } else { 0 },
        });
        self.history.truncate(MAX_HISTORY);
    }

    fn change(&mut self, terms: &SourceTerms, credential: Option<&Sealed>, at: &Moment<'_>) {
        let before = &self.definition.terms;
        if before.publisher != terms.publisher {
            self.named = at.recorded;
        }
        // Whatever was agreed otherwise, the whole document is read once more.
        self.validators = Validators::default();
        if before.url != terms.url || before.form.kind != terms.form.kind {
            self.owed.clear();
        }
        self.try_all_again();
        self.definition.terms.clone_from(terms);
        if let Some(credential) = credential {
            self.credential = Some(credential.clone());
        }
        self.turns.change(terms.every, at);
    }
}

impl Matter for Source {
    const KIND: &'static str = "source";
    type Change = SourceChange;

    fn name(change: &SourceChange) -> &'static str {
        match change {
            SourceChange::Joined { .. } => "joined",
            SourceChange::Changed { .. } => "changed",
            SourceChange::Asked => "asked",
            SourceChange::Read(_) => "read",
            SourceChange::Stopped { .. } => "stopped",
            SourceChange::Started => "started",
        }
    }

    fn begin(change: &SourceChange, at: &Moment<'_>) -> Result<Self, Unfit> {
        let SourceChange::Joined {
            definition,
            credential,
        } = change
        else {
            return Err(at.unfit::<Self>("a source begins with being agreed with"));
        };
        Ok(Self {
            definition: (**definition).clone(),
            credential: credential.clone(),
            turns: Turns::begin(definition.terms.every, at),
            named: at.recorded,
            validators: Validators::default(),
            listed: 0,
            taken: 0,
            refused: 0,
            unlisted: Vec::new(),
            owed: Vec::new(),
            history: VecDeque::new(),
        })
    }

    fn apply(&mut self, change: &SourceChange, at: &Moment<'_>) -> Result<(), Unfit> {
        match change {
            SourceChange::Joined { .. } => {
                return Err(at.unfit::<Self>("a source is agreed with once"));
            }
            SourceChange::Changed { terms, credential } => {
                self.change(terms, credential.as_ref(), at);
            }
            SourceChange::Asked => {
                self.try_all_again();
                self.turns.ask(at);
            }
            SourceChange::Read(reading) => self.note(reading, at),
            SourceChange::Stopped { reason } => self.turns.stop(reason),
            SourceChange::Started => {
                self.turns.start(self.definition.terms.every, at);
            }
        }
        Ok(())
    }

    fn project(&self) -> Projection {
        Projection {
            scope: Some(self.definition.into),
            text: format!(
                "{} {}",
                self.definition.code, self.definition.terms.publisher
            ),
            lookups: vec![(SOURCE_SPACE.to_owned(), self.definition.code.clone())],
            due_at: self.turns.next,
            ..Projection::officers(self.turns.state(), self.turns.joined)
        }
    }
}
