//! Where frequent words are found, kept in memory and read on from where it ended: in how many matches of a search
//! they are found is asked with each search, and where they are found hardly changes. A place of what was withdrawn
//! stays until the program ends, and no search meets it.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use rusqlite::params;

use crate::{error::Outcome, read::Reading};

/// Most places kept, all words together, eight bytes each.
const MOST: usize = 4_000_000;
/// Most words whose places are kept.
const MOST_WORDS: usize = 256;

/// What is kept.
#[derive(Default)]
pub(crate) struct Places(Mutex<Kept>);

#[derive(Default)]
struct Kept {
    /// How often everything was forgotten.
    round: u64,
    words: HashMap<String, Found>,
}

#[derive(Default)]
struct Found {
    /// Up to where was looked, and nothing is kept when there is too much.
    until: i64,
    /// Oldest first.
    places: Option<Vec<i64>>,
}

impl Places {
    /// How often everything was forgotten. Asked before a state of the store is held, so that what was read of an
    /// older one is not kept.
    pub(crate) fn round(&self) -> u64 {
        self.kept().round
    }

    /// Forgets everything: words of objects that are there were written anew.
    pub(crate) fn forget(&self) {
        let mut kept = self.kept();
        kept.round += 1;
        kept.words.clear();
    }

    /// In how many of these places, newest first, the words are found; `None` when they are found in too many to be
    /// kept, or this is not known to be of now.
    pub(super) fn among(
        &self,
        reading: &Reading<'_>,
        expression: &str,
        matches: &[i64],
    ) -> Outcome<Option<u32>> {
        let mut kept = self.kept();
        if kept.round != reading.round {
            return Ok(None);
        }
        let others = kept.words.iter().filter(|(words, _)| *words != expression);
        let room = others.map(|(_, found)| found.len()).sum::<usize>();
        let room = MOST.saturating_sub(room);
        if !kept.words.contains_key(expression) && kept.words.len() >= MOST_WORDS {
            return Ok(None);
        }
        let found = kept.words.entry(expression.to_owned()).or_insert(Found {
            until: i64::MIN,
            places: Some(Vec::new()),
        });
        found.read_on(reading, expression, room)?;
        let places = found.places.as_deref();
        Ok(places.map(|places| shared(matches, places)))
    }

    fn kept(&self) -> std::sync::MutexGuard<'_, Kept> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Found {
    fn len(&self) -> usize {
        self.places.as_ref().map_or(0, Vec::len)
    }

    fn read_on(&mut self, reading: &Reading<'_>, expression: &str, room: usize) -> Outcome<()> {
        let Some(places) = &mut self.places else {
            return Ok(());
        };
        let connection = reading.connection;
        let newest = "SELECT coalesce(max(added_us), 0) FROM objects";
        let newest: i64 = connection
            .prepare_cached(newest)?
            .query_row([], |row| row.get(0))?;
        if newest <= self.until {
            return Ok(());
        }
        let find = "SELECT rowid FROM object_text WHERE object_text MATCH ?1 AND rowid > ?2
                    AND rowid <= ?3 ORDER BY rowid LIMIT ?4";
        let mut find = connection.prepare_cached(find)?;
        let most = i64::try_from(room.saturating_sub(places.len()) + 1).unwrap_or(i64::MAX);
        let more = find.query_map(params![expression, self.until, newest, most], |row| {
            row.get(0)
        })?;
        let had = places.len();
        for place in more {
            match place {
                Ok(place) => places.push(place),
                Err(error) => {
                    places.truncate(had);
                    return Err(error.into());
                }
            }
        }
        self.until = newest;
        if places.len() > room {
            self.places = None;
        }
        Ok(())
    }
}

/// How many of the matches, newest first, are among places, oldest first.
fn shared(matches: &[i64], places: &[i64]) -> u32 {
    let mut rest = places;
    let mut count = 0;
    for place in matches {
        // Leaps from the end, ever wider, until the place is passed.
        let mut leap = 1;
        while leap < rest.len() && rest.get(rest.len() - leap).is_some_and(|p| p > place) {
            leap *= 2;
        }
        let from = rest.len().saturating_sub(leap);
        let within = rest.get(from..).unwrap_or_default();
        let end = from + within.partition_point(|p| p <= place);
        rest = rest.get(..end).unwrap_or_default();
        count += u32::from(rest.last() == Some(place));
    }
    count
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::shared;

    proptest! {
        #[test]
        fn what_is_shared_is_counted(
            matches in prop::collection::btree_set(0i64..400, 0..120),
            places in prop::collection::btree_set(0i64..400, 0..300),
        ) {
            let newest_first: Vec<i64> = matches.iter().rev().copied().collect();
            let oldest_first: Vec<i64> = places.iter().copied().collect();
            let expected = matches.intersection(&places).count() as u32;
            prop_assert_eq!(shared(&newest_first, &oldest_first), expected);
        }
    }
}
