//! Patterns against an answer that tries every choice of observations.

use kaname_stix::pattern::matcher::{Matcher, ObservedSet};
use kaname_stix::pattern::parse_pattern;
use proptest::prelude::*;
use serde_json::json;

#[derive(Debug, Clone)]
enum Part {
    Letter(u8),
    And(Vec<Part>),
    Or(Vec<Part>),
    Then(Vec<Part>),
    Within(Box<Part>, i64),
    Repeats(Box<Part>, usize),
    Between(Box<Part>, i64, i64),
}

/// One observation: the letters its objects have, its time in seconds, how often it counts.
#[derive(Debug, Clone)]
struct Seen {
    letters: Vec<u8>,
    first: i64,
    last: i64,
    count: usize,
}

fn moment(second: i64) -> String {
    format!("2026-01-01T00:{:02}:{:02}Z", second / 60, second % 60)
}

fn write(part: &Part) -> String {
    let join = |parts: &[Part], word: &str| {
        let parts: Vec<String> = parts
            .iter()
            .map(|part| format!("({})", write(part)))
            .collect();
        parts.join(word)
    };
    match part {
        Part::Letter(letter) => format!("[x-one:is = {letter}]"),
        Part::And(parts) => join(parts, " AND "),
        Part::Or(parts) => join(parts, " OR "),
        Part::Then(parts) => join(parts, " FOLLOWEDBY "),
        Part::Within(inner, seconds) => format!("({}) WITHIN {seconds} SECONDS", write(inner)),
        Part::Repeats(inner, times) => format!("({}) REPEATS {times} TIMES", write(inner)),
        Part::Between(inner, start, stop) => format!(
            "({}) START t'{}' STOP t'{}'",
            write(inner),
            moment(*start),
            moment(*stop)
        ),
    }
}

/// Every choice of observations in which the part is found.
fn choices(part: &Part, seen: &[Seen]) -> Vec<Vec<usize>> {
    let begin = |all: &[usize]| all.iter().map(|at| seen[*at].first).max().unwrap();
    let end = |all: &[usize]| all.iter().map(|at| seen[*at].last).min().unwrap();
    let joined = |parts: &[Part], in_order: bool| {
        let mut all = vec![Vec::new()];
        for part in parts {
            let own = choices(part, seen);
            let mut next = Vec::new();
            for one in &all {
                for other in &own {
                    if in_order && !one.is_empty() && begin(one) > end(other) {
                        continue;
                    }
                    let both = [one.as_slice(), other].concat();
                    let fits =
                        |at: usize| both.iter().filter(|one| **one == at).count() <= seen[at].count;
                    if (0..seen.len()).all(fits) {
                        next.push(both);
                    }
                }
            }
            all = next;
        }
        all
    };
    match part {
        Part::Letter(letter) => (0..seen.len())
            .filter(|at| seen[*at].letters.contains(letter))
            .map(|at| vec![at])
            .collect(),
        Part::And(parts) => joined(parts, false),
        Part::Then(parts) => joined(parts, true),
        Part::Or(parts) => parts.iter().flat_map(|part| choices(part, seen)).collect(),
        Part::Within(inner, seconds) => choices(inner, seen)
            .into_iter()
            .filter(|all| begin(all) - end(all) <= *seconds)
            .collect(),
        Part::Repeats(inner, times) => joined(&vec![(**inner).clone(); *times], false),
        Part::Between(inner, start, stop) => choices(inner, seen)
            .into_iter()
            .filter(|all| {
                all.iter()
                    .all(|at| seen[*at].first < *stop && seen[*at].last >= *start)
            })
            .collect(),
    }
}

fn parts() -> impl Strategy<Value = Part> {
    let letter = (0_u8..3).prop_map(Part::Letter);
    letter.prop_recursive(3, 5, 2, |inner| {
        let some = prop::collection::vec(inner.clone(), 2..3);
        prop_oneof![
            some.clone().prop_map(Part::And),
            some.clone().prop_map(Part::Or),
            some.prop_map(Part::Then),
            (inner.clone(), 1_i64..6).prop_map(|(part, span)| Part::Within(Box::new(part), span)),
            (inner.clone(), 1_usize..3)
                .prop_map(|(part, times)| Part::Repeats(Box::new(part), times)),
            (inner, 0_i64..8, 1_i64..8).prop_map(|(part, start, more)| Part::Between(
                Box::new(part),
                start,
                start + more
            )),
        ]
    })
}

fn observations() -> impl Strategy<Value = Vec<Seen>> {
    let one = (
        prop::collection::vec(0_u8..3, 0..3),
        0_i64..10,
        0_i64..4,
        1_usize..3,
    );
    let one = one.prop_map(|(letters, first, more, count)| Seen {
        letters,
        first,
        last: first + more,
        count,
    });
    prop::collection::vec(one, 0..5)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn what_is_found_is_what_trying_everything_finds(part in parts(), seen in observations()) {
        let all = seen.iter().enumerate().map(|(at, seen)| {
            let objects: serde_json::Map<_, _> = seen.letters.iter().enumerate()
                .map(|(at, letter)| (at.to_string(), json!({"type": "x-one", "is": letter}))).collect();
            json!({"type": "observed-data", "id": format!("observed-data--{at}"), "number_observed": seen.count,
                "first_observed": moment(seen.first), "last_observed": moment(seen.last), "objects": objects})
        });
        let (set, unusable) = ObservedSet::read(all);
        prop_assert_eq!(unusable, []);
        let pattern = write(&part);
        let found = Matcher::new(&parse_pattern(&pattern).unwrap()).unwrap().find(&set).unwrap();
        let every = choices(&part, &seen);
        prop_assert_eq!(found.is_some(), !every.is_empty(), "{}", pattern);
        if let Some(found) = found {
            let is_one = every.iter().any(|choice| {
                let mut choice = choice.clone();
                choice.sort_unstable();
                choice.dedup();
                choice == found
            });
            prop_assert!(is_one, "{} is no choice for {}", format!("{found:?}"), pattern);
        }
    }
}
