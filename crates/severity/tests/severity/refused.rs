//! Case files that are refused, each with line, place, field and reason.

use kaname_severity::{cases, replay};

use crate::support::{builtin, exact, file, refused, scope};

/// One observation, its field that is wrong.
#[test]
fn observations() {
    let with = |more: &str| scope("people", "person", 5, more);
    let start = "start = 2024-06-01T10:00:00+09:00";
    for (seen, field) in [
        (with("region = \"r\", extra = 1"), "extra"),
        (with("site = \"x\""), "site"),
        (with("end = 2024-06-01T10:00:00+09:00"), "end"),
        (
            with(&format!("{start}, end = 2024-06-01T09:59:59+09:00")),
            "end",
        ),
        (
            with(&format!(
                "{start}, end = 2024-06-01T11:00:00+09:00, duration_minutes = 5"
            )),
            "end",
        ),
        (
            with(&format!("{start}, as_of = 2024-06-01T09:00:00+09:00")),
            "as_of",
        ),
        (with("start = 2024-06-01T10:00:00"), "start"),
        (with("start = 2024-06-01"), "start"),
        (with("start = \"2024-06-01T10:00:00Z\""), "start"),
        (with("start = 1969-12-31T23:59:59Z"), "start"),
        (with("start = 1970-01-01T00:00:00+00:01"), "start"),
        (with("start = 2201-01-01T00:00:00Z"), "start"),
        (with("duration_minutes = 100000001"), "duration_minutes"),
        (with("duration_minutes = -1"), "duration_minutes"),
        (with("duration_minutes = { low = 9, high = 8 }"), "low"),
        (with("duration_minutes = { mean = 9 }"), "mean"),
        (with("substitution = \"some\""), "substitution"),
        (
            with("substitution = { low = \"none\", high = \"full\" }"),
            "low",
        ),
        (with("substitution = { low = \"full\" }"), "high"),
        (
            with("maintenance_level_breached = \"yes\""),
            "maintenance_level_breached",
        ),
        (with("sector = \"Water\""), "sector"),
        (scope("kw", "kW", 5, ""), "indicator"),
        (scope("share_permille", "permille", 1001, ""), "low"),
        (scope("nobody", "person", 5, ""), "indicator"),
        (scope("people", "people", 5, ""), "unit"),
        (
            exact("people", "person", 5, ", service = \"s\""),
            "operator",
        ),
        (
            exact("people", "person", 5, ", operator = \"o\""),
            "service",
        ),
        (
            exact("people", "person", 5, ", operator = \" \", service = \"s\""),
            "operator",
        ),
        (exact("deaths", "person", 1_000_000_000_000_001, ""), "low"),
        (exact("deaths", "person", 1, ", service = \"s\""), "service"),
        (
            exact("trust_ordinal", "level", 5, ", rationale = \"r\""),
            "low",
        ),
        (exact("trust_ordinal", "level", 1, ""), "rationale"),
        (
            exact("trust_ordinal", "level", 1, ", rationale = \" \""),
            "rationale",
        ),
        (exact("operators", "count", 1, ", site = \"s\""), "site"),
        ("{ unit = \"person\" }".into(), "indicator"),
        ("{ indicator = \"deaths\" }".into(), "unit"),
        (
            "{ indicator = \"deaths\", unit = \"person\", low = 2, high = 1 }".into(),
            "low",
        ),
        (
            "{ indicator = \"deaths\", unit = \"person\", low = 2.0 }".into(),
            "low",
        ),
        ("5".into(), "observation"),
        (
            exact(
                "deaths",
                "person",
                1,
                &format!(", note = \"{}\"", "長".repeat(2_001)),
            ),
            "note",
        ),
    ] {
        let flaw = refused(&file("water", "", std::slice::from_ref(&seen)));
        assert_eq!(flaw.field, field, "{seen}: {flaw}");
        assert_eq!(flaw.place, "case `c`, observation 1: ", "{seen}: {flaw}");
        assert_eq!(flaw.line, 10, "{seen}: {flaw}");
    }
}

