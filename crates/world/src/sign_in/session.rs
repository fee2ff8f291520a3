//! Sessions: made by signing in, listed and ended by their owner, short-lived when idle.

use jiff::{SignedDuration, Timestamp};
use kaname_directory::{
    Account, SealedBytes,
    account::{LOGIN_SPACE, login_key},
};
use kaname_kernel::{AccountId, Id, PartyId};
use kaname_policy::{Action, Resource};
use serde::{Deserialize, Serialize, de::DeserializeOwned};

use super::{entry::Place, password, second_factor};
use crate::{
    caller::{Caller, FRESH_MINUTES},
    directory::account::fresh_if_any,
    error::WorldError,
    kept::opened_value,
    work::Loaded,
    world::World,
};

const SPACE: &str = "session";
/// How stale `seen` may be before a request writes it again, in seconds.
const SEEN_EVERY_S: i64 = 60;

/// A fresh session: the token is for the cookie and stored nowhere.
#[derive(Debug, Clone)]
pub struct SignedIn {
    /// For the `__Host-` cookie.
    pub token: String,
    /// Whose.
    pub account: AccountId,
    /// Whether a second factor was shown.
    pub second_factor: bool,
    /// When the session ends in any case.
    pub expires: Timestamp,
}

/// What its owner sees of a session.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionInfo {
    /// Public number, for ending it.
    pub number: String,
    /// Since when.
    pub started: Timestamp,
    /// Last used, to the minute.
    pub seen: Timestamp,
    /// When a second factor was last shown.
    pub second_factor_at: Option<Timestamp>,
    /// Browser and address as told at sign-in, bounded; hostile text.
    pub label: String,
    /// The party it acts for, when that is not the own one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub acting_for: Option<PartyId>,
    /// When it ends in any case.
    pub expires: Timestamp,
}

impl World {
    /// Signs in with login, password and, when the account has one, a one-time code. `address` is
    /// where the request came from, for limits on guessing. An account with passkeys and no code given
    /// is answered [`WorldError::PasskeyNeeded`] once the password fits.
    pub async fn sign_in(
        &self,
        login: &str,
        password: &str,
        code: &str,
        (address, label): (&str, &str),
    ) -> Result<SignedIn, WorldError> {
        let login = login_key(login);
        if login.len() > 256 || password.len() > password::MAX_BYTES {
            return Err(WorldError::Unauthenticated);
        }
        self.may_guess(&login, address).await?;
        let place = self.place_to_hash().await?;
        let attempt = self.attempt(&login, address).await?;
        let tried = self.shown_at_sign_in(&login, (password, code), place);
        let tried = tried.await;
        attempt
            .ended(matches!(tried, Err(WorldError::Unauthenticated)))
            .await?;
        let (account, shown) = tried?;
        self.guessed_right(&login, address).await?;
        self.start_session(account, shown, label).await
    }

    /// The account that login, password and code are of, and whether a second factor was among them.
    async fn shown_at_sign_in(
        &self,
        login: &str,
        (password, code): (&str, &str),
        place: Place,
    ) -> Result<(AccountId, bool), WorldError> {
        let account = self.find_any::<Account>(LOGIN_SPACE, login).await?;
        let active = account.filter(|account| account.state.is_active());
        let stored = active.as_ref().and_then(|a| a.state.password.clone());
        let fits = place.verify(password.to_owned(), stored).await;
        let account = active.filter(|_| fits).ok_or(WorldError::Unauthenticated)?;
        let by_code = account.state.totp.is_some() && !code.trim().is_empty();
        if !by_code && !account.state.passkeys.is_empty() {
            let ticket = self.passkey_ticket(account.id.cast()).await?;
            return Err(WorldError::PasskeyNeeded(ticket));
        }
        let shown = self.second_factor(&account, code).await?;
        let shown = shown.ok_or(WorldError::Unauthenticated)?;
        Ok((account.id.cast(), shown))
    }

