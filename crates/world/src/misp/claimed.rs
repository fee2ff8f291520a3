//! An event as the claim of whoever posts it: converted on a thread of its own and taken part by part, so that an event of
//! any length takes little more memory than its document.

use std::collections::BTreeMap;

use hyper::body::Bytes;
use kaname_misp::{Distribution, Done, Each, Limits, to_stix_with};
use kaname_policy::Action;
use serde_json::{Map, Value};

use super::{
    posted::{bounded, faults_of, one_event},
    streamed::in_parts,
};
use crate::{
    caller::Caller,
    error::WorldError,
    sharing::Claimed,
    taxii::{Offered, id_of},
    world::World,
};

impl World {
    /// Takes the event of a document as the caller's claim into a peer collection. Gives what came of the conversion, and
    /// what was left out.
    pub(super) async fn misp_claim(
        &self,
        caller: &Caller,
        offered: &Offered,
        document: Bytes,
        limits: Limits,
    ) -> Result<(Done, Vec<String>), WorldError> {
        self.allow_any(caller, Action::TaxiiPost)?;
        offered.must_write()?;
        self.count_submission(caller.party_id()?).await?;
        let (mut parts, converting) = in_parts(move |each| {
            let event = one_event(&document, &limits)?;
            let mut each = Each(each);
            Ok(to_stix_with(
                &event,
                Distribution::MarkedThroughout,
                &mut each,
            ))
        });
        let mut faults = Vec::new();
        while let Some(part) = parts.recv().await {
            let objects = self.misp_begun(caller, offered, part).await?;
            let read = objects.iter().map(|raw| Claimed {
                raw,
                head: kaname_stix::object(raw, &inner(raw.len()))
                    .map_err(|error| error.to_string()),
            });
            let mut claimed: Vec<Claimed<'_>> = read.collect();
            self.claim(caller, offered, &mut claimed).await?;
            for one in claimed {
                if let Err(fault) = one.head {
                    let id = id_of(one.raw).unwrap_or_default();
                    faults.push(format!("{id}: {fault}"));
                }
            }
        }
        let done: Result<Done, WorldError> = converting.await.map_err(WorldError::encoding)?;
        let done = done?;
        let all = faults_of(&done).into_iter().chain(faults);
        let faults = bounded(all);
        Ok((done, faults))
    }

    /// The objects of an event as they are posted: MISP says of an element when it was changed last, STIX also when it
    /// began (STIX 2.1 §3.6), which is what the caller's own earlier version says.
    async fn misp_begun(
        &self,
        caller: &Caller,
        offered: &Offered,
        part: Vec<String>,
    ) -> Result<Vec<String>, WorldError> {
        let ids: Vec<String> = part.iter().filter_map(|raw| id_of(raw)).collect();
        let mut begun: BTreeMap<String, String> = BTreeMap::new();
        let origins = vec![Some(caller.party_id()?)];
        self.each_standing(offered.collection.id, origins, ids, |object| {
            if let Some(created) = created_of(&object.raw) {
                begun.entry(object.stix_id).or_insert(created);
            }
        })
        .await?;
        if begun.is_empty() {
            return Ok(part);
        }
        let posted = part.into_iter().map(|raw| {
            let created = id_of(&raw).and_then(|id| begun.get(&id));
            let changed = created.and_then(|created| with_created(&raw, created));
            changed.unwrap_or(raw)
        });
        Ok(posted.collect())
    }
}

fn created_of(raw: &str) -> Option<String> {
    #[derive(serde::Deserialize)]
    struct Begun {
        created: Option<String>,
    }
    serde_json::from_str::<Begun>(raw).ok()?.created
}

/// An object with another beginning; `None` where it is the same, or has none.
fn with_created(raw: &str, created: &str) -> Option<String> {
    let mut object: Map<String, Value> = serde_json::from_str(raw).ok()?;
    let before = object.get_mut("created")?;
    if before == created {
        return None;
    }
    *before = created.into();
    serde_json::to_string(&object).ok()
}

/// Bounds on what an event became: the event as it was sent was within its own, and whoever sent it never saw this form.
const fn inner(bytes: usize) -> kaname_stix::Limits {
    kaname_stix::Limits {
        bytes,
        objects: usize::MAX,
        object_bytes: bytes,
        depth: 100,
    }
}
