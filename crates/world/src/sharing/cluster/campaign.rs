//! What officers do with campaigns: accept a proposal, set it aside, join, split, merge, rename, undo.

use std::collections::{BTreeMap, BTreeSet};

use kaname_directory::party::{Party, PartyKind};
use kaname_kernel::{Id, Matter as _, MatterId};
use kaname_policy::Action;
use kaname_sharing::{
    Campaign, Report,
    campaign::{
        CampaignChange, CampaignState, Dismissal, MEMBER_SPACE, dismiss, grouping, restore,
    },
    evidence::Evidence,
    number,
};

use crate::{
    caller::Caller,
    error::WorldError,
    read::Listed,
    work::{Loaded, Work, alone_space},
    world::World,
};

/// Most reports that are named by their numbers at once.
const MOST_NAMED: usize = 500;
/// Organisations read at once.
const PARTIES_READ: u32 = 1_000;

/// A campaign with its reports, as far as the caller may see them.
#[derive(Debug, Clone)]
pub struct CampaignView {
    /// The campaign.
    pub campaign: Loaded<Campaign>,
    /// Its reports, oldest first.
    pub reports: Vec<Loaded<Report>>,
    /// Other campaigns that its steps name: id and number.
    pub others: Vec<(MatterId, String)>,
    /// Receipt numbers of all reports that its steps name, as far as the caller may see them.
    pub numbers: BTreeMap<MatterId, String>,
    /// The campaign that its last step changed too.
    pub beside: Option<Loaded<Campaign>>,
}

/// What becomes a campaign.
#[derive(Debug, Clone)]
pub struct NewCampaign<'n> {
    /// What it is called.
    pub title: &'n str,
    /// Receipt numbers of its reports.
    pub reports: &'n [String],
}

/// Reports that go out of a campaign.
#[derive(Debug, Clone)]
pub struct OffCampaign<'o> {
    /// Their receipt numbers.
    pub reports: &'o [String],
    /// Why.
    pub reason: &'o str,
    /// What they are called as a campaign of their own; `None` when they go alone.
    pub title: Option<&'o str>,
}

impl World {
    /// Campaigns in these states, touched last first.
    pub async fn campaigns(
        &self,
        caller: &Caller,
        states: &[CampaignState],
        adjust: impl FnOnce(&mut kaname_store::ListQuery),
    ) -> Result<Listed<Campaign>, WorldError> {
        self.allow_any(caller, Action::TriageList)?;
        let mut query = self.query::<Campaign>(caller).await?;
        query.states = states.iter().map(|one| one.as_str().to_owned()).collect();
        adjust(&mut query);
        self.list(&query).await
    }

    /// A campaign by its number.
    pub async fn campaign(&self, caller: &Caller, typed: &str) -> Result<CampaignView, WorldError> {
        self.allow_any(caller, Action::TriageList)?;
        let campaign = self.campaign_of(caller, typed).await?;
        let reports = self.reports_of(caller, &campaign.state.reports).await?;
        let steps = &campaign.state.steps;
        let moved = steps.iter().flat_map(|step| step.reports.iter().copied());
        let moved: BTreeSet<MatterId> = moved.collect();
        let numbers = self.reports_of(caller, &moved).await?.into_iter();
        let numbers = numbers.map(|report| (report.id, report.state.submission.receipt));
        let numbers = numbers.collect();
        let named = steps.iter().filter_map(|step| step.what.other());
        let mut others = Vec::new();
        for id in named.collect::<BTreeSet<MatterId>>() {
            let other = self.see_if::<Campaign>(caller, id).await?;
            others.extend(other.map(|other| (id, other.state.number)));
        }
        let beside = campaign
            .state
            .last_step()
            .and_then(|step| step.what.other());
        let beside = match beside {
            Some(id) => self.see_if::<Campaign>(caller, id).await?,
            None => None,
        };
        Ok(CampaignView {
            campaign,
            reports,
            others,
            numbers,
            beside,
        })
    }

    async fn campaign_of(
        &self,
        caller: &Caller,
        typed: &str,
    ) -> Result<Loaded<Campaign>, WorldError> {
        let key = number::normalise(typed);
        self.find::<Campaign>(caller, number::CAMPAIGN_SPACE, &key)
            .await
    }

