//! What a peer posts into a `peer` collection over TAXII: its claims, held with their markings under its
//! name, and what it takes back. Nothing of it is the hub's word, and nothing of it reaches a library. Claims
//! of different parties stand beside each other and beside what the hub brought: none takes the place of
//! another, nor is compared with it.

use std::collections::{BTreeMap, BTreeSet};

use kaname_kernel::{Audience, MatterId, PartyId};
use kaname_policy::Action;
use kaname_sharing::collection::CollectionKind;
use kaname_stix::{Head, ObjectId};
use kaname_store::{ObjectFilter, StoredObject, Versions};

use super::import::{
    Gone, Good, Import, ImportChange, Imported,
    audiences::{Audiences, own_marks},
    groups::{AgreedGroups, Defined, may_be_group, note_defined},
    leaf_of,
};
use crate::{caller::Caller, error::WorldError, taxii::Offered, work::Loaded, world::World};

/// Versions taken out by one event.
const AT_A_TIME: u32 = 5_000;
/// How often a removal is tried when others write to the same import meanwhile.
const TRIES: usize = 8;
/// Versions of one object that a new one is compared with.
const COMPARED: u32 = 200;

/// An object that was posted, with its header or why it has none.
pub(crate) struct Claimed<'a> {
    pub(crate) raw: &'a str,
    pub(crate) head: Result<Head, String>,
}

