//! From facts to clocks. A pure function: what is known of an incident, the obligations, and a moment, give every clock
//! with its state, its deadline and what its owner is reminded of next.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};
use kaname_directory::{Catalogue, Dated, Name2, Note};
use serde::{Deserialize, Serialize};

use super::{Facts, Fulfilment, Limit, Obligation, Obligations, Stage, Start, Waiver};
use crate::{
    calendar::Calendar,
    code::{ObligationCode, StageCode},
    routing::{Recipient, Target, Tri},
};

/// Which stage of which obligation.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ClockKey {
    /// The obligation.
    pub obligation: ObligationCode,
    /// The stage.
    pub stage: StageCode,
}

/// Where a clock stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClockState {
    /// It runs, or waits for its beginning.
    Armed,
    /// What was owed was handed in, in time.
    Met,
    /// It has run out; what was handed in since came late.
    Late,
    /// A recorded waiver holds at this moment.
    Waived,
}

/// From when on it runs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Begun {
    /// What began it.
    pub by: Start,
    /// When.
    pub at: Timestamp,
}

/// One clock.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Clock {
    /// Which stage of what.
    pub key: ClockKey,
    /// What the obligation is called.
    pub obligation: Name2,
    /// What the stage is called.
    pub stage: Name2,
    /// To whom it is owed.
    pub to: Vec<Recipient>,
    /// What an authority of another country is called.
    pub authority: Option<Name2>,
    /// Whether it is owed; while that is not known it runs all the same.
    pub owed: Tri,
    /// Whether it is owed because incidents that came again count as one.
    pub recurring: bool,
    /// What began the limit that counts; `None` while none has begun.
    pub begun: Option<Begun>,
    /// By when it should be there.
    pub aim: Option<Timestamp>,
    /// Until when it has to be there; `None` while no limit has begun.
    pub due: Option<Timestamp>,
    /// Where it stands.
    pub state: ClockState,
    /// When it was handed in first, and how that is proved.
    pub fulfilled: Option<Fulfilment>,
    /// The waiver that holds.
    pub waived: Option<Waiver>,
    /// The moments of which its owner is told, in order; the last is when it is due.
    pub reminders: Vec<Timestamp>,
    /// Whether the number is the hub's own.
    pub ours: bool,
    /// Where it is written.
    pub source: String,
    /// Whether the primary text was not at hand.
    pub unconfirmed: bool,
    /// What a reader should know.
    pub note: Option<Note>,
}

/// What obligations are read with.
#[derive(Debug, Clone, Copy)]
pub struct Law<'l> {
    /// Sectors and ministries.
    pub catalogue: &'l Catalogue,
    /// Holidays.
    pub calendar: &'l Calendar,
    /// Obligations.
    pub obligations: &'l Obligations,
}

impl Law<'_> {
    /// Every clock of an incident at a moment: of each obligation that is owed or may be, every stage, in the file's
    /// order. The version of an obligation is that of the day the operator knew.
    pub fn clocks(&self, facts: &Facts, now: Timestamp) -> Vec<Clock> {
        let mut clocks = Vec::new();
        for versions in self.obligations.obligations.values() {
            let in_force = versions.iter().find(|placed| {
                let zone = placed.dated.value.way.zone;
                placed.dated.span.contains(zone.day_of(facts.known_at()))
            });
            let Some(placed) = in_force else { continue };
            let (owed, recurring) = self.owed(&placed.dated.value, facts);
            if owed == Tri::No {
                continue;
            }
            for stage in &placed.dated.value.stages {
                let reckoning = Reckoning {
                    law: self,
                    dated: &placed.dated,
                    stage,
                    facts,
                };
                clocks.push(reckoning.clock(owed, recurring, now));
            }
        }
        clocks
    }

    /// Whether an obligation is owed, and whether only because incidents that came again count as one.
    fn owed(&self, obligation: &Obligation, facts: &Facts) -> (Tri, bool) {
        let day = obligation.way.zone.day_of(facts.known_at());
        let sector = facts.sector.as_ref();
        let in_force = sector.is_some_and(|code| self.catalogue.sector_on(code, day).is_some());
        let debtor = obligation.is_owed_by(facts, in_force);
        let Some(need) = &obligation.need else {
            return (debtor, false);
        };
        let alone = need.holds(&facts.measures);
        let zone = obligation.way.zone;
        let joined = obligation.recurring.and_then(|recurring| {
            recurring.together(&facts.measures, &facts.earlier, facts.known_at(), zone)
        });
        let together = joined.map_or(Tri::No, |joined| need.holds(&joined));
        let (needed, recurring) = match (alone, together) {
            (Tri::Yes, _) => (Tri::Yes, false),
            (_, Tri::Yes) => (Tri::Yes, true),
            (Tri::No, Tri::No) => (Tri::No, false),
            _ => (Tri::Unknown, false),
        };
        let both = match (debtor, needed) {
            (Tri::No, _) | (_, Tri::No) => Tri::No,
            (Tri::Yes, Tri::Yes) => Tri::Yes,
            _ => Tri::Unknown,
        };
        (both, recurring)
    }
}

