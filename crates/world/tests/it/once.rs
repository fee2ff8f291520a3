//! What is sent under a key is begun once, and stays unknown rather than being done again when nobody heard of its end.

use jiff::SignedDuration;
use kaname_testkit::Nation;
use kaname_world::{WorldError, once::Begun};
use serde_json::json;

use crate::story;

#[tokio::test]
async fn what_was_begun_is_running_then_unknown_and_never_begun_again() {
    let nation = Nation::new().await;
    let world = &nation.world;
    let caller = nation.caller(&nation.member).await;
    let begin = async |sent: &str| world.begin_once(&caller, "k-1", sent.as_bytes()).await;
    assert!(matches!(begin("a").await, Ok(Begun::Now(_))));
    assert!(matches!(begin("a").await, Ok(Begun::Running)));
    assert!(matches!(begin("b").await, Err(WorldError::Refused { .. })));
    nation.clock.advance(SignedDuration::from_mins(11));
    assert!(matches!(begin("a").await, Ok(Begun::Unknown)));
    nation.clock.advance(SignedDuration::from_hours(24 * 30));
    assert!(matches!(begin("a").await, Ok(Begun::Now(_))));
}

#[tokio::test]
async fn what_was_answered_is_given_again_and_what_failed_is_forgotten() {
    let nation = Nation::new().await;
    let world = &nation.world;
    let caller = nation.caller(&nation.member).await;
    let other = nation.caller(&nation.analyst).await;
    let Ok(Begun::Now(ticket)) = world.begin_once(&caller, "k-1", b"a").await else {
        panic!("not begun");
    };
    world.keep_once(&ticket, json!({ "id": 1 })).await.unwrap();
    nation.clock.advance(SignedDuration::from_hours(24 * 29));
    let again = world.begin_once(&caller, "k-1", b"a").await.unwrap();
    assert!(matches!(again, Begun::Before(answer) if answer == json!({ "id": 1 })));
    let Ok(Begun::Now(ticket)) = world.begin_once(&other, "k-1", b"a").await else {
        panic!("another's key is taken");
    };
    world.forget_once(&ticket).await.unwrap();
    let again = world.begin_once(&other, "k-1", b"b").await;
    assert!(matches!(again, Ok(Begun::Now(_))));
    for none in [String::new(), "x".repeat(201)] {
        let refused = world.begin_once(&caller, &none, b"a").await;
        assert!(matches!(refused, Err(WorldError::Invalid { .. })));
    }
}

/// Of many that come at once one is begun.
#[tokio::test(flavor = "multi_thread")]
async fn of_many_at_once_one_is_begun() {
    let nation = Nation::new().await;
    let caller = nation.caller(&nation.member).await;
    let all = (0..16).map(|_| nation.world.begin_once(&caller, "k-1", b"a"));
    let all = futures_util::future::join_all(all).await;
    let begun = all.iter().filter(|one| matches!(one, Ok(Begun::Now(_))));
    assert_eq!(begun.count(), 1);
    let running = all.iter().filter(|one| matches!(one, Ok(Begun::Running)));
    assert_eq!(running.count(), 15);
}

/// An answer may say what was redacted. None is left that could, not even one that was on its way, and what was carried out
/// stays known. A redaction that was cut off is whole when it is repeated.
#[tokio::test(flavor = "multi_thread")]
async fn no_answer_outlives_a_redaction() {
    let nation = Nation::new().await;
    let world = &nation.world;
    let receipt = story::submit(&nation).await;
    let caller = nation.caller(&nation.member).await;
    let admin = nation.caller(&nation.administrator).await;
    let begin = async |key: &str| world.begin_once(&caller, key, b"a").await.unwrap();
    let begun = async |key: &str| match begin(key).await {
        Begun::Now(ticket) => ticket,
        other => panic!("{key}: {other:?}"),
    };
    let keys = async || {
        let all = world.store().kv_list("once-key", "", world.now()).await;
        all.unwrap().len()
    };
    let (told, on_its_way) = (begun("told").await, begun("on its way").await);
    world.keep_once(&told, json!({ "id": 1 })).await.unwrap();
    assert!(matches!(begin("told").await, Begun::Before(_)));
    assert_eq!(keys().await, 1);
    world.redact(&admin, receipt.report, "依頼").await.unwrap();
    assert_eq!(keys().await, 0);
    world
        .keep_once(&on_its_way, json!({ "id": 2 }))
        .await
        .unwrap();
    for gone in ["told", "on its way"] {
        assert!(matches!(begin(gone).await, Begun::Gone), "{gone}");
    }
    let other = world.begin_once(&caller, "told", b"b").await;
    assert!(matches!(other, Err(WorldError::Refused { .. })));
    // What was begun while a redaction ran that was cut off before its end.
    let between = begun("between").await;
    world.keep_once(&between, json!({ "id": 3 })).await.unwrap();
    world.redact(&admin, receipt.report, "依頼").await.unwrap();
    assert!(matches!(begin("between").await, Begun::Gone));
    // What comes after it is kept as ever, over the end of a day.
    let after = begun("after").await;
    world.keep_once(&after, json!({ "id": 4 })).await.unwrap();
    nation.clock.advance(SignedDuration::from_hours(24 * 29));
    let again = begin("after").await;
    assert!(matches!(again, Begun::Before(answer) if answer == json!({ "id": 4 })));
}
