//! Dumping: the same form, written as it is read from the store.

use std::{
    collections::{BTreeMap, BTreeSet},
    io,
};

use kaname_kernel::{MatterId, PartyId};
use kaname_policy::Action;
use kaname_sharing::{
    Collection,
    collection::{Access, CollectionKind, STIX_MEDIA_TYPE},
    taxii::{DiscoveryForm, OWN_ROOT, root_path},
};
use kaname_store::{ObjectFilter, StoredObject};
use serde::Serialize;
use serde_json::{Map, Value, json};

use super::super::{posted::Status, root::Root, stamp};
use crate::{caller::Caller, error::WorldError, work::Loaded, world::World};

/// Objects read at a time.
const BATCH: u32 = 500;

/// What was dumped.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Dumped {
    /// API roots.
    pub roots: usize,
    /// Collections.
    pub collections: usize,
    /// Objects, versions counted each.
    pub objects: u64,
    /// Status resources.
    pub statuses: usize,
    /// Claims left out, since their version is written already as the hub or another party brought it.
    pub beside: u64,
}

/// Where the text goes.
type Out<'o> = dyn FnMut(&str) -> io::Result<()> + Send + 'o;

impl World {
    /// Writes the whole layout: what discovery tells, every API root that was loaded, and the hub's own
    /// where discovery lists it. `own_name` is what the hub's own root and discovery tell when nothing was
    /// said: title and description.
    pub async fn dump_layout(
        &self,
        caller: &Caller,
        (title, description): (&str, &str),
        out: &mut Out<'_>,
        progress: &(dyn Fn(u64) + Sync),
    ) -> Result<Dumped, WorldError> {
        self.allow_any(caller, Action::CollectionManage)?;
        self.allow_any(caller, Action::ImportRun)?;
        let own_path = format!("/taxii2/{OWN_ROOT}/");
        let told = self.taxii_discovery().await?.unwrap_or(DiscoveryForm {
            title: title.to_owned(),
            description: Some(description.to_owned()),
            contact: None,
            default: Some(own_path.clone()),
            api_roots: Some(vec![own_path.clone()]),
        });
        let listed = told.api_roots.as_deref().unwrap_or_default();
        let own_is_listed = listed.iter().any(|one| root_path(one) == Some(OWN_ROOT));
        let mut writing = Writing {
            world: self,
            out,
            progress,
            done: Dumped::default(),
        };
        let discovery = serde_json::to_string(&told).map_err(WorldError::encoding)?;
        writing.put(&format!("{{\"discovery\":{discovery},\"roots\":["))?;
        let all = self.collections(caller).await?;
        if own_is_listed {
            let most = self.settings().limits.envelope_bytes();
            let head = json!({
                "path": own_path,
                "title": title,
                "description": description,
                "max_content_length": most,
            });
            writing.root(&Root::own(), head, &[], &all).await?;
        }
        for (id, told) in self.taxii_roots(caller).await? {
            let mut head = json!({
                "path": told.written,
                "title": told.title,
                "max_content_length": told.max_content_length,
            });
            if let (Some(text), Some(head)) = (&told.description, head.as_object_mut()) {
                head.insert("description".to_owned(), text.as_str().into());
            }
            let omitted = told.omitted.clone();
            let root = Root {
                id: Some(id),
                told: Some(told),
            };
            writing.root(&root, head, &omitted, &all).await?;
        }
        writing.put("]}\n")?;
        Ok(writing.done)
    }
}

struct Writing<'w, 'o> {
    world: &'w World,
    out: &'w mut Out<'o>,
    progress: &'w (dyn Fn(u64) + Sync),
    done: Dumped,
}

impl Writing<'_, '_> {
    fn put(&mut self, text: &str) -> Result<(), WorldError> {
        (self.out)(text).map_err(WorldError::encoding)
    }

    /// The members of an object that goes on.
    fn begin(&mut self, head: &Value) -> Result<(), WorldError> {
        let text = head.to_string();
        self.put(text.strip_suffix('}').unwrap_or(&text))
    }

    async fn root(
        &mut self,
        root: &Root,
        head: Value,
        omitted: &[String],
        all: &[Loaded<Collection>],
    ) -> Result<(), WorldError> {
        let lacks = |name: &str| omitted.iter().any(|one| one == name);
        if self.done.roots > 0 {
            self.put(",")?;
        }
        self.done.roots += 1;
        self.begin(&head)?;
        let here: Vec<_> = all
            .iter()
            .filter(|one| one.state.definition.taxii.root == root.id)
            .collect();
        if !here.is_empty() || !lacks("collections") {
            self.put(",\"collections\":[")?;
            for (place, collection) in here.into_iter().enumerate() {
                if place > 0 {
                    self.put(",")?;
                }
                self.collection(collection).await?;
            }
            self.put("]")?;
        }
        let statuses = self.world.statuses_of(root).await?;
        if !statuses.is_empty() || !lacks("statuses") {
            self.put(",\"statuses\":[")?;
            for (place, status) in statuses.iter().enumerate() {
                if place > 0 {
                    self.put(",")?;
                }
                let text = match status {
                    Status::Posted(posted) => posted.resource().to_string(),
                    Status::Loaded(text) => text.clone(),
                };
                self.put(&text)?;
                self.done.statuses += 1;
            }
            self.put("]")?;
        }
        self.put("}")
    }