/// One stage on its way to a clock.
struct Reckoning<'r> {
    law: &'r Law<'r>,
    dated: &'r Dated<Obligation>,
    stage: &'r Stage,
    facts: &'r Facts,
}

impl Reckoning<'_> {
    fn clock(&self, owed: Tri, recurring: bool, now: Timestamp) -> Clock {
        let obligation = &self.dated.value;
        let key = ClockKey {
            obligation: obligation.code.clone(),
            stage: self.stage.code.clone(),
        };
        let first = self
            .stage
            .limits
            .iter()
            .filter_map(|limit| self.limit(limit));
        let first = first.min_by_key(|(_, ends)| *ends);
        let waivers: Vec<&Waiver> = self.waivers(&key).collect();
        let begun = first.as_ref().map(|(begun, _)| begun.clone());
        let due = first.map(|(begun, ends)| shifted(begun.at, ends, &waivers));
        let aim = match (self.stage.aim, &begun) {
            (Some(aim), Some(begun)) => {
                let aimed = aim.ends(begun.at, obligation.way, self.law.calendar);
                let aimed = shifted(begun.at, aimed, &waivers);
                Some(due.map_or(aimed, |due| aimed.min(due)))
            }
            _ => None,
        };
        let fulfilled = self.first_fulfilment(&key.stage).cloned();
        let waived = waivers.iter().find(|waiver| waiver.holds_at(now));
        let waived = waived.map(|waiver| (*waiver).clone());
        let in_time = |at: Timestamp| due.is_none_or(|due| at <= due);
        let state = match (&fulfilled, &waived) {
            (Some(handed_in), _) if in_time(handed_in.at) => ClockState::Met,
            (Some(_), _) => ClockState::Late,
            (None, Some(_)) => ClockState::Waived,
            (None, None) if in_time(now) => ClockState::Armed,
            (None, None) => ClockState::Late,
        };
        Clock {
            reminders: self.reminders(begun.as_ref(), aim, due),
            key,
            obligation: obligation.name.clone(),
            stage: self.stage.name.clone(),
            to: self.recipients(),
            authority: obligation.authority.clone(),
            owed,
            recurring,
            begun,
            aim,
            due,
            state,
            fulfilled,
            waived,
            ours: self.stage.ours,
            source: self.dated.source.clone(),
            unconfirmed: self.dated.unconfirmed,
            note: self.dated.note.clone(),
        }
    }

    /// When a limit began and when it ends, if it has begun, holds and has not given way.
    fn limit(&self, limit: &Limit) -> Option<(Begun, Timestamp)> {
        if let Some(need) = &limit.need
            && need.holds(&self.facts.measures) == Tri::No
        {
            return None;
        }
        let at = self.started(&limit.from)?;
        let way = self.dated.value.way;
        let ends = limit.term.ends(at, way, self.law.calendar);
        let over = limit.gives_way_to.as_ref().and_then(|to| self.started(to));
        if over.is_some_and(|over| over > ends) {
            return None;
        }
        let by = limit.from.clone();
        Some((Begun { by, at }, ends))
    }

    fn started(&self, start: &Start) -> Option<Timestamp> {
        match start {
            Start::Aware => Some(self.facts.known_at()),
            Start::Classified => self.facts.classified,
            Start::Submitted(stage) => self.fulfilments(stage).map(|one| one.at).min(),
            Start::LastSubmitted(stage) => self.fulfilments(stage).map(|one| one.at).max(),
        }
    }

    fn fulfilments(&self, stage: &StageCode) -> impl Iterator<Item = &Fulfilment> {
        let all = self.facts.fulfilments.iter();
        all.filter(move |one| {
            one.clock.obligation == self.dated.value.code && one.clock.stage == *stage
        })
    }

    fn first_fulfilment(&self, stage: &StageCode) -> Option<&Fulfilment> {
        self.fulfilments(stage).min_by_key(|one| one.at)
    }

    fn waivers<'w>(&'w self, key: &'w ClockKey) -> impl Iterator<Item = &'w Waiver> {
        let all = self.facts.waivers.iter();
        all.filter(|waiver| waiver.clock == *key)
    }

    /// When its owner is told: some time before, when it should be there, and when it is due.
    fn reminders(
        &self,
        begun: Option<&Begun>,
        aim: Option<Timestamp>,
        due: Option<Timestamp>,
    ) -> Vec<Timestamp> {
        let (Some(begun), Some(due)) = (begun, due) else {
            return Vec::new();
        };
        let before = self.stage.remind_min.iter().filter_map(|minutes| {
            let before = SignedDuration::from_mins(i64::from(*minutes));
            due.checked_sub(before).ok()
        });
        let before = before.chain(aim).filter(|moment| *moment > begun.at);
        let moments: BTreeSet<Timestamp> = before.chain([due]).collect();
        moments.into_iter().collect()
    }

    /// Whom it is owed to; the centre's duty desk where the sector, and so its ministry, is not known.
    fn recipients(&self) -> Vec<Recipient> {
        let obligation = &self.dated.value;
        let day = obligation.way.zone.day_of(self.facts.known_at());
        let sector = self.facts.sector.as_ref();
        let sector = sector.and_then(|code| self.law.catalogue.sector_on(code, day));
        let mut to = Vec::new();
        for target in &obligation.to {
            match (target, sector) {
                (Target::One(recipient), _) => to.push(recipient.clone()),
                (Target::Ministry, Some(sector)) => {
                    to.extend(sector.value.ministries.iter().cloned().map(Recipient::Body));
                }
                (Target::SharedMinistry, Some(sector)) => {
                    to.extend(
                        sector
                            .value
                            .shared_with
                            .iter()
                            .cloned()
                            .map(Recipient::Body),
                    );
                }
                (Target::Ministry | Target::SharedMinistry, None) => {
                    to.push(Recipient::CentreDesk);
                }
            }
        }
        let mut seen = BTreeSet::new();
        to.retain(|recipient| seen.insert(recipient.clone()));
        to
    }
}

