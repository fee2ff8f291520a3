//! Proving the rows of matters: every matter is folded and compared with what the store keeps of it.

use std::collections::{BTreeMap, BTreeSet};

use kaname_kernel::MatterId;
use kaname_store::{ListQuery, Record, StoredEvent, digest::RecordsDigest};

use super::Fault;
use crate::{error::WorldError, rebuild::Kinds, world::World};

/// Events read at a time.
const BATCH: u32 = 2_048;
/// How often a row that differs is looked at: someone may have written between the two readings.
const LOOKS: usize = 4;

/// What was compared, and the first row that is not what the ledger says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProvedRows {
    /// Rows compared.
    pub rows: u64,
    /// The first fault; a rebuild mends it.
    pub fault: Option<Fault>,
}

impl World {
    /// Folds every matter of the ledger, which was proved before, and compares its row: audience, state,
    /// owner, everything by which lists and look-ups find it. `progress` hears how many events are done.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn verify_rows(
        &self,
        progress: &(dyn Fn(u64) + Sync),
    ) -> Result<ProvedRows, WorldError> {
        let (kinds, store) = (Kinds::known(), self.store());
        let mut done = 0;
        let mut rows: BTreeMap<String, u64> = BTreeMap::new();
        let mut fault = None;
        while fault.is_none() {
            let batch = store.events(done, BATCH).await?;
            if batch.is_empty() {
                fault = self.stray(done, &rows).await?;
                break;
            }
            done += batch.len() as u64;
            let firsts = batch
                .iter()
                .filter(|stored| stored.event.header.version == 1);
            for first in firsts {
                let header = &first.event.header;
                fault = self.differing_row(&kinds, header.matter).await?;
                if fault.is_some() {
                    break;
                }
                *rows.entry(header.matter_kind.clone()).or_default() += 1;
            }
            progress(done);
        }
        let rows = rows.values().sum();
        Ok(ProvedRows { rows, fault })
    }

    async fn differing_row(
        &self,
        kinds: &Kinds,
        matter: MatterId,
    ) -> Result<Option<Fault>, WorldError> {
        let mut found = None;
        for _ in 0..LOOKS {
            let kept = self.store().record(matter).await?;
            let history = self.store().history(matter).await?;
            let mut due = kinds.row(self, &history)?;
            // Where the database takes no such character.
            if let Some(kept) = &kept
                && kept.record.text == due.text.replace('\0', "\u{fffd}")
            {
                due.text.clone_from(&kept.record.text);
            }
            let what = match &kept {
                Some(kept) if same(&kept.record, &due)? => return Ok(None),
                Some(kept) => format!(
                    "the row of a matter ({}): its {} in the database is not what the ledger says",
                    due.kind,
                    difference(&kept.record, &due)
                ),
                None => format!("the row of a matter ({}) is not in the database", due.kind),
            };
            found = history.last().map(|last| of_matter(last, &what));
        }
        Ok(found)
    }

    /// Rows of matters that are not in the ledger: told by their number, when nobody wrote meanwhile.
    async fn stray(
        &self,
        events: u64,
        rows: &BTreeMap<String, u64>,
    ) -> Result<Option<Fault>, WorldError> {
        let store = self.store();
        let readable = self.everything().await?;
        let mut strays = None;
        for (kind, expected) in rows {
            let query = ListQuery::of(kind, readable.clone());
            let states = store.states(&query).await?;
            let kept: u64 = states.iter().map(|(_, count)| count).sum();
            if kept > *expected {
                let what =
                    format!("the database has rows of matters ({kind}) that are not in the ledger");
                strays = Some(Fault::of_event(0, None, &what).of_row());
                break;
            }
        }
        store.sequence().await?;
        let is_quiet = store.ledger_size().await? == events;
        Ok(strays.filter(|_| is_quiet))
    }
}

fn of_matter(last: &StoredEvent, what: &str) -> Fault {
    let event = last.event.header.id.to_string();
    Fault::of_event(last.seq, Some(event), what).of_row()
}

/// As a rebuild compares them.
fn same(kept: &Record, due: &Record) -> Result<bool, WorldError> {
    let digest = |record: &Record| {
        let mut digest = RecordsDigest::default();
        digest.add(record)?;
        Ok::<_, WorldError>(digest.finish())
    };
    Ok(digest(kept)? == digest(due)?)
}

/// What of a row is not as it should be.
fn difference(kept: &Record, due: &Record) -> &'static str {
    let values = |record: &Record| -> BTreeSet<(String, String)> {
        let all = record.postings.iter();
        all.map(|one| (one.space.clone(), one.value.clone()))
            .collect()
    };
    let keys = |record: &Record| -> BTreeSet<(String, String)> {
        record.lookups.iter().cloned().collect()
    };
    let columns = [
        ("audience", kept.audience == due.audience),
        ("state", kept.state == due.state),
        ("owner", kept.owner == due.owner),
        ("scope", kept.scope == due.scope),
        ("version", kept.version == due.version),
        ("TLP", kept.tlp == due.tlp),
        ("deadline", kept.due_at == due.due_at),
        ("place in lists", kept.sort_at == due.sort_at),
        ("search text", kept.text == due.text),
        ("list of values", values(kept) == values(due)),
        ("list of keys", keys(kept) == keys(due)),
    ];
    let wrong = columns.iter().find(|(_, is_right)| !is_right);
    wrong.map_or("content", |(column, _)| *column)
}
