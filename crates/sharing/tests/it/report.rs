//! Reports: sealed parts, openings, deadlines.

use jiff::SignedDuration;
use kaname_kernel::{Actor, Audience, Matter, SeededRng};
use kaname_sharing::{
    Refused, Report, ReportState, Sealed, number,
    report::{Closing, Submission, Urgency},
    triage::{
        answer, ask, assign, close, is_late, may_derive, note, open, settle, submit, withdraw,
    },
};

use crate::support::{OWNER, Tale, account, handle, hours, matter, officer, provider, submission};

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
    let spaces = projection.postings.iter().map(|one| one.space.as_str());
    let hosts = spaces.filter(|space| *space == "host").count();
    assert_eq!((projection.postings.len(), hosts), (4, 1));
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
    // The provider reads the reason as written: no other report's number, however it is typed.
    let own = tale.state().submission.receipt.clone();
    for (told, fits) in [
        ("r–２611–0k4tv と重複".to_owned(), false),
        ("see R-2611-OK4TV.".to_owned(), false),
        (format!("{own} では対応できません"), true),
        ("R-2611 は対象外".to_owned(), true),
    ] {
        let reason = told.clone();
        let closed = close(tale.state(), account(1), Closing::NotActionable { reason });
        assert_eq!(closed == Err(Refused::NamesAnother), !fits, "{told}");
        assert_eq!(closed.is_ok(), fits, "{told}");
    }
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
