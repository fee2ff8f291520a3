//! What would raise the level, all else unchanged: the nearest unmet threshold of each input.

use super::{
    NextUp, Rating, Viewpoint,
    rules::{Rules, high},
};
use crate::{End, Level, policy::Indicator};

impl<'c> Rating<'c> {
    pub(super) fn raises(&self, rules: &Rules<'c>) -> Vec<NextUp<'c>> {
        let mut raises = Vec::new();
        if self.level.high >= 4 {
            return raises;
        }
        let policy = rules.policy;
        let together = rules.sites(End::High).holds;
        for (place, indicator) in policy.safety.bands.iter().enumerate() {
            let total = high(&rules.facts.safety, place);
            let level = |step: Level| policy.lift(step.max(self.steps[3].result.high), together);
            raises.extend(self.counted(Viewpoint::Safety, indicator, total, level));
        }
        self.sustained(rules, &mut raises);
        let cap = |step: Level| step.max(self.steps[5].result.high).min(policy.trust.cap);
        for (place, indicator) in policy.trust.bands.iter().enumerate() {
            let total = high(&rules.facts.records, place);
            raises.extend(self.counted(Viewpoint::Trust, indicator, total, cap));
        }
        let judged = rules.facts.ordinal.high;
        let name = policy.trust.ordinal.name.as_str();
        let higher = (judged + 1..=4).find(|level| cap(*level) > self.level.high);
        raises.extend(higher.map(|level| NextUp {
            viewpoint: Viewpoint::Trust,
            indicator: name,
            threshold: u64::from(level),
            level: cap(level),
        }));
        raises
    }

    fn counted(
        &self,
        viewpoint: Viewpoint,
        indicator: &'c Indicator,
        total: u64,
        level: impl Fn(Level) -> Level,
    ) -> Option<NextUp<'c>> {
        let unmet = (1..)
            .zip(indicator.bands)
            .filter(|(_, bound)| *bound > total);
        let mut unmet = unmet.map(|(step, bound)| (bound, level(step)));
        let (threshold, level) = unmet.find(|(_, level)| *level > self.level.high)?;
        Some(NextUp {
            viewpoint,
            indicator: &indicator.name,
            threshold,
            level,
        })
    }

    fn sustained(&self, rules: &Rules<'c>, raises: &mut Vec<NextUp<'c>>) {
        if rules.facts.keys.is_empty() {
            return;
        }
        let policy = rules.policy;
        let together = rules.many(End::High).holds;
        let level = |at_least: u64, raised| {
            let (base, _) = rules.cell(End::High, at_least, raised);
            policy.lift(rules.floor(End::High, base), together)
        };
        for (place, indicator) in rules.facts.used.iter().enumerate() {
            let indicator = &policy.sustainability.bands[*indicator].indicator;
            let bounds = (1..).zip(indicator.bands).filter(|(_, bound)| *bound > 0);
            let mut raised = bounds.map(|(step, bound)| (bound, level(0, Some((place, step)))));
            let found = raised.find(|(_, level)| *level > self.level.high);
            raises.extend(found.map(|(threshold, level)| NextUp {
                viewpoint: Viewpoint::Sustainability,
                indicator: &indicator.name,
                threshold,
                level,
            }));
        }
        let durations = policy.sustainability.duration_minutes.into_iter();
        let mut longer = durations.map(|least| (least, level(least, None)));
        let found = longer.find(|(_, level)| *level > self.level.high);
        raises.extend(found.map(|(threshold, level)| NextUp {
            viewpoint: Viewpoint::Sustainability,
            indicator: "duration_minutes",
            threshold,
            level,
        }));
    }
}
