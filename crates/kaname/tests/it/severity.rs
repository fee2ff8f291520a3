//! `kaname severity`, as a person or a script runs it.

use serde_json::Value;

use crate::program::Place;

const GOLDEN: &str = include_str!("../../../severity/tests/severity/golden.toml");
const POLICY: &str = include_str!("../../../severity/data/jp-ci-severity-2018.toml");

#[test]
fn rate_answers_one_json_object_per_case_and_line() {
    let place = Place::new();
    place.write("golden.toml", GOLDEN);
    place.write(
        "bad.toml",
        &GOLDEN.replace("unit = \"kW\"", "unit = \"MW\""),
    );
    let ran = place.run(&["severity", "rate", "golden.toml", "--json"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    let answers: Vec<Value> = ran
        .out
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(answers.len(), 27);
    assert_eq!(
        (&answers[0]["id"], &answers[0]["level_high"]),
        (&"ukraine-grid-2015".into(), &3.into())
    );
    let ran = place.run(&[
        "severity",
        "rate",
        "bad.toml",
        "golden.toml",
        "missing.toml",
        "--json",
    ]);
    assert_eq!(ran.code, 2);
    assert_eq!(
        ran.out.lines().count(),
        27,
        "the good file is rated all the same"
    );
    assert!(
        ran.err.contains("kyiv-substation-2016") && ran.err.contains("observation 2"),
        "{}",
        ran.err
    );
    assert_eq!(ran.fault()["what"], "2 of 3 files refused");
    let ran = place.run(&["severity", "rate", "golden.toml"]);
    assert!(ran.out.contains("no (shadow)"), "{}", ran.out);
}

#[test]
fn explain_tells_in_sentences_and_as_a_picture() {
    let place = Place::new();
    place.write("golden.toml", GOLDEN);
    let case = ["severity", "explain", "golden.toml", "--case", "bank-leak"];
    let ran = place.run(&case);
    assert!(
        ran.out.starts_with(
            "「銀行からの大量情報流出（サービス影響なし）」の深刻度はレベル3（高）である。"
        ),
        "{}",
        ran.out
    );
    let ran = place.run(&[&case[..], &["--lang", "en"]].concat());
    assert!(
        ran.out.contains("this viewpoint reaches level 3 at most"),
        "{}",
        ran.out
    );
    let ran = place.run(&[&case[..], &["--svg", "slide.svg"]].concat());
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(
        std::fs::read_to_string(place.path("slide.svg"))
            .unwrap()
            .starts_with("<svg ")
    );
    assert_eq!(
        place
            .run(&["severity", "explain", "golden.toml", "--svg", "all.svg"])
            .code,
        2
    );
    assert_eq!(
        place
            .run(&["severity", "explain", "golden.toml", "--case", "none"])
            .code,
        3
    );
}

#[test]
fn replay_and_check_of_a_draft() {
    let place = Place::new();
    place.write("golden.toml", GOLDEN);
    place.write("draft.toml", &POLICY.replace("\ncap = 3", "\ncap = 4"));
    let told = place.done(&["severity", "replay", "draft.toml", "golden.toml"]);
    assert_eq!(told["cases"], 27);
    assert_eq!(told["moved"][0]["id"], "bank-leak");
    let told = place.done(&["severity", "check", "draft.toml"]);
    assert_eq!(told["policies"][0]["status"], "draft");
    place.write(
        "steep.toml",
        &POLICY.replace("  [2, 2, 3, 3],", "  [2, 1, 3, 3],"),
    );
    let ran = place.run(&["severity", "check", "steep.toml", "--json"]);
    assert_eq!(ran.code, 2);
    let line = POLICY
        .lines()
        .position(|line| line.starts_with("  [2, 2, 3, 3],"))
        .unwrap()
        + 1;
    assert_eq!(ran.fault()["at"], format!("steep.toml:{line}"));
    place.write(
        "forced.toml",
        &POLICY.replace("status = \"draft\"", "status = \"in_force\""),
    );
    let ran = place.run(&["severity", "check", "forced.toml", "--json"]);
    assert_eq!(ran.code, 2);
    assert!(
        ran.fault()["what"]
            .as_str()
            .unwrap()
            .contains("2 signatures"),
        "{}",
        ran.err
    );
}
