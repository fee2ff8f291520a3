//! Reading and checking obligations: what they name exists, every stage can begin, every number is bounded.

use std::{
    collections::{BTreeMap, BTreeSet},
    ops::Range,
};

use jiff::civil::Date;
use kaname_directory::{Catalogue, Dated};

use super::{
    Criterion, Debtor, Limit, Need, Obligation, Obligations, OperatorList, Recurring, Stage, Start,
    file::{DebtorRow, LimitRow, NeedRow, ObligationRow, ObligationsFile, StageRow},
};
use crate::{
    code::{CriterionCode, ListCode, StageCode},
    data::{BadData, File, Placed, placed_on, split},
    routing::{Recipient, Target},
};

const FILE: &str = "data/obligations.toml";
/// Most stages, limits of a stage, recipients, reminders of a stage.
const MAX_PARTS: usize = 16;
/// How deep conditions may stand in one another, and how many there may be in one.
const MAX_DEPTH: usize = 6;
const MAX_NEEDS: usize = 32;
/// Earliest reminder: a year before.
const MAX_REMIND_MIN: u32 = 366 * 24 * 60;

impl Obligations {
    /// The obligations this program was built with.
    ///
    /// # Errors
    /// When they do not fit this catalogue.
    pub fn builtin(catalogue: &Catalogue) -> Result<Self, BadData> {
        Self::parse(include_str!("../../../../data/obligations.toml"), catalogue)
    }

    /// Reads a file of obligations.
    ///
    /// # Errors
    /// The first fault, with line and reason.
    pub fn parse(text: &str, catalogue: &Catalogue) -> Result<Self, BadData> {
        let file = File { name: FILE, text };
        let read: ObligationsFile = file.read()?;
        let criteria = read.criterion.into_iter().map(|row| {
            let (at, row) = split(row);
            let (code, name, unit) = (row.code, row.name, row.unit);
            (at, row.valid.date(Criterion { code, name, unit }))
        });
        let lists = read.list.into_iter().map(|row| {
            let (at, row) = split(row);
            let (code, name, covers) = (row.code, row.name, row.covers);
            (at, row.valid.date(OperatorList { code, name, covers }))
        });
        let criteria = file.versions(criteria.collect(), |one: &Criterion| &one.code)?;
        let lists = file.versions(lists.collect(), |one: &OperatorList| &one.code)?;
        let mut obligations = Vec::with_capacity(read.obligation.len());
        for row in read.obligation {
            let (at, row) = split(row);
            let loading = Loading {
                file: &file,
                at: &at,
                catalogue,
                criteria: &criteria,
                lists: &lists,
            };
            obligations.push((at.clone(), loading.obligation(row)?));
        }
        let obligations = file.versions(obligations, |one: &Obligation| &one.code)?;
        Ok(Self {
            criteria,
            lists,
            obligations,
        })
    }
}

struct Loading<'l> {
    file: &'l File<'l>,
    at: &'l Range<usize>,
    catalogue: &'l Catalogue,
    criteria: &'l BTreeMap<CriterionCode, Vec<Placed<Criterion>>>,
    lists: &'l BTreeMap<ListCode, Vec<Placed<OperatorList>>>,
}

