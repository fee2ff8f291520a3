//! Where words are found, newest first, read out of the full-text index in stretches. Asking about a place far
//! down leaps there: the index finds its way to a place without going over what lies between.

use rusqlite::params;

use crate::{error::Outcome, read::Reading};

/// Fewest and most places of one stretch: to find a place takes about as long as to read some hundred.
const STRETCH: (usize, usize) = (64, 8_192);
/// How many places are read in about the time that it takes to find a place.
const LEAP: usize = 512;

pub(super) struct Hits<'r> {
    reading: &'r Reading<'r>,
    expression: String,
    /// Places of the stretch, newest first.
    stretch: Vec<i64>,
    at: usize,
    size: usize,
    /// Whether nothing is found behind the stretch.
    is_last: bool,
}

impl<'r> Hits<'r> {
    pub(super) fn new(reading: &'r Reading<'r>, expression: String) -> Self {
        Self {
            reading,
            expression,
            stretch: Vec::new(),
            at: 0,
            size: STRETCH.0,
            is_last: false,
        }
    }

    /// Whether the words are found in a place. Asked about from the newest to the oldest.
    pub(super) fn has(&mut self, place: i64) -> Outcome<bool> {
        loop {
            while self.stretch.get(self.at).is_some_and(|hit| *hit > place) {
                self.at += 1;
            }
            if let Some(hit) = self.stretch.get(self.at) {
                return Ok(*hit == place);
            }
            if self.is_last {
                return Ok(false);
            }
            self.size = match self.is_near(place) {
                true => (self.size * 4).min(STRETCH.1),
                false => STRETCH.0,
            };
            self.read_from(place)?;
        }
    }

    /// The newest place before one.
    pub(super) fn next_before(&mut self, place: i64) -> Outcome<Option<i64>> {
        loop {
            while self.stretch.get(self.at).is_some_and(|hit| *hit >= place) {
                self.at += 1;
            }
            if let Some(hit) = self.stretch.get(self.at) {
                return Ok(Some(*hit));
            }
            let Some(from) = place.checked_sub(1).filter(|_| !self.is_last) else {
                return Ok(None);
            };
            self.size = (self.size * 4).min(STRETCH.1);
            self.read_from(from)?;
        }
    }

    /// Whether a place is so near behind the stretch that reading on to it is sooner done than finding the way to it
    /// anew: no farther than the stretch is long, or than as many hits of its density would be.
    fn is_near(&self, place: i64) -> bool {
        let times = (LEAP / self.size.max(1)).max(1);
        match (self.stretch.first(), self.stretch.last()) {
            (Some(first), Some(last)) => {
                let length = (first - last).saturating_mul(i64::try_from(times).unwrap_or(1));
                last - place < length
            }
            _ => false,
        }
    }

    fn read_from(&mut self, place: i64) -> Outcome<()> {
        let find = "SELECT rowid FROM object_text WHERE object_text MATCH ?1 AND rowid <= ?2
                    ORDER BY rowid DESC LIMIT ?3";
        let mut find = self.reading.connection.prepare_cached(find)?;
        let most = i64::try_from(self.size).unwrap_or(i64::MAX);
        let hits = find.query_map(params![self.expression, place, most], |row| row.get(0))?;
        self.stretch = hits.collect::<Result<_, _>>()?;
        self.is_last = self.stretch.len() < self.size;
        self.at = 0;
        Ok(())
    }
}