    /// Where those claims stand whose version is the hub's too, or also that of a party that brought something under the
    /// id earlier: a layout says of no object whose it is, and has each version once.
    async fn beside(
        &self,
        collection: MatterId,
        objects: &[StoredObject],
    ) -> Result<BTreeSet<i64>, WorldError> {
        let claims = objects.iter().filter(|object| object.origin.is_some());
        let ids: BTreeSet<String> = claims.clone().map(|one| one.stix_id.clone()).collect();
        let mut brought: BTreeMap<(String, Option<PartyId>), i64> = BTreeMap::new();
        let mut versions = Vec::new();
        let ids = ids.into_iter().collect();
        self.world
            .each_standing(collection, Vec::new(), ids, |object| {
                let (of, added_us) = ((object.stix_id, object.origin), object.added_us);
                versions.push((of.clone(), object.version_us, added_us));
                let first = brought.entry(of).or_insert(added_us);
                *first = added_us.min(*first);
            })
            .await?;
        let mut first: BTreeMap<(String, i64), (bool, i64, i64)> = BTreeMap::new();
        for (of, version_us, added_us) in versions {
            let since = brought.get(&of).copied().unwrap_or(added_us);
            let place = (of.1.is_some(), since, added_us);
            let first = first.entry((of.0, version_us)).or_insert(place);
            *first = place.min(*first);
        }
        let is_beside = |claim: &&StoredObject| {
            let first = first.get(&(claim.stix_id.clone(), claim.version_us));
            first.is_some_and(|(_, _, place)| *place != claim.added_us)
        };
        Ok(claims.filter(is_beside).map(|one| one.added_us).collect())
    }

    async fn collection(&mut self, collection: &Loaded<Collection>) -> Result<(), WorldError> {
        let omitted = &collection.state.definition.taxii.omitted;
        let lacks_objects = omitted.iter().any(|one| one == "objects");
        self.begin(&Value::Object(resource(collection)))?;
        self.done.collections += 1;
        let mut filter = ObjectFilter {
            collection: Some(collection.id),
            limit: BATCH,
            ..ObjectFilter::all(self.world.everything().await?)
        };
        let mut count = 0u64;
        loop {
            let page = self.world.store().objects(&filter).await?;
            filter.after_us = page.objects.last().map(|object| object.added_us);
            let beside = self.beside(collection.id, &page.objects).await?;
            self.done.beside += beside.len() as u64;
            for object in &page.objects {
                // What a library begins with is the hub's own.
                if object.source == collection.id || beside.contains(&object.added_us) {
                    continue;
                }
                let start = if count == 0 { ",\"objects\":[" } else { "," };
                self.put(start)?;
                let at = stamp(object.date_added_us());
                self.put(&format!("{{\"date_added\":\"{at}\",\"object\":"))?;
                self.put(&object.raw)?;
                self.put("}")?;
                count += 1;
                self.done.objects += 1;
            }
            (self.progress)(self.done.objects);
            if !page.more {
                break;
            }
        }
        match (count, lacks_objects) {
            (0, true) => self.put("}"),
            (0, false) => self.put(",\"objects\":[]}"),
            _ => self.put("]}"),
        }
    }
}

/// A collection without its objects.
fn resource(collection: &Loaded<Collection>) -> Map<String, Value> {
    let definition = &collection.state.definition;
    let omitted = &definition.taxii.omitted;
    let lacks = |name: &str| omitted.iter().any(|one| one == name);
    let may = |access: &Access| !matches!(access, Access::Nobody);
    let mut all = Map::new();
    let mut put = |name: &str, value: Value| _ = all.insert(name.to_owned(), value);
    put("id", collection.id.to_string().into());
    if !definition.alias.is_empty() {
        put("alias", definition.alias.as_str().into());
    }
    put("title", definition.title.in_one_line().into());
    if !lacks("description") {
        put("description", definition.description.in_one_line().into());
    }
    if !(lacks("kind") && definition.kind == CollectionKind::Peer) {
        put("kind", definition.kind.as_str().into());
    }
    put("can_read", may(&definition.read).into());
    put("can_write", may(&definition.write).into());
    if !lacks("media_types") {
        let types = &definition.taxii.media_types;
        let plain = definition.taxii.root.is_none();
        match plain {
            true => put("media_types", json!([STIX_MEDIA_TYPE])),
            false => put("media_types", json!(types)),
        }
    }
    all
}
