//! Opening what a command works on: configuration, keys, store, world. The one place that knows which
//! adapters there are.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use kaname_kernel::{Clock, EventId, Rng};
use kaname_store::{Store, StoreError};
use kaname_store_postgres::{PostgresOptions, PostgresStore};
use kaname_store_sqlite::{SqliteOptions, SqliteStore};
use kaname_world::{
    Keys, World,
    ambient::{SystemClock, SystemRng},
};

use crate::{
    ambient,
    config::Config,
    fault::{EMPTY, Exit, Fault},
    in_use::{self, Lock, Use},
    noted,
};

mod hub;

pub(crate) use self::hub::Hub;

/// Name of the database in the data folder.
pub(crate) const DATABASE: &str = "kaname.db";

/// The kind of store in use, for what a port does not offer.
#[derive(Clone)]
enum Adapter {
    Embedded(Arc<SqliteStore>),
    Shared(Arc<PostgresStore>),
}

/// A store that is open.
#[derive(Clone)]
pub(crate) struct OpenStore {
    adapter: Adapter,
    /// Held while the store is in use; freed by the system however the program ends.
    lock: Option<Arc<Lock>>,
    /// Of a server or worker on PostgreSQL: the key under which its start is noted there.
    noted: Option<Arc<str>>,
}

impl OpenStore {
    /// The port.
    pub(crate) fn port(&self) -> Arc<dyn Store> {
        match &self.adapter {
            Adapter::Embedded(store) => Arc::clone(store) as Arc<dyn Store>,
            Adapter::Shared(store) => Arc::clone(store) as Arc<dyn Store>,
        }
    }

    /// Schema version found before migrations ran.
    pub(crate) fn found_schema(&self) -> u32 {
        match &self.adapter {
            Adapter::Embedded(store) => store.schema_version(),
            Adapter::Shared(store) => store.schema_version(),
        }
    }

    /// Schema version that this program writes.
    pub(crate) fn wanted_schema(&self) -> u32 {
        match &self.adapter {
            Adapter::Embedded(_) => kaname_store_sqlite::SCHEMA_VERSION,
            Adapter::Shared(_) => kaname_store_postgres::SCHEMA_VERSION,
        }
    }

    /// Payloads destroyed on purpose, which a restore must destroy again.
    pub(crate) async fn shredded(&self) -> Result<Vec<EventId>, Fault> {
        match &self.adapter {
            Adapter::Embedded(store) => Ok(store.shredded().await?),
            Adapter::Shared(store) => Ok(store.shredded().await?),
        }
    }

    /// What other worlds of the same database destroyed on purpose, and how many such worlds there are;
    /// none beside an embedded store.
    pub(crate) async fn shredded_beside(&self) -> Result<(usize, Vec<EventId>), Fault> {
        match &self.adapter {
            Adapter::Embedded(_) => Ok((0, Vec::new())),
            Adapter::Shared(store) => Ok(store.shredded_beside().await?),
        }
    }

    /// Schemas of the other worlds of the same database; none beside an embedded store.
    pub(crate) async fn schemas_beside(&self) -> Result<Vec<String>, Fault> {
        match &self.adapter {
            Adapter::Embedded(_) => Ok(Vec::new()),
            Adapter::Shared(store) => Ok(store.beside().await?),
        }
    }

    /// What is wrong with the file of an embedded store; a database server looks after its own.
    pub(crate) async fn damage(&self) -> Result<Option<String>, Fault> {
        match &self.adapter {
            Adapter::Embedded(store) => Ok(store.damage().await?),
            Adapter::Shared(_) => Ok(None),
        }
    }

    /// Fills a shared store, which must be empty, from a copy. An embedded store's copy is put in its
    /// place as a file instead.
    pub(crate) async fn fill(&self, copy: &Path) -> Result<(), Fault> {
        match &self.adapter {
            Adapter::Embedded(_) => Ok(()),
            Adapter::Shared(store) => Ok(store.restore(copy).await?),
        }
    }

