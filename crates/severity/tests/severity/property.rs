//! What holds for every case: more harm never lowers, an interval holds every completion, order and
//! repetition change nothing, the trace leads to the same level.

use kaname_severity::{Ends, Level, Rating};
use proptest::prelude::*;

use crate::support::{builtin, exact, one};

#[derive(Debug, Clone)]
struct Seen {
    low: u64,
    more: Option<u64>,
    kind: Kind,
}

#[derive(Debug, Clone)]
enum Kind {
    Scope {
        indicator: usize,
        key: (u8, u8),
        operator: u8,
        sector: u8,
        start: Option<u32>,
        time: Time,
        substitute: Option<(u8, u8)>,
        breached: Option<bool>,
    },
    Safety {
        indicator: usize,
        site: u8,
        start: Option<u32>,
    },
    Records {
        key: (u8, u8),
    },
    Ordinal,
    Count(usize),
}

#[derive(Debug, Clone, Copy)]
enum Time {
    Minutes(u64, Option<u64>),
    End(u32),
    AsOf(u32),
    Nothing,
}

const SCOPE: [(&str, &str, u64); 3] = [
    ("people", "person", 20_000_000),
    ("share_permille", "permille", 1_000),
    ("kw", "kW", 20_000_000),
];
const SAFETY: [(&str, &str, u64); 3] = [
    ("deaths", "person", 20),
    ("minor", "person", 2_000),
    ("property_jpy", "JPY", 200_000_000_000),
];
const COUNTS: [&str; 3] = ["operators", "sectors", "sites"];
const CLASSES: [&str; 3] = ["full", "partial", "none"];

fn most(kind: &Kind) -> u64 {
    match kind {
        Kind::Scope { indicator, .. } => SCOPE[*indicator].2,
        Kind::Safety { indicator, .. } => SAFETY[*indicator].2,
        Kind::Records { .. } => 200_000_000,
        Kind::Ordinal => 4,
        Kind::Count(_) => 6,
    }
}

fn at(minute: u32) -> String {
    let (day, hour, rest) = (minute / 1_440, minute / 60 % 24, minute % 60);
    format!("2024-06-{:02}T{hour:02}:{rest:02}:00+09:00", day + 1)
}

impl Seen {
    fn toml(&self) -> String {
        let (name, unit) = match self.kind {
            Kind::Scope { indicator, .. } => (SCOPE[indicator].0, SCOPE[indicator].1),
            Kind::Safety { indicator, .. } => (SAFETY[indicator].0, SAFETY[indicator].1),
            Kind::Records { .. } => ("records_exposed", "record"),
            Kind::Ordinal => ("trust_ordinal", "level"),
            Kind::Count(which) => (COUNTS[which], "count"),
        };
        let mut text = format!(
            "{{ indicator = \"{name}\", unit = \"{unit}\", low = {}",
            self.low
        );
        if let Some(more) = self.more {
            text += &format!(", high = {}", (self.low + more).min(most(&self.kind)));
        }
        match &self.kind {
            Kind::Scope {
                key,
                operator,
                sector,
                start,
                time,
                substitute,
                breached,
                ..
            } => {
                text += &format!(
                    ", service = \"s{}\", region = \"r{}\", operator = \"o{operator}\"",
                    key.0, key.1
                );
                let sector = ["electricity", "other"][usize::from(*sector)];
                if name != "kw" {
                    text += &format!(", sector = \"{sector}\"");
                }
                if let Some(start) = start {
                    text += &format!(", start = {}", at(*start));
                }
                match (*time, start) {
                    (Time::Minutes(low, more), _) => {
                        text += &format!(", duration_minutes = {{ low = {low}");
                        if let Some(more) = more {
                            text += &format!(", high = {}", low + more);
                        }
                        text += " }";
                    }
                    (Time::End(after), Some(start)) => {
                        text += &format!(", end = {}", at(start + after))
                    }
                    (Time::AsOf(after), Some(start)) => {
                        text += &format!(", as_of = {}", at(start + after))
                    }
                    _ => {}
                }
                if let Some((low, high)) = substitute {
                    let (low, high) = (CLASSES[usize::from(*low)], CLASSES[usize::from(*high)]);
                    text += &format!(", substitution = {{ low = \"{low}\", high = \"{high}\" }}");
                }
                if let Some(breached) = breached {
                    text += &format!(", maintenance_level_breached = {breached}");
                }
            }
            Kind::Safety { site, start, .. } => {
                text += &format!(", site = \"p{site}\"");
                if let Some(start) = start {
                    text += &format!(", start = {}", at(*start));
                }
            }
            Kind::Records { key } => {
                text += &format!(", service = \"s{}\", region = \"r{}\"", key.0, key.1)
            }
            Kind::Ordinal => text += ", rationale = \"r\"",
            Kind::Count(_) => {}
        }
        text + " }"
    }

