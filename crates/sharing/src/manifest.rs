//! The release manifest: what a provider consents to, in one canonical form, and its hash.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
    str::FromStr,
};

use jiff::Timestamp;
use kaname_kernel::{AccountId, GroupId, MatterId, Pap, PartyId, Tlp};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use sha2::{Digest, Sha256};

use crate::{
    content::{Content, ItemKind, Outlet},
    text::Text,
    told::Told,
};

/// Name of the form, part of what is hashed.
const FORM: &str = "kaname-release-manifest-2";

/// SHA-256 of a manifest's canonical form.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ManifestHash(pub [u8; 32]);

impl fmt::Display for ManifestHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

impl fmt::Debug for ManifestHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Text that is no manifest hash.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("not a manifest hash (64 hexadecimal digits are expected)")]
pub struct BadHash;

impl FromStr for ManifestHash {
    type Err = BadHash;
    fn from_str(text: &str) -> Result<Self, BadHash> {
        let mut bytes = [0; 32];
        hex::decode_to_slice(text.trim(), &mut bytes).map_err(|_| BadHash)?;
        Ok(Self(bytes))
    }
}

impl Serialize for ManifestHash {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for ManifestHash {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// One object in a manifest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ObjectLine {
    /// Its id; empty when it does not read.
    pub id: String,
    /// SHA-256 of its exact bytes, hexadecimal.
    pub sha256: String,
    /// Their number.
    pub bytes: usize,
}

/// Everything that consent covers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    form: String,
    /// Number of the item.
    pub item: String,
    /// Its revision.
    pub revision: u32,
    /// What it is about.
    pub kind: ItemKind,
    /// Title.
    pub title: Text,
    /// Summary.
    pub summary: Text,
    /// Countermeasures.
    pub countermeasures: Text,
    /// The exact bytes, in order.
    pub objects: Vec<ObjectLine>,
    /// Who may be told.
    pub tlp: Tlp,
    /// What may be done.
    pub pap: Pap,
    /// Parties named.
    pub parties: BTreeSet<PartyId>,
    /// Groups named.
    pub groups: BTreeSet<GroupId>,
    /// Persons named.
    pub persons: BTreeSet<AccountId>,
    /// What the directory says of them all, and of the collections.
    pub told: Told,
    /// Member classes.
    pub classes: BTreeSet<String>,
    /// Duties.
    pub duties: BTreeSet<String>,
    /// Embargo.
    pub embargo: Option<Timestamp>,
    /// Validity.
    pub valid_until: Option<Timestamp>,
    /// Ways out.
    pub outlets: BTreeSet<Outlet>,
    /// Library collections.
    pub collections: BTreeSet<MatterId>,
}

impl Manifest {
    /// The manifest of a revision, with what the directory says of whom the content names.
    pub fn of(number: &str, revision: u32, content: &Content, told: &Told) -> Self {
        // Every part by name: whoever adds one to a content has to say here how consent covers it.
        let Content {
            author: _, // stands in the objects, which are hashed
            kind,
            title,
            summary,
            countermeasures,
            objects,
            tlp,
            pap,
            named,
            classes,
            duties,
            embargo,
            valid_until,
            outlets,
            collections,
        } = content;
        Self {
            form: FORM.to_owned(),
            item: number.to_owned(),
            revision,
            kind: *kind,
            title: title.clone(),
            summary: summary.clone(),
            countermeasures: countermeasures.clone(),
            objects: objects.iter().map(|text| line(text)).collect(),
            tlp: *tlp,
            pap: *pap,
            parties: named.parties.iter().copied().collect(),
            groups: named.groups.iter().copied().collect(),
            persons: named.persons.iter().copied().collect(),
            told: told.clone(),
            classes: classes.clone(),
            duties: duties.clone(),
            embargo: *embargo,
            valid_until: *valid_until,
            outlets: outlets.clone(),
            collections: collections.clone(),
        }
    }

    /// The canonical form (RFC 8785) that is hashed.
    pub fn canonical(&self) -> String {
        // Only strings, small numbers and string-keyed maps: this always serialises.
        let value = serde_json::to_value(self).unwrap_or_default();
        kaname_stix::canonical_json(&value)
    }