    /// Lets others open what was filled from a copy.
    pub(crate) async fn proved(&self) -> Result<(), Fault> {
        match &self.adapter {
            Adapter::Embedded(_) => Ok(()),
            Adapter::Shared(store) => Ok(store.proved().await?),
        }
    }

    /// Lets what waits finish and lets go of the store.
    pub(crate) async fn close(&self) {
        match &self.adapter {
            Adapter::Embedded(store) => store.close().await,
            Adapter::Shared(store) => {
                if let Some(key) = &self.noted {
                    noted::end(store, key).await;
                }
                store.close().await;
            }
        }
        if let Some(lock) = &self.lock {
            lock.ended();
        }
    }
}

/// The database file of an embedded store; `None` when the store is a PostgreSQL database.
pub(crate) fn database(config: &Config) -> Option<PathBuf> {
    match config.text("store.url") {
        Some(_) => None,
        None => Some(config.data().join(DATABASE)),
    }
}

/// Where the store is, in words, without what must not be shown.
pub(crate) fn place(config: &Config) -> String {
    match database(config) {
        Some(path) => path.display().to_string(),
        None => format!(
            "PostgreSQL, schema {}, {}",
            schema(config),
            kaname_store_postgres::whereabouts(config.text("store.url").unwrap_or_default())
        ),
    }
}

/// Schema of the PostgreSQL store.
pub(crate) fn schema(config: &Config) -> String {
    config.text("store.schema").unwrap_or("kaname").to_owned()
}

fn small(config: &Config, name: &str) -> usize {
    usize::try_from(config.number(name)).unwrap_or(usize::MAX)
}

fn rng() -> Arc<dyn Rng> {
    Arc::new(SystemRng)
}

fn embedded(config: &Config) -> SqliteOptions {
    SqliteOptions {
        readers: small(config, "store.readers"),
        cache_kib: u32::try_from(config.number("store.cache") / 1_024).unwrap_or(8 * 1_024),
        ..SqliteOptions::default()
    }
}

async fn shared(
    config: &Config,
    url: &str,
    clock: Arc<dyn Clock>,
    how: Use,
    make: bool,
) -> Result<OpenStore, Fault> {
    let own_name = ambient::own_name(how == Use::Serving);
    let options = PostgresOptions {
        schema: schema(config),
        connections: small(config, "store.connections"),
        plain_network: config.switch("store.plain_network"),
        name: own_name.clone(),
        alone: how == Use::Alone,
        make,
        ..PostgresOptions::default()
    };
    let store = PostgresStore::open(url, options, clock, rng()).await;
    let store = store.map_err(|error| Fault::from(error).at(place(config)))?;
    let noted = match how {
        Use::Serving => Some(
            noted::begin(&store, &own_name, &place(config))
                .await?
                .into(),
        ),
        Use::Beside | Use::Alone => None,
    };
    Ok(OpenStore {
        adapter: Adapter::Shared(Arc::new(store)),
        lock: None,
        noted,
    })
}

/// Opens another world of the configured database to look at it: it is not brought to
/// another version.
pub(crate) async fn look(config: &Config, schema: String) -> Result<OpenStore, Fault> {
    let url = config.text("store.url").unwrap_or_default();
    let options = PostgresOptions {
        schema,
        connections: 1,
        plain_network: config.switch("store.plain_network"),
        name: ambient::own_name(false),
        make: false,
        looks: true,
        ..PostgresOptions::default()
    };
    let store = PostgresStore::open(url, options, Arc::new(SystemClock), rng()).await?;
    Ok(OpenStore {
        adapter: Adapter::Shared(Arc::new(store)),
        lock: None,
        noted: None,
    })
}

