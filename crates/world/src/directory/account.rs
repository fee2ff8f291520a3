//! Opening accounts, passwords and second factors.

use kaname_directory::{
    Account, AccountChange, Lang, Line, MailAddress, NewAccount, Party, Refused,
};
use kaname_kernel::{AccountId, Id, Matter};
use kaname_policy::Action;
use kaname_store::ListQuery;

use crate::{
    caller::{Caller, FRESH_MINUTES, of_party},
    error::WorldError,
    openpgp,
    read::Listed,
    sign_in::{password, second_factor},
    work::Loaded,
    world::World,
};

/// A one-time-password secret before it is confirmed.
#[derive(Debug, Clone)]
pub struct Enrolment {
    /// Base32, as people type it.
    pub secret: String,
    /// `otpauth://` address for authenticators.
    pub address: String,
}

impl World {
    /// Opens an account, without a password yet.
    pub async fn open_account(
        &self,
        caller: &Caller,
        new: NewAccount,
    ) -> Result<Loaded<Account>, WorldError> {
        let party_id = new.party;
        self.allow(caller, Action::AccountManage, &of_party(party_id))?;
        let party = self.see::<Party>(caller, party_id.cast()).await?;
        self.allow_people(caller, party_id).await?;
        // Only administrators make officers: a steward manages the own party's people.
        let change = Account::open(new, &party.state)?;
        let mut work = self.work(&caller.actor);
        let account = work.begin::<Account>(Id::fresh(self.clock(), self.rng()), change)?;
        work.new_epoch();
        work.notice(Account::KIND, Some(account.id));
        work.commit().await?;
        Ok(account)
    }

    /// Changes an account as `decide` says, one of `Account`'s commands.
    pub async fn change_account(
        &self,
        caller: &Caller,
        id: AccountId,
        expected: Option<u32>,
        decide: impl FnOnce(&Account) -> Result<AccountChange, Refused>,
    ) -> Result<Loaded<Account>, WorldError> {
        let account = self.see::<Account>(caller, id.cast()).await?;
        let resource = of_party(account.state.party);
        self.allow(caller, Action::AccountManage, &resource)?;
        Self::unchanged(&account, expected)?;
        let change = decide(&account.state)?;
        // An administrator shuts any account: that opens nothing.
        if !matches!(change, AccountChange::Disabled { .. }) {
            self.allow_people(caller, account.state.party).await?;
        }
        self.keep_account(caller, account, change).await
    }

    /// Gives an account a fresh temporary password, shown once.
    pub async fn reset_password(
        &self,
        caller: &Caller,
        id: AccountId,
    ) -> Result<String, WorldError> {
        let random: [u8; 10] = self.rng().bytes();
        let password = hex::encode(random);
        let hash = self.hash_password(password.clone()).await?;
        self.change_account(caller, id, None, |account| account.set_password(hash, true))
            .await?;
        Ok(password)
    }

    /// Sets a first or reset password for an account: from the shell, where whoever may read the keys
    /// may do everything.
    pub async fn set_password_of(
        &self,
        caller: &Caller,
        account: Loaded<Account>,
        new: &str,
        temporary: bool,
    ) -> Result<Loaded<Account>, WorldError> {
        let resource = of_party(account.state.party);
        self.allow(caller, Action::AccountManage, &resource)?;
        self.allow_people(caller, account.state.party).await?;
        password::check_new(new, account.state.login.as_str())?;
        let hash = self.hash_password(new.to_owned()).await?;
        let change = account.state.set_password(hash, temporary)?;
        self.keep_account(caller, account, change).await
    }

    /// Changes the caller's own password; every other session ends.
    pub async fn change_password(
        &self,
        caller: &Caller,
        current: &str,
        new: &str,
    ) -> Result<(), WorldError> {
        self.allow_own_password(caller)?;
        let account = caller.account.clone().ok_or(WorldError::Unauthenticated)?;
        let stored = account.state.password.clone();
        // Whoever finds an open session must not try out its owner's password.
        let place = self.place_to_hash().await?;
        let within = caller.session.clone();
        let within = within.unwrap_or_else(|| account.id.to_string());
        let attempt = self.attempt_in(&within).await?;
        let fits = place.verify(current.to_owned(), stored).await;
        attempt.ended(!fits).await?;
        if !fits {
            return Err(WorldError::invalid(
                "current",
                "error-password-wrong",
                "the current password does not fit",
            ));
        }
        password::check_new(new, account.state.login.as_str())?;
        if new == current {
            return Err(WorldError::invalid(
                "password",
                "error-password-same",
                "the new password is the present one",
            ));
        }
        let hash = self.hash_password(new.to_owned()).await?;
        let change = account.state.set_password(hash, false)?;
        self.keep_account(caller, account, change).await?;
        Ok(())
    }

    /// A fresh one-time-password secret for the caller, not yet in force.
    pub fn begin_totp(&self, caller: &Caller) -> Result<Enrolment, WorldError> {
        self.allow_own_session(caller)?;
        let account = caller.account.as_ref().ok_or(WorldError::Unauthenticated)?;
        let secret = second_factor::new_secret(self.rng());
        let login = account.state.login.as_str();
        let address = second_factor::address(&secret, login, &self.settings().origin)?;
        Ok(Enrolment { secret, address })
    }

