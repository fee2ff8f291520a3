use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
};

use fluent_syntax::ast::{Entry, Expression, InlineExpression, Pattern, PatternElement};
use jiff::Timestamp;

use super::{Count, Lang, Text, bundle::files, group};

/// Crates whose refusals name messages.
const INNER: [&str; 4] = ["directory", "policy", "sharing", "world"];

/// What the glossary calls by another name.
const OTHERWISE: [(&str, &str); 3] = [
    ("担当官", "職員"),
    ("機械の鍵", "APIキー"),
    ("機械用の鍵", "APIキー"),
];

type Messages = BTreeMap<String, BTreeSet<String>>;

fn inline(expression: &InlineExpression<&str>, into: &mut BTreeSet<String>) {
    match expression {
        InlineExpression::VariableReference { id } => {
            into.insert(id.name.to_owned());
        }
        InlineExpression::Placeable { expression } => placed(expression, into),
        _ => {}
    }
}

fn placed(expression: &Expression<&str>, into: &mut BTreeSet<String>) {
    match expression {
        Expression::Inline(expression) => inline(expression, into),
        Expression::Select { selector, variants } => {
            inline(selector, into);
            for variant in variants {
                variables(&variant.value, into);
            }
        }
    }
}

fn variables(pattern: &Pattern<&str>, into: &mut BTreeSet<String>) {
    for element in &pattern.elements {
        if let PatternElement::Placeable { expression } = element {
            placed(expression, into);
        }
    }
}

/// Every message of the language with the variables it takes.
fn messages(lang: Lang) -> Messages {
    let mut found = Messages::new();
    for (room, source) in files(lang) {
        let parsed = fluent_syntax::parser::parse(*source)
            .unwrap_or_else(|(_, errors)| panic!("{}/{room}.ftl: {errors:?}", lang.tag()));
        for entry in &parsed.body {
            let Entry::Message(message) = entry else {
                continue;
            };
            let key = message.id.name;
            assert!(
                key.strip_prefix(room)
                    .is_some_and(|rest| rest.starts_with('-')),
                "{}/{room}.ftl: {key} must start with {room}-",
                lang.tag()
            );
            let mut taken = BTreeSet::new();
            if let Some(value) = &message.value {
                variables(value, &mut taken);
            }
            let again = found.insert(key.to_owned(), taken).is_some();
            assert!(!again, "{}/{room}.ftl: {key} is defined twice", lang.tag());
        }
    }
    found
}

fn sources(folder: &Path, into: &mut Vec<(String, String)>) {
    let entries = std::fs::read_dir(folder).unwrap();
    for path in entries.map(|entry| entry.unwrap().path()) {
        if path.is_dir() {
            sources(&path, into);
        } else if path
            .extension()
            .is_some_and(|end| end == "rs" || end == "html")
        {
            let source = std::fs::read_to_string(&path).unwrap();
            let comment = |line: &&str| !line.trim_start().starts_with("//");
            let code = source
                .lines()
                .filter(comment)
                .collect::<Vec<_>>()
                .join("\n");
            into.push((path.display().to_string(), code));
        }
    }
}

/// What stands between double quotes and looks like the key of a room: `room-word-word`.
fn quoted_keys<'s>(source: &'s str, rooms: &BTreeSet<&str>) -> Vec<&'s str> {
    source
        .split('"')
        .filter(|literal| {
            let word = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
            literal.chars().all(word)
                && literal
                    .split_once('-')
                    .is_some_and(|(room, rest)| rooms.contains(room) && !rest.is_empty())
        })
        .collect()
}

/// Keys asked for in a call: `t("key"`, `t1("key"`, `t_args("key"`.
fn called_keys(source: &str) -> Vec<&str> {
    let mut found = Vec::new();
    for call in ["t(\"", "t1(\"", "t2(\"", "t_args(\"", "t_args(\n"] {
        for (at, _) in source.match_indices(call) {
            let before = source[..at].chars().next_back();
            if before.is_some_and(|c| c.is_alphanumeric() || c == '_') {
                continue;
            }
            let rest = source[at + call.len()..]
                .trim_start()
                .trim_start_matches('"');
            if let Some((key, _)) = rest.split_once('"') {
                found.push(key);
            }
        }
    }
    found
}

