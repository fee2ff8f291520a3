//! What does not fit is refused with a word that helps.

use std::sync::Arc;

use kaname_kernel::{FixedClock, SeededRng};
use kaname_store::{Store as _, StoreError};
use kaname_store_postgres::{PostgresStore, SCHEMA_VERSION};
use kaname_testkit::postgres::Postgres;
use tokio_postgres::NoTls;

use super::{in_schema, now, open, try_open};

async fn refusal(server: &Postgres, schema: &str) -> String {
    match try_open(server, schema).await {
        Err(StoreError::Schema(why)) => why,
        other => panic!("{other:?}"),
    }
}

async fn raw(server: &Postgres, sql: &str) {
    let (client, connection) = tokio_postgres::connect(&server.url(), NoTls).await.unwrap();
    let running = tokio::spawn(connection);
    client.batch_execute(sql).await.unwrap();
    drop(client);
    running.await.unwrap().unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn schemas_that_do_not_fit_are_refused() {
    let server = Postgres::start();
    assert_eq!(open(&server, "live").await.schema_version(), 0);
    assert_eq!(open(&server, "live").await.schema_version(), SCHEMA_VERSION);
    raw(
        &server,
        "CREATE SCHEMA other; CREATE TABLE other.bookmarks (url text)",
    )
    .await;
    assert!(refusal(&server, "other").await.contains("another program"));
    raw(&server, "INSERT INTO live.migrations VALUES (77)").await;
    let why = refusal(&server, "live").await;
    assert!(why.contains("77") && why.contains("hint:"), "{why}");
    for name in [
        "",
        "Live",
        "live; DROP SCHEMA other",
        "pg_world",
        "1st",
        "世界",
    ] {
        assert!(
            refusal(&server, name).await.contains("no schema name"),
            "{name}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_stood_before_originators_were_told_apart_is_the_hubs() {
    let server = Postgres::start();
    let base = include_str!("../../src/migrations/0001_base.sql");
    let dated = include_str!("../../src/migrations/0002_dated.sql");
    let older = format!(
        "CREATE SCHEMA older; SET search_path = older;
         CREATE TABLE migrations (number bigint PRIMARY KEY); {base} {dated}
         INSERT INTO migrations VALUES (1), (2);
         INSERT INTO objects (added_us, collection, audience, version_us, key, source, stix_id,
             stix_type, spec, title, words, raw)
         VALUES (5, decode(md5('c'), 'hex'), 1, 7, decode(md5('k'), 'hex'), decode(md5('s'), 'hex'),
             'malware--1', 'malware', '2.1', 'm', '{{}}', '{{}}');"
    );
    raw(&server, &older).await;
    let store = open(&server, "older").await;
    assert_eq!(store.schema_version(), 2);
    let rows = store.object_rows(i64::MIN, 10).await.unwrap();
    let [row] = &rows[..] else { panic!("{rows:?}") };
    assert_eq!(row.object.origin, None);
    assert_eq!((row.marked, row.ends), ((true, true), (true, true)));
}

#[tokio::test(flavor = "multi_thread")]
async fn many_nodes_may_start_at_once() {
    let server = Arc::new(Postgres::start());
    let mut starting = Vec::new();
    for _ in 0..6 {
        let server = Arc::clone(&server);
        starting.push(tokio::spawn(async move { try_open(&server, "live").await }));
    }
    for one in starting {
        one.await.unwrap().unwrap();
    }
}

#[tokio::test]
async fn another_machine_is_not_spoken_to_in_the_clear() {
    for url in [
        "postgres://kaname@db.example/kaname",
        "host=/tmp,192.0.2.1 user=kaname",
        "host=localhost hostaddr=192.0.2.1 user=kaname",
    ] {
        let clock = Arc::new(FixedClock::at(now()));
        let rng = Arc::new(SeededRng::new(1));
        let refused = PostgresStore::open(url, in_schema("live"), clock, rng).await;
        assert!(
            matches!(&refused, Err(StoreError::Schema(why)) if why.contains("TLS")),
            "{refused:?}"
        );
    }
}
