//! What both stores are put to: the same work, the same made-up data, one table.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use jiff::Timestamp;
use kaname_kernel::{
    Audience, Clause, Clock, Header, Id, MatterId, Posting, Rng, SealedEvent, Term,
};
use kaname_store::{
    Append, Commit, ListQuery, NewObject, Notice, ObjectFilter, Record, Sort, Store, Versions,
};
use roaring::RoaringBitmap;
use serde_json::json;

pub(crate) struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }
}

/// Cheap made-up bytes (SplitMix64), so that making data is not what is measured.
struct Cheap(AtomicU64);

impl Rng for Cheap {
    fn fill(&self, buffer: &mut [u8]) {
        for chunk in buffer.chunks_mut(8) {
            let mut z = self.0.fetch_add(0x9e37_79b9_7f4a_7c15, Ordering::Relaxed);
            z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            chunk.copy_from_slice(&(z ^ (z >> 31)).to_le_bytes()[..chunk.len()]);
        }
    }
}

pub(crate) fn cheap(seed: u64) -> Arc<dyn Rng> {
    Arc::new(Cheap(AtomicU64::new(seed)))
}

/// A thousand audiences; a reader of a hundred of them sees a tenth of what is stored.
fn audience(n: u64) -> Audience {
    Audience::officers().and(Clause::any([Term::From(n as i64 % 1_000)]))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn record(rng: &dyn Rng, n: u64) -> Record {
    Record {
        id: Id::fresh(&SystemClock, rng),
        kind: "report".to_owned(),
        version: 1,
        audience: audience(n),
        state: ["open", "waiting", "closed", "closed"][n as usize % 4].to_owned(),
        owner: Some(Id::random(rng)),
        scope: None,
        sort_at: Timestamp::from_microsecond(1_700_000_000_000_000 + n as i64 * 1_000).unwrap(),
        due_at: None,
        tlp: None,
        text: format!(
            "標的型攻撃メール {} を受信した operator-{}",
            hex(&rng.bytes::<4>()),
            n % 500
        ),
        postings: vec![Posting {
            space: "domain".to_owned(),
            value: format!("{}.example", hex(&rng.bytes::<6>())),
        }],
        lookups: vec![(
            "receipt".to_owned(),
            format!("R-{n}-{}", hex(&rng.bytes::<4>())),
        )],
        body: json!({ "title": "標的型攻撃メール", "summary": "x".repeat(300), "n": n }),
    }
}

fn change(rng: &dyn Rng, n: u64) -> Commit {
    let record = Record {
        sort_at: SystemClock.now(),
        ..record(rng, n)
    };
    let header = Header {
        id: Id::fresh(&SystemClock, rng),
        matter: record.id,
        matter_kind: record.kind.clone(),
        version: 1,
        kind: "submitted".to_owned(),
        recorded: SystemClock.now(),
    };
    let event = SealedEvent {
        header,
        cipher: rng.bytes::<600>().to_vec(),
        wrapped_key: Some(rng.bytes::<72>().to_vec()),
    };
    let notices = vec![Notice {
        topic: "report".to_owned(),
        matter: Some(record.id),
    }];
    let appends = vec![Append {
        record,
        events: vec![event],
    }];
    Commit {
        appends,
        notices,
        ..Commit::default()
    }
}

fn object(rng: &dyn Rng, collection: MatterId, n: u64) -> NewObject {
    let uuid = Id::<()>::random(rng);
    let value = format!("{}.example", hex(&rng.bytes::<6>()));
    let raw = format!(
        "{{\"type\":\"indicator\",\"spec_version\":\"2.1\",\"id\":\"indicator--{uuid}\",\
         \"created\":\"2026-04-01T00:00:00.000Z\",\"modified\":\"2026-04-01T00:00:00.000Z\",\
         \"name\":\"Phishing domain {value}\",\"description\":\"{}\",\
         \"pattern\":\"[domain-name:value = '{value}']\",\"pattern_type\":\"stix\",\
         \"valid_from\":\"2026-04-01T00:00:00Z\",\"labels\":[\"malicious-activity\"]}}",
        "利用者を偽の画面へ誘導する。".repeat(6)
    );
    NewObject {
        key: Id::fresh(&SystemClock, rng),
        collection,
        origin: None,
        stix_id: format!("indicator--{uuid}"),
        stix_type: "indicator".to_owned(),
        version_us: 1_775_000_000_000_000,
        spec: "2.1".to_owned(),
        audience: audience(n),
        tlp: None,
        expires_us: None,
        title: format!("Phishing domain {value}"),
        text: format!("Phishing domain {value}"),
        postings: vec![Posting {
            space: "domain".to_owned(),
            value,
        }],
        refs: vec![format!("identity--{}", Id::<()>::random(rng))],
        raw: raw.into_boxed_str(),
        source: collection.cast(),
        dated_us: None,
    }
}

pub(crate) fn line(what: &str, figure: String) {
    println!("{what:<64} {figure:>20}");
}

fn rate(count: u64, took: Duration) -> String {
    format!("{:.0}/s", count as f64 / took.as_secs_f64())
}

fn p95(mut times: Vec<Duration>) -> String {
    times.sort_unstable();
    let at = |part: usize| times[(times.len() * part / 100).min(times.len() - 1)];
    format!(
        "{:.1} ms (p50 {:.1})",
        at(95).as_secs_f64() * 1e3,
        at(50).as_secs_f64() * 1e3
    )
}

/// Resident memory of this process, from the kernel's own account.
pub(crate) fn resident() -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kib = line.and_then(|text| text.trim().trim_end_matches(" kB").parse::<f64>().ok());
    format!("{:.1} MiB", kib.unwrap_or(0.0) / 1024.0)
}

