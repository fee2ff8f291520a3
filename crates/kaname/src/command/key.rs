//! `key add | list | revoke`.

use jiff::SignedDuration;
use kaname_directory::{Key, KeyScope, Line};
use kaname_kernel::KeyId;
use kaname_world::{Loaded, World};
use serde_json::{Value, json};

use super::{party, shell};
use crate::{
    cli::KeyCommand,
    config::Config,
    fault::Fault,
    open::Hub,
    say::{Say, table},
};

pub(super) async fn run(config: &Config, command: KeyCommand, say: Say) -> Result<(), Fault> {
    let hub = Hub::open(config).await?;
    let done = act(&hub.world, command, say).await;
    hub.close().await;
    done
}

async fn act(world: &World, command: KeyCommand, say: Say) -> Result<(), Fault> {
    match command {
        KeyCommand::Add {
            party,
            label,
            scopes,
            days,
        } => {
            let scopes = scopes.iter().map(|scope| scope.parse::<KeyScope>());
            let scopes = scopes.collect::<Result<_, _>>()?;
            let label = Line::parse("--label", &label)?;
            let party = party::find(world, &party).await?;
            let hours = days.map(|days| SignedDuration::from_hours(i64::from(days) * 24));
            let expires = hours.map(|hours| world.now() + hours);
            let (key, secret) = world
                .issue_key(&shell(), party.id.cast(), label, scopes, expires)
                .await?;
            let result = json!({ "key": shown(&key), "secret": secret });
            say.result(&result, || {
                format!("key {} is issued\n  secret  {secret}  (shown once)", key.id)
            })
        }
        KeyCommand::List { party } => list(world, party.as_deref(), say).await,
        KeyCommand::Revoke { id, reason } => {
            let id: KeyId = id.parse().map_err(|error| {
                Fault::usage(format!("`{id}` is {error}")).hint("`kaname key list` shows the ids")
            })?;
            let reason = Line::parse("--reason", &reason)?;
            let key = world.revoke_key(&shell(), id, reason).await?;
            say.result(&shown(&key), || format!("key {id} is revoked"))
        }
    }
}

async fn list(world: &World, party: Option<&str>, say: Say) -> Result<(), Fault> {
    let owner = match party {
        Some(code) => Some(party::find(world, code).await?.id),
        None => None,
    };
    let page = world
        .api_keys(&shell(), |query| {
            query.limit = party::MOST;
            query.owner = owner;
        })
        .await?;
    let values: Vec<_> = page.rows.iter().map(shown).collect();
    let now = world.now();
    say.result(&json!({ "count": values.len(), "keys": values }), || {
        let rows: Vec<_> = page
            .rows
            .iter()
            .map(|key| {
                let scopes: Vec<_> = key
                    .state
                    .scopes
                    .iter()
                    .map(|scope| scope.as_str())
                    .collect();
                let state = if key.state.is_alive(now) {
                    "in force"
                } else {
                    "over"
                };
                [
                    key.id.to_string(),
                    key.state.label.to_string(),
                    scopes.join(" "),
                    state.to_owned(),
                ]
            })
            .collect();
        let text = table(["ID", "LABEL", "SCOPES", ""], &rows);
        format!("{text}\n{} keys", rows.len())
    })
}

fn shown(key: &Loaded<Key>) -> Value {
    let state = &key.state;
    json!({
        "id": key.id,
        "party": state.party,
        "label": state.label,
        "scopes": state.scopes,
        "prefix": state.prefix,
        "issued": state.issued,
        "expires": state.expires,
        "revoked": state.revoked,
    })
}
