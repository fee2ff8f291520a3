//! Policy files that are refused, each with line and reason, and replays of drafts.

use kaname_severity::{Policy, replay};

use crate::support::{POLICY, builtin, changed};

#[test]
fn each_fault_with_its_line() {
    for (from, to, field) in [
        ("severity-policy/1", "severity-policy/2", "schema"),
        (
            "aggregation = \"max\"",
            "aggregation = \"mean\"",
            "aggregation",
        ),
        ("status = \"draft\"", "status = \"final\"", "status"),
        (
            "valid_from = 2018-07-25       # first",
            "valid_to = 2018-07-25\nvalid_from = 2018-07-25 # first",
            "valid_to",
        ),
        ("level = 3\n", "level = 4\n", "level"),
        ("level = 3\n", "level = 5\n", "level"),
        (
            "  [1, 1, 1, 2],               # S1",
            "  [1, 2, 1, 2],",
            "matrix",
        ),
        (
            "  [1, 2, 2, 3],               # S2",
            "  [0, 2, 2, 3],",
            "matrix",
        ),
        ("  [2, 3, 4, 4],               # S4\n", "", "matrix"),
        (
            "  [2, 3, 4, 4],               # S4",
            "  [2, 3, 4, 5],",
            "matrix",
        ),
        (
            "[1, 120, 1440, 4320]",
            "[0, 120, 1440, 4320]",
            "duration_minutes",
        ),
        (
            "[1, 120, 1440, 4320]",
            "[1, 120, 120, 4320]",
            "duration_minutes",
        ),
        ("[1, 120, 1440, 4320]", "[1, 120, 1440]", "duration_minutes"),
        (
            "[1, 30_000, 1_000_000, 10_000_000]",
            "[1, 30_000, 30_000, 10_000_000]",
            "bands",
        ),
        (
            "[1, 30_000, 1_000_000, 10_000_000]",
            "[1, 30_000, 1_000_000]",
            "bands",
        ),
        ("[0, 0, 1, 10]", "[5, 0, 1, 10]", "bands"),
        (
            "bands = [0, 0, 1, 10]         # one death is level 3\n",
            "",
            "bands",
        ),
        ("full = -1", "full = 1", "substitution"),
        ("none = 1", "none = 5", "none"),
        (
            "breach_floor = 2",
            "breach_floor = 5",
            "service_maintenance_breach_floor",
        ),
        ("mode = \"cap\"", "mode = \"open\"", "mode"),
        ("\ncap = 3", "\ncap = 5", "cap"),
        ("uplift = 1", "uplift = 5", "uplift"),
        ("min_base = 1", "min_base = 0", "min_base"),
        (
            "window_minutes = 1440",
            "window_minutes = -1",
            "window_minutes",
        ),
        ("operators = 3", "operators = -1", "operators"),
        ("code = \"gas\"", "code = \"electricity\"", "code"),
        ("[safety.bands.deaths]", "[safety.bands.people]", "people"),
        (
            "[safety.bands.deaths]",
            "[safety.bands.operators]",
            "operators",
        ),
        ("[safety.bands.deaths]", "[safety.bands.scope]", "scope"),
        (
            "indicator = \"trust_ordinal\"",
            "indicator = \"minor\"",
            "indicator",
        ),
        ("en = \"Deaths\"\n", "", "en"),
        ("\"1日以上\", ", "", "ja"),
        (
            "operators = { unit = \"count\"",
            "operators = { unit = \"person\"",
            "unit",
        ),
        ("expected = [\"scope\"", "expected = [\"reach\"", "expected"),
        (
            "final_needs = [\"rater\", \"approver\"]",
            "final_needs = [\"rater\", \"rater\"]",
            "final_needs",
        ),
        ("4 = \"Extreme\"", "4 = \"Awful\"", "cap_severity"),
        (
            "replay_report = true",
            "replay_report = true\nthird = 1",
            "third",
        ),
        (
            "code = \"unknown\"              # never opens the gate; the case lists \"cause\" among its unknowns\nopens = false",
            "code = \"unknown\"\nopens = true",
            "opens",
        ),
        ("unit = \"permille\"", "unit = \" \"", "unit"),
        ("maximum = 1000", "maximum = 1000\nmean = 1", "mean"),
        (
            "over_services = \"max\"",
            "over_services = \"mean\"",
            "over_services",
        ),
    ] {
        let text = changed(from, to);
        let flaw = Policy::read(&text, &[], &[]).expect_err(to);
        assert_eq!(flaw.field, field, "{to}: {flaw}");
        let changed_at = text
            .lines()
            .zip(POLICY.lines())
            .position(|(new, old)| new != old)
            .unwrap()
            + 1;
        assert!(
            flaw.line <= changed_at + 2 && flaw.line + 12 > changed_at,
            "{to}: {flaw}, changed {changed_at}"
        );
    }
    assert_eq!(Policy::read("[", &[], &[]).unwrap_err().field, "file");
    let long = format!("{POLICY}#{}", "x".repeat(1 << 20));
    assert_eq!(Policy::read(&long, &[], &[]).unwrap_err().field, "file");
}

