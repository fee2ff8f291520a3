//! What somebody proposes about another's event: beside a claim it is a claim of whoever proposes, on what the hub released a
//! submission. The event itself stays as it is until whoever has it takes the proposal up.

use std::collections::{BTreeSet, HashMap};

use hyper::body::Bytes;
use kaname_kernel::PartyId;
use kaname_misp::CONTAINERS;
use kaname_policy::Action;
use kaname_sharing::collection::CollectionKind;
use kaname_store::{StoredObject, Versions};
use uuid::Uuid;

use super::{found::Found, posted::MispPosted};
use crate::{caller::Caller, error::WorldError, taxii::Offered, world::World};

/// Parts of an event that are taken out together.
const REMOVED_AT_ONCE: usize = 500;
/// Most objects that are looked at for whether they refer to one.
const MOST_REFERRING: u32 = 200;
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

    /// Takes back an own event: all that it holds of the caller's and nothing else of the caller's refers to, then itself.
    /// Where that is cut off, it is gone on with when it is asked for again.
    pub async fn misp_remove(&self, caller: &Caller, own: &Found) -> Result<(), WorldError> {
        self.allow_any(caller, Action::TaxiiPost)?;
        let offered = self.offered(caller, (*own.collection).clone());
        offered.must_write()?;
        let party = caller.party_id()?;
        self.count_submission(party).await?;
        let readable = self.readable(caller).await?;
        let is_own = |one: &StoredObject| one.origin == Some(party);
        let count = own.frame.refs.len();
        for start in (0..count).step_by(REMOVED_AT_ONCE) {
            let end = count.min(start + REMOVED_AT_ONCE);
            let parts = self.misp_parts(caller, &[(own, start..end)]).await?;
            let mut going: BTreeSet<String> = BTreeSet::from([own.object.stix_id.clone()]);
            let (mut held, mut observed) = (Vec::new(), BTreeSet::new());
            for part in parts.into_iter().flatten() {
                if is_own(&part.object) {
                    held.push(part.object.stix_id.clone());
                }
                let seen = part.observed.iter().filter(|one| is_own(one));
                observed.extend(seen.map(|one| one.stix_id.clone()));
            }
            for id in held.into_iter().chain(observed) {
                let referring = self.store().referring(&id, &readable, MOST_REFERRING);
                let referring = referring.await?;
                let leads = |one: &String| {
                    one.starts_with("relationship--") || one.starts_with("sighting--")
                };
                let (links, others): (Vec<String>, Vec<String>) =
                    referring.into_iter().partition(leads);
                let others = others.into_iter().filter(|one| !going.contains(one));
                if !self.stands_own(&offered, party, others.collect()).await? {
                    going.insert(id);
                    going.extend(links);
                }
            }
            going.remove(&own.object.stix_id);
            self.take_out_own(caller, &offered, going.into_iter().collect())
                .await?;
        }
        let last = vec![own.object.stix_id.clone()];
        self.take_out_own(caller, &offered, last).await
    }

    /// Whether a party's own claim stands under one of these ids.
    async fn stands_own(
        &self,
        offered: &Offered,
        party: PartyId,
        ids: Vec<String>,
    ) -> Result<bool, WorldError> {
        let mut stands = false;
        let origins = vec![Some(party)];
        self.each_standing(offered.collection.id, origins, ids, |_| stands = true)
            .await?;
        Ok(stands)
    }

    /// Takes back what the caller's party handed in under a name, as long as no officer has taken it up.
    pub async fn misp_take_back(&self, caller: &Caller, named: &str) -> Result<(), WorldError> {
        self.allow_any(caller, Action::TaxiiPost)?;
        let report = self.misp_report_of(caller, named).await?;
        let report = report.ok_or(WorldError::NotFound("event"))?;
        self.withdraw_posted(caller, report).await
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
