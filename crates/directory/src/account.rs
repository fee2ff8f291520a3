//! An account: a person of a party, by role title, and how that person proves to be the one.

mod command;

use std::collections::BTreeSet;

use jiff::Timestamp;
use kaname_kernel::{
    AccountId, Audience, Clause, Matter, Moment, PartyId, Projection, Role, Unfit, audience::Term,
    fold::fold,
};
use serde::{Deserialize, Serialize};
use serde_json::Value;

pub use self::command::PASSWORD_HASH_MAX;
use crate::{
    party::PublicKey,
    secret::SealedBytes,
    text::{Lang, Line, Login, MailAddress, Name2, Paragraph},
};

/// Lookup space of login names.
pub const LOGIN_SPACE: &str = "login";
/// Lookup space of identities at OpenID providers; keys from [`oidc_key`].
pub const OIDC_SPACE: &str = "oidc";

/// Lookup space of passkeys, by credential id: one belongs to one account.
pub const PASSKEY_SPACE: &str = "passkey";

/// Key of an identity in [`OIDC_SPACE`]. Subjects are case-sensitive (OpenID Connect Core 1.0 §2).
pub fn oidc_key(issuer: &str, subject: &str) -> String {
    format!("{issuer} {subject}")
}

/// The login as it stands in [`LOGIN_SPACE`], for a look-up of whatever a person typed.
pub fn login_key(typed: &str) -> String {
    let end = typed
        .char_indices()
        .nth(200)
        .map_or(typed.len(), |(at, _)| at);
    fold(typed[..end].trim())
}

/// What an account is opened with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewAccount {
    /// What the person signs in with.
    pub login: Login,
    /// Role title shown to others.
    pub title: Name2,
    /// The party the person belongs to.
    pub party: PartyId,
    /// What the person is there for.
    pub roles: BTreeSet<Role>,
    /// Language of pages and mails.
    pub lang: Lang,
    /// Where personal notices go.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mail: Option<MailAddress>,
}

/// A passkey (WebAuthn credential).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Passkey {
    /// Credential id, base64url.
    pub id: Line,
    /// What its owner calls it.
    pub label: Line,
    /// When it was added.
    pub added: Timestamp,
    /// The credential as the WebAuthn library keeps it.
    pub credential: Value,
}

/// An identity at an OpenID provider.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OidcIdentity {
    /// The provider's issuer URL.
    pub issuer: Line,
    /// Subject there.
    pub subject: Line,
}

/// An account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    /// Its id.
    pub id: AccountId,
    /// What the person signs in with.
    pub login: Login,
    /// Role title shown to others.
    pub title: Name2,
    /// The party the person belongs to.
    pub party: PartyId,
    /// What the person is there for.
    pub roles: BTreeSet<Role>,
    /// Language of pages and mails.
    pub lang: Lang,
    /// Where personal notices go.
    pub mail: Option<MailAddress>,
    /// Argon2id hash in PHC form; `None` before the first is set.
    pub password: Option<String>,
    /// Whether someone else set the password, so that it has to be changed at the next sign-in.
    pub password_is_temporary: bool,
    /// TOTP secret (RFC 6238), sealed by the world's key.
    pub totp: Option<SealedBytes>,
    /// Passkeys, at most 10.
    pub passkeys: Vec<Passkey>,
    /// Identities at OpenID providers, at most 5.
    pub oidc: Vec<OidcIdentity>,
    /// OpenPGP key that mail to the person is encrypted to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub openpgp: Option<PublicKey>,
    /// Why and since when it may not sign in.
    pub disabled: Option<Disabled>,
    /// When it was opened.
    pub opened: Timestamp,
}

/// Why an account may not sign in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Disabled {
    /// Since when.
    pub since: Timestamp,
    /// Why.
    pub reason: Paragraph,
}

/// What can happen to an account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "change", rename_all = "snake_case")]
pub enum AccountChange {
    /// It was opened.
    Opened(NewAccount),
    /// Title, language or address changed.
    Described {
        /// Role title.
        title: Name2,
        /// Language.
        lang: Lang,
        /// Where personal notices go.
        mail: Option<MailAddress>,
    },
    /// The roles were replaced.
    RolesSet {
        /// All of them.
        roles: BTreeSet<Role>,
    },
    /// A password was set.
    PasswordSet {
        /// PHC form.
        hash: String,
        /// Whether it must be changed at the next sign-in.
        temporary: bool,
    },
    /// A TOTP secret was confirmed.
    TotpSet {
        /// Sealed by the world's key.
        secret: SealedBytes,
    },
    /// The TOTP secret was taken away.
    TotpRemoved,
    /// A passkey was added.
    PasskeyAdded(Passkey),
    /// A passkey was taken away.
    PasskeyRemoved {
        /// Credential id.
        id: Line,
    },
    /// An identity at an OpenID provider was linked.
    OidcLinked(OidcIdentity),
    /// The link was cut.
    OidcUnlinked(OidcIdentity),
    /// A key for mail was set, in the place of any before.
    KeySet(PublicKey),
    /// The key for mail was taken away.
    KeyRemoved,
    /// It may not sign in any more.
    Disabled {
        /// Why.
        reason: Paragraph,
    },
    /// It may sign in again.
    Enabled,
}

