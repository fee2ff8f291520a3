//! Redaction: the payload keys of a matter are destroyed, its projection becomes a tombstone, and the
//! log stays whole. Who did it and why is an event of its own.

use kaname_kernel::{Id, Matter, MatterId, Moment, Projection, Unfit, audience::Audience};
use kaname_policy::Action;
use kaname_sharing::Item;
use kaname_store::{Record, StoredEvent};
use serde::{Deserialize, Serialize};

use crate::{caller::Caller, error::WorldError, outlet::OUT, work::Done, world::World};

/// State word of a tombstone.
pub const REDACTED: &str = "redacted";

/// A redaction, as a matter: which matter was redacted, by whom (its event's actor) and why.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Redaction {
    /// What was redacted.
    pub matter: MatterId,
    /// Why; names nothing of what was redacted.
    pub reason: String,
    at: jiff::Timestamp,
}

/// The one thing that happens to a redaction.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "did", rename_all = "snake_case")]
pub enum RedactionChange {
    /// Keys destroyed.
    Redacted {
        /// What was redacted.
        matter: MatterId,
        /// Why.
        reason: String,
    },
}

impl Matter for Redaction {
    const KIND: &'static str = "redaction";
    type Change = RedactionChange;

    fn name(_: &RedactionChange) -> &'static str {
        REDACTED
    }

    fn begin(change: &RedactionChange, at: &Moment<'_>) -> Result<Self, Unfit> {
        let RedactionChange::Redacted { matter, reason } = change.clone();
        Ok(Self {
            matter,
            reason,
            at: at.recorded,
        })
    }

    fn apply(&mut self, _: &RedactionChange, at: &Moment<'_>) -> Result<(), Unfit> {
        Err(at.unfit::<Self>("a redaction has one event"))
    }

    fn project(&self) -> Projection {
        Projection {
            scope: Some(self.matter),
            ..Projection::officers(REDACTED, self.at)
        }
    }
}

/// What remains of a redacted matter, computed from the headers alone: the same from the live store
/// and from a rebuild.
pub(crate) fn tombstone(history: &[StoredEvent]) -> Result<Record, WorldError> {
    let last = history.last().ok_or(WorldError::NotFound("event"))?;
    let header = &last.event.header;
    Ok(Record {
        id: header.matter,
        kind: header.matter_kind.clone(),
        version: header.version,
        audience: Audience::officers(),
        state: REDACTED.to_owned(),
        owner: None,
        scope: None,
        sort_at: header.recorded,
        due_at: None,
        tlp: None,
        text: String::new(),
        postings: Vec::new(),
        lookups: Vec::new(),
        body: serde_json::json!({ "redacted": true }),
    })
}

impl World {
    /// Destroys the payload keys of every event and attachment of a matter. What was released of an item
    /// leaves its collections in the same commit; with a report goes what was recorded of its victim. What was answered
    /// under an `Idempotency-Key`, whatever it is about, cannot be read any more, nor what is kept of a report for machines
    /// that ask again. A redaction that was cut off is whole when it is repeated.
    pub async fn redact(
        &self,
        caller: &Caller,
        matter: MatterId,
        reason: &str,
    ) -> Result<Done, WorldError> {
        // The victim first: cut off in between, the report is still there to be redacted again.
        if let Some(victim) = self.victim_of(matter).await? {
            self.redact_one(caller, victim.id, reason).await?;
        }
        let done = self.redact_one(caller, matter, reason).await?;
        // What was kept in between, by requests that had read the matter before.
        self.forget_kept_of(matter).await?;
        self.forget_answers().await?;
        Ok(done)
    }

    async fn redact_one(
        &self,
        caller: &Caller,
        matter: MatterId,
        reason: &str,
    ) -> Result<Done, WorldError> {
        self.allow_any(caller, Action::WorldAdminister)?;
        let reason = reason.trim();
        if reason.is_empty() || reason.len() > 2_000 {
            return Err(WorldError::invalid(
                "reason",
                "error-reason",
                "a reason of 1 to 2,000 bytes is needed",
            ));
        }
        let history = self.store().history(matter).await?;
        let kind = history.first().map(|first| &first.event.header.matter_kind);
        let kind = kind.ok_or(WorldError::NotFound("matter"))?.clone();
        let events: Vec<_> = history
            .iter()
            .map(|stored| stored.event.header.id)
            .collect();
        let mut work = self.work(&caller.actor);
        let change = RedactionChange::Redacted {
            matter,
            reason: reason.to_owned(),
        };
        work.begin::<Redaction>(Id::fresh(self.clock(), self.rng()), change)?;
        work.notice(REDACTED, Some(matter));
        // Whoever read through it, as a member of a group that is no more, reads anew.
        work.new_epoch();
        if kind == Item::KIND
            && let Some(item) = self.load::<Item>(matter).await?
        {
            self.pull_back(&mut work, &item.state);
            if item.state.is_out() {
                work.notice(OUT, Some(matter));
            }
        }
        // Before the payloads: with them goes what of it stands in the log of the database.
        self.forget_kept_of(matter).await?;
        self.forget_answers().await?;
        let commit = work.into_commit();
        let first = commit.appends.iter().flat_map(|append| &append.events);
        let written: Vec<_> = first.map(|event| event.header.id).collect();
        let committed = self
            .store()
            .shred(&events, tombstone(&history)?, commit)
            .await?;
        Ok(Done {
            events: written,
            committed,
        })
    }
}
