//! Which of several that stand under one id goes first, wherever one of them is shown or taken: what the hub has,
//! the newest version before others; then claims, by who brought something under the id first. That a claim is
//! written anew changes nothing: no later claim takes its place.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, BTreeSet},
};

use kaname_kernel::{MatterId, PartyId};
use kaname_store::StoredObject;

use crate::{caller::Caller, error::WorldError, sight::Readable, world::World};

/// Ids that are looked up at once.
const AT_ONCE: usize = 500;

/// Whose an object is, where it stands, and under which UUID: an event is published under another type of the same.
type Brought = (MatterId, Option<PartyId>, String);

/// Since when each originator has something under a UUID in a collection, microseconds since 1970.
#[derive(Debug, Default)]
pub(crate) struct Firsts(BTreeMap<Brought, i64>);

impl Firsts {
    /// When the first version of an object was added that the reader may see.
    pub(crate) fn of(&self, object: &StoredObject) -> i64 {
        let first = self.0.get(&brought(object));
        first.map_or(object.added_us, |first| object.added_us.min(*first))
    }
}

impl World {
    /// Objects in the order in which they go, as far as the caller may see what stands under their ids.
    pub async fn in_order(
        &self,
        caller: &Caller,
        objects: Vec<StoredObject>,
    ) -> Result<Vec<StoredObject>, WorldError> {
        let readable = self.readable(caller).await?;
        self.ordered(&readable, objects).await
    }

    /// The same for whoever reads these audiences.
    pub(crate) async fn ordered(
        &self,
        readable: &Readable,
        mut objects: Vec<StoredObject>,
    ) -> Result<Vec<StoredObject>, WorldError> {
        let mut claims: BTreeMap<&str, Vec<&StoredObject>> = BTreeMap::new();
        for claim in objects.iter().filter(|one| one.origin.is_some()) {
            claims
                .entry(uuid_of(&claim.stix_id))
                .or_default()
                .push(claim);
        }
        // Where there is one alone nothing has to be decided.
        let several = claims.into_values().filter(|claims| claims.len() > 1);
        let several: Vec<&StoredObject> = several.flatten().collect();
        let firsts = self.firsts(readable, several).await?;
        objects.sort_by_key(|one| match one.origin {
            None => (false, Reverse(one.version_us), one.added_us),
            Some(_) => (true, Reverse(0), firsts.of(one)),
        });
        Ok(objects)
    }

    /// Since when what stands under the ids of these objects was there, as far as the reader may see it: of a
    /// version that is hidden not even the order tells.
    pub(crate) async fn firsts(
        &self,
        readable: &Readable,
        objects: impl IntoIterator<Item = &StoredObject>,
    ) -> Result<Firsts, WorldError> {
        let ids: BTreeSet<&str> = objects
            .into_iter()
            .map(|one| one.stix_id.as_str())
            .collect();
        let ids: Vec<String> = ids.into_iter().map(str::to_owned).collect();
        let mut firsts = Firsts::default();
        for some in ids.chunks(AT_ONCE) {
            for sight in self.store().sights(some).await? {
                if readable.contains(sight.audience_id) {
                    let uuid = uuid_of(&sight.stix_id).to_owned();
                    let key = (sight.collection, sight.origin, uuid);
                    let first = firsts.0.entry(key).or_insert(sight.first_us);
                    *first = sight.first_us.min(*first);
                }
            }
        }
        Ok(firsts)
    }
}

fn brought(object: &StoredObject) -> Brought {
    let uuid = uuid_of(&object.stix_id).to_owned();
    (object.collection, object.origin, uuid)
}

fn uuid_of(stix_id: &str) -> &str {
    stix_id.split_once("--").map_or(stix_id, |(_, uuid)| uuid)
}
