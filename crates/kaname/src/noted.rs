//! Who serves over PostgreSQL: a value in the store for each server and worker, taken away at its end. One
//! whose writer has no connection to the database any more tells of an end without a word.

use jiff::SignedDuration;
use kaname_kernel::Clock as _;
use kaname_store::{Store as _, StoreError};
use kaname_store_postgres::PostgresStore;
use kaname_world::ambient::SystemClock;
use serde_json::{Value, json};

use crate::ambient;

/// Where the values stand.
const SPACE: &str = "serving";
/// They are taken away by who wrote them, or by the next who starts: this only has to be long enough.
const KEPT: SignedDuration = SignedDuration::from_hours(24 * 3_660);

/// Tells of those who ended without a word, each once, and notes this start. Gives the key by which
/// [`end`] takes it back.
pub(crate) async fn begin(
    store: &PostgresStore,
    own_name: &str,
    place: &str,
) -> Result<String, StoreError> {
    let now = SystemClock.now();
    let noted = store.kv_list(SPACE, "", now).await?;
    let connected = if noted.is_empty() {
        Vec::new()
    } else {
        store.users().await?
    };
    for (key, value) in noted {
        let name = value["name"].as_str().unwrap_or_default();
        // One called as this program is: the name came round again.
        if name != own_name && connected.iter().any(|user| user == name) {
            continue;
        }
        // Whoever takes it away tells of it: several may start at once.
        if store.kv_take(SPACE, &key, now).await?.is_some() {
            tracing::warn!(
                store = place,
                who = name,
                "the last end was unclean: killed, or the machine stopped; what was acknowledged is kept"
            );
        }
    }
    let key: String = ambient::random::<8>()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    let value: Value = json!({ "name": own_name });
    let expires = now.checked_add(KEPT).unwrap_or(now);
    store.kv_put(SPACE, &key, value, expires).await?;
    Ok(key)
}

/// Says that this program ended in good order.
pub(crate) async fn end(store: &PostgresStore, key: &str) {
    if let Err(error) = store.kv_take(SPACE, key, SystemClock.now()).await {
        tracing::debug!(%error, "the end could not be noted");
    }
}
