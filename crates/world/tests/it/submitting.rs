//! What one party may hand in within an hour, and what a reader learns from asking.

use jiff::SignedDuration;
use kaname_intake::submission::{MAX_TEXT_BYTES, MAX_TITLE_CHARS, MAX_VALUES};
use kaname_kernel::{Id, MatterId};
use kaname_sharing::{Item, Report};
use kaname_testkit::Nation;
use kaname_world::{Limits, Settings, WorldError, ambient::SystemRng, sharing::Attachment};

use crate::story;

#[tokio::test(flavor = "multi_thread")]
async fn a_party_hands_in_so_much_within_an_hour_and_others_are_not_held_up() {
    let nation = Nation::with(Settings {
        max_submissions_per_hour: 2,
        ..Settings::default()
    })
    .await;
    let world = &nation.world;
    let provider = nation.caller(&nation.provider).await;
    let member = nation.caller(&nation.member).await;
    // From the beginning of an hour on, so that the test does not stand across two.
    let second = world.now().as_second().rem_euclid(3_600);
    nation
        .clock
        .advance(SignedDuration::from_secs(3_600 - second));
    for _ in 0..2 {
        world
            .submit(&provider, story::report(), None)
            .await
            .unwrap();
    }
    let third = world.submit(&provider, story::report(), None).await;
    assert!(
        matches!(third, Err(WorldError::TooMany(seconds)) if (1..=3_600).contains(&seconds)),
        "{third:?}"
    );
    world.submit(&member, story::report(), None).await.unwrap();
    nation.clock.advance(SignedDuration::from_hours(1));
    world
        .submit(&provider, story::report(), None)
        .await
        .unwrap();
    // The count does not tell whose it is.
    let now = world.now();
    let counts = world.store().kv_list("submissions", "", now).await.unwrap();
    assert!(!counts.is_empty());
    for (key, _) in counts {
        assert!(!key.contains(&nation.provider.party.to_string()), "{key}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn hidden_and_missing_are_one_answer() {
    let nation = Nation::new().await;
    let world = &nation.world;
    let report = story::submit(&nation).await.report;
    let item = story::derive(&nation, report).await.id;
    let member = nation.caller(&nation.member).await;
    let missing: MatterId = Id::random(&SystemRng);
    for id in [report, missing] {
        let answer = world.see::<Report>(&member, id).await;
        assert!(matches!(answer, Err(WorldError::NotFound("report"))));
    }
    for id in [item, missing] {
        let answer = world.see::<Item>(&member, id).await;
        assert!(matches!(answer, Err(WorldError::NotFound("item"))));
    }
}

/// A provider with more reports than are looked up again finds all of them, old and new.
#[tokio::test(flavor = "multi_thread")]
async fn a_provider_finds_all_its_reports_however_many() {
    let nation = Nation::new().await;
    let world = &nation.world;
    let provider = nation.caller(&nation.provider).await;
    let mut handed_in = 0;
    for more in [3, 70, 1, 66] {
        for _ in 0..more {
            world
                .submit(&provider, story::report(), None)
                .await
                .unwrap();
        }
        handed_in += more;
        let own = world
            .own_reports(&provider, |query| query.limit = 1_000)
            .await;
        assert_eq!(own.unwrap().rows.len(), handed_in);
    }
}

/// Every bound of a report is the one of its reading, counted the same way; and a refusal says what, how
/// much and in which unit.
#[tokio::test(flavor = "multi_thread")]
async fn what_can_be_read_can_be_handed_in() {
    let bounds = Limits {
        max_attachment_bytes: 64 << 10,
        ..Limits::default()
    };
    let nation = Nation::with(Settings {
        limits: bounds,
        ..Settings::default()
    })
    .await;
    let world = &nation.world;
    let provider = nation.caller(&nation.provider).await;
    let mut full = story::report();
    full.title = "𠮷".repeat(MAX_TITLE_CHARS);
    full.technique = "あ\n".repeat(MAX_TEXT_BYTES / 4);
    full.harm.text = full.technique.clone();
    full.values = (0..MAX_VALUES)
        .map(|n| kaname_sharing::Value {
            kind: kaname_intake::Kind::Url,
            value: format!("http://203.0.113.77/{n:0>180}"),
        })
        .collect();
    full.original = Some(Attachment {
        name: "submission.json".to_owned(),
        bytes: vec![b' '; bounds.max_attachment_bytes + 1],
    });
    world.submit(&provider, full.clone(), None).await.unwrap();
    full.title.push('x');
    let refused = world.submit(&provider, full, None).await.unwrap_err();
    let WorldError::Invalid { field, details, .. } = refused else {
        panic!("{refused:?}");
    };
    assert_eq!(field, "title");
    let said: Vec<_> = details.iter().map(|(_, value)| value.as_str()).collect();
    assert_eq!(said, ["title", "201", "200", "characters"]);
}
