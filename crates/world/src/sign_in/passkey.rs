//! Passkeys (Web Authentication): as the second factor after a password, as the whole sign-in, and to
//! show oneself again. Every challenge is kept for five minutes and answered once.

mod used;
mod webauthn;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use jiff::{SignedDuration, Timestamp};
use kaname_directory::{Account, Line, Passkey};
use kaname_kernel::AccountId;
use serde::{Deserialize, Serialize};

#[cfg(feature = "fixture")]
pub use self::webauthn::reads_as_passkey;
use self::webauthn::{Client, refused};
pub use self::webauthn::{Made, RelyingParty, Shown};
use super::{SignedIn, signature::COSE_ALGORITHMS};
use crate::{caller::Caller, directory::account::fresh_if_any, error::WorldError, world::World};

const CHALLENGES: &str = "passkey";
const ASKED: &str = "passkey_asked";
const TICKETS: &str = "passkey_ticket";
/// How long a challenge or ticket waits for its answer.
const PATIENCE: SignedDuration = SignedDuration::from_mins(5);
/// Most challenges for one address within 15 minutes: an office has many people behind one.
const MOST_ASKED: u64 = 300;

/// What a passkey is asked for.
#[derive(Debug, Clone, Copy)]
pub enum Ask<'a> {
    /// To sign in, whoever it is.
    SignIn,
    /// As the second factor, by whoever holds the ticket that a right password gave.
    Second(&'a str),
    /// Again, by who is signed in.
    Again(&'a Caller),
    /// A new one.
    Enrol(&'a Caller),
}

/// What the browser hands to the authenticator.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PasskeyQuestion {
    /// 32 random bytes, base64url.
    pub challenge: String,
    /// Name of the site.
    pub rp: String,
    /// `required` or `preferred`: whether the device asks who is there.
    pub verify: &'static str,
    /// Credential ids: which may answer, or which there are already.
    pub known: Vec<String>,
    /// For whom a new one is made.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user: Option<PasskeyUser>,
    /// COSE algorithms of a new one, best first.
    pub algorithms: [i64; 3],
    /// How long it may take, in milliseconds.
    pub timeout_ms: i64,
}

/// For whom a passkey is made, as authenticators list it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PasskeyUser {
    /// The account's 16 bytes, base64url: tells nothing about the person.
    pub id: String,
    /// Login.
    pub name: String,
    /// Role title.
    pub title: String,
}

/// What its owner sees of a passkey.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PasskeyInfo {
    /// Credential id, base64url.
    pub id: String,
    /// What its owner calls it.
    pub label: String,
    /// When it was added.
    pub added: Timestamp,
    /// When it was last shown.
    pub used: Option<Timestamp>,
    /// Whether it was copied to the owner's other devices.
    pub backed_up: bool,
}

/// What a challenge was given for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "for", rename_all = "snake_case")]
enum Purpose {
    SignIn,
    Second { account: AccountId },
    Again { account: AccountId },
    Enrol { account: AccountId },
}

impl World {
    /// A fresh challenge. Before anyone is known it names no credentials, so that logins can't be
    /// tried out.
    pub async fn ask_passkey(
        &self,
        rp: &RelyingParty,
        ask: Ask<'_>,
        address: &str,
    ) -> Result<PasskeyQuestion, WorldError> {
        self.count_asked(address).await?;
        let (purpose, account) = match ask {
            Ask::SignIn => (Purpose::SignIn, None),
            Ask::Second(ticket) => {
                let held = self
                    .store()
                    .kv_get(TICKETS, bounded(ticket), self.now())
                    .await?;
                let account = account_in(held)?;
                let loaded = self.load::<Account>(account.cast()).await?;
                (Purpose::Second { account }, loaded)
            }
            Ask::Again(caller) => {
                let account = caller.account_id()?;
                (Purpose::Again { account }, caller.account.clone())
            }
            Ask::Enrol(caller) => {
                self.allow_own_session(caller)?;
                let account = caller.account_id()?;
                (Purpose::Enrol { account }, caller.account.clone())
            }
        };
        let bytes: [u8; 32] = self.rng().bytes();
        let challenge = URL_SAFE_NO_PAD.encode(bytes);
        let value = serde_json::to_value(purpose).map_err(WorldError::encoding)?;
        let until = self.now() + PATIENCE;
        self.store()
            .kv_put(CHALLENGES, &challenge, value, until)
            .await?;
        let account = account.as_ref().map(|account| &account.state);
        let enrols = matches!(ask, Ask::Enrol(_));
        Ok(PasskeyQuestion {
            challenge,
            rp: rp.id().to_owned(),
            verify: match ask {
                Ask::SignIn | Ask::Again(_) => "required",
                Ask::Second(_) | Ask::Enrol(_) => "preferred",
            },
            known: account.map(ids).unwrap_or_default(),
            user: account.filter(|_| enrols).map(user),
            algorithms: COSE_ALGORITHMS,
            timeout_ms: 120_000,
        })
    }

