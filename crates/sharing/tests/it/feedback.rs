//! Feedback, what the provider learns of it, and false positives.

use kaname_kernel::{PartyId, Tlp};
use kaname_sharing::{
    Feedback, Refused,
    blocking::{keep_suspended, organisations_against, resume_blocking, suspend_blocking},
    feedback::{Given, Sighting, SightingKind, for_provider, give_feedback},
    item::Blocking,
};

use crate::{
    flow::released,
    support::{Tale, account, evidence, matter, officer, party, provider_account, start},
};

fn said(kind: SightingKind) -> Given {
    Given {
        sighting: Some(Sighting {
            kind,
            count: Some(3),
            first: None,
            last: None,
        }),
        ..Given::default()
    }
}

fn feedback(of: PartyId, number: u128, given: Given) -> Tale<Feedback> {
    let mut tale = Tale::new(matter(700 + number));
    let gave = give_feedback(None, matter(1), of, given, &evidence());
    tale.take(officer(5), gave).unwrap();
    tale
}

#[test]
fn names_only_of_those_who_agreed() {
    let silent = Given {
        usefulness: Some(4),
        comment: "当社では止められた".to_owned(),
        ..said(SightingKind::Seen)
    };
    let open = Given {
        may_name: true,
        comment: "名前を出してよい".to_owned(),
        ..said(SightingKind::NotSeen)
    };
    let all = [feedback(party(1), 1, silent), feedback(party(2), 2, open)];
    let sum = for_provider(all.iter().map(Tale::state));
    assert_eq!((sum.seen, sum.not_seen, sum.false_positive), (1, 1, 0));
    assert_eq!((sum.sightings, sum.usefulness), (3, [0, 0, 0, 1, 0]));
    assert_eq!(sum.comments, ["当社では止められた"]);
    assert_eq!(sum.named.len(), 1);
    assert_eq!(sum.named[0].party, party(2));
    let text = serde_json::to_string(&sum).unwrap();
    assert!(!text.contains(&party(1).to_string()));
}

#[test]
fn later_words_replace_earlier_ones() {
    let mut tale = feedback(party(1), 1, said(SightingKind::FalsePositive));
    let same = give_feedback(
        Some(tale.state()),
        matter(1),
        party(1),
        said(SightingKind::FalsePositive),
        &evidence(),
    );
    assert_eq!(same, Err(Refused::NoChange));
    let other = give_feedback(
        Some(tale.state()),
        matter(1),
        party(2),
        said(SightingKind::Seen),
        &evidence(),
    );
    assert_eq!(other, Err(Refused::NotOwner));
    let changed = give_feedback(
        Some(tale.state()),
        matter(1),
        party(1),
        said(SightingKind::Seen),
        &evidence(),
    );
    tale.take(officer(5), changed).unwrap();
    assert_eq!(
        tale.state().given.sighting.unwrap().kind,
        SightingKind::Seen
    );
    assert_eq!(&tale.replayed(), tale.state());
}

#[test]
fn bad_feedback_is_refused() {
    let give = |given| give_feedback(None, matter(1), party(1), given, &evidence());
    assert!(give(Given::default()).is_err());
    for mark in [0, 6, 255] {
        let given = Given {
            usefulness: Some(mark),
            ..Given::default()
        };
        assert!(give(given).is_err(), "{mark}");
    }
    let mut backwards = said(SightingKind::Seen);
    if let Some(sighting) = &mut backwards.sighting {
        sighting.first = Some(start());
        sighting.last = Some(start() - crate::support::hours(1));
    }
    assert!(give(backwards).is_err());
    let long = Given {
        comment: "長".repeat(2_000),
        ..Given::default()
    };
    assert!(matches!(give(long), Err(Refused::TooMuch { .. })));
}

#[test]
fn three_organisations_suspend_and_an_officer_decides() {
    let mut tale = released(Tlp::Green);
    let now = tale.now;
    assert!(tale.state().may_block(now));
    let mut against: Vec<Tale<Feedback>> = (1..=2)
        .map(|n| feedback(party(n), n, said(SightingKind::FalsePositive)))
        .collect();
    // The same organisation again, and another's sighting, count for nothing.
    against.push(feedback(party(2), 12, said(SightingKind::FalsePositive)));
    against.push(feedback(party(9), 9, said(SightingKind::Seen)));
    let count = |all: &[Tale<Feedback>], tale: &Tale<kaname_sharing::Item>| {
        organisations_against(tale.state(), all.iter().map(Tale::state))
    };
    let few = suspend_blocking(tale.state(), count(&against, &tale), 3);
    assert_eq!(
        few,
        Err(Refused::TooFew {
            organisations: 2,
            needed: 3
        })
    );
    against.push(feedback(party(3), 3, said(SightingKind::FalsePositive)));
    let enough = suspend_blocking(tale.state(), count(&against, &tale), 3);
    tale.take(officer(9), enough).unwrap();
    assert!(!tale.state().may_block(now));
    assert_eq!(suspend_blocking(tale.state(), 8, 3), Err(Refused::NoChange));
    let resumed = resume_blocking(tale.state(), account(1), "確認済み", 3);
    tale.take(officer(1), resumed).unwrap();
    assert!(tale.state().may_block(now));
    assert!(
        suspend_blocking(tale.state(), 5, 3).is_err(),
        "three more are needed"
    );
    let again = suspend_blocking(tale.state(), 6, 3);
    tale.take(officer(9), again).unwrap();
    let kept = keep_suspended(tale.state(), account(1), "誤検知");
    tale.take(officer(1), kept).unwrap();
    assert!(matches!(tale.state().blocking, Blocking::Kept { .. }));
    assert_eq!(&tale.replayed(), tale.state());
}

/// Words that are told without a name do not say whose they are.
#[test]
fn a_comment_without_the_name_does_not_say_it() {
    let account = provider_account("セキュリティ担当", "kanshi-1", "kanshi@mail.example");
    let own = evidence().with_account(&account);
    let give = |comment: &str, may_name| {
        let given = Given {
            comment: comment.to_owned(),
            may_name,
            ..said(SightingKind::Seen)
        };
        give_feedback(None, matter(1), party(1), given, &own)
    };
    for (comment, found) in [
        ("弊社（東都電力）でも確認した", "東都電力"),
        ("vpn.toto-denryoku.co.jp から", "toto-denryoku.co.jp"),
        ("問い合わせは 髙橋 太郎 まで", "髙橋 太郎"),
        ("電話は03-5501-7788", "03-5501-7788"),
        (
            "東都電力、東都電力と 198.51.100.9",
            "東都電力 / 198.51.100.9",
        ),
    ] {
        let found = found.to_owned();
        assert_eq!(give(comment, false), Err(Refused::NamesItself { found }));
        assert!(give(comment, true).is_ok());
    }
    for comment in [
        "当社のセキュリティ担当が確認し、10.0.0.5 を止めた",
        "担当 佐藤健が確認",
        "",
    ] {
        assert!(give(comment, false).is_ok(), "{comment}");
    }
}
