//! What the hub is known by elsewhere: sealed for the agreement it belongs to, under a key of its own use.

use kaname_kernel::MatterId;
use kaname_sharing::Sealed;

use crate::{error::WorldError, world::World};

impl World {
    /// Seals a secret of this agreement; `of` is what such secrets are for.
    pub(crate) fn seal_credential(&self, of: &str, id: MatterId, secret: &str) -> Sealed {
        let key = self.keys().master.derive(of);
        let boxed = key.seal(self.rng(), id.bytes(), secret.as_bytes());
        Sealed::of(&boxed)
    }

    /// Opens it.
    pub(crate) fn open_credential(
        &self,
        of: &str,
        id: MatterId,
        sealed: &Sealed,
    ) -> Result<Vec<u8>, WorldError> {
        let key = self.keys().master.derive(of);
        let boxed = sealed.cipher().unwrap_or_default();
        Ok(key.open(id.bytes(), &boxed)?)
    }
}
