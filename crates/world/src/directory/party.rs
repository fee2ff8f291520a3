//! Registering parties and changing what is known of them.

use kaname_directory::{DutyCode, Party, PartyChange, Refused, Registration, party::CODE_SPACE};
use kaname_kernel::{Id, Matter, PartyId};
use kaname_policy::Action;
use kaname_store::ListQuery;

use crate::{
    caller::{Caller, of_party},
    error::WorldError,
    work::Loaded,
    world::World,
};

impl World {
    /// Enters a party into the directory.
    pub async fn register_party(
        &self,
        caller: &Caller,
        new: Registration,
    ) -> Result<Loaded<Party>, WorldError> {
        self.allow_any(caller, Action::PartyManage)?;
        let change = Party::register(new, self.catalogue())?;
        let mut work = self.work(&caller.actor);
        let party = work.begin::<Party>(Id::fresh(self.clock(), self.rng()), change)?;
        work.new_epoch();
        work.notice(Party::KIND, Some(party.id));
        work.commit().await?;
        Ok(party)
    }

    /// Changes a party as `decide` says, one of `Party`'s commands. `expected` is the version the
    /// caller looked at.
    pub async fn change_party(
        &self,
        caller: &Caller,
        id: PartyId,
        expected: Option<u32>,
        decide: impl FnOnce(&Party) -> Result<PartyChange, Refused>,
    ) -> Result<Loaded<Party>, WorldError> {
        let party = self.see::<Party>(caller, id.cast()).await?;
        let change = decide(&party.state);
        match &change {
            Ok(PartyChange::DelegationGranted(granted)) => {
                self.allow_delegation(caller, &party.state, granted).await?;
            }
            // An administrator takes any power back.
            Ok(PartyChange::DelegationRevoked { principal, .. }) if !caller.is_officer() => {
                self.allow_principal(caller, id, *principal).await?;
            }
            _ => self.allow(caller, Action::PartyManage, &of_party(id))?,
        }
        Self::unchanged(&party, expected)?;
        self.keep_party(caller, party, change?).await
    }

    /// Accepts a duty (oath or agreement) for the caller's own party, in the text shown.
    pub async fn accept_duty(
        &self,
        caller: &Caller,
        duty: DutyCode,
        text_version: &str,
    ) -> Result<Loaded<Party>, WorldError> {
        let party = caller.party.clone().ok_or(WorldError::Unauthenticated)?;
        self.allow(caller, Action::DutyAccept, &of_party(party.id.cast()))?;
        let by = caller.account_id()?;
        let now = self.now();
        let change = party
            .state
            .accept_duty(self.catalogue(), duty, text_version, by, now)?;
        self.keep_party(caller, party, change).await
    }

    async fn keep_party(
        &self,
        caller: &Caller,
        mut party: Loaded<Party>,
        change: PartyChange,
    ) -> Result<Loaded<Party>, WorldError> {
        let mut work = self.work(&caller.actor);
        if change.moves_epoch() {
            work.new_epoch();
        }
        work.apply(&mut party, [change])?;
        work.notice(Party::KIND, Some(party.id));
        work.commit().await?;
        Ok(party)
    }

    /// The party of a code, as the caller may see it.
    pub async fn party_of(&self, caller: &Caller, code: &str) -> Result<Loaded<Party>, WorldError> {
        self.find(caller, CODE_SPACE, &code.trim().to_lowercase())
            .await
    }

    /// A page of the directory, newest first.
    pub async fn parties(
        &self,
        caller: &Caller,
        adjust: impl FnOnce(&mut ListQuery),
    ) -> Result<crate::read::Listed<Party>, WorldError> {
        self.allow_any(caller, Action::DirectoryRead)?;
        let mut query = self.query::<Party>(caller).await?;
        adjust(&mut query);
        self.list(&query).await
    }
}
