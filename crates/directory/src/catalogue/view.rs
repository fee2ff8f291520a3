//! What pages and commands show of the dated data.

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::Serialize;

use super::{Catalogue, Sector};
use crate::{
    dated::{Dated, Note, Span},
    text::{BodyCode, Name2, SectorCode},
};

/// A public body's name on a day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct BodyName {
    /// Its code.
    pub code: BodyCode,
    /// Its official name that day.
    pub name: Name2,
}

/// A sector as it stood on a day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SectorView {
    /// Its code.
    pub code: SectorCode,
    /// Its name.
    pub name: Name2,
    /// Competent ministries.
    pub ministries: Vec<BodyName>,
    /// Ministries competent for a part.
    pub shared_with: Vec<BodyName>,
    /// Place in the list.
    pub position: u16,
    /// Days on which it stands like this.
    pub span: Span,
    /// Where it is written.
    pub source: String,
    /// Whether the primary text was not at hand.
    pub unconfirmed: bool,
    /// What a reader should know.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<Note>,
}

impl SectorView {
    pub(super) fn of(sector: &Dated<Sector>, catalogue: &Catalogue, day: Date) -> Self {
        let named = |codes: &[BodyCode]| {
            let names = codes.iter().filter_map(|code| {
                let name = catalogue.body_on(code, day)?.value.name.clone();
                Some(BodyName {
                    code: code.clone(),
                    name,
                })
            });
            names.collect::<Vec<_>>()
        };
        Self {
            code: sector.value.code.clone(),
            name: sector.value.name.clone(),
            ministries: named(&sector.value.ministries),
            shared_with: named(&sector.value.shared_with),
            position: sector.value.position,
            span: sector.span,
            source: sector.source.clone(),
            unconfirmed: sector.unconfirmed,
            note: sector.note.clone(),
        }
    }
}

/// What kind of entry changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Subject {
    /// A sector.
    Sector,
    /// A public body.
    Body,
    /// A member class.
    Class,
    /// A duty.
    Duty,
    /// A duty's text.
    Text,
}

/// What happened to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ChangeKind {
    /// It began.
    Begins,
    /// Another version replaced the one before.
    Changes,
    /// It ended.
    Ends,
}

/// A day on which the data changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CatalogueChange {
    /// First day on which the new state holds.
    pub on: Date,
    /// What kind of entry.
    pub subject: Subject,
    /// Its code.
    pub code: String,
    /// What happened.
    pub kind: ChangeKind,
    /// Name before, for changes and ends.
    pub before: Option<Name2>,
    /// Name after, for begins and changes.
    pub after: Option<Name2>,
    /// Where it is written.
    pub source: String,
    /// Whether the primary text was not at hand.
    pub unconfirmed: bool,
    /// What a reader should know.
    pub note: Option<Note>,
}

impl Catalogue {
    /// What changed after `from`, up to and including `to`, in order of day: what makes the answers
    /// for the two days differ.
    pub fn changes(&self, from: Date, to: Date) -> Vec<CatalogueChange> {
        let mut changes = Vec::new();
        collect(&mut changes, Subject::Sector, &self.sectors, |sector| {
            Some(&sector.name)
        });
        collect(&mut changes, Subject::Body, &self.bodies, |body| {
            Some(&body.name)
        });
        collect(&mut changes, Subject::Class, &self.classes, |class| {
            Some(&class.name)
        });
        collect(&mut changes, Subject::Duty, &self.duties, |duty| {
            Some(&duty.name)
        });
        collect(&mut changes, Subject::Text, &self.texts, |_| None);
        changes.retain(|change| from < change.on && change.on <= to);
        changes.sort_by(|a, b| (a.on, a.subject, &a.code).cmp(&(b.on, b.subject, &b.code)));
        changes
    }
}

fn collect<C: ToString, T>(
    changes: &mut Vec<CatalogueChange>,
    subject: Subject,
    by_code: &BTreeMap<C, Vec<Dated<T>>>,
    name_of: impl Fn(&T) -> Option<&Name2>,
) {
    for (code, versions) in by_code {
        for (index, version) in versions.iter().enumerate() {
            let replaces = index.checked_sub(1).and_then(|before| versions.get(before));
            let replaces = replaces.filter(|before| before.span.until == Some(version.span.from));
            let change = |on, kind, source: &Dated<T>| CatalogueChange {
                on,
                subject,
                code: code.to_string(),
                kind,
                before: None,
                after: None,
                source: source.source.clone(),
                unconfirmed: source.unconfirmed,
                note: source.note.clone(),
            };
            let kind = if replaces.is_some() {
                ChangeKind::Changes
            } else {
                ChangeKind::Begins
            };
            changes.push(CatalogueChange {
                before: replaces.and_then(|before| name_of(&before.value)).cloned(),
                after: name_of(&version.value).cloned(),
                ..change(version.span.from, kind, version)
            });
            let next = versions.get(index + 1).map(|next| next.span.from);
            if let Some(end) = version.span.until.filter(|end| next != Some(*end)) {
                changes.push(CatalogueChange {
                    before: name_of(&version.value).cloned(),
                    ..change(end, ChangeKind::Ends, version)
                });
            }
        }
    }
}
