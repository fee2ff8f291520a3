//! Bulk that comes in from a peer or a public knowledge base: objects keep their bytes, origin and
//! markings, and stand in a collection of kind `peer`. The ledger holds one event per part of at most
//! [`PART`] objects, with the Merkle root over the SHA-256 of their bytes: of those objects that were
//! not there before, so that what stands in the collection can be compared with it.

pub(crate) mod audiences;

use std::collections::{BTreeMap, BTreeSet};

use kaname_kernel::{
    Audience, AudienceId, Id, Matter, MatterId, Moment, ObjectKey, PartyId, Projection, Unfit,
    merkle::{Frontier, Hash, leaf_hash},
};
use kaname_policy::Action;
use kaname_sharing::collection::{Collection, CollectionKind};
use kaname_stix::{Head, Limits};
use kaname_store::{ObjectFilter, Sight, StoredObject, Versions};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use self::audiences::{Audiences, Seen, Shown, ends};
use super::object::{Standing, key_of};
use crate::{caller::Caller, error::WorldError, work::Loaded, world::World};

/// Most objects of one part: one event, one durable commit.
const PART: usize = 10_000;
/// Objects looked up in one question.
const LOOKED_UP: usize = 500;
/// How often a part is tried when others brought some of its objects meanwhile.
const TRIES: usize = 8;
/// Longest name of a source, in bytes.
const MAX_SOURCE: usize = 300;

/// An import, as a matter.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Import {
    /// Where the objects came from, as told.
    pub source: String,
    /// Where they went.
    pub collection: MatterId,
    /// Objects of all parts.
    pub objects: u64,
    /// Parts, in order: number of objects and root over them, hexadecimal.
    pub parts: Vec<(u64, String)>,
    /// Objects of it that were taken out of their collection again.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub removed: u64,
    at: jiff::Timestamp,
}

/// What can happen to an import.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "did", rename_all = "snake_case")]
pub enum ImportChange {
    /// A part came in.
    Imported {
        /// Where the objects came from.
        source: String,
        /// Where they went.
        collection: MatterId,
        /// The party whose claims they are; left out for what the hub itself brought.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        originator: Option<PartyId>,
        /// How many.
        count: u64,
        /// RFC 6962 root over the SHA-256 of each object's bytes, in order; hexadecimal. Behind the hash
        /// of an object that came with its `date_added` stands that moment ([`leaf_of`]).
        root: String,
        /// Each audience among them with the number of its objects.
        audiences: Vec<(Audience, u64)>,
        /// Which of those audiences each object has, in order: the place of one among them, and how many
        /// objects in a row have it. Left out where there is only one, and by older versions.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        shown: Vec<(u32, u64)>,
    },
    /// Objects were taken out of the collection by whoever may write there.
    Removed {
        /// Which, in order of their places.
        objects: Vec<Gone>,
    },
}

/// An object that was taken out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gone {
    /// Its STIX id.
    pub id: String,
    /// Its version, microseconds since 1970.
    pub version_us: i64,
    /// The place it had, microseconds since 1970.
    pub place_us: i64,
    /// Its leaf under the part's root, hexadecimal: the bytes are gone, their proof is not.
    pub leaf: String,
}

fn is_zero(count: &u64) -> bool {
    *count == 0
}

/// The leaf of an object under the root of its part: the SHA-256 of its bytes, and the moment it came
/// with when it came with one (eight bytes, big-endian).
pub(crate) fn leaf_of(raw: &[u8], dated_us: Option<i64>) -> Hash {
    let digest = Sha256::digest(raw);
    match dated_us {
        None => leaf_hash(&digest),
        Some(us) => {
            let mut data = digest.to_vec();
            data.extend_from_slice(&us.to_be_bytes());
            leaf_hash(&data)
        }
    }
}

impl Matter for Import {
    const KIND: &'static str = "import";
    type Change = ImportChange;

    fn name(change: &ImportChange) -> &'static str {
        match change {
            ImportChange::Imported { .. } => "imported",
            ImportChange::Removed { .. } => "removed",
        }
    }

    fn begin(change: &ImportChange, at: &Moment<'_>) -> Result<Self, Unfit> {
        let ImportChange::Imported {
            source, collection, ..
        } = change
        else {
            return Err(at.unfit::<Self>("an import begins with objects"));
        };
        let mut import = Self {
            source: source.clone(),
            collection: *collection,
            objects: 0,
            parts: Vec::new(),
            removed: 0,
            at: at.recorded,
        };
        import.apply(change, at)?;
        Ok(import)
    }

    fn apply(&mut self, change: &ImportChange, _: &Moment<'_>) -> Result<(), Unfit> {
        match change {
            ImportChange::Imported { count, root, .. } => {
                self.objects += count;
                self.parts.push((*count, root.clone()));
            }
            ImportChange::Removed { objects } => self.removed += objects.len() as u64,
        }
        Ok(())
    }

    fn project(&self) -> Projection {
        Projection {
            scope: Some(self.collection),
            text: self.source.clone(),
            ..Projection::officers("imported", self.at)
        }
    }
}

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
}

