//! What may be done with a party. Each command decides on the state and gives the change, or says why
//! not; it never changes anything itself.

use std::collections::BTreeSet;

use jiff::{Timestamp, civil::Date};
use kaname_kernel::{AccountId, PartyId};

use super::{
    Contact, Delegation, Description, DutyAcceptance, Membership, Notify, Party, PartyChange,
    PublicKey, Registration,
};
use crate::{
    catalogue::Catalogue,
    dated::{Span, day_of},
    refused::{Refused, Why, at_most},
    text::{Domain, DutyCode, Network, Paragraph},
};

impl Party {
    /// Registers a party that is not known yet.
    pub fn register(new: Registration, catalogue: &Catalogue) -> Result<PartyChange, Refused> {
        check_description(&new.description, catalogue)?;
        Ok(PartyChange::Registered(new))
    }

    /// Changes name, aliases and sectors.
    pub fn describe(
        &self,
        new: Description,
        catalogue: &Catalogue,
    ) -> Result<PartyChange, Refused> {
        self.alive("describe party")?;
        check_description(&new, catalogue)?;
        Ok(PartyChange::Described(new))
    }

    /// Replaces the contacts.
    pub fn set_contacts(&self, contacts: Vec<Contact>) -> Result<PartyChange, Refused> {
        self.alive("set contacts")?;
        at_most("party.contacts", contacts.len(), 50)?;
        if contacts
            .iter()
            .any(|c| c.mail.is_none() && c.phone.is_none())
        {
            return Refused::state("set contacts", Why::ContactUnreachable);
        }
        Ok(PartyChange::ContactsSet { contacts })
    }

    /// Replaces the domains and networks that are its own.
    pub fn set_own(
        &self,
        mail_domains: BTreeSet<Domain>,
        networks: BTreeSet<Network>,
    ) -> Result<PartyChange, Refused> {
        self.alive("set own domains and networks")?;
        at_most("party.mail_domains", mail_domains.len(), 200)?;
        at_most("party.networks", networks.len(), 500)?;
        Ok(PartyChange::OwnSet {
            mail_domains,
            networks,
        })
    }

    /// Replaces the public keys.
    pub fn set_public_keys(&self, public_keys: Vec<PublicKey>) -> Result<PartyChange, Refused> {
        self.alive("set public keys")?;
        at_most("party.public_keys", public_keys.len(), 16)?;
        Ok(PartyChange::KeysSet { public_keys })
    }

    /// Sets how it wants to be told.
    pub fn set_notify(&self, notify: Notify) -> Result<PartyChange, Refused> {
        self.alive("set notifications")?;
        Ok(PartyChange::NotifySet(notify))
    }

    /// Makes it a member in some classes; a running membership ends on the day the new one begins.
    pub fn set_membership(
        &self,
        new: Membership,
        catalogue: &Catalogue,
    ) -> Result<PartyChange, Refused> {
        self.alive("set membership")?;
        at_most("party.memberships", self.memberships.len() + 1, 64)?;
        if new.span.is_empty() {
            return Refused::state("set membership", Why::EndsBeforeBegin);
        }
        if new.span.from < self.span.from {
            return Refused::state("set membership", Why::BeforeRegistration);
        }
        if new.classes.is_empty() {
            return Refused::state("set membership", Why::NoClass);
        }
        let day = new.span.from;
        for class in &new.classes {
            if catalogue.class_on(class, day).is_none() {
                let code = class.as_str().to_owned();
                return Err(Refused::NotInForce {
                    field: "membership.classes",
                    code,
                    on: day,
                });
            }
        }
        if self.memberships.iter().any(|held| held.span.from > day) {
            return Refused::state("set membership", Why::LaterMembership);
        }
        Ok(PartyChange::MembershipSet(new))
    }

    /// Ends the membership in force on the day before `on`.
    pub fn end_membership(&self, on: Date) -> Result<PartyChange, Refused> {
        let reaches_over = |held: &Membership| held.span.until.is_none_or(|until| until > on);
        if !self.memberships.iter().any(reaches_over) {
            return Refused::state("end membership", Why::NoMembership);
        }
        Ok(PartyChange::MembershipEnded { on })
    }

