//! Searches among objects in Japanese, and who carries the hottest value.
//!
//! Objects have names of Japanese words, of which few are frequent (Zipf), and one address each, of which few are
//! frequent too. Readers see everything, a tenth, a five-hundredth, or twenty objects alone.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use jiff::Timestamp;
use kaname_kernel::{Audience, Clause, Clock, Id, MatterId, Posting, Rng, Term};
use kaname_store::{Commit, FindObjects, NewObject, Store};
use roaring::RoaringBitmap;

const FIRST: [&str; 20] = [
    "潮見", "電力", "金融", "標的", "偽装", "不正", "遠隔", "水道", "鉄道", "医療", "物流", "通信",
    "空港", "港湾", "石油", "化学", "行政", "匿名", "窃取", "感染",
];
const SECOND: [&str; 20] = [
    "作戦", "攻撃", "通信", "集団", "操作", "装置", "認証", "拡散", "侵入", "端末", "広告", "業者",
    "基盤", "口座", "回線", "脅迫", "破壊", "偵察", "配布", "指令",
];
const TYPES: [&str; 4] = ["indicator", "malware", "campaign", "tool"];
/// Audiences, of which a reader of a hundred sees a tenth.
const AUDIENCES: u64 = 1_000;
/// Addresses that objects carry.
const VALUES: u64 = 100_000;

pub(crate) struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }
}

/// Cheap made-up bytes (SplitMix64), so that making data is not what is measured.
pub(crate) struct Cheap(pub(crate) AtomicU64);

impl Cheap {
    fn next(&self) -> u64 {
        let mut z = self.0.fetch_add(0x9e37_79b9_7f4a_7c15, Ordering::Relaxed);
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A rank below `end`, the first ones by far the most frequent.
    fn rank(&self, end: u64) -> u64 {
        let part = (self.next() >> 11) as f64 / (1_u64 << 53) as f64;
        ((end as f64).powf(part) as u64 - 1).min(end - 1)
    }
}

impl Rng for Cheap {
    fn fill(&self, buffer: &mut [u8]) {
        for chunk in buffer.chunks_mut(8) {
            chunk.copy_from_slice(&self.next().to_le_bytes()[..chunk.len()]);
        }
    }
}

fn audience(n: u64) -> Audience {
    Audience::officers().and(Clause::any([Term::From(n as i64)]))
}

fn word(rank: u64) -> String {
    let (first, second) = (rank as usize % FIRST.len(), rank as usize / FIRST.len());
    format!("{}{}", FIRST[first], SECOND[second % SECOND.len()])
}

fn address(rank: u64) -> Posting {
    let [_, a, b, c] = (rank as u32 + 1).to_be_bytes();
    Posting {
        space: "ipv4".to_owned(),
        value: format!("203.{a}.{b}.{c}"),
    }
}

fn object(rng: &Cheap, collection: MatterId, n: u64, audience_of: u64) -> NewObject {
    let stix_type = TYPES[n as usize % TYPES.len()];
    let stix_id = format!("{stix_type}--{}", Id::<()>::random(rng));
    let words: Vec<String> = (0..5).map(|_| word(rng.rank(400))).collect();
    let title = format!("{} {n}", words.join("による"));
    let value = address(rng.rank(VALUES));
    let mark = "marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb";
    let raw = format!(
        "{{\"type\":\"{stix_type}\",\"spec_version\":\"2.1\",\"id\":\"{stix_id}\",\"name\":\"{title}\",\
         \"created\":\"2026-04-01T00:00:00.000Z\",\"modified\":\"2026-04-01T00:00:00.000Z\",\
         \"description\":\"{}\",\"object_marking_refs\":[\"{mark}\"]}}",
        "利用者を偽の画面へ誘導する。".repeat(8)
    );
    NewObject {
        key: Id::fresh(&SystemClock, rng),
        collection,
        origin: None,
        stix_id,
        stix_type: stix_type.to_owned(),
        version_us: 1_775_000_000_000_000,
        spec: "2.1".to_owned(),
        audience: audience(audience_of),
        tlp: Some(kaname_kernel::Tlp::Green),
        expires_us: None,
        text: format!("{title}\n{}", value.value),
        title,
        postings: vec![value],
        refs: Vec::new(),
        raw: raw.into_boxed_str(),
        source: collection,
        dated_us: None,
    }
}

fn line(what: &str, figure: &str) {
    println!("{what:<70} {figure:>28}");
}

/// Time this process has been working, in milliseconds: what is left when others use the machine too.
fn worked() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields = stat.rsplit(')').next().unwrap_or_default().split(' ');
    let ticks = fields.skip(12).take(2);
    let ticks: f64 = ticks.filter_map(|one| one.parse::<f64>().ok()).sum();
    ticks * 10.0
}

