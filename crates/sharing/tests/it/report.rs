//! Reports and victim records: sealed parts, openings, deadlines.

use jiff::{SignedDuration, Timestamp};
use kaname_kernel::{Actor, Audience, Matter, Reader, SeededRng};
use kaname_sharing::{
    ManifestHash, Refused, Report, ReportState, Sealed, Victim, number,
    report::{Closing, Submission, Urgency},
    triage::{
        answer, ask, assign, close, is_late, may_derive, note, open, settle, submit, withdraw,
    },
    victim::{
        Answer, Harm, Showing, Shown, VictimChange, acknowledge_victim, ask_showing, assign_victim,
        decline_showing, hide_victim, lapse_showing, open_victim, record_victim, show_victim,
        showing_hash, withdraw_victim,
    },
};

use crate::support::{
    OWNER, Tale, account, handle, hours, matter, officer, party, provider, submission,
};

fn submitted() -> Tale<Report> {
    let mut tale = Tale::new(matter(10));
    tale.take(provider(), submit(submission())).unwrap();
    tale
}

fn in_triage() -> Tale<Report> {
    let mut tale = submitted();
    let assigned = assign(tale.state(), account(1), "当番", false);
    tale.take(officer(1), assigned).unwrap();
    tale
}

#[test]
fn what_is_kept_in_the_clear_names_nobody() {
    let tale = submitted();
    let report = tale.state();
    assert_eq!(
        report.submission.seen.unwrap().as_second() % 3_600,
        0,
        "coarse"
    );
    let projection = report.project();
    assert_eq!(projection.audience, Audience::officers());
    assert_eq!(projection.owner, Some(handle(OWNER).cast()));
    assert_eq!(projection.postings.len(), 3);
    assert_eq!(
        projection.lookups,
        vec![("receipt".to_owned(), "R-2611-0417B".to_owned())]
    );
}

#[test]
fn only_the_assigned_analyst_opens_and_every_opening_is_kept() {
    let mut tale = submitted();
    assert_eq!(
        open(tale.state(), account(1), "確認"),
        Err(Refused::NotAssigned)
    );
    assert_eq!(
        assign(tale.state(), account(1), " ", false),
        Err(Refused::ReasonMissing)
    );
    assert_eq!(
        assign(tale.state(), account(1), "当番", true),
        Err(Refused::OwnParty)
    );
    let assigned = assign(tale.state(), account(1), "当番", false);
    tale.take(officer(1), assigned).unwrap();
    assert_eq!(
        open(tale.state(), account(2), "確認"),
        Err(Refused::NotAssigned)
    );
    let opened = open(tale.state(), account(1), "添付の確認");
    tale.take(officer(1), opened).unwrap();
    let moved = assign(tale.state(), account(2), "交代", false);
    tale.take(officer(2), moved).unwrap();
    assert_eq!(
        open(tale.state(), account(1), "確認"),
        Err(Refused::NotAssigned)
    );
    assert_eq!(tale.state().openings.len(), 3);
    assert_eq!(tale.state().state, ReportState::InTriage);
    assert_eq!(&tale.replayed(), tale.state());
}

#[test]
fn questions_answers_notes_groups() {
    let mut tale = in_triage();
    let text = || Sealed::of(b"text");
    let asked = ask(tale.state(), account(1), text());
    tale.take(officer(1), asked).unwrap();
    assert!(tale.state().awaits_answer());
    assert_eq!(
        answer(tale.state(), handle(5), text()),
        Err(Refused::NotOwner)
    );
    let answered = answer(tale.state(), handle(OWNER), text());
    tale.take(provider(), answered).unwrap();
    assert!(!tale.state().awaits_answer());
    assert_eq!(
        note(tale.state(), account(3), text()),
        Err(Refused::NotAssigned)
    );
    let noted = note(tale.state(), account(1), text());
    tale.take(officer(1), noted).unwrap();
    assert_eq!(&tale.replayed(), tale.state());
}

