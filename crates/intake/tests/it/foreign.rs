//! Records and reports of other formats as STIX.

use kaname_intake::JsonLimits;
use kaname_intake::foreign::{ForeignError, Form, Made, form_of, read};
use kaname_stix::pattern::{equivalent_patterns, parse_pattern};
use serde_json::{Value, json};

fn made(document: &Value) -> Made {
    read(document.to_string().as_bytes(), &JsonLimits::default()).unwrap()
}

fn objects(made: &Made) -> Vec<Value> {
    made.objects
        .iter()
        .map(|object| serde_json::from_str(&object.json).unwrap())
        .collect()
}

fn of_type<'v>(objects: &'v [Value], type_name: &str) -> Vec<&'v Value> {
    objects
        .iter()
        .filter(|object| object["type"] == type_name)
        .collect()
}

/// The pairs of source and number or description that an object refers to.
fn external(object: &Value) -> Vec<(String, String)> {
    let all = object["external_references"].as_array().unwrap().iter();
    all.map(|one| {
        let told = ["external_id", "description", "url"]
            .iter()
            .find_map(|key| one[key].as_str());
        (
            one["source_name"].as_str().unwrap().to_owned(),
            told.unwrap().to_owned(),
        )
    })
    .collect()
}

fn pair(source: &str, told: &str) -> (String, String) {
    (source.to_owned(), told.to_owned())
}

