//! Victim records: their own audience, the request to show one, its answer and its history.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};
use kaname_directory::Name2;
use kaname_kernel::{Actor, Matter, Reader};
use kaname_sharing::{
    ManifestHash, Refused, Sealed, Victim,
    victim::{
        Answer, Happened, Harm, MAX_HISTORY, ReaderTold, Showing, ShowingManifest, Shown,
        VictimChange, acknowledge_victim, ask_showing, assign_victim, decline_showing, hide_victim,
        lapse_showing, open_victim, record_victim, show_victim, withdraw_victim,
    },
};

use crate::support::{OWNER, Tale, account, handle, matter, officer, party, provider};

#[test]
fn victim_information_has_an_audience_of_its_own() {
    let mut tale: Tale<Victim> = Tale::new(matter(20));
    let recorded = record_victim(matter(10), handle(OWNER), Sealed::of(b"harm"));
    tale.take(provider(), recorded).unwrap();
    let reader = |number: u128, of: u128, officer: bool| Reader {
        account: Some(account(number)),
        party: Some(party(of)),
        officer,
        member: true,
        ..Reader::default()
    };
    let sees =
        |tale: &Tale<Victim>, reader: &Reader| tale.state().audience().admits(reader, tale.now);
    assert!(
        !sees(&tale, &reader(1, 0, true)),
        "officers do not see it either"
    );
    assert_eq!(
        assign_victim(tale.state(), account(1), "当番", true),
        Err(Refused::OwnParty)
    );
    let assigned = assign_victim(tale.state(), account(1), "当番", false);
    tale.take(officer(1), assigned).unwrap();
    assert!(sees(&tale, &reader(1, 0, true)) && !sees(&tale, &reader(2, 0, true)));
    assert_eq!(
        open_victim(tale.state(), account(2), "確認"),
        Err(Refused::NotAssigned)
    );
    let opened = open_victim(tale.state(), account(1), "確認");
    tale.take(officer(1), opened).unwrap();
    let shown = Shown {
        parties: vec![party(30)],
        persons: Vec::new(),
    };
    let harm = Harm {
        text: "端末 3 台".to_owned(),
        ..Harm::default()
    };
    let none = BTreeSet::new();
    let reader_told = ReaderTold {
        party: party(30),
        code: "akagane-gas".to_owned(),
        name: Name2::parse("name", "あかがねガス", "Akagane Gas").unwrap(),
        member: true,
        unbound: Vec::new(),
    };
    let renamed = [ReaderTold {
        name: Name2::parse("name", "経済産業省", "METI").unwrap(),
        ..reader_told.clone()
    }];
    let left = [ReaderTold {
        member: false,
        ..reader_told.clone()
    }];
    let unbound = [ReaderTold {
        unbound: vec!["confidentiality".parse().unwrap()],
        ..reader_told.clone()
    }];
    let manifest = ShowingManifest {
        victim: tale.id,
        handle: handle(OWNER),
        content: &harm,
        shown: &shown,
        readers: std::slice::from_ref(&reader_told),
        linked: &none,
    };
    let hash = manifest.hash();
    // Other readers, other names of them, another content, another record: another hash.
    let more = Shown {
        parties: vec![party(30), party(31)],
        persons: Vec::new(),
    };
    let other = Harm::default();
    let released = BTreeSet::from(["K-1".to_owned()]);
    for another in [
        ShowingManifest {
            shown: &more,
            ..manifest.clone()
        },
        ShowingManifest {
            content: &other,
            ..manifest.clone()
        },
        ShowingManifest {
            victim: matter(21),
            ..manifest.clone()
        },
        ShowingManifest {
            linked: &released,
            ..manifest.clone()
        },
        ShowingManifest {
            readers: &renamed,
            ..manifest.clone()
        },
        ShowingManifest {
            readers: &left,
            ..manifest.clone()
        },
        ShowingManifest {
            readers: &unbound,
            ..manifest.clone()
        },
    ] {
        assert_ne!(hash, another.hash(), "{another:?}");
    }
    let showing = |by: u128, shown: Shown, why: &str, now: Timestamp| Showing {
        shown,
        officer: account(by),
        reason: why.to_owned(),
        deadline: Some(now + SignedDuration::from_hours(72)),
    };
    let ask = |tale: &Tale<Victim>, by: u128, shown: Shown, why: &str| {
        ask_showing(tale.state(), showing(by, shown, why, tale.now), tale.now)
    };
    assert_eq!(
        ask(&tale, 2, shown.clone(), "所管省庁への連絡"),
        Err(Refused::NotAssigned)
    );
    assert_eq!(
        ask(&tale, 1, Shown::default(), "所管省庁への連絡"),
        Err(Refused::Nobody)
    );
    assert_eq!(
        ask(&tale, 1, shown.clone(), " "),
        Err(Refused::ReasonMissing)
    );
    assert_eq!(
        show_victim(
            tale.state(),
            handle(OWNER),
            hash,
            (hash, Vec::new()),
            tale.now
        ),
        Err(Refused::NotAsked)
    );
    let asked = ask(&tale, 1, shown.clone(), "所管省庁への連絡");
    tale.take(officer(1), asked).unwrap();
    assert!(!sees(&tale, &reader(99, 30, false)), "asking shows nothing");
    assert_eq!(
        show_victim(tale.state(), handle(2), hash, (hash, Vec::new()), tale.now),
        Err(Refused::NotOwner)
    );
    assert_eq!(
        show_victim(
            tale.state(),
            handle(OWNER),
            ManifestHash([0; 32]),
            (hash, Vec::new()),
            tale.now
        ),
        Err(Refused::OtherManifest)
    );
    // Open as it is, it is not replaced unseen; it waits with its deadline among the provider's records.
    assert_eq!(
        ask(&tale, 1, more.clone(), "ほかの組織にも"),
        Err(Refused::AlreadyAsked)
    );
    let deadline = tale.state().asked.as_ref().and_then(|asked| asked.deadline);
    assert!(deadline.is_some());
    assert_eq!(tale.state().project().due_at, deadline);
    assert_eq!(tale.state().project().state, Victim::ASKED);
    let declined = decline_showing(tale.state(), handle(OWNER));
    tale.take(provider(), declined).unwrap();
    let asked = ask(&tale, 1, shown.clone(), "所管省庁への連絡");
    tale.take(officer(1), asked).unwrap();
    let consented = show_victim(
        tale.state(),
        handle(OWNER),
        hash,
        (hash, Vec::new()),
        tale.now,
    );
    tale.take(provider(), consented).unwrap();
    assert!(sees(&tale, &reader(99, 30, false)) && !sees(&tale, &reader(99, 31, false)));
    assert_eq!(
        ask(&tale, 1, shown.clone(), "もう一度"),
        Err(Refused::NoChange)
    );
    assert_eq!(hide_victim(tale.state(), handle(2)), Err(Refused::NotOwner));
    let hidden = hide_victim(tale.state(), handle(OWNER));
    tale.take(provider(), hidden).unwrap();
    assert!(!sees(&tale, &reader(99, 30, false)));
    let asked = ask(&tale, 1, shown, "もう一度");
    tale.take(officer(1), asked).unwrap();
    let again = show_victim(
        tale.state(),
        handle(OWNER),
        hash,
        (hash, Vec::new()),
        tale.now,
    );
    tale.take(provider(), again).unwrap();
    let back = withdraw_victim(tale.state(), handle(OWNER));
    tale.take(provider(), back).unwrap();
    assert!(!sees(&tale, &reader(99, 30, false)));
    assert_eq!(&tale.replayed(), tale.state());
}

