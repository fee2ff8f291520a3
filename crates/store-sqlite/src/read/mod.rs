//! Reading: a few connections, each lent to one question at a time on a thread that may block. Every
//! question sees one consistent state.

use std::{
    collections::HashMap,
    path::Path,
    sync::{Arc, Mutex, PoisonError, RwLock},
};

use kaname_kernel::{Audience, AudienceId};
use kaname_store::StoreError;
use rusqlite::Connection;
use tokio::sync::Semaphore;

use self::places::Places;
use crate::{
    connection,
    error::{Fault, Outcome, corrupt, database},
    form,
    options::SqliteOptions,
    watch::Watch,
};

pub(crate) mod carried;
pub(crate) mod find;
mod hits;
pub(crate) mod ledger;
pub(crate) mod list;
pub(crate) mod object;
pub(crate) mod object_row;
mod places;
pub(crate) mod plain;
pub(crate) mod record;
mod runs;
mod sql;

/// Most audiences kept in memory; then all are forgotten and read again.
const KNOWN: usize = 65_536;

/// Audiences by number. A number never changes its meaning once it was durable.
pub(crate) type Known = RwLock<HashMap<AudienceId, Audience>>;

/// What a question works with.
pub(crate) struct Reading<'a> {
    pub(crate) connection: &'a Connection,
    known: &'a Known,
    /// Where frequent words are found.
    places: &'a Places,
    /// How often those were forgotten before this state was held.
    round: u64,
}

impl Reading<'_> {
    /// The audience behind a number.
    pub(crate) fn audience(&self, id: AudienceId) -> Outcome<Audience> {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(audience) = known.get(&id) {
            return Ok(audience.clone());
        }
        drop(known);
        let find = "SELECT form FROM audiences WHERE id = ?1";
        let mut find = self.connection.prepare_cached(find)?;
        let mut rows = find.query([id])?;
        let row = rows.next()?;
        let row = row.ok_or_else(|| corrupt("audience", format!("number {id} is missing")))?;
        let audience: Audience = form::json(row, 0, "audience")?;
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= KNOWN {
            known.clear();
        }
        known.insert(id, audience.clone());
        Ok(audience)
    }
}

/// The connections that read.
pub(crate) struct Readers(Arc<Pool>);

struct Pool {
    free: Mutex<Vec<Connection>>,
    permits: Arc<Semaphore>,
    known: Known,
    places: Places,
    watch: Arc<Watch>,
}

impl Readers {
    pub(crate) fn open(path: &Path, options: &SqliteOptions, watch: Arc<Watch>) -> Outcome<Self> {
        let count = options.readers.clamp(1, 64);
        let open = |_| connection::reading(path, options);
        let free = (0..count).map(open).collect::<Outcome<Vec<_>>>()?;
        Ok(Self(Arc::new(Pool {
            free: Mutex::new(free),
            permits: Arc::new(Semaphore::new(count)),
            known: Known::default(),
            places: Places::default(),
            watch,
        })))
    }

    /// Asks one question.
    pub(crate) async fn read<T, F>(&self, doing: &'static str, question: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnOnce(&Reading<'_>) -> Outcome<T> + Send + 'static,
    {
        let closed = |_| database(doing, "the store is closed");
        let permit = Arc::clone(&self.0.permits)
            .acquire_owned()
            .await
            .map_err(closed)?;
        let pool = Arc::clone(&self.0);
        let asked = tokio::task::spawn_blocking(move || {
            let answer = pool.ask(question);
            drop(permit);
            answer
        });
        let stopped = |e| database(doing, e);
        asked.await.map_err(stopped)?.map_err(|fault| {
            let error = fault.doing(doing);
            self.0.watch.failed(&error, false);
            error
        })
    }

    /// Forgets where words are found: those of objects that are there were written anew.
    pub(crate) fn forget_places(&self) {
        self.0.places.forget();
    }

    /// Lends no connection any more and closes those that are free.
    pub(crate) fn close(&self) {
        self.0.permits.close();
        self.0
            .free
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clear();
    }
}

impl Pool {
    fn ask<T>(&self, question: impl FnOnce(&Reading<'_>) -> Outcome<T>) -> Outcome<T> {
        let lent = self
            .free
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .pop();
        let lent = Lent {
            pool: self,
            connection: Some(
                lent.ok_or_else(|| Fault::Store(database("reading", "no connection is free")))?,
            ),
        };
        let Some(connection) = &lent.connection else {
            return Err(Fault::Store(database("reading", "no connection is free")));
        };
        let round = self.places.round();
        let transaction = connection.unchecked_transaction()?;
        let answer = question(&Reading {
            connection,
            known: &self.known,
            places: &self.places,
            round,
        });
        transaction.finish()?;
        answer
    }
}

/// Brings the connection back, whatever happens to the question.
struct Lent<'a> {
    pool: &'a Pool,
    connection: Option<Connection>,
}

impl Drop for Lent<'_> {
    fn drop(&mut self) {
        if self.pool.permits.is_closed() {
            return;
        }
        let mut free = self
            .pool
            .free
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        free.extend(self.connection.take());
    }
}
