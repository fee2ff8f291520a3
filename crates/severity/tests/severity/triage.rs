//! The triage priority, another number than the level.

use kaname_severity::triage::{BadAnswer, TriagePolicy};

fn extreme(policy: &TriagePolicy, worst: bool) -> Vec<(&str, &str)> {
    policy
        .questions
        .iter()
        .map(|question| {
            let answers = question.answers.iter();
            let answer = if worst {
                answers.max_by_key(|answer| answer.value)
            } else {
                answers.min_by_key(|answer| answer.value)
            };
            (question.code.as_str(), answer.unwrap().code.as_str())
        })
        .collect()
}

#[test]
fn the_scale_runs_from_0_to_100_over_the_published_sums() {
    let policy = TriagePolicy::builtin().unwrap();
    let sum = |worst| -> u32 {
        let answers = extreme(&policy, worst);
        let questions = policy.questions.iter().zip(answers);
        questions
            .map(|(question, (_, code))| {
                let answer = question.answers.iter().find(|answer| answer.code == code);
                question.weight * answer.unwrap().value
            })
            .sum()
    };
    assert_eq!((sum(false), sum(true)), (325, 3400), "as the source says");
    assert_eq!(
        policy.priority(&extreme(&policy, false)).unwrap().tenths(),
        0
    );
    assert_eq!(
        policy.priority(&extreme(&policy, true)).unwrap().tenths(),
        1_000
    );
}

#[test]
fn one_answer_counts_by_its_weight() {
    let policy = TriagePolicy::builtin().unwrap();
    let mut answers = extreme(&policy, false);
    answers[0].1 = "significant-critical";
    // 6 × 70 of 3400 − 325.
    assert_eq!(policy.priority(&answers).unwrap().tenths(), 137);
}

#[test]
fn every_question_needs_one_known_answer() {
    let policy = TriagePolicy::builtin().unwrap();
    let answers = extreme(&policy, true);
    let missing = policy.priority(&answers[1..]);
    assert_eq!(
        missing,
        Err(BadAnswer::Unanswered("functional-impact".into()))
    );
    let mut twice = answers.clone();
    twice.push(answers[0]);
    assert_eq!(
        policy.priority(&twice),
        Err(BadAnswer::Unanswered("functional-impact".into()))
    );
    let mut other = answers;
    other[1].1 = "none at all";
    assert!(matches!(
        policy.priority(&other),
        Err(BadAnswer::Unknown { .. })
    ));
}
