//! The events a key may read as the files of a MISP feed.

use std::collections::BTreeSet;

use kaname_kernel::{Tlp, audience::Named};
use kaname_misp::{
    Limits, events,
    feed::{self, Hash},
};

use super::{Setting, setting, text};

async fn manifest(s: &Setting, key: &str) -> Vec<feed::Entry> {
    let answer = s.get("feed/manifest.json", key).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    let read = feed::read_manifest(answer.text.as_bytes(), &Limits::default());
    let (entries, findings) = read.unwrap();
    assert!(findings.is_empty(), "{findings:?}");
    entries
}

async fn hashes(s: &Setting, key: &str) -> Vec<Hash> {
    let answer = s.get("feed/hashes.csv", key).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    let read = feed::read_hashes(answer.text.as_bytes(), &Limits::default());
    let (hashes, findings) = read.unwrap();
    assert!(findings.is_empty(), "{findings:?}");
    hashes
}

#[tokio::test(flavor = "multi_thread")]
async fn a_feed_names_each_event_and_holds_what_it_names() {
    let s = setting().await;
    assert!(manifest(&s, &s.key).await.is_empty());
    for number in ["S-2611-ABCDE", "S-2611-BCDEF"] {
        s.item(number, (Tlp::Green, Default::default())).await;
    }
    let entries = manifest(&s, &s.key).await;
    assert_eq!(entries.len(), 2);
    let mut of_events = BTreeSet::new();
    for entry in &entries {
        let file = feed::file_name(entry.event);
        let answer = s.get(&format!("feed/{file}"), &s.key).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        let limits = Limits::default();
        let read = events(answer.text.as_bytes(), &limits).unwrap();
        let [Ok(event)] = read.as_slice() else {
            panic!("{}", answer.text);
        };
        assert_eq!(&feed::Entry::of(event), entry);
        assert_eq!(entry.members["Orgc"]["name"], "Centre");
        assert!(entry.timestamp().is_some());
        of_events.extend(feed::hashes(event));
    }
    let told = hashes(&s, &s.key).await;
    assert_eq!(told.iter().copied().collect::<BTreeSet<_>>(), of_events);
    assert!(told.len() >= 6);
    for missing in [
        "00000000-0000-4000-8000-000000000000.json",
        "x.json",
        "manifest.jso",
    ] {
        let answer = s.get(&format!("feed/{missing}"), &s.key).await;
        assert_eq!(answer.status, 404, "{missing}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_key_may_not_read_is_in_no_file_of_its_feed() {
    let s = setting().await;
    s.item("S-2611-ABCDE", (Tlp::Green, Default::default()))
        .await;
    let group = Named {
        parties: [s.nation.provider.party].into(),
        ..Named::default()
    };
    s.item("S-2611-BCDEF", (Tlp::Amber, group)).await;
    let provider = s
        .nation
        .key(&s.nation.provider, &[kaname_directory::KeyScope::TaxiiRead])
        .await;
    let (few, all) = (manifest(&s, &s.key).await, manifest(&s, &provider).await);
    assert_eq!((few.len(), all.len()), (1, 2));
    let hidden = all.iter().find(|one| one.event != few[0].event).unwrap();
    let hidden = feed::file_name(hidden.event);
    let answer = s.get(&format!("feed/{hidden}"), &s.key).await;
    assert_eq!(answer.status, 404);
    let answer = s.get(&format!("feed/{hidden}"), &provider).await;
    assert_eq!(answer.status, 200);
    assert!(text(&answer.json()["Event"]["info"]).contains("S-2611-BCDEF"));
    let (few, all) = (hashes(&s, &s.key).await, hashes(&s, &provider).await);
    assert!(few.len() < all.len());
    assert_eq!(s.get("feed/manifest.json", "kn_none").await.status, 403);
}
