//! The sealed store: which party stands behind a handle, and what it wrote. Its key is in a file of
//! its own. Nothing else in the world leads from a report or an item to its provider.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use kaname_kernel::{HandleId, Id, MatterId, PartyId, seal::SecretKey};
use kaname_sharing::Sealed;
use kaname_store::SealedLink;
use serde::{Deserialize, Serialize, de::DeserializeOwned};

use crate::{error::WorldError, world::World};

/// Most handles of one party that are looked for.
const MAX_HANDLES: u64 = 100_000;
/// Handles probed at first, and at most, at a time.
const FIRST_PROBED: u64 = 4;
const PROBED: u64 = 64;

/// Numbers that are looked up again although they were found before: of two that were given the same
/// number at the same moment, the second may have become durable later.
const AGAIN: usize = 64;
/// Parties whose handles are remembered.
const MAX_REMEMBERED: usize = 1_000;

/// Handles found so far, by party and number; in memory only.
#[derive(Debug, Default)]
pub(crate) struct Found(Mutex<HashMap<PartyId, Vec<Vec<HandleId>>>>);

impl Found {
    fn of(&self, party: PartyId) -> Vec<Vec<HandleId>> {
        let held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        held.get(&party).cloned().unwrap_or_default()
    }

    fn hold(&self, party: PartyId, found: Vec<Vec<HandleId>>) {
        let mut held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if held.len() >= MAX_REMEMBERED && !held.contains_key(&party) {
            held.clear();
        }
        held.insert(party, found);
    }
}

/// What a handle stands for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Link {
    /// The provider.
    pub party: PartyId,
    /// The report a derived item came from; `None` on a report's own handle.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub report: Option<MatterId>,
    /// On an entry of the index from a report to its items: the item's handle.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub item: Option<HandleId>,
}

/// Length of every box, in bytes: it says nothing about what the link holds.
const BOX_BYTES: usize = 192;

/// As long as a box is: nonce, link, tag. It opens under no key.
const NO_LINK: [u8; BOX_BYTES + 40] = [0; BOX_BYTES + 40];

/// Tags that carry a number each, from 0 without a gap.
#[derive(Clone, Copy)]
enum Numbered {
    /// A party's handles.
    Party(PartyId),
    /// The index entries of a report's items.
    Report(MatterId),
}

impl World {
    /// A fresh handle and its row for the sealed store.
    pub async fn seal_link(&self, link: &Link) -> Result<(HandleId, SealedLink), WorldError> {
        self.seal_under(Numbered::Party(link.party), link).await
    }

    /// The row by which a report finds the item with this handle. It belongs into the commit that makes
    /// the item.
    pub(crate) async fn seal_index(
        &self,
        party: PartyId,
        report: MatterId,
        item: HandleId,
    ) -> Result<SealedLink, WorldError> {
        let link = Link {
            party,
            report: Some(report),
            item: Some(item),
        };
        let (_, row) = self.seal_under(Numbered::Report(report), &link).await?;
        Ok(row)
    }

    async fn seal_under(
        &self,
        family: Numbered,
        link: &Link,
    ) -> Result<(HandleId, SealedLink), WorldError> {
        let handle: HandleId = Id::random(self.rng());
        let mut padded = serde_json::to_vec(link).map_err(WorldError::encoding)?;
        padded.resize(BOX_BYTES, b' ');
        let links = self.keys().links();
        let row = SealedLink {
            handle,
            tag: self.tag(family, self.next_number(family).await?),
            boxed: links.seal(self.rng(), handle.bytes(), &padded),
        };
        Ok((handle, row))
    }

    fn tag(&self, family: Numbered, n: u64) -> [u8; 32] {
        match family {
            Numbered::Party(party) => self.keys().party_tag(party, n),
            Numbered::Report(report) => self.keys().report_tag(report, n),
        }
    }

    /// Handles of the items derived from a report: one question for each, whatever else its provider
    /// handed in.
    pub(crate) async fn handles_from(&self, report: MatterId) -> Result<Vec<HandleId>, WorldError> {
        let mut found = Vec::new();
        for n in 0..MAX_HANDLES {
            let entries = self.numbered(Numbered::Report(report), n).await?;
            if entries.is_empty() {
                break;
            }
            for entry in entries {
                found.extend(self.open_link(entry).await?.item);
            }
        }
        Ok(found)
    }

