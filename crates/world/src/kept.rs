//! Values that expire are kept sealed where they say who did what: a copy of the database leads nowhere. What
//! they are sealed for is authenticated, so that none opens in another's place.

use kaname_kernel::seal::{DoesNotOpen, SecretKey};
use serde_json::Value;

use crate::world::World;

impl World {
    /// A value as the store keeps it.
    pub(crate) fn sealed_value(&self, key: &SecretKey, context: &[u8], plain: &[u8]) -> Value {
        Value::String(hex::encode(key.seal(self.rng(), context, plain)))
    }
}

/// What [`World::sealed_value`] gave.
pub(crate) fn opened_value(
    key: &SecretKey,
    context: &[u8],
    kept: &Value,
) -> Result<Vec<u8>, DoesNotOpen> {
    let boxed = kept.as_str().and_then(|text| hex::decode(text).ok());
    key.open(context, &boxed.ok_or(DoesNotOpen)?)
}
