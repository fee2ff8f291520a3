//! A place with a whole nation in its store: made from inside, by the operations of the world, then
//! left to the program. Opened again from inside to see what became of it.

use std::sync::Arc;

use kaname_kernel::Clock;
use kaname_store::Store;
use kaname_store_postgres::{PostgresOptions, PostgresStore};
use kaname_store_sqlite::{SqliteOptions, SqliteStore};
use kaname_testkit::{MovingClock, Nation, Person, postgres::Postgres};
use kaname_world::{Keys, Settings, World, ambient::SystemRng};
use tokio::runtime::Runtime;

use crate::program::Place;

/// Where the store of a hub is.
pub(crate) enum Backend {
    /// A file in the place.
    Sqlite,
    /// A server of its own.
    Postgres(Postgres),
}

/// People of a hub who act in a test.
pub(crate) struct People {
    pub(crate) provider: Person,
    pub(crate) analyst: Person,
    pub(crate) releaser: Person,
    pub(crate) member: Person,
}

/// A hub.
pub(crate) struct Hub {
    /// Its place, for the program.
    pub(crate) place: Place,
    /// Its people.
    pub(crate) people: People,
    /// The id of its library.
    pub(crate) library: String,
    backend: Backend,
    runtime: Runtime,
}

enum Adapter {
    Sqlite(Arc<SqliteStore>),
    Postgres(Arc<PostgresStore>),
}

/// A configuration whose store is a schema of that database.
pub(crate) fn in_schema(server: &Postgres, schema: &str) -> String {
    let url = url(server);
    format!("[store]\nurl = \"{url}\"\nschema = \"{schema}\"\n")
}

/// The address of a database as the configuration wants it.
pub(crate) fn url(server: &Postgres) -> String {
    let told = server.url();
    let folder = told
        .split_whitespace()
        .find_map(|part| part.strip_prefix("host="));
    format!(
        "postgres://kaname@{}/postgres",
        folder.unwrap().replace('/', "%2F")
    )
}

impl Hub {
    /// Founds one with the nation of the test kit. `more` stands in its configuration.
    pub(crate) fn found(backend: Backend, more: &str) -> Self {
        let place = Place::new();
        let store = match &backend {
            Backend::Sqlite => "path = \"kaname-data\"".to_owned(),
            Backend::Postgres(server) => format!("url = \"{}\"", url(server)),
        };
        let text = format!("[store]\n{store}\n[keys]\nfolder = \"keys\"\n{more}");
        place.write("kaname.toml", &text);
        let runtime = Runtime::new().unwrap();
        let keys = Keys::create(&place.path("keys"), &SystemRng).unwrap();
        std::fs::create_dir(place.path("kaname-data")).unwrap();
        let clock = Arc::new(MovingClock::default());
        let (people, library) = runtime.block_on(async {
            let (adapter, store) = open(&backend, &place, clock.clone(), true).await;
            let folder = tempfile::tempdir().unwrap();
            let nation = Nation::founded(store, keys, clock, folder).await;
            let people = People {
                provider: nation.provider.clone(),
                analyst: nation.analyst.clone(),
                releaser: nation.releaser.clone(),
                member: nation.member.clone(),
            };
            adapter.close().await;
            (people, nation.library.id.to_string())
        });
        Self {
            place,
            people,
            library,
            backend,
            runtime,
        }
    }

    /// Opens the store beside whatever runs on it, does something in its world, and lets go of it.
    pub(crate) fn inside<T>(&self, work: impl AsyncFnOnce(Arc<World>) -> T) -> T {
        self.inside_later(jiff::SignedDuration::ZERO, work)
    }

    /// The same with a clock that is ahead by so much.
    pub(crate) fn inside_later<T>(
        &self,
        ahead: jiff::SignedDuration,
        work: impl AsyncFnOnce(Arc<World>) -> T,
    ) -> T {
        let keys = Keys::load(&self.place.path("keys")).unwrap();
        let clock = Arc::new(MovingClock::default());
        clock.advance(ahead);
        self.runtime.block_on(async {
            let (adapter, store) = open(&self.backend, &self.place, clock.clone(), false).await;
            let settings = Settings::default();
            let world = World::new(store, keys, clock, Arc::new(SystemRng), settings);
            let done = work(Arc::new(world.unwrap())).await;
            adapter.close().await;
            done
        })
    }

    /// The server its store is on, if it is on one.
    pub(crate) fn postgres(&self) -> Option<&Postgres> {
        match &self.backend {
            Backend::Postgres(server) => Some(server),
            Backend::Sqlite => None,
        }
    }

    /// A session of a person who signed in just now with a second factor; good on every node.
    pub(crate) fn session(&self, person: &Person) -> String {
        self.inside(async |world| {
            let started = world.start_session(person.account, true, "test").await;
            started.unwrap().token
        })
    }
}

async fn open(
    backend: &Backend,
    place: &Place,
    clock: Arc<dyn Clock>,
    fresh: bool,
) -> (Adapter, Arc<dyn Store>) {
    let rng = Arc::new(SystemRng);
    match backend {
        Backend::Sqlite => {
            let path = place.path("kaname-data/kaname.db");
            let options = SqliteOptions::default();
            let store = match fresh {
                true => SqliteStore::create(&path, options, clock, rng),
                false => SqliteStore::open(&path, options, clock, rng),
            };
            let store = Arc::new(store.unwrap());
            (Adapter::Sqlite(Arc::clone(&store)), store)
        }
        Backend::Postgres(server) => {
            let options = PostgresOptions {
                schema: "kaname".to_owned(),
                ..PostgresOptions::default()
            };
            let store = PostgresStore::open(&url(server), options, clock, rng).await;
            let store = Arc::new(store.unwrap());
            (Adapter::Postgres(Arc::clone(&store)), store)
        }
    }
}

impl Adapter {
    async fn close(&self) {
        match self {
            Self::Sqlite(store) => store.close().await,
            Self::Postgres(store) => store.close().await,
        }
    }
}