#[test]
fn both_languages_have_the_same_messages_with_the_same_variables() {
    let (japanese, english) = (messages(Lang::Ja), messages(Lang::En));
    for (key, taken) in &japanese {
        assert_eq!(Some(taken), english.get(key), "ja and en differ on {key}");
    }
    for key in english.keys() {
        assert!(japanese.contains_key(key), "{key} is missing in ja");
    }
}

#[test]
fn every_key_asked_for_exists_and_every_message_is_used() {
    let known = messages(Lang::Ja);
    let rooms: BTreeSet<&str> = files(Lang::Ja).iter().map(|(room, _)| *room).collect();
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut all = Vec::new();
    sources(&root.join("src"), &mut all);
    sources(&root.join("templates"), &mut all);
    all.retain(|(path, _)| !path.ends_with("text/tests.rs"));
    let own = all.len();
    for inner in INNER {
        sources(&root.join("..").join(inner).join("src"), &mut all);
    }
    let refusing = BTreeSet::from(["denied", "error", "openpgp", "refused", "why"]);

    let mut used = BTreeSet::new();
    let mut missing = Vec::new();
    for (index, (path, source)) in all.iter().enumerate() {
        let rooms = if index < own { &rooms } else { &refusing };
        for key in called_keys(source) {
            if !known.contains_key(key) {
                missing.push(format!("{path}: {key}"));
            }
        }
        for key in quoted_keys(source, rooms) {
            if known.contains_key(key) {
                used.insert(key);
            } else if path.ends_with(".rs") {
                missing.push(format!("{path}: {key}"));
            }
        }
    }
    assert!(
        missing.is_empty(),
        "no such message:\n{}",
        missing.join("\n")
    );
    let unused: Vec<_> = known
        .keys()
        .filter(|key| !used.contains(key.as_str()) && !key.starts_with("word-"))
        .collect();
    assert!(unused.is_empty(), "messages nobody uses: {unused:?}");
}

#[test]
fn every_rule_of_stix_has_words() {
    for lang in [Lang::Ja, Lang::En] {
        for rule in kaname_stix::RULES {
            let word = super::bundle::word(lang, &format!("stix-{rule}"));
            assert!(word.is_some(), "{}: {rule}", lang.tag());
        }
    }
}

#[test]
fn one_thing_has_one_name() {
    for (room, source) in files(Lang::Ja) {
        for (other, word) in OTHERWISE {
            assert!(
                !source.contains(other),
                "{room}.ftl says {other} for {word}"
            );
        }
    }
}

/// What stands in quotes behind each of these openings.
fn quoted_after<'s>(source: &'s str, openings: &[&str]) -> BTreeSet<&'s str> {
    let mut found = BTreeSet::new();
    for opening in openings {
        for (_, rest) in source
            .match_indices(opening)
            .map(|(at, _)| source.split_at(at))
        {
            let rest = &rest[opening.len()..];
            found.extend(rest.split_once('"').map(|(word, _)| word));
        }
    }
    found
}

#[test]
fn what_refusals_name_has_a_name_in_both_languages() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut nameless = BTreeSet::new();
    let mut named = 0;
    for inner in ["directory", "sharing"] {
        let mut all = Vec::new();
        sources(&root.join(inner).join("src"), &mut all);
        for (path, source) in &all {
            // What does not read as a text of its kind is told in sentences of its own.
            let refused = source.split("BadText {").enumerate();
            let refused = refused.map(|(nth, part)| match nth {
                0 => part,
                _ => part.split_once('}').map_or("", |(_, rest)| rest),
            });
            let refused: String = refused.collect();
            let openings = ["field: \"", "bounded(\"", "at_most(\""];
            for code in quoted_after(&refused, &openings) {
                named += 1;
                // Both languages have the same names. An English one may be the code itself.
                if Text::new(Lang::Ja).word(code) == code {
                    nameless.insert(format!("{path}: {code}"));
                }
            }
        }
    }
    assert!(named > 30, "{named}");
    assert!(nameless.is_empty(), "without a name: {nameless:#?}");
    let own = Text::new(Lang::Ja).word("party.networks").into_owned();
    assert!(!own.contains(['.', '_']), "{own}");
}

