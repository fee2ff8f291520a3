//! `restore`: a copy in place of the store, proved before and redacted again.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};

use kaname_kernel::{EventId, MatterId};
use kaname_store::Store;
use kaname_world::{KeyError, Keys, World, WorldError, ambient::SystemClock, redact::REDACTED};
use serde_json::json;

use super::{
    init, shell,
    undone::{self, Undone},
    verify::{self, Kept},
};
use crate::{
    cli::RestoreArgs,
    config::Config,
    fault::{Exit, Fault},
    open::{self, BackupOf, OpenStore},
    say::Say,
};

/// What the files of an embedded store end with.
const SIDES: [&str; 3] = ["", "-wal", "-shm"];
/// Events read at a time.
const BATCH: u32 = 4_096;
/// What to do without the right keys.
const BRING_KEYS: &str = "bring the keys folder that belongs to this backup, or name it with --keys; \
                          keys made anew by `kaname init` do not open it";

pub(super) async fn run(config: &Config, args: RestoreArgs, say: Say) -> Result<(), Fault> {
    if !args.file.is_file() {
        return Err(Fault::not_found(format!(
            "there is no file {}",
            args.file.display()
        )));
    }
    let target = open::database(config);
    fits(&args.file, target.is_some())?;
    let Some(target) = target else {
        return into_schema(config, &args, say).await;
    };
    if target.exists() && !args.replace {
        let what = format!("there is a store at {}", target.display());
        return Err(Fault::new(Exit::Denied, what)
            .hint("--replace puts the copy in its place and keeps the old one beside it"));
    }
    let kept = verify::kept(&args.checkpoints)?;
    let keys = keys(config)?;
    init::folder(&config.data())?;
    let _alone = open::alone(config)?;
    let work = Work(config.data().join("restoring.db"));
    remove_store(&work.0)?;
    let prepared = async {
        let unwritten = |error: std::io::Error| Fault::file(&work.0, "written", &error);
        fs::copy(&args.file, &work.0).map_err(unwritten)?;
        private(&work.0)?;
        prepare(config, (&args.file, &work.0), &target, &kept, &keys, say).await
    };
    let prepared = prepared.await;
    let (events, redacted, undone, anew) =
        prepared.map_err(|fault| of_copy(fault, &args.file).hint("nothing was changed"))?;
    let old = put_in_place(&work.0, &target)?;
    let result = json!({
        "store": target, "events": events, "redacted_again": redacted, "old_store": old,
        "undone": undone, "rows_anew": anew,
    });
    say.result(&result, || {
        let mut text = format!(
            "restored to {}: {events} events, all proved",
            target.display()
        );
        text.push_str(&said_anew(anew.as_deref()));
        if redacted > 0 {
            text.push_str(&format!(
                "\n{redacted} matters redacted since that copy are redacted again"
            ));
        }
        if let Some(undone) = &undone {
            text.push_str(&undone.text());
        }
        if let Some(old) = &old {
            text.push_str(&format!("\nthe store before is kept as {}", old.display()));
        }
        text
    })
}

/// The copy while it is prepared. It takes room that the store needs: whatever fails, it goes.
struct Work(PathBuf);

impl Drop for Work {
    fn drop(&mut self) {
        let _ = remove_store(&self.0);
    }
}

/// Damage is the copy's: names it.
fn of_copy(fault: Fault, file: &Path) -> Fault {
    fault.damage(
        "the backup is damaged",
        &file.display().to_string(),
        "take another copy",
    )
}

/// Refuses a file that is no backup, or one of the other kind of store.
fn fits(file: &Path, embedded: bool) -> Result<(), Fault> {
    let told = file.display();
    let (what, hint) = match (open::backup_of(file)?, embedded) {
        (Some(BackupOf::Embedded), true) | (Some(BackupOf::Shared), false) => return Ok(()),
        (None, _) => (
            format!("{told} is no Kaname backup"),
            "`kaname backup FILE` writes one; nothing was changed",
        ),
        (Some(BackupOf::Shared), true) => (
            format!("{told} is a backup of a PostgreSQL store"),
            "--postgres or store.url names the database to restore it into",
        ),
        (Some(BackupOf::Embedded), false) => (
            format!("{told} is a backup of a store in a file, not of a PostgreSQL one"),
            "leave --postgres and store.url away to restore it",
        ),
    };
    Err(Fault::usage(what).at(told.to_string()).hint(hint))
}

