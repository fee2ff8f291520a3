//! Opening a world's schema, and carrying out changes in it.

use std::{
    collections::HashMap,
    path::Path,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use deadpool_postgres::{Manager, ManagerConfig, Pool, RecyclingMethod};
use kaname_kernel::{Audience, Clock, EventId, Rng};
use kaname_store::{Batches, Commit, Commits, Committed, NewJob, Record, Rows, StoreError, check};
use tokio_postgres::{Config, NoTls, config::Host};

use crate::{
    error::{Fault, Outcome, database},
    in_use,
    options::PostgresOptions,
    schema,
    watch::Watch,
    write::{
        audience::{self, Known},
        commit::{self, Numbered},
        jobs, rebuild, shred,
    },
};

/// A connection lent by the pool.
pub(crate) type Session = deadpool_postgres::Client;

/// How often a write is tried when others were faster.
const TRIES: usize = 8;

/// Longest wait for a free connection.
const WAIT: Duration = Duration::from_secs(30);

/// What a write needs beside its transaction.
pub(crate) struct Context {
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) rng: Arc<dyn Rng>,
    pub(crate) known: Known,
}

/// A world's store in one schema of a PostgreSQL database.
pub struct PostgresStore {
    pool: Pool,
    schema: String,
    found_schema: u32,
    pub(crate) context: Context,
    pub(crate) watch: Watch,
    /// Keeps others out for as long as the store is open.
    alone: Mutex<Option<Session>>,
}

impl std::fmt::Debug for PostgresStore {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PostgresStore")
            .field("schema", &self.schema)
            .finish_non_exhaustive()
    }
}

/// A change that becomes durable in one transaction.
pub(crate) enum Change {
    Commit(Numbered),
    Shred {
        events: Vec<EventId>,
        tombstone: Box<Record>,
        audience: i32,
        with: Numbered,
    },
    Queue(NewJob),
    Put(Vec<Record>, Vec<i32>),
}

/// The other worlds of a database that the role may read: their schemas, quoted and not.
const BESIDE: &str = "SELECT quote_ident(n.nspname), n.nspname::text
                      FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
                           JOIN pg_attribute a ON a.attrelid = c.oid
                      WHERE c.relname = 'shredded' AND c.relkind = 'r'
                        AND a.attname = 'event' AND a.atttypid = 'bytea'::regtype
                        AND n.nspname <> current_schema()
                        AND has_schema_privilege(n.oid, 'USAGE')
                        AND has_table_privilege(c.oid, 'SELECT')
                      ORDER BY 1";

impl PostgresStore {
    /// Opens the world's schema at `url` (`postgres://…` or `host=… user=…`) and brings it up to date.
    /// One that does not exist is made, or told as [`StoreError::Absent`], as `options.make` says.
    pub async fn open(
        url: &str,
        options: PostgresOptions,
        clock: Arc<dyn Clock>,
        rng: Arc<dyn Rng>,
    ) -> Result<Self, StoreError> {
        let doing = "opening the store";
        options.check()?;
        check_url(url, options.plain_network)?;
        let mut config: Config = url.parse().map_err(|e| database(doing, e))?;
        // Without compiling: questions are short, and it would take longer than they do.
        config.options(format!(
            "-c search_path={} -c statement_timeout={} -c default_transaction_isolation=read\\ committed -c jit=off",
            options.schema, options.statement_timeout_ms
        ));
        config.application_name(&options.name);
        let manage = ManagerConfig {
            recycling_method: RecyclingMethod::Fast,
        };
        let manager = Manager::from_config(config, NoTls, manage);
        let pool = Pool::builder(manager)
            .max_size(options.connections.clamp(1, 256))
            .wait_timeout(Some(WAIT))
            .create_timeout(Some(WAIT))
            .runtime(deadpool_postgres::Runtime::Tokio1);
        let pool = if options.alone {
            // One connection holds the lock beside those that work.
            pool.max_size(options.connections.clamp(1, 256) + 1)
        } else if options.looks {
            pool
        } else {
            pool.post_create(in_use::beside(options.schema.clone()))
        };
        let pool = pool.build().map_err(|e| database(doing, e))?;
        let alone = match options.alone {
            true => in_use::alone(&pool, &options.schema).await.map(Some),
            false => Ok(None),
        };
        let alone = alone.map_err(|fault| fault.doing(doing))?;
        let migrate = async || -> Outcome<u32> {
            let mut session = pool.get().await?;
            if options.looks {
                return schema::same(&session, &options.schema).await;
            }
            schema::migrate(&mut session, &options.schema, options.make).await
        };
        let found_schema = migrate().await.map_err(|fault| fault.doing(doing))?;
        let context = Context {
            clock,
            rng,
            known: Known::default(),
        };
        Ok(Self {
            pool,
            watch: Watch::over(format!(
                "PostgreSQL, schema {}, {}",
                options.schema,
                whereabouts(url)
            )),
            schema: options.schema,
            found_schema,
            context,
            alone: Mutex::new(alone),
        })
    }

