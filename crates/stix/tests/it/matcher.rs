//! Looking for patterns in what was observed.

use kaname_stix::pattern::matcher::{
    Listed, MatchError, Matcher, MatcherError, ObservedSet, PatternIndex, Patterns, Unsearchable,
};
use kaname_stix::pattern::parse_pattern;
use serde_json::{Value, json};

/// One observation per list of objects, at minute 0, 1, 2 …
fn set(observations: Value) -> ObservedSet {
    let mut all = Vec::new();
    for (at, objects) in observations.as_array().unwrap().iter().enumerate() {
        let minute = format!("2026-01-01T00:{at:02}:00Z");
        let objects: serde_json::Map<String, Value> = objects
            .as_array()
            .unwrap()
            .iter()
            .enumerate()
            .map(|(at, object)| (at.to_string(), object.clone()))
            .collect();
        all.push(json!({
            "type": "observed-data", "id": format!("observed-data--{at}"),
            "first_observed": minute, "last_observed": minute, "number_observed": 1,
            "objects": objects,
        }));
    }
    let (set, unusable) = ObservedSet::read(all);
    assert_eq!(unusable, []);
    set
}

fn find(pattern: &str, set: &ObservedSet) -> Option<Vec<usize>> {
    let pattern = parse_pattern(pattern).unwrap();
    Matcher::new(&pattern).unwrap().find(set).unwrap()
}

fn holds(test: &str, object: Value) -> bool {
    find(&format!("[{test}]"), &set(json!([[object]]))).is_some()
}

#[test]
fn constants_are_compared_as_the_standard_says() {
    let object = json!({
        "type": "x-one", "text": "Abc", "umlaut": "Ä", "number": 5, "float": 2.5, "large": 18_446_744_073_709_551_615_u64,
        "flag": true, "at": "2026-01-01T09:00:00.000Z", "raw_hex": "00FF", "raw_bin": "AP8=",
        "list": [1, 2, 3], "map": {"strange name": "x"}, "none": null, "bytes": "\u{0}\u{ff}", "many": "あ\u{ff}",
    });
    for (test, wanted) in [
        ("x-one:text = 'Abc'", true),
        ("x-one:text = 'abc'", false),
        ("x-one:text != 'abc'", true),
        ("x-one:text NOT = 'Abc'", false),
        ("x-one:absent != 'abc'", false),
        ("x-one:text = 5", false),
        ("x-one:text != 5", true),
        ("x-one:text > 5", false),
        ("x-one:text NOT > 5", false),
        ("x-one:text > 'Abb'", true),
        ("x-one:number = 5.0", true),
        ("x-one:number >= 5", true),
        ("x-one:number < 5", false),
        ("x-one:number > 4.5", true),
        ("x-one:float > 2", true),
        ("x-one:large > 9223372036854775807", true),
        ("x-one:flag = true", true),
        ("x-one:flag = 1", false),
        ("x-one:at = t'2026-01-01T09:00:00Z'", true),
        ("x-one:at > t'2026-01-01T08:59:59.999999Z'", true),
        ("x-one:text = t'2026-01-01T09:00:00Z'", false),
        ("x-one:raw_hex = h'00ff'", true),
        ("x-one:raw_hex = b'AP8='", true),
        ("x-one:raw_bin = h'00ff'", true),
        ("x-one:bytes = h'00ff'", true),
        ("x-one:many = h'00ff'", false),
        ("x-one:raw_hex MATCHES '^\\\\x00'", true),
        ("x-one:text IN ('x', 'Abc')", true),
        ("x-one:text NOT IN ('x', 'Abc')", false),
        ("x-one:text IN ()", false),
        ("x-one:list[0] = 1", true),
        ("x-one:list[3] = 1", false),
        ("x-one:list[-1] = 3", false),
        ("x-one:list[*] = 3", true),
        ("x-one:list[*] > 3", false),
        ("x-one:list = 1", false),
        ("x-one:map.'strange name' = 'x'", true),
        ("EXISTS x-one:map.'strange name'", true),
        ("EXISTS x-one:map.other", false),
        ("NOT EXISTS x-one:map.other", true),
        ("NOT EXISTS x-two:map", false),
        ("x-one:text LIKE 'A%'", true),
        ("x-one:text LIKE 'A_c'", true),
        ("x-one:text LIKE 'A_'", false),
        ("x-one:text LIKE '%b%%'", true),
        ("x-one:text LIKE 'a%'", false),
        ("x-one:number NOT LIKE 'a%'", true),
        ("x-one:umlaut LIKE 'A\u{308}'", true),
        ("x-one:umlaut = 'A\u{308}'", false),
        ("x-one:text MATCHES 'b'", true),
        ("x-one:text MATCHES '^b'", false),
        ("x-one:text = 'Abc' AND x-one:number = 5", true),
        ("x-one:text = 'x' OR x-one:number = 5", true),
        (
            "x-one:text = 'x' AND (x-one:number = 5 OR x-one:flag = true)",
            false,
        ),
    ] {
        assert_eq!(holds(test, object.clone()), wanted, "{test}");
    }
}

