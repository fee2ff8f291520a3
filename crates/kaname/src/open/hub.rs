//! A hub that is open: world and store together, for a command or for a program that stays.

use std::sync::Arc;

use kaname_world::World;

use super::{OpenStore, keys, open, place, world};
use crate::{config::Config, fault::Fault, in_use::Use};

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
        Self::founded(config, Use::Beside).await
    }

    /// The same for a program that stays: what became of the last one is told.
    pub(crate) async fn open_to_serve(config: &Config) -> Result<Self, Fault> {
        Self::founded(config, Use::Serving).await
    }

    async fn founded(config: &Config, how: Use) -> Result<Self, Fault> {
        let hub = Self::over(config, open(config, how).await?).await?;
        if hub.world.hub().await?.is_some() {
            return Ok(hub);
        }
        hub.close().await;
        let fault =
            Fault::failed("the tables are not whole: the centre of the ledger is not in them")
                .hint("`kaname rebuild` computes them from the ledger, which is untouched");
        Err(fault.at(place(config)))
    }

    /// The same while nobody else uses the store, whatever state its tables are in: for a rebuild.
    pub(crate) async fn open_alone(config: &Config) -> Result<Self, Fault> {
        Self::over(config, open(config, Use::Alone).await?).await
    }

    async fn over(config: &Config, store: OpenStore) -> Result<Self, Fault> {
        let opened = async { world(config, &store, keys(config)?).await };
        match opened.await {
            Ok(world) => Ok(Self {
                world: Arc::new(world),
                store,
            }),
            Err(fault) => {
                store.close().await;
                Err(fault)
            }
        }
    }

    /// Lets go of it.
    pub(crate) async fn close(&self) {
        self.store.close().await;
    }
}