/// The keys that a backup needs are those that were made with its store; new ones open nothing in it.
fn keys(config: &Config) -> Result<Keys, Fault> {
    Keys::load(&config.keys()).map_err(|error| {
        let absent = matches!(error, KeyError::File { .. });
        let mut fault = Fault::from(error);
        if absent {
            fault.hints = vec![BRING_KEYS.to_owned()];
        }
        fault
    })
}

/// Fills an empty PostgreSQL schema from a copy, proves what came, and redacts again what the schemas
/// beside it had redacted. Those are never touched: a restore goes into another one.
async fn into_schema(config: &Config, args: &RestoreArgs, say: Say) -> Result<(), Fault> {
    if args.replace {
        return Err(Fault::usage("a PostgreSQL schema is never replaced")
            .hint("restore into an empty one: store.schema names it"));
    }
    let kept = verify::kept(&args.checkpoints)?;
    let keys = keys(config)?;
    let store = open::create_store(config, Arc::new(SystemClock)).await?;
    let proved = async {
        open::not_empty(&store, &args.file.display().to_string()).await?;
        not_older(store.port().as_ref(), &kept).await?;
        let world = own(config, &store, keys.clone()).await?;
        let verdict = verify::checked(store.port().as_ref(), &keys, &kept, say).await?;
        verify::outcome(&verdict)?;
        let undone = undone_beside(config, &store, verdict.ledger.events).await?;
        let (beside, gone) = store.shredded_beside().await?;
        let anew = rows_anew(&world, say).await?;
        let redacted = redact_again(&world, &gone.into_iter().collect()).await?;
        world.checkpoint().await?;
        store.proved().await?;
        Ok::<_, Fault>((verdict.ledger.events, beside, redacted, undone, anew))
    };
    let filled = async {
        let filled = store.fill(&args.file).await;
        filled.map_err(|fault| of_copy(fault, &args.file))?;
        let left = format!(
            "no server opens the copy in {}; the next restore into it takes it away",
            open::place(config)
        );
        let proved = proved.await;
        proved.map_err(|fault| of_copy(fault, &args.file).hint(left))
    };
    let filled = filled.await;
    store.close().await;
    let (events, beside, redacted, undone, anew) = filled?;
    let (undone, unread) = undone;
    let (goes_on, undone) = undone.unzip();
    let result = json!({
        "store": open::place(config), "events": events,
        "schemas_beside": beside, "redacted_again": redacted,
        "undone": undone, "undone_in_schema": goes_on, "schemas_not_compared": unread,
        "rows_anew": anew,
    });
    say.result(&result, || {
        let place = open::place(config);
        let mut text = format!("restored to {place}: {events} events, all proved");
        text.push_str(&said_anew(anew.as_deref()));
        match beside {
            0 => text.push_str(
                "\nNo other schema in this database tells what was redacted after that copy: \
                 redact it again.",
            ),
            _ => text.push_str(&format!(
                "\n{redacted} matters that a schema beside it had redacted are redacted again"
            )),
        }
        if let (Some(schema), Some(undone)) = (&goes_on, &undone) {
            text.push_str(&format!("\nschema {schema} goes on where this copy ends"));
            text.push_str(&undone.text());
        }
        for schema in &unread {
            text.push_str(&format!(
                "\nschema {schema} is of another version: what of it is not in this copy cannot be told"
            ));
        }
        text
    })
}

/// What a schema beside it holds beyond the copy's events, and which: of those of the same ledger the one
/// that goes on furthest. Of those that cannot be read by this program it gives the names.
async fn undone_beside(
    config: &Config,
    store: &OpenStore,
    copied: u64,
) -> Result<(Option<(String, Undone)>, Vec<String>), Fault> {
    let own = last_of(store.port().as_ref(), copied).await?;
    let mut furthest: Option<(String, Undone)> = None;
    let mut unread = Vec::new();
    for schema in store.schemas_beside().await? {
        let Ok(other) = open::look(config, schema.clone()).await else {
            unread.push(schema);
            continue;
        };
        let told = async {
            let port = other.port();
            // The newest events have their place only after this.
            port.sequence().await?;
            match last_of(port.as_ref(), copied).await? == own {
                true => undone::since(port.as_ref(), copied).await,
                false => Ok(None),
            }
        };
        let told = told.await;
        other.close().await;
        let before = furthest.as_ref().map_or(0, |(_, undone)| undone.events());
        if let Some(undone) = told?.filter(|undone| undone.events() > before) {
            furthest = Some((schema, undone));
        }
    }
    Ok((furthest, unread))
}

