//! How long one rating with its trace takes, and a replay of a draft over 10,000 cases.
#![allow(clippy::unwrap_used, reason = "a benchmark stops by panicking")]

use divan::{Bencher, counter::ItemsCount};
use kaname_severity::{Policy, cases};

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
