//! What time alone brings about: silence becomes refusal, validity ends.

use kaname_kernel::Matter;
use kaname_sharing::{
    consenting,
    item::{Item, ItemChange},
    releasing,
};
use kaname_store::{ListQuery, Sort};

use crate::{caller::Caller, error::WorldError, world::World};

/// Most items looked at in one go.
const BATCH: u32 = 200;

impl World {
    /// Ends what is over now; gives how many items changed. Runs as the hub's own job, on every node:
    /// a conflict means another node was first.
    pub async fn sweep(&self) -> Result<usize, WorldError> {
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
            let over = lapsed.or_else(|_| releasing::expire(&item.state, now));
            let Ok(changes) = over else {
                continue;
            };
            let mut work = self.work(&caller.actor);
            if changes.contains(&ItemChange::Expired) {
                self.pull_back(&mut work, &item.state);
            }
            work.apply(&mut item, changes)?;
            work.notice(Item::KIND, Some(item.id));
            match work.commit().await {
                Ok(_) => changed += 1,
                Err(error) if error.is_conflict() => {}
                Err(error) => return Err(error),
            }
        }
        Ok(changed)
    }
}
