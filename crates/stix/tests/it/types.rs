//! Every type of STIX 2.1: one object that is right, and what is found when it is not.

use kaname_stix::{Severity, check, sco_id};
use serde_json::{Value, json};

const A: &str = "0a3ead4e-6d47-4ccb-854c-a6a4f9d96b22";

/// An object of a type: a domain, relationship or meta object has times, an
/// observable has its deterministic id.
pub(crate) fn object(type_name: &str, further: Value) -> Value {
    let mut object = json!({
        "type": type_name,
        "spec_version": "2.1",
        "id": format!("{type_name}--{A}"),
    });
    for (key, value) in further.as_object().unwrap() {
        object[key] = value.clone();
    }
    if kaname_stix::class_of(type_name) == Some(kaname_stix::Class::Sco) {
        if let Some(id) = sco_id(type_name, object.as_object().unwrap()) {
            object["id"] = id.to_string().into();
        }
    } else {
        object["created"] = "2026-01-31T09:00:00.000Z".into();
        if type_name != "marking-definition" {
            object["modified"] = "2026-01-31T09:00:00.000Z".into();
        }
    }
    object
}

pub(crate) fn id(type_name: &str) -> String {
    format!("{type_name}--{A}")
}

/// Each type with properties that are right, and those of them it can't be without.
pub(crate) fn types() -> Vec<(&'static str, Value, Vec<&'static str>)> {
    let time = "2026-01-31T09:00:00Z";
    let later = "2026-02-28T09:00:00.5Z";
    let phases = json!([{ "kill_chain_name": "k", "phase_name": "p" }]);
    vec![
        (
            "attack-pattern",
            json!({ "name": "n", "kill_chain_phases": phases, "aliases": ["a"] }),
            vec!["name"],
        ),
        (
            "campaign",
            json!({ "name": "n", "first_seen": time, "last_seen": later, "objective": "o" }),
            vec!["name"],
        ),
        (
            "course-of-action",
            json!({ "name": "n", "description": "d" }),
            vec!["name"],
        ),
        (
            "grouping",
            json!({ "context": "unspecified", "object_refs": [id("tool")] }),
            vec!["context", "object_refs"],
        ),
        (
            "identity",
            json!({ "name": "n", "identity_class": "organization", "sectors": ["energy"] }),
            vec!["name"],
        ),
        ("incident", json!({ "name": "n" }), vec!["name"]),
        (
            "indicator",
            json!({ "pattern": "[url:value = 'https://a.example/']", "pattern_type": "stix", "valid_from": time, "valid_until": later }),
            vec!["pattern", "pattern_type", "valid_from"],
        ),
        (
            "infrastructure",
            json!({ "name": "n", "infrastructure_types": ["botnet"] }),
            vec!["name"],
        ),
        (
            "intrusion-set",
            json!({ "name": "n", "goals": ["g"], "resource_level": "government", "primary_motivation": "ideology" }),
            vec!["name"],
        ),
        ("location", json!({ "country": "JP" }), vec!["country"]),
        (
            "location",
            json!({ "latitude": 35.6, "longitude": 139.7, "precision": 10.0, "region": "eastern-asia" }),
            vec!["latitude", "longitude"],
        ),
        (
            "malware",
            json!({ "is_family": true, "name": "n", "capabilities": ["anti-vm"], "implementation_languages": ["go"], "sample_refs": [id("file")] }),
            vec!["is_family", "name"],
        ),
        (
            "malware-analysis",
            json!({ "product": "p", "result": "malicious", "sample_ref": id("file") }),
            vec!["product", "result"],
        ),
        (
            "note",
            json!({ "content": "c", "object_refs": [id("tool")] }),
            vec!["content", "object_refs"],
        ),
        (
            "observed-data",
            json!({ "first_observed": time, "last_observed": later, "number_observed": 3, "object_refs": [id("file"), id("sighting")] }),
            vec![
                "first_observed",
                "last_observed",
                "number_observed",
                "object_refs",
            ],
        ),
        (
            "opinion",
            json!({ "opinion": "agree", "object_refs": [id("tool")] }),
            vec!["opinion", "object_refs"],
        ),
        (
            "report",
            json!({ "name": "n", "published": time, "object_refs": [id("tool")] }),
            vec!["name", "published", "object_refs"],
        ),
        (
            "threat-actor",
            json!({ "name": "n", "threat_actor_types": ["spy"], "roles": ["agent"], "sophistication": "expert" }),
            vec!["name"],
        ),
        (
            "tool",
            json!({ "name": "n", "tool_types": ["remote-access"], "tool_version": "1" }),
            vec!["name"],
        ),
        (
            "vulnerability",
            json!({ "name": "n", "external_references": [{ "source_name": "cve", "external_id": "CVE-2026-1234" }] }),
            vec!["name"],
        ),
        (
            "relationship",
            json!({ "relationship_type": "indicates", "source_ref": id("indicator"), "target_ref": id("malware") }),
            vec!["relationship_type", "source_ref", "target_ref"],
        ),
        (
            "sighting",
            json!({ "sighting_of_ref": id("malware"), "count": 3, "where_sighted_refs": [id("identity")] }),
            vec!["sighting_of_ref"],
        ),
        (
            "marking-definition",
            json!({ "definition_type": "statement", "definition": { "statement": "©" } }),
            vec!["definition_type", "definition"],
        ),
        (
            "language-content",
            json!({ "object_ref": id("tool"), "contents": { "ja": { "name": "道具" } } }),
            vec!["object_ref", "contents"],
        ),
        (
            "extension-definition",
            json!({ "created_by_ref": id("identity"), "name": "n", "schema": "s", "version": "1.0.0", "extension_types": ["toplevel-property-extension"], "extension_properties": ["rank"] }),
            vec![
                "created_by_ref",
                "name",
                "schema",
                "version",
                "extension_types",
            ],
        ),
        (
            "artifact",
            json!({ "mime_type": "image/jpeg", "payload_bin": "iVBORw0KGgo=" }),
            vec!["payload_bin"],
        ),
        (
            "artifact",
            json!({ "url": "https://a.example/b", "hashes": { "MD5": "0".repeat(32) }, "encryption_algorithm": "mime-type-indicated", "decryption_key": "k" }),
            vec!["url", "hashes", "encryption_algorithm"],
        ),
        (
            "autonomous-system",
            json!({ "number": 64496, "name": "n", "rir": "APNIC" }),
            vec!["number"],
        ),
        (
            "directory",
            json!({ "path": "C:\\a", "path_enc": "windows-31j", "contains_refs": [id("file")] }),
            vec!["path"],
        ),
        (
            "domain-name",
            json!({ "value": "例え.example", "resolves_to_refs": [id("ipv4-addr")] }),
            vec!["value"],
        ),
        (
            "email-addr",
            json!({ "value": "a.b@example.jp", "display_name": "A" }),
            vec!["value"],
        ),
        (
            "email-message",
            json!({ "is_multipart": true, "subject": "s", "body_multipart": [{ "body": "b", "content_type": "text/plain" }], "additional_header_fields": { "Reply-To": ["a", "b"] } }),
            vec!["is_multipart"],
        ),
        (
            "file",
            json!({ "name": "a.exe", "magic_number_hex": "4d5a", "extensions": { "windows-pebinary-ext": { "pe_type": "exe", "sections": [{ "name": ".text", "entropy": 6.5 }] } } }),
            vec!["name"],
        ),
        (
            "ipv4-addr",
            json!({ "value": "198.51.100.0/24", "belongs_to_refs": [id("autonomous-system")] }),
            vec!["value"],
        ),
        (
            "ipv6-addr",
            json!({ "value": "2001:db8::1/96" }),
            vec!["value"],
        ),
        (
            "mac-addr",
            json!({ "value": "d2:fb:49:24:37:18" }),
            vec!["value"],
        ),
        ("mutex", json!({ "name": "m" }), vec!["name"]),
        (
            "network-traffic",
            json!({ "protocols": ["tcp"], "dst_ref": id("ipv4-addr"), "dst_port": 443, "extensions": { "tcp-ext": { "src_flags_hex": "00000002" } } }),
            vec!["protocols", "dst_ref"],
        ),
        (
            "process",
            json!({ "pid": 1, "environment_variables": { "PATH": "/" }, "extensions": { "windows-service-ext": { "service_name": "s", "start_type": "SERVICE_AUTO_START" } } }),
            vec![],
        ),
        (
            "software",
            json!({ "name": "n", "cpe": "cpe:2.3:a:b:c:1:*:*:*:*:*:*:*", "languages": ["ja-JP"] }),
            vec!["name"],
        ),
        (
            "url",
            json!({ "value": "https://xn--r8jz45g.example/?q=%E4%BE%8B#f" }),
            vec!["value"],
        ),
        (
            "user-account",
            json!({ "account_type": "unix", "extensions": { "unix-account-ext": { "gid": 10, "shell": "/bin/sh" } } }),
            vec![],
        ),
        (
            "windows-registry-key",
            json!({ "key": "HKEY_LOCAL_MACHINE\\a", "values": [{ "name": "n", "data_type": "REG_SZ" }] }),
            vec![],
        ),
        (
            "x509-certificate",
            json!({ "serial_number": "1", "x509_v3_extensions": { "key_usage": "critical" } }),
            vec!["serial_number"],
        ),
    ]
}

