//! `user add | list | reset | disable | enable | key`.

use std::{collections::BTreeSet, path::Path};

use kaname_directory::{
    Account, Lang, Login, MailAddress, Name2, NewAccount, Paragraph, account::LOGIN_SPACE,
    account::login_key,
};
use kaname_kernel::Role;
use kaname_world::{Loaded, World, WorldError, directory::Enrolment};
use serde_json::{Value, json};

use super::{party, secret, shell};
use crate::{
    cli::{AddUser, UserCommand},
    config::Config,
    fault::{Exit, Fault},
    open::Hub,
    say::{Say, table},
};

pub(super) async fn run(config: &Config, command: UserCommand, say: Say) -> Result<(), Fault> {
    let hub = Hub::open(config).await?;
    let done = act(&hub.world, command, say).await;
    hub.close().await;
    done
}

async fn act(world: &World, command: UserCommand, say: Say) -> Result<(), Fault> {
    match command {
        UserCommand::Add(args) => add(world, &args, say).await,
        UserCommand::List { party } => list(world, party.as_deref(), say).await,
        UserCommand::Reset {
            login,
            totp,
            password_file,
        } => {
            let account = find(world, &login).await?;
            equip(
                world,
                account,
                totp,
                password_file.as_deref(),
                "is reset",
                say,
            )
            .await
        }
        UserCommand::Disable { login, reason } => {
            let account = find(world, &login).await?;
            let reason = Paragraph::parse("--reason", &reason)?;
            let change = |account: &Account| account.disable(reason);
            let account = world
                .change_account(&shell(), account.id.cast(), None, change)
                .await?;
            say.result(&shown(&account), || {
                format!("account {login} is disabled; its sessions have ended")
            })
        }
        UserCommand::Key { login, set, remove } => {
            super::mail_key::of_user(world, &login, set, remove, say).await
        }
        UserCommand::Enable { login } => {
            let account = find(world, &login).await?;
            let change = |account: &Account| account.enable();
            let account = world
                .change_account(&shell(), account.id.cast(), None, change)
                .await?;
            say.result(&shown(&account), || {
                format!("account {login} may sign in again")
            })
        }
    }
}

async fn add(world: &World, args: &AddUser, say: Say) -> Result<(), Fault> {
    let roles = args.roles.iter().map(|role| {
        let role = role.parse::<Role>();
        role.map_err(|error| Fault::usage(format!("--role: {error}")))
    });
    let roles = roles.collect::<Result<BTreeSet<_>, _>>()?;
    let login = Login::parse("login", &args.login)?;
    let title = Name2::parse("--title-ja, --title-en", &args.title_ja, &args.title_en)?;
    let mail = args
        .mail
        .as_deref()
        .map(|text| MailAddress::parse("--mail", text))
        .transpose()?;
    let party = party::find(world, &args.party).await?;
    let lang = if args.lang == "en" {
        Lang::En
    } else {
        Lang::Ja
    };
    let new = NewAccount {
        login,
        title,
        party: party.id.cast(),
        roles,
        lang,
        mail,
    };
    let account = world.open_account(&shell(), new).await?;
    equip(
        world,
        account,
        args.totp,
        args.password_file.as_deref(),
        "is open",
        say,
    )
    .await
}

/// Gives an account a password and, when asked, a one-time-password secret, and prints what is shown
/// once.
async fn equip(
    world: &World,
    account: Loaded<Account>,
    totp: bool,
    password_file: Option<&Path>,
    did: &str,
    say: Say,
) -> Result<(), Fault> {
    let password = secret::password(password_file, false)?;
    let text = password.text.as_str();
    let account = world.set_password_of(&shell(), account, text, true).await?;
    let enrolment = if totp {
        Some(world.give_totp(&shell(), account.clone()).await?)
    } else {
        None
    };
    // As it is with what was given last.
    let account = find(world, account.state.login.as_str()).await?;
    let made = password.made.then_some(text);
    let result = json!({
        "account": shown(&account),
        "password": made,
        "totp_secret": enrolment.as_ref().map(|e| &e.secret),
        "totp_address": enrolment.as_ref().map(|e| &e.address),
    });
    let login = account.state.login.to_string();
    say.result(&result, || told(&login, did, made, enrolment.as_ref()))
}

fn told(login: &str, did: &str, password: Option<&str>, enrolment: Option<&Enrolment>) -> String {
    let mut lines = vec![format!("account {login} {did}")];
    if let Some(password) = password {
        lines.push(format!(
            "  password       {password}  (shown once; to be changed at sign-in)"
        ));
    }
    if let Some(enrolment) = enrolment {
        lines.push(format!(
            "  second factor  {}  (shown once)",
            enrolment.secret
        ));
        lines.push(format!("                 {}", enrolment.address));
    }
    lines.join("\n")
}

/// The account of a login.
pub(super) async fn find(world: &World, login: &str) -> Result<Loaded<Account>, Fault> {
    let found = world
        .find::<Account>(&shell(), LOGIN_SPACE, &login_key(login))
        .await;
    found.map_err(|error| match error {
        WorldError::NotFound(_) => {
            Fault::new(Exit::NotFound, format!("there is no account `{login}`"))
                .hint("`kaname user list` shows the logins")
        }
        other => other.into(),
    })
}

async fn list(world: &World, party: Option<&str>, say: Say) -> Result<(), Fault> {
    let owner = match party {
        Some(code) => Some(party::find(world, code).await?.id),
        None => None,
    };
    let mut accounts = Vec::new();
    let mut after = None;
    loop {
        let page = world
            .accounts(&shell(), |query| {
                query.limit = party::MOST;
                query.owner = owner;
                query.after = after;
            })
            .await?;
        accounts.extend(page.rows);
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    accounts.sort_by(|a, b| a.state.login.cmp(&b.state.login));
    let values: Vec<_> = accounts.iter().map(shown).collect();
    say.result(
        &json!({ "count": values.len(), "accounts": values }),
        || {
            let rows: Vec<_> = accounts
                .iter()
                .map(|account| {
                    let state = &account.state;
                    let roles: Vec<_> = state.roles.iter().map(|role| role.as_str()).collect();
                    let second = if state.has_second_factor() {
                        "yes"
                    } else {
                        "no"
                    };
                    let disabled = if state.is_active() { "" } else { " (disabled)" };
                    [
                        format!("{}{disabled}", state.login),
                        state.title.ja.to_string(),
                        roles.join(" "),
                        second.to_owned(),
                    ]
                })
                .collect();
            let text = table(["LOGIN", "TITLE", "ROLES", "SECOND FACTOR"], &rows);
            format!("{text}\n{} accounts", rows.len())
        },
    )
}

/// What may be printed of an account: no hash, no sealed secret.
fn shown(account: &Loaded<Account>) -> Value {
    let state = &account.state;
    json!({
        "id": account.id,
        "login": state.login,
        "title": state.title,
        "party": state.party,
        "roles": state.roles,
        "lang": state.lang,
        "mail": state.mail,
        "second_factor": state.has_second_factor(),
        "active": state.is_active(),
        "opened": state.opened,
    })
}
