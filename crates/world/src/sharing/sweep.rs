//! What time alone brings about: silence becomes refusal, validity ends, what ages comes before officers again.

use kaname_kernel::Matter;
use kaname_sharing::{
    Report, consenting,
    item::{Item, ItemChange},
    releasing, review,
    victim::{self, Victim},
};
use kaname_store::{ListQuery, Sort};

use crate::{caller::Caller, error::WorldError, world::World};

/// Most items looked at in one go.
const BATCH: u32 = 200;

/// Whether it was written; another node that was first is no fault.
fn unless_another_was_first<T>(done: Result<T, WorldError>) -> Result<bool, WorldError> {
    match done {
        Ok(_) => Ok(true),
        Err(error) if error.is_conflict() => Ok(false),
        Err(error) => Err(error),
    }
}

impl World {
    /// Ends what is over now; gives how many matters changed. Runs as the hub's own job, on every node:
    /// a conflict means another node was first.
    pub async fn sweep(&self) -> Result<usize, WorldError> {
        Ok(self.sweep_items().await? + self.sweep_showings().await?)
    }

    async fn sweep_items(&self) -> Result<usize, WorldError> {
        let caller = Caller::system("expiry");
        let mut query = ListQuery::of(Item::KIND, self.everything().await?);
        query.states = vec!["awaiting_consent".to_owned(), "released".to_owned()];
        query.sort = Sort::Due;
        query.due_before = Some(self.now());
        query.limit = BATCH;
        let due = self.list::<Item>(&query).await?;
        let mut changed = 0;
        for mut item in due.rows {
            let now = self.now();
            let lapsed = consenting::lapse(&item.state, now);
            let over = lapsed
                .or_else(|_| releasing::expire(&item.state, now))
                .or_else(|_| releasing::open_embargo(&item.state, now));
            let changes = match over {
                Ok(changes) => changes,
                Err(_) => {
                    let seen_at = self.last_seen_by_any(item.id).await?;
                    match review::fall_due(&item.state, seen_at, now) {
                        Ok(changes) => changes,
                        Err(_) => continue,
                    }
                }
            };
            let mut work = self.work(&caller.actor);
            if changes.contains(&ItemChange::Expired) {
                self.pull_back(&mut work, &item.state);
            }
            if changes.contains(&ItemChange::EmbargoOpened) {
                self.put_anew(&mut work, &item.state).await?;
            }
            work.apply(&mut item, changes)?;
            work.notice(Item::KIND, Some(item.id));
            changed += usize::from(unless_another_was_first(work.commit().await)?);
        }
        Ok(changed)
    }

    /// Requests to show a victim record that the provider left unanswered.
    async fn sweep_showings(&self) -> Result<usize, WorldError> {
        let caller = Caller::system("expiry");
        let mut query = ListQuery::of(Victim::KIND, self.everything().await?);
        query.states = vec![Victim::ASKED.to_owned()];
        query.sort = Sort::Due;
        query.due_before = Some(self.now());
        query.limit = BATCH;
        let mut changed = 0;
        for mut victim in self.list::<Victim>(&query).await?.rows {
            let Ok(changes) = victim::lapse_showing(&victim.state, self.now()) else {
                continue;
            };
            let mut work = self.work(&caller.actor);
            let report = victim.state.report;
            work.apply(&mut victim, changes)?;
            work.notice(Report::KIND, Some(report));
            changed += usize::from(unless_another_was_first(work.commit().await)?);
        }
        Ok(changed)
    }
}