#[test]
fn addresses_lie_in_networks() {
    for (value, test, wanted) in [
        ("198.51.100.7", "ISSUBSET '198.51.100.0/24'", true),
        ("198.51.101.7", "ISSUBSET '198.51.100.0/24'", false),
        ("198.51.100.0/25", "ISSUBSET '198.51.100.0/24'", true),
        ("198.51.0.0/16", "ISSUBSET '198.51.100.0/24'", false),
        ("198.51.0.0/16", "ISSUPERSET '198.51.100.0/24'", true),
        ("198.51.100.7", "ISSUPERSET '198.51.100.7'", true),
        ("0.0.0.0/0", "ISSUPERSET '198.51.100.7'", true),
        ("2001:db8::1", "ISSUBSET '2001:db8::/32'", true),
        ("2001:db9::1", "ISSUBSET '2001:db8::/32'", false),
        ("::ffff:198.51.100.7", "ISSUBSET '198.51.100.0/24'", false),
        ("no address", "ISSUBSET '198.51.100.0/24'", false),
        ("no address", "NOT ISSUBSET '198.51.100.0/24'", true),
    ] {
        let object = json!({"type": "ipv4-addr", "value": value});
        assert_eq!(
            holds(&format!("ipv4-addr:value {test}"), object),
            wanted,
            "{value} {test}"
        );
    }
}

#[test]
fn all_of_one_comparison_is_asked_of_one_object() {
    let both = "file:name = 'a' AND file:size = 2";
    let apart = json!([[{"type": "file", "name": "a", "size": 1}, {"type": "file", "name": "b", "size": 2}]]);
    let together =
        json!([[{"type": "file", "name": "b"}, {"type": "file", "name": "a", "size": 2}]]);
    assert_eq!(find(&format!("[{both}]"), &set(apart)), None);
    assert_eq!(find(&format!("[{both}]"), &set(together)), Some(vec![0]));
}

