//! The analyst's side of a report: take it with a reason, read its sealed part, ask, note, close.

use jiff::{SignedDuration, Timestamp};
use kaname_kernel::{Actor, HandleId, Matter, MatterId, Pap, Tlp};
use kaname_policy::{Action, Resource};
use kaname_sharing::{
    item::Item,
    report::{Closing, Report, ReportChange, ReportState, Technique},
    triage,
    victim::{self, Harm, Victim},
};
use kaname_store::{ListQuery, Sort};

use super::similar::Similar;
use crate::{
    caller::{Caller, of_party},
    error::{Unit, WorldError},
    read::Listed,
    work::Loaded,
    world::World,
};

/// An opening counts for one shift; after that the sealed part opens only with a new reason.
pub const OPENING: SignedDuration = SignedDuration::from_hours(8);

/// Longest question, answer or note, in bytes.
const MAX_TEXT_BYTES: usize = 20_000;

/// A report with what this caller may see of it.
#[derive(Debug, Clone)]
pub struct ReportView {
    /// The report.
    pub report: Loaded<Report>,
    /// Its sealed part, for the provider and, within an opening, the assigned analyst.
    pub content: Option<Technique>,
    /// What was done to the victim, for the same.
    pub harm: Option<Harm>,
    /// To whom the provider has it shown, and what it is asked; for the same.
    pub victim: Option<Loaded<Victim>>,
    /// Questions and answers in the clear: whether the hub spoke, the text, when. Empty when the
    /// sealed part is shut.
    pub thread: Vec<(bool, String, Timestamp)>,
    /// Officers' notes in the clear, for the assigned analyst.
    pub notes: Vec<(String, Timestamp)>,
    /// Whether the caller's party is the provider.
    pub own: bool,
    /// Other reports with the same values, for officers.
    pub similar: Vec<Similar>,
    /// Items derived from it, as far as the caller sees them: for the provider, and within an opening the
    /// assigned analyst.
    pub items: Vec<MatterId>,
    /// Items that others are still writing from it, for the assigned analyst to take over.
    pub others: Vec<Loaded<Item>>,
}

/// What a provider handed in, beside the item derived from it.
#[derive(Debug, Clone)]
pub struct Original {
    /// Its text.
    pub text: String,
    /// Who it said may be told.
    pub tlp: Tlp,
    /// What it said may be done.
    pub pap: Pap,
}

impl World {
    /// Reports waiting in triage, soonest deadline first.
    pub async fn triage_list(
        &self,
        caller: &Caller,
        adjust: impl FnOnce(&mut ListQuery),
    ) -> Result<Listed<Report>, WorldError> {
        self.allow_any(caller, Action::TriageList)?;
        let mut query = self.query::<Report>(caller).await?;
        query.sort = Sort::Due;
        query.states = vec!["submitted".to_owned(), "in_triage".to_owned()];
        adjust(&mut query);
        let mut listed = self.list(&query).await?;
        self.show_derived(caller, &mut listed.rows, false).await?;
        Ok(listed)
    }

    /// A report with as much as the caller may see.
    pub async fn report(&self, caller: &Caller, id: MatterId) -> Result<ReportView, WorldError> {
        let mut report = self.see::<Report>(caller, id).await?;
        let handle = report.state.submission.handle;
        let own = self.owns(caller, Some(handle.cast())).await?;
        let analyst = !own && self.holds_open(caller, &report.state);
        self.show_derived(caller, std::slice::from_mut(&mut report), own)
            .await?;
        let mut view = ReportView {
            report,
            content: None,
            harm: None,
            victim: None,
            thread: Vec::new(),
            notes: Vec::new(),
            own,
            similar: Vec::new(),
            items: Vec::new(),
            others: Vec::new(),
        };
        // Of the own party alone, who may read what it handed in: a key that only hands in does not.
        let reads = own && self.reads_own(caller);
        if reads || analyst {
            self.open_view(caller, &mut view, analyst).await?;
        }
        if caller.is_officer() && !own {
            view.similar = self.similar_reports(id).await?;
        }
        Ok(view)
    }

