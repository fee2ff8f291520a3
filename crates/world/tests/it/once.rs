//! What is sent under a key is begun once, and stays unknown rather than being done again when nobody heard of its end.

use jiff::SignedDuration;
use kaname_testkit::Nation;
use kaname_world::{WorldError, once::Begun};
use serde_json::json;

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
