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

use super::{Fault, ground::Grounds};
use crate::{
    error::WorldError,
    keys::Keys,
    redact::{Redaction, RedactionChange},
    sharing::Import,
};

/// Why a payload proves nothing.
const SHUT: &str = "its payload does not open with this hub's key: the key beside it was changed";

/// An event whose key is gone.
struct Keyless {
    seq: u64,
    event: String,
    matter: MatterId,
}

/// What the events stand for, opened one by one. The ledger is proved beside it.
pub(super) struct Opening<'s> {
    store: &'s dyn Store,
    keys: &'s Keys,
    /// Payloads opened.
    pub(super) payloads: u64,
    /// Handles that lead to their provider.
    pub(super) links: u64,
    /// Attachments opened.
    pub(super) attachments: u64,
    /// What was met of objects, which are still to be compared.
    pub(super) grounds: Grounds,
    redacted: HashSet<MatterId>,
    keyless: Vec<Keyless>,
    /// Which handles stand for each party.
    handles: HashMap<PartyId, HashSet<HandleId>>,
}

impl<'s> Opening<'s> {
    pub(super) fn new(store: &'s dyn Store, keys: &'s Keys) -> Self {
        Self {
            store,
            keys,
            payloads: 0,
            links: 0,
            attachments: 0,
            grounds: Grounds::default(),
            redacted: HashSet::new(),
            keyless: Vec::new(),
            handles: HashMap::new(),
        }
    }
}

impl Opening<'_> {
    /// What is wrong with what an event stands for, if anything.
    pub(super) async fn take(
        &mut self,
        stored: &StoredEvent,
    ) -> Result<Option<&'static str>, WorldError> {
        let header = &stored.event.header;
        if stored.event.wrapped_key.is_none() {
            self.grounds.take(stored, None)?;
            self.keyless.push(Keyless {
                seq: stored.seq,
                event: header.id.to_string(),
                matter: header.matter,
            });
            return Ok(None);
        }
        let master = &self.keys.master;
        let kind = header.matter_kind.as_str();
        if ![Redaction::KIND, Report::KIND, Item::KIND, Import::KIND].contains(&kind) {
            if stored.event.opens(master).is_err() {
                return Ok(Some(SHUT));
            }
            self.payloads += 1;
            self.grounds.take(stored, None)?;
            return Ok(None);
        }
        let Ok(event) = stored.event.open(master) else {
            return Ok(Some(SHUT));
        };
        self.payloads += 1;
        if kind == Import::KIND {
            self.grounds.take(stored, Some(event))?;
            return Ok(None);
        }
        self.grounds.take(stored, None)?;
        match kind {
            Redaction::KIND => self.take_redaction(event),
            Report::KIND => self.take_report(event).await,
            _ => self.take_item(event).await,
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
            self.attachments += 1;
        }
        Ok(None)
    }

    async fn take_item(&mut self, event: Event) -> Result<Option<&'static str>, WorldError> {
        let change = serde_json::from_value(event.data).map_err(WorldError::encoding)?;
        let ItemChange::Derived(derivation) = change else {
            return Ok(None);
        };
        if derivation.own {
            return Ok(None);
        }
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
        self.handles.entry(link.party).or_default().insert(handle);
        self.links += 1;
        Ok(true)
    }

    async fn opens(&self, handle: HandleId, blob: MatterId) -> Result<bool, WorldError> {
        let stored = self.store.blob(blob).await?;
        Ok(stored.is_some_and(|stored| self.keys.open_blob(handle, &stored, blob).is_ok()))
    }

    /// What only shows when all events were read.
    pub(super) async fn end(&self, events: u64) -> Result<Option<Fault>, WorldError> {
        let lost = self
            .keyless
            .iter()
            .find(|one| !self.redacted.contains(&one.matter));
        if let Some(lost) = lost {
            let what = "the key of its payload is gone, and nobody redacted it";
            return Ok(Some(Fault::of_event(
                lost.seq,
                Some(lost.event.clone()),
                what,
            )));
        }
        for (party, expected) in &self.handles {
            let mut found = HashSet::new();
            for n in 0.. {
                let under = self.store.handles(&self.keys.party_tag(*party, n)).await?;
                if under.is_empty() {
                    break;
                }
                found.extend(under);
            }
            if !expected.is_subset(&found) {
                let what = "the sealed store has a gap: a provider does not find all it handed in";
                return Ok(Some(Fault::of_event(events, None, what)));
            }
        }
        Ok(None)
    }
}

const NO_LINK: &str = "its handle leads to no provider: the sealed store was changed";
