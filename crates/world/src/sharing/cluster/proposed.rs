//! What is proposed, as officers see it, and how reports stand together in a queue.

use std::collections::{BTreeMap, BTreeSet};

use kaname_kernel::{Matter as _, MatterId, Posting};
use kaname_policy::Action;
use kaname_sharing::{
    Campaign, Report,
    campaign::{Dismissal, Ground, member},
    cluster::{Mark, Membership, Proposal, SetAside, proposals, queue},
};

use super::{
    compared::Found,
    evidence::{Evidence, ground_of, ground_of_copy},
};
use crate::{caller::Caller, error::WorldError, work::Loaded, world::World};

/// Most proposals that are given, those with the strongest evidence first.
const MOST_PROPOSED: usize = 100;
/// Pieces of evidence of one proposal that are told.
const MOST_TOLD: usize = 12;
/// Most reports of a proposal that are given, oldest first.
const MOST_REPORTS: usize = 200;

/// Reports that are proposed as one campaign.
#[derive(Debug, Clone)]
pub struct Proposed {
    /// Stands for the proposal as it is: what is accepted or set aside is what was shown.
    pub key: String,
    /// The reports, oldest first, at most 200; those in a campaign too.
    pub reports: Vec<Loaded<Report>>,
    /// How many there are.
    pub count: usize,
    /// Campaigns that some of them are in.
    pub campaigns: Vec<Loaded<Campaign>>,
    /// Why, strongest first.
    pub evidence: Vec<Evidence>,
    /// How many more pieces of evidence there are.
    pub more: usize,
}

/// Reports that stand together in a queue.
#[derive(Debug, Clone)]
pub struct Together {
    /// Their places in what was asked.
    pub places: Vec<usize>,
    /// The campaign they are in, where they are in one.
    pub campaign: Option<Loaded<Campaign>>,
}

/// The campaigns that are open and who is in them, and what was set aside.
pub(super) struct Standing {
    pub(super) campaigns: BTreeMap<MatterId, Loaded<Campaign>>,
    pub(super) members: Membership,
    pub(super) aside: SetAside,
}

impl World {
    /// What is proposed. For officers in triage; of their own party's reports nothing.
    pub async fn proposals(&self, caller: &Caller) -> Result<Vec<Proposed>, WorldError> {
        self.allow_any(caller, Action::TriageList)?;
        let mut told = Vec::new();
        for proposal in self.proposed(caller).await?.into_iter().take(MOST_PROPOSED) {
            told.push(self.proposal_told(caller, &proposal).await?);
        }
        Ok(told)
    }

    /// How many proposals there are.
    pub async fn proposals_count(&self, caller: &Caller) -> Result<usize, WorldError> {
        self.allow_any(caller, Action::TriageList)?;
        Ok(self.proposed(caller).await?.len())
    }

    /// What stands for each proposal as it is.
    pub async fn proposal_keys(&self, caller: &Caller) -> Result<Vec<String>, WorldError> {
        self.allow_any(caller, Action::TriageList)?;
        let proposed = self.proposed(caller).await?;
        let key = |one: &Proposal| self.mark_key(&one.mark);
        Ok(proposed.iter().map(key).collect())
    }

    /// The proposal that a report is in, if any.
    pub async fn proposal_with(
        &self,
        caller: &Caller,
        report: MatterId,
    ) -> Result<Option<Proposed>, WorldError> {
        self.allow_any(caller, Action::TriageList)?;
        let mut all = self.proposed(caller).await?.into_iter();
        match all.find(|proposal| proposal.reports.contains(&report)) {
            Some(proposal) => Ok(Some(self.proposal_told(caller, &proposal).await?)),
            None => Ok(None),
        }
    }

    /// How reports stand together in a queue: what says the same, hangs together by rare values, or is one campaign.
    pub async fn together(
        &self,
        caller: &Caller,
        reports: &[Loaded<Report>],
    ) -> Result<Vec<Together>, WorldError> {
        self.allow_any(caller, Action::TriageList)?;
        let found = self.compared(caller).await?;
        let standing = self.standing(caller, &found).await?;
        let ids: Vec<MatterId> = reports.iter().map(|report| report.id).collect();
        let groups = queue(
            &ids,
            &found.folds,
            &found.links,
            &standing.members,
            &standing.aside,
        );
        let campaign = |places: &[usize]| {
            let mut campaigns = places
                .iter()
                .filter_map(|place| standing.members.get(&ids[*place]));
            campaigns
                .next()
                .and_then(|id| standing.campaigns.get(id).cloned())
        };
        Ok(groups
            .into_iter()
            .map(|places| Together {
                campaign: campaign(&places),
                places,
            })
            .collect())
    }

    /// What is proposed, strongest evidence first.
    pub(super) async fn proposed(&self, caller: &Caller) -> Result<Vec<Proposal>, WorldError> {
        let found = self.compared(caller).await?;
        let standing = self.standing(caller, &found).await?;
        Ok(proposals(
            &found.folds,
            &found.links,
            &standing.members,
            &standing.aside,
        ))
    }

