//! What a MISP feed lists and does not give: named, left aside, and tried again whatever the list says.

use std::sync::{
    Arc,
    atomic::{AtomicBool, AtomicU64, Ordering},
};

use jiff::SignedDuration;
use kaname_sharing::source::FormKind;
use kaname_testkit::Nation;
use serde_json::{Value, json};

use crate::{
    peers::{ids, said, shell},
    sources::{joined, source, turn, worker},
    sources_misp::{event, feed_terms, file, files, manifest, uuid},
    taxii_sink::{Reply, TaxiiSink},
};

async fn later(nation: &Nation, hours: i64) {
    nation.clock.advance(SignedDuration::from_hours(hours));
    turn(nation, &worker(nation)).await;
}

#[tokio::test]
async fn one_event_that_is_too_large_stops_no_other_and_comes_when_more_is_agreed() {
    let nation = Nation::new().await;
    let mut all: Vec<Value> = (0..4).map(|n| event(n, n)).collect();
    all[1]["Event"]["info"] = "x".repeat(100_000).into();
    let sink = TaxiiSink::open(
        move |_, asked| match asked.path.ends_with("manifest.json") {
            true => {
                let mut told = all.clone();
                told[1]["Event"]["info"] = "large".into();
                Reply::of(200, manifest(&told))
            }
            false => file(asked, &all),
        },
    )
    .await;
    let mut terms = feed_terms(&sink, FormKind::MispFeed);
    terms.most_bytes = 65_536;
    joined(&nation, terms.clone()).await;
    turn(&nation, &worker(&nation)).await;
    let after = source(&nation).await;
    assert_eq!((said(&after.turns).as_str(), after.refused), ("", 1));
    let owed = &after.owed[0];
    assert_eq!(
        (owed.missed.event.as_str(), owed.tries),
        (uuid(1).as_str(), 1)
    );
    assert!(
        owed.missed.why.to_string().contains("over 65536 bytes"),
        "{owed:?}"
    );
    assert!(
        owed.missed.url.ends_with(&format!("{}.json", uuid(1))),
        "{owed:?}"
    );
    assert!(after.unlisted.iter().any(|one| one.said == uuid(1)));
    let kept = ids(&nation, "public").await;
    assert!(kept.contains(&format!("report--{}", uuid(2))), "{kept:?}");
    assert!(kept.contains(&format!("grouping--{}", uuid(3))), "{kept:?}");
    assert_eq!(files(&sink.asked()), 4);
    // The list is as it was: only what is owed is asked for, each time after a longer pause.
    for (tries, asked) in [(2, 5), (2, 5), (3, 6)] {
        later(&nation, 1).await;
        let now = source(&nation).await;
        assert_eq!((now.owed[0].tries, files(&sink.asked())), (tries, asked));
        assert_eq!((now.refused, now.unlisted.len()), (1, 1), "{now:?}");
    }
    terms.most_bytes = 1 << 20;
    nation
        .world
        .agree_with_source(&shell(), "a", terms, None)
        .await
        .unwrap();
    later(&nation, 0).await;
    let well = source(&nation).await;
    assert_eq!((well.owed.len(), well.refused), (0, 0), "{well:?}");
    let kept = ids(&nation, "public").await;
    assert!(kept.contains(&format!("grouping--{}", uuid(1))), "{kept:?}");
}

