//! Statutory clocks: which run, until when, what stops them, and what their owners are told.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::LazyLock,
};

use jiff::Timestamp;
use kaname_directory::Catalogue;
use kaname_incident::{
    calendar::Calendar,
    obligation::{
        Clock, ClockKey, ClockState, Earlier, Facts, Fulfilment, Law, Measure, Measures,
        Obligations, Proof, Start, Waiver,
    },
    routing::{Recipient, Tri},
};

pub(crate) struct Books {
    pub(crate) catalogue: Catalogue,
    pub(crate) calendar: Calendar,
    pub(crate) obligations: Obligations,
}

impl Books {
    /// Read once: they never change.
    pub(crate) fn open() -> &'static Self {
        static BOOKS: LazyLock<Books> = LazyLock::new(Books::read);
        &BOOKS
    }

    fn read() -> Self {
        let catalogue = Catalogue::builtin().unwrap();
        Self {
            calendar: Calendar::builtin().unwrap(),
            obligations: Obligations::builtin(&catalogue).unwrap(),
            catalogue,
        }
    }

    pub(crate) fn law(&self) -> Law<'_> {
        Law {
            catalogue: &self.catalogue,
            calendar: &self.calendar,
            obligations: &self.obligations,
        }
    }

    fn clocks(&self, facts: &Facts, now: &str) -> BTreeMap<String, Clock> {
        let clocks = self.law().clocks(facts, at(now)).into_iter();
        clocks.map(|clock| (named(&clock.key), clock)).collect()
    }
}

pub(crate) fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

pub(crate) fn named(key: &ClockKey) -> String {
    format!("{}/{}", key.obligation, key.stage)
}

pub(crate) fn key(text: &str) -> ClockKey {
    let (obligation, stage) = text.split_once('/').unwrap();
    ClockKey {
        obligation: obligation.parse().unwrap(),
        stage: stage.parse().unwrap(),
    }
}

pub(crate) fn handed_in(clock: &str, when: &str) -> Fulfilment {
    Fulfilment {
        clock: key(clock),
        at: at(when),
        proof: Proof::Document {
            sha256: kaname_incident::Digest::of(b"receipt"),
            name: "受領証.pdf".to_owned(),
        },
    }
}

pub(crate) fn waived(clock: &str, from: &str, until: Option<&str>) -> Waiver {
    Waiver {
        clock: key(clock),
        from: at(from),
        until: until.map(at),
        reason: "所管官庁の承認".to_owned(),
        by: None,
    }
}

fn facts(sector: Option<&str>, lists: &[&str], measures: &[(&str, Measure)]) -> Facts {
    Facts {
        received: at("2026-11-24T03:20:00Z"),
        aware: Some(at("2026-11-24T00:00:00Z")),
        sector: sector.map(|code| code.parse().unwrap()),
        lists: lists.iter().map(|code| code.parse().unwrap()).collect(),
        measures: measured(measures),
        ..Facts::default()
    }
}

pub(crate) fn measured(measures: &[(&str, Measure)]) -> Measures {
    let measures = measures.iter();
    measures
        .map(|(code, measure)| (code.parse().unwrap(), *measure))
        .collect()
}

pub(crate) const YES: Measure = Measure::Is(true);
pub(crate) const NO: Measure = Measure::Is(false);

fn exactly(count: u64) -> Measure {
    Measure::Count {
        low: count,
        high: Some(count),
    }
}

/// The privacy law does not apply.
const NO_LEAK: [(&str, Measure); 4] = [
    ("sensitive-data", NO),
    ("property-risk", NO),
    ("malicious-leak", NO),
    (
        "persons",
        Measure::Count {
            low: 0,
            high: Some(0),
        },
    ),
];

pub(crate) const NOW: &str = "2026-11-24T04:00:00Z";

