//! The parts of events: the objects they refer to, where the caller may see them.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    ops::Range,
    sync::Arc,
};

use futures_util::future::try_join_all;
use kaname_kernel::MatterId;
use kaname_misp::{Shown, observed};
use kaname_sharing::Outlet;
use kaname_store::{ObjectFilter, StoredObject, Versions};

use super::{DEPTH, found::Found};
use crate::{caller::Caller, error::WorldError, outlet::is_revoked, world::World};

/// Ids asked for at once.
const AT_ONCE: usize = 500;
/// Most versions of them that are looked through at once.
const MOST: u32 = 10_000;

/// A part of an event as it was read.
#[derive(Debug, Clone)]
pub struct Part {
    /// The object that says it.
    pub object: Arc<StoredObject>,
    /// Those it observed.
    pub observed: Vec<Arc<StoredObject>>,
    /// The attribute, object or report.
    pub shown: Shown,
}

/// Objects by id, each as the hub and its originators have it.
type Objects = HashMap<String, Vec<Arc<StoredObject>>>;

impl World {
    /// Parts of events: of each the objects at these places of its list. What the caller may not see is left
    /// out, and so is what cannot be told.
    pub async fn misp_parts(
        &self,
        caller: &Caller,
        asked: &[(&Found, Range<usize>)],
    ) -> Result<Vec<Vec<Part>>, WorldError> {
        let mut wanted: BTreeMap<MatterId, BTreeSet<&str>> = BTreeMap::new();
        for (event, range) in asked {
            let refs = event.frame.refs.get(range.clone()).unwrap_or_default();
            let ids = wanted.entry(event.object.collection).or_default();
            ids.extend(refs.iter().map(String::as_str));
        }
        let mut held: HashMap<MatterId, Objects> = HashMap::new();
        for (collection, ids) in wanted {
            let ids: Vec<String> = ids.into_iter().map(str::to_owned).collect();
            let mut objects = Objects::new();
            self.misp_fetch(caller, collection, ids, &mut objects)
                .await?;
            let beneath = beneath(&objects);
            self.misp_fetch(caller, collection, beneath, &mut objects)
                .await?;
            held.insert(collection, objects);
        }
        let none = Objects::new();
        let parts = asked.iter().map(|(event, range)| {
            let objects = held.get(&event.object.collection).unwrap_or(&none);
            let refs = event.frame.refs.get(range.clone()).unwrap_or_default();
            parts_of(event, refs, objects)
        });
        Ok(parts.collect())
    }

    /// The newest visible versions of these objects in a collection.
    async fn misp_fetch(
        &self,
        caller: &Caller,
        collection: MatterId,
        ids: Vec<String>,
        into: &mut Objects,
    ) -> Result<(), WorldError> {
        let readable = self.readable(caller).await?;
        let some = ids.chunks(AT_ONCE).map(|some| {
            let filter = ObjectFilter {
                collection: Some(collection),
                ids: some.to_vec(),
                versions: Versions::Last,
                limit: MOST,
                ..ObjectFilter::all(readable.clone())
            };
            self.misp_fetch_some(filter)
        });
        for object in try_join_all(some).await?.into_iter().flatten() {
            let under = into.entry(object.stix_id.clone()).or_default();
            under.push(Arc::new(object));
        }
        Ok(())
    }

    async fn misp_fetch_some(
        &self,
        mut filter: ObjectFilter,
    ) -> Result<Vec<StoredObject>, WorldError> {
        let mut all = Vec::new();
        loop {
            let page = self.store().objects(&filter).await?;
            filter.after_us = page.objects.last().map(|object| object.added_us);
            all.extend(page.objects);
            if !page.more {
                return Ok(all);
            }
        }
    }

    /// Notes that the caller's party fetched the items whose events these are.
    pub fn misp_note_fetched<'e>(
        &self,
        caller: &Caller,
        events: impl IntoIterator<Item = &'e Found>,
    ) {
        if let Some(party) = caller.reader.party {
            let items = events.into_iter().filter_map(|found| {
                let item = found.item()?;
                Some((item, is_revoked(&found.object.raw)))
            });
            self.fetched.note_items(party, Outlet::Taxii, items);
        }
    }
}

/// What is observed and not at hand.
fn beneath(objects: &Objects) -> Vec<String> {
    let data = objects.values().flatten();
    let data = data.filter(|object| object.stix_type == "observed-data");
    let ids: BTreeSet<String> = data.flat_map(|object| observed(&object.raw)).collect();
    ids.into_iter()
        .filter(|id| !objects.contains_key(id))
        .collect()
}

fn parts_of(event: &Found, refs: &[String], objects: &Objects) -> Vec<Part> {
    let own = |id: &String| {
        // As whoever brought the event has it, else as the hub does.
        let under = objects.get(id)?;
        let of = |origin| under.iter().find(|object| object.origin == origin);
        of(event.object.origin).or_else(|| of(None)).cloned()
    };
    let mut parts = Vec::with_capacity(refs.len());
    for object in refs.iter().filter_map(own) {
        let seen: Vec<Arc<StoredObject>> = match object.stix_type.as_str() {
            "observed-data" => observed(&object.raw).iter().filter_map(own).collect(),
            _ => Vec::new(),
        };
        let texts: Vec<&str> = seen.iter().map(|one| one.raw.as_ref()).collect();
        match event.frame.part(&object.raw, &texts, DEPTH) {
            Ok(Some(shown)) => parts.push(Part {
                object,
                observed: seen,
                shown,
            }),
            Ok(None) => {}
            Err(finding) => {
                tracing::warn!(object = object.stix_id, %finding.message, "is no part of an event");
            }
        }
    }
    parts
}
