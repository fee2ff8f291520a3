//! Turns of what is agreed with others and runs on a schedule: peers and sources. A turn is short and bounded; what is
//! left goes on in the next. Whose turn it is stands in the matter itself, so that any worker on any node gives it;
//! that only one gives it at a time, in the space of values that expire.

mod credential;
mod stopped;

use std::{collections::BTreeMap, time::Duration};

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};
use kaname_kernel::{Matter, MatterId};
use kaname_policy::Action;
use kaname_sharing::{
    peer::Peer,
    source::Source,
    turn::{Trouble, Turns},
};
use kaname_store::{Job, NewJob, Sort};
use serde_json::json;

pub(crate) use self::stopped::{Ended, Stopped, Wrong, told};
use crate::{
    caller::Caller,
    doors::FetchDoor,
    error::WorldError,
    work::{Loaded, Work},
    worker::Failed,
    world::World,
};

/// Turns that are begun at a time.
const BATCH: u32 = 200;
/// How often a job is taken over from workers that died.
const ATTEMPTS: u16 = 20;
/// Most objects of one turn.
const TURN_OBJECTS: u64 = 50_000;
/// Longest turn; a shorter lease makes shorter turns.
const LONGEST_TURN: Duration = Duration::from_secs(40);

/// Bounds of one turn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TurnBounds {
    /// Most objects.
    pub objects: u64,
    /// Longest time.
    pub time: Duration,
}

impl Default for TurnBounds {
    fn default() -> Self {
        Self {
            objects: 1_000_000,
            time: Duration::from_secs(600),
        }
    }
}

/// One turn: who has it, by which door, how far, and who hears of it.
pub(crate) struct Turn<'a> {
    pub(crate) caller: &'a Caller,
    pub(crate) door: &'a dyn FetchDoor,
    pub(crate) bounds: TurnBounds,
    /// Whether it keeps the turn for itself from step to step; a job does so by its lease.
    pub(crate) holds: bool,
    /// Hears how many objects came or went.
    pub(crate) progress: &'a (dyn Fn(u64) + Sync),
}

impl<'a> Turn<'a> {
    /// Of somebody who waits at a terminal.
    pub(crate) fn by_hand(
        caller: &'a Caller,
        door: &'a dyn FetchDoor,
        bounds: TurnBounds,
        progress: &'a (dyn Fn(u64) + Sync),
    ) -> Self {
        Self {
            caller,
            door,
            bounds,
            holds: true,
            progress,
        }
    }
}

/// What has turns.
#[async_trait]
pub(crate) trait Turned: Matter {
    /// Kind of the job that gives it its turn, and the word for it in that job's payload: `{"peer": id}`.
    const JOB: &'static str;
    /// Space of turns that are being given.
    const SPACE: &'static str;
    /// Lookup space of its codes.
    const CODES: &'static str;

    fn turns(&self) -> &Turns;

    fn code(&self) -> &str;

    /// Its turn. Gives what went wrong by the other side's doing, once that is written down.
    async fn take(
        world: &World,
        turn: &Turn<'_>,
        one: Loaded<Self>,
    ) -> Result<Option<Trouble>, WorldError>;

    /// Refuses a turn of what was stopped.
    fn must_run(&self) -> Result<(), WorldError> {
        match self.turns().stopped {
            None => Ok(()),
            Some(_) => {
                let why = format!("{} was stopped", self.code());
                Err(WorldError::refused("refused-state", why))
            }
        }
    }
}

impl World {
    /// Queues a turn of everything that is due; gives how many. Every node does so: of the same turn only one waits
    /// at a time.
    pub async fn queue_turns(&self) -> Result<usize, WorldError> {
        Ok(self.queue_due::<Peer>().await? + self.queue_due::<Source>().await?)
    }

    async fn queue_due<M: Turned>(&self) -> Result<usize, WorldError> {
        let caller = Caller::system(M::JOB);
        let mut query = self.query::<M>(&caller).await?;
        query.sort = Sort::Due;
        query.due_before = Some(self.now());
        query.limit = BATCH;
        let mut queued = 0;
        for one in self.list::<M>(&query).await?.rows {
            if self.has_turn::<M>(one.id).await? {
                continue;
            }
            self.store().enqueue(self.turn_of::<M>(one.id)).await?;
            queued += 1;
        }
        Ok(queued)
    }

    /// Changes what an administrator finds by its code as `decide` says.
    pub(crate) async fn change_turned<M: Turned>(
        &self,
        caller: &Caller,
        code: &str,
        decide: impl FnOnce(&Loaded<M>) -> Result<M::Change, WorldError>,
    ) -> Result<Loaded<M>, WorldError> {
        self.allow_any(caller, Action::CollectionManage)?;
        let mut one = self.find::<M>(caller, M::CODES, code).await?;
        let change = decide(&one)?;
        let mut work = self.work(&caller.actor);
        work.apply(&mut one, [change])?;
        work.notice(M::KIND, Some(one.id));
        self.queue_turn(&mut work, &one);
        work.commit().await?;
        Ok(one)
    }

    /// One, by its code.
    pub(crate) async fn turned<M: Turned>(
        &self,
        caller: &Caller,
        code: &str,
    ) -> Result<Loaded<M>, WorldError> {
        self.allow_any(caller, Action::DeliveryRead)?;
        self.find::<M>(caller, M::CODES, code).await
    }