    /// Whether the caller may read what its party handed in.
    pub(crate) fn reads_own(&self, caller: &Caller) -> bool {
        let own = caller.party_id().map(of_party);
        own.is_ok_and(|own| self.allow(caller, Action::SubmissionReadOwn, &own).is_ok())
    }

    async fn open_view(
        &self,
        caller: &Caller,
        view: &mut ReportView,
        analyst: bool,
    ) -> Result<(), WorldError> {
        let state = &view.report.state;
        let handle = state.submission.handle;
        view.content = Some(self.open_content(handle, &state.submission.content)?);
        for line in &state.thread {
            let text = self.open_content(handle, &line.text)?;
            view.thread.push((line.from_hub, text, line.at));
        }
        if analyst {
            for note in &state.notes {
                let text = self.open_content(handle, &note.text)?;
                view.notes.push((text, note.at));
            }
        }
        if let Some(victim) = self.victim_of(view.report.id).await? {
            view.harm = Some(self.open_content(handle, &victim.state.content)?);
            view.victim = Some(victim);
        }
        for item in self.items_from(view.report.id).await? {
            match self.see::<Item>(caller, item.id).await {
                Ok(seen) => view.items.push(seen.id),
                Err(WorldError::NotFound(_)) => view.others.push(item),
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// Whether the caller is the assigned analyst within an opening: before it, an officer is told of a
    /// report its number, markings, times and how many values of which kind it has, and no more
    /// (`docs/decisions/0019`).
    pub fn holds_open(&self, caller: &Caller, report: &Report) -> bool {
        let Ok(account) = caller.account_id() else {
            return false;
        };
        let last = report
            .openings
            .iter()
            .rev()
            .find(|one| one.officer == account);
        let fresh = last.is_some_and(|one| self.now().duration_since(one.at) < OPENING);
        // An opening of the same person in another session opens nothing in one without a second factor.
        let resource = Resource::any(Report::KIND)
            .assigned_to(account)
            .provider_is_own(false);
        let may_open = || self.decide(caller, Action::SealOpen, &resource).allowed;
        report.assigned == Some(account) && fresh && may_open()
    }

    pub(crate) async fn victim_of(
        &self,
        report: MatterId,
    ) -> Result<Option<Loaded<Victim>>, WorldError> {
        let mut query = ListQuery::of(Victim::KIND, self.everything().await?);
        query.scope = Some(report);
        query.limit = 1;
        let mut page = self.list::<Victim>(&query).await?;
        Ok(page.rows.pop())
    }

    /// Items derived from this report. Only the sealed store knows.
    pub(super) async fn items_from(
        &self,
        report: MatterId,
    ) -> Result<Vec<Loaded<Item>>, WorldError> {
        let mut items = Vec::new();
        for handle in self.handles_from(report).await? {
            items.extend(self.item_behind(handle).await?);
        }
        Ok(items)
    }

    /// The analyst takes a report: a recorded assignment with a reason, which the provider and the
    /// auditor see.
    pub async fn take_report(
        &self,
        caller: &Caller,
        id: MatterId,
        reason: &str,
    ) -> Result<Loaded<Report>, WorldError> {
        let officer = caller.account_id()?;
        let (mut report, own) = self.report_for(caller, id, Action::TriageAssign).await?;
        let changes = triage::assign(&report.state, officer, reason, own)?;
        let mut work = self.work(&caller.actor);
        work.apply(&mut report, changes)?;
        if let Some(mut victim) = self.victim_of(id).await?
            && let Ok(changes) = victim::assign_victim(&victim.state, officer, reason, own)
        {
            work.apply(&mut victim, changes)?;
        }
        work.notice(Report::KIND, Some(id));
        work.commit().await?;
        Ok(report)
    }

    /// The assigned analyst opens the sealed part again, with a reason.
    pub async fn reopen_report(
        &self,
        caller: &Caller,
        id: MatterId,
        reason: &str,
    ) -> Result<Loaded<Report>, WorldError> {
        let officer = caller.account_id()?;
        let (mut report, _) = self.report_for(caller, id, Action::TriageAssign).await?;
        let changes = triage::open(&report.state, officer, reason)?;
        let mut work = self.work(&caller.actor);
        work.apply(&mut report, changes)?;
        if let Some(mut victim) = self.victim_of(id).await?
            && let Ok(changes) = victim::open_victim(&victim.state, officer, reason)
        {
            work.apply(&mut victim, changes)?;
        }
        work.notice(Report::KIND, Some(id));
        work.commit().await?;
        Ok(report)
    }

    /// The analyst asks the provider.
    pub async fn ask_provider(
        &self,
        caller: &Caller,
        id: MatterId,
        text: &str,
    ) -> Result<(), WorldError> {
        self.say(caller, id, text, |report, officer, text| {
            triage::ask(report, officer, text)
        })
        .await
    }

    /// The analyst writes a note for other officers.
    pub async fn note_report(
        &self,
        caller: &Caller,
        id: MatterId,
        text: &str,
    ) -> Result<(), WorldError> {
        self.say(caller, id, text, |report, officer, text| {
            triage::note(report, officer, text)
        })
        .await
    }

    async fn say(
        &self,
        caller: &Caller,
        id: MatterId,
        text: &str,
        decide: impl FnOnce(
            &Report,
            kaname_kernel::AccountId,
            kaname_sharing::Sealed,
        ) -> Result<Vec<ReportChange>, kaname_sharing::Refused>,
    ) -> Result<(), WorldError> {
        let officer = caller.account_id()?;
        let (mut report, _) = self.report_for(caller, id, Action::TriageAssign).await?;
        let sealed = self.sealed_text(report.state.submission.handle, text)?;
        let changes = decide(&report.state, officer, sealed)?;
        let mut work = self.work(&caller.actor);
        work.apply(&mut report, changes)?;
        work.notice(Report::KIND, Some(id));
        work.commit().await?;
        Ok(())
    }

    /// The analyst closes a report as a duplicate or as not actionable.
    pub async fn close_report(
        &self,
        caller: &Caller,
        id: MatterId,
        closing: Closing,
    ) -> Result<Loaded<Report>, WorldError> {
        let officer = caller.account_id()?;
        let (mut report, _) = self.report_for(caller, id, Action::TriageClose).await?;
        let changes = triage::close(&report.state, officer, closing)?;
        let mut work = self.work(&caller.actor);
        work.apply(&mut report, changes)?;
        work.notice(Report::KIND, Some(id));
        work.commit().await?;
        Ok(report)
    }

    /// The provider answers a question, or adds something unasked.
    pub async fn answer_hub(
        &self,
        caller: &Caller,
        id: MatterId,
        text: &str,
    ) -> Result<(), WorldError> {
        let (mut report, handle) = self.own_report(caller, id).await?;
        let sealed = self.sealed_text(handle, text)?;
        let changes = triage::answer(&report.state, handle, sealed)?;
        let mut work = self.work(&Actor::sealed(handle));
        work.apply(&mut report, changes)?;
        work.notice(Report::KIND, Some(id));
        work.commit().await?;
        Ok(())
    }

    /// The provider takes a report back, and with it what was recorded of its victim.
    pub async fn withdraw_report(&self, caller: &Caller, id: MatterId) -> Result<(), WorldError> {
        let own = self.own_report(caller, id).await?;
        self.withdrawn(own).await
    }

    /// A machine takes back what its party posted, which no officer has taken up yet.
    pub(crate) async fn withdraw_posted(
        &self,
        caller: &Caller,
        id: MatterId,
    ) -> Result<(), WorldError> {
        self.allow_any(caller, Action::TaxiiPost)?;
        let report = self.load::<Report>(id).await?;
        let report = report.ok_or(WorldError::NotFound(Report::KIND))?;
        let handle = report.state.submission.handle;
        if !self.owns(caller, Some(handle.cast())).await? {
            return Err(WorldError::NotFound(Report::KIND));
        }
        match report.state.state {
            ReportState::Submitted => self.withdrawn((report, handle)).await,
            _ => Err(WorldError::Denied("denied-taken-up")),
        }
    }

    async fn withdrawn(
        &self,
        (mut report, handle): (Loaded<Report>, HandleId),
    ) -> Result<(), WorldError> {
        let id = report.id;
        let changes = triage::withdraw(&report.state, handle)?;
        let mut work = self.work(&Actor::sealed(handle));
        work.apply(&mut report, changes)?;
        if let Some(mut victim) = self.victim_of(id).await?
            && let Ok(changes) = victim::withdraw_victim(&victim.state, handle)
        {
            work.apply(&mut victim, changes)?;
        }
        work.notice(Report::KIND, Some(id));
        work.commit().await?;
        self.forget_kept_of(id).await
    }

    pub(super) async fn own_report(
        &self,
        caller: &Caller,
        id: MatterId,
    ) -> Result<(Loaded<Report>, HandleId), WorldError> {
        let report = self.see::<Report>(caller, id).await?;
        let handle = report.state.submission.handle;
        if !self.owns(caller, Some(handle.cast())).await? {
            return Err(WorldError::Denied("refused-not-owner"));
        }
        self.allow_any(caller, Action::SubmissionSubmit)?;
        Ok((report, handle))
    }

    /// A report an officer wants to act on, with whether the officer is of the provider's party.
    pub(super) async fn report_for(
        &self,
        caller: &Caller,
        id: MatterId,
        action: Action,
    ) -> Result<(Loaded<Report>, bool), WorldError> {
        let report = self.see::<Report>(caller, id).await?;
        let handle = report.state.submission.handle;
        let own = self.is_conflicted(caller, handle).await?;
        let mut resource = Resource::one(Report::KIND, id)
            .in_state(report.state.state.as_str())
            .provider_is_own(own);
        if let Some(officer) = report.state.assigned {
            resource = resource.assigned_to(officer);
        }
        self.allow(caller, action, &resource)?;
        Ok((report, own))
    }

    /// Seals a text between hub and provider.
    pub(super) fn sealed_text(
        &self,
        handle: HandleId,
        text: &str,
    ) -> Result<kaname_sharing::Sealed, WorldError> {
        let text = text.trim();
        if text.len() > MAX_TEXT_BYTES {
            return Err(WorldError::too_large(
                "text",
                text.len(),
                MAX_TEXT_BYTES,
                Unit::Bytes,
            ));
        }
        if text.is_empty() {
            return Ok(kaname_sharing::Sealed::default());
        }
        self.seal_content(handle, &text)
    }
}

impl World {
    /// What a report was handed in with, beside the item derived from it: for the provider, and for the
    /// assigned analyst within an opening. Nobody else learns even that there is one.
    pub async fn original_of(
        &self,
        caller: &Caller,
        item: &Loaded<Item>,
    ) -> Result<Option<Original>, WorldError> {
        let own = self.owns(caller, Some(item.state.handle.cast())).await?;
        if item.state.own || !own && !caller.is_officer() {
            return Ok(None);
        }
        let link = self.open_link(item.state.handle).await?;
        let Some(report) = link.report else {
            return Ok(None);
        };
        let view = self.report(caller, report).await?;
        let submission = &view.report.state.submission;
        Ok(view.content.map(|content| Original {
            text: content.text,
            tlp: submission.tlp,
            pap: submission.pap,
        }))
    }
}
