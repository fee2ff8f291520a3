//! Incidents: the graph of states, who takes part, tasks, requests, decisions, evidence, merging and splitting, clocks.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use kaname_incident::{
    Digest, Incident, Refused,
    calendar::Calendar,
    incident::{
        Choice, Deciding, Gravity, IncidentState, Opening, ResponseKind, Taking, TaskState, View,
        Within, admit, answer, ask, compartment, decide, drop_task, exclude, finish_task,
        give_task, hand_over, lead, log, merge, open, pass_evidence, place, rename, step,
        take_back, take_evidence, take_task, weigh,
    },
    obligation::{Clock, ClockKey, Law},
    routing::Tri,
};
use kaname_kernel::{Actor, Matter as _, Tlp};

use crate::{
    routing::law,
    support::{
        HUB, OPERATOR, Tale, account, matter, minutes, obligations, officer, party, person, start,
    },
};

pub(crate) const MINISTRY: u128 = 5;
pub(crate) const ISAC: u128 = 6;

pub(crate) fn opening(number: u128) -> Opening {
    Opening {
        number: format!("J-2611-0000{number}"),
        title: "会員向け画面の障害".to_owned(),
        operator: party(OPERATOR),
        sector: Some("electricity".parse().unwrap()),
        reports: BTreeSet::from([matter(100 + number)]),
        received: start(),
        aware: Some(start() - minutes(30)),
        measures: BTreeMap::new(),
        gravity: Gravity::default(),
        tlp: Tlp::Amber,
        from: None,
    }
}

pub(crate) fn opened(number: u128) -> Tale<Incident> {
    Tale::begun(matter(number), officer(1), open(opening(number)))
}

pub(crate) fn to(incident: &mut Tale<Incident>, state: IncidentState) {
    let moved = step(incident.state(), state, "確認した", 0);
    incident.take(officer(1), moved).unwrap();
}

pub(crate) fn coordinating() -> Tale<Incident> {
    let mut incident = opened(1);
    to(&mut incident, IncidentState::Triaged);
    to(&mut incident, IncidentState::Coordinating);
    for (who, view) in [(MINISTRY, View::Open), (ISAC, View::Masked)] {
        let admitted = admit(incident.state(), party(who), view);
        incident.take(officer(1), admitted).unwrap();
    }
    incident
}

#[test]
fn it_goes_from_report_to_close_and_back() {
    let mut incident = opened(1);
    for state in [
        IncidentState::Triaged,
        IncidentState::Coordinating,
        IncidentState::Contained,
        IncidentState::Recovered,
        IncidentState::Closed,
        IncidentState::Reopened,
        IncidentState::Coordinating,
    ] {
        to(&mut incident, state);
    }
    let path: Vec<IncidentState> = incident
        .state()
        .path
        .iter()
        .map(|(state, ..)| *state)
        .collect();
    assert_eq!(path.len(), 8);
    assert_eq!(path.last(), Some(&IncidentState::Coordinating));
}

#[test]
fn no_state_follows_but_those_of_the_graph() {
    for from in IncidentState::ALL {
        let mut incident = opened(1);
        let mut route = vec![from];
        // Some way from the first state to this one.
        while route[0] != IncidentState::Reported {
            let before = IncidentState::ALL
                .into_iter()
                .find(|one| one.next().contains(&route[0]) && !route.contains(one));
            route.insert(0, before.unwrap());
        }
        for state in &route[1..] {
            if *state == IncidentState::Merged {
                let (_, merged) = merge(opened(2).state(), incident.state(), "同じ件").unwrap();
                incident.take(officer(1), Ok(merged)).unwrap();
            } else {
                to(&mut incident, *state);
            }
        }
        for next in IncidentState::ALL {
            let moved = step(incident.state(), next, "確認した", 0);
            let allowed = from.next().contains(&next) && next != IncidentState::Merged;
            assert_eq!(moved.is_ok(), allowed, "{from:?} -> {next:?}");
        }
    }
}

