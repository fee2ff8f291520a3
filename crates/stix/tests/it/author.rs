use jiff::Timestamp;
use kaname_stix::author::{
    self, Base, External, Identity, Indicator, Observed, ObservedIds, Report, Sighting,
};
use kaname_stix::{
    Limits, ObjectId, SearchValue, StixError, TlpMark, ValueKind, bundle, check, head, pattern_of,
    pattern_values, tlp_marking_id,
};
use proptest::prelude::*;
use serde_json::Value;

use crate::uuid;

fn hub() -> ObjectId {
    ObjectId::new("identity", uuid(1)).unwrap()
}

fn now() -> Timestamp {
    "2026-01-31T09:00:00.123456Z".parse().unwrap()
}

fn valid(json: &str) {
    let value: Value = serde_json::from_str(json).unwrap();
    assert_eq!(check(&value), vec![], "{json}");
    let found = head(json).unwrap();
    assert_eq!(
        found
            .created
            .map(|stamp| stamp.text)
            .unwrap_or_default()
            .len()
            % 24,
        0
    );
}

#[test]
fn all_kinds_are_valid_and_in_a_fixed_order() {
    let hub = hub();
    let markings = [tlp_marking_id(TlpMark::Amber)];
    let external = [External {
        source_name: "mitre-attack".into(),
        external_id: Some("T1566".into()),
        ..External::default()
    }];
    let base = Base {
        external: &external,
        confidence: Some(80),
        lang: Some("ja"),
        ..Base::new(uuid(2), &hub, now()).marked(&markings)
    };
    let pattern = pattern_of(&[SearchValue::new(ValueKind::Domain, "a.example")]).unwrap();
    let finder = author::indicator(
        &base,
        &Indicator {
            name: Some("名前 \"x\""),
            description: None,
            indicator_types: &["malicious-activity"],
            pattern: &pattern,
            valid_from: now(),
            valid_until: None,
        },
    )
    .unwrap();
    let expected = concat!(
        r#"{"type":"indicator","spec_version":"2.1","id":"indicator--00000000-0000-4000-8000-000000000002","#,
        r#""created_by_ref":"identity--00000000-0000-4000-8000-000000000001","#,
        r#""created":"2026-01-31T09:00:00.123Z","modified":"2026-01-31T09:00:00.123Z","name":"名前 \"x\"","#,
        r#""indicator_types":["malicious-activity"],"pattern":"[domain-name:value = 'a.example']","#,
        r#""pattern_type":"stix","pattern_version":"2.1","valid_from":"2026-01-31T09:00:00.123Z","#,
        r#""confidence":80,"lang":"ja","external_references":[{"source_name":"mitre-attack","external_id":"T1566"}],"#,
        r#""object_marking_refs":["marking-definition--55d920b0-5e8b-4f79-9ee9-91f868d9b421"]}"#
    );
    assert_eq!(finder.json, expected);
    let refs = [finder.id.clone()];
    let technique = author::attack_pattern(&base, "phishing", None, &[]).unwrap();
    let all = [
        author::identity(
            &Base {
                created_by: None,
                ..base.clone()
            },
            &Identity {
                name: "hub",
                identity_class: Some("organization"),
                ..Identity::default()
            },
        )
        .unwrap(),
        author::report(
            &base,
            &Report {
                name: "r",
                description: Some("d"),
                report_types: &["threat-report"],
                published: now(),
                object_refs: &refs,
            },
        )
        .unwrap(),
        author::course_of_action(&base, "block", Some("block it")).unwrap(),
        author::vulnerability(&base, "CVE-2026-1234", None).unwrap(),
        author::note(&base, None, "text", &refs).unwrap(),
        author::relationship(&base, "indicates", &finder.id, &technique.id, None).unwrap(),
        author::sighting(
            &base,
            &Sighting {
                of: &finder.id,
                first_seen: Some(now()),
                last_seen: Some(now()),
                count: Some(0),
                where_sighted: std::slice::from_ref(&hub),
                description: None,
                summary: false,
            },
        )
        .unwrap(),
        technique,
        finder,
    ];
    all.iter().for_each(|one| valid(&one.json));
    let text = author::bundle(uuid(9), all.iter().map(|one| one.json.as_str()));
    let read = bundle(text.as_bytes(), &Limits::default()).unwrap();
    assert!(
        read.objects
            .iter()
            .zip(&all)
            .all(|(raw, one)| raw.get() == one.json)
    );
}

