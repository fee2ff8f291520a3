//! When a report's own history says that something was derived from it: not when the item is made. Two
//! events side by side in the ledger would tell whoever reads headers which report an item came from.

use jiff::{SignedDuration, Timestamp};
use kaname_kernel::{AccountId, HandleId, Matter, MatterId};
use kaname_sharing::{
    item::Item,
    report::{Report, ReportState},
    triage,
};
use kaname_store::ListQuery;

use crate::{caller::Caller, error::WorldError, work::Loaded, world::World};

/// The history of a report is silent on an item for at least this long.
pub const SILENT: SignedDuration = SignedDuration::from_mins(10);
/// Over this span after [`SILENT`] the moment is spread evenly: one shift.
pub const SPREAD: SignedDuration = SignedDuration::from_hours(8);
/// Reports looked at in one question.
const PAGE: u32 = 200;

impl World {
    /// Marks the reports in triage from which something was derived long enough ago; gives how many. A
    /// report's moment follows from the sealed store alone, so that a pass that was cut off is simply
    /// done again. Runs as the hub's own job, on every node: a conflict means another was first.
    pub async fn settle_reports(&self) -> Result<usize, WorldError> {
        let caller = Caller::system("triage");
        let mut query = ListQuery::of(Report::KIND, self.everything().await?);
        query.states = vec![ReportState::InTriage.as_str().to_owned()];
        query.limit = PAGE;
        let mut changed = 0;
        loop {
            let page = self.list::<Report>(&query).await?;
            for mut report in page.rows {
                let due = self.settles_at(report.id).await?;
                if due.is_none_or(|due| due > self.now()) {
                    continue;
                }
                let Ok(changes) = triage::settle(&report.state) else {
                    continue;
                };
                let mut work = self.work(&caller.actor);
                work.apply(&mut report, changes)?;
                work.notice(Report::KIND, Some(report.id));
                match work.commit().await {
                    Ok(_) => changed += 1,
                    Err(error) if error.is_conflict() => {}
                    Err(error) => return Err(error),
                }
            }
            let Some(next) = page.next else {
                return Ok(changed);
            };
            query.after = Some(next);
        }
    }

    /// When the report's history will say that something was derived from it; `None` while nothing was.
    async fn settles_at(&self, report: MatterId) -> Result<Option<Timestamp>, WorldError> {
        let mut soonest = None;
        for handle in self.handles_from(report).await? {
            let Some(item) = self.item_behind(handle).await? else {
                continue;
            };
            let share = i64::from(self.keys().chance(handle));
            let late = SPREAD.as_secs() * share / i64::from(u16::MAX);
            let at = item.state.derived_at + SILENT + SignedDuration::from_secs(late);
            soonest = Some(soonest.map_or(at, |before: Timestamp| before.min(at)));
        }
        Ok(soonest)
    }

    /// The item with this handle, whoever asks.
    pub(super) async fn item_behind(
        &self,
        handle: HandleId,
    ) -> Result<Option<Loaded<Item>>, WorldError> {
        let mut query = ListQuery::of(Item::KIND, self.everything().await?);
        query.owner = Some(handle.cast());
        query.limit = 1;
        Ok(self.list::<Item>(&query).await?.rows.pop())
    }

    /// Shows reports as their provider and their assigned analyst may know them: something was derived
    /// already, though their history does not say so yet. Everyone else sees what the history says, and so
    /// does an analyst for whom all that was derived waits to be taken over.
    pub(crate) async fn show_derived(
        &self,
        caller: &Caller,
        reports: &mut [Loaded<Report>],
        own: bool,
    ) -> Result<(), WorldError> {
        let account = caller.account_id().ok();
        for report in reports {
            if report.state.state != ReportState::InTriage {
                continue;
            }
            let assigned = account.filter(|account| report.state.assigned == Some(*account));
            let derived = match assigned {
                _ if own => !self.handles_from(report.id).await?.is_empty(),
                Some(analyst) => self.goes_on_with(analyst, report.id).await?,
                None => false,
            };
            if derived {
                report.state.state = ReportState::Derived;
            }
        }
        Ok(())
    }

    /// Whether something was derived that is not still being written by others alone.
    async fn goes_on_with(&self, analyst: AccountId, report: MatterId) -> Result<bool, WorldError> {
        let items = self.items_from(report).await?;
        let mut states = items.iter().map(|item| &item.state);
        Ok(states.any(|item| !item.is_being_written() || item.derivers.contains(&analyst)))
    }
}