#[test]
fn a_prompt_notice_is_owed_to_the_ministry_of_the_sector() {
    let books = Books::open();
    let clocks = books.clocks(&facts(Some("water"), &[], &NO_LEAK), NOW);
    assert_eq!(clocks.len(), 1);
    let clock = &clocks["jp-notice/first"];
    assert_eq!(clock.to, [Recipient::Body("mlit".parse().unwrap())]);
    assert_eq!(clock.due, Some(at("2026-11-25T00:00:00Z")));
    assert_eq!(clock.aim, Some(at("2026-11-24T01:00:00Z")));
    assert_eq!((clock.state, clock.owed), (ClockState::Armed, Tri::Yes));
    assert!(
        clock.ours && clock.unconfirmed,
        "24 hours are our own number"
    );
}

#[test]
fn without_a_sector_the_clock_runs_towards_the_duty_desk() {
    let books = Books::open();
    let clocks = books.clocks(&facts(None, &[], &NO_LEAK), NOW);
    let clock = &clocks["jp-notice/first"];
    assert_eq!(clock.owed, Tri::Unknown);
    assert_eq!(clock.to, [Recipient::CentreDesk]);
    assert!(clock.due.is_some());
    // An operator outside of every sector owes none.
    let outside = books.clocks(&facts(Some("no-such-sector"), &[], &NO_LEAK), NOW);
    assert!(outside.is_empty());
}

#[test]
fn nobody_knows_later_than_it_reports() {
    let books = Books::open();
    let mut facts = facts(Some("water"), &[], &NO_LEAK);
    facts.aware = Some(at("2030-01-01T00:00:00Z"));
    let clocks = books.clocks(&facts, NOW);
    assert_eq!(
        clocks["jp-notice/first"].begun.as_ref().unwrap().at,
        facts.received
    );
    facts.aware = None;
    let clocks = books.clocks(&facts, NOW);
    assert_eq!(
        clocks["jp-notice/first"].due,
        Some(at("2026-11-25T03:20:00Z"))
    );
}

#[test]
fn privacy_has_thirty_days_and_sixty_where_it_was_malicious() {
    let books = Books::open();
    let leak = |more: &[(&str, Measure)]| {
        let mut all = NO_LEAK.to_vec();
        all.retain(|(code, _)| !more.iter().any(|(other, _)| other == code));
        all.extend_from_slice(more);
        books.clocks(&facts(None, &[], &all), NOW)
    };
    let sensitive = leak(&[("sensitive-data", YES)]);
    let preliminary = &sensitive["jp-privacy/preliminary"];
    // The 24th is the first day: the third is Thursday the 26th, the fifth Saturday the 28th, so Monday.
    assert_eq!(preliminary.aim, Some(at("2026-11-26T14:59:59Z")));
    assert_eq!(preliminary.due, Some(at("2026-11-30T14:59:59Z")));
    assert!(!preliminary.ours && !preliminary.unconfirmed);
    let last = &sensitive["jp-privacy/final"];
    assert_eq!(last.due, Some(at("2026-12-23T14:59:59Z")));
    let malicious = leak(&[("malicious-leak", YES)]);
    assert_eq!(
        malicious["jp-privacy/final"].due,
        Some(at("2027-01-22T14:59:59Z"))
    );
    // While nobody knows which, the shorter one counts.
    let unknown = leak(&[
        ("sensitive-data", YES),
        ("malicious-leak", Measure::Count { low: 0, high: None }),
    ]);
    assert_eq!(
        unknown["jp-privacy/final"].due,
        Some(at("2026-12-23T14:59:59Z"))
    );
    let owed = |low, high| {
        let count = Measure::Count { low, high };
        let clocks = leak(&[("persons", count)]);
        clocks.get("jp-privacy/final").map(|clock| clock.owed)
    };
    assert_eq!(owed(1_001, None), Some(Tri::Yes));
    assert_eq!(owed(0, Some(1_000)), None);
    assert_eq!(owed(0, Some(1_001)), Some(Tri::Unknown));
    // The day before the law: no duty.
    let mut before = facts(None, &[], &[("sensitive-data", YES)]);
    before.received = at("2022-03-31T14:59:59Z");
    before.aware = None;
    assert!(!books.clocks(&before, NOW).contains_key("jp-privacy/final"));
    before.received = at("2022-03-31T15:00:00Z");
    assert!(books.clocks(&before, NOW).contains_key("jp-privacy/final"));
}

