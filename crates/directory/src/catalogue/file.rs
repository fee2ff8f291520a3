//! The files' form. Every entry says from when it holds and where it is written.

use serde::Deserialize;

use super::{BodyRole, TextPair};
use crate::{
    dated::Valid,
    text::{BodyCode, ClassCode, DutyCode, Line, Name2, SectorCode},
};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SectorFile {
    pub(super) sector: Vec<SectorRow>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SectorRow {
    pub(super) code: SectorCode,
    pub(super) name: Name2,
    pub(super) ministries: Vec<BodyCode>,
    #[serde(default)]
    pub(super) shared_with: Vec<BodyCode>,
    pub(super) position: u16,
    #[serde(flatten)]
    pub(super) valid: Valid,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct BodyFile {
    pub(super) body: Vec<BodyRow>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct BodyRow {
    pub(super) code: BodyCode,
    pub(super) name: Name2,
    pub(super) short: Name2,
    pub(super) role: BodyRole,
    #[serde(flatten)]
    pub(super) valid: Valid,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct MembershipFile {
    pub(super) class: Vec<ClassRow>,
    pub(super) duty: Vec<DutyRow>,
    pub(super) text: Vec<TextRow>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ClassRow {
    pub(super) code: ClassCode,
    pub(super) name: Name2,
    pub(super) about: TextPair,
    pub(super) duties: Vec<DutyCode>,
    #[serde(flatten)]
    pub(super) valid: Valid,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct DutyRow {
    pub(super) code: DutyCode,
    pub(super) name: Name2,
    #[serde(flatten)]
    pub(super) valid: Valid,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct TextRow {
    pub(super) duty: DutyCode,
    pub(super) version: Line,
    pub(super) text: TextPair,
    pub(super) sample: bool,
    #[serde(flatten)]
    pub(super) valid: Valid,
}
