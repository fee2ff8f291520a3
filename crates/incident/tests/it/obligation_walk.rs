//! Clocks of facts as anybody may have them: none is lost, none runs backward, each reminder is told once.

use std::collections::BTreeSet;

use jiff::SignedDuration;
use kaname_incident::{
    obligation::{Clock, ClockState, Facts, Fulfilment, Measure, Measures, Waiver},
    routing::Tri,
};
use proptest::prelude::*;

use crate::obligation::{Books, NO, NOW, YES, at, handed_in, measured, named, waived};

/// Facts as anybody may have them.
fn any_facts() -> impl Strategy<Value = Facts> {
    let codes = [
        "sensitive-data",
        "property-risk",
        "malicious-leak",
        "special-event",
        "significant",
        "critical-service",
        "malicious-access",
        "reputation",
        "data-loss",
    ];
    let counts = [
        "persons",
        "clients",
        "cost-eur",
        "downtime-min",
        "member-states",
    ];
    let stages = [
        "jp-notice/first",
        "jp-privacy/preliminary",
        "jp-privacy/final",
        "eu-nis2/early-warning",
        "eu-nis2/notification",
        "eu-dora/initial",
        "eu-dora/intermediate",
        "jp-special-infrastructure/first",
    ];
    let moment = 0i64..4_000_000;
    let begin = at("2026-10-05T00:00:00Z");
    let after = move |seconds: i64| begin + SignedDuration::from_secs(seconds);
    let waiver = (
        proptest::sample::select(stages.to_vec()),
        moment.clone(),
        proptest::option::of(1i64..1_000_000),
    );
    let flags = proptest::sample::subsequence(codes.to_vec(), 0..=codes.len());
    (
        (
            moment.clone(),
            proptest::option::of(moment.clone()),
            proptest::option::of(moment.clone()),
        ),
        proptest::option::of(proptest::sample::select(vec![
            "water", "finance", "nowhere",
        ])),
        proptest::sample::subsequence(
            vec!["eu-nis2", "eu-dora", "jp-special-infrastructure"],
            0..=3,
        ),
        (flags.clone(), flags),
        proptest::collection::vec(
            (
                proptest::sample::select(counts.to_vec()),
                0u64..200_000,
                proptest::option::of(0u64..200_000),
            ),
            0..4,
        ),
        proptest::collection::vec(
            (proptest::sample::select(stages.to_vec()), moment.clone()),
            0..4,
        ),
        proptest::collection::vec(waiver, 0..4),
    )
        .prop_map(
            move |(
                (received, aware, classified),
                sector,
                lists,
                (yes, no),
                counts,
                handed,
                waivers,
            )| {
                let mut measures = Measures::new();
                measures.extend(measured(
                    &no.into_iter().map(|code| (code, NO)).collect::<Vec<_>>(),
                ));
                measures.extend(measured(
                    &yes.into_iter().map(|code| (code, YES)).collect::<Vec<_>>(),
                ));
                for (code, low, more) in counts {
                    let high = more.map(|more| low + more);
                    measures.insert(code.parse().unwrap(), Measure::Count { low, high });
                }
                Facts {
                    received: after(received),
                    aware: aware.map(after),
                    classified: classified.map(after),
                    sector: sector.map(|code| code.parse().unwrap()),
                    lists: lists
                        .into_iter()
                        .map(|code| code.parse().unwrap())
                        .collect(),
                    measures,
                    earlier: Vec::new(),
                    fulfilments: handed
                        .into_iter()
                        .map(|(clock, seconds)| Fulfilment {
                            at: after(seconds),
                            ..handed_in(clock, NOW)
                        })
                        .collect(),
                    waivers: waivers
                        .into_iter()
                        .map(|(clock, from, lasts)| Waiver {
                            from: after(from),
                            until: lasts.map(|lasts| after(from + lasts)),
                            ..waived(clock, NOW, None)
                        })
                        .collect(),
                }
            },
        )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    /// As time goes on no clock is lost, none moves, and none that ran out runs again but for a waiver.
    #[test]
    fn clocks_only_run_forward(facts in any_facts(), one in 0i64..8_000_000, more in 0i64..8_000_000) {
        let books = Books::open();
        let now = at("2026-10-05T00:00:00Z") + SignedDuration::from_secs(one);
        let later = now + SignedDuration::from_secs(more);
        let first = books.law().clocks(&facts, now);
        let second = books.law().clocks(&facts, later);
        prop_assert_eq!(first.len(), second.len());
        for (before, after) in first.iter().zip(&second) {
            prop_assert_eq!(&before.key, &after.key);
            prop_assert_eq!(before.due, after.due);
            prop_assert_eq!(&before.reminders, &after.reminders);
            let runs_on = matches!(
                (before.state, after.state),
                (ClockState::Armed, ClockState::Armed | ClockState::Late)
                    | (ClockState::Late, ClockState::Late)
                    | (ClockState::Met, ClockState::Met)
            );
            let waived = before.state == ClockState::Waived || after.state == ClockState::Waived;
            prop_assert!(runs_on || waived, "{:?} -> {:?}", before.state, after.state);
        }
    }

    /// Every stage of every obligation that is owed, or may be, has one clock; what is not owed has none.
    #[test]
    fn no_clock_is_lost(facts in any_facts()) {
        let books = Books::open();
        let clocks = books.law().clocks(&facts, facts.received);
        let keys: BTreeSet<String> = clocks.iter().map(|clock| named(&clock.key)).collect();
        prop_assert_eq!(keys.len(), clocks.len());
        let day = kaname_directory::day_of(facts.known_at());
        for dated in books.obligations.on(day) {
            let of_it: Vec<&Clock> = clocks.iter().filter(|clock| clock.key.obligation == dated.value.code).collect();
            prop_assert!(of_it.is_empty() || of_it.len() == dated.value.stages.len());
            for clock in of_it {
                prop_assert!(clock.owed != Tri::No);
                prop_assert!(!clock.to.is_empty());
                prop_assert_eq!(clock.due.is_some(), clock.begun.is_some());
                prop_assert_eq!(clock.reminders.last().copied(), clock.due);
            }
        }
        // Knowing more never takes a clock away that is surely owed, but for what is answered with no.
        let mut unknown = facts.clone();
        unknown.measures.clear();
        let all = books.law().clocks(&unknown, facts.received).len();
        prop_assert!(all >= clocks.len());
    }

    /// A waiver never brings a deadline nearer, and moves no other clock.
    #[test]
    fn waivers_only_give_time(facts in any_facts()) {
        let books = Books::open();
        let mut without = facts.clone();
        without.waivers.clear();
        let with = books.law().clocks(&facts, facts.received);
        let without = books.law().clocks(&without, facts.received);
        for (with, without) in with.iter().zip(&without) {
            prop_assert_eq!(&with.key, &without.key);
            prop_assert!(with.due >= without.due);
            let named = facts.waivers.iter().any(|waiver| waiver.clock == with.key);
            prop_assert!(named || with.due == without.due);
        }
    }

    /// However rarely one looks, every reminder is told at most once, the last one always, and none too early.
    #[test]
    fn reminders_are_told_once(facts in any_facts(), steps in proptest::collection::vec(1i64..1_500_000, 1..30)) {
        let books = Books::open();
        let mut facts = facts;
        facts.fulfilments.clear();
        facts.waivers.clear();
        for clock in books.law().clocks(&facts, facts.received) {
            let (mut now, mut told, mut heard) = (facts.received, None, Vec::new());
            for step in &steps {
                now += SignedDuration::from_secs(*step);
                if let Some(moment) = clock.reminder(told, now) {
                    prop_assert!(moment <= now);
                    heard.push(moment);
                    told = Some(moment);
                }
                prop_assert_eq!(clock.reminder(told, now), None);
                let next = clock.next_reminder(told);
                prop_assert!(next.is_none_or(|next| next > now));
            }
            let mut sorted = heard.clone();
            sorted.sort();
            sorted.dedup();
            prop_assert_eq!(&sorted, &heard);
            if let Some(due) = clock.due {
                prop_assert_eq!(heard.last() == Some(&due), due <= now);
            }
        }
    }
}
