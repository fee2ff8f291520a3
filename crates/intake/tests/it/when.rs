//! Times as people write them.

use jiff::Timestamp;
use kaname_intake::{read_when, read_when_seen};

#[test]
fn forms_of_times() {
    for (text, at, width) in [
        ("2026-05-01T10:20:30Z", "2026-05-01T10:20:30Z", 1),
        ("2026-05-01T10:20:30+09:00", "2026-05-01T01:20:30Z", 1),
        ("2026-05-01 10:20:30", "2026-05-01T01:20:30Z", 1),
        ("2026/5/1 10:20", "2026-05-01T01:20:00Z", 60),
        ("2026/5/1", "2026-04-30T15:00:00Z", 86_400),
        ("２０２６年５月１日", "2026-04-30T15:00:00Z", 86_400),
        ("2026年5月1日10時", "2026-05-01T01:00:00Z", 3_600),
        ("2026年5月1日 10時20分", "2026-05-01T01:20:00Z", 60),
        ("令和8年5月1日", "2026-04-30T15:00:00Z", 86_400),
        ("令和元年5月1日", "2019-04-30T15:00:00Z", 86_400),
        ("2026-05-01 10:20 JST", "2026-05-01T01:20:00Z", 60),
        ("2026-05-01 10:20 UTC", "2026-05-01T10:20:00Z", 60),
        ("2026-05-01 10:20:30 +0000", "2026-05-01T10:20:30Z", 1),
        ("2026-05-01T10:20", "2026-05-01T01:20:00Z", 60),
        ("1777598430", "2026-05-01T01:20:30Z", 1),
    ] {
        let read = read_when(text).unwrap_or_else(|| panic!("{text}"));
        assert_eq!(
            (read.at.to_string().as_str(), read.uncertainty_s),
            (at, width),
            "{text}"
        );
    }
    for text in [
        "",
        "soon",
        "2026",
        "2026-13-01",
        "2026-02-30",
        "10:20",
        "203.0.113.7",
        "2026-05-01 25:00",
        "99999-01-01",
        "5/1",
        "令和99999年1月1日",
    ] {
        assert_eq!(read_when(text), None, "{text}");
    }
}

#[test]
fn a_date_without_a_year_is_this_years_or_last_years() {
    let now: Timestamp = "2026-11-25T00:40:00Z".parse().unwrap();
    let read = |text: &str| read_when_seen(text, now).map(|when| when.at.to_string());
    let at = |text: &str| Some(text.to_owned());
    assert_eq!(read("11月20日"), at("2026-11-19T15:00:00Z"));
    assert_eq!(read("11月20日 3時12分"), at("2026-11-19T18:12:00Z"));
    assert_eq!(read("１１月２０日０３時１２分"), at("2026-11-19T18:12:00Z"));
    assert_eq!(read("11/20 03:12"), at("2026-11-19T18:12:00Z"));
    // A clock a little ahead is not a year behind; more than a day ahead was last year.
    assert_eq!(read("11月26日"), at("2026-11-25T15:00:00Z"));
    assert_eq!(read("11月27日"), at("2025-11-26T15:00:00Z"));
    assert_eq!(read("12月31日"), at("2025-12-30T15:00:00Z"));
    // With a year nothing is guessed, and what is no date stays none.
    assert_eq!(read("2026-12-31"), at("2026-12-30T15:00:00Z"));
    for wrong in [
        "2月30日",
        "13月1日",
        "20日",
        "11.20",
        "11",
        "月",
        "",
        "11月",
        "11/",
    ] {
        assert_eq!(read(wrong), None, "{wrong}");
    }
    assert_eq!(
        read_when("11月20日"),
        None,
        "tables are read without guessing"
    );
    let spring: Timestamp = "2025-03-01T00:00:00Z".parse().unwrap();
    let leap = read_when_seen("2月29日", spring);
    assert_eq!(
        leap.map(|when| when.at.to_string()),
        at("2024-02-28T15:00:00Z")
    );
}