#[test]
fn references_are_followed_in_both_versions() {
    let patterns = [
        "[network-traffic:dst_ref.value = '203.0.113.9']",
        "[email-message:to_refs[*].value = 'b@example.com']",
        "[email-message:to_refs[1].value = 'b@example.com']",
        "[email-message:to_refs[*].belongs_to_ref.user_id = 'b']",
    ];
    let of_2_0 = json!([[
        {"type": "network-traffic", "dst_ref": "1"}, {"type": "ipv4-addr", "value": "203.0.113.9"},
        {"type": "email-message", "to_refs": ["3", "4"]}, {"type": "email-addr", "value": "a@example.com"},
        {"type": "email-addr", "value": "b@example.com", "belongs_to_ref": "5"}, {"type": "user-account", "user_id": "b"},
    ]]);
    let (of_2_1, unusable) = ObservedSet::read([
        json!({"type": "observed-data", "id": "observed-data--1", "number_observed": 1,
            "first_observed": "2026-01-01T00:00:00Z", "last_observed": "2026-01-01T00:00:00Z",
            "object_refs": ["network-traffic--1", "email-message--1", "ipv4-addr--gone"]}),
        json!({"type": "network-traffic", "id": "network-traffic--1", "dst_ref": "ipv4-addr--1"}),
        json!({"type": "ipv4-addr", "id": "ipv4-addr--1", "value": "203.0.113.9"}),
        json!({"type": "email-message", "id": "email-message--1", "to_refs": ["email-addr--1", "email-addr--2"]}),
        json!({"type": "email-addr", "id": "email-addr--1", "value": "a@example.com"}),
        json!({"type": "email-addr", "id": "email-addr--2", "value": "b@example.com", "belongs_to_ref": "user-account--1"}),
        json!({"type": "user-account", "id": "user-account--1", "user_id": "b"}),
    ]);
    assert_eq!(unusable, []);
    let of_2_0 = set(of_2_0);
    for pattern in patterns {
        assert!(find(pattern, &of_2_0).is_some(), "2.0: {pattern}");
        assert!(find(pattern, &of_2_1).is_some(), "2.1: {pattern}");
    }
    // Without an element of the list there is nothing to go on from.
    assert_eq!(
        find("[email-message:to_refs.value = 'a@example.com']", &of_2_1),
        None
    );
    // What is in the pool but not of the observation is no part of it.
    assert_eq!(find("[ipv4-addr:value = '203.0.113.9']", &of_2_1), None);
    assert!(find("[network-traffic:dst_ref = 'ipv4-addr--1']", &of_2_1).is_some());
}

fn letters(letters: &str) -> ObservedSet {
    let all: Vec<Value> = letters
        .chars()
        .map(|letter| json!([{"type": "x-one", "is": letter.to_string()}]))
        .collect();
    set(Value::Array(all))
}

/// A pattern where each letter stands for its test.
fn lettered(pattern: &str) -> String {
    let mut out = String::new();
    for word in pattern.split(' ') {
        match word.trim_matches(['(', ')']) {
            letter if letter.len() == 1 && letter.chars().all(|c| c.is_ascii_lowercase()) => {
                out.push_str(&word.replace(letter, &format!("[x-one:is = '{letter}']")));
            }
            _ => out.push_str(word),
        }
        out.push(' ');
    }
    out
}

#[test]
fn observations_are_joined_by_time_and_are_different_ones() {
    for (pattern, observed, wanted) in [
        ("a AND b", "xba", Some(vec![1, 2])),
        ("a AND a", "a", None),
        ("a AND a", "aa", Some(vec![0, 1])),
        ("a OR b", "xb", Some(vec![1])),
        ("a FOLLOWEDBY b", "ba", None),
        ("a FOLLOWEDBY b", "bab", Some(vec![1, 2])),
        ("a FOLLOWEDBY b FOLLOWEDBY c", "abc", Some(vec![0, 1, 2])),
        ("a FOLLOWEDBY b FOLLOWEDBY c", "acb", None),
        ("a FOLLOWEDBY (b AND c)", "cab", None),
        ("(a AND b) FOLLOWEDBY c", "acb", None),
        ("(a AND b) WITHIN 60 SECONDS", "ab", Some(vec![0, 1])),
        ("(a AND b) WITHIN 59.9 SECONDS", "ab", None),
        ("(a AND b) WITHIN 60 SECONDS", "axbxxba", Some(vec![5, 6])),
        ("(a FOLLOWEDBY b) WITHIN 60 SECONDS", "axbxxba", None),
        ("a REPEATS 3 TIMES", "axa", None),
        ("a REPEATS 3 TIMES", "axaa", Some(vec![0, 2, 3])),
        ("a REPEATS 3 TIMES WITHIN 120 SECONDS", "axaa", None),
        (
            "a REPEATS 3 TIMES WITHIN 120 SECONDS",
            "axxaaa",
            Some(vec![3, 4, 5]),
        ),
        ("(a AND b) REPEATS 2 TIMES", "aab", None),
        ("(a AND b) REPEATS 2 TIMES", "aabb", Some(vec![0, 1, 2, 3])),
        ("(a OR b) REPEATS 2 TIMES", "axb", Some(vec![0, 2])),
        (
            "a START t'2026-01-01T00:01:00Z' STOP t'2026-01-01T00:02:00Z'",
            "aba",
            None,
        ),
        (
            "a START t'2026-01-01T00:01:00Z' STOP t'2026-01-01T00:02:00Z'",
            "xa",
            Some(vec![1]),
        ),
        (
            "(a AND b) START t'2026-01-01T00:01:00Z' STOP t'2026-01-01T00:09:00Z'",
            "axxb",
            None,
        ),
    ] {
        let found = find(&lettered(pattern), &letters(observed));
        assert_eq!(found, wanted, "{pattern} in {observed}");
    }
}

