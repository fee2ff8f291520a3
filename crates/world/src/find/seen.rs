//! Whether others have told of a value too, whatever its asker may see: answered only as "several organisations
//! have" or "fewer, or none", so that no answer stands for one organisation or one report. Decision 0023.

use std::{collections::BTreeSet, time::Duration};

use jiff::{RoundMode, SignedDuration, Timestamp, TimestampRound, Unit};
use kaname_kernel::{Id, Matter, MatterId, PartyId, Posting};
use kaname_policy::Action;
use kaname_sharing::{Item, Report, Value, feedback::SightingKind, report::Closing};
use kaname_store::FindObjects;

use crate::{caller::Caller, error::WorldError, world::World};

/// Organisations that must have told of a value before it is said that others have. The asker's own is not
/// counted.
pub const SEEN_BY_AT_LEAST: usize = 3;
/// What was told in so many days counts.
pub const SEEN_WITHIN_DAYS: i64 = 180;
/// Most values that are asked about at once.
pub const MOST_ASKED: usize = 50;
/// Most values that one organisation asks about in an hour.
const MOST_AN_HOUR: u64 = 1_000;
/// Space of the counts of what was asked.
const ASKED: &str = "seen-asked";
/// So many are opened at least, whatever there is.
const OPENED: usize = 32;
/// Items of one value whose answers are looked at.
const ITEMS: usize = 64;
/// Claims that are read at a time, and how often at most.
const CLAIMS: u32 = 1_000;
const MOST_PAGES: usize = 100;
/// An answer comes after this time, and this much more for each value, so that its time does not tell what was
/// looked at.
const HELD: Duration = Duration::from_millis(200);
const HELD_A_VALUE: Duration = Duration::from_millis(50);

impl World {
    /// For each value whether at least [`SEEN_BY_AT_LEAST`] organisations other than the caller's told of it
    /// in the last [`SEEN_WITHIN_DAYS`] days, up to the beginning of this hour: by a report, by a claim in a
    /// collection of peers, or by answering an item that they saw it.
    pub async fn seen_elsewhere(
        &self,
        caller: &Caller,
        values: &[Value],
    ) -> Result<Vec<bool>, WorldError> {
        self.allow_any(caller, Action::LibraryRead)?;
        let more = u32::try_from(values.len().min(MOST_ASKED)).unwrap_or_default();
        let until = tokio::time::Instant::now() + HELD + HELD_A_VALUE * more;
        let own = caller.party_id()?;
        if values.len() > MOST_ASKED {
            let message = format!("at most {MOST_ASKED} values at once");
            return Err(WorldError::invalid("values", "error-seen-many", message));
        }
        for _ in values {
            self.count_hourly(ASKED, own, MOST_AN_HOUR).await?;
        }
        let span = self.counted_span()?;
        let mut answers = Vec::with_capacity(values.len());
        for value in values {
            let told = self.tellers(&value.posting(), span).await?;
            let others = told.iter().filter(|party| **party != own).count();
            answers.push(others >= SEEN_BY_AT_LEAST);
        }
        tokio::time::sleep_until(until).await;
        Ok(answers)
    }

    /// From when on, and before when, what was told counts.
    fn counted_span(&self) -> Result<(Timestamp, Timestamp), WorldError> {
        let until = hour_of(self.now())?;
        let from = until - SignedDuration::from_hours(24 * SEEN_WITHIN_DAYS);
        Ok((from, until))
    }

    /// Organisations that told of a value.
    async fn tellers(
        &self,
        value: &Posting,
        span: (Timestamp, Timestamp),
    ) -> Result<BTreeSet<PartyId>, WorldError> {
        let mut told = self.reporters(value, span).await?;
        told.extend(self.claimants(value, span).await?);
        told.extend(self.sighters(value, span).await?);
        Ok(told)
    }

    /// Who reported it. No officer sees what is opened here, and none of it leaves but as one of many.
    async fn reporters(
        &self,
        value: &Posting,
        (from, until): (Timestamp, Timestamp),
    ) -> Result<BTreeSet<PartyId>, WorldError> {
        let tag = self.keys().posting::<Report>(value.clone());
        // All of them: of the newest alone whoever reports often would learn how many others there are.
        let ids = self.carriers_of::<Report>(&tag).await?;
        let (first, rest) = ids.split_at(ids.len().min(OPENED));
        let nothing = std::iter::repeat_with(|| Id::random(self.rng()));
        let padded = first.iter().copied().chain(nothing).take(OPENED);
        let mut told = BTreeSet::new();
        for id in padded.chain(rest.iter().copied()) {
            let report = self.load::<Report>(id).await?.map(|report| report.state);
            let counts = report.filter(|report| {
                let is_taken_back = matches!(report.closing, Some(Closing::Withdrawn));
                !is_taken_back && report.received >= from && report.received < until
            });
            let handle =
                counts.map_or_else(|| Id::random(self.rng()), |report| report.submission.handle);
            match self.open_link(handle).await {
                Ok(link) => told.extend([link.party]),
                Err(WorldError::NotFound(_)) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(told)
    }

    /// Who claimed it in a collection of peers; the hub's own word is no organisation's.
    async fn claimants(
        &self,
        value: &Posting,
        (from, until): (Timestamp, Timestamp),
    ) -> Result<BTreeSet<PartyId>, WorldError> {
        let mut query = FindObjects {
            readable: self.everything().await?,
            values: vec![vec![value.clone()]],
            since_us: Some(from.as_microsecond()),
            until_us: Some(until.as_microsecond()),
            limit: CLAIMS,
            ..FindObjects::default()
        };
        let mut told = BTreeSet::new();
        for _ in 0..MOST_PAGES {
            let found = self.store().find_objects(&query).await?;
            told.extend(found.objects.iter().filter_map(|one| one.origin));
            query.before_us = found.objects.last().map(|one| one.added_us);
            if !found.more {
                break;
            }
        }
        Ok(told)
    }

    /// Who answered an item with it that they saw it.
    async fn sighters(
        &self,
        value: &Posting,
        (from, until): (Timestamp, Timestamp),
    ) -> Result<BTreeSet<PartyId>, WorldError> {
        let mut told = BTreeSet::new();
        for item in self
            .carriers_of::<Item>(value)
            .await?
            .into_iter()
            .take(ITEMS)
        {
            for answer in self.feedback_on(item).await? {
                let sighting = answer.given.sighting;
                let is_seen = sighting.is_some_and(|one| one.kind == SightingKind::Seen);
                if is_seen && answer.at >= from && answer.at < until {
                    told.insert(answer.party);
                }
            }
        }
        Ok(told)
    }

    /// Matters of a kind that carry a value, whoever may see them, the newest first.
    async fn carriers_of<M: Matter>(&self, value: &Posting) -> Result<Vec<MatterId>, WorldError> {
        let everything = self.everything().await?;
        let values = std::slice::from_ref(value);
        let hits = self.store().carrying(M::KIND, values, &everything).await?;
        let ids: BTreeSet<MatterId> = hits.into_iter().map(|(id, _)| id).collect();
        Ok(ids.into_iter().rev().collect())
    }
}

/// The beginning of the hour in which a moment lies.
pub(crate) fn hour_of(at: Timestamp) -> Result<Timestamp, WorldError> {
    let whole = TimestampRound::new()
        .smallest(Unit::Hour)
        .mode(RoundMode::Trunc);
    at.round(whole).map_err(WorldError::encoding)
}