#[test]
fn derived_closed_withdrawn() {
    let mut tale = in_triage();
    assert_eq!(
        may_derive(tale.state(), account(2)),
        Err(Refused::NotAssigned)
    );
    assert_eq!(may_derive(tale.state(), account(1)), Ok(()));
    let derived = settle(tale.state());
    tale.take(officer(1), derived).unwrap();
    assert_eq!(settle(tale.state()), Ok(Vec::new()));
    assert_eq!(may_derive(tale.state(), account(1)), Ok(()));
    assert_eq!(tale.state().triage_due(), None);
    let back = withdraw(tale.state(), handle(OWNER));
    tale.take(provider(), back).unwrap();
    assert_eq!(tale.state().closing, Some(Closing::Withdrawn));

    let mut tale = in_triage();
    let own = Closing::Duplicate { of: tale.id };
    assert_eq!(close(tale.state(), account(1), own), Err(Refused::NoChange));
    let forged = close(tale.state(), account(1), Closing::Withdrawn);
    assert_eq!(forged, Err(Refused::NotOwner));
    let silent = Closing::NotActionable {
        reason: String::new(),
    };
    assert_eq!(
        close(tale.state(), account(1), silent),
        Err(Refused::ReasonMissing)
    );
    let duplicate = close(
        tale.state(),
        account(1),
        Closing::Duplicate { of: matter(4) },
    );
    tale.take(officer(1), duplicate).unwrap();
    assert!(assign(tale.state(), account(2), "再開", false).is_err());
    assert!(answer(tale.state(), handle(OWNER), Sealed::of(b"x")).is_err());
    assert_eq!(&tale.replayed(), tale.state());
}

#[test]
fn triage_has_a_deadline_by_urgency() {
    for (urgency, within) in [(Urgency::High, 1), (Urgency::Normal, 4), (Urgency::Low, 24)] {
        let mut tale: Tale<Report> = Tale::new(matter(12));
        let submission = Submission {
            urgency,
            ..submission()
        };
        tale.take(provider(), submit(submission)).unwrap();
        let due = tale.now + hours(within);
        assert_eq!(tale.state().project().due_at, Some(due));
        assert!(!is_late(tale.state(), due));
        assert!(is_late(tale.state(), due + SignedDuration::from_secs(1)));
    }
}

