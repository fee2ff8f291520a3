//! Reports that carry the same values are put together before anyone triages them twice.

use std::collections::BTreeMap;

use kaname_kernel::{Matter, MatterId, Posting};
use kaname_sharing::{report::Report, triage};

use crate::{caller::Caller, error::WorldError, world::World};

/// Reports that share a value with one.
#[derive(Debug, Clone)]
pub struct Similar {
    /// The other report.
    pub report: MatterId,
    /// What both carry.
    pub shared: Vec<Posting>,
}

/// How often deciding anew on a conflict is tried.
const TRIES: usize = 5;

impl World {
    /// Other reports that carry some of the same values, most in common first. For officers: callers
    /// have checked the right.
    pub(crate) async fn similar_reports(
        &self,
        report: MatterId,
    ) -> Result<Vec<Similar>, WorldError> {
        let Some(stored) = self.store().record(report).await? else {
            return Ok(Vec::new());
        };
        let values = stored.record.postings;
        let everything = self.everything().await?;
        let hits = self
            .store()
            .carrying(Report::KIND, &values, &everything)
            .await?;
        let mut found: BTreeMap<MatterId, Vec<Posting>> = BTreeMap::new();
        for (matter, posting) in hits {
            if matter != report {
                found.entry(matter).or_default().push(posting);
            }
        }
        let mut similar: Vec<Similar> = found
            .into_iter()
            .map(|(report, shared)| Similar { report, shared })
            .collect();
        similar.sort_by_key(|one| std::cmp::Reverse(one.shared.len()));
        similar.truncate(100);
        Ok(similar)
    }

    /// Puts a fresh report to those that say the same. The report is already acknowledged: whatever
    /// fails here is tried again by the analyst, and nothing is lost.
    pub(crate) async fn group_with_similar(&self, report: MatterId) -> Result<(), WorldError> {
        for _ in 0..TRIES {
            match self.try_grouping(report).await {
                Err(error) if error.is_conflict() => continue,
                other => return other,
            }
        }
        Ok(())
    }

    async fn try_grouping(&self, report: MatterId) -> Result<(), WorldError> {
        let similar = self.similar_reports(report).await?;
        let Some(nearest) = similar.first() else {
            return Ok(());
        };
        let (Some(mut own), Some(mut other)) = (
            self.load::<Report>(report).await?,
            self.load::<Report>(nearest.report).await?,
        ) else {
            return Ok(());
        };
        let cluster = other.state.cluster.unwrap_or(other.id);
        let caller = Caller::system("grouping");
        let mut work = self.work(&caller.actor);
        if let Ok(changes) = triage::group(&own.state, cluster) {
            work.apply(&mut own, changes)?;
        }
        if other.state.cluster.is_none()
            && let Ok(changes) = triage::group(&other.state, cluster)
        {
            work.apply(&mut other, changes)?;
        }
        work.commit().await?;
        Ok(())
    }
}
