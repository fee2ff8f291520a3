//! Verify, rebuild, backup, restore, import, export, migrate.

use crate::program::Place;

/// The smallest STIX that may come in.
fn bundle(count: usize) -> String {
    let objects: Vec<_> = (0..count)
        .map(|number| {
            format!(
                r#"{{"type":"identity","spec_version":"2.1","id":"identity--00000000-0000-4000-8000-{number:012}","created":"2026-01-01T00:00:00.000Z","modified":"2026-01-01T00:00:00.000Z","name":"n{number}","identity_class":"group"}}"#
            )
        })
        .collect();
    format!(
        r#"{{"type":"bundle","id":"bundle--00000000-0000-4000-8000-000000000000","objects":[{}]}}"#,
        objects.join(",")
    )
}

fn with_reference() -> Place {
    let place = Place::founded();
    place.done(&[
        "collection",
        "add",
        "reference",
        "--kind",
        "peer",
        "--name-ja",
        "参照",
        "--name-en",
        "Reference",
        "--tlp",
        "CLEAR",
    ]);
    place
}

#[test]
fn a_backup_restores_and_what_was_redacted_stays_redacted() {
    let place = Place::founded();
    let add = |code: &str| place.add_vendor(code);
    let secret = add("before-and-gone")["id"].as_str().unwrap().to_owned();
    add("before");
    let kept = place.path("copy.db");
    place.done(&["backup", "copy.db"]);
    assert_eq!(
        place.run(&["backup", "copy.db"]).code,
        4,
        "no backup is overwritten"
    );
    add("after");
    assert_eq!(
        place.run(&["redact", &secret, "--reason", "x"]).code,
        2,
        "not without --yes"
    );
    place.done(&["redact", &secret, "--reason", "依頼による", "--yes"]);
    assert_eq!(place.run(&["party", "show", "before-and-gone"]).code, 3);
    assert_eq!(
        place.run(&["restore", "copy.db"]).code,
        4,
        "a store is there"
    );
    let restored = place.done(&["restore", "copy.db", "--replace"]);
    assert_eq!(restored["redacted_again"], 1);
    assert_eq!(place.run(&["party", "show", "before-and-gone"]).code, 3);
    assert!(restored["events"].as_u64().unwrap() >= 7);
    assert_eq!(place.run(&["party", "show", "after"]).code, 3);
    assert_eq!(place.run(&["party", "show", "before"]).code, 0);
    let verdict = place.done(&["verify"]);
    assert_eq!(verdict["fault"], serde_json::Value::Null);
    assert_eq!(verdict["redacted"], 1);
    assert!(place.done(&["rebuild"])["identical"].as_bool().unwrap());
    assert!(kept.is_file());
}

#[test]
fn a_damaged_copy_is_not_put_in_place() {
    let place = Place::founded();
    place.done(&["backup", "copy.db"]);
    let path = place.path("copy.db");
    let mut bytes = std::fs::read(&path).unwrap();
    // The ciphertext of an event, somewhere in the middle of the file.
    let needle = b"registered";
    let at = bytes
        .windows(needle.len())
        .position(|window| window == needle)
        .unwrap();
    bytes[at] ^= 1;
    std::fs::write(&path, bytes).unwrap();
    let ran = place.run(&["restore", "copy.db", "--replace", "--json"]);
    assert!(matches!(ran.code, 1 | 5), "{}", ran.err);
    assert!(!place.path("kaname-data/restoring.db").exists());
    assert_eq!(
        place.run(&["verify"]).code,
        0,
        "the store that was there is untouched"
    );
}

#[test]
fn one_flipped_byte_is_found_and_named() {
    let place = Place::founded();
    let path = place.path("kaname-data/kaname.db");
    let mut bytes = std::fs::read(&path).unwrap();
    let needle = b"registered";
    let at = bytes
        .windows(needle.len())
        .position(|window| window == needle)
        .unwrap();
    bytes[at] ^= 1;
    std::fs::write(&path, bytes).unwrap();
    let ran = place.run(&["verify", "--json"]);
    assert_eq!(ran.code, 5, "{}", ran.err);
    assert!(
        ran.fault()["at"].as_str().unwrap().starts_with("event 0"),
        "{}",
        ran.err
    );
}