    /// Every one, by its code.
    pub(crate) async fn all_turned<M: Turned>(
        &self,
        caller: &Caller,
    ) -> Result<Vec<Loaded<M>>, WorldError> {
        self.allow_any(caller, Action::DeliveryRead)?;
        let mut all = Vec::new();
        let query = self.query::<M>(caller).await?;
        self.walk::<M>(query, |one| all.push(one)).await?;
        all.sort_by(|a, b| a.state.code().cmp(b.state.code()));
        Ok(all)
    }

    /// Queues the turn of what was just changed, when it is due.
    pub(crate) fn queue_turn<M: Turned>(&self, work: &mut Work<'_>, one: &Loaded<M>) {
        if one.state.turns().is_due(self.now()) {
            work.job(self.turn_of::<M>(one.id));
        }
    }

    fn turn_of<M: Turned>(&self, id: MatterId) -> NewJob {
        NewJob {
            kind: M::JOB.to_owned(),
            dedup: Some(format!("{}/{id}", M::JOB)),
            priority: 0,
            run_at: self.now(),
            max_attempts: ATTEMPTS,
            payload: json!({ M::JOB: id }),
        }
    }

    /// Does a job that gives something its turn.
    pub(crate) async fn do_turn<M: Turned>(
        &self,
        door: &dyn FetchDoor,
        job: &Job,
    ) -> Result<(), Failed> {
        let id = named::<M>(job)?;
        // One turn at a time: who comes second lets the first go on, and takes over when its lease has ended.
        if !self.begin_turn::<M>(id, job.leased_until).await? {
            return Ok(());
        }
        let given = self.give_turn::<M>(door, id, job.leased_until).await;
        self.end_turn::<M>(id).await?;
        match given {
            // Somebody else changed or read it meanwhile: what is left is found due again.
            Err(error) if error.is_conflict() => Ok(()),
            other => Ok(other?),
        }
    }

    /// A turn of something that is due, within the lease of its job.
    async fn give_turn<M: Turned>(
        &self,
        door: &dyn FetchDoor,
        id: MatterId,
        leased_until: Timestamp,
    ) -> Result<(), WorldError> {
        let Some(one) = self.load::<M>(id).await? else {
            return Ok(());
        };
        if !one.state.turns().is_due(self.now()) {
            return Ok(());
        }
        let lease = leased_until.duration_since(self.now()).unsigned_abs();
        let turn = Turn {
            caller: &Caller::system(M::JOB),
            door,
            bounds: TurnBounds {
                objects: TURN_OBJECTS,
                time: LONGEST_TURN.min(lease * 2 / 3),
            },
            holds: false,
            progress: &|_| {},
        };
        let code = one.state.code().to_owned();
        if let Some(trouble) = M::take(self, &turn, one).await? {
            tracing::warn!(kind = M::JOB, %code, %trouble, "a turn ended in trouble");
        }
        Ok(())
    }

    /// A turn for somebody who waits at a terminal: whoever has it lets it go.
    pub(crate) async fn turn_by_hand<M: Turned, T>(
        &self,
        id: MatterId,
        taking: impl Future<Output = Result<T, WorldError>>,
    ) -> Result<T, WorldError> {
        self.hold_turn::<M>(id).await?;
        let taken = taking.await;
        self.end_turn::<M>(id).await?;
        taken
    }

    /// Keeps a turn from step to step, where it is not kept by a job's lease.
    pub(crate) async fn keep_turn<M: Turned>(
        &self,
        turn: &Turn<'_>,
        id: MatterId,
    ) -> Result<(), WorldError> {
        match turn.holds {
            true => self.hold_turn::<M>(id).await,
            false => Ok(()),
        }
    }

    /// Whether a turn is ours until the lease ends.
    async fn begin_turn<M: Turned>(
        &self,
        id: MatterId,
        until: Timestamp,
    ) -> Result<bool, WorldError> {
        let (now, key) = (self.now(), id.to_string());
        let count = self.store().kv_count(M::SPACE, &key, now, until).await?;
        Ok(count == 1)
    }

    /// Takes a turn for a while, whoever has it.
    async fn hold_turn<M: Turned>(&self, id: MatterId) -> Result<(), WorldError> {
        let until = self.now() + SignedDuration::from_secs(self.settings().job_lease_s.into());
        let key = id.to_string();
        Ok(self.store().kv_put(M::SPACE, &key, json!(1), until).await?)
    }

    async fn end_turn<M: Turned>(&self, id: MatterId) -> Result<(), WorldError> {
        let key = id.to_string();
        self.store().kv_take(M::SPACE, &key, self.now()).await?;
        Ok(())
    }

    async fn has_turn<M: Turned>(&self, id: MatterId) -> Result<bool, WorldError> {
        let key = id.to_string();
        let held = self.store().kv_get(M::SPACE, &key, self.now()).await?;
        Ok(held.is_some())
    }
}

/// Whose turn a job gives.
fn named<M: Turned>(job: &Job) -> Result<MatterId, Failed> {
    let spoiled = |why: String| Failed::Never(why);
    let mut payload: BTreeMap<String, MatterId> =
        serde_json::from_value(job.payload.clone()).map_err(|error| spoiled(error.to_string()))?;
    let id = payload.remove(M::JOB);
    id.ok_or_else(|| spoiled(format!("the job does not say which {}", M::JOB)))
}
