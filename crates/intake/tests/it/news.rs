//! Atom, RSS and JSON Feed as reports.

use kaname_intake::JsonLimits;
use kaname_intake::foreign::{ForeignError, Form, Made, form_of, read};
use serde_json::{Value, json};

fn made(document: &[u8]) -> Made {
    assert_eq!(
        form_of(document, &JsonLimits::default()).unwrap(),
        Form::Feed
    );
    read(document, &JsonLimits::default()).unwrap()
}

fn objects(made: &Made) -> Vec<Value> {
    let all = made.objects.iter();
    all.map(|object| serde_json::from_str(&object.json).unwrap())
        .collect()
}

fn of_type<'v>(objects: &'v [Value], type_name: &str) -> Vec<&'v Value> {
    let all = objects.iter();
    all.filter(|object| object["type"] == type_name).collect()
}

/// What the only report of a feed is about, as types and values, sorted.
fn about(objects: &[Value]) -> Vec<String> {
    let [report] = of_type(objects, "report")[..] else {
        panic!("{objects:#?}");
    };
    let refs = report["object_refs"].as_array().unwrap().iter();
    let named = refs.map(|id| {
        let object = objects.iter().find(|object| object["id"] == *id).unwrap();
        let value = ["value", "name", "number", "hashes"]
            .iter()
            .find(|key| !object[**key].is_null());
        format!(
            "{} {}",
            object["type"].as_str().unwrap(),
            object[*value.unwrap()].to_string().replace('"', "")
        )
    });
    let mut named: Vec<String> = named.collect();
    named.sort();
    named
}

const ATOM: &str = r#"<?xml version="1.0" encoding="utf-8"?>
<!-- a remark -->
<feed xmlns="http://www.w3.org/2005/Atom">
  <title>観測日報</title><id>urn:feed:1</id><updated>2026-05-02T00:00:00Z</updated>
  <link href="https://blog.cert.example/"/>
  <entry>
    <title type="html">偽の更新 &amp;amp; 遠隔操作</title>
    <id>urn:entry:7</id><link href="https://blog.cert.example/2026/7"/>
    <published>2026-05-01T09:00:00+09:00</published><updated>2026-05-02T00:00:00Z</updated>
    <summary>短い要約。</summary>
    <content type="html">&lt;p&gt;C2 は 203[.]0[.]113[.]77 と hxxps://evil-update[.]test/a.bin、脆弱性は CVE-2026-12345。&lt;/p&gt;
      &lt;script&gt;198.51.100.9&lt;/script&gt;&lt;a href="https://blog.cert.example/more"&gt;詳しくは blog.cert.example へ&lt;/a&gt;</content>
  </entry>
</feed>"#;

#[test]
fn an_entry_is_a_report_on_what_its_text_names() {
    let made = made(ATOM.as_bytes());
    assert!(made.left_out.is_empty());
    let all = objects(&made);
    let [report] = of_type(&all, "report")[..] else {
        panic!("{all:#?}");
    };
    assert_eq!(report["name"], "偽の更新 & 遠隔操作");
    let text = report["description"].as_str().unwrap();
    assert!(
        text.contains("C2 は 203[.]0[.]113[.]77") && text.contains("詳しくは"),
        "{text}"
    );
    assert!(
        !text.contains('<') && !text.contains("198.51.100.9"),
        "{text}"
    );
    assert_eq!(report["published"], "2026-05-01T00:00:00.000Z");
    assert_eq!(report["modified"], "2026-05-02T00:00:00.000Z");
    assert_eq!(
        report["external_references"],
        json!([{ "source_name": "観測日報", "url": "https://blog.cert.example/2026/7" }])
    );
    assert_eq!(
        about(&all),
        [
            "ipv4-addr 203.0.113.77",
            "url https://evil-update.test/a.bin",
            "vulnerability CVE-2026-12345",
        ]
    );
    assert!(of_type(&all, "indicator").is_empty());
    assert_eq!(of_type(&all, "identity")[0]["name"], "観測日報");
    assert_eq!(report["created_by_ref"], of_type(&all, "identity")[0]["id"]);
}

#[test]
fn an_entry_that_is_read_again_is_the_same_and_a_newer_one_a_new_version() {
    let first = objects(&made(ATOM.as_bytes()));
    assert_eq!(first, objects(&made(ATOM.as_bytes())));
    let later = ATOM.replace(
        "<updated>2026-05-02T00:00:00Z</updated>\n    <summary>",
        "<updated>2026-05-03T00:00:00Z</updated>\n    <summary>",
    );
    assert_ne!(later, ATOM);
    let later = objects(&made(later.as_bytes()));
    let of = |all: &[Value]| of_type(all, "report")[0].clone();
    assert_eq!(of(&first)["id"], of(&later)["id"]);
    assert!(of(&first)["modified"].as_str() < of(&later)["modified"].as_str());
}

