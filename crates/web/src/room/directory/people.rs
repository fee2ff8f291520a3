//! People and machines of a party, for administrators and the party's own stewards; and the duties a
//! steward accepts.

mod field;
mod write;

use axum::{
    extract::{Path, State},
    http::Method,
    response::Response,
    routing,
};
use kaname_directory::{Account, Key, Party};
use kaname_kernel::{AccountId, KeyId};
use kaname_policy::{Action, Resource};
use kaname_world::{Loaded, WorldError};

use self::{
    field::{at_first, fields_of},
    write::write,
};
use crate::{
    error::Failure,
    frame::{Flash, Frame, Posted, Section},
    house::{By, House},
    room::{
        choices::lang_of as lang,
        form::{self, Form, Typed, Wrong, may, show_once, show_with_use},
    },
    route::{Access, Audit, Endpoint},
};

const PEOPLE: Access = Access::SignedIn(&[Action::AccountManage]);
const KEYS: Access = Access::SignedIn(&[Action::KeyManage]);
const ASKS: Audit = Audit::None("shows a form; posting it is what changes something");

/// One act on an account or key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Act {
    Open,
    Issue,
    Describe,
    Roles,
    Disable,
    Enable,
    Password,
    Factor,
    Passkeys,
    Link,
    Unlink,
    Revoke,
}

impl Act {
    const fn action(self) -> Action {
        match self {
            Self::Issue | Self::Revoke => Action::KeyManage,
            _ => Action::AccountManage,
        }
    }

    /// Keys of title, lead and button.
    const fn keys(self) -> [&'static str; 3] {
        match self {
            Self::Open => [
                "directory-open",
                "directory-open-about",
                "directory-open-do",
            ],
            Self::Issue => [
                "directory-issue",
                "directory-issue-about",
                "directory-issue-do",
            ],
            Self::Describe => [
                "directory-account-describe",
                "directory-account-describe-about",
                "directory-keep",
            ],
            Self::Roles => [
                "directory-roles-set",
                "directory-roles-about",
                "directory-keep",
            ],
            Self::Disable => [
                "directory-disable",
                "directory-disable-about",
                "directory-disable-do",
            ],
            Self::Enable => [
                "directory-enable",
                "directory-enable-about",
                "directory-enable-do",
            ],
            Self::Password => [
                "directory-password",
                "directory-password-about",
                "directory-password-do",
            ],
            Self::Factor => [
                "directory-factor",
                "directory-factor-about",
                "directory-factor-do",
            ],
            Self::Passkeys => [
                "directory-passkeys",
                "directory-passkeys-about",
                "directory-passkeys-do",
            ],
            Self::Link => [
                "directory-openid",
                "directory-openid-about",
                "directory-openid-do",
            ],
            Self::Unlink => [
                "directory-unlink",
                "directory-unlink-about",
                "directory-unlink-do",
            ],
            Self::Revoke => [
                "directory-revoke",
                "directory-revoke-about",
                "directory-revoke-do",
            ],
        }
    }

    const fn is_grave(self) -> bool {
        matches!(
            self,
            Self::Disable
                | Self::Password
                | Self::Factor
                | Self::Passkeys
                | Self::Unlink
                | Self::Revoke
        )
    }
}

/// What an act is about.
struct About {
    party: Loaded<Party>,
    /// Whether it is the party of whoever looks.
    own: bool,
    account: Option<Loaded<Account>>,
    key: Option<Loaded<Key>>,
}

/// Endpoints of accounts and keys.
pub(super) fn endpoints() -> Vec<Endpoint<House>> {
    let rows = [
        (
            "/directory/{code}/accounts",
            ["account.ask_open", "account.open"],
            "account.opened",
            Act::Open,
        ),
        (
            "/directory/{code}/keys",
            ["key.ask_issue", "key.issue"],
            "key.issued",
            Act::Issue,
        ),
        (
            "/accounts/{id}/describe",
            ["account.ask_describe", "account.describe"],
            "account.described",
            Act::Describe,
        ),
        (
            "/accounts/{id}/roles",
            ["account.ask_roles", "account.set_roles"],
            "account.roles_set",
            Act::Roles,
        ),
        (
            "/accounts/{id}/disable",
            ["account.ask_disable", "account.disable"],
            "account.disabled",
            Act::Disable,
        ),
        (
            "/accounts/{id}/enable",
            ["account.ask_enable", "account.enable"],
            "account.enabled",
            Act::Enable,
        ),
        (
            "/accounts/{id}/password",
            ["account.ask_reset", "account.reset_password"],
            "account.password_set",
            Act::Password,
        ),
        (
            "/accounts/{id}/factor",
            ["account.ask_factor", "account.remove_factor"],
            "account.totp_removed",
            Act::Factor,
        ),
        (
            "/accounts/{id}/passkeys",
            ["account.ask_passkeys", "account.remove_passkeys"],
            "account.passkey_removed",
            Act::Passkeys,
        ),
        (
            "/accounts/{id}/openid",
            ["account.ask_link", "account.link_identity"],
            "account.oidc_linked",
            Act::Link,
        ),
        (
            "/accounts/{id}/openid/unlink",
            ["account.ask_unlink", "account.unlink_identity"],
            "account.oidc_unlinked",
            Act::Unlink,
        ),
        (
            "/keys/{id}/revoke",
            ["key.ask_revoke", "key.revoke"],
            "key.revoked",
            Act::Revoke,
        ),
    ];
    let pairs = rows
        .into_iter()
        .flat_map(|(path, names, event, act)| pair(path, names, event, act));
    pairs.collect()
}

