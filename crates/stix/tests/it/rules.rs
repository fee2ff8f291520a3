//! What each rule of STIX 2.1 finds, and the section it names.

use serde_json::json;

use super::types::{id, musts, object};

/// One wrong value and what is found, with the section of the standard.
#[test]
fn each_rule_names_its_section() {
    let cases = [
        (
            "url",
            json!({ "value": "no scheme" }),
            "/value writing §6.15",
        ),
        (
            "ipv4-addr",
            json!({ "value": "198.51.100.256" }),
            "/value writing §6.8",
        ),
        (
            "ipv4-addr",
            json!({ "value": "198.51.100.1/33" }),
            "/value writing §6.8",
        ),
        (
            "ipv6-addr",
            json!({ "value": "198.51.100.1" }),
            "/value writing §6.9",
        ),
        (
            "mac-addr",
            json!({ "value": "D2-FB-49-24-37-18" }),
            "/value writing §6.10",
        ),
        (
            "domain-name",
            json!({ "value": "a..example" }),
            "/value writing §6.4",
        ),
        (
            "email-addr",
            json!({ "value": "nobody" }),
            "/value writing §6.5",
        ),
        (
            "software",
            json!({ "name": "n", "cpe": "cpe:/a:b:c" }),
            "/cpe writing §6.14",
        ),
        (
            "software",
            json!({ "name": "n", "languages": ["日本語"] }),
            "/languages/0 writing §6.14",
        ),
        (
            "tool",
            json!({ "name": "n", "lang": "" }),
            "/lang writing §3.2",
        ),
        (
            "tool",
            json!({ "name": "n", "severity": 1 }),
            "/severity reserved §3.8",
        ),
        (
            "tool",
            json!({ "name": "n", "id": "tool--00000000-0000-0000-0000-000000000000" }),
            "/id uuid §2.9",
        ),
        (
            "tool",
            json!({ "name": "n", "object_marking_refs": [id("tool")] }),
            "/object_marking_refs/0 reference-type §3.2",
        ),
        (
            "tool",
            json!({ "name": "n", "granular_markings": [{ "selectors": ["name"] }] }),
            "/granular_markings/0 any-of §7.2.3",
        ),
        (
            "tool",
            json!({ "name": "n", "granular_markings": [{ "lang": "ja", "marking_ref": id("marking-definition"), "selectors": ["name"] }] }),
            "/granular_markings/0 exclusive §7.2.3",
        ),
        (
            "tool",
            json!({ "name": "n", "granular_markings": [{ "lang": "ja", "selectors": ["labels.[0]"] }] }),
            "/granular_markings/0/selectors/0 selector §7.2.3.1",
        ),
        (
            "tool",
            json!({ "name": "n", "external_references": [{ "source_name": "cve", "external_id": "2026-1" }] }),
            "/external_references/0/external_id external-id §2.5",
        ),
        (
            "tool",
            json!({ "name": "n", "kill_chain_phases": [{ "kill_chain_name": "k" }] }),
            "/kill_chain_phases/0/phase_name required §2.11",
        ),
        (
            "tool",
            json!({ "name": "n", "extensions": { "other": { "a": 1 } } }),
            "/extensions/other extension §7.3",
        ),
        (
            "tool",
            json!({ "name": "n", "extensions": { (id("extension-definition")): { "abc": 1 } } }),
            "/extensions/extension-definition--0a3ead4e-6d47-4ccb-854c-a6a4f9d96b22/extension_type required §7.3",
        ),
        (
            "tool",
            json!({ "name": "n", "extensions": { "tcp-ext": { "src_flags_hex": "00" } } }),
            "/extensions/tcp-ext extension-owner §6.12.5",
        ),
        (
            "file",
            json!({ "name": "n", "extensions": { "pdf-ext": {} } }),
            "/extensions/pdf-ext any-of §6.7.4",
        ),
        (
            "file",
            json!({ "name": "n", "extensions": { "windows-pebinary-ext": { "pe_type": "exe", "sections": [{}] } } }),
            "/extensions/windows-pebinary-ext/sections/0/name required §6.7.6",
        ),
        (
            "file",
            json!({ "name": "n", "hashes": { "a b": "1" } }),
            "/hashes/a b dictionary-key §2.3",
        ),
        (
            "file",
            json!({ "name": "n", "magic_number_hex": "4d5" }),
            "/magic_number_hex hex §2.8",
        ),
        (
            "url",
            json!({ "value": "https://例え.example/" }),
            "/value writing §6.15",
        ),
        (
            "tool",
            json!({ "name": "n", "x_list": [] }),
            "/x_list empty-list §2.12",
        ),
        (
            "file",
            json!({ "name": "n", "hashes": { "h1": "1" } }),
            "/hashes/h1 hash-algorithm §2.7",
        ),
        (
            "file",
            json!({ "name": "n", "extensions": { "windows-pebinary-ext": { "pe_type": "exe" } } }),
            "/extensions/windows-pebinary-ext any-of §6.7.6",
        ),
        (
            "tool",
            json!({ "name": "n", "external_references": [{ "source_name": "nvd", "external_id": "CVE-2026-1234" }] }),
            "/external_references/0/external_id external-id §2.5",
        ),
        (
            "indicator",
            json!({ "pattern": "[url:value = 'x' AND]", "pattern_type": "stix", "valid_from": "2026-01-31T09:00:00Z" }),
            "/pattern pattern §9",
        ),
        (
            "artifact",
            json!({ "payload_bin": "***" }),
            "/payload_bin binary §2.1",
        ),
        (
            "artifact",
            json!({ "payload_bin": "iVBORw0KGgo=", "mime_type": "jpeg" }),
            "/mime_type writing §6.1",
        ),
        (
            "email-message",
            json!({ "is_multipart": false, "body_multipart": [{ "body": "b" }] }),
            "/body_multipart multipart §6.6",
        ),
        (
            "email-message",
            json!({ "is_multipart": true, "body": "b" }),
            "/body multipart §6.6",
        ),
        (
            "email-message",
            json!({ "is_multipart": true, "body_multipart": [{}] }),
            "/body_multipart/0 any-of §6.6.2",
        ),
        (
            "network-traffic",
            json!({ "protocols": ["tcp"], "src_ref": id("ipv4-addr"), "is_active": true, "end": "2026-01-31T09:00:00Z" }),
            "/end active §6.12",
        ),
        (
            "network-traffic",
            json!({ "protocols": ["tcp"], "src_ref": id("ipv4-addr"), "ipfix": { "octets": 1.5 } }),
            "/ipfix/octets dictionary-value §2.3",
        ),
        (
            "windows-registry-key",
            json!({ "key": "hklm\\a" }),
            "/key writing §6.17",
        ),
        (
            "windows-registry-key",
            json!({ "key": "a", "values": [{ "data_type": "SZ" }] }),
            "/values/0/data_type enum §2.4",
        ),
        (
            "relationship",
            json!({ "relationship_type": "Uses", "source_ref": id("malware"), "target_ref": id("tool") }),
            "/relationship_type writing §5.1",
        ),
        (
            "sighting",
            json!({ "sighting_of_ref": id("relationship") }),
            "/sighting_of_ref reference-type §5.2",
        ),
        (
            "marking-definition",
            json!({ "definition_type": "tlp", "definition": { "tlp": "white" } }),
            " tlp §7.2.1.4",
        ),
        (
            "marking-definition",
            json!({ "definition_type": "statement", "definition": { "text": "©" } }),
            "/definition statement §7.2.1.3",
        ),
        (
            "marking-definition",
            json!({ "definition_type": "statement", "definition": { "statement": "©" }, "object_marking_refs": [id("marking-definition")] }),
            " circular §7.2",
        ),
        (
            "language-content",
            json!({ "object_ref": id("tool"), "contents": { "japanese language": { "name": "n" } } }),
            "/contents/japanese language contents §7.1",
        ),
        (
            "extension-definition",
            json!({ "created_by_ref": id("identity"), "name": "n", "schema": "s", "version": "1.0.0", "extension_types": ["new-sdo"], "extension_properties": ["rank"] }),
            "/extension_properties extension §7.3",
        ),
    ];
    for (name, further, expected) in cases {
        let object = object(name, further);
        assert_eq!(musts(&object), [expected], "{object}");
    }
}
