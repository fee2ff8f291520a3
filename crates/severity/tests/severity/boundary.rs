//! Just below and at every number of the policy; the pairs are made from the policy itself, and from a
//! second policy with other numbers.

use std::sync::Arc;

use kaname_severity::{Ends, Hit, Indicator, Level, Policy, Rating, Viewpoint, cases};

use crate::support::{self, exact, one, scope};

const CERTAIN: &str = "substitution = \"partial\", maintenance_level_breached = false";

/// The shipped policy, and one in which every list of numbers is another.
fn policies() -> Vec<Arc<Policy>> {
    let mut other = support::POLICY.to_owned();
    for (from, to) in [
        ("[1, 120, 1440, 4320]", "[3, 70, 1000, 9000]"),
        ("[1, 30_000, 1_000_000, 10_000_000]", "[5, 400, 40_000, 0]"),
        ("[1, 10, 100, 300]", "[0, 20, 50, 999]"),
        ("[0, 0, 1, 10]", "[2, 4, 6, 8]"),
        (
            "[1_000, 1_000_000, 10_000_000, 100_000_000]",
            "[7, 0, 70, 700]",
        ),
        (
            "full = -1\npartial = 0\nnone = 1",
            "full = -2\npartial = -1\nnone = 2",
        ),
        ("breach_floor = 2", "breach_floor = 3"),
        ("window_minutes = 1440", "window_minutes = 30"),
        ("operators = 3", "operators = 5"),
        ("sectors = 2", "sectors = 4"),
        ("sites = 3", "sites = 2"),
        ("uplift = 1", "uplift = 2"),
        ("min_base = 1", "min_base = 2"),
        ("cap = 3", "cap = 2"),
    ] {
        assert!(other.contains(from), "{from}");
        other = other.replacen(from, to, 1);
    }
    vec![support::builtin(), Policy::read(&other, &[], &[]).unwrap()]
}

fn both(level: Level) -> Ends<Level> {
    Ends {
        low: level,
        high: level,
    }
}

/// Values just below and at each bound, with the step that the list of bounds says.
fn pairs(bands: [u64; 4]) -> Vec<(u64, Level)> {
    let bounds = bands.into_iter().filter(|bound| *bound > 0);
    let values = bounds.flat_map(|bound| [bound - 1, bound]);
    values
        .map(|value| {
            let reached = (1..)
                .zip(bands)
                .filter(|(_, bound)| *bound > 0 && *bound <= value);
            (value, reached.map(|(step, _)| step).last().unwrap_or(0))
        })
        .collect()
}

fn cell(policy: &Policy, scope: Level, duration: Level, shift: i8) -> Level {
    if scope == 0 || duration == 0 {
        return 0;
    }
    match policy.sustainability.matrix[usize::from(scope) - 1][usize::from(duration) - 1] {
        0 => 0,
        level => u8::try_from((i16::from(level) + i16::from(shift)).clamp(0, 4)).unwrap(),
    }
}

#[test]
fn scope_bands() {
    for policy in policies() {
        let rule = &policy.sustainability;
        let minutes = rule.duration_minutes[3];
        for band in &rule.bands {
            let sector = band.sectors.first().map_or("water", String::as_str);
            for (value, step) in pairs(band.indicator.bands) {
                let more = format!("duration_minutes = {minutes}, {CERTAIN}");
                let seen = scope(&band.indicator.name, &band.indicator.unit, value, &more);
                let case = one(&policy, sector, &[seen]);
                let expected = (1..=4).map(|j| cell(&policy, step, j, rule.substitution[1]));
                // A class also holds all who had a worse substitute.
                let better = (1..=4).map(|j| cell(&policy, step, j, rule.substitution[0]));
                let expected = expected.chain(better).max().unwrap();
                let base = case.rate().steps[0].result;
                assert_eq!(base, both(expected), "{} {value}", band.indicator.name);
            }
        }
    }
}

#[test]
fn largest_value_of_a_share() {
    let policy = support::builtin();
    let file = |value| {
        let seen = scope("share_permille", "permille", value, CERTAIN);
        cases(&support::file("water", "", &[seen]), &policy)
    };
    let maximum = policy.sustainability.bands[1].maximum;
    assert!(file(maximum).is_ok());
    assert_eq!(file(maximum + 1).unwrap_err().field, "low");
}

