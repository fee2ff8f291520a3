//! Galaxies as the threats they name.

use kaname_stix::ObjectId;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::bundle::{NAMESPACE, Shared, mark};
use crate::json::{Members, text};

/// Galaxy types beside STIX types; of a name that has none the cluster stays in the event alone.
const GALAXIES: &[(&str, &str)] = &[
    ("threat-actor", "intrusion-set"),
    ("mitre-intrusion-set", "intrusion-set"),
    ("microsoft-activity-group", "intrusion-set"),
    ("mitre-attack-pattern", "attack-pattern"),
    ("mitre-ics-techniques", "attack-pattern"),
    ("mitre-malware", "malware"),
    ("malpedia", "malware"),
    ("ransomware", "malware"),
    ("backdoor", "malware"),
    ("banker", "malware"),
    ("botnet", "malware"),
    ("rat", "malware"),
    ("stealer", "malware"),
    ("mitre-tool", "tool"),
    ("tool", "tool"),
    ("exploit-kit", "tool"),
    ("mitre-course-of-action", "course-of-action"),
    ("branded-vulnerability", "vulnerability"),
    ("sector", "identity"),
];

/// The threats that the galaxies of an element name, each with its id.
pub(crate) fn threats(members: &Members, shared: &Shared) -> Vec<(String, Members)> {
    let galaxies = members.get("Galaxy").and_then(Value::as_array);
    let mut found = Vec::new();
    for galaxy in galaxies.into_iter().flatten().filter_map(Value::as_object) {
        let kind = text(galaxy, "type").unwrap_or_default();
        let Some((_, kind)) = GALAXIES.iter().find(|(name, _)| *name == kind) else {
            continue;
        };
        let clusters = galaxy.get("GalaxyCluster").and_then(Value::as_array);
        let clusters = clusters.into_iter().flatten().filter_map(Value::as_object);
        found.extend(clusters.filter_map(|cluster| threat(kind, cluster, shared)));
    }
    found
}

fn threat(kind: &str, cluster: &Members, shared: &Shared) -> Option<(String, Members)> {
    let name = text(cluster, "value").filter(|name| !name.trim().is_empty())?;
    // The cluster's UUID is the galaxy's own; whoever has the object in a later version keeps it.
    let uuid = text(cluster, "uuid").and_then(|uuid| Uuid::try_parse(uuid).ok());
    let uuid = uuid
        .filter(|uuid| matches!(uuid.get_version_num(), 1..=5))
        .unwrap_or_else(|| Uuid::new_v5(&NAMESPACE, format!("{kind} {name}").as_bytes()));
    let id = ObjectId::new(kind, uuid).ok()?.to_string();
    let mut object = Members::new();
    let mut put = |key: &str, value: Value| object.insert(key.to_owned(), value);
    put("type", kind.into());
    put("spec_version", "2.1".into());
    put("id", id.as_str().into());
    put("created", shared.stamp.as_str().into());
    put("modified", shared.stamp.as_str().into());
    put("name", name.into());
    let description = text(cluster, "description").filter(|text| !text.is_empty());
    if let Some(description) = description {
        put("description", description.into());
    }
    match kind {
        "malware" => put("is_family", true.into()),
        "identity" => put("identity_class", "class".into()),
        _ => None,
    };
    let synonyms = cluster.get("meta").and_then(|meta| meta.get("synonyms"));
    let synonyms = synonyms.and_then(Value::as_array);
    let synonyms: Vec<&str> = synonyms
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .filter(|synonym| !synonym.is_empty())
        .collect();
    let has_aliases = matches!(
        kind,
        "intrusion-set" | "attack-pattern" | "malware" | "tool"
    );
    if has_aliases && !synonyms.is_empty() {
        put("aliases", json!(synonyms));
    }
    if let Some(tag) = text(cluster, "tag_name") {
        put("labels", json!([tag]));
    }
    mark(&mut object, shared.marks);
    Some((id, object))
}
