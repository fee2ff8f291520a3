//! The grammar of patterns, their canonical form and their words.

use kaname_stix::pattern::tree::Observation;
use kaname_stix::pattern::{
    Language, canonical_pattern, equivalent_patterns, explain_pattern, parse_pattern,
};
use proptest::prelude::*;

fn canonical(pattern: &str) -> String {
    canonical_pattern(&parse_pattern(pattern).unwrap())
}

#[test]
fn what_the_grammar_allows_is_read() {
    for pattern in [
        "[ipv4-addr:value = '198.51.100.1']",
        "[file:hashes.'SHA-256' = 'aa' AND file:size >= 1024]",
        "[a:b=1]AND[a:b=2]OR[a:b=3]FOLLOWEDBY[a:b=4]",
        "([a:b=1] FOLLOWEDBY [a:b=2]) WITHIN 5.5 SECONDS REPEATS 3 TIMES",
        "[a:b=1] START t'2026-01-01T00:00:00Z' STOP t'2026-01-02T00:00:00.123456Z'",
        "[a:b[*].c[0]['no'] = true]",
        "[a:b NOT IN ('x', 2, 3.5, h'00ff', b'AAAA', t'2026-01-01T00:00:00Z')]",
        "[a:b IN ()]",
        "[NOT EXISTS a:b OR (a:b LIKE 'x%' AND a:c MATCHES '^a\\\\.b$')]",
        "[ipv4-addr:value ISSUBSET '10.0.0.0/8' AND ipv4-addr:value NOT ISSUPERSET '10.0.0.1/32']",
        "[x-own-type:'strange name'.b <> -1 OR a:b == +2]",
        "[a:b = 1] // to the end\n/* or\n here */ OR [a:b = 'it\\'s']",
    ] {
        if pattern.contains("['no']") {
            assert!(parse_pattern(pattern).is_err());
        } else {
            assert!(
                parse_pattern(pattern).is_ok(),
                "{pattern}: {:?}",
                parse_pattern(pattern)
            );
        }
    }
}

#[test]
fn what_it_does_not_is_told_with_its_place() {
    for (pattern, offset) in [
        ("", 0),
        ("a:b = 1", 0),
        ("[a:b = 1", 8),
        ("[a:b = 1]]", 9),
        ("[a:b = x]", 7),
        ("[a = 1]", 3),
        ("[a:b-c = 1]", 3),
        ("[a:b > true]", 7),
        ("[a:b LIKE 1]", 10),
        ("[a:b = 01]", 7),
        ("[a:b = '\\n']", 8),
        ("[a:b = 'x]", 7),
        ("[a:b = h'0']", 7),
        ("[a:b = t'2026-02-30T00:00:00Z']", 7),
        ("[a:b = b'*']", 7),
        ("[NOT a:b = 1]", 5),
        ("[a:b = 1] WITHIN 0 SECONDS", 19),
        ("[a:b = 1] REPEATS 2 TIMES REPEATS 3 TIMES", 41),
        (
            "[a:b = 1] START t'2026-01-02T00:00:00Z' STOP t'2026-01-01T00:00:00Z'",
            68,
        ),
        ("[a:b = 1] and [a:b = 2]", 10),
        ("[a:b = 1] /* no end", 10),
        ("[a:b = 1 § 2]", 9),
    ] {
        let error = parse_pattern(pattern).unwrap_err();
        assert_eq!(error.offset, offset, "{pattern}: {error}");
    }
    let deep = format!("{}[a:b = 1]{}", "(".repeat(10_000), ")".repeat(10_000));
    assert_eq!(parse_pattern(&deep).unwrap_err().offset, 65);
    assert!(parse_pattern(&format!("[a:b = '{}']", "x".repeat(300_000))).is_err());
}

#[test]
fn the_canonical_form_is_one() {
    for (pattern, expected) in [
        ("[ b:x=1 OR a:x==1 ]", "[a:x = 1 OR b:x = 1]"),
        ("[(a:x <> 1)]", "[a:x != 1]"),
        ("[a:x NOT = 1]", "[a:x != 1]"),
        ("[a:x NOT != 1]", "[a:x = 1]"),
        ("[a:x IN ('b', 'a', 'b')]", "[a:x IN ('a', 'b')]"),
        ("[a:x IN ('a')]", "[a:x = 'a']"),
        ("[a:x = 1 OR (a:x = 1 AND a:y = 2)]", "[a:x = 1]"),
        (
            "[a:x = 1 AND (a:y = 2 OR a:z = 3)]",
            "[a:x = 1 AND (a:y = 2 OR a:z = 3)]",
        ),
        (
            "[b:x = 1] OR ([a:x = 1] OR [b:x = 1])",
            "[a:x = 1] OR [b:x = 1]",
        ),
        ("[a:x = 1] AND [a:x = 1]", "[a:x = 1] AND [a:x = 1]"),
        (
            "([b:x = 1] FOLLOWEDBY [a:x = 1]) FOLLOWEDBY [c:x = 1]",
            "[b:x = 1] FOLLOWEDBY [a:x = 1] FOLLOWEDBY [c:x = 1]",
        ),
        (
            "([b:x = 1] OR [a:x = 1]) WITHIN 5 SECONDS",
            "([a:x = 1] OR [b:x = 1]) WITHIN 5 SECONDS",
        ),
        (
            "[a:x = 1] AND ([c:x = 1] OR [b:x = 1])",
            "[a:x = 1] AND ([b:x = 1] OR [c:x = 1])",
        ),
        ("[a:'SHA-1'.'plain' = 1.0]", "[a:'SHA-1'.plain = 1.0]"),
        ("[a:'AND' = h'0F']", "[a:'AND' = h'0f']"),
    ] {
        assert_eq!(canonical(pattern), expected, "{pattern}");
        assert_eq!(canonical(expected), expected);
    }
    let same = |one, other| {
        equivalent_patterns(&parse_pattern(one).unwrap(), &parse_pattern(other).unwrap())
    };
    assert!(same("[a:x = 1 AND a:y = 2]", "[(a:y == 2) AND a:x = 1]"));
    assert!(!same(
        "[a:x = 1] FOLLOWEDBY [a:y = 2]",
        "[a:y = 2] FOLLOWEDBY [a:x = 1]"
    ));
    assert!(!same("[a:x = 1]", "[a:x = '1']"));
}