#[test]
fn language_is_chosen_by_switch_then_account_then_browser() {
    assert_eq!(Lang::choose(None, None, None), Lang::Ja);
    assert_eq!(Lang::choose(None, None, Some("en-GB,ja;q=0.8")), Lang::En);
    assert_eq!(
        Lang::choose(None, None, Some("fr, en;q=0.2, ja;q=0.9")),
        Lang::Ja
    );
    assert_eq!(Lang::choose(None, None, Some("en;q=0, fr")), Lang::Ja);
    assert_eq!(Lang::choose(None, Some(Lang::En), Some("ja")), Lang::En);
    assert_eq!(
        Lang::choose(Some("ja"), Some(Lang::En), Some("en")),
        Lang::Ja
    );
    assert_eq!(Lang::choose(Some("<script>"), None, Some("en")), Lang::En);
}

#[test]
fn times_carry_their_zone_and_the_year_only_when_it_differs() {
    let now: Timestamp = "2026-11-23T00:00:00Z".parse().unwrap();
    let at: Timestamp = "2026-11-22T20:42:00Z".parse().unwrap();
    let old: Timestamp = "2018-07-31T15:00:00Z".parse().unwrap();
    let (ja, en) = (Text::new(Lang::Ja), Text::new(Lang::En));
    assert_eq!(ja.jst(at, now), "11月23日（月）05:42 JST");
    assert_eq!(en.jst(at, now), "23 Nov 05:42 JST");
    assert_eq!(ja.jst(old, now), "2018年8月1日（水）00:00 JST");
    assert_eq!(en.jst(old, now), "1 Aug 2018 00:00 JST");
}

#[test]
fn lengths_keep_two_units() {
    let length = |minutes| Text::new(Lang::Ja).length(jiff::SignedDuration::from_mins(minutes));
    assert_eq!(length(0), "1分");
    assert_eq!(length(12), "12分");
    assert_eq!(length(100), "1時間40分");
    assert_eq!(length(180), "3時間");
    assert_eq!(length(-60 * 49), "2日");
    let span = |minutes| Text::new(Lang::Ja).span(jiff::SignedDuration::from_mins(minutes));
    assert_eq!(span(0), "1分");
    assert_eq!(span(59), "59分");
    assert_eq!(span(60), "1時間");
    assert_eq!(span(13 * 60 + 40), "13時間40分");
    assert_eq!(span(24 * 60 - 1), "23時間59分");
    assert_eq!(span(24 * 60 + 59), "1日");
    assert_eq!(span(3 * 24 * 60 - 1), "2日23時間");
    assert_eq!(span(3 * 24 * 60), "3日");
    assert_eq!(span(-26 * 60), "1日2時間");
    let english = |hours| Text::new(Lang::En).span(jiff::SignedDuration::from_hours(hours));
    assert_eq!(english(26), "1 day 2 h");
    assert_eq!(english(71), "2 days 23 h");
    let english = Text::new(Lang::En).length(jiff::SignedDuration::from_mins(100));
    assert_eq!(english, "1 h 40 min");
}

#[test]
fn how_long_ago_gives_way_to_the_day() {
    let now: Timestamp = "2026-11-23T00:00:00Z".parse().unwrap();
    let ago = |hours| {
        let at = now - jiff::SignedDuration::from_hours(hours);
        Text::new(Lang::Ja).ago(at, now).into_owned()
    };
    assert_eq!(ago(3), "3時間前");
    assert_eq!(ago(5 * 24), "5日前");
    assert_eq!(ago(60 * 24), "9月24日（木）");
    assert_eq!(ago(-1), "11月23日（月）10:00 JST");
}

#[test]
fn numbers_are_grouped_and_counts_say_when_they_stopped() {
    assert_eq!(group(0), "0");
    assert_eq!(group(999), "999");
    assert_eq!(group(6_142_880), "6,142,880");
    assert_eq!(Count::capped(10_001, 10_000).to_string(), "10,000+");
    assert_eq!(Count::capped(10_000, 10_000).to_string(), "10,000");
    let text = Text::new(Lang::En).t1("common-days", "n", 1_234_u32);
    assert_eq!(text, "1,234 days");
}
