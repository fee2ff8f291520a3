//! Several parties under one UUID: whose event is meant stays the same, whoever writes theirs anew.

use jiff::SignedDuration;
use kaname_directory::KeyScope::{TaxiiPost, TaxiiRead};
use kaname_kernel::Tlp;
use kaname_sharing::collection::Access;
use serde_json::json;

use super::{setting, text};
use crate::taxii::claims::peer;

#[tokio::test(flavor = "multi_thread")]
async fn who_brought_a_uuid_first_is_meant_by_it_however_often_it_is_written_anew() {
    let s = setting().await;
    peer(&s.nation, "exchange", Some(Tlp::Green), Access::Members).await;
    let scopes = [TaxiiRead, TaxiiPost];
    let victim = s.nation.key(&s.nation.provider, &scopes).await;
    let attacker = s.nation.key(&s.nation.member, &scopes).await;
    let uuid = "5c93d7f7-7777-4548-ae4c-403ec0a8ab16";
    let event = |info: &str, value: &str, at: u64, attribute: u32| {
        json!({ "Event": {
            "uuid": uuid, "info": info, "date": "2026-11-30", "published": true,
            "timestamp": at.to_string(), "publish_timestamp": at.to_string(),
            "Attribute": [{
                "uuid": format!("5c93d7f7-7777-4548-ae4c-{attribute:012}"), "type": "ip-dst",
                "category": "Network activity", "value": value, "to_ids": true,
                "timestamp": at.to_string(),
            }],
        }})
    };
    let add = "events/add?collection=exchange";
    let first = event("true", "198.51.100.1", 1_700_000_000, 1);
    assert_eq!(s.post(add, &victim, &first).await.status, 200);
    s.nation.clock.advance(SignedDuration::from_secs(2));
    let false_one = event("all clear", "198.51.100.9", 1_700_000_010, 2);
    assert_eq!(s.post(add, &attacker, &false_one).await.status, 200);
    s.nation.clock.advance(SignedDuration::from_secs(2));
    let anew = event("true, updated", "198.51.100.1", 1_700_000_020, 1);
    let edited = s.post(&format!("events/edit/{uuid}"), &victim, &anew).await;
    assert_eq!(edited.status, 200, "{}", edited.text);
    let whole = s.get(&format!("events/view/{uuid}"), &s.key).await.json();
    let of_feed = s.get(&format!("feed/{uuid}.json"), &s.key).await.json();
    for told in [&whole["Event"], &of_feed["Event"]] {
        assert_eq!(told["info"], "true, updated", "{told}");
        assert_eq!(told["Attribute"][0]["value"], "198.51.100.1", "{told}");
    }
    let manifest = s.get("feed/manifest.json", &s.key).await.json();
    assert_eq!(manifest[uuid]["info"], "true, updated", "{manifest}");
    let hashes = s.get("feed/hashes.csv", &s.key).await.text;
    assert_eq!(hashes.lines().count(), 1, "{hashes}");
    // The other stands beside it, with a number of its own.
    let index = s.get("events/index", &s.key).await.json();
    let infos: Vec<String> = index
        .as_array()
        .unwrap()
        .iter()
        .map(|one| text(&one["info"]))
        .collect();
    assert_eq!(infos.len(), 2, "{index}");
}
