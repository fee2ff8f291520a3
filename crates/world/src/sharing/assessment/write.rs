//! Writing assessments: versions, reviews, what is read.

use kaname_kernel::{Id, Matter as _, MatterId};
use kaname_policy::Action;
use kaname_sharing::{
    Assessment, Item,
    assessment::{AssessmentChange, AssessmentState, Draft, put_out_as, writing},
    number,
};

use super::{cite::Seen, out::OutCheck};
use crate::{caller::Caller, error::WorldError, read::Listed, work::Loaded, world::World};

/// Most versions that are listed, the newest first.
const MOST_VERSIONS: usize = 200;

/// A version of an assessment as it was written.
#[derive(Debug, Clone)]
pub struct Version {
    /// Its number, from 1.
    pub number: u32,
    /// What it says.
    pub draft: Draft,
    /// What was changed, in words.
    pub note: String,
    /// Who wrote it.
    pub by: kaname_kernel::AccountId,
    /// When.
    pub at: jiff::Timestamp,
}

/// An assessment with everything its page tells.
#[derive(Debug, Clone)]
pub struct AssessmentView {
    /// The assessment.
    pub assessment: Loaded<Assessment>,
    /// For each judgement the evidence that the caller may see.
    pub evidence: Vec<Vec<Seen>>,
    /// What stands in its way, and what its readers would miss.
    pub check: OutCheck,
    /// Items it was put out as, as far as the caller may see them, oldest first.
    pub items: Vec<Loaded<Item>>,
    /// Its versions, newest first.
    pub versions: Vec<Version>,
}

impl World {
    /// Assessments in these states, touched last first.
    pub async fn assessments(
        &self,
        caller: &Caller,
        states: &[AssessmentState],
        adjust: impl FnOnce(&mut kaname_store::ListQuery),
    ) -> Result<Listed<Assessment>, WorldError> {
        self.allow_any(caller, Action::AssessmentRead)?;
        let mut query = self.query::<Assessment>(caller).await?;
        query.states = states.iter().map(|one| one.as_str().to_owned()).collect();
        adjust(&mut query);
        self.list(&query).await
    }

    pub(super) async fn assessment_of(
        &self,
        caller: &Caller,
        typed: &str,
    ) -> Result<Loaded<Assessment>, WorldError> {
        let key = number::normalise(typed);
        self.find::<Assessment>(caller, number::ASSESSMENT_SPACE, &key)
            .await
    }

    /// An assessment by its number.
    pub async fn assessment(
        &self,
        caller: &Caller,
        typed: &str,
    ) -> Result<AssessmentView, WorldError> {
        self.allow_any(caller, Action::AssessmentRead)?;
        let assessment = self.assessment_of(caller, typed).await?;
        let draft = &assessment.state.draft;
        let mut evidence = Vec::new();
        for judgement in &draft.judgements {
            let mut seen = Vec::new();
            for source in &judgement.evidence {
                seen.extend(self.source_seen(caller, source).await?);
            }
            evidence.push(seen);
        }
        let mut items = Vec::new();
        for id in &assessment.state.items {
            items.extend(self.see_if::<Item>(caller, *id).await?);
        }
        Ok(AssessmentView {
            check: match self.allow_any(caller, Action::AssessmentWrite) {
                // Who only reads is not told of evidence that is not shown.
                Err(WorldError::Denied(_)) if caller.account.is_some() => OutCheck::default(),
                _ => self.check_assessment(caller, draft).await?,
            },
            versions: self.versions_of(assessment.id).await?,
            assessment,
            evidence,
            items,
        })
    }

    /// The assessment that an item came of, for who reads assessments.
    pub async fn assessment_behind(
        &self,
        caller: &Caller,
        item: &Loaded<Item>,
    ) -> Result<Option<Loaded<Assessment>>, WorldError> {
        if !item.state.own || self.allow_any(caller, Action::AssessmentRead).is_err() {
            return Ok(None);
        }
        let named = self.keys().posting::<Assessment>(put_out_as(item.id));
        let readable = self.readable(caller).await?;
        let hits = self
            .store()
            .carrying(Assessment::KIND, std::slice::from_ref(&named), &readable)
            .await?;
        match hits.first() {
            Some((id, _)) => self.see_if::<Assessment>(caller, *id).await,
            None => Ok(None),
        }
    }

