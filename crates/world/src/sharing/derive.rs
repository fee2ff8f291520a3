//! The analyst writes what may be shared: derive, revise, decide on traces, ask for consent.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};
use kaname_directory::Party;
use kaname_kernel::{AccountId, Id, Matter, MatterId, Pap, PartyId, Tlp, audience::Named};
use kaname_policy::{Action, Resource};
use kaname_sharing::{
    Content, ItemKind, Outlet, Refused, Text, Value, checklist,
    derive::{FirstProposal, Plan, compose, first_proposal},
    deriving::{self, AskAgain, Derive},
    item::{Item, ItemChange},
    number,
    report::Technique,
    row::Row,
    triage,
};
use kaname_stix::ObjectId;

use super::{checklist::not_open, reach::On};
use crate::{caller::Caller, error::WorldError, sealed::Link, work::Loaded, world::World};

/// What goes into a first derivation.
#[derive(Debug, Clone)]
pub struct NewItem {
    /// The report it comes from.
    pub report: MatterId,
    /// All of it, as it shall be shared.
    pub draft: ItemDraft,
    /// The released item it is to replace.
    pub replaces: Option<MatterId>,
    /// The caller's own key against deriving twice: the same key again gives the same item.
    pub once: Option<String>,
}

/// What an item shall say, as forms and the API give it. The STIX objects follow from it.
#[derive(Debug, Clone, PartialEq)]
pub struct ItemDraft {
    /// What it is about.
    pub kind: ItemKind,
    /// Title.
    pub title: Text,
    /// What happened, as far as it is shared.
    pub summary: Text,
    /// What to do against it.
    pub countermeasures: Text,
    /// Values that are shared.
    pub values: Vec<Value>,
    /// Attack techniques by their ATT&CK ids and names.
    pub techniques: Vec<(String, String)>,
    /// Who may be told.
    pub tlp: Tlp,
    /// What may be done with it.
    pub pap: Pap,
    /// Who is named, from AMBER up.
    pub named: Named,
    /// Member classes of which a reader needs one; empty for any.
    pub classes: BTreeSet<String>,
    /// Duties of which a reader needs every one.
    pub duties: BTreeSet<String>,
    /// Officers only before.
    pub embargo: Option<Timestamp>,
    /// Not to be used from then on.
    pub valid_until: Option<Timestamp>,
    /// Ways out.
    pub outlets: BTreeSet<Outlet>,
    /// Library collections it goes into.
    pub collections: BTreeSet<MatterId>,
}

impl World {
    /// Draws up a first proposal from a report: neutral words for traces, coarse times, fresh ids in
    /// the hub's name. Nothing is kept; the analyst goes on from it.
    pub async fn first_proposal(
        &self,
        caller: &Caller,
        report: MatterId,
    ) -> Result<FirstProposal, WorldError> {
        // Who has to show a second factor is told so before it is looked at what stands open.
        let (loaded, _) = self.report_for(caller, report, Action::ItemDerive).await?;
        let (technique, provider) = self.opened(caller, report).await?;
        first_proposal(
            &loaded.state.submission,
            &technique,
            &self.evidence(&provider, Some(report), &technique).await?,
            &self.author().await?,
            self.now(),
            self.rng(),
        )
        .map_err(stix)
    }

    /// The content a draft leads to. Objects of `earlier` that say the same keep their ids and bytes;
    /// `seen` is when its values were first seen, for a first derivation.
    pub async fn compose(
        &self,
        draft: ItemDraft,
        earlier: &[String],
        seen: Option<Timestamp>,
    ) -> Result<Content, WorldError> {
        let author = self.author().await?;
        let plan = Plan {
            author: &author,
            kind: draft.kind,
            title: &draft.title,
            summary: &draft.summary,
            countermeasures: &draft.countermeasures,
            values: &draft.values,
            techniques: &draft.techniques,
            tlp: draft.tlp,
            pap: draft.pap,
            seen,
            valid_until: draft.valid_until,
            now: self.now(),
        };
        let objects = compose(&plan, earlier, self.rng()).map_err(stix)?;
        Ok(Content {
            author,
            kind: draft.kind,
            title: draft.title,
            summary: draft.summary,
            countermeasures: draft.countermeasures,
            objects,
            tlp: draft.tlp,
            pap: draft.pap,
            named: draft.named,
            classes: draft.classes,
            duties: draft.duties,
            embargo: draft.embargo,
            valid_until: draft.valid_until,
            outlets: draft.outlets,
            collections: draft.collections,
        })
    }