    /// One completion: everything open is settled, by numbers that come from outside.
    fn completed(&self, [a, b, c, d]: [u64; 4]) -> Self {
        let mut settled = self.clone();
        let most = most(&self.kind);
        let room = self.more.unwrap_or(most).min(most - self.low);
        settled.low = self.low + if room == 0 { 0 } else { a % (room + 1) };
        settled.more = Some(0);
        let counts = self.more != Some(0) || self.low > 0;
        match &mut settled.kind {
            Kind::Scope {
                start,
                time,
                substitute,
                breached,
                ..
            } => {
                let (low, high) = substitute.unwrap_or((0, 2));
                let class = low + u8::try_from(b % u64::from(high - low + 1)).unwrap();
                *substitute = Some((class, class));
                if breached.is_none() {
                    *breached = Some(counts && c.is_multiple_of(2));
                }
                let after = u32::try_from(d % 10_000).unwrap();
                *time = match (*time, &start) {
                    (Time::Minutes(low, more), _) => {
                        let more = more.map_or(d % 20_000, |more| d % (more + 1));
                        Time::Minutes(low + more, Some(0))
                    }
                    (Time::End(after), Some(_)) => Time::End(after),
                    (Time::AsOf(known), Some(_)) => Time::End(known + after),
                    (_, Some(_)) => Time::End(after),
                    (_, None) => Time::Minutes(d % 20_000, Some(0)),
                };
            }
            Kind::Safety { start, .. } => {
                start.get_or_insert(u32::try_from(d % 10_000).unwrap());
            }
            _ => {}
        }
        settled
    }

    /// The same with more harm.
    fn worse(&self, by: u64) -> Self {
        let mut worse = self.clone();
        match &mut worse.kind {
            Kind::Scope {
                substitute: Some((_, high)),
                ..
            } if by.is_multiple_of(4) => *high = 2,
            Kind::Scope {
                breached: Some(breached),
                ..
            } if by % 4 == 1 => *breached = true,
            Kind::Scope {
                time: Time::Minutes(low, _),
                ..
            } if by % 4 == 2 => *low += by % 9_000,
            kind => worse.low = (worse.low + by).min(most(kind)),
        }
        worse
    }
}

fn time() -> impl Strategy<Value = Time> {
    prop_oneof![
        (0..9_000_u64, proptest::option::of(0..9_000_u64))
            .prop_map(|(low, more)| Time::Minutes(low, more)),
        (0..9_000_u32).prop_map(Time::End),
        (0..9_000_u32).prop_map(Time::AsOf),
        Just(Time::Nothing),
    ]
}

fn kind() -> impl Strategy<Value = Kind> {
    let key = || (0..3_u8, 0..2_u8);
    let start = || proptest::option::of(0..6_000_u32);
    let substitute =
        proptest::option::of((0..3_u8, 0..3_u8).prop_map(|(a, b)| (a.min(b), a.max(b))));
    let breached = proptest::option::weighted(0.8, proptest::bool::weighted(0.1));
    let scope = (
        0..3_usize,
        key(),
        0..4_u8,
        0..2_u8,
        start(),
        time(),
        substitute,
        breached,
    );
    prop_oneof![
        4 => scope.prop_map(|(indicator, key, operator, sector, start, time, substitute, breached)| {
            Kind::Scope { indicator, key, operator, sector, start, time, substitute, breached }
        }),
        2 => (0..3_usize, 0..4_u8, start()).prop_map(|(indicator, site, start)| Kind::Safety { indicator, site, start }),
        1 => key().prop_map(|key| Kind::Records { key }),
        1 => Just(Kind::Ordinal),
        1 => (0..3_usize).prop_map(Kind::Count),
    ]
}