    /// `Some(true)` when a second factor was shown and fits, `Some(false)` when the account has none,
    /// `None` when it has one and the code does not fit or was used before.
    pub(super) async fn second_factor(
        &self,
        account: &Loaded<Account>,
        code: &str,
    ) -> Result<Option<bool>, WorldError> {
        let Some(sealed) = &account.state.totp else {
            return Ok(Some(false));
        };
        let secret: String = self.open_secret("totp", sealed)?;
        let now = self.now();
        let Some(step) = second_factor::step_of(&secret, code, now) else {
            return Ok(None);
        };
        // Each step's code counts once; its memory may go after the window it is valid in.
        let used = self.keys().sessions().derive("code");
        let key = hex::encode(used.tag(format!("{}/{step}", account.id).as_bytes()));
        let until = now + SignedDuration::from_mins(5);
        let uses = self.store().kv_count("totp", &key, now, until).await?;
        Ok((uses == 1).then_some(true))
    }

    /// Starts a session for an account whose owner was recognised another way (OpenID Connect,
    /// passkey, the demo's front page).
    pub async fn start_session(
        &self,
        account: AccountId,
        second_factor: bool,
        label: &str,
    ) -> Result<SignedIn, WorldError> {
        let now = self.now();
        let secret: [u8; 32] = self.rng().bytes();
        let token = format!("{}.{}", account.uuid().simple(), hex::encode(secret));
        let hours = i64::from(self.settings().session_max_hours);
        let expires = now + SignedDuration::from_hours(hours);
        let number: [u8; 6] = self.rng().bytes();
        let info = SessionInfo {
            number: hex::encode(number),
            started: now,
            seen: now,
            second_factor_at: second_factor.then_some(now),
            label: label
                .chars()
                .filter(|c| !c.is_control())
                .take(160)
                .collect(),
            acting_for: None,
            expires,
        };
        self.keep_session(&self.session_key(account, &token), &info)
            .await?;
        Ok(SignedIn {
            token,
            account,
            second_factor,
            expires,
        })
    }

    /// Shows password and second factor again, for acts that need them fresh. Failures count against this
    /// session alone: nobody outside it keeps its owner from it.
    pub async fn step_up(&self, token: &str, password: &str, code: &str) -> Result<(), WorldError> {
        let (account_id, mut info, key) = self.session(token).await?;
        let place = self.place_to_hash().await?;
        let attempt = self.attempt_in(&info.number).await?;
        let tried = self.shown_again(account_id, (password, code), place).await;
        attempt
            .ended(matches!(tried, Err(WorldError::Unauthenticated)))
            .await?;
        tried?;
        info.second_factor_at = Some(self.now());
        self.keep_session(&key, &info).await
    }

    async fn shown_again(
        &self,
        account: AccountId,
        (password, code): (&str, &str),
        place: Place,
    ) -> Result<(), WorldError> {
        let account = self.load::<Account>(account.cast()).await?;
        let account = account.ok_or(WorldError::Unauthenticated)?;
        let stored = account.state.password.clone();
        if !place.verify(password.to_owned(), stored).await {
            return Err(WorldError::Unauthenticated);
        }
        match self.second_factor(&account, code).await? {
            Some(true) => Ok(()),
            Some(false) => Err(WorldError::Denied("why-not-second-factor")),
            None => Err(WorldError::Unauthenticated),
        }
    }

    /// Enrolling needs a fresh second factor, or where there is none yet a session begun lately: who
    /// finds an open session must not put their own key in.
    pub async fn signed_in_lately(&self, caller: &Caller) -> Result<(), WorldError> {
        let account = caller.account.as_ref().ok_or(WorldError::Unauthenticated)?;
        fresh_if_any(caller, account)?;
        if account.state.has_second_factor() {
            return Ok(());
        }
        let sessions = self.sessions(caller).await?;
        let mut here = sessions
            .iter()
            .filter(|info| Some(&info.number) == caller.session.as_ref());
        let since = here
            .next()
            .map(|info| self.now().duration_since(info.started));
        if since.is_some_and(|since| since.as_mins() <= FRESH_MINUTES) {
            return Ok(());
        }
        Err(WorldError::refused(
            "error-session-old",
            "the session began more than 15 minutes ago; sign out and in again first",
        ))
    }

