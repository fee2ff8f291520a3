//! API keys: one per machine, scoped, shown once, revocable.

use kaname_directory::{
    Key,
    key::{KEY_SPACE, prefix_of},
};

use crate::{caller::Caller, error::WorldError, work::Loaded, world::World};

impl World {
    /// The caller behind an API key, or not signed in. A wrong key counts against the address it came
    /// from, and only against that: one hostile machine must not shut out others.
    pub async fn key_caller(&self, token: &str, address: &str) -> Result<Caller, WorldError> {
        self.may_guess_from(address).await?;
        let key = if self.is_known_key(token) {
            self.key_of(token).await?
        } else {
            let _place = self.place_for_new_key().await?;
            let attempt = self.attempt_from(address).await?;
            match self.key_of(token).await {
                Ok(None) => {
                    attempt.failed().await?;
                    None
                }
                found => {
                    attempt.taken_back().await?;
                    found?
                }
            }
        };
        self.know_key(token, key.is_some());
        match key {
            Some(key) => self.machine(key.id.cast(), &key.state).await,
            None => Err(WorldError::Unauthenticated),
        }
    }

    async fn key_of(&self, token: &str) -> Result<Option<Loaded<Key>>, WorldError> {
        // A prefix nobody has stands in for a malformed one, so that both take the same way.
        let prefix = prefix_of(token).unwrap_or("kn_");
        let found = self.find_any::<Key>(KEY_SPACE, prefix).await?;
        let now = self.now();
        Ok(found.filter(|key| key.state.opens(token, now)))
    }
}
