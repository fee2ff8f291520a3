//! MISP galaxy clusters (knowledge: actors, techniques, malware) as STIX 2.1, so that reference
//! knowledge comes in by the same door as any other object.
//!
//! Source: the MISP galaxy format (draft-dulaunoy-misp-galaxy-format). A cluster file holds values of
//! one kind; relations lead across files by UUID, so files are added one after another and
//! [`Galaxies::finish`] writes what has both ends.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use uuid::Uuid;

use crate::author::{self, Authored, Base, External, Known, Phase};
use crate::error::{Limits, StixError};
use crate::id::ObjectId;

/// Name space of the ids: the same value gives the same object id at every reading, and never the id
/// under which its own author publishes it.
const NAMESPACE: Uuid = Uuid::from_u128(0x6b61_6e61_6d65_5000_8c1d_67a1_a9c7_0001);

/// References kept of one value; some have hundreds.
const MOST_REFERENCES: usize = 10;

/// Other names kept of one value.
const MOST_ALIASES: usize = 50;

/// Phases of kill chains kept of one technique.
const MOST_PHASES: usize = 20;

/// Relations that say something a reader can use. `similar` and its like are left out.
const RELATIONS: &[&str] = &[
    "uses",
    "mitigates",
    "subtechnique-of",
    "variant-of",
    "targets",
];

/// Reference knowledge, read file by file.
#[derive(Debug)]
pub struct Galaxies<'a> {
    base: Base<'a>,
    limits: Limits,
    objects: Vec<Authored>,
    /// Object id by the value's UUID.
    ids: BTreeMap<Uuid, ObjectId>,
    /// Source value, relation, target value.
    relations: BTreeSet<(Uuid, &'static str, Uuid)>,
    left_out: usize,
}

/// What came of it.
#[derive(Debug)]
pub struct Knowledge {
    /// Objects in the order of the files, relationships last.
    pub objects: Vec<Authored>,
    /// Values that are withdrawn at their source, stand there twice or would not be valid STIX.
    pub left_out: usize,
}

#[derive(Deserialize)]
struct Cluster {
    #[serde(rename = "type")]
    kind: String,
    #[serde(default)]
    values: Vec<serde_json::Value>,
}

#[derive(Deserialize)]
struct Value {
    uuid: Option<Uuid>,
    value: String,
    #[serde(default)]
    description: String,
    #[serde(default)]
    revoked: bool,
    #[serde(default)]
    meta: Meta,
    #[serde(default)]
    related: Vec<Related>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Meta {
    external_id: Option<String>,
    kill_chain: Vec<String>,
    refs: Vec<String>,
    synonyms: Vec<String>,
}

#[derive(Deserialize)]
struct Related {
    #[serde(rename = "dest-uuid")]
    target: Uuid,
    #[serde(rename = "type", default)]
    kind: String,
}

/// What a kind of cluster is in STIX.
#[derive(Clone, Copy)]
enum Kind {
    Actor,
    IntrusionSet,
    Malware(&'static [&'static str]),
    Tool,
    Technique,
    CourseOfAction,
}

fn kind_of(cluster: &str) -> Option<Kind> {
    Some(match cluster {
        "threat-actor" => Kind::Actor,
        "mitre-intrusion-set" => Kind::IntrusionSet,
        "mitre-malware" => Kind::Malware(&[]),
        "ransomware" => Kind::Malware(&["ransomware"]),
        "botnet" => Kind::Malware(&["bot"]),
        "rat" => Kind::Malware(&["remote-access-trojan"]),
        "backdoor" => Kind::Malware(&["backdoor"]),
        "stealer" => Kind::Malware(&["spyware"]),
        "mitre-tool" => Kind::Tool,
        "mitre-attack-pattern" => Kind::Technique,
        "mitre-course-of-action" => Kind::CourseOfAction,
        _ => return None,
    })
}

impl<'a> Galaxies<'a> {
    /// Nothing read yet. `base` gives author, times and markings of every object; its id is not used.
    pub fn new(base: Base<'a>, limits: Limits) -> Self {
        Self {
            base,
            limits,
            objects: Vec::new(),
            ids: BTreeMap::new(),
            relations: BTreeSet::new(),
            left_out: 0,
        }
    }

    /// Reads one cluster file.
    ///
    /// # Errors
    /// [`StixError`] when the file is over a limit, is no cluster, or is of a kind without a type in
    /// STIX. Single values that do not fit are counted, not errors.
    pub fn add(&mut self, file: &[u8]) -> Result<(), StixError> {
        if file.len() > self.limits.bytes {
            return Err(StixError::TooLarge {
                actual: file.len(),
                limit: self.limits.bytes,
            });
        }
        let cluster: Cluster = serde_json::from_slice(file).map_err(|_| StixError::NotStix {
            message: "a MISP galaxy cluster is expected",
            path: String::new(),
        })?;
        let kind = kind_of(&cluster.kind).ok_or_else(|| StixError::NotStix {
            message: "a galaxy of this kind has no type in STIX",
            path: "/type".to_owned(),
        })?;
        for value in &cluster.values {
            if self.objects.len() >= self.limits.objects {
                return Err(StixError::TooManyObjects {
                    limit: self.limits.objects,
                });
            }
            match Value::deserialize(value) {
                Ok(value) => self.value(kind, &cluster.kind, &value),
                Err(_) => self.left_out += 1,
            }
        }
        Ok(())
    }