impl Waiver {
    /// Whether it holds at a moment.
    pub fn holds_at(&self, now: Timestamp) -> bool {
        self.from <= now && self.until.is_none_or(|until| now < until)
    }
}

/// A deadline, later by the time for which waivers that are over held before it. What overlaps counts once.
fn shifted(begun: Timestamp, ends: Timestamp, waivers: &[&Waiver]) -> Timestamp {
    let mut over: Vec<(Timestamp, Timestamp)> = waivers
        .iter()
        .filter_map(|waiver| Some((waiver.from.max(begun), waiver.until?)))
        .filter(|(from, until)| from < until)
        .collect();
    over.sort();
    let (mut ends, mut reached) = (ends, begun);
    for (from, until) in over {
        let from = from.max(reached);
        if from > ends || until <= from {
            continue;
        }
        ends = ends
            .checked_add(until.duration_since(from))
            .unwrap_or(Timestamp::MAX);
        reached = until;
    }
    ends
}

impl Clock {
    /// Whether its owner is still to be told of anything.
    const fn speaks(&self) -> bool {
        self.fulfilled.is_none() && self.waived.is_none()
    }

    /// The moment of which its owner has to be told now, when the last told of was `told`. Of several that were missed
    /// the last stands for all: what was missed is told once. Whoever tells it keeps the moment as the new `told`.
    pub fn reminder(&self, told: Option<Timestamp>, now: Timestamp) -> Option<Timestamp> {
        let moments = self.reminders.iter().rev();
        let mut passed =
            moments.filter(|moment| **moment <= now && told.is_none_or(|told| **moment > told));
        passed.next().copied().filter(|_| self.speaks())
    }

    /// The moment at which its owner has to be told next, when the last told of was `told`; it may be past.
    pub fn next_reminder(&self, told: Option<Timestamp>) -> Option<Timestamp> {
        let mut moments = self.reminders.iter();
        let next = moments.find(|moment| told.is_none_or(|told| **moment > told));
        next.copied().filter(|_| self.speaks())
    }
}
