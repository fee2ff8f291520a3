//! Outputs with rules that others wrote, for those to whom they are to be handed on, and with warnings of what they
//! would block.

use axum::http::StatusCode;
use kaname_directory::KeyScope::FeedRead;
use kaname_kernel::{Pap, Tlp};
use kaname_sharing::{
    Text,
    collection::{Access, CollectionKind, Definition},
    content::tlp_mark,
};
use kaname_stix::tlp_marking_id;
use kaname_testkit::Nation;
use serde_json::json;

use crate::house::{Answer, Door};

struct Setting {
    nation: Nation,
    door: Door,
    key: String,
}

/// A peer collection with these indicators: of each its pattern, its language, and its marking.
async fn setting(indicators: &[(&str, &str, Option<Tlp>)]) -> Setting {
    let nation = Nation::new().await;
    let door = Door::of(&nation);
    let key = nation.key(&nation.member, &[FeedRead]).await;
    let admin = nation.caller(&nation.administrator).await;
    let definition = Definition {
        alias: "peer".to_owned(),
        kind: CollectionKind::Peer,
        title: Text::new("相互提供", "Peer"),
        default_tlp: Some(Tlp::Green),
        default_pap: Some(Pap::Green),
        read: Access::Parties {
            parties: vec![nation.member.party],
        },
        ..nation.library.state.definition.clone()
    };
    let peer = nation.world.open_collection(&admin, definition).await;
    let peer = peer.unwrap();
    let objects = indicators.iter().enumerate().map(|(n, one)| {
        let (pattern, language, tlp) = one;
        let marks = tlp.map(|tlp| vec![tlp_marking_id(tlp_mark(tlp)).to_string()]);
        let mut object = json!({
            "type": "indicator", "spec_version": "2.1", "id": format!("indicator--00000000-0000-4000-8000-{n:012}"),
            "created": "2026-01-01T00:00:00.000Z", "modified": "2026-01-01T00:00:00.000Z", "name": format!("n{n}"),
            "pattern": pattern, "pattern_type": language, "valid_from": "2026-01-01T00:00:00Z",
        });
        if let Some(marks) = marks {
            object["object_marking_refs"] = json!(marks);
        }
        object.to_string()
    });
    let objects: Vec<String> = objects.collect();
    let objects: Vec<&str> = objects.iter().map(String::as_str).collect();
    let taken = nation
        .world
        .import(&admin, &peer, ("試験", true), &objects, &|_| {});
    assert_eq!(taken.await.unwrap().taken, objects.len() as u64);
    Setting { nation, door, key }
}