fn cve() -> Value {
    json!({
        "dataType": "CVE_RECORD", "dataVersion": "5.1",
        "cveMetadata": {"cveId": "CVE-2026-12345", "state": "PUBLISHED", "assignerShortName": "vendor",
            "datePublished": "2026-05-01T10:00:00", "dateUpdated": "2026-05-02T10:00:00.123Z"},
        "containers": {"cna": {
            "title": "Command injection in the router",
            "descriptions": [{"lang": "ja", "value": "日本語"}, {"lang": "en-US", "value": "A command injection."}],
            "affected": [{"vendor": "Vendor", "product": "Router", "versions": [
                {"version": "1.0", "lessThan": "1.5", "status": "affected"}, {"version": "2.0", "status": "unaffected"}]}],
            "metrics": [{"cvssV3_1": {"baseScore": 9.8, "vectorString": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"}}],
            "problemTypes": [{"descriptions": [{"cweId": "CWE-78", "description": "OS command injection"}]}],
            "references": [{"url": "https://vendor.example/advisory"}, {"url": "no address"}],
        }, "adp": [{"metrics": [{"cvssV4_0": {"baseScore": 9.3, "vectorString": "CVSS:4.0/AV:N"}}]}]},
    })
}

#[test]
fn a_cve_record_is_a_vulnerability() {
    let document = cve();
    let made = made(&document);
    let objects = objects(&made);
    assert_eq!(objects[0]["type"], "identity");
    assert_eq!(objects[0]["name"], "vendor");
    let one = of_type(&objects, "vulnerability")[0];
    assert_eq!(one["name"], "CVE-2026-12345");
    assert_eq!(one["created_by_ref"], objects[0]["id"]);
    assert_eq!(one["created"], "2026-05-01T10:00:00.000Z");
    assert_eq!(one["modified"], "2026-05-02T10:00:00.123Z");
    assert_eq!(
        one["description"],
        "Command injection in the router\nA command injection.\naffected: Vendor Router 1.0 before 1.5"
    );
    let told = external(one);
    assert_eq!(told[0], pair("cve", "CVE-2026-12345"));
    assert!(told.contains(&pair(
        "cvss-v3.1",
        "9.8 CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"
    )));
    assert!(told.contains(&pair("cvss-v4.0", "9.3 CVSS:4.0/AV:N")));
    assert!(told.contains(&pair("cwe", "CWE-78")));
    assert!(told.contains(&pair("reference", "https://vendor.example/advisory")));
    assert_eq!(made.left_out[0].path, "/containers/cna/references/1");

    // Read again it is the same object; changed, a new version of it; rejected, revoked.
    let mut changed = document;
    changed["cveMetadata"]["dateUpdated"] = json!("2026-06-01T00:00:00Z");
    changed["cveMetadata"]["state"] = json!("REJECTED");
    let again = self::objects(&self::made(&changed));
    let again = of_type(&again, "vulnerability")[0];
    assert_eq!(again["id"], one["id"]);
    assert_eq!(again["created"], one["created"]);
    assert_eq!(again["modified"], "2026-06-01T00:00:00.000Z");
    assert_eq!(again["revoked"], true);
}

#[test]
fn an_entry_of_osv_is_a_vulnerability_under_its_best_known_name() {
    let objects = objects(&made(&json!({
        "schema_version": "1.6.0", "id": "GHSA-xxxx-yyyy-zzzz", "modified": "2026-05-02T00:00:00Z",
        "published": "2026-05-01T00:00:00Z", "aliases": ["CVE-2026-1111"], "summary": "Traversal", "details": "Long.",
        "severity": [{"type": "CVSS_V3", "score": "CVSS:3.1/AV:N"}],
        "affected": [{"package": {"ecosystem": "crates.io", "name": "tar"},
            "ranges": [{"type": "SEMVER", "events": [{"introduced": "0"}, {"fixed": "0.4.36"}]}]}],
        "references": [{"type": "ADVISORY", "url": "https://osv.example/1"}],
    })));
    let one = of_type(&objects, "vulnerability")[0];
    assert_eq!(one["name"], "CVE-2026-1111");
    assert_eq!(
        one["description"],
        "Traversal\nLong.\naffected: crates.io tar fixed in 0.4.36"
    );
    let told = external(one);
    assert_eq!(told[0], pair("ghsa", "GHSA-xxxx-yyyy-zzzz"));
    assert!(told.contains(&pair("cvss-v3", "CVSS:3.1/AV:N")));
    assert!(told.contains(&pair("advisory", "https://osv.example/1")));
}

#[test]
fn an_advisory_of_csaf_is_a_report_with_states_and_remedies() {
    let made = made(&json!({
        "document": {"csaf_version": "2.0", "title": "Router advisory", "category": "csaf_vex",
            "publisher": {"name": "Vendor PSIRT", "category": "vendor", "namespace": "https://vendor.example"},
            "distribution": {"tlp": {"label": "AMBER"}},
            "tracking": {"id": "VENDOR-2026-1", "initial_release_date": "2026-05-01T00:00:00Z",
                "current_release_date": "2026-05-03T00:00:00Z", "version": "2", "status": "final"}},
        "product_tree": {"branches": [{"category": "vendor", "name": "Vendor", "branches": [
            {"category": "product_version", "name": "1.0", "product": {"product_id": "P1", "name": "Router 1.0"}}]}],
            "full_product_names": [{"product_id": "P2", "name": "Router 2.0"}]},
        "vulnerabilities": [{"cve": "CVE-2026-12345", "title": "Injection",
            "notes": [{"category": "description", "text": "Described."}],
            "product_status": {"known_affected": ["P1"], "known_not_affected": ["P2", "P3"]},
            "flags": [{"label": "vulnerable_code_not_present"}],
            "scores": [{"cvss_v3": {"baseScore": 7.5, "vectorString": "CVSS:3.1/AV:N/AC:L"}, "products": ["P1"]}],
            "remediations": [{"category": "vendor_fix", "details": "Update to 2.0.", "url": "https://vendor.example/2.0"},
                {"category": "mitigation"}]}],
    }));
    assert_eq!(made.left_out[0].path, "/vulnerabilities/0/remediations/1");
    let objects = objects(&made);
    let report = of_type(&objects, "report")[0];
    let one = of_type(&objects, "vulnerability")[0];
    assert_eq!(report["name"], "Router advisory");
    assert_eq!(report["object_refs"], json!([one["id"]]));
    assert_eq!(one["description"], "Injection\nDescribed.");
    let note = of_type(&objects, "note")[0];
    assert_eq!(
        note["content"],
        "affected: Router 1.0\nnot affected: Router 2.0\nnot affected: P3\nbecause: vulnerable_code_not_present"
    );
    let action = of_type(&objects, "course-of-action")[0];
    assert_eq!(action["description"], "Update to 2.0.");
    let link = of_type(&objects, "relationship")[0];
    assert_eq!(
        (&link["source_ref"], &link["target_ref"]),
        (&action["id"], &one["id"])
    );
    let marking = of_type(&objects, "marking-definition")[0];
    for object in [report, one, note, action, link] {
        assert_eq!(object["object_marking_refs"], json!([marking["id"]]));
    }
}

fn ioc(items: &str) -> String {
    format!(
        r#"<?xml version="1.0" encoding="utf-8"?>
<ioc xmlns="http://schemas.mandiant.com/2010/ioc" id="6d2a1b03-b216-4cd8-9a9e-8827af6ebf93" last-modified="2026-05-02T20:00:05">
  <short_description>Owl</short_description><authored_by>Lab</authored_by><authored_date>2026-05-01T11:35:53</authored_date>
  <links><link rel="source">https://lab.example/owl</link></links>
  <definition>{items}</definition>
</ioc>"#
    )
}

fn item(search: &str, condition: &str, content: &str) -> String {
    format!(
        r#"<IndicatorItem id="{search}" condition="{condition}"><Context document="d" search="{search}" type="mir"/><Content type="string">{content}</Content></IndicatorItem>"#
    )
}

#[test]
fn openioc_is_an_indicator() {
    let items = [
        item("FileItem/Md5sum", "is", "d41d8cd98f00b204e9800998ecf8427e"),
        item("Network/DNS", "contains", "evil.example"),
        item("FileItem/PEInfo/Type", "is", "x"),
        format!(
            r#"<Indicator operator="AND" id="g">{}{}</Indicator>"#,
            item("PortItem/remotePort", "is", "8080"),
            item("ProcessItem/HandleList/Handle/Name", "isnot", "it's"),
        ),
        format!(
            r#"<Indicator operator="AND" id="h">{}{}</Indicator>"#,
            item("PortItem/remotePort", "is", "443"),
            item("Unknown/Term", "is", "x"),
        ),
    ];
    let document = ioc(&format!(
        r#"<Indicator operator="OR" id="top">{}</Indicator>"#,
        items.concat()
    ));
    let made = read(document.as_bytes(), &JsonLimits::default()).unwrap();
    let left: Vec<&str> = made.left_out.iter().map(|one| one.path.as_str()).collect();
    assert_eq!(left, ["FileItem/PEInfo/Type", "Unknown/Term", "h"]);
    let objects = objects(&made);
    let one = of_type(&objects, "indicator")[0];
    assert_eq!(one["name"], "Owl");
    assert_eq!(one["valid_from"], "2026-05-01T11:35:53.000Z");
    let wanted = "[file:hashes.MD5 = 'd41d8cd98f00b204e9800998ecf8427e'] OR [domain-name:value LIKE '%evil.example%'] OR \
        ([network-traffic:dst_port = 8080] AND [mutex:name NOT = 'it\\'s'])";
    let pattern = parse_pattern(one["pattern"].as_str().unwrap()).unwrap();
    assert!(
        equivalent_patterns(&pattern, &parse_pattern(wanted).unwrap()),
        "{}",
        one["pattern"]
    );
}

#[test]
fn what_is_wrong_is_told() {
    let limits = JsonLimits::default();
    let error = |bytes: &[u8]| read(bytes, &limits).err().unwrap().to_string();
    assert!(error(b"{}").contains("neither"));
    assert!(error(b"{\"a\":1,\"a\":2}").contains('a'));
    assert!(error(b"<html/>").contains("neither"));
    assert!(error(b"<ioc id='x'").contains("not XML"));
    let bomb = "<!DOCTYPE ioc [<!ENTITY a \"aaaa\"><!ENTITY b \"&a;&a;\">]><ioc id=\"&b;\"/>";
    assert!(error(bomb.as_bytes()).contains("not XML"));
    let nothing = ioc(&format!(
        r#"<Indicator operator="OR">{}</Indicator>"#,
        item("No/Term", "is", "x")
    ));
    assert!(error(nothing.as_bytes()).contains("nothing that STIX can say"));
    let mut record = cve();
    record["cveMetadata"]["cveId"] = json!("CVE-x");
    assert!(matches!(
        read(record.to_string().as_bytes(), &limits),
        Err(ForeignError::Lacks {
            path: "/cveMetadata/cveId",
            ..
        })
    ));
    assert_eq!(
        form_of(cve().to_string().as_bytes(), &limits).unwrap(),
        Form::Cve
    );
    // Everything that is made holds to STIX strictly.
    let made = made(&cve());
    for object in objects(&made) {
        assert!(
            !kaname_stix::has_errors(&kaname_stix::check(&object)),
            "{object}"
        );
    }
}
