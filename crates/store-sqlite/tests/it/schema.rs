//! Files that do not fit are refused with a word that helps.

use kaname_kernel::Tlp;
use kaname_store::{Store as _, StoreError};
use kaname_store_sqlite::SqliteStore;

use super::{new_store, open_store, parts};

fn refusal(path: &std::path::Path) -> String {
    let (options, clock, rng) = parts(3);
    match SqliteStore::open(path, options, clock, rng) {
        Err(StoreError::Schema(why)) => why,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_missing_file_is_not_made_and_a_present_one_not_overwritten() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("world.db");
    let (options, clock, rng) = parts(3);
    assert!(SqliteStore::open(&path, options, clock, rng).is_err());
    assert!(!path.exists());
    new_store(&path).close().await;
    let (options, clock, rng) = parts(3);
    assert!(SqliteStore::create(&path, options, clock, rng).is_err());
    open_store(&path).close().await;
}

#[cfg(unix)]
#[tokio::test]
async fn nobody_else_reads_the_file() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("world.db");
    let store = new_store(&path);
    for name in ["world.db", "world.db-wal", "world.db-shm"] {
        let mode = folder
            .path()
            .join(name)
            .metadata()
            .unwrap()
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o600, "{name}");
    }
    store.close().await;
}

/// Marking definitions of TLP 2 and of TLP 1, with what they mean (STIX 2.1 §7.2.1.4 and the TLP 2 extension).
const MARKS: [(&str, Tlp); 9] = [
    ("94868c89-83c2-464b-929b-a1a8aa3c8487", Tlp::Clear),
    ("bab4a63c-aed9-4cf5-a766-dfca5abac2bb", Tlp::Green),
    ("55d920b0-5e8b-4f79-9ee9-91f868d9b421", Tlp::Amber),
    ("939a9414-2ddd-4d32-a0cd-375ea402b003", Tlp::AmberStrict),
    ("e828b379-4e03-4974-9ac4-e53a884c97c1", Tlp::Red),
    ("613f2e26-407d-48c7-9eca-b8e91df99dc9", Tlp::Clear),
    ("34098fce-860f-48ae-8e50-ebd3cc5e41da", Tlp::Green),
    ("f88d31f6-486f-44da-b317-01333bde0b82", Tlp::Amber),
    ("5e57c739-391a-4eb3-b6be-7d15ca92d5ed", Tlp::Red),
];

/// A file as an older version left it: an object without marking, and one with each.
fn of_schema_2(path: &std::path::Path) {
    let raw = rusqlite::Connection::open(path).unwrap();
    raw.execute_batch("CREATE TABLE migrations (number INTEGER PRIMARY KEY) STRICT")
        .unwrap();
    for (number, sql) in [
        (1, include_str!("../../src/migrations/0001_base.sql")),
        (2, include_str!("../../src/migrations/0002_dated.sql")),
    ] {
        raw.execute_batch(sql).unwrap();
        raw.execute("INSERT INTO migrations (number) VALUES (?1)", [number])
            .unwrap();
    }
    raw.execute_batch(
        "INSERT INTO audiences (id, form) VALUES (1, '[]');
         INSERT INTO collections (number, id) VALUES (1, randomblob(16));
         INSERT INTO objects (added_us, collection, audience, first, last, version_us, key, source,
             stix_id, stix_type, spec, title, raw)
         VALUES (5, 1, 1, 1, 1, 7, randomblob(16), randomblob(16), 'malware--1', 'malware', '2.1',
             'm', '{}');
         PRAGMA user_version = 2;",
    )
    .unwrap();
    for (n, (mark, _)) in MARKS.iter().enumerate() {
        let put = "INSERT INTO objects (added_us, collection, audience, first, last, version_us, key, source,
                       stix_id, stix_type, spec, title, raw)
                   VALUES (?1, 1, 1, 1, 1, 7, randomblob(16), randomblob(16), 'tool--' || ?1, 'tool', '2.1',
                       't', ?2)";
        let marked = format!("{{\"object_marking_refs\":[\"marking-definition--{mark}\"]}}");
        raw.execute(put, rusqlite::params![10 + n as i64, marked])
            .unwrap();
    }
    raw.pragma_update(None, "application_id", 0x4b41_4e4d)
        .unwrap();
}

#[tokio::test]
async fn what_an_older_version_left_is_the_hubs_and_marked_as_it_says() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("world.db");
    of_schema_2(&path);
    let store = open_store(&path);
    assert_eq!(store.schema_version(), 2);
    let rows = store.object_rows(i64::MIN, 20).await.unwrap();
    for row in &rows {
        assert_eq!(row.object.origin, None);
        assert_eq!((row.marked, row.ends), ((true, true), (true, true)));
    }
    let marked: Vec<_> = rows.iter().map(|row| row.object.tlp).collect();
    let expected = MARKS.iter().map(|(_, tlp)| Some(*tlp));
    assert_eq!(
        marked,
        [None].into_iter().chain(expected).collect::<Vec<_>>()
    );
    store.close().await;
}

#[tokio::test]
async fn a_newer_schema_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("world.db");
    new_store(&path).close().await;
    let raw = rusqlite::Connection::open(&path).unwrap();
    raw.pragma_update(None, "user_version", 9_999).unwrap();
    drop(raw);
    let why = refusal(&path);
    assert!(why.contains("9999") && why.contains("hint:"), "{why}");
}

#[tokio::test]
async fn a_half_migrated_schema_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("world.db");
    new_store(&path).close().await;
    let raw = rusqlite::Connection::open(&path).unwrap();
    raw.execute("INSERT INTO migrations (number) VALUES (77)", [])
        .unwrap();
    drop(raw);
    let why = refusal(&path);
    assert!(why.contains("77") && why.contains("backup"), "{why}");
}

#[tokio::test]
async fn another_programs_file_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("other.db");
    let raw = rusqlite::Connection::open(&path).unwrap();
    raw.execute_batch("CREATE TABLE bookmarks (url TEXT)")
        .unwrap();
    drop(raw);
    assert!(refusal(&path).contains("another program"));
    std::fs::write(
        &path,
        "not a database at all, but long enough to look like a file".repeat(40),
    )
    .unwrap();
    let (options, clock, rng) = parts(3);
    assert!(SqliteStore::open(&path, options, clock, rng).is_err());
}