#[test]
fn nis2_runs_from_awareness_and_its_last_stage_from_the_notification() {
    let books = Books::open();
    let mut facts = facts(None, &["eu-nis2"], &NO_LEAK);
    facts.measures.insert("significant".parse().unwrap(), YES);
    let clocks = books.clocks(&facts, NOW);
    assert_eq!(
        clocks["eu-nis2/early-warning"].due,
        Some(at("2026-11-25T00:00:00Z"))
    );
    assert_eq!(
        clocks["eu-nis2/notification"].due,
        Some(at("2026-11-27T00:00:00Z"))
    );
    let last = &clocks["eu-nis2/final"];
    assert_eq!((last.due, last.state), (None, ClockState::Armed));
    assert!(last.reminders.is_empty());
    facts.fulfilments = vec![handed_in("eu-nis2/notification", "2026-11-26T10:00:00Z")];
    let clocks = books.clocks(&facts, NOW);
    let last = &clocks["eu-nis2/final"];
    assert_eq!(
        last.due,
        Some(at("2026-12-26T22:59:59Z")),
        "end of the day in Brussels"
    );
    assert_eq!(
        last.begun.as_ref().unwrap().by,
        Start::Submitted("notification".parse().unwrap())
    );
    assert_eq!(clocks["eu-nis2/notification"].state, ClockState::Met);
    assert_eq!(clocks["eu-nis2/early-warning"].state, ClockState::Armed);
}

#[test]
fn dora_weighs_two_of_six_and_access_alone() {
    let books = Books::open();
    let owed = |measures: &[(&str, Measure)]| {
        let mut facts = facts(None, &["eu-dora"], &NO_LEAK);
        facts.measures.extend(measured(measures));
        let clocks = books.clocks(&facts, NOW);
        clocks.get("eu-dora/initial").map(|clock| clock.owed)
    };
    let nothing = [
        ("critical-service", YES),
        ("malicious-access", NO),
        ("clients-permille", exactly(100)),
        ("clients", exactly(100_000)),
        ("counterparts-permille", exactly(300)),
        ("transactions-permille", exactly(100)),
        ("reputation", NO),
        ("duration-min", exactly(1_440)),
        ("downtime-min", exactly(120)),
        ("member-states", exactly(1)),
        ("data-loss", NO),
        ("cost-eur", exactly(100_000)),
    ];
    let with = |more: &[(&str, Measure)]| {
        let mut all = nothing.to_vec();
        all.retain(|(code, _)| !more.iter().any(|(other, _)| other == code));
        all.extend_from_slice(more);
        owed(&all)
    };
    assert_eq!(
        with(&[]),
        None,
        "every number is at its bound, none over it"
    );
    assert_eq!(with(&[("malicious-access", YES)]), Some(Tri::Yes));
    assert_eq!(with(&[("cost-eur", exactly(100_001))]), None, "one of six");
    let two = [
        ("cost-eur", exactly(100_001)),
        ("downtime-min", exactly(121)),
    ];
    assert_eq!(with(&two), Some(Tri::Yes));
    let same = [
        ("duration-min", exactly(1_441)),
        ("downtime-min", exactly(121)),
    ];
    assert_eq!(
        with(&same),
        None,
        "duration and downtime are one of the six"
    );
    let no_service = [two[0], two[1], ("critical-service", NO)];
    assert_eq!(with(&no_service), None);
    assert_eq!(owed(&[]), Some(Tri::Unknown));
}

