//! How values stand in columns: ids as 16 bytes, times as microseconds since 1970, TLP as its rank,
//! search text as its tokens.

use std::borrow::Cow;

use jiff::Timestamp;
use kaname_kernel::{Id, PartyId, Posting, Tlp, fold, merkle::Hash};
use roaring::RoaringBitmap;
use serde::{Deserialize, Serialize};
use tokio_postgres::Row;

use crate::error::{Outcome, corrupt};

/// Stands for "no due time": sorts last.
pub(crate) const NEVER_US: i64 = i64::MAX;
/// Stands for "no TLP".
const NO_TLP: i16 = -1;
/// Longest token kept, in characters: an index entry has a largest size.
const TOKEN: usize = 200;

/// Keys of a record as kept in its row.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Keys {
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) postings: Vec<Posting>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) lookups: Vec<(String, String)>,
}

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

pub(crate) fn tlp_rank(tlp: Option<Tlp>) -> i16 {
    let rank = |tlp| Tlp::ALL.iter().position(|each| *each == tlp);
    tlp.and_then(rank).map_or(NO_TLP, |rank| rank as i16)
}

/// Whether a rank is that of a TLP, or of none.
pub(crate) fn is_tlp_rank(rank: i16) -> bool {
    rank == NO_TLP || tlp(rank).is_some()
}

pub(crate) fn tlp(rank: i16) -> Option<Tlp> {
    usize::try_from(rank)
        .ok()
        .and_then(|rank| Tlp::ALL.get(rank).copied())
}

/// PostgreSQL's text has no NUL; in words of people one is no loss.
pub(crate) fn plain(text: &str) -> Cow<'_, str> {
    if text.contains('\0') {
        text.replace('\0', "\u{fffd}").into()
    } else {
        text.into()
    }
}

/// Distinct tokens of a text.
pub(crate) fn tokens(text: &str) -> Vec<String> {
    let cut = |token: String| match token.char_indices().nth(TOKEN) {
        Some((end, _)) => token[..end].to_owned(),
        None => token,
    };
    let mut tokens: Vec<String> = fold::tokens(text).into_iter().map(cut).collect();
    tokens.sort_unstable();
    tokens.dedup();
    tokens
}

/// Tokens in one string, for the `string_to_array` of a bulk insert.
pub(crate) fn words(text: &str) -> String {
    tokens(text).join(" ")
}

/// An id in a column.
pub(crate) fn id<K>(row: &Row, column: usize) -> Outcome<Id<K>> {
    let bytes: &[u8] = row.try_get(column)?;
    Id::from_slice(bytes).ok_or_else(|| corrupt("id", "16 bytes are expected"))
}

/// An id in a column that may be empty.
pub(crate) fn maybe_id<K>(row: &Row, column: usize) -> Outcome<Option<Id<K>>> {
    let bytes: Option<&[u8]> = row.try_get(column)?;
    let read = |bytes| Id::from_slice(bytes).ok_or_else(|| corrupt("id", "16 bytes are expected"));
    bytes.map(read).transpose()
}

/// Stands for the hub where an originator is named.
const HUB: [u8; 16] = [0; 16];

/// An originator for a column.
pub(crate) fn origin_bytes(origin: Option<PartyId>) -> Vec<u8> {
    origin.map_or(HUB, |party| *party.bytes()).to_vec()
}

/// An originator in a column.
pub(crate) fn origin(row: &Row, column: usize) -> Outcome<Option<PartyId>> {
    let party: PartyId = id(row, column)?;
    Ok((*party.bytes() != HUB).then_some(party))
}

/// For `= ANY(…)`.
pub(crate) fn origins(all: &[Option<PartyId>]) -> Vec<Vec<u8>> {
    all.iter().map(|one| origin_bytes(*one)).collect()
}

/// A hash in a column.
pub(crate) fn hash(row: &Row, column: usize) -> Outcome<Hash> {
    let bytes: &[u8] = row.try_get(column)?;
    Hash::try_from(bytes).map_err(|e| corrupt("hash", e))
}

/// JSON in a column.
pub(crate) fn json<T: serde::de::DeserializeOwned>(
    row: &Row,
    column: usize,
    what: &'static str,
) -> Outcome<T> {
    let text: &str = row.try_get(column)?;
    serde_json::from_str(text).map_err(|e| corrupt(what, e))
}

/// A count that PostgreSQL keeps as a signed number.
pub(crate) fn count(row: &Row, column: usize) -> Outcome<u64> {
    let number: i64 = row.try_get(column)?;
    u64::try_from(number).map_err(|e| corrupt("number", e))
}

/// A version, kept as a wider number.
pub(crate) fn version(row: &Row, column: usize) -> Outcome<u32> {
    let number: i64 = row.try_get(column)?;
    u32::try_from(number).map_err(|e| corrupt("version", e))
}

/// An interned audience's number.
pub(crate) fn audience(row: &Row, column: usize) -> Outcome<u32> {
    let number: i32 = row.try_get(column)?;
    u32::try_from(number).map_err(|e| corrupt("audience number", e))
}

/// For `= ANY(…)`.
pub(crate) fn bitmap(readable: &RoaringBitmap) -> Vec<i32> {
    readable
        .iter()
        .filter_map(|id| i32::try_from(id).ok())
        .collect()
}

/// For `= ANY(…)`.
pub(crate) fn ids<K>(all: &[Id<K>]) -> Vec<&[u8]> {
    all.iter().map(|id| id.bytes().as_slice()).collect()
}
