//! `taxii peers add | change | list | now | stop | start` and `taxii pull | push`: other
//! servers, reading them and sending to them.

use std::{path::Path, time::Duration};

use kaname_kernel::Tlp;
use kaname_sharing::{
    peer::{FailedObject, Peer, PeerDefinition, Terms, Way, ask_peer, start_peer, stop_peer},
    turn::Trouble,
};
use kaname_world::{Loaded, TurnBounds, World, WorldError, taxii::stamp};
use serde_json::{Value, json};

use super::super::{collection, shell};
use crate::{
    bounded,
    cli::{AddPeer, ChangePeer, PeersCommand, PullArgs},
    config::Config,
    fault::{Exit, Fault},
    say::{Say, table},
    serve,
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
                table(
                    [
                        "CODE", "WAY", "STATE", "TAKEN", "LAG", "EVERY", "NEXT", "URL",
                    ],
                    &rows,
                )
            })
        }
        PeersCommand::Change(args) => change(world, *args, say).await,
        PeersCommand::Now { code } => {
            let changed = world.change_peer(&shell(), &code, ask_peer).await;
            let changed = changed.map_err(|error| unknown(&code, error))?;
            say.result(&shown(world, &changed), || {
                format!("a running server or worker gives {code} its turn next")
            })
        }
        PeersCommand::Stop { code, reason } => {
            let changed = world
                .change_peer(&shell(), &code, |peer| stop_peer(peer, &reason))
                .await;
            let changed = changed.map_err(|error| unknown(&code, error))?;
            say.result(&shown(world, &changed), || {
                format!("{code} has no turns any more")
            })
        }
        PeersCommand::Start { code, after } => {
            let changed = world
                .change_peer(&shell(), &code, |peer| start_peer(peer, after))
                .await;
            let changed = changed.map_err(|error| unknown(&code, error))?;
            say.result(&shown(world, &changed), || {
                format!("{code} has its turns again")
            })
        }
    }
}

async fn add(world: &World, args: AddPeer, say: Say) -> Result<(), Fault> {
    let way = way(world, &args).await?;
    let most = tlp(args.tlp_at_most.as_deref())?;
    let password = args.password_file.as_deref().map(password).transpose()?;
    let definition = PeerDefinition {
        code: args.code.clone(),
        url: args.url,
        way,
        types: args.types,
        tlp_at_most: most,
        every: Some(args.every),
    };
    let user = args.user.unwrap_or_default();
    let credential = password
        .as_deref()
        .map(|password| (user.as_str(), password));
    let joined = world.join_peer(&shell(), definition, credential).await?;
    let code = &args.code;
    say.result(&shown(world, &joined), || {
        format!("{code} is a peer; a running server gives it its turns")
    })
}

/// Which way objects are to go.
async fn way(world: &World, args: &AddPeer) -> Result<Way, Fault> {
    if let Some(into) = &args.into {
        let into = collection::find(world, into).await?.id;
        return Ok(Way::Pull { into });
    }
    let out_of = args.out_of.as_deref().unwrap_or_default();
    let out_of = collection::find(world, out_of).await?.id;
    let code = args.party.as_deref().unwrap_or_default();
    let party = world
        .party_of(&shell(), code)
        .await
        .map_err(|error| match error {
            WorldError::NotFound(_) => Fault::not_found(format!("there is no party `{code}`")),
            other => other.into(),
        })?;
    let party = party.id.cast();
    Ok(Way::Push { out_of, party })
}

async fn change(world: &World, args: ChangePeer, say: Say) -> Result<(), Fault> {
    let code = &args.code;
    let peer = world.peer(&shell(), code).await;
    let now = peer.map_err(|error| unknown(code, error))?;
    let now = now.state.definition.terms();
    let most = tlp(args.tlp_at_most.as_deref())?;
    let terms = Terms {
        url: args.url.unwrap_or(now.url),
        types: match args.types.is_empty() && !args.any_type {
            true => now.types,
            false => args.types,
        },
        tlp_at_most: match args.any_tlp {
            true => None,
            false => most.or(now.tlp_at_most),
        },
        every: args.every.unwrap_or(now.every),
    };
    let password = args.password_file.as_deref().map(password).transpose()?;
    let user = args.user.unwrap_or_default();
    let credential = password.as_deref();
    let credential = credential.map(|password| (user.as_str(), password));
    let shell = shell();
    let changed = world.agree_otherwise(&shell, code, terms, credential);
    let changed = changed.await.map_err(|error| unknown(code, error))?;
    say.result(&shown(world, &changed), || {
        format!("{code} is agreed with otherwise")
    })
}

