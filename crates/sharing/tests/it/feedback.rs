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
    support::{Tale, account, matter, officer, party, start},
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
    let gave = give_feedback(None, matter(1), of, given);
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
    );
    assert_eq!(same, Err(Refused::NoChange));
    let other = give_feedback(
        Some(tale.state()),
        matter(1),
        party(2),
        said(SightingKind::Seen),
    );
    assert_eq!(other, Err(Refused::NotOwner));
    let changed = give_feedback(
        Some(tale.state()),
        matter(1),
        party(1),
        said(SightingKind::Seen),
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
    let give = |given| give_feedback(None, matter(1), party(1), given);
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
    let few = suspend_blocking(tale.state(), count(&against, &tale));
    assert_eq!(
        few,
        Err(Refused::TooFew {
            organisations: 2,
            needed: 3
        })
    );
    against.push(feedback(party(3), 3, said(SightingKind::FalsePositive)));
    let enough = suspend_blocking(tale.state(), count(&against, &tale));
    tale.take(officer(9), enough).unwrap();
    assert!(!tale.state().may_block(now));
    assert_eq!(suspend_blocking(tale.state(), 8), Err(Refused::NoChange));
    let resumed = resume_blocking(tale.state(), account(1), "確認済み", 3);
    tale.take(officer(1), resumed).unwrap();
    assert!(tale.state().may_block(now));
    assert!(
        suspend_blocking(tale.state(), 5).is_err(),
        "three more are needed"
    );
    let again = suspend_blocking(tale.state(), 6);
    tale.take(officer(9), again).unwrap();
    let kept = keep_suspended(tale.state(), account(1), "誤検知");
    tale.take(officer(1), kept).unwrap();
    assert!(matches!(tale.state().blocking, Blocking::Kept { .. }));
    assert_eq!(&tale.replayed(), tale.state());
}
