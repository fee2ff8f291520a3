//! Sources: what somebody publishes at an address, agreed with, changed, listed, and read in turns into a collection of
//! kind peer. What each says is its own word; nothing of it reaches a library without release.

mod csaf;
mod misp;
mod owed;
mod question;
mod read;
mod take;
mod trial;

use std::sync::Arc;

use async_trait::async_trait;
use kaname_directory::Group;
use kaname_kernel::{Id, Matter as _, MatterId};
use kaname_policy::Action;
use kaname_sharing::{
    Collection, Sealed,
    collection::CollectionKind,
    source::{self, SOURCE_SPACE, Source, SourceChange, SourceDefinition, SourceTerms},
    turn::{Trouble, Turns},
};
use kaname_store::{Job, ListQuery};

pub use self::{
    read::SourceRead,
    trial::{Trial, TrialEntry, TrialObject, Tried},
};
use crate::{
    caller::Caller,
    doors::FetchDoor,
    error::WorldError,
    turn::{Turn, Turned},
    work::Loaded,
    worker::{Duty, Failed},
    world::World,
};

/// Kind of the job that gives a source its turn.
pub const SOURCE: &str = "source";
/// What the header is sealed for by which the hub is known at a source.
const SECRET: &str = "source";

/// Gives sources their turns.
pub struct SourceDuty {
    /// The door to other servers.
    pub door: Arc<dyn FetchDoor>,
}

#[async_trait]
impl Duty for SourceDuty {
    fn kind(&self) -> &'static str {
        SOURCE
    }

    async fn run(&self, world: &World, job: &Job) -> Result<(), Failed> {
        world.do_turn::<Source>(self.door.as_ref(), job).await
    }
}

#[async_trait]
impl Turned for Source {
    const JOB: &'static str = SOURCE;
    const SPACE: &'static str = "source-turn";
    const CODES: &'static str = SOURCE_SPACE;

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
        Ok(world.read_turn(turn, one).await?.trouble)
    }
}

impl World {
    /// Whether a source is read into a collection, or was: what it no longer lists ends by itself there.
    pub(crate) async fn is_fed_by_source(&self, collection: MatterId) -> Result<bool, WorldError> {
        let query = ListQuery {
            scope: Some(collection),
            limit: 1,
            ..ListQuery::of(Source::KIND, self.everything().await?)
        };
        Ok(!self.list::<Source>(&query).await?.rows.is_empty())
    }

    /// Agrees with a source. `header`: name and value of the header by which the hub is known there.
    pub async fn join_source(
        &self,
        caller: &Caller,
        definition: SourceDefinition,
        header: Option<(&str, &str)>,
    ) -> Result<Loaded<Source>, WorldError> {
        self.allow_any(caller, Action::CollectionManage)?;
        self.check_into(caller, definition.into).await?;
        self.check_groups(caller, &definition.terms).await?;
        let id: MatterId = Id::fresh(self.clock(), self.rng());
        let sealed = self.sealed_header(id, header)?;
        let change = source::join_source(definition, sealed)?;
        let mut work = self.work(&caller.actor);
        let joined = work.begin::<Source>(id, change)?;
        work.notice(Source::KIND, Some(id));
        self.queue_turn(&mut work, &joined);
        work.commit().await?;
        Ok(joined)
    }

    /// What a source says stays apart from what the hub releases.
    async fn check_into(&self, caller: &Caller, into: MatterId) -> Result<(), WorldError> {
        let collection = self.see::<Collection>(caller, into).await?;
        match collection.state.definition.kind {
            CollectionKind::Peer => Ok(()),
            _ => Err(WorldError::refused(
                "refused-not-peer",
                "what a source says goes into a collection of kind peer; nothing reaches a library without release",
            )),
        }
    }

    /// A sharing group can only be a group that there is.
    async fn check_groups(&self, caller: &Caller, terms: &SourceTerms) -> Result<(), WorldError> {
        for group in terms.form.sharing_groups.values() {
            if self.see_if::<Group>(caller, group.cast()).await?.is_none() {
                let message = format!("{group} is no group of this hub");
                return Err(WorldError::invalid(
                    "sharing_groups",
                    "error-text-choice",
                    message,
                ));
            }
        }
        Ok(())
    }

    /// Agrees with a source otherwise. `header` is `None` to keep the one there is.
    pub async fn agree_with_source(
        &self,
        caller: &Caller,
        code: &str,
        terms: SourceTerms,
        header: Option<(&str, &str)>,
    ) -> Result<Loaded<Source>, WorldError> {
        self.check_groups(caller, &terms).await?;
        let agree = |one: &Loaded<Source>| {
            let sealed = self.sealed_header(one.id, header)?;
            Ok(source::change_source(&one.state, terms, sealed)?)
        };
        self.change_turned(caller, code, agree).await
    }

    /// Changes a source as `decide` says.
    pub async fn change_source(
        &self,
        caller: &Caller,
        code: &str,
        decide: impl FnOnce(&Source) -> Result<SourceChange, kaname_sharing::Refused>,
    ) -> Result<Loaded<Source>, WorldError> {
        self.change_turned(caller, code, |one| Ok(decide(&one.state)?))
            .await
    }

    /// One source, by its code.
    pub async fn source(&self, caller: &Caller, code: &str) -> Result<Loaded<Source>, WorldError> {
        self.turned(caller, code).await
    }

    /// Every source, by its code.
    pub async fn sources(&self, caller: &Caller) -> Result<Vec<Loaded<Source>>, WorldError> {
        self.all_turned(caller).await
    }

    fn sealed_header(
        &self,
        id: MatterId,
        header: Option<(&str, &str)>,
    ) -> Result<Option<Sealed>, WorldError> {
        let Some((name, value)) = header else {
            return Ok(None);
        };
        let header = question::checked_header(name, value)?;
        Ok(Some(self.seal_credential(SECRET, id, &header)))
    }
}