fn seen() -> impl Strategy<Value = Seen> {
    (
        kind(),
        any::<u64>(),
        0..12_u32,
        proptest::option::weighted(0.8, 0..3_u64),
    )
        .prop_map(|(kind, number, scale, more)| {
            // Numbers of every size, many of them small or 0.
            let most = most(&kind);
            let low = (number % (most + 1)) >> (scale * 2);
            let more = more.map(|more| (more * (low / 2 + 1)).min(most - low));
            Seen { low, more, kind }
        })
}

fn all() -> impl Strategy<Value = Vec<Seen>> {
    proptest::collection::vec(seen(), 0..9)
}

fn toml(all: &[Seen]) -> Vec<String> {
    all.iter().map(Seen::toml).collect()
}

fn level(all: &[Seen]) -> Ends<Level> {
    one(&builtin(), "electricity", &toml(all)).rate().level
}

fn told(rating: &Rating<'_>) -> String {
    rating.json()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn low_is_not_above_high_and_the_trace_replays(all in all()) {
        let case = one(&builtin(), "electricity", &toml(&all));
        let rating = case.rate();
        prop_assert!(rating.level.low <= rating.level.high && rating.level.high <= 4);
        for step in &rating.steps {
            prop_assert!(step.result.low <= step.result.high, "{step:?}");
        }
        prop_assert_eq!(rating.replayed(), rating.level);
        prop_assert_eq!(rating.binding.is_empty(), rating.level.high == 0);
        prop_assert!(rating.next_up.iter().all(|next| next.level > rating.level.high));
    }

    #[test]
    fn more_harm_never_lowers(all in all(), which in any::<prop::sample::Index>(), by in any::<u32>()) {
        prop_assume!(!all.is_empty());
        let before = level(&all);
        let mut worse = all.clone();
        let which = which.index(worse.len());
        worse[which] = worse[which].worse(by.into());
        let after = level(&worse);
        prop_assert!(before.low <= after.low && before.high <= after.high, "{:?} {:?}", before, after);
    }

    #[test]
    fn one_more_observation_never_lowers(all in all(), more in seen()) {
        let before = level(&all);
        let mut with = all;
        with.push(more);
        let after = level(&with);
        prop_assert!(before.low <= after.low && before.high <= after.high, "{:?} {:?}", before, after);
    }

    #[test]
    fn the_interval_holds_every_completion(
        all in all(),
        numbers in proptest::collection::vec(any::<[u64; 4]>(), 9),
    ) {
        let interval = level(&all);
        let settled: Vec<_> = all.iter().zip(numbers).map(|(seen, numbers)| seen.completed(numbers)).collect();
        let level = level(&settled);
        prop_assert!(interval.low <= level.low && level.high <= interval.high, "{:?} in {:?}", level, interval);
    }

    #[test]
    fn order_and_repetition_change_nothing(all in all(), turn in any::<prop::sample::Index>(), again in any::<prop::sample::Index>()) {
        prop_assume!(!all.is_empty());
        let policy = builtin();
        let as_they_are = one(&policy, "electricity", &toml(&all));
        let mut other = all.clone();
        other.rotate_left(turn.index(all.len()));
        other.reverse();
        other.push(all[again.index(all.len())].clone());
        let other = one(&policy, "electricity", &toml(&other));
        prop_assert_eq!(told(&as_they_are.rate()), told(&other.rate()));
    }

    #[test]
    fn what_would_raise_does_raise(all in all()) {
        let policy = builtin();
        let case = one(&policy, "electricity", &toml(&all));
        let rating = case.rate();
        let unobserved = |name: &str| !toml(&all).iter().any(|seen| seen.contains(&format!("\"{name}\"")));
        for next in &rating.next_up {
            let unit = match next.indicator {
                "records_exposed" => ("record", ""),
                "trust_ordinal" => ("level", ", rationale = \"r\""),
                _ => continue,
            };
            if !unobserved(next.indicator) {
                continue;
            }
            let with = |value| {
                let mut with = toml(&all);
                with.push(exact(next.indicator, unit.0, value, unit.1));
                one(&policy, "electricity", &with).rate().level.high
            };
            prop_assert_eq!(with(next.threshold), next.level);
            prop_assert_eq!(with(next.threshold - 1), rating.level.high);
        }
    }
}
