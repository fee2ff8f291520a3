//! Opening what a command works on: configuration, keys, store, world.

use std::{
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

use crate::{config::Config, fault::Fault};

/// Name of the database in the data folder.
pub const DATABASE: &str = "kaname.db";

/// The kind of store in use, for what a port does not offer.
#[derive(Clone)]
enum Adapter {
    Embedded(Arc<SqliteStore>),
}

/// A store that is open.
#[derive(Clone)]
pub struct OpenStore {
    adapter: Adapter,
}

impl OpenStore {
    /// The port.
    pub fn port(&self) -> Arc<dyn Store> {
        match &self.adapter {
            Adapter::Embedded(store) => Arc::clone(store) as Arc<dyn Store>,
        }
    }

    /// Schema version found before migrations ran.
    pub fn found_schema(&self) -> u32 {
        match &self.adapter {
            Adapter::Embedded(store) => store.schema_version(),
        }
    }

    /// Payloads destroyed on purpose, which a restore must destroy again.
    pub async fn shredded(&self) -> Result<Vec<kaname_kernel::EventId>, Fault> {
        match &self.adapter {
            Adapter::Embedded(store) => Ok(store.shredded().await?),
        }
    }

    /// Lets what waits finish and lets go of the store.
    pub async fn close(&self) {
        match &self.adapter {
            Adapter::Embedded(store) => store.close().await,
        }
    }
}

/// The database file of an embedded store.
pub fn database(config: &Config) -> PathBuf {
    config.data().join(DATABASE)
}

fn options(config: &Config) -> SqliteOptions {
    let small = |name| u32::try_from(config.number(name)).unwrap_or(u32::MAX);
    SqliteOptions {
        readers: usize::try_from(config.number("store.readers")).unwrap_or(4),
        cache_kib: u32::try_from(config.number("store.cache") / 1_024)
            .unwrap_or(small("store.readers")),
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
pub fn create_store(config: &Config, clock: Arc<dyn Clock>) -> Result<OpenStore, Fault> {
    no_postgres(config)?;
    let path = database(config);
    let rng: Arc<dyn Rng> = Arc::new(SystemRng);
    let store = SqliteStore::create(&path, options(config), clock, rng)?;
    let adapter = Adapter::Embedded(Arc::new(store));
    Ok(OpenStore { adapter })
}

/// Opens the store at `path`, which must be there.
pub fn open_file(config: &Config, path: &Path, clock: Arc<dyn Clock>) -> Result<OpenStore, Fault> {
    let rng: Arc<dyn Rng> = Arc::new(SystemRng);
    if !path.is_file() {
        return Err(
            Fault::not_found(format!("there is no store at {}", path.display()))
                .hint("`kaname init` makes one; --data or store.path names another data folder"),
        );
    }
    let store = SqliteStore::open(path, options(config), clock, rng)?;
    let adapter = Adapter::Embedded(Arc::new(store));
    Ok(OpenStore { adapter })
}

/// Opens the configured store.
pub fn open_store(config: &Config) -> Result<OpenStore, Fault> {
    no_postgres(config)?;
    open_file(config, &database(config), Arc::new(SystemClock))
}

/// The configured keys.
pub fn keys(config: &Config) -> Result<Keys, Fault> {
    Ok(Keys::load(&config.keys())?)
}

/// A world over a store, with the machine's clock.
pub fn world(config: &Config, store: &OpenStore, keys: Keys) -> Result<World, Fault> {
    world_at(config, store, keys, Arc::new(SystemClock))
}

/// A world over a store, with a clock given.
pub fn world_at(
    config: &Config,
    store: &OpenStore,
    keys: Keys,
    clock: Arc<dyn Clock>,
) -> Result<World, Fault> {
    let rng: Arc<dyn Rng> = Arc::new(SystemRng);
    Ok(World::new(store.port(), keys, clock, rng, config.world())?)
}

/// A world opened for one command.
pub struct Hub {
    /// The world.
    pub world: Arc<World>,
    /// Its store.
    pub store: OpenStore,
}

impl Hub {
    /// Opens keys, store and world, and refuses one that was never begun.
    pub async fn open(config: &Config) -> Result<Self, Fault> {
        let store = open_store(config)?;
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
    pub async fn close(&self) {
        self.store.close().await;
    }
}
