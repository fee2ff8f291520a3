//! `verify`: proves the whole ledger, offline.

use std::{fs, path::Path};

use kaname_kernel::checkpoint::verifier_line;
use kaname_store::Store;
use kaname_world::{
    Keys,
    verify::{Verdict, verify},
};

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
    let done = prove(config, &args, &notes, &keys, store.port().as_ref(), say).await;
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
    let verdict = checked(store, keys, notes, say).await?;
    say.result(&verdict, || told(&verdict, &config.world().origin, keys))?;
    outcome(&verdict)?;
    if let Some(path) = &args.keep {
        let newest = store.checkpoint(0).await?;
        let newest = newest.ok_or_else(|| {
            Fault::not_found("no checkpoint is signed yet").hint("the server signs one each second")
        })?;
        fs::write(path, newest.note).map_err(|error| Fault::file(path, "written", &error))?;
    }
    Ok(())
}

/// Runs the proof with a bar.
pub(super) async fn checked(
    store: &dyn Store,
    keys: &Keys,
    notes: &[String],
    say: Say,
) -> Result<Verdict, Fault> {
    // Where several nodes write, the newest events are put in order first, so that they are proved too.
    store.sequence().await?;
    let bar = say.progress("verifying", store.ledger_size().await?);
    let verdict = verify(store, &keys.verifying(), notes, &|done| {
        bar.set_position(done)
    })
    .await;
    bar.finish_and_clear();
    Ok(verdict?)
}

/// The fault of a verdict that found one.
pub(super) fn outcome(verdict: &Verdict) -> Result<(), Fault> {
    let Some(fault) = &verdict.fault else {
        return Ok(());
    };
    let event = fault
        .event
        .as_ref()
        .map_or_else(String::new, |event| format!(" ({event})"));
    Err(Fault::new(Exit::Unproved, fault.what.clone())
        .at(format!("event {}{event}", fault.seq))
        .hint("do not go on with this store: keep it for inquiry and restore a backup"))
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

fn told(verdict: &Verdict, origin: &str, keys: &Keys) -> String {
    if verdict.fault.is_some() {
        return format!("{} events are whole, then comes a fault", verdict.events);
    }
    format!(
        "the ledger is whole\n  events       {}\n  redacted     {}\n  checkpoints  {}\n  root         {}\n  key          {}",
        verdict.events,
        verdict.redacted,
        verdict.checkpoints,
        verdict.root,
        verifier_line(origin, &keys.verifying()),
    )
}
