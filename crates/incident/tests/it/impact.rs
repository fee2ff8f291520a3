//! Impact cases: observations as they were known, the form that the rating reads, and two persons behind a final level.

use std::{collections::BTreeSet, sync::Arc};

use jiff::Timestamp;
use kaname_directory::Name2;
use kaname_incident::{
    ImpactCase, Refused,
    impact::{
        CaseScope, Gathering, ImpactState, Observation, Proposing, RatingKind, RatingState, Spell,
        Substitute, add_incident, approve, case_form, gather, observe, propose, publish,
        rate_provisionally, rescope, retract, supersede, take_out_incident, turn_down, zero,
    },
    routing::Tri,
};
use kaname_kernel::{Actor, Matter as _};
use kaname_severity::{Case, Policy, cases};
use proptest::prelude::*;

use crate::support::{OPERATOR, Tale, account, matter, minutes, officer, party, start};

/// The policy that is built in, as if it were in force.
fn policy() -> Arc<Policy> {
    static READ: std::sync::LazyLock<Arc<Policy>> = std::sync::LazyLock::new(|| {
        let mut policy = Arc::unwrap_or_clone(Policy::builtin().unwrap());
        policy.status = kaname_severity::Status::InForce;
        Arc::new(policy)
    });
    Arc::clone(&READ)
}

fn gathered() -> Tale<ImpactCase> {
    let gathering = Gathering {
        number: "E-2611-7M2RA".to_owned(),
        title: Name2::parse("title", "配電の \"障害\"", "Outage of distribution \\ test").unwrap(),
        incidents: BTreeSet::from([matter(1), matter(2)]),
        scope: CaseScope {
            cause: "cyber_attack".to_owned(),
            sector: "electricity".parse().unwrap(),
            on: "2026-11-24".parse().unwrap(),
        },
    };
    Tale::begun(matter(50), officer(1), gather(gathering))
}

fn people(low: u64, high: Option<u64>) -> Observation {
    Observation {
        indicator: "people".to_owned(),
        unit: "person".to_owned(),
        low,
        high,
        operator: Some(party(OPERATOR)),
        incident: Some(matter(1)),
        sector: None,
        service: "配電".to_owned(),
        region: "JP-13".to_owned(),
        site: String::new(),
        spell: Spell {
            start: Some(start() - minutes(400)),
            end: Some(start() - minutes(40)),
            minutes: None,
        },
        substitution: Some((Substitute::Partial, Substitute::Partial)),
        maintenance_breached: Tri::Yes,
        as_of: start(),
        source: "事業者の続報".to_owned(),
        confidence: Some(80),
        rationale: String::new(),
    }
}

const ZERO: [&str; 7] = [
    "deaths",
    "serious",
    "minor",
    "evacuees",
    "property_jpy",
    "environment_jpy",
    "records_exposed",
];

fn read(case: &ImpactCase, at: Option<Timestamp>) -> Case {
    let form = case_form(case, at);
    let read = cases(&form, &policy()).expect(&form);
    read.into_iter().next().unwrap()
}

/// A case of which everything is known.
fn known() -> Tale<ImpactCase> {
    let mut case = gathered();
    let now = case.now;
    case.take(
        officer(1),
        observe(case.state(), people(225_000, Some(225_000)), now),
    )
    .unwrap();
    let trust = Observation {
        indicator: "trust_ordinal".to_owned(),
        unit: "level".to_owned(),
        low: 2,
        high: Some(2),
        service: String::new(),
        region: String::new(),
        spell: Spell::default(),
        substitution: None,
        maintenance_breached: Tri::Unknown,
        rationale: "報道が続いた".to_owned(),
        ..people(0, Some(0))
    };
    case.take(officer(1), observe(case.state(), trust, now))
        .unwrap();
    let nothing = ZERO.map(str::to_owned).into_iter().collect();
    case.take(officer(1), zero(case.state(), nothing)).unwrap();
    case
}

fn proposing(kind: RatingKind) -> Proposing {
    Proposing {
        kind,
        despite_unknown: None,
        dissent: None,
    }
}

#[test]
fn its_form_is_what_the_rating_reads() {
    let case = known();
    let read = read(case.state(), None);
    let rating = read.rate();
    assert_eq!((rating.level.low, rating.level.high), (2, 2));
    assert!(
        rating.rated && rating.unknown().is_empty(),
        "{:?}",
        rating.unknown()
    );
    assert_eq!(read.title.ja, "配電の \"障害\"");
    assert_eq!(
        case_form(case.state(), None),
        case_form(&case.replayed(), None)
    );
}

