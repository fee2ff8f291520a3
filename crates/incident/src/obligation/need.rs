//! When an incident has to be reported: conditions over what is known of it, in the logic of yes, no and not known.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{Timestamp, ToSpan as _};
use serde::{Deserialize, Serialize};

use super::Earlier;
use crate::{calendar::Zone, code::CriterionCode, routing::Tri};

/// What is known about one criterion.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Measure {
    /// Yes or no.
    Is(bool),
    /// A number.
    Count {
        /// At least.
        low: u64,
        /// At most; `None` = nobody knows how much more.
        high: Option<u64>,
    },
}

/// What is known, by criterion. What is not there is not known.
pub type Measures = BTreeMap<CriterionCode, Measure>;

/// A condition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Need {
    /// A criterion is met.
    Is(CriterionCode),
    /// A criterion's number is over this one.
    MoreThan(CriterionCode, u64),
    /// It does not hold.
    Not(Box<Need>),
    /// All hold.
    All(Vec<Need>),
    /// So many of them hold.
    AtLeast(usize, Vec<Need>),
}

/// When incidents that come again count as one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Recurring {
    /// So many, this one with them.
    pub incidents: u8,
    /// Within so many months.
    pub within_months: u8,
}

impl Recurring {
    /// Most of either.
    pub const MOST: u8 = 60;

    /// What is known of this incident and those before it together, when they are enough to count as one.
    pub(super) fn together(
        self,
        measures: &Measures,
        earlier: &[Earlier],
        known_at: Timestamp,
        zone: Zone,
    ) -> Option<Measures> {
        let months = i64::from(self.within_months).months();
        let since = zone.day_of(known_at).checked_sub(months).ok()?;
        let within = earlier
            .iter()
            .filter(|one| one.at <= known_at && zone.day_of(one.at) >= since);
        let within: Vec<&Measures> = within.map(|one| &one.measures).collect();
        if within.len() + 1 < usize::from(self.incidents) {
            return None;
        }
        let all: Vec<&Measures> = within.into_iter().chain([measures]).collect();
        let codes: BTreeSet<&CriterionCode> = all.iter().flat_map(|one| one.keys()).collect();
        let joined = codes.into_iter().filter_map(|code| {
            let known: Vec<Option<Measure>> =
                all.iter().map(|one| one.get(code).copied()).collect();
            join(&known).map(|measure| (code.clone(), measure))
        });
        Some(joined.collect())
    }
}

/// One measure of several incidents: met if one is, not if none is; numbers added.
fn join(known: &[Option<Measure>]) -> Option<Measure> {
    let is = |wanted: bool| {
        let mut known = known.iter();
        known.any(|one| *one == Some(Measure::Is(wanted)))
    };
    if is(true) {
        return Some(Measure::Is(true));
    }
    if is(false) {
        let every = known.iter().all(|one| *one == Some(Measure::Is(false)));
        return every.then_some(Measure::Is(false));
    }
    let (mut low_sum, mut high_sum) = (0u64, Some(0u64));
    for one in known {
        let (low, high) = match one {
            Some(Measure::Count { low, high }) => (*low, *high),
            _ => (0, None),
        };
        low_sum = low_sum.saturating_add(low);
        high_sum = match (high_sum, high) {
            (Some(sum), Some(high)) => Some(sum.saturating_add(high)),
            _ => None,
        };
    }
    Some(Measure::Count {
        low: low_sum,
        high: high_sum,
    })
}

impl Need {
    /// Whether it holds, as far as known.
    pub fn holds(&self, measures: &Measures) -> Tri {
        match self {
            Self::Is(code) => match measures.get(code) {
                Some(Measure::Is(true)) => Tri::Yes,
                Some(Measure::Is(false)) => Tri::No,
                _ => Tri::Unknown,
            },
            Self::MoreThan(code, bound) => match measures.get(code) {
                Some(Measure::Count { low, .. }) if low > bound => Tri::Yes,
                Some(Measure::Count {
                    high: Some(high), ..
                }) if high <= bound => Tri::No,
                _ => Tri::Unknown,
            },
            Self::Not(need) => match need.holds(measures) {
                Tri::Yes => Tri::No,
                Tri::No => Tri::Yes,
                Tri::Unknown => Tri::Unknown,
            },
            Self::All(needs) => at_least(needs.len(), needs, measures),
            Self::AtLeast(count, needs) => at_least(*count, needs, measures),
        }
    }

    /// The criteria it asks for.
    pub fn criteria(&self) -> BTreeSet<&CriterionCode> {
        match self {
            Self::Is(code) | Self::MoreThan(code, _) => BTreeSet::from([code]),
            Self::Not(need) => need.criteria(),
            Self::All(needs) | Self::AtLeast(_, needs) => {
                needs.iter().flat_map(Self::criteria).collect()
            }
        }
    }
}

fn at_least(count: usize, needs: &[Need], measures: &Measures) -> Tri {
    let (mut yes, mut may) = (0, 0);
    for need in needs {
        match need.holds(measures) {
            Tri::Yes => yes += 1,
            Tri::Unknown => may += 1,
            Tri::No => {}
        }
    }
    if yes >= count {
        Tri::Yes
    } else if yes + may < count {
        Tri::No
    } else {
        Tri::Unknown
    }
}
