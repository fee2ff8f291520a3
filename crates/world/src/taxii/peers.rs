//! Peers: agreed with, changed, listed, and given their turns. A turn is short and bounded; what is left goes on
//! in the next. Whose turn it is stands in the peer itself, so that any worker on any node gives it.

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};
use kaname_directory::Party;
use kaname_kernel::{Id, Matter as _, MatterId};
use kaname_policy::Action;
use kaname_sharing::{
    Collection,
    collection::CollectionKind,
    peer::{self, PEER_SPACE, Peer, PeerChange, PeerDefinition, Terms, Way},
};
use kaname_store::{Job, NewJob, Sort};
use serde::Deserialize;
use serde_json::json;

use super::pull::{PullBounds, Turn};
use crate::{
    caller::Caller,
    doors::FetchDoor,
    error::WorldError,
    work::{Loaded, Work},
    worker::{Duty, Failed},
    world::World,
};

/// Kind of the job that gives a peer its turn; its payload is `{"peer": id}`.
pub const PEER: &str = "peer";
/// Space of turns that are being given, by peer.
const TURNS: &str = "peer-turn";
/// Peers whose turn is begun at a time.
const BATCH: u32 = 200;
/// How often a job is taken over from workers that died.
const ATTEMPTS: u16 = 20;
/// Most objects of one turn.
const TURN_OBJECTS: u64 = 50_000;
/// Longest turn; a shorter lease makes shorter turns.
const LONGEST_TURN: Duration = Duration::from_secs(40);

/// Gives peers their turns.
pub struct PeerDuty {
    /// The door to other servers.
    pub door: Arc<dyn FetchDoor>,
}

#[derive(Deserialize)]
struct Payload {
    peer: MatterId,
}

#[async_trait]
impl Duty for PeerDuty {
    fn kind(&self) -> &'static str {
        PEER
    }

    async fn run(&self, world: &World, job: &Job) -> Result<(), Failed> {
        let payload: Payload = serde_json::from_value(job.payload.clone())
            .map_err(|error| Failed::Never(error.to_string()))?;
        // One turn at a time: who comes second lets the first go on, and takes over when its lease has ended.
        if !world.begin_turn(payload.peer, job.leased_until).await? {
            return Ok(());
        }
        let given = world
            .give_turn(self.door.as_ref(), payload.peer, job.leased_until)
            .await;
        world.end_turn(payload.peer).await?;
        match given {
            // Somebody else changed or read it meanwhile: what is left is found due again.
            Err(error) if error.is_conflict() => Ok(()),
            other => Ok(other?),
        }
    }
}

impl World {
    /// Agrees with a peer. `credential`: user and password there.
    pub async fn join_peer(
        &self,
        caller: &Caller,
        definition: PeerDefinition,
        credential: Option<(&str, &str)>,
    ) -> Result<Loaded<Peer>, WorldError> {
        self.allow_any(caller, Action::CollectionManage)?;
        self.check_way(caller, definition.way).await?;
        let id: MatterId = Id::fresh(self.clock(), self.rng());
        let sealed = self.sealed_credential(id, credential)?;
        let change = peer::join_peer(definition, sealed)?;
        let mut work = self.work(&caller.actor);
        let joined = work.begin::<Peer>(id, change)?;
        work.notice(Peer::KIND, Some(id));
        work.commit().await?;
        Ok(joined)
    }

    /// Whether objects may go that way at all.
    async fn check_way(&self, caller: &Caller, way: Way) -> Result<(), WorldError> {
        let collection = self.see::<Collection>(caller, way.collection()).await?;
        let kind = collection.state.definition.kind;
        match way {
            Way::Pull { .. } if kind != CollectionKind::Peer => Err(WorldError::refused(
                "refused-not-peer",
                "what a peer has goes into a collection of kind peer; nothing reaches a library without release",
            )),
            Way::Push { .. } if kind == CollectionKind::Intake => Err(WorldError::refused(
                "refused-intake",
                "what is handed in is not sent on; a library or a peer's collection is",
            )),
            Way::Push { party, .. } => {
                let party = self.see::<Party>(caller, party.cast()).await?;
                match party.state.is_hub() {
                    // The hub's own eyes are those of its officers: nothing is sent by them.
                    true => Err(kaname_sharing::Refused::OutOfBounds { field: "party" }.into()),
                    false => Ok(()),
                }
            }
            Way::Pull { .. } => Ok(()),
        }
    }

    /// Agrees with a peer otherwise. `credential`: user and password there; `None` keeps them.
    pub async fn agree_otherwise(
        &self,
        caller: &Caller,
        code: &str,
        terms: Terms,
        credential: Option<(&str, &str)>,
    ) -> Result<Loaded<Peer>, WorldError> {
        self.allow_any(caller, Action::CollectionManage)?;
        let peer = self.find::<Peer>(caller, PEER_SPACE, code).await?;
        let sealed = self.sealed_credential(peer.id, credential)?;
        let change = peer::change_peer(&peer.state, terms, sealed)?;
        self.keep_peer(caller, peer, change).await
    }

