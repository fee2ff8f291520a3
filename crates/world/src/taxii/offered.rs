//! Collections as machines see them, and ranges of what stands in them.

use kaname_kernel::{Matter as _, MatterId};
use kaname_policy::Action;
use kaname_sharing::{
    Collection, Outlet,
    collection::{CollectionKind, alias_in},
};
use kaname_store::{ObjectBytes, ObjectFilter, ObjectPage, Versions};

use super::root::Root;
use crate::{
    caller::Caller,
    error::WorldError,
    outlet::{Fetch, Range},
    work::Loaded,
    world::World,
};

/// A collection with what this caller may do to it (TAXII 2.1 §5.2).
#[derive(Debug, Clone)]
pub struct Offered {
    /// The collection.
    pub collection: Loaded<Collection>,
    /// Whether the caller may read objects in it.
    pub can_read: bool,
    /// Whether the caller may post to it.
    pub can_write: bool,
}

impl World {
    /// Every collection of a root that the caller may know of, by alias.
    pub async fn offered_collections(
        &self,
        caller: &Caller,
        root: &Root,
    ) -> Result<Vec<Offered>, WorldError> {
        let all = self.collections(caller).await?;
        let here = all
            .into_iter()
            .filter(|one| one.state.definition.taxii.root == root.id);
        Ok(here.map(|one| self.offered(caller, one)).collect())
    }

    /// The collection of an id or alias in a root, if the caller may know of it.
    pub async fn offered_collection(
        &self,
        caller: &Caller,
        root: &Root,
        id_or_alias: &str,
    ) -> Result<Offered, WorldError> {
        let collection = match (root.id, id_or_alias.parse::<MatterId>()) {
            (Some(root), Err(_)) => self.collection(caller, &alias_in(root, id_or_alias)).await,
            _ => self.collection(caller, id_or_alias).await,
        };
        let collection = collection?;
        if collection.state.definition.taxii.root != root.id {
            return Err(WorldError::NotFound(Collection::KIND));
        }
        Ok(self.offered(caller, collection))
    }

    pub(super) fn offered(&self, caller: &Caller, collection: Loaded<Collection>) -> Offered {
        let may = |action| self.allow_any(caller, action).is_ok();
        let (now, reader, state) = (self.now(), &caller.reader, &collection.state);
        let kind = state.definition.kind;
        let can_read =
            kind != CollectionKind::Intake && state.can_read(reader, now) && may(Action::TaxiiRead);
        // What is posted into an intake becomes a submission, into a peer collection the claim of
        // whoever posts. A library has no door but release.
        let can_write = kind != CollectionKind::Library
            && state.can_write(reader, now)
            && may(Action::TaxiiPost);
        Offered {
            collection,
            can_read,
            can_write,
        }
    }

    /// Raw objects of a range, ready to be sent over TAXII. Their party counts as having fetched them.
    pub async fn taxii_bytes(
        &self,
        caller: &Caller,
        offered: &Offered,
        range: &Range,
    ) -> Result<ObjectBytes, WorldError> {
        let filter = self.taxii_filter(caller, offered, range).await?;
        let page = self.store().object_bytes(&filter).await?;
        if let (Some(party), Some(last)) = (caller.reader.party, page.last_us) {
            self.fetched.note_page(Fetch {
                party,
                outlet: Outlet::Taxii,
                collection: offered.collection.id,
                range: range.clone(),
                last_us: last,
            });
        }
        Ok(page)
    }

    /// Headers of a range, for manifests and lists of versions. Nobody counts as having fetched them.
    pub async fn taxii_headers(
        &self,
        caller: &Caller,
        offered: &Offered,
        range: &Range,
    ) -> Result<ObjectPage, WorldError> {
        let filter = self.taxii_filter(caller, offered, range).await?;
        Ok(self.store().objects(&filter).await?)
    }

    /// Whether any version of an object stands in the collection that the caller may see.
    pub async fn taxii_has(
        &self,
        caller: &Caller,
        offered: &Offered,
        stix_id: &str,
    ) -> Result<bool, WorldError> {
        let range = Range {
            ids: vec![stix_id.to_owned()],
            versions: Versions::All,
            limit: 1,
            ..Range::default()
        };
        let filter = self.taxii_filter(caller, offered, &range).await?;
        Ok(self.store().object_bytes(&filter).await?.count > 0)
    }

    async fn taxii_filter(
        &self,
        caller: &Caller,
        offered: &Offered,
        range: &Range,
    ) -> Result<ObjectFilter, WorldError> {
        self.allow_any(caller, Action::TaxiiRead)?;
        if !offered.can_read {
            return Err(WorldError::Denied("denied-collection-read"));
        }
        self.range_filter(caller, offered.collection.id, range)
            .await
    }
}

impl Offered {
    /// Fails when the caller may not post here.
    pub fn must_write(&self) -> Result<(), WorldError> {
        if self.can_write {
            Ok(())
        } else {
            Err(WorldError::Denied("denied-collection-write"))
        }
    }
}
