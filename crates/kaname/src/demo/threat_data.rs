//! Real threat data that `./setup` brought from package registries: read within bounds, as STIX
//! objects ready for a collection of kind peer. What it is and whose stands in `data/demo/README.md`.

use std::{
    io::Read as _,
    path::{Path, PathBuf},
};

use jiff::Timestamp;
use kaname_stix::{
    Galaxies, Limits, TlpMark,
    author::{self, Authored, Base, Identity},
    tlp_marking_id, tlp_object,
};
use uuid::Uuid;

/// Clusters read, in this order: enough to look things up, few enough to be there in a second.
const CLUSTERS: [&str; 4] = [
    "threat-actor",
    "mitre-intrusion-set",
    "mitre-attack-pattern",
    "mitre-course-of-action",
];

/// Largest cluster file, in bytes, and most objects of all.
const LIMITS: Limits = Limits {
    bytes: 16 << 20,
    objects: 50_000,
    object_bytes: 1 << 20,
    depth: 32,
};

/// Whose work it is: the identity that stands as the author of these objects.
const AUTHOR: Uuid = Uuid::from_u128(0x6b61_6e61_6d65_4000_8c1d_67a1_a9c7_0002);

/// What the folder held.
#[derive(Debug)]
pub(crate) struct ThreatData {
    /// STIX 2.1 objects: the author, the marking, the knowledge, its relationships.
    pub(crate) objects: Vec<String>,
    /// Values of the files that did not become objects.
    pub(crate) left_out: usize,
    /// Name under which the import stands in the ledger.
    pub(crate) source: String,
}

/// Why the demo runs without it.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Absent {
    /// Nobody ran `./setup`, or it could not reach the registry.
    #[error("there is no real threat data in {0}; ./setup brings it")]
    NoFolder(PathBuf),
    /// A file cannot be read.
    #[error("{0}: {1}")]
    File(PathBuf, #[source] std::io::Error),
    /// A file is not what it should be.
    #[error("{0}: {1}")]
    Form(PathBuf, #[source] kaname_stix::StixError),
}

/// Reads the folder. `now` becomes the time of creation of every object.
pub(crate) fn read(folder: &Path, now: Timestamp) -> Result<ThreatData, Absent> {
    let clusters = folder.join("galaxies");
    if !clusters.is_dir() {
        return Err(Absent::NoFolder(folder.to_owned()));
    }
    let form = |path: &Path| {
        let path = path.to_owned();
        move |error| Absent::Form(path, error)
    };
    let author = galaxy_authors(now).map_err(form(folder))?;
    let clear = [tlp_marking_id(TlpMark::Clear)];
    let base = Base::new(AUTHOR, &author.id, now).marked(&clear);
    let mut galaxies = Galaxies::new(base, LIMITS);
    for name in CLUSTERS {
        let path = clusters.join(format!("{name}.json"));
        let bytes = bounded(&path).map_err(|error| Absent::File(path.clone(), error))?;
        galaxies.add(&bytes).map_err(form(&path))?;
    }
    let knowledge = galaxies.finish();
    let mut objects = vec![author.json.clone(), tlp_object(TlpMark::Clear).to_string()];
    objects.extend(knowledge.objects.into_iter().map(|object| object.json));
    Ok(ThreatData {
        objects,
        left_out: knowledge.left_out,
        source: source(folder),
    })
}

fn galaxy_authors(now: Timestamp) -> Result<Authored, kaname_stix::StixError> {
    let base = Base {
        id: AUTHOR,
        created_by: None,
        created: now,
        modified: now,
        revoked: false,
        labels: &[],
        confidence: None,
        lang: None,
        external: &[],
        markings: &[],
    };
    author::identity(
        &base,
        &Identity {
            name: "MISP galaxy contributors",
            description: Some("Public knowledge base; techniques derive from MITRE ATT&CK."),
            identity_class: Some("group"),
            ..Identity::default()
        },
    )
}

/// Package and version as `sources.json` tells them.
fn source(folder: &Path) -> String {
    let told = bounded(&folder.join("sources.json"))
        .ok()
        .and_then(|bytes| serde_json::from_slice::<serde_json::Value>(&bytes).ok());
    let text = |key: &str| Some(told.as_ref()?["sources"][0][key].as_str()?.to_owned());
    match (text("package"), text("version")) {
        (Some(package), Some(version)) => format!("{package} {version}"),
        _ => "MISP galaxy".to_owned(),
    }
}

/// The whole file, unless it is over the limit.
fn bounded(path: &Path) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let most = LIMITS.bytes as u64 + 1;
    std::fs::File::open(path)?
        .take(most)
        .read_to_end(&mut bytes)?;
    if bytes.len() > LIMITS.bytes {
        return Err(std::io::Error::other("larger than expected"));
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::{Absent, CLUSTERS, read};

    #[test]
    fn without_setup_it_says_so() {
        let folder = tempfile::tempdir().unwrap();
        let now = jiff::Timestamp::UNIX_EPOCH;
        assert!(matches!(read(folder.path(), now), Err(Absent::NoFolder(_))));
    }

    #[test]
    fn what_setup_brought_becomes_objects() {
        let folder = tempfile::tempdir().unwrap();
        let clusters = folder.path().join("galaxies");
        std::fs::create_dir(&clusters).unwrap();
        for (index, name) in CLUSTERS.iter().enumerate() {
            let value = format!(
                r#"{{"type":"{name}","values":[{{"uuid":"00000000-0000-4000-8000-00000000000{index}","value":"one"}}]}}"#
            );
            std::fs::write(clusters.join(format!("{name}.json")), value).unwrap();
        }
        let read = read(folder.path(), jiff::Timestamp::UNIX_EPOCH).unwrap();
        assert_eq!((read.objects.len(), read.left_out), (6, 0));
        assert_eq!(read.source, "MISP galaxy");
    }
}
