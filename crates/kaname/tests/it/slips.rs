//! What a person is told who gave the wrong file, the wrong keys, a busy port or half a date.

use crate::program::{Place, Ran};

/// Everything an error says, as a person reads it.
fn told(ran: &Ran, code: i32, words: &[&str]) {
    assert_eq!(ran.code, code, "{}{}", ran.out, ran.err);
    for word in words {
        assert!(ran.err.contains(word), "{word:?} is not in: {}", ran.err);
    }
}

/// A hub with a signed checkpoint: restoring signs one.
fn signed() -> Place {
    let place = Place::founded();
    place.done(&["backup", "copy.db"]);
    place.done(&["restore", "copy.db", "--replace"]);
    place
}

#[test]
fn a_file_that_is_no_checkpoint_is_told_as_that() {
    let place = signed();
    place.done(&["verify", "--keep", "good.txt"]);
    place.write("empty.txt", "");
    place.write("notes.md", "# Notes\nof a meeting\n");
    std::fs::write(place.path("picture.png"), b"\x89PNG\xff\n").unwrap();
    let verify = |file: &str| place.run(&["verify", "--checkpoint", file]);
    told(
        &verify("empty.txt"),
        2,
        &["empty.txt is no checkpoint", "it is empty"],
    );
    told(&verify("notes.md"), 2, &["at: notes.md:2", "verify --keep"]);
    told(&verify("picture.png"), 2, &["is no checkpoint", "not text"]);
    told(&verify("kaname-data"), 2, &["is no checkpoint", "folder"]);
    assert_eq!(verify("none.txt").code, 3);
    assert_eq!(verify("good.txt").code, 0);
    assert!(!verify("notes.md").err.contains("restore a backup"));

    let other = signed();
    other.done(&["verify", "--keep", "other.txt"]);
    let foreign = other.path("other.txt").display().to_string();
    let ran = verify(&foreign);
    told(&ran, 5, &["was not signed by this ledger"]);
    assert!(!ran.out.contains("0 events are whole"), "{}", ran.out);
}

#[test]
fn verify_names_the_ledger_as_it_is_signed() {
    let place = Place::new();
    place.write("kaname.toml", "[hub]\norigin = \"one.example/ledger\"\n");
    place.done(&["init"]);
    let empty = place.done(&["verify"])["key"].as_str().unwrap().to_owned();
    assert!(empty.starts_with("one.example/ledger+"), "{empty}");
    place.done(&["backup", "copy.db"]);
    place.done(&["restore", "copy.db", "--replace"]);
    place.write("kaname.toml", "[hub]\norigin = \"two.example/ledger\"\n");
    let ran = place.run(&["verify"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(
        ran.out.contains(&format!("key          {empty}\n")),
        "{}",
        ran.out
    );
    assert!(
        ran.err.contains("hub.origin says two.example/ledger"),
        "{}",
        ran.err
    );
}

#[test]
fn a_backup_wants_its_own_keys() {
    for old in [Place::founded(), signed()] {
        old.done(&["backup", "last.db"]);
        foreign_keys_are_told(&old, &old.path("last.db").display().to_string());
    }
}

fn foreign_keys_are_told(old: &Place, copy: &str) {
    let new = Place::new();
    let without = new.run(&["restore", copy]);
    told(
        &without,
        1,
        &["the keys folder that belongs to this backup", "--keys"],
    );
    assert!(!new.path("kaname-data").exists());
    new.done(&["init"]);
    let foreign = new.run(&["restore", copy, "--replace"]);
    told(
        &foreign,
        5,
        &["these keys do not belong to this backup", "--keys"],
    );
    assert!(!foreign.err.contains("restore a backup"), "{}", foreign.err);
    assert_eq!(new.run(&["verify"]).code, 0, "the store there is untouched");
    let keys = old.path("kaname-data-keys").display().to_string();
    let verify = new.run(&["verify", "--keys", &keys]);
    told(&verify, 2, &["world.key does not belong to this store"]);
    new.done(&["restore", copy, "--replace", "--keys", &keys]);
    assert_eq!(
        new.run(&["party", "show", "centre", "--keys", &keys]).code,
        0
    );
}

#[test]
fn a_file_that_is_no_backup_is_told_as_that() {
    let place = Place::founded();
    place.write(
        "notes.txt",
        &"not a database, though long enough for one\n".repeat(99),
    );
    place.write("empty.db", "");
    place.write("copy.pg", "KANAMEP1");
    let restore = |file: &str| place.run(&["restore", file, "--replace"]);
    told(
        &restore("notes.txt"),
        2,
        &["notes.txt is no Kaname backup", "nothing was changed"],
    );
    told(&restore("empty.db"), 2, &["is no Kaname backup"]);
    told(
        &restore("copy.pg"),
        2,
        &["backup of a PostgreSQL store", "--postgres"],
    );
    assert_eq!(place.run(&["party", "show", "centre"]).code, 0);
}

#[test]
fn a_busy_port_stops_the_demo_before_it_begins() {
    let place = Place::new();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let ran = place.run(&["demo", "--data", "nation", "--port", &port]);
    told(
        &ran,
        1,
        &[
            "cannot be listened on: it is in use",
            "--port names another port",
        ],
    );
    assert!(!place.path("nation").exists() && !place.path("nation-keys").exists());
}

#[test]
fn an_import_of_something_else_is_told_as_not_json() {
    let place = Place::founded();
    let names = ["--name-ja", "参照", "--name-en", "Reference"];
    let add = ["collection", "add", "reference", "--kind", "peer"];
    place.done(&[&add[..], &names].concat());
    place.write("in.toml", "[store]\npath = \"x\"\n");
    place.write("cut.json", "{\"type\": \"bundle\",\n \"objects\": [}\n");
    let import = |file: &str| place.run(&["import", file, "--collection", "reference"]);
    told(
        &import("in.toml"),
        1,
        &["the file is not JSON", "at: in.toml:1:2"],
    );
    told(
        &import("cut.json"),
        1,
        &["the file is not JSON", "at: cut.json:2:14"],
    );
}

#[test]
fn a_day_that_is_none_is_told_with_the_form_of_days() {
    let place = Place::new();
    let ran = place.run(&["sector", "list", "--on", "昨日"]);
    told(&ran, 2, &["昨日", "a date YYYY-MM-DD is expected"]);
}

#[test]
fn help_keeps_common_options_apart() {
    let place = Place::new();
    for (command, its_own) in [
        (&["import", "--help"][..], "--skip-bad"),
        (&["party", "list", "--help"], "--search"),
        (&["--help"], "--version"),
    ] {
        let help = place.run(command).out;
        let (own, common) = help.split_once("Common options:").unwrap();
        assert!(own.contains(its_own) && !common.contains(its_own), "{help}");
        for option in ["--config", "--data", "--keys", "--postgres", "--json"] {
            assert!(common.contains(option), "{command:?} {option}");
            assert!(!own.contains(&format!("{option} ")), "{command:?} {option}");
        }
    }
}

#[test]
fn a_file_that_is_not_there_is_exit_code_three_everywhere() {
    let place = Place::new();
    let none = "none.file";
    for command in [
        &["stix", "validate", none][..],
        &["stix", "upgrade", none],
        &["misp", "convert", none],
        &["severity", "rate", none],
        &["severity", "explain", none],
        &["severity", "check", none],
        &["verify", "--checkpoint", none],
    ] {
        let ran = place.run(command);
        assert_eq!(ran.code, 3, "{command:?}: {}", ran.err);
    }
    let told = place.run(&["verify", "--help"]).out;
    assert!(told.contains("3 not found (a file"), "{told}");
}
