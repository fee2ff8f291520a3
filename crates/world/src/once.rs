//! Requests that are carried out once, however often they are sent: what was answered is kept, sealed, under the key that
//! the caller gave it. What was begun and never answered stays unknown rather than being done a second time.
//!
//! An answer may say what any matter says. Answers are sealed under keys of their own, of which a redaction destroys all
//! there are, before and after it: no answer of a request that was begun before can be read again, not even one that is
//! still on its way. That the request was carried out stays known.

use jiff::{SignedDuration, Timestamp};
use kaname_kernel::seal::{DoesNotOpen, SecretKey};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{caller::Caller, error::WorldError, kept::opened_value, world::World};

/// What was sent, and what was answered.
const SPACE: &str = "once";
/// Keys that answers are sealed under: by the day from which they are used.
const KEYS: &str = "once-key";
/// Whose turn it is to do it.
const CLAIMS: &str = "once-claim";
/// As long as a report's key is remembered.
const KEPT: SignedDuration = SignedDuration::from_hours(24 * 30);
/// How long something may be on its way: longer than any request is waited for.
const RUNNING: SignedDuration = SignedDuration::from_mins(10);
/// A key outlives the answers that are sealed under it in its day.
const KEY_KEPT: SignedDuration = SignedDuration::from_hours(24 * 32);
/// Longest answer that is kept, in bytes.
const LONGEST: usize = 1 << 20;

/// The right to carry a request out.
#[derive(Debug)]
pub struct Ticket {
    key: String,
    sent: String,
    begun: Timestamp,
    under: Under,
}

/// What an answer is sealed under.
#[derive(Debug)]
struct Under {
    name: String,
    key: SecretKey,
}

/// What is known of a request when it comes.
#[derive(Debug)]
pub enum Begun {
    /// Nothing: it is carried out now.
    Now(Ticket),
    /// It was carried out; this was answered.
    Before(Value),
    /// It was carried out; what was answered went with a redaction.
    Gone,
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
    answered: Option<Answered>,
}

/// An answer as it is kept.
#[derive(Serialize, Deserialize)]
struct Answered {
    /// Name of the key that it is sealed under.
    under: String,
    boxed: Value,
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
                    answered: Some(answered),
                    ..
                } => Ok(match self.once_answer(&key, &answered).await? {
                    Some(answer) => Begun::Before(answer),
                    None => Begun::Gone,
                }),
                record if now < record.begun + RUNNING => Ok(Begun::Running),
                _ => Ok(Begun::Unknown),
            };
        }
        let until = now + RUNNING;
        if self.store().kv_count(CLAIMS, &key, now, until).await? != 1 {
            self.store().kv_uncount(CLAIMS, &key, now).await?;
            return Ok(Begun::Running);
        }
        let ticket = Ticket {
            key,
            sent,
            begun: now,
            // Before anything is read that the answer may say: a redaction from here on destroys it.
            under: self.once_under().await?,
        };
        self.put_once(&ticket, None).await?;
        Ok(Begun::Now(ticket))
    }

    /// Keeps what was answered. An answer that is too long is not kept: the request stays one of which nobody knows.
    pub async fn keep_once(&self, ticket: &Ticket, answer: Value) -> Result<(), WorldError> {
        let plain = serde_json::to_vec(&answer).map_err(WorldError::encoding)?;
        if plain.len() > LONGEST {
            return Ok(());
        }
        let Under { name, key } = &ticket.under;
        let answered = Answered {
            under: name.clone(),
            boxed: self.sealed_value(key, ticket.key.as_bytes(), &plain),
        };
        self.put_once(ticket, Some(answered)).await
    }

    /// Forgets a request that changed nothing: it may be sent again under the same key.
    pub async fn forget_once(&self, ticket: &Ticket) -> Result<(), WorldError> {
        let (store, now) = (self.store(), self.now());
        store.kv_take(SPACE, &ticket.key, now).await?;
        Ok(store.kv_uncount(CLAIMS, &ticket.key, now).await?)
    }

    /// Destroys the keys that answers are sealed under: none that was begun before can be read again.
    pub(crate) async fn forget_answers(&self) -> Result<(), WorldError> {
        loop {
            let keys = self.store().kv_list(KEYS, "", self.now()).await?;
            if keys.is_empty() {
                return Ok(());
            }
            for (name, _) in keys {
                self.store().kv_take(KEYS, &name, self.now()).await?;
            }
        }
    }

    /// The key that answers of this day are sealed under. Two that are made at once are two: each answer says its own.
    async fn once_under(&self) -> Result<Under, WorldError> {
        let now = self.now();
        let day = now.as_second().div_euclid(24 * 3_600);
        let of_day = format!("{day}/");
        let kept = self.store().kv_list(KEYS, &of_day, now).await?;
        if let Some((name, boxed)) = kept.into_iter().next() {
            let key = self.opened_under(&name, &boxed)?;
            return Ok(Under { name, key });
        }
        let key = SecretKey::generate(self.rng());
        let name = format!("{of_day}{}", hex::encode(self.rng().bytes::<8>()));
        let boxed = self.sealed_value(&self.keys().drafts(), name.as_bytes(), key.expose());
        let put = self.store().kv_put(KEYS, &name, boxed, now + KEY_KEPT);
        put.await?;
        Ok(Under { name, key })
    }

    fn opened_under(&self, name: &str, boxed: &Value) -> Result<SecretKey, WorldError> {
        let key = opened_value(&self.keys().drafts(), name.as_bytes(), boxed)?;
        let key = key.try_into().map_err(|_| DoesNotOpen)?;
        Ok(SecretKey::from_bytes(key))
    }

    /// What was answered to a request; `None` when its key was destroyed.
    async fn once_answer(
        &self,
        key: &str,
        answered: &Answered,
    ) -> Result<Option<Value>, WorldError> {
        let under = &answered.under;
        let Some(boxed) = self.store().kv_get(KEYS, under, self.now()).await? else {
            return Ok(None);
        };
        let under = self.opened_under(under, &boxed)?;
        let plain = opened_value(&under, key.as_bytes(), &answered.boxed)?;
        let answer = serde_json::from_slice(&plain).map_err(WorldError::encoding)?;
        Ok(Some(answer))
    }

    async fn put_once(
        &self,
        ticket: &Ticket,
        answered: Option<Answered>,
    ) -> Result<(), WorldError> {
        let record = Record {
            sent: ticket.sent.clone(),
            begun: ticket.begun,
            answered,
        };
        let plain = serde_json::to_vec(&record).map_err(WorldError::encoding)?;
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
