//! Who uses a world: every connection holds a shared advisory lock on it, so that whoever rewrites its
//! tables, alone, finds out and waits for nobody's mercy. The server frees the locks of who dies.

use std::time::Duration;

use deadpool_postgres::{Hook, HookError, Pool};
use kaname_store::StoreError;
use tokio_postgres::Client;

use crate::{
    error::{Fault, Outcome},
    open::Session,
};

/// Second number of the lock; the first is the schema's name, hashed. The small ones are taken by
/// migrations and by writes.
const IN_USE: i32 = 100;
/// How often, and with what pause, the lock is asked for: who has just ended is gone in a moment.
const TRIES: u32 = 40;
const PAUSE: Duration = Duration::from_millis(50);

/// What each new connection does: says that the world is used.
pub(crate) fn beside(schema: String) -> Hook {
    Hook::async_fn(move |client, _| {
        let schema = schema.clone();
        Box::pin(async move {
            let ask = "SELECT pg_try_advisory_lock_shared(hashtext($1), $2)";
            if asked(client, ask, &schema)
                .await
                .map_err(HookError::Backend)?
            {
                return Ok(());
            }
            Err(HookError::message(
                "the store is being rebuilt, migrated or restored\n\
                 hint: wait until that is done, then run this again",
            ))
        })
    })
}

/// The world for this program alone for as long as the session given lives.
pub(crate) async fn alone(pool: &Pool, schema: &str) -> Outcome<Session> {
    let session = pool.get().await?;
    let ask = "SELECT pg_try_advisory_lock(hashtext($1), $2)";
    if asked(&session, ask, schema).await? {
        return Ok(session);
    }
    Err(Fault::Store(StoreError::InUse(format!(
        "the store is in use\n{}\nhint: stop these, then run this again",
        users(&session, schema).await?.join("\n")
    ))))
}

async fn asked(client: &Client, ask: &str, schema: &str) -> Result<bool, tokio_postgres::Error> {
    for _ in 1..TRIES {
        let given = client.query_one(ask, &[&schema, &IN_USE]).await?;
        if given.try_get(0)? {
            return Ok(true);
        }
        tokio::time::sleep(PAUSE).await;
    }
    client.query_one(ask, &[&schema, &IN_USE]).await?.try_get(0)
}

/// Those who hold the lock, as they call themselves.
pub(crate) async fn users(client: &Client, schema: &str) -> Outcome<Vec<String>> {
    let find = "SELECT DISTINCT coalesce(a.application_name, 'another role''s program')
                FROM pg_locks l LEFT JOIN pg_stat_activity a ON a.pid = l.pid
                WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 2
                  AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
                  AND l.classid::bigint = (hashtext($1)::bigint & 4294967295)
                  AND l.objid::bigint = $2::int::bigint
                ORDER BY 1";
    let rows = client.query(find, &[&schema, &IN_USE]).await?;
    rows.iter().map(|row| Ok(row.try_get(0)?)).collect()
}
