//! Bulk that comes in from a peer or a public knowledge base: objects keep their bytes, origin and
//! markings, and stand in a collection of kind `peer`. The ledger holds one event per part of at most
//! [`PART`] objects, with the Merkle root over the SHA-256 of their bytes: of those objects that were
//! not there before, so that what stands in the collection can be compared with it.

use std::collections::{BTreeMap, BTreeSet};

use kaname_kernel::{
    Audience, AudienceId, Clause, Id, Matter, MatterId, Moment, ObjectKey, Projection, Term, Unfit,
    merkle::{Frontier, leaf_hash},
};
use kaname_policy::Action;
use kaname_sharing::collection::{Access, Collection, CollectionKind};
use kaname_stix::{Head, ObjectId, TlpMark, tlp_of};
use kaname_store::{NewObject, ObjectFilter, StoredObject, Versions};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::object::key_of;
use crate::{caller::Caller, error::WorldError, work::Loaded, world::World};

/// Most objects of one part: one event, one durable commit.
const PART: usize = 10_000;
/// Objects looked up in one question.
const LOOKED_UP: usize = 500;
/// Properties that hold the ends of a relationship or sighting (STIX 2.1 §5.1, §5.2).
const ENDS: [&str; 5] = [
    "source_ref",
    "target_ref",
    "sighting_of_ref",
    "observed_data_refs",
    "where_sighted_refs",
];
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
        /// How many.
        count: u64,
        /// RFC 6962 root over the SHA-256 of each object's bytes, in order; hexadecimal.
        root: String,
        /// Each audience among them with the number of its objects.
        audiences: Vec<(Audience, u64)>,
    },
}

impl Matter for Import {
    const KIND: &'static str = "import";
    type Change = ImportChange;

