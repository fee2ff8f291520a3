//! What a CSAF provider says of itself and lists.

use kaname_intake::JsonLimits;
use kaname_intake::foreign::provider::{
    DistributionKind, Provider, advisory, changes, file_name, hash_in, index, mark, rolie,
};
use kaname_stix::{TlpMark, tlp_marking_id};
use serde_json::{Value, json};

fn provider(distributions: Value) -> Option<Result<Provider, String>> {
    let document = json!({
        "canonical_url": "https://vendor.example/.well-known/csaf/provider-metadata.json",
        "metadata_version": "2.0", "publisher": { "name": "Vendor" }, "distributions": distributions,
    });
    let read = Provider::read(document.to_string().as_bytes(), &JsonLimits::default());
    read.map(|read| read.map_err(|error| error.to_string()))
}

#[test]
fn distributions_of_both_kinds_are_named() {
    let read = provider(json!([
        { "directory_url": "https://vendor.example/csaf" },
        { "directory": { "url": "https://vendor.example/red", "tlp_label": "RED" } },
        { "rolie": { "feeds": [{ "url": "https://vendor.example/a.json", "tlp_label": "AMBER" }, { "summary": "no address" }] } },
    ]));
    let read = read.unwrap().unwrap();
    assert_eq!(read.publisher, "Vendor");
    let told: Vec<_> = read
        .distributions
        .iter()
        .map(|one| (one.kind, one.url.as_str(), one.label.as_deref()))
        .collect();
    assert_eq!(
        told,
        [
            (
                DistributionKind::Directory,
                "https://vendor.example/csaf",
                None
            ),
            (
                DistributionKind::Directory,
                "https://vendor.example/red",
                Some("RED")
            ),
            (
                DistributionKind::Rolie,
                "https://vendor.example/a.json",
                Some("AMBER")
            ),
        ]
    );
    assert!(provider(json!([])).unwrap().is_err());
    let many: Vec<Value> = (0..101)
        .map(|n| json!({ "directory_url": format!("https://v.example/{n}") }))
        .collect();
    assert!(
        provider(json!(many))
            .unwrap()
            .unwrap_err()
            .contains("more than 100")
    );
    let limits = JsonLimits::default();
    for other in ["", "{", "[]", "{\"document\":{\"csaf_version\":\"2.0\"}}"] {
        assert!(
            Provider::read(other.as_bytes(), &limits).is_none(),
            "{other}"
        );
    }
}

#[test]
fn lists_name_what_they_cannot_say() {
    let read = changes(b"\xef\xbb\xbf\"2026/a.json\",\"2026-05-01T10:00:00+02:00\"\r\n\r\n2026/b.json,2026-05-02T00:00:00Z\n<html>\n\"c.json\",\"soon\"\na,b,c\n").unwrap();
    let told: Vec<(usize, &str)> = read
        .documents
        .iter()
        .map(|one| (one.line, one.address.as_str()))
        .collect();
    assert_eq!(told, [(1, "2026/a.json"), (3, "2026/b.json")]);
    assert_eq!(
        read.documents[0].changed.unwrap().to_string(),
        "2026-05-01T08:00:00Z"
    );
    let lines: Vec<usize> = read.unlisted.iter().map(|one| one.line).collect();
    assert_eq!((read.refused, lines), (3, vec![4, 5, 6]));
    let plain = index(b"2026/a.json\n 2026/b.json \n").unwrap();
    assert_eq!(plain.documents.len(), 2);
    assert_eq!(plain.documents[1].address, "2026/b.json");
    assert_eq!(plain.documents[1].changed, None);
    let long = format!("{}.json\n", "x".repeat(3_000));
    assert_eq!(index(long.as_bytes()).unwrap().refused, 1);
    let many = "a.json\n".repeat(200_001);
    assert!(index(many.as_bytes()).is_err());
}

#[test]
fn a_feed_says_where_each_document_and_its_hash_are() {
    let limits = JsonLimits::default();
    let feed = json!({ "feed": { "id": "f", "entry": [
        { "id": "a", "updated": "2026-05-01T00:00:00Z", "link": [
            { "rel": "self", "href": "https://v.example/a.json" },
            { "rel": "hash", "href": "https://v.example/a.json.sha512" },
            { "rel": "signature", "href": "https://v.example/a.json.asc" },
        ] },
        { "id": "b", "updated": "2026-05-01T00:00:00Z", "content": { "src": "https://v.example/b.json" } },
        { "id": "c", "updated": "2026-05-01T00:00:00Z" },
        { "id": "d", "link": [{ "rel": "self", "href": "https://v.example/d.json" }] },
        "e",
    ] } });
    let read = rolie(feed.to_string().as_bytes(), &limits).unwrap();
    assert_eq!(read.documents.len(), 2);
    assert_eq!(
        read.documents[0].hashes,
        ["https://v.example/a.json.sha512"]
    );
    assert_eq!(read.documents[1].address, "https://v.example/b.json");
    assert_eq!(read.refused, 3);
    assert!(
        rolie(b"{\"feed\":{\"id\":\"f\"}}", &limits)
            .unwrap()
            .documents
            .is_empty()
    );
    assert!(rolie(b"{}", &limits).is_err());
    assert!(rolie("[".repeat(1_000).as_bytes(), &limits).is_err());
}

#[test]
fn names_hashes_and_labels() {
    assert_eq!(file_name("VENDOR-2026:0001"), "vendor-2026_0001.json");
    assert_eq!(file_name("  a..//b+C "), "a_b+c.json");
    assert_eq!(
        hash_in(format!("{}  a.json\n", "aB".repeat(32)).as_bytes()),
        Some(vec![0xab; 32])
    );
    assert_eq!(hash_in("0f".repeat(64).as_bytes()), Some(vec![0x0f; 64]));
    for wrong in ["", "<html>", "ab", &"zz".repeat(32), &"é".repeat(32)] {
        assert_eq!(hash_in(wrong.as_bytes()), None, "{wrong}");
    }
    assert_eq!(mark("UNLABELED"), None);
    assert_eq!(mark("WHITE"), Some(TlpMark::Clear));
    assert_eq!(mark("nonsense"), Some(TlpMark::Red));
}

#[test]
fn an_advisory_is_marked_no_more_openly_than_its_feed_and_says_something_without_vulnerabilities() {
    let document = json!({ "document": {
        "csaf_version": "2.0", "title": "News", "publisher": { "name": "Vendor" },
        "distribution": { "tlp": { "label": "GREEN" } },
        "tracking": { "id": "V-1", "current_release_date": "2026-05-03T00:00:00Z" },
    } })
    .to_string();
    let read = |at_least| advisory(document.as_bytes(), &JsonLimits::default(), at_least).unwrap();
    for (at_least, mark) in [
        (None, TlpMark::Green),
        (Some(TlpMark::Clear), TlpMark::Green),
        (Some(TlpMark::Amber), TlpMark::Amber),
    ] {
        let read = read(at_least);
        assert_eq!(
            (read.id.as_str(), read.publisher.as_str()),
            ("V-1", "Vendor")
        );
        assert!(read.made.left_out.is_empty());
        let objects = read.made.objects.iter();
        let mut reports = objects.filter(|one| one.id.type_name() == "report");
        let report: Value = serde_json::from_str(&reports.next().unwrap().json).unwrap();
        assert_eq!(report["object_refs"][0], report["created_by_ref"]);
        let marking = tlp_marking_id(mark).to_string();
        assert_eq!(report["object_marking_refs"], json!([marking]));
    }
    assert!(advisory(b"{}", &JsonLimits::default(), None).is_err());
}
