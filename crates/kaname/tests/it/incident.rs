//! `kaname incident`: what the rules of a day say, without any store.

use serde_json::{Value, json};

use crate::program::Place;

fn told<'v>(answer: &'v Value, to: &str) -> Option<&'v Value> {
    let mut all = answer["to"].as_array().unwrap().iter();
    all.find(|one| one["to"] == to)
}

#[test]
fn a_report_goes_to_the_ministry_of_its_day_and_the_rule_is_named() {
    let place = Place::new();
    let on = |day: &str| {
        let asked = "incident route --sector water --event-type unusable --on";
        let mut asked: Vec<&str> = asked.split(' ').collect();
        asked.push(day);
        place.done(&asked)
    };
    let then = on("2018-08-01");
    assert_eq!(told(&then, "body:mhlw").unwrap()["role"], "duty");
    let now = on("2026-11-24");
    assert_eq!(told(&now, "body:mlit").unwrap()["rule"]["rule"], "ministry");
    assert!(told(&now, "body:mhlw").is_none());
    let text = place.run(&["incident", "route", "--sector", "water", "--rules"]);
    assert_eq!(text.code, 0, "{}", text.err);
    for word in ["国土交通省", "ministry since", "WHY", "next of the roster"] {
        assert!(text.out.contains(word), "{word} is not in {}", text.out);
    }
}

#[test]
fn what_if_tells_only_what_would_be_otherwise() {
    let place = Place::new();
    let asked = "incident route --sector finance --on 2026-11-24 --what-if consent=isac";
    let answer = place.done(&asked.split(' ').collect::<Vec<_>>());
    let moved = answer["what_if"]["moved"].as_array().unwrap();
    assert_eq!(moved.len(), 1, "{answer}");
    assert_eq!(
        (&moved[0]["is"], &moved[0]["then"]["to"]),
        (&json!("added"), &json!("isac"))
    );
    let same = "incident route --sector finance --what-if maintenance=unknown";
    let same = place.run(&same.split(' ').collect::<Vec<_>>());
    assert!(same.out.contains("in the same way"), "{}", same.out);
}

#[test]
fn what_belongs_to_no_sector_is_not_dropped() {
    let place = Place::new();
    let answer = place.done(&["incident", "route", "--sector", "no-such-sector"]);
    assert_eq!(told(&answer, "centre-desk").unwrap()["role"], "duty");
    assert_eq!(answer["sector_in_force"], false);
}

#[test]
fn clocks_run_from_when_the_operator_knew() {
    let place = Place::new();
    let asked = "incident clocks --sector electricity --aware 2026-12-25T21:00+09:00 \
                 --received 2026-12-26T09:00+09:00 --at 2026-12-26T10:00+09:00";
    let answer = place.done(&asked.split_whitespace().collect::<Vec<_>>());
    assert_eq!(answer["known"], "2026-12-25T12:00:00Z");
    let clocks = answer["clocks"].as_array().unwrap();
    assert!(!clocks.is_empty());
    for clock in clocks {
        assert!(
            clock["source"]
                .as_str()
                .is_some_and(|text| !text.is_empty())
        );
        let due = clock["due"].as_str();
        assert!(
            due.is_none_or(|due| due > "2026-12-25T12:00:00Z"),
            "{clock}"
        );
    }
    let text = place.run(&asked.split_whitespace().collect::<Vec<_>>());
    assert!(
        text.out.contains("known since 2026-12-25 21:00 +09:00"),
        "{}",
        text.out
    );
}

#[test]
fn what_is_mistyped_is_refused_with_what_there_is() {
    let place = Place::new();
    for (asked, word) in [
        ("route --event-type unuseable", "one of "),
        ("route --if personal", "personal_data"),
        ("route --consent jpcert", "body:CODE"),
        ("route --what-if colour=red", "maintenance"),
        ("route --level 5", "0..=4"),
        ("clocks --list nobody", "one of "),
        ("clocks --measure persons=many", "no number"),
        ("clocks --measure persons=9..3", "less than"),
        ("clocks --measure persons=yes", "a number"),
        ("clocks --sector nowhere", "sector list"),
        ("words --on yesterday", "YYYY-MM-DD"),
    ] {
        let mut all = vec!["incident"];
        all.extend(asked.split(' '));
        let ran = place.run(&all);
        assert_eq!(ran.code, 2, "{asked}: {}", ran.out);
        assert!(ran.err.contains(word), "{asked}: {}", ran.err);
    }
    let words = place.done(&["incident", "words", "--on", "2026-04-01"]);
    for list in ["event_types", "causes", "criteria"] {
        assert!(!words[list].as_array().unwrap().is_empty(), "{list}");
    }
}