#[test]
fn a_move_needs_a_reason_and_a_close_nothing_open() {
    let mut incident = coordinating();
    let now = incident.now;
    assert_eq!(
        step(incident.state(), IncidentState::Contained, " ", 0).unwrap_err(),
        Refused::ReasonMissing
    );
    let task = give_task(
        incident.state(),
        "ログを集める",
        (party(OPERATOR), party(HUB)),
        None,
        Within::Everybody,
        now,
    );
    incident.take(officer(1), task).unwrap();
    let asked = ask(
        incident.state(),
        party(OPERATOR),
        "影響する利用者数",
        now + minutes(60),
        Within::Everybody,
        now,
    );
    incident.take(officer(1), asked).unwrap();
    to(&mut incident, IncidentState::Contained);
    to(&mut incident, IncidentState::Recovered);
    let close = |incident: &Tale<Incident>, clocks| {
        step(incident.state(), IncidentState::Closed, "復旧した", clocks).unwrap_err()
    };
    assert_eq!(
        close(&incident, 0),
        Refused::Open {
            what: "tasks",
            count: 1
        }
    );
    incident
        .take(
            person(1, OPERATOR),
            finish_task(incident.state(), 1, party(OPERATOR)),
        )
        .unwrap();
    assert_eq!(
        close(&incident, 0),
        Refused::Open {
            what: "requests",
            count: 1
        }
    );
    incident
        .take(
            person(1, OPERATOR),
            answer(incident.state(), 1, party(OPERATOR), "二千人"),
        )
        .unwrap();
    assert_eq!(
        close(&incident, 2),
        Refused::Open {
            what: "clocks",
            count: 2
        }
    );
    to(&mut incident, IncidentState::Closed);
    assert_eq!(
        rename(incident.state(), "別の題").unwrap_err().code(),
        "state"
    );
}

#[test]
fn who_takes_part_sees_it_and_compartments_hold() {
    let mut incident = coordinating();
    let state = incident.state();
    assert_eq!(state.view(party(OPERATOR)), Some(View::Open));
    assert_eq!(state.view(party(ISAC)), Some(View::Masked));
    assert_eq!(state.view(party(77)), None);
    let audience = state.project().audience;
    let reader = |number| kaname_kernel::Reader {
        party: Some(party(number)),
        member: true,
        ..Default::default()
    };
    assert!(audience.admits(&reader(ISAC), start()));
    assert!(!audience.admits(&reader(77), start()));
    assert_eq!(
        state.project().text,
        state.number,
        "its title may name the operator"
    );
    let outsider = compartment(state, "連絡員", BTreeSet::from([party(77)]));
    assert_eq!(outsider.unwrap_err().code(), "not_there");
    let made = compartment(
        state,
        "所管省庁と事業者",
        BTreeSet::from([party(MINISTRY), party(OPERATOR)]),
    );
    incident.take(officer(1), made).unwrap();
    let state = incident.state();
    assert!(state.shows(Within::Compartment(1), party(MINISTRY)));
    assert!(!state.shows(Within::Compartment(1), party(ISAC)));
    assert!(!state.shows(Within::Officers, party(MINISTRY)));
    assert!(state.shows(Within::Everybody, party(ISAC)));
    let now = incident.now;
    let hidden = ask(
        state,
        party(ISAC),
        "何か",
        now + minutes(1),
        Within::Compartment(1),
        now,
    );
    assert_eq!(
        hidden.unwrap_err().code(),
        "not_there",
        "it would not see what it is asked"
    );
    let nowhere = log(state, "x", now, Within::Compartment(2), now);
    assert_eq!(
        nowhere.unwrap_err(),
        Refused::NoSuch {
            what: "compartment",
            number: 2
        }
    );
    // Excluded, it is out of compartments, too; not while it has something to do.
    let task = give_task(
        state,
        "確かめる",
        (party(MINISTRY), party(HUB)),
        None,
        Within::Everybody,
        now,
    );
    incident.take(officer(1), task).unwrap();
    assert_eq!(
        exclude(incident.state(), party(MINISTRY), "退く")
            .unwrap_err()
            .code(),
        "open"
    );
    incident
        .take(officer(1), drop_task(incident.state(), 1, "不要"))
        .unwrap();
    incident
        .take(
            officer(1),
            exclude(incident.state(), party(MINISTRY), "退く"),
        )
        .unwrap();
    assert!(
        !incident
            .state()
            .shows(Within::Compartment(1), party(MINISTRY))
    );
}