#[tokio::test]
async fn an_event_that_failed_comes_later_though_the_list_is_as_it_was() {
    let nation = Nation::new().await;
    let all: Vec<Value> = (0..3).map(|n| event(n, n)).collect();
    let is_well = Arc::new(AtomicBool::new(false));
    let well = Arc::clone(&is_well);
    let sink = TaxiiSink::open(move |_, asked| {
        if asked.path.ends_with("manifest.json") {
            return match asked.headers.contains_key("if-none-match") {
                true => Reply::of(304, ""),
                false => Reply::of(200, manifest(&all)).with("etag", "\"a\""),
            };
        }
        match asked.path.contains(&uuid(1)) && !well.load(Ordering::SeqCst) {
            true => Reply::of(500, ""),
            false => file(asked, &all),
        }
    })
    .await;
    joined(&nation, feed_terms(&sink, FormKind::MispFeed)).await;
    turn(&nation, &worker(&nation)).await;
    let before = source(&nation).await;
    assert_eq!(
        before.owes(&uuid(1)).unwrap().missed.why.to_string(),
        "the server answered 500"
    );
    is_well.store(true, Ordering::SeqCst);
    later(&nation, 1).await;
    let after = source(&nation).await;
    assert_eq!((after.owed.len(), after.refused), (0, 0), "{after:?}");
    assert!(after.unlisted.is_empty(), "{after:?}");
    assert!(after.history[0].taken > 0 && after.history[0].unchanged == 0);
    let kept = ids(&nation, "public").await;
    assert!(kept.contains(&format!("grouping--{}", uuid(1))), "{kept:?}");
}

#[tokio::test]
async fn a_server_that_is_away_is_left_alone_after_a_few_questions_and_events_after_it_still_come()
{
    let nation = Nation::new().await;
    let all: Vec<Value> = (0..9).map(|n| event(n, n)).collect();
    // The first seven events are in trouble for good.
    let bad = Arc::new(AtomicU64::new(7));
    let counted = Arc::clone(&bad);
    let sink = TaxiiSink::open(move |_, asked| {
        if asked.path.ends_with("manifest.json") {
            return Reply::of(200, manifest(&all));
        }
        let bad = counted.load(Ordering::SeqCst);
        let is_bad = (0..9).any(|n| u64::from(n) < bad && asked.path.contains(&uuid(n)));
        match is_bad {
            true => Reply::of(503, ""),
            false => file(asked, &all),
        }
    })
    .await;
    joined(&nation, feed_terms(&sink, FormKind::MispFeed)).await;
    turn(&nation, &worker(&nation)).await;
    let away = source(&nation).await;
    let trouble = said(&away.turns);
    assert!(
        trouble.contains("5 events in a row did not come"),
        "{trouble}"
    );
    assert!(trouble.contains(&uuid(4)), "{trouble}");
    assert_eq!((files(&sink.asked()), away.owed.len()), (5, 5));
    bad.store(2, Ordering::SeqCst);
    later(&nation, 1).await;
    let after = source(&nation).await;
    assert_eq!(after.turns.trouble, None, "{after:?}");
    assert_eq!(after.owed.len(), 2, "{after:?}");
    let kept = ids(&nation, "public").await;
    assert!(kept.contains(&format!("report--{}", uuid(8))), "{kept:?}");
    assert!(kept.contains(&format!("report--{}", uuid(4))), "{kept:?}");
}

#[tokio::test]
async fn the_bound_on_a_document_is_that_on_what_was_sent() {
    let nation = Nation::new().await;
    let mut large = event(2, 0);
    let attributes = (0..2_500).map(|n| {
        json!({
            "uuid": format!("0b6a1f0e-5a53-4c6e-8d3a-{n:012}"), "type": "domain", "value": format!("h{n}.evil.example"),
            "to_ids": true, "timestamp": "1777600000",
        })
    });
    large["Event"]["Attribute"] = attributes.collect();
    let most = large.to_string().len() as u64;
    let all = vec![large];
    let sink = TaxiiSink::open(
        move |_, asked| match asked.path.ends_with("manifest.json") {
            true => Reply::of(200, manifest(&all)),
            false => file(asked, &all),
        },
    )
    .await;
    let mut terms = feed_terms(&sink, FormKind::MispFeed);
    terms.most_bytes = most;
    joined(&nation, terms).await;
    turn(&nation, &worker(&nation)).await;
    let after = source(&nation).await;
    assert_eq!((after.refused, after.owed.len()), (0, 0), "{after:?}");
    assert!(after.taken >= 2_501, "{}", after.taken);
    let kept = ids(&nation, "public").await;
    assert!(kept.contains(&format!("report--{}", uuid(2))));
}