    /// Adds a passkey to the caller's account, who showed themselves lately.
    pub async fn add_passkey(
        &self,
        caller: &Caller,
        rp: &RelyingParty,
        label: &str,
        made: &Made,
    ) -> Result<(), WorldError> {
        self.allow_own_session(caller)?;
        let account = caller.account.clone().ok_or(WorldError::Unauthenticated)?;
        self.signed_in_lately(caller).await?;
        let label = Line::parse("passkey.label", label)?;
        let client = Client::read(&made.client_data, "webauthn.create", rp)?;
        let purpose = Purpose::Enrol {
            account: account.id.cast(),
        };
        if self.take_challenge(&client).await? != purpose {
            return answered_before();
        }
        let (id, credential) = webauthn::enrolled(rp, &client, made)?;
        let passkey = Passkey {
            id: Line::parse("passkey.id", &id)?,
            label,
            added: self.now(),
            credential: serde_json::to_value(credential).map_err(WorldError::encoding)?,
        };
        let change = account.state.add_passkey(passkey)?;
        self.keep_account(caller, account, change).await?;
        Ok(())
    }

    /// Takes one of the caller's passkeys away; the other sessions end.
    pub async fn remove_passkey(&self, caller: &Caller, id: &str) -> Result<(), WorldError> {
        self.allow_own_session(caller)?;
        let account = caller.account.clone().ok_or(WorldError::Unauthenticated)?;
        fresh_if_any(caller, &account)?;
        let change = account
            .state
            .remove_passkey(Line::parse("passkey.id", id)?)?;
        self.keep_account(caller, account, change).await?;
        Ok(())
    }

    /// The caller's passkeys, in the order in which they were added.
    pub async fn passkeys(&self, caller: &Caller) -> Result<Vec<PasskeyInfo>, WorldError> {
        let account = caller.account.as_ref().ok_or(WorldError::Unauthenticated)?;
        let mut infos = Vec::new();
        for passkey in &account.state.passkeys {
            let credential = self.credential_of(passkey).await?;
            infos.push(PasskeyInfo {
                id: passkey.id.as_str().to_owned(),
                label: passkey.label.as_str().to_owned(),
                added: passkey.added,
                used: credential.used,
                backed_up: credential.backed_up,
            });
        }
        Ok(infos)
    }

    /// Signs in by a passkey alone: the device verified who is there, so it counts as both factors.
    /// `address` and `label` are those of [`World::sign_in`].
    pub async fn sign_in_with_passkey(
        &self,
        rp: &RelyingParty,
        shown: &Shown,
        (address, label): (&str, &str),
    ) -> Result<SignedIn, WorldError> {
        let attempt = self.attempt_from(address).await?;
        let tried = async {
            let client = Client::read(&shown.client_data, "webauthn.get", rp)?;
            if self.take_challenge(&client).await? != Purpose::SignIn {
                return answered_before();
            }
            let bytes = URL_SAFE_NO_PAD.decode(bounded(&shown.user_handle)).ok();
            let account = bytes.and_then(|bytes| AccountId::from_slice(&bytes));
            let account = account.ok_or(WorldError::Unauthenticated)?;
            self.check_shown(rp, &client, shown, account, true).await?;
            Ok(account)
        };
        let tried = tried.await;
        attempt.ended(is_wrong(&tried)).await?;
        let account = tried?;
        self.start_session(account, true, label).await
    }

    /// What a right password gives when a passkey must follow it: good for five minutes.
    pub(super) async fn passkey_ticket(&self, account: AccountId) -> Result<String, WorldError> {
        let bytes: [u8; 24] = self.rng().bytes();
        let ticket = hex::encode(bytes);
        let value = serde_json::to_value(account).map_err(WorldError::encoding)?;
        let until = self.now() + PATIENCE;
        self.store().kv_put(TICKETS, &ticket, value, until).await?;
        Ok(ticket)
    }