impl Setting {
    async fn get(&self, end: &str) -> Answer {
        self.door
            .get(&format!("/feeds/peer.{end}"), &self.key)
            .await
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn rules_that_others_wrote_stand_in_the_output_of_their_language() {
    let suricata =
        "alert dns any any -> any any (msg:\"Owl\"; dns.query; content:\"owl.example\"; sid:5;)";
    let sigma = "title: Owl\nlogsource: {category: dns}\ndetection: {a: {query: owl.example}, condition: a}";
    let s = setting(&[
        ("rule owl { condition: filesize > 1MB }", "yara", None),
        ("rule broken { condition: nobody }", "yara", None),
        ("rule red { condition: true }", "yara", Some(Tlp::Red)),
        (suricata, "suricata", None),
        (sigma, "sigma", None),
        (
            "alert dns (msg:\"Owl\"; content:\"owl\"; sid:5;)",
            "snort",
            None,
        ),
        (
            "drop ip any any -> any any (msg:\"x\"; sid:6;)",
            "suricata",
            None,
        ),
    ])
    .await;
    for (end, there, lines, broken) in [
        ("yar", "rule owl{", "1", ", broken=1"),
        (
            "suricata.rules",
            "content:\"owl.example\"; metadata:kaname indicator--",
            "1",
            ", broken=1",
        ),
        ("sigma.yml", "title: \"Owl\"", "1", ""),
        (
            "snort.rules",
            "alert dns (msg:\"Owl\"; content:\"owl\";",
            "1",
            "",
        ),
    ] {
        let feed = s.get(end).await;
        assert_eq!(feed.status, StatusCode::OK, "{}", feed.text);
        assert!(feed.text.contains(there), "{end}: {}", feed.text);
        assert_eq!(feed.header("kaname-lines"), lines, "{end}: {}", feed.text);
        let told = format!("aged=0, ended=0{broken}");
        assert_eq!(feed.header("kaname-left-out"), told, "{end}");
        assert!(
            !feed.text.contains("sid:5") && !feed.text.contains("drop ip"),
            "{}",
            feed.text
        );
        let said = feed.text.contains("他者の書いたルール 1 件");
        assert_eq!(said, !broken.is_empty(), "{end}: {}", feed.text);
    }
    let yara = s.get("yar").await;
    assert!(
        yara.text.contains("nobody is named and nowhere defined"),
        "{}",
        yara.text
    );
    // No other form has them.
    for end in ["txt", "csv", "rpz", "hosts"] {
        assert!(!s.get(end).await.text.contains("owl"), "{end}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_output_for_others_leaves_out_what_may_not_be_handed_on_to_them() {
    let of = |n: u32| format!("[domain-name:value = 'v{n}.test']");
    let s = setting(&[
        (&of(0), "stix", Some(Tlp::Clear)),
        (&of(1), "stix", Some(Tlp::Green)),
        (&of(2), "stix", Some(Tlp::Amber)),
        (&of(3), "stix", Some(Tlp::AmberStrict)),
        (&of(4), "stix", Some(Tlp::Red)),
        // As the collection handles it: GREEN.
        (&of(5), "stix", None),
    ])
    .await;
    for (to, kept) in [
        ("own", &[0, 1, 2, 3, 5][..]),
        ("clients", &[0, 1, 2, 5]),
        ("community", &[0, 1, 5]),
        ("public", &[0]),
    ] {
        for end in ["txt", "csv", "jsonl", "json", "rpz", "suricata.rules"] {
            let feed = s.get(&format!("{end}?aged=include&for={to}")).await;
            assert_eq!(feed.status, StatusCode::OK, "{}", feed.text);
            for n in 0..6 {
                let is_there = feed.text.contains(&format!("v{n}.test"));
                assert_eq!(is_there, kept.contains(&n), "{end} {to} {n}: {}", feed.text);
            }
            // What is RED no machine reads at all.
            let told = match 5 - kept.len() {
                0 => "aged=0, ended=0".to_owned(),
                left => format!("aged=0, ended=0, restricted={left}"),
            };
            assert_eq!(feed.header("kaname-left-out"), told, "{end} {to}");
            if !end.starts_with("json") {
                assert!(
                    feed.text.contains(&format!("for={to}")),
                    "{end} {to}: {}",
                    feed.text
                );
            }
        }
    }
    let all = s.get("csv?aged=include").await;
    assert_eq!(all.header("kaname-left-out"), "aged=0, ended=0");
    let seen = [0, 1, 2, 3, 5];
    assert!(
        seen.iter()
            .all(|n| all.text.contains(&format!("v{n}.test")))
    );
    let unknown = s.get("csv?for=everybody").await;
    assert_eq!(unknown.status, StatusCode::BAD_REQUEST);
}

#[tokio::test(flavor = "multi_thread")]
async fn tables_warn_of_what_is_shared_and_of_a_nations_addresses() {
    let s = setting(&[
        ("[ipv4-addr:value = '203.0.113.9']", "stix", None),
        ("[domain-name:value = 'cdn.example.net']", "stix", None),
        ("[domain-name:value = 'evil.example.net']", "stix", None),
    ])
    .await;
    let admin = s.nation.caller(&s.nation.administrator).await;
    let world = &s.nation.world;
    let list = json!({ "name": "CDN", "type": "hostname", "list": ["cdn.example.net"] });
    let list = list.to_string();
    world
        .load_warninglist(&admin, list.as_bytes())
        .await
        .unwrap();
    let ranges = b"2|apnic|20261130|1|19830613|20261129|+1000\napnic|JP|ipv4|203.0.113.0|256|20110412|allocated\n";
    let (outline, _) = world.load_delegated(&admin, ranges, "JP").await.unwrap();
    assert!(outline.identifies);
    let table = s.get("csv?aged=include").await;
    assert_eq!(table.header("kaname-widely-used"), "2", "{}", table.text);
    let row = |value: &str| {
        let mut rows = table.text.lines().filter(|row| !row.starts_with('#'));
        rows.find(|row| row.contains(value)).unwrap().to_owned()
    };
    assert!(row("203.0.113.9").ends_with(",Address ranges of JP (apnic)"));
    assert!(row("cdn.example.net").ends_with(",CDN"));
    assert!(row("evil.example.net").ends_with(','));
    assert!(
        table.text.contains("広く使われている値が 2 件"),
        "{}",
        table.text
    );
    for line in s.get("jsonl?aged=include").await.text.lines() {
        let line: serde_json::Value = serde_json::from_str(line).unwrap();
        let is_known = line["known_by"] != "";
        assert_eq!(is_known, line["value"] != "evil.example.net", "{line}");
    }
    assert!(
        s.get("nft?aged=include")
            .await
            .text
            .contains("203.0.113.9: Address ranges of JP")
    );
    // A country's addresses weigh as much as any: only blocking is warned of.
    let warnings = world.warnings(&admin).await.unwrap();
    let kind = kaname_intake::Kind::Ipv4;
    assert!(warnings.of(kind, "203.0.113.9").is_empty());
    assert_eq!(warnings.of_blocking(kind, "203.0.113.9").len(), 1);
}
