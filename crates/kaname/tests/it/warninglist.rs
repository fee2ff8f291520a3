//! Warninglists from the shell.

use std::fs;

use crate::program::Place;

const LIST: &str = r#"{"name":"Public name servers","description":"d","version":1,"type":"cidr",
    "matching_attributes":["ip-dst"],"list":["8.8.8.8","1.1.1.0/24"]}"#;

#[test]
fn lists_are_loaded_asked_and_dropped() {
    let place = Place::founded();
    let folder = tempfile::tempdir().unwrap();
    let inner = folder.path().join("lists/public-dns");
    fs::create_dir_all(&inner).unwrap();
    fs::write(inner.join("list.json"), LIST).unwrap();
    fs::write(folder.path().join("README.md"), "not a list").unwrap();
    let path = folder.path().to_str().unwrap();
    let loaded = place.done(&["warninglist", "load", path]);
    assert_eq!(loaded["lists"][0]["outcome"], "new");
    assert_eq!(
        place.done(&["warninglist", "load", path])["lists"][0]["outcome"],
        "same"
    );
    let listed = place.done(&["warninglist", "list"]);
    assert_eq!(
        (&listed["count"], &listed["lists"][0]["entries"]),
        (&1.into(), &2.into())
    );
    let told = place.done(&["warninglist", "check", "8.8[.]8.8", "9.9.9.9", "1.1.1.0/25"]);
    let lists: Vec<usize> = told["values"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["lists"].as_array().unwrap().len())
        .collect();
    assert_eq!(lists, [1, 0, 1]);

    fs::write(
        inner.join("list.json"),
        LIST.replace("1.1.1.0/24", "no network"),
    )
    .unwrap();
    let refused = place.run(&["warninglist", "load", path]);
    assert_eq!(refused.code, 2, "{}", refused.err);
    assert!(
        refused.err.contains("/list/1") && refused.err.contains("list.json"),
        "{}",
        refused.err
    );
    assert_eq!(place.run(&["warninglist", "check", "?"]).code, 2);
    assert_eq!(
        place
            .run(&["warninglist", "drop", "Other", "--reason", "x"])
            .code,
        3
    );
    place.done(&[
        "warninglist",
        "drop",
        "Public name servers",
        "--reason",
        "古い",
    ]);
    assert_eq!(place.done(&["warninglist", "list"])["count"], 0);

    // What the ledger says gives the same rows, and all of it is proved.
    fs::write(inner.join("list.json"), LIST).unwrap();
    assert_eq!(
        place.done(&["warninglist", "load", path])["lists"][0]["outcome"],
        "changed"
    );
    place.done(&["rebuild"]);
    assert_eq!(
        place.done(&["verify", "--rows"])["fault"],
        serde_json::Value::Null
    );
    let told = place.done(&["warninglist", "check", "8.8.8.8"]);
    assert_eq!(told["values"][0]["lists"][0], "Public name servers");
}