    /// The hub as STIX names it: `created_by_ref` of all it authors.
    pub async fn author(&self) -> Result<ObjectId, WorldError> {
        let hub = self.hub_id().await?;
        ObjectId::new("identity", hub.uuid()).map_err(stix)
    }

    /// Derives an item from a report the caller is assigned to and holds open.
    pub async fn derive_item(
        &self,
        caller: &Caller,
        new: NewItem,
    ) -> Result<Loaded<Item>, WorldError> {
        let officer = caller.account_id()?;
        let (technique, provider) = self.opened(caller, new.report).await?;
        let (report, own) = self
            .report_for(caller, new.report, Action::ItemDerive)
            .await?;
        triage::may_derive(&report.state, officer)?;
        let party = provider.id.cast();
        let (handle, link) = self
            .seal_link(&Link {
                party,
                report: Some(new.report),
                item: None,
            })
            .await?;
        let index = self.seal_index(party, new.report, handle).await?;
        let content = self
            .compose(new.draft, &[], report.state.submission.seen)
            .await?;
        let evidence = self
            .evidence(&provider, Some(new.report), &technique)
            .await?;
        let rows = checklist::check(&content, &evidence);
        let changes = deriving::derive_item(Derive {
            number: self.free_number(number::ITEM_SPACE, number::item).await?,
            handle,
            content,
            rows,
            by: officer,
            of_providers_party: own,
            replaces: new.replaces,
        })?;
        let mut work = self.work(&caller.actor);
        // The report's own history is not touched here: who reads headers would see which belong
        // together. It says later that something was derived (`settle_reports`).
        work.sealed(link);
        work.sealed(index);
        let mut changes = changes.into_iter();
        let first = changes.next().ok_or(WorldError::NotFound("event"))?;
        let id = Id::fresh(self.clock(), self.rng());
        let mut item = work.begin::<Item>(id, first)?;
        work.apply(&mut item, changes)?;
        work.notice(Item::KIND, Some(item.id));
        if let Some(once) = new.once {
            let key = self.once_key(caller, "derive", &once)?;
            work.once(key, serde_json::json!(item.id));
        }
        match work.commit().await {
            Ok(_) => Ok(item),
            Err(WorldError::Repeated(answer)) => {
                let first = serde_json::from_value(answer).map_err(WorldError::encoding)?;
                self.see::<Item>(caller, first).await
            }
            Err(error) => Err(error),
        }
    }

    /// Writes an item anew: consent, if there was one, is gone. For who holds the report behind it open,
    /// as in all that changes what is written.
    pub async fn revise_item(
        &self,
        caller: &Caller,
        id: MatterId,
        expected: Option<u32>,
        draft: ItemDraft,
    ) -> Result<Loaded<Item>, WorldError> {
        let officer = caller.account_id()?;
        let desk = self.item_for(caller, id, Action::ItemEdit).await?;
        if desk.item.state.own {
            return Err(Refused::OwnWord.into());
        }
        let technique = self.opened_behind(caller, &desk.link).await?;
        Self::unchanged(&desk.item, expected)?;
        let content = self
            .compose(draft, &desk.item.state.content.objects, None)
            .await?;
        let evidence = self
            .evidence(&desk.provider, desk.link.report, &technique)
            .await?;
        let rows = checklist::check(&content, &evidence);
        let changes = deriving::revise(&desk.item.state, content, rows, officer, desk.own)?;
        self.keep_item(caller, desk.item, changes).await
    }

