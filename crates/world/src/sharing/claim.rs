//! What a peer posts into a `peer` collection over TAXII: its claims, held with their markings under its
//! name, and what it takes back. Nothing of it is the hub's word, and nothing of it reaches a library.

use std::collections::BTreeMap;

use kaname_kernel::MatterId;
use kaname_policy::Action;
use kaname_sharing::collection::CollectionKind;
use kaname_stix::Head;
use kaname_store::{ObjectFilter, StoredObject, Versions};

use super::import::{Gone, Good, Import, ImportChange, Imported, audiences::Audiences, leaf_of};
use crate::{caller::Caller, error::WorldError, outlet::Offered, work::Loaded, world::World};

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
        self.compare_with_standing(caller, offered.collection.id, claimed)
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
        let audiences = Audiences::of(state, Some(party.id.cast()), &good);
        let source = format!("TAXII: {}", party.state.code);
        let mut imported = Imported::default();
        self.take_in(
            caller,
            &offered.collection,
            &source,
            (&good, audiences),
            &|_| {},
            &mut imported,
        )
        .await
    }

    /// Type, creator and beginning of an object stay, and nothing follows its revocation (STIX 2.1 §3.6).
    /// Only what the caller sees is compared: what it may not know of must not be told by an error.
    async fn compare_with_standing(
        &self,
        caller: &Caller,
        collection: MatterId,
        claimed: &mut [Claimed<'_>],
    ) -> Result<(), WorldError> {
        let ids = claimed.iter().filter_map(|one| one.head.as_ref().ok());
        let ids: Vec<String> = ids.map(|head| head.id.to_string()).collect();
        let readable = self.readable(caller).await?;
        let mut standing: BTreeMap<String, Vec<Head>> = BTreeMap::new();
        for some in ids.chunks(500) {
            let mut filter = ObjectFilter {
                collection: Some(collection),
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

    /// Takes versions of an object out of a peer collection: those the caller sees and the filters name.
    /// Gives how many.
    pub async fn take_out(
        &self,
        caller: &Caller,
        offered: &Offered,
        stix_id: &str,
        (versions, specs): (Versions, Vec<String>),
    ) -> Result<u64, WorldError> {
        let collection = &offered.collection;
        match collection.state.definition.kind {
            CollectionKind::Library => return Err(WorldError::Denied("denied-library-delete")),
            CollectionKind::Intake => return Err(WorldError::Denied("denied-intake-delete")),
            CollectionKind::Peer => {}
        }
        if !offered.can_read {
            return Err(WorldError::Denied("denied-collection-read"));
        }
        offered.must_write()?;
        self.allow_any(caller, Action::TaxiiPost)?;
        let filter = ObjectFilter {
            collection: Some(collection.id),
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
            if page.objects.is_empty() {
                break;
            }
            let count = page.objects.len() as u64;
            match self
                .take_out_these(caller, collection.id, page.objects)
                .await
            {
                Err(error) if error.is_conflict() && tries < TRIES => tries += 1,
                done => {
                    done?;
                    gone += count;
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

    async fn take_out_these(
        &self,
        caller: &Caller,
        collection: MatterId,
        objects: Vec<StoredObject>,
    ) -> Result<(), WorldError> {
        let mut work = self.work(&caller.actor);
        let mut by_import: BTreeMap<MatterId, Vec<Gone>> = BTreeMap::new();
        for object in objects {
            work.remove_version(collection, &object.stix_id, object.version_us);
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
