//! A consistent copy of the file, while others write.

use std::path::Path;

use crate::{
    connection,
    error::{Fault, Outcome, corrupt, database},
    options::SqliteOptions,
};

/// Copies the file as of one moment to a place where nothing stands yet.
pub(crate) fn copy(from: &Path, to: &Path) -> Outcome<()> {
    let io = |e: std::io::Error| Fault::Store(database("backing up", e));
    let source = connection::reading(from, &SqliteOptions::default())?;
    // Nobody else reads the copy either.
    let mut new = std::fs::OpenOptions::new();
    new.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut new, 0o600);
    drop(new.open(to).map_err(io)?);
    let copied = fill(&source, to);
    if copied.is_err() {
        // Half a copy is of no use to anyone, and takes room that may be what is wanting.
        let _ = std::fs::remove_file(to);
    }
    copied
}

fn fill(source: &rusqlite::Connection, to: &Path) -> Outcome<()> {
    let io = |e: std::io::Error| Fault::Store(database("backing up", e));
    let mut target = rusqlite::Connection::open(to)?;
    let backup = rusqlite::backup::Backup::new(source, &mut target)?;
    // All pages in one step: the read transaction holds one state while others go on writing.
    let step = backup.step(-1)?;
    drop(backup);
    if step != rusqlite::backup::StepResult::Done {
        return Err(corrupt("backup", format!("it ended with {step:?}")));
    }
    target.close().map_err(|(_, error)| error)?;
    std::fs::File::open(to)
        .and_then(|file| file.sync_all())
        .map_err(io)
}
