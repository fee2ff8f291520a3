//! One connection, set up the same way everywhere.

use std::{path::Path, time::Duration};

use rusqlite::{Connection, OpenFlags, config::DbConfig};

use crate::{error::Outcome, options::SqliteOptions};

/// Opens a file that exists, for writing.
pub(crate) fn writing(path: &Path, options: &SqliteOptions) -> Outcome<Connection> {
    let connection = open(path, options)?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    // A bigger bite per checkpoint (64 MiB): pages that change often reach the main file once.
    connection.pragma_update(None, "wal_autocheckpoint", 16_000)?;
    connection.pragma_update(None, "cache_size", -i64::from(options.writer_cache_kib))?;
    connection.pragma_update(None, "journal_size_limit", 64 * 1024 * 1024)?;
    if let Some(pages) = options.max_pages {
        connection.pragma_update(None, "max_page_count", pages)?;
    }
    Ok(connection)
}

/// Opens a file that exists, for reading only.
pub(crate) fn reading(path: &Path, options: &SqliteOptions) -> Outcome<Connection> {
    let connection = open(path, options)?;
    connection.pragma_update(None, "cache_size", -i64::from(options.cache_kib))?;
    connection.pragma_update(None, "query_only", true)?;
    Ok(connection)
}

fn open(path: &Path, options: &SqliteOptions) -> Outcome<Connection> {
    // Each connection is used by one thread at a time, so SQLite's own locking is not needed.
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(Duration::from_millis(u64::from(options.busy_timeout_ms)))?;
    connection.set_prepared_statement_cache_capacity(256);
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "secure_delete", true)?;
    connection.pragma_update(None, "temp_store", "MEMORY")?;
    connection.pragma_update(None, "trusted_schema", false)?;
    // Plans do not depend on what is bound: otherwise SQLite plans some questions anew each time.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    rusqlite::vtab::array::load_module(&connection)?;
    Ok(connection)
}