#[test]
fn what_is_just_allowed() {
    let note = format!(", note = \"{}\"", "長".repeat(2_000));
    for seen in [
        exact("deaths", "person", 1_000_000_000_000_000, &note),
        scope(
            "people",
            "person",
            5,
            "duration_minutes = 100000000, confidence = 80",
        ),
        scope(
            "people",
            "person",
            5,
            "start = 1970-01-01T00:00:00Z, duration_minutes = {}",
        ),
        scope(
            "people",
            "person",
            5,
            "start = 2200-12-31T23:59:59.999999999Z, end = 2200-12-31T23:59:59.999999999Z",
        ),
        scope(
            "kw",
            "kW",
            5,
            "sector = \"electricity\", confidence = \"high\"",
        ),
        exact("trust_ordinal", "level", 4, ", rationale = \"r\""),
    ] {
        let text = file("water", "", std::slice::from_ref(&seen));
        assert!(
            cases(&text, &builtin()).is_ok(),
            "{seen}: {:?}",
            cases(&text, &builtin())
        );
    }
}

#[test]
fn cases_and_files() {
    let good = file("water", "", &[]);
    let change = |from: &str, to: &str| {
        assert!(good.contains(from), "{from}");
        good.replace(from, to)
    };
    for (text, field, line) in [
        (change("severity-case/1", "severity-case/2"), "schema", 1),
        (change("id = \"c\"", "id = \"C\""), "id", 3),
        (
            change("id = \"c\"", &format!("id = \"{}\"", "c".repeat(101))),
            "id",
            3,
        ),
        (
            change("cause = \"cyber_attack\"", "cause = \"war\""),
            "cause",
            5,
        ),
        (change("sector = \"water\"", ""), "sector", 2),
        (change("2024-06-01", "2024-06-01T00:00:00Z"), "scope_on", 7),
        (change("observation = [\n\n]", ""), "observation", 2),
        (change("observation", "observations"), "observations", 9),
        (
            change("scope_on", "zero = [\"nothing\"]\nscope_on"),
            "zero",
            7,
        ),
        (change("ja = \"件\", ", ""), "ja", 4),
        (change("\"件\"", "\" \""), "ja", 4),
        (format!("{good}[[case]]\nid = \"c\"\n"), "id", 13),
        (
            "schema = \"kaname.severity-case/1\"\ncase = []\n".into(),
            "case",
            1,
        ),
        ("schema = \"kaname.severity-case/1\"\n".into(), "case", 1),
        ("schema = ".into(), "file", 1),
        (format!("{good}more = 1\n"), "more", 12),
    ] {
        let flaw = refused(&text);
        assert_eq!(flaw.field, field, "{flaw}\n{text}");
        if !matches!(field, "case" | "file" | "sector" | "observation") {
            assert_eq!(flaw.line, line, "{flaw}\n{text}");
        }
    }
}

#[test]
fn observed_and_zero_contradict() {
    let text = |zero: &str, seen: String| file("water", &format!("zero = [\"{zero}\"]"), &[seen]);
    for text in [
        text("deaths", exact("deaths", "person", 0, "")),
        text("people", scope("people", "person", 0, "")),
        text("scope", scope("people", "person", 0, "")),
    ] {
        assert_eq!(refused(&text).field, "indicator");
    }
    let other = text("people", scope("share_permille", "permille", 0, ""));
    assert!(cases(&other, &builtin()).is_ok());
}

#[test]
fn too_many_and_too_long() {
    let seen = exact("deaths", "person", 1, "");
    let thousand = vec![seen.clone(); 1_000];
    assert!(cases(&file("water", "", &thousand), &builtin()).is_ok());
    let more = vec![seen; 1_001];
    assert_eq!(refused(&file("water", "", &more)).field, "observation");
    let case = |index: usize| {
        let one = file("water", "", &[]).replace("\"c\"", &format!("\"c{index}\""));
        one.lines()
            .skip(1)
            .map(|line| format!("{line}\n"))
            .collect::<String>()
    };
    let mut many = String::from("schema = \"kaname.severity-case/1\"\n");
    many.extend((0..10_000).map(case));
    assert_eq!(cases(&many, &builtin()).unwrap().len(), 10_000);
    assert_eq!(replay(&many, &builtin(), &builtin()).unwrap().moved, []);
    many += &case(10_000);
    assert_eq!(refused(&many).field, "case");
    let long = format!("{}#{}", file("water", "", &[]), "x".repeat(16 << 20));
    assert_eq!(refused(&long).field, "file");
}
