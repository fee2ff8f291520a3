//! Who is told of a report: the question its words make for the rules, and what of the answer is new.

use jiff::civil::Date;
use kaname_severity::Level;

use super::{Attack, Given, IncidentReport, ReportChange, ReportState};
use crate::{
    bound,
    refused::Refused,
    routing::{Condition, Question, Route, Routed, Tri},
    vocabulary::Vocabulary,
};

/// Most that one report is given to.
const MAX_GIVEN: usize = 1_000;

impl IncidentReport {
    /// What the rules are asked. `level` is what an officer has set on its case, `special` whether the operator is
    /// designated under the law of 2025, `published` whether the rating was published.
    pub fn question(
        &self,
        vocabulary: &Vocabulary,
        day: Date,
        level: Option<Level>,
        special: bool,
        published: bool,
    ) -> Question {
        let notice = &self.notice;
        let so = [
            (Condition::PersonalData, notice.personal_data == Tri::Yes),
            (Condition::CrossBorder, notice.cross_border == Tri::Yes),
            (Condition::Deliberate, notice.is_deliberate(vocabulary, day)),
            (Condition::Ddos, notice.attacks.contains(&Attack::Ddos)),
            (
                Condition::Ransomware,
                notice.attacks.contains(&Attack::Ransomware),
            ),
            (Condition::SpecialInfrastructure, special),
            (Condition::Published, published),
        ];
        let conditions = so.into_iter().filter(|(_, holds)| *holds);
        Question {
            day,
            sector: notice.sector.clone(),
            event_types: notice.event_types.clone(),
            level,
            maintenance_breached: notice.maintenance_breached,
            conditions: conditions.map(|(condition, _)| condition).collect(),
            consents: self.consents.clone(),
        }
    }
}

/// Writes down whom the rules name now and did not name before, or only for less.
///
/// # Errors
/// When they name nobody new, or the report was taken back.
pub fn route(report: &IncidentReport, route: &Route) -> Result<Vec<ReportChange>, Refused> {
    if report.state == ReportState::Withdrawn {
        return Err(Refused::State {
            matter: "incident_report",
            state: report.state.as_str(),
            needs: "filed, updated, final".to_owned(),
        });
    }
    // Who was told to know and now has to act is told anew.
    let as_strong = |given: &Given, one: &Routed| {
        given.to == one.to && given.form == one.form && given.role <= one.role
    };
    let new = route.to.iter().filter(|one| {
        let mut before = report.given.iter();
        !before.any(|given| as_strong(given, one))
    });
    let given: Vec<Given> = new
        .map(|one| Given {
            to: one.to.clone(),
            role: one.role,
            form: one.form.clone(),
            rule: one.rule.as_ref().map(|decided| decided.rule.clone()),
        })
        .collect();
    if given.is_empty() {
        return Err(Refused::NoChange);
    }
    bound::count("given", report.given.len() + given.len(), MAX_GIVEN)?;
    Ok(vec![ReportChange::Routed { given }])
}
