//! An incident as a random sequence of everything that may be done.

use std::collections::{BTreeMap, BTreeSet};

use kaname_incident::{
    Digest, Incident, Refused,
    incident::{
        Deciding, Gravity, IncidentChange, IncidentState, Taking, TaskState, View, Within, admit,
        answer, ask, classify, compartment, decide, drop_task, end_waiver, exclude, finish_task,
        fulfil, give_task, hand_over, join, log, measure, pass_evidence, remind, rename, step,
        take_back, take_evidence, take_task, waive, weigh,
    },
    obligation::{Fulfilment, Measure, Proof},
    routing::Tri,
};
use kaname_kernel::{Actor, Matter as _};
use proptest::prelude::*;

use crate::incident::{ISAC, MINISTRY, clocks, deciding, key, opened};
use crate::support::{HUB, OPERATOR, Tale, account, matter, minutes, obligations, officer, party};

/// One of all things that may be done.
fn act(
    incident: &Tale<Incident>,
    which: u8,
    n: u8,
) -> (Actor, Result<Vec<IncidentChange>, Refused>) {
    let (state, now) = (incident.state(), incident.now);
    let number = u32::from(n % 4);
    let who = [OPERATOR, MINISTRY, ISAC, HUB][usize::from(n % 4)];
    let within = [Within::Everybody, Within::Officers, Within::Compartment(1)][usize::from(n % 3)];
    let until = n.is_multiple_of(2).then(|| now + minutes(i64::from(n) + 1));
    let decided = match which {
        0..=4 => step(state, IncidentState::ALL[usize::from(n) % 10], "確認", 0),
        5 => admit(
            state,
            party(who),
            if n.is_multiple_of(2) {
                View::Open
            } else {
                View::Masked
            },
        ),
        6 => exclude(state, party(who), "退く"),
        7 => compartment(state, "内々", BTreeSet::from([party(who)])),
        8 => give_task(state, "作業", (party(who), party(HUB)), until, within, now),
        9 => take_task(state, number, account(1), party(who)),
        10 => finish_task(state, number, party(who)),
        11 => drop_task(state, number, "不要"),
        12 => ask(state, party(who), "質問", now + minutes(10), within, now),
        13 => answer(state, number, party(who), "答え"),
        14 => take_back(state, number, "不要"),
        15 => decide(
            state,
            Deciding {
                within,
                ..deciding()
            },
            &officer(1),
        ),
        16 => log(state, "記録", now, within, now),
        17 => hand_over(state, account(u128::from(n % 3)), "引き継ぎ"),
        18 => join(state, matter(200 + u128::from(n))),
        19 => weigh(
            state,
            Gravity {
                level: Some(n % 5),
                maintenance_breached: Tri::No,
            },
            "見直し",
        ),
        20 => rename(state, &format!("題{n}")),
        21 => waive(
            state,
            key(),
            (now, until),
            "承認",
            obligations(),
            (&officer(1), now),
        ),
        22 => end_waiver(state, number, now),
        23 => {
            let proof = Fulfilment {
                clock: key(),
                at: now,
                proof: Proof::Report { report: matter(1) },
            };
            fulfil(state, proof, obligations(), now)
        }
        24 => take_evidence(
            state,
            Taking {
                what: "像".to_owned(),
                sha256: Digest::of(&[n]),
                blob: None,
                from: "甲".to_owned(),
                to: "乙".to_owned(),
                why: "解析".to_owned(),
                at: now,
                within,
            },
            now,
        ),
        25 => pass_evidence(state, 1, &Digest::of(&[n % 8]), ("丙", "解析"), now, now),
        26 => measure(
            state,
            BTreeMap::from([(
                "sensitive-data".parse().unwrap(),
                Measure::Is(n.is_multiple_of(2)),
            )]),
            obligations(),
        ),
        27 => classify(state, now, now),
        _ => Ok(remind(state, &clocks(state, now), now)),
    };
    (officer(1), decided)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    /// Whatever is done in whatever order: folding anew gives the same state, no state follows outside of the graph, what
    /// is closed has nothing open, and whoever has something to do takes part.
    #[test]
    fn an_incident_is_the_fold_of_what_happened(steps in proptest::collection::vec((0u8..29, any::<u8>()), 1..80)) {
        let mut incident = opened(1);
        for (which, n) in steps {
            incident.later(minutes(i64::from(n) * 3));
            let before = incident.state().clone();
            let (by, decided) = act(&incident, which, n);
            if incident.take(by, decided).is_err() {
                prop_assert_eq!(incident.state(), &before);
            }
            let state = incident.state();
            for task in state.tasks.iter().filter(|task| task.state == TaskState::Open) {
                prop_assert!(task.party == party(HUB) || state.shows(task.within, task.party));
            }
            for request in state.requests.iter().filter(|request| request.is_open()) {
                prop_assert!(state.shows(request.within, request.to));
            }
            if state.state == IncidentState::Closed {
                prop_assert_eq!(state.open_tasks() + state.open_requests(), 0);
            }
        }
        let state = incident.state();
        for pair in state.path.windows(2) {
            prop_assert!(pair[0].0.next().contains(&pair[1].0), "{:?} -> {:?}", pair[0].0, pair[1].0);
        }
        for evidence in &state.evidence {
            for pair in evidence.custody.windows(2) {
                prop_assert_eq!(&pair[0].to, &pair[1].from);
                prop_assert!(pair[0].at <= pair[1].at);
            }
        }
        prop_assert_eq!(&incident.replayed(), state);
        let projected = state.project();
        prop_assert_eq!(projected.postings, projected.alone);
    }
}
