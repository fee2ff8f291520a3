//! Japan's holidays against the official lists, and deadlines.

use jiff::{SignedDuration, Timestamp, civil::Date};
use kaname_incident::calendar::{Calendar, Closed, HolidayKind, OpenDays, Term, Way, Zone};
use proptest::prelude::*;

fn calendar() -> Calendar {
    Calendar::builtin().unwrap()
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn day(text: &str) -> Date {
    text.parse().unwrap()
}

/// Holidays as the Cabinet Office lists them (内閣府「国民の祝日について」), month and day.
const OFFICIAL: &[(i16, &str)] = &[
    (
        2018,
        "1-1 1-8 2-11 2-12 3-21 4-29 4-30 5-3 5-4 5-5 7-16 8-11 9-17 9-23 9-24 10-8 11-3 11-23 12-23 12-24",
    ),
    (
        2019,
        "1-1 1-14 2-11 3-21 4-29 4-30 5-1 5-2 5-3 5-4 5-5 5-6 7-15 8-11 8-12 9-16 9-23 10-14 10-22 11-3 11-4 11-23",
    ),
    (
        2020,
        "1-1 1-13 2-11 2-23 2-24 3-20 4-29 5-3 5-4 5-5 5-6 7-23 7-24 8-10 9-21 9-22 11-3 11-23",
    ),
    (
        2021,
        "1-1 1-11 2-11 2-23 3-20 4-29 5-3 5-4 5-5 7-22 7-23 8-8 8-9 9-20 9-23 11-3 11-23",
    ),
    (
        2022,
        "1-1 1-10 2-11 2-23 3-21 4-29 5-3 5-4 5-5 7-18 8-11 9-19 9-23 10-10 11-3 11-23",
    ),
    (
        2023,
        "1-1 1-2 1-9 2-11 2-23 3-21 4-29 5-3 5-4 5-5 7-17 8-11 9-18 9-23 10-9 11-3 11-23",
    ),
    (
        2024,
        "1-1 1-8 2-11 2-12 2-23 3-20 4-29 5-3 5-4 5-5 5-6 7-15 8-11 8-12 9-16 9-22 9-23 10-14 11-3 11-4 11-23",
    ),
    (
        2025,
        "1-1 1-13 2-11 2-23 2-24 3-20 4-29 5-3 5-4 5-5 5-6 7-21 8-11 9-15 9-23 10-13 11-3 11-23 11-24",
    ),
    (
        2026,
        "1-1 1-12 2-11 2-23 3-20 4-29 5-3 5-4 5-5 5-6 7-20 8-11 9-21 9-22 9-23 10-12 11-3 11-23",
    ),
    (
        2027,
        "1-1 1-11 2-11 2-23 3-21 3-22 4-29 5-3 5-4 5-5 7-19 8-11 9-20 9-23 10-11 11-3 11-23",
    ),
];

#[test]
fn the_holidays_are_those_of_the_official_lists() {
    let calendar = calendar();
    assert_eq!(calendar.years(), (2018, 2030));
    for (year, listed) in OFFICIAL {
        let of_year = calendar.holidays().filter(|(day, _)| day.year() == *year);
        let found: Vec<String> = of_year
            .map(|(day, _)| format!("{}-{}", day.month(), day.day()))
            .collect();
        assert_eq!(found.join(" "), *listed, "{year}");
    }
}

#[test]
fn equinoxes_fall_where_the_observatory_computes_them() {
    let calendar = calendar();
    for (year, spring, autumn) in [(2028, 20, 22), (2029, 20, 23), (2030, 20, 23)] {
        let name = |month, of_month| {
            let day = Date::new(year, month, of_month).unwrap();
            calendar
                .holiday_on(day)
                .unwrap()
                .name
                .ja
                .as_str()
                .to_owned()
        };
        assert_eq!(name(3, spring), "春分の日");
        assert_eq!(name(9, autumn), "秋分の日");
    }
}

#[test]
fn substitutes_and_days_between_say_what_they_are() {
    let calendar = calendar();
    let kind = |text| calendar.holiday_on(day(text)).map(|holiday| holiday.kind);
    // 3 May 2020 was a Sunday, and the two days after it holidays themselves.
    assert_eq!(kind("2020-05-06"), Some(HolidayKind::Substitute));
    assert_eq!(kind("2026-09-22"), Some(HolidayKind::Between));
    assert_eq!(kind("2019-04-30"), Some(HolidayKind::Between));
    assert_eq!(kind("2019-05-02"), Some(HolidayKind::Between));
    assert_eq!(kind("2018-12-23"), Some(HolidayKind::Named));
    assert_eq!(kind("2019-12-23"), None);
    assert_eq!(kind("2020-10-12"), None, "sports day had moved to July");
}

#[test]
fn offices_are_closed_at_the_turn_of_the_year_and_banks_of_others_are_not() {
    let calendar = calendar();
    let eve = day("2026-12-30");
    assert!(calendar.is_open(eve, OpenDays::Japan));
    assert!(!calendar.is_open(eve, OpenDays::JapanOffices));
    assert!(calendar.is_open(day("2026-11-23"), OpenDays::Weekdays));
    assert!(!calendar.is_open(day("2026-11-23"), OpenDays::Japan));
    assert!(calendar.is_open(day("2026-11-22"), OpenDays::Every));
}

const TOKYO: Way = Way {
    zone: Zone::Tokyo,
    open: OpenDays::JapanOffices,
    closed: Closed::Stays,
};

fn ends(term: Term, begun: &str, way: Way) -> Timestamp {
    term.ends(at(begun), way, &calendar())
}

#[test]
fn hours_are_counted_to_the_second_over_any_day() {
    let ended = ends(Term::Hours(24), "2026-12-31T14:59:59Z", TOKYO);
    assert_eq!(ended, at("2027-01-01T14:59:59Z"));
}

#[test]
fn days_end_with_the_last_second_of_the_day_in_tokyo() {
    // 23:30 on 30 November in Tokyo, and half an hour later.
    let before = ends(Term::Days(3), "2026-11-30T14:30:00Z", TOKYO);
    assert_eq!(before, at("2026-12-03T14:59:59Z"));
    let after = ends(Term::Days(3), "2026-11-30T15:00:00Z", TOKYO);
    assert_eq!(after, at("2026-12-04T14:59:59Z"));
    let with_first = ends(Term::DaysWithFirst(30), "2026-11-30T14:30:00Z", TOKYO);
    assert_eq!(with_first, at("2026-12-29T14:59:59Z"));
}

#[test]
fn a_deadline_on_a_closed_day_moves_as_its_law_says() {
    let way = |closed, open| Way {
        closed,
        open,
        ..TOKYO
    };
    // The thirtieth day is 29 December: offices open again on Monday 4 January 2027.
    let moved = way(Closed::NextOpen, OpenDays::JapanOffices);
    let ended = ends(Term::DaysWithFirst(30), "2026-11-30T03:00:00Z", moved);
    assert_eq!(ended, at("2027-01-04T14:59:59Z"));
    let noon = Way {
        zone: Zone::Brussels,
        ..way(Closed::NoonOfNextOpen, OpenDays::Weekdays)
    };
    // Friday 20:00 in Brussels and 72 hours: Monday, open. Thursday and 72 hours: Sunday, so Monday noon.
    let stays = ends(Term::Hours(72), "2026-07-03T18:00:00Z", noon);
    assert_eq!(stays, at("2026-07-06T18:00:00Z"));
    let moved = ends(Term::Hours(72), "2026-07-02T18:00:00Z", noon);
    assert_eq!(moved, at("2026-07-06T10:00:00Z"), "12:00 of summer time");
    let winter = ends(Term::Hours(72), "2026-01-08T18:00:00Z", noon);
    assert_eq!(winter, at("2026-01-12T11:00:00Z"), "12:00 of winter time");
}

#[test]
fn months_end_with_the_month_where_it_has_no_such_day() {
    let one = |begun| ends(Term::Months(1), begun, TOKYO);
    assert_eq!(one("2026-01-31T03:00:00Z"), at("2026-02-28T14:59:59Z"));
    assert_eq!(one("2028-01-31T03:00:00Z"), at("2028-02-29T14:59:59Z"));
    assert_eq!(one("2026-02-28T03:00:00Z"), at("2026-03-28T14:59:59Z"));
    assert_eq!(one("2026-12-15T15:00:00Z"), at("2027-01-16T14:59:59Z"));
}

#[test]
fn business_days_pass_over_what_is_closed() {
    // Friday 18 September 2026; 21 to 23 are holidays.
    let ended = ends(Term::OpenDays(2), "2026-09-18T03:00:00Z", TOKYO);
    assert_eq!(ended, at("2026-09-25T14:59:59Z"));
}

#[test]
fn a_deadline_at_the_end_of_time_is_there() {
    let ended = Term::Months(12).ends(Timestamp::MAX, TOKYO, &calendar());
    assert_eq!(ended, Timestamp::MAX);
}

#[test]
fn a_file_that_is_wrong_is_refused_with_its_line() {
    let text = include_str!("../../../../data/holidays.toml");
    for (from, to, line, what) in [
        (
            "years = [2018, 2030]",
            "years = [1960, 2030]",
            9,
            "within 1980 to 2099",
        ),
        (
            "{ day = [1, 1] }",
            "{ day = [2, 30] }",
            13,
            "is no day of a year",
        ),
        (
            "{ monday = [1, 2] }",
            "{ monday = [1, 6] }",
            21,
            "is no day of a year",
        ),
        (
            "valid_from = \"1989-02-17\"\nvalid_to = \"2019-05-01\"",
            "valid_from = \"1989-02-17\"",
            45,
            "holds twice",
        ),
        (
            "on = { day = [1, 1] }",
            "on = { day = [1, 1] }\nhalf = true",
            0,
            "unknown field",
        ),
    ] {
        assert!(text.contains(from), "{from}");
        let refused = Calendar::parse(&text.replacen(from, to, 1)).unwrap_err();
        assert!(refused.what.contains(what), "{refused}");
        assert!(refused.line > 0);
        if line > 0 {
            assert_eq!(refused.line, line, "{refused}");
        }
    }
}

fn way() -> impl Strategy<Value = Way> {
    let zone = prop_oneof![Just(Zone::Tokyo), Just(Zone::Brussels), Just(Zone::Utc)];
    let open = prop_oneof![
        Just(OpenDays::Every),
        Just(OpenDays::Weekdays),
        Just(OpenDays::Japan),
        Just(OpenDays::JapanOffices)
    ];
    let closed = prop_oneof![
        Just(Closed::Stays),
        Just(Closed::NextOpen),
        Just(Closed::NoonOfNextOpen)
    ];
    (zone, open, closed).prop_map(|(zone, open, closed)| Way { zone, open, closed })
}

fn term() -> impl Strategy<Value = Term> {
    prop_oneof![
        (1u16..200).prop_map(Term::Hours),
        (1u16..100).prop_map(Term::Days),
        (1u16..100).prop_map(Term::DaysWithFirst),
        (1u16..60).prop_map(Term::OpenDays),
        (1u8..24).prop_map(Term::Months),
    ]
}

proptest! {
    /// Who begins later is not due earlier, and more time is not less. Hours that a law moves off a closed day are the
    /// one exception, in the law itself: what ends on Sunday may come by noon of Monday, what ends at one on Monday not.
    #[test]
    fn deadlines_are_monotone(
        begun in 1_500_000_000i64..1_900_000_000,
        later in 0i64..10_000_000,
        term in term(),
        way in way(),
    ) {
        let calendar = calendar();
        let first = Timestamp::from_second(begun).unwrap();
        let stays = Way { closed: Closed::Stays, ..way };
        prop_assert!(term.ends(first, way, &calendar) >= term.ends(first, stays, &calendar));
        let way = if matches!(term, Term::Hours(_)) { stays } else { way };
        let second = first + SignedDuration::from_secs(later);
        let (one, two) = (term.ends(first, way, &calendar), term.ends(second, way, &calendar));
        prop_assert!(one <= two, "{term:?} {way:?}: {first} -> {one}, {second} -> {two}");
        let more = match term {
            Term::Hours(n) => Term::Hours(n + 1),
            Term::Days(n) => Term::Days(n + 1),
            Term::DaysWithFirst(n) => Term::DaysWithFirst(n + 1),
            Term::OpenDays(n) => Term::OpenDays(n + 1),
            Term::Months(n) => Term::Months(n + 1),
        };
        prop_assert!(one <= more.ends(first, way, &calendar));
    }

    /// A deadline is never on a closed day where its law moves it.
    #[test]
    fn a_moved_deadline_is_on_an_open_day(
        begun in 1_500_000_000i64..1_900_000_000,
        term in term(),
        way in way(),
    ) {
        let calendar = calendar();
        let ended = term.ends(Timestamp::from_second(begun).unwrap(), way, &calendar);
        let open = calendar.is_open(way.zone.day_of(ended), way.open);
        prop_assert!(open || way.closed == Closed::Stays);
    }
}