impl World {
    /// Takes objects into a peer collection. Bad objects are told; with `skip_bad` the good ones are
    /// taken all the same. `progress` hears how many are durable.
    pub async fn import(
        &self,
        caller: &Caller,
        collection: &Loaded<Collection>,
        (source, skip_bad): (&str, bool),
        objects: &[&str],
        progress: &(dyn Fn(u64) + Sync),
    ) -> Result<Imported, WorldError> {
        let limits = self.settings().limits.import();
        self.import_within(
            caller,
            collection,
            (source, skip_bad),
            objects,
            (&limits, progress),
        )
        .await
    }

    /// The same within other bounds on each object.
    pub(crate) async fn import_within(
        &self,
        caller: &Caller,
        collection: &Loaded<Collection>,
        (source, skip_bad): (&str, bool),
        objects: &[&str],
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
        let (good, rejected) = read(objects, limits);
        let mut imported = Imported {
            rejected,
            ..Imported::default()
        };
        if good.is_empty() || (!imported.rejected.is_empty() && !skip_bad) {
            return Ok(imported);
        }
        let audiences = Audiences::of(&collection.state, None, &good);
        self.take_in(
            caller,
            collection,
            source,
            (&good, audiences),
            progress,
            &mut imported,
        )
        .await?;
        Ok(imported)
    }

    /// Takes what was read well into a peer collection, part by part.
    pub(super) async fn take_in(
        &self,
        caller: &Caller,
        collection: &Loaded<Collection>,
        source: &str,
        (good, mut audiences): (&[Good<'_>], Audiences),
        progress: &(dyn Fn(u64) + Sync),
        imported: &mut Imported,
    ) -> Result<(), WorldError> {
        self.look_up_ends(&mut audiences, good).await?;
        let mut matter: Option<Loaded<Import>> = None;
        let mut done = 0;
        for part in good.chunks(PART) {
            for attempt in 1.. {
                let fresh = self
                    .not_there(collection.id, audiences.originator, part)
                    .await?;
                let there = (part.len() - fresh.len()) as u64;
                if fresh.is_empty() {
                    imported.there += there;
                    break;
                }
                let before = matter.clone();
                let kept = self
                    .import_part(caller, collection.id, source, &fresh, &audiences, before)
                    .await;
                match kept {
                    Err(error) if error.is_conflict() && attempt < TRIES => {}
                    kept => {
                        let kept = kept?;
                        imported.import = Some(kept.id);
                        imported.taken += fresh.len() as u64;
                        imported.there += there;
                        matter = Some(kept);
                        break;
                    }
                }
            }
            done += part.len() as u64;
            progress(done);
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
        caller: &Caller,
        collection: MatterId,
        source: &str,
        part: &[&Good<'_>],
        audiences: &Audiences,
        before: Option<Loaded<Import>>,
    ) -> Result<Loaded<Import>, WorldError> {
        let id = match &before {
            Some(before) => before.id,
            None => Id::fresh(self.clock(), self.rng()),
        };
        let mut tree = Frontier::default();
        let mut shown = Shown::default();
        let mut work = self.work(&caller.actor);
        work.only_new_objects();
        for good in part {
            let audience = audiences.of_object(&good.head);
            shown.take(&audience);
            let standing = imported_in(id, (collection, audiences.originator), audience);
            work.object(self.new_object(good.raw, standing)?);
            tree.push(leaf_of(good.raw.as_bytes(), None));
        }
        let change = ImportChange::Imported {
            source: source.to_owned(),
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

fn read<'a>(objects: &[&'a str], limits: &Limits) -> (Vec<Good<'a>>, Vec<Rejected>) {
    let mut good = Vec::with_capacity(objects.len());
    let mut rejected = Vec::new();
    let mut seen: BTreeSet<(String, Option<i64>)> = BTreeSet::new();
    for (index, raw) in objects.iter().enumerate() {
        match kaname_stix::object(raw, limits) {
            // The same version twice in one file is one version.
            Ok(head) if !seen.insert((head.id.to_string(), head.version_micros())) => {}
            Ok(head) => good.push(Good { raw, head }),
            Err(error) => rejected.push(Rejected {
                index,
                why: error.to_string(),
            }),
        }
    }
    (good, rejected)
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
