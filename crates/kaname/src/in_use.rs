//! Who uses the embedded store (on PostgreSQL see [`crate::noted`] and the adapter): a file beside it, locked by the system for as long as its user lives.
//! Servers and workers write a line into it and take it away at their end: a line that is found without
//! its writer tells of an end without a word.

use std::{
    fs::{File, OpenOptions, TryLockError},
    io::{Read as _, Seek as _, SeekFrom, Write as _},
    os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _},
    path::Path,
    sync::Arc,
    time::Duration,
};

use crate::{
    config::Config,
    fault::{Exit, Fault},
    open::place,
};

/// Name of the file in the data folder.
const LOCK: &str = "in-use.lock";
/// Largest file that is read, in bytes.
const MOST: u64 = 4_096;
/// How often a shared lock is asked for: another may hold it for a moment to look who is there.
const TRIES: u32 = 10;
const PAUSE: Duration = Duration::from_millis(20);

/// How a command uses the store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Use {
    /// Beside others: the server and other commands.
    Beside,
    /// The same for long: a server or worker, which says when it ends.
    Serving,
    /// While nobody else does.
    Alone,
}

/// The lock, held until it is dropped.
pub(crate) struct Lock {
    file: File,
    /// What this program wrote into it.
    line: Option<String>,
}

impl Lock {
    /// Says that this program ended in good order.
    pub(crate) fn ended(&self) {
        let Some(line) = &self.line else { return };
        let rest: String = read(&self.file)
            .lines()
            .filter(|other| other != line)
            .map(|other| format!("{other}\n"))
            .collect();
        if let Err(error) = write(&self.file, &rest) {
            tracing::debug!(%error, "the end could not be noted");
        }
    }
}

/// Says that the embedded store is used, or that someone else does.
pub(crate) fn lock(config: &Config, how: Use) -> Result<Arc<Lock>, Fault> {
    let path = config.data().join(LOCK);
    let file = open(&path).map_err(|error| Fault::file(&path, "made", &error))?;
    let locked = match how {
        Use::Beside => share(&file),
        Use::Serving => return serve(config, &path, file),
        Use::Alone => file.try_lock(),
    };
    match locked {
        Ok(()) => Ok(Arc::new(Lock { file, line: None })),
        Err(error) => Err(refused(config, &path, &file, error, how)),
    }
}

/// The lock of a program that stays. Whoever finds nobody else there finds out how the last one ended.
fn serve(config: &Config, path: &Path, file: File) -> Result<Arc<Lock>, Fault> {
    let first = file.try_lock().is_ok();
    let before = read(&file);
    // Whoever holds the file alone knows that all others ended; else the system is asked.
    let (ended, others): (Vec<_>, Vec<_>) = before.lines().partition(|line| first || is_dead(line));
    for who in ended.iter().map(|line| process(line)) {
        tracing::warn!(
            who,
            store = place(config),
            "the last end was unclean: killed, or the machine stopped; what was acknowledged is kept"
        );
    }
    let id = std::process::id();
    let line = format!("process {id} {}", stamp(id).unwrap_or_default());
    let others: String = others.iter().map(|other| format!("{other}\n")).collect();
    let shared = if first {
        file.unlock().map_err(TryLockError::Error)
    } else {
        Ok(())
    };
    let shared = shared.and_then(|()| share(&file));
    shared.map_err(|error| refused(config, path, &file, error, Use::Serving))?;
    if let Err(error) = write(&file, &format!("{others}{line}\n")) {
        tracing::warn!(%error, file = %path.display(), "this start could not be noted");
    }
    let line = Some(line);
    Ok(Arc::new(Lock { file, line }))
}

fn share(file: &File) -> Result<(), TryLockError> {
    for _ in 1..TRIES {
        match file.try_lock_shared() {
            Err(TryLockError::WouldBlock) => std::thread::sleep(PAUSE),
            done => return done,
        }
    }
    file.try_lock_shared()
}

/// The part of a line that people are told.
fn process(line: &str) -> String {
    line.split(' ').take(2).collect::<Vec<_>>().join(" ")
}

/// What tells a process from a later one of the same number: when it started, and among which processes
/// it is numbered (proc(5): field 22 of `stat`; `ns/pid`).
fn stamp(id: u32) -> Option<String> {
    let stat = std::fs::read_to_string(format!("/proc/{id}/stat")).ok()?;
    // The second field is a name, which may hold anything.
    let mut fields = stat.rsplit_once(')')?.1.split_whitespace();
    // One that ended and was not yet asked about by its parent.
    fields.next().filter(|state| *state != "Z")?;
    Some(format!("{} {}", fields.nth(18)?, namespace()?))
}

fn namespace() -> Option<String> {
    let link = std::fs::read_link("/proc/self/ns/pid").ok()?;
    Some(link.display().to_string())
}

/// Whether the writer of a line has ended for certain, while others hold the file. One that cannot be seen
/// from here is taken to live.
fn is_dead(line: &str) -> bool {
    let Some((id, written)) = line
        .strip_prefix("process ")
        .and_then(|rest| rest.split_once(' '))
    else {
        return false;
    };
    let Ok(id) = id.parse() else { return false };
    let own = namespace().is_some_and(|own| written.ends_with(&own));
    own && stamp(id).as_deref() != Some(written)
}

fn refused(config: &Config, path: &Path, file: &File, error: TryLockError, how: Use) -> Fault {
    let (what, hint) = match (error, how) {
        (TryLockError::Error(error), _) => return Fault::file(path, "locked", &error),
        (TryLockError::WouldBlock, Use::Alone) => (
            "the store is in use",
            "stop the server and wait for other commands, then run this again",
        ),
        (TryLockError::WouldBlock, Use::Beside | Use::Serving) => (
            "the store is being rebuilt, migrated or restored",
            "wait until that is done, then run this again",
        ),
    };
    let mut fault = Fault::new(Exit::Denied, what).at(place(config));
    if how == Use::Alone {
        let living = read(file);
        let living = living.lines().filter(|line| !is_dead(line));
        fault.causes = living
            .map(|line| format!("kaname server or worker, {}", process(line)))
            .collect();
    }
    fault.hint(hint)
}

/// Opens the file, for this user only.
fn open(path: &Path) -> std::io::Result<File> {
    let mut options = OpenOptions::new();
    options
        .create(true)
        .truncate(false)
        .read(true)
        .write(true)
        .mode(0o600);
    let file = options.open(path)?;
    if file.metadata()?.permissions().mode() & 0o077 != 0 {
        // Earlier versions made it readable for others.
        file.set_permissions(std::fs::Permissions::from_mode(0o600))?;
    }
    Ok(file)
}

fn read(mut file: &File) -> String {
    let mut text = String::new();
    // A file that can't be read tells nothing.
    let _ = file.seek(SeekFrom::Start(0));
    let _ = file.take(MOST).read_to_string(&mut text);
    text
}

fn write(mut file: &File, text: &str) -> std::io::Result<()> {
    file.set_len(0)?;
    file.seek(SeekFrom::Start(0))?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}