#[test]
fn bounds_on_what_is_handed_in() {
    let empty = Submission {
        content: Sealed::default(),
        values: Vec::new(),
        ..submission()
    };
    assert!(matches!(submit(empty), Err(Refused::Empty { .. })));
    let mut many = submission();
    let one = many.values[0].clone();
    many.values = vec![one; 5_001];
    assert!(matches!(submit(many), Err(Refused::TooMuch { .. })));
    let mut long = submission();
    long.values[0].value = "a".repeat(8_193);
    assert!(matches!(submit(long), Err(Refused::TooMuch { .. })));
    let mut heavy = submission();
    heavy.values = (0..200)
        .map(|n| {
            crate::support::value(
                kaname_intake::Kind::Url,
                &format!("http://{n}/{}", "a".repeat(8_000)),
            )
        })
        .collect();
    assert!(matches!(submit(heavy), Err(Refused::TooMuch { .. })));
    let mut tale = in_triage();
    let big = || Sealed::of(&[7; 96 * 1024 - 8]);
    let mut said = 0;
    while let Ok(changes) = answer(tale.state(), handle(OWNER), big()) {
        tale.take(provider(), Ok(changes)).unwrap();
        said += 1;
        assert!(said < 100, "all lines together are bounded");
    }
    assert!(said > 10);
    let files = Submission {
        attachments: 51,
        ..submission()
    };
    assert!(matches!(submit(files), Err(Refused::TooMuch { .. })));
}

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
    let hash = showing_hash(tale.id, &harm, &shown);
    // Other readers, another content, another record: another hash.
    let more = Shown {
        parties: vec![party(30), party(31)],
        persons: Vec::new(),
    };
    assert_ne!(hash, showing_hash(tale.id, &harm, &more));
    assert_ne!(hash, showing_hash(tale.id, &Harm::default(), &shown));
    assert_ne!(hash, showing_hash(matter(21), &harm, &shown));
    let showing = |by: u128, shown: Shown, why: &str, now: Timestamp| Showing {
        shown,
        officer: account(by),
        reason: why.to_owned(),
        hash,
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
        show_victim(tale.state(), handle(OWNER), hash, tale.now),
        Err(Refused::NotAsked)
    );
    let asked = ask(&tale, 1, shown.clone(), "所管省庁への連絡");
    tale.take(officer(1), asked).unwrap();
    assert!(!sees(&tale, &reader(99, 30, false)), "asking shows nothing");
    assert_eq!(
        show_victim(tale.state(), handle(2), hash, tale.now),
        Err(Refused::NotOwner)
    );
    assert_eq!(
        show_victim(tale.state(), handle(OWNER), ManifestHash([0; 32]), tale.now),
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
    let consented = show_victim(tale.state(), handle(OWNER), hash, tale.now);
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
    let again = show_victim(tale.state(), handle(OWNER), hash, tale.now);
    tale.take(provider(), again).unwrap();
    let back = withdraw_victim(tale.state(), handle(OWNER));
    tale.take(provider(), back).unwrap();
    assert!(!sees(&tale, &reader(99, 30, false)));
    assert_eq!(&tale.replayed(), tale.state());
}

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
        hash: showing_hash(tale.id, &Harm::default(), &shown),
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
    assert!(show_victim(tale.state(), handle(OWNER), showing.hash, last).is_ok());
    assert_eq!(
        show_victim(tale.state(), handle(OWNER), showing.hash, late),
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
    assert!(show_victim(state, handle(OWNER), showing.hash, much_later).is_ok());
    let anew = ask_showing(state, showing, tale.now).unwrap();
    assert!(matches!(anew.as_slice(), [VictimChange::Asked(_)]));
    tale.take(officer(1), Ok(anew)).unwrap();
    assert!(tale.state().asked.as_ref().unwrap().deadline.is_some());
    assert_eq!(&tale.replayed(), tale.state());
}

#[test]
fn readers_take_note_of_a_victim_record_once_and_again_when_it_is_shown_anew() {
    let (mut tale, showing) = asked_to_show();
    let note = |tale: &Tale<Victim>, of: u128| {
        acknowledge_victim(tale.state(), party(of), account(90 + of))
    };
    assert_eq!(note(&tale, 30), Err(Refused::Nobody));
    let consented = show_victim(tale.state(), handle(OWNER), showing.hash, tale.now);
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
fn a_note_is_a_persons() {
    let tale = in_triage();
    let system = Actor::system("job");
    let noted = note(tale.state(), account(1), Sealed::of(b"x")).unwrap();
    let moment = kaname_kernel::Moment {
        matter: tale.id,
        version: 3,
        recorded: tale.now,
        occurred: tale.now,
        actor: &system,
    };
    assert!(tale.state().clone().apply(&noted[0], &moment).is_err());
}

#[test]
fn numbers_count_nothing_and_read_back() {
    let rng = SeededRng::new(3);
    let month_end: jiff::Timestamp = "2026-10-31T15:00:00Z".parse().unwrap();
    let first = number::receipt(month_end, &rng);
    let second = number::receipt(month_end, &rng);
    assert!(first.starts_with("R-2611-") && first.len() == 12, "{first}");
    assert_ne!(first, second);
    assert_eq!(
        number::normalise(&format!(" {} ", first.to_lowercase())),
        first
    );
    assert_eq!(number::normalise("ｒ－２６１１－OIL4B"), "R-2611-0114B");
    assert_eq!(number::normalise(""), "");
    assert!(number::item(month_end, &rng).starts_with("S-2611-"));
}
