//! The second officer: release exactly what was consented to, or send it back; and how what is out
//! ends.

use std::{collections::BTreeSet, sync::Arc};

use kaname_kernel::{Clause, Matter, MatterId, Term};
use kaname_policy::Action;
use kaname_sharing::{
    ItemState, Outlet, blocking,
    item::Item,
    releasing::{self, Releasing},
};
use kaname_stix::author::revoked;
use kaname_store::{NewJob, ObjectFilter};

use super::object::Standing;
use crate::{
    caller::Caller,
    error::WorldError,
    work::{Loaded, Work},
    world::World,
};

/// Kind of the job that queues deliveries of a released item; its payload is `{"item": id}`.
pub const DISTRIBUTE: &str = "distribute";
/// Ids of objects that are looked up at once.
const IDS_AT_ONCE: usize = 500;

/// How the objects of an item that is out, or was, stand in a collection of it.
pub(crate) fn released_in(item: &Item, collection: MatterId) -> Standing {
    let audience = match item.content.is_on_the_web() {
        true => item.audience(),
        // Consent to machines alone: on pages its objects are not there.
        false => item.audience().and(Clause::any([Term::Machine])),
    };
    Standing {
        collection,
        origin: None,
        audience,
        // That something is revoked is told for good.
        expires: item
            .content
            .valid_until
            .filter(|_| item.revocation.is_none()),
        source: item.id,
    }
}

impl World {
    /// Releases an item: its objects enter the collections and deliveries are queued, in one commit
    /// with the decision.
    pub async fn release(
        &self,
        caller: &Caller,
        id: MatterId,
        expected: Option<u32>,
    ) -> Result<Loaded<Item>, WorldError> {
        let officer = caller.account_id()?;
        let desk = self.item_for(caller, id, Action::ItemRelease).await?;
        Self::unchanged(&desk.item, expected)?;
        let derivers = &desk.item.state.derivers;
        let party = desk.link.party;
        let (told, on) = self.told(&desk.item.state.content).await?;
        let (found, on_provider) = self.found_on(&desk).await?;
        let releasing = Releasing {
            by: officer,
            releaser_of_providers_party: desk.own,
            deriver_of_providers_party: !desk.item.state.own
                && self.any_of_party(derivers, party).await?,
            told,
            found,
            now: self.now(),
        };
        let changes = releasing::release(&desk.item.state, &releasing)?;
        let mut item = desk.item;
        let mut work = self.work(&caller.actor);
        work.stands_on(on.into_iter().chain(on_provider));
        work.apply(&mut item, changes)?;
        self.put_out(&mut work, &item.state)?;
        if let Some(replaced) = item.state.replaces
            && let Some(mut old) = self.load::<Item>(replaced).await?
        {
            let own = self.revocable(&old.state).await?;
            if let Ok(changes) = releasing::supersede(&old.state, &item.state, own) {
                self.pull_back(&mut work, &old.state);
                work.apply(&mut old, changes)?;
                self.put_revoked(&mut work, &old.state)?;
                self.recall(&mut work, &old)?;
            }
        }
        work.notice(Item::KIND, Some(id));
        work.commit().await?;
        Ok(item)
    }

    /// Sends an item back to its analyst. Consent is gone.
    pub async fn return_item(
        &self,
        caller: &Caller,
        id: MatterId,
        reason: &str,
    ) -> Result<Loaded<Item>, WorldError> {
        let officer = caller.account_id()?;
        let desk = self.item_for(caller, id, Action::ItemReturn).await?;
        let changes = releasing::send_back(&desk.item.state, officer, reason)?;
        self.keep_item(caller, desk.item, changes).await
    }

    /// An officer takes an item back; what is out leaves the collections, and is revoked there.
    pub async fn withdraw_item(
        &self,
        caller: &Caller,
        id: MatterId,
        reason: &str,
    ) -> Result<Loaded<Item>, WorldError> {
        let desk = self.item_for(caller, id, Action::ItemWithdraw).await?;
        let mut item = desk.item;
        let own = self.revocable(&item.state).await?;
        let changes = releasing::withdraw_item(&item.state, reason, false, own)?;
        let mut work = self.work(&caller.actor);
        self.pull_back(&mut work, &item.state);
        work.apply(&mut item, changes)?;
        self.put_revoked(&mut work, &item.state)?;
        self.recall(&mut work, &item)?;
        work.notice(Item::KIND, Some(id));
        work.commit().await?;
        Ok(item)
    }

