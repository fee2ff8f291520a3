//! What does not fit is refused with a word that helps.

use std::sync::Arc;

use kaname_kernel::{FixedClock, SeededRng, Tlp};
use kaname_store::{Store as _, StoreError};
use kaname_store_postgres::{PostgresStore, SCHEMA_VERSION};
use kaname_testkit::postgres::Postgres;
use tokio_postgres::NoTls;

use super::{in_schema, now, open, try_open};

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
async fn what_an_older_version_left_is_the_hubs_and_marked_as_it_says() {
    let server = Postgres::start();
    let base = include_str!("../../src/migrations/0001_base.sql");
    let dated = include_str!("../../src/migrations/0002_dated.sql");
    let marked = MARKS.iter().enumerate().map(|(n, (mark, _))| {
        format!(
            ", ({n} + 10, decode(md5('c'), 'hex'), 1, 7, decode(md5('k{n}'), 'hex'), decode(md5('s'), 'hex'),
              'tool--{n}', 'tool', '2.1', 't', '{{}}',
              '{{\"object_marking_refs\":[\"marking-definition--{mark}\"]}}')"
        )
    });
    let marked: String = marked.collect();
    let older = format!(
        "CREATE SCHEMA older; SET search_path = older;
         CREATE TABLE migrations (number bigint PRIMARY KEY); {base} {dated}
         INSERT INTO migrations VALUES (1), (2);
         INSERT INTO objects (added_us, collection, audience, version_us, key, source, stix_id,
             stix_type, spec, title, words, raw)
         VALUES (5, decode(md5('c'), 'hex'), 1, 7, decode(md5('k'), 'hex'), decode(md5('s'), 'hex'),
             'malware--1', 'malware', '2.1', 'm', '{{}}', '{{}}'){marked};"
    );
    raw(&server, &older).await;
    let store = open(&server, "older").await;
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
