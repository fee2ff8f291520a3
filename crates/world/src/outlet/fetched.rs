//! Who fetched what: noted in memory while pages are served, written down later in batches, so that
//! reading never waits for writing.

use std::{
    collections::{BTreeSet, HashMap},
    sync::{Mutex, PoisonError},
};

use async_trait::async_trait;
use kaname_directory::Party;
use kaname_kernel::{MatterId, PartyId};
use kaname_sharing::{
    Delivery, Outlet,
    delivery::{self, SPACE, lookup_key},
};
use kaname_store::{Job, NewJob, Versions};
use serde::{Deserialize, Serialize};

use super::Range;
use crate::{
    caller::Caller,
    error::WorldError,
    worker::{Duty, Failed},
    world::World,
};

/// Kind of the job that marks deliveries fetched.
pub const FETCHED: &str = "fetched";
/// Most readings noted between two writings; more are let go, which understates and never overstates.
const MAX_NOTED: usize = 10_000;
/// Objects looked through at a time.
const STEP: u32 = 1_000;
/// Items marked in one job; the rest is another job's.
const MAX_STEPS: usize = 200;

/// One page that was served.
#[derive(Debug, Clone)]
pub(super) struct Fetch {
    pub(super) party: PartyId,
    pub(super) outlet: Outlet,
    pub(super) collection: MatterId,
    pub(super) range: Range,
    pub(super) last_us: i64,
}

/// Pages served since the last writing. A crash loses them: a fetch that nobody wrote down is not
/// claimed.
#[derive(Debug, Default)]
pub struct FetchBook(Mutex<HashMap<Line, i64>>);

/// What was asked, but for how far it went.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Line {
    party: PartyId,
    outlet: Outlet,
    collection: MatterId,
    range: Range,
}

impl FetchBook {
    pub(super) fn note(&self, fetch: Fetch) {
        let mut lines = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let line = Line {
            party: fetch.party,
            outlet: fetch.outlet,
            collection: fetch.collection,
            range: fetch.range,
        };
        if lines.len() >= MAX_NOTED && !lines.contains_key(&line) {
            return;
        }
        let last = lines.entry(line).or_insert(fetch.last_us);
        *last = (*last).max(fetch.last_us);
    }

    fn take(&self) -> HashMap<Line, i64> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

#[derive(Debug, Serialize, Deserialize)]
struct Payload {
    party: PartyId,
    outlet: Outlet,
    collection: MatterId,
    /// Strictly after, microseconds since 1970.
    after_us: Option<i64>,
    until_us: i64,
    ids: Vec<String>,
    types: Vec<String>,
    specs: Vec<String>,
}

impl World {
    /// Queues what was noted for writing down; gives how many readings. The program calls it every few
    /// seconds and once when it ends.
    pub async fn write_fetched(&self) -> Result<usize, WorldError> {
        let lines = self.fetched.take();
        let count = lines.len();
        for (line, until_us) in lines {
            let range = line.range;
            let payload = Payload {
                party: line.party,
                outlet: line.outlet,
                collection: line.collection,
                after_us: range.added_after_us.max(range.after_us),
                until_us,
                ids: range.ids,
                types: range.types,
                specs: range.specs,
            };
            let job = NewJob {
                kind: FETCHED.to_owned(),
                dedup: None,
                priority: -10,
                run_at: self.now(),
                max_attempts: 10,
                payload: serde_json::to_value(payload).map_err(WorldError::encoding)?,
            };
            self.store().enqueue(job).await?;
        }
        Ok(count)
    }

    /// Notes that the caller looked at an item by an outlet: pages call it for the web.
    pub async fn note_read(
        &self,
        caller: &Caller,
        item: MatterId,
        outlet: Outlet,
    ) -> Result<(), WorldError> {
        let Some(party) = caller.reader.party else {
            return Ok(());
        };
        let key = lookup_key(item, party, outlet);
        let Some(delivery) = self.find_any::<Delivery>(SPACE, &key).await? else {
            return Ok(());
        };
        if delivery::mark_fetched(&delivery.state).is_empty() {
            return Ok(());
        }
        let job = NewJob {
            kind: FETCHED.to_owned(),
            dedup: Some(format!("{FETCHED}/{key}")),
            priority: -10,
            run_at: self.now(),
            max_attempts: 10,
            payload: serde_json::json!({ "delivery": delivery.id }),
        };
        self.store().enqueue(job).await?;
        Ok(())
    }

    async fn mark_fetched(&self, id: MatterId) -> Result<(), WorldError> {
        // Another node may mark it at the same moment: load and decide again, a few times.
        for _ in 0..4 {
            let Some(mut delivery) = self.load::<Delivery>(id).await? else {
                return Ok(());
            };
            let changes = delivery::mark_fetched(&delivery.state);
            if changes.is_empty() {
                return Ok(());
            }
            let mut work = self.work(&kaname_kernel::Actor::system(FETCHED));
            work.apply(&mut delivery, changes)?;
            match work.commit().await {
                Err(error) if error.is_conflict() => {}
                other => return other.map(|_| ()),
            }
        }
        Err(WorldError::Stale(id))
    }

    /// Items whose objects stand in what was served.
    async fn items_in(&self, payload: &Payload) -> Result<BTreeSet<MatterId>, WorldError> {
        let mut items = BTreeSet::new();
        let Some(party) = self.load::<Party>(payload.party.cast()).await? else {
            return Ok(items);
        };
        let caller = self.machine_eyes(&party).await?;
        let mut range = Range {
            after_us: payload.after_us,
            ids: payload.ids.clone(),
            types: payload.types.clone(),
            specs: payload.specs.clone(),
            versions: Versions::All,
            limit: STEP,
            ..Range::default()
        };
        for _ in 0..MAX_STEPS {
            let filter = self.range_filter(&caller, payload.collection, &range).await?;
            let page = self.store().objects(&filter).await?;
            let inside = page
                .objects
                .iter()
                .take_while(|object| object.added_us <= payload.until_us);
            items.extend(inside.map(|object| object.source));
            let last = page.objects.last().map(|object| object.added_us);
            match last {
                Some(last) if page.more && last < payload.until_us => range.after_us = Some(last),
                _ => break,
            }
        }
        Ok(items)
    }
}

/// Marks deliveries fetched.
#[derive(Debug, Clone, Copy, Default)]
pub struct FetchedDuty;

#[async_trait]
impl Duty for FetchedDuty {
    fn kind(&self) -> &'static str {
        FETCHED
    }

    async fn run(&self, world: &World, job: &Job) -> Result<(), Failed> {
        let one = job.payload.get("delivery").cloned();
        if let Some(id) = one.and_then(|id| serde_json::from_value::<MatterId>(id).ok()) {
            return Ok(world.mark_fetched(id).await?);
        }
        let payload: Payload = serde_json::from_value(job.payload.clone())
            .map_err(|error| Failed::Never(error.to_string()))?;
        for item in world.items_in(&payload).await? {
            let key = lookup_key(item, payload.party, payload.outlet);
            let found = world.store().lookup(SPACE, &key).await;
            if let Some(id) = found.map_err(WorldError::from)? {
                world.mark_fetched(id).await?;
            }
        }
        Ok(())
    }
}
