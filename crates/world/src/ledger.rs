//! The ledger seen from outside: signed checkpoints, receipts with inclusion proofs, tiles.

use std::{collections::HashMap, convert::Infallible};

use kaname_kernel::{
    Actor, Event, EventId, Header, Matter, MatterId,
    checkpoint::Checkpoint,
    merkle::{self, Hash, Subtrees},
};
use kaname_policy::Action;
use kaname_sharing::{
    Campaign, Item, Sealed,
    campaign::Dismissal,
    report::{Opening, Report},
    triage,
    victim::Victim,
};
use kaname_store::{StoredCheckpoint, StoredEvent, tiles};
use serde::{Deserialize, Serialize};

use crate::{caller::Caller, error::WorldError, world::World};

/// Most events given at a time.
const MAX_EVENTS: u32 = 200;
/// Most reports and victim records looked through for openings, newest first.
pub const OPENINGS_OF: u32 = 1_000;

/// An event as whoever reads the ledger is shown it.
#[derive(Debug, Clone)]
pub struct Written {
    /// Number in the global order, from 0.
    pub seq: u64,
    /// What is in the clear; `None` where the caller may not know what there is.
    pub header: Option<Header>,
    /// RFC 6962 leaf hash, hexadecimal.
    pub leaf: String,
    /// Who acted; `None` when the payload's key was destroyed, and where that is not for the caller.
    pub actor: Option<Actor>,
    /// Whether the payload's key was destroyed.
    pub redacted: bool,
    /// Everything, for auditors who may see the matter; secrets in it are masked, and of what is sealed it
    /// says the length ([`SEALED_BYTES`]). What a provider handed
    /// in is not among it: see [`World::inspect_event`].
    pub event: Option<Event>,
    /// Whether the caller may read it by giving a reason.
    pub inspectable: bool,
    /// The report that was opened to read it.
    pub report: Option<MatterId>,
}

/// Someone opened a sealed part. Which provider stands behind it is not said here either.
#[derive(Debug, Clone)]
pub struct Opened {
    /// Receipt number of the report.
    pub receipt: String,
    /// Whether the victim record was opened, else the report's sealed part.
    pub victim: bool,
    /// Who, why, when.
    pub opening: Opening,
}

/// Proof that an event stands in the ledger under a signed checkpoint.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proof {
    /// The event.
    pub event: EventId,
    /// Its number in the global order, from 0.
    pub index: u64,
    /// RFC 6962 leaf hash, hexadecimal.
    pub leaf: String,
    /// Hashes of the audit path, hexadecimal, from the leaf up.
    pub path: Vec<String>,
    /// The signed checkpoint (C2SP signed note).
    pub checkpoint: String,
}

/// Collects which subtrees an algorithm asks for.
#[derive(Default)]
struct Asking(Vec<(u32, u64)>);

impl Subtrees for Asking {
    type Error = Infallible;
    fn subtree(&mut self, level: u32, index: u64) -> Result<Hash, Infallible> {
        self.0.push((level, index));
        Ok([0; 32])
    }
}

struct Fetched(HashMap<(u32, u64), Hash>);

impl Subtrees for Fetched {
    type Error = Infallible;
    fn subtree(&mut self, level: u32, index: u64) -> Result<Hash, Infallible> {
        Ok(self.0.get(&(level, index)).copied().unwrap_or([0; 32]))
    }
}

/// `Result<T, Infallible>` is a `T`.
fn sure<T>(result: Result<T, Infallible>) -> T {
    match result {
        Ok(value) => value,
        Err(never) => match never {},
    }
}

impl World {
    async fn fetched(&self, asked: Asking) -> Result<Fetched, WorldError> {
        let mut hashes = HashMap::new();
        for (level, index) in asked.0 {
            let hash = self.store().subtree(level, index).await?;
            hashes.insert((level, index), hash);
        }
        Ok(Fetched(hashes))
    }

    /// Root over the first `size` leaves.
    pub async fn root(&self, size: u64) -> Result<Hash, WorldError> {
        let mut asking = Asking::default();
        sure(merkle::root(&mut asking, size));
        let mut fetched = self.fetched(asking).await?;
        Ok(sure(merkle::root(&mut fetched, size)))
    }

    /// A signed checkpoint over everything committed so far. Signs a new one only when events were
    /// added since the last.
    pub async fn checkpoint(&self) -> Result<StoredCheckpoint, WorldError> {
        let size = self.store().sequence().await?;
        if let Some(known) = self.store().checkpoint(size).await?
            && known.size == size
        {
            return Ok(known);
        }
        let checkpoint = Checkpoint {
            origin: self.settings().origin.clone(),
            size,
            root: self.root(size).await?,
        };
        let stored = StoredCheckpoint {
            size,
            note: checkpoint.sign(&self.keys().signing),
            at: self.now(),
        };
        self.store().put_checkpoint(stored.clone()).await?;
        Ok(stored)
    }

