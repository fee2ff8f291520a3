//! The Merkle tree's right edge as C2SP tlog-tiles: tiles of 256 hashes, one row per eight levels of
//! the tree. Stores keep the tiles this gives and answer `subtree` from them.

use kaname_kernel::merkle::{Hash, node_hash};

/// Hashes in a full tile (C2SP tlog-tiles: height 8).
pub const WIDTH: usize = 256;

/// A tile to be kept, full or the partial right edge; replaces what stood in its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tile {
    /// Row of tiles: its hashes stand at level `8 * row` of the tree.
    pub row: u8,
    /// Number of the tile in its row.
    pub index: u64,
    /// Hashes one after another, 32 bytes each.
    pub bytes: Vec<u8>,
}

/// The partial tiles at the right edge of a growing tree.
#[derive(Debug, Clone, Default)]
pub struct Edge {
    size: u64,
    rows: Vec<Vec<Hash>>,
    full: Vec<Tile>,
    changed_rows: usize,
}

/// Which partial tile an edge of some size needs to go on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Needed {
    /// Row of tiles.
    pub row: u8,
    /// Number of the tile in its row.
    pub index: u64,
    /// Hashes that must stand in it.
    pub hashes: usize,
}

impl Edge {
    /// The partial tiles of a tree of `size` leaves, lowest row first; rows that end with a full tile
    /// need none.
    pub fn needed(size: u64) -> Vec<Needed> {
        let mut needed = Vec::new();
        for row in 0..8u8 {
            let hashes = size >> (8 * u32::from(row));
            let partial = (hashes % WIDTH as u64) as usize;
            if partial > 0 {
                let index = hashes / WIDTH as u64;
                needed.push(Needed {
                    row,
                    index,
                    hashes: partial,
                });
            }
        }
        needed
    }

    /// The edge of a tree of `size` leaves from the tiles [`Edge::needed`] names, in that order;
    /// `None` when one holds fewer hashes than needed.
    pub fn from_tiles(size: u64, tiles: &[Vec<u8>]) -> Option<Self> {
        let needed = Self::needed(size);
        if needed.len() != tiles.len() {
            return None;
        }
        let mut edge = Self {
            size,
            ..Self::default()
        };
        for (want, bytes) in needed.iter().zip(tiles) {
            let hashes = hashes_of(bytes).take(want.hashes).collect::<Vec<_>>();
            if hashes.len() < want.hashes {
                return None;
            }
            *edge.row(usize::from(want.row)) = hashes;
        }
        Some(edge)
    }

    /// Number of leaves.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Adds one leaf hash.
    pub fn push(&mut self, leaf: Hash) {
        self.size += 1;
        let mut hash = leaf;
        // 2^64 leaves fill eight rows; the count cannot overflow before.
        for row in 0..8usize {
            self.changed_rows = self.changed_rows.max(row + 1);
            let width_in_leaves = 8 * row as u32;
            let index = ((self.size >> width_in_leaves) - 1) / WIDTH as u64;
            let hashes = self.row(row);
            hashes.push(hash);
            if hashes.len() < WIDTH {
                return;
            }
            let done = std::mem::take(hashes);
            hash = fold(&done);
            self.full.push(Tile {
                row: row as u8,
                index,
                bytes: done.concat(),
            });
        }
    }

    /// The tiles that changed since this was last asked.
    pub fn take_changed(&mut self) -> Vec<Tile> {
        let mut tiles = std::mem::take(&mut self.full);
        for (row, hashes) in self.rows.iter().enumerate().take(self.changed_rows) {
            if !hashes.is_empty() {
                let index = (self.size >> (8 * row as u32)) / WIDTH as u64;
                tiles.push(Tile {
                    row: row as u8,
                    index,
                    bytes: hashes.concat(),
                });
            }
        }
        self.changed_rows = 0;
        tiles
    }

    fn row(&mut self, row: usize) -> &mut Vec<Hash> {
        if self.rows.len() <= row {
            self.rows.resize_with(row + 1, Vec::new);
        }
        &mut self.rows[row]
    }
}

/// Row and number of the tile that holds what the subtree at `level` and `index` is computed from.
pub fn place(level: u32, index: u64) -> (u8, u64) {
    let first = index << (level % 8);
    ((level / 8) as u8, first / WIDTH as u64)
}

/// Hash of the complete subtree at `level` and `index` from the bytes of the tile at [`place`];
/// `None` when the tile does not reach that far yet.
pub fn subtree_in(bytes: &[u8], level: u32, index: u64) -> Option<Hash> {
    let count = 1usize << (level % 8);
    let start = ((index << (level % 8)) % WIDTH as u64) as usize;
    let hashes: Vec<Hash> = hashes_of(bytes).skip(start).take(count).collect();
    (hashes.len() == count).then(|| fold(&hashes))
}

fn hashes_of(bytes: &[u8]) -> impl Iterator<Item = Hash> {
    bytes.chunks_exact(32).map(|chunk| {
        let mut hash = [0; 32];
        hash.copy_from_slice(chunk);
        hash
    })
}

/// Root of a complete subtree: `hashes` is a power of two long.
fn fold(hashes: &[Hash]) -> Hash {
    let mut row = hashes.to_vec();
    while row.len() > 1 {
        row = row
            .chunks_exact(2)
            .map(|pair| node_hash(&pair[0], &pair[1]))
            .collect();
    }
    row.first().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use kaname_kernel::merkle::{Subtrees, leaf_hash};

    use super::*;

    #[test]
    fn tiles_give_every_complete_subtree_of_a_growing_tree() {
        let leaves: Vec<Hash> = (0..70_000u32)
            .map(|n| leaf_hash(&n.to_be_bytes()))
            .collect();
        let mut kept = BTreeMap::new();
        let mut edge = Edge::default();
        for (n, leaf) in leaves.iter().enumerate() {
            edge.push(*leaf);
            // Uneven bites, and a restart from what was kept now and then.
            if n % 377 == 0 || n + 1 == leaves.len() {
                for tile in edge.take_changed() {
                    kept.insert((tile.row, tile.index), tile.bytes);
                }
                let tiles: Vec<Vec<u8>> = Edge::needed(edge.size())
                    .iter()
                    .map(|want| kept[&(want.row, want.index)].clone())
                    .collect();
                edge = Edge::from_tiles(edge.size(), &tiles).unwrap();
            }
        }
        let mut oracle = leaves.as_slice();
        for level in 0..17u32 {
            let count = (leaves.len() as u64) >> level;
            for index in [0, 1, count / 3, count / 2, count.saturating_sub(1)] {
                if index < count {
                    let bytes = &kept[&place(level, index)];
                    let Ok(expected) = oracle.subtree(level, index);
                    assert_eq!(
                        subtree_in(bytes, level, index),
                        Some(expected),
                        "{level} {index}"
                    );
                }
            }
        }
        let beyond = leaves.len() as u64;
        assert_eq!(subtree_in(&kept[&place(0, beyond)], 0, beyond), None);
    }
}
