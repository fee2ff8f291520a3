//! Deciding: which rules apply to a report, and who follows from them.

use std::collections::BTreeMap;

use kaname_directory::{Catalogue, Dated, SectorCode};
use kaname_severity::Level;
use serde::Serialize;

use super::{
    Condition, Decided, EventTypes, Field, Question, Recipient, Role, Route, Routed, Routes, Rule,
    Sectors, Shown, Target,
};
use crate::{
    code::{FormCode, RuleCode},
    data::placed_on,
};

/// What became of a rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum Verdict {
    /// It decided.
    Applies,
    /// It would, if the operator consented.
    NeedsConsent,
    /// It names nobody for this sector on this day.
    NamesNobody,
    /// No version of it is in force on the day.
    NotInForce,
    /// It speaks of other sectors.
    OtherSector,
    /// It speaks of other event types.
    OtherEventType,
    /// It speaks of other levels.
    OtherLevel,
    /// Something that must be so is not, or that must not be so is.
    OtherCondition {
        /// Which.
        condition: Condition,
    },
}

/// A rule and what became of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Considered {
    /// The rule.
    pub rule: RuleCode,
    /// What became of it.
    pub verdict: Verdict,
}

impl Rule {
    /// Whether it speaks of a sector that is in force, or of none.
    pub(super) fn speaks_of(&self, sector: Option<&SectorCode>) -> bool {
        match (&self.sectors, sector) {
            (Sectors::Every, _) | (Sectors::Known, Some(_)) | (Sectors::Unknown, None) => true,
            (Sectors::Only(only), Some(sector)) => only.contains(sector),
            (Sectors::Known | Sectors::Only(_), None) | (Sectors::Unknown, Some(_)) => false,
        }
    }

    /// Whether it applies at a level, or while none is set.
    pub(super) fn is_at(&self, level: Option<Level>) -> bool {
        level.map_or(self.unrated, |level| {
            (self.from_level..=self.to_level).contains(&level)
        })
    }

    fn verdict(&self, question: &Question, sector: Option<&SectorCode>) -> Verdict {
        if !self.speaks_of(sector) {
            return Verdict::OtherSector;
        }
        if let EventTypes::Only(only) = &self.event_types
            && only.is_disjoint(&question.event_types)
        {
            return Verdict::OtherEventType;
        }
        if !self.is_at(question.level) {
            return Verdict::OtherLevel;
        }
        let missing = self.when.difference(&question.conditions).next();
        let against = self.unless.intersection(&question.conditions).next();
        match missing.or(against) {
            Some(condition) => Verdict::OtherCondition {
                condition: *condition,
            },
            None => Verdict::Applies,
        }
    }
}

impl Target {
    /// Who that is for a sector on a day.
    fn recipients(
        &self,
        catalogue: &Catalogue,
        question: &Question,
        sector: Option<&SectorCode>,
    ) -> Vec<Recipient> {
        let found = sector.and_then(|code| catalogue.sector_on(code, question.day));
        let bodies = match (self, found) {
            (Self::One(recipient), _) => return vec![recipient.clone()],
            (Self::Ministry, Some(sector)) => &sector.value.ministries,
            (Self::SharedMinistry, Some(sector)) => &sector.value.shared_with,
            (Self::Ministry | Self::SharedMinistry, None) => return Vec::new(),
        };
        bodies.iter().cloned().map(Recipient::Body).collect()
    }
}

/// What stands for one recipient on one form while the answer is put together.
type Found<'r> = BTreeMap<(Recipient, FormCode), (Role, &'r Dated<Rule>)>;