    /// The versions of an assessment that the caller was shown, newest first.
    async fn versions_of(&self, id: MatterId) -> Result<Vec<Version>, WorldError> {
        let mut versions = Vec::new();
        for stored in self.store().history(id).await? {
            let event = stored.event.open(&self.keys().master)?;
            let change = serde_json::from_value(event.data).map_err(WorldError::encoding)?;
            let (draft, note, by) = match change {
                AssessmentChange::Begun { draft, by, .. } => (draft, String::new(), by),
                AssessmentChange::Saved { draft, note, by } => (draft, note, by),
                _ => continue,
            };
            versions.push(Version {
                number: u32::try_from(versions.len() + 1).unwrap_or(u32::MAX),
                draft: *draft,
                note,
                by,
                at: event.header.recorded,
            });
        }
        versions.reverse();
        versions.truncate(MOST_VERSIONS);
        Ok(versions)
    }

    /// Begins an assessment.
    pub async fn begin_assessment(
        &self,
        caller: &Caller,
        draft: Draft,
    ) -> Result<Loaded<Assessment>, WorldError> {
        let officer = caller.account_id()?;
        self.allow_any(caller, Action::AssessmentWrite)?;
        let number = self
            .free_number(number::ASSESSMENT_SPACE, number::assessment)
            .await?;
        let change = writing::begin(number, draft, officer)?;
        let mut work = self.work(&caller.actor);
        let id = Id::fresh(self.clock(), self.rng());
        let assessment = work.begin::<Assessment>(id, change)?;
        work.notice(Assessment::KIND, Some(id));
        work.commit().await?;
        Ok(assessment)
    }

    /// Writes the next version.
    pub async fn save_assessment(
        &self,
        caller: &Caller,
        typed: &str,
        expected: Option<u32>,
        draft: Draft,
        note: &str,
    ) -> Result<Loaded<Assessment>, WorldError> {
        let officer = caller.account_id()?;
        self.change_assessment(caller, typed, expected, |state| {
            writing::save(state, draft, note, officer)
        })
        .await
    }

    /// Gives it to another person to look through.
    pub async fn ask_assessment_review(
        &self,
        caller: &Caller,
        typed: &str,
    ) -> Result<Loaded<Assessment>, WorldError> {
        let officer = caller.account_id()?;
        self.change_assessment(caller, typed, None, |state| {
            writing::ask_review(state, officer)
        })
        .await
    }

    /// Says what another person found.
    pub async fn review_assessment(
        &self,
        caller: &Caller,
        typed: &str,
        sound: bool,
        remarks: &str,
    ) -> Result<Loaded<Assessment>, WorldError> {
        let officer = caller.account_id()?;
        self.change_assessment(caller, typed, None, |state| {
            writing::review(state, officer, sound, remarks)
        })
        .await
    }

    /// Nobody goes on with it.
    pub async fn drop_assessment(
        &self,
        caller: &Caller,
        typed: &str,
        reason: &str,
    ) -> Result<Loaded<Assessment>, WorldError> {
        self.change_assessment(caller, typed, None, |state| {
            writing::drop_assessment(state, reason)
        })
        .await
    }

    async fn change_assessment(
        &self,
        caller: &Caller,
        typed: &str,
        expected: Option<u32>,
        decide: impl FnOnce(&Assessment) -> Result<AssessmentChange, kaname_sharing::Refused>,
    ) -> Result<Loaded<Assessment>, WorldError> {
        self.allow_any(caller, Action::AssessmentWrite)?;
        let mut assessment = self.assessment_of(caller, typed).await?;
        Self::unchanged(&assessment, expected)?;
        let change = decide(&assessment.state)?;
        let mut work = self.work(&caller.actor);
        work.apply(&mut assessment, [change])?;
        work.notice(Assessment::KIND, Some(assessment.id));
        work.commit().await?;
        Ok(assessment)
    }
}
