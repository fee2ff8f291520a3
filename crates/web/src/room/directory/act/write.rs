//! What the forms on parties do.

use std::collections::BTreeSet;

use kaname_directory::{
    Contact, Delegation, Description, Line, MailAddress, Membership, Name2, Notify, Party,
    PartyKind, Phone, PublicKey, Reading, Registration, Scope, SectorCode, Span,
};
use kaname_kernel::PartyId;
use kaname_world::{Caller, Loaded, World, WorldError, openpgp};

use super::Act;
use crate::room::form::{Typed, misread};

/// Carries the act out; gives the party's code.
pub(super) async fn write(
    act: Act,
    world: &World,
    by: &Caller,
    party: Option<&Loaded<Party>>,
    typed: &Typed,
) -> Result<String, WorldError> {
    let Some(party) = party else {
        let registered = world.register_party(by, registration(typed)?).await?;
        return Ok(registered.state.code.to_string());
    };
    let id: PartyId = party.id.cast();
    let seen = typed.one("version").parse().ok();
    let catalogue = world.catalogue();
    let changed = match act {
        Act::Register | Act::Describe => {
            let new = description(typed)?;
            world
                .change_party(by, id, seen, |party| party.describe(new, catalogue))
                .await
        }
        Act::Contacts => {
            let contacts = contacts(typed)?;
            world
                .change_party(by, id, seen, |party| party.set_contacts(contacts))
                .await
        }
        Act::Own => {
            let domains = typed.parse_lines("domains", kaname_directory::Domain::parse)?;
            let networks = typed.parse_lines("networks", kaname_directory::Network::parse)?;
            world
                .change_party(by, id, seen, |party| party.set_own(domains, networks))
                .await
        }
        Act::Membership => {
            let new = Membership {
                classes: typed.parse_all("classes", kaname_directory::ClassCode::parse)?,
                span: span(typed)?,
            };
            world
                .change_party(by, id, seen, |party| party.set_membership(new, catalogue))
                .await
        }
        Act::EndMembership => {
            let on = typed.day("on")?;
            world
                .change_party(by, id, seen, |party| party.end_membership(on))
                .await
        }
        Act::Isacs => {
            let isacs = named_isacs(world, by, typed).await?;
            world
                .change_party(by, id, seen, |party| party.set_under(isacs))
                .await
        }
        Act::Notify => {
            let notify = Notify {
                cadence: match typed.one("cadence") {
                    "digest" => kaname_directory::Cadence::Digest,
                    _ => kaname_directory::Cadence::Immediate,
                },
                lang: typed.one("lang").parse().unwrap_or_default(),
                mail: typed.parse_if("mail", MailAddress::parse)?,
            };
            world
                .change_party(by, id, seen, |party| party.set_notify(notify))
                .await
        }
        Act::Delegate => {
            let granted = delegation(world, by, typed).await?;
            world
                .change_party(by, id, seen, |party| party.grant_delegation(granted))
                .await
        }
        Act::Undelegate => {
            let principal = named_party(world, by, typed).await?;
            let on = typed.day("on")?;
            world
                .change_party(by, id, seen, |party| party.revoke_delegation(principal, on))
                .await
        }
        Act::ReleaseDuty => {
            let duty = typed.parse("duty", kaname_directory::DutyCode::parse)?;
            let on = typed.day("on")?;
            world
                .change_party(by, id, seen, |party| party.release_duty(duty, on))
                .await
        }
        Act::PublicKeys => {
            let keys = public_keys(world, &party.state, typed)?;
            world
                .change_party(by, id, seen, |party| party.set_public_keys(keys))
                .await
        }
        Act::Retire => {
            let on = typed.day("on")?;
            let reason = typed.parse("reason", kaname_directory::Paragraph::parse)?;
            world
                .change_party(by, id, seen, |party| party.retire(on, reason))
                .await
        }
    };
    changed.map(|party| party.state.code.to_string())
}

fn registration(typed: &Typed) -> Result<Registration, WorldError> {
    Ok(Registration {
        code: typed.parse("code", kaname_directory::Code::parse)?,
        kind: typed.one("kind").parse::<PartyKind>().map_err(|bad| {
            misread(&kaname_directory::BadText {
                field: "kind",
                ..bad
            })
        })?,
        description: description(typed)?,
        from: typed.day("from")?,
    })
}