    /// Ends a sign-in that began with a password ([`WorldError::PasskeyNeeded`]): ticket and
    /// passkey are of one account. A ticket is good for one answer, right or wrong.
    pub async fn sign_in_second(
        &self,
        rp: &RelyingParty,
        ticket: &str,
        shown: &Shown,
        (address, label): (&str, &str),
    ) -> Result<SignedIn, WorldError> {
        let attempt = self.attempt_from(address).await?;
        let tried = async {
            let held = self
                .store()
                .kv_take(TICKETS, bounded(ticket), self.now())
                .await?;
            let account = account_in(held)?;
            let client = Client::read(&shown.client_data, "webauthn.get", rp)?;
            if self.take_challenge(&client).await? != (Purpose::Second { account }) {
                return answered_before();
            }
            self.check_shown(rp, &client, shown, account, false).await?;
            Ok(account)
        };
        let tried = tried.await;
        attempt.ended(is_wrong(&tried)).await?;
        let account = tried?;
        self.start_session(account, true, label).await
    }

    /// Shows a passkey again in the session of this token, for acts that need a fresh second factor.
    pub async fn step_up_with_passkey(
        &self,
        rp: &RelyingParty,
        token: &str,
        shown: &Shown,
    ) -> Result<(), WorldError> {
        let (account, mut info, key) = self.session(token).await?;
        let attempt = self.attempt_in(&info.number).await?;
        let tried = async {
            let client = Client::read(&shown.client_data, "webauthn.get", rp)?;
            if self.take_challenge(&client).await? != (Purpose::Again { account }) {
                return answered_before();
            }
            self.check_shown(rp, &client, shown, account, true).await
        };
        let tried = tried.await;
        attempt.ended(is_wrong(&tried)).await?;
        tried?;
        info.second_factor_at = Some(self.now());
        self.keep_session(&key, &info).await
    }

    /// Checks the answer against one account's passkey and remembers its use.
    async fn check_shown(
        &self,
        rp: &RelyingParty,
        client: &Client,
        shown: &Shown,
        account: AccountId,
        verified: bool,
    ) -> Result<(), WorldError> {
        let caller = self.person(account, None, None).await?;
        let account = caller.account.clone().ok_or(WorldError::Unauthenticated)?;
        let mut held = account.state.passkeys.iter();
        let held = held.find(|passkey| passkey.id.as_str() == shown.id.trim_end_matches('='));
        let held = held.ok_or(WorldError::Unauthenticated)?;
        let credential = self.credential_of(held).await?;
        let used = webauthn::shown(rp, client, shown, credential, verified, self.now());
        if let Err(WorldError::Refused {
            key: "error-passkey-cloned",
            ..
        }) = &used
        {
            tracing::warn!(account = %account.id, passkey = %held.id, "a passkey's counter went back");
        }
        self.keep_use(held, &used?).await
    }

    async fn take_challenge(&self, client: &Client) -> Result<Purpose, WorldError> {
        let challenge = bounded(client.challenge());
        match self
            .store()
            .kv_take(CHALLENGES, challenge, self.now())
            .await?
        {
            Some(value) => serde_json::from_value(value).map_err(WorldError::encoding),
            None => answered_before(),
        }
    }

    async fn count_asked(&self, address: &str) -> Result<(), WorldError> {
        let now = self.now();
        let minutes = SignedDuration::from_mins(15);
        let count = self
            .store()
            .kv_count(ASKED, address, now, now + minutes)
            .await?;
        if count > MOST_ASKED {
            return Err(WorldError::TooMany(minutes.as_secs().unsigned_abs()));
        }
        Ok(())
    }
}

/// Whether the answer was one that somebody who guesses gives.
fn is_wrong<T>(tried: &Result<T, WorldError>) -> bool {
    matches!(
        tried,
        Err(WorldError::Unauthenticated | WorldError::Refused { .. })
    )
}

fn answered_before<T>() -> Result<T, WorldError> {
    refused(
        "error-passkey-challenge",
        "the question was answered before, is older than five minutes, or was another",
    )
}

/// Keys of the store are short; what is longer is none of ours.
fn bounded(key: &str) -> &str {
    if key.len() <= 64 { key } else { "" }
}

fn account_in(held: Option<serde_json::Value>) -> Result<AccountId, WorldError> {
    match held {
        Some(value) => serde_json::from_value(value).map_err(WorldError::encoding),
        None => answered_before(),
    }
}

fn ids(account: &Account) -> Vec<String> {
    let ids = account
        .passkeys
        .iter()
        .map(|passkey| passkey.id.as_str().to_owned());
    ids.collect()
}

fn user(account: &Account) -> PasskeyUser {
    PasskeyUser {
        id: URL_SAFE_NO_PAD.encode(account.id.uuid().as_bytes()),
        name: account.login.as_str().to_owned(),
        title: account.title.get(account.lang).to_owned(),
    }
}
