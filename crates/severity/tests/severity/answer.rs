//! The answer: JSON, sentences, what is unknown, what would raise it, the picture.

use kaname_severity::{Lang, cases};
use serde_json::{Value, json};

use crate::support::{builtin, exact, file, one, scope};

const GOLDEN: &str = include_str!("golden.toml");

fn answer(id: &str) -> Value {
    let all = cases(GOLDEN, &builtin()).unwrap();
    let case = all.iter().find(|case| case.id == id).unwrap();
    let line = case.rate().json();
    assert!(!line.contains('\n'));
    serde_json::from_str(&line).unwrap()
}

#[test]
fn the_json_has_the_form_that_was_specified() {
    let told = answer("kyiv-substation-2016");
    assert_eq!(told["id"], "kyiv-substation-2016");
    assert_eq!(
        (&told["level_low"], &told["level_high"], &told["rated"]),
        (&json!(2), &json!(2), &json!(true))
    );
    assert_eq!(
        told["viewpoints"]["sustainability"],
        json!({ "low": 2, "high": 2 })
    );
    let rules: Vec<_> = told["trace"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| it["rule"].as_str().unwrap())
        .collect();
    assert_eq!(
        rules,
        [
            "scope_gate",
            "sustainability.base",
            "sustainability.floor",
            "sustainability.uplift",
            "safety.base",
            "safety.uplift",
            "trust.base",
            "trust.cap",
            "level",
        ]
    );
    assert_eq!(told["trace"][0]["result"], true);
    assert_eq!(told["trace"][1]["result"], json!({ "low": 1, "high": 1 }));
    assert_eq!(
        told["binding"],
        json!([{ "viewpoint": "sustainability", "indicator": "maintenance_level_breached" }])
    );
    assert_eq!(told["policy"]["sha256"], builtin().sha256.as_str());
    assert_eq!(told["unknown"], json!([]));
}

#[test]
fn binding_viewpoints_in_their_order() {
    assert_eq!(
        answer("synnovis-2024")["binding"],
        json!([
            { "viewpoint": "safety", "indicator": "deaths" },
            { "viewpoint": "sustainability", "indicator": "people" },
        ])
    );
    assert_eq!(answer("gas-blocked-scan")["binding"], json!([]));
}

#[test]
fn next_up_names_each_nearest_threshold() {
    // 225,000 people for 6 hours by three operators with a breach: sustainability 3 of 4.
    let told = answer("ukraine-grid-2015");
    let next = told["next_up"].as_array().unwrap();
    let entry = |name: &str| next.iter().find(|it| it["indicator"] == name);
    assert_eq!(entry("deaths").unwrap()["threshold"], 10);
    // S4 x D2 = 3, lifted to 4; S3 x D2 = 2, lifted to 3 only.
    assert_eq!(entry("people").unwrap()["threshold"], 10_000_000);
    // S2 x D4 = 3, lifted to 4.
    assert_eq!(entry("duration_minutes").unwrap()["threshold"], 4_320);
    assert_eq!(entry("trust_ordinal"), None, "the cap holds trust at 3");
    assert_eq!(
        answer("hse-ireland-2021")["next_up"],
        json!([]),
        "4 is the highest"
    );
}

#[test]
fn what_is_unknown_is_listed() {
    assert_eq!(
        answer("kansai-airport-2018")["unknown"],
        json!(["property_jpy"])
    );
    assert_eq!(answer("hse-ireland-2021")["unknown"], json!(["duration"]));
    assert_eq!(
        answer("notpetya-maersk-2017")["unknown"],
        json!(["sectors"])
    );
    let policy = builtin();
    let keys = "zero = [\"deaths\", \"serious\", \"minor\", \"evacuees\", \"environment_jpy\", \"records_exposed\"]";
    let seen = [
        "{ indicator = \"people\", unit = \"person\", low = 3, operator = \"o\", service = \"s\" }"
            .to_owned(),
        exact("trust_ordinal", "level", 0, ", rationale = \"r\""),
    ];
    let text = file("water", keys, &seen).replace("cyber_attack", "unknown");
    let case = &cases(&text, &policy).unwrap()[0];
    let rating = case.rate();
    assert_eq!(
        rating.unknown(),
        [
            "cause",
            "duration",
            "maintenance_level_breached",
            "people",
            "property_jpy",
            "substitution",
        ]
    );
    assert_eq!(
        (rating.level.low, rating.level.high, rating.rated),
        (0, 4, false)
    );
    let nothing = one(&policy, "water", &[scope("people", "person", 0, "")]);
    assert!(
        !nothing.rate().unknown().contains(&"duration".to_owned()),
        "nobody was hit"
    );
}