    /// The schema version found when opening, before migrations; 0 for a new schema.
    pub fn schema_version(&self) -> u32 {
        self.found_schema
    }

    /// The programs that are connected to this world now, as they call themselves.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn users(&self) -> Result<Vec<String>, StoreError> {
        let read = async {
            let session = self.session().await?;
            in_use::users(&session, &self.schema).await
        };
        read.await
            .map_err(|fault: Fault| fault.doing("asking who uses the store"))
    }

    /// Lets go of all connections.
    pub async fn close(&self) {
        let alone = self
            .alone
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        drop(alone.map(Session::take));
        self.pool.close();
    }

    /// Names of the schemas of the other worlds of the same database that this role may read.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn beside(&self) -> Result<Vec<String>, StoreError> {
        let read = async || -> Outcome<Vec<String>> {
            let mut names = Vec::new();
            for world in self.session().await?.query(BESIDE, &[]).await? {
                names.push(world.try_get(1)?);
            }
            Ok(names)
        };
        read()
            .await
            .map_err(|fault| fault.doing("looking for other worlds"))
    }

    /// Payloads destroyed on purpose in the other worlds of the same database that this role may read,
    /// and how many such worlds there are: a restore beside them destroys the same again.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn shredded_beside(&self) -> Result<(usize, Vec<EventId>), StoreError> {
        let read = async || -> Outcome<(usize, Vec<EventId>)> {
            let session = self.session().await?;
            let worlds = session.query(BESIDE, &[]).await?;
            let mut gone = Vec::new();
            for world in &worlds {
                let name: String = world.try_get(0)?;
                let find = format!("SELECT event FROM {name}.shredded");
                for row in session.query(&find, &[]).await? {
                    gone.push(crate::form::id(&row, 0)?);
                }
            }
            Ok((worlds.len(), gone))
        };
        read()
            .await
            .map_err(|fault| fault.doing("reading what other worlds redacted"))
    }

    /// Events whose payload key was destroyed, oldest first: a restore from an older copy must
    /// destroy them again.
    pub async fn shredded(&self) -> Result<Vec<EventId>, StoreError> {
        let read = async || -> Outcome<Vec<EventId>> {
            let find = "SELECT event FROM shredded ORDER BY at_us, event";
            let rows = self.pool.get().await?.query(find, &[]).await?;
            rows.iter().map(|row| crate::form::id(row, 0)).collect()
        };
        read()
            .await
            .map_err(|fault| fault.doing("reading the redaction list"))
    }

    /// Fills this world, which must be empty, from a copy that [`Store::backup`] wrote. Until
    /// [`PostgresStore::proved`] nobody else opens it, and a further restore takes it away.
    pub async fn restore(&self, from: &Path) -> Result<(), StoreError> {
        let fill = async { crate::backup::read(&mut self.session().await?, from).await };
        fill.await.map_err(|fault| fault.doing("restoring"))
    }

    /// Lets others open what [`PostgresStore::restore`] filled: it was proved.
    pub async fn proved(&self) -> Result<(), StoreError> {
        let mark = async { schema::mark(&**self.session().await?, true).await };
        mark.await.map_err(|fault| fault.doing("restoring"))
    }

    pub(crate) async fn session(&self) -> Outcome<Session> {
        Ok(self.pool.get().await?)
    }

    pub(crate) async fn numbers(&self, audiences: &[&Audience]) -> Outcome<Vec<i32>> {
        let mut session = self.session().await?;
        audience::numbers(&mut session, &self.context.known, audiences).await
    }

    pub(crate) async fn numbered(&self, change: Commit) -> Outcome<Numbered> {
        check::commit(&change)?;
        let records: Vec<_> = change
            .appends
            .iter()
            .map(|append| &append.record.audience)
            .collect();
        let objects: Vec<_> = change
            .objects
            .iter()
            .map(|object| &object.audience)
            .collect();
        let (records, objects) = if records.is_empty() && objects.is_empty() {
            (Vec::new(), Vec::new())
        } else {
            (self.numbers(&records).await?, self.numbers(&objects).await?)
        };
        Ok(Numbered {
            change,
            records,
            objects,
        })
    }

    /// A fault named for whoever asked; what only the operator can mend is told in the log.
    pub(crate) fn told(&self, fault: Fault, doing: &'static str) -> StoreError {
        let error = fault.doing(doing);
        self.watch.failed(&error);
        error
    }

    /// Tries a change until it is durable or properly refused; races with other writers pass.
    pub(crate) async fn write(&self, change: &Change) -> Outcome<Option<Committed>> {
        let outcome = self
            .watch
            .patient("writing", true, self.tried(change))
            .await;
        match &outcome {
            Ok(_) => self.watch.wrote(None),
            Err(fault) => self.watch.write_failed(fault),
        }
        outcome
    }

    async fn tried(&self, change: &Change) -> Outcome<Option<Committed>> {
        let mut session = self.session().await?;
        let mut outcome = self.attempt(&mut session, change).await;
        for _ in 1..TRIES {
            match &outcome {
                Err(fault) if fault.passes() => {
                    outcome = self.attempt(&mut session, change).await;
                }
                _ => break,
            }
        }
        outcome
    }

    async fn attempt(&self, session: &mut Session, change: &Change) -> Outcome<Option<Committed>> {
        let context = &self.context;
        // Rolled back when dropped, so any error below leaves nothing.
        let transaction = session.transaction().await?;
        let committed = match change {
            Change::Commit(change) => Some(commit::write(&transaction, context, change).await?),
            Change::Shred {
                events,
                tombstone,
                audience,
                with,
            } => {
                let tombstone = (&**tombstone, *audience);
                Some(shred::shred(&transaction, context, events, tombstone, with).await?)
            }
            Change::Queue(job) => {
                jobs::queue_all(&transaction, std::slice::from_ref(job)).await?;
                None
            }
            Change::Put(records, audiences) => {
                let records: Vec<_> = records.iter().zip(audiences.iter().copied()).collect();
                rebuild::put(&transaction, &records).await?;
                None
            }
        };
        transaction.commit().await.map_err(Fault::of_commit)?;
        Ok(committed)
    }

    /// Puts what comes in the place of the rows that are there, in one transaction.
    pub(crate) async fn replace(&self, batches: &mut dyn Batches) -> Outcome<()> {
        let with_objects = batches.with_objects();
        let mut session = self.session().await?;
        let transaction = session.transaction().await?;
        rebuild::clear(&transaction, with_objects).await?;
        let mut met = HashMap::new();
        while let Some(rows) = batches.next().await? {
            match rows {
                Rows::Records(records) => {
                    records.iter().try_for_each(check::record)?;
                    let audiences: Vec<_> = records.iter().map(|one| &one.audience).collect();
                    let audiences =
                        audience::numbers_within(&transaction, &mut met, &audiences).await?;
                    let records: Vec<_> = records.iter().zip(audiences).collect();
                    rebuild::put(&transaction, &records).await?;
                }
                Rows::Objects(objects) => {
                    let mut all = objects.iter().map(|placed| &placed.object);
                    all.try_for_each(check::object)?;
                    let audiences: Vec<_> =
                        objects.iter().map(|one| &one.object.audience).collect();
                    let audiences =
                        audience::numbers_within(&transaction, &mut met, &audiences).await?;
                    rebuild::put_objects(&transaction, &objects, &audiences).await?;
                }
            }
        }
        rebuild::end(&transaction, with_objects).await?;
        transaction.commit().await.map_err(Fault::of_commit)?;
        self.context.known.forget();
        Ok(())
    }

    /// Writes every change that comes in one transaction; gives what the last one gave.
    pub(crate) async fn commit_many(&self, commits: &mut dyn Commits) -> Outcome<Committed> {
        let mut session = self.session().await?;
        let mut last = None;
        // Audiences get their numbers outside, as for any commit: those of a change that is undone are
        // left over, and no row names them.
        let transaction = session.transaction().await?;
        transaction
            .batch_execute("SET LOCAL statement_timeout = 0")
            .await?;
        while let Some(change) = commits.next().await? {
            let change = self.numbered(change).await?;
            last = Some(commit::write(&transaction, &self.context, &change).await?);
        }
        transaction.commit().await.map_err(Fault::of_commit)?;
        self.watch.wrote(None);
        last.ok_or_else(|| crate::error::corrupt("commit", "there was no change"))
    }

    pub(crate) async fn commit_change(&self, change: Change) -> Outcome<Committed> {
        let committed = self.write(&change).await?;
        committed.ok_or_else(|| crate::error::corrupt("commit", "it gave no number"))
    }
}