    /// Proves that an event stands in the ledger.
    pub async fn prove(&self, event: EventId) -> Result<Proof, WorldError> {
        let stored = self.checkpoint().await?;
        let index = self.store().event_seq(event).await?;
        let index = index.ok_or(WorldError::NotFound("event"))?;
        let leaf = self.store().subtree(0, index).await?;
        let mut asking = Asking::default();
        sure(merkle::inclusion(&mut asking, index, stored.size));
        let mut fetched = self.fetched(asking).await?;
        let path = sure(merkle::inclusion(&mut fetched, index, stored.size));
        Ok(Proof {
            event,
            index,
            leaf: hex::encode(leaf),
            path: path.iter().map(hex::encode).collect(),
            checkpoint: stored.note,
        })
    }

    /// Proves that the ledger of `new` leaves extends that of `old`, for witnesses.
    pub async fn consistency(&self, old: u64, new: u64) -> Result<Vec<Hash>, WorldError> {
        let mut asking = Asking::default();
        sure(merkle::consistency(&mut asking, old, new));
        let mut fetched = self.fetched(asking).await?;
        Ok(sure(merkle::consistency(&mut fetched, old, new)))
    }
}

impl World {
    /// A tile of the Merkle tree (C2SP tlog-tiles): `width` hashes of row `row`, 32 bytes each.
    /// Not found when the tree does not reach that far.
    pub async fn tile(&self, row: u8, index: u64, width: usize) -> Result<Vec<u8>, WorldError> {
        let missing = || WorldError::NotFound("tile");
        if row > 7 || width == 0 || width > tiles::WIDTH {
            return Err(missing());
        }
        let tile = self.store().tile(row, index).await?;
        let mut bytes = tile.ok_or_else(missing)?;
        if bytes.len() < width * 32 {
            return Err(missing());
        }
        bytes.truncate(width * 32);
        Ok(bytes)
    }

    /// Events before number `before` (or the newest), newest first, at most 200. Of what the caller may not
    /// know of, no more than what witnesses see anyway: that there is an event, and its leaf. Auditors see
    /// every header, and who acted on a victim record with a reason only ([`World::inspect_event`]).
    pub async fn written(
        &self,
        caller: &Caller,
        before: Option<u64>,
        limit: u32,
    ) -> Result<Vec<Written>, WorldError> {
        self.allow_any(caller, Action::LedgerRead)?;
        let size = self.store().ledger_size().await?;
        let end = before.map_or(size, |before| before.min(size));
        let from = end.saturating_sub(u64::from(limit.min(MAX_EVENTS)));
        let wanted = u32::try_from(end - from).unwrap_or(MAX_EVENTS);
        if wanted == 0 {
            return Ok(Vec::new());
        }
        let auditor = caller.has(kaname_kernel::Role::Auditor);
        // Reports are known to those who may list them: that two events follow each other would tell others
        // that a victim record stands beside one.
        let lists_reports = self.allow_any(caller, Action::TriageList).is_ok();
        let readable = self.readable(caller).await?;
        let stored = self.store().events(from, wanted).await?;
        let mut matters: Vec<MatterId> = stored.iter().map(|one| one.event.header.matter).collect();
        matters.sort_unstable();
        matters.dedup();
        let records = self.store().records(&matters).await?;
        let seen: HashMap<MatterId, bool> = records
            .into_iter()
            .map(|record| (record.record.id, readable.contains(record.audience_id)))
            .collect();
        let mut written = Vec::with_capacity(stored.len());
        for one in stored {
            let header = &one.event.header;
            let kind = header.matter_kind.as_str();
            let (of_report, of_victim) = (kind == Report::KIND, kind == Victim::KIND);
            let of_reports = of_report || kind == Campaign::KIND || kind == Dismissal::KIND;
            let draft = kind == Item::KIND && Item::is_draft(&header.kind);
            let visible = seen.get(&header.matter) == Some(&true);
            let sealed = of_report || of_victim || draft;
            let mut shown = self.shown(one, auditor && visible && !sealed);
            let inspectable = auditor && (of_victim || of_report && visible);
            shown.inspectable = inspectable && !shown.redacted;
            if of_victim {
                shown.actor = None;
            }
            if !auditor && (!visible || of_reports && !lists_reports) {
                shown.header = None;
                shown.actor = None;
            }
            written.push(shown);
        }
        written.reverse();
        Ok(written)
    }

    fn shown(&self, stored: StoredEvent, whole: bool) -> Written {
        let event = stored.event.open(&self.keys().master).ok();
        let actor = event.as_ref().map(|event| event.actor.clone());
        let kind = stored.event.header.matter_kind.as_str();
        let event = event.filter(|_| whole).map(|mut event| {
            shut(kind, &mut event.data);
            mask(&mut event.data);
            event
        });
        Written {
            seq: stored.seq,
            header: Some(stored.event.header),
            leaf: hex::encode(stored.leaf),
            redacted: actor.is_none(),
            actor,
            event,
            inspectable: false,
            report: None,
        }
    }

