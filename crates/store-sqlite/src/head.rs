//! What the writer keeps in memory between transactions: the ledger's right edge, the policy epoch,
//! the last `date_added`, and the numbers of known audiences and collections. All of it can be read
//! again from the file, which happens when another process wrote or a transaction failed.

use std::collections::HashMap;

use kaname_kernel::{Audience, AudienceId, MatterId};
use kaname_store::tiles::{Edge, Tile};
use rusqlite::{Connection, OptionalExtension, params};

use crate::error::{Outcome, corrupt};

/// Most audiences kept in memory; then all are forgotten and looked up again.
const KNOWN: usize = 65_536;

pub(crate) struct Head {
    pub(crate) edge: Edge,
    pub(crate) epoch: u64,
    epoch_written: u64,
    /// Largest `date_added` given so far.
    pub(crate) last_added_us: i64,
    audiences: HashMap<Audience, AudienceId>,
    collections: HashMap<MatterId, i64>,
}

impl Head {
    pub(crate) fn load(connection: &Connection) -> Outcome<Self> {
        let size = "SELECT coalesce(max(seq) + 1, 0) FROM events";
        let size: i64 = connection.query_row(size, [], |row| row.get(0))?;
        let size = u64::try_from(size).map_err(|e| corrupt("ledger size", e))?;
        let mut tiles = Vec::new();
        let mut read = connection.prepare_cached("SELECT hashes FROM tiles WHERE place = ?1")?;
        for needed in Edge::needed(size) {
            let place = place(needed.row, needed.index);
            let tile: Option<Vec<u8>> = read.query_row([place], |row| row.get(0)).optional()?;
            tiles.push(tile.ok_or_else(|| corrupt("ledger tile", "it is missing"))?);
        }
        let edge = Edge::from_tiles(size, &tiles);
        let edge = edge.ok_or_else(|| corrupt("ledger tile", "it is too short"))?;
        let epoch = "SELECT value FROM meta WHERE name = 'epoch'";
        let epoch: i64 = connection.query_row(epoch, [], |row| row.get(0))?;
        let epoch = u64::try_from(epoch).map_err(|e| corrupt("epoch", e))?;
        let added = "SELECT max(coalesce((SELECT max(added_us) FROM objects), 0),
                                coalesce((SELECT max(added_us) FROM withdrawn), 0))";
        Ok(Self {
            edge,
            epoch,
            epoch_written: epoch,
            last_added_us: connection.query_row(added, [], |row| row.get(0))?,
            audiences: HashMap::new(),
            collections: HashMap::new(),
        })
    }

    /// Forgets the numbers of audiences and collections: they are looked up again.
    pub(crate) fn forget_numbers(&mut self) {
        self.audiences.clear();
        self.collections.clear();
    }

    /// Number of an audience, given one when it is new.
    pub(crate) fn audience(
        &mut self,
        connection: &Connection,
        audience: &Audience,
    ) -> Outcome<AudienceId> {
        if let Some(id) = self.audiences.get(audience) {
            return Ok(*id);
        }
        let form = serde_json::to_string(audience).map_err(|e| corrupt("audience", e))?;
        let id = numbered(
            connection,
            "SELECT id FROM audiences WHERE form = ?1",
            "INSERT INTO audiences (form) VALUES (?1)",
            &form,
        )?;
        let id = AudienceId::try_from(id).map_err(|e| corrupt("audience number", e))?;
        if self.audiences.len() >= KNOWN {
            self.audiences.clear();
        }
        self.audiences.insert(audience.clone(), id);
        Ok(id)
    }

    /// Number of a collection, given one when it is new.
    pub(crate) fn collection(&mut self, connection: &Connection, id: MatterId) -> Outcome<i64> {
        if let Some(number) = self.collections.get(&id) {
            return Ok(*number);
        }
        let number = numbered(
            connection,
            "SELECT number FROM collections WHERE id = ?1",
            "INSERT INTO collections (id) VALUES (?1)",
            id.bytes(),
        )?;
        if self.collections.len() >= KNOWN {
            self.collections.clear();
        }
        self.collections.insert(id, number);
        Ok(number)
    }

    /// Writes what changed, at the end of a transaction.
    pub(crate) fn settle(&mut self, connection: &Connection) -> Outcome<()> {
        let changed = self.edge.take_changed();
        if !changed.is_empty() {
            let put = "INSERT INTO tiles (place, hashes) VALUES (?1, ?2)
                       ON CONFLICT (place) DO UPDATE SET hashes = excluded.hashes";
            let mut put = connection.prepare_cached(put)?;
            for Tile { row, index, bytes } in changed {
                put.execute(params![place(row, index), bytes])?;
            }
        }
        if self.epoch != self.epoch_written {
            let put = "UPDATE meta SET value = ?1 WHERE name = 'epoch'";
            connection
                .prepare_cached(put)?
                .execute([self.epoch as i64])?;
            self.epoch_written = self.epoch;
        }
        Ok(())
    }
}

/// Where a tile stands in its table.
pub(crate) fn place(row: u8, index: u64) -> i64 {
    (i64::from(row) << 56) | index as i64
}

fn numbered(
    connection: &Connection,
    find: &str,
    insert: &str,
    form: impl rusqlite::ToSql,
) -> Outcome<i64> {
    let mut find = connection.prepare_cached(find)?;
    if let Some(number) = find.query_row([&form], |row| row.get(0)).optional()? {
        return Ok(number);
    }
    connection.prepare_cached(insert)?.execute([&form])?;
    Ok(connection.last_insert_rowid())
}
