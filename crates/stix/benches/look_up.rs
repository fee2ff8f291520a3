//! How many values a second are looked up in a million indicators, on one core.
#![allow(clippy::unwrap_used, reason = "a benchmark stops by panicking")]

use divan::counter::ItemsCount;
use divan::{Bencher, black_box};
use kaname_stix::pattern::matcher::PatternIndex;
use kaname_stix::pattern::parse_pattern;
use kaname_stix::pattern::tree::{ObjectPath, Step};

const INDICATORS: u32 = 1_000_000;
const VALUES: u32 = 1_000_000;

fn main() {
    divan::main();
}

fn index() -> PatternIndex {
    let mut index = PatternIndex::default();
    for number in 0..INDICATORS {
        let text = format!("[domain-name:value = 'host{number}.example']");
        let is_simple = index.add(number, &parse_pattern(&text).unwrap());
        assert!(is_simple.unwrap(), "{text}");
    }
    index
}

/// One value in ten is an indicator's, in no order.
#[divan::bench(sample_count = 5, sample_size = 1)]
fn look_up(bencher: Bencher<'_, '_>) {
    let index = index();
    let path = ObjectPath {
        type_name: "domain-name".into(),
        steps: vec![Step::Name("value".into())],
    };
    let values: Vec<String> = (0..VALUES)
        .map(|n| {
            let place = n.wrapping_mul(2_654_435_761) % INDICATORS;
            let about = if n % 10 == 0 {
                place
            } else {
                place + INDICATORS
            };
            format!("host{about}.example")
        })
        .collect();
    bencher
        .counter(ItemsCount::new(values.len()))
        .bench_local(|| {
            let is_known = |value: &&String| !black_box(index.look_up(&path, value)).is_empty();
            let known = values.iter().filter(is_known).count();
            assert_eq!(known, values.len() / 10, "one in ten is an indicator's");
        });
}