#[test]
fn incidents_that_come_again_are_weighed_together() {
    let books = Books::open();
    let mut facts = facts(None, &["eu-dora"], &NO_LEAK);
    let small = |clients, euros| {
        measured(&[
            ("critical-service", YES),
            ("malicious-access", NO),
            ("clients-permille", exactly(1)),
            ("clients", exactly(clients)),
            ("counterparts-permille", exactly(0)),
            ("transactions-permille", exactly(0)),
            ("reputation", NO),
            ("duration-min", exactly(10)),
            ("downtime-min", exactly(10)),
            ("member-states", exactly(1)),
            ("data-loss", NO),
            ("cost-eur", exactly(euros)),
        ])
    };
    facts.measures.extend(small(60_000, 60_000));
    assert!(!books.clocks(&facts, NOW).contains_key("eu-dora/initial"));
    let earlier = |when: &str| Earlier {
        at: at(when),
        measures: small(60_000, 60_000),
    };
    facts.earlier = vec![earlier("2026-05-24T10:00:00Z")];
    let clock = &books.clocks(&facts, NOW)["eu-dora/initial"];
    assert_eq!((clock.owed, clock.recurring), (Tri::Yes, true));
    facts.earlier = vec![earlier("2026-05-23T10:00:00Z")];
    assert!(
        !books.clocks(&facts, NOW).contains_key("eu-dora/initial"),
        "six months and a day"
    );
}

#[test]
fn dora_begins_with_classification_and_ends_at_noon_after_a_weekend() {
    let books = Books::open();
    let mut facts = facts(None, &["eu-dora"], &NO_LEAK);
    facts.measures.extend(measured(&[
        ("critical-service", YES),
        ("malicious-access", YES),
    ]));
    let due = |facts: &Facts| books.clocks(facts, NOW)["eu-dora/initial"].due;
    assert_eq!(due(&facts), Some(at("2026-11-25T00:00:00Z")), "24 hours");
    facts.classified = Some(at("2026-11-24T02:00:00Z"));
    assert_eq!(due(&facts), Some(at("2026-11-24T06:00:00Z")), "4 hours");
    facts.classified = Some(at("2026-11-24T22:00:00Z"));
    assert_eq!(
        due(&facts),
        Some(at("2026-11-25T00:00:00Z")),
        "24 come first"
    );
    // Classified only after the 24 hours were over: four hours from then (2025/301, article 5 (2)).
    facts.classified = Some(at("2026-11-25T10:00:00Z"));
    assert_eq!(due(&facts), Some(at("2026-11-25T14:00:00Z")));
    facts.fulfilments = vec![handed_in("eu-dora/initial", "2026-11-25T12:00:00Z")];
    let clocks = books.clocks(&facts, NOW);
    // 72 hours end on Saturday: Monday at noon in Brussels.
    assert_eq!(
        clocks["eu-dora/intermediate"].due,
        Some(at("2026-11-30T11:00:00Z"))
    );
    facts
        .fulfilments
        .push(handed_in("eu-dora/intermediate", "2026-11-27T09:00:00Z"));
    facts
        .fulfilments
        .push(handed_in("eu-dora/intermediate", "2026-12-03T09:00:00Z"));
    let clocks = books.clocks(&facts, NOW);
    // A month after the last of them, 3 January 2027, is a Sunday.
    assert_eq!(
        clocks["eu-dora/final"].due,
        Some(at("2027-01-04T11:00:00Z"))
    );
    assert_eq!(clocks["eu-dora/intermediate"].state, ClockState::Met);
}

#[test]
fn the_law_of_2025_obliges_its_own_list_from_its_day() {
    let books = Books::open();
    let mut facts = facts(
        Some("electricity"),
        &["jp-special-infrastructure"],
        &NO_LEAK,
    );
    facts.measures.insert("special-event".parse().unwrap(), YES);
    let clock = &books.clocks(&facts, NOW)["jp-special-infrastructure/first"];
    let to: Vec<String> = clock.to.iter().map(Recipient::to_string).collect();
    assert_eq!(to, ["body:meti", "body:cao"]);
    assert!(clock.ours && clock.unconfirmed);
    facts.lists.clear();
    let clocks = books.clocks(&facts, NOW);
    assert!(!clocks.contains_key("jp-special-infrastructure/first"));
    facts.lists = BTreeSet::from(["jp-special-infrastructure".parse().unwrap()]);
    facts.received = at("2026-09-30T14:59:59Z");
    let clocks = books.clocks(&facts, NOW);
    assert!(!clocks.contains_key("jp-special-infrastructure/first"));
}