#[test]
fn what_would_be_invalid_is_refused() {
    let hub = hub();
    let base = Base::new(uuid(2), &hub, now());
    let refused =
        |result: Result<author::Authored, StixError>| matches!(result, Err(StixError::Invalid(_)));
    assert!(refused(author::note(&base, None, "text", &[])));
    assert!(refused(author::relationship(
        &base,
        "x",
        &tlp_marking_id(TlpMark::Red),
        &hub,
        None
    )));
    let back = Base {
        modified: Timestamp::UNIX_EPOCH,
        ..base.clone()
    };
    assert!(refused(author::course_of_action(&back, "x", None)));
    assert!(refused(author::course_of_action(
        &Base {
            confidence: Some(101),
            ..base
        },
        "x",
        None
    )));
    let odd = SearchValue::new(ValueKind::Md5, "xyz");
    assert!(author::observable(&odd, &[]).is_err());
    assert_eq!(
        author::observable(&SearchValue::new(ValueKind::Cve, "CVE-1-1"), &[]),
        Ok(None)
    );
}

#[test]
fn observed_values_become_objects_that_hang_together() {
    let hub = hub();
    let base = Base::new(uuid(0), &hub, now());
    let values = [
        SearchValue::new(ValueKind::Ipv4, "203.0.113.7"),
        SearchValue::new(ValueKind::Cidr, "2001:db8::/32"),
        SearchValue::new(ValueKind::Domain, "a.example"),
        SearchValue::new(ValueKind::Domain, "a.example"),
        SearchValue::new(ValueKind::Sha256, "a".repeat(64)),
        SearchValue::new(ValueKind::AutonomousSystem, "64500"),
        SearchValue::new(ValueKind::EmailSubject, "請求書"),
        SearchValue::new(ValueKind::Cve, "CVE-2026-1234"),
    ];
    let ids = ObservedIds {
        observed_data: uuid(5),
        indicator: uuid(6),
        relationship: uuid(7),
    };
    let observed = Observed {
        values: &values,
        first: now(),
        last: now(),
        count: 2,
        name: None,
        description: None,
        indicator_types: &[],
        valid_from: now(),
        valid_until: None,
    };
    let all = author::observed(&base, ids, &observed).unwrap();
    assert_eq!(all.len(), 6 + 3);
    all.iter().for_each(|one| valid(&one.json));
    let link = head(&all[8].json).unwrap();
    assert_eq!(
        (link.source(), link.target()),
        (Some(&all[7].id), Some(&all[6].id))
    );
    let nothing = Observed {
        values: &values[7..],
        ..observed
    };
    assert!(author::observed(&base, ids, &nothing).is_err());
}

proptest! {
    #[test]
    fn any_text_is_written_validly(name in "\\PC{1,40}", description in ".{0,40}", value in ".{1,20}") {
        let hub = hub();
        let base = Base::new(uuid(2), &hub, now());
        let coa = author::course_of_action(&base, &name, Some(&description)).unwrap();
        let read: Value = serde_json::from_str(&coa.json).unwrap();
        prop_assert_eq!(read["name"].as_str(), Some(name.as_str()));
        prop_assert_eq!(read["description"].as_str(), Some(description.as_str()));
        let value = SearchValue::new(ValueKind::Url, value);
        let pattern = pattern_of(std::slice::from_ref(&value)).unwrap();
        prop_assert_eq!(pattern_values(&pattern), vec![value]);
    }
}

#[test]
fn values_are_written_as_the_standard_writes_them() {
    let cases = [
        (
            ValueKind::Url,
            "https://a.example/例?q=a b",
            "/value",
            "https://a.example/%E4%BE%8B?q=a%20b",
        ),
        (
            ValueKind::Mac,
            "D2-FB-49-24-37-18",
            "/value",
            "d2:fb:49:24:37:18",
        ),
        (
            ValueKind::RegistryKey,
            "hklm\\Software\\A",
            "/key",
            "HKEY_LOCAL_MACHINE\\Software\\A",
        ),
    ];
    for (kind, text, at, expected) in cases {
        let made = author::observable(&SearchValue::new(kind, text), &[])
            .unwrap()
            .unwrap();
        let value: Value = serde_json::from_str(&made.json).unwrap();
        assert_eq!(value.pointer(at).unwrap(), expected);
        assert_eq!(check(&value), vec![]);
    }
}