#[test]
fn recurring_outages_are_united_and_short_ones_do_not_make_long_ones() {
    let policy = builtin();
    let spell = |from: &str, to: &str| {
        format!(
            "start = 2024-06-01T{from}:00Z, end = 2024-06-01T{to}:00Z, substitution = \"partial\", maintenance_level_breached = false"
        )
    };
    let people = |more: &str| scope("people", "person", 30_000, more);
    // 70 + 70 minutes, 30 of them twice: 110 minutes are under two hours, 120 are not.
    let short = [
        people(&spell("00:00", "01:10")),
        people(&spell("00:40", "01:50")),
    ];
    assert_eq!(one(&policy, "water", &short).rate().level.high, 1);
    let long = [
        people(&spell("00:00", "01:10")),
        people(&spell("01:00", "02:00")),
    ];
    assert_eq!(one(&policy, "water", &long).rate().level.high, 2);
    // A million for a minute and a hundred for a week: S3 x D1 = 2, S1 x D4 = 2, never S3 x D4 = 3.
    let brief = scope(
        "people",
        "person",
        1_000_000,
        "duration_minutes = 1, substitution = \"partial\", maintenance_level_breached = false",
    );
    let week = scope(
        "people",
        "person",
        100,
        "duration_minutes = 10080, substitution = \"partial\", maintenance_level_breached = false",
    )
    .replace("\"s\"", "\"other\"");
    assert_eq!(one(&policy, "water", &[brief, week]).rate().level.high, 2);
}

#[test]
fn shares_add_within_one_service_only() {
    let policy = builtin();
    let share = |service: &str, region: &str| {
        scope("share_permille", "permille", 60, &format!("region = \"{region}\", duration_minutes = 60, substitution = \"partial\", maintenance_level_breached = false"))
            .replace("service = \"s\"", &format!("service = \"{service}\""))
    };
    assert_eq!(
        one(&policy, "water", &[share("a", "1"), share("a", "2")])
            .rate()
            .level
            .high,
        2
    );
    assert_eq!(
        one(&policy, "water", &[share("a", "1"), share("b", "2")])
            .rate()
            .level
            .high,
        1
    );
}

#[test]
fn sentences_in_both_languages() {
    for case in cases(GOLDEN, &builtin()).unwrap() {
        let rating = case.rate();
        let (ja, en) = (rating.summary(Lang::Ja), rating.summary(Lang::En));
        assert_eq!(ja.len(), en.len());
        assert!(ja.iter().all(|told| told.ends_with('。')), "{ja:?}");
        assert!(
            en.iter().all(|told| told.ends_with('.') && told.is_ascii()
                || told.contains(['\u{201c}', '…', '‰'])),
            "{en:?}"
        );
        assert_eq!(rating.sentences(Lang::Ja).len(), 9);
        assert_eq!(rating.sentences(Lang::En).len(), 9);
    }
    let all = cases(GOLDEN, &builtin()).unwrap();
    let told = all[0].rate().summary(Lang::Ja);
    assert_eq!(
        told[0],
        "「ウクライナ配電網攻撃（2015年）」の深刻度はレベル3（高）である。"
    );
    let told = all[0].rate().sentences(Lang::En);
    assert_eq!(
        told[2],
        "Impact on the continuity of services (service maintenance level): the service maintenance level \
         was breached, so at least level 2, which gives level 2."
    );
}

#[test]
fn the_picture_is_well_formed_whatever_the_title() {
    let hostile = file("water", "", &[]).replace("\"case\"", r#""<script>&\u0007\"x""#);
    let case = &cases(&hostile, &builtin()).unwrap()[0];
    let svg = case.rate().svg(Lang::En);
    assert!(svg.starts_with("<svg ") && svg.ends_with("</svg>\n"));
    assert!(!svg.contains("<script") && svg.contains("&lt;script&gt;&amp;"));
    assert!(!svg.contains('\u{7}'));
    for case in cases(GOLDEN, &builtin()).unwrap() {
        for lang in [Lang::Ja, Lang::En] {
            let svg = case.rate().svg(lang);
            let opened = svg.matches("<text").count();
            assert_eq!(opened, svg.matches("</text>").count());
            let framed = usize::from(case.rate().level.high - case.rate().level.low) + 1;
            assert_eq!(svg.matches('▲').count(), framed, "{}", case.id);
        }
    }
}
