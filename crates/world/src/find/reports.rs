//! Reports that a search asks for, for officers in triage. Reports are sealed: they are found by the values they
//! carry, which stand as keyed tags, and by their numbers.

use std::collections::BTreeSet;

use kaname_kernel::{Matter, MatterId, Posting};
use kaname_sharing::{Report, number, value::host_posting};
use roaring::RoaringBitmap;

use super::{Left, Outcome, Wanted, values::Sought};
use crate::{caller::Caller, error::WorldError, read::Listed, work::Loaded, world::World};

/// Most reports that are given.
const MOST: usize = 100;

impl World {
    /// Reports that a search asks for, the newest of them, and how many there are.
    pub(super) async fn find_reports(
        &self,
        caller: &Caller,
        wanted: &Wanted,
    ) -> Result<Outcome<Listed<Report>>, WorldError> {
        let asks_more = !wanted.phrases.is_empty()
            || !wanted.words.is_empty()
            || wanted.types.is_some()
            || wanted.collections.is_some()
            || wanted.origins.is_some()
            || !wanted.sectors.is_empty();
        if asks_more || (wanted.values.is_empty() && wanted.ids.is_none()) {
            return Ok(Err(Left::OnlyValues));
        }
        let mut among: Option<BTreeSet<MatterId>> = None;
        let mut narrow = |ids: BTreeSet<MatterId>| {
            among = Some(match among.take() {
                None => ids,
                Some(before) => before.intersection(&ids).copied().collect(),
            });
        };
        if let Some(ids) = &wanted.ids {
            let mut found = BTreeSet::new();
            for id in ids {
                let key = number::normalise(id);
                found.extend(self.store().lookup(number::RECEIPT_SPACE, &key).await?);
            }
            narrow(found);
        }
        let readable = self.readable(caller).await?;
        for value in &wanted.values {
            narrow(self.reports_carrying(value, &readable).await?);
        }
        let mut found = Vec::new();
        for id in among.unwrap_or_default() {
            let report = self.see_if::<Report>(caller, id).await?;
            found.extend(report.filter(|report| holds(wanted, report)));
        }
        found.sort_by_key(|report| std::cmp::Reverse(report.state.received));
        let total = u32::try_from(found.len()).unwrap_or(u32::MAX);
        found.truncate(MOST);
        self.show_derived(caller, &mut found, false).await?;
        Ok(Ok(Listed {
            rows: found,
            next: None,
            total,
        }))
    }

    /// Reports that carry a value, by its keyed tags.
    pub(super) async fn reports_carrying(
        &self,
        value: &Sought,
        readable: &RoaringBitmap,
    ) -> Result<BTreeSet<MatterId>, WorldError> {
        let mut tagged = value.postings().to_vec();
        if let Sought::Host(host) = value {
            tagged.push(host_posting(host.value.clone()));
        }
        let tagged: Vec<Posting> = tagged
            .into_iter()
            .map(|value| self.keys().posting::<Report>(value))
            .collect();
        let hits = self
            .store()
            .carrying(Report::KIND, &tagged, readable)
            .await?;
        Ok(hits.into_iter().map(|(id, _)| id).collect())
    }
}

fn holds(wanted: &Wanted, report: &Loaded<Report>) -> bool {
    let submission = &report.state.submission;
    let at = report.state.received;
    wanted
        .tlps
        .as_ref()
        .is_none_or(|tlps| tlps.contains(&submission.tlp))
        && wanted
            .paps
            .as_ref()
            .is_none_or(|paps| paps.contains(&submission.pap))
        && wanted.since.is_none_or(|since| at >= since)
        && wanted.until.is_none_or(|until| at < until)
}
