//! A world owns its store, its keys, its clock and its doors to the outside.

use std::sync::{Arc, Mutex, PoisonError};

use jiff::Timestamp;
use kaname_directory::Catalogue;
use kaname_kernel::{Audience, AudienceId, Clock, Rng};
use kaname_policy::Policy;
use kaname_store::{Committed, Store};
use tokio::sync::{Notify, broadcast};

use crate::{
    error::WorldError,
    keys::Keys,
    outlet::{Changes, FetchBook},
    sealed::Found,
    settings::Settings,
    sharing::{Compared, Warned},
    sight::Sight,
    sign_in::Entry,
};

/// How many notices a slow live page may fall behind before it is told to reload.
const NOTICE_BACKLOG: usize = 1_024;

/// One world: the live one, or an exercise run in a store of its own.
pub struct World {
    store: Arc<dyn Store>,
    keys: Keys,
    clock: Arc<dyn Clock>,
    rng: Arc<dyn Rng>,
    settings: Settings,
    policy: Policy,
    catalogue: Catalogue,
    pub(crate) sight: Sight,
    pub(crate) found: Found,
    pub(crate) news: broadcast::Sender<News>,
    pub(crate) fetched: FetchBook,
    pub(crate) changes: Changes,
    pub(crate) entry: Entry,
    pub(crate) warned: Warned,
    pub(crate) compared: Compared,
    newest: Mutex<Committed>,
    stirred: Notify,
    doubt: Mutex<Option<ClockDoubt>>,
}

/// Why this machine's clock is not believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClockDoubt {
    /// It is before the newest event of the ledger.
    Behind,
    /// It is long after the newest event, or jumped far ahead; for some minutes.
    Ahead,
}

/// What a live page is told: a topic, never content. Readers ask again with their own eyes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct News {
    /// Topic, such as `report`.
    pub topic: String,
    /// Position in the outbox.
    pub position: u64,
}

impl World {
    /// Whether somebody should look at this machine's clock.
    pub fn clock_doubt(&self) -> Option<ClockDoubt> {
        *self.doubt.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Puts down what is thought of the clock.
    pub fn doubt_clock(&self, doubt: Option<ClockDoubt>) {
        *self.doubt.lock().unwrap_or_else(PoisonError::into_inner) = doubt;
    }

    /// Over a store, with keys, clock and randomness given.
    pub fn new(
        store: Arc<dyn Store>,
        keys: Keys,
        clock: Arc<dyn Clock>,
        rng: Arc<dyn Rng>,
        settings: Settings,
    ) -> Result<Self, WorldError> {
        let policy = Policy::builtin().map_err(WorldError::encoding)?;
        let catalogue = Catalogue::builtin().map_err(WorldError::encoding)?;
        let newest = Committed {
            first_seq: None,
            ledger_size: 0,
            epoch: 0,
        };
        Ok(Self {
            store,
            keys,
            clock,
            rng,
            settings,
            policy,
            catalogue,
            sight: Sight::default(),
            found: Found::default(),
            news: broadcast::channel(NOTICE_BACKLOG).0,
            fetched: FetchBook::default(),
            changes: Changes::default(),
            entry: Entry::default(),
            warned: Warned::default(),
            compared: Compared::default(),
            newest: Mutex::new(newest),
            stirred: Notify::new(),
            doubt: Mutex::default(),
        })
    }

    /// The store. Reading through it shows everything: callers apply the reader's bitmap.
    pub fn store(&self) -> &dyn Store {
        self.store.as_ref()
    }

    /// The clock.
    pub fn clock(&self) -> &dyn Clock {
        self.clock.as_ref()
    }

    /// Now, in UTC.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Randomness fit for keys.
    pub fn rng(&self) -> &dyn Rng {
        self.rng.as_ref()
    }

    /// The keys.
    pub fn keys(&self) -> &Keys {
        &self.keys
    }

    /// Bounds and names of this world.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Who may act.
    pub fn policy(&self) -> &Policy {
        &self.policy
    }

    /// The dated data: sectors, bodies, classes, duties.
    pub fn catalogue(&self) -> &Catalogue {
        &self.catalogue
    }

    /// Waits until this node has committed something since it was last asked.
    pub async fn stirred(&self) {
        self.stirred.notified().await;
    }

    /// News from now on.
    pub fn listen(&self) -> broadcast::Receiver<News> {
        self.news.subscribe()
    }

    /// Every interned audience.
    pub async fn audiences(&self) -> Result<Arc<Vec<(AudienceId, Arc<Audience>)>>, WorldError> {
        self.sight.audiences(self.store()).await
    }

    pub(crate) fn committed(&self, committed: &Committed) {
        self.stirred.notify_one();
        let mut newest = self.newest.lock().unwrap_or_else(PoisonError::into_inner);
        if committed.ledger_size > newest.ledger_size {
            *newest = *committed;
        }
    }
}
