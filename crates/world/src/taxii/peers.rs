//! Peers: agreed with, changed, listed, and given their turns.

use std::sync::Arc;

use async_trait::async_trait;
use kaname_directory::Party;
use kaname_kernel::{Id, Matter as _, MatterId};
use kaname_policy::Action;
use kaname_sharing::{
    Collection,
    collection::CollectionKind,
    peer::{self, PEER_SPACE, Peer, PeerChange, PeerDefinition, Terms, Way},
    turn::{Trouble, Turns},
};
use kaname_store::Job;

use crate::{
    caller::Caller,
    doors::FetchDoor,
    error::WorldError,
    turn::{Turn, Turned},
    work::Loaded,
    worker::{Duty, Failed},
    world::World,
};

/// Kind of the job that gives a peer its turn; its payload is `{"peer": id}`.
pub const PEER: &str = "peer";

/// Gives peers their turns.
pub struct PeerDuty {
    /// The door to other servers.
    pub door: Arc<dyn FetchDoor>,
}

#[async_trait]
impl Duty for PeerDuty {
    fn kind(&self) -> &'static str {
        PEER
    }

    async fn run(&self, world: &World, job: &Job) -> Result<(), Failed> {
        world.do_turn::<Peer>(self.door.as_ref(), job).await
    }
}

#[async_trait]
impl Turned for Peer {
    const JOB: &'static str = PEER;
    const SPACE: &'static str = "peer-turn";
    const CODES: &'static str = PEER_SPACE;

    fn turns(&self) -> &Turns {
        &self.turns
    }

    fn code(&self) -> &str {
        &self.definition.code
    }

    async fn take(
        world: &World,
        turn: &Turn<'_>,
        one: Loaded<Self>,
    ) -> Result<Option<Trouble>, WorldError> {
        Ok(match one.state.definition.way {
            Way::Pull { .. } => world.pull_in(turn, one).await?.trouble,
            Way::Push { .. } => world.push_in(turn, one).await?.trouble,
        })
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
        let agree = |one: &Loaded<Peer>| {
            let sealed = self.sealed_credential(one.id, credential)?;
            Ok(peer::change_peer(&one.state, terms, sealed)?)
        };
        self.change_turned(caller, code, agree).await
    }

    /// Changes a peer as `decide` says.
    pub async fn change_peer(
        &self,
        caller: &Caller,
        code: &str,
        decide: impl FnOnce(&Peer) -> Result<PeerChange, kaname_sharing::Refused>,
    ) -> Result<Loaded<Peer>, WorldError> {
        self.change_turned(caller, code, |one| Ok(decide(&one.state)?))
            .await
    }

    /// One peer, by its code.
    pub async fn peer(&self, caller: &Caller, code: &str) -> Result<Loaded<Peer>, WorldError> {
        self.turned(caller, code).await
    }

    /// Every peer, by its code.
    pub async fn peers(&self, caller: &Caller) -> Result<Vec<Loaded<Peer>>, WorldError> {
        self.all_turned(caller).await
    }
}
