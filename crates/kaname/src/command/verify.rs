//! `verify`: proves the whole ledger, offline.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use kaname_kernel::checkpoint::{Checkpoint, CheckpointError, verifier_line};
use kaname_store::Store;
use kaname_world::{
    Keys, World,
    ambient::SystemClock,
    verify::{Whole, verify},
};
use serde::Serialize;

use crate::{
    bounded,
    cli::VerifyArgs,
    config::Config,
    fault::{Exit, Fault},
    open::{self, OpenStore},
    part,
    say::Say,
};

/// Largest checkpoint note that is read, in bytes.
const MAX_NOTE: u64 = 64 * 1024;

/// A checkpoint that someone kept.
pub(super) struct Kept {
    path: PathBuf,
    note: String,
}

pub(super) async fn run(config: &Config, args: VerifyArgs, say: Say) -> Result<(), Fault> {
    let kept = kept(&args.checkpoints)?;
    let keys = open::keys(config)?;
    let store = open::open_store(config).await?;
    let done = async {
        // Keys of another store would only find fault with everything.
        let world = open::under_any_name(config, &store, keys, Arc::new(SystemClock)).await?;
        prove(config, &args, &kept, &world, &store, say).await
    };
    let done = done.await;
    store.close().await;
    done
}

async fn prove(
    config: &Config,
    args: &VerifyArgs,
    kept: &[Kept],
    world: &World,
    store: &OpenStore,
    say: Say,
) -> Result<(), Fault> {
    let (port, keys) = (store.port(), world.keys());
    let mut proved = checked(port.as_ref(), keys, kept, say).await?;
    if proved.ledger.fault.is_none() {
        sound(store).await?;
    }
    let rows = match args.rows && proved.ledger.fault.is_none() {
        true => Some(compare_rows(world, &mut proved, say).await?),
        false => None,
    };
    let store = port.as_ref();
    let name = name(config, world, say).await?;
    let key = verifier_line(&name, &keys.verifying());
    let result = Told {
        proved: &proved,
        rows,
        key: &key,
    };
    say.result(&result, || told(&proved, rows, &key))?;
    outcome(&proved)?;
    if let Some(path) = &args.keep {
        let newest = store.checkpoint(0).await?;
        let newest = newest.ok_or_else(|| {
            Fault::not_found("no checkpoint is signed yet").hint("the server signs one each second")
        })?;
        part::write(path, newest.note.as_bytes())
            .map_err(|error| Fault::file(path, "written", &error))?;
    }
    Ok(())
}

/// The ledger's name as its newest checkpoint has it; the configured one while none is signed. Says so
/// when the two differ.
async fn name(config: &Config, world: &World, say: Say) -> Result<String, Fault> {
    let configured = config.world().origin;
    let Some(signed) = world.signed_as().await? else {
        return Ok(configured);
    };
    if signed != configured {
        say.note(&format!(
            "note: this ledger is signed as {signed}; hub.origin says {configured} ({})",
            config.origin("hub.origin")
        ));
    }
    Ok(signed)
}

/// What `--json` prints.
#[derive(Serialize)]
struct Told<'a> {
    #[serde(flatten)]
    proved: &'a Whole,
    /// Rows of matters that were compared, where that was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    rows: Option<u64>,
    /// The verifier line of the ledger's key.
    key: &'a str,
}

/// Runs the proof with a bar. Objects are looked at when the ledger is whole.
pub(super) async fn checked(
    store: &dyn Store,
    keys: &Keys,
    kept: &[Kept],
    say: Say,
) -> Result<Whole, Fault> {
    let mut notes = Vec::with_capacity(kept.len());
    for one in kept {
        one.signed(keys)?;
        notes.push(one.note.clone());
    }
    // Where several nodes write, the newest events are put in order first, so that they are proved too.
    store.sequence().await?;
    let bar = say.progress("verifying", store.ledger_size().await?);
    let proved = verify(store, keys, &notes, &|done| bar.set_position(done)).await;
    bar.finish_and_clear();
    Ok(proved?)
}

/// Compares the rows of all matters with a bar; gives how many there are.
async fn compare_rows(world: &World, proved: &mut Whole, say: Say) -> Result<u64, Fault> {
    let bar = say.progress("comparing rows", proved.ledger.events);
    let compared = world.verify_rows(&|done| bar.set_position(done)).await;
    bar.finish_and_clear();
    let compared = compared?;
    proved.ledger.fault = compared.fault;
    Ok(compared.rows)
}