/// The last of so many events of a ledger.
async fn last_of(store: &dyn Store, events: u64) -> Result<Option<EventId>, Fault> {
    let last = store.events(events.saturating_sub(1), 1).await?;
    Ok(last.first().map(|stored| stored.event.header.id))
}

/// Proves the copy and redacts again what the store it replaces had redacted. Gives its events and
/// the number of matters redacted.
async fn prepare(
    config: &Config,
    (file, work): (&Path, &Path),
    target: &Path,
    kept: &[Kept],
    keys: &Keys,
    say: Say,
) -> Result<(u64, usize, Option<Undone>, Option<String>), Fault> {
    let store = open::open_file(config, work)?;
    let proved = async {
        open::not_empty(&store, &file.display().to_string()).await?;
        not_older(store.port().as_ref(), kept).await?;
        let world = own(config, &store, keys.clone()).await?;
        let verdict = verify::checked(store.port().as_ref(), keys, kept, say).await?;
        verify::outcome(&verdict)?;
        verify::sound(&store).await?;
        let (gone, undone) = replaced(config, target, verdict.ledger.events).await?;
        let anew = rows_anew(&world, say).await?;
        let redacted = redact_again(&world, &gone).await?;
        world.checkpoint().await?;
        Ok((verdict.ledger.events, redacted, undone, anew))
    };
    let proved = proved.await;
    store.close().await;
    proved
}

/// Has the pages stand on what was proved: where the row of a matter is not what the ledger says, all rows are
/// computed anew. Gives what was wrong with the first. Whoever can write to a backup, or a bad disk, would
/// otherwise say who reads what.
async fn rows_anew(world: &World, say: Say) -> Result<Option<String>, Fault> {
    let bar = say.progress("comparing rows", world.store().ledger_size().await?);
    let compared = world.verify_rows(&|done| bar.set_position(done)).await;
    bar.finish_and_clear();
    let wrong = match compared {
        Ok(compared) => match compared.fault {
            None => return Ok(None),
            Some(fault) => fault.what,
        },
        Err(error) => error.to_string(),
    };
    let bar = say.progress("computing rows anew", world.store().ledger_size().await?);
    let rebuilt = world.rebuild(&|done| bar.set_position(done)).await;
    bar.finish_and_clear();
    match rebuilt?.fault {
        None => Ok(Some(wrong)),
        Some(fault) => Err(verify::unproved(&fault)),
    }
}

/// What is said of rows that were computed anew.
fn said_anew(wrong: Option<&str>) -> String {
    wrong.map_or_else(String::new, |wrong| {
        format!("\nrows were not what the ledger says and were computed anew: {wrong}")
    })
}

/// The world in a copy; keys of another hub are refused.
async fn own(config: &Config, store: &OpenStore, keys: Keys) -> Result<World, Fault> {
    let world = open::unchecked(config, store, keys, Arc::new(SystemClock))?;
    match world.check_keys().await {
        Ok(()) => Ok(world),
        Err(WorldError::ForeignKey(file)) => {
            let what =
                "these keys do not belong to this backup: it was signed and encrypted with others";
            let fault = Fault::new(Exit::Unproved, what).hint(BRING_KEYS);
            Err(fault.at(config.keys().join(file).display().to_string()))
        }
        Err(error) => Err(error.into()),
    }
}