async fn durable_events(store: &Arc<dyn Store>) {
    for callers in [1u64, 32] {
        let each = if callers == 1 { 500 } else { 2_000 };
        let rng = cheap(callers);
        let begin = Instant::now();
        let mut running = Vec::new();
        for _ in 0..callers {
            let (store, rng) = (Arc::clone(store), Arc::clone(&rng));
            // Made when committed, as in life: ids and times then rise together in all callers.
            running.push(tokio::spawn(async move {
                for n in 0..each {
                    let pick = u64::from_le_bytes((&*rng as &dyn Rng).bytes()) % 1_000;
                    store.commit(change(&*rng, pick + 1_000 * n)).await.unwrap();
                }
            }));
        }
        for one in running {
            one.await.unwrap();
        }
        let done = rate(callers * each, begin.elapsed());
        line(
            &format!("durable events with projections, {callers} callers"),
            done,
        );
    }
}

async fn import(store: &dyn Store, collection: MatterId, objects: u64) {
    let rng = cheap(7);
    let (mut spent, mut first) = (Duration::ZERO, Duration::ZERO);
    for start in (0..objects).step_by(10_000) {
        let batch = (start..objects.min(start + 10_000)).map(|n| object(&*rng, collection, n));
        let objects: Vec<NewObject> = batch.collect();
        let begin = Instant::now();
        store
            .commit(Commit {
                objects,
                ..Commit::default()
            })
            .await
            .unwrap();
        spent += begin.elapsed();
        if start < 100_000 {
            first = spent;
        }
    }
    line(
        "import of the first 100,000 objects, 10,000 a commit",
        rate(objects.min(100_000), first),
    );
    line(
        &format!("import of all {objects} objects"),
        rate(objects, spent),
    );
}

async fn readable(store: &dyn Store, count: usize) -> Arc<RoaringBitmap> {
    let all = store.audiences(0).await.unwrap();
    Arc::new(
        all.iter()
            .step_by(all.len() / count)
            .map(|(id, _)| *id)
            .collect(),
    )
}