    /// The caller behind a session token, with the session's own facts.
    pub async fn resume(&self, token: &str) -> Result<(Caller, SessionInfo), WorldError> {
        let (account, mut info, key) = self.session(token).await?;
        let now = self.now();
        if now.duration_since(info.seen).as_secs() >= SEEN_EVERY_S {
            info.seen = now;
            self.keep_session(&key, &info).await?;
        }
        let number = Some(info.number.clone());
        let mut caller = self.person(account, info.second_factor_at, number).await?;
        if let Some(principal) = info.acting_for {
            // Powers that ended leave the person with the own ones.
            match self.on_behalf(caller.clone(), principal).await {
                Ok(acting) => caller = acting,
                Err(WorldError::Denied(_) | WorldError::NotFound(_)) => info.acting_for = None,
                Err(error) => return Err(error),
            }
        }
        Ok((caller, info))
    }

    /// What forms are bound to that were given to the session of this token: known as long as the token is,
    /// also when the session has ended.
    pub fn form_binding(&self, token: &str) -> String {
        hex::encode(self.keys().token.derive("form").tag(token.as_bytes()))
    }

    /// Whose session a token says that it was. Anybody can write such a token: what came with it counts only
    /// when a form bound to it did too.
    pub fn claimed_account(token: &str) -> Option<AccountId> {
        split(token).map(|(account, _)| account)
    }

    /// Whether the caller may manage the own sessions and secrets.
    pub(crate) fn allow_own_session(&self, caller: &Caller) -> Result<(), WorldError> {
        let account = caller.account_id()?;
        let own = Resource::any("session").of_account(account);
        self.allow(caller, Action::SessionOwn, &own)
    }

    /// Whether the caller may change the own password: the one thing open to who has a temporary one.
    pub(crate) fn allow_own_password(&self, caller: &Caller) -> Result<(), WorldError> {
        let own = Resource::any("account").of_account(caller.account_id()?);
        self.allow(caller, Action::PasswordOwn, &own)
    }

    /// Has the session of this token act for another party from now on, or for the own one again.
    pub async fn act_for(&self, token: &str, principal: Option<PartyId>) -> Result<(), WorldError> {
        let (account, mut info, key) = self.session(token).await?;
        if let Some(principal) = principal {
            let caller = self.person(account, info.second_factor_at, None).await?;
            self.on_behalf(caller, principal).await?;
        }
        info.acting_for = principal;
        self.keep_session(&key, &info).await
    }

    /// The caller's sessions, newest use first.
    pub async fn sessions(&self, caller: &Caller) -> Result<Vec<SessionInfo>, WorldError> {
        self.allow_own_session(caller)?;
        let prefix = self.session_prefix(caller.account_id()?);
        let rows = self.store().kv_list(SPACE, &prefix, self.now()).await?;
        let infos = rows.into_iter();
        let infos = infos.map(|(key, value)| self.open_session_value(&key, &value));
        let mut infos: Vec<SessionInfo> = infos.collect::<Result<_, _>>()?;
        infos.sort_by_key(|info| std::cmp::Reverse(info.seen));
        Ok(infos)
    }

    /// Ends one of the caller's sessions, by its number.
    pub async fn end_session(&self, caller: &Caller, number: &str) -> Result<(), WorldError> {
        self.allow_own_session(caller)?;
        self.end_sessions_of(caller.account_id()?, |info| info.number == number)
            .await
    }

    /// Ends all of the caller's sessions but the one this call came through.
    pub async fn end_other_sessions(&self, caller: &Caller) -> Result<(), WorldError> {
        self.allow_own_session(caller)?;
        let here = caller.session.clone();
        self.end_sessions_of(caller.account_id()?, |info| {
            Some(&info.number) != here.as_ref()
        })
        .await
    }

    /// Ends the session of this token, if there is one.
    pub async fn sign_out(&self, token: &str) -> Result<(), WorldError> {
        if let Some((account, _)) = split(token) {
            let key = self.session_key(account, token);
            self.store().kv_take(SPACE, &key, self.now()).await?;
        }
        Ok(())
    }

