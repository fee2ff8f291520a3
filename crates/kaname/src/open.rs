//! Opening what a command works on: configuration, keys, store, world.

use std::{
    fs::{File, OpenOptions, TryLockError},
    path::{Path, PathBuf},
    sync::Arc,
};

use kaname_kernel::{Clock, Rng};
use kaname_store::Store;
use kaname_store_sqlite::{SqliteOptions, SqliteStore};
use kaname_world::{
    Keys, World,
    ambient::{SystemClock, SystemRng},
};

use crate::{
    config::Config,
    fault::{Exit, Fault},
};

/// Name of the database in the data folder.
pub(crate) const DATABASE: &str = "kaname.db";

/// Name of the file in the data folder that tells who uses the store.
const LOCK: &str = "in-use.lock";

/// The kind of store in use, for what a port does not offer.
#[derive(Clone)]
enum Adapter {
    Embedded(Arc<SqliteStore>),
}

/// A store that is open.
#[derive(Clone)]
pub(crate) struct OpenStore {
    adapter: Adapter,
    /// Held while the store is in use; freed by the system however the program ends.
    _lock: Option<Arc<File>>,
}

/// How a command uses the store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Use {
    /// Beside others: the server and other commands.
    Shared,
    /// While nobody else does.
    Alone,
}

impl OpenStore {
    /// The port.
    pub(crate) fn port(&self) -> Arc<dyn Store> {
        match &self.adapter {
            Adapter::Embedded(store) => Arc::clone(store) as Arc<dyn Store>,
        }
    }

    /// Schema version found before migrations ran.
    pub(crate) fn found_schema(&self) -> u32 {
        match &self.adapter {
            Adapter::Embedded(store) => store.schema_version(),
        }
    }

    /// Payloads destroyed on purpose, which a restore must destroy again.
    pub(crate) async fn shredded(&self) -> Result<Vec<kaname_kernel::EventId>, Fault> {
        match &self.adapter {
            Adapter::Embedded(store) => Ok(store.shredded().await?),
        }
    }

    /// Lets what waits finish and lets go of the store.
    pub(crate) async fn close(&self) {
        match &self.adapter {
            Adapter::Embedded(store) => store.close().await,
        }
    }
}

/// The database file of an embedded store.
pub(crate) fn database(config: &Config) -> PathBuf {
    config.data().join(DATABASE)
}

fn options(config: &Config) -> SqliteOptions {
    SqliteOptions {
        readers: usize::try_from(config.number("store.readers")).unwrap_or(4),
        cache_kib: u32::try_from(config.number("store.cache") / 1_024).unwrap_or(8 * 1_024),
        ..SqliteOptions::default()
    }
}

fn no_postgres(config: &Config) -> Result<(), Fault> {
    match config.text("store.url") {
        None => Ok(()),
        Some(_) => Err(Fault::failed("this build has no PostgreSQL adapter")
            .at(config.origin("store.url").to_string())
            .hint("leave store.url out to use the embedded store")),
    }
}

/// Makes a new store with this clock.
pub(crate) fn create_store(config: &Config, clock: Arc<dyn Clock>) -> Result<OpenStore, Fault> {
    no_postgres(config)?;
    let path = database(config);
    let rng: Arc<dyn Rng> = Arc::new(SystemRng);
    let store = SqliteStore::create(&path, options(config), clock, rng)?;
    Ok(OpenStore {
        adapter: Adapter::Embedded(Arc::new(store)),
        _lock: Some(lock(config, Use::Shared)?),
    })
}

/// Opens the store at `path`, which must be there.
pub(crate) fn open_file(
    config: &Config,
    path: &Path,
    clock: Arc<dyn Clock>,
) -> Result<OpenStore, Fault> {
    let rng: Arc<dyn Rng> = Arc::new(SystemRng);
    if !path.is_file() {
        return Err(
            Fault::not_found(format!("there is no store at {}", path.display()))
                .hint("`kaname init` makes one; --data or store.path names another data folder"),
        );
    }
    let store = SqliteStore::open(path, options(config), clock, rng)?;
    Ok(OpenStore {
        adapter: Adapter::Embedded(Arc::new(store)),
        _lock: None,
    })
}

