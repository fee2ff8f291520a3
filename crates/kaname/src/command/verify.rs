//! `verify`: proves the whole ledger, offline.

use std::{fs, path::Path};

use kaname_kernel::checkpoint::verifier_line;
use kaname_store::Store;
use kaname_world::{
    Keys,
    verify::{ObjectVerdict, Verdict, verify, verify_objects},
};
use serde::Serialize;

use crate::{
    cli::VerifyArgs,
    config::Config,
    fault::{Exit, Fault},
    open,
    say::Say,
};

/// Largest checkpoint note that is read, in bytes.
const MAX_NOTE: u64 = 64 * 1024;

pub(super) async fn run(config: &Config, args: VerifyArgs, say: Say) -> Result<(), Fault> {
    let notes = notes(&args.checkpoints)?;
    let keys = open::keys(config)?;
    let store = open::open_store(config).await?;
    let done = async {
        // Keys of another store would only find fault with everything.
        open::world(config, &store, keys.clone()).await?;
        prove(config, &args, &notes, &keys, store.port().as_ref(), say).await
    };
    let done = done.await;
    store.close().await;
    done
}

async fn prove(
    config: &Config,
    args: &VerifyArgs,
    notes: &[String],
    keys: &Keys,
    store: &dyn Store,
    say: Say,
) -> Result<(), Fault> {
    let proved = checked(store, keys, notes, say).await?;
    say.result(&proved, || told(&proved, &config.world().origin, keys))?;
    outcome(&proved)?;
    if let Some(path) = &args.keep {
        let newest = store.checkpoint(0).await?;
        let newest = newest.ok_or_else(|| {
            Fault::not_found("no checkpoint is signed yet").hint("the server signs one each second")
        })?;
        fs::write(path, newest.note).map_err(|error| Fault::file(path, "written", &error))?;
    }
    Ok(())
}

/// What was proved: the ledger, and the objects whose roots stand in it.
#[derive(Debug, Serialize)]
pub(super) struct Proved {
    #[serde(flatten)]
    pub(super) ledger: Verdict,
    /// Objects that imports brought, compared with the roots in the ledger.
    imported_objects: u64,
}

/// Runs the proof with a bar. Objects are looked at when the ledger is whole.
pub(super) async fn checked(
    store: &dyn Store,
    keys: &Keys,
    notes: &[String],
    say: Say,
) -> Result<Proved, Fault> {
    // Where several nodes write, the newest events are put in order first, so that they are proved too.
    store.sequence().await?;
    let bar = say.progress("verifying", store.ledger_size().await?);
    let verdict = verify(store, &keys.verifying(), notes, &|done| {
        bar.set_position(done)
    })
    .await;
    bar.finish_and_clear();
    let mut ledger = verdict?;
    let mut imported_objects = 0;
    if ledger.fault.is_none() {
        let objects = objects(store, keys, say).await?;
        imported_objects = objects.objects;
        ledger.fault = objects.fault;
    }
    Ok(Proved {
        ledger,
        imported_objects,
    })
}

/// Compares the objects of imports with the roots in the ledger.
pub(super) async fn objects(
    store: &dyn Store,
    keys: &Keys,
    say: Say,
) -> Result<ObjectVerdict, Fault> {
    let bar = say.progress("comparing imported objects", 0);
    let verdict = verify_objects(store, keys, &|done| bar.set_position(done)).await;
    bar.finish_and_clear();
    Ok(verdict?)
}

/// The fault of a proof that found one.
pub(super) fn outcome(proved: &Proved) -> Result<(), Fault> {
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
    Fault::new(Exit::Unproved, what)
        .at(format!("event {}{event}", fault.seq))
        .hint("do not go on with this store: keep it for inquiry and restore a backup")
}

/// Checkpoint notes from files.
pub(super) fn notes(paths: &[std::path::PathBuf]) -> Result<Vec<String>, Fault> {
    let read = |path: &Path| {
        let unreadable = |error: std::io::Error| {
            let mut fault = Fault::file(path, "read", &error);
            fault.exit = Exit::NotFound;
            fault
        };
        if fs::metadata(path).map_err(unreadable)?.len() > MAX_NOTE {
            return Err(Fault::usage(format!(
                "{} is no checkpoint: too large",
                path.display()
            )));
        }
        fs::read_to_string(path).map_err(unreadable)
    };
    paths.iter().map(|path| read(path)).collect()
}

fn told(proved: &Proved, origin: &str, keys: &Keys) -> String {
    let verdict = &proved.ledger;
    if verdict.fault.is_some() {
        return format!("{} events are whole, then comes a fault", verdict.events);
    }
    format!(
        "the ledger is whole\n  events       {}\n  redacted     {}\n  checkpoints  {}\n  imported     {} objects\n  root         {}\n  key          {}",
        verdict.events,
        verdict.redacted,
        verdict.checkpoints,
        proved.imported_objects,
        verdict.root,
        verifier_line(origin, &keys.verifying()),
    )
}