    /// Puts the secret in force once its code was shown.
    pub async fn confirm_totp(
        &self,
        caller: &Caller,
        secret: &str,
        code: &str,
    ) -> Result<(), WorldError> {
        self.allow_own_session(caller)?;
        let account = caller.account.clone().ok_or(WorldError::Unauthenticated)?;
        // Whoever finds an open session must not put their own device in the place of its owner's, nor be
        // the first to have one.
        self.signed_in_lately(caller).await?;
        if second_factor::step_of(secret, code, self.now()).is_none() {
            return Err(WorldError::invalid(
                "code",
                "error-code-wrong",
                "the code does not fit the secret; check the clock of the device",
            ));
        }
        let change = account.state.set_totp(self.seal_secret("totp", secret))?;
        self.keep_account(caller, account, change).await?;
        Ok(())
    }

    /// Takes the caller's own one-time-password secret out of force.
    pub async fn remove_own_totp(&self, caller: &Caller) -> Result<(), WorldError> {
        self.allow_own_session(caller)?;
        let account = caller.account.clone().ok_or(WorldError::Unauthenticated)?;
        fresh_if_any(caller, &account)?;
        let change = account.state.remove_totp()?;
        self.keep_account(caller, account, change).await?;
        Ok(())
    }

    /// Sets the caller's own language and address for personal notices.
    pub async fn describe_self(
        &self,
        caller: &Caller,
        lang: Lang,
        mail: Option<MailAddress>,
    ) -> Result<(), WorldError> {
        self.allow_own_session(caller)?;
        let account = caller.account.clone().ok_or(WorldError::Unauthenticated)?;
        let change = account
            .state
            .describe(account.state.title.clone(), lang, mail)?;
        self.keep_account(caller, account, change).await?;
        Ok(())
    }

    /// Sets the OpenPGP key that mail to the caller is encrypted to; the armoured text is read, and has
    /// to be one that can be encrypted to now.
    pub async fn set_own_key(&self, caller: &Caller, armoured: &str) -> Result<(), WorldError> {
        self.allow_own_session(caller)?;
        let account = caller.account.clone().ok_or(WorldError::Unauthenticated)?;
        // Whoever finds an open session must not read the mail that comes after it.
        fresh_if_any(caller, &account)?;
        let label = Line::parse("key", account.state.login.as_str())?;
        let key = openpgp::accept("key", label, armoured, self.now())?;
        let change = account.state.set_key(key)?;
        self.keep_account(caller, account, change).await?;
        Ok(())
    }

    /// Takes the caller's own key for mail away.
    pub async fn remove_own_key(&self, caller: &Caller) -> Result<(), WorldError> {
        self.allow_own_session(caller)?;
        let account = caller.account.clone().ok_or(WorldError::Unauthenticated)?;
        let change = account.state.remove_key()?;
        self.keep_account(caller, account, change).await?;
        Ok(())
    }

    /// Gives an account a one-time-password secret that is in force at once: from the shell.
    pub async fn give_totp(
        &self,
        caller: &Caller,
        account: Loaded<Account>,
    ) -> Result<Enrolment, WorldError> {
        let resource = of_party(account.state.party);
        self.allow(caller, Action::AccountManage, &resource)?;
        self.allow_people(caller, account.state.party).await?;
        let secret = second_factor::new_secret(self.rng());
        let login = account.state.login.as_str().to_owned();
        let change = account.state.set_totp(self.seal_secret("totp", &secret))?;
        self.keep_account(caller, account, change).await?;
        let address = second_factor::address(&secret, &login, &self.settings().origin)?;
        Ok(Enrolment { secret, address })
    }

    /// The accounts the caller may see.
    pub async fn accounts(
        &self,
        caller: &Caller,
        adjust: impl FnOnce(&mut ListQuery),
    ) -> Result<Listed<Account>, WorldError> {
        self.allow_any(caller, Action::DirectoryRead)?;
        let mut query = self.query::<Account>(caller).await?;
        adjust(&mut query);
        self.list(&query).await
    }

    pub(crate) async fn keep_account(
        &self,
        caller: &Caller,
        mut account: Loaded<Account>,
        change: AccountChange,
    ) -> Result<Loaded<Account>, WorldError> {
        let mut work = self.work(&caller.actor);
        if change.moves_epoch() {
            work.new_epoch();
        }
        let ends = change.ends_sessions();
        work.apply(&mut account, [change])?;
        work.notice(Account::KIND, Some(account.id));
        work.commit().await?;
        if ends {
            let own = caller.session.clone();
            self.end_sessions_of(account.id.cast(), |info| Some(&info.number) != own.as_ref())
                .await?;
        }
        Ok(account)
    }
}

/// Asks for a fresh second factor where the account has one.
pub(crate) fn fresh_if_any(caller: &Caller, account: &Loaded<Account>) -> Result<(), WorldError> {
    let minutes = caller.principal.minutes_since_sign_in;
    let lately = minutes.is_some_and(|minutes| i64::from(minutes) <= FRESH_MINUTES);
    if account.state.has_second_factor() && !(caller.principal.second_factor && lately) {
        return Err(WorldError::StepUp);
    }
    Ok(())
}
