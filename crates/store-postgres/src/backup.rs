//! A consistent copy of a world's tables in one file: for each table its name, then what PostgreSQL's
//! COPY gives, in length-prefixed pieces. All tables are read in one snapshot.

use std::{io::Read as _, path::Path};

use futures_util::{SinkExt, TryStreamExt, pin_mut};
use tokio::{
    fs::File,
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader, BufWriter},
};

use crate::{
    error::{Fault, Outcome, corrupt, database},
    open::Session,
    schema,
    write::tally,
};

/// First bytes of a copy: what it is and the version of its form.
const MAGIC: &[u8; 8] = b"KANAMEP1";

/// Largest piece accepted when reading: COPY gives one row a piece.
const LARGEST: u32 = 1 << 30;

/// Every table of the world; those that others are computed from come first.
const TABLES: [&str; 19] = [
    "head",
    "object_head",
    "events",
    "tiles",
    "checkpoints",
    "shredded",
    "audiences",
    "records",
    "lookups",
    "postings",
    "objects",
    "object_values",
    "object_refs",
    "withdrawn",
    "blobs",
    "sealed_links",
    "jobs",
    "notices",
    "answers",
];

fn io(error: std::io::Error) -> Fault {
    Fault::Store(database("copying", error))
}

/// What of the short-lived values is kept all the same: by what a world knows its own keys. It stands
/// last, and copies from before end without it.
const MARKS: &str = "kv";

/// Writes the copy; nothing may stand at `to` yet. Short-lived values are left out.
pub(crate) async fn write(session: &mut Session, to: &Path) -> Outcome<()> {
    let mut new = tokio::fs::OpenOptions::new();
    new.write(true).create_new(true);
    #[cfg(unix)]
    new.mode(0o600);
    let file = new.open(to).await.map_err(io)?;
    let filled = fill(session, file).await;
    if filled.is_err() {
        // Half a copy is of no use to anyone, and takes room that may be what is wanting.
        let _ = tokio::fs::remove_file(to).await;
    }
    filled
}

async fn fill(session: &mut Session, file: File) -> Outcome<()> {
    let mut file = BufWriter::new(file);
    file.write_all(MAGIC).await.map_err(io)?;
    let snapshot = session
        .build_transaction()
        .isolation_level(tokio_postgres::IsolationLevel::RepeatableRead)
        .read_only(true)
        .start()
        .await?;
    // A large table takes longer than one statement otherwise may.
    snapshot
        .batch_execute("SET LOCAL statement_timeout = 0")
        .await?;
    let tables = TABLES.map(|table| (table, table.to_owned()));
    let marks = "(SELECT * FROM kv WHERE space = 'key-marks')".to_owned();
    for (table, rows) in tables.into_iter().chain([(MARKS, marks)]) {
        piece(&mut file, table.as_bytes()).await?;
        let rows = snapshot
            .copy_out(&format!("COPY {rows} TO STDOUT (FORMAT binary)"))
            .await?;
        pin_mut!(rows);
        while let Some(bytes) = rows.try_next().await? {
            piece(&mut file, &bytes).await?;
        }
        piece(&mut file, &[]).await?;
    }
    snapshot.commit().await?;
    file.flush().await.map_err(io)?;
    file.get_ref().sync_all().await.map_err(io)
}

async fn piece(file: &mut BufWriter<File>, bytes: &[u8]) -> Outcome<()> {
    let length = u32::try_from(bytes.len()).map_err(|e| corrupt("copy", e))?;
    file.write_u32(length).await.map_err(io)?;
    file.write_all(bytes).await.map_err(io)
}

/// Whether the file says in its first bytes that it is such a copy.
pub fn is_copy(path: &Path) -> std::io::Result<bool> {
    let mut head = Vec::with_capacity(MAGIC.len());
    let file = std::fs::File::open(path)?;
    file.take(MAGIC.len() as u64).read_to_end(&mut head)?;
    Ok(head == MAGIC)
}

/// Fills an empty world from a copy, all of it or nothing.
pub(crate) async fn read(session: &mut Session, from: &Path) -> Outcome<()> {
    let mut file = BufReader::new(File::open(from).await.map_err(io)?);
    let mut magic = [0; MAGIC.len()];
    file.read_exact(&mut magic).await.map_err(io)?;
    if &magic != MAGIC {
        return Err(corrupt("copy", "it is not a copy of a world on PostgreSQL"));
    }
    let whole = session.transaction().await?;
    whole
        .batch_execute("SET LOCAL statement_timeout = 0")
        .await?;
    let used = "SELECT EXISTS (SELECT FROM events) OR EXISTS (SELECT FROM objects)";
    if whole.query_one(used, &[]).await?.try_get(0)? {
        return Err(corrupt("copy", "the world it should fill is not empty"));
    }
    whole
        .batch_execute("DELETE FROM head; DELETE FROM object_head")
        .await?;
    for table in TABLES.into_iter().chain([MARKS]) {
        if table == MARKS && file.fill_buf().await.map_err(io)?.is_empty() {
            break;
        }
        if take(&mut file).await? != table.as_bytes() {
            return Err(corrupt("copy", format!("table {table} is expected")));
        }
        let rows = whole
            .copy_in(&format!("COPY {table} FROM STDIN (FORMAT binary)"))
            .await?;
        pin_mut!(rows);
        // What the database does not take as rows of the table was not written as such.
        let damaged = |error: tokio_postgres::Error| match error.as_db_error() {
            Some(told) => corrupt("copy", format!("table {table}: {}", told.message())),
            None => error.into(),
        };
        loop {
            let bytes = take(&mut file).await?;
            if bytes.is_empty() {
                break;
            }
            rows.send(std::io::Cursor::new(bytes))
                .await
                .map_err(damaged)?;
        }
        rows.finish().await.map_err(damaged)?;
    }
    tally::anew(&whole).await?;
    schema::mark(&*whole, false).await?;
    for (table, column) in [
        ("events", "arrival"),
        ("audiences", "id"),
        ("records", "row"),
        ("jobs", "id"),
        ("notices", "arrival"),
    ] {
        let on = format!(
            "SELECT setval(pg_get_serial_sequence('{table}', '{column}'),
                           coalesce(max({column}), 0) + 1, false) FROM {table}"
        );
        whole.batch_execute(&on).await?;
    }
    whole.commit().await?;
    Ok(())
}

async fn take(file: &mut BufReader<File>) -> Outcome<Vec<u8>> {
    let cut = |error: std::io::Error| match error.kind() {
        std::io::ErrorKind::UnexpectedEof => corrupt("copy", "it is cut short"),
        _ => io(error),
    };
    let length = file.read_u32().await.map_err(cut)?;
    if length > LARGEST {
        return Err(corrupt("copy", "a piece is longer than any row"));
    }
    let mut bytes = vec![0; length as usize];
    file.read_exact(&mut bytes).await.map_err(cut)?;
    Ok(bytes)
}
