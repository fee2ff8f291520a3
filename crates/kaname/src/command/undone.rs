//! What a restore takes back: events that the old store holds and the copy does not, and which keys and
//! accounts that were closed in them are open again.

use std::fmt::Write as _;

use jiff::Timestamp;
use kaname_directory::{Account, Key};
use kaname_kernel::Matter as _;
use kaname_store::Store;
use serde::Serialize;

use crate::fault::Fault;

/// Events read at a time.
const BATCH: u32 = 4_096;
/// Most keys and accounts that are named.
const MOST: usize = 1_000;

/// Acknowledged events that are not in a copy.
#[derive(Debug, Serialize)]
pub(super) struct Undone {
    /// How many.
    events: u64,
    /// When the first was recorded.
    from: Timestamp,
    /// When the last was.
    to: Timestamp,
    /// Ids of keys that were revoked in them.
    keys: Vec<String>,
    /// Logins of accounts that were disabled in them.
    accounts: Vec<String>,
}

/// What a store holds after so many events; `None` when that is nothing.
pub(super) async fn since(store: &dyn Store, copied: u64) -> Result<Option<Undone>, Fault> {
    let mut undone: Option<Undone> = None;
    let mut next = copied;
    loop {
        let batch = store.events(next, BATCH).await?;
        let Some(last) = batch.last() else {
            return Ok(undone);
        };
        next += batch.len() as u64;
        let to = last.event.header.recorded;
        let all = undone.get_or_insert_with(|| Undone {
            events: 0,
            from: batch
                .first()
                .map_or(to, |first| first.event.header.recorded),
            to,
            keys: Vec::new(),
            accounts: Vec::new(),
        });
        all.events += batch.len() as u64;
        all.to = to;
        for stored in &batch {
            let header = &stored.event.header;
            let (names, space) = match (header.matter_kind.as_str(), header.kind.as_str()) {
                (kind, "revoked") if kind == Key::KIND => (&mut all.keys, None),
                (kind, "disabled") if kind == Account::KIND => (&mut all.accounts, Some("login")),
                _ => continue,
            };
            let record = store.record(header.matter).await?;
            // Who was let in again meanwhile is not in the state that this event made.
            let record = record.filter(|stored| stored.record.state == header.kind);
            let name = record.and_then(|stored| match space {
                None => Some(header.matter.to_string()),
                Some(space) => {
                    let mut lookups = stored.record.lookups.into_iter();
                    lookups.find_map(|(of, key)| (of == space).then_some(key))
                }
            });
            if let Some(name) = name
                && names.len() < MOST
                && !names.contains(&name)
            {
                names.push(name);
            }
        }
    }
}

impl Undone {
    /// How many events.
    pub(super) const fn events(&self) -> u64 {
        self.events
    }

    /// In words, for a terminal.
    pub(super) fn text(&self) -> String {
        let (events, from, to) = (self.events, self.from, self.to);
        let mut text = format!(
            "\n{events} acknowledged events since this copy are not in it, from {from} to {to}: people hold \
             receipts of them, and witnesses checkpoints"
        );
        for key in &self.keys {
            let _ = write!(
                text,
                "\nkey {key} was revoked and is in force again: kaname key revoke {key} --reason …"
            );
        }
        for login in &self.accounts {
            let _ = write!(
                text,
                "\naccount {login} was disabled and is open again: kaname user disable {login} --reason …"
            );
        }
        text
    }
}