/// A manifest's hash, whatever it covers.
const NAMED: ManifestHash = ManifestHash([7; 32]);

/// A record whose provider is asked to have it shown to party 30.
fn asked_to_show() -> (Tale<Victim>, Showing) {
    let mut tale: Tale<Victim> = Tale::new(matter(20));
    let recorded = record_victim(matter(10), handle(OWNER), Sealed::of(b"harm"));
    tale.take(provider(), recorded).unwrap();
    let assigned = assign_victim(tale.state(), account(1), "当番", false);
    tale.take(officer(1), assigned).unwrap();
    let shown = Shown {
        parties: vec![party(30)],
        persons: Vec::new(),
    };
    let showing = Showing {
        shown,
        officer: account(1),
        reason: "所管省庁への連絡".to_owned(),
        deadline: Some(tale.now + SignedDuration::from_hours(72)),
    };
    let asked = ask_showing(tale.state(), showing.clone(), tale.now);
    tale.take(officer(1), asked).unwrap();
    (tale, showing)
}

#[test]
fn silence_about_a_victim_record_is_refusal() {
    let (mut tale, showing) = asked_to_show();
    let last = showing.deadline.unwrap();
    let late = last + SignedDuration::from_secs(1);
    assert_eq!(lapse_showing(tale.state(), last), Err(Refused::NotDue));
    assert!(
        show_victim(
            tale.state(),
            handle(OWNER),
            NAMED,
            (NAMED, Vec::new()),
            last
        )
        .is_ok()
    );
    assert_eq!(
        show_victim(
            tale.state(),
            handle(OWNER),
            NAMED,
            (NAMED, Vec::new()),
            late
        ),
        Err(Refused::DeadlinePassed)
    );
    // Asked again before the hub's job came by, the request before ends in silence first.
    let again = Showing {
        deadline: Some(late + SignedDuration::from_hours(72)),
        ..showing.clone()
    };
    let both = ask_showing(tale.state(), again, late).unwrap();
    assert!(matches!(
        both.as_slice(),
        [VictimChange::Lapsed, VictimChange::Asked(_)]
    ));
    let lapsed = lapse_showing(tale.state(), late);
    tale.take(Actor::system("expiry"), lapsed).unwrap();
    let state = tale.state();
    assert!(state.asked.is_none() && state.shown.is_empty());
    let answered = state.answered.as_ref().unwrap();
    assert_eq!(
        (answered.answer, &answered.asked),
        (Answer::Lapsed, &showing)
    );
    assert_eq!(lapse_showing(state, late), Err(Refused::NotAsked));
    assert_eq!(&tale.replayed(), tale.state());
}

