//! The file's form.

use std::collections::BTreeSet;

use jiff::civil::Date;
use kaname_directory::{Name2, SectorCode, Valid};
use serde::Deserialize;
use toml::Spanned;

use super::{Condition, Field, Haste, Role, Target};
use crate::code::{EventTypeCode, FormCode, RuleCode};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RoutesFile {
    pub(super) complete_from: Spanned<Date>,
    pub(super) haste: Vec<Spanned<HasteRow>>,
    pub(super) form: Vec<Spanned<FormRow>>,
    pub(super) rule: Vec<Spanned<RuleRow>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct HasteRow {
    pub(super) limits: Haste,
    #[serde(flatten)]
    pub(super) valid: Valid,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FormRow {
    pub(super) code: FormCode,
    pub(super) name: Name2,
    pub(super) open: BTreeSet<Field>,
    #[serde(default)]
    pub(super) masked: BTreeSet<Field>,
    #[serde(flatten)]
    pub(super) valid: Valid,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RuleRow {
    pub(super) code: RuleCode,
    pub(super) to: Target,
    pub(super) role: Role,
    pub(super) form: FormCode,
    pub(super) sectors: SectorsRow,
    pub(super) event_types: EventTypesRow,
    /// Lowest and highest level.
    pub(super) levels: (u8, u8),
    pub(super) unrated: bool,
    #[serde(default)]
    pub(super) when: BTreeSet<Condition>,
    #[serde(default)]
    pub(super) unless: BTreeSet<Condition>,
    pub(super) consent: bool,
    #[serde(flatten)]
    pub(super) valid: Valid,
}

#[derive(Deserialize)]
#[serde(untagged)]
pub(super) enum SectorsRow {
    Word(String),
    Only(BTreeSet<SectorCode>),
}

#[derive(Deserialize)]
#[serde(untagged)]
pub(super) enum EventTypesRow {
    Word(String),
    Only(BTreeSet<EventTypeCode>),
}
