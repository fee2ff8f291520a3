//! Clocks of an incident, and what becomes of them when two become one or one becomes two.

use std::collections::{BTreeMap, BTreeSet};

use kaname_incident::{
    Incident, Refused,
    incident::{
        IncidentState, Splitting, View, Within, admit, classify, drop_task, end_waiver, fulfil,
        give_task, join, measure, merge, open, remind, split, waive,
    },
    obligation::{ClockState, Fulfilment, Measure, Proof},
    routing::Tri,
};
use kaname_kernel::Actor;

use crate::incident::{ISAC, clocks, key, notice_clock, opened, opening};
use crate::support::{HUB, OPERATOR, Tale, matter, minutes, obligations, officer, party, start};

#[test]
fn clocks_follow_the_case_and_are_told_of_once() {
    let mut incident = opened(1);
    let due = notice_clock(incident.state(), start()).due.unwrap();
    assert_eq!(due, start() - minutes(30) + minutes(24 * 60));
    incident.now = due;
    let told = remind(incident.state(), &clocks(incident.state(), due), due);
    // The privacy law's clocks run too, while nobody knows that they need not; none of them is at a reminder yet.
    assert_eq!(told.len(), 1);
    incident.take(Actor::system("clocks"), Ok(told)).unwrap();
    assert!(remind(incident.state(), &clocks(incident.state(), due), due).is_empty());
    assert_eq!(incident.replayed(), *incident.state());
    let proof = |when| Fulfilment {
        clock: key(),
        at: when,
        proof: Proof::Report {
            report: matter(101),
        },
    };
    let ahead = fulfil(
        incident.state(),
        proof(due + minutes(1)),
        obligations(),
        due,
    );
    assert_eq!(ahead.unwrap_err().code(), "order");
    let mut elsewhere = proof(due);
    elsewhere.clock.stage = "second".parse().unwrap();
    assert_eq!(
        fulfil(incident.state(), elsewhere, obligations(), due)
            .unwrap_err()
            .code(),
        "unknown_word"
    );
    incident
        .take(
            officer(1),
            fulfil(incident.state(), proof(due), obligations(), due),
        )
        .unwrap();
    assert_eq!(
        fulfil(incident.state(), proof(due), obligations(), due)
            .unwrap_err()
            .code(),
        "already_there"
    );
    assert_eq!(
        notice_clock(incident.state(), due + minutes(999)).state,
        ClockState::Met
    );
}

#[test]
fn a_waiver_is_a_persons_begins_now_and_ends_when_somebody_says() {
    let mut incident = opened(1);
    let now = incident.now;
    let waived = |incident: &Tale<Incident>, from, until, by: &Actor| {
        waive(
            incident.state(),
            key(),
            (from, until),
            "所管官庁が認めた",
            obligations(),
            (by, now),
        )
    };
    assert_eq!(
        waived(&incident, now, None, &Actor::system("x")).unwrap_err(),
        Refused::NotAPerson
    );
    assert_eq!(
        waived(&incident, now - minutes(1), None, &officer(1))
            .unwrap_err()
            .code(),
        "order"
    );
    assert_eq!(
        waived(&incident, now, Some(now), &officer(1))
            .unwrap_err()
            .code(),
        "order"
    );
    incident
        .take(officer(1), waived(&incident, now, None, &officer(1)))
        .unwrap();
    assert_eq!(
        waived(&incident, now + minutes(5), None, &officer(1))
            .unwrap_err()
            .code(),
        "already_there"
    );
    assert_eq!(
        notice_clock(incident.state(), now + minutes(99_999)).state,
        ClockState::Waived
    );
    assert_eq!(
        end_waiver(incident.state(), 1, now).unwrap_err().code(),
        "not_there",
        "it has just begun"
    );
    let before = notice_clock(incident.state(), now).due.unwrap();
    let later = now + minutes(600);
    incident.now = later;
    incident
        .take(officer(2), end_waiver(incident.state(), 1, later))
        .unwrap();
    assert_eq!(
        notice_clock(incident.state(), later).due,
        Some(before + minutes(600))
    );
    assert_eq!(
        end_waiver(incident.state(), 1, later).unwrap_err().code(),
        "not_there"
    );
}

