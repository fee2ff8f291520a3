//! Reading the rules of Japan's holidays, and computing the days from them (国民の祝日に関する法律（昭和23年法律第178号）).

use std::collections::{BTreeMap, BTreeSet};

use jiff::{
    ToSpan as _,
    civil::{Date, Weekday},
};
use kaname_directory::{Code, Name2, Span, Valid};
use serde::Deserialize;
use toml::Spanned;

use super::{Calendar, Holiday, HolidayKind};
use crate::data::{BadData, File, split};

const FILE: &str = "data/holidays.toml";
/// First and last year for which the formula of the equinoxes holds.
const YEARS: std::ops::RangeInclusive<i16> = 1980..=2099;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct HolidaysFile {
    years: Spanned<(i16, i16)>,
    substitute: Name2,
    between: Name2,
    holiday: Vec<Spanned<HolidayRow>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct HolidayRow {
    code: Code,
    name: Name2,
    on: On,
    #[serde(flatten)]
    valid: Valid,
}

/// On which day of a year.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
enum On {
    /// Month and day.
    Day(i8, i8),
    /// Month, and which Monday of it.
    Monday(i8, i8),
    /// The spring equinox (春分日).
    SpringEquinox,
    /// The autumn equinox (秋分日).
    AutumnEquinox,
    /// Once.
    Once(Date),
}

struct Rule {
    code: Code,
    name: Name2,
    on: On,
}

impl Calendar {
    /// The holidays this program was built with.
    ///
    /// # Errors
    /// Never for the file that is built in; a test reads it.
    pub fn builtin() -> Result<Self, BadData> {
        Self::parse(include_str!("../../../../data/holidays.toml"))
    }

    /// Reads a file of rules.
    ///
    /// # Errors
    /// What is wrong with it, with line and reason.
    pub fn parse(text: &str) -> Result<Self, BadData> {
        let file = File { name: FILE, text };
        let read: HolidaysFile = file.read()?;
        let (years_at, (first, last)) = split(read.years);
        if !YEARS.contains(&first) || !YEARS.contains(&last) || first > last {
            let what = "years must be the first and the last, within 1980 to 2099";
            return Err(file.fault(&years_at, what));
        }
        let mut rules = Vec::with_capacity(read.holiday.len());
        for row in read.holiday {
            let (at, row) = split(row);
            // A leap year has every day that a rule may name.
            if row.on.in_year(2000).is_none() && !matches!(row.on, On::Once(_)) {
                let what = format!("`{}` is no day of a year", row.code);
                return Err(file.fault(&at, what));
            }
            let (code, name, on) = (row.code, row.name, row.on);
            rules.push((at, row.valid.date(Rule { code, name, on })));
        }
        let rules = file.versions(rules, |rule: &Rule| &rule.code)?;
        let mut named = BTreeMap::new();
        for placed in rules.values().flatten() {
            let (rule, span) = (&placed.dated.value, placed.dated.span);
            // One year more on each side: what stands between two holidays needs both.
            for year in first - 1..=last + 1 {
                if let Some(day) = rule.on.in_force(year, span) {
                    named.insert(day, rule.name.clone());
                }
            }
        }
        let holidays = whole(&named, &read.substitute, &read.between);
        let within = |day: &Date| (first..=last).contains(&day.year());
        let holidays = holidays.into_iter().filter(|(day, _)| within(day));
        Ok(Self {
            holidays: holidays.collect(),
            first,
            last,
        })
    }
}

impl On {
    fn in_force(self, year: i16, span: Span) -> Option<Date> {
        self.in_year(year).filter(|day| span.contains(*day))
    }

    fn in_year(self, year: i16) -> Option<Date> {
        match self {
            Self::Day(month, day) => Date::new(year, month, day).ok(),
            Self::Monday(month, nth) if (1..=4).contains(&nth) => {
                let first = Date::new(year, month, 1).ok()?;
                first.nth_weekday_of_month(nth, Weekday::Monday).ok()
            }
            Self::Monday(..) => None,
            Self::SpringEquinox => equinox(year, 3, 20_843_100),
            Self::AutumnEquinox => equinox(year, 9, 23_248_800),
            Self::Once(day) => (day.year() == year).then_some(day),
        }
    }
}

/// The day of an equinox in Japan, by the customary formula for 1980 to 2099: `base`, in millionths of a day, grows by
/// 0.242194 a year and loses a day every leap year. The day itself is fixed each February for the year after by the
/// National Astronomical Observatory (暦要項).
fn equinox(year: i16, month: i8, base: i64) -> Option<Date> {
    let since = i64::from(year) - 1980;
    if !YEARS.contains(&year) {
        return None;
    }
    let day = (base + 242_194 * since) / 1_000_000 - since / 4;
    Date::new(year, month, i8::try_from(day).ok()?).ok()
}

/// The named holidays with those that follow from them: after one on a Sunday the next day that is none
/// (article 3 (2)), and a day with one before and one after (article 3 (3)).
fn whole(
    named: &BTreeMap<Date, Name2>,
    substitute: &Name2,
    between: &Name2,
) -> BTreeMap<Date, Holiday> {
    let holiday = |name: &Name2, kind| Holiday {
        name: name.clone(),
        kind,
    };
    let entries = named.iter();
    let mut whole: BTreeMap<Date, Holiday> = entries
        .map(|(day, name)| (*day, holiday(name, HolidayKind::Named)))
        .collect();
    let mut moved = BTreeSet::new();
    for day in named.keys().filter(|day| day.weekday() == Weekday::Sunday) {
        let mut next = *day;
        while named.contains_key(&next) {
            let Ok(after) = next.tomorrow() else { break };
            next = after;
        }
        moved.insert(next);
    }
    for day in moved {
        whole
            .entry(day)
            .or_insert_with(|| holiday(substitute, HolidayKind::Substitute));
    }
    for day in named.keys() {
        let (Ok(next), Ok(after)) = (day.tomorrow(), day.checked_add(2.days())) else {
            continue;
        };
        if named.contains_key(&after) && !named.contains_key(&next) {
            whole
                .entry(next)
                .or_insert_with(|| holiday(between, HolidayKind::Between));
        }
    }
    whole
}
