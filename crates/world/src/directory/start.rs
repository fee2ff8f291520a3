//! The very first party and person of a world.

use kaname_directory::{
    Account, AccountChange, NewAccount, Party, PartyChange, Registration,
    party::{HUB_KEY, HUB_SPACE},
};
use kaname_kernel::{Id, Matter, PartyId};

use crate::{
    caller::Caller,
    error::WorldError,
    sign_in::{password, second_factor},
    work::Loaded,
    world::World,
};

use super::Enrolment;

/// What `init` asks for.
#[derive(Debug, Clone)]
pub struct FirstOfficer {
    /// The account; its `party` is set to the centre's.
    pub account: NewAccount,
    /// Its password.
    pub password: String,
}

impl World {
    /// The party that runs this hub, if the world was begun.
    pub async fn hub(&self) -> Result<Option<Loaded<Party>>, WorldError> {
        self.find_any(HUB_SPACE, HUB_KEY).await
    }

    /// The party that runs this hub.
    pub async fn hub_id(&self) -> Result<PartyId, WorldError> {
        let hub = self.hub().await?.ok_or(WorldError::NotFound("hub"))?;
        Ok(hub.id.cast())
    }

    /// Begins a world: the centre and its first officer, with a second factor in force. Refused when
    /// the world has begun already.
    pub async fn found(
        &self,
        centre: Registration,
        first: FirstOfficer,
    ) -> Result<(Loaded<Party>, Loaded<Account>, Enrolment), WorldError> {
        password::check_new(&first.password, first.account.login.as_str())?;
        let caller = Caller::system("init");
        let mut work = self.work(&caller.actor);
        let change: PartyChange = Party::register(centre, self.catalogue())?;
        let id = Id::fresh(self.clock(), self.rng());
        let party = work.begin::<Party>(id, change)?;
        let account = NewAccount {
            party: party.id.cast(),
            ..first.account
        };
        let change: AccountChange = Account::open(account, &party.state)?;
        let id = Id::fresh(self.clock(), self.rng());
        let mut account = work.begin::<Account>(id, change)?;
        let hash = self.hash_password(first.password).await?;
        let secret = second_factor::new_secret(self.rng());
        let changes = [
            account.state.set_password(hash, false)?,
            account.state.set_totp(self.seal_secret("totp", &secret))?,
        ];
        work.apply(&mut account, changes)?;
        work.new_epoch();
        work.notice(Party::KIND, Some(party.id));
        work.commit().await?;
        let login = account.state.login.as_str();
        let address = second_factor::address(&secret, login, &self.settings().origin)?;
        Ok((party, account, Enrolment { secret, address }))
    }
}