    /// Lets traces stand, with one reason why they give nobody away: rows of the checklist by their keys.
    pub async fn accept_traces(
        &self,
        caller: &Caller,
        id: MatterId,
        rows: &[String],
        reason: &str,
    ) -> Result<Loaded<Item>, WorldError> {
        let officer = caller.account_id()?;
        let desk = self.item_for(caller, id, Action::ItemEdit).await?;
        if !desk.item.state.own {
            self.opened_behind(caller, &desk.link).await?;
        }
        let (found, _) = self.found_on(&desk).await?;
        let state = &desk.item.state;
        let changes = deriving::accept_traces(state, found, rows, officer, reason)?;
        self.keep_item(caller, desk.item, changes).await
    }

    /// Asks the provider for consent to exactly these bytes, in which the checklist finds nothing new with the
    /// directory as it is now.
    pub async fn ask_consent(
        &self,
        caller: &Caller,
        id: MatterId,
        expected: Option<u32>,
    ) -> Result<Loaded<Item>, WorldError> {
        let desk = self.item_for(caller, id, Action::ItemAskConsent).await?;
        Self::unchanged(&desk.item, expected)?;
        let (told, _) = self.told(&desk.item.state.content).await?;
        let (deadline, now) = (self.consent_deadline(), self.now());
        let (found, _) = self.found_on(&desk).await?;
        deriving::nothing_new(&desk.item.state, found)?;
        let changes = deriving::ask_consent(&desk.item.state, told, deadline, now)?;
        self.keep_item(caller, desk.item, changes).await
    }

    /// Takes the provider's proposal as the new revision.
    pub async fn accept_proposal(
        &self,
        caller: &Caller,
        id: MatterId,
        expected: Option<u32>,
    ) -> Result<Loaded<Item>, WorldError> {
        let officer = caller.account_id()?;
        let desk = self.item_for(caller, id, Action::ItemEdit).await?;
        let technique = self.opened_behind(caller, &desk.link).await?;
        Self::unchanged(&desk.item, expected)?;
        let proposal = desk.item.state.proposal.clone();
        let content = proposal.map(|proposal| proposal.content);
        let content = content.unwrap_or_else(|| desk.item.state.content.clone());
        let evidence = self
            .evidence(&desk.provider, desk.link.report, &technique)
            .await?;
        let rows = checklist::check(&content, &evidence);
        let again = AskAgain {
            told: self.told(&content).await?.0,
            deadline: self.consent_deadline(),
            now: self.now(),
        };
        let state = &desk.item.state;
        let changes = deriving::accept_proposal(state, rows, officer, desk.own, again)?;
        self.keep_item(caller, desk.item, changes).await
    }

    /// Does not take the provider's proposal and asks again for what was asked before.
    pub async fn decline_proposal(
        &self,
        caller: &Caller,
        id: MatterId,
        reason: &str,
    ) -> Result<Loaded<Item>, WorldError> {
        let desk = self.item_for(caller, id, Action::ItemEdit).await?;
        let (deadline, now) = (self.consent_deadline(), self.now());
        let (found, _) = self.found_on(&desk).await?;
        deriving::nothing_new(&desk.item.state, found)?;
        let changes = deriving::decline_proposal(&desk.item.state, reason, deadline, now)?;
        self.keep_item(caller, desk.item, changes).await
    }

    /// Gives a consented item to a second officer.
    pub async fn hand_over(
        &self,
        caller: &Caller,
        id: MatterId,
    ) -> Result<Loaded<Item>, WorldError> {
        let officer = caller.account_id()?;
        let desk = self.item_for(caller, id, Action::ItemEdit).await?;
        let (found, _) = self.found_on(&desk).await?;
        deriving::nothing_new(&desk.item.state, found)?;
        let changes = match desk.item.state.own {
            true => deriving::put_forward(&desk.item.state, officer, self.now())?,
            false => deriving::hand_over(&desk.item.state, officer)?,
        };
        self.keep_item(caller, desk.item, changes).await
    }