/// Makes a new store with this clock, or goes on with one that holds no event, as a beginning that was cut
/// off leaves it; fails when a hub is there.
pub(crate) async fn create_store(
    config: &Config,
    clock: Arc<dyn Clock>,
) -> Result<OpenStore, Fault> {
    if let Some(url) = config.text("store.url") {
        let store = shared(config, url, clock, Use::Alone, true).await?;
        if store.port().sequence().await? > 0 {
            store.close().await;
            return Err(Fault::new(Exit::Denied, "that schema holds a hub already")
                .at(place(config))
                .hint("name another one by store.schema"));
        }
        return Ok(store);
    }
    let path = config.data().join(DATABASE);
    let lock = in_use::lock(config, Use::Alone)?;
    if holds_events(config, &path).await? {
        let what = format!("{} holds a hub already", path.display());
        return Err(Fault::new(Exit::Denied, what).hint("--data names another folder"));
    }
    discard(config);
    let store = SqliteStore::create(&path, embedded(config), clock, rng())?;
    Ok(OpenStore {
        adapter: Adapter::Embedded(Arc::new(store)),
        lock: Some(lock),
        noted: None,
    })
}

/// Whether the configured store holds anything.
pub(crate) async fn exists(config: &Config) -> Result<bool, Fault> {
    let Some(url) = config.text("store.url") else {
        return holds_events(config, &config.data().join(DATABASE)).await;
    };
    let clock = Arc::new(SystemClock);
    let store = match shared(config, url, clock, Use::Beside, false).await {
        Err(fault) if fault.exit == Exit::NotFound => return Ok(false),
        store => store?,
    };
    let size = store.port().sequence().await;
    store.close().await;
    Ok(size? > 0)
}

async fn holds_events(config: &Config, path: &Path) -> Result<bool, Fault> {
    if !path.exists() {
        return Ok(false);
    }
    let store = match open_file(config, path) {
        Err(fault) if fault.exit == Exit::NotFound => return Ok(false),
        store => store?,
    };
    let size = store.port().ledger_size().await;
    store.close().await;
    Ok(size? > 0)
}

/// Refuses a store without any event: a proof or a copy of nothing would pass for one of a hub.
pub(crate) async fn not_empty(store: &OpenStore, place: &str) -> Result<(), Fault> {
    // Where several nodes write, the newest events have their place only after this.
    if store.port().sequence().await? > 0 {
        return Ok(());
    }
    let fault = Fault::not_found("the store is empty: no centre was founded in it");
    Err(fault.at(place).hint(EMPTY))
}

/// Takes away a store that was just made and came to nothing.
pub(crate) fn discard(config: &Config) {
    if let Some(path) = database(config) {
        for side in ["", "-wal", "-shm"] {
            let _ = std::fs::remove_file(format!("{}{side}", path.display()));
        }
    }
}

/// Which kind of store a backup was made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum BackupOf {
    /// The file in a data folder.
    Embedded,
    /// A PostgreSQL schema.
    Shared,
}

/// What a file is a backup of, by its first bytes; `None` when it is none.
pub(crate) fn backup_of(path: &Path) -> Result<Option<BackupOf>, Fault> {
    let unreadable = |error: std::io::Error| Fault::file(path, "read", &error);
    if kaname_store_sqlite::is_store(path).map_err(unreadable)? {
        return Ok(Some(BackupOf::Embedded));
    }
    let shared = kaname_store_postgres::is_copy(path).map_err(unreadable)?;
    Ok(shared.then_some(BackupOf::Shared))
}

/// Opens the embedded store at `path`, which must be there.
pub(crate) fn open_file(config: &Config, path: &Path) -> Result<OpenStore, Fault> {
    if !path.is_file() {
        return Err(
            Fault::not_found(format!("there is no store at {}", path.display()))
                .hint("`kaname init` makes one; --data or store.path names another data folder"),
        );
    }
    let store = SqliteStore::open(path, embedded(config), Arc::new(SystemClock), rng());
    let store = store.map_err(|error| match error {
        empty @ StoreError::Absent(_) => Fault::from(empty).at(path.display().to_string()),
        error => error.into(),
    })?;
    Ok(OpenStore {
        adapter: Adapter::Embedded(Arc::new(store)),
        lock: None,
        noted: None,
    })
}

