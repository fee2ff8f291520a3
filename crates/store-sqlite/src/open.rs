//! Making, opening and closing a store.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use kaname_kernel::{Clock, EventId, Rng};
use kaname_store::StoreError;

use crate::{
    connection,
    error::{Outcome, database},
    options::SqliteOptions,
    read::Readers,
    schema,
    watch::Watch,
    writer::Writer,
};

/// A world's store in one SQLite file.
pub struct SqliteStore {
    pub(crate) path: PathBuf,
    found_schema: u32,
    pub(crate) writer: Writer,
    pub(crate) readers: Readers,
    pub(crate) watch: Arc<Watch>,
}

impl std::fmt::Debug for SqliteStore {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SqliteStore")
            .field("path", &self.path)
            .finish_non_exhaustive()
    }
}

impl SqliteStore {
    /// Makes a new store; fails when the file exists.
    pub fn create(
        path: &Path,
        options: SqliteOptions,
        clock: Arc<dyn Clock>,
        rng: Arc<dyn Rng>,
    ) -> Result<Self, StoreError> {
        let mut new = std::fs::OpenOptions::new();
        new.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut new, 0o600);
        let file = new
            .open(path)
            .map_err(|e| database("creating the store", e))?;
        drop(file);
        Self::open_in(path, options, clock, rng, true)
    }

    /// Opens a store that exists and brings its schema up to date. A file with nothing in it is left as
    /// it is, and told as [`StoreError::Absent`].
    pub fn open(
        path: &Path,
        options: SqliteOptions,
        clock: Arc<dyn Clock>,
        rng: Arc<dyn Rng>,
    ) -> Result<Self, StoreError> {
        Self::open_in(path, options, clock, rng, false)
    }

    fn open_in(
        path: &Path,
        options: SqliteOptions,
        clock: Arc<dyn Clock>,
        rng: Arc<dyn Rng>,
        make: bool,
    ) -> Result<Self, StoreError> {
        let doing = "opening the store";
        if !make && schema::is_nothing(path) {
            return Err(schema::absent());
        }
        let watch = Arc::new(Watch::over(path.to_owned()));
        let open = || -> Outcome<_> {
            let mut writing = connection::writing(path, &options)?;
            let found = schema::migrate(&mut writing, make)?;
            let readers = Readers::open(path, &options, Arc::clone(&watch))?;
            Ok((writing, found, readers))
        };
        let (writing, found_schema, readers) = open().map_err(|fault| fault.doing(doing))?;
        let (queue, batch) = (options.queue, options.batch);
        let writer = Writer::start(writing, queue, batch, clock, rng, Arc::clone(&watch))?;
        Ok(Self {
            path: path.to_owned(),
            found_schema,
            writer,
            readers,
            watch,
        })
    }

    /// The schema version found when opening, before migrations; 0 for a new file.
    pub fn schema_version(&self) -> u32 {
        self.found_schema
    }

    /// Finishes the writes that wait, empties the write-ahead log and lets go of the file.
    pub async fn close(&self) {
        let thread = self.writer.stop();
        self.readers.close();
        // A writer that panicked has nothing left to finish.
        let joined = tokio::task::spawn_blocking(move || thread.map(std::thread::JoinHandle::join));
        if let Ok(Some(Err(_))) = joined.await {
            tracing::error!(path = %self.path.display(), "the store's writer had stopped early");
        }
    }

    /// The first fault that SQLite finds in the whole file, its indices among it; `None` when it is sound.
    pub async fn damage(&self) -> Result<Option<String>, StoreError> {
        let doing = "checking the file";
        let found = self.readers.read(doing, |reading| {
            let check = "PRAGMA integrity_check(1)";
            let said = reading.connection.query_row(check, [], |row| row.get(0));
            let said: String = said?;
            Ok((said != "ok").then_some(said))
        });
        found.await
    }

    /// Events whose payload key was destroyed, oldest first: a restore from an older copy must
    /// destroy them again.
    pub async fn shredded(&self) -> Result<Vec<EventId>, StoreError> {
        let doing = "reading the redaction list";
        let find = "SELECT event FROM shredded ORDER BY at_us, event";
        self.readers
            .read(doing, move |reading| {
                let mut find = reading.connection.prepare(find)?;
                let mut rows = find.query([])?;
                let mut events = Vec::new();
                while let Some(row) = rows.next()? {
                    events.push(crate::form::id(row, 0)?);
                }
                Ok(events)
            })
            .await
    }
}