#[test]
fn a_case_of_which_nothing_was_observed_is_read_too() {
    let case = gathered();
    let reading = read(case.state(), None);
    assert_eq!(reading.rate().level.high, 0);
    assert!(!reading.rate().unknown().is_empty());
}

#[test]
fn what_was_known_at_a_moment_is_told() {
    let mut case = gathered();
    let first = case.now;
    case.take(
        officer(1),
        observe(case.state(), people(1_000, None), first),
    )
    .unwrap();
    case.later(minutes(60));
    let second = case.now;
    case.take(
        officer(1),
        supersede(case.state(), 1, people(225_000, Some(225_000)), second),
    )
    .unwrap();
    case.later(minutes(60));
    case.take(officer(1), retract(case.state(), 2, "別の件だった"))
        .unwrap();
    let low = |at| {
        case.state()
            .known_at(at)
            .map(|one| one.low)
            .collect::<Vec<_>>()
    };
    assert_eq!(low(first - minutes(1)), Vec::<u64>::new());
    assert_eq!(low(first), [1_000]);
    assert_eq!(low(second), [225_000]);
    assert_eq!(low(case.now), Vec::<u64>::new());
    assert_eq!(case.state().observations[0].superseded_by, Some(2));
    let then = read(case.state(), Some(second));
    assert_eq!(
        then.rate().level.low,
        2,
        "225,000 people and the breach of a maintenance level"
    );
    assert!(
        read(case.state(), Some(first)).rate().level.high >= then.rate().level.high,
        "unbounded above"
    );
    assert_eq!(
        retract(case.state(), 2, "もう一度").unwrap_err().code(),
        "state"
    );
    assert_eq!(
        retract(case.state(), 3, "ない").unwrap_err().code(),
        "no_such"
    );
}

#[test]
fn observations_are_bounded() {
    let case = gathered();
    let refused = |change: fn(&mut Observation)| {
        let mut one = people(1, Some(2));
        change(&mut one);
        observe(case.state(), one, case.now).unwrap_err().code()
    };
    assert_eq!(refused(|one| one.high = Some(0)), "out_of_bounds");
    assert_eq!(refused(|one| one.high = Some(u64::MAX)), "out_of_bounds");
    assert_eq!(
        refused(|one| one.indicator = "People!".to_owned()),
        "out_of_bounds"
    );
    assert_eq!(refused(|one| one.confidence = Some(101)), "out_of_bounds");
    assert_eq!(
        refused(|one| one.spell.minutes = Some((1, 2))),
        "out_of_bounds"
    );
    assert_eq!(refused(|one| one.spell.start = Some(start())), "order");
    assert_eq!(
        refused(|one| one.substitution = Some((Substitute::None, Substitute::Full))),
        "out_of_bounds"
    );
    assert_eq!(
        refused(|one| one.incident = Some(matter(77))),
        "other_whole"
    );
    assert_eq!(refused(|one| one.as_of = start() + minutes(1)), "order");
    assert_eq!(refused(|one| one.source = String::new()), "empty");
    assert_eq!(refused(|one| one.service = "x".repeat(300)), "too_much");
    assert_eq!(refused(|one| one.rationale = "\u{7}".to_owned()), "control");
}

#[test]
fn a_level_is_final_when_another_officer_approves_it() {
    let mut case = known();
    let reading = read(case.state(), None);
    let rating = reading.rate();
    assert_eq!(
        rate_provisionally(case.state(), &rating, &Actor::system("x")).unwrap_err(),
        Refused::NotAPerson
    );
    case.take(
        officer(1),
        rate_provisionally(case.state(), &rating, &officer(1)),
    )
    .unwrap();
    assert_eq!(
        rate_provisionally(case.state(), &rating, &officer(1)).unwrap_err(),
        Refused::NoChange
    );
    assert_eq!(case.state().state(), ImpactState::Provisional);
    case.take(
        officer(1),
        propose(
            case.state(),
            &rating,
            proposing(RatingKind::Final),
            &officer(1),
        ),
    )
    .unwrap();
    assert_eq!(case.state().state(), ImpactState::FinalProposed);
    let twice = propose(
        case.state(),
        &rating,
        proposing(RatingKind::Final),
        &officer(2),
    );
    assert_eq!(twice.unwrap_err().code(), "already_there");
    let now = case.now;
    let approved =
        |case: &Tale<ImpactCase>, by| approve(case.state(), 2, &rating, None, &officer(by), now);
    assert_eq!(approved(&case, 1).unwrap_err(), Refused::SamePerson);
    assert_eq!(
        publish(case.state(), 2, &officer(2)).unwrap_err().code(),
        "state",
        "not approved yet"
    );
    case.take(officer(2), approved(&case, 2)).unwrap();
    assert_eq!(case.state().state(), ImpactState::Approved);
    let holding = case.state().rating().unwrap();
    assert_eq!(holding.approved.unwrap().0, 2);
    assert_ne!(holding.approved.unwrap().1, holding.rated.rater);
    case.take(officer(2), publish(case.state(), 2, &officer(2)))
        .unwrap();
    assert_eq!(case.state().state(), ImpactState::Published);
    let again = propose(
        case.state(),
        &rating,
        proposing(RatingKind::Final),
        &officer(1),
    );
    assert_eq!(
        again.unwrap_err().code(),
        "already_there",
        "from now on it is revised"
    );
    assert_eq!(case.replayed(), *case.state());
}

