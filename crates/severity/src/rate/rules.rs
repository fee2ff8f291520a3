//! Each rule at one end of what is known.

use crate::{
    End, Level,
    case::Facts,
    policy::Policy,
    rate::trace::{Class, Hit, reaches, shifted},
    time::MINUTE,
};

/// A case's facts under the policy's numbers.
pub(super) struct Rules<'c> {
    pub(super) policy: &'c Policy,
    pub(super) facts: &'c Facts,
}

/// How many began within one window.
pub(super) struct Together {
    counts: [u64; 2],
    of_sites: bool,
    pub(super) holds: bool,
}

impl Together {
    pub(super) fn hit(&self) -> Hit {
        let [first, second] = self.counts;
        if self.of_sites {
            Hit::Sites(first)
        } else {
            Hit::Many {
                operators: first,
                sectors: second,
            }
        }
    }
}

impl Rules<'_> {
    /// `sustainability.base`: how many users were without the service for at least so long, with no
    /// better substitute than that. `at_least` = as if every key had lasted that many minutes;
    /// `raised` = as if that indicator (by its place among those used) reached that step wherever its
    /// total is above 0.
    pub(super) fn cell(
        &self,
        end: End,
        at_least: u64,
        raised: Option<(usize, Level)>,
    ) -> (Level, Hit) {
        let rule = &self.policy.sustainability;
        let mut best = (0, Hit::Nothing);
        for class in Class::ALL {
            let shift = rule.substitution[class.place()];
            for (duration, least) in (1..).zip(rule.duration_minutes) {
                let mut widest = (0, Hit::Nothing);
                for (place, indicator) in self.facts.used.iter().enumerate() {
                    let total = self.total(end, place, shift, least, at_least);
                    let mut scope = rule.bands[*indicator].indicator.step(total);
                    if let Some((raised, step)) = raised
                        && raised == place
                        && total > 0
                    {
                        scope = scope.max(step);
                    }
                    if scope > widest.0 {
                        let hit = Hit::Cell {
                            indicator: *indicator,
                            total,
                            scope,
                            duration,
                            class,
                        };
                        widest = (scope, hit);
                    }
                }
                let result = shifted(self.policy, widest.0, duration, class);
                // Of equal results the longest duration with the worst substitute says most.
                if result > 0 && result >= best.0 {
                    best = (result, widest.1);
                }
            }
        }
        best
    }

    /// Total of a used indicator over the keys that lasted and had no better substitute.
    fn total(&self, end: End, place: usize, shift: i8, least: u64, at_least: u64) -> u64 {
        let facts = self.facts;
        let steps = &self.policy.sustainability.substitution;
        let sums = self.policy.sustainability.bands[facts.used[place]].sums;
        let (mut total, mut of_service, mut service) = (0_u64, 0_u64, 0);
        for (row, key) in facts.keys.iter().enumerate() {
            if key.service != service {
                total = total.max(of_service);
                service = key.service;
                if !sums {
                    of_service = 0;
                }
            }
            let lasted = (*key.minutes.at(end)).max(at_least) >= least;
            if lasted && steps[usize::from(*key.substitute.at(end))] >= shift {
                let value = &facts.values[row * facts.used.len() + place];
                of_service = of_service.saturating_add(*value.at(end));
            }
        }
        total.max(of_service)
    }

    /// `sustainability.floor`
    pub(super) fn floor(&self, end: End, base: Level) -> Level {
        if *self.facts.breached.at(end) {
            base.max(self.policy.sustainability.breach_floor)
        } else {
            base
        }
    }

    /// Whether operators or sectors were hit together.
    pub(super) fn many(&self, end: End) -> Together {
        let count = |group: usize| {
            let hit = self
                .facts
                .begun
                .iter()
                .filter(|begun| *begun.value.at(end) > 0);
            let hit = hit.map(|begun| (begun.start, begun.groups[group]));
            let seen = self.within_window(hit, self.facts.groups[group], end);
            seen.max(*self.facts.stated[group].at(end))
        };
        let counts = [count(0), count(1)];
        Together {
            counts,
            of_sites: false,
            holds: reaches(self.policy, 0, counts[0]) || reaches(self.policy, 1, counts[1]),
        }
    }

    /// Whether several sites were each harmed together.
    pub(super) fn sites(&self, end: End) -> Together {
        let least = self.policy.simultaneity.min_base;
        let harmed = self.facts.harms.iter().filter(|harm| {
            self.policy.safety.bands[harm.indicator].step(*harm.value.at(end)) >= least
        });
        let harmed = harmed.map(|harm| (harm.start, harm.site));
        let seen = self.within_window(harmed, self.facts.sites, end);
        let sites = seen.max(*self.facts.stated[2].at(end));
        Together {
            counts: [sites, 0],
            of_sites: true,
            holds: reaches(self.policy, 2, sites),
        }
    }

    /// The most different numbers whose beginnings lie within one window, both edges included. Comes
    /// sorted by beginning; those without one are last, and count in every window at the high end.
    fn within_window(
        &self,
        begun: impl Iterator<Item = (Option<i64>, u32)> + Clone,
        different: usize,
        end: End,
    ) -> u64 {
        if different <= 1 {
            let counts = |(start, _): (Option<i64>, u32)| start.is_some() || end == End::High;
            return u64::from(begun.into_iter().any(counts));
        }
        let window = i64::try_from(self.policy.simultaneity.window_minutes)
            .unwrap_or(i64::MAX)
            .saturating_mul(MINUTE);
        let mut inside = vec![0_u32; different];
        let mut number = 0;
        if end == End::High {
            for (_, group) in begun.clone().filter(|(start, _)| start.is_none()) {
                number += u64::from(inside[group as usize] == 0);
                inside[group as usize] += 1;
            }
        }
        let started = begun.filter_map(|(start, group)| Some((start?, group)));
        let mut first = started.clone();
        let mut most = number;
        let mut earliest = first.next();
        for (start, group) in started {
            number += u64::from(inside[group as usize] == 0);
            inside[group as usize] += 1;
            while let Some((begin, left)) = earliest.filter(|(begin, _)| start - begin > window) {
                debug_assert!(begin <= start);
                inside[left as usize] -= 1;
                number -= u64::from(inside[left as usize] == 0);
                earliest = first.next();
            }
            most = most.max(number);
        }
        most
    }

    /// `safety.base`
    pub(super) fn harm(&self, end: End) -> (Level, Hit) {
        let mut worst = (0, Hit::Nothing);
        for (indicator, total) in &self.facts.safety {
            let total = *total.at(end);
            let step = self.policy.safety.bands[*indicator].step(total);
            worst = worse(worst, *indicator, total, step);
        }
        worst
    }

    /// `trust.base`
    pub(super) fn loss(&self, end: End) -> (Level, Hit) {
        let mut worst = (0, Hit::Nothing);
        for (indicator, total) in &self.facts.records {
            let total = *total.at(end);
            let step = self.policy.trust.bands[*indicator].step(total);
            worst = worse(worst, *indicator, total, step);
        }
        let judged = *self.facts.ordinal.at(end);
        if judged > worst.0 {
            worst = (judged, Hit::Judged(judged));
        }
        worst
    }
}

fn worse(worst: (Level, Hit), indicator: usize, total: u64, step: Level) -> (Level, Hit) {
    if step <= worst.0 {
        return worst;
    }
    let hit = Hit::Band {
        indicator,
        total,
        step,
    };
    (step, hit)
}

/// Total of an indicator at the high end, 0 where nobody observed it.
pub(super) fn high(totals: &[(usize, crate::Ends<u64>)], indicator: usize) -> u64 {
    let found = totals.iter().find(|(known, _)| *known == indicator);
    found.map_or(0, |(_, total)| total.high)
}
