//! What a party decides for itself: the hub's administrators read nothing through a key, a power or an
//! account that they gave themselves in another's name (docs/decisions/0015).

use kaname_directory::{Account, Delegation, Party};
use kaname_kernel::{Matter, PartyId, Role};
use kaname_policy::{Action, PrincipalKind};
use kaname_store::ListQuery;

use crate::{
    caller::{Caller, of_party},
    error::WorldError,
    work::Loaded,
    world::World,
};

/// Accounts read at a time.
const BATCH: u32 = 1_000;

impl World {
    /// Goes on for a person of the party itself and for the shell.
    pub(super) fn allow_own(&self, caller: &Caller, party: PartyId) -> Result<(), WorldError> {
        if is_own_or_shell(caller, party) {
            return Ok(());
        }
        Err(WorldError::refused(
            "refused-not-own-people",
            "only the party's own steward may do this, or who works at the server's shell",
        ))
    }

    /// Whether the caller may give the party's people accounts and secrets: once it has had a steward,
    /// nobody but its own people and the shell.
    pub async fn may_manage_people(
        &self,
        caller: &Caller,
        party: PartyId,
    ) -> Result<bool, WorldError> {
        Ok(is_own_or_shell(caller, party) || !self.has_steward(party).await?)
    }

    /// [`World::may_manage_people`] as a condition.
    pub(super) async fn allow_people(
        &self,
        caller: &Caller,
        party: PartyId,
    ) -> Result<(), WorldError> {
        if self.may_manage_people(caller, party).await? {
            return Ok(());
        }
        Err(WorldError::refused(
            "refused-has-steward",
            "the party has a steward; its people are managed by its own stewards",
        ))
    }

    /// A steward who was disabled counts: else whoever may disable would get what they must not.
    async fn has_steward(&self, party: PartyId) -> Result<bool, WorldError> {
        let accounts = self.accounts_of(party).await?;
        let mut held = accounts.iter().map(|account| &account.state.roles);
        Ok(held.any(|roles| roles.contains(&Role::Steward)))
    }

    /// Every account of a party, disabled ones too.
    pub(crate) async fn accounts_of(
        &self,
        party: PartyId,
    ) -> Result<Vec<Loaded<Account>>, WorldError> {
        let mut query = ListQuery::of(Account::KIND, self.everything().await?);
        query.owner = Some(party.cast());
        query.limit = BATCH;
        let mut accounts = Vec::new();
        loop {
            let page = self.list::<Account>(&query).await?;
            accounts.extend(page.rows);
            match page.next {
                Some(next) => query.after = Some(next),
                None => return Ok(accounts),
            }
        }
    }

    /// Powers are given by the principal's own steward, by the hub's administrator for the hub alone, and
    /// from the shell. The hub takes none: it would read what its members hand in.
    pub(super) async fn allow_delegation(
        &self,
        caller: &Caller,
        to: &Party,
        granted: &Delegation,
    ) -> Result<(), WorldError> {
        self.allow_principal(caller, to.id, granted.principal)
            .await?;
        if to.is_hub() && granted.principal != to.id {
            return Err(WorldError::refused(
                "refused-hub-takes-no-power",
                "the party that runs this hub acts for no other",
            ));
        }
        Ok(())
    }

    /// Goes on for who decides over the powers of `principal` that `to` holds.
    pub(super) async fn allow_principal(
        &self,
        caller: &Caller,
        to: PartyId,
        principal: PartyId,
    ) -> Result<(), WorldError> {
        let shell = caller.principal.kind == PrincipalKind::System;
        if shell || principal == self.hub_id().await? {
            return self.allow(caller, Action::PartyManage, &of_party(to));
        }
        self.allow(caller, Action::KeyManage, &of_party(principal))?;
        self.allow_own(caller, principal)
    }
}

fn is_own_or_shell(caller: &Caller, party: PartyId) -> bool {
    let mut own = caller.account.iter().map(|account| account.state.party);
    let own = caller.delegated.is_none() && own.any(|own| own == party);
    own || caller.principal.kind == PrincipalKind::System
}