#[test]
fn durations_and_every_cell_of_the_matrix() {
    for policy in policies() {
        let rule = &policy.sustainability;
        let band = &rule.bands[0].indicator;
        for (minutes, duration) in pairs(rule.duration_minutes) {
            for value in band.bands.into_iter().filter(|bound| *bound > 0) {
                let step = band.step(value);
                for (class, shift) in ["full", "partial", "none"]
                    .into_iter()
                    .zip(rule.substitution)
                {
                    let more = format!(
                        "duration_minutes = {minutes}, substitution = \"{class}\", \
                         maintenance_level_breached = false"
                    );
                    let seen = scope(&band.name, &band.unit, value, &more);
                    let rating = one(&policy, "water", &[seen]);
                    let base = rating.rate().steps[0].result;
                    let expected = cell(&policy, step, duration, shift);
                    assert_eq!(base, both(expected), "{value} for {minutes} min, {class}");
                }
            }
        }
    }
}

#[test]
fn breach_lifts_to_the_floor_whatever_the_value() {
    for policy in policies() {
        let floor = policy.sustainability.breach_floor;
        for (breached, expected) in [(false, 0), (true, floor)] {
            let more = format!(
                "duration_minutes = 0, substitution = \"full\", maintenance_level_breached = {breached}"
            );
            let case = one(&policy, "water", &[scope("people", "person", 0, &more)]);
            assert_eq!(case.rate().steps[1].result, both(expected));
        }
    }
}

/// Operators of one sector, beginning `apart` seconds from the first to the last.
fn operators(number: u64, apart: u64, sectors: u64) -> Vec<String> {
    (0..number)
        .map(|index| {
            let after = if index + 1 == number { apart } else { 0 };
            let start = format!("2024-06-0{}T{:02}:{:02}:{:02}Z",
                1 + after / 86_400, after / 3_600 % 24, after / 60 % 60, after % 60);
            format!(
                "{{ indicator = \"people\", unit = \"person\", low = 1000, high = 1000, \
                 operator = \"o{index}\", service = \"s{index}\", sector = \"x{}\", start = {start}, \
                 duration_minutes = 100000, {CERTAIN} }}",
                index % sectors.max(1)
            )
        })
        .collect()
}

fn uplifted(rating: &Rating<'_>) -> Level {
    rating.steps[2].result.high - rating.steps[1].result.high
}

#[test]
fn numbers_of_operators_and_sectors_and_both_edges_of_the_window() {
    for policy in policies() {
        let rule = &policy.simultaneity;
        let window = rule.window_minutes * 60;
        let [least_operators, least_sectors, _] = rule.least;
        let lifted = |number, apart, sectors| {
            let case = one(&policy, "water", &operators(number, apart, sectors));
            let rating = case.rate();
            assert!(rating.steps[1].result.high >= rule.min_base);
            uplifted(&rating)
        };
        assert_eq!(lifted(least_operators - 1, 0, 1), 0, "one operator too few");
        let uplift = rule.uplift.min(4 - 2);
        assert_eq!(lifted(least_operators, 0, 1), uplift, "enough operators");
        assert_eq!(
            lifted(least_operators, window, 1),
            uplift,
            "at the window's edge"
        );
        assert_eq!(
            lifted(least_operators, window + 1, 1),
            0,
            "a second beyond it"
        );
        let enough = least_sectors.min(least_operators - 1);
        if enough == least_sectors {
            assert_eq!(lifted(enough, 0, enough), uplift, "enough sectors");
            assert_eq!(lifted(enough, 0, enough - 1), 0, "one sector too few");
        }
    }
}

#[test]
fn stated_counts_and_the_least_base() {
    for policy in policies() {
        let rule = &policy.simultaneity;
        for (which, name) in ["operators", "sectors"].into_iter().enumerate() {
            for (count, holds) in [(rule.least[which] - 1, false), (rule.least[which], true)] {
                for value in [1, 1_000, 50_000] {
                    let more = format!("duration_minutes = 1500, {CERTAIN}");
                    let seen = [
                        scope("people", "person", value, &more),
                        exact(name, "count", count, ""),
                    ];
                    let case = one(&policy, "water", &seen);
                    let rating = case.rate();
                    let before = rating.steps[1].result.high;
                    let expected = if holds && before >= rule.min_base {
                        (before + rule.uplift).min(4)
                    } else {
                        before
                    };
                    assert_eq!(
                        rating.steps[2].result,
                        both(expected),
                        "{name} {count} at {before}"
                    );
                }
            }
        }
    }
}

