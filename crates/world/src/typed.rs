//! What was typed into a form that has to be shown again: kept sealed, a short while, for one browser. What
//! somebody typed who has not signed in the browser carries itself, so that strangers fill no store.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use jiff::SignedDuration;

use crate::{error::WorldError, kept::opened_value, world::World};

const SPACE: &str = "typed";
/// As long as it takes to be led back to the page.
const KEPT: SignedDuration = SignedDuration::from_mins(10);
/// Longest that is kept, in bytes; what is longer is not.
const LONGEST: usize = 512 * 1024;

impl World {
    /// Keeps it for whoever holds `binding`, the secret of a session or of a visit before signing in; once
    /// a browser. No history, and never in the clear.
    pub async fn keep_typed(&self, binding: &str, typed: &str) -> Result<(), WorldError> {
        if typed.len() > LONGEST {
            return Ok(());
        }
        let key = self.typed_key(binding);
        let drafts = self.keys().drafts();
        let value = self.sealed_value(&drafts, key.as_bytes(), typed.as_bytes());
        let until = self.now() + KEPT;
        Ok(self.store().kv_put(SPACE, &key, value, until).await?)
    }

    /// Gives what was kept, once.
    pub async fn take_typed(&self, binding: &str) -> Result<Option<String>, WorldError> {
        let key = self.typed_key(binding);
        let Some(kept) = self.store().kv_take(SPACE, &key, self.now()).await? else {
            return Ok(None);
        };
        let plain = opened_value(&self.keys().drafts(), key.as_bytes(), &kept)?;
        Ok(String::from_utf8(plain).ok())
    }

    /// The same sealed, to be carried by the browser of that visit and by no other.
    pub fn seal_typed(&self, binding: &str, typed: &str) -> String {
        let context = carried(binding);
        let drafts = self.keys().drafts();
        URL_SAFE_NO_PAD.encode(drafts.seal(self.rng(), context.as_bytes(), typed.as_bytes()))
    }

    /// What a browser carried; `None` when it was not sealed here for that visit.
    pub fn open_typed(&self, binding: &str, carried_text: &str) -> Option<String> {
        let boxed = URL_SAFE_NO_PAD.decode(carried_text).ok()?;
        let context = carried(binding);
        let plain = self.keys().drafts().open(context.as_bytes(), &boxed).ok()?;
        String::from_utf8(plain).ok()
    }

    fn typed_key(&self, binding: &str) -> String {
        hex::encode(self.keys().token.derive(SPACE).tag(binding.as_bytes()))
    }
}

/// What is sealed for a visit opens nothing else, and for no other.
fn carried(binding: &str) -> String {
    format!("{SPACE}/carried/{binding}")
}
