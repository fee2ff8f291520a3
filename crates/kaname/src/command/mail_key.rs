//! `party key` and `user key`: the OpenPGP keys that mail is encrypted to.

use std::path::{Path, PathBuf};

use jiff::Timestamp;
use kaname_directory::{Account, Line, Party, PublicKey, PublicKeyKind};
use kaname_world::{World, openpgp};
use serde_json::{Value, json};

use super::{party, shell, user};
use crate::{bounded, fault::Fault, say::Say};

/// Shows the keys of a party, after adding or removing one.
pub(super) async fn of_party(
    world: &World,
    code: &str,
    add: Option<PathBuf>,
    label: Option<&str>,
    remove: Option<&str>,
    say: Say,
) -> Result<(), Fault> {
    let mut party = party::find(world, code).await?;
    let mut keys = party.state.public_keys.clone();
    if let Some(path) = &add {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let label = Line::parse("--label", label.unwrap_or(&name))?;
        let key = read(path, label, world.now())?;
        if keys.iter().any(|held| held.text() == key.text()) {
            let what = format!("party {code} has this key already");
            return Err(Fault::new(crate::fault::Exit::Denied, what).at(path.display().to_string()));
        }
        keys.push(key);
    }
    if let Some(wanted) = remove {
        let digits = |text: &str| -> String {
            let digits = text.chars().filter(|sign| !sign.is_whitespace());
            digits.collect::<String>().to_ascii_uppercase()
        };
        let wanted = digits(wanted);
        let before = keys.len();
        keys.retain(|key| fingerprint(key).as_deref() != Some(wanted.as_str()));
        if keys.len() == before {
            let what = format!("party {code} has no key of that fingerprint");
            return Err(Fault::not_found(what)
                .at("--remove")
                .hint(format!("`kaname party key {code}` shows the fingerprints")));
        }
    }
    if keys != party.state.public_keys {
        let set = |party: &Party| party.set_public_keys(keys);
        party = world
            .change_party(&shell(), party.id.cast(), Some(party.version), set)
            .await?;
    }
    let now = world.now();
    tell(
        &json!({ "party": code }),
        &party.state.public_keys,
        now,
        say,
    )
}

/// Shows the key of a person, after setting or removing it.
pub(super) async fn of_user(
    world: &World,
    login: &str,
    set: Option<PathBuf>,
    remove: bool,
    say: Say,
) -> Result<(), Fault> {
    let mut account = user::find(world, login).await?;
    let id = account.id.cast();
    if let Some(path) = &set {
        let label = Line::parse("login", account.state.login.as_str())?;
        let key = read(path, label, world.now())?;
        let change = |account: &Account| account.set_key(key);
        account = world.change_account(&shell(), id, None, change).await?;
    }
    if remove {
        account = world
            .change_account(&shell(), id, None, Account::remove_key)
            .await?;
    }
    let keys: Vec<PublicKey> = account.state.openpgp.into_iter().collect();
    tell(&json!({ "user": login }), &keys, world.now(), say)
}

fn read(path: &Path, label: Line, now: Timestamp) -> Result<PublicKey, Fault> {
    let read = bounded::bytes(path, PublicKey::MAX_BYTES as u64);
    let read = read.map_err(|error| Fault::file(path, "read", &error))?;
    let bytes = read.ok_or_else(|| {
        let what = format!("the key is larger than {} KiB", PublicKey::MAX_BYTES / 1024);
        Fault::usage(what).at(path.display().to_string())
    })?;
    let armour = "`gpg --armor --export ADDRESS > key.asc` writes an armoured public key";
    let text = String::from_utf8(bytes).map_err(|_| {
        Fault::usage("the file is no armoured public key")
            .at(path.display().to_string())
            .hint(armour)
    })?;
    openpgp::accept("key", label, &text, now).map_err(|error| {
        Fault::from(error)
            .at(path.display().to_string())
            .hint(armour)
    })
}

fn fingerprint(key: &PublicKey) -> Option<String> {
    let read = openpgp::Certificate::read(key.text()).ok()?;
    Some(read.fingerprint())
}

fn tell(whose: &Value, keys: &[PublicKey], now: Timestamp, say: Say) -> Result<(), Fault> {
    let shown: Vec<Value> = keys.iter().map(|key| shown(key, now)).collect();
    let mut value = whose.clone();
    if let Some(map) = value.as_object_mut() {
        map.insert("keys".to_owned(), shown.clone().into());
    }
    say.result(&value, || {
        if shown.is_empty() {
            return "no key; from TLP:AMBER up mail says only that there is something".to_owned();
        }
        let text = |value: &Value| value.as_str().unwrap_or("—").to_owned();
        let blocks = shown.iter().map(|key| {
            let users = key["user_ids"].as_array();
            let users: Vec<String> = users.into_iter().flatten().map(text).collect();
            let state = match key["trouble"].as_str() {
                Some(why) => format!("not used: {why}"),
                None => "in use".to_owned(),
            };
            format!(
                "{}\n  fingerprint: {}\n  user ids:    {}\n  expires:     {}\n  state:       {state}",
                text(&key["label"]),
                text(&key["fingerprint"]),
                users.join(", "),
                text(&key["expires"]),
            )
        });
        blocks.collect::<Vec<_>>().join("\n")
    })
}

fn shown(key: &PublicKey, now: Timestamp) -> Value {
    let label = key.label.as_str();
    if key.kind() == PublicKeyKind::Smime {
        let trouble = "mail is not encrypted to S/MIME certificates yet";
        return json!({ "label": label, "kind": key.kind(), "trouble": trouble });
    }
    let read = match openpgp::Certificate::read(key.text()) {
        Ok(read) => read,
        Err(bad) => {
            return json!({ "label": label, "kind": key.kind(), "trouble": bad.to_string() });
        }
    };
    let standing = read.standing(now);
    let expires = standing.as_ref().ok().and_then(|standing| standing.expires);
    json!({
        "label": label,
        "kind": key.kind(),
        "fingerprint": read.fingerprint(),
        "user_ids": read.user_ids(),
        "expires": expires,
        "trouble": standing.err().map(|why| why.to_string()),
    })
}
