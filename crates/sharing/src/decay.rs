//! How long it is worth acting on an indicator that nobody has seen again: a score that is computed when it is
//! read, from when its value was seen last, by the dated models of `data/decay.toml`. Everything that decides is
//! reckoned in whole hours and whole numbers, so that two machines never differ and no page changes by the second.

mod model;

use jiff::Timestamp;
use kaname_stix::ValueKind;
use serde_json::{Value, json};

pub use self::model::{Model, Models, ModelsError, Names};
use crate::{
    feedback::{Given, SightingKind},
    item::Item,
    rendition::is_feed_value,
};

/// When something was seen last, and by what that is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    /// When.
    pub at: Timestamp,
    /// By what.
    pub by: Witness,
}

/// By what it is known that something was still there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Witness {
    /// The hub released it.
    Released,
    /// An officer confirmed that it still holds.
    Confirmed,
    /// The reader's own organisation saw it.
    Own,
    /// An organisation saw it that agreed to be named.
    Answer,
    /// A sighting of STIX, by its id.
    Sighting(String),
    /// What its originator says of it.
    Stated,
}

impl Witness {
    /// The word for programs.
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Released => "released",
            Self::Confirmed => "confirmed",
            Self::Own => "own",
            Self::Answer => "answer",
            Self::Sighting(_) => "sighting",
            Self::Stated => "stated",
        }
    }
}

impl Seen {
    /// What every reader of an item may take it to have been there by: its release, or that an officer confirmed
    /// it since. `None` for what was never out.
    pub fn of_item(item: &Item) -> Option<Self> {
        let released = item.release.map(|release| Self {
            at: release.at,
            by: Witness::Released,
        })?;
        let confirmed = item.confirmed.as_ref().map(|confirmed| Self {
            at: confirmed.at,
            by: Witness::Confirmed,
        });
        Some(released.or_later(confirmed))
    }

    /// What an answer says was seen, that was given at `given_at`: never later than that, whatever it says.
    pub fn of_answer(given: &Given, given_at: Timestamp, by: Witness) -> Option<Self> {
        let sighting = given.sighting.as_ref()?;
        if sighting.kind != SightingKind::Seen {
            return None;
        }
        let at = sighting.last.or(sighting.first).unwrap_or(given_at);
        Some(Self {
            at: at.min(given_at),
            by,
        })
    }

    /// The later of the two.
    #[must_use]
    pub fn or_later(self, other: Option<Self>) -> Self {
        match other {
            Some(other) if other.at > self.at => other,
            _ => self,
        }
    }
}

/// How a value of one kind stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KindAge {
    /// By which model.
    pub model: &'static Model,
    /// How many values of the item age by it.
    pub values: usize,
    /// The score now, rounded down, between nothing and the model's base.
    pub score: u32,
    /// From when on the score is below the model's threshold.
    pub fades_at: Timestamp,
    /// Whether it is so now.
    pub is_aged: bool,
}

impl KindAge {
    fn of(model: &'static Model, seen_at: Timestamp, now: Timestamp) -> Self {
        let fades_at = model.fades_at(seen_at);
        Self {
            model,
            values: 1,
            score: model.score_at(seen_at, now),
            fades_at,
            is_aged: fades_at <= now,
        }
    }
}

/// How much of an item has aged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Aged {
    /// Nothing.
    No,
    /// Some of its values.
    Partly,
    /// All of its values.
    Wholly,
}

impl Aged {
    /// The word for programs.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::No => "no",
            Self::Partly => "partly",
            Self::Wholly => "wholly",
        }
    }
}

/// How fresh the values of an item are to one reader.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Freshness {
    /// When it was seen last, as far as the reader may know.
    pub seen: Seen,
    /// Its kinds of values that age, what fades first before.
    pub kinds: Vec<KindAge>,
    /// How many of its values do not age.
    pub steady: usize,
}

impl Freshness {
    /// Of the values of an item that was seen last so.
    pub fn of(item: &Item, seen: Seen, now: Timestamp) -> Self {
        let values = item.content.values();
        Self::of_kinds(values.iter().map(|value| value.kind), seen, now)
    }

    /// Of values of these kinds.
    pub fn of_kinds(
        kinds: impl IntoIterator<Item = ValueKind>,
        seen: Seen,
        now: Timestamp,
    ) -> Self {
        let mut fresh = Self {
            seen,
            kinds: Vec::new(),
            steady: 0,
        };
        for kind in kinds.into_iter().filter(|kind| is_feed_value(*kind)) {
            fresh.count(kind, now);
        }
        fresh.kinds.sort_by_key(|one| one.fades_at);
        fresh
    }

    fn count(&mut self, kind: ValueKind, now: Timestamp) {
        let Some(model) = Models::builtin().of(kind, self.seen.at) else {
            self.steady += 1;
            return;
        };
        match self.kinds.iter_mut().find(|one| one.model == model) {
            Some(known) => known.values += 1,
            None => self.kinds.push(KindAge::of(model, self.seen.at, now)),
        }
    }

    /// How a kind of value stands; `None` where it does not age.
    pub fn kind(&self, kind: ValueKind) -> Option<&KindAge> {
        self.kinds
            .iter()
            .find(|one| one.model.kinds.contains(&kind))
    }

    /// The lowest score of its values; `None` where none of them ages.
    pub fn score(&self) -> Option<u32> {
        self.kinds.iter().map(|one| one.score).min()
    }

    /// How much of it has aged.
    pub fn aged(&self) -> Aged {
        let aged = self.kinds.iter().filter(|one| one.is_aged).count();
        match (aged, self.steady) {
            (0, _) => Aged::No,
            (aged, 0) if aged == self.kinds.len() => Aged::Wholly,
            _ => Aged::Partly,
        }
    }

    /// The same for programs.
    pub fn told(&self) -> Value {
        let kinds = self.kinds.iter().map(|one| {
            let model = one.model;
            json!({
                "model": model.code,
                "values": one.values,
                "score": one.score,
                "base": model.base,
                "threshold": model.threshold,
                "lifetime_days": model.lifetime_days,
                "speed": model.speed,
                "fades_at": one.fades_at.to_string(),
                "aged": one.is_aged,
            })
        });
        json!({
            "score": self.score(),
            "aged": self.aged().as_str(),
            "seen": self.seen.at.to_string(),
            "seen_by": self.seen.by.as_str(),
            "fades_at": self.next_fades_at().map(|at| at.to_string()),
            "kinds": kinds.collect::<Vec<_>>(),
            "not_ageing": self.steady,
        })
    }

    /// When the next of its values that have not aged will; `None` where none will.
    pub fn next_fades_at(&self) -> Option<Timestamp> {
        let left = self.kinds.iter().filter(|one| !one.is_aged);
        left.map(|one| one.fades_at).min()
    }
}

/// From when on a value of a kind that was seen last at `seen_at` has aged; `None` for kinds that do not.
pub fn fades_at(kind: ValueKind, seen_at: Timestamp) -> Option<Timestamp> {
    let model = Models::builtin().of(kind, seen_at)?;
    Some(model.fades_at(seen_at))
}

/// From when on the first value of an item that was seen last at `seen_at` has aged; `None` where none does.
pub fn first_fades_at(item: &Item, seen_at: Timestamp) -> Option<Timestamp> {
    let values = item.content.values();
    let kinds = values
        .iter()
        .map(|value| value.kind)
        .filter(|kind| is_feed_value(*kind));
    kinds.filter_map(|kind| fades_at(kind, seen_at)).min()
}
