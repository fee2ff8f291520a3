//! Who fetched what: noted in memory while pages are served, written down later in batches, so that
//! reading never waits for writing.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::{Mutex, PoisonError},
};

use async_trait::async_trait;
use kaname_directory::Party;
use kaname_kernel::{Actor, MatterId, PartyId};
use kaname_sharing::{
    Delivery, Item, ItemState, Outlet,
    delivery::{self, DeliveryChange, Mode, SPACE, lookup_key},
};
use kaname_store::{Job, NewJob, Versions};
use serde::{Deserialize, Serialize};

use super::{Range, distribute::begin_delivery};
use crate::{
    caller::Caller,
    error::WorldError,
    work::Loaded,
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
pub(crate) struct Fetch {
    pub(crate) party: PartyId,
    pub(crate) outlet: Outlet,
    pub(crate) collection: MatterId,
    pub(crate) range: Range,
    pub(crate) last_us: i64,
}

/// What was served since the last writing. A crash loses it: a fetch that nobody wrote down is not
/// claimed.
#[derive(Debug, Default)]
pub struct FetchBook(Mutex<Noted>);

#[derive(Debug, Default)]
struct Noted {
    /// Pages, each with the `date_added` it went up to.
    pages: HashMap<Line, i64>,
    items: BTreeSet<Seen>,
}

/// An item that a party saw by a way, and whether it saw that the item was taken back.
type Seen = (PartyId, Outlet, MatterId, bool);

/// What was asked, but for how far it went.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Line {
    party: PartyId,
    outlet: Outlet,
    collection: MatterId,
    range: Range,
}

impl FetchBook {
    pub(crate) fn note_page(&self, fetch: Fetch) {
        let mut noted = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let line = Line {
            party: fetch.party,
            outlet: fetch.outlet,
            collection: fetch.collection,
            range: fetch.range,
        };
        if noted.pages.len() >= MAX_NOTED && !noted.pages.contains_key(&line) {
            return;
        }
        let last = noted.pages.entry(line).or_insert(fetch.last_us);
        *last = (*last).max(fetch.last_us);
    }

    pub(crate) fn note_items(
        &self,
        party: PartyId,
        outlet: Outlet,
        items: impl IntoIterator<Item = (MatterId, bool)>,
    ) {
        let mut noted = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for (item, is_over) in items {
            if noted.items.len() < MAX_NOTED {
                noted.items.insert((party, outlet, item, is_over));
            }
        }
    }