    /// The proposal with this key.
    pub(super) async fn proposal_of(
        &self,
        caller: &Caller,
        key: &str,
    ) -> Result<Proposal, WorldError> {
        let mut all = self.proposed(caller).await?.into_iter();
        let found = all.find(|proposal| self.mark_key(&proposal.mark) == key);
        found.ok_or_else(|| {
            WorldError::refused(
                "refused-proposal-gone",
                "what was proposed is no longer the same",
            )
        })
    }

    pub(super) async fn standing(
        &self,
        caller: &Caller,
        found: &Found,
    ) -> Result<Standing, WorldError> {
        let mut campaigns = BTreeMap::new();
        let mut query = self.query::<Campaign>(caller).await?;
        query.states = vec!["open".to_owned()];
        self.walk::<Campaign>(query, |one| drop(campaigns.insert(one.id, one)))
            .await?;
        let mut members = Membership::new();
        for campaign in campaigns.values() {
            for report in &campaign.state.reports {
                // Of two that took a report in the same moment the older has it, until they are merged.
                members.entry(*report).or_insert(campaign.id);
            }
        }
        let aside = self.set_aside(caller, found, &campaigns).await?;
        Ok(Standing {
            campaigns,
            members,
            aside,
        })
    }

    async fn set_aside(
        &self,
        caller: &Caller,
        found: &Found,
        campaigns: &BTreeMap<MatterId, Loaded<Campaign>>,
    ) -> Result<SetAside, WorldError> {
        let mut dismissed: BTreeSet<String> = BTreeSet::new();
        let mut query = self.query::<Dismissal>(caller).await?;
        query.states = vec!["dismissed".to_owned()];
        self.walk::<Dismissal>(query, |one| dismissed.extend(one.state.marks))
            .await?;
        let apart = campaigns.values().flat_map(|one| &one.state.apart);
        let apart: Vec<_> = apart.collect();
        let mut aside = SetAside::default();
        if dismissed.is_empty() && apart.is_empty() {
            return Ok(aside);
        }
        // Marks are kept under a key: each of those that stand now is looked for.
        let copies = found.folds.iter().flat_map(|fold| &fold.copies);
        let marks = copies.map(|copy| copy.mark);
        let marks: BTreeSet<Mark> = marks
            .chain(found.links.iter().map(|link| link.mark))
            .collect();
        for mark in marks {
            let key = self.mark_key(&mark);
            for one in apart.iter().filter(|one| one.marks.contains(&key)) {
                for report in &one.reports {
                    aside.apart.entry(*report).or_default().insert(mark);
                }
            }
            if dismissed.contains(&key) {
                aside.evidence.insert(mark);
            }
        }
        Ok(aside)
    }

    /// A mark as it may be written down and shown.
    pub(super) fn mark_key(&self, mark: &Mark) -> String {
        let named = Posting {
            space: "evidence".to_owned(),
            value: mark.to_string(),
        };
        self.keys().posting::<Campaign>(named).value
    }

    /// What every officer is told of a proposal's evidence, to be kept with what was decided on it.
    pub(super) fn grounds_of(proposal: &Proposal) -> Vec<Ground> {
        let copies = proposal.copies.iter().map(ground_of_copy);
        proposal.links.iter().map(ground_of).chain(copies).collect()
    }

    async fn proposal_told(
        &self,
        caller: &Caller,
        proposal: &Proposal,
    ) -> Result<Proposed, WorldError> {
        let mut reports = self.reports_of(caller, &proposal.reports).await?;
        reports.truncate(MOST_REPORTS);
        let mut campaigns = Vec::new();
        for id in &proposal.campaigns {
            campaigns.extend(self.see_if::<Campaign>(caller, *id).await?);
        }
        let mut evidence = Vec::new();
        for link in proposal.links.iter().take(MOST_TOLD) {
            evidence.push(self.link_told(caller, link).await?);
        }
        for copy in proposal.copies.iter().take(MOST_TOLD - evidence.len()) {
            evidence.push(self.copy_told(caller, copy).await?);
        }
        Ok(Proposed {
            key: self.mark_key(&proposal.mark),
            count: proposal.reports.len(),
            reports,
            campaigns,
            more: proposal.marks.len().saturating_sub(evidence.len()),
            evidence,
        })
    }

    /// The open campaign that a report is in.
    pub async fn campaign_with(
        &self,
        caller: &Caller,
        report: MatterId,
    ) -> Result<Option<Loaded<Campaign>>, WorldError> {
        self.allow_any(caller, Action::TriageList)?;
        let named = self.keys().posting::<Campaign>(member(report));
        let readable = self.readable(caller).await?;
        let hits = self
            .store()
            .carrying(Campaign::KIND, std::slice::from_ref(&named), &readable)
            .await?;
        let first = hits.into_iter().map(|(id, _)| id).min();
        match first {
            Some(id) => self.see_if::<Campaign>(caller, id).await,
            None => Ok(None),
        }
    }
}