/// Says that the store is used, or that someone else does.
fn lock(config: &Config, how: Use) -> Result<Arc<File>, Fault> {
    let path = config.data().join(LOCK);
    let mut options = OpenOptions::new();
    options.create(true).truncate(false).write(true);
    let file = options
        .open(&path)
        .map_err(|error| Fault::file(&path, "made", &error))?;
    let locked = match how {
        Use::Shared => file.try_lock_shared(),
        Use::Alone => file.try_lock(),
    };
    match (locked, how) {
        (Ok(()), _) => Ok(Arc::new(file)),
        (Err(TryLockError::Error(error)), _) => Err(Fault::file(&path, "locked", &error)),
        (Err(TryLockError::WouldBlock), Use::Alone) => {
            Err(Fault::new(Exit::Denied, "the store is in use")
                .at(config.data().display().to_string())
                .hint("stop the server and wait for other commands, then run this again"))
        }
        (Err(TryLockError::WouldBlock), Use::Shared) => Err(Fault::new(
            Exit::Denied,
            "the store is being rebuilt or restored",
        )
        .at(config.data().display().to_string())
        .hint("wait until that is done, then run this again")),
    }
}

/// Makes sure that nobody else uses the configured store, until what is given back is dropped.
pub(crate) fn alone(config: &Config) -> Result<Arc<File>, Fault> {
    lock(config, Use::Alone)
}

/// Opens the configured store.
pub(crate) fn open_store(config: &Config) -> Result<OpenStore, Fault> {
    no_postgres(config)?;
    let path = database(config);
    let lock = path
        .is_file()
        .then(|| lock(config, Use::Shared))
        .transpose()?;
    let store = open_file(config, &path, Arc::new(SystemClock))?;
    Ok(OpenStore {
        _lock: lock,
        ..store
    })
}

/// Opens the configured store for a command that needs it alone.
pub(crate) fn open_alone(config: &Config) -> Result<OpenStore, Fault> {
    no_postgres(config)?;
    let path = database(config);
    let lock = path.is_file().then(|| alone(config)).transpose()?;
    let store = open_file(config, &path, Arc::new(SystemClock))?;
    Ok(OpenStore {
        _lock: lock,
        ..store
    })
}

/// The configured keys.
pub(crate) fn keys(config: &Config) -> Result<Keys, Fault> {
    Ok(Keys::load(&config.keys())?)
}

/// A world over a store, with the machine's clock.
pub(crate) fn world(config: &Config, store: &OpenStore, keys: Keys) -> Result<World, Fault> {
    world_at(config, store, keys, Arc::new(SystemClock))
}

/// A world over a store, with a clock given.
pub(crate) fn world_at(
    config: &Config,
    store: &OpenStore,
    keys: Keys,
    clock: Arc<dyn Clock>,
) -> Result<World, Fault> {
    let rng: Arc<dyn Rng> = Arc::new(SystemRng);
    Ok(World::new(store.port(), keys, clock, rng, config.world())?)
}

/// A world opened for one command.
pub(crate) struct Hub {
    /// The world.
    pub(crate) world: Arc<World>,
    /// Its store.
    pub(crate) store: OpenStore,
}

impl Hub {
    /// Opens keys, store and world, and refuses one that was never begun.
    pub(crate) async fn open(config: &Config) -> Result<Self, Fault> {
        Self::over(config, open_store(config)?).await
    }

    /// The same, while nobody else uses the store.
    pub(crate) async fn open_alone(config: &Config) -> Result<Self, Fault> {
        Self::over(config, open_alone(config)?).await
    }

    async fn over(config: &Config, store: OpenStore) -> Result<Self, Fault> {
        let world = world(config, &store, keys(config)?)?;
        if world.hub().await?.is_none() {
            store.close().await;
            return Err(
                Fault::not_found("the store is empty: no centre was founded in it")
                    .hint("`kaname init` founds it"),
            );
        }
        Ok(Self {
            world: Arc::new(world),
            store,
        })
    }

    /// Lets go of it.
    pub(crate) async fn close(&self) {
        self.store.close().await;
    }
}