    /// What the checklist finds now in an item on the desk, and what that was read from.
    pub(super) async fn found_on(&self, desk: &Desk) -> Result<(Vec<Row>, On), WorldError> {
        self.look_again(&desk.item, &desk.link, &desk.provider)
            .await
    }

    /// Until when a provider that is asked now may consent.
    pub(super) fn consent_deadline(&self) -> Timestamp {
        let hours = i64::from(self.settings().consent_hours);
        self.now() + SignedDuration::from_hours(hours)
    }

    /// The sealed part of a report the caller holds open, and its provider.
    pub(super) async fn opened(
        &self,
        caller: &Caller,
        report: MatterId,
    ) -> Result<(Technique, Loaded<Party>), WorldError> {
        let view = self.report(caller, report).await?;
        let content = view.content.filter(|_| !view.own).ok_or_else(not_open)?;
        let link = self.open_link(view.report.state.submission.handle).await?;
        let party = self.load::<Party>(link.party.cast()).await?;
        Ok((content, party.ok_or(WorldError::NotFound("party"))?))
    }

    /// An item an officer wants to act on, with what only the sealed store knows.
    pub(super) async fn item_for(
        &self,
        caller: &Caller,
        id: MatterId,
        action: Action,
    ) -> Result<Desk, WorldError> {
        let item = self.see::<Item>(caller, id).await?;
        if !caller.is_officer() {
            return Err(WorldError::Denied("why-not-role"));
        }
        let link = match item.state.own {
            // The hub's own word leads to nobody.
            true => Link {
                party: self.hub_id().await?,
                report: None,
                item: None,
            },
            false => self.open_link(item.state.handle).await?,
        };
        let own = self.is_conflicted(caller, item.state.handle).await?;
        let resource = Self::item_for_policy(caller, &item, own);
        self.allow(caller, action, &resource)?;
        let provider = self.load::<Party>(link.party.cast()).await?;
        Ok(Desk {
            item,
            own,
            provider: provider.ok_or(WorldError::NotFound("party"))?,
            link,
        })
    }

    /// An item as the policy looks at it. `own`: whether the caller belongs to the provider's party.
    pub fn item_for_policy(caller: &Caller, item: &Loaded<Item>, own: bool) -> Resource {
        let resource = Resource::one(Item::KIND, item.id)
            .in_state(item.state.state.as_str())
            .provider_is_own(own);
        // Who looks is compared with everyone who wrote: the caller, where among them, else the first.
        let derivers = &item.state.derivers;
        let wrote = caller.account_id().ok();
        let wrote = wrote.filter(|own| derivers.contains(own));
        match wrote.or(derivers.first().copied()) {
            Some(deriver) => resource.derived_by(deriver),
            None => resource,
        }
    }

    pub(super) async fn keep_item(
        &self,
        caller: &Caller,
        mut item: Loaded<Item>,
        changes: Vec<ItemChange>,
    ) -> Result<Loaded<Item>, WorldError> {
        let mut work = self.work(&caller.actor);
        work.apply(&mut item, changes)?;
        work.notice(Item::KIND, Some(item.id));
        work.commit().await?;
        Ok(item)
    }

    /// Whether any of these accounts belongs to the party.
    pub(super) async fn any_of_party(
        &self,
        accounts: &BTreeSet<AccountId>,
        party: PartyId,
    ) -> Result<bool, WorldError> {
        for account in accounts {
            let account = self
                .load::<kaname_directory::Account>(account.cast())
                .await?;
            if account.is_some_and(|account| account.state.party == party) {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

fn stix(error: kaname_stix::StixError) -> WorldError {
    WorldError::invalid("objects", "error-stix", error.to_string())
}

/// An item on an officer's desk, with what only the sealed store knows. Never leaves this crate.
pub(super) struct Desk {
    /// The item.
    pub item: Loaded<Item>,
    /// Whether the officer belongs to the provider's party.
    pub own: bool,
    /// The provider.
    pub provider: Loaded<Party>,
    /// Where the handle leads.
    pub link: Link,
}