pub(crate) fn musts(object: &Value) -> Vec<String> {
    let findings = check(object);
    let musts = findings.iter().filter(|one| one.severity == Severity::Must);
    musts
        .map(|one| format!("{} {} §{}", one.path, one.rule, one.section))
        .collect()
}

#[test]
fn a_right_object_of_each_type_has_no_finding() {
    let types = types();
    let mut names: Vec<&str> = types.iter().map(|(name, _, _)| *name).collect();
    names.dedup();
    assert_eq!(names.len(), 19 + 2 + 3 + 18);
    for (name, further, _) in types {
        let object = object(name, further);
        assert_eq!(check(&object), vec![], "{object}");
    }
}

#[test]
fn an_object_without_what_it_must_have_is_found() {
    for (name, further, required) in types() {
        for property in required {
            let mut object = object(name, further.clone());
            object.as_object_mut().unwrap().remove(property);
            assert!(!musts(&object).is_empty(), "{name} without {property}");
        }
    }
}

#[test]
fn a_property_of_a_wrong_type_is_found() {
    for (name, further, _) in types() {
        for property in further.as_object().unwrap().keys() {
            for wrong in [json!(null), json!([]), json!({}), json!([{}]), json!(-1.5)] {
                if property == "definition" && wrong.is_object() {
                    continue;
                }
                let mut object = object(name, further.clone());
                object[property] = wrong.clone();
                let at = format!("/{property}");
                let found = musts(&object).iter().any(|one| one.starts_with(&at));
                let number = wrong.is_number()
                    && matches!(property.as_str(), "latitude" | "longitude" | "precision");
                assert!(found || number, "{name}.{property} = {wrong}");
            }
        }
    }
}

