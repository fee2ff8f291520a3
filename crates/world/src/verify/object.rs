//! Comparing every object in the collections with what the ledger says: its bytes, where it stands, who may
//! see it, and all that is kept beside its bytes. Names the first object that is not so, and what of it.

use std::collections::{BTreeSet, HashMap};

use kaname_kernel::{Audience, AudienceId};
use kaname_store::{NewObject, ObjectRow, Store};

use super::{
    Fault,
    ground::{Grounds, Read},
};
use crate::{error::WorldError, keys::Keys, sharing::object_of};

/// Objects read at a time.
pub(crate) const BATCH: u32 = 1_000;

/// What was proved of objects.
pub(crate) struct Compared {
    /// Imported objects compared.
    pub(crate) imported: u64,
    /// The first that no rebuild can mend: bytes that are others, an object too many or too few.
    pub(crate) groundless: Option<Fault>,
    /// The first row that is not what its bytes and the ledger make it.
    pub(crate) differs: Option<Fault>,
}

impl Compared {
    /// The fault to be told.
    pub(crate) fn fault(self) -> Option<Fault> {
        self.groundless.or(self.differs)
    }
}

/// Audiences by their numbers.
pub(crate) async fn audiences(
    store: &dyn Store,
) -> Result<HashMap<AudienceId, Audience>, WorldError> {
    let all = store.audiences(AudienceId::MIN).await?;
    Ok(all.into_iter().collect())
}

/// How often all is compared when others write meanwhile.
const TRIES: usize = 5;

/// Compares every object of every collection. `progress` hears how many objects are done. A fault counts
/// when nothing was written since the comparison began: an object that was taken out in the middle is
/// missing in the one place and not yet told of in the other.
pub(crate) async fn compare(
    store: &dyn Store,
    keys: &Keys,
    grounds: &mut Grounds,
    progress: &(dyn Fn(u64) + Sync),
) -> Result<Compared, WorldError> {
    for _ in 1..TRIES {
        let before = grounds.seen();
        let compared = compare_once(store, keys, grounds, progress).await?;
        let is_sound = compared.groundless.is_none() && compared.differs.is_none();
        let moved = grounds.catch_up((store, keys)).await? || grounds.seen() > before;
        if is_sound || !moved {
            return Ok(compared);
        }
        grounds.restart();
    }
    compare_once(store, keys, grounds, progress).await
}

async fn compare_once(
    store: &dyn Store,
    keys: &Keys,
    grounds: &mut Grounds,
    progress: &(dyn Fn(u64) + Sync),
) -> Result<Compared, WorldError> {
    let mut audiences = audiences(store).await?;
    let before = grounds.seen();
    let mut compared = Compared {
        imported: 0,
        groundless: None,
        differs: None,
    };
    let (mut after_us, mut done, mut links) = (i64::MIN, 0, 0);
    loop {
        let rows = store.object_rows(after_us, BATCH).await?;
        let Some(last) = rows.last() else {
            break;
        };
        after_us = last.object.added_us;
        if rows
            .iter()
            .any(|row| !audiences.contains_key(&row.object.audience_id))
        {
            // One that was met since.
            audiences = self::audiences(store).await?;
        }
        for row in &rows {
            compared.imported += u64::from(grounds.is_imported(row));
            links += (row.postings.len() + row.refs.len()) as u64;
            let due = match grounds.read((store, keys), row).await? {
                Read::Due(due) => due.standing(row, &audiences),
                Read::Gone => continue,
                Read::Groundless(fault) => {
                    compared.groundless = Some(fault);
                    return Ok(compared);
                }
            };
            let expected = object_of(&row.object.raw, due, row.object.version_us);
            let column = match &expected {
                Ok(expected) => difference(row, expected, audiences.get(&row.object.audience_id)),
                Err(_) => Some("content"),
            };
            if let Some(column) = column {
                let what = format!("its {column} in the database is not what the ledger says");
                if !grounds.note(row, &what) && compared.differs.is_none() {
                    compared.differs = Some(differing(store, row, &what).await?);
                }
            }
            match grounds.end_part(row, &audiences) {
                Some((true, fault)) => {
                    compared.groundless = Some(fault);
                    return Ok(compared);
                }
                Some((false, fault)) => _ = compared.differs.get_or_insert(fault),
                None => {}
            }
        }
        done += rows.len() as u64;
        progress(done);
    }
    compared.groundless = grounds.missing((store, keys)).await?;
    let counted = store.object_links().await?;
    // What comes in meanwhile is not counted as a stray.
    store.sequence().await?;
    let is_quiet = before == grounds.seen() && before == store.ledger_size().await?;
    if compared.differs.is_none() && is_quiet && links != counted {
        compared.differs = Some(Fault::of_event(0, None, STRAY_LINKS).of_row());
    }
    Ok(compared)
}

/// What of a row is not as expected.
fn difference(
    row: &ObjectRow,
    expected: &NewObject,
    audience: Option<&Audience>,
) -> Option<&'static str> {
    let object = &row.object;
    let is_titled = object.title == expected.title
        // Where the database takes no such character.
        || object.title == expected.title.replace('\0', "\u{fffd}");
    let columns = [
        ("audience", audience == Some(&expected.audience)),
        ("collection", object.collection == expected.collection),
        ("key", object.key == expected.key),
        ("id", object.stix_id == expected.stix_id),
        ("type", object.stix_type == expected.stix_type),
        ("version", object.version_us == expected.version_us),
        ("originator", object.origin == expected.origin),
        (
            "marking",
            row.is_marked_soundly && object.tlp == expected.tlp,
        ),
        ("specification", object.spec == expected.spec),
        ("end of validity", row.expires_us == expected.expires_us),
        ("mark as first or last version", row.marked == row.ends),
        ("title", is_titled),
        ("list of values", row.postings == set(&expected.postings)),
        ("list of references", row.refs == set(&expected.refs)),
    ];
    let wrong = columns.iter().find(|(_, is_right)| !is_right);
    wrong.map(|(column, _)| *column)
}

fn set<T: Ord + Clone>(all: &[T]) -> BTreeSet<T> {
    all.iter().cloned().collect()
}

/// A row that is not what the ledger says: named with the event that brought the object.
async fn differing(store: &dyn Store, row: &ObjectRow, what: &str) -> Result<Fault, WorldError> {
    let fault = of_source(store, row, what).await?;
    Ok(fault.of_row())
}

/// A fault of an object, named with the last event of what brought it.
pub(crate) async fn of_source(
    store: &dyn Store,
    row: &ObjectRow,
    what: &str,
) -> Result<Fault, WorldError> {
    let history = store.history(row.object.source).await?;
    let last = history.last();
    let event = last.map(|stored| stored.event.header.id.to_string());
    Ok(Fault {
        object: Some(row.object.stix_id.clone()),
        ..Fault::of_event(last.map_or(0, |stored| stored.seq), event, what)
    })
}

const STRAY_LINKS: &str =
    "objects are found by values or references in the database that no object carries";
