//! Bulk that comes in from a peer or a public knowledge base: objects keep their bytes, origin and
//! markings, and stand in a collection of kind `peer`. The ledger holds one event per part of at most
//! [`PART`] objects, with the Merkle root over the SHA-256 of their bytes: of those objects that were
//! not there before, so that what stands in the collection can be compared with it.

pub(crate) mod audiences;
pub(crate) mod groups;
mod matter;
pub(crate) mod noted;
mod notes;

use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet},
    io,
};

use kaname_kernel::{
    Audience, AudienceId, Id, Matter as _, MatterId, ObjectKey, PartyId, merkle::Frontier,
};
use kaname_policy::Action;
use kaname_sharing::collection::{Collection, CollectionKind};
use kaname_stix::{Head, Limits};
use kaname_store::{ObjectFilter, Sight, StoredObject, Versions};
use serde::Serialize;
use uuid::Uuid;

pub(crate) use self::matter::leaf_of;
pub use self::matter::{Gone, Import, ImportChange};
use self::{
    audiences::{Audiences, Seen, Shown, ends},
    groups::AgreedGroups,
    notes::{Notes, head_of},
};
use super::object::{Standing, key_of};
use crate::{caller::Caller, error::WorldError, work::Loaded, world::World};

/// Most objects of one part: one event, one durable commit.
const PART: usize = 10_000;
/// A part ends when its objects have that many bytes.
const PART_BYTES: usize = 16 << 20;
/// Objects looked up in one question.
const LOOKED_UP: usize = 500;
/// How often a part is tried when others brought some of its objects meanwhile.
const TRIES: usize = 8;
/// Longest name of a source, in bytes.
const MAX_SOURCE: usize = 300;

/// An object that was not taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Rejected {
    /// Its place among those given, from 0.
    pub index: usize,
    /// Why not.
    pub why: String,
}

/// What came of an import.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Imported {
    /// The matter; `None` when nothing was taken.
    pub import: Option<MatterId>,
    /// Objects taken.
    pub taken: u64,
    /// Objects that were there before, and are not taken again.
    pub there: u64,
    /// Objects not taken.
    pub rejected: Vec<Rejected>,
    /// UUIDs of MISP's sharing groups that name nobody here: what goes to them is for officers alone.
    pub groups_unknown: BTreeSet<Uuid>,
}

/// The objects of an import, which are read twice.
pub trait ImportObjects<'o>: Send {
    /// Begins anew.
    ///
    /// # Errors
    /// When they cannot be read.
    fn rewind(&mut self) -> io::Result<()>;

    /// The next one; the same each time.
    ///
    /// # Errors
    /// When it cannot be read.
    fn next(&mut self) -> io::Result<Option<Cow<'o, str>>>;
}

/// Objects that are in memory.
struct InMemory<'o>(&'o [&'o str], usize);

impl<'o> ImportObjects<'o> for InMemory<'o> {
    fn rewind(&mut self) -> io::Result<()> {
        self.1 = 0;
        Ok(())
    }

    fn next(&mut self) -> io::Result<Option<Cow<'o, str>>> {
        let next = self.0.get(self.1).copied();
        self.1 += 1;
        Ok(next.map(Cow::Borrowed))
    }
}

impl World {
    /// Takes objects into a peer collection. Bad objects are told; with `skip_bad` the good ones are
    /// taken all the same. `progress` hears how many are durable.
    pub async fn import(
        &self,
        caller: &Caller,
        collection: &Loaded<Collection>,
        how: (&str, bool),
        objects: &[&str],
        progress: &(dyn Fn(u64) + Sync),
    ) -> Result<Imported, WorldError> {
        let limits = self.settings().limits.import();
        self.import_within(caller, collection, how, objects, (&limits, progress))
            .await
    }

    /// The same within other bounds on each object.
    pub(crate) async fn import_within(
        &self,
        caller: &Caller,
        collection: &Loaded<Collection>,
        how: (&str, bool),
        objects: &[&str],
        within: (&Limits, &(dyn Fn(u64) + Sync)),
    ) -> Result<Imported, WorldError> {
        let of = (objects, &AgreedGroups::new());
        self.import_agreed(caller, collection, how, of, within)
            .await
    }

