//! The provider's word on what was derived: yes to exactly these bytes, other bytes, or no.

use kaname_directory::Party;
use kaname_kernel::{Actor, HandleId, Matter, MatterId};
use kaname_policy::{Action, Resource};
use kaname_sharing::{
    ManifestHash, consenting, deriving,
    item::{Item, ItemChange, ItemState, Proposal, Refusal},
};

use super::{derive::ItemDraft, reach::On};
use crate::{caller::Caller, error::WorldError, work::Loaded, world::World};

/// What the provider wrote with its word, for officers and the provider.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ProviderWords {
    /// With its proposal.
    pub proposal: Option<String>,
    /// With its refusal.
    pub refusal: Option<String>,
}

impl World {
    /// The provider consents to the manifest with this hash.
    pub async fn consent(
        &self,
        caller: &Caller,
        id: MatterId,
        hash: ManifestHash,
    ) -> Result<Loaded<Item>, WorldError> {
        let (item, handle) = self.own_item(caller, id, Action::ItemConsent).await?;
        let (told, mut on) = self.told(&item.state.content).await?;
        let given = consenting::consent(&item.state, handle, hash, told.clone(), self.now());
        let mut changes = given?;
        // Nothing is left for the deriving analyst to do, unless the directory has learnt something of the
        // provider that nobody has looked for: the second officer is asked at once, in the name of whoever
        // wrote it last.
        let mut after = item.state.clone();
        after.state = ItemState::Consented;
        after.consent = Some(kaname_sharing::item::Consent {
            hash,
            at: self.now(),
        });
        if let Some(asked) = &mut after.asked {
            asked.told = told;
        }
        let link = self.open_link(handle).await?;
        let provider = self.load::<Party>(link.party.cast()).await?;
        let provider = provider.ok_or(WorldError::NotFound("party"))?;
        let (found, on_provider) = self.look_again(&item, &link, &provider).await?;
        on.extend(on_provider);
        if let Some(writer) = item.state.writer()
            && deriving::nothing_new(&item.state, found).is_ok()
        {
            changes.extend(deriving::hand_over(&after, writer)?);
        }
        self.keep_own_item(item, handle, changes, on).await
    }

    /// The provider proposes other contents.
    pub async fn propose(
        &self,
        caller: &Caller,
        id: MatterId,
        shown: ManifestHash,
        draft: ItemDraft,
        comment: &str,
    ) -> Result<Loaded<Item>, WorldError> {
        let (item, handle) = self.own_item(caller, id, Action::ItemPropose).await?;
        let content = self
            .compose(draft, &item.state.content.objects, None)
            .await?;
        let proposal = Proposal {
            content,
            comment: self.sealed_text(handle, comment)?,
        };
        let changes = consenting::propose(&item.state, handle, shown, proposal, self.now())?;
        self.keep_own_item(item, handle, changes, On::new()).await
    }

    /// The provider says no; before release at any time.
    pub async fn refuse(
        &self,
        caller: &Caller,
        id: MatterId,
        comment: &str,
    ) -> Result<Loaded<Item>, WorldError> {
        let (item, handle) = self.own_item(caller, id, Action::ItemRefuse).await?;
        let comment = self.sealed_text(handle, comment)?;
        let changes = consenting::refuse(&item.state, handle, comment)?;
        self.keep_own_item(item, handle, changes, On::new()).await
    }

    /// The provider takes a released item back: members are told, its objects leave the collections.
    pub async fn take_back(
        &self,
        caller: &Caller,
        id: MatterId,
    ) -> Result<Loaded<Item>, WorldError> {
        let (mut item, handle) = self.own_item(caller, id, Action::ItemRefuse).await?;
        let own = self.revocable(&item.state).await?;
        let changes = consenting::take_back(&item.state, handle, own)?;
        let mut work = self.work(&Actor::sealed(handle));
        self.pull_back(&mut work, &item.state);
        work.apply(&mut item, changes)?;
        self.put_revoked(&mut work, &item.state)?;
        self.recall(&mut work, &item)?;
        work.notice(Item::KIND, Some(id));
        work.commit().await?;
        Ok(item)
    }

    /// What the provider wrote with its proposal or refusal: for officers who may edit the item, and
    /// the provider itself.
    pub async fn provider_words(
        &self,
        caller: &Caller,
        item: &Item,
    ) -> Result<ProviderWords, WorldError> {
        let own = self.owns(caller, Some(item.handle.cast())).await?;
        let resource = Resource::one(Item::KIND, item.id).provider_is_own(own);
        if !own && !self.decide(caller, Action::ItemEdit, &resource).allowed {
            return Ok(ProviderWords::default());
        }
        let open = |sealed: &kaname_sharing::Sealed| -> Result<Option<String>, WorldError> {
            if sealed.is_empty() {
                return Ok(None);
            }
            self.open_content(item.handle, sealed).map(Some)
        };
        let proposal = item.proposal.as_ref().map(|one| &one.comment);
        let refusal = item.refusal.as_ref().and_then(|refusal| match refusal {
            Refusal::Said { comment } => Some(comment),
            Refusal::Silence => None,
        });
        Ok(ProviderWords {
            proposal: proposal.map(open).transpose()?.flatten(),
            refusal: refusal.map(open).transpose()?.flatten(),
        })
    }

    async fn own_item(
        &self,
        caller: &Caller,
        id: MatterId,
        action: Action,
    ) -> Result<(Loaded<Item>, HandleId), WorldError> {
        let item = self.see::<Item>(caller, id).await?;
        let handle = item.state.handle;
        let own = self.owns(caller, Some(handle.cast())).await?;
        let mut asking = caller.clone();
        asking.principal.own_handle = own;
        let resource = Resource::one(Item::KIND, id)
            .in_state(item.state.state.as_str())
            .provider_is_own(own);
        self.allow(&asking, action, &resource)?;
        Ok((item, handle))
    }

    /// `on`: what was read to decide; when one of these has moved on meanwhile, nothing is kept.
    async fn keep_own_item(
        &self,
        mut item: Loaded<Item>,
        handle: HandleId,
        changes: Vec<ItemChange>,
        on: On,
    ) -> Result<Loaded<Item>, WorldError> {
        let mut work = self.work(&Actor::sealed(handle));
        work.stands_on(on);
        work.apply(&mut item, changes)?;
        work.notice(Item::KIND, Some(item.id));
        work.commit().await?;
        Ok(item)
    }
}
