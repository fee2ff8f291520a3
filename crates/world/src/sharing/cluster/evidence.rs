//! A piece of evidence, as far as whoever looks may know it.

use std::collections::BTreeMap;

use kaname_intake::Kind;
use kaname_kernel::MatterId;
use kaname_sharing::{
    Report,
    campaign::Ground,
    cluster::{Copied, Link, passages},
    report::Technique,
};

use crate::{caller::Caller, error::WorldError, world::World};

/// Most values, and most passages, of one piece that are told.
const MOST_VALUES: usize = 20;
const MOST_PASSAGES: usize = 3;

/// Why two reports belong together.
#[derive(Debug, Clone)]
pub struct Evidence {
    /// What every officer is told.
    pub ground: Ground,
    /// Receipt numbers of the two reports.
    pub numbers: [String; 2],
    /// The shared values, for who holds one of the two open: both carry them.
    pub values: Vec<(Kind, String)>,
    /// What stands in both texts, for the same.
    pub passages: Vec<String>,
    /// Whether that is told.
    pub open: bool,
}

/// What every officer is told of a link.
pub(super) fn ground_of(link: &Link) -> Ground {
    let mut kinds: BTreeMap<Kind, u32> = BTreeMap::new();
    for value in &link.shared {
        *kinds.entry(value.key.0).or_default() += 1;
    }
    Ground {
        one: link.one,
        other: link.other,
        same: false,
        shared: kinds.into_iter().collect(),
        values: None,
        text: link.text,
        rarest: link.shared.first().map(|value| (value.carriers, value.of)),
        centibits: link.centibits,
    }
}

/// What every officer is told of a near-duplicate.
pub(super) fn ground_of_copy(copy: &Copied) -> Ground {
    Ground {
        one: copy.of,
        other: copy.report,
        same: true,
        shared: Vec::new(),
        values: copy.values,
        text: copy.text,
        rarest: None,
        centibits: 0,
    }
}

impl World {
    /// A link with what the caller may know of it.
    pub(super) async fn link_told(
        &self,
        caller: &Caller,
        link: &Link,
    ) -> Result<Evidence, WorldError> {
        let mut told = self.told_shut(caller, ground_of(link)).await?;
        if told.open {
            let values = link.shared.iter().take(MOST_VALUES);
            told.values = values.map(|value| value.key.clone()).collect();
            if link.text.is_some() {
                told.passages = self.passages_of(link.one, link.other).await?;
            }
        }
        Ok(told)
    }

    /// A near-duplicate with what the caller may know of it.
    pub(super) async fn copy_told(
        &self,
        caller: &Caller,
        copy: &Copied,
    ) -> Result<Evidence, WorldError> {
        let mut told = self.told_shut(caller, ground_of_copy(copy)).await?;
        if told.open {
            told.values = self.values_of_both(copy.of, copy.report).await?;
            if copy.text.is_some() {
                told.passages = self.passages_of(copy.of, copy.report).await?;
            }
        }
        Ok(told)
    }

    /// What every officer is told, and whether the caller is told more.
    async fn told_shut(&self, caller: &Caller, ground: Ground) -> Result<Evidence, WorldError> {
        let one = self.see::<Report>(caller, ground.one).await?.state;
        let other = self.see::<Report>(caller, ground.other).await?.state;
        Ok(Evidence {
            ground,
            open: self.holds_open(caller, &one) || self.holds_open(caller, &other),
            numbers: [one.submission.receipt, other.submission.receipt],
            values: Vec::new(),
            passages: Vec::new(),
        })
    }

    async fn values_of_both(
        &self,
        one: MatterId,
        other: MatterId,
    ) -> Result<Vec<(Kind, String)>, WorldError> {
        let (one, other) = (
            self.load::<Report>(one).await?,
            self.load::<Report>(other).await?,
        );
        let (Some(one), Some(other)) = (one, other) else {
            return Ok(Vec::new());
        };
        let there = &other.state.submission.values;
        let both = one.state.submission.values.into_iter();
        let both = both.filter(|value| there.binary_search(value).is_ok());
        Ok(both
            .take(MOST_VALUES)
            .map(|value| (value.kind, value.value))
            .collect())
    }

    async fn passages_of(&self, one: MatterId, other: MatterId) -> Result<Vec<String>, WorldError> {
        let mut texts = Vec::new();
        for report in [one, other] {
            let report = self.load::<Report>(report).await?;
            let submission = report.map(|report| report.state.submission);
            let submission = submission.ok_or(WorldError::NotFound("report"))?;
            let said: Technique = self.open_content(submission.handle, &submission.content)?;
            texts.push(said.text);
        }
        match texts.as_slice() {
            [one, other] => Ok(passages(one, other, MOST_PASSAGES)),
            _ => Ok(Vec::new()),
        }
    }
}