impl Loading<'_> {
    fn fault(&self, what: impl Into<String>) -> BadData {
        self.file.fault(self.at, what)
    }

    fn obligation(&self, row: ObligationRow) -> Result<Dated<Obligation>, BadData> {
        let code = row.code;
        let dated = row.valid.date(());
        let from = dated.span.from;
        if row.to.is_empty() || row.to.len() > MAX_PARTS {
            let what = format!("`{code}` needs 1 to {MAX_PARTS} recipients");
            return Err(self.fault(what));
        }
        if row.stage.is_empty() || row.stage.len() > MAX_PARTS {
            return Err(self.fault(format!("`{code}` needs 1 to {MAX_PARTS} stages")));
        }
        for target in &row.to {
            self.target(target, row.authority.is_some(), from)?;
        }
        let debtor = match row.debtor {
            DebtorRow::Everybody => Debtor::Everybody,
            DebtorRow::AnySector => Debtor::AnySector,
            DebtorRow::Sectors(only) => {
                let unknown = only.iter().find(|one| !self.catalogue.knows_sector(one));
                if let Some(unknown) = unknown {
                    let what = format!("`{code}`: `{unknown}` is no sector of the dated data");
                    return Err(self.fault(what));
                }
                Debtor::Sectors(only)
            }
            DebtorRow::List(list) => {
                let versions = self.lists.get(&list).map(Vec::as_slice).unwrap_or_default();
                if placed_on(versions, from).is_none() {
                    let what = format!("`{code}`: there is no list `{list}` on {from}");
                    return Err(self.fault(what));
                }
                Debtor::List(list)
            }
        };
        if let Some(Recurring {
            incidents,
            within_months,
        }) = row.recurring
            && !((2..=Recurring::MOST).contains(&incidents)
                && (1..=Recurring::MOST).contains(&within_months))
        {
            let what = format!("`{code}`: recurring needs 2 to 60 incidents within 1 to 60 months");
            return Err(self.fault(what));
        }
        let mut stages: Vec<Stage> = Vec::with_capacity(row.stage.len());
        for stage in row.stage {
            let before: BTreeSet<&StageCode> = stages.iter().map(|one| &one.code).collect();
            let stage = self.stage(stage, &before, from)?;
            stages.push(stage);
        }
        let need = row.need.map(|need| self.need(need, from)).transpose()?;
        let value = Obligation {
            code,
            name: row.name,
            debtor,
            to: row.to,
            authority: row.authority,
            need,
            recurring: row.recurring,
            way: row.way,
            stages,
        };
        Ok(Dated {
            value,
            span: dated.span,
            source: dated.source,
            unconfirmed: dated.unconfirmed,
            note: dated.note,
        })
    }

    fn target(&self, target: &Target, named: bool, from: Date) -> Result<(), BadData> {
        match target {
            Target::One(Recipient::Body(body)) if self.catalogue.body_on(body, from).is_none() => {
                Err(self.fault(format!("there is no body `{body}` on {from}")))
            }
            Target::One(Recipient::ForeignAuthority) if !named => {
                Err(self.fault("a foreign authority needs its name in `authority`"))
            }
            Target::One(Recipient::Public) => Err(self.fault("nothing is owed to the public here")),
            _ => Ok(()),
        }
    }

    fn stage(
        &self,
        row: StageRow,
        before: &BTreeSet<&StageCode>,
        from: Date,
    ) -> Result<Stage, BadData> {
        let code = row.code;
        if before.contains(&code) {
            return Err(self.fault(format!("stage `{code}` stands twice")));
        }
        if row.limits.is_empty() || row.limits.len() > MAX_PARTS {
            let what = format!("stage `{code}` needs 1 to {MAX_PARTS} limits");
            return Err(self.fault(what));
        }
        let reminds = row.remind_min.len() <= MAX_PARTS;
        if !reminds || row.remind_min.iter().any(|min| *min > MAX_REMIND_MIN) {
            let what = format!("stage `{code}` reminds too often, or more than a year before");
            return Err(self.fault(what));
        }
        let mut limits = Vec::with_capacity(row.limits.len());
        for limit in row.limits {
            limits.push(self.limit(&code, limit, before, from)?);
        }
        if row.aim.is_some_and(|aim| !aim.is_bounded()) {
            return Err(self.fault(format!("stage `{code}` aims at nothing, or too far")));
        }
        Ok(Stage {
            code,
            name: row.name,
            limits,
            aim: row.aim,
            remind_min: row.remind_min,
            ours: row.ours,
        })
    }

    fn limit(
        &self,
        stage: &StageCode,
        row: LimitRow,
        before: &BTreeSet<&StageCode>,
        from: Date,
    ) -> Result<Limit, BadData> {
        for start in [Some(&row.from), row.gives_way_to.as_ref()]
            .into_iter()
            .flatten()
        {
            if let Start::Submitted(earlier) | Start::LastSubmitted(earlier) = start
                && !before.contains(earlier)
            {
                let what =
                    format!("stage `{stage}` begins with `{earlier}`, which is no stage before it");
                return Err(self.fault(what));
            }
        }
        if !row.term.is_bounded() {
            return Err(self.fault(format!("stage `{stage}` lasts nothing, or over ten years")));
        }
        Ok(Limit {
            from: row.from,
            term: row.term,
            need: row.need.map(|need| self.need(need, from)).transpose()?,
            gives_way_to: row.gives_way_to,
        })
    }

    fn need(&self, row: NeedRow, from: Date) -> Result<Need, BadData> {
        let mut left = MAX_NEEDS;
        self.need_within(row, from, MAX_DEPTH, &mut left)
    }

    fn need_within(
        &self,
        row: NeedRow,
        from: Date,
        depth: usize,
        left: &mut usize,
    ) -> Result<Need, BadData> {
        if depth == 0 || *left == 0 {
            let what = format!("a condition has over {MAX_NEEDS} parts or {MAX_DEPTH} levels");
            return Err(self.fault(what));
        }
        *left -= 1;
        let mut inner = |rows: Vec<NeedRow>| {
            let needs = rows.into_iter();
            let needs = needs.map(|row| self.need_within(row, from, depth - 1, left));
            needs.collect::<Result<Vec<Need>, BadData>>()
        };
        match row {
            NeedRow {
                is: Some(code),
                more_than,
                not: None,
                all: None,
                any: None,
                at_least: None,
                of: None,
            } => self.asked(code, more_than, from),
            NeedRow {
                is: None,
                more_than: None,
                not: Some(need),
                all: None,
                any: None,
                at_least: None,
                of: None,
            } => {
                let need = self.need_within(*need, from, depth - 1, left)?;
                Ok(Need::Not(Box::new(need)))
            }
            NeedRow {
                is: None,
                more_than: None,
                not: None,
                all: Some(needs),
                any: None,
                at_least: None,
                of: None,
            } if !needs.is_empty() => Ok(Need::All(inner(needs)?)),
            NeedRow {
                is: None,
                more_than: None,
                not: None,
                all: None,
                any: Some(needs),
                at_least: None,
                of: None,
            } if !needs.is_empty() => Ok(Need::AtLeast(1, inner(needs)?)),
            NeedRow {
                is: None,
                more_than: None,
                not: None,
                all: None,
                any: None,
                at_least: Some(count),
                of: Some(needs),
            } if (1..=needs.len()).contains(&count) => Ok(Need::AtLeast(count, inner(needs)?)),
            _ => Err(self.fault(
                "a condition is one of is, is with more_than, not, all, any, and at_least with of, not empty",
            )),
        }
    }

    fn asked(
        &self,
        code: CriterionCode,
        more_than: Option<u64>,
        from: Date,
    ) -> Result<Need, BadData> {
        let versions = self.criteria.get(&code).map(Vec::as_slice);
        let Some(criterion) = placed_on(versions.unwrap_or_default(), from) else {
            return Err(self.fault(format!("there is no criterion `{code}` on {from}")));
        };
        match (more_than, criterion.dated.value.unit.is_some()) {
            (Some(bound), true) => Ok(Need::MoreThan(code, bound)),
            (None, false) => Ok(Need::Is(code)),
            (None, true) => Err(self.fault(format!("`{code}` is a number: say more_than"))),
            (Some(_), false) => Err(self.fault(format!("`{code}` is no number"))),
        }
    }
}
