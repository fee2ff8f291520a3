//! Numbered migrations: appended to, never edited. All that are missing run in one transaction, so
//! the file is at the old version or at the new one.

use std::{
    fs::File,
    io::{self, Read as _},
    path::Path,
};

use kaname_store::StoreError;
use rusqlite::{Connection, TransactionBehavior};

use crate::error::Outcome;

const MIGRATIONS: &[&str] = &[
    include_str!("migrations/0001_base.sql"),
    include_str!("migrations/0002_dated.sql"),
    include_str!("migrations/0003_ordered.sql"),
    include_str!("migrations/0004_tallies.sql"),
    include_str!("migrations/0005_looked_at.sql"),
    include_str!("migrations/0006_counted.sql"),
];

/// Version of the schema this program writes.
pub const SCHEMA_VERSION: u32 = MIGRATIONS.len() as u32;

/// Marks a SQLite file as a Kaname store ("KANM").
const APPLICATION: i32 = 0x4b41_4e4d;
/// Bytes of the head of a SQLite file.
const HEAD: usize = 100;
/// Where the mark stands in that head.
const MARK_AT: usize = 68;

/// Brings the file to [`SCHEMA_VERSION`]; gives the version it was at. A file with nothing in it is
/// filled where that is asked for (`make`).
pub(crate) fn migrate(connection: &mut Connection, make: bool) -> Outcome<u32> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let found = look(&transaction, make)?;
    if found < SCHEMA_VERSION {
        for (number, sql) in (1u32..).zip(MIGRATIONS) {
            if number > found {
                transaction.execute_batch(sql)?;
                transaction.execute("INSERT INTO migrations (number) VALUES (?1)", [number])?;
            }
        }
        transaction.pragma_update(None, "user_version", SCHEMA_VERSION)?;
        transaction.pragma_update(None, "application_id", APPLICATION)?;
    }
    transaction.commit()?;
    Ok(found)
}

/// The version the file is at, or why it cannot be used.
fn look(connection: &Connection, make: bool) -> Outcome<u32> {
    let number = |name| connection.pragma_query_value(None, name, |row| row.get::<_, i64>(0));
    let (version, application) = (number("user_version")?, number("application_id")?);
    let tables = "SELECT count(*) FROM sqlite_schema WHERE type = 'table'";
    let tables: i64 = connection.query_row(tables, [], |row| row.get(0))?;
    if version == 0 && application == 0 && tables == 0 {
        if !make {
            return Err(absent().into());
        }
        connection.execute_batch("CREATE TABLE migrations (number INTEGER PRIMARY KEY) STRICT")?;
        return Ok(0);
    }
    if application != i64::from(APPLICATION) {
        return refuse(
            "this file is a SQLite database of another program\n\
            hint: check the path of the data folder",
        );
    }
    let Some(version) = u32::try_from(version).ok().filter(|v| *v <= SCHEMA_VERSION) else {
        return refuse(&format!(
            "the store has schema {version}, newer than this program's {SCHEMA_VERSION}\n\
             hint: run the program version that wrote it, or a newer one"
        ));
    };
    let applied = "SELECT count(*), coalesce(max(number), 0) FROM migrations";
    let applied: (u32, u32) =
        connection.query_row(applied, [], |row| Ok((row.get(0)?, row.get(1)?)))?;
    if applied != (version, version) {
        return refuse(&format!(
            "the store says schema {version} but lists {} migrations up to {}\n\
             hint: it was changed from outside; restore it from a backup",
            applied.0, applied.1
        ));
    }
    Ok(version)
}

/// Whether the file says in its first bytes that it is a store of this program: a SQLite database with
/// its mark (SQLite file format §1.3). Nothing is opened.
pub fn is_store(path: &Path) -> io::Result<bool> {
    let mut head = Vec::with_capacity(HEAD);
    File::open(path)?.take(HEAD as u64).read_to_end(&mut head)?;
    let mark = head.get(MARK_AT..MARK_AT + 4);
    Ok(
        head.starts_with(b"SQLite format 3\0")
            && mark == Some(APPLICATION.to_be_bytes().as_slice()),
    )
}

/// Whether the file has no byte, nor its write-ahead log: opening it for writing would give it some.
pub(crate) fn is_nothing(path: &Path) -> bool {
    let mut log = path.as_os_str().to_owned();
    log.push("-wal");
    let bytes = |path: &Path| path.metadata().map(|meta| meta.len());
    matches!(bytes(path), Ok(0)) && matches!(bytes(Path::new(&log)), Ok(0) | Err(_))
}

/// Nothing was ever made in the file, or it was emptied.
pub(crate) fn absent() -> StoreError {
    StoreError::Absent("the store is empty: there is nothing in its file".to_owned())
}

fn refuse<T>(why: &str) -> Outcome<T> {
    Err(StoreError::Schema(why.to_owned()).into())
}
