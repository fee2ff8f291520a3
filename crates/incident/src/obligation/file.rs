//! The file's form.

use std::collections::BTreeSet;

use kaname_directory::{Name2, SectorCode, Valid, catalogue::TextPair};
use serde::Deserialize;
use toml::Spanned;

use super::{Recurring, Start};
use crate::{
    calendar::{Term, Way},
    code::{CriterionCode, ListCode, ObligationCode, StageCode},
    routing::Target,
};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ObligationsFile {
    pub(super) criterion: Vec<Spanned<CriterionRow>>,
    pub(super) list: Vec<Spanned<ListRow>>,
    pub(super) obligation: Vec<Spanned<ObligationRow>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CriterionRow {
    pub(super) code: CriterionCode,
    pub(super) name: Name2,
    pub(super) unit: Option<String>,
    #[serde(flatten)]
    pub(super) valid: Valid,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ListRow {
    pub(super) code: ListCode,
    pub(super) name: Name2,
    pub(super) covers: TextPair,
    #[serde(flatten)]
    pub(super) valid: Valid,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ObligationRow {
    pub(super) code: ObligationCode,
    pub(super) name: Name2,
    pub(super) debtor: DebtorRow,
    pub(super) to: Vec<Target>,
    pub(super) authority: Option<Name2>,
    pub(super) need: Option<NeedRow>,
    pub(super) recurring: Option<Recurring>,
    pub(super) way: Way,
    pub(super) stage: Vec<StageRow>,
    #[serde(flatten)]
    pub(super) valid: Valid,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) enum DebtorRow {
    Everybody,
    AnySector,
    Sectors(BTreeSet<SectorCode>),
    List(ListCode),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct StageRow {
    pub(super) code: StageCode,
    pub(super) name: Name2,
    pub(super) limits: Vec<LimitRow>,
    pub(super) aim: Option<Term>,
    pub(super) remind_min: BTreeSet<u32>,
    #[serde(default)]
    pub(super) ours: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct LimitRow {
    pub(super) from: Start,
    pub(super) term: Term,
    pub(super) need: Option<NeedRow>,
    pub(super) gives_way_to: Option<Start>,
}

/// A condition: `{ is = CODE }`, `{ is = CODE, more_than = N }`, `{ not = … }`, `{ all = […] }`, `{ any = […] }` or
/// `{ at_least = N, of = […] }`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct NeedRow {
    pub(super) is: Option<CriterionCode>,
    pub(super) more_than: Option<u64>,
    pub(super) not: Option<Box<NeedRow>>,
    pub(super) all: Option<Vec<NeedRow>>,
    pub(super) any: Option<Vec<NeedRow>>,
    pub(super) at_least: Option<usize>,
    pub(super) of: Option<Vec<NeedRow>>,
}
