//! A dry look at a source before it is agreed with: what would be taken, what would not and why, and which values are so
//! common that meeting one says little. Nothing is kept of it.

use kaname_intake::{Kind, listed::Unlisted};
use kaname_policy::Action;
use kaname_sharing::source::{SourceTerms, Validators, check_terms};
use serde::Serialize;

use super::{
    question::{Answer, answer, checked_header, parted},
    take::{list_of, objects_of},
};
use crate::{caller::Caller, doors::FetchDoor, error::WorldError, turn::Stopped, world::World};

/// Entries that are shown.
const FIRST: usize = 20;

/// What is looked at.
pub enum Tried<'t> {
    /// What stands at the address, by this door; with this header by which the hub is known there.
    Address(&'t dyn FetchDoor, Option<(&'t str, &'t str)>),
    /// A file.
    File(&'t [u8]),
}

/// What a source would bring.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Trial {
    /// Entries or objects that would be taken.
    pub listed: u64,
    /// Entries that say a value again.
    pub repeated: u64,
    /// Entries or objects that would not be taken.
    pub refused: u64,
    /// Values that a warninglist knows.
    pub known: u64,
    /// The first entries of a list.
    pub entries: Vec<TrialEntry>,
    /// The first objects of a document that holds objects.
    pub objects: Vec<TrialObject>,
    /// The first of what would not be taken.
    pub unlisted: Vec<Unlisted>,
    /// Why it cannot be read at all.
    pub trouble: Option<String>,
}

/// An entry of a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TrialEntry {
    /// Its line from 1; in JSON its place among the entries.
    pub line: usize,
    /// What it is.
    pub kind: Kind,
    /// The value.
    pub value: String,
    /// Remarks.
    pub label: String,
    /// Warninglists that know it.
    pub known_by: Vec<String>,
}

/// An object.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TrialObject {
    /// Its STIX id.
    pub id: String,
    /// What a person would call it.
    pub name: String,
}

impl World {
    /// Looks at a source without taking anything. What is wrong with it stands in the trial.
    pub async fn try_source(
        &self,
        caller: &Caller,
        terms: SourceTerms,
        tried: Tried<'_>,
    ) -> Result<Trial, WorldError> {
        self.allow_any(caller, Action::CollectionManage)?;
        let terms = check_terms(terms)?;
        match self.tried(caller, &terms, tried).await {
            Ok(trial) => Ok(trial),
            Err(Stopped::World(error)) => Err(error),
            Err(Stopped::Other(trouble)) => Ok(Trial {
                trouble: Some(trouble.what),
                ..Trial::default()
            }),
        }
    }

    async fn tried(
        &self,
        caller: &Caller,
        terms: &SourceTerms,
        tried: Tried<'_>,
    ) -> Result<Trial, Stopped> {
        let fetched;
        let document = match tried {
            Tried::File(document) => document,
            Tried::Address(door, header) => {
                let mut fetch = self.source_question(terms, None, &Validators::default())?;
                if let Some((name, value)) = header {
                    let header = checked_header(name, value)?;
                    fetch.headers.extend(parted(header.as_bytes()));
                }
                fetched = match answer(door.fetch(&fetch).await?, false)? {
                    Answer::Document(document, _) => document,
                    Answer::Same => Default::default(),
                };
                fetched.as_ref()
            }
        };
        match terms.form.kind.shape() {
            Some(shape) => {
                let depth = self.settings().limits.max_depth;
                let listed = list_of(document, shape, (terms, 0), depth)?;
                let warnings = self.warnings(caller).await?;
                let mut trial = Trial {
                    listed: listed.entries.len() as u64,
                    repeated: listed.repeated,
                    refused: listed.refused,
                    unlisted: listed.unlisted,
                    ..Trial::default()
                };
                for entry in listed.entries {
                    let lists = warnings.of(entry.value.kind, &entry.value.value);
                    let known_by: Vec<_> = lists.iter().map(|list| list.name.clone()).collect();
                    trial.known += u64::from(!known_by.is_empty());
                    if trial.entries.len() < FIRST {
                        trial.entries.push(TrialEntry {
                            line: entry.line,
                            kind: entry.value.kind,
                            value: entry.value.value,
                            label: entry.label,
                            known_by,
                        });
                    }
                }
                Ok(trial)
            }
            None => {
                let limits = self.source_limits(terms);
                let (objects, mut unlisted) = objects_of(document, terms.form.kind, &limits)?;
                let mut trial = Trial::default();
                for (place, raw) in objects.iter().enumerate() {
                    match kaname_stix::object(raw, &limits) {
                        Ok(head) => {
                            trial.listed += 1;
                            if trial.objects.len() < FIRST {
                                trial.objects.push(TrialObject {
                                    id: head.id.to_string(),
                                    name: head.name.unwrap_or_default(),
                                });
                            }
                        }
                        Err(error) => unlisted.push(Unlisted {
                            line: place + 1,
                            why: error.to_string(),
                            said: String::new(),
                        }),
                    }
                }
                trial.refused = unlisted.len() as u64;
                unlisted.truncate(FIRST);
                trial.unlisted = unlisted;
                Ok(trial)
            }
        }
    }
}
