//! A walk through the events that are asked for, with their parts, a bounded number at a time.

use std::{collections::VecDeque, ops::Range, sync::Arc};

use kaname_misp::ask::{Ask, Verdict};
use kaname_world::{
    Caller, World, WorldError,
    misp::{Found, Part, Reading, Said, Telling},
    sharing::Warnings,
};
use serde_json::{Map, Value};
use tokio::task::JoinHandle;

use super::{error::MispError, listed};

/// Objects read at a time.
const AT_ONCE: usize = 2_000;

/// When the parts of an event are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Parts {
    /// Always.
    Always,
    /// When whether it is asked for hangs on them.
    ToDecide,
}

/// Some of an event's parts, or all.
pub(super) struct Piece {
    /// Shared: of a large event each piece has it, with the ids of all its parts.
    pub(super) found: Arc<Found>,
    pub(super) event: Map<String, Value>,
    pub(super) verdict: Verdict,
    pub(super) said: Vec<Said>,
    /// Whether these are its first.
    pub(super) begins: bool,
    /// Whether no more follow.
    pub(super) ends: bool,
}

/// An event in the walk.
#[derive(Clone)]
struct Next {
    found: Arc<Found>,
    event: Map<String, Value>,
    verdict: Verdict,
}

/// Parts that are read while those before them are told; nobody reads on when they are not wanted any more.
struct Ahead(JoinHandle<Result<Vec<Vec<Part>>, WorldError>>);

impl Drop for Ahead {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// A walk.
pub(super) struct Walk {
    world: Arc<World>,
    caller: Caller,
    reading: Option<Reading>,
    telling: Telling,
    queue: VecDeque<Next>,
    /// An event too large to be read at once, how far it was read, and what is being read of it meanwhile.
    large: Option<(Next, usize, Option<Ahead>)>,
    parts: Parts,
    /// Lists of widely used values that are left out.
    listed: Option<Arc<Warnings>>,
}

impl Walk {
    /// Through all that the caller may see.
    pub(super) async fn open(
        world: Arc<World>,
        caller: &Caller,
        parts: Parts,
    ) -> Result<Self, WorldError> {
        let reading = Reading::open(Arc::clone(&world), caller).await?;
        let mut walk = Self::of(world, caller, Vec::new(), parts).await?;
        walk.reading = Some(reading);
        Ok(walk)
    }

    /// Through these events alone, whatever is asked.
    pub(super) async fn of(
        world: Arc<World>,
        caller: &Caller,
        events: Vec<Found>,
        parts: Parts,
    ) -> Result<Self, WorldError> {
        let mut telling = world.misp_telling(caller).await?;
        world.misp_learn(caller, &mut telling, &events).await?;
        let queue = events.into_iter().map(|found| Next {
            event: telling.event(&found),
            verdict: Verdict::Yes,
            found: Arc::new(found),
        });
        Ok(Self {
            queue: queue.collect(),
            reading: None,
            large: None,
            telling,
            world,
            caller: caller.clone(),
            parts,
            listed: None,
        })
    }

    /// Through all that the caller may see, of several under one UUID the one that is meant by it.
    pub(super) async fn of_feed(
        world: Arc<World>,
        caller: &Caller,
        parts: Parts,
    ) -> Result<Self, WorldError> {
        let mut walk = Self::open(world, caller, parts).await?;
        if let Some(reading) = &mut walk.reading {
            reading.meant_alone();
        }
        Ok(walk)
    }

    /// Groups are named by their number alone.
    pub(super) fn groups_by_number(&mut self, by_number: bool) {
        self.telling.groups_by_number = by_number;
    }

    /// Leaves out what warninglists know, as if it stood in no event.
    ///
    /// # Errors
    /// When the caller may not read the lists: then nothing is told of what they know.
    pub(super) async fn leave_out_listed(&mut self) -> Result<(), MispError> {
        if !self.world.reads_warninglists(&self.caller) {
            let why = "only members of this hub may read its warninglists";
            return Err(MispError::bad("enforceWarninglist", why));
        }
        self.listed = Some(self.world.warnings(&self.caller).await?);
        Ok(())
    }

    /// Parts as they are told.
    fn told(&mut self, next: &Next, parts: Vec<Part>) -> Vec<Said> {
        let said = self.telling.parts(&next.found, &next.event, parts);
        match &self.listed {
            Some(lists) => listed::left(said, lists),
            None => said,
        }
    }