/// Refuses a file with damage that the proofs do not meet: through an index that lacks a row nobody
/// finds what it leads to.
pub(super) async fn sound(store: &OpenStore) -> Result<(), Fault> {
    let Some(found) = store.damage().await? else {
        return Ok(());
    };
    let mut fault = Fault::new(Exit::Unproved, found);
    fault.damaged = true;
    Err(fault)
}

/// The fault of a proof that found one.
pub(super) fn outcome(proved: &Whole) -> Result<(), Fault> {
    match &proved.ledger.fault {
        Some(fault) => Err(unproved(fault)),
        None => Ok(()),
    }
}

/// What was found, as the fault of a command.
pub(super) fn unproved(fault: &kaname_world::verify::Fault) -> Fault {
    let event = fault
        .event
        .as_ref()
        .map_or_else(String::new, |event| format!(" ({event})"));
    let what = match &fault.object {
        Some(object) => format!("object {object}: {}", fault.what),
        None => fault.what.clone(),
    };
    let hint = match fault.rebuild_mends {
        true => {
            "keep a copy of this store for inquiry; `kaname rebuild` writes it anew as the ledger has it"
        }
        false => "do not go on with this store: keep it for inquiry and restore a backup",
    };
    Fault::new(Exit::Unproved, what)
        .at(format!("event {}{event}", fault.seq))
        .hint(hint)
}

impl Kept {
    /// Reads one; what does not have the form of a checkpoint is none.
    fn read(path: &Path) -> Result<Self, Fault> {
        let unreadable = |error: std::io::Error| Fault::file(path, "read", &error);
        let none = |place: String, why: &str| {
            let mut fault = Fault::usage(format!("{} is no checkpoint", path.display())).at(place);
            fault.causes.push(why.to_owned());
            fault.hint(
                "name a file that `kaname verify --keep FILE` wrote; the ledger was not looked at",
            )
        };
        let place = path.display().to_string();
        if path.is_dir() {
            return Err(none(place, "it is a folder"));
        }
        let Some(bytes) = bounded::bytes(path, MAX_NOTE).map_err(unreadable)? else {
            return Err(none(place, "it is too large for one"));
        };
        let Ok(note) = String::from_utf8(bytes) else {
            return Err(none(place, "it is not text"));
        };
        if note.trim().is_empty() {
            return Err(none(place, "it is empty"));
        }
        if let Err(error) = Checkpoint::parse(&note) {
            let (place, why) = match error {
                CheckpointError::Form { line, what } => (format!("{place}:{line}"), what),
                CheckpointError::Signature(_) => (place, "it is not signed"),
            };
            return Err(none(place, why));
        }
        Ok(Self {
            path: path.to_owned(),
            note,
        })
    }

    /// How many events it covers.
    pub(super) fn size(&self) -> u64 {
        Checkpoint::parse(&self.note).map_or(0, |checkpoint| checkpoint.size)
    }

    /// Refuses one that this ledger's key did not sign.
    fn signed(&self, keys: &Keys) -> Result<(), Fault> {
        let Err(error) = Checkpoint::open(&self.note, &keys.verifying()) else {
            return Ok(());
        };
        let what = format!("{} was not signed by this ledger", self.path.display());
        Err(Fault::new(Exit::Unproved, what)
            .at(self.path.display().to_string())
            .because(&error)
            .hint("it is another hub's, or was changed since; the ledger was not looked at"))
    }
}

/// The checkpoints in files.
pub(super) fn kept(paths: &[PathBuf]) -> Result<Vec<Kept>, Fault> {
    paths.iter().map(|path| Kept::read(path)).collect()
}

fn told(proved: &Whole, rows: Option<u64>, key: &str) -> String {
    let verdict = &proved.ledger;
    if verdict.fault.is_some() {
        return format!("{} events are whole, then comes a fault", verdict.events);
    }
    let rows = rows.map_or_else(String::new, |rows| format!("\n  rows         {rows}"));
    format!(
        "the ledger is whole\n  events       {}\n  redacted     {}\n  opened       {} payloads, {} handles, {} attachments\n  checkpoints  {}\n  imported     {} objects{rows}\n  root         {}\n  key          {key}",
        verdict.events,
        verdict.redacted,
        proved.payloads,
        proved.handles,
        proved.attachments,
        verdict.checkpoints,
        proved.imported_objects,
        verdict.root,
    )
}