    fn value(&mut self, kind: Kind, cluster: &str, value: &Value) {
        let withdrawn = value.revoked || value.description.starts_with("This object is deprecated");
        let Some(uuid) = value
            .uuid
            .filter(|uuid| !withdrawn && !self.ids.contains_key(uuid))
        else {
            self.left_out += 1;
            return;
        };
        let external = external(cluster, &value.meta);
        let base = Base {
            external: &external,
            ..self.base.with_id(own_id(uuid))
        };
        let Ok(object) = write(kind, &base, value) else {
            self.left_out += 1;
            return;
        };
        self.ids.insert(uuid, object.id.clone());
        self.objects.push(object);
        for related in &value.related {
            let named = RELATIONS.iter().find(|name| **name == related.kind.trim());
            if let Some(name) = named {
                self.relations.insert((uuid, name, related.target));
            }
        }
    }

    /// Writes the relations whose both ends were read, and gives everything.
    pub fn finish(mut self) -> Knowledge {
        for (source, name, target) in &self.relations {
            let (Some(source_id), Some(target_id)) = (self.ids.get(source), self.ids.get(target))
            else {
                continue;
            };
            if self.objects.len() >= self.limits.objects {
                break;
            }
            let id = Uuid::new_v5(&NAMESPACE, format!("{source} {name} {target}").as_bytes());
            let base = self.base.with_id(id);
            match author::relationship(&base, name, source_id, target_id, None) {
                Ok(object) => self.objects.push(object),
                Err(_) => self.left_out += 1,
            }
        }
        Knowledge {
            objects: self.objects,
            left_out: self.left_out,
        }
    }
}

fn own_id(uuid: Uuid) -> Uuid {
    Uuid::new_v5(&NAMESPACE, uuid.as_bytes())
}

fn write(kind: Kind, base: &Base<'_>, value: &Value) -> Result<Authored, StixError> {
    let description = Some(value.description.trim()).filter(|text| !text.is_empty());
    let name = value.value.trim();
    let mut aliases = value.meta.synonyms.clone();
    aliases.retain(|alias| !alias.trim().is_empty() && alias != name);
    aliases.truncate(MOST_ALIASES);
    let known = Known {
        name,
        description,
        aliases: &aliases,
        types: match kind {
            Kind::Malware(types) => types,
            _ => &[],
        },
    };
    match kind {
        Kind::Actor => author::threat_actor(base, &known),
        Kind::IntrusionSet => author::intrusion_set(base, &known),
        Kind::Malware(_) => author::malware(base, &known, true),
        Kind::Tool => author::tool(base, &known),
        Kind::Technique => {
            let phases = phases(&value.meta.kill_chain);
            author::attack_pattern(base, technique_name(name), description, &phases)
        }
        Kind::CourseOfAction => author::course_of_action(base, technique_name(name), description),
    }
}

/// `Phishing - T1566` is the galaxy's way to keep names apart; the number stands in the references.
fn technique_name(name: &str) -> &str {
    match name.rsplit_once(" - ") {
        Some((plain, number)) if number.starts_with(['T', 'M', 'G', 'S']) => plain,
        _ => name,
    }
}

/// Phases as ATT&CK itself names them: a galaxy repeats each for every platform
/// (`attack-Windows:persistence`).
fn phases(kill_chain: &[String]) -> Vec<Phase> {
    let phase = |written: &String| {
        let (chain, name) = written.split_once(':')?;
        let chain = match chain.split('-').next()? {
            "attack" => "mitre-attack",
            "mobile" => "mitre-mobile-attack",
            "ics" => "mitre-ics-attack",
            "pre" => "mitre-pre-attack",
            _ => return None,
        };
        Some(Phase {
            chain: chain.to_owned(),
            name: name.to_owned(),
        })
    };
    let all: BTreeSet<Phase> = kill_chain.iter().filter_map(phase).collect();
    all.into_iter().take(MOST_PHASES).collect()
}

fn external(cluster: &str, meta: &Meta) -> Vec<External> {
    let mut external = Vec::new();
    if let Some(id) = &meta.external_id {
        external.push(External {
            source_name: "mitre-attack".to_owned(),
            external_id: Some(id.clone()),
            ..External::default()
        });
    }
    let urls = meta
        .refs
        .iter()
        .filter(|url| url.starts_with("https://") || url.starts_with("http://"));
    external.extend(urls.take(MOST_REFERENCES).map(|url| External {
        source_name: format!("misp-galaxy:{cluster}"),
        url: Some(url.clone()),
        ..External::default()
    }));
    external
}
