//! `taxii peers add | list | stop | start` and `taxii pull`: other servers, and reading them.

use std::{path::Path, time::Duration};

use kaname_kernel::Tlp;
use kaname_sharing::peer::{Peer, PeerDefinition, start_peer, stop_peer};
use kaname_world::{
    Loaded, World, WorldError,
    doors::{HttpsDoor, HttpsSettings},
    taxii::{PullBounds, stamp},
};
use serde_json::{Value, json};

use super::super::{collection, shell};
use crate::{
    bounded,
    cli::{AddPeer, PeersCommand, PullArgs},
    config::Config,
    fault::Fault,
    say::{Say, table},
};

/// Longest password file.
const MAX_PASSWORD: u64 = 1_000;

pub(super) async fn peers(world: &World, command: PeersCommand, say: Say) -> Result<(), Fault> {
    match command {
        PeersCommand::Add(args) => add(world, *args, say).await,
        PeersCommand::List => {
            let all = world.peers(&shell()).await?;
            let told: Vec<Value> = all.iter().map(|peer| shown(world, peer)).collect();
            say.result(&json!({ "count": told.len(), "peers": told }), || {
                let rows: Vec<_> = all.iter().map(|peer| row(world, peer)).collect();
                table(["CODE", "STATE", "TAKEN", "LAG", "URL"], &rows)
            })
        }
        PeersCommand::Stop { code, reason } => {
            let changed = world
                .change_peer(&shell(), &code, |peer| stop_peer(peer, &reason))
                .await;
            let changed = changed.map_err(|error| unknown(&code, error))?;
            say.result(&shown(world, &changed), || {
                format!("{code} is not read any more")
            })
        }
        PeersCommand::Start { code, after } => {
            let changed = world
                .change_peer(&shell(), &code, |peer| start_peer(peer, after))
                .await;
            let changed = changed.map_err(|error| unknown(&code, error))?;
            say.result(&shown(world, &changed), || format!("{code} is read again"))
        }
    }
}

async fn add(world: &World, args: AddPeer, say: Say) -> Result<(), Fault> {
    let into = collection::find(world, &args.into).await?;
    let most = args.tlp_at_most.map(|text| text.parse::<Tlp>()).transpose();
    let most = most.map_err(|error| Fault::usage(format!("--tlp-at-most: {error}")))?;
    let password = args.password_file.as_deref().map(password).transpose()?;
    let definition = PeerDefinition {
        code: args.code.clone(),
        url: args.url,
        into: into.id,
        types: args.types,
        tlp_at_most: most,
    };
    let user = args.user.unwrap_or_default();
    let credential = password
        .as_deref()
        .map(|password| (user.as_str(), password));
    let joined = world.join_peer(&shell(), definition, credential).await?;
    let code = &args.code;
    say.result(&shown(world, &joined), || {
        format!("{code} is a peer; `kaname taxii pull {code}` reads it")
    })
}

/// The first line of a file.
fn password(path: &Path) -> Result<String, Fault> {
    let bytes = bounded::file(path, MAX_PASSWORD, "the first line is the password")?;
    let text = String::from_utf8(bytes)
        .map_err(|_| Fault::failed("the password is no text").at(path.display().to_string()))?;
    Ok(text.lines().next().unwrap_or_default().to_owned())
}

pub(super) async fn pull(
    config: &Config,
    world: &World,
    args: PullArgs,
    say: Say,
) -> Result<(), Fault> {
    let settings = HttpsSettings {
        private: config.switch("taxii.private"),
        loopback: config.switch("taxii.loopback"),
    };
    let door = HttpsDoor::new(settings)
        .map_err(|error| Fault::failed("TLS cannot be set up").because(&error))?;
    let bounds = PullBounds {
        objects: args.max_objects,
        time: Duration::from_secs(args.max_seconds),
    };
    let mut codes = args.peers;
    if codes.is_empty() {
        let all = world.peers(&shell()).await?;
        let active = all.into_iter().filter(|peer| peer.state.stopped.is_none());
        codes = active.map(|peer| peer.state.definition.code).collect();
    }
    let (mut told, mut troubled) = (Vec::new(), Vec::new());
    for code in &codes {
        let bar = say.progress("pulling", 0);
        let moved = &|done| {
            bar.set_length(done);
            bar.set_position(done);
        };
        let pulled = world.pull(&shell(), &door, code, bounds, moved).await;
        bar.finish_and_clear();
        let pulled = pulled.map_err(|error| unknown(code, error))?;
        say.note(&format!(
            "{code}: {} objects taken, {} were there already, {} left out by rule, {} refused",
            pulled.taken, pulled.there, pulled.left_out, pulled.refused
        ));
        if let Some(trouble) = &pulled.trouble {
            troubled.push(format!("{code}: {trouble}"));
        }
        told.push(json!({ "peer": code, "pulled": pulled }));
    }
    say.result(&json!({ "pulled": told }), || match troubled.is_empty() {
        true => "every peer was read to its end".to_owned(),
        false => String::new(),
    })?;
    if troubled.is_empty() {
        return Ok(());
    }
    let mut fault = Fault::failed("not every peer was read to its end; what came is kept");
    fault.causes = troubled;
    Err(fault.hint("the next `kaname taxii pull` goes on from there"))
}

fn unknown(code: &str, error: WorldError) -> Fault {
    match error {
        WorldError::NotFound("taxii_peer") => {
            Fault::not_found(format!("there is no peer `{code}`"))
                .hint("`kaname taxii peers list` shows the codes")
        }
        other => other.into(),
    }
}

fn shown(world: &World, peer: &Loaded<Peer>) -> Value {
    let state = &peer.state;
    json!({
        "id": peer.id,
        "definition": state.definition,
        "has_credential": state.credential.is_some(),
        "added_after": state.after_us.map(stamp),
        "taken": state.taken,
        "read": state.read,
        "read_whole": state.read_whole,
        "lag_s": state.lag_s(world.now()),
        "trouble": state.trouble,
        "stopped": state.stopped,
    })
}

fn row(world: &World, peer: &Loaded<Peer>) -> [String; 5] {
    let state = &peer.state;
    let word = match (&state.stopped, &state.trouble) {
        (Some(_), _) => "stopped",
        (None, Some(_)) => "troubled",
        (None, None) => "active",
    };
    [
        state.definition.code.clone(),
        word.to_owned(),
        state.taken.to_string(),
        format!("{} s", state.lag_s(world.now())),
        state.definition.url.clone(),
    ]
}