    /// What consent is given to.
    pub fn hash(&self) -> ManifestHash {
        ManifestHash(Sha256::digest(self.canonical().as_bytes()).into())
    }
}

fn line(text: &str) -> ObjectLine {
    let id = kaname_stix::head(text).map(|head| head.id.to_string());
    ObjectLine {
        id: id.unwrap_or_default(),
        sha256: hex::encode(Sha256::digest(text.as_bytes())),
        bytes: text.len(),
    }
}

/// One thing in which two manifests differ.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Difference {
    /// Name of the part, such as `tlp`, `title-ja`, `object-changed`; a Fluent key's end.
    pub part: &'static str,
    /// Before; empty when it was not there.
    pub before: String,
    /// After; empty when it is gone.
    pub after: String,
}

/// What changed from `a` to `b`, in the order of the manifest; revision numbers are left out, and what the
/// directory says ([`Told::changes`]).
pub fn difference(a: &Manifest, b: &Manifest) -> Vec<Difference> {
    let mut all = Vec::new();
    let mut differ = |part, before: String, after: String| {
        if before != after {
            all.push(Difference {
                part,
                before,
                after,
            });
        }
    };
    differ("kind", a.kind.as_str().into(), b.kind.as_str().into());
    differ("title-ja", a.title.ja.clone(), b.title.ja.clone());
    differ("title-en", a.title.en.clone(), b.title.en.clone());
    differ("summary-ja", a.summary.ja.clone(), b.summary.ja.clone());
    differ("summary-en", a.summary.en.clone(), b.summary.en.clone());
    let (before, after) = (&a.countermeasures, &b.countermeasures);
    differ("countermeasures-ja", before.ja.clone(), after.ja.clone());
    differ("countermeasures-en", before.en.clone(), after.en.clone());
    differ("tlp", a.tlp.to_string(), b.tlp.to_string());
    differ("pap", a.pap.to_string(), b.pap.to_string());
    differ("parties", joined(&a.parties), joined(&b.parties));
    differ("groups", joined(&a.groups), joined(&b.groups));
    differ("persons", joined(&a.persons), joined(&b.persons));
    differ("classes", joined(&a.classes), joined(&b.classes));
    differ("duties", joined(&a.duties), joined(&b.duties));
    differ("embargo", moment(a.embargo), moment(b.embargo));
    differ("valid-until", moment(a.valid_until), moment(b.valid_until));
    differ("outlets", outlets(&a.outlets), outlets(&b.outlets));
    differ(
        "collections",
        joined(&a.collections),
        joined(&b.collections),
    );
    all.extend(object_differences(&a.objects, &b.objects));
    all
}

fn joined<T: fmt::Display>(all: &BTreeSet<T>) -> String {
    let texts: Vec<String> = all.iter().map(T::to_string).collect();
    texts.join(", ")
}

fn outlets(all: &BTreeSet<Outlet>) -> String {
    let texts: Vec<&str> = all.iter().map(|outlet| outlet.as_str()).collect();
    texts.join(", ")
}

fn moment(at: Option<Timestamp>) -> String {
    at.map(|at| at.to_string()).unwrap_or_default()
}

fn object_differences(a: &[ObjectLine], b: &[ObjectLine]) -> Vec<Difference> {
    let by_id = |lines: &[ObjectLine]| -> BTreeMap<String, String> {
        let pairs = lines.iter().map(|one| (one.id.clone(), one.sha256.clone()));
        pairs.collect()
    };
    let (before, after) = (by_id(a), by_id(b));
    let mut all = Vec::new();
    for (id, hash) in &before {
        match after.get(id) {
            None => all.push(Difference {
                part: "object-removed",
                before: id.clone(),
                after: String::new(),
            }),
            Some(other) if other != hash => all.push(Difference {
                part: "object-changed",
                before: id.clone(),
                after: id.clone(),
            }),
            Some(_) => {}
        }
    }
    for id in after.keys().filter(|id| !before.contains_key(*id)) {
        all.push(Difference {
            part: "object-added",
            before: String::new(),
            after: id.clone(),
        });
    }
    if all.is_empty() && a != b {
        all.push(Difference {
            part: "object-order",
            before: String::new(),
            after: String::new(),
        });
    }
    all
}
