//! What adapters' own tests need as well: a small commit, and the whole tree checked.

use jiff::Timestamp;
use kaname_kernel::{
    Audience, Header, Id, Rng, SealedEvent,
    merkle::{Frontier, Hash},
};

use crate::{
    change::{Append, Commit, Record},
    port::Store,
};

/// A commit of one event that begins a public matter with this text.
pub fn beginning(rng: &dyn Rng, now: Timestamp, text: &str) -> Commit {
    let id = Id::random(rng);
    let record = Record {
        id,
        kind: "report".to_owned(),
        version: 1,
        audience: Audience::everyone(),
        state: "open".to_owned(),
        owner: None,
        scope: None,
        sort_at: now,
        due_at: None,
        tlp: None,
        text: text.to_owned(),
        postings: Vec::new(),
        lookups: Vec::new(),
        body: serde_json::json!({ "text": text }),
    };
    let header = Header {
        id: Id::random(rng),
        matter: id,
        matter_kind: record.kind.clone(),
        version: 1,
        kind: "submitted".to_owned(),
        recorded: now,
    };
    let event = SealedEvent {
        header,
        cipher: rng.bytes::<200>().to_vec(),
        wrapped_key: Some(rng.bytes::<72>().to_vec()),
    };
    Commit {
        appends: vec![Append {
            record,
            events: vec![event],
        }],
        ..Commit::default()
    }
}

/// Orders what waits, then checks every leaf and every peak of the stored tree; gives the number of
/// leaves.
///
/// # Panics
///
/// When the ledger is not whole.
pub async fn verify(store: &dyn Store) -> u64 {
    let size = store.sequence().await.unwrap();
    let mut frontier = Frontier::default();
    while frontier.size() < size {
        let limit = (size - frontier.size()).min(5_000) as u32;
        let events = store.events(frontier.size(), limit).await.unwrap();
        assert!(!events.is_empty(), "events end at {}", frontier.size());
        for stored in events {
            assert_eq!(stored.seq, frontier.size());
            assert_eq!(stored.event.leaf_hash(), stored.leaf);
            frontier.push(stored.leaf);
        }
    }
    let mut peaks: Vec<Hash> = Vec::new();
    let mut start = 0;
    for level in (0..64).rev().filter(|level| (size >> level) & 1 == 1) {
        peaks.push(store.subtree(level, start >> level).await.unwrap());
        start += 1 << level;
    }
    assert_eq!(frontier.peaks(), peaks);
    size
}
