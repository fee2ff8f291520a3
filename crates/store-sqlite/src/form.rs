//! How values stand in columns: ids as 16 bytes, times as microseconds since 1970, TLP as its rank.

use std::rc::Rc;

use jiff::Timestamp;
use kaname_kernel::{Id, PartyId, Tlp, merkle::Hash};
use roaring::RoaringBitmap;
use rusqlite::{Row, types::Value, vtab::array::Array};

use crate::error::{Outcome, corrupt};

/// Stands for "no due time": sorts last.
pub(crate) const NEVER_US: i64 = i64::MAX;
/// Stands for "no TLP".
const NO_TLP: i64 = -1;

pub(crate) fn time(us: i64) -> Outcome<Timestamp> {
    Timestamp::from_microsecond(us).map_err(|e| corrupt("time", e))
}

pub(crate) fn due_us(due: Option<Timestamp>) -> i64 {
    due.map_or(NEVER_US, |at| at.as_microsecond())
}

pub(crate) fn due(us: i64) -> Outcome<Option<Timestamp>> {
    if us == NEVER_US {
        Ok(None)
    } else {
        time(us).map(Some)
    }
}

pub(crate) fn tlp_rank(tlp: Option<Tlp>) -> i64 {
    let rank = |tlp| Tlp::ALL.iter().position(|each| *each == tlp);
    tlp.and_then(rank).map_or(NO_TLP, |rank| rank as i64)
}

/// Whether a rank is that of a TLP, or of none.
pub(crate) fn is_tlp_rank(rank: i64) -> bool {
    rank == NO_TLP || tlp(rank).is_some()
}

pub(crate) fn tlp(rank: i64) -> Option<Tlp> {
    usize::try_from(rank)
        .ok()
        .and_then(|rank| Tlp::ALL.get(rank).copied())
}

/// An id in a column.
pub(crate) fn id<K>(row: &Row<'_>, column: usize) -> Outcome<Id<K>> {
    let bytes = row
        .get_ref(column)?
        .as_blob()
        .map_err(|e| corrupt("id", e))?;
    Id::from_slice(bytes).ok_or_else(|| corrupt("id", "16 bytes are expected"))
}

/// An id in a column that may be empty.
pub(crate) fn maybe_id<K>(row: &Row<'_>, column: usize) -> Outcome<Option<Id<K>>> {
    let bytes = row
        .get_ref(column)?
        .as_blob_or_null()
        .map_err(|e| corrupt("id", e))?;
    let read = |bytes| Id::from_slice(bytes).ok_or_else(|| corrupt("id", "16 bytes are expected"));
    bytes.map(read).transpose()
}

/// Stands for the hub where an originator is named.
const HUB: [u8; 16] = [0; 16];

/// An originator for a column.
pub(crate) fn origin_bytes(origin: Option<PartyId>) -> [u8; 16] {
    origin.map_or(HUB, |party| *party.bytes())
}

/// An originator in a column.
pub(crate) fn origin(row: &Row<'_>, column: usize) -> Outcome<Option<PartyId>> {
    let party: PartyId = id(row, column)?;
    Ok((*party.bytes() != HUB).then_some(party))
}

/// For `IN rarray(?)`.
pub(crate) fn origins(all: &[Option<PartyId>]) -> Array {
    let all = all
        .iter()
        .map(|one| Value::Blob(origin_bytes(*one).to_vec()));
    Rc::new(all.collect())
}

/// A hash in a column.
pub(crate) fn hash(row: &Row<'_>, column: usize) -> Outcome<Hash> {
    let bytes = row
        .get_ref(column)?
        .as_blob()
        .map_err(|e| corrupt("hash", e))?;
    Hash::try_from(bytes).map_err(|e| corrupt("hash", e))
}

/// JSON in a column.
pub(crate) fn json<T: serde::de::DeserializeOwned>(
    row: &Row<'_>,
    column: usize,
    what: &'static str,
) -> Outcome<T> {
    let text = row
        .get_ref(column)?
        .as_str()
        .map_err(|e| corrupt(what, e))?;
    serde_json::from_str(text).map_err(|e| corrupt(what, e))
}

/// A count that SQLite keeps as a signed number.
pub(crate) fn count(row: &Row<'_>, column: usize) -> Outcome<u64> {
    let number: i64 = row.get(column)?;
    u64::try_from(number).map_err(|e| corrupt("number", e))
}

/// For `IN rarray(?)`.
pub(crate) fn bitmap(readable: &RoaringBitmap) -> Array {
    Rc::new(
        readable
            .iter()
            .map(|id| Value::Integer(i64::from(id)))
            .collect(),
    )
}

/// For `IN rarray(?)`.
pub(crate) fn texts(all: &[String]) -> Array {
    Rc::new(all.iter().map(|text| Value::Text(text.clone())).collect())
}

/// For `IN rarray(?)`.
pub(crate) fn ids<K>(all: &[Id<K>]) -> Array {
    Rc::new(
        all.iter()
            .map(|id| Value::Blob(id.bytes().to_vec()))
            .collect(),
    )
}

/// For `IN rarray(?)`.
pub(crate) fn numbers(all: &[i64]) -> Array {
    Rc::new(all.iter().map(|&number| Value::Integer(number)).collect())
}