#[test]
fn ids_of_observables_are_random_where_nothing_contributes() {
    let process = json!({ "type": "process", "id": "process--9d0e3c2b-3b1a-5f0e-8c1d-6b6d1c2f3a4b", "pid": 1 });
    assert_eq!(musts(&process), ["/id sco-id §2.9"]);
}

#[test]
fn fixed_tlp_markings_are_right_and_no_other_may_say_tlp() {
    use kaname_stix::{TlpMark, tlp_object};
    for mark in TlpMark::ALL {
        let mut object: Value = serde_json::from_str(tlp_object(mark)).unwrap();
        assert_eq!(musts(&object), Vec::<String>::new());
        object["id"] = id("marking-definition").into();
        assert_eq!(musts(&object), [" tlp §7.2.1.4"]);
    }
    let white = json!({ "type": "marking-definition", "spec_version": "2.1", "id": "marking-definition--613f2e26-407d-48c7-9eca-b8e91df99dc9",
        "created": "2017-01-20T00:00:00.000Z", "name": "TLP:WHITE", "definition_type": "tlp", "definition": { "tlp": "white" } });
    assert_eq!(check(&white), vec![]);
}

#[test]
fn the_relationship_table_is_advice() {
    let of = |source: &str, kind: &str, target: &str| {
        let object = object(
            "relationship",
            json!({ "relationship_type": kind, "source_ref": id(source), "target_ref": id(target) }),
        );
        let findings = check(&object);
        assert!(findings.iter().all(|one| one.severity == Severity::Should));
        findings
            .iter()
            .any(|one| one.rule == "relationship" && one.section == "5.1")
    };
    assert!(!of("malware", "uses", "tool"));
    assert!(!of("infrastructure", "consists-of", "mutex"));
    assert!(!of("tool", "duplicate-of", "tool"));
    assert!(!of("x-own", "likes", "tool"));
    assert!(!of("attack-pattern", "subtechnique-of", "attack-pattern"));
    assert!(of("tool", "duplicate-of", "malware"));
    assert!(of("vulnerability", "uses", "tool"));
    assert!(of("malware", "indicates", "indicator"));
}

#[test]
fn attack_s_own_names_are_known_and_their_forms_are_advice() {
    let tactic = object(
        "x-mitre-tactic",
        json!({ "name": "n", "x_mitre_shortname": "s", "x_mitre_domains": ["ics-attack"] }),
    );
    assert_eq!(check(&tactic), vec![]);
    let findings = check(&object(
        "tool",
        json!({ "name": "n", "x_mitre_version": 1.5 }),
    ));
    let said: Vec<_> = findings
        .iter()
        .map(|one| (one.rule, one.severity))
        .collect();
    assert_eq!(said, [("dialect", Severity::Should)]);
}

#[test]
fn what_was_defanged_need_not_be_written_as_it_was() {
    let url = object(
        "url",
        json!({ "value": "hxxps://a[.]example /", "defanged": true }),
    );
    assert_eq!(check(&url), vec![]);
}

#[test]
fn long_lists_and_deep_nests_end_with_a_bounded_report() {
    let many: Vec<Value> = vec![json!("no id"); 1_000_000];
    let report = object(
        "report",
        json!({ "name": "n", "published": "2026-01-31T09:00:00Z", "object_refs": many }),
    );
    assert_eq!(check(&report).len(), 1_000);
    let mut deep = json!(null);
    for _ in 0..500 {
        deep = json!([deep]);
    }
    assert_eq!(
        musts(&object("tool", json!({ "name": "n", "x_deep": deep }))).len(),
        1
    );
}