    /// Carries a proposal out: a new campaign, or the campaign that some of its reports are in takes the others in, or
    /// the campaigns are merged into the oldest. Gives the campaign.
    pub async fn accept_proposal_of_campaign(
        &self,
        caller: &Caller,
        key: &str,
        title: &str,
    ) -> Result<Loaded<Campaign>, WorldError> {
        self.allow_any(caller, Action::TriageGroup)?;
        let proposal = self.proposal_of(caller, key).await?;
        let ground = Self::grounds_of(&proposal);
        let mut inside: Vec<Loaded<Campaign>> = Vec::new();
        for id in &proposal.campaigns {
            inside.push(self.see::<Campaign>(caller, *id).await?);
        }
        let reports: BTreeSet<MatterId> = proposal.reports.iter().copied().collect();
        let mut inside = inside.into_iter();
        let Some(mut first) = inside.next() else {
            return self.begin_campaign(caller, title, reports, ground).await;
        };
        let mut work = self.work(&caller.actor);
        let mut ground = Some(ground);
        for mut other in inside {
            let ground = ground.take().unwrap_or_default();
            let (joined, merged) = grouping::merge(&first.state, &other.state, ground)?;
            work.apply(&mut first, [joined])?;
            work.apply(&mut other, [merged])?;
        }
        if !reports.is_subset(&first.state.reports) {
            let ground = ground.take().unwrap_or_default();
            let joined = grouping::join(&first.state, reports, ground)?;
            work.apply(&mut first, [joined])?;
        }
        Self::group(work, first.id).await?;
        Ok(first)
    }

    /// Sets a proposal aside, with a reason: its evidence proposes nothing any more.
    pub async fn dismiss_proposal(
        &self,
        caller: &Caller,
        key: &str,
        reason: &str,
    ) -> Result<Loaded<Dismissal>, WorldError> {
        self.allow_any(caller, Action::TriageGroup)?;
        let proposal = self.proposal_of(caller, key).await?;
        let marks = proposal.marks.iter().map(|mark| self.mark_key(mark));
        let reports = proposal.reports.iter().copied().collect();
        let change = dismiss(reports, marks.collect(), reason)?;
        let mut work = self.work(&caller.actor);
        let id = Id::fresh(self.clock(), self.rng());
        let dismissal = work.begin::<Dismissal>(id, change)?;
        work.notice(Report::KIND, None);
        work.commit().await?;
        Ok(dismissal)
    }

    /// Proposals that were set aside, newest first.
    pub async fn dismissals(
        &self,
        caller: &Caller,
        adjust: impl FnOnce(&mut kaname_store::ListQuery),
    ) -> Result<Listed<Dismissal>, WorldError> {
        self.allow_any(caller, Action::TriageList)?;
        let mut query = self.query::<Dismissal>(caller).await?;
        query.states = vec!["dismissed".to_owned()];
        adjust(&mut query);
        self.list(&query).await
    }

    /// Lets the evidence of a proposal that was set aside count again.
    pub async fn restore_proposal(&self, caller: &Caller, id: MatterId) -> Result<(), WorldError> {
        self.allow_any(caller, Action::TriageGroup)?;
        let mut dismissal = self.see::<Dismissal>(caller, id).await?;
        let change = restore(&dismissal.state)?;
        let mut work = self.work(&caller.actor);
        work.apply(&mut dismissal, [change])?;
        work.notice(Report::KIND, None);
        work.commit().await?;
        Ok(())
    }

    /// Takes reports together that nobody proposed.
    pub async fn new_campaign(
        &self,
        caller: &Caller,
        new: NewCampaign<'_>,
    ) -> Result<Loaded<Campaign>, WorldError> {
        self.allow_any(caller, Action::TriageGroup)?;
        let reports = self.named_reports(caller, new.reports).await?;
        self.are_free(caller, &reports, None).await?;
        self.begin_campaign(caller, new.title, reports, Vec::new())
            .await
    }

    async fn begin_campaign(
        &self,
        caller: &Caller,
        title: &str,
        reports: BTreeSet<MatterId>,
        ground: Vec<kaname_sharing::campaign::Ground>,
    ) -> Result<Loaded<Campaign>, WorldError> {
        self.title_tells_nothing(title).await?;
        let number = self
            .free_number(number::CAMPAIGN_SPACE, number::campaign)
            .await?;
        let change = grouping::begin(number, title, reports, ground)?;
        let mut work = self.work(&caller.actor);
        let id = Id::fresh(self.clock(), self.rng());
        let campaign = work.begin::<Campaign>(id, change)?;
        Self::group(work, id).await?;
        Ok(campaign)
    }