/// As versions without deadlines recorded it.
#[test]
fn a_request_recorded_without_a_deadline_is_read_and_stays_open() {
    let (_, showing) = asked_to_show();
    let mut recorded = serde_json::to_value(VictimChange::Asked(showing.clone())).unwrap();
    assert!(
        recorded
            .as_object_mut()
            .unwrap()
            .remove("deadline")
            .is_some()
    );
    let asked: VictimChange = serde_json::from_value(recorded).unwrap();
    let mut tale: Tale<Victim> = Tale::new(matter(20));
    let begun = record_victim(matter(10), handle(OWNER), Sealed::of(b"harm"));
    tale.take(provider(), begun).unwrap();
    let assigned = assign_victim(tale.state(), account(1), "当番", false);
    tale.take(officer(1), assigned).unwrap();
    tale.take(officer(1), Ok(vec![asked])).unwrap();
    let state = tale.state();
    assert_eq!(state.asked.as_ref().unwrap().deadline, None);
    let row = state.project();
    assert!(row.state == Victim::ASKED && row.due_at.is_none());
    // No silence is taken for an answer; the provider may still give one, the officer ask anew.
    let much_later = tale.now + SignedDuration::from_hours(10_000);
    assert_eq!(lapse_showing(state, much_later), Err(Refused::NotDue));
    assert!(show_victim(state, handle(OWNER), NAMED, (NAMED, Vec::new()), much_later).is_ok());
    let anew = ask_showing(state, showing, tale.now).unwrap();
    assert!(matches!(anew.as_slice(), [VictimChange::Asked(_)]));
    tale.take(officer(1), Ok(anew)).unwrap();
    assert!(tale.state().asked.as_ref().unwrap().deadline.is_some());
    assert_eq!(&tale.replayed(), tale.state());
}

#[test]
fn readers_take_note_of_a_victim_record_once_and_again_when_it_is_shown_anew() {
    let (mut tale, _) = asked_to_show();
    let note = |tale: &Tale<Victim>, of: u128| {
        acknowledge_victim(tale.state(), party(of), account(90 + of))
    };
    assert_eq!(note(&tale, 30), Err(Refused::Nobody));
    let consented = show_victim(
        tale.state(),
        handle(OWNER),
        NAMED,
        (NAMED, Vec::new()),
        tale.now,
    );
    tale.take(provider(), consented).unwrap();
    assert_eq!(tale.state().project().state, Victim::SHOWN);
    assert_eq!(note(&tale, 31), Err(Refused::Nobody));
    let noted = note(&tale, 30);
    tale.take(officer(1), noted).unwrap();
    // Another person of the same party adds nothing.
    assert_eq!(
        acknowledge_victim(tale.state(), party(30), account(5)),
        Err(Refused::NoChange)
    );
    let hidden = hide_victim(tale.state(), handle(OWNER));
    tale.take(provider(), hidden).unwrap();
    assert!(tale.state().acknowledged.is_empty() && tale.state().shown_at.is_none());
    assert_eq!(&tale.replayed(), tale.state());
}

#[test]
fn the_history_of_a_showing_keeps_its_newest_entries_in_order() {
    let (mut tale, showing) = asked_to_show();
    let consented = show_victim(
        tale.state(),
        handle(OWNER),
        NAMED,
        (NAMED, Vec::new()),
        tale.now,
    );
    tale.take(provider(), consented).unwrap();
    let read = acknowledge_victim(tale.state(), party(30), account(99));
    tale.take(officer(99), read).unwrap();
    let hidden = hide_victim(tale.state(), handle(OWNER));
    tale.take(provider(), hidden).unwrap();
    let what = |tale: &Tale<Victim>| {
        let all = tale.state().history.iter().map(|one| one.what.clone());
        all.collect::<Vec<_>>()
    };
    let shown = showing.shown.clone();
    let expected = [
        Happened::Asked {
            officer: account(1),
            reason: showing.reason.clone(),
            shown: shown.clone(),
            deadline: showing.deadline,
        },
        Happened::Consented {
            shown,
            hash: Some(NAMED),
            readers: Vec::new(),
        },
        Happened::Read { party: party(30) },
        Happened::Hidden,
    ];
    assert_eq!(what(&tale), expected);
    for _ in 0..MAX_HISTORY / 2 {
        let asked = ask_showing(tale.state(), showing.clone(), tale.now);
        tale.take(officer(1), asked).unwrap();
        let declined = decline_showing(tale.state(), handle(OWNER));
        tale.take(provider(), declined).unwrap();
    }
    let all = what(&tale);
    assert_eq!(all.len(), MAX_HISTORY);
    assert!(!all.contains(&Happened::Hidden), "the oldest fell away");
    assert_eq!(all.last(), Some(&Happened::Declined));
    assert_eq!(&tale.replayed(), tale.state());
}
