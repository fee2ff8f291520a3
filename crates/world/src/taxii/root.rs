//! API roots and discovery as a machine is told of them (TAXII 2.1 §4.1, §4.2). The hub's own root is
//! there without an event; others come with a layout ([`super::layout`]).

use kaname_kernel::MatterId;
use kaname_sharing::Collection;
use kaname_sharing::taxii::{
    ApiRoot, DISCOVERY_KEY, DISCOVERY_SPACE, Discovery, DiscoveryForm, MAX_CONTENT_LENGTH,
    OWN_ROOT, ROOT_SPACE, RootDefinition,
};

use crate::{caller::Caller, error::WorldError, work::Loaded, world::World};

/// An API root.
#[derive(Debug, Clone)]
pub struct Root {
    /// The matter; `None` for the hub's own.
    pub id: Option<MatterId>,
    /// What it tells of itself; `None` for the hub's own, which tells the hub's name.
    pub told: Option<RootDefinition>,
}

impl Root {
    /// The hub's own.
    pub const fn own() -> Self {
        Self {
            id: None,
            told: None,
        }
    }

    /// Longest body that may be posted to a peer collection of it, in bytes.
    pub fn max_content_length(&self, world: &World) -> usize {
        let own = world.settings().limits.envelope_bytes();
        let told = self.told.as_ref().map(|told| told.max_content_length);
        told.map_or(own, |told| {
            usize::try_from(told.min(MAX_CONTENT_LENGTH)).unwrap_or(own)
        })
    }
}

impl World {
    /// The API root of a path, one segment under `/taxii2/`.
    pub async fn taxii_root(&self, caller: &Caller, path: &str) -> Result<Root, WorldError> {
        if path == OWN_ROOT {
            return Ok(Root::own());
        }
        let root = self.find::<ApiRoot>(caller, ROOT_SPACE, path).await?;
        Ok(Root {
            id: Some(root.id),
            told: Some(root.state.definition),
        })
    }

    /// Where a collection is found over TAXII, without the host.
    pub async fn taxii_path(&self, collection: &Loaded<Collection>) -> Result<String, WorldError> {
        let root = match collection.state.definition.taxii.root {
            Some(root) => self.load::<ApiRoot>(root).await?,
            None => None,
        };
        let root = root
            .as_ref()
            .map_or(OWN_ROOT, |root| &root.state.definition.path);
        Ok(format!("/taxii2/{root}/collections/{}/", collection.id))
    }

    /// What discovery tells, when somebody has said so; else it tells of the hub's own root.
    pub async fn taxii_discovery(&self) -> Result<Option<DiscoveryForm>, WorldError> {
        let told = self
            .find_any::<Discovery>(DISCOVERY_SPACE, DISCOVERY_KEY)
            .await?;
        Ok(told.map(|told| told.state.form))
    }

    /// Every API root but the hub's own, in order of their paths.
    pub(super) async fn taxii_roots(
        &self,
        caller: &Caller,
    ) -> Result<Vec<(MatterId, RootDefinition)>, WorldError> {
        let mut all = Vec::new();
        let query = self.query::<ApiRoot>(caller).await?;
        self.walk::<ApiRoot>(query, |root| all.push((root.id, root.state.definition)))
            .await?;
        all.sort_by(|(_, a), (_, b)| a.path.cmp(&b.path));
        Ok(all)
    }
}
