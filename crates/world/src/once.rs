//! Requests that are carried out once, however often they are sent: what was answered is kept, sealed, under the key that
//! the caller gave it. What was begun and never answered stays unknown rather than being done a second time.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{caller::Caller, error::WorldError, kept::opened_value, world::World};

/// What was sent, and what was answered.
const SPACE: &str = "once";
/// Whose turn it is to do it.
const CLAIMS: &str = "once-claim";
/// As long as a report's key is remembered.
const KEPT: SignedDuration = SignedDuration::from_hours(24 * 30);
/// How long something may be on its way: longer than any request is waited for.
const RUNNING: SignedDuration = SignedDuration::from_mins(10);
/// Longest answer that is kept, in bytes.
const LONGEST: usize = 1 << 20;

/// The right to carry a request out.
#[derive(Debug)]
pub struct Ticket {
    key: String,
    sent: String,
    begun: Timestamp,
}

/// What is known of a request when it comes.
#[derive(Debug)]
pub enum Begun {
    /// Nothing: it is carried out now.
    Now(Ticket),
    /// It was carried out; this was answered.
    Before(Value),
    /// It is on its way.
    Running,
    /// It was begun, and whether it was carried out is not known.
    Unknown,
}

/// What is kept of a request.
#[derive(Serialize, Deserialize)]
struct Record {
    /// A tag of what was sent.
    sent: String,
    begun: Timestamp,
    /// `None` until it was carried out.
    #[serde(default)]
    answer: Option<Value>,
}

impl World {
    /// Begins a request that the caller gave a key. `sent`: all of it, by which another under the same key is told apart.
    ///
    /// # Errors
    /// When the key is no key, or another request was sent with it.
    pub async fn begin_once(
        &self,
        caller: &Caller,
        given: &str,
        sent: &[u8],
    ) -> Result<Begun, WorldError> {
        let whose = serde_json::to_string(&caller.actor.who).map_err(WorldError::encoding)?;
        let key = self.once_key(caller, &whose, given)?;
        let key = hex::encode(self.keys().token.derive(SPACE).tag(key.as_bytes()));
        let sent = self.sent_tag(&key, sent);
        let now = self.now();
        if let Some(record) = self.once_record(&key).await? {
            return match record {
                record if record.sent != sent => Err(WorldError::refused(
                    "error-idempotency-other",
                    "another request was sent with this idempotency key",
                )),
                Record {
                    answer: Some(answer),
                    ..
                } => Ok(Begun::Before(answer)),
                record if now < record.begun + RUNNING => Ok(Begun::Running),
                _ => Ok(Begun::Unknown),
            };
        }
        let until = now + RUNNING;
        if self.store().kv_count(CLAIMS, &key, now, until).await? != 1 {
            self.store().kv_uncount(CLAIMS, &key, now).await?;
            return Ok(Begun::Running);
        }
        let begun = now;
        let ticket = Ticket { key, sent, begun };
        self.put_once(&ticket, None).await?;
        Ok(Begun::Now(ticket))
    }

    /// Keeps what was answered. An answer that is too long is not kept: the request stays one of which nobody knows.
    pub async fn keep_once(&self, ticket: &Ticket, answer: Value) -> Result<(), WorldError> {
        self.put_once(ticket, Some(answer)).await
    }

    /// Forgets a request that changed nothing: it may be sent again under the same key.
    pub async fn forget_once(&self, ticket: &Ticket) -> Result<(), WorldError> {
        let (store, now) = (self.store(), self.now());
        store.kv_take(SPACE, &ticket.key, now).await?;
        Ok(store.kv_uncount(CLAIMS, &ticket.key, now).await?)
    }

    async fn put_once(&self, ticket: &Ticket, answer: Option<Value>) -> Result<(), WorldError> {
        let record = Record {
            sent: ticket.sent.clone(),
            begun: ticket.begun,
            answer,
        };
        let plain = serde_json::to_vec(&record).map_err(WorldError::encoding)?;
        if plain.len() > LONGEST {
            return Ok(());
        }
        let value = self.sealed_value(&self.keys().drafts(), ticket.key.as_bytes(), &plain);
        let until = ticket.begun + KEPT;
        Ok(self
            .store()
            .kv_put(SPACE, &ticket.key, value, until)
            .await?)
    }

    async fn once_record(&self, key: &str) -> Result<Option<Record>, WorldError> {
        let Some(kept) = self.store().kv_get(SPACE, key, self.now()).await? else {
            return Ok(None);
        };
        let plain = opened_value(&self.keys().drafts(), key.as_bytes(), &kept)?;
        serde_json::from_slice(&plain)
            .map(Some)
            .map_err(WorldError::encoding)
    }
}
