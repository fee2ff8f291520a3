//! The rules in their order: gate, sustainability, safety, trust, level.

mod json;
mod raise;
mod rules;
mod trace;

pub use trace::{Class, Hit, Rule, Step};

use serde::Serialize;

use crate::{
    Ends, Level,
    case::Case,
    policy::{COUNTS, UNBOUNDED},
};

/// A viewpoint of table 2.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Viewpoint {
    /// Of people, facilities and the environment (安全性).
    Safety,
    /// Of the service (持続性).
    Sustainability,
    /// Trust in the service (その他: 信頼低下).
    Trust,
}

/// A viewpoint that carries the case to its level, with the input that set it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Binding<'c> {
    /// The viewpoint.
    pub viewpoint: Viewpoint,
    /// Name of the indicator or attribute.
    pub indicator: &'c str,
}

/// What would raise the level, all else unchanged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct NextUp<'c> {
    /// The viewpoint that would carry the case.
    pub viewpoint: Viewpoint,
    /// Name of the indicator, or `duration_minutes`.
    pub indicator: &'c str,
    /// The smallest total that would.
    pub threshold: u64,
    /// The level it would lead to.
    pub level: Level,
}

/// A case's level with everything that explains it.
#[derive(Debug, Clone)]
pub struct Rating<'c> {
    pub(crate) case: &'c Case,
    /// The level.
    pub level: Ends<Level>,
    /// Whether it is rated; otherwise the level is a shadow level, never published.
    pub rated: bool,
    /// Every rule after the gate, in order.
    pub steps: [Step; 8],
    /// Viewpoints that reach `level.high`; empty at level 0.
    pub binding: Vec<Binding<'c>>,
    /// What would raise `level.high`.
    pub next_up: Vec<NextUp<'c>>,
}

impl Case {
    /// Rates the case by the policy it was read under.
    #[must_use]
    pub fn rate(&self) -> Rating<'_> {
        let rules = rules::Rules {
            policy: &self.policy,
            facts: &self.facts,
        };
        let cells = Ends::each(|end| rules.cell(end, 0, None));
        let base = Ends::each(|end| cells.at(end).0);
        let floored = Ends::each(|end| rules.floor(end, *base.at(end)));
        let many = Ends::each(|end| rules.many(end));
        let sustainability = self
            .policy
            .lifted(floored, Ends::each(|end| many.at(end).holds));
        let harms = Ends::each(|end| rules.harm(end));
        let harm = Ends::each(|end| harms.at(end).0);
        let sites = Ends::each(|end| rules.sites(end));
        let safety = self
            .policy
            .lifted(harm, Ends::each(|end| sites.at(end).holds));
        let losses = Ends::each(|end| rules.loss(end));
        let loss = Ends::each(|end| losses.at(end).0);
        let trust = Ends::each(|end| (*loss.at(end)).min(self.policy.trust.cap));
        let level = Ends::each(|end| {
            let carried = (*sustainability.at(end)).max(*safety.at(end));
            carried.max(*trust.at(end))
        });
        let step = |rule, result, hit| Step { rule, result, hit };
        let steps = [
            step(Rule::Base, base, Ends::each(|end| cells.at(end).1)),
            step(
                Rule::Floor,
                floored,
                Ends::each(|end| Hit::Breach(*self.facts.breached.at(end))),
            ),
            step(
                Rule::Uplift,
                sustainability,
                Ends::each(|end| many.at(end).hit()),
            ),
            step(Rule::SafetyBase, harm, Ends::each(|end| harms.at(end).1)),
            step(
                Rule::SafetyUplift,
                safety,
                Ends::each(|end| sites.at(end).hit()),
            ),
            step(Rule::TrustBase, loss, Ends::each(|end| losses.at(end).1)),
            step(
                Rule::TrustCap,
                trust,
                Ends::each(|_| Hit::Cap(self.policy.trust.cap)),
            ),
            step(Rule::Level, level, Ends::each(|_| Hit::Highest)),
        ];
        let mut rating = Rating {
            case: self,
            level,
            rated: self.rated,
            steps,
            binding: Vec::new(),
            next_up: Vec::new(),
        };
        rating.binding = rating.bindings();
        rating.next_up = rating.raises(&rules);
        rating
    }
}

impl<'c> Rating<'c> {
    /// The case that was rated.
    #[must_use]
    pub fn case(&self) -> &'c Case {
        self.case
    }

    /// The level of one viewpoint.
    #[must_use]
    pub fn viewpoint(&self, viewpoint: Viewpoint) -> Ends<Level> {
        self.steps[match viewpoint {
            Viewpoint::Sustainability => 2,
            Viewpoint::Safety => 4,
            Viewpoint::Trust => 6,
        }]
        .result
    }

    /// What a rater has not looked at or does not know, sorted.
    #[must_use]
    pub fn unknown(&self) -> &'c [String] {
        &self.case.unknown
    }

    /// The level that the trace alone leads to: the same as `level`, or the trace explains nothing.
    #[must_use]
    pub fn replayed(&self) -> Ends<Level> {
        Ends::each(|end| trace::replay(&self.case.policy, &self.steps, end))
    }

    fn bindings(&self) -> Vec<Binding<'c>> {
        let high = self.level.high;
        if high == 0 {
            return Vec::new();
        }
        let viewpoints = [
            Viewpoint::Safety,
            Viewpoint::Sustainability,
            Viewpoint::Trust,
        ];
        let reaching = viewpoints
            .into_iter()
            .filter(|it| self.viewpoint(*it).high == high);
        reaching
            .map(|viewpoint| Binding {
                viewpoint,
                indicator: self.input(viewpoint),
            })
            .collect()
    }

    /// The input that set a viewpoint at the high end.
    fn input(&self, viewpoint: Viewpoint) -> &'c str {
        let hit = match viewpoint {
            Viewpoint::Sustainability if self.steps[1].result.high > self.steps[0].result.high => {
                self.steps[1].hit.high
            }
            Viewpoint::Sustainability => self.steps[0].hit.high,
            Viewpoint::Safety => self.steps[3].hit.high,
            Viewpoint::Trust => self.steps[5].hit.high,
        };
        self.named(viewpoint, hit)
    }

    pub(crate) fn named(&self, viewpoint: Viewpoint, hit: Hit) -> &'c str {
        let policy = &self.case.policy;
        match (viewpoint, hit) {
            (_, Hit::Cell { indicator, .. }) => {
                &policy.sustainability.bands[indicator].indicator.name
            }
            (Viewpoint::Safety, Hit::Band { indicator, .. }) => {
                &policy.safety.bands[indicator].name
            }
            (Viewpoint::Trust, Hit::Band { indicator, .. }) => &policy.trust.bands[indicator].name,
            (_, Hit::Judged(_)) => &policy.trust.ordinal.name,
            (_, Hit::Breach(_)) => "maintenance_level_breached",
            (Viewpoint::Safety, _) => COUNTS[2],
            _ => COUNTS[0],
        }
    }
}

/// A total as people read it; `None` = without upper bound.
pub(crate) fn bounded(total: u64) -> Option<u64> {
    (total != UNBOUNDED).then_some(total)
}
