//! `group add | join | leave | list`.

use std::collections::BTreeMap;

use kaname_directory::{Code, Group, Name2, Party};
use kaname_kernel::{MatterId, PartyId};
use kaname_world::{Loaded, World, WorldError};
use serde_json::{Value, json};

use super::{party, shell};
use crate::{
    cli::GroupCommand,
    config::Config,
    fault::Fault,
    open::Hub,
    say::{Say, table},
};

pub(super) async fn run(config: &Config, command: GroupCommand, say: Say) -> Result<(), Fault> {
    let hub = Hub::open(config).await?;
    let done = act(&hub.world, command, say).await;
    hub.close().await;
    done
}

async fn act(world: &World, command: GroupCommand, say: Say) -> Result<(), Fault> {
    match command {
        GroupCommand::Add {
            code,
            name_ja,
            name_en,
            opens_past,
        } => {
            let name = Name2::parse("--name-ja, --name-en", &name_ja, &name_en)?;
            let code = Code::parse("code", &code)?;
            let group = world.found_group(&shell(), code, name, opens_past).await?;
            let value = shown(world, &group).await?;
            say.result(&value, || {
                format!("group {} is founded, empty", group.state.code)
            })
        }
        GroupCommand::Join { group, parties } => {
            let id = find(world, &group).await?.id;
            let mut joined = Vec::new();
            for code in &parties {
                joined.push(party::find(world, code).await?.id.cast());
            }
            for party in joined {
                world.join_group(&shell(), id.cast(), party).await?;
            }
            told(world, &group, say).await
        }
        GroupCommand::Leave { group, parties } => {
            let id = find(world, &group).await?.id;
            for code in &parties {
                let party: PartyId = party::find(world, code).await?.id.cast();
                let change = |group: &Group| group.leave(party);
                world
                    .change_group(&shell(), id.cast(), None, change)
                    .await?;
            }
            told(world, &group, say).await
        }
        GroupCommand::List => list(world, say).await,
    }
}

/// The group of a code.
pub(super) async fn find(world: &World, code: &str) -> Result<Loaded<Group>, Fault> {
    let found = world.group_of(&shell(), code).await;
    found.map_err(|error| match error {
        WorldError::NotFound(_) => Fault::not_found(format!("there is no group `{code}`"))
            .hint("`kaname group list` shows the codes"),
        other => other.into(),
    })
}

async fn told(world: &World, code: &str, say: Say) -> Result<(), Fault> {
    let group = find(world, code).await?;
    let value = shown(world, &group).await?;
    let count = group.state.present().count();
    say.result(&value, || format!("group {code} has {count} parties"))
}

async fn list(world: &World, say: Say) -> Result<(), Fault> {
    let mut values = Vec::new();
    for (id, state) in world.groups().await? {
        let group = Loaded {
            id: id.cast(),
            version: 0,
            state,
        };
        values.push(shown(world, &group).await?);
    }
    say.result(&json!({ "count": values.len(), "groups": values }), || {
        let text = |value: &Value, path: &str| {
            value
                .pointer(path)
                .and_then(Value::as_str)
                .unwrap_or_default()
                .to_owned()
        };
        let rows: Vec<_> = values
            .iter()
            .map(|value| {
                let members = value.get("members").and_then(Value::as_array);
                let codes: Vec<_> = members
                    .into_iter()
                    .flatten()
                    .filter_map(Value::as_str)
                    .collect();
                [
                    text(value, "/code"),
                    text(value, "/name/ja"),
                    codes.join(" "),
                ]
            })
            .collect();
        table(["CODE", "NAME", "PARTIES"], &rows)
    })
}

async fn shown(world: &World, group: &Loaded<Group>) -> Result<Value, Fault> {
    let ids: Vec<MatterId> = group.state.present().map(PartyId::cast).collect();
    let mut codes = BTreeMap::new();
    for id in ids {
        if let Some(party) = world.load::<Party>(id).await? {
            codes.insert(party.state.code.to_string(), id);
        }
    }
    Ok(json!({
        "id": group.id,
        "code": group.state.code,
        "name": group.state.name,
        "opens_past": group.state.opens_past,
        "closed": group.state.closed,
        "members": codes.keys().collect::<Vec<_>>(),
    }))
}
