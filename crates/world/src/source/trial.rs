//! A dry look at a source before it is agreed with: what would be taken, what would not and why, and which values are so
//! common that meeting one says little. Nothing is kept of it.

use hyper::body::Bytes;
use kaname_intake::{
    Kind,
    foreign::provider::Provider,
    listed::{Listed, Unlisted},
};
use kaname_policy::Action;
use kaname_sharing::{
    source::{SourceTerms, Validators, check_terms},
    turn::trouble::{Trouble, in_words},
};
use serde::Serialize;

use super::{
    csaf::{Asker, provider_in},
    misp::listing,
    question::{Answer, answer, checked_header, parted},
    take::{list_of, objects_of},
};
use crate::{
    caller::Caller,
    doors::FetchDoor,
    error::WorldError,
    turn::{Stopped, told},
    world::World,
};

/// Entries that are shown.
const FIRST: usize = 10;

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
    #[serde(serialize_with = "in_words")]
    pub trouble: Option<Trouble>,
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
            Err(Stopped::Other(wrong)) => Ok(Trial {
                trouble: Some(wrong.what),
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
        let kind = terms.form.kind;
        let fetched;
        let document = match tried {
            Tried::File(document) => document,
            Tried::Address(door, header) => {
                fetched = self.fetched_to_look(terms, door, header).await?;
                if kind.lists_events() {
                    return trial_of_events(&fetched, terms);
                }
                if let Some(provider) = provider_in(&fetched, terms)? {
                    let header = header.map(|(name, value)| checked_header(name, value));
                    let header = header.transpose()?.unwrap_or_default();
                    let asker = Asker {
                        world: self,
                        door,
                        terms,
                        header: parted(header.as_bytes()).into_iter().collect(),
                    };
                    return trial_of_provider(asker, &provider).await;
                }
                fetched.as_ref()
            }
        };
        match kind.shape() {
            Some(shape) => {
                let depth = self.settings().limits.max_depth;
                let listed = list_of(document, shape, (terms, 0), depth)?;
                Ok(self.trial_of_list(caller, listed).await?)
            }
            None => {
                let limits = self.source_limits(terms);
                let read = objects_of(document, terms, &limits)?;
                Ok(trial_of_objects(read, &limits))
            }
        }
    }

    async fn fetched_to_look(
        &self,
        terms: &SourceTerms,
        door: &dyn FetchDoor,
        header: Option<(&str, &str)>,
    ) -> Result<Bytes, Stopped> {
        let mut fetch = self.first_question(terms, None, &Validators::default())?;
        if let Some((name, value)) = header {
            let header = checked_header(name, value)?;
            fetch.headers.extend(parted(header.as_bytes()));
        }
        match answer(door.fetch(&fetch).await?, false)? {
            Answer::Document(document, _) => Ok(document),
            Answer::Same => Ok(Bytes::new()),
        }
    }

    async fn trial_of_list(&self, caller: &Caller, listed: Listed) -> Result<Trial, WorldError> {
        let warnings = self.warnings(caller).await?;
        let mut trial = Trial {
            listed: listed.entries.len() as u64,
            repeated: listed.repeated,
            refused: listed.refused,
            unlisted: listed.unlisted,
            ..Trial::default()
        };
        for entry in listed.entries {
            let lists = warnings.of(entry.kind, &entry.value);
            let known_by: Vec<_> = lists.iter().map(|list| list.name.clone()).collect();
            trial.known += u64::from(!known_by.is_empty());
            if trial.entries.len() < FIRST {
                trial.entries.push(TrialEntry {
                    line: entry.line,
                    kind: entry.kind,
                    value: entry.value.into(),
                    label: entry.label.into(),
                    known_by,
                });
            }
        }
        trial.unlisted.truncate(FIRST);
        Ok(trial)
    }
}

fn trial_of_objects(
    (objects, mut unlisted): (Vec<String>, Vec<Unlisted>),
    limits: &kaname_stix::Limits,
) -> Trial {
    let mut trial = Trial::default();
    for (place, raw) in objects.iter().enumerate() {
        match kaname_stix::object(raw, limits) {
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
    trial
}

/// The documents that a provider lists; none of them is fetched.
async fn trial_of_provider(asker: Asker<'_>, provider: &Provider) -> Result<Trial, Stopped> {
    let (listed, refused, mut unlisted) = asker.listed(provider).await?;
    unlisted.truncate(FIRST);
    let mut newest: Vec<_> = listed.iter().collect();
    newest.sort_by_key(|(_, document)| std::cmp::Reverse(document.changed));
    let newest = newest.into_iter().take(FIRST);
    Ok(Trial {
        listed: listed.len() as u64,
        refused,
        unlisted,
        objects: newest
            .map(|(url, document)| TrialObject {
                id: told(url.as_str()),
                name: document
                    .changed
                    .map_or_else(String::new, |at| at.to_string()),
            })
            .collect(),
        ..Trial::default()
    })
}

/// The events that are listed; none of them is fetched.
fn trial_of_events(document: &[u8], terms: &SourceTerms) -> Result<Trial, Stopped> {
    let (listed, mut unlisted) = listing(document, terms)?;
    let refused = unlisted.len() as u64;
    unlisted.truncate(FIRST);
    let newest = listed.iter().rev().take(FIRST);
    Ok(Trial {
        listed: listed.len() as u64,
        refused,
        unlisted,
        objects: newest
            .map(|one| TrialObject {
                id: one.event.to_string(),
                name: one.info.clone(),
            })
            .collect(),
        ..Trial::default()
    })
}