fn pair(
    path: &'static str,
    [asks, writes]: [&'static str; 2],
    event: &'static str,
    act: Act,
) -> [Endpoint<House>; 2] {
    let access = if act.action() == Action::KeyManage {
        KEYS
    } else {
        PEOPLE
    };
    let ask = move |State(house): State<House>, Path(which): Path<String>, frame: Frame, by: By| async move {
        let about = about(act, &house, &by, &which).await?;
        let typed = at_first(act, &about);
        form_of(act, &house, &frame, &by, &about, &typed, None)
    };
    let write = move |State(house): State<House>,
                      Path(which): Path<String>,
                      frame: Frame,
                      by: By,
                      Posted(typed): Posted<Typed>| async move {
        carry_out(act, &house, &which, &frame, &by, &typed).await
    };
    [
        Endpoint::new(
            Method::GET,
            path,
            asks,
            access.clone(),
            ASKS,
            routing::get(ask),
        ),
        Endpoint::new(
            Method::POST,
            path,
            writes,
            access,
            Audit::Event(event),
            routing::post(write),
        ),
    ]
}

async fn about(act: Act, house: &House, by: &By, which: &str) -> Result<About, Failure> {
    let world = house.world();
    let missing = |_| Failure::NotFound;
    let (party, account, key) = match act {
        Act::Open | Act::Issue => (world.party_of(by, which).await?, None, None),
        Act::Revoke => {
            let id: KeyId = which.parse().map_err(missing)?;
            let key = world.see::<Key>(by, id.cast()).await?;
            (
                world.see::<Party>(by, key.state.party.cast()).await?,
                None,
                Some(key),
            )
        }
        _ => {
            let id: AccountId = which.parse().map_err(missing)?;
            let account = world.see::<Account>(by, id.cast()).await?;
            (
                world.see::<Party>(by, account.state.party.cast()).await?,
                Some(account),
                None,
            )
        }
    };
    let own = by.account.as_ref();
    Ok(About {
        own: own.is_some_and(|account| account.state.party == party.state.id),
        party,
        account,
        key,
    })
}

fn form_of(
    act: Act,
    house: &House,
    frame: &Frame,
    by: &By,
    about: &About,
    typed: &Typed,
    wrong: Option<Wrong>,
) -> Result<Response, Failure> {
    let resource = Resource::any("party").of_party(about.party.id.cast());
    let fresh = may(house, by, act.action(), &resource)?;
    let text = frame.text();
    let [title, lead, go] = act.keys();
    let lang = lang(text);
    let of = match (&about.account, &about.key) {
        (Some(account), _) => account.state.title.get(lang),
        (_, Some(key)) => key.state.label.as_str(),
        _ => about.party.state.description.name.get(lang),
    };
    let path = |id: String, last: &str| format!("{id}/{last}");
    let back = format!("/directory/{}", about.party.state.code);
    let account = || {
        about
            .account
            .as_ref()
            .map(|account| format!("/accounts/{}", account.id))
    };
    let key = || about.key.as_ref().map(|key| format!("/keys/{}", key.id));
    let to = match act {
        Act::Open => path(back.clone(), "accounts"),
        Act::Issue => path(back.clone(), "keys"),
        Act::Describe => path(account().unwrap_or_default(), "describe"),
        Act::Roles => path(account().unwrap_or_default(), "roles"),
        Act::Disable => path(account().unwrap_or_default(), "disable"),
        Act::Enable => path(account().unwrap_or_default(), "enable"),
        Act::Password => path(account().unwrap_or_default(), "password"),
        Act::Factor => path(account().unwrap_or_default(), "factor"),
        Act::Passkeys => path(account().unwrap_or_default(), "passkeys"),
        Act::Link => path(account().unwrap_or_default(), "openid"),
        Act::Unlink => path(account().unwrap_or_default(), "openid/unlink"),
        Act::Revoke => path(key().unwrap_or_default(), "revoke"),
    };
    let form = Form {
        section: Section::Directory,
        title: text
            .t2("directory-of", "act", text.t(title), "party", of)
            .into_owned(),
        lead: text.t(lead).into_owned(),
        to,
        go: text.t(go).into_owned(),
        back,
        grave: act.is_grave(),
        hidden: Vec::new(),
    };
    form::ask(frame, form, fresh, typed, wrong, |ask| {
        fields_of(act, ask, about)
    })
}

async fn carry_out(
    act: Act,
    house: &House,
    which: &str,
    frame: &Frame,
    by: &By,
    typed: &Typed,
) -> Result<Response, Failure> {
    let about = about(act, house, by, which).await?;
    let text = frame.text();
    let back = format!("/directory/{}", about.party.state.code);
    match write(act, house, by, &about, typed).await {
        Ok(None) => {
            let said = if act == Act::Open {
                "directory-opened"
            } else {
                "directory-kept"
            };
            frame.go_saying(&format!("{back}#people"), &Flash::done(text.t(said)))
        }
        Ok(Some(secret)) if act == Act::Issue => {
            let lead = text.t("directory-issued-about").into_owned();
            let page = frame.page(Section::Directory, text.t("directory-issued"));
            // Beside the key a machine needs the address; lines to paste are for the own party.
            let discovery = page.copied(format!("{}/taxii2/", house.public_url()));
            let beside = vec![(text.t("machines-discovery").into_owned(), discovery)];
            let how = about
                .own
                .then(|| page.link("/library/machines", text.t("machines-link")));
            show_with_use(page, lead, secret, &back, beside, how)
        }
        Ok(Some(secret)) => {
            let lead = text.t("directory-reset-about").into_owned();
            show_once(frame, &text.t("directory-reset"), lead, secret, &back)
        }
        Err(error) => match Wrong::of(text, &error) {
            Some(wrong) if !matches!(error, WorldError::Denied(_)) => {
                form_of(act, house, frame, by, &about, typed, Some(wrong))
            }
            _ => Err(error.into()),
        },
    }
}
