//! What administrators do with a party: each act is a form and what it posts to.

mod write;

use axum::response::Response;
use kaname_directory::Party;
use kaname_policy::{Action, Resource};
use kaname_world::{Loaded, WorldError};

pub(super) use self::write::name;
use self::write::write;
use super::fields;
use crate::{
    error::Failure,
    frame::{Flash, Frame, Section},
    house::{By, House},
    room::{
        choices,
        form::{self, Form, Typed, Wrong, may},
    },
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
    Undelegate,
    ReleaseDuty,
    PublicKeys,
    Retire,
}

impl Act {
    /// Whether it gives or takes back powers: what another party's steward may do too.
    pub(super) const fn is_power(self) -> bool {
        matches!(self, Self::Delegate | Self::Undelegate)
    }

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
            Self::Undelegate => [
                "directory-undelegate",
                "directory-undelegate-about",
                "directory-undelegate-do",
            ],
            Self::ReleaseDuty => [
                "directory-release",
                "directory-release-about",
                "directory-release-do",
            ],
            Self::PublicKeys => [
                "directory-public-keys",
                "directory-public-keys-about",
                "directory-keep",
            ],
            Self::Retire => [
                "directory-retire",
                "directory-retire-about",
                "directory-retire-do",
            ],
        }
    }

    /// Whether it is for the party to decide whose powers are given.
    pub(super) const fn is_of_principal(self) -> bool {
        matches!(self, Self::Delegate | Self::Undelegate)
    }

    const fn is_grave(self) -> bool {
        matches!(
            self,
            Self::EndMembership | Self::Undelegate | Self::ReleaseDuty | Self::Retire
        )
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
    let own = by.party.as_ref().map(|own| own.id.cast());
    let fresh = match own {
        // A steward gives away the powers of the own party.
        Some(own)
            if act.is_of_principal()
                && !by.is_officer()
                && party.is_some_and(|party| party.state.id != own) =>
        {
            let of = Resource::any("party").of_party(own);
            may(house, by, Action::KeyManage, &of)?
        }
        _ => may(house, by, Action::PartyManage, &Resource::any("party"))?,
    };
    let text = frame.text();
    let [title, lead, go] = act.keys();
    let title = text.t(title);
    let lang = choices::lang_of(text);
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
    let mut known = fields::Known::default();
    match act {
        Act::Isacs => known.isacs = fields::isacs(house.world(), by).await?,
        Act::Delegate | Act::Undelegate => {
            known.parties = choices::parties(house, choices::lang_of(text), by).await?;
        }
        _ => {}
    }
    let state = party.map(|party| &party.state);
    form::ask(frame, form, fresh, typed, wrong, |asker| {
        fields::of(act, asker, house.world().catalogue(), state, &known)
    })
}