#[test]
fn every_key_is_needed() {
    // Each line `key = value` of the file, left out: refused, unless the key is optional.
    let optional = ["maximum ="];
    let mut tried = 0;
    let lines: Vec<&str> = POLICY.lines().collect();
    for (index, line) in lines.iter().enumerate() {
        let is_key = line.starts_with(|c: char| c.is_ascii_alphanumeric()) && line.contains(" = ");
        let whole = !line.trim_end().ends_with('[');
        if !is_key || !whole || optional.iter().any(|key| line.starts_with(key)) {
            continue;
        }
        let mut without = lines.clone();
        without.remove(index);
        let text = without.join("\n");
        assert!(Policy::read(&text, &[], &[]).is_err(), "{line}");
        tried += 1;
    }
    assert!(tried > 150, "{tried}");
}

#[test]
fn two_versions_of_a_sector_may_follow_each_other_but_not_overlap() {
    let again = |from: &str| {
        let second = format!(
            "[[scope_gate.sector]]\ncode = \"port\"\nja = \"港\"\nen = \"Ports\"\nvalid_from = {from}\n"
        );
        let ended = changed(
            "en = \"Ports\"\nvalid_from = 2024-03-08",
            "en = \"Ports\"\nvalid_to = 2025-01-01\nvalid_from = 2024-03-08",
        );
        ended.replacen(
            "# Domains that open",
            &format!("{second}\n# Domains that open"),
            1,
        )
    };
    assert!(Policy::read(&again("2025-01-01"), &[], &[]).is_ok());
    let flaw = Policy::read(&again("2024-12-31"), &[], &[]).unwrap_err();
    assert!(flaw.reason.contains("overlap"), "{flaw}");
}

#[test]
fn the_hash_fixes_the_bytes() {
    let other = Policy::read(&format!("{POLICY}\n"), &[], &[]).unwrap();
    assert_ne!(other.sha256, builtin().sha256);
    assert_eq!(other.sha256.len(), 64);
}

#[test]
fn a_replay_tells_every_level_a_draft_moves() {
    let golden = include_str!("golden.toml");
    let same = replay(golden, &builtin(), &builtin()).unwrap();
    assert_eq!((same.cases, same.moved), (27, Vec::new()));
    let draft = Policy::read(&changed("\ncap = 3", "\ncap = 4"), &[], &[]).unwrap();
    let moved = replay(golden, &builtin(), &draft).unwrap().moved;
    let ids: Vec<_> = moved.iter().map(|moved| moved.id.as_str()).collect();
    assert_eq!(ids, ["bank-leak"]);
    assert_eq!(
        (moved[0].before.level.high, moved[0].after.level.low),
        (3, 4)
    );
    let narrow = changed(
        "\ncode = \"cyber_attack\"\nopens = true",
        "\ncode = \"cyber_attack\"\nopens = false",
    );
    let closed = replay(
        golden,
        &builtin(),
        &Policy::read(&narrow, &[], &[]).unwrap(),
    )
    .unwrap();
    assert_eq!(closed.moved.len(), 23, "every case that was rated");
}
