//! Files that do not fit are refused with a word that helps.

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

/// A file as an older version left it, with one object.
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
    raw.pragma_update(None, "application_id", 0x4b41_4e4d)
        .unwrap();
}

#[tokio::test]
async fn what_stood_before_originators_were_told_apart_is_the_hubs() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("world.db");
    of_schema_2(&path);
    let store = open_store(&path);
    assert_eq!(store.schema_version(), 2);
    let rows = store.object_rows(i64::MIN, 10).await.unwrap();
    let [row] = &rows[..] else { panic!("{rows:?}") };
    assert_eq!(row.object.origin, None);
    assert_eq!((row.marked, row.ends), ((true, true), (true, true)));
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