/// Makes sure that nobody else uses the embedded store until what is given back is dropped. On
/// PostgreSQL [`open_store_unlocked`] does it.
pub(crate) fn alone(config: &Config) -> Result<Option<Arc<Lock>>, Fault> {
    database(config)
        .map(|_| in_use::lock(config, Use::Alone))
        .transpose()
}

/// Opens the configured store.
pub(crate) async fn open_store(config: &Config) -> Result<OpenStore, Fault> {
    open(config, Use::Beside).await
}

async fn open(config: &Config, how: Use) -> Result<OpenStore, Fault> {
    let store = match config.text("store.url") {
        Some(url) => shared(config, url, Arc::new(SystemClock), how, false).await?,
        None => {
            let path = config.data().join(DATABASE);
            let lock = path
                .is_file()
                .then(|| in_use::lock(config, how))
                .transpose()?;
            let store = open_file(config, &path)?;
            OpenStore { lock, ..store }
        }
    };
    if let Err(fault) = not_empty(&store, &place(config)).await {
        store.close().await;
        return Err(fault);
    }
    Ok(store)
}

/// Opens the configured store for a command that holds [`alone`] already.
pub(crate) async fn open_store_unlocked(config: &Config) -> Result<OpenStore, Fault> {
    match (database(config), config.text("store.url")) {
        (Some(path), _) => open_file(config, &path),
        (None, url) => {
            let clock = Arc::new(SystemClock);
            shared(config, url.unwrap_or_default(), clock, Use::Alone, false).await
        }
    }
}

/// The configured keys.
pub(crate) fn keys(config: &Config) -> Result<Keys, Fault> {
    Ok(Keys::load(&config.keys())?)
}

/// Refuses keys of another store, where this machine has keys: one that only makes copies needs none.
pub(crate) async fn compare_keys(config: &Config, store: &OpenStore) -> Result<(), Fault> {
    if config.keys().is_dir() {
        world(config, store, keys(config)?).await?;
    }
    Ok(())
}

/// A world over a store, with the machine's clock.
pub(crate) async fn world(config: &Config, store: &OpenStore, keys: Keys) -> Result<World, Fault> {
    world_at(config, store, keys, Arc::new(SystemClock)).await
}

/// A world over a store, whatever name the configuration gives its ledger. Refused when the keys are another
/// store's.
pub(crate) async fn under_any_name(
    config: &Config,
    store: &OpenStore,
    keys: Keys,
    clock: Arc<dyn Clock>,
) -> Result<World, Fault> {
    let world = unchecked(config, store, keys, clock)?;
    let own = world.check_keys().await;
    own.map_err(|error| Fault::from(error).at(config.keys().display().to_string()))?;
    Ok(world)
}

/// A world over a store, with a clock given. Refused when the keys are another store's, and under another name
/// than its ledger is signed as.
pub(crate) async fn world_at(
    config: &Config,
    store: &OpenStore,
    keys: Keys,
    clock: Arc<dyn Clock>,
) -> Result<World, Fault> {
    let world = under_any_name(config, store, keys, clock).await?;
    let configured = config.world().origin;
    match world.signed_as().await? {
        Some(signed) if signed != configured => Err(Fault::usage(format!(
            "hub.origin is `{configured}`, but this ledger is signed as `{signed}`"
        ))
        .at(config.origin("hub.origin").to_string())
        .hint(format!(
            "set hub.origin to `{signed}` on every node: under another name witnesses see another ledger"
        ))),
        _ => Ok(world),
    }
}

/// A world whose keys are yet to be compared with those of its store.
pub(crate) fn unchecked(
    config: &Config,
    store: &OpenStore,
    keys: Keys,
    clock: Arc<dyn Clock>,
) -> Result<World, Fault> {
    let port = store.port();
    Ok(World::new(port, keys, clock, rng(), config.world())?)
}