    /// Ends sessions of an account: when its password changes, it is disabled, or its owner asks.
    pub(crate) async fn end_sessions_of(
        &self,
        account: AccountId,
        which: impl Fn(&SessionInfo) -> bool,
    ) -> Result<(), WorldError> {
        let prefix = self.session_prefix(account);
        let now = self.now();
        for (key, value) in self.store().kv_list(SPACE, &prefix, now).await? {
            let info: SessionInfo = self.open_session_value(&key, &value)?;
            if which(&info) {
                self.store().kv_take(SPACE, &key, now).await?;
            }
        }
        Ok(())
    }

    pub(super) async fn session(
        &self,
        token: &str,
    ) -> Result<(AccountId, SessionInfo, String), WorldError> {
        let (account, _) = split(token).ok_or(WorldError::Unauthenticated)?;
        let key = self.session_key(account, token);
        let now = self.now();
        let value = self.store().kv_get(SPACE, &key, now).await?;
        let value = value.ok_or(WorldError::Unauthenticated)?;
        let info: SessionInfo = self.open_session_value(&key, &value)?;
        Ok((account, info, key))
    }

    pub(super) async fn keep_session(
        &self,
        key: &str,
        info: &SessionInfo,
    ) -> Result<(), WorldError> {
        let idle = SignedDuration::from_hours(i64::from(self.settings().session_idle_hours));
        let expires = info.expires.min(self.now() + idle);
        let value = self.sealed_session_value(key, info)?;
        self.store().kv_put(SPACE, key, value, expires).await?;
        Ok(())
    }

    /// What signing in leaves behind, sealed for its key in the store.
    pub(super) fn sealed_session_value(
        &self,
        key: &str,
        value: &impl Serialize,
    ) -> Result<serde_json::Value, WorldError> {
        let plain = serde_json::to_vec(value).map_err(WorldError::encoding)?;
        let sessions = self.keys().sessions();
        Ok(self.sealed_value(&sessions, key.as_bytes(), &plain))
    }

    /// The same again.
    pub(super) fn open_session_value<T: DeserializeOwned>(
        &self,
        key: &str,
        value: &serde_json::Value,
    ) -> Result<T, WorldError> {
        let plain = opened_value(&self.keys().sessions(), key.as_bytes(), value)?;
        serde_json::from_slice(&plain).map_err(WorldError::encoding)
    }

    /// What is stored of a token: a keyed tag, so that a copy of the database opens no session.
    fn session_key(&self, account: AccountId, token: &str) -> String {
        let tag = self.keys().token.derive("session").tag(token.as_bytes());
        format!("{}{}", self.session_prefix(account), hex::encode(tag))
    }

    /// Where the sessions of an account stand: whose they are nobody reads in a copy of the database, where the
    /// time of the last use stands beside what was handed in at that moment.
    fn session_prefix(&self, account: AccountId) -> String {
        let tag = self.keys().sessions().derive("of").tag(account.bytes());
        format!("{}/", hex::encode(tag))
    }

    /// Seals a small secret of an account (a one-time-password secret).
    pub(crate) fn seal_secret(&self, purpose: &str, secret: &str) -> SealedBytes {
        let key = self.keys().token.derive(purpose);
        SealedBytes::new(key.seal(self.rng(), purpose.as_bytes(), secret.as_bytes()))
    }

    /// Opens what [`World::seal_secret`] gave.
    pub(crate) fn open_secret(
        &self,
        purpose: &str,
        sealed: &SealedBytes,
    ) -> Result<String, WorldError> {
        let key = self.keys().token.derive(purpose);
        let plain = key.open(purpose.as_bytes(), sealed.bytes())?;
        String::from_utf8(plain).map_err(WorldError::encoding)
    }
}

fn split(token: &str) -> Option<(AccountId, &str)> {
    let (account, secret) = token.split_once('.')?;
    if account.len() != 32 || secret.len() != 64 {
        return None;
    }
    let account: AccountId = account.parse::<Id<_>>().ok()?;
    Some((account, secret))
}