    /// The next pieces; `None` at the end. There may be none among the events that were looked through.
    pub(super) async fn next(&mut self, ask: &Ask) -> Result<Option<Vec<Piece>>, WorldError> {
        if let Some((next, from, ahead)) = self.large.take() {
            return Ok(Some(vec![self.some_of(next, from, ahead).await?]));
        }
        if self.queue.is_empty() && !self.fill(ask).await? {
            return Ok(None);
        }
        let mut batch = Vec::new();
        let mut count = 0;
        while let Some(next) = self.queue.front() {
            let size = next.found.frame.refs.len();
            if self.reads(next) && size > AT_ONCE {
                if !batch.is_empty() {
                    break;
                }
                let Some(next) = self.queue.pop_front() else {
                    break;
                };
                return Ok(Some(vec![self.some_of(next, 0, None).await?]));
            }
            if count > 0 && count + size > AT_ONCE {
                break;
            }
            count += size;
            batch.extend(self.queue.pop_front());
        }
        Ok(Some(self.whole(batch).await?))
    }

    /// Reads a large event once more, from its beginning.
    pub(super) fn again(&mut self, piece: &Piece) {
        let next = Next {
            found: Arc::clone(&piece.found),
            event: piece.event.clone(),
            verdict: piece.verdict,
        };
        self.large = Some((next, 0, None));
    }

    /// Takes the rest of a large event out of the walk.
    pub(super) fn skip(&mut self) {
        self.large = None;
    }

    /// Whether the parts of an event are read.
    fn reads(&self, next: &Next) -> bool {
        self.parts == Parts::Always || next.verdict == Verdict::IfAttribute
    }

    /// Reads the next events that may be asked for.
    async fn fill(&mut self, ask: &Ask) -> Result<bool, WorldError> {
        let Some(reading) = &mut self.reading else {
            return Ok(false);
        };
        let Some(found) = reading.page().await? else {
            return Ok(false);
        };
        let (world, telling) = (&self.world, &mut self.telling);
        world.misp_learn(&self.caller, telling, &found).await?;
        for found in found {
            let event = telling.event(&found);
            let names = telling.names_of(&found, &event);
            let names: Vec<&str> = names.iter().map(String::as_str).collect();
            let verdict = ask.of_event(&event, &names);
            if verdict != Verdict::No {
                self.queue.push_back(Next {
                    found: Arc::new(found),
                    event,
                    verdict,
                });
            }
        }
        Ok(true)
    }

    /// Events with all their parts, read together.
    async fn whole(&mut self, batch: Vec<Next>) -> Result<Vec<Piece>, WorldError> {
        let asked: Vec<(&Found, Range<usize>)> = batch
            .iter()
            .map(|next| {
                let count = match self.reads(next) {
                    true => next.found.frame.refs.len(),
                    false => 0,
                };
                (next.found.as_ref(), 0..count)
            })
            .collect();
        let parts = self.world.misp_parts(&self.caller, &asked).await?;
        let pieces = batch.into_iter().zip(parts).map(|(next, parts)| Piece {
            said: self.told(&next, parts),
            found: next.found,
            event: next.event,
            verdict: next.verdict,
            begins: true,
            ends: true,
        });
        Ok(pieces.collect())
    }

    /// The next parts of a large event.
    async fn some_of(
        &mut self,
        next: Next,
        from: usize,
        ahead: Option<Ahead>,
    ) -> Result<Piece, WorldError> {
        let all = next.found.frame.refs.len();
        let to = all.min(from + AT_ONCE);
        let mut ahead = ahead.unwrap_or_else(|| self.read(&next, from..to));
        let parts = (&mut ahead.0).await.map_err(WorldError::encoding)??;
        let after = (to < all).then(|| self.read(&next, to..all.min(to + AT_ONCE)));
        let parts = parts.into_iter().flatten().collect();
        let piece = Piece {
            said: self.told(&next, parts),
            found: Arc::clone(&next.found),
            event: next.event.clone(),
            verdict: next.verdict,
            begins: from == 0,
            ends: to == all,
        };
        if to < all {
            self.large = Some((next, to, after));
        }
        Ok(piece)
    }

    /// Reads parts of an event beside what is done meanwhile.
    fn read(&self, next: &Next, range: Range<usize>) -> Ahead {
        let (world, caller) = (Arc::clone(&self.world), self.caller.clone());
        let found = Arc::clone(&next.found);
        Ahead(tokio::spawn(async move {
            let asked = [(found.as_ref(), range)];
            world.misp_parts(&caller, &asked).await
        }))
    }
}
