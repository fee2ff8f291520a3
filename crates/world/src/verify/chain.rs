//! The ledger as a chain: numbers, leaves, tiles, matters' versions, checkpoints. Needs the public key only.

use std::collections::{BTreeMap, HashMap, VecDeque};

use ed25519_dalek::VerifyingKey;
use kaname_kernel::{MatterId, checkpoint::Checkpoint, merkle::Frontier};
use kaname_store::{
    Store, StoredEvent,
    tiles::{Edge, Tile, WIDTH},
};

use super::{Fault, Verdict};
use crate::error::WorldError;

/// Checkpoints read at a time.
const NOTES: u32 = 1_000;
/// Leaves after which the tiles they fill are compared.
const TILED: u64 = 4_096;

/// A ledger while it is read. Of the events only a matter's last version is held.
pub(super) struct Chain<'s> {
    store: &'s dyn Store,
    key: VerifyingKey,
    pub(super) verdict: Verdict,
    /// Events that were there to begin with.
    expected: u64,
    tree: Frontier,
    edge: Edge,
    /// The right edge as last computed, by row.
    partial: BTreeMap<u8, Tile>,
    versions: HashMap<MatterId, u32>,
    /// Checkpoints brought along, smallest first.
    brought: VecDeque<Checkpoint>,
    /// Kept ones that were read and not reached yet.
    kept: VecDeque<Checkpoint>,
    /// Size from which the next kept ones are read; `None` when all are.
    kept_from: Option<u64>,
}

impl<'s> Chain<'s> {
    pub(super) async fn begin(
        store: &'s dyn Store,
        key: &VerifyingKey,
        notes: &[String],
    ) -> Result<Self, WorldError> {
        let mut chain = Self {
            store,
            key: *key,
            verdict: Verdict {
                events: 0,
                redacted: 0,
                checkpoints: 0,
                root: String::new(),
                fault: None,
            },
            expected: store.ledger_size().await?,
            tree: Frontier::default(),
            edge: Edge::default(),
            partial: BTreeMap::new(),
            versions: HashMap::new(),
            brought: VecDeque::new(),
            kept: VecDeque::new(),
            kept_from: Some(0),
        };
        let mut brought = Vec::new();
        for note in notes {
            match Checkpoint::open(note, key) {
                Ok(checkpoint) => brought.push(checkpoint),
                Err(error) => {
                    chain.breaks(0, None, &format!("a checkpoint does not verify: {error}"))
                }
            }
        }
        brought.sort_by_key(|checkpoint| checkpoint.size);
        chain.brought = brought.into();
        if !chain.is_broken() {
            chain.compare_checkpoints(None).await?;
        }
        Ok(chain)
    }

    /// Events that fit.
    pub(super) fn size(&self) -> u64 {
        self.tree.size()
    }

    pub(super) fn is_broken(&self) -> bool {
        self.verdict.fault.is_some()
    }

    pub(super) fn breaks(&mut self, seq: u64, event: Option<String>, what: &str) {
        let fault = &mut self.verdict.fault;
        fault.get_or_insert_with(|| Fault::of_event(seq, event, what));
    }

    /// Takes the next event; whether it fits.
    pub(super) async fn take(&mut self, stored: &StoredEvent) -> Result<bool, WorldError> {
        let id = || Some(stored.event.header.id.to_string());
        if let Some(what) = self.misfit(stored) {
            self.breaks(self.size(), id(), what);
            return Ok(false);
        }
        self.verdict.redacted += u64::from(stored.event.wrapped_key.is_none());
        self.tree.push(stored.leaf);
        self.edge.push(stored.leaf);
        self.verdict.events += 1;
        self.compare_checkpoints(id()).await?;
        if self.size().is_multiple_of(TILED) {
            self.compare_full_tiles().await?;
        }
        Ok(!self.is_broken())
    }