#[test]
fn what_changed_since_it_was_rated_is_rated_again() {
    let mut case = known();
    let reading = read(case.state(), None);
    let rating = reading.rate();
    case.take(
        officer(1),
        propose(
            case.state(),
            &rating,
            proposing(RatingKind::Final),
            &officer(1),
        ),
    )
    .unwrap();
    let now = case.now;
    let mut more = people(300_000, Some(300_000));
    more.region = "JP-14".to_owned();
    case.take(officer(3), observe(case.state(), more, now))
        .unwrap();
    let stale = approve(case.state(), 1, &rating, None, &officer(2), now);
    assert_eq!(stale.unwrap_err(), Refused::RatedBefore);
    let fresh = read(case.state(), None);
    let anew = approve(case.state(), 1, &fresh.rate(), None, &officer(2), now);
    assert_eq!(
        anew.unwrap_err(),
        Refused::RatedBefore,
        "the proposal itself is stale"
    );
    assert_eq!(
        turn_down(case.state(), 1, "", &officer(2)).unwrap_err(),
        Refused::ReasonMissing
    );
    case.take(
        officer(2),
        turn_down(case.state(), 1, "観測が増えた", &officer(2)),
    )
    .unwrap();
    assert_eq!(case.state().state(), ImpactState::Open);
}

#[test]
fn what_the_policy_does_not_let_be_final_is_not() {
    let mut case = gathered();
    let now = case.now;
    case.take(officer(1), observe(case.state(), people(1_000, None), now))
        .unwrap();
    let reading = read(case.state(), None);
    let rating = reading.rate();
    case.take(
        officer(1),
        propose(
            case.state(),
            &rating,
            proposing(RatingKind::Final),
            &officer(1),
        ),
    )
    .unwrap();
    let refused = approve(case.state(), 1, &rating, None, &officer(2), now).unwrap_err();
    assert_eq!(refused.code(), "not_final", "{refused}");
    // Of another cause it is a shadow level, and never final.
    let mut other = known();
    let scope = CaseScope {
        cause: "natural".to_owned(),
        ..other.state().scope.clone()
    };
    assert_eq!(
        rescope(other.state(), other.state().scope.clone(), "同じ").unwrap_err(),
        Refused::NoChange
    );
    other
        .take(officer(1), rescope(other.state(), scope, "災害だった"))
        .unwrap();
    let reading = read(other.state(), None);
    let rating = reading.rate();
    other
        .take(
            officer(1),
            propose(
                other.state(),
                &rating,
                proposing(RatingKind::Final),
                &officer(1),
            ),
        )
        .unwrap();
    let refused = approve(other.state(), 1, &rating, None, &officer(2), now).unwrap_err();
    assert_eq!(
        refused,
        Refused::NotFinal(kaname_severity::NotFinal::OutOfScope)
    );
}

#[test]
fn a_revision_takes_the_place_of_what_was_approved() {
    let mut case = known();
    let now = case.now;
    {
        let reading = read(case.state(), None);
        let rating = reading.rate();
        case.take(
            officer(1),
            propose(
                case.state(),
                &rating,
                proposing(RatingKind::Final),
                &officer(1),
            ),
        )
        .unwrap();
        case.take(
            officer(2),
            approve(case.state(), 1, &rating, None, &officer(2), now),
        )
        .unwrap();
        case.take(officer(2), publish(case.state(), 1, &officer(2)))
            .unwrap();
    }
    let mut grave = people(24_000_000, Some(24_000_000));
    grave.spell.start = Some(start() - minutes(5_000));
    grave.substitution = Some((Substitute::None, Substitute::None));
    case.take(officer(3), supersede(case.state(), 1, grave, now))
        .unwrap();
    let reading = read(case.state(), None);
    let rating = reading.rate();
    let revised = |supersedes, reason: &str| {
        proposing(RatingKind::Revised {
            supersedes,
            reason: reason.to_owned(),
        })
    };
    assert_eq!(
        propose(case.state(), &rating, revised(9, "x"), &officer(3))
            .unwrap_err()
            .code(),
        "no_such"
    );
    assert_eq!(
        propose(case.state(), &rating, revised(1, " "), &officer(3)).unwrap_err(),
        Refused::ReasonMissing
    );
    case.take(
        officer(3),
        propose(
            case.state(),
            &rating,
            revised(1, "利用者数が改まった"),
            &officer(3),
        ),
    )
    .unwrap();
    assert_eq!(
        case.state().rating().unwrap().approved.unwrap().0,
        2,
        "until then the old one holds"
    );
    case.take(
        officer(1),
        approve(case.state(), 2, &rating, None, &officer(1), now),
    )
    .unwrap();
    assert_eq!(
        case.state().ratings[0].state,
        RatingState::Superseded { by: 2 }
    );
    case.take(officer(1), publish(case.state(), 2, &officer(1)))
        .unwrap();
    assert_eq!(case.state().state(), ImpactState::Revised);
    assert!(case.state().rating().unwrap().approved.unwrap().0 > 2);
}