    /// Adds reports to a campaign.
    pub async fn join_campaign(
        &self,
        caller: &Caller,
        typed: &str,
        reports: &[String],
    ) -> Result<Loaded<Campaign>, WorldError> {
        self.allow_any(caller, Action::TriageGroup)?;
        let mut campaign = self.campaign_of(caller, typed).await?;
        let reports = self.named_reports(caller, reports).await?;
        self.are_free(caller, &reports, Some(campaign.id)).await?;
        let change = grouping::join(&campaign.state, reports, Vec::new())?;
        self.keep_campaign(caller, &mut campaign, change).await?;
        Ok(campaign)
    }

    /// Takes reports out of a campaign, alone or as one of their own. Gives the new one, where there is one.
    pub async fn split_campaign(
        &self,
        caller: &Caller,
        typed: &str,
        off: OffCampaign<'_>,
    ) -> Result<Option<Loaded<Campaign>>, WorldError> {
        self.allow_any(caller, Action::TriageGroup)?;
        let mut campaign = self.campaign_of(caller, typed).await?;
        let reports = self.named_reports(caller, off.reports).await?;
        let marks = self.marks_of(caller, &reports).await?;
        let state = &campaign.state;
        let Some(title) = off.title else {
            let change = grouping::leave(state, reports, marks, off.reason)?;
            self.keep_campaign(caller, &mut campaign, change).await?;
            return Ok(None);
        };
        self.title_tells_nothing(title).await?;
        let id = Id::fresh(self.clock(), self.rng());
        let number = self
            .free_number(number::CAMPAIGN_SPACE, number::campaign)
            .await?;
        let new = (id, number, title);
        let (left, begun) = grouping::split(state, new, reports, marks, off.reason)?;
        let mut work = self.work(&caller.actor);
        work.apply(&mut campaign, [left])?;
        let new = work.begin::<Campaign>(id, begun)?;
        Self::group(work, new.id).await?;
        Ok(Some(new))
    }

    /// Takes all reports of another campaign over.
    pub async fn merge_campaigns(
        &self,
        caller: &Caller,
        typed: &str,
        other: &str,
    ) -> Result<Loaded<Campaign>, WorldError> {
        self.allow_any(caller, Action::TriageGroup)?;
        let mut into = self.campaign_of(caller, typed).await?;
        let mut from = match self.campaign_of(caller, other).await {
            Err(WorldError::NotFound(_)) => {
                return Err(WorldError::invalid("other", "error-no-campaign", other));
            }
            found => found?,
        };
        let (joined, merged) = grouping::merge(&into.state, &from.state, Vec::new())?;
        let mut work = self.work(&caller.actor);
        work.apply(&mut into, [joined])?;
        work.apply(&mut from, [merged])?;
        Self::group(work, into.id).await?;
        Ok(into)
    }

    /// Calls a campaign otherwise.
    pub async fn rename_campaign(
        &self,
        caller: &Caller,
        typed: &str,
        title: &str,
    ) -> Result<Loaded<Campaign>, WorldError> {
        self.allow_any(caller, Action::TriageGroup)?;
        let mut campaign = self.campaign_of(caller, typed).await?;
        self.title_tells_nothing(title).await?;
        let change = grouping::rename(&campaign.state, title)?;
        self.keep_campaign(caller, &mut campaign, change).await?;
        Ok(campaign)
    }

    /// Undoes the last step of a campaign, on both sides where it changed two. `step` is the version that the step led
    /// to, as it was shown.
    pub async fn undo_campaign(
        &self,
        caller: &Caller,
        typed: &str,
        step: u32,
        reason: &str,
    ) -> Result<Loaded<Campaign>, WorldError> {
        self.allow_any(caller, Action::TriageGroup)?;
        let view = self.campaign(caller, typed).await?;
        let (mut campaign, beside) = (view.campaign, view.beside);
        let there = beside.as_ref().map(|other| &other.state);
        let (undone, theirs) = grouping::undo(&campaign.state, there, step, reason)?;
        let mut work = self.work(&caller.actor);
        let before = campaign.state.reports.clone();
        work.apply(&mut campaign, [undone])?;
        let mut ours = vec![campaign.id];
        if let (Some(mut other), Some(theirs)) = (beside, theirs) {
            ours.push(other.id);
            work.apply(&mut other, [theirs])?;
        }
        // What comes back may have been taken into another campaign meanwhile.
        for report in campaign.state.reports.difference(&before) {
            let elsewhere = self.campaign_with(caller, *report).await?;
            if elsewhere.is_some_and(|other| !ours.contains(&other.id)) {
                return Err(kaname_sharing::Refused::NotTheLast.into());
            }
        }
        Self::group(work, campaign.id).await?;
        Ok(campaign)
    }