#[test]
fn a_kept_checkpoint_finds_a_cut_tail() {
    let place = Place::founded();
    place.done(&["backup", "early.db"]);
    place.add_vendor("late");
    // Restoring signs a checkpoint; a rebuild of nothing new does not.
    place.done(&["backup", "late.db"]);
    place.done(&["restore", "late.db", "--replace"]);
    place.done(&["verify", "--keep", "witness.txt"]);
    let cut = place.run(&[
        "restore",
        "early.db",
        "--replace",
        "--checkpoint",
        "witness.txt",
        "--json",
    ]);
    assert_eq!(cut.code, 5);
    assert!(
        cut.fault()["what"]
            .as_str()
            .unwrap()
            .contains("tail is cut"),
        "{}",
        cut.err
    );
    assert_eq!(
        place.run(&["party", "show", "late"]).code,
        0,
        "nothing was replaced"
    );
}

#[test]
fn an_import_is_one_event_and_an_export_gives_the_same_bytes() {
    let place = with_reference();
    let before = place.done(&["verify"])["events"].as_u64().unwrap();
    let text = bundle(300);
    place.write("in.json", &text);
    let imported = place.done(&["import", "in.json", "--collection", "reference"]);
    assert_eq!(imported["files"][0]["taken"], 300);
    assert_eq!(
        place.done(&["verify"])["events"].as_u64().unwrap(),
        before + 1
    );
    let exported = place.done(&["export", "--collection", "reference", "--out", "out.json"]);
    assert_eq!(exported["objects"], 300);
    let out = std::fs::read_to_string(place.path("out.json")).unwrap();
    for line in text.trim_end_matches("]}").split("},{").take(3) {
        assert!(out.contains(line.split("\"id\"").last().unwrap()));
    }
    let lines = place.run(&["export", "--collection", "reference", "--form", "jsonl"]);
    assert_eq!(lines.out.lines().count(), 300);
    assert!(place.done(&["rebuild"])["identical"].as_bool().unwrap());
}

/// Changes the first place in a file where `from` stands.
fn changed(path: &std::path::Path, from: &[u8], to: &[u8]) {
    let mut bytes = std::fs::read(path).unwrap();
    let at = bytes.windows(from.len()).position(|window| window == from);
    bytes[at.unwrap()..][..to.len()].copy_from_slice(to);
    std::fs::write(path, bytes).unwrap();
}

#[test]
fn an_imported_object_that_was_changed_is_named() {
    let place = with_reference();
    place.write("in.json", &bundle(300));
    let import = ["import", "in.json", "--collection", "reference"];
    place.done(&import);
    // The same again brings nothing, and what was brought is still compared.
    assert_eq!(place.done(&import)["files"][0]["taken"], 0);
    let whole = place.done(&["verify"]);
    assert_eq!(whole["imported_objects"], 300);
    let path = place.path("kaname-data/kaname.db");
    let raw = b"\"name\":\"n217\"";
    changed(&path, raw, b"\"name\":\"n218\"");
    let found = place.run(&["verify", "--json"]);
    assert_eq!(found.code, 5, "{}", found.err);
    let fault = &found.json()["fault"];
    assert_eq!(
        fault["object"],
        "identity--00000000-0000-4000-8000-000000000217"
    );
    let rebuilt = place.run(&["rebuild"]);
    assert_eq!(rebuilt.code, 5, "{}", rebuilt.err);
    assert!(rebuilt.err.contains("000000000217"), "{}", rebuilt.err);
}

#[test]
fn a_bad_object_stops_its_file_unless_it_is_skipped() {
    let place = with_reference();
    let text = bundle(3).replacen("identity--00000000", "identity--nonsense", 1);
    place.write("bad.json", &text);
    let ran = place.run(&["import", "bad.json", "--collection", "reference"]);
    assert_eq!(ran.code, 1);
    assert!(ran.err.contains("object 0"), "{}", ran.err);
    let skipped = place.done(&[
        "import",
        "bad.json",
        "--collection",
        "reference",
        "--skip-bad",
    ]);
    assert_eq!(
        (
            &skipped["files"][0]["taken"],
            &skipped["files"][0]["rejected"]
        ),
        (&2.into(), &1.into())
    );
    assert_eq!(
        place
            .run(&["import", "bad.json", "--collection", "library"])
            .code,
        4
    );
    assert_eq!(
        place
            .run(&["import", "none.json", "--collection", "reference"])
            .code,
        3
    );
    place.write("text.json", "hello");
    assert_eq!(
        place
            .run(&["import", "text.json", "--collection", "reference"])
            .code,
        1
    );
}

#[test]
fn migrate_looks_without_touching() {
    let place = Place::founded();
    let looked = place.done(&["migrate", "--dry-run"]);
    assert_eq!(looked["found"], looked["wanted"]);
    assert!(!place.path("kaname-data/migrating").exists());
    assert_eq!(Place::new().run(&["migrate"]).code, 3);
}