async fn lists(store: &dyn Store, records: u64) {
    let rng = cheap(9);
    let begin = Instant::now();
    for start in (0..records).step_by(10_000) {
        let batch = (start..start + 10_000)
            .map(|n| record(&*rng, 1_000_000 + n))
            .collect();
        store.put_records(batch).await.unwrap();
    }
    line(
        &format!("records written, {records} in all"),
        rate(records, begin.elapsed()),
    );
    let seen = readable(store, 100).await;
    for (what, sort, states) in [
        ("list, newest first", Sort::Newest, vec![]),
        ("list, of one state", Sort::Newest, vec!["open".to_owned()]),
        ("list, soonest due first", Sort::Due, vec![]),
    ] {
        let mut query = ListQuery::of("report", Arc::clone(&seen));
        (query.sort, query.states) = (sort, states);
        let mut times = Vec::new();
        let mut total = 0;
        for _ in 0..100 {
            let begin = Instant::now();
            let page = store.list(&query).await.unwrap();
            times.push(begin.elapsed());
            total = page.total;
            query.after = page.next;
        }
        line(
            &format!("{what}: page of 50, 10% visible ({total} counted), p95"),
            p95(times),
        );
    }
    let query = ListQuery::of("report", Arc::clone(&seen));
    let mut times = Vec::new();
    for _ in 0..30 {
        let begin = Instant::now();
        store.states(&query).await.unwrap();
        times.push(begin.elapsed());
    }
    line("number of records per state, p95", p95(times));
    let few = readable(store, 2).await;
    let query = ListQuery::of("report", few);
    let mut times = Vec::new();
    for _ in 0..50 {
        let begin = Instant::now();
        store.list(&query).await.unwrap();
        times.push(begin.elapsed());
    }
    line("list, newest first: 0.2% visible, p95", p95(times));
}

fn range(collection: Option<MatterId>, readable: &Arc<RoaringBitmap>) -> ObjectFilter {
    ObjectFilter {
        collection,
        origins: Vec::new(),
        readable: Arc::clone(readable),
        added_after_us: None,
        newest_first: false,
        after_us: None,
        ids: Vec::new(),
        types: Vec::new(),
        specs: Vec::new(),
        versions: Versions::Last,
        search: None,
        value: None,
        limit: 1_000,
        count: false,
    }
}

async fn taxii(store: &dyn Store, collection: MatterId) {
    for (what, count) in [("100%", 1_000), ("10%", 100), ("0.2%", 2)] {
        let seen = readable(store, count).await;
        let mut filter = range(Some(collection), &seen);
        let mut times = Vec::new();
        let (mut read, begin) = (0u64, Instant::now());
        loop {
            let begin = Instant::now();
            let page = store.object_bytes(&filter).await.unwrap();
            times.push(begin.elapsed());
            read += u64::from(page.count);
            filter.after_us = page.added.map(|(_, last)| last);
            if !page.more {
                break;
            }
        }
        let took = begin.elapsed();
        line(
            &format!("TAXII page of 1,000 objects, {what} visible, p95"),
            p95(times),
        );
        line(
            &format!("full read of {read} objects, {what} visible"),
            rate(read, took),
        );
    }
}

async fn library(store: &dyn Store, collection: MatterId) {
    let seen = readable(store, 100).await;
    for (what, within) in [
        ("one collection", Some(collection)),
        ("all collections", None),
    ] {
        let mut filter = range(within, &seen);
        (filter.newest_first, filter.limit, filter.count) = (true, 50, true);
        let mut times = Vec::new();
        for _ in 0..100 {
            let begin = Instant::now();
            let page = store.objects(&filter).await.unwrap();
            times.push(begin.elapsed());
            filter.after_us = page.objects.last().map(|last| last.added_us);
        }
        line(
            &format!("library, {what}: page of 50 with count, p95"),
            p95(times),
        );
        filter.after_us = None;
        filter.types = vec!["malware".to_owned()];
        let mut times = Vec::new();
        for _ in 0..20 {
            let begin = Instant::now();
            store.objects(&filter).await.unwrap();
            times.push(begin.elapsed());
        }
        line(
            &format!("library, {what}: a type nobody has, p95"),
            p95(times),
        );
    }
}

/// How much is asked for: objects and records, from the command line or by default.
pub(crate) fn sizes(default: u64) -> (u64, u64) {
    let numbers: Vec<u64> = std::env::args()
        .filter_map(|argument| argument.parse().ok())
        .collect();
    let size = |place: usize| numbers.get(place).copied().unwrap_or(default);
    (size(0), size(1))
}

/// The whole table, on a fresh store.
pub(crate) async fn all(store: &Arc<dyn Store>, (objects, records): (u64, u64)) {
    durable_events(store).await;
    let collection = Id::random(&*cheap(11));
    import(&**store, collection, objects).await;
    taxii(&**store, collection).await;
    library(&**store, collection).await;
    lists(&**store, records).await;
    line("memory of this process after all that", resident());
}