impl AccountChange {
    /// Whether it may change what the person can see: the policy epoch must be raised.
    pub const fn moves_epoch(&self) -> bool {
        matches!(
            self,
            Self::Opened(_) | Self::RolesSet { .. } | Self::Disabled { .. } | Self::Enabled
        )
    }

    /// Whether running sessions of the account must end.
    pub const fn ends_sessions(&self) -> bool {
        matches!(
            self,
            Self::Disabled { .. }
                | Self::PasswordSet { .. }
                | Self::TotpRemoved
                | Self::PasskeyRemoved { .. }
        )
    }
}

impl Account {
    /// Whether it has any second factor.
    pub fn has_second_factor(&self) -> bool {
        self.totp.is_some() || !self.passkeys.is_empty()
    }

    /// Whether it may sign in.
    pub const fn is_active(&self) -> bool {
        self.disabled.is_none()
    }

    /// Whether one of its roles makes it an officer, were its party the hub's.
    pub fn has_officer_role(&self) -> bool {
        self.roles.iter().any(|role| role.is_officer())
    }
}

impl Matter for Account {
    const KIND: &'static str = "account";
    type Change = AccountChange;

    fn name(change: &AccountChange) -> &'static str {
        match change {
            AccountChange::Opened(_) => "opened",
            AccountChange::Described { .. } => "described",
            AccountChange::RolesSet { .. } => "roles_set",
            AccountChange::PasswordSet { .. } => "password_set",
            AccountChange::TotpSet { .. } => "totp_set",
            AccountChange::TotpRemoved => "totp_removed",
            AccountChange::PasskeyAdded(_) => "passkey_added",
            AccountChange::PasskeyRemoved { .. } => "passkey_removed",
            AccountChange::OidcLinked(_) => "oidc_linked",
            AccountChange::OidcUnlinked(_) => "oidc_unlinked",
            AccountChange::KeySet(_) => "key_set",
            AccountChange::KeyRemoved => "key_removed",
            AccountChange::Disabled { .. } => "disabled",
            AccountChange::Enabled => "enabled",
        }
    }

    fn begin(change: &AccountChange, at: &Moment<'_>) -> Result<Self, Unfit> {
        let AccountChange::Opened(new) = change else {
            return Err(at.unfit::<Self>("an account begins by being opened"));
        };
        Ok(Self {
            id: at.matter.cast(),
            login: new.login.clone(),
            title: new.title.clone(),
            party: new.party,
            roles: new.roles.clone(),
            lang: new.lang,
            mail: new.mail.clone(),
            password: None,
            password_is_temporary: false,
            totp: None,
            passkeys: Vec::new(),
            oidc: Vec::new(),
            openpgp: None,
            disabled: None,
            opened: at.recorded,
        })
    }

    fn apply(&mut self, change: &AccountChange, at: &Moment<'_>) -> Result<(), Unfit> {
        match change {
            AccountChange::Opened(_) => return Err(at.unfit::<Self>("opened twice")),
            AccountChange::Described { title, lang, mail } => {
                self.title = title.clone();
                self.lang = *lang;
                self.mail = mail.clone();
            }
            AccountChange::RolesSet { roles } => self.roles = roles.clone(),
            AccountChange::PasswordSet { hash, temporary } => {
                self.password = Some(hash.clone());
                self.password_is_temporary = *temporary;
            }
            AccountChange::TotpSet { secret } => self.totp = Some(secret.clone()),
            AccountChange::TotpRemoved => self.totp = None,
            AccountChange::PasskeyAdded(passkey) => self.passkeys.push(passkey.clone()),
            AccountChange::PasskeyRemoved { id } => self.passkeys.retain(|held| held.id != *id),
            AccountChange::OidcLinked(identity) => self.oidc.push(identity.clone()),
            AccountChange::OidcUnlinked(identity) => self.oidc.retain(|held| held != identity),
            AccountChange::KeySet(key) => self.openpgp = Some(key.clone()),
            AccountChange::KeyRemoved => self.openpgp = None,
            AccountChange::Disabled { reason } => {
                let (since, reason) = (at.recorded, reason.clone());
                self.disabled = Some(Disabled { since, reason });
            }
            AccountChange::Enabled => self.disabled = None,
        }
        Ok(())
    }

    /// Seen by the officers, the person and the own party. The login stays taken when disabled, so
    /// that no one else is later mistaken for its holder.
    fn project(&self) -> Projection {
        let seen_by = [
            Term::Officer,
            Term::Person(self.id),
            Term::Party(self.party),
        ];
        let mut lookups = vec![(LOGIN_SPACE.to_owned(), self.login.as_str().to_owned())];
        lookups.extend(self.oidc.iter().map(|identity| {
            let key = oidc_key(identity.issuer.as_str(), identity.subject.as_str());
            (OIDC_SPACE.to_owned(), key)
        }));
        let passkeys = self.passkeys.iter().map(|held| held.id.as_str().to_owned());
        lookups.extend(passkeys.map(|id| (PASSKEY_SPACE.to_owned(), id)));
        let text = [
            self.login.as_str(),
            self.title.ja.as_str(),
            self.title.en.as_str(),
        ];
        Projection {
            audience: Audience::everyone().and(Clause::any(seen_by)),
            owner: Some(self.party.cast()),
            text: text.join(" "),
            lookups,
            ..Projection::officers(
                if self.is_active() {
                    "active"
                } else {
                    "disabled"
                },
                self.opened,
            )
        }
    }
}
