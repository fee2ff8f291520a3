//! Which reports speak of the same.

use std::collections::BTreeSet;

use kaname_intake::Kind;
use kaname_intake::submission::{
    SubmissionOptions, from_text, group_keys, groups, is_widely_shared, similarity,
};

fn options() -> SubmissionOptions {
    SubmissionOptions::default()
}

fn keys(text: &str) -> BTreeSet<(Kind, String)> {
    let read = from_text(text.as_bytes(), &options()).unwrap();
    let values = read.values.iter();
    group_keys(values.map(|value| (value.kind, value.value.as_str())))
}

#[test]
fn reports_with_the_same_rare_values_are_grouped() {
    let first = keys("C2 203.0.113.77, 8.8.8.8, www.google.com");
    let second = keys("evil.example 203.0.113.77");
    let third =
        keys("hxxp://evil[.]example/gate と 8.8.8.8 と https://www.google.com/ CVE-2026-1234");
    let fourth = keys("other.example 8.8.8.8 www.google.com CVE-2026-1234 10.0.0.1");
    assert_eq!(first.len(), 1, "{first:?}");
    assert_eq!(similarity(&first, &second).shared, 1);
    assert_eq!(similarity(&third, &fourth).shared, 0);
    assert_eq!(similarity(&fourth, &fourth).of_all, 1.0);
    assert_eq!(similarity(&BTreeSet::new(), &BTreeSet::new()).of_all, 0.0);
    let all = [first, second, third, fourth];
    assert_eq!(groups(&all, 100), [vec![0, 1, 2], vec![3]]);
    assert_eq!(groups(&all, 1), [vec![0], vec![1], vec![2], vec![3]]);
    assert_eq!(groups(&[], 1), Vec::<Vec<usize>>::new());
}

#[test]
fn a_page_on_a_platform_counts_but_not_the_platform() {
    let widely = |text: &str| {
        let read = from_text(text.as_bytes(), &options()).unwrap();
        let value = &read.values[0];
        is_widely_shared(value.kind, &value.value)
    };
    assert!(widely("8.8.8.8"));
    assert!(widely("https://github.com/"));
    assert!(!widely("https://github.com/evil/payload"));
    assert!(!widely("203.0.113.77"));
    assert!(widely("d41d8cd98f00b204e9800998ecf8427e"));
    assert!(widely("10.1.2.3") && widely("192.168.0.0/16") && widely("0.0.0.0/4"));
    assert!(widely("fe80::1") && !widely("2001:db8::1") && !widely("203.0.113.0/24"));
}