impl World {
    /// Takes claims into a peer collection: those that do not fit what is there are given their fault.
    pub(crate) async fn claim(
        &self,
        caller: &Caller,
        offered: &Offered,
        claimed: &mut [Claimed<'_>],
    ) -> Result<(), WorldError> {
        let party = caller.party.as_ref().ok_or(WorldError::Unauthenticated)?;
        self.refuse_in_the_hubs_name(claimed).await?;
        self.compare_with_standing(party.id.cast(), offered.collection.id, claimed)
            .await?;
        let mut good: Vec<Good<'_>> = Vec::with_capacity(claimed.len());
        let mut seen = BTreeMap::new();
        for one in claimed.iter() {
            let Ok(head) = &one.head else { continue };
            // The same version twice in one envelope is one version.
            if seen
                .insert((head.id.clone(), head.version_micros()), ())
                .is_none()
            {
                good.push(Good {
                    raw: one.raw,
                    head: head.clone(),
                });
            }
        }
        if good.is_empty() {
            return Ok(());
        }
        let state = &offered.collection.state;
        let groups = self.groups_of_claims(caller, &good).await?;
        let audiences = Audiences::of(state, Some(party.id.cast()), &good, groups);
        let source = format!("TAXII: {}", party.state.code);
        let mut imported = Imported::default();
        self.take_in(
            caller,
            &offered.collection,
            &source,
            (&good, audiences),
            &mut imported,
        )
        .await
    }

    /// Whom the sharing groups mean that claims name: as far as whoever posts them may know of these.
    async fn groups_of_claims(
        &self,
        caller: &Caller,
        good: &[Good<'_>],
    ) -> Result<BTreeMap<ObjectId, Audience>, WorldError> {
        let mut defined = Defined::new();
        let mut markings = BTreeSet::new();
        for one in good {
            note_defined(&mut defined, &one.head.id, one.raw);
            let all = own_marks(&one.head).into_iter();
            markings.extend(all.filter(may_be_group));
        }
        let named = (markings, defined);
        let agreed = AgreedGroups::new();
        Ok(self.groups_meant(caller, &agreed, named).await?.audiences)
    }

    /// Nobody but the hub speaks in its name.
    async fn refuse_in_the_hubs_name(&self, claimed: &mut [Claimed<'_>]) -> Result<(), WorldError> {
        if self.hub().await?.is_none() {
            return Ok(());
        }
        let hub = kaname_stix::head(&self.hub_identity().await?).map_err(WorldError::encoding)?;
        for one in claimed {
            let Ok(head) = &one.head else { continue };
            if head.id == hub.id {
                one.head = Err(THE_HUBS_IDENTITY.to_owned());
            } else if head.created_by.as_ref() == Some(&hub.id) {
                one.head = Err(BY_THE_HUB.to_owned());
            }
        }
        Ok(())
    }

    /// Type, creator and beginning of an object stay, and nothing follows its revocation (STIX 2.1 §3.6).
    /// Only the party's own claims are compared: of what others brought, no error tells.
    async fn compare_with_standing(
        &self,
        party: PartyId,
        collection: MatterId,
        claimed: &mut [Claimed<'_>],
    ) -> Result<(), WorldError> {
        let ids = claimed.iter().filter_map(|one| one.head.as_ref().ok());
        let ids: Vec<String> = ids.map(|head| head.id.to_string()).collect();
        let readable = self.everything().await?;
        let mut standing: BTreeMap<String, Vec<Head>> = BTreeMap::new();
        for some in ids.chunks(500) {
            let mut filter = ObjectFilter {
                collection: Some(collection),
                origins: vec![Some(party)],
                ids: some.to_vec(),
                versions: Versions::AnyOf(vec![Versions::First, Versions::Last]),
                limit: COMPARED,
                ..ObjectFilter::all(readable.clone())
            };
            loop {
                let page = self.store().objects(&filter).await?;
                filter.after_us = page.objects.last().map(|object| object.added_us);
                for object in page.objects {
                    if let Ok(head) = kaname_stix::head(&object.raw) {
                        standing.entry(object.stix_id).or_default().push(head);
                    }
                }
                if !page.more {
                    break;
                }
            }
        }
        for one in claimed {
            let fault = one.head.as_ref().ok().and_then(|new| {
                let before = standing.get(&new.id.to_string())?;
                before.iter().find_map(|old| differs(old, new))
            });
            if let Some(fault) = fault {
                one.head = Err(fault.to_owned());
            }
        }
        Ok(())
    }

    /// Takes versions of an object out of a peer collection: of the caller's own claims, and of what the hub
    /// moved here with a layout, those that the caller sees and the filters name. Gives how many.
    pub async fn take_out(
        &self,
        caller: &Caller,
        offered: &Offered,
        stix_id: &str,
        (versions, specs): (Versions, Vec<String>),
    ) -> Result<u64, WorldError> {
        let collection = &offered.collection;
        let is_peer = collection.state.definition.kind == CollectionKind::Peer;
        let party = caller.party_id()?;
        if is_peer && offered.can_write {
            self.allow_any(caller, Action::TaxiiPost)?;
            // Whether anything is there or not: like a post.
            self.count_submission(party).await?;
        }
        if offered.can_read && !self.taxii_has(caller, offered, stix_id).await? {
            return Err(WorldError::NotFound("object"));
        }
        match collection.state.definition.kind {
            CollectionKind::Library => return Err(WorldError::Denied("denied-library-delete")),
            CollectionKind::Intake => return Err(WorldError::Denied("denied-intake-delete")),
            CollectionKind::Peer => {}
        }
        if !offered.can_read {
            return Err(WorldError::Denied("denied-collection-read"));
        }
        offered.must_write()?;
        let mut filter = ObjectFilter {
            collection: Some(collection.id),
            origins: vec![Some(party), None],
            ids: vec![stix_id.to_owned()],
            versions,
            specs,
            limit: AT_A_TIME,
            ..ObjectFilter::all(self.readable(caller).await?)
        };
        let mut gone = 0;
        let mut tries = 0;
        loop {
            let page = self.store().objects(&filter).await?;
            let Some(last) = page.objects.last().map(|object| object.added_us) else {
                break;
            };
            let objects = page.objects.into_iter().filter(may_be_taken_out);
            let objects: Vec<StoredObject> = objects.collect();
            let count = objects.len() as u64;
            match self.take_out_these(caller, collection.id, objects).await {
                Err(error) if error.is_conflict() && tries < TRIES => tries += 1,
                done => {
                    done?;
                    gone += count;
                    filter.after_us = Some(last);
                    if !page.more {
                        break;
                    }
                }
            }
        }
        if gone == 0 {
            return Err(WorldError::NotFound("object"));
        }
        Ok(gone)
    }

    /// Takes every version of the caller's own claims under these ids out of a peer collection.
    pub(crate) async fn take_out_own(
        &self,
        caller: &Caller,
        offered: &Offered,
        ids: Vec<String>,
    ) -> Result<(), WorldError> {
        offered.must_write()?;
        let collection = &offered.collection;
        if collection.state.definition.kind != CollectionKind::Peer {
            return Err(WorldError::Denied("denied-library-delete"));
        }
        let origins = vec![Some(caller.party_id()?)];
        for some in ids.chunks(500) {
            let mut tries = 0;
            loop {
                let mut objects = Vec::new();
                let take = |object| objects.push(object);
                self.each_standing(collection.id, origins.clone(), some.to_vec(), take)
                    .await?;
                match self.take_out_these(caller, collection.id, objects).await {
                    Err(error) if error.is_conflict() && tries < TRIES => tries += 1,
                    done => break done?,
                }
            }
        }
        Ok(())
    }

    async fn take_out_these(
        &self,
        caller: &Caller,
        collection: MatterId,
        objects: Vec<StoredObject>,
    ) -> Result<(), WorldError> {
        if objects.is_empty() {
            return Ok(());
        }
        let mut work = self.work(&caller.actor);
        let mut by_import: BTreeMap<MatterId, Vec<Gone>> = BTreeMap::new();
        for object in objects {
            work.remove_version(&object);
            by_import.entry(object.source).or_default().push(Gone {
                leaf: hex::encode(leaf_of(object.raw.as_bytes(), object.dated_us)),
                id: object.stix_id,
                version_us: object.version_us,
                place_us: object.added_us,
            });
        }
        for (import, objects) in by_import {
            let loaded: Option<Loaded<Import>> = self.load(import).await?;
            let mut loaded = loaded.ok_or(WorldError::NotFound("import"))?;
            work.apply(&mut loaded, [ImportChange::Removed { objects }])?;
        }
        work.notice("import", Some(collection));
        work.commit().await.map(|_| ())
    }
}

const BY_THE_HUB: &str = "created_by_ref is this hub's own identity: what the hub says it releases itself, and a claim names who claims it or nobody";
const THE_HUBS_IDENTITY: &str =
    "this is the id of the hub's own identity, of which nobody else makes a version";

/// Of what the hub brought, whoever may write takes out what came with a layout: there it stood under the same
/// rule. What officers imported or a reading brought stays.
fn may_be_taken_out(object: &StoredObject) -> bool {
    object.origin.is_some() || object.dated_us.is_some()
}

/// What of a new version is not as it was.
fn differs(old: &Head, new: &Head) -> Option<&'static str> {
    if old.created_by != new.created_by {
        return Some("a version by another created_by_ref is no version of that object");
    }
    let same_begin = match (&old.created, &new.created) {
        (Some(old), Some(new)) => old.micros == new.micros,
        _ => true,
    };
    if !same_begin {
        return Some("created is not what it was in the versions that are here");
    }
    let later = new.version_micros() > old.version_micros();
    (old.revoked && later).then_some("the object was revoked, and nothing follows that")
}
