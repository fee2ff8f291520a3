//! Collections: where released objects stand, and where what is posted becomes a submission.

use kaname_kernel::{Audience, Id, Matter, MatterId};
use kaname_policy::Action;
use kaname_sharing::{
    Refused,
    collection::{self, Collection, CollectionChange, CollectionKind, Definition},
    marking::standing_objects,
};
use kaname_store::ListQuery;

use super::object::Standing;
use crate::{
    caller::Caller,
    error::WorldError,
    work::{Loaded, Work},
    world::World,
};

/// Most collections of a world.
const MAX_COLLECTIONS: u32 = 500;

/// How those objects stand in a library that are there from its beginning.
pub(crate) fn standing_in(collection: MatterId) -> Standing {
    Standing {
        collection,
        origin: None,
        audience: Audience::everyone(),
        expires: None,
        source: collection,
    }
}

impl World {
    /// Opens a collection.
    pub async fn open_collection(
        &self,
        caller: &Caller,
        definition: Definition,
    ) -> Result<Loaded<Collection>, WorldError> {
        self.allow_any(caller, Action::CollectionManage)?;
        let mut changes = collection::open_collection(definition)?.into_iter();
        let first = changes.next().ok_or(WorldError::NotFound("event"))?;
        let mut work = self.work(&caller.actor);
        let opened = work.begin::<Collection>(Id::fresh(self.clock(), self.rng()), first)?;
        if opened.state.definition.kind == CollectionKind::Library {
            self.put_standing(&mut work, opened.id).await?;
        }
        work.notice(Collection::KIND, Some(opened.id));
        work.commit().await?;
        Ok(opened)
    }

    /// What every released object refers to stands in the library from its beginning, readable by
    /// whoever may read there: the marking definitions, and the hub as their author.
    pub(crate) async fn put_standing(
        &self,
        work: &mut Work<'_>,
        collection: MatterId,
    ) -> Result<(), WorldError> {
        let mut standing = standing_objects().map_err(WorldError::encoding)?;
        if self.hub().await?.is_some() {
            standing.push(self.hub_identity().await?);
        }
        for raw in standing {
            work.object(self.new_object(&raw, standing_in(collection))?);
        }
        Ok(())
    }

    /// Changes a collection as `decide` says, one of its commands.
    pub async fn change_collection(
        &self,
        caller: &Caller,
        id: MatterId,
        decide: impl FnOnce(&Collection) -> Result<Vec<CollectionChange>, Refused>,
    ) -> Result<Loaded<Collection>, WorldError> {
        let mut collection = self.see::<Collection>(caller, id).await?;
        self.allow_any(caller, Action::CollectionManage)?;
        let changes = decide(&collection.state)?;
        let mut work = self.work(&caller.actor);
        work.apply(&mut collection, changes)?;
        work.notice(Collection::KIND, Some(id));
        work.commit().await?;
        Ok(collection)
    }

    /// Every open collection the caller may know of, by alias.
    pub async fn collections(
        &self,
        caller: &Caller,
    ) -> Result<Vec<Loaded<Collection>>, WorldError> {
        let mut query = ListQuery::of(Collection::KIND, self.readable(caller).await?);
        query.limit = MAX_COLLECTIONS;
        query.states = vec!["open".to_owned()];
        let mut all = self.list::<Collection>(&query).await?.rows;
        all.sort_by(|a, b| a.state.definition.alias.cmp(&b.state.definition.alias));
        Ok(all)
    }

    /// The collection of an id or alias, if the caller may know of it.
    pub async fn collection(
        &self,
        caller: &Caller,
        id_or_alias: &str,
    ) -> Result<Loaded<Collection>, WorldError> {
        let by_id = id_or_alias.parse::<MatterId>();
        let found = match by_id {
            Ok(id) => self.see::<Collection>(caller, id).await?,
            Err(_) => self.find(caller, collection::SPACE, id_or_alias).await?,
        };
        if found.state.closed {
            return Err(WorldError::NotFound(Collection::KIND));
        }
        Ok(found)
    }
}