#[test]
fn an_observation_counts_as_often_as_it_says_and_at_any_of_its_moments() {
    let (set, _) = ObservedSet::read([json!({
        "type": "observed-data", "id": "observed-data--1", "number_observed": 1_000_000_000,
        "first_observed": "2026-01-01T00:00:00Z", "last_observed": "2026-01-01T01:00:00Z",
        "objects": {"0": {"type": "x-one", "is": "a"}},
    })]);
    for (pattern, wanted) in [
        ("a REPEATS 1000000000 TIMES", true),
        ("a REPEATS 1000000001 TIMES", false),
        ("a REPEATS 1000000000 TIMES WITHIN 1 SECONDS", true),
        ("a FOLLOWEDBY a", true),
        (
            "a START t'2026-01-01T00:30:00Z' STOP t'2026-01-01T00:31:00Z'",
            true,
        ),
        (
            "a START t'2026-01-01T01:00:00Z' STOP t'2026-01-01T01:31:00Z'",
            true,
        ),
        (
            "a START t'2025-01-01T01:00:00Z' STOP t'2026-01-01T00:00:00Z'",
            false,
        ),
    ] {
        assert_eq!(
            find(&lettered(pattern), &set).is_some(),
            wanted,
            "{pattern}"
        );
    }
}

#[test]
fn what_cannot_be_used_is_told_and_the_rest_is() {
    let good = json!({"type": "observed-data", "id": "observed-data--0", "number_observed": 1,
        "first_observed": "2026-01-01T00:00:00Z", "last_observed": "2026-01-01T00:00:00Z",
        "objects": {"0": {"type": "x-one", "is": "a"}}});
    let mut all = vec![
        good.clone(),
        json!(5),
        json!({"type": "identity", "id": "identity--1"}),
    ];
    for (name, value) in [
        ("first_observed", json!("yesterday")),
        ("first_observed", json!("2026-01-02T00:00:00Z")),
        ("last_observed", Value::Null),
        ("number_observed", json!(0)),
        ("number_observed", json!("1")),
        ("objects", json!([])),
    ] {
        let mut bad = good.clone();
        bad[name] = value;
        all.push(bad);
    }
    let (set, unusable) = ObservedSet::read(all);
    assert_eq!(set.all().len(), 1);
    assert_eq!(unusable.len(), 6, "{unusable:?}");
    assert!(unusable[3].reason.contains("number_observed"));
}

