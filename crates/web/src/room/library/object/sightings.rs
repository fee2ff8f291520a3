//! Sightings of an object week by week: as bars and, saying the same, as a table.

use std::collections::BTreeMap;

use askama::Template;
use jiff::Timestamp;
use kaname_world::find::sightings::{SeenBy, Sightings};

use crate::{frame::Page, text::Count};

/// How far Japan's clocks are ahead, and how long a day is, in seconds.
const AHEAD: i64 = 9 * 3_600;
const DAY: i64 = 86_400;
/// Days from Monday to 1 January 1970.
const THURSDAY: i64 = 3;
/// Most weeks that are drawn, the newest; what is older is summed up.
const WEEKS: i64 = 52;
/// The drawing, in its own units.
const WIDTH: u32 = 640;
const HEIGHT: u64 = 120;

/// The section, for the page of an object.
#[derive(Template)]
#[template(path = "room/library/sightings.html")]
pub(super) struct Weeks {
    page: Page,
    /// In words: how many in all, and of how many the time is known.
    said: String,
    /// What the item's provider and officers are told in all.
    answered: Option<String>,
    bars: Vec<Bar>,
    /// First and last day drawn.
    first: String,
    last: String,
    most: String,
    rows: Vec<Week>,
    older: Option<String>,
    cut: bool,
}

impl askama::filters::HtmlSafe for Weeks {}

struct Bar {
    x: u32,
    y: u64,
    width: u32,
    height: u64,
    says: String,
}

struct Week {
    from: String,
    sightings: String,
    answers: String,
}

impl Weeks {
    /// Nothing where it was seen by nobody.
    pub(super) fn of(page: &Page, found: &Sightings) -> Option<Self> {
        if found.seen.is_empty() && found.answered.is_none() {
            return None;
        }
        let mut weeks: BTreeMap<i64, [u64; 2]> = BTreeMap::new();
        for one in &found.seen {
            let both = weeks.entry(week_of(one.at)).or_default();
            let own = match one.by {
                SeenBy::Sighting(_) => &mut both[0],
                SeenBy::Answer => &mut both[1],
            };
            *own = own.saturating_add(one.count);
        }
        let sum = |both: &[u64; 2]| both[0].saturating_add(both[1]);
        let last = weeks.keys().next_back().copied().unwrap_or_default();
        let oldest = weeks.keys().next().copied().unwrap_or_default();
        let first = oldest.max(last.saturating_sub(WEEKS - 1));
        let older = weeks.range(..first).map(|(_, both)| sum(both));
        let older = older.fold(0, u64::saturating_add);
        let drawn = weeks.split_off(&first);
        let most = drawn.values().map(sum).max().unwrap_or_default();
        let all = drawn.values().map(sum).fold(older, u64::saturating_add);
        let said = |week: i64| page.text.date(start(week), page.now);
        let span = u32::try_from(last - first + 1).unwrap_or(1).max(8);
        let step = WIDTH / span;
        let bars = drawn.iter().filter(|(_, both)| sum(both) > 0);
        let bars = bars.map(|(week, both)| {
            let height = scaled(sum(both), most);
            Bar {
                x: u32::try_from(week - first).unwrap_or_default() * step,
                y: HEIGHT - height,
                width: step.saturating_sub(2).max(1),
                height,
                says: page
                    .t2("object-seen-week", "week", said(*week), "n", sum(both))
                    .into_owned(),
            }
        });
        let count = |n: u64| Count::from(n).to_string();
        let rows = drawn.iter().rev().map(|(week, both)| Week {
            from: said(*week),
            sightings: count(both[0]),
            answers: count(both[1]),
        });
        Some(Self {
            said: page.t1("object-seen-said", "n", all).into_owned(),
            answered: found.answered.map(|(parties, times)| {
                page.t2("object-seen-answered", "parties", parties, "times", times)
                    .into_owned()
            }),
            bars: bars.collect(),
            first: said(first),
            last: said(last),
            most: count(most),
            rows: rows.collect(),
            older: (older > 0).then(|| page.t1("object-seen-older", "n", older).into_owned()),
            cut: found.cut,
            page: page.clone(),
        })
    }
}

/// How high a bar stands: none that says something is too low to be seen.
fn scaled(count: u64, most: u64) -> u64 {
    let share = u128::from(count) * u128::from(HEIGHT) / u128::from(most.max(1));
    u64::try_from(share).unwrap_or(HEIGHT).clamp(2, HEIGHT)
}

/// The number of the week of Japan's days, from Monday on, that a moment lies in.
fn week_of(at: Timestamp) -> i64 {
    let day = (at.as_second() + AHEAD).div_euclid(DAY);
    (day + THURSDAY).div_euclid(7)
}

/// When a week begins.
fn start(week: i64) -> Timestamp {
    let day = week * 7 - THURSDAY;
    Timestamp::from_second(day * DAY - AHEAD).unwrap_or(Timestamp::UNIX_EPOCH)
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::{scaled, start, week_of};

    #[test]
    fn weeks_begin_on_mondays_in_japan() {
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        let week = week_of(at("2026-11-30T00:00:00+09:00"));
        assert_eq!(start(week), at("2026-11-30T00:00:00+09:00"), "a Monday");
        assert_eq!(week_of(at("2026-11-29T23:59:59+09:00")), week - 1);
        assert_eq!(week_of(at("2026-12-06T23:59:59+09:00")), week);
        assert_eq!(week_of(at("1969-12-28T23:59:59+09:00")), -1);
    }

    #[test]
    fn every_bar_can_be_seen() {
        assert_eq!((scaled(1, 1_000_000), scaled(5, 10)), (2, 60));
        assert_eq!((scaled(u64::MAX, u64::MAX), scaled(0, 0)), (120, 2));
    }
}