#[test]
fn rss_of_every_age_and_in_old_encodings_is_read() {
    let rss2 = r#"<rss version="2.0"><channel><title>News &amp;amp; more</title><link>https://n.example</link>
        <item><title>Phish</title><guid>g1</guid><pubDate>Fri, 01 May 2026 00:00:00 GMT</pubDate>
        <description>&lt;b&gt;198.51.100.4&lt;/b&gt; and 44d88612fea8a8f36de82e1278abb02f</description></item>
        </channel></rss>"#;
    let all = objects(&made(rss2.as_bytes()));
    assert_eq!(of_type(&all, "identity")[0]["name"], "News & more");
    assert_eq!(
        about(&all),
        [
            "file {MD5:44d88612fea8a8f36de82e1278abb02f}",
            "ipv4-addr 198.51.100.4",
        ]
    );
    let rss1 = r#"<?xml version="1.0" encoding="Shift_JIS"?>
        <rdf:RDF xmlns="http://purl.org/rss/1.0/" xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"
          xmlns:dc="http://purl.org/dc/elements/1.1/">
        <channel rdf:about="https://j.example/rss"><title>脆弱性対策情報</title><link>https://j.example/</link></channel>
        <item rdf:about="https://j.example/1"><title>電力制御装置の脆弱性</title><link>https://j.example/1</link>
        <description>CVE-2026-0001 への対策</description><dc:date>2026-05-01T00:00:00+09:00</dc:date></item></rdf:RDF>"#;
    let (bytes, _, unmapped) = encoding_rs::SHIFT_JIS.encode(rss1);
    assert!(!unmapped);
    let all = objects(&made(&bytes));
    let report = of_type(&all, "report")[0];
    assert_eq!(report["name"], "電力制御装置の脆弱性");
    assert_eq!(about(&all), ["vulnerability CVE-2026-0001"]);
}

#[test]
fn json_feed_is_read() {
    let feed = json!({
        "version": "https://jsonfeed.org/version/1.1", "title": "J", "home_page_url": "https://j.example",
        "items": [{ "id": "1", "url": "https://j.example/1", "title": "T",
            "content_text": "see evil[.]test", "date_published": "2026-05-01T00:00:00Z" }],
    });
    let all = objects(&made(feed.to_string().as_bytes()));
    assert_eq!(about(&all), ["domain-name evil.test"]);
}

#[test]
fn an_entry_without_a_time_or_a_name_is_left_out_and_named() {
    let feed = r#"<rss version="2.0"><channel><title>N</title><link>https://n.example</link>
        <item><title>no time</title><guid>g1</guid></item>
        <item><title>no id</title><pubDate>Fri, 01 May 2026 00:00:00 GMT</pubDate></item>
        <item><guid>g3</guid><pubDate>Fri, 01 May 2026 00:00:00 GMT</pubDate></item>
        <item><guid>g4</guid><title>nothing named</title><pubDate>Fri, 01 May 2026 00:00:00 GMT</pubDate></item>
        </channel></rss>"#;
    let made = made(feed.as_bytes());
    let told: Vec<_> = made
        .left_out
        .iter()
        .map(|one| (one.path.as_str(), one.reason.as_str()))
        .collect();
    assert_eq!(
        told,
        [
            ("/0", "has no time"),
            ("/1", "has neither an id nor an address"),
            ("/2", "says nothing"),
        ]
    );
    // On whoever wrote it, where it names nothing.
    assert_eq!(about(&objects(&made)), ["identity N"]);
}

#[test]
fn what_is_no_feed_or_a_hostile_one_is_refused_or_harmless() {
    let limits = JsonLimits::default();
    let refused = |text: &str| read(text.as_bytes(), &limits).unwrap_err();
    assert!(matches!(refused("<rss><channel>"), ForeignError::Feed(_)));
    assert!(matches!(
        refused("<feed xmlns=\"http://www.w3.org/2005/Atom\"></feed>"),
        ForeignError::Lacks { path: "title", .. }
    ));
    // Entities of its own are not resolved, neither into much nor into files.
    let bomb = r#"<!DOCTYPE rss [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;"><!ENTITY f SYSTEM "file:///etc/passwd">]>
        <rss version="2.0"><channel><title>N</title><item><guid>1</guid><title>x &b;&f;</title>
        <pubDate>Fri, 01 May 2026 00:00:00 GMT</pubDate></item></channel></rss>"#;
    if let Ok(made) = read(bomb.as_bytes(), &limits) {
        let text = format!("{:?}", objects(&made));
        assert!(!text.contains("aaaa") && !text.contains("root:"), "{text}");
    }
    let deep = format!(
        "<rss><channel><title>N</title><item><guid>1</guid><description>{}</description></item></channel></rss>",
        "<b>".repeat(200_000)
    );
    assert!(read(deep.as_bytes(), &limits).is_err());
    let long = JsonLimits {
        max_bytes: 10,
        ..limits
    };
    assert!(read(ATOM.as_bytes(), &long).is_err());
}