    /// Of two who take one report at once the second is told that something changed meanwhile.
    async fn group(mut work: Work<'_>, campaign: MatterId) -> Result<(), WorldError> {
        work.notice(Report::KIND, None);
        match work.commit().await {
            Err(WorldError::Taken { space, .. })
                if space == alone_space::<Campaign>(MEMBER_SPACE) =>
            {
                Err(WorldError::Stale(campaign))
            }
            done => done.map(|_| ()),
        }
    }

    async fn keep_campaign(
        &self,
        caller: &Caller,
        campaign: &mut Loaded<Campaign>,
        change: CampaignChange,
    ) -> Result<(), WorldError> {
        let mut work = self.work(&caller.actor);
        work.apply(campaign, [change])?;
        Self::group(work, campaign.id).await?;
        Ok(())
    }

    /// Reports of these numbers.
    async fn named_reports(
        &self,
        caller: &Caller,
        typed: &[String],
    ) -> Result<BTreeSet<MatterId>, WorldError> {
        if typed.len() > MOST_NAMED {
            let most = MOST_NAMED;
            return Err(WorldError::too_large(
                "reports",
                typed.len(),
                most,
                crate::Unit::Pieces,
            ));
        }
        let own = self.handles_of_own(caller).await?;
        let mut reports = BTreeSet::new();
        for one in typed.iter().filter(|one| !one.trim().is_empty()) {
            let key = number::normalise(one);
            let report = self
                .find::<Report>(caller, number::RECEIPT_SPACE, &key)
                .await;
            match report {
                Ok(report) if own.contains(&report.state.submission.handle) => {
                    return Err(kaname_sharing::Refused::OwnParty.into());
                }
                Ok(report) => drop(reports.insert(report.id)),
                Err(WorldError::NotFound(_)) => {
                    return Err(WorldError::invalid("reports", "error-no-report", one));
                }
                Err(error) => return Err(error),
            }
        }
        Ok(reports)
    }

    /// Refuses reports that another campaign has: they are split off there, or the two are merged.
    async fn are_free(
        &self,
        caller: &Caller,
        reports: &BTreeSet<MatterId>,
        but: Option<MatterId>,
    ) -> Result<(), WorldError> {
        for report in reports {
            let campaign = self.campaign_with(caller, *report).await?;
            if let Some(campaign) = campaign.filter(|one| Some(one.id) != but) {
                return Err(WorldError::invalid(
                    "reports",
                    "error-in-campaign",
                    campaign.state.number,
                ));
            }
        }
        Ok(())
    }

    /// Whatever is reported: what organisations that hand in are called, and no value.
    async fn title_tells_nothing(&self, title: &str) -> Result<(), WorldError> {
        let mut members = Vec::new();
        let mut query = self.query::<Party>(&Caller::system("campaign")).await?;
        query.limit = PARTIES_READ;
        loop {
            let page = self.list::<Party>(&query).await?;
            let hand_in = page.rows.iter().map(|party| &party.state);
            let hand_in = hand_in.filter(|party| hands_in(party.kind));
            members.extend(hand_in.map(Evidence::of_party));
            query.after = page.next;
            if query.after.is_none() {
                break;
            }
        }
        Ok(grouping::tells_nothing(title, &members)?)
    }

    /// Keyed marks of all evidence that speaks of these reports now.
    async fn marks_of(
        &self,
        caller: &Caller,
        reports: &BTreeSet<MatterId>,
    ) -> Result<BTreeSet<String>, WorldError> {
        let found = self.compared(caller).await?;
        let mut marks = BTreeSet::new();
        for report in reports {
            let Some(fold) = found.fold_of(*report) else {
                continue;
            };
            let copies = fold.copies.iter();
            let copies = copies.filter(|copy| copy.of == *report || copy.report == *report);
            marks.extend(copies.map(|copy| self.mark_key(&copy.mark)));
            let links = found.links.iter().filter(|link| {
                fold.reports.contains(&link.one) || fold.reports.contains(&link.other)
            });
            marks.extend(links.map(|link| self.mark_key(&link.mark)));
        }
        Ok(marks)
    }
}

/// Whether organisations of the kind hand in reports of their own: bodies of the state, and the hub, are named in
/// what others pretend to be.
const fn hands_in(kind: PartyKind) -> bool {
    !matches!(
        kind,
        PartyKind::Ministry | PartyKind::Centre | PartyKind::Police
    )
}