/// What the store that is replaced had destroyed, and what it holds beyond the copy's events.
async fn replaced(
    config: &Config,
    target: &Path,
    copied: u64,
) -> Result<(BTreeSet<EventId>, Option<Undone>), Fault> {
    if !target.exists() {
        return Ok((BTreeSet::new(), None));
    }
    let listed = async {
        let store = match open::open_file(config, target) {
            // There is nothing in it, and nothing that it could tell.
            Err(fault) if fault.exit == Exit::NotFound => return Ok((Vec::new(), None)),
            store => store?,
        };
        let told = async {
            let gone = store.shredded().await?;
            Ok((gone, undone::since(store.port().as_ref(), copied).await?))
        };
        let told = told.await;
        store.close().await;
        told
    };
    let listed = listed.await.map_err(|fault: Fault| {
        fault.damage(
            "the store that is to be replaced is damaged: what was redacted in it cannot be read",
            &target.display().to_string(),
            "move it to another folder, restore again, and redact again what was redacted since the \
             backup",
        )
    });
    let (gone, undone) = listed?;
    Ok((gone.into_iter().collect(), undone))
}

/// Refuses a copy that is older than a checkpoint given: nothing is wrong with it, but with the choice.
async fn not_older(store: &dyn Store, kept: &[Kept]) -> Result<(), Fault> {
    let size = store.sequence().await?;
    let Some(covered) = kept
        .iter()
        .map(Kept::size)
        .max()
        .filter(|covered| *covered > size)
    else {
        return Ok(());
    };
    let what = format!(
        "the backup is older than this checkpoint: it holds {size} events, the checkpoint covers {covered}"
    );
    let hint = "restore a newer backup; or, when there is none, name the checkpoint that was kept with this \
                one: what was acknowledged since then is not in it";
    Err(Fault::new(Exit::Unproved, what).hint(hint))
}

/// Redacts every matter with an event whose key must be gone but is not.
async fn redact_again(world: &World, gone: &BTreeSet<EventId>) -> Result<usize, Fault> {
    if gone.is_empty() {
        return Ok(0);
    }
    let mut matters: BTreeSet<MatterId> = BTreeSet::new();
    let mut from = 0;
    loop {
        let batch = world.store().events(from, BATCH).await?;
        if batch.is_empty() {
            break;
        }
        from += batch.len() as u64;
        let alive = batch.iter().map(|stored| &stored.event);
        let alive = alive.filter(|event| event.wrapped_key.is_some());
        let due = alive.filter(|event| gone.contains(&event.header.id));
        matters.extend(due.map(|event| event.header.matter));
    }
    for matter in &matters {
        let reason = format!("{REDACTED} before; redacted again when a backup was restored");
        world.redact(&shell(), *matter, &reason).await?;
    }
    Ok(matters.len())
}

/// Moves the copy to where the store stands; the old one is kept under a name of its own.
fn put_in_place(work: &Path, target: &Path) -> Result<Option<PathBuf>, Fault> {
    let moved = |from: &Path, to: &Path| {
        fs::rename(from, to).map_err(|error| Fault::file(from, "moved", &error))
    };
    // A log without its store would be played into the copy: it goes out of the way too.
    let stands = |path: &Path| SIDES.iter().any(|side| with_suffix(path, side).exists());
    if !stands(target) {
        moved(work, target)?;
        return Ok(None);
    }
    let mut names = (1..1_000).map(|number| with_suffix(target, &format!(".before-{number}")));
    let free = names.find(|path| !stands(path));
    let free = free.ok_or_else(|| Fault::failed("too many old stores are kept beside it"))?;
    let swapped = || -> Result<(), Fault> {
        for side in SIDES {
            let path = with_suffix(target, side);
            if path.exists() {
                moved(&path, &with_suffix(&free, side))?;
            }
        }
        moved(work, target)
    };
    if let Err(fault) = swapped() {
        for side in SIDES {
            let _ = fs::rename(with_suffix(&free, side), with_suffix(target, side));
        }
        return Err(fault.hint("the store is where it was"));
    }
    Ok(free.exists().then_some(free))
}

fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}

/// Removes a database file with the two that SQLite keeps beside it.
fn remove_store(path: &Path) -> Result<(), Fault> {
    for side in SIDES {
        let path = with_suffix(path, side);
        match fs::remove_file(&path) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                return Err(Fault::file(&path, "removed", &error));
            }
            _ => {}
        }
    }
    Ok(())
}

#[cfg(unix)]
fn private(path: &Path) -> Result<(), Fault> {
    use std::os::unix::fs::PermissionsExt as _;
    let mode = fs::Permissions::from_mode(0o600);
    fs::set_permissions(path, mode).map_err(|error| Fault::file(path, "made private", &error))
}