#[test]
fn what_laws_ask_is_answered_in_their_words() {
    let mut incident = opened(1);
    let of = |code: &str, measure| BTreeMap::from([(code.parse().unwrap(), measure)]);
    let yes = Measure::Is(true);
    assert_eq!(
        measure(incident.state(), of("clients", yes), obligations())
            .unwrap_err()
            .code(),
        "unknown_word"
    );
    assert_eq!(
        measure(incident.state(), of("weather", yes), obligations())
            .unwrap_err()
            .code(),
        "unknown_word"
    );
    incident
        .take(
            officer(1),
            measure(incident.state(), of("sensitive-data", yes), obligations()),
        )
        .unwrap();
    let owed = clocks(incident.state(), start());
    assert!(
        owed.iter()
            .any(|clock| clock.key.obligation.as_str() == "jp-privacy" && clock.owed == Tri::Yes)
    );
    let now = incident.now;
    incident
        .take(officer(1), classify(incident.state(), now, now))
        .unwrap();
    assert_eq!(
        classify(incident.state(), now, now).unwrap_err().code(),
        "already_there"
    );
}

#[test]
fn two_become_one_and_no_clock_is_lost() {
    let mut into = opened(1);
    let mut from = opened(2);
    let now = from.now;
    let proof = Fulfilment {
        clock: key(),
        at: now,
        proof: Proof::Report {
            report: matter(102),
        },
    };
    from.take(officer(1), fulfil(from.state(), proof, obligations(), now))
        .unwrap();
    from.take(officer(1), admit(from.state(), party(ISAC), View::Masked))
        .unwrap();
    into.take(officer(1), admit(into.state(), party(ISAC), View::Open))
        .unwrap();
    let task = give_task(
        from.state(),
        "残り",
        (party(OPERATOR), party(HUB)),
        None,
        Within::Everybody,
        now,
    );
    from.take(officer(1), task).unwrap();
    assert_eq!(
        merge(into.state(), from.state(), "同じ件").unwrap_err(),
        Refused::Open {
            what: "tasks",
            count: 1
        }
    );
    from.take(officer(1), drop_task(from.state(), 1, "移した"))
        .unwrap();
    assert_eq!(
        merge(into.state(), into.state(), "同じ件").unwrap_err(),
        Refused::NoChange
    );
    let (absorbed, merged) = merge(into.state(), from.state(), "同じ件").unwrap();
    into.take(officer(1), Ok(absorbed)).unwrap();
    from.take(officer(1), Ok(merged)).unwrap();
    assert_eq!(
        into.state().reports,
        BTreeSet::from([matter(101), matter(102)])
    );
    assert!(
        from.state().reports.is_empty(),
        "a report is in one incident"
    );
    assert_eq!(
        (from.state().state, from.state().into),
        (IncidentState::Merged, Some(matter(1)))
    );
    assert_eq!(
        into.state().view(party(ISAC)),
        Some(View::Masked),
        "who saw less sees no more"
    );
    assert_eq!(notice_clock(into.state(), now).state, ClockState::Met);
    let mut other = opening(3);
    other.operator = party(44);
    let other: Tale<Incident> = Tale::begun(matter(3), officer(1), open(other));
    assert_eq!(
        merge(into.state(), other.state(), "似ている").unwrap_err(),
        Refused::OtherOperator
    );
}

#[test]
fn one_becomes_two() {
    let mut incident = opened(1);
    incident
        .take(officer(1), join(incident.state(), matter(102)))
        .unwrap();
    assert_eq!(
        join(incident.state(), matter(102)).unwrap_err().code(),
        "already_there"
    );
    let splitting = |reports: &[u128]| Splitting {
        id: matter(9),
        number: "J-2611-00009".to_owned(),
        title: "別の件".to_owned(),
        reports: reports.iter().map(|number| matter(*number)).collect(),
        received: start(),
        aware: None,
    };
    assert_eq!(
        split(incident.state(), splitting(&[103]), "別")
            .unwrap_err()
            .code(),
        "not_there"
    );
    assert_eq!(
        split(incident.state(), splitting(&[101, 102]), "別")
            .unwrap_err()
            .code(),
        "empty",
        "none would stay"
    );
    assert_eq!(
        split(incident.state(), splitting(&[]), "別")
            .unwrap_err()
            .code(),
        "empty"
    );
    let (off, begun) = split(incident.state(), splitting(&[102]), "別の攻撃").unwrap();
    incident.take(officer(1), Ok(off)).unwrap();
    let other: Tale<Incident> = Tale::begun(matter(9), officer(1), Ok(begun));
    assert_eq!(incident.state().reports, BTreeSet::from([matter(101)]));
    assert_eq!(other.state().from, Some(matter(1)));
    assert!(incident.state().relatives.contains(&matter(9)));
}