fn spread(mut times: Vec<Duration>, before: f64) -> String {
    let each = (worked() - before) / times.len() as f64;
    times.sort_unstable();
    let at =
        |part: usize| times[(times.len() * part / 100).min(times.len() - 1)].as_secs_f64() * 1e3;
    format!(
        "p50 {:.1}  p95 {:.1}  max {:.1}  cpu {each:.1} ms",
        at(50),
        at(95),
        at(100)
    )
}

async fn fill(store: &dyn Store, rng: &Cheap, objects: u64) {
    let collection = Id::random(rng);
    let begin = Instant::now();
    for start in (0..objects).step_by(10_000) {
        let batch = start..objects.min(start + 10_000);
        let objects: Vec<NewObject> = batch
            .map(|n| match n % (objects / 20).max(1) {
                0 => object(rng, collection, n, AUDIENCES),
                _ => object(rng, collection, n, rng.next() % AUDIENCES),
            })
            .collect();
        let change = Commit {
            objects,
            ..Commit::default()
        };
        store.commit(change).await.unwrap();
    }
    let rate = objects as f64 / begin.elapsed().as_secs_f64();
    line(
        &format!("{objects} objects added, 10,000 a commit"),
        &format!("{rate:.0}/s"),
    );
}

/// The readers: how much they see, and what may be read of it.
async fn readers(store: &dyn Store) -> Vec<(&'static str, Arc<RoaringBitmap>)> {
    let all = store.audiences(0).await.unwrap();
    let of = |wanted: &dyn Fn(u64) -> bool| {
        let known = (0..=AUDIENCES).filter(|n| wanted(*n)).map(audience);
        let known: Vec<Audience> = known.collect();
        let ids = all.iter().filter(|(_, one)| known.contains(one));
        Arc::new(ids.map(|(id, _)| *id).collect::<RoaringBitmap>())
    };
    vec![
        ("everything", of(&|_| true)),
        ("a tenth", of(&|n| n % 10 == 0)),
        ("0.2 %", of(&|n| n < 2)),
        ("20 objects", of(&|n| n == AUDIENCES)),
    ]
}

async fn searches(store: &dyn Store, rng: &Cheap) {
    let sectors: Vec<Vec<String>> = FIRST
        .iter()
        .take(15)
        .map(|name| vec![(*name).to_owned()])
        .collect();
    for (who, readable) in readers(store).await {
        let base = FindObjects {
            readable,
            limit: 20,
            ..FindObjects::default()
        };
        let any = |rng: &Cheap| vec![word(rng.rank(400))];
        type Make<'m> = &'m dyn Fn(&Cheap) -> FindObjects;
        let kinds: [(&str, Make<'_>); 7] = [
            ("one word", &|rng| FindObjects {
                words: vec![any(rng)],
                ..base.clone()
            }),
            ("two words", &|rng| FindObjects {
                words: vec![any(rng), any(rng)],
                ..base.clone()
            }),
            ("a word and a type", &|rng| FindObjects {
                words: vec![any(rng)],
                types: vec!["campaign".to_owned()],
                ..base.clone()
            }),
            ("a word without another", &|rng| FindObjects {
                words: vec![any(rng)],
                without: any(rng),
                ..base.clone()
            }),
            ("the most frequent word", &|_| FindObjects {
                words: vec![vec![word(0)]],
                ..base.clone()
            }),
            ("one word, 15 sectors counted", &|rng| FindObjects {
                words: vec![any(rng)],
                groups: sectors.clone(),
                ..base.clone()
            }),
            ("a value", &|rng| FindObjects {
                values: vec![vec![address(rng.rank(VALUES))]],
                ..base.clone()
            }),
        ];
        for (what, make) in kinds {
            let (mut times, before) = (Vec::new(), worked());
            for _ in 0..60 {
                let query = make(rng);
                let begin = Instant::now();
                store.find_objects(&query).await.unwrap();
                times.push(begin.elapsed());
            }
            line(
                &format!("search for {what}, reader sees {who}"),
                &spread(times, before),
            );
        }
    }
}

async fn hottest(store: &dyn Store) {
    for (who, readable) in readers(store).await {
        let (mut times, before) = (Vec::new(), worked());
        let mut count = 0;
        for _ in 0..60 {
            let begin = Instant::now();
            let told = store.carriers(&[address(0)], &readable, &[]).await.unwrap();
            times.push(begin.elapsed());
            count = told[0].objects;
        }
        line(
            &format!("hottest value, exact count {count}, reader sees {who}"),
            &spread(times, before),
        );
    }
}

/// How many objects the command line asks for.
pub(crate) fn wanted() -> u64 {
    let objects = std::env::args().find_map(|argument| argument.parse().ok());
    objects.unwrap_or(100_000)
}

/// Fills a store and asks it.
pub(crate) async fn all(store: &dyn Store, rng: &Cheap, objects: u64) {
    fill(store, rng, objects).await;
    searches(store, rng).await;
    hottest(store).await;
}