    /// Replaces the ISACs it is a member of. That they are ISACs is checked by whoever loads them.
    pub fn set_under(&self, isacs: BTreeSet<PartyId>) -> Result<PartyChange, Refused> {
        self.alive("set ISACs")?;
        at_most("party.under", isacs.len(), 20)?;
        if isacs.contains(&self.id) {
            return Refused::state("set ISACs", Why::MemberOfItself);
        }
        Ok(PartyChange::UnderSet { isacs })
    }

    /// Accepts a duty in the text that is in force now.
    pub fn accept_duty(
        &self,
        catalogue: &Catalogue,
        duty: DutyCode,
        text_version: &str,
        by: AccountId,
        now: Timestamp,
    ) -> Result<PartyChange, Refused> {
        self.alive("accept duty")?;
        at_most("party.duties", self.duties.len() + 1, 200)?;
        let day = day_of(now);
        let Some(text) = catalogue.duty_text_on(&duty, day) else {
            let code = duty.as_str().to_owned();
            return Err(Refused::NotInForce {
                field: "duty",
                code,
                on: day,
            });
        };
        if text.value.version.as_str() != text_version {
            return Refused::state("accept duty", Why::OtherTextVersion);
        }
        let same = |held: &DutyAcceptance| {
            held.duty == duty && held.text_version == text.value.version && held.span.contains(day)
        };
        if self.duties.iter().any(same) {
            return Refused::state("accept duty", Why::AlreadyAccepted);
        }
        Ok(PartyChange::DutyAccepted(DutyAcceptance {
            duty,
            text_version: text.value.version.clone(),
            by,
            at: now,
            span: Span::since(day),
        }))
    }

    /// Releases it from a duty.
    pub fn release_duty(&self, duty: DutyCode, on: Date) -> Result<PartyChange, Refused> {
        let bound = |held: &DutyAcceptance| {
            held.duty == duty && held.span.until.is_none_or(|until| until > on)
        };
        if !self.duties.iter().any(bound) {
            return Refused::state("release from duty", Why::DutyNotBinding);
        }
        Ok(PartyChange::DutyReleased { duty, on })
    }

    /// Takes powers another party gives; former powers from the same party end that day.
    pub fn grant_delegation(&self, granted: Delegation) -> Result<PartyChange, Refused> {
        self.alive("grant delegation")?;
        at_most("party.delegations", self.delegations.len() + 1, 100)?;
        at_most("delegation.scopes", granted.scopes.len(), 50)?;
        if granted.principal == self.id {
            return Refused::state("grant delegation", Why::PowerFromItself);
        }
        if granted.scopes.is_empty() || granted.span.is_empty() {
            return Refused::state("grant delegation", Why::NoPower);
        }
        Ok(PartyChange::DelegationGranted(granted))
    }

    /// Takes powers back.
    pub fn revoke_delegation(&self, principal: PartyId, on: Date) -> Result<PartyChange, Refused> {
        let held = |d: &Delegation| d.principal == principal && !d.is_over(on);
        if !self.delegations.iter().any(held) {
            return Refused::state("revoke delegation", Why::NoSuchPower);
        }
        Ok(PartyChange::DelegationRevoked { principal, on })
    }

    /// Stops dealing with it.
    pub fn retire(&self, on: Date, reason: Paragraph) -> Result<PartyChange, Refused> {
        self.alive("retire party")?;
        if self.is_hub() {
            return Refused::state("retire party", Why::RunsThisHub);
        }
        if on < self.span.from {
            return Refused::state("retire party", Why::BeforeRegistration);
        }
        Ok(PartyChange::Retired { on, reason })
    }

    fn alive(&self, what: &'static str) -> Result<(), Refused> {
        if self.span.until.is_some() {
            return Refused::state(what, Why::PartyRetired);
        }
        Ok(())
    }
}

fn check_description(new: &Description, catalogue: &Catalogue) -> Result<(), Refused> {
    at_most("party.aliases", new.aliases.len(), 50)?;
    at_most("party.sectors", new.sectors.len(), 20)?;
    for sector in &new.sectors {
        if !catalogue.knows_sector(sector) {
            return Err(crate::text::BadText {
                field: "party.sectors",
                what: "is not a sector of the dated data",
                limit: "a code that `kaname sector list` shows for some day",
            }
            .into());
        }
    }
    Ok(())
}