#[test]
fn hostile_patterns_and_observations_end_within_bounds() {
    let new = |pattern: &str| Matcher::new(&parse_pattern(pattern).unwrap()).err();
    for expression in ["(?=a)", "(a)\\\\1", "(", "((a{1000}){1000}){1000}"] {
        let refused = new(&format!("[a:b MATCHES '{expression}']"));
        assert!(
            matches!(refused, Some(MatcherError::BadExpression { .. })),
            "{expression}: {refused:?}"
        );
    }
    let refused = new("[a:b ISSUBSET '10.0.0.0/33']");
    assert!(matches!(refused, Some(MatcherError::NoNetwork { .. })));

    // What would take a backtracking engine for ever.
    let object = json!({"type": "x-one", "is": "a".repeat(100_000)});
    assert!(!holds("x-one:is MATCHES '^(a+)+$b'", object.clone()));
    let percent = "%a".repeat(500);
    assert!(!holds(&format!("x-one:is LIKE '{percent}b'"), object));

    // Lists of references to objects with such lists.
    let refs: Vec<String> = (0..300).map(|at| at.to_string()).collect();
    let objects: serde_json::Map<String, Value> = refs
        .iter()
        .map(|at| (at.clone(), json!({"type": "x-one", "own_refs": refs})))
        .collect();
    let (set, _) = ObservedSet::read([
        json!({"type": "observed-data", "id": "observed-data--0", "number_observed": 1,
        "first_observed": "2026-01-01T00:00:00Z", "last_observed": "2026-01-01T00:00:00Z", "objects": objects}),
    ]);
    let deep =
        parse_pattern("[x-one:own_refs[*].own_refs[*].own_refs[*].own_refs[*].gone = 1]").unwrap();
    assert_eq!(
        Matcher::new(&deep).unwrap().find(&set),
        Err(MatchError::TooManyValues)
    );

    // One observation too few for what overlaps: no search finds it in time.
    let many = letters(&"a".repeat(19));
    let pattern = lettered(&["a"; 20].join(" AND "));
    let answer = Matcher::new(&parse_pattern(&pattern).unwrap())
        .unwrap()
        .find(&many);
    assert_eq!(answer, Err(MatchError::TooManyChoices));
}

#[test]
fn an_index_finds_what_each_pattern_finds() {
    let patterns = [
        "[ipv4-addr:value = '203.0.113.9']",
        "[ipv4-addr:value IN ('203.0.113.8', '203.0.113.9')]",
        "[ipv4-addr:value ISSUBSET '203.0.113.0/24']",
        "[ipv4-addr:value ISSUBSET '203.0.0.0/16'] OR [domain-name:value = 'a.example']",
        "[ipv4-addr:value = '203.0.113.10' OR domain-name:value = 'a.example']",
        "[file:size = 12]",
        "[ipv4-addr:value != '203.0.113.9']",
        "[ipv4-addr:value = '203.0.113.9' AND ipv4-addr:x = 1]",
        "[ipv4-addr:value = '203.0.113.9'] AND [file:size = 12]",
        "[ipv4-addr:value LIKE '203.%']",
        "[x-one:a_hex = 'zz']",
        "[file:hashes.'SHA-256' = 'ab']",
    ];
    let mut index = PatternIndex::default();
    for (number, pattern) in (0..).zip(patterns) {
        index.add(number, &parse_pattern(pattern).unwrap()).unwrap();
    }
    assert_eq!(index.counts(), (7, 5));
    for observed in [
        json!([[{"type": "ipv4-addr", "value": "203.0.113.9"}]]),
        json!([[{"type": "ipv4-addr", "value": "203.0.1.9"}], [{"type": "file", "size": 12.0}]]),
        json!([[{"type": "domain-name", "value": "a.example"}, {"type": "ipv4-addr", "value": "203.0.113.9"}], [{"type": "file", "size": 12}]]),
        json!([[{"type": "file", "hashes": {"SHA-256": "ab"}}, {"type": "x-one", "a_hex": "zz"}]]),
        json!([]),
    ] {
        let read = |observations: Vec<Value>| set(Value::Array(observations));
        let all = observed.as_array().unwrap().clone();
        let set = read(all.clone());
        let each: Vec<u32> = (0..)
            .zip(patterns)
            .filter(|(_, pattern)| find(pattern, &set).is_some())
            .map(|(number, _)| number)
            .collect();
        let found = index.find(&set).unwrap();
        let numbers: Vec<u32> = found.iter().map(|(number, _)| *number).collect();
        assert_eq!(numbers, each);
        for (number, places) in found {
            let within = places.iter().map(|at| all[*at].clone()).collect();
            let pattern = patterns[number as usize];
            assert!(
                find(pattern, &read(within)).is_some(),
                "{pattern} {places:?}"
            );
        }
    }
}

