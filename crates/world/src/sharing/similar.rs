//! Reports that carry the same values, so that nobody triages the same attack twice. Found when they are
//! looked at and never written down: an event beside a submission would tell whoever counts the ledger
//! that somebody else had reported the same value.

use std::collections::BTreeMap;

use kaname_kernel::{Matter, MatterId, Posting};
use kaname_sharing::{Value, report::Report};

use crate::{error::WorldError, world::World};

/// Reports that share a value with one.
#[derive(Debug, Clone)]
pub struct Similar {
    /// The other report.
    pub report: MatterId,
    /// What both carry.
    pub shared: Vec<Posting>,
}

impl World {
    /// Other reports that carry some of the same values, most in common first. For officers: callers
    /// have checked the right.
    pub(crate) async fn similar_reports(
        &self,
        report: MatterId,
    ) -> Result<Vec<Similar>, WorldError> {
        let Some(own) = self.load::<Report>(report).await? else {
            return Ok(Vec::new());
        };
        // Rows are found by tags; what they stand for is known of the own report.
        let values = own.state.submission.values.iter().map(Value::posting);
        let tagged: BTreeMap<Posting, Posting> = values
            .map(|value| (self.keys().posting::<Report>(value.clone()), value))
            .collect();
        let values: Vec<Posting> = tagged.keys().cloned().collect();
        let everything = self.everything().await?;
        let hits = self
            .store()
            .carrying(Report::KIND, &values, &everything)
            .await?;
        let mut found: BTreeMap<MatterId, Vec<Posting>> = BTreeMap::new();
        for (matter, posting) in hits {
            if let (true, Some(value)) = (matter != report, tagged.get(&posting)) {
                found.entry(matter).or_default().push(value.clone());
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
}