/// Which database on which machine an address names, in words, without what must not be shown.
pub fn whereabouts(url: &str) -> String {
    let Ok(config) = url.parse::<Config>() else {
        return "no database".to_owned();
    };
    let hosts: Vec<String> = config
        .get_hosts()
        .iter()
        .map(|host| match host {
            Host::Tcp(name) => name.clone(),
            #[cfg(unix)]
            Host::Unix(folder) => folder.display().to_string(),
        })
        .collect();
    let database = config
        .get_dbname()
        .or(config.get_user())
        .unwrap_or("postgres");
    format!("database {database} on {}", hosts.join(", "))
}

/// Refuses an address that is none, and one on another machine: without TLS only this machine is spoken to,
/// unless the operator vouches for the network (`plain_network`). Nobody is connected to.
///
/// # Errors
/// [`StoreError::Schema`] with what to do.
pub fn check_url(url: &str, plain_network: bool) -> Result<(), StoreError> {
    // The parser's error does not repeat the address, which may hold a password.
    let config: Config = url.parse().map_err(|error| {
        StoreError::Schema(format!("the address of the database is none: {error}"))
    })?;
    let local = |host: &Host| match host {
        Host::Tcp(name) => matches!(name.as_str(), "localhost" | "127.0.0.1" | "::1"),
        #[cfg(unix)]
        Host::Unix(_) => true,
    };
    let loopback = config
        .get_hostaddrs()
        .iter()
        .all(std::net::IpAddr::is_loopback);
    if plain_network || (loopback && config.get_hosts().iter().all(local)) {
        return Ok(());
    }
    Err(StoreError::Schema(
        "the database is on another machine and would be spoken to without TLS\n\
         hint: use a Unix socket or a local proxy that speaks TLS, or set `plain_network` when the \
         network is the database's own"
            .to_owned(),
    ))
}