#[test]
fn tasks_are_their_partys() {
    let mut incident = coordinating();
    let now = incident.now;
    let give = |incident: &Tale<Incident>, to, due| {
        give_task(
            incident.state(),
            "遮断を確認",
            (party(to), party(HUB)),
            due,
            Within::Everybody,
            now,
        )
    };
    assert_eq!(give(&incident, 77, None).unwrap_err().code(), "not_there");
    assert_eq!(
        give(&incident, OPERATOR, Some(now)).unwrap_err().code(),
        "order"
    );
    incident
        .take(officer(1), give(&incident, HUB, None))
        .unwrap();
    incident
        .take(
            officer(1),
            give(&incident, OPERATOR, Some(now + minutes(30))),
        )
        .unwrap();
    assert_eq!(incident.state().next_due(), Some(now + minutes(30)));
    assert_eq!(
        take_task(incident.state(), 2, account(3), party(HUB))
            .unwrap_err()
            .code(),
        "not_theirs"
    );
    incident
        .take(
            person(3, OPERATOR),
            take_task(incident.state(), 2, account(3), party(OPERATOR)),
        )
        .unwrap();
    assert_eq!(
        finish_task(incident.state(), 2, party(MINISTRY))
            .unwrap_err()
            .code(),
        "not_theirs"
    );
    incident
        .take(
            person(3, OPERATOR),
            finish_task(incident.state(), 2, party(OPERATOR)),
        )
        .unwrap();
    assert_eq!(
        drop_task(incident.state(), 2, "x").unwrap_err().code(),
        "state"
    );
    assert_eq!(
        drop_task(incident.state(), 3, "x").unwrap_err(),
        Refused::NoSuch {
            what: "task",
            number: 3
        }
    );
    assert_eq!(
        drop_task(incident.state(), 0, "x").unwrap_err(),
        Refused::NoSuch {
            what: "task",
            number: 0
        }
    );
    assert!(
        matches!(incident.state().tasks[1].state, TaskState::Done { by: Some(by), .. } if by == account(3))
    );
    assert_eq!(incident.state().open_tasks(), 1);
}

#[test]
fn whoever_was_asked_answers() {
    let mut incident = coordinating();
    let now = incident.now;
    let asked = |incident: &Tale<Incident>, due| {
        ask(
            incident.state(),
            party(MINISTRY),
            "公表の予定",
            due,
            Within::Everybody,
            now,
        )
    };
    assert_eq!(asked(&incident, now).unwrap_err().code(), "order");
    incident
        .take(officer(1), asked(&incident, now + minutes(60)))
        .unwrap();
    incident
        .take(officer(1), asked(&incident, now + minutes(90)))
        .unwrap();
    assert_eq!(
        answer(incident.state(), 1, party(OPERATOR), "はい")
            .unwrap_err()
            .code(),
        "not_theirs"
    );
    assert_eq!(
        answer(incident.state(), 1, party(MINISTRY), " ")
            .unwrap_err()
            .code(),
        "empty"
    );
    incident.later(minutes(120));
    incident
        .take(
            person(8, MINISTRY),
            answer(incident.state(), 1, party(MINISTRY), "明朝"),
        )
        .unwrap();
    assert_eq!(
        answer(incident.state(), 1, party(MINISTRY), "夕方")
            .unwrap_err()
            .code(),
        "state"
    );
    incident
        .take(officer(1), take_back(incident.state(), 2, "不要"))
        .unwrap();
    assert_eq!(incident.state().open_requests(), 0);
}

pub(crate) fn deciding() -> Deciding {
    let choice = |kind, what: &str| Choice {
        kind,
        what: what.to_owned(),
    };
    Deciding {
        question: "利用者へ知らせるか".to_owned(),
        basis: "サイバーセキュリティ基本法第13条".to_owned(),
        options: vec![
            choice(ResponseKind::Technical, "注意喚起を出す"),
            choice(ResponseKind::Diplomatic, "発信元の国に照会する"),
        ],
        chosen: 1,
        reason: "影響が広がっている".to_owned(),
        within: Within::Officers,
    }
}

#[test]
fn a_decision_has_a_ground_options_and_a_person() {
    let mut incident = coordinating();
    let state = incident.state();
    let system = Actor::system("rule");
    assert_eq!(
        decide(state, deciding(), &system).unwrap_err(),
        Refused::NotAPerson
    );
    let with = |change: fn(&mut Deciding)| {
        let mut one = deciding();
        change(&mut one);
        decide(state, one, &officer(1)).unwrap_err()
    };
    assert_eq!(with(|one| one.basis = String::new()).code(), "empty");
    assert_eq!(
        with(|one| one.reason = String::new()),
        Refused::ReasonMissing
    );
    assert_eq!(
        with(|one| one.chosen = 3),
        Refused::NoSuch {
            what: "option",
            number: 3
        }
    );
    assert_eq!(with(|one| one.chosen = 0).code(), "no_such");
    assert_eq!(with(|one| one.options.clear()).code(), "empty");
    assert_eq!(
        with(|one| one.within = Within::Compartment(9)).code(),
        "no_such"
    );
    incident
        .take(
            officer(4),
            decide(incident.state(), deciding(), &officer(4)),
        )
        .unwrap();
    assert_eq!(incident.state().decisions[0].by, account(4));
}

