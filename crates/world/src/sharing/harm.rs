//! The victim record and its readers: the analyst asks, the provider consents to exactly this content
//! and these readers, and may take that back. Readers find it beside the item that was derived from the
//! same report; what joins the two stands in the sealed store alone.

use kaname_kernel::{Actor, Id, Matter as _, MatterId};
use kaname_policy::Action;
use kaname_sharing::{
    Item, ManifestHash, Refused, Report, triage,
    victim::{self, Harm, Shown, Victim, VictimChange},
};

use super::checklist::not_open;
use crate::{caller::Caller, error::WorldError, work::Loaded, world::World};

impl World {
    /// The analyst who holds the report open asks its provider to have the victim record shown to these
    /// readers, in place of whoever sees it now.
    pub async fn ask_showing(
        &self,
        caller: &Caller,
        report: MatterId,
        shown: Shown,
        reason: &str,
    ) -> Result<(), WorldError> {
        let officer = caller.account_id()?;
        let (mut report, _) = self
            .report_for(caller, report, Action::TriageAssign)
            .await?;
        if !self.holds_open(caller, &report.state) {
            return Err(not_open());
        }
        let mut victim = self.victim_beside(report.id).await?;
        let handle = victim.state.handle;
        let harm: Harm = self.open_content(handle, &victim.state.content)?;
        let hash = victim::showing_hash(victim.id, &harm, &shown);
        let asked = victim::ask_showing(&victim.state, officer, shown, reason, hash)?;
        // It is a question too: the provider finds it where it finds those.
        let question = self.sealed_text(handle, reason)?;
        let question = triage::ask(&report.state, officer, question)?;
        let mut work = self.work(&caller.actor);
        work.apply(&mut victim, asked)?;
        work.apply(&mut report, question)?;
        work.notice(Report::KIND, Some(report.id));
        work.commit().await?;
        Ok(())
    }

    /// The provider consents to what is asked, named by its hash. `answer` goes with the report's
    /// questions and answers.
    pub async fn show_harm(
        &self,
        caller: &Caller,
        report: MatterId,
        hash: ManifestHash,
        answer: &str,
    ) -> Result<(), WorldError> {
        self.decide_showing(caller, report, answer, |victim| {
            victim::show_victim(victim, victim.handle, hash)
        })
        .await
    }

    /// The provider does not have it shown.
    pub async fn decline_showing(
        &self,
        caller: &Caller,
        report: MatterId,
        answer: &str,
    ) -> Result<(), WorldError> {
        self.decide_showing(caller, report, answer, |victim| {
            victim::decline_showing(victim, victim.handle)
        })
        .await
    }

    /// The provider has it shown to nobody any more.
    pub async fn hide_harm(
        &self,
        caller: &Caller,
        report: MatterId,
        answer: &str,
    ) -> Result<(), WorldError> {
        self.decide_showing(caller, report, answer, |victim| {
            victim::hide_victim(victim, victim.handle)
        })
        .await
    }

    async fn decide_showing(
        &self,
        caller: &Caller,
        report: MatterId,
        answer: &str,
        decide: impl FnOnce(&Victim) -> Result<Vec<VictimChange>, Refused>,
    ) -> Result<(), WorldError> {
        // As consent to an item, it is the word of the provider's own people.
        if !caller.is_delegated(Action::ItemConsent) {
            return Err(WorldError::Denied("why-not-delegated"));
        }
        let (mut report, handle) = self.own_report(caller, report).await?;
        let mut victim = self.victim_beside(report.id).await?;
        let changes = decide(&victim.state)?;
        let mut work = self.work(&Actor::sealed(handle));
        work.apply(&mut victim, changes)?;
        // A closed report takes no answer; the decision stands without one.
        let answer = self.sealed_text(handle, answer)?;
        if let Ok(answered) = triage::answer(&report.state, handle, answer) {
            work.apply(&mut report, answered)?;
        }
        // Who may see the victim's record has changed.
        work.new_epoch();
        work.notice(Report::KIND, Some(report.id));
        work.commit().await?;
        Ok(())
    }

    /// What was done to the victim of the report behind an item, where its provider has it shown to the
    /// caller. Whether there is such a record takes the same look-ups either way.
    pub async fn harm_beside(
        &self,
        caller: &Caller,
        item: &Loaded<Item>,
    ) -> Result<Option<Harm>, WorldError> {
        // Without a link (a redaction took it) there is no record to be found.
        let report = match self.open_link(item.state.handle).await {
            Ok(link) => link.report,
            Err(WorldError::NotFound(_)) => None,
            Err(error) => return Err(error),
        };
        let report = report.unwrap_or_else(|| Id::random(self.rng()));
        let victim = self.victim_of(report).await?;
        let id = victim.map_or_else(|| Id::random(self.rng()), |victim| victim.id);
        let victim = match self.see::<Victim>(caller, id).await {
            Ok(victim) => victim.state,
            Err(WorldError::NotFound(_)) => return Ok(None),
            Err(error) => return Err(error),
        };
        // The assigned analyst reads it in triage, within an opening; the provider on its own page.
        let of_party = caller
            .party_id()
            .is_ok_and(|party| victim.shown.parties.contains(&party));
        let in_person = caller
            .account_id()
            .is_ok_and(|one| victim.shown.persons.contains(&one));
        if !of_party && !in_person {
            return Ok(None);
        }
        self.open_content(victim.handle, &victim.content).map(Some)
    }

    async fn victim_beside(&self, report: MatterId) -> Result<Loaded<Victim>, WorldError> {
        let victim = self.victim_of(report).await?;
        victim.ok_or(WorldError::NotFound("victim"))
    }
}