fn tlp(text: Option<&str>) -> Result<Option<Tlp>, Fault> {
    let most = text.map(str::parse::<Tlp>).transpose();
    most.map_err(|error| Fault::usage(format!("--tlp-at-most: {error}")))
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
    let door = serve::to_peers(config)?;
    let bounds = TurnBounds {
        objects: args.max_objects,
        time: Duration::from_secs(args.max_seconds),
    };
    let mut codes = args.peers;
    if codes.is_empty() {
        codes = active(world, "pull").await?;
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
        let trouble = pulled.trouble.as_ref().map(Trouble::to_string);
        if let Some(trouble) = trouble.or_else(|| pulled.bound.clone()) {
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

/// Codes of the peers that are not stopped, whose objects go that way.
async fn active(world: &World, way: &str) -> Result<Vec<String>, Fault> {
    let all = world.peers(&shell()).await?;
    let active = all.into_iter().filter(|peer| {
        peer.state.turns.stopped.is_none() && peer.state.definition.way.as_str() == way
    });
    Ok(active.map(|peer| peer.state.definition.code).collect())
}

pub(super) async fn push(
    config: &Config,
    world: &World,
    args: PullArgs,
    say: Say,
) -> Result<(), Fault> {
    let door = serve::to_peers(config)?;
    let bounds = TurnBounds {
        objects: args.max_objects,
        time: Duration::from_secs(args.max_seconds),
    };
    let codes = match args.peers.is_empty() {
        true => active(world, "push").await?,
        false => args.peers,
    };
    let (mut told, mut troubled) = (Vec::new(), Vec::new());
    for code in &codes {
        let bar = say.progress("pushing", 0);
        let moved = &|done| {
            bar.set_length(done);
            bar.set_position(done);
        };
        let pushed = world.push(&shell(), &door, code, bounds, moved).await;
        bar.finish_and_clear();
        let pushed = pushed.map_err(|error| unknown(code, error))?;
        say.note(&format!(
            "{code}: {} objects sent, {} left out by rule, {} not taken",
            pushed.sent, pushed.left_out, pushed.refused
        ));
        let trouble = pushed.trouble.as_ref().map(Trouble::to_string);
        if let Some(trouble) = trouble.or_else(|| pushed.bound.clone()) {
            troubled.push(format!("{code}: {trouble}"));
        }
        told.push(json!({ "peer": code, "pushed": pushed }));
    }
    say.result(&json!({ "pushed": told }), || match troubled.is_empty() {
        true => "every peer was sent all there is for it".to_owned(),
        false => String::new(),
    })?;
    if troubled.is_empty() {
        return Ok(());
    }
    let mut fault =
        Fault::failed("not every peer was sent all there is for it; what it took is put down");
    fault.causes = troubled;
    Err(fault.hint("the next `kaname taxii push` goes on from there"))
}

fn unknown(code: &str, error: WorldError) -> Fault {
    match error {
        WorldError::NotFound("taxii_peer") => {
            Fault::not_found(format!("there is no peer `{code}`"))
                .hint("`kaname taxii peers list` shows the codes")
        }
        error if error.is_conflict() => {
            let what = format!("`{code}` was read or changed by somebody else meanwhile");
            Fault::new(Exit::Denied, what).hint("what came is kept; try again")
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
        "refused": state.refused,
        "failed": state.failed.iter().map(failed).collect::<Vec<_>>(),
        "read": state.turns.read,
        "read_whole": state.turns.read_whole,
        "every": state.definition.every(),
        "next": state.turns.next,
        "troubles": state.turns.troubles,
        "lag_s": state.turns.lag_s(world.now()),
        "trouble": state.turns.trouble.as_ref().map(Trouble::to_string),
        "stopped": state.turns.stopped,
    })
}

fn failed(one: &FailedObject) -> Value {
    json!({ "id": one.id, "version": stamp(one.version_us), "why": one.why.to_string() })
}

fn row(world: &World, peer: &Loaded<Peer>) -> [String; 8] {
    let state = &peer.state;
    [
        state.definition.code.clone(),
        state.definition.way.as_str().to_owned(),
        state.turns.state().to_owned(),
        state.taken.to_string(),
        format!("{} s", state.turns.lag_s(world.now())),
        state.definition.every().to_string(),
        state
            .turns
            .next
            .map_or("-".to_owned(), |next| format!("{next:.0}")),
        state.definition.url.clone(),
    ]
}
