//! What may be done with an account.

use std::collections::BTreeSet;

use kaname_kernel::Role;

use super::{Account, AccountChange, NewAccount, OidcIdentity, Passkey};
use crate::{
    party::{Party, PublicKey, PublicKeyKind},
    refused::{Refused, Why, at_most},
    secret::SealedBytes,
    text::{BadText, Lang, Line, MailAddress, Name2, Paragraph},
};

/// Longest PHC string taken, in bytes.
pub const PASSWORD_HASH_MAX: usize = 512;
const CREDENTIAL_MAX: usize = 16 * 1024;

impl Account {
    /// Opens an account for a person of `party`.
    pub fn open(new: NewAccount, party: &Party) -> Result<AccountChange, Refused> {
        if new.party != party.id {
            return Refused::state("open account", Why::OtherParty);
        }
        if party.span.until.is_some() {
            return Refused::state("open account", Why::PartyRetired);
        }
        check_roles("open account", &new.roles, party)?;
        Ok(AccountChange::Opened(new))
    }

    /// Changes title, language and address.
    pub fn describe(
        &self,
        title: Name2,
        lang: Lang,
        mail: Option<MailAddress>,
    ) -> Result<AccountChange, Refused> {
        Ok(AccountChange::Described { title, lang, mail })
    }

    /// Replaces the roles.
    pub fn set_roles(
        &self,
        roles: BTreeSet<Role>,
        party: &Party,
    ) -> Result<AccountChange, Refused> {
        if self.party != party.id {
            return Refused::state("set roles", Why::OtherParty);
        }
        check_roles("set roles", &roles, party)?;
        Ok(AccountChange::RolesSet { roles })
    }

    /// Sets a password, given its argon2id hash. `temporary` when another than its owner sets it.
    pub fn set_password(&self, hash: String, temporary: bool) -> Result<AccountChange, Refused> {
        if hash.len() > PASSWORD_HASH_MAX || !hash.starts_with("$argon2id$") {
            return Err(BadText {
                field: "account.password",
                what: "is not an argon2id hash",
                limit: "a PHC string of at most 512 bytes",
            }
            .into());
        }
        Ok(AccountChange::PasswordSet { hash, temporary })
    }

    /// Sets the TOTP secret, once its first code was right.
    pub fn set_totp(&self, secret: SealedBytes) -> Result<AccountChange, Refused> {
        at_most("account.totp", secret.bytes().len(), 256)?;
        Ok(AccountChange::TotpSet { secret })
    }

    /// Takes the TOTP secret away.
    pub fn remove_totp(&self) -> Result<AccountChange, Refused> {
        if self.totp.is_none() {
            return Refused::state("remove TOTP", Why::NoneSet);
        }
        self.keeps_a_factor("remove TOTP", self.passkeys.len())?;
        Ok(AccountChange::TotpRemoved)
    }

    /// Adds a passkey.
    pub fn add_passkey(&self, passkey: Passkey) -> Result<AccountChange, Refused> {
        at_most("account.passkeys", self.passkeys.len() + 1, 10)?;
        at_most(
            "passkey.credential",
            passkey.credential.to_string().len(),
            CREDENTIAL_MAX,
        )?;
        if self.passkeys.iter().any(|held| held.id == passkey.id) {
            return Refused::state("add passkey", Why::AlreadyAdded);
        }
        Ok(AccountChange::PasskeyAdded(passkey))
    }

    /// Takes a passkey away.
    pub fn remove_passkey(&self, id: Line) -> Result<AccountChange, Refused> {
        self.has_passkey("remove passkey", &id)?;
        let others = self.passkeys.len() - 1;
        self.keeps_a_factor("remove passkey", others + usize::from(self.totp.is_some()))?;
        Ok(AccountChange::PasskeyRemoved { id })
    }

    /// Links an identity at an OpenID provider. That no other account has it is the store's check.
    pub fn link_oidc(&self, identity: OidcIdentity) -> Result<AccountChange, Refused> {
        at_most("account.oidc", self.oidc.len() + 1, 5)?;
        if self.oidc.contains(&identity) {
            return Refused::state("link identity", Why::AlreadyLinked);
        }
        Ok(AccountChange::OidcLinked(identity))
    }

    /// Cuts the link.
    pub fn unlink_oidc(&self, identity: OidcIdentity) -> Result<AccountChange, Refused> {
        if !self.oidc.contains(&identity) {
            return Refused::state("unlink identity", Why::NotLinked);
        }
        Ok(AccountChange::OidcUnlinked(identity))
    }

    /// Sets the OpenPGP key that mail to the person is encrypted to.
    pub fn set_key(&self, key: PublicKey) -> Result<AccountChange, Refused> {
        if key.kind() != PublicKeyKind::Openpgp {
            return Err(BadText {
                field: "account.key",
                what: "is not an OpenPGP key",
                limit: "an armoured OpenPGP public key",
            }
            .into());
        }
        Ok(AccountChange::KeySet(key))
    }

    /// Takes that key away.
    pub fn remove_key(&self) -> Result<AccountChange, Refused> {
        if self.openpgp.is_none() {
            return Refused::state("remove key", Why::NoneSet);
        }
        Ok(AccountChange::KeyRemoved)
    }

    /// Shuts the person out.
    pub fn disable(&self, reason: Paragraph) -> Result<AccountChange, Refused> {
        if !self.is_active() {
            return Refused::state("disable account", Why::AlreadyDisabled);
        }
        Ok(AccountChange::Disabled { reason })
    }

    /// Lets the person in again.
    pub fn enable(&self) -> Result<AccountChange, Refused> {
        if self.is_active() {
            return Refused::state("enable account", Why::NotDisabled);
        }
        Ok(AccountChange::Enabled)
    }

    fn has_passkey(&self, what: &'static str, id: &Line) -> Result<(), Refused> {
        if !self.passkeys.iter().any(|held| held.id == *id) {
            return Refused::state(what, Why::NotThisAccounts);
        }
        Ok(())
    }

    /// Officers can't go without a second factor: release and administration need one.
    fn keeps_a_factor(&self, what: &'static str, left: usize) -> Result<(), Refused> {
        if left == 0 && self.has_officer_role() {
            return Refused::state(what, Why::OfficerWithoutFactor);
        }
        Ok(())
    }
}

fn check_roles(what: &'static str, roles: &BTreeSet<Role>, party: &Party) -> Result<(), Refused> {
    if roles.is_empty() {
        return Refused::state(what, Why::NoRole);
    }
    if !party.is_hub() && roles.iter().any(|role| role.is_officer()) {
        return Refused::state(what, Why::OfficerOutsideHub);
    }
    // A steward sets roles in the own party: in the hub's, that would be a way to make officers.
    if party.is_hub() && roles.contains(&Role::Steward) {
        return Refused::state(what, Why::StewardOfHub);
    }
    Ok(())
}
