//! Issuing and revoking API keys.

use std::collections::BTreeSet;

use jiff::Timestamp;
use kaname_directory::{Key, KeyScope, Line, Minted, Party};
use kaname_kernel::{Id, KeyId, Matter, PartyId};
use kaname_policy::Action;
use kaname_store::ListQuery;

use crate::{
    caller::{Caller, of_party},
    error::WorldError,
    read::Listed,
    work::Loaded,
    world::World,
};

impl World {
    /// Issues a key for a machine of a party. The token is shown once and stored nowhere.
    pub async fn issue_key(
        &self,
        caller: &Caller,
        party: PartyId,
        label: Line,
        scopes: BTreeSet<KeyScope>,
        expires: Option<Timestamp>,
    ) -> Result<(Loaded<Key>, String), WorldError> {
        self.allow(caller, Action::KeyManage, &of_party(party))?;
        // A key reads and speaks as the party: its own people issue it, as they decide who reads for it.
        // A party without a steward has nobody yet; what it handed in stays its own all the same.
        if scopes.iter().any(|scope| scope.is_own()) {
            self.allow_own(caller, party)?;
        }
        self.allow_people(caller, party).await?;
        let party = self.see::<Party>(caller, party.cast()).await?;
        let minted = Minted::new(self.rng());
        let change = Key::issue(&party.state, label, scopes, &minted, expires, self.now())?;
        let mut work = self.work(&caller.actor);
        let key = work.begin::<Key>(Id::fresh(self.clock(), self.rng()), change)?;
        work.notice(Key::KIND, Some(key.id));
        work.commit().await?;
        Ok((key, minted.token))
    }

    /// Revokes a key for good.
    pub async fn revoke_key(
        &self,
        caller: &Caller,
        id: KeyId,
        reason: Line,
    ) -> Result<Loaded<Key>, WorldError> {
        let mut key = self.see::<Key>(caller, id.cast()).await?;
        self.allow(caller, Action::KeyManage, &of_party(key.state.party))?;
        let change = key.state.revoke(reason)?;
        let mut work = self.work(&caller.actor);
        work.apply(&mut key, [change])?;
        work.notice(Key::KIND, Some(key.id));
        work.commit().await?;
        Ok(key)
    }

    /// The keys the caller may see.
    pub async fn api_keys(
        &self,
        caller: &Caller,
        adjust: impl FnOnce(&mut ListQuery),
    ) -> Result<Listed<Key>, WorldError> {
        self.allow_any(caller, Action::DirectoryRead)?;
        let mut query = self.query::<Key>(caller).await?;
        adjust(&mut query);
        self.list(&query).await
    }
}