fn counted(policy: &Arc<Policy>, indicator: &Indicator, place: usize) {
    for (value, step) in pairs(indicator.bands) {
        let case = one(
            policy,
            "water",
            &[exact(&indicator.name, &indicator.unit, value, "")],
        );
        let rating = case.rate();
        assert_eq!(
            rating.steps[place].result,
            both(step),
            "{} {value}",
            indicator.name
        );
        let met = rating.steps[place].hit.high;
        assert_eq!(met == Hit::Nothing, step == 0, "{met:?}");
    }
}

#[test]
fn safety_and_records_bands() {
    for policy in policies() {
        for indicator in &policy.safety.bands {
            counted(&policy, indicator, 3);
        }
        for indicator in &policy.trust.bands {
            counted(&policy, indicator, 5);
        }
    }
}

#[test]
fn judged_trust_and_its_cap() {
    for policy in policies() {
        for judged in 0..=4_u8 {
            let seen = exact(
                "trust_ordinal",
                "level",
                judged.into(),
                ", rationale = \"r\"",
            );
            let case = one(&policy, "water", &[seen]);
            let trust = case.rate().viewpoint(Viewpoint::Trust);
            assert_eq!(trust, both(judged.min(policy.trust.cap)));
        }
    }
}

#[test]
fn sites_that_are_each_harmed() {
    for policy in policies() {
        let least = policy.simultaneity.least[2];
        let minor = policy
            .safety
            .bands
            .iter()
            .find(|band| band.name == "minor")
            .unwrap();
        let enough = minor.bands[usize::from(policy.simultaneity.min_base) - 1];
        let sites = |number: u64, last: u64| {
            let seen: Vec<_> = (0..number)
                .map(|site| {
                    let value = if site + 1 == number { last } else { enough };
                    exact(
                        "minor",
                        "person",
                        value,
                        &format!(", site = \"{site}\", start = 2024-06-01T00:00:00Z"),
                    )
                })
                .collect();
            let rating = one(&policy, "water", &seen);
            let steps = rating.rate().steps;
            (steps[3].result.high, steps[4].result.high)
        };
        let (base, lifted) = sites(least, enough);
        assert_eq!(lifted, (base + policy.simultaneity.uplift).min(4));
        let (base, kept) = sites(least - 1, enough);
        assert_eq!(kept, base, "one site too few");
        let (base, kept) = sites(least, enough - 1);
        assert_eq!(kept, base, "the last site's own harm is too small");
    }
}

#[test]
fn first_and_last_day_of_each_sector() {
    let dated = support::changed(
        "en = \"Ports\"\nvalid_from = 2024-03-08",
        "en = \"Ports\"\nvalid_from = 2024-03-08\nvalid_to = 2024-12-31",
    );
    for (text, days) in [
        (
            support::POLICY,
            vec![
                ("2024-03-07", false),
                ("2024-03-08", true),
                ("2099-01-01", true),
            ],
        ),
        (
            &dated,
            vec![
                ("2024-03-08", true),
                ("2024-12-30", true),
                ("2024-12-31", false),
            ],
        ),
    ] {
        let policy = Policy::read(text, &[], &[]).unwrap();
        for (day, rated) in days {
            let text = support::file("port", "", &[]).replace("2024-06-01", day);
            let case = &cases(&text, &policy).unwrap()[0];
            assert_eq!(case.rate().rated, rated, "{day}");
        }
    }
    for sector in &support::builtin().sectors {
        let text = support::file(&sector.code, "", &[]);
        let on = |day: &str| text.replace("2024-06-01", day);
        let first = sector.listed.from.to_string();
        let rated = |text: &str| cases(text, &support::builtin()).unwrap()[0].rate().rated;
        assert!(rated(&on(&first)), "{}", sector.code);
    }
}