fn description(typed: &Typed) -> Result<Description, WorldError> {
    Ok(Description {
        name: name(typed, "name_ja", "name_en")?,
        reading: typed.parse_if("reading", Reading::parse)?,
        aliases: typed.parse_lines("aliases", Line::parse)?,
        sectors: typed.parse_all("sectors", SectorCode::parse)?,
    })
}

/// A name in both languages, each from its own field.
pub(in crate::room::directory) fn name(
    typed: &Typed,
    ja: &'static str,
    en: &'static str,
) -> Result<Name2, WorldError> {
    Ok(Name2 {
        ja: typed.parse(ja, Line::parse)?,
        en: typed.parse(en, Line::parse)?,
    })
}

/// Rows of contacts; rows left empty fall away.
fn contacts(typed: &Typed) -> Result<Vec<Contact>, WorldError> {
    let column = |name| typed.all(name).iter().map(|value| value.trim());
    let rows = column("contact_name")
        .zip(column("contact_role"))
        .zip(column("contact_mail").zip(column("contact_phone")));
    let mut contacts = Vec::new();
    for ((name, role), (mail, phone)) in rows {
        if [name, role, mail, phone]
            .iter()
            .all(|value| value.is_empty())
        {
            continue;
        }
        let read = |bad: &kaname_directory::BadText| misread(bad);
        contacts.push(Contact {
            name: Line::parse("contact_name", name).map_err(|bad| read(&bad))?,
            role: Line::parse("contact_role", role).map_err(|bad| read(&bad))?,
            mail: (!mail.is_empty())
                .then(|| MailAddress::parse("contact_mail", mail))
                .transpose()
                .map_err(|bad| read(&bad))?,
            phone: (!phone.is_empty())
                .then(|| Phone::parse("contact_phone", phone))
                .transpose()
                .map_err(|bad| read(&bad))?,
        });
    }
    Ok(contacts)
}

fn span(typed: &Typed) -> Result<Span, WorldError> {
    Ok(Span {
        from: typed.day("from")?,
        until: typed.day_if("until")?,
    })
}

async fn named_isacs(
    world: &World,
    by: &Caller,
    typed: &Typed,
) -> Result<BTreeSet<PartyId>, WorldError> {
    let mut isacs = BTreeSet::new();
    for code in typed.all("isacs") {
        let isac = world.party_of(by, code).await?;
        if isac.state.kind != PartyKind::Isac {
            let key = "directory-wrong-isac";
            return Err(WorldError::invalid(
                "isacs",
                key,
                format!("{code} is no ISAC"),
            ));
        }
        isacs.insert(isac.id.cast());
    }
    Ok(isacs)
}

async fn named_party(world: &World, by: &Caller, typed: &Typed) -> Result<PartyId, WorldError> {
    match world.party_of(by, typed.one("principal")).await {
        Ok(principal) => Ok(principal.id.cast()),
        Err(WorldError::NotFound(_)) => {
            let key = "directory-wrong-party";
            Err(WorldError::invalid(
                "principal",
                key,
                "there is no such party",
            ))
        }
        Err(error) => Err(error),
    }
}

/// The keys that stay, by their place in the list, and the one that was added.
fn public_keys(world: &World, party: &Party, typed: &Typed) -> Result<Vec<PublicKey>, WorldError> {
    let stays = |place: &usize| typed.all("stay").contains(&place.to_string());
    let held = party.public_keys.iter().enumerate();
    let mut keys: Vec<PublicKey> = held
        .filter(|(place, _)| stays(place))
        .map(|(_, key)| key.clone())
        .collect();
    let text = typed.one("key");
    if !text.is_empty() {
        let label = typed.parse("key_label", Line::parse)?;
        keys.push(openpgp::accept("key", label, text, world.now())?);
    }
    Ok(keys)
}

async fn delegation(world: &World, by: &Caller, typed: &Typed) -> Result<Delegation, WorldError> {
    let principal = named_party(world, by, typed).await?;
    Ok(Delegation {
        principal,
        scopes: typed.parse_all("scopes", Scope::parse)?,
        span: span(typed)?,
        basis: typed.parse("basis", Line::parse)?,
    })
}
