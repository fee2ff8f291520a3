//! What a passkey's use leaves behind: its counter and when it was last shown. These are values that
//! expire, like sessions: an event at each sign-in would put the account's id beside whatever its owner
//! does next, in headers that others read.

use jiff::SignedDuration;
use kaname_directory::Passkey;

use super::{PATIENCE, answered_before, webauthn::Credential};
use crate::{error::WorldError, world::World};

const USES: &str = "passkey_use";
const COUNTERS: &str = "passkey_counter";
/// How long a passkey that nobody shows is remembered to have been used, in hours: five years.
const REMEMBERED_HOURS: i64 = 5 * 365 * 24;

impl World {
    /// The credential as its last use left it.
    pub(super) async fn credential_of(&self, passkey: &Passkey) -> Result<Credential, WorldError> {
        let key = self.use_key(passkey);
        let used = self.store().kv_get(USES, &key, self.now()).await?;
        let Some(used) = used else {
            let value = passkey.credential.clone();
            return serde_json::from_value(value).map_err(WorldError::encoding);
        };
        self.open_session_value(&key, &used)
    }

    /// Remembers a use. Of two answers at once with one counter the second is refused.
    pub(super) async fn keep_use(
        &self,
        passkey: &Passkey,
        used: &Credential,
    ) -> Result<(), WorldError> {
        let key = self.use_key(passkey);
        let now = self.now();
        if used.counter > 0 {
            let counted = format!("{key}/{}", used.counter);
            let uses = self
                .store()
                .kv_count(COUNTERS, &counted, now, now + PATIENCE)
                .await?;
            if uses > 1 {
                return answered_before();
            }
        }
        let value = self.sealed_session_value(&key, used)?;
        let until = now + SignedDuration::from_hours(REMEMBERED_HOURS);
        self.store().kv_put(USES, &key, value, until).await?;
        Ok(())
    }

    /// Which passkey it is, in few and fixed characters. A passkey enrolled anew begins afresh.
    fn use_key(&self, passkey: &Passkey) -> String {
        let named = format!("{} {}", passkey.id, passkey.added);
        let tag = self.keys().token.derive("passkey").tag(named.as_bytes());
        hex::encode(tag)
    }
}
