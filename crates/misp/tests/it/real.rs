//! Real events, where `KANAME_TESTDATA` names a folder with them.

use serde_json::Value;

use super::{assert_sound, bundle_of, event_of};

#[expect(
    clippy::disallowed_methods,
    reason = "the test's data is named from outside"
)]
fn documents() -> Vec<String> {
    let Some(folder) = std::env::var_os("KANAME_TESTDATA") else {
        eprintln!("skipped: KANAME_TESTDATA is not set");
        return Vec::new();
    };
    let folder = std::path::PathBuf::from(folder).join("misp");
    let files = std::fs::read_dir(folder)
        .unwrap()
        .map(|file| file.unwrap().path());
    let files = files.filter(|path| path.extension().is_some_and(|ending| ending == "json"));
    let found: Vec<String> = files
        .map(|path| std::fs::read_to_string(path).unwrap())
        .collect();
    assert!(!found.is_empty(), "the folder holds no event");
    found
}

#[test]
fn real_events_come_back_the_same() {
    for document in documents() {
        let (bundle, done) = bundle_of(&document);
        assert_eq!(done.findings, []);
        assert_sound(&bundle);
        let document: Value = serde_json::from_str(&document).unwrap();
        assert_eq!(event_of(&bundle), document["response"][0]["Event"]);
    }
}
