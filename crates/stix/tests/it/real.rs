//! Real data, where `KANAME_TESTDATA` names a folder with it.

use std::io::Read as _;
use std::path::PathBuf;

use kaname_stix::{Limits, Severity, SpecVersion, bundle, check, head};
use serde_json::Value;

#[expect(
    clippy::disallowed_methods,
    reason = "the test's data is named from outside"
)]
fn data(name: &str) -> Option<Vec<u8>> {
    let Some(folder) = std::env::var_os("KANAME_TESTDATA") else {
        eprintln!("skipped: KANAME_TESTDATA is not set");
        return None;
    };
    let file = std::fs::File::open(PathBuf::from(folder).join(name)).unwrap();
    let mut bytes = Vec::new();
    flate2::read::GzDecoder::new(file)
        .read_to_end(&mut bytes)
        .unwrap();
    Some(bytes)
}

#[test]
fn attack_for_ics_reads_without_an_error() {
    let Some(bytes) = data("attack/ics-attack-2.1.json.gz") else {
        return;
    };
    let found = bundle(&bytes, &Limits::default()).unwrap();
    assert_eq!(found.objects.len(), 1_826);
    let mut errors = Vec::new();
    for raw in &found.objects {
        let value: Value = serde_json::from_str(raw.get()).unwrap();
        let head = head(raw.get()).unwrap();
        let text = |name: &str| value[name].as_str();
        assert_eq!(head.spec_version, SpecVersion::V21);
        assert_eq!(Some(head.id.to_string().as_str()), text("id"));
        assert_eq!(
            head.created.as_ref().map(|stamp| stamp.text.as_str()),
            text("created")
        );
        assert_eq!(
            head.modified.as_ref().map(|stamp| stamp.text.as_str()),
            text("modified")
        );
        assert_eq!(head.name.as_deref(), text("name"));
        assert_eq!(head.revoked, value["revoked"].as_bool().unwrap_or(false));
        assert_eq!(
            head.created_by.map(|id| id.to_string()).as_deref(),
            text("created_by_ref")
        );
        let markings = value["object_marking_refs"].as_array().map_or(0, Vec::len);
        assert_eq!(head.markings.len(), markings);
        let of = check(&value)
            .into_iter()
            .filter(|finding| finding.severity == Severity::Must);
        errors
            .extend(of.map(|finding| format!("{} {} {}", head.id, finding.path, finding.message)));
    }
    assert_eq!(errors, Vec::<String>::new());
}

#[test]
fn attack_enterprise_20_reads_as_20() {
    let Some(bytes) = data("attack/enterprise-attack-2.0.json.gz") else {
        return;
    };
    let found = bundle(&bytes, &Limits::default()).unwrap();
    assert_eq!(found.spec_version.as_deref().unwrap_or("2.0"), "2.0");
    assert!(found.objects.len() > 20_000);
    for raw in &found.objects {
        let head = head(raw.get()).unwrap();
        assert!(head.spec_version == SpecVersion::V20 || head.id.class().is_some());
    }
}
