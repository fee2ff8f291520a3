//! Real reports and events, where a folder with them is named.

use std::collections::BTreeSet;
use std::path::PathBuf;

use kaname_intake::{ExtractOptions, Kind, extract};
use serde_json::Value;

#[expect(
    clippy::disallowed_methods,
    reason = "the test's data is named from outside"
)]
fn folder() -> Option<PathBuf> {
    let folder = std::env::var_os("KANAME_TESTDATA").map(PathBuf::from);
    if folder.is_none() {
        println!("skipped: KANAME_TESTDATA names no folder");
    }
    folder
}

fn attributes(event: &Value, into: &mut BTreeSet<String>) {
    match event {
        Value::Object(members) => {
            if let (Some(Value::String(_)), Some(Value::String(value))) =
                (members.get("category"), members.get("value"))
            {
                for part in value.split('|') {
                    into.insert(part.to_lowercase());
                }
            }
            members.values().for_each(|member| attributes(member, into));
        }
        Value::Array(items) => items.iter().for_each(|item| attributes(item, into)),
        _ => {}
    }
}

/// Least number of network indicators and of hashes, and the event with the same indicators.
const REPORTS: &[(&str, usize, usize, Option<&str>)] = &[
    ("eset-invisimole.adoc", 20, 50, Some("misp_invisimole.json")),
    ("eset-mozi.adoc", 4, 21, Some("mozi.misp-event.json")),
    ("eset-nukesped_lazarus.adoc", 60, 200, None),
    ("eset-winter_vivern.adoc", 3, 1, None),
    ("eset-xdspy.adoc", 15, 10, Some("misp-xdspy-event.json")),
];

#[test]
#[expect(
    clippy::disallowed_methods,
    reason = "a person asks to see what was found"
)]
fn reports_give_the_indicators_their_authors_published() {
    let Some(folder) = folder() else {
        return;
    };
    for (report, network, hashes, event) in REPORTS {
        let text = std::fs::read_to_string(folder.join("text").join(report)).unwrap();
        let found = extract(&text, &ExtractOptions::default()).findings;
        let is_hash = |kind| matches!(kind, Kind::Md5 | Kind::Sha1 | Kind::Sha256);
        let found_hashes = found.iter().filter(|finding| is_hash(finding.kind)).count();
        if std::env::var_os("KANAME_SHOW").is_some() {
            for finding in found.iter().filter(|finding| !is_hash(finding.kind)) {
                println!(
                    "{report}: {:?} {} {:?}",
                    finding.kind, finding.value, finding.notes
                );
            }
            println!("{report}: {found_hashes} hashes of {}", found.len());
        }
        assert!(found_hashes >= *hashes, "{report}: {found_hashes} hashes");
        assert!(
            found.len() - found_hashes >= *network,
            "{report}: {}",
            found.len()
        );
        let Some(event) = event else {
            continue;
        };
        let bytes = std::fs::read(folder.join("misp").join(event)).unwrap();
        let mut published = BTreeSet::new();
        attributes(&serde_json::from_slice(&bytes).unwrap(), &mut published);
        let wanted: Vec<_> = found
            .iter()
            .filter(|finding| is_hash(finding.kind) || finding.kind == Kind::Ipv4)
            .collect();
        let known = wanted
            .iter()
            .filter(|finding| published.contains(&finding.value))
            .count();
        println!("{report}: {known} of {} are in {event}", wanted.len());
        assert!(
            known * 10 >= wanted.len() * 8,
            "{report}: {known} of {}",
            wanted.len()
        );
    }
}
