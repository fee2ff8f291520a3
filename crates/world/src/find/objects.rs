//! Threat objects that a search asks for.

use kaname_policy::Action;
use kaname_sharing::find::Vocabulary;
use kaname_store::{FindObjects, FoundObjects};

use super::{Left, Outcome, Part, Wanted, values::Sought};
use crate::{caller::Caller, error::WorldError, world::World};

impl World {
    pub(super) async fn find_objects(
        &self,
        caller: &Caller,
        wanted: &Wanted,
        part: &Part,
        vocabulary: &Vocabulary,
    ) -> Result<Outcome<FoundObjects>, WorldError> {
        if wanted.paps.is_some() {
            return Ok(Err(Left::NoPap));
        }
        let mut query = asked(wanted);
        query.readable = self.readable(caller).await?;
        if is_impossible(wanted) {
            return Ok(Ok(FoundObjects::default()));
        }
        query.before_us = part.objects_after;
        query.limit = part.limit;
        if part.sectors {
            let sectors = vocabulary.sectors();
            query.groups = sectors.map(|code| vocabulary.sector_words(code)).collect();
        }
        Ok(Ok(self.store().find_objects(&query).await?))
    }
}

/// Types of objects that people call by their names.
const NAMED: [&str; 7] = [
    "campaign",
    "malware",
    "threat-actor",
    "intrusion-set",
    "tool",
    "attack-pattern",
    "infrastructure",
];

impl World {
    /// Names that say these words, among what the caller may see, each once.
    pub async fn names_saying(
        &self,
        caller: &Caller,
        words: &str,
        limit: u32,
    ) -> Result<Vec<String>, WorldError> {
        self.allow_any(caller, Action::LibraryRead)?;
        let query = FindObjects {
            readable: self.readable(caller).await?,
            types: NAMED.map(str::to_owned).to_vec(),
            words: vec![vec![words.to_owned()]],
            limit,
            ..FindObjects::default()
        };
        let found = self.store().find_objects(&query).await?;
        let mut names: Vec<String> = Vec::new();
        for object in found.objects {
            if !names.contains(&object.title) {
                names.push(object.title);
            }
        }
        Ok(names)
    }
}

/// Whether two terms leave nothing together.
fn is_impossible(wanted: &Wanted) -> bool {
    fn empty<T>(list: &Option<Vec<T>>) -> bool {
        list.as_ref().is_some_and(Vec::is_empty)
    }
    empty(&wanted.types)
        || empty(&wanted.tlps)
        || empty(&wanted.origins)
        || empty(&wanted.collections)
        || empty(&wanted.ids)
}

fn asked(wanted: &Wanted) -> FindObjects {
    let mut query = FindObjects {
        types: wanted.types.clone().unwrap_or_default(),
        not_types: wanted.not_types.clone(),
        collections: wanted.collections.clone().unwrap_or_default(),
        origins: wanted.origins.clone().unwrap_or_default(),
        tlps: wanted.tlps.clone().unwrap_or_default(),
        since_us: wanted.since.map(jiff::Timestamp::as_microsecond),
        until_us: wanted.until.map(jiff::Timestamp::as_microsecond),
        ids: wanted.ids.clone().unwrap_or_default(),
        words: wanted.words.iter().map(|word| vec![word.clone()]).collect(),
        without: wanted.without.clone(),
        phrases: wanted.phrases.clone(),
        without_phrases: wanted.without_phrases.clone(),
        ..FindObjects::default()
    };
    query.words.extend(wanted.sectors.iter().cloned());
    for value in &wanted.values {
        match value {
            Sought::Any(postings) | Sought::Network(postings, _) => {
                query.values.push(postings.clone());
            }
            Sought::Host(host) => query.hosts.push(host.value.clone()),
        }
    }
    query
}
