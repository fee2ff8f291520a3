//! What somebody proposes about another's event: beside a claim it is a claim of whoever proposes, on what the hub released a
//! submission. The event itself stays as it is until whoever has it takes the proposal up.

use std::collections::HashMap;

use hyper::body::Bytes;
use kaname_misp::CONTAINERS;
use kaname_policy::Action;
use kaname_sharing::collection::CollectionKind;
use kaname_store::Versions;
use uuid::Uuid;

use super::{found::Found, posted::MispPosted};
use crate::{caller::Caller, error::WorldError, world::World};

/// Events looked up at once, each under two ids.
const LOOKED_UP: usize = 50;

impl World {
    /// Takes a proposal about an event that the caller sees: an event of its own, as JSON text.
    pub async fn misp_propose(
        &self,
        caller: &Caller,
        about: &Found,
        document: Bytes,
    ) -> Result<MispPosted, WorldError> {
        self.allow_any(caller, Action::TaxiiPost)?;
        let offered = self.offered(caller, (*about.collection).clone());
        let definition = &offered.collection.state.definition;
        match definition.kind == CollectionKind::Peer && offered.can_write {
            true => self.misp_post_to(caller, &offered, document).await,
            false => self.misp_post(caller, None, document).await,
        }
    }

    /// Takes back an own claim with all that it alone holds.
    pub async fn misp_withdraw(&self, caller: &Caller, own: &Found) -> Result<(), WorldError> {
        self.allow_any(caller, Action::TaxiiPost)?;
        let offered = self.offered(caller, (*own.collection).clone());
        let all = [(own, 0..own.frame.refs.len())];
        let parts = self.misp_parts(caller, &all).await?.into_iter().flatten();
        let of_own = parts.filter(|part| part.object.origin == own.object.origin);
        let ids = of_own.map(|part| part.object.stix_id.clone());
        let ids: Vec<String> = ids.chain([own.object.stix_id.clone()]).collect();
        for id in ids {
            let all = (Versions::All, Vec::new());
            self.take_out(caller, &offered, &id, all).await?;
        }
        Ok(())
    }

    /// The events of these UUIDs that the caller sees, read together: of each the one that is meant by its UUID.
    pub async fn misp_events_named(
        &self,
        caller: &Caller,
        uuids: &[Uuid],
    ) -> Result<HashMap<Uuid, Found>, WorldError> {
        let places = self.misp_places(caller).await?;
        let mut all = HashMap::new();
        for some in uuids.chunks(LOOKED_UP) {
            let ids = some
                .iter()
                .flat_map(|uuid| CONTAINERS.map(|kind| format!("{kind}--{uuid}")));
            for (place, object) in self.misp_under(caller, &places, ids.collect()).await? {
                let uuid = object.stix_id.split_once("--");
                let uuid = uuid.and_then(|(_, uuid)| Uuid::try_parse(uuid).ok());
                if let (Some(uuid), Some(found)) = (uuid, Found::of(object, &place)) {
                    all.entry(uuid).or_insert(found);
                }
            }
        }
        Ok(all)
    }

    /// The id of the object that a reference of the caller's own claims leads from.
    pub async fn misp_referring(
        &self,
        caller: &Caller,
        reference: Uuid,
    ) -> Result<String, WorldError> {
        #[derive(serde::Deserialize)]
        struct Ends {
            source_ref: String,
        }
        let places = self.misp_places(caller).await?;
        let party = caller.party_id()?;
        let ids = vec![format!("relationship--{reference}")];
        let found = self.misp_under(caller, &places, ids).await?;
        let mut own = found
            .iter()
            .filter(|(_, one)| one.origin == Some(party))
            .filter_map(|(_, one)| serde_json::from_str::<Ends>(&one.raw).ok());
        let ends = own.next().ok_or(WorldError::NotFound("reference"))?;
        Ok(ends.source_ref)
    }

    /// Takes the relationship of a reference out of the collection of the caller's own event.
    pub async fn misp_unrefer(
        &self,
        caller: &Caller,
        own: &Found,
        reference: Uuid,
    ) -> Result<(), WorldError> {
        let offered = self.offered(caller, (*own.collection).clone());
        let all = (Versions::All, Vec::new());
        let id = format!("relationship--{reference}");
        self.take_out(caller, &offered, &id, all).await?;
        Ok(())
    }
}