    /// An officer decides on a suspended item: back into block lists, or out of them for good.
    pub async fn decide_blocking(
        &self,
        caller: &Caller,
        id: MatterId,
        resume: bool,
        reason: &str,
    ) -> Result<Loaded<Item>, WorldError> {
        let officer = caller.account_id()?;
        let desk = self
            .item_for(caller, id, Action::ExportSuspendDecide)
            .await?;
        let against = self.organisations_against(&desk.item.state).await?;
        let state = &desk.item.state;
        let changes = if resume {
            blocking::resume_blocking(state, officer, reason, against)?
        } else {
            blocking::keep_suspended(state, officer, reason)?
        };
        self.keep_item(caller, desk.item, changes).await
    }

    /// Objects of a released item enter its collections.
    pub(super) fn put_out(&self, work: &mut Work<'_>, item: &Item) -> Result<(), WorldError> {
        // Consent covers the ways out: what may not leave by TAXII does not stand in a collection.
        // What may leave by feed and not by TAXII is read out of the item (`outlet/feed.rs`).
        let by_taxii = item.content.leaves_by(Outlet::Taxii);
        for collection in item.content.collections.iter().filter(|_| by_taxii) {
            for raw in &item.content.objects {
                work.object(self.new_object(raw, released_in(item, *collection))?);
            }
        }
        work.job(NewJob {
            kind: DISTRIBUTE.to_owned(),
            dedup: Some(format!("{DISTRIBUTE}/{}", item.id)),
            priority: 10,
            run_at: self.now(),
            max_attempts: 20,
            payload: serde_json::json!({ "item": item.id }),
        });
        Ok(())
    }

    /// Objects that an item brought enter its collections anew when its embargo is over: whoever asks for what came
    /// since then finds them. What another item had brought before stays as it stands.
    pub(super) async fn put_anew(
        &self,
        work: &mut Work<'_>,
        item: &Item,
    ) -> Result<(), WorldError> {
        let ids = item.content.heads().map(|(_, head)| head.id.to_string());
        let ids: Vec<String> = ids.collect();
        let everything = self.everything().await?;
        for collection in &item.content.collections {
            for some in ids.chunks(IDS_AT_ONCE) {
                let mut filter = ObjectFilter::all(Arc::clone(&everything));
                filter.collection = Some(*collection);
                filter.ids = some.to_vec();
                filter.origins = vec![None];
                filter.limit = 10_000;
                let there = self.store().objects(&filter).await?.objects;
                for object in there.iter().filter(|object| object.source == item.id) {
                    work.remove_version(object);
                    let standing = released_in(item, *collection);
                    work.object(self.new_object(&object.raw, standing)?);
                }
            }
        }
        Ok(())
    }

    /// Ids of the objects of an item that are out and the hub's own word: those it may revoke. What no moment has
    /// shown to anybody yet needs no revoking.
    pub(crate) async fn revocable(&self, item: &Item) -> Result<BTreeSet<String>, WorldError> {
        let now = self.now();
        let is_out = item.state == ItemState::Released && item.content.leaves_by(Outlet::Taxii);
        if !is_out || item.content.embargo.is_some_and(|opens| opens > now) {
            return Ok(BTreeSet::new());
        }
        let hub = self.author().await?;
        let own = item.content.heads().filter(|(raw, head)| {
            head.created_by.as_ref() == Some(&hub) && revoked(raw, now).is_some()
        });
        Ok(own.map(|(_, head)| head.id.to_string()).collect())
    }

    /// The last versions of what an item that ended has revoked take the place of its objects: whoever has those
    /// learns that they are over.
    pub(crate) fn put_revoked(&self, work: &mut Work<'_>, item: &Item) -> Result<(), WorldError> {
        if item.revocation.is_none() {
            return Ok(());
        }
        let standing = item.standing();
        for collection in &item.content.collections {
            for raw in &standing {
                work.object(self.new_object(raw, released_in(item, *collection))?);
            }
        }
        Ok(())
    }

    /// Objects that an item brought leave its collections when it ends, and so do those that it revoked when it is
    /// redacted.
    pub(crate) fn pull_back(&self, work: &mut Work<'_>, item: &Item) {
        if item.state != ItemState::Released && item.revocation.is_none() {
            return;
        }
        let is_over = |id: &String| {
            let revoked = item.revocation.as_ref();
            revoked.is_none_or(|revocation| revocation.ids.contains(id))
        };
        let ids = item.content.heads().map(|(_, head)| head.id.to_string());
        let ids: Vec<String> = ids.filter(is_over).collect();
        for collection in &item.content.collections {
            for id in &ids {
                work.remove_object(*collection, id, item.id);
            }
        }
    }
}
