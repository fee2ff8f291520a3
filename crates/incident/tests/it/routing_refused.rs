//! Rules that cannot be used are refused, with line and reason.

use kaname_directory::Catalogue;
use kaname_incident::{data::BadData, routing::Routes, vocabulary::Vocabulary};

const ROUTES: &str = include_str!("../../../../data/routes.toml");

fn parse(text: &str) -> Result<Routes, BadData> {
    let catalogue = Catalogue::builtin().unwrap();
    Routes::parse(text, &catalogue, &Vocabulary::builtin().unwrap())
}

/// The file with one text replaced within the entry of a code; the line of that entry.
fn with(code: &str, from: &str, to: &str) -> (String, usize) {
    let entry = format!("[[rule]]\ncode = \"{code}\"");
    let at = ROUTES.rfind(&entry).expect(code);
    let (before, after) = ROUTES.split_at(at);
    assert!(after.contains(from), "{code} has no {from}");
    let line = before.bytes().filter(|byte| *byte == b'\n').count() + 1;
    (format!("{before}{}", after.replacen(from, to, 1)), line)
}

#[test]
fn what_is_unknown_is_refused_where_it_stands() {
    for (code, from, to, what) in [
        (
            "ministry",
            "sectors = \"known\"",
            "sectors = \"all\"",
            "none of every, known, unknown",
        ),
        (
            "ministry",
            "sectors = \"known\"",
            "sectors = \"every\"",
            "no competent ministry",
        ),
        (
            "meti",
            "\"electricity\"",
            "\"electricty\"",
            "`electricty` is no sector",
        ),
        (
            "ipa",
            "\"malware\"",
            "\"malwares\"",
            "`malwares` is no event type",
        ),
        ("police", "body:npa", "body:npb", "there is no body `npb`"),
        (
            "police",
            "police-consultation",
            "police-form",
            "there is no form `police-form`",
        ),
        (
            "public",
            "levels = [0, 4]",
            "levels = [0, 5]",
            "within 0 to 4",
        ),
        (
            "public",
            "levels = [0, 4]",
            "levels = [3, 1]",
            "lowest and highest",
        ),
        (
            "public",
            "role = \"public\"",
            "role = \"cc\"",
            "the role public is for",
        ),
        (
            "isac",
            "consent = true",
            "consent = true\nunless = [\"ddos\"]\nwhen = [\"ddos\"]",
            "in when and in unless",
        ),
        (
            "isac",
            "valid_from = \"2018-04-01\"",
            "valid_from = \"2018-04-01\"\nvalid_to = \"2018-04-01\"",
            "ends before it begins",
        ),
        (
            "special-infrastructure",
            "2026-10-01",
            "2020-10-01",
            "there is no form `special-report` on 2020-10-01",
        ),
    ] {
        let (text, line) = with(code, from, to);
        let refused = parse(&text).unwrap_err();
        assert!(refused.what.contains(what), "{refused}");
        assert_eq!(refused.file, "data/routes.toml");
        assert_eq!(refused.line, line, "{refused}");
    }
    for (from, to, what) in [
        ("to = \"isac\"", "to = \"isacs\"", "is no recipient"),
        ("when = [\"ddos\"]", "when = [\"dos\"]", "unknown variant"),
        (
            "consent = true",
            "consent = true\nconsents = true",
            "unknown field",
        ),
        ("urgent_min = 15", "urgent_min = 90", "must not wait longer"),
        (
            "open = [\"sector\", \"event_types\", \"level\"]",
            "open = [\"sector\"]\nmasked = [\"sector\"]",
            "both open and masked",
        ),
        (
            "complete_from = \"2018-04-01\"",
            "complete_from = \"2017-04-01\"",
            "no haste holds from 2017-04-01",
        ),
    ] {
        let refused = parse(&ROUTES.replacen(from, to, 1)).unwrap_err();
        assert!(refused.what.contains(what), "{refused}");
        assert!(refused.line > 1 || what.contains("haste"), "{refused}");
    }
}

#[test]
fn two_rules_that_decide_one_recipient_are_refused() {
    // Levels 0 to 2 and 3 to 4 stand beside each other; 0 to 3 and 3 to 4 do not.
    let (text, _) = with("centre", "levels = [0, 2]", "levels = [0, 3]");
    let refused = parse(&text).unwrap_err();
    assert!(
        refused
            .what
            .contains("`centre-grave` decides what `centre`"),
        "{refused}"
    );
    // The same rule twice on one day.
    let twice = ROUTES.replacen("valid_to = \"2022-06-17\"", "valid_to = \"2022-06-18\"", 1);
    let refused = parse(&twice).unwrap_err();
    assert!(refused.what.contains("`ministry` holds twice"), "{refused}");
}

#[test]
fn conditions_keep_rules_apart_only_where_they_contradict() {
    let (text, _) = with(
        "unified-ransomware",
        "form = \"unified-ransomware\"",
        "form = \"unified-ddos\"",
    );
    assert!(parse(&text).unwrap_err().what.contains("decides what"));
    let apart = text.replacen(
        "when = [\"ransomware\"]",
        "when = [\"ransomware\"]\nunless = [\"ddos\"]",
        1,
    );
    parse(&apart).unwrap();
}

#[test]
fn a_gap_is_refused_and_named() {
    for (code, from, to, what) in [
        ("ministry", "levels = [0, 4]", "levels = [1, 4]", "level 0"),
        (
            "ministry",
            "unrated = true",
            "unrated = false",
            "level not set",
        ),
        (
            "unknown-sector",
            "valid_from = \"2018-04-01\"",
            "valid_from = \"2018-04-02\"",
            "from 2018-04-01 on for sector unknown",
        ),
        (
            "ministry",
            "event_types = \"every\"",
            "event_types = [\"leak\"]",
            "event type omen",
        ),
        (
            "unknown-sector",
            "consent = false",
            "consent = true",
            "sector unknown",
        ),
        (
            "unknown-sector",
            "unrated = true",
            "unrated = true\nwhen = [\"ddos\"]",
            "sector unknown",
        ),
    ] {
        let (text, _) = with(code, from, to);
        let refused = parse(&text).unwrap_err();
        assert!(
            refused.what.contains("nobody has the duty to act"),
            "{refused}"
        );
        assert!(refused.what.contains(what), "{refused}");
    }
    // A year without a rule between two versions.
    let gap = ROUTES.replacen("valid_to = \"2022-06-17\"", "valid_to = \"2021-06-17\"", 1);
    let refused = parse(&gap).unwrap_err();
    assert!(refused.what.contains("from 2021-06-17 on"), "{refused}");
}

#[test]
fn a_file_that_is_no_file_is_refused() {
    assert_eq!(parse("rule = [").unwrap_err().line, 1);
    let long = format!("# {}", "x".repeat(2 << 20));
    assert!(parse(&long).unwrap_err().what.contains("longer"));
}
