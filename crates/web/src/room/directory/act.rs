//! What administrators do with a party: each act is a form and what it posts to.

use std::collections::BTreeSet;

use axum::response::Response;
use kaname_directory::{
    Contact, Delegation, Description, Line, MailAddress, Membership, Name2, Notify, Party,
    PartyKind, Phone, Registration, Scope, SectorCode, Span,
};
use kaname_kernel::PartyId;
use kaname_policy::{Action, Resource};
use kaname_world::{Caller, Loaded, World, WorldError};

use super::fields;
use crate::{
    error::Failure,
    frame::{Flash, Frame, Section},
    house::{By, House},
    room::form::{self, Form, Typed, Wrong, may, misread},
};

/// One act on a party.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Act {
    Register,
    Describe,
    Contacts,
    Own,
    Membership,
    EndMembership,
    Isacs,
    Notify,
    Delegate,
    Retire,
}

impl Act {
    /// Keys of title, lead and button.
    const fn keys(self) -> [&'static str; 3] {
        match self {
            Self::Register => [
                "directory-register",
                "directory-register-about",
                "directory-register-do",
            ],
            Self::Describe => [
                "directory-describe",
                "directory-describe-about",
                "directory-keep",
            ],
            Self::Contacts => [
                "directory-contacts",
                "directory-contacts-about",
                "directory-keep",
            ],
            Self::Own => ["directory-own", "directory-own-about", "directory-keep"],
            Self::Membership => [
                "directory-membership-set",
                "directory-membership-about",
                "directory-membership-do",
            ],
            Self::EndMembership => [
                "directory-membership-end",
                "directory-membership-end-about",
                "directory-membership-end-do",
            ],
            Self::Isacs => ["directory-isacs", "directory-isacs-about", "directory-keep"],
            Self::Notify => [
                "directory-notify",
                "directory-notify-about",
                "directory-keep",
            ],
            Self::Delegate => [
                "directory-delegate",
                "directory-delegate-about",
                "directory-delegate-do",
            ],
            Self::Retire => [
                "directory-retire",
                "directory-retire-about",
                "directory-retire-do",
            ],
        }
    }

    const fn is_grave(self) -> bool {
        matches!(self, Self::EndMembership | Self::Retire)
    }
}

async fn party(
    house: &House,
    by: &By,
    act: Act,
    code: &str,
) -> Result<Option<Loaded<Party>>, Failure> {
    if act == Act::Register {
        return Ok(None);
    }
    Ok(Some(house.world().party_of(by, code).await?))
}

/// Shows the form.
pub(super) async fn ask(
    act: Act,
    house: &House,
    code: &str,
    frame: &Frame,
    by: &By,
) -> Result<Response, Failure> {
    let party = party(house, by, act, code).await?;
    let state = party.as_ref().map(|party| &party.state);
    let typed = fields::shown(act, state, frame.now(), house.world(), by).await?;
    form_of(act, house, frame, by, party.as_ref(), &typed, None).await
}

/// Does it, or shows the form again with what is wrong.
pub(super) async fn carry_out(
    act: Act,
    house: &House,
    code: &str,
    frame: &Frame,
    by: &By,
    typed: &Typed,
) -> Result<Response, Failure> {
    let party = party(house, by, act, code).await?;
    let text = frame.text();
    match write(act, house.world(), by, party.as_ref(), typed).await {
        Ok(code) => frame.go_saying(
            &format!("/directory/{code}"),
            &Flash::done(text.t("directory-kept")),
        ),
        Err(error) => match Wrong::of(text, &error) {
            Some(wrong) if !matches!(error, WorldError::Denied(_)) => {
                form_of(act, house, frame, by, party.as_ref(), typed, Some(wrong)).await
            }
            _ => Err(error.into()),
        },
    }
}

async fn form_of(
    act: Act,
    house: &House,
    frame: &Frame,
    by: &By,
    party: Option<&Loaded<Party>>,
    typed: &Typed,
    wrong: Option<Wrong>,
) -> Result<Response, Failure> {
    let fresh = may(house, by, Action::PartyManage, &Resource::any("party"))?;
    let text = frame.text();
    let [title, lead, go] = act.keys();
    let title = text.t(title);
    let lang = fields::lang(text);
    let (title, back, hidden, to) = match party {
        None => (
            title.into_owned(),
            "/directory".to_owned(),
            Vec::new(),
            "/directory-new".to_owned(),
        ),
        Some(party) => {
            let name = party.state.description.name.get(lang);
            let back = format!("/directory/{}", party.state.code);
            let hidden = vec![("version", party.version.to_string())];
            let title = text
                .t2("directory-of", "act", title, "party", name)
                .into_owned();
            let path = fields::path(act);
            (title, back.clone(), hidden, format!("{back}/{path}"))
        }
    };
    let form = Form {
        section: Section::Directory,
        title,
        lead: text.t(lead).into_owned(),
        to,
        go: text.t(go).into_owned(),
        back,
        grave: act.is_grave(),
        hidden,
    };
    let isacs = match act {
        Act::Isacs => fields::isacs(house.world(), by).await?,
        _ => Vec::new(),
    };
    let state = party.map(|party| &party.state);
    form::ask(frame, form, fresh, typed, wrong, |asker| {
        fields::of(act, asker, house.world().catalogue(), state, &isacs)
    })
}

/// Carries the act out; gives the party's code.
async fn write(
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
        aliases: typed.parse_lines("aliases", Line::parse)?,
        sectors: typed.parse_all("sectors", SectorCode::parse)?,
    })
}

/// A name in both languages, each from its own field.
pub(super) fn name(typed: &Typed, ja: &'static str, en: &'static str) -> Result<Name2, WorldError> {
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
    for code in typed.all("isacs").iter().take(50) {
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

async fn delegation(world: &World, by: &Caller, typed: &Typed) -> Result<Delegation, WorldError> {
    let principal = match world.party_of(by, typed.one("principal")).await {
        Ok(principal) => principal.id.cast(),
        Err(WorldError::NotFound(_)) => {
            let key = "directory-wrong-party";
            return Err(WorldError::invalid(
                "principal",
                key,
                "there is no such party",
            ));
        }
        Err(error) => return Err(error),
    };
    Ok(Delegation {
        principal,
        scopes: typed.parse_all("scopes", Scope::parse)?,
        span: span(typed)?,
        basis: typed.parse("basis", Line::parse)?,
    })
}