    fn name(_: &ImportChange) -> &'static str {
        "imported"
    }

    fn begin(change: &ImportChange, at: &Moment<'_>) -> Result<Self, Unfit> {
        let ImportChange::Imported {
            source, collection, ..
        } = change;
        let mut import = Self {
            source: source.clone(),
            collection: *collection,
            objects: 0,
            parts: Vec::new(),
            at: at.recorded,
        };
        import.apply(change, at)?;
        Ok(import)
    }

    fn apply(&mut self, change: &ImportChange, _: &Moment<'_>) -> Result<(), Unfit> {
        let ImportChange::Imported { count, root, .. } = change;
        self.objects += count;
        self.parts.push((*count, root.clone()));
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
#[derive(Debug, Clone, Serialize)]
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
        let (good, rejected) = read(objects);
        let mut imported = Imported {
            import: None,
            taken: 0,
            there: 0,
            rejected,
        };
        if good.is_empty() || (!imported.rejected.is_empty() && !skip_bad) {
            return Ok(imported);
        }
        let mut audiences = Audiences::of(&collection.state, &good);
        self.look_up_ends(&mut audiences, &good).await?;
        let mut matter: Option<Loaded<Import>> = None;
        let mut done = 0;
        for part in good.chunks(PART) {
            for attempt in 1.. {
                let fresh = self.not_there(collection.id, part).await?;
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
        Ok(imported)
    }

    /// Those of a part that the collection does not have yet: by version, else by bytes.
    async fn not_there<'p, 'a>(
        &self,
        collection: MatterId,
        part: &'p [Good<'a>],
    ) -> Result<Vec<&'p Good<'a>>, WorldError> {
        let mut there: BTreeSet<(String, i64)> = BTreeSet::new();
        let mut bytes: BTreeSet<ObjectKey> = BTreeSet::new();
        let ids = part.iter().map(|good| good.head.id.to_string()).collect();
        self.each_standing(Some(collection), ids, Versions::All, |object| {
            there.insert((object.stix_id, object.version_us));
            bytes.insert(object.key);
        })
        .await?;
        let is_new = |good: &&Good<'a>| {
            match good.head.version_micros() {
                Some(version) => !there.contains(&(good.head.id.to_string(), version)),
                // Without a version an object is the same when its bytes are.
                None => key_of(good.raw.as_bytes()).is_none_or(|key| !bytes.contains(&key)),
            }
        };
        Ok(part.iter().filter(is_new).collect())
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
        let missing = missing.into_iter().collect();
        let mut found: Vec<(ObjectId, AudienceId)> = Vec::new();
        self.each_standing(None, missing, Versions::Last, |object| {
            if let Ok(end) = object.stix_id.parse() {
                found.push((end, object.audience_id));
            }
        })
        .await?;
        let known = self.audiences().await?;
        let known: BTreeMap<AudienceId, &Audience> =
            known.iter().map(|(id, audience)| (*id, audience)).collect();
        for (end, audience) in found {
            if let Some(audience) = known.get(&audience) {
                // Standing in two collections it is seen by who may see both: the careful reading.
                let all = audiences.ends.entry(end).or_insert_with(Audience::everyone);
                *all = all.clone().and_all(audience);
            }
        }
        Ok(())
    }

    /// Shows `each` the objects that stand under these STIX ids, in one collection or in all.
    async fn each_standing(
        &self,
        collection: Option<MatterId>,
        ids: Vec<String>,
        versions: Versions,
        mut each: impl FnMut(StoredObject) + Send,
    ) -> Result<(), WorldError> {
        let readable = self.everything().await?;
        for some in ids.chunks(LOOKED_UP) {
            let mut filter = ObjectFilter {
                collection,
                readable: readable.clone(),
                added_after_us: None,
                newest_first: false,
                after_us: None,
                ids: some.to_vec(),
                types: Vec::new(),
                specs: Vec::new(),
                versions: versions.clone(),
                search: None,
                value: None,
                limit: LOOKED_UP as u32,
                count: false,
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
        let mut counts: BTreeMap<Audience, u64> = BTreeMap::new();
        let mut work = self.work(&caller.actor);
        work.only_new_objects();
        for good in part {
            let audience = audiences.of_object(&good.head);
            let object: NewObject = self.new_object(good.raw, collection, &audience, (None, id))?;
            work.object(object);
            tree.push(leaf_hash(&Sha256::digest(good.raw.as_bytes())));
            *counts.entry(audience).or_default() += 1;
        }
        let change = ImportChange::Imported {
            source: source.to_owned(),
            collection,
            count: part.len() as u64,
            root: hex::encode(tree.root()),
            audiences: counts.into_iter().collect(),
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
struct Good<'a> {
    raw: &'a str,
    head: Head,
}

fn read<'a>(objects: &[&'a str]) -> (Vec<Good<'a>>, Vec<Rejected>) {
    let mut good = Vec::with_capacity(objects.len());
    let mut rejected = Vec::new();
    let mut seen: BTreeSet<(String, Option<i64>)> = BTreeSet::new();
    for (index, raw) in objects.iter().enumerate() {
        match kaname_stix::head(raw) {
            Ok(head) if head.has_granular_markings => {
                let why = "granular markings are not taken in bulk yet".to_owned();
                rejected.push(Rejected { index, why });
            }
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

/// Who may see what of one import.
struct Audiences {
    /// Whoever may read the collection.
    collection: Audience,
    /// Who is named by AMBER: what the collection names.
    named: Audience,
    /// For objects without a marking.
    unmarked: Audience,
    /// Markings that restrict nobody: copyright, terms of use.
    statements: BTreeSet<ObjectId>,
    /// Audiences of objects by their own markings, for the ends of relationships.
    ends: BTreeMap<ObjectId, Audience>,
}

impl Audiences {
    fn of(collection: &Collection, objects: &[Good<'_>]) -> Self {
        let definition = &collection.definition;
        let read = definition.read.audience();
        let named = match definition.read {
            Access::Groups { .. } | Access::Parties { .. } | Access::Classes { .. } => read.clone(),
            // Nobody is named where everyone or every member reads.
            _ => Audience::officers(),
        };
        let statements = objects
            .iter()
            // A file that calls a TLP marking a statement does not make it one.
            .filter(|good| tlp_of(&good.head.id).is_none() && is_statement(good.raw, &good.head));
        let mut audiences = Self {
            collection: read,
            named,
            unmarked: Audience::officers(),
            statements: statements.map(|good| good.head.id.clone()).collect(),
            ends: BTreeMap::new(),
        };
        if let Some(tlp) = definition.default_tlp {
            audiences.unmarked = audiences.marked(mark_of(tlp));
        }
        let ends = objects
            .iter()
            .map(|good| (good.head.id.clone(), audiences.own(&good.head)));
        audiences.ends = ends.collect();
        audiences
    }

    fn marked(&self, mark: TlpMark) -> Audience {
        match mark {
            TlpMark::Clear => Audience::everyone(),
            TlpMark::Green => Audience::everyone().and(Clause::any([Term::Member, Term::Officer])),
            TlpMark::Amber | TlpMark::AmberStrict => self.named.clone(),
            // No person is named by an import.
            TlpMark::Red => Audience::officers(),
        }
    }

    /// By the object's own markings.
    fn own(&self, head: &Head) -> Audience {
        let restricting: Vec<&ObjectId> = head
            .markings
            .iter()
            .filter(|marking| !self.statements.contains(marking))
            .collect();
        if restricting.is_empty() {
            return self.collection.clone().and_all(&self.unmarked);
        }
        let clauses = restricting.iter().map(|marking| match tlp_of(marking) {
            Some(mark) => self.marked(mark),
            None => Audience::officers(),
        });
        clauses.fold(self.collection.clone(), |all, one| all.and_all(&one))
    }

    /// With the ends, for a relationship or sighting.
    fn of_object(&self, head: &Head) -> Audience {
        let own = self
            .ends
            .get(&head.id)
            .cloned()
            .unwrap_or_else(|| self.own(head));
        let unknown = Audience::officers();
        ends(head).fold(own, |all, end| {
            all.and_all(self.ends.get(end).unwrap_or(&unknown))
        })
    }
}

/// What must be visible for a relationship or sighting to be: none for other objects.
fn ends(head: &Head) -> impl Iterator<Item = &ObjectId> {
    let relates = matches!(head.type_name(), "relationship" | "sighting");
    let ends = head
        .refs
        .iter()
        .filter(|one| ENDS.contains(&one.property.as_ref()));
    ends.map(|one| &one.target).filter(move |_| relates)
}

fn mark_of(tlp: kaname_kernel::Tlp) -> TlpMark {
    kaname_sharing::content::tlp_mark(tlp)
}

/// A statement marking (STIX 2.1 §7.2.1.3) says whose it is, not who may see it.
fn is_statement(raw: &str, head: &Head) -> bool {
    #[derive(Deserialize)]
    struct Definition {
        #[serde(default)]
        definition_type: String,
    }
    head.type_name() == "marking-definition"
        && serde_json::from_str::<Definition>(raw)
            .is_ok_and(|definition| definition.definition_type == "statement")
}
