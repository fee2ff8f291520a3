//! A report as one recipient gets it: the parts that its form shows, and nothing else. Whatever leaves the hub or is shown
//! to somebody who is not the operator goes through here.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use kaname_directory::SectorCode;
use kaname_kernel::{PartyId, Tlp};
use kaname_severity::Level;
use serde::Serialize;

use super::{Affected, Attachment, Attack, IncidentReport, NoticeKind, ReportState, Times};
use crate::{
    code::{CauseCode, EventTypeCode},
    obligation::Measures,
    routing::{Field, Shown, Tri},
};

/// A part as it is shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "is", content = "of", rename_all = "snake_case")]
pub enum Part<T> {
    /// As it is.
    Open(T),
    /// That there is something, and not what.
    Masked,
}

/// What happened, in the operator's words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Account {
    /// One line.
    pub title: String,
    /// All of it.
    pub body: String,
}

/// Personal data that are concerned.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PersonalData {
    /// Whether they are.
    pub concerned: Tri,
    /// What laws ask about it.
    pub measures: Measures,
}

/// A report on a form. What the form does not show is not there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Told {
    /// Which word of the operator it is.
    pub kind: NoticeKind,
    /// Whether it holds, or was taken back.
    pub state: ReportState,
    /// How far it may go.
    pub tlp: Tlp,
    /// Receipt number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub receipt: Option<Part<String>>,
    /// Who reports.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub operator: Option<Part<PartyId>>,
    /// Whom to call there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub contact: Option<Part<String>>,
    /// Its sector.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sector: Option<Part<Option<SectorCode>>>,
    /// Services.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub services: Option<Part<Vec<Affected>>>,
    /// When things happened, and when the report came.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub times: Option<Part<(Times, Timestamp)>>,
    /// Event types.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub event_types: Option<Part<BTreeSet<EventTypeCode>>>,
    /// Causes, and kinds of attack that have a form of their own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub causes: Option<Part<(BTreeSet<CauseCode>, BTreeSet<Attack>)>>,
    /// Whether the service maintenance level was breached.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub maintenance: Option<Part<Tri>>,
    /// Personal data.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub personal_data: Option<Part<PersonalData>>,
    /// What happened.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub body: Option<Part<Account>>,
    /// How the attack works.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub technique: Option<Part<String>>,
    /// Files.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub attachments: Option<Part<Vec<Attachment>>>,
    /// The level as officers see it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub level: Option<Part<Option<Level>>>,
}

/// The report on a form's fields ([`crate::routing::Routed::fields`]). `level` is what an officer has set on its case.
pub fn told(
    report: &IncidentReport,
    level: Option<Level>,
    fields: &BTreeMap<Field, Shown>,
) -> Told {
    let notice = &report.notice;
    let form = On(fields);
    Told {
        kind: notice.kind,
        state: report.state,
        tlp: notice.tlp,
        receipt: form.part(Field::Receipt, || report.receipt.clone()),
        operator: form.part(Field::Operator, || report.operator),
        contact: form.part(Field::Contact, || notice.contact.clone()),
        sector: form.part(Field::Sector, || notice.sector.clone()),
        services: form.part(Field::Services, || notice.services.clone()),
        times: form.part(Field::Times, || (notice.times, report.received)),
        event_types: form.part(Field::EventTypes, || notice.event_types.clone()),
        causes: form.part(Field::Causes, || {
            (notice.causes.clone(), notice.attacks.clone())
        }),
        maintenance: form.part(Field::Maintenance, || notice.maintenance_breached),
        personal_data: form.part(Field::PersonalData, || PersonalData {
            concerned: notice.personal_data,
            measures: notice.measures.clone(),
        }),
        body: form.part(Field::Body, || Account {
            title: notice.title.clone(),
            body: notice.body.clone(),
        }),
        technique: form.part(Field::Technique, || notice.technique.clone()),
        attachments: form.part(Field::Attachments, || notice.attachments.clone()),
        level: form.part(Field::Level, || level),
    }
}

/// A form's fields.
struct On<'f>(&'f BTreeMap<Field, Shown>);

impl On<'_> {
    fn part<T>(&self, field: Field, whole: impl FnOnce() -> T) -> Option<Part<T>> {
        self.0.get(&field).map(|shown| match shown {
            Shown::Open => Part::Open(whole()),
            Shown::Masked => Part::Masked,
        })
    }
}