#[test]
fn another_cases_rating_is_not_this_ones() {
    let case = known();
    let other = read(case.state(), None);
    let mut theirs = case.state().clone();
    theirs.number = "E-2611-00000".to_owned();
    let refused = rate_provisionally(&theirs, &other.rate(), &officer(1));
    assert_eq!(refused.unwrap_err().code(), "other_whole");
}

#[test]
fn incidents_come_and_go_with_what_was_observed_of_them() {
    let mut case = known();
    assert_eq!(
        add_incident(case.state(), matter(1)).unwrap_err().code(),
        "already_there"
    );
    case.take(officer(1), add_incident(case.state(), matter(3)))
        .unwrap();
    assert_eq!(
        take_out_incident(case.state(), matter(9), "x")
            .unwrap_err()
            .code(),
        "not_there"
    );
    case.take(
        officer(1),
        take_out_incident(case.state(), matter(1), "別の攻撃"),
    )
    .unwrap();
    assert_eq!(case.state().known().count(), 0);
    case.take(
        officer(1),
        take_out_incident(case.state(), matter(2), "別の攻撃"),
    )
    .unwrap();
    assert_eq!(
        take_out_incident(case.state(), matter(3), "最後")
            .unwrap_err()
            .code(),
        "empty"
    );
    let seen = zero(case.state(), BTreeSet::from(["people".to_owned()]));
    assert!(seen.is_ok(), "what was retracted is no longer observed");
    let projected = case.state().project();
    assert_eq!(
        projected.alone,
        [kaname_incident::impact::incident_of(matter(3))]
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    /// Whatever is observed, replaced and retracted in whatever order: the form is read, folding anew gives the same
    /// state, and no final level stands behind which one person stands.
    #[test]
    fn an_impact_case_is_the_fold_of_what_happened(steps in proptest::collection::vec((0u8..9, 0u32..6, 0u64..1_000_000), 1..40)) {
        let mut case = known();
        for (which, number, n) in steps {
            case.later(minutes(1));
            let (state, now) = (case.state().clone(), case.now);
            let mut seen = people(n, (n % 3 != 0).then_some(n * 2));
            seen.spell = match n % 4 {
                0 => Spell { start: Some(start()), end: None, minutes: None },
                1 => Spell { start: None, end: None, minutes: Some((n % 100, n % 100 + 60)) },
                2 => Spell { start: Some(start()), end: None, minutes: Some((5, 900)) },
                _ => Spell::default(),
            };
            seen.as_of = now;
            let by = officer(u128::from(n % 3));
            let reading = read(&state, None);
            let rating = reading.rate();
            let decided = match which {
                0 | 1 => observe(&state, seen, now),
                2 => supersede(&state, number, seen, now),
                3 => retract(&state, number, "誤り"),
                4 => rate_provisionally(&state, &rating, &by),
                5 => propose(&state, &rating, Proposing { despite_unknown: Some("十分".to_owned()), ..proposing(RatingKind::Final) }, &by),
                6 => approve(&state, number, &rating, Some((rating.level.high, "高い方".to_owned())), &by, now),
                7 => turn_down(&state, number, "見直す", &by),
                _ => publish(&state, number, &by),
            };
            if case.take(by, decided).is_err() {
                prop_assert_eq!(case.state(), &state);
            }
        }
        for entry in &case.state().ratings {
            if let Some((level, approver, _)) = entry.approved {
                prop_assert!(approver != entry.rated.rater && approver != account(99));
                prop_assert!((entry.rated.level.0..=entry.rated.level.1).contains(&level));
            }
        }
        prop_assert_eq!(&case.replayed(), case.state());
    }
}