    fn take(&self) -> Noted {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// What one job marks.
#[derive(Debug, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "snake_case")]
enum Payload {
    Page(Page),
    Items {
        party: PartyId,
        outlet: Outlet,
        items: Vec<MatterId>,
        /// Those that were taken back or replaced.
        #[serde(default)]
        over: Vec<MatterId>,
    },
}

#[derive(Debug, Serialize, Deserialize)]
struct Page {
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
    /// Queues what was noted for writing down; gives how many jobs. The program calls it every few
    /// seconds and once when it ends.
    pub async fn write_fetched(&self) -> Result<usize, WorldError> {
        let noted = self.fetched.take();
        let mut payloads = Vec::new();
        for (line, until_us) in noted.pages {
            let range = line.range;
            payloads.push(Payload::Page(Page {
                party: line.party,
                outlet: line.outlet,
                collection: line.collection,
                after_us: range.added_after_us.max(range.after_us),
                until_us,
                ids: range.ids,
                types: range.types,
                specs: range.specs,
            }));
        }
        let mut of: BTreeMap<(PartyId, Outlet), (Vec<MatterId>, Vec<MatterId>)> = BTreeMap::new();
        for (party, outlet, item, is_over) in noted.items {
            let (items, over) = of.entry((party, outlet)).or_default();
            match is_over {
                true => over.push(item),
                false => items.push(item),
            }
        }
        for ((party, outlet), (items, over)) in of {
            payloads.push(Payload::Items {
                party,
                outlet,
                items,
                over,
            });
        }
        let count = payloads.len();
        for payload in payloads {
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

    /// Notes that the caller looked at an item on a page. Costs nothing and waits for nothing.
    pub fn note_read(&self, caller: &Caller, item: &Loaded<Item>) {
        if let Some(party) = caller.reader.party {
            let over = [ItemState::Withdrawn, ItemState::Superseded];
            let is_over = over.contains(&item.state.state);
            self.fetched
                .note_items(party, Outlet::Web, [(item.id, is_over)]);
        }
    }

    async fn mark_item_fetched(
        &self,
        (item, is_over): (MatterId, bool),
        party: PartyId,
        outlet: Outlet,
    ) -> Result<(), WorldError> {
        let key = lookup_key(item, party, outlet);
        if let Some(id) = self.store().lookup(SPACE, &key).await? {
            return match is_over {
                true => self.mark_recalled(id).await,
                false => self.mark_fetched(id).await,
            };
        }
        // Who never had it has nothing to unlearn.
        if is_over {
            return Ok(());
        }
        // Nothing was planned this way, because the key was issued after the release. Officers' looks
        // and peers' objects are no deliveries.
        let released = self
            .load::<Item>(item)
            .await?
            .is_some_and(|item| item.state.is_out());
        let party_there = self.load::<Party>(party.cast()).await?;
        if !released || party_there.is_none_or(|party| party.state.is_hub()) {
            return Ok(());
        }
        let mut work = self.work(&Actor::system(FETCHED));
        let changes = delivery::queue_delivery(item, party, outlet, Mode::Fetch);
        let mut begun = begin_delivery(self, &mut work, changes)?;
        let changes = delivery::mark_fetched(&begun.state);
        work.apply(&mut begun, changes)?;
        match work.commit().await {
            // Another worker was first.
            Err(WorldError::Taken { .. }) => Ok(()),
            other => other.map(|_| ()),
        }
    }

    async fn mark_fetched(&self, id: MatterId) -> Result<(), WorldError> {
        self.mark_delivery(id, &Actor::system(FETCHED), delivery::mark_fetched)
            .await
    }

    /// Changes a delivery as `decide` says, if it says anything.
    pub(super) async fn mark_delivery(
        &self,
        id: MatterId,
        actor: &Actor,
        decide: fn(&Delivery) -> Vec<DeliveryChange>,
    ) -> Result<(), WorldError> {
        // Another node may mark it at the same moment: load and decide again, a few times.
        for _ in 0..4 {
            let Some(mut delivery) = self.load::<Delivery>(id).await? else {
                return Ok(());
            };
            let changes = decide(&delivery.state);
            if changes.is_empty() {
                return Ok(());
            }
            let mut work = self.work(actor);
            work.apply(&mut delivery, changes)?;
            match work.commit().await {
                Err(error) if error.is_conflict() => {}
                other => return other.map(|_| ()),
            }
        }
        Err(WorldError::Stale(id))
    }

    /// Items whose objects stand in what was served, each with whether they were revoked there.
    async fn items_in(&self, payload: &Page) -> Result<BTreeMap<MatterId, bool>, WorldError> {
        let mut items = BTreeMap::new();
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
            let filter = self
                .range_filter(&caller, payload.collection, &range)
                .await?;
            let page = self.store().objects(&filter).await?;
            let inside = page
                .objects
                .iter()
                .take_while(|object| object.added_us <= payload.until_us);
            // Of an item that was taken back only last versions are left: one tells it of all.
            for object in inside {
                let item = items.entry(object.source);
                item.or_insert_with(|| is_revoked(&object.raw));
            }
            let last = page.objects.last().map(|object| object.added_us);
            match last {
                Some(last) if page.more && last < payload.until_us => range.after_us = Some(last),
                _ => break,
            }
        }
        Ok(items)
    }
}

/// Whether it is the last version of an object.
pub(crate) fn is_revoked(raw: &str) -> bool {
    kaname_stix::head(raw).is_ok_and(|head| head.revoked)
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
        let payload: Payload = serde_json::from_value(job.payload.clone())
            .map_err(|error| Failed::Never(error.to_string()))?;
        let (party, outlet, items) = match payload {
            Payload::Page(page) => {
                let items = world.items_in(&page).await?.into_iter();
                (page.party, page.outlet, items.collect::<Vec<_>>())
            }
            Payload::Items {
                party,
                outlet,
                items,
                over,
            } => {
                let items = items.into_iter().map(|item| (item, false));
                let over = over.into_iter().map(|item| (item, true));
                (party, outlet, items.chain(over).collect())
            }
        };
        for item in items {
            world.mark_item_fetched(item, party, outlet).await?;
        }
        Ok(())
    }
}