#[test]
fn patterns_are_said_in_words() {
    let pattern = parse_pattern(
        "[ipv4-addr:value = '198.51.100.1' OR url:value NOT LIKE '%a%'] FOLLOWEDBY ([EXISTS file:name] REPEATS 2 TIMES)",
    );
    let pattern = pattern.unwrap();
    assert_eq!(
        explain_pattern(&pattern, Language::Ja),
        "IPv4アドレスが 198.51.100.1、または URL が %a% の形（% は任意の文字列、_ は 1 文字）に合わないものに続いて、2 回見られる、ファイル名があるものを検出"
    );
    assert_eq!(
        explain_pattern(&pattern, Language::En),
        "finds an observation where the IPv4 address is 198.51.100.1 or the URL does not fit (with % for any characters, _ for one) %a%, followed by an observation where the file name is there, seen 2 times"
    );
    for (pattern, japanese, english) in [
        (
            "[ipv4-addr:value = '192.0.2.45'] REPEATS 5 TIMES WITHIN 300 SECONDS",
            "300 秒以内に 5 回見られる、IPv4アドレスが 192.0.2.45 のものを検出",
            "finds an observation where the IPv4 address is 192.0.2.45, seen 5 times within 300 seconds",
        ),
        (
            "[file:hashes.'SHA-256' IN ('aa', 'bb') AND file:name != '報告 1.doc']",
            "ファイルの SHA-256 が aa、bb のいずれか、かつ ファイル名が 「報告 1.doc」 でないものを検出",
            "finds an observation where the SHA-256 of the file is one of aa, bb and the file name is not “報告 1.doc”",
        ),
        (
            "[x-own:deep[*].part NOT != 3]",
            "x-own:deep[*].part が 3 のものを検出",
            "finds an observation where x-own:deep[*].part is 3",
        ),
    ] {
        let parsed = parse_pattern(pattern).unwrap();
        assert_eq!(explain_pattern(&parsed, Language::Ja), japanese);
        assert_eq!(explain_pattern(&parsed, Language::En), english);
    }
}

/// Any pattern of a small world.
fn patterns() -> impl Strategy<Value = String> {
    let value = prop_oneof![
        Just("1".to_owned()),
        Just("-2.5".to_owned()),
        "[a-c'\\\\]{0,3}"
            .prop_map(|text| format!("'{}'", text.replace('\\', "\\\\").replace('\'', "\\'"))),
    ];
    let operator = prop_oneof![
        Just("="),
        Just("!="),
        Just("NOT ="),
        Just("<"),
        Just("NOT >=")
    ];
    let test = ("[ab]", "[xy]", operator, value)
        .prop_map(|(of, property, operator, value)| format!("{of}:{property} {operator} {value}"));
    let comparison = test.prop_recursive(3, 12, 3, |inner| {
        (
            prop::collection::vec(inner, 1..4),
            prop_oneof![Just(" AND "), Just(" OR ")],
        )
            .prop_map(|(all, word)| format!("({})", all.join(word)))
    });
    comparison
        .prop_map(|one| format!("[{one}]"))
        .prop_recursive(3, 12, 3, |inner| {
            let word = prop_oneof![Just(" AND "), Just(" OR "), Just(" FOLLOWEDBY ")];
            let qualifier = prop_oneof![
                Just(""),
                Just(" REPEATS 2 TIMES"),
                Just(" WITHIN 3 SECONDS")
            ];
            (prop::collection::vec(inner, 1..4), word, qualifier)
                .prop_map(|(all, word, qualifier)| format!("({}){qualifier}", all.join(word)))
        })
}

proptest! {
    #[test]
    fn the_canonical_form_of_anything_reads_as_itself(pattern in patterns()) {
        let tree: Observation = parse_pattern(&pattern).unwrap();
        let written = canonical_pattern(&tree);
        let again = parse_pattern(&written).unwrap();
        prop_assert_eq!(canonical_pattern(&again), written);
        prop_assert!(equivalent_patterns(&tree, &again));
    }

    #[test]
    fn any_text_is_read_or_refused(text in "[\\[\\]()'a-c:= ANDORNTHI0-9.\\\\*§]{0,60}") {
        let _ = parse_pattern(&text);
    }
}
