//! The victim record and its readers: the analyst asks, the provider consents until a deadline to exactly
//! this content and these readers, and may take that back. Readers find it in a list of their own
//! ([`super::record`]) and beside the item that was derived from the same report; what joins the two
//! stands in the sealed store alone.

use kaname_directory::{Account, Party};
use kaname_kernel::{Actor, Id, Matter as _, MatterId};
use kaname_policy::{Action, Resource};
use kaname_sharing::{
    Item, ManifestHash, Refused, Report,
    victim::{self, Harm, Showing, Shown, Victim, VictimChange},
};
use kaname_store::{ListQuery, Sort};

use super::{checklist::not_open, telling::Stands};
use crate::{caller::Caller, error::WorldError, work::Loaded, world::World};

/// Most open requests that one party is told of.
const ASKED: u32 = 200;

/// Narrows a query to records about which their provider is asked, the soonest deadline first.
pub(super) fn asked_soonest(query: &mut ListQuery) {
    query.states = vec![Victim::ASKED.to_owned()];
    query.sort = Sort::Due;
    query.limit = ASKED;
}

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
        let (report, _) = self
            .report_for(caller, report, Action::TriageAssign)
            .await?;
        if !self.holds_open(caller, &report.state) {
            return Err(not_open());
        }
        self.needs_outsiders(&shown).await?;
        let mut victim = self.victim_beside(report.id).await?;
        let showing = Showing {
            shown,
            officer,
            reason: reason.to_owned(),
            deadline: Some(self.consent_deadline()),
        };
        let asked = victim::ask_showing(&victim.state, showing, self.now())?;
        let mut work = self.work(&caller.actor);
        work.apply(&mut victim, asked)?;
        work.notice(Report::KIND, Some(report.id));
        work.commit().await?;
        Ok(())
    }

    /// Victim records of the caller's party about which its word is asked, soonest deadline first, each
    /// with its report.
    pub async fn asked_showings(
        &self,
        caller: &Caller,
    ) -> Result<Vec<(Loaded<Report>, Showing)>, WorldError> {
        let open = self.own::<Victim>(caller, asked_soonest);
        let mut asked = Vec::new();
        for victim in open.await?.rows {
            let showing = victim.state.asked;
            let Some(showing) = showing.filter(|one| !one.is_late(self.now())) else {
                continue;
            };
            if let Some(report) = self.load::<Report>(victim.state.report).await? {
                asked.push((report, showing));
            }
        }
        Ok(asked)
    }

    /// The provider consents to what is asked, named by the hash of what consent means at this moment
    /// ([`World::telling`]).
    pub async fn show_harm(
        &self,
        caller: &Caller,
        report: MatterId,
        hash: ManifestHash,
    ) -> Result<(), WorldError> {
        let report = self.provider_answers(caller, report).await?;
        let victim = self.victim_beside(report.id).await?;
        if let Some(asked) = &victim.state.asked {
            self.needs_outsiders(&asked.shown).await?;
        }
        let Stands {
            hash: now,
            readers,
            on,
        } = self.showing_stands(&victim).await?;
        let handle = victim.state.handle;
        let changes = victim::show_victim(&victim.state, handle, hash, (now, readers), self.now())?;
        self.keep_showing(report, victim, changes, on).await
    }

    /// The provider does not have it shown.
    pub async fn decline_showing(
        &self,
        caller: &Caller,
        report: MatterId,
    ) -> Result<(), WorldError> {
        self.decide_showing(caller, report, |victim| {
            victim::decline_showing(victim, victim.handle)
        })
        .await
    }

    /// The provider has it shown to nobody any more.
    pub async fn hide_harm(&self, caller: &Caller, report: MatterId) -> Result<(), WorldError> {
        self.decide_showing(caller, report, |victim| {
            victim::hide_victim(victim, victim.handle)
        })
        .await
    }

    async fn decide_showing(
        &self,
        caller: &Caller,
        report: MatterId,
        decide: impl FnOnce(&Victim) -> Result<Vec<VictimChange>, Refused>,
    ) -> Result<(), WorldError> {
        let report = self.provider_answers(caller, report).await?;
        let victim = self.victim_beside(report.id).await?;
        let changes = decide(&victim.state)?;
        self.keep_showing(report, victim, changes, Vec::new()).await
    }

    /// The report, for those who may answer for its provider.
    async fn provider_answers(
        &self,
        caller: &Caller,
        report: MatterId,
    ) -> Result<Loaded<Report>, WorldError> {
        let report = self.see::<Report>(caller, report).await?;
        let handle = report.state.submission.handle;
        let mut asking = caller.clone();
        asking.principal.own_handle = self.owns(caller, Some(handle.cast())).await?;
        let resource =
            Resource::one(Victim::KIND, report.id).provider_is_own(asking.principal.own_handle);
        self.allow(&asking, Action::VictimConsent, &resource)?;
        Ok(report)
    }

    /// `on`: what was read to decide; when one of these has moved on meanwhile, nothing is kept.
    async fn keep_showing(
        &self,
        report: Loaded<Report>,
        mut victim: Loaded<Victim>,
        changes: Vec<VictimChange>,
        on: Vec<(MatterId, u32)>,
    ) -> Result<(), WorldError> {
        let mut work = self.work(&Actor::sealed(report.state.submission.handle));
        work.stands_on(on);
        work.apply(&mut victim, changes)?;
        work.notice(Report::KIND, Some(report.id));
        work.notice(Victim::KIND, Some(victim.id));
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
        let Some(victim) = self.see_if::<Victim>(caller, id).await? else {
            return Ok(None);
        };
        let victim = victim.state;
        // The assigned analyst reads it in triage, within an opening; the provider on its own page.
        if !self.reads_record(caller, &victim) {
            return Ok(None);
        }
        self.open_content(victim.handle, &victim.content).map(Some)
    }

    /// Whether the caller is one of those to whom the provider has the record shown: by name, and by the
    /// policy's word. Nobody who is an officer of the hub is, whoever was named: officers would learn whose
    /// it is. Every page and answer that opens a record for its readers asks here.
    pub(super) fn reads_record(&self, caller: &Caller, victim: &Victim) -> bool {
        let (party, person) = (caller.party_id().ok(), caller.account_id().ok());
        victim.shown.names(party, person)
            && !caller.is_officer()
            && self.allow_any(caller, Action::VictimRead).is_ok()
    }

    /// Refuses readers who are of the hub itself, from which the provider is sealed.
    async fn needs_outsiders(&self, shown: &Shown) -> Result<(), WorldError> {
        let mut parties = shown.parties.clone();
        for person in &shown.persons {
            let account = self.load::<Account>(person.cast()).await?;
            parties.extend(account.map(|account| account.state.party));
        }
        for party in parties {
            let party = self.load::<Party>(party.cast()).await?;
            if party.is_some_and(|party| party.state.is_hub()) {
                return Err(Refused::HubItself.into());
            }
        }
        Ok(())
    }

    async fn victim_beside(&self, report: MatterId) -> Result<Loaded<Victim>, WorldError> {
        let victim = self.victim_of(report).await?;
        victim.ok_or(WorldError::NotFound("victim"))
    }
}
