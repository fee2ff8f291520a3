//! Verify, rebuild, backup, restore, import, export, migrate.

use crate::program::{Place, Ran, ran};

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
fn a_restore_tells_what_it_takes_back() {
    let place = Place::founded();
    place.add_vendor("aa");
    let add = [
        "key", "add", "--party", "aa", "--label", "client", "--scope", "submit", "--days", "9",
    ];
    let key = place.done(&add)["key"]["id"].as_str().unwrap().to_owned();
    let titles = ["--title-ja", "当直", "--title-en", "Duty"];
    place.done(
        &[
            &["user", "add", "soc", "--party", "aa", "--role", "provider"],
            &titles[..],
        ]
        .concat(),
    );
    place.done(&["backup", "copy.db"]);
    let same = place.done(&["restore", "copy.db", "--replace"]);
    assert_eq!(
        same["undone"],
        serde_json::Value::Null,
        "nothing happened since"
    );
    place.done(&["key", "revoke", &key, "--reason", "漏えい"]);
    place.done(&["user", "disable", "soc", "--reason", "退職"]);
    place.add_vendor("bb");
    let restored = place.run(&["restore", "copy.db", "--replace"]);
    assert_eq!(restored.code, 0, "{}", restored.err);
    for words in [
        "3 acknowledged events since this copy are not in it, from ",
        &format!("key {key} was revoked and is in force again"),
        "account soc was disabled and is open again: kaname user disable soc",
    ] {
        assert!(restored.out.contains(words), "{words}: {}", restored.out);
    }
    place.done(&["key", "revoke", &key, "--reason", "漏えい"]);
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
            .contains("the backup is older than this checkpoint: it holds"),
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
    let again = place.run(&["export", "--collection", "reference", "--out", "out.json"]);
    assert_eq!(again.code, 4, "nothing is overwritten: {}", again.err);
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

#[test]
fn an_import_reads_no_more_than_its_bound_and_its_refusal_is_shown_harmlessly() {
    let place = with_reference();
    let hostile = bundle(1).replacen("identity--0000", "identity--\\u001b]52;c;eA==\\u0007", 1);
    place.write("bad.json", &hostile);
    let ran = place.run(&["import", "bad.json", "--collection", "reference"]);
    assert_eq!(ran.code, 1, "{}", ran.err);
    assert!(!ran.err.contains('\u{1b}'), "{:?}", ran.err);
    assert!(ran.err.contains(r"\u{1b}]52"), "{}", ran.err);
    assert!(ran.err.contains("object 0"), "{}", ran.err);
    place.write(
        "kaname.toml",
        "[limits]\nmax_object = \"64 KiB\"\nmax_import = \"1 MiB\"\n",
    );
    let ran = place.run(&["import", "/dev/zero", "--collection", "reference"]);
    assert_eq!(ran.code, 1, "{}", ran.err);
    assert!(
        ran.err.contains("over the limit of 1048576 bytes"),
        "{}",
        ran.err
    );
}

/// Runs the program where no file may grow over so many KiB: a disk without room, as far as it can tell.
fn without_room(place: &Place, kib: u32, arguments: &[&str]) -> Ran {
    let program = place.command(&[]).get_program().to_owned();
    let mut command = std::process::Command::new("bash");
    let limited = format!("trap '' XFSZ; ulimit -f {kib}; exec \"$0\" \"$@\"");
    command.arg("-c").arg(limited).arg(program).args(arguments);
    command.current_dir(place.path("")).env_clear();
    ran(command.output().unwrap())
}

#[test]
fn a_full_disk_leaves_no_half_of_a_file() {
    let place = with_reference();
    place.write("in.json", &bundle(600));
    place.done(&["import", "in.json", "--collection", "reference"]);
    place.done(&["backup", "copy.db"]);
    let ran = without_room(&place, 128, &["restore", "copy.db", "--replace"]);
    assert_eq!(ran.code, 1, "{}", ran.err);
    assert!(ran.err.contains("nothing was changed"), "{}", ran.err);
    assert!(!place.path("kaname-data/restoring.db").exists());
    let export = ["export", "--collection", "reference", "--out", "out.json"];
    let ran = without_room(&place, 64, &export);
    assert_eq!(ran.code, 1, "{}", ran.err);
    assert!(!place.path("out.json").exists() && !place.path("out.json.part").exists());
    assert_eq!(place.done(&export)["objects"], 600);
    assert_eq!(place.run(&export).code, 4, "no export is overwritten");
    // A checkpoint that was kept stays when the next one cannot be written.
    place.done(&["restore", "copy.db", "--replace"]);
    place.done(&["verify", "--keep", "witness.txt"]);
    let kept = std::fs::read(place.path("witness.txt")).unwrap();
    std::fs::create_dir(place.path("witness.txt.part")).unwrap();
    assert_eq!(place.run(&["verify", "--keep", "witness.txt"]).code, 1);
    assert_eq!(std::fs::read(place.path("witness.txt")).unwrap(), kept);
}

#[test]
fn a_cut_off_backup_is_named_and_a_damaged_store_too() {
    let place = Place::founded();
    place.done(&["backup", "copy.db"]);
    let whole = std::fs::read(place.path("copy.db")).unwrap();
    std::fs::write(place.path("cut.db"), &whole[..whole.len() / 2]).unwrap();
    let ran = place.run(&["restore", "cut.db", "--replace"]);
    assert_eq!(ran.code, 5, "{}", ran.err);
    for said in [
        "the backup is damaged",
        "at: cut.db",
        "take another copy",
        "nothing was changed",
    ] {
        assert!(ran.err.contains(said), "{said}: {}", ran.err);
    }
    assert_eq!(place.run(&["verify"]).code, 0);
    let store = place.path("kaname-data/kaname.db");
    std::fs::write(&store, &whole[..whole.len() / 2]).unwrap();
    for command in [&["verify"][..], &["serve", "--address", "127.0.0.1:0"]] {
        let ran = place.run(command);
        assert_eq!(ran.code, 5, "{}", ran.err);
        for said in [
            "the store is damaged",
            "kaname-data/kaname.db",
            "kaname restore",
        ] {
            assert!(ran.err.contains(said), "{said}: {}", ran.err);
        }
    }
    // What was redacted in it cannot be read: somebody has to decide.
    let ran = place.run(&["restore", "copy.db", "--replace"]);
    assert_eq!(ran.code, 5, "{}", ran.err);
    assert!(ran.err.contains("move it to another folder"), "{}", ran.err);
    std::fs::rename(&store, place.path("damaged.db")).unwrap();
    // Its log was forgotten.
    place.write("kaname-data/kaname.db-wal", "old");
    place.done(&["restore", "copy.db"]);
    let aside = place.path("kaname-data/kaname.db.before-1-wal");
    assert_eq!(std::fs::read(aside).unwrap(), b"old");
    assert_eq!(place.run(&["verify"]).code, 0);
}

/// Changes what an index holds, so that rows are not found through it.
fn spoil_index(path: &std::path::Path, index: &str) {
    let store = rusqlite::Connection::open(path).unwrap();
    let find = "SELECT rootpage FROM sqlite_schema WHERE name = ?1";
    let page: usize = store
        .query_row(find, [index], |row| row.get::<_, i64>(0))
        .map(|page| usize::try_from(page).unwrap())
        .unwrap();
    let size: i64 = store
        .pragma_query_value(None, "page_size", |row| row.get(0))
        .unwrap();
    store.close().unwrap();
    let mut bytes = std::fs::read(path).unwrap();
    let end = page * usize::try_from(size).unwrap();
    // The last cell of the page, the first that was written, ends with its type and version.
    bytes[end - 12] ^= 1;
    std::fs::write(path, bytes).unwrap();
}

#[test]
fn a_damaged_index_is_found_before_objects_are_missing() {
    let place = with_reference();
    place.write("in.json", &bundle(3));
    place.done(&["import", "in.json", "--collection", "reference"]);
    place.done(&["backup", "copy.db"]);
    place.done(&["backup", "bad.db"]);
    spoil_index(&place.path("bad.db"), "objects_order");
    let ran = place.run(&["restore", "bad.db", "--replace"]);
    assert_eq!(ran.code, 5, "{}", ran.err);
    for said in ["at: bad.db", "objects_order", "nothing was changed"] {
        assert!(ran.err.contains(said), "{said}: {}", ran.err);
    }
    std::fs::copy(place.path("bad.db"), place.path("kaname-data/kaname.db")).unwrap();
    let ran = place.run(&["verify"]);
    assert_eq!(ran.code, 5, "{}", ran.err);
    assert!(ran.err.contains("objects_order"), "{}", ran.err);
    place.done(&["restore", "copy.db", "--replace"]);
    assert_eq!(place.run(&["verify"]).code, 0);
}

#[test]
fn rows_that_were_changed_in_a_backup_are_computed_anew() {
    let place = Place::founded();
    place.add_vendor("aa");
    place.done(&["backup", "copy.db"]);
    let whole = place.done(&["restore", "copy.db", "--replace"]);
    assert_eq!(whole["rows_anew"], serde_json::Value::Null);
    let copy = rusqlite::Connection::open(place.path("copy.db")).unwrap();
    let widen = "UPDATE records SET state = 'retired' WHERE kind = 'party' AND version = 1";
    assert!(copy.execute(widen, []).unwrap() > 0);
    // A row that cannot even be read.
    let spoil = "UPDATE records SET body = substr(body, 2) WHERE kind = 'account'";
    assert!(copy.execute(spoil, []).unwrap() > 0);
    copy.close().unwrap();
    let restored = place.done(&["restore", "copy.db", "--replace"]);
    assert!(restored["rows_anew"].is_string(), "{restored}");
    assert_eq!(place.run(&["verify", "--rows"]).code, 0);
    assert_ne!(place.done(&["party", "show", "aa"])["state"], "retired");
    place.done(&["user", "list"]);
}

#[test]
fn an_object_without_a_version_is_imported_once() {
    let place = with_reference();
    let id = "00000000-0000-4000-8000-000000000001";
    let address = |value: &str| {
        format!(
            r#"{{"type":"bundle","id":"bundle--{id}","objects":[{{"type":"ipv4-addr","spec_version":"2.1","id":"ipv4-addr--{id}","value":"{value}"}}]}}"#
        )
    };
    place.write("in.json", &address("192.0.2.1"));
    let import = ["import", "in.json", "--collection", "reference"];
    assert_eq!(place.done(&import)["files"][0]["taken"], 1);
    let again = place.done(&import);
    assert_eq!(again["files"][0]["taken"], 0);
    assert_eq!(again["files"][0]["there_already"], 1);
    let told = place.run(&import);
    assert!(told.err.contains("1 were there already"), "{}", told.err);
    let export = ["export", "--collection", "reference", "--form", "jsonl"];
    assert_eq!(place.run(&export).out.lines().count(), 1);
    // Other bytes are another object state.
    place.write("in.json", &address("192.0.2.2"));
    assert_eq!(place.done(&import)["files"][0]["taken"], 1);
}
