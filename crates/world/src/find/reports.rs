//! Reports that a search asks for, for officers in triage. Reports are sealed: they are found by the values they
//! carry, which stand as keyed tags, and by their numbers.

use std::collections::BTreeSet;

use kaname_kernel::{Matter, MatterId, Posting};
use kaname_policy::Action;
use kaname_sharing::{Report, number, value::host_posting};
use roaring::RoaringBitmap;

use super::{Left, Outcome, Part, ReadThrough, Wanted, narrow_to, values::Sought};
use crate::{caller::Caller, error::WorldError, world::World};

impl World {
    /// Reports that a search asks for, the newest first; `None` for who is not in triage, of whom nothing is looked up.
    pub(super) async fn find_reports(
        &self,
        caller: &Caller,
        wanted: &Wanted,
        part: &Part,
    ) -> Result<Option<Outcome<ReadThrough<Report>>>, WorldError> {
        if self.allow_any(caller, Action::TriageList).is_err() {
            return Ok(None);
        }
        let asks_more = !wanted.phrases.is_empty()
            || !wanted.words.is_empty()
            || wanted.types.is_some()
            || wanted.collections.is_some()
            || wanted.origins.is_some()
            || !wanted.sectors.is_empty();
        if asks_more || (wanted.values.is_empty() && wanted.ids.is_none()) {
            return Ok(Some(Err(Left::OnlyValues)));
        }
        let mut query = self
            .asked_of_rows::<Report>(caller, wanted, number::RECEIPT_SPACE)
            .await?;
        let readable = self.readable(caller).await?;
        let mut cut = false;
        for value in &wanted.values {
            let (carrying, is_cut) = self.reports_carrying(value, &readable).await?;
            narrow_to(&mut query, carrying);
            cut |= is_cut;
        }
        let is_pap = |one: &Report| {
            let paps = wanted.paps.as_ref();
            paps.is_none_or(|paps| paps.contains(&one.submission.pap))
        };
        let holds = wanted.paps.is_some().then_some(is_pap);
        let page = (part.reports_after, part.limit);
        let mut found = self
            .read_through(query, page, |one: &Report| one.received, holds)
            .await?;
        found.cut |= cut;
        self.show_derived(caller, &mut found.listed.rows, false)
            .await?;
        Ok(Some(Ok(found)))
    }

    /// Reports that carry a value, by its keyed tags, and whether there may be more than are given.
    pub(super) async fn reports_carrying(
        &self,
        value: &Sought,
        readable: &RoaringBitmap,
    ) -> Result<(BTreeSet<MatterId>, bool), WorldError> {
        let mut tagged = value.postings().to_vec();
        if let Sought::Host(host) = value {
            tagged.push(host_posting(host.value.clone()));
        }
        let tagged: Vec<Posting> = tagged
            .into_iter()
            .map(|value| self.keys().posting::<Report>(value))
            .collect();
        let (hits, cut) = self.all_carrying(Report::KIND, &tagged, readable).await?;
        let reports = hits.into_iter().map(|(id, _)| id).collect();
        Ok((reports, !cut.is_empty()))
    }
}
