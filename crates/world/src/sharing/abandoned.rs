//! Items on whose drafts nobody goes on: they come up before the analysts who may take them over, by the
//! report's number alone. Which item it is, and what it says, shows to who takes the report.

use jiff::{SignedDuration, Timestamp};
use kaname_kernel::Matter as _;
use kaname_policy::Action;
use kaname_sharing::{
    deriving::is_writable,
    item::{Item, ItemState},
    report::{Report, ReportState},
};
use kaname_store::ListQuery;

use crate::{caller::Caller, error::WorldError, work::Loaded, world::World};

/// Most that are given, longest left alone first.
const MOST: usize = 200;
/// Most whose links are opened, longest left alone first.
const LOOKED_AT: usize = 1_000;
const HOUR: i64 = 3_600;
const DAY: i64 = 24 * HOUR;

/// A report from which an item is being written that nobody goes on with.
#[derive(Debug, Clone)]
pub struct Abandoned {
    /// The report, to be taken.
    pub report: Loaded<Report>,
    /// Whole days for which nothing was done. The moment itself would join report and item for whoever
    /// reads headers of the ledger.
    pub days: i64,
}

impl World {
    /// Reports whose draft was left alone for [`crate::Settings::draft_hours`] and that the caller may
    /// take, longest left alone first. Not among them: what the caller writes on, what derives from the
    /// own party's report, and reports whose own history does not say yet that something was derived.
    pub async fn abandoned(&self, caller: &Caller) -> Result<Vec<Abandoned>, WorldError> {
        self.allow_any(caller, Action::TriageList)?;
        let officer = caller.account_id()?;
        let mut left = Vec::new();
        for (touched, item) in self.left_alone().await? {
            if left.len() == MOST {
                break;
            }
            let handle = item.state.handle;
            let own = self.is_conflicted(caller, handle).await?;
            let resource = Self::item_for_policy(caller, &item, own);
            // Who lacks no more than a fresh sign-in is asked for it when taking the report.
            let may_write = self.allow(caller, Action::ItemEdit, &resource);
            let may_write = matches!(may_write, Ok(()) | Err(WorldError::StepUp));
            if !may_write || item.state.derivers.contains(&officer) {
                continue;
            }
            let Some(id) = self.open_link(handle).await?.report else {
                continue;
            };
            let report = match self.see::<Report>(caller, id).await {
                Ok(report) => report,
                Err(WorldError::NotFound(_)) => continue,
                Err(error) => return Err(error),
            };
            let told = report.state.state == ReportState::Derived;
            let twice = left.iter().any(|one: &Abandoned| one.report.id == id);
            if told && !twice {
                let days = self.now().duration_since(touched).as_secs() / DAY;
                left.push(Abandoned { report, days });
            }
        }
        Ok(left)
    }

    /// Items being written, and since when nobody did anything, longest first.
    async fn left_alone(&self) -> Result<Vec<(Timestamp, Loaded<Item>)>, WorldError> {
        let hours = i64::from(self.settings().draft_hours);
        let since = self.now() - SignedDuration::from_secs(hours * HOUR);
        let written = [
            ItemState::Derived,
            ItemState::ChangesProposed,
            ItemState::Refused,
        ];
        let mut query = ListQuery::of(Item::KIND, self.everything().await?);
        query.states = written.map(|state| state.as_str().to_owned()).to_vec();
        let mut left = Vec::new();
        self.walk::<Item>(query, |item| {
            let touched = item.state.touched_at();
            let open = item.state.is_being_written() && is_writable(item.state.state);
            if open && touched <= since {
                left.push((touched, item));
            }
        })
        .await?;
        left.sort_by_key(|(touched, item)| (*touched, item.id));
        left.truncate(LOOKED_AT);
        Ok(left)
    }
}