#[test]
fn what_is_late_stays_late_and_what_came_in_time_is_met() {
    let books = Books::open();
    let mut facts = facts(Some("water"), &[], &NO_LEAK);
    let state = |facts: &Facts, now: &str| books.clocks(facts, now)["jp-notice/first"].state;
    assert_eq!(state(&facts, "2026-11-25T00:00:00Z"), ClockState::Armed);
    assert_eq!(state(&facts, "2026-11-25T00:00:01Z"), ClockState::Late);
    facts.fulfilments = vec![handed_in("jp-notice/first", "2026-11-25T00:00:00Z")];
    assert_eq!(state(&facts, "2026-12-25T00:00:00Z"), ClockState::Met);
    facts.fulfilments = vec![handed_in("jp-notice/first", "2026-11-25T00:00:01Z")];
    assert_eq!(state(&facts, "2026-12-25T00:00:00Z"), ClockState::Late);
}

#[test]
fn only_a_recorded_waiver_stops_a_clock_and_it_runs_on_with_what_it_had_left() {
    let books = Books::open();
    let mut facts = facts(Some("water"), &[], &NO_LEAK);
    let clock = |facts: &Facts, now: &str| books.clocks(facts, now)["jp-notice/first"].clone();
    facts.waivers = vec![waived("jp-notice/first", "2026-11-24T12:00:00Z", None)];
    let held = clock(&facts, "2026-12-24T12:00:00Z");
    assert_eq!(held.state, ClockState::Waived);
    assert_eq!(held.next_reminder(None), None);
    assert_eq!(
        clock(&facts, "2026-11-24T11:59:59Z").state,
        ClockState::Armed
    );
    facts.waivers = vec![waived(
        "jp-notice/first",
        "2026-11-24T12:00:00Z",
        Some("2026-11-26T12:00:00Z"),
    )];
    let after = clock(&facts, "2026-11-26T13:00:00Z");
    assert_eq!(
        after.due,
        Some(at("2026-11-27T00:00:00Z")),
        "twelve hours were left"
    );
    assert_eq!(after.state, ClockState::Armed);
    // Two that overlap count once; one that begins when it had run out counts not at all.
    facts.waivers.push(waived(
        "jp-notice/first",
        "2026-11-25T12:00:00Z",
        Some("2026-11-26T18:00:00Z"),
    ));
    facts.waivers.push(waived(
        "jp-notice/first",
        "2026-12-25T12:00:00Z",
        Some("2026-12-26T12:00:00Z"),
    ));
    assert_eq!(clock(&facts, NOW).due, Some(at("2026-11-27T06:00:00Z")));
    // That of another stage stops nothing.
    facts.waivers = vec![waived("jp-privacy/final", "2026-11-24T12:00:00Z", None)];
    assert_eq!(
        clock(&facts, "2026-12-24T12:00:00Z").state,
        ClockState::Late
    );
}

#[test]
fn a_missed_reminder_is_told_once() {
    let books = Books::open();
    let facts = facts(Some("water"), &[], &NO_LEAK);
    let clock = books.clocks(&facts, NOW)["jp-notice/first"].clone();
    // When it should be there, twelve and two hours before it is due, and then.
    let moments = ["01:00", "12:00", "22:00"].map(|hour| at(&format!("2026-11-24T{hour}:00Z")));
    let due = at("2026-11-25T00:00:00Z");
    assert_eq!(clock.reminders, [moments[0], moments[1], moments[2], due]);
    assert_eq!(clock.reminder(None, at("2026-11-24T00:59:59Z")), None);
    assert_eq!(clock.next_reminder(None), Some(moments[0]));
    // The hub was down until evening: of two missed ones the last stands for both.
    let told = clock.reminder(None, at("2026-11-24T20:00:00Z"));
    assert_eq!(told, Some(moments[1]));
    assert_eq!(clock.reminder(told, at("2026-11-24T21:59:59Z")), None);
    assert_eq!(clock.next_reminder(told), Some(moments[2]));
    assert_eq!(
        clock.reminder(told, at("2026-11-24T22:00:00Z")),
        Some(moments[2])
    );
    assert_eq!(clock.reminder(Some(due), at("2027-01-01T00:00:00Z")), None);
    assert_eq!(clock.next_reminder(Some(due)), None);
}