#[test]
fn looking_ends_when_nobody_waits() {
    let stopped = |pattern: &str, set: &ObservedSet| {
        let mut index = PatternIndex::default();
        index.add(0, &parse_pattern(pattern).unwrap()).unwrap();
        assert!(
            index
                .find_while(set, 1, Some(&|| true))
                .is_ok_and(|found| found.len() <= 1)
        );
        let found = index.find_while(set, 1, Some(&|| false));
        assert_eq!(found, Err(MatchError::Stopped), "{pattern}");
    };
    let many = letters(&"a".repeat(40));
    // One observation too few for what overlaps.
    let mut searched = PatternIndex::default();
    let pattern = lettered(&["a"; 20].join(" AND "));
    searched.add(0, &parse_pattern(&pattern).unwrap()).unwrap();
    let found = searched.find_while(&letters(&"a".repeat(19)), 1, Some(&|| false));
    assert_eq!(found, Err(MatchError::Stopped));
    let each = vec!["[x-letter:value != 'a']"; 100].join(" OR ");
    stopped(&each, &many);
    let text = |value: String| set(json!([[{ "type": "x-one", "a": value }]]));
    let wanted = format!("[x-one:a LIKE '%{}b']", "a".repeat(100));
    stopped(&wanted, &text("a".repeat(10_000)));
    stopped("[x-one:a MATCHES 'b']", &text("a".to_owned()));
    let mut index = PatternIndex::default();
    index
        .add(0, &parse_pattern("[x-one:a MATCHES 'b']").unwrap())
        .unwrap();
    let long = text("a".repeat((1 << 20) + 1));
    let waited = index.find_while(&long, 1, Some(&|| true));
    assert_eq!(waited, Err(MatchError::LongText));
    assert_eq!(
        index.find(&long),
        Ok(Vec::new()),
        "where nobody waits it is searched"
    );
}

#[test]
fn patterns_are_looked_for_together_and_what_is_left_is_counted() {
    let mut patterns = Patterns::with_expressions(2);
    patterns.add("one", "[x-one:a = 'x']").unwrap();
    patterns
        .add("all", "[x-one:a = 'x'] REPEATS 3 TIMES")
        .unwrap();
    patterns.add_if("none", "[x-one:a = ");
    patterns
        .add(
            "expressions",
            "[x-one:a MATCHES 'x' OR x-one:a MATCHES 'y']",
        )
        .unwrap();
    let more = patterns.add("", "[x-one:a MATCHES 'x']");
    assert_eq!(more, Err(Unsearchable::TooManyExpressions { limit: 2 }));
    assert_eq!(patterns.len(), 3);
    let seen = set(
        json!([[{ "type": "x-one", "a": "x" }], [{ "type": "x-one", "a": "x" }], [{ "type": "x-one", "a": "x" }]]),
    );
    let listed = Listed {
        observed: 2,
        id_bytes: "observed-data--0".len() * 3,
    };
    let looked = patterns.look_in(&seen, listed, None).unwrap();
    let found: Vec<_> = looked
        .found
        .iter()
        .map(|one| (one.from.as_str(), one.observed.len(), one.not_listed))
        .collect();
    assert_eq!(found, [("one", 1, 0), ("all", 2, 1), ("expressions", 0, 1)]);
    assert_eq!(looked.passed_over[0].from, "none");
}
