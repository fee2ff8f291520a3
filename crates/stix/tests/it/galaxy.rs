use jiff::Timestamp;
use kaname_stix::author::Base;
use kaname_stix::{Galaxies, Limits, ObjectId, StixError, check, head};
use serde_json::{Value, json};

use crate::uuid;

fn galaxies(author: &ObjectId, limits: Limits) -> Galaxies<'_> {
    let now: Timestamp = "2026-01-31T09:00:00Z".parse().unwrap();
    Galaxies::new(Base::new(uuid(0), author, now), limits)
}

fn author() -> ObjectId {
    ObjectId::new("identity", uuid(1)).unwrap()
}

fn file(kind: &str, values: Value) -> Vec<u8> {
    json!({"type": kind, "name": kind, "values": values})
        .to_string()
        .into_bytes()
}

const ACTOR: &str = "00000000-0000-4000-8000-00000000000a";
const TECHNIQUE: &str = "00000000-0000-4000-8000-00000000000b";
const ABSENT: &str = "00000000-0000-4000-8000-00000000000c";

fn actors() -> Vec<u8> {
    file(
        "threat-actor",
        json!([{
            "uuid": ACTOR, "value": "WET PANDA", "description": "Somebody.",
            "meta": {"synonyms": ["Red Chimera", "", "WET PANDA"], "refs": ["https://example.org/a", "doi:1"]},
            "related": [
                {"dest-uuid": TECHNIQUE, "type": "uses"},
                {"dest-uuid": ABSENT, "type": "uses"},
                {"dest-uuid": TECHNIQUE, "type": "similar"}
            ]
        }]),
    )
}

fn techniques() -> Vec<u8> {
    file(
        "mitre-attack-pattern",
        json!([
            {"uuid": TECHNIQUE, "value": "Phishing - T1566", "meta": {"external_id": "T1566", "kill_chain":
                ["attack-Windows:initial-access", "attack-Linux:initial-access", "mobile-attack-iOS:initial-access", "x"]}},
            {"uuid": ABSENT, "value": "Old - T1000", "revoked": true},
            {"value": "No uuid - T1001"}
        ]),
    )
}

#[test]
fn values_become_valid_objects_and_relations_need_both_ends() {
    let author = author();
    let mut read = galaxies(&author, Limits::default());
    read.add(&actors()).unwrap();
    read.add(&techniques()).unwrap();
    let known = read.finish();
    assert_eq!(known.left_out, 2);
    let values: Vec<Value> = known
        .objects
        .iter()
        .map(|object| serde_json::from_str(&object.json).unwrap())
        .collect();
    for (value, object) in values.iter().zip(&known.objects) {
        // Its ids follow from the source's, so that a second reading finds the same objects.
        let mut findings = check(value);
        findings.retain(|finding| finding.rule != "uuid");
        assert_eq!(findings, vec![], "{}", object.json);
        assert_eq!(
            head(&object.json).unwrap().created_by.as_ref(),
            Some(&author)
        );
    }
    let types: Vec<_> = values
        .iter()
        .map(|value| value["type"].as_str().unwrap())
        .collect();
    assert_eq!(types, ["threat-actor", "attack-pattern", "relationship"]);
    assert_eq!(values[0]["aliases"], json!(["Red Chimera"]));
    assert_eq!(
        values[0]["external_references"].as_array().unwrap().len(),
        1
    );
    assert_eq!(values[1]["name"], "Phishing");
    // Each phase once, however many platforms the galaxy repeats it for.
    assert_eq!(
        values[1]["kill_chain_phases"],
        json!([
            { "kill_chain_name": "mitre-attack", "phase_name": "initial-access" },
            { "kill_chain_name": "mitre-mobile-attack", "phase_name": "initial-access" },
        ])
    );
    assert_eq!(values[1]["external_references"][0]["external_id"], "T1566");
    assert_eq!(values[2]["source_ref"], values[0]["id"]);
    assert_eq!(values[2]["target_ref"], values[1]["id"]);
}

#[test]
fn ids_are_the_same_at_every_reading_and_never_the_sources_own() {
    let author = author();
    let ids = || {
        let mut read = galaxies(&author, Limits::default());
        read.add(&actors()).unwrap();
        read.finish()
            .objects
            .into_iter()
            .map(|object| object.id.to_string())
            .collect::<Vec<_>>()
    };
    assert_eq!(ids(), ids());
    assert!(!ids()[0].ends_with(ACTOR));
}

#[test]
fn a_value_read_twice_counts_once() {
    let author = author();
    let mut read = galaxies(&author, Limits::default());
    read.add(&actors()).unwrap();
    read.add(&actors()).unwrap();
    let known = read.finish();
    assert_eq!((known.objects.len(), known.left_out), (1, 1));
}

#[test]
fn what_is_no_cluster_or_too_much_is_refused() {
    let author = author();
    let mut read = galaxies(
        &author,
        Limits {
            objects: 1,
            bytes: 4096,
            ..Limits::default()
        },
    );
    assert!(matches!(read.add(b"[]"), Err(StixError::NotStix { .. })));
    assert!(matches!(read.add(b"\xff"), Err(StixError::NotStix { .. })));
    assert!(matches!(
        read.add(&file("country", json!([]))),
        Err(StixError::NotStix { .. })
    ));
    assert!(matches!(
        read.add(&[b' '; 5000]),
        Err(StixError::TooLarge { .. })
    ));
    read.add(&actors()).unwrap();
    assert!(matches!(
        read.add(&techniques()),
        Err(StixError::TooManyObjects { limit: 1 })
    ));
}

/// The clusters that `./setup` brings, where `KANAME_DEMO_DATA` names their folder.
#[test]
#[expect(
    clippy::disallowed_methods,
    reason = "the test's data is named from outside"
)]
fn real_clusters_are_read_almost_whole() {
    let Some(folder) = std::env::var_os("KANAME_DEMO_DATA") else {
        println!("skipped: KANAME_DEMO_DATA is not set");
        return;
    };
    let author = author();
    let mut read = galaxies(&author, Limits::default());
    let mut files = 0;
    for entry in std::fs::read_dir(std::path::Path::new(&folder).join("galaxies")).unwrap() {
        let path = entry.unwrap().path();
        read.add(&std::fs::read(&path).unwrap()).unwrap();
        files += 1;
    }
    let known = read.finish();
    println!(
        "{files} files, {} objects, {} left out",
        known.objects.len(),
        known.left_out
    );
    assert!(known.objects.len() > 1_000 && known.left_out * 10 < known.objects.len());
}