#[test]
fn evidence_is_the_same_in_every_hand() {
    let mut incident = coordinating();
    let now = incident.now;
    let bytes = Digest::of(b"disk image");
    let taking = |at| Taking {
        what: "サーバーのディスク像".to_owned(),
        sha256: bytes.clone(),
        blob: None,
        from: "事業者の情報システム部".to_owned(),
        to: "当直".to_owned(),
        why: "解析のため".to_owned(),
        at,
        within: Within::Officers,
    };
    assert_eq!(
        take_evidence(incident.state(), taking(now + minutes(1)), now)
            .unwrap_err()
            .code(),
        "order"
    );
    incident
        .take(
            officer(1),
            take_evidence(incident.state(), taking(now - minutes(5)), now),
        )
        .unwrap();
    assert_eq!(
        take_evidence(incident.state(), taking(now), now)
            .unwrap_err()
            .code(),
        "already_there"
    );
    let pass = |incident: &Tale<Incident>, hash: &Digest, at| {
        pass_evidence(incident.state(), 1, hash, ("解析班", "解析"), at, now)
    };
    assert_eq!(
        pass(&incident, &Digest::of(b"other"), now)
            .unwrap_err()
            .code(),
        "other_whole"
    );
    assert_eq!(
        pass(&incident, &bytes, now - minutes(6))
            .unwrap_err()
            .code(),
        "order",
        "before it was taken"
    );
    incident
        .take(officer(2), pass(&incident, &bytes, now))
        .unwrap();
    let custody = &incident.state().evidence[0].custody;
    let hands: Vec<(&str, &str)> = custody
        .iter()
        .map(|one| (one.from.as_str(), one.to.as_str()))
        .collect();
    assert_eq!(
        hands,
        [("事業者の情報システム部", "当直"), ("当直", "解析班")]
    );
}

#[test]
fn the_shift_goes_over_with_words() {
    let mut incident = coordinating();
    assert_eq!(
        hand_over(incident.state(), account(2), "")
            .unwrap_err()
            .code(),
        "empty"
    );
    incident
        .take(
            officer(1),
            hand_over(incident.state(), account(2), "省庁の回答待ち"),
        )
        .unwrap();
    assert_eq!(incident.state().shift, Some(account(2)));
    assert_eq!(
        hand_over(incident.state(), account(2), "もう一度").unwrap_err(),
        Refused::NoChange
    );
    let entry = incident.state().log.last().unwrap();
    assert_eq!(
        (entry.handed_to, entry.within),
        (Some(account(2)), Within::Officers)
    );
    let now = incident.now;
    let early = log(
        incident.state(),
        "未来",
        now + minutes(1),
        Within::Everybody,
        now,
    );
    assert_eq!(early.unwrap_err().code(), "order");
}

#[test]
fn gravity_is_set_with_a_reason() {
    let mut incident = opened(1);
    let grave = |level| Gravity {
        level,
        maintenance_breached: Tri::Yes,
    };
    assert_eq!(
        weigh(incident.state(), grave(Some(5)), "x")
            .unwrap_err()
            .code(),
        "out_of_bounds"
    );
    assert_eq!(
        weigh(incident.state(), grave(Some(3)), "").unwrap_err(),
        Refused::ReasonMissing
    );
    incident
        .take(
            officer(1),
            weigh(incident.state(), grave(Some(3)), "停電が広がった"),
        )
        .unwrap();
    assert_eq!(
        weigh(incident.state(), grave(Some(3)), "同じ").unwrap_err(),
        Refused::NoChange
    );
    assert_eq!(
        place(
            incident.state(),
            "postal".parse().unwrap(),
            &law().catalogue
        )
        .unwrap_err()
        .code(),
        "unknown_word"
    );
    incident
        .take(
            officer(1),
            place(incident.state(), "gas".parse().unwrap(), &law().catalogue),
        )
        .unwrap();
    incident
        .take(officer(1), lead(incident.state(), account(1)))
        .unwrap();
    assert_eq!(
        lead(incident.state(), account(1)).unwrap_err(),
        Refused::NoChange
    );
}

pub(crate) fn key() -> ClockKey {
    ClockKey {
        obligation: "jp-notice".parse().unwrap(),
        stage: "first".parse().unwrap(),
    }
}

pub(crate) fn clocks(incident: &Incident, now: Timestamp) -> Vec<Clock> {
    let calendar = Calendar::builtin().unwrap();
    let law = Law {
        catalogue: &law().catalogue,
        calendar: &calendar,
        obligations: obligations(),
    };
    law.clocks(&incident.facts(BTreeSet::new(), Vec::new()), now)
}

pub(crate) fn notice_clock(incident: &Incident, now: Timestamp) -> Clock {
    let mut clocks = clocks(incident, now).into_iter();
    clocks.find(|clock| clock.key == key()).unwrap()
}
