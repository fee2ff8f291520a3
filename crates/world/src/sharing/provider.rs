//! The provider's desk: own reports and what was derived from them.

use kaname_kernel::{Matter, MatterId};
use kaname_policy::Action;
use kaname_sharing::{item::Item, report::Report};
use kaname_store::{ListQuery, Sort};

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

    pub(super) async fn own<M: Matter>(
        &self,
        caller: &Caller,
        adjust: impl FnOnce(&mut ListQuery),
    ) -> Result<Listed<M>, WorldError> {
        let own = of_party(caller.party_id()?);
        self.allow(caller, Action::SubmissionReadOwn, &own)?;
        let handles = self.handles_of(caller.party_id()?).await?;
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