    /// An event of a report, or of the victim record beside it, with what it says, for an auditor who gives a
    /// reason. The reason is recorded first, as an opening of the report that the provider sees.
    pub async fn inspect_event(
        &self,
        caller: &Caller,
        seq: u64,
        reason: &str,
    ) -> Result<Written, WorldError> {
        self.allow_any(caller, Action::SealReadOpenings)?;
        // Providers read openings of their own reports by the same action.
        if !caller.has(kaname_kernel::Role::Auditor) {
            return Err(WorldError::Denied("why-not-role"));
        }
        let officer = caller.account_id()?;
        let stored = self.store().events(seq, 1).await?.pop();
        let stored = stored.filter(|one| one.seq == seq);
        let stored = stored.ok_or(WorldError::NotFound("event"))?;
        let header = &stored.event.header;
        let of = match header.matter_kind.as_str() {
            Victim::KIND => self.load::<Victim>(header.matter).await?,
            _ => None,
        };
        let of = of.map_or(header.matter, |victim| victim.state.report);
        let mut report = self.see::<Report>(caller, of).await?;
        let handle = report.state.submission.handle;
        let own = self.is_conflicted(caller, handle).await?;
        let changes = triage::inspect(&report.state, officer, reason, own)?;
        let mut work = self.work(&caller.actor);
        work.apply(&mut report, changes)?;
        work.notice(Report::KIND, Some(report.id));
        work.commit().await?;
        Ok(Written {
            report: Some(report.id),
            ..self.shown(stored, true)
        })
    }

    /// Every opening of a sealed part among the newest [`OPENINGS_OF`] reports and victim records,
    /// newest first. Never who stands behind them.
    pub async fn all_openings(&self, caller: &Caller) -> Result<Vec<Opened>, WorldError> {
        self.allow_any(caller, Action::SealReadOpenings)?;
        let mut query = self.query::<Report>(caller).await?;
        query.limit = OPENINGS_OF;
        let mut opened = Vec::new();
        let mut receipts = HashMap::new();
        for report in self.list::<Report>(&query).await?.rows {
            let receipt = report.state.submission.receipt.clone();
            receipts.insert(report.id, receipt.clone());
            opened.extend(report.state.openings.into_iter().map(|opening| Opened {
                receipt: receipt.clone(),
                victim: false,
                opening,
            }));
        }
        Victim::KIND.clone_into(&mut query.kind);
        // Auditors do not see the record, but who opened it.
        query.readable = self.everything().await?;
        for victim in self.list::<Victim>(&query).await?.rows {
            let receipt = receipts
                .get(&victim.state.report)
                .cloned()
                .unwrap_or_default();
            opened.extend(victim.state.openings.into_iter().map(|opening| Opened {
                receipt: receipt.clone(),
                victim: true,
                opening,
            }));
        }
        opened.sort_by_key(|one| std::cmp::Reverse(one.opening.at));
        Ok(opened)
    }
}

/// The only member of what stands in place of a sealed text: how many bytes it has.
pub const SEALED_BYTES: &str = "sealed_bytes";

/// Names under which changes of these kinds carry sealed texts ([`Sealed`]).
const SEALED: [(&str, &[&str]); 3] = [
    (Report::KIND, &["content", "text"]),
    (Victim::KIND, &["content"]),
    (Item::KIND, &["comment"]),
];

/// Puts the length of each sealed text in its place: an auditor sees that something is sealed, never
/// what, nor bytes that tell nobody anything.
fn shut(kind: &str, data: &mut serde_json::Value) {
    let names = SEALED.iter().find(|(of, _)| *of == kind);
    if let Some((_, names)) = names {
        shut_in(names, data);
    }
}

fn shut_in(names: &[&str], data: &mut serde_json::Value) {
    match data {
        serde_json::Value::Object(fields) => {
            for (name, value) in fields {
                let sealed = names.contains(&name.as_str());
                match value.as_str().filter(|_| sealed).map(sealed_bytes) {
                    Some(bytes) => *value = serde_json::json!({ SEALED_BYTES: bytes }),
                    None => shut_in(names, value),
                }
            }
        }
        serde_json::Value::Array(values) => values.iter_mut().for_each(|one| shut_in(names, one)),
        _ => {}
    }
}

fn sealed_bytes(text: &str) -> usize {
    let sealed = serde_json::from_value::<Sealed>(serde_json::Value::from(text)).ok();
    let cipher = sealed.and_then(|sealed| sealed.cipher());
    cipher.map_or(text.len(), |cipher| cipher.len())
}

/// Hides what proves identity: an auditor needs to know that a password was set, not its hash; and where
/// an item named its provider, which rows of its checklist would mark.
fn mask(data: &mut serde_json::Value) {
    match data {
        serde_json::Value::Object(fields) => {
            for (name, value) in fields {
                let secret = matches!(
                    name.as_str(),
                    "hash" | "secret" | "credential" | "sealed" | "rows" | "row"
                );
                if secret && !value.is_null() {
                    *value = serde_json::Value::from("…");
                } else {
                    mask(value);
                }
            }
        }
        serde_json::Value::Array(values) => values.iter_mut().for_each(mask),
        _ => {}
    }
}