    /// The same where an agreement says which groups sharing groups are.
    pub(crate) async fn import_agreed(
        &self,
        caller: &Caller,
        collection: &Loaded<Collection>,
        how: (&str, bool),
        (objects, agreed): (&[&str], &AgreedGroups),
        within: (&Limits, &(dyn Fn(u64) + Sync)),
    ) -> Result<Imported, WorldError> {
        let objects: &mut dyn ImportObjects<'_> = &mut InMemory(objects, 0);
        self.import_all(caller, collection, how, (objects, agreed), within)
            .await
    }

    /// The same of objects that need not be in memory together.
    pub async fn import_from<'o>(
        &self,
        caller: &Caller,
        collection: &Loaded<Collection>,
        how: (&str, bool),
        objects: &mut dyn ImportObjects<'o>,
        within: (&Limits, &(dyn Fn(u64) + Sync)),
    ) -> Result<Imported, WorldError> {
        let of = (objects, &AgreedGroups::new());
        self.import_all(caller, collection, how, of, within).await
    }

    async fn import_all<'o>(
        &self,
        caller: &Caller,
        collection: &Loaded<Collection>,
        (source, skip_bad): (&str, bool),
        (objects, agreed): (&mut dyn ImportObjects<'o>, &AgreedGroups),
        (limits, progress): (&Limits, &(dyn Fn(u64) + Sync)),
    ) -> Result<Imported, WorldError> {
        self.allow_any(caller, Action::ImportRun)?;
        if collection.state.definition.kind != CollectionKind::Peer {
            return Err(WorldError::refused(
                "refused-not-peer",
                "objects are imported into a collection of kind peer; nothing reaches a library without release",
            ));
        }
        let source = source.trim();
        if source.is_empty() || source.len() > MAX_SOURCE {
            let limit = format!("1 to {MAX_SOURCE} bytes");
            return Err(WorldError::invalid("source", "error-source", limit));
        }
        let mut notes = Notes::default();
        objects.rewind().map_err(WorldError::encoding)?;
        while let Some(raw) = objects.next().map_err(WorldError::encoding)? {
            notes.take(&raw, limits)?;
        }
        notes.settle();
        let mut imported = Imported {
            rejected: std::mem::take(&mut notes.rejected),
            ..Imported::default()
        };
        if notes.count() == 0 || (!imported.rejected.is_empty() && !skip_bad) {
            return Ok(imported);
        }
        let mut audiences = Audiences::in_collection(&collection.state.definition, None);
        let named = (notes.may_be_groups(), std::mem::take(&mut notes.defined));
        let meant = self.groups_meant(caller, agreed, named).await?;
        audiences.groups = meant.audiences;
        imported.groups_unknown = meant.nobody;
        audiences.statements = std::mem::take(&mut notes.statements);
        let mut taking = Taking::new(caller, collection.id, source);
        objects.rewind().map_err(WorldError::encoding)?;
        let mut part: Vec<Cow<'o, str>> = Vec::new();
        let (mut index, mut bytes, mut done) = (0, 0, 0);
        loop {
            let next = objects.next().map_err(WorldError::encoding)?;
            let is_end = next.is_none();
            if let Some(raw) = next {
                if notes.is_good(index) {
                    bytes += raw.len();
                    part.push(raw);
                }
                index += 1;
            }
            if part.len() >= PART || bytes >= PART_BYTES || (is_end && !part.is_empty()) {
                let good = part.iter().map(|raw| {
                    let head = head_of(raw)?;
                    Ok(Good { raw, head })
                });
                let good = good.collect::<Result<Vec<_>, WorldError>>()?;
                audiences.ends = notes.ends(&good, &audiences);
                self.look_up_ends(&mut audiences, &good).await?;
                self.take_some(&mut taking, &good, &audiences, &mut imported)
                    .await?;
                done += good.len() as u64;
                progress(done);
                drop(good);
                part.clear();
                bytes = 0;
            }
            if is_end {
                return Ok(imported);
            }
        }
    }

    /// Takes what was read well into a peer collection, part by part.
    pub(super) async fn take_in(
        &self,
        caller: &Caller,
        collection: &Loaded<Collection>,
        source: &str,
        (good, mut audiences): (&[Good<'_>], Audiences),
        imported: &mut Imported,
    ) -> Result<(), WorldError> {
        self.look_up_ends(&mut audiences, good).await?;
        let mut taking = Taking::new(caller, collection.id, source);
        for part in good.chunks(PART) {
            self.take_some(&mut taking, part, &audiences, imported)
                .await?;
        }
        Ok(())
    }

    /// Takes a part, again where others brought some of its objects meanwhile.
    async fn take_some(
        &self,
        taking: &mut Taking<'_>,
        part: &[Good<'_>],
        audiences: &Audiences,
        imported: &mut Imported,
    ) -> Result<(), WorldError> {
        for attempt in 1.. {
            let fresh = self
                .not_there(taking.collection, audiences.originator, part)
                .await?;
            let there = (part.len() - fresh.len()) as u64;
            if fresh.is_empty() {
                imported.there += there;
                break;
            }
            match self.import_part(taking, &fresh, audiences).await {
                Err(error) if error.is_conflict() && attempt < TRIES => {}
                kept => {
                    let kept = kept?;
                    imported.import = Some(kept.id);
                    imported.taken += fresh.len() as u64;
                    imported.there += there;
                    taking.matter = Some(kept);
                    break;
                }
            }
        }
        Ok(())
    }

    /// Those of a part that the collection does not have yet of this originator: by version, else by bytes.
    async fn not_there<'p, 'a>(
        &self,
        collection: MatterId,
        originator: Option<PartyId>,
        part: &'p [Good<'a>],
    ) -> Result<Vec<&'p Good<'a>>, WorldError> {
        let mut there: BTreeSet<(String, i64)> = BTreeSet::new();
        let mut bytes: BTreeSet<ObjectKey> = BTreeSet::new();
        let ids = part.iter().map(|good| good.head.id.to_string()).collect();
        self.each_standing(collection, vec![originator], ids, |object| {
            there.insert((object.stix_id, object.version_us));
            bytes.insert(object.key);
        })
        .await?;
        let is_new = |good: &&Good<'a>| {
            match good.head.version_micros() {
                Some(version) => !there.contains(&(good.head.id.to_string(), version)),
                // Without a version an object is the same when its bytes are.
                None => !bytes.contains(&key_of(good.raw.as_bytes())),
            }
        };
        Ok(part.iter().filter(is_new).collect())
    }

    /// Who may see something of what stands under these STIX ids, in whichever collection and version: of
    /// the hub's own, and of what parties claim. Ids of which nothing stands here are left out.
    pub(crate) async fn seen_under(
        &self,
        ids: Vec<String>,
    ) -> Result<BTreeMap<String, Seen>, WorldError> {
        let mut sights: Vec<Sight> = Vec::new();
        for some in ids.chunks(LOOKED_UP) {
            sights.extend(self.store().sights(some).await?);
        }
        if sights.is_empty() {
            return Ok(BTreeMap::new());
        }
        let known = self.audiences().await?;
        let known = known.iter();
        let known: BTreeMap<AudienceId, &Audience> = known
            .map(|(id, audience)| (*id, audience.as_ref()))
            .collect();
        let mut all: BTreeMap<String, Seen> = BTreeMap::new();
        for sight in sights {
            if let Some(audience) = known.get(&sight.audience_id) {
                let seen = all.entry(sight.stix_id).or_default();
                seen.take(sight.origin.is_some(), audience);
            }
        }
        Ok(all)
    }

    /// Ends of relationships and sightings that the file does not hold: with the audiences they have
    /// here. Of what is not here nobody knows who may see it; [`Audiences::of_object`] takes care.
    async fn look_up_ends(
        &self,
        audiences: &mut Audiences,
        objects: &[Good<'_>],
    ) -> Result<(), WorldError> {
        let missing: BTreeSet<String> = objects
            .iter()
            .flat_map(|good| ends(&good.head))
            .filter(|end| !audiences.ends.contains_key(end))
            .map(ToString::to_string)
            .collect();
        let is_claim = audiences.originator.is_some();
        for (end, seen) in self.seen_under(missing.into_iter().collect()).await? {
            let audience = match is_claim {
                true => seen.of_anyone(),
                false => seen.of_the_hub_first(),
            };
            if let (Ok(end), Some(audience)) = (end.parse(), audience) {
                audiences.ends.insert(end, audience);
            }
        }
        Ok(())
    }

    /// Shows `each` the objects that stand under these STIX ids in a collection, of these originators.
    pub(crate) async fn each_standing(
        &self,
        collection: MatterId,
        origins: Vec<Option<PartyId>>,
        ids: Vec<String>,
        mut each: impl FnMut(StoredObject) + Send,
    ) -> Result<(), WorldError> {
        let readable = self.everything().await?;
        for some in ids.chunks(LOOKED_UP) {
            let mut filter = ObjectFilter {
                collection: Some(collection),
                origins: origins.clone(),
                ids: some.to_vec(),
                versions: Versions::All,
                limit: LOOKED_UP as u32,
                ..ObjectFilter::all(readable.clone())
            };
            loop {
                let page = self.store().objects(&filter).await?;
                filter.after_us = page.objects.last().map(|object| object.added_us);
                page.objects.into_iter().for_each(&mut each);
                if !page.more {
                    break;
                }
            }
        }
        Ok(())
    }

    async fn import_part(
        &self,
        taking: &Taking<'_>,
        part: &[&Good<'_>],
        audiences: &Audiences,
    ) -> Result<Loaded<Import>, WorldError> {
        let collection = taking.collection;
        let before = taking.matter.clone();
        let id = match &before {
            Some(before) => before.id,
            None => Id::fresh(self.clock(), self.rng()),
        };
        let mut tree = Frontier::default();
        let mut shown = Shown::default();
        let mut work = self.work(&taking.caller.actor);
        work.only_new_objects();
        for good in part {
            let audience = audiences.of_object(&good.head);
            shown.take(&audience);
            let standing = imported_in(id, (collection, audiences.originator), audience);
            work.object(self.new_object(good.raw, standing)?);
            tree.push(leaf_of(good.raw.as_bytes(), None));
        }
        let change = ImportChange::Imported {
            source: taking.source.to_owned(),
            collection,
            originator: audiences.originator,
            count: part.len() as u64,
            root: hex::encode(tree.root()),
            shown: shown.runs(),
            audiences: shown.counts(),
        };
        let kept = match before {
            Some(mut before) => {
                work.apply(&mut before, [change])?;
                before
            }
            None => work.begin::<Import>(id, change)?,
        };
        work.notice(Import::KIND, Some(id));
        work.commit().await?;
        Ok(kept)
    }
}

/// An object that may be taken.
pub(super) struct Good<'a> {
    pub(super) raw: &'a str,
    pub(super) head: Head,
}

/// An import under way.
struct Taking<'t> {
    caller: &'t Caller,
    collection: MatterId,
    source: &'t str,
    /// What it has become, once a part of it is durable.
    matter: Option<Loaded<Import>>,
}

impl<'t> Taking<'t> {
    fn new(caller: &'t Caller, collection: MatterId, source: &'t str) -> Self {
        Self {
            caller,
            collection,
            source,
            matter: None,
        }
    }
}

/// How an imported object stands in its collection, as the hub's or as a party's claim.
pub(crate) fn imported_in(
    import: MatterId,
    (collection, origin): (MatterId, Option<PartyId>),
    audience: Audience,
) -> Standing {
    Standing {
        collection,
        origin,
        audience,
        expires: None,
        source: import,
    }
}