    /// Changes a peer as `decide` says.
    pub async fn change_peer(
        &self,
        caller: &Caller,
        code: &str,
        decide: impl FnOnce(&Peer) -> Result<PeerChange, kaname_sharing::Refused>,
    ) -> Result<Loaded<Peer>, WorldError> {
        self.allow_any(caller, Action::CollectionManage)?;
        let peer = self.find::<Peer>(caller, PEER_SPACE, code).await?;
        let change = decide(&peer.state)?;
        self.keep_peer(caller, peer, change).await
    }

    async fn keep_peer(
        &self,
        caller: &Caller,
        mut peer: Loaded<Peer>,
        change: PeerChange,
    ) -> Result<Loaded<Peer>, WorldError> {
        let mut work = self.work(&caller.actor);
        work.apply(&mut peer, [change])?;
        work.notice(Peer::KIND, Some(peer.id));
        if peer.state.is_due(self.now()) {
            self.queue_turn(&mut work, peer.id);
        }
        work.commit().await?;
        Ok(peer)
    }

    /// One peer, by its code.
    pub async fn peer(&self, caller: &Caller, code: &str) -> Result<Loaded<Peer>, WorldError> {
        self.allow_any(caller, Action::DeliveryRead)?;
        self.find::<Peer>(caller, PEER_SPACE, code).await
    }

    /// Every peer, by its code.
    pub async fn peers(&self, caller: &Caller) -> Result<Vec<Loaded<Peer>>, WorldError> {
        self.allow_any(caller, Action::DeliveryRead)?;
        let mut all = Vec::new();
        let query = self.query::<Peer>(caller).await?;
        self.walk::<Peer>(query, |peer| all.push(peer)).await?;
        all.sort_by(|a, b| a.state.definition.code.cmp(&b.state.definition.code));
        Ok(all)
    }

    /// Queues a turn of each peer that is due; gives how many. Every node does so: of the same turn only one
    /// waits at a time.
    pub async fn queue_turns(&self) -> Result<usize, WorldError> {
        let caller = Caller::system(PEER);
        let mut query = self.query::<Peer>(&caller).await?;
        query.sort = Sort::Due;
        query.due_before = Some(self.now());
        query.limit = BATCH;
        let mut queued = 0;
        for peer in self.list::<Peer>(&query).await?.rows {
            if self.has_turn(peer.id).await? {
                continue;
            }
            self.store().enqueue(self.turn_of(peer.id)).await?;
            queued += 1;
        }
        Ok(queued)
    }

    fn queue_turn(&self, work: &mut Work<'_>, peer: MatterId) {
        work.job(self.turn_of(peer));
    }

    fn turn_of(&self, peer: MatterId) -> NewJob {
        NewJob {
            kind: PEER.to_owned(),
            dedup: Some(format!("{PEER}/{peer}")),
            priority: 0,
            run_at: self.now(),
            max_attempts: ATTEMPTS,
            payload: json!({ "peer": peer }),
        }
    }

    /// A turn of a peer that is due, within the lease of its job.
    async fn give_turn(
        &self,
        door: &dyn FetchDoor,
        id: MatterId,
        leased_until: Timestamp,
    ) -> Result<(), WorldError> {
        let Some(peer) = self.load::<Peer>(id).await? else {
            return Ok(());
        };
        if !peer.state.is_due(self.now()) {
            return Ok(());
        }
        let lease = leased_until.duration_since(self.now()).unsigned_abs();
        let bounds = PullBounds {
            objects: TURN_OBJECTS,
            time: LONGEST_TURN.min(lease * 2 / 3),
        };
        let code = peer.state.definition.code.clone();
        let turn = Turn {
            caller: &Caller::system(PEER),
            door,
            bounds,
            holds: false,
            progress: &|_| {},
        };
        let trouble = match peer.state.definition.way {
            Way::Pull { .. } => self.pull_in(&turn, peer).await?.trouble,
            Way::Push { .. } => self.push_in(&turn, peer).await?.trouble,
        };
        if let Some(trouble) = trouble {
            tracing::warn!(peer = %code, trouble, "a peer has trouble");
        }
        Ok(())
    }

    /// Whether the turn of a peer is ours until the lease ends.
    async fn begin_turn(&self, peer: MatterId, until: Timestamp) -> Result<bool, WorldError> {
        let (now, key) = (self.now(), peer.to_string());
        let count = self.store().kv_count(TURNS, &key, now, until).await?;
        Ok(count == 1)
    }

    /// Takes the turn of a peer for a while, whoever has it: for somebody who waits at a terminal.
    pub(super) async fn hold_turn(&self, peer: MatterId) -> Result<(), WorldError> {
        let until = self.now() + SignedDuration::from_secs(self.settings().job_lease_s.into());
        let key = peer.to_string();
        Ok(self.store().kv_put(TURNS, &key, json!(1), until).await?)
    }

    pub(super) async fn end_turn(&self, peer: MatterId) -> Result<(), WorldError> {
        let key = peer.to_string();
        self.store().kv_take(TURNS, &key, self.now()).await?;
        Ok(())
    }

    async fn has_turn(&self, peer: MatterId) -> Result<bool, WorldError> {
        let key = peer.to_string();
        let held = self.store().kv_get(TURNS, &key, self.now()).await?;
        Ok(held.is_some())
    }
}