    fn misfit(&mut self, stored: &StoredEvent) -> Option<&'static str> {
        if stored.seq != self.tree.size() {
            return Some("its number does not follow the one before");
        }
        if stored.event.leaf_hash() != stored.leaf {
            return Some("its bytes do not have the hash that was logged");
        }
        let header = &stored.event.header;
        let version = self.versions.entry(header.matter).or_insert(0);
        if header.version != *version + 1 {
            return Some("its matter's history has a gap before it");
        }
        *version = header.version;
        None
    }

    /// Compares every checkpoint at exactly this size with the tree; `event` is the last one in it.
    async fn compare_checkpoints(&mut self, event: Option<String>) -> Result<(), WorldError> {
        let size = self.tree.size();
        self.read_kept().await?;
        for own in [false, true] {
            loop {
                let waiting = if own {
                    &mut self.kept
                } else {
                    &mut self.brought
                };
                if waiting.front().is_none_or(|next| next.size != size) {
                    break;
                }
                let Some(checkpoint) = waiting.pop_front() else {
                    break;
                };
                if checkpoint.root != self.tree.root() {
                    self.breaks(size.saturating_sub(1), event.clone(), OTHER_ROOT);
                    return Ok(());
                }
                self.verdict.checkpoints += 1;
            }
            self.read_kept().await?;
        }
        Ok(())
    }

    /// Reads more of the kept checkpoints when those at hand are done.
    async fn read_kept(&mut self) -> Result<(), WorldError> {
        let Some(from) = self.kept_from.filter(|_| self.kept.is_empty()) else {
            return Ok(());
        };
        let kept = self.store.checkpoints(from, NOTES).await?;
        self.kept_from = kept.last().map(|last| last.size + 1);
        for one in kept {
            match Checkpoint::open(&one.note, &self.key) {
                Ok(checkpoint) if checkpoint.size == one.size => self.kept.push_back(checkpoint),
                Ok(_) => self.breaks(
                    one.size,
                    None,
                    "a checkpoint stands at another size than it is signed for",
                ),
                Err(error) => {
                    let what = format!("a checkpoint does not verify: {error}");
                    self.breaks(one.size, None, &what);
                }
            }
        }
        Ok(())
    }

    /// Compares the tiles that are full with those kept, and remembers the right edge.
    async fn compare_full_tiles(&mut self) -> Result<(), WorldError> {
        for tile in self.edge.take_changed() {
            if tile.bytes.len() == WIDTH * 32 {
                self.compare_tile(&tile).await?;
            } else {
                self.partial.insert(tile.row, tile);
            }
        }
        Ok(())
    }

    async fn compare_tile(&mut self, tile: &Tile) -> Result<(), WorldError> {
        let kept = self.store.tile(tile.row, tile.index).await?;
        let kept = kept.unwrap_or_default();
        // At the right edge more may have been written since.
        if kept.starts_with(&tile.bytes) {
            return Ok(());
        }
        let same = kept.chunks(32).zip(tile.bytes.chunks(32));
        let same = same.take_while(|(one, other)| one == other).count() as u64;
        let seq = (tile.index * WIDTH as u64 + same) << (8 * u32::from(tile.row));
        self.breaks(
            seq,
            None,
            "a tile of the tree is not what the events from here on make it",
        );
        Ok(())
    }

    /// What only shows when all events were read.
    pub(super) async fn end(mut self) -> Result<Verdict, WorldError> {
        let size = self.tree.size();
        self.verdict.root = hex::encode(self.tree.root());
        self.compare_full_tiles().await?;
        for needed in Edge::needed(size) {
            let tile = self.partial.remove(&needed.row);
            if let Some(tile) = tile.filter(|tile| tile.index == needed.index) {
                self.compare_tile(&tile).await?;
            }
        }
        // Checkpoints signed while this was reading are of what came since.
        let beyond = self.brought.front().or(self.kept.front());
        if let Some(beyond) = beyond.filter(|_| self.expected <= size) {
            let what = format!(
                "the tail is cut: a signed checkpoint covers {} events, {size} are here",
                beyond.size
            );
            self.breaks(size, None, &what);
        }
        if size < self.expected {
            self.breaks(size, None, "events are missing from the order");
        }
        Ok(self.verdict)
    }
}

const OTHER_ROOT: &str = "the tree up to here has another root than the signed checkpoint: this event or one before it was changed, or the past was rewritten";
