//! Proving that what the ledger stands for can still be read: payloads open, handles lead to their
//! providers, attachments are there, and no key is gone that nobody redacted.

use std::collections::{HashMap, HashSet};

use kaname_kernel::{Event, HandleId, Matter, MatterId, PartyId};
use kaname_sharing::{
    Item, Report,
    item::ItemChange,
    report::{ReportChange, Technique},
};
use kaname_store::{Store, StoredEvent};

use super::Fault;
use crate::{
    error::WorldError,
    keys::Keys,
    redact::{Redaction, RedactionChange},
};

/// Events read at a time.
const BATCH: u32 = 1_000;

/// What was opened, and the first thing that does not open.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PayloadVerdict {
    /// Payloads opened.
    pub payloads: u64,
    /// Handles that lead to their provider.
    pub links: u64,
    /// Attachments opened.
    pub attachments: u64,
    /// The first thing wrong; `None` when everything opens.
    pub fault: Option<Fault>,
}

/// An event whose key is gone.
struct Keyless {
    seq: u64,
    event: String,
    matter: MatterId,
}

/// Opens everything that was not redacted. The ledger is to be proved before; `progress` hears how many
/// events are done.
///
/// # Errors
/// When the store cannot be read.
pub async fn verify_payloads(
    store: &dyn Store,
    keys: &Keys,
    progress: &(dyn Fn(u64) + Sync),
) -> Result<PayloadVerdict, WorldError> {
    let mut opening = Opening {
        store,
        keys,
        verdict: PayloadVerdict::default(),
        redacted: HashSet::new(),
        keyless: Vec::new(),
        handles: HashMap::new(),
    };
    let mut from = 0;
    loop {
        let batch = store.events(from, BATCH).await?;
        if batch.is_empty() {
            break;
        }
        from += batch.len() as u64;
        for stored in &batch {
            if let Some(what) = opening.take(stored).await? {
                let event = stored.event.header.id.to_string();
                return Ok(opening.ends(stored.seq, Some(event), what));
            }
        }
        progress(from);
    }
    opening.whole(from).await
}

struct Opening<'s> {
    store: &'s dyn Store,
    keys: &'s Keys,
    verdict: PayloadVerdict,
    redacted: HashSet<MatterId>,
    keyless: Vec<Keyless>,
    /// How many handles stand for each party.
    handles: HashMap<PartyId, usize>,
}

impl Opening<'_> {
    /// What is wrong with what an event stands for, if anything.
    async fn take(&mut self, stored: &StoredEvent) -> Result<Option<&'static str>, WorldError> {
        let header = &stored.event.header;
        if stored.event.wrapped_key.is_none() {
            self.keyless.push(Keyless {
                seq: stored.seq,
                event: header.id.to_string(),
                matter: header.matter,
            });
            return Ok(None);
        }
        let Ok(event) = stored.event.open(&self.keys.master) else {
            return Ok(Some(
                "its payload does not open with this hub's key: the key beside it was changed",
            ));
        };
        self.verdict.payloads += 1;
        match header.matter_kind.as_str() {
            Redaction::KIND => self.take_redaction(event),
            Report::KIND => self.take_report(event).await,
            Item::KIND => self.take_item(event).await,
            _ => Ok(None),
        }
    }

    fn take_redaction(&mut self, event: Event) -> Result<Option<&'static str>, WorldError> {
        let change = serde_json::from_value(event.data).map_err(WorldError::encoding)?;
        let RedactionChange::Redacted { matter, .. } = change;
        self.redacted.insert(matter);
        Ok(None)
    }

    async fn take_report(&mut self, event: Event) -> Result<Option<&'static str>, WorldError> {
        let change = serde_json::from_value(event.data).map_err(WorldError::encoding)?;
        let ReportChange::Submitted(submission) = change else {
            return Ok(None);
        };
        let handle = submission.handle;
        if !self.leads(handle).await? {
            return Ok(Some(NO_LINK));
        }
        let content = self
            .keys
            .open_content::<Technique>(handle, &submission.content);
        let Ok(content) = content else {
            return Ok(Some(
                "what the provider wrote does not open with the seal key",
            ));
        };
        for blob in content.blobs {
            if !self.opens(handle, blob).await? {
                return Ok(Some("an attachment of it is gone or does not open"));
            }
            self.verdict.attachments += 1;
        }
        Ok(None)
    }

    async fn take_item(&mut self, event: Event) -> Result<Option<&'static str>, WorldError> {
        let change = serde_json::from_value(event.data).map_err(WorldError::encoding)?;
        let ItemChange::Derived(derivation) = change else {
            return Ok(None);
        };
        let leads = self.leads(derivation.handle).await?;
        Ok((!leads).then_some(NO_LINK))
    }

    /// Whether a handle leads to a party.
    async fn leads(&mut self, handle: HandleId) -> Result<bool, WorldError> {
        let Some(row) = self.store.sealed_link(handle).await? else {
            return Ok(false);
        };
        let Ok(link) = self.keys.open_link(handle, &row.boxed) else {
            return Ok(false);
        };
        *self.handles.entry(link.party).or_default() += 1;
        self.verdict.links += 1;
        Ok(true)
    }

    async fn opens(&self, handle: HandleId, blob: MatterId) -> Result<bool, WorldError> {
        let stored = self.store.blob(blob).await?;
        Ok(stored.is_some_and(|stored| self.keys.open_blob(handle, &stored, blob).is_ok()))
    }

    /// What only shows when all events were read.
    async fn whole(self, events: u64) -> Result<PayloadVerdict, WorldError> {
        let lost = self
            .keyless
            .iter()
            .find(|one| !self.redacted.contains(&one.matter));
        if let Some(lost) = lost {
            let (seq, event) = (lost.seq, lost.event.clone());
            let what = "the key of its payload is gone, and nobody redacted it";
            return Ok(self.ends(seq, Some(event), what));
        }
        for (party, expected) in &self.handles {
            let mut found = 0;
            for n in 0.. {
                let under = self.store.handles(&self.keys.party_tag(*party, n)).await?;
                if under.is_empty() {
                    break;
                }
                found += under.len();
            }
            if found < *expected {
                let what = "the sealed store has a gap: a provider does not find all it handed in";
                return Ok(self.ends(events, None, what));
            }
        }
        Ok(self.verdict)
    }

    fn ends(self, seq: u64, event: Option<String>, what: &str) -> PayloadVerdict {
        PayloadVerdict {
            fault: Some(Fault {
                seq,
                event,
                object: None,
                what: what.to_owned(),
            }),
            ..self.verdict
        }
    }
}

const NO_LINK: &str = "its handle leads to no provider: the sealed store was changed";
