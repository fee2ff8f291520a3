//! The answer as one JSON object. Its form is specified at the top of the golden cases.

use serde::{Serialize, Serializer, ser::SerializeMap as _};

use super::{Binding, Hit, NextUp, Rating, Step, Viewpoint, bounded};
use crate::{
    Ends, Level,
    explain::sentences,
    words::{Lang, Words},
};

impl<T: Serialize> Serialize for Ends<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(2))?;
        map.serialize_entry("low", &self.low)?;
        map.serialize_entry("high", &self.high)?;
        map.end()
    }
}

#[derive(Serialize)]
struct Answer<'a> {
    id: &'a str,
    level_low: Level,
    level_high: Level,
    rated: bool,
    viewpoints: Viewpoints,
    trace: Vec<Told<'a>>,
    binding: &'a [Binding<'a>],
    next_up: &'a [NextUp<'a>],
    unknown: &'a [String],
    policy: Under<'a>,
    sentences: Both,
}

#[derive(Serialize)]
struct Viewpoints {
    sustainability: Ends<Level>,
    safety: Ends<Level>,
    trust: Ends<Level>,
}

#[derive(Serialize)]
struct Under<'a> {
    id: &'a str,
    version: &'a str,
    sha256: &'a str,
    status: crate::Status,
}

#[derive(Serialize)]
struct Both {
    ja: Vec<String>,
    en: Vec<String>,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Outcome {
    Gate(bool),
    Level(Ends<Level>),
}

#[derive(Serialize)]
struct Told<'a> {
    rule: &'a str,
    result: Outcome,
    #[serde(skip_serializing_if = "Option::is_none")]
    met: Option<Ends<Met<'a>>>,
    ja: String,
    en: String,
}

#[derive(Serialize, Default)]
struct Met<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    indicator: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    total: Option<u64>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    unbounded: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    step: Option<Level>,
    #[serde(skip_serializing_if = "Option::is_none")]
    duration_step: Option<Level>,
    #[serde(skip_serializing_if = "Option::is_none")]
    substitution: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    breached: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    operators: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sectors: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sites: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cap: Option<Level>,
}

impl Rating<'_> {
    /// The answer as JSON on one line.
    #[must_use]
    pub fn json(&self) -> String {
        let policy = &self.case.policy;
        let told = sentences::gate(self);
        let mut trace = vec![Told {
            rule: "scope_gate",
            result: Outcome::Gate(self.rated),
            met: None,
            ja: told.ja,
            en: told.en,
        }];
        trace.extend(self.steps.iter().map(|step| self.told(step)));
        let answer = Answer {
            id: &self.case.id,
            level_low: self.level.low,
            level_high: self.level.high,
            rated: self.rated,
            viewpoints: Viewpoints {
                sustainability: self.viewpoint(Viewpoint::Sustainability),
                safety: self.viewpoint(Viewpoint::Safety),
                trust: self.viewpoint(Viewpoint::Trust),
            },
            trace,
            binding: &self.binding,
            next_up: &self.next_up,
            unknown: self.unknown(),
            policy: Under {
                id: &policy.id,
                version: &policy.version,
                sha256: &policy.sha256,
                status: policy.status,
            },
            sentences: Both {
                ja: self.summary(Lang::Ja),
                en: self.summary(Lang::En),
            },
        };
        // Numbers, texts and lists alone: nothing of it can fail.
        serde_json::to_string(&answer).unwrap_or_default()
    }

    fn told(&self, step: &Step) -> Told<'_> {
        let Words { ja, en } = sentences::step(self, step);
        let met = Ends::each(|end| self.met(step, *step.hit.at(end)));
        let says_more = step.hit.high != Hit::Highest;
        Told {
            rule: step.rule.name(),
            result: Outcome::Level(step.result),
            met: says_more.then_some(met),
            ja,
            en,
        }
    }

    fn met(&self, step: &Step, hit: Hit) -> Met<'_> {
        let viewpoint = step.rule.viewpoint();
        let mut met = Met::default();
        match hit {
            Hit::Nothing | Hit::Highest => {}
            Hit::Cell {
                total,
                scope,
                duration,
                class,
                ..
            } => {
                met.indicator = Some(self.named(viewpoint, hit));
                met.total = bounded(total);
                met.unbounded = met.total.is_none();
                met.step = Some(scope);
                met.duration_step = Some(duration);
                met.substitution = Some(crate::policy::SUBSTITUTES[class.place()]);
            }
            Hit::Breach(breached) => met.breached = Some(breached),
            Hit::Many { operators, sectors } => {
                met.operators = bounded(operators);
                met.sectors = bounded(sectors);
                met.unbounded = met.operators.is_none() || met.sectors.is_none();
            }
            Hit::Sites(sites) => {
                met.sites = bounded(sites);
                met.unbounded = met.sites.is_none();
            }
            Hit::Band { total, step, .. } => {
                met.indicator = Some(self.named(viewpoint, hit));
                met.total = bounded(total);
                met.unbounded = met.total.is_none();
                met.step = Some(step);
            }
            Hit::Judged(level) => {
                met.indicator = Some(self.named(viewpoint, hit));
                met.step = Some(level);
            }
            Hit::Cap(cap) => met.cap = Some(cap),
        }
        met
    }
}