    /// Opens a handle. Callers record the opening.
    pub(crate) async fn open_link(&self, handle: HandleId) -> Result<Link, WorldError> {
        let row = self.store().sealed_link(handle).await?;
        let Some(row) = row else {
            // The work of opening is done all the same: time does not tell whether there is a link.
            drop(self.keys().links().open(handle.bytes(), &NO_LINK));
            return Err(WorldError::NotFound("handle"));
        };
        self.keys().open_link(handle, &row.boxed)
    }

    /// The handles of a party: how a provider finds its own. The n-th stands under a tag that only the
    /// seal key leads to, so that two rows of the sealed store never show that they belong together. What
    /// was found before is remembered; only the last of it is looked up again.
    pub async fn handles_of(&self, party: PartyId) -> Result<Vec<HandleId>, WorldError> {
        let mut found = self.found.of(party);
        found.truncate(found.len().saturating_sub(AGAIN));
        let mut first = found.len() as u64;
        // Few at first: most parties have few, and each of their pages asks.
        let mut wide = if found.is_empty() {
            FIRST_PROBED
        } else {
            PROBED
        };
        while first < MAX_HANDLES {
            let probes = (first..first + wide).map(|n| self.numbered(Numbered::Party(party), n));
            let probed = futures_util::future::try_join_all(probes).await?;
            let there = probed.iter().take_while(|under| !under.is_empty()).count();
            let ended = there < probed.len();
            found.extend(probed.into_iter().take(there));
            if ended {
                break;
            }
            first += wide;
            wide = PROBED.min(wide * 2);
        }
        let handles = found.iter().flatten().copied().collect();
        self.found.hold(party, found);
        Ok(handles)
    }

    async fn numbered(&self, family: Numbered, n: u64) -> Result<Vec<HandleId>, WorldError> {
        Ok(self.store().handles(&self.tag(family, n)).await?)
    }

    /// The first number that is free. Two at the same moment may get the same: both are found under it.
    async fn next_number(&self, family: Numbered) -> Result<u64, WorldError> {
        let (mut taken, mut free) = (0, 1);
        if self.numbered(family, 0).await?.is_empty() {
            return Ok(0);
        }
        while !self.numbered(family, free).await?.is_empty() {
            (taken, free) = (free, free * 2);
        }
        while free - taken > 1 {
            let middle = taken + (free - taken) / 2;
            if self.numbered(family, middle).await?.is_empty() {
                free = middle;
            } else {
                taken = middle;
            }
        }
        Ok(free)
    }

    /// Whether the party stands behind the handle. Only the comparison's outcome leaves this crate; no
    /// person learns who it is, so it is no opening.
    pub async fn is_own(&self, party: PartyId, handle: HandleId) -> Result<bool, WorldError> {
        match self.open_link(handle).await {
            Ok(link) => Ok(link.party == party),
            Err(WorldError::NotFound(_)) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Seals what a provider wrote, or what is written to it.
    pub fn seal_content<T: Serialize>(
        &self,
        handle: HandleId,
        content: &T,
    ) -> Result<Sealed, WorldError> {
        let plain = serde_json::to_vec(content).map_err(WorldError::encoding)?;
        let key = self.keys().content(handle);
        Ok(Sealed::of(&key.seal(self.rng(), handle.bytes(), &plain)))
    }

    /// Opens what [`World::seal_content`] gave for the same handle. Callers record the opening.
    pub(crate) fn open_content<T: DeserializeOwned>(
        &self,
        handle: HandleId,
        sealed: &Sealed,
    ) -> Result<T, WorldError> {
        self.keys().open_content(handle, sealed)
    }
}

impl World {
    /// Wraps the key of an attachment under the seal key of its provider's handle.
    pub(crate) fn wrap_blob_key(
        &self,
        handle: HandleId,
        blob: MatterId,
        key: &SecretKey,
    ) -> Vec<u8> {
        let wrapping = self.keys().content(handle);
        wrapping.seal(self.rng(), blob.bytes(), key.expose())
    }
}
