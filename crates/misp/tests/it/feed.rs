use kaname_misp::feed::{
    Entry, file_name, hashes, read_hashes, read_manifest, write_hashes, write_manifest,
};
use kaname_misp::{Limits, events};

use super::EVENT;

#[test]
fn a_manifest_is_read_as_it_was_written() {
    let limits = Limits::default();
    let read = events(EVENT.as_bytes(), &limits).unwrap();
    let entry = Entry::of(read[0].as_ref().unwrap());
    assert_eq!(entry.timestamp(), Some(1_777_600_000));
    assert_eq!(entry.members["Orgc"]["name"], "Centre");
    assert!(
        !entry.members["Orgc"]
            .as_object()
            .unwrap()
            .contains_key("id")
    );
    assert_eq!(
        file_name(entry.event),
        "0b6a1f0e-5a53-4c6e-9d3a-2f6e6b7c8d01.json"
    );
    let entries = [entry];
    let (again, findings) = read_manifest(&write_manifest(&entries), &limits).unwrap();
    assert_eq!(again, entries);
    assert_eq!(findings, []);
}

#[test]
fn an_unsound_manifest_entry_is_named() {
    let manifest = br#"{"../x":{},"0b6a1f0e-5a53-4c6e-9d3a-2f6e6b7c8d01":{"timestamp":5},"0b6a1f0e-5a53-4c6e-9d3a-2f6e6b7c8d02":3}"#;
    let (entries, findings) = read_manifest(manifest, &Limits::default()).unwrap();
    assert_eq!(entries.len(), 1);
    assert_eq!(entries[0].timestamp(), Some(5));
    let places: Vec<&str> = findings
        .iter()
        .map(|finding| finding.pointer.as_str())
        .collect();
    assert_eq!(places, ["/..~1x", "/0b6a1f0e-5a53-4c6e-9d3a-2f6e6b7c8d02"]);
}

#[test]
fn hashes_are_of_each_part_of_a_value() {
    let limits = Limits::default();
    let read = events(EVENT.as_bytes(), &limits).unwrap();
    let found = hashes(read[0].as_ref().unwrap());
    // MD5 of "evil.example", one part of `evil.example|203.0.113.77` and a value of its own.
    let line = "96119eb3210daa472225fbad69fa9770,0b6a1f0e-5a53-4c6e-9d3a-2f6e6b7c8d01\n";
    let written = write_hashes(&found);
    let text = String::from_utf8(written.clone()).unwrap();
    assert_eq!(text.matches(line).count(), 1, "{text}");
    let (again, findings) = read_hashes(&written, &limits).unwrap();
    assert_eq!(again, found);
    assert_eq!(findings, []);
    let (none, findings) = read_hashes(b"x,y\n\n", &limits).unwrap();
    assert_eq!((none.len(), findings[0].pointer.as_str()), (0, "/1"));
}
