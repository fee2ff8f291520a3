//! How long one rating with its trace takes, and a replay of a draft over 10,000 cases.
#![allow(clippy::unwrap_used, reason = "a benchmark stops by panicking")]

use divan::{Bencher, counter::ItemsCount};
use kaname_severity::{Policy, cases, replay};

const GOLDEN: &str = include_str!("../tests/severity/golden.toml");

fn main() {
    divan::main();
}

#[divan::bench]
fn rate_the_golden_cases(bencher: Bencher<'_, '_>) {
    let cases = cases(GOLDEN, &Policy::builtin().unwrap()).unwrap();
    bencher
        .counter(ItemsCount::new(cases.len()))
        .bench_local(|| {
            for case in &cases {
                divan::black_box(case.rate());
            }
        });
}

#[divan::bench(sample_count = 10)]
fn replay_ten_thousand_cases(bencher: Bencher<'_, '_>) {
    let (head, bodies) = GOLDEN.split_once("\n[[case]]").unwrap();
    let bodies: Vec<&str> = bodies.split("\n[[case]]").collect();
    let mut text = head.to_owned();
    for index in 0..10_000 {
        let body = bodies[index % bodies.len()];
        text += "\n[[case]]";
        text += &body.replacen("id = \"", &format!("id = \"{index}-"), 1);
    }
    let current = Policy::builtin().unwrap();
    let builtin = include_str!("../data/jp-ci-severity-2018.toml");
    let draft = builtin.replace("\ncap = 3", "\ncap = 4");
    assert_ne!(draft, builtin, "the draft differs");
    let draft = Policy::read(&draft, &[], &[]).unwrap();
    bencher.bench_local(|| replay(&text, &current, &draft).unwrap().moved.len());
}
