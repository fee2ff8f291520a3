//! The provider's desk: own reports and what was derived from them.

use kaname_kernel::{HandleId, Matter, MatterId};
use kaname_policy::Action;
use kaname_sharing::{
    item::{Item, ItemState},
    report::Report,
    victim::Victim,
};
use kaname_store::{ListQuery, Sort};

use super::harm::asked_soonest;
use crate::{
    caller::{Caller, of_party},
    error::WorldError,
    read::Listed,
    world::World,
};

impl World {
    /// The caller's party's own reports, newest first.
    pub async fn own_reports(
        &self,
        caller: &Caller,
        adjust: impl FnOnce(&mut ListQuery),
    ) -> Result<Listed<Report>, WorldError> {
        let mut listed = self.own::<Report>(caller, adjust).await?;
        self.show_derived(caller, &mut listed.rows, true).await?;
        Ok(listed)
    }

    /// Items derived from the caller's party's reports, soonest deadline first.
    pub async fn own_items(
        &self,
        caller: &Caller,
        adjust: impl FnOnce(&mut ListQuery),
    ) -> Result<Listed<Item>, WorldError> {
        self.own::<Item>(caller, |query| {
            query.sort = Sort::Due;
            adjust(query);
        })
        .await
    }

    /// How much waits for the word of the caller's party: items to consent to, and victim records to be
    /// shown.
    pub async fn own_waiting(&self, caller: &Caller) -> Result<u32, WorldError> {
        let handles = self.own_handles(caller).await?;
        let items = self.of_handles::<Item>(caller, &handles, |query| {
            query.states = vec![ItemState::AwaitingConsent.as_str().to_owned()];
            query.limit = 1;
        });
        let items = items.await?.total;
        let open = self.of_handles::<Victim>(caller, &handles, asked_soonest);
        let open = open.await?.rows.into_iter();
        let asked = open.filter_map(|victim| victim.state.asked);
        let waits = asked.filter(|one| !one.is_late(self.now())).count();
        Ok(items.saturating_add(u32::try_from(waits).unwrap_or(u32::MAX)))
    }

    pub(super) async fn own<M: Matter>(
        &self,
        caller: &Caller,
        adjust: impl FnOnce(&mut ListQuery),
    ) -> Result<Listed<M>, WorldError> {
        let handles = self.own_handles(caller).await?;
        self.of_handles(caller, &handles, adjust).await
    }

    async fn own_handles(&self, caller: &Caller) -> Result<Vec<HandleId>, WorldError> {
        let own = of_party(caller.party_id()?);
        self.allow(caller, Action::SubmissionReadOwn, &own)?;
        self.handles_of(caller.party_id()?).await
    }

    async fn of_handles<M: Matter>(
        &self,
        caller: &Caller,
        handles: &[HandleId],
        adjust: impl FnOnce(&mut ListQuery),
    ) -> Result<Listed<M>, WorldError> {
        if handles.is_empty() {
            return Ok(Listed {
                rows: Vec::new(),
                next: None,
                total: 0,
            });
        }
        let mut query = self.query::<M>(caller).await?;
        query.owners = handles.iter().map(|handle| handle.cast()).collect();
        adjust(&mut query);
        self.list(&query).await
    }

    /// Who opened the caller's own report, why and when.
    pub async fn openings(
        &self,
        caller: &Caller,
        id: MatterId,
    ) -> Result<Vec<kaname_sharing::report::Opening>, WorldError> {
        let report = self.see::<Report>(caller, id).await?;
        let handle = report.state.submission.handle;
        if !self.owns(caller, Some(handle.cast())).await? {
            self.allow_any(caller, Action::SealReadOpenings)?;
        }
        Ok(report.state.openings)
    }
}
