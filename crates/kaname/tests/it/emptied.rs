//! Stores with nothing in them: no proof and no copy of nothing passes for one of a hub, and a beginning
//! that was cut off can be begun again.

use std::{path::Path, sync::Arc};

use kaname_store_sqlite::{SqliteOptions, SqliteStore};
use kaname_testkit::postgres::Postgres;
use kaname_world::ambient::{SystemClock, SystemRng};

use crate::{
    hub::{in_schema, url},
    program::{Place, Ran, ran},
};

const READING: [&[&str]; 7] = [
    &["verify"],
    &["backup", "nothing.copy"],
    &["rebuild"],
    &["migrate"],
    &["party", "list"],
    &["serve", "--address", "127.0.0.1:0"],
    &["worker"],
];

fn refused(ran: &Ran, what: &[&str]) {
    assert_eq!(ran.code, 3, "{what:?}: {}{}", ran.out, ran.err);
    assert!(ran.err.contains("the store is empty"), "{}", ran.err);
    assert!(ran.err.contains("restore a backup"), "{}", ran.err);
}

/// A store with its tables and no event.
fn unfounded(path: &Path) {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let (options, clock, rng) = (SqliteOptions::default(), SystemClock, SystemRng);
    let store = SqliteStore::create(path, options, Arc::new(clock), Arc::new(rng)).unwrap();
    runtime.block_on(store.close());
}

#[test]
fn an_emptied_store_passes_no_check_and_is_not_filled() {
    let place = Place::founded();
    place.done(&["backup", "copy.db"]);
    let file = place.path("kaname-data/kaname.db");
    std::fs::write(&file, "").unwrap();
    for what in READING {
        refused(&place.run(what), what);
        assert_eq!(file.metadata().unwrap().len(), 0, "{what:?}");
    }
    assert!(!place.path("nothing.copy").exists());
    std::fs::remove_file(&file).unwrap();
    unfounded(&file);
    for what in READING.iter().filter(|what| what[0] != "migrate") {
        refused(&place.run(what), what);
    }
    std::fs::copy(&file, place.path("nothing.db")).unwrap();
    refused(
        &place.run(&["restore", "nothing.db", "--replace"]),
        &["restore"],
    );
    place.done(&["restore", "copy.db", "--replace"]);
    assert_eq!(place.done(&["verify"])["fault"], serde_json::Value::Null);
}

#[test]
fn a_schema_that_is_not_there_is_not_made_by_who_reads() {
    let postgres = Postgres::start();
    let place = Place::new();
    let toml = |schema: &str| in_schema(&postgres, schema);
    place.write("kaname.toml", &toml("live"));
    place.done(&["init"]);
    place.write("kaname.toml", &toml("liev"));
    for what in READING {
        refused(&place.run(what), what);
    }
    let made = "SELECT count(*) FROM pg_namespace WHERE nspname = 'liev'";
    assert_eq!(postgres.ask(made), ["0"]);
    // A role that may not look into the schema is told so.
    postgres.ask("CREATE ROLE nobody LOGIN");
    let stranger = url(&postgres).replace("kaname@", "nobody@");
    place.write(
        "kaname.toml",
        &toml("live").replace(&url(&postgres), &stranger),
    );
    let denied = place.run(&["verify"]);
    assert_eq!(denied.code, 1, "{}", denied.err);
    assert!(
        denied.err.contains("may not use schema `live`"),
        "{}",
        denied.err
    );
    assert!(denied.err.contains("GRANT USAGE"), "{}", denied.err);
    // Whoever founds twice leaves no keys of a hub that is none.
    place.write("kaname.toml", &toml("live"));
    let again = place.run(&["init", "--keys", "keys2"]);
    assert_eq!(again.code, 4, "{}", again.err);
    assert!(again.err.contains("there is a hub in"), "{}", again.err);
    assert!(!place.path("keys2").exists());
}

#[test]
fn a_beginning_that_was_cut_off_is_begun_again() {
    // Whatever a kill leaves: a file of no bytes, one with tables alone, keys alone.
    for left in ["nothing", "tables", "keys"] {
        let place = Place::founded();
        let file = place.path("kaname-data/kaname.db");
        std::fs::remove_file(&file).unwrap();
        match left {
            "nothing" => std::fs::write(&file, "").unwrap(),
            "tables" => unfounded(&file),
            _ => {}
        }
        place.done(&["init"]);
        assert_eq!(place.done(&["verify"])["events"], 6, "{left}");
    }
}

#[test]
fn an_init_that_is_killed_leaves_no_circle() {
    for (turn, first) in [
        "kaname-data",
        "kaname-data/kaname.db",
        "kaname-data-keys/seal.key",
    ]
    .into_iter()
    .cycle()
    .take(9)
    .enumerate()
    {
        let place = Place::new();
        let mut child = place.command(&["init", "--json"]).spawn().unwrap();
        while !place.path(first).exists() {
            std::thread::yield_now();
        }
        // Some way on from there, another one each time.
        for _ in 0..turn * 2_000 {
            std::thread::yield_now();
        }
        child.kill().unwrap();
        child.wait().unwrap();
        let again = place.run(&["init", "--json"]);
        let founded = again.code == 4 && again.err.contains("there is a hub in");
        assert!(again.code == 0 || founded, "{first}: {}", again.err);
        let verdict = place.done(&["verify"]);
        assert!(
            verdict["events"].as_u64().unwrap() >= 4,
            "{first}: {verdict}"
        );
    }
}

#[test]
fn an_init_that_fails_leaves_neither_store_nor_keys() {
    let place = Place::new();
    let program = place.command(&[]).get_program().to_owned();
    let mut command = std::process::Command::new("bash");
    // A disk without room, as far as a process can tell: no file may grow over 64 KiB.
    let limited = "trap '' XFSZ; ulimit -f 64; exec \"$0\" init";
    command.arg("-c").arg(limited).arg(program);
    command.current_dir(place.path("")).env_clear();
    let full = ran(command.output().unwrap());
    assert_eq!(full.code, 1, "{}", full.err);
    place.done(&["init"]);
    assert_eq!(place.done(&["verify"])["events"], 6);
}
