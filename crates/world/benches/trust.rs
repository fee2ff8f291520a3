//! How long trust takes: proving a ledger, and computing who sees what after a policy change.
//! `cargo xtask bench trust [-- EVENTS]`, 200,000 events by default. Prints a table.

#![expect(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a benchmark: it measures real time and stops at the first error"
)]

use std::{
    collections::BTreeMap,
    sync::Arc,
    time::{Duration, Instant},
};

use jiff::Timestamp;
use kaname_kernel::{
    Actor, Audience, AudienceId, Clause, Event, GroupId, Header, Id, PartyId, Reader, Rng,
    SeededRng, Term, checkpoint::Checkpoint, seal::SecretKey,
};
use kaname_store::{Append, Commit, Record, Store, StoredCheckpoint};
use kaname_store_sqlite::{SqliteOptions, SqliteStore};
use kaname_world::{
    Keys,
    ambient::{SystemClock, SystemRng},
    verify::verify,
};

const AUDIENCES: u32 = 1_000;
const READERS: u64 = 200;
const BATCH: usize = 1_000;

fn main() {
    let events = std::env::args().filter_map(|arg| arg.parse().ok()).next();
    println!("{:<58} {:>14}", "what", "measured");
    let (longest, median) = bitmaps();
    let name = format!("{AUDIENCES} audiences × {READERS} readers, all bitmaps, median");
    println!("{name:<58} {:>11.1} ms", millis(median));
    println!(
        "{:<58} {:>11.1} ms",
        "  the same, longest of 20",
        millis(longest)
    );
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(ledger(events.unwrap_or(200_000)));
}

fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1_000.0
}

/// A policy change: every reader's bitmap over every audience anew, one thread.
fn bitmaps() -> (Duration, Duration) {
    let rng = SeededRng::new(1);
    let rng: &dyn Rng = &rng;
    let parties: Vec<PartyId> = (0..READERS).map(|_| Id::random(rng)).collect();
    let groups: Vec<GroupId> = (0..40).map(|_| Id::random(rng)).collect();
    let pick = |below: usize| usize::try_from(rng.between(0, below as u64 - 1)).unwrap_or(0);
    let audience = |_| {
        let named = (0..8).map(|_| Term::Party(parties[pick(parties.len())]));
        let grouped = (0..2).map(|_| Term::Group {
            group: groups[pick(groups.len())],
            since: 100,
        });
        let class = Clause::any([Term::Class(format!("class-{}", pick(3))), Term::Officer]);
        Audience::everyone()
            .and(Clause::any(named.chain(grouped).chain([Term::Officer])))
            .and(class)
            .and(Clause::any([
                Term::Duty("secrecy".to_owned()),
                Term::Officer,
            ]))
    };
    let audiences: Vec<(AudienceId, Audience)> =
        (0..AUDIENCES).map(|id| (id, audience(id))).collect();
    let reader = |party: &PartyId| Reader {
        party: Some(*party),
        member: true,
        classes: [format!("class-{}", pick(3))].into(),
        duties: ["secrecy".to_owned()].into(),
        groups: (0..5)
            .map(|_| (groups[pick(groups.len())], 0))
            .collect::<BTreeMap<_, _>>(),
        ..Reader::default()
    };
    let readers: Vec<Reader> = parties.iter().map(reader).collect();
    let now = Timestamp::UNIX_EPOCH;
    let mut times = Vec::new();
    for _ in 0..20 {
        let start = Instant::now();
        let mut seen = 0;
        for reader in &readers {
            let all = audiences.iter().map(|(id, audience)| (*id, audience));
            seen += reader.readable(all, now).len();
        }
        times.push(start.elapsed());
        assert!(seen > 0, "some audiences are readable");
    }
    times.sort();
    (times[19], times[10])
}

/// A ledger of that many events, proved whole.
async fn ledger(count: usize) {
    let folder = tempfile::tempdir().unwrap();
    let store = SqliteStore::create(
        &folder.path().join("ledger.db"),
        SqliteOptions::default(),
        Arc::new(SystemClock),
        Arc::new(SystemRng),
    );
    let store = store.unwrap();
    let rng = SeededRng::new(2);
    let keys = Keys::generate(&rng);
    let mut made = 0;
    while made < count {
        let mut commit = Commit::default();
        for _ in 0..BATCH.min(count - made) {
            commit.appends.push(append(&keys.master, &rng));
        }
        made += commit.appends.len();
        store.commit(commit).await.unwrap();
    }
    let (start, used) = (Instant::now(), cpu_seconds());
    let proved = verify(&store, &keys, &[], &|_| {}).await.unwrap();
    let (time, used) = (start.elapsed(), cpu_seconds() - used);
    let verdict = proved.ledger;
    assert_eq!((verdict.fault, proved.payloads), (None, verdict.events));
    let rate = verdict.events as f64 / time.as_secs_f64();
    println!(
        "{:<58} {rate:>12.0}/s",
        format!("verify, {} events, each payload opened", verdict.events)
    );
    println!(
        "{:<58} {:>12.0}/s",
        "  for each second of a processor",
        verdict.events as f64 / used
    );
    let root = <[u8; 32]>::try_from(hex::decode(&verdict.root).unwrap()).unwrap();
    let checkpoint = Checkpoint {
        origin: "bench.example/ledger".to_owned(),
        size: verdict.events,
        root,
    };
    let kept = StoredCheckpoint {
        size: verdict.events,
        note: checkpoint.sign(&keys.signing),
        at: Timestamp::UNIX_EPOCH,
    };
    store.put_checkpoint(kept).await.unwrap();
    let start = Instant::now();
    let again = verify(&store, &keys, &[], &|_| {}).await.unwrap().ledger;
    let rate = again.events as f64 / start.elapsed().as_secs_f64();
    assert_eq!((again.fault, again.checkpoints), (None, 1));
    println!(
        "{:<58} {rate:>12.0}/s",
        "  with a signed checkpoint over it"
    );
}

/// Seconds of processors that this program has used, of all its threads (proc(5), `stat`, in hundredths).
fn cpu_seconds() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap();
    let (_, fields) = stat.rsplit_once(')').unwrap();
    let fields: Vec<&str> = fields.split_whitespace().collect();
    let ticks: u64 = fields[11..13]
        .iter()
        .map(|field| field.parse::<u64>().unwrap())
        .sum();
    ticks as f64 / 100.0
}

fn append(master: &SecretKey, rng: &SeededRng) -> Append {
    let at = Timestamp::from_second(1_795_000_000).unwrap();
    let event = Event {
        header: Header {
            id: Id::random(rng),
            matter: Id::random(rng),
            matter_kind: "delivery".to_owned(),
            version: 1,
            kind: "scheduled".to_owned(),
            recorded: at,
        },
        actor: Actor::system("bench"),
        occurred: at,
        uncertainty_s: 0,
        data: serde_json::json!({ "what": "scheduled", "text": "x".repeat(300) }),
    };
    Append {
        record: Record {
            id: event.header.matter,
            kind: "delivery".to_owned(),
            version: 1,
            audience: Audience::officers(),
            state: "scheduled".to_owned(),
            owner: None,
            scope: None,
            sort_at: at,
            due_at: None,
            tlp: None,
            text: String::new(),
            postings: Vec::new(),
            lookups: Vec::new(),
            body: serde_json::json!({}),
        },
        events: vec![event.seal(master, rng).unwrap()],
    }
}
