//! The traces of its provider in an item. Where one stands gives the provider away, so the rows are for
//! the analyst who holds the report behind the item open; others learn how many wait for a look.

use kaname_directory::party::Party;
use kaname_kernel::MatterId;
use kaname_sharing::{
    Item, Report, checklist, deriving, evidence::Evidence, report::Technique, row::Row,
    victim::Harm,
};

use super::reach::On;
use crate::{caller::Caller, error::WorldError, sealed::Link, work::Loaded, world::World};

/// As much of an item's checklist as the caller may see.
#[derive(Debug, Clone)]
pub struct Checklist {
    /// How many rows are undecided.
    pub open: usize,
    /// Every row, for who holds the report open.
    pub rows: Option<Vec<Row>>,
    /// Receipt number of the report that its assigned analyst has to open again to go on.
    pub reopen: Option<String>,
}

impl World {
    /// The checklist of an item, as far as the caller may see it. Who holds the report open sees what is found
    /// with the directory as it is now.
    pub async fn checklist(
        &self,
        caller: &Caller,
        item: &Loaded<Item>,
    ) -> Result<Checklist, WorldError> {
        let mut checklist = Checklist {
            open: item.state.open_traces(),
            rows: None,
            reopen: None,
        };
        let handle = item.state.handle;
        if item.state.own {
            // Nothing in it leads to a provider: what is found is for those who wrote it.
            let wrote = caller.account_id();
            if wrote.is_ok_and(|account| item.state.derivers.contains(&account)) {
                let found = checklist::check(&item.state.content, &Evidence::default());
                let rows = deriving::looked_again(&item.state, found);
                checklist.open = rows.iter().filter(|row| row.is_open()).count();
                checklist.rows = Some(rows);
            }
            return Ok(checklist);
        }
        if !caller.is_officer() || self.is_conflicted(caller, handle).await? {
            return Ok(checklist);
        }
        let link = self.open_link(handle).await?;
        let Some(report) = self.linked_report(&link).await? else {
            return Ok(checklist);
        };
        if self.holds_open(caller, &report.state) {
            checklist.rows = Some(item.state.rows.clone());
            if deriving::is_writable(item.state.state) {
                let provider = self.load::<Party>(link.party.cast()).await?;
                let provider = provider.ok_or(WorldError::NotFound("party"))?;
                let (found, _) = self.look_again(item, &link, &provider).await?;
                let rows = deriving::looked_again(&item.state, found);
                checklist.open = rows.iter().filter(|row| row.is_open()).count();
                checklist.rows = Some(rows);
            }
        } else if report.state.assigned == caller.account_id().ok() {
            checklist.reopen = Some(report.state.submission.receipt.clone());
        }
        Ok(checklist)
    }

    /// The sealed part of the report behind an item, for who holds it open: nobody else writes the item,
    /// for every checklist that a change leads to tells something about the provider.
    pub(super) async fn opened_behind(
        &self,
        caller: &Caller,
        link: &Link,
    ) -> Result<Technique, WorldError> {
        let report = self.linked_report(link).await?;
        let report = report.filter(|report| self.holds_open(caller, &report.state));
        let submission = &report.ok_or_else(not_open)?.state.submission;
        self.open_content(submission.handle, &submission.content)
    }

    /// All that leads to the provider: what the directory knows of it and of its people, and what the
    /// report says; in memory only, while an officer works.
    pub(super) async fn evidence(
        &self,
        provider: &Loaded<Party>,
        report: Option<MatterId>,
        technique: &Technique,
    ) -> Result<Evidence, WorldError> {
        let (evidence, _) = self.evidence_on(provider, report, technique).await?;
        Ok(evidence)
    }

    /// What the checklist finds now in what an item says, and what that was read from: for decisions on an
    /// item that waited, whoever decides. What it is told of it is whether there is anything new.
    pub(super) async fn look_again(
        &self,
        item: &Loaded<Item>,
        link: &Link,
        provider: &Loaded<Party>,
    ) -> Result<(Vec<Row>, On), WorldError> {
        if item.state.own {
            let found = checklist::check(&item.state.content, &Evidence::default());
            return Ok((found, On::new()));
        }
        let technique = match self.linked_report(link).await? {
            Some(report) => {
                let submission = &report.state.submission;
                self.open_content(submission.handle, &submission.content)?
            }
            None => Technique::default(),
        };
        let (evidence, on) = self.evidence_on(provider, link.report, &technique).await?;
        Ok((checklist::check(&item.state.content, &evidence), on))
    }

    /// What leads to a party by itself, and what that was read from.
    pub(super) async fn evidence_of(
        &self,
        party: &Loaded<Party>,
    ) -> Result<(Evidence, On), WorldError> {
        let mut evidence = Evidence::of_party(&party.state);
        let mut on = On::from([(party.id, party.version)]);
        for account in self.accounts_of(party.id.cast()).await? {
            evidence = evidence.with_account(&account.state);
            on.push((account.id, account.version));
        }
        Ok((evidence, on))
    }

    async fn evidence_on(
        &self,
        provider: &Loaded<Party>,
        report: Option<MatterId>,
        technique: &Technique,
    ) -> Result<(Evidence, On), WorldError> {
        let (evidence, on) = self.evidence_of(provider).await?;
        let mut evidence = evidence.with_report(technique);
        let victim = match report {
            Some(report) => self.victim_of(report).await?,
            None => None,
        };
        if let Some(victim) = victim {
            let harm: Harm = self.open_content(victim.state.handle, &victim.state.content)?;
            evidence = evidence.with_contact(&harm.contact);
        }
        Ok((evidence, on))
    }

    async fn linked_report(&self, link: &Link) -> Result<Option<Loaded<Report>>, WorldError> {
        match link.report {
            Some(report) => self.load::<Report>(report).await,
            None => Ok(None),
        }
    }
}

/// The sealed part is shut to the caller.
pub(super) fn not_open() -> WorldError {
    WorldError::refused(
        "refused-not-open",
        "the sealed part is shut; open it with a reason first",
    )
}