impl Routes {
    /// Who is told of a report. At least one has a duty: the centre's duty desk, where no rule names anybody else.
    pub fn route(&self, catalogue: &Catalogue, question: &Question) -> Route {
        let sector = in_force(catalogue, question);
        let (mut found, mut held) = (Found::new(), Found::new());
        for versions in self.rules.values() {
            let Some(placed) = placed_on(versions, question.day) else {
                continue;
            };
            let rule = &placed.dated.value;
            if rule.verdict(question, sector) != Verdict::Applies {
                continue;
            }
            for recipient in rule.to.recipients(catalogue, question, sector) {
                let agreed = !rule.consent || question.consents.contains(&recipient);
                let into = if agreed { &mut found } else { &mut held };
                let key = (recipient, rule.form.clone());
                let entry = into.entry(key).or_insert((rule.role, &placed.dated));
                if rule.role < entry.0 {
                    *entry = (rule.role, &placed.dated);
                }
            }
        }
        held.retain(|key, _| !found.contains_key(key));
        let mut to = self.told(found, question);
        if !to.iter().any(|routed| routed.role == Role::Duty) {
            to.insert(0, Routed::fallback());
        }
        let haste = self.haste_on(question.day);
        let urgent = haste.is_urgent(question.level, question.maintenance_breached);
        Route {
            to,
            withheld: self.told(held, question),
            keeps_quiet_hours: !urgent,
            acknowledge_within_min: match urgent {
                true => haste.urgent_min,
                false => haste.usual_min,
            },
        }
    }

    /// Every rule and why it did or did not decide, by code.
    pub fn considered(&self, catalogue: &Catalogue, question: &Question) -> Vec<Considered> {
        let sector = in_force(catalogue, question);
        let rules = self.rules.iter();
        let considered = rules.map(|(code, versions)| {
            let verdict = match placed_on(versions, question.day) {
                None => Verdict::NotInForce,
                Some(placed) => verdict(catalogue, question, sector, &placed.dated.value),
            };
            Considered {
                rule: code.clone(),
                verdict,
            }
        });
        considered.collect()
    }

    fn told(&self, found: Found<'_>, question: &Question) -> Vec<Routed> {
        let told = found.into_iter().map(|((to, form), (role, dated))| {
            let shape = self.form_on(&form, question.day);
            Routed {
                to,
                role,
                fields: shape.map_or_else(BTreeMap::new, |form| form.value.fields.clone()),
                form: Some(form),
                rule: Some(Decided {
                    rule: dated.value.code.clone(),
                    from: dated.span.from,
                    source: dated.source.clone(),
                    unconfirmed: dated.unconfirmed,
                    note: dated.note.clone(),
                }),
            }
        });
        let mut told: Vec<Routed> = told.collect();
        told.sort_by(|one, other| (one.role, &one.to).cmp(&(other.role, &other.to)));
        told
    }
}

/// What becomes of a rule that is in force.
fn verdict(
    catalogue: &Catalogue,
    question: &Question,
    sector: Option<&SectorCode>,
    rule: &Rule,
) -> Verdict {
    let verdict = rule.verdict(question, sector);
    if verdict != Verdict::Applies {
        return verdict;
    }
    let recipients = rule.to.recipients(catalogue, question, sector);
    let consented = |one: &Recipient| question.consents.contains(one);
    match (recipients.is_empty(), rule.consent) {
        (true, _) => Verdict::NamesNobody,
        (false, true) if !recipients.iter().any(consented) => Verdict::NeedsConsent,
        (false, _) => Verdict::Applies,
    }
}

/// The sector, when it is in force on the day.
fn in_force<'q>(catalogue: &Catalogue, question: &'q Question) -> Option<&'q SectorCode> {
    let sector = question.sector.as_ref();
    sector.filter(|code| catalogue.sector_on(code, question.day).is_some())
}

impl Routed {
    /// The centre's duty desk, with everything: what no rule gives to anybody is not dropped.
    fn fallback() -> Self {
        let fields = Field::ALL.into_iter().map(|field| (field, Shown::Open));
        Self {
            to: Recipient::CentreDesk,
            role: Role::Duty,
            form: None,
            fields: fields.collect(),
            rule: None,
        }
    }
}
