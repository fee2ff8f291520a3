//! What the forms on accounts and keys do.

use kaname_directory::{Account, KeyScope, Line, Login, MailAddress, NewAccount, Paragraph};
use kaname_kernel::{PartyId, Role};
use kaname_world::WorldError;

use super::{About, Act};
use crate::{
    house::{By, House},
    room::{
        directory::act::name,
        form::{Typed, misread},
    },
};

/// Carries the act out; gives the secret to show once, if there is one.
pub(super) async fn write(
    act: Act,
    house: &House,
    by: &By,
    about: &About,
    typed: &Typed,
) -> Result<Option<String>, WorldError> {
    let world = house.world();
    let party: PartyId = about.party.id.cast();
    let missing = || WorldError::NotFound("account");
    let account = || {
        about
            .account
            .as_ref()
            .map(|account| account.id.cast())
            .ok_or_else(missing)
    };
    match act {
        Act::Open => {
            let new = NewAccount {
                login: typed.parse("login", Login::parse)?,
                title: name(typed, "title_ja", "title_en")?,
                party,
                roles: roles(typed)?,
                lang: typed.one("lang").parse().unwrap_or_default(),
                mail: typed.parse_if("mail", MailAddress::parse)?,
            };
            world.open_account(by, new).await?;
        }
        Act::Describe => {
            let title = name(typed, "title_ja", "title_en")?;
            let lang = typed.one("lang").parse().unwrap_or_default();
            let mail = typed.parse_if("mail", MailAddress::parse)?;
            world
                .change_account(by, account()?, None, |account| {
                    account.describe(title, lang, mail)
                })
                .await?;
        }
        Act::Roles => {
            let roles = roles(typed)?;
            let of = &about.party.state;
            world
                .change_account(by, account()?, None, |account| account.set_roles(roles, of))
                .await?;
        }
        Act::Disable => {
            let reason = typed.parse("reason", Paragraph::parse)?;
            world
                .change_account(by, account()?, None, |account| account.disable(reason))
                .await?;
        }
        Act::Enable => {
            world
                .change_account(by, account()?, None, Account::enable)
                .await?;
        }
        Act::Password => return world.reset_password(by, account()?).await.map(Some),
        Act::Factor => {
            world
                .change_account(by, account()?, None, Account::remove_totp)
                .await?;
        }
        Act::Passkeys => {
            let chosen: Vec<Line> = typed.parse_all("passkey", Line::parse)?;
            if chosen.is_empty() {
                return Err(WorldError::invalid(
                    "passkey",
                    "directory-passkeys-choose",
                    "no passkey is chosen",
                ));
            }
            for passkey in chosen.into_iter().take(10) {
                world
                    .change_account(by, account()?, None, |account| {
                        account.remove_passkey(passkey)
                    })
                    .await?;
            }
        }
        Act::Link => {
            let openid = house.openid().ok_or_else(missing)?;
            // Parsed by the rules of a line, kept as the provider writes it.
            let subject = typed.parse("subject", Line::parse)?;
            let id = account()?;
            world
                .link_identity(by, id, openid, subject.as_str())
                .await?;
        }
        Act::Unlink => {
            let linked = about.account.as_ref().map(|one| one.state.oidc.iter());
            let place = typed.one("identity").parse::<usize>().ok();
            let identity = place.and_then(|place| linked?.nth(place)).cloned();
            let identity = identity.ok_or_else(|| {
                WorldError::invalid("identity", "directory-unlink-choose", "none is chosen")
            })?;
            world
                .change_account(by, account()?, None, |account| {
                    account.unlink_oidc(identity)
                })
                .await?;
        }
        Act::Issue => {
            let label = typed.parse("label", Line::parse)?;
            let scopes = typed.parse_all("scopes", |field, scope| {
                scope
                    .parse::<KeyScope>()
                    .map_err(|bad| kaname_directory::BadText { field, ..bad })
            })?;
            let expires = typed
                .day_if("expires")?
                .and_then(kaname_directory::start_of);
            let (_, token) = world.issue_key(by, party, label, scopes, expires).await?;
            return Ok(Some(token));
        }
        Act::Revoke => {
            let key = about.key.as_ref().ok_or(WorldError::NotFound("key"))?;
            let reason = typed.parse("reason", Line::parse)?;
            world.revoke_key(by, key.id.cast(), reason).await?;
        }
    }
    Ok(None)
}

fn roles<C: FromIterator<Role>>(typed: &Typed) -> Result<C, WorldError> {
    let read = |role: &String| {
        role.parse::<Role>().map_err(|_| {
            misread(&kaname_directory::BadText {
                field: "roles",
                what: "is not a role",
                limit: "one of the roles offered",
            })
        })
    };
    typed.all("roles").iter().map(read).collect()
}
