//! The same commands over PostgreSQL: found, serve on two nodes, back up, restore into another schema.

use kaname_testkit::postgres::Postgres;
use serde_json::Value;

use crate::{
    hub::url,
    program::{Place, ran},
    serving::Server,
};

#[test]
fn one_system_over_one_database() {
    let postgres = Postgres::start();
    let place = Place::new();
    place.write(
        "kaname.toml",
        &format!("[store]\nurl = \"{}\"\n", url(&postgres)),
    );
    let made = place.done(&["init"]);
    let store = made["store"].as_str().unwrap();
    let whole = "PostgreSQL, schema kaname, database postgres on /";
    assert!(store.starts_with(whole), "{store}");
    assert_eq!(place.run(&["init"]).code, 4);
    let (one, two) = (Server::start(&place), Server::start(&place));
    for server in [&one, &two] {
        assert!(server.get("/readyz").starts_with("HTTP/1.1 200"));
    }
    place.add_vendor("aa");
    let key = [
        "key", "add", "--party", "aa", "--label", "client", "--scope", "submit", "--days", "9",
    ];
    let key = place.done(&key)["key"]["id"].as_str().unwrap().to_owned();
    place.done(&["backup", "copy.pg"]);
    let gone = place.done(&["party", "show", "aa"])["id"]
        .as_str()
        .unwrap()
        .to_owned();
    assert_eq!((one.end(), two.end()), (0, 0));
    let events = place.done(&["verify"])["events"].as_u64().unwrap();
    assert!(events >= 7, "{events} events");
    assert_eq!(place.done(&["rebuild"])["identical"], true);

    // Revoked after the copy: the restore says that it is in force again, as it does for a file.
    place.done(&["key", "revoke", &key, "--reason", "lost"]);
    // Redacted after the copy: what comes out of it is redacted as well.
    place.done(&["redact", &gone, "--reason", "依頼による", "--yes"]);
    let mut elsewhere = place.command(&["restore", "copy.pg", "--json"]);
    let restored = ran(elsewhere
        .env("KANAME_STORE__SCHEMA", "second")
        .output()
        .unwrap());
    assert_eq!(restored.code, 0, "{}", restored.err);
    assert_eq!(restored.json()["events"].as_u64(), Some(events));
    assert_eq!(restored.json()["redacted_again"], 1);
    let undone = &restored.json()["undone"];
    assert_eq!(undone["keys"], serde_json::json!([key]), "{undone}");
    let now = place.done(&["verify"])["events"].as_u64().unwrap();
    assert_eq!(undone["events"].as_u64(), Some(now - events), "{undone}");
    assert_eq!(restored.json()["undone_in_schema"], "kaname");
    let mut shown = place.command(&["party", "show", "aa"]);
    let shown = shown
        .env("KANAME_STORE__SCHEMA", "second")
        .output()
        .unwrap();
    assert_eq!(ran(shown).code, 3, "it is redacted in what was restored");
    let mut verify = place.command(&["verify", "--json"]);
    let verdict = ran(verify
        .env("KANAME_STORE__SCHEMA", "second")
        .output()
        .unwrap())
    .json();
    assert_eq!(verdict["fault"], Value::Null);
    let other = Place::founded();
    let keys = other.path("kaname-data-keys").display().to_string();
    let mut foreign = place.command(&["restore", "copy.pg", "--keys", &keys]);
    let foreign = ran(foreign
        .env("KANAME_STORE__SCHEMA", "third")
        .output()
        .unwrap());
    assert_eq!(foreign.code, 5, "{}", foreign.err);
    for words in [
        "do not belong to this backup",
        "schema third, database postgres on ",
    ] {
        assert!(foreign.err.contains(words), "{}", foreign.err);
    }
    // What was not proved is opened by nobody, and the right keys put it in its place.
    let in_third = |arguments: &[&str]| {
        let mut command = place.command(arguments);
        ran(command
            .env("KANAME_STORE__SCHEMA", "third")
            .output()
            .unwrap())
    };
    let unproved = in_third(&["party", "list"]);
    assert_ne!(unproved.code, 0);
    assert!(
        unproved.err.contains("did not prove") && unproved.err.contains("restore again"),
        "{}",
        unproved.err
    );
    let copy = std::fs::read(place.path("copy.pg")).unwrap();
    std::fs::write(place.path("cut.pg"), &copy[..copy.len() / 2]).unwrap();
    let cut = in_third(&["restore", "cut.pg"]);
    assert_eq!(cut.code, 5, "{}", cut.err);
    assert!(cut.err.contains("the backup is damaged"), "{}", cut.err);
    let proved = in_third(&["restore", "copy.pg"]);
    assert_eq!(proved.code, 0, "{}", proved.err);
    assert_eq!(in_third(&["party", "list"]).code, 0);
    let twice = place.run(&["restore", "copy.pg"]);
    assert_eq!(
        twice.code, 4,
        "a schema with a hub is not filled again: {}",
        twice.err
    );
}

#[test]
fn the_demo_runs_on_postgres_too() {
    let postgres = Postgres::start();
    let place = Place::new();
    let url = url(&postgres);
    let keys = place.path("keys").display().to_string();
    let demo = [
        "demo",
        "--only-fill",
        "--data",
        "nation",
        "--keys",
        &keys,
        "--postgres",
        &url,
    ];
    let first = place.done(&demo);
    let again = place.done(&demo);
    assert_eq!(
        first["password"], again["password"],
        "the second run found the first one's nation"
    );
    let verdict = ran(place
        .command(&["verify", "--json", "--keys", &keys, "--postgres", &url])
        .env("KANAME_STORE__SCHEMA", "kaname_demo")
        .output()
        .unwrap());
    assert_eq!(verdict.json()["fault"], Value::Null);
}
