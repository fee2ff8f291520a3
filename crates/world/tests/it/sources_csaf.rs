//! CSAF providers as sources: directories and ROLIE feeds, in turns that go on where the last one ended, and what hostile or
//! broken ones come to.

use std::collections::{BTreeMap, BTreeSet};

use jiff::SignedDuration;
use kaname_sharing::source::{FormKind, SourceTerms};
use kaname_testkit::Nation;
use kaname_world::{Settings, TurnBounds, source::Tried};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256, Sha512};

use crate::{
    peers::{ids, shell},
    sources::{door, joined, source, terms, turn, worker},
    taxii_sink::{Asked, Reply, TaxiiSink},
};

pub(crate) const METADATA: &str = "/.well-known/csaf/provider-metadata.json";
const AMBER: &str = "marking-definition--55d920b0-5e8b-4f79-9ee9-91f868d9b421";

pub(crate) fn advisory(n: u32, day: u32) -> Value {
    json!({
        "document": {
            "csaf_version": "2.0", "category": "csaf_security_advisory", "title": format!("Advisory {n}"),
            "publisher": { "category": "vendor", "name": "Vendor PSIRT", "namespace": "https://vendor.example" },
            "distribution": { "tlp": { "label": "WHITE" } },
            "tracking": {
                "id": format!("VENDOR-2026:{n:04}"), "version": "1", "status": "final",
                "initial_release_date": "2026-05-01T00:00:00Z", "current_release_date": moment(day),
            },
        },
        // The second says nothing of a vulnerability.
        "vulnerabilities": if n == 2 { json!([]) } else { json!([{ "cve": format!("CVE-2026-{}", 10_000 + n) }]) },
    })
}

fn moment(day: u32) -> String {
    format!("2026-05-{day:02}T00:00:00Z")
}

pub(crate) fn path(n: u32) -> String {
    format!("2026/vendor-2026_{n:04}.json")
}

/// What a provider serves, by path.
pub(crate) type Files = BTreeMap<String, Reply>;

fn metadata(distributions: Value) -> Reply {
    Reply::of(
        200,
        json!({
            "canonical_url": "https://vendor.example/.well-known/csaf/provider-metadata.json",
            "metadata_version": "2.0", "role": "csaf_trusted_provider", "last_updated": "2026-05-01T00:00:00Z",
            "publisher": { "category": "vendor", "name": "Vendor PSIRT", "namespace": "https://vendor.example" },
            "distributions": distributions,
        }),
    )
}

/// The directory of these advisories, at `/csaf/`; half of them with one hash, half with the other.
pub(crate) fn directory(at: &str, all: &[(u32, u32)]) -> Files {
    let mut files = Files::new();
    let url = format!("http://{at}/csaf");
    files.insert(
        METADATA.to_owned(),
        metadata(json!([{ "directory_url": url }])),
    );
    let changes = all.iter().rev();
    let changes = changes.map(|(n, day)| format!("\"{}\",\"{}\"\n", path(*n), moment(*day)));
    files.insert(
        "/csaf/changes.csv".to_owned(),
        Reply::of(200, changes.collect::<String>()),
    );
    for (n, day) in all {
        let body = advisory(*n, *day).to_string();
        let (ending, hash) = match n % 2 {
            0 => ("sha256", hex::encode(Sha256::digest(&body))),
            _ => ("sha512", hex::encode(Sha512::digest(&body))),
        };
        let at = format!("/csaf/{}", path(*n));
        files.insert(
            format!("{at}.{ending}"),
            Reply::of(200, format!("{hash}  file.json\n")),
        );
        files.insert(at, Reply::of(200, body));
    }
    files
}

fn answer(files: &Files, asked: &Asked) -> Reply {
    let found = files.get(&asked.path);
    found.cloned().unwrap_or_else(|| Reply::of(404, ""))
}

/// A server whose address is known before its files are made. `later`: what is served from so many requests on.
pub(crate) async fn serving(
    make: impl Fn(&str, usize) -> Files + Send + Sync + 'static,
) -> TaxiiSink {
    TaxiiSink::open(move |before, asked| {
        let host = asked.headers.get("host").cloned().unwrap_or_default();
        answer(&make(&host, before), asked)
    })
    .await
}

pub(crate) fn provider_terms(sink: &TaxiiSink) -> SourceTerms {
    terms(Some(format!("http://{}/", sink.address)), FormKind::Csaf)
}

/// Advisories that were asked for, in order.
fn documents(sink: &TaxiiSink) -> Vec<String> {
    let asked = sink.asked().into_iter();
    let paths = asked
        .map(|one| one.path)
        .filter(|path| path.contains("/2026/"));
    paths.filter(|path| path.ends_with(".json")).collect()
}

pub(crate) async fn reports(nation: &Nation) -> usize {
    let all = ids(nation, "public").await;
    all.iter().filter(|id| id.starts_with("report--")).count()
}

#[tokio::test]
async fn a_directory_is_followed_by_its_changes() {
    let nation = Nation::new().await;
    let first: Vec<(u32, u32)> = (0..5).map(|n| (n, n + 10)).collect();
    let sink = serving(move |at, before| {
        let mut all = first.clone();
        if before >= 21 {
            all[1] = (1, 20);
            // One that comes late, from before the newest.
            all.push((7, 3));
        }
        directory(at, &all)
    })
    .await;
    joined(&nation, provider_terms(&sink)).await;
    let worker = worker(&nation);
    assert_eq!(turn(&nation, &worker).await, 1);
    let well = source(&nation).await;
    assert_eq!(
        (well.listed, well.refused, well.turns.state()),
        (5, 0, "active"),
        "{well:?}"
    );
    assert_eq!(documents(&sink).len(), 5);
    assert!(
        documents(&sink)[0].ends_with("_0000.json"),
        "the oldest first"
    );
    assert_eq!(reports(&nation).await, 5);
    while sink.asked().len() < 21 {
        nation.clock.advance(SignedDuration::from_hours(2));
        turn(&nation, &worker).await;
    }
    assert_eq!(documents(&sink).len(), 5, "as it was");
    nation.clock.advance(SignedDuration::from_hours(2));
    turn(&nation, &worker).await;
    let asked = documents(&sink);
    assert_eq!(
        asked[5..],
        [format!("/csaf/{}", path(7)), format!("/csaf/{}", path(1))]
    );
    assert_eq!(reports(&nation).await, 6);
    assert_eq!(source(&nation).await.listed, 6);
    nation.clock.advance(SignedDuration::from_hours(2));
    turn(&nation, &worker).await;
    assert_eq!(documents(&sink).len(), 7);
    let rows = nation.world.verify_rows(&|_| {}).await.unwrap();
    assert!(rows.fault.is_none(), "{rows:?}");
}

#[tokio::test]
async fn a_feed_marks_what_it_lists() {
    let nation = Nation::new().await;
    let sink = serving(|at, _| {
        let mut files = directory(at, &[(0, 10), (1, 11), (3, 12)]);
        let entry = |n: u32, day: u32, hash: &str| {
            let own = format!("http://{at}/csaf/{}", path(n));
            json!({
                "id": format!("VENDOR-2026:{n:04}"), "updated": moment(day), "published": moment(1),
                "link": [{ "rel": "self", "href": own }, { "rel": "hash", "href": format!("{own}.{hash}") }],
                "content": { "type": "application/json", "src": own },
            })
        };
        let feed = |entries: Value| {
            Reply::of(200, json!({ "feed": { "id": "feed", "title": "Feed", "updated": moment(1), "entry": entries } }))
        };
        files.insert("/amber.json".into(), feed(json!([entry(0, 10, "sha256"), { "id": "x" }])));
        // A list may say a later moment than the document itself.
        files.insert("/white.json".into(), feed(json!([entry(1, 15, "sha512"), entry(0, 10, "sha256"), entry(3, 12, "sha256")])));
        files.insert(METADATA.into(), metadata(json!([{ "rolie": { "feeds": [
            { "summary": "a", "tlp_label": "AMBER", "url": format!("http://{at}/amber.json") },
            { "summary": "b", "tlp_label": "WHITE", "url": format!("http://{at}/white.json") },
        ] } }])));
        files
    })
    .await;
    joined(&nation, provider_terms(&sink)).await;
    let worker = worker(&nation);
    turn(&nation, &worker).await;
    let well = source(&nation).await;
    assert_eq!(
        (well.listed, well.refused, well.turns.state()),
        (3, 1, "active"),
        "{well:?}"
    );
    // What two feeds list is marked as the stricter of them says.
    let marked = crate::sources::standing(&nation).await;
    assert_eq!(marked["Advisory 0"]["object_marking_refs"][0], AMBER);
    let clear = "marking-definition--94868c89-83c2-464b-929b-a1a8aa3c8487";
    assert_eq!(marked["Advisory 1"]["object_marking_refs"][0], clear);
    assert_eq!(documents(&sink).len(), 3);
    nation.clock.advance(SignedDuration::from_hours(2));
    turn(&nation, &worker).await;
    assert_eq!(documents(&sink).len(), 3, "nothing is asked for twice");
}

#[tokio::test]
async fn a_provider_is_taken_over_several_turns_without_loss_or_repetition() {
    let nation = Nation::new().await;
    let all: Vec<(u32, u32)> = (0..25).map(|n| (n, n + 1)).collect();
    let sink = serving(move |at, _| directory(at, &all)).await;
    joined(&nation, provider_terms(&sink)).await;
    let bounds = TurnBounds {
        objects: 9,
        ..TurnBounds::default()
    };
    let (caller, by) = (shell(), door());
    let mut turns = 0;
    loop {
        let read = nation
            .world
            .read_source(&caller, by.as_ref(), "a", bounds, &|_| {});
        let read = read.await.unwrap();
        assert_eq!(read.trouble, None);
        turns += 1;
        if read.is_end {
            break;
        }
        assert!(turns < 20, "{read:?}");
    }
    assert!(turns > 3, "{turns}");
    let asked = documents(&sink);
    assert_eq!(asked.len(), 25, "each was asked for once");
    assert_eq!(asked.iter().collect::<BTreeSet<_>>().len(), 25);
    assert_eq!(reports(&nation).await, 25);
}

#[tokio::test]
async fn a_provider_cut_off_anywhere_leads_to_the_same_set() {
    let whole = Nation::new().await;
    let all: Vec<(u32, u32)> = (0..6).map(|n| (n, n + 1)).collect();
    let served = all.clone();
    let sink = serving(move |at, _| directory(at, &served)).await;
    joined(&whole, provider_terms(&sink)).await;
    turn(&whole, &worker(&whole)).await;
    let wanted: BTreeSet<String> = ids(&whole, "public").await;

    let cut = Nation::new().await;
    let sink = TaxiiSink::open(move |before, asked| match before {
        // The answers to these never come: the worker is killed while it waits.
        3 | 9 | 16 => Reply::silent(),
        _ => {
            let host = asked.headers.get("host").cloned().unwrap_or_default();
            answer(&directory(&host, &all), asked)
        }
    })
    .await;
    joined(&cut, provider_terms(&sink)).await;
    for silent in [3, 9, 16] {
        cut.world.queue_turns().await.unwrap();
        let worker = worker(&cut);
        let asked = async {
            while sink.asked().len() <= silent {
                tokio::task::yield_now().await;
            }
        };
        tokio::select! {
            done = worker.turn() => panic!("it ended before it was killed: {done:?}"),
            () = asked => {}
        }
        cut.clock.advance(SignedDuration::from_secs(61));
    }
    turn(&cut, &worker(&cut)).await;
    assert_eq!(ids(&cut, "public").await, wanted);
    assert_eq!(source(&cut).await.listed, 6);
    // Of the six each was taken once; at most those that were cut off were asked for again.
    assert!(documents(&sink).len() <= 6 + 3, "{:?}", documents(&sink));
}

#[tokio::test]
async fn what_is_wrong_with_a_document_is_named_and_takes_nothing_else_down() {
    let nation = Nation::new().await;
    let other = serving(|_, _| Files::new()).await;
    let elsewhere = other.address;
    let sink = serving(move |at, _| {
        let mut files = directory(at, &[(0, 10), (1, 11), (2, 12), (3, 13), (4, 14)]);
        let changes = files["/csaf/changes.csv"].body.clone();
        let lines = format!(
            "{changes}\"../secret.json\",\"{m}\"\n\"2026/../../secret.json\",\"{m}\"\n\"%2e%2e/secret.json\",\"{m}\"\n\
             \"http://{elsewhere}/x.json\",\"{m}\"\n\"//{elsewhere}/x.json\",\"{m}\"\n\"/secret.json\",\"{m}\"\n\
             \"2026/x.json?y\",\"{m}\"\n\"2026/page.html\",\"{m}\"\nnonsense\n\"2026/x.json\",\"soon\"\n\
             \"2026/missing.json\",\"{m}\"\n\"2026/other.json\",\"{m}\"\n\"2026/none.json\",\"{m}\"\n\"2026/moved.json\",\"{m}\"\n",
            m = moment(2),
        );
        files.insert("/csaf/changes.csv".into(), Reply::of(200, lines));
        let path = format!("/csaf/{}.sha512", path(1));
        files.insert(path, Reply::of(200, format!("{}  x.json", "ab".repeat(64))));
        let mut forged = advisory(8, 5);
        forged["document"]["publisher"]["name"] = "Centre".into();
        files.insert("/csaf/2026/other.json".into(), Reply::of(200, forged));
        files.insert("/csaf/2026/none.json".into(), Reply::of(200, "<html>"));
        let moved = Reply::of(302, "").with("location", "http://169.254.169.254/x.json");
        files.insert("/csaf/2026/moved.json".into(), moved);
        files.insert("/secret.json".into(), Reply::of(200, advisory(9, 5)));
        files
    })
    .await;
    joined(&nation, provider_terms(&sink)).await;
    let worker = worker(&nation);
    turn(&nation, &worker).await;
    let after = source(&nation).await;
    assert_eq!(after.turns.trouble, None);
    assert_eq!(reports(&nation).await, 4);
    assert_eq!(
        (after.listed, after.refused),
        (9, 15),
        "{:?}",
        after.unlisted
    );
    let told: Vec<String> = after
        .unlisted
        .iter()
        .map(|one| format!("{}: {}", one.why, one.said))
        .collect();
    for said in [
        "is no document of this distribution",
        "secret.json",
        "a path and a moment are expected: nonsense",
        "does not say when it changed last",
        "the server answered 404",
        "the server answered 302",
        "it is in another's name: Centre",
        "its hash is not the one that its provider says",
    ] {
        assert!(
            told.iter().any(|one| one.contains(said)),
            "{said}: {told:#?}"
        );
    }
    let asked = sink.asked();
    assert!(!asked.iter().any(|one| one.path.contains("secret")));
    assert!(other.asked().is_empty(), "nothing leads to another host");
    // What was not taken is left alone for a day, then asked for again.
    let before = documents(&sink).len();
    nation.clock.advance(SignedDuration::from_hours(2));
    turn(&nation, &worker).await;
    assert_eq!(documents(&sink).len(), before);
    assert_eq!(source(&nation).await.refused, 15);
    nation.clock.advance(SignedDuration::from_hours(25));
    turn(&nation, &worker).await;
    assert_eq!(documents(&sink).len(), before + 5);
}

#[tokio::test]
async fn a_provider_that_is_none_says_so_and_takes_nothing() {
    let nation = Nation::new().await;
    let sink = serving(|at, before| {
        let mut files = directory(at, &[(0, 10)]);
        let mut put = |path: &str, reply: Reply| files.insert(path.to_owned(), reply);
        match before {
            0 => put(METADATA, metadata(json!([]))),
            1..=3 => put(
                METADATA,
                metadata(json!([{ "directory_url": "https://10.0.0.1/csaf/" }])),
            ),
            _ => {
                let line = "\"2026/vendor-2026_0000.json\",\"2026-05-10T00:00:00Z\"\n";
                put("/csaf/changes.csv", Reply::of(200, line.repeat(1_000_000)))
            }
        };
        files
    })
    .await;
    let terms = SourceTerms {
        most_bytes: 64 << 20,
        ..provider_terms(&sink)
    };
    joined(&nation, terms).await;
    let worker = worker(&nation);
    for said in ["names no directory and no ROLIE feed", "private network"] {
        assert_eq!(turn(&nation, &worker).await, 1, "{said}");
        let trouble = crate::peers::said(&source(&nation).await.turns);
        assert!(trouble.contains(said), "{said}: {trouble}");
        nation.clock.advance(SignedDuration::from_hours(24));
    }
    while sink.asked().len() < 4 {
        turn(&nation, &worker).await;
        nation.clock.advance(SignedDuration::from_hours(24));
    }
    turn(&nation, &worker).await;
    let trouble = crate::peers::said(&source(&nation).await.turns);
    assert!(trouble.contains("more than 200000 documents"), "{trouble}");
    assert_eq!(reports(&nation).await, 0);
}

#[tokio::test]
async fn a_document_that_never_comes_holds_no_other_up() {
    let settings = Settings {
        job_lease_s: 6,
        ..Settings::default()
    };
    let nation = Nation::with(settings).await;
    let sink = TaxiiSink::open(|_, asked| {
        let host = asked.headers.get("host").cloned().unwrap_or_default();
        match asked.path.ends_with("_0000.json") {
            true => Reply::silent(),
            false => answer(&directory(&host, &[(0, 1), (1, 2), (3, 3)]), asked),
        }
    })
    .await;
    joined(&nation, provider_terms(&sink)).await;
    let worker = worker(&nation);
    for _ in 0..3 {
        turn(&nation, &worker).await;
        nation.clock.advance(SignedDuration::from_hours(2));
    }
    assert_eq!(reports(&nation).await, 2);
    let told = source(&nation).await.unlisted;
    assert!(
        told.iter().any(|one| one.said.contains("_0000.json")),
        "{told:?}"
    );
}

#[tokio::test]
async fn a_dry_look_names_the_newest_and_a_header_stays_at_its_host() {
    let nation = Nation::new().await;
    let other = serving(|at, _| directory(at, &[(0, 10), (1, 12)])).await;
    let elsewhere = other.address;
    let sink = serving(move |_, _| {
        let url = format!("http://{elsewhere}/csaf/");
        Files::from([(
            METADATA.to_owned(),
            metadata(json!([{ "directory": { "url": url, "tlp_label": "GREEN" } }])),
        )])
    })
    .await;
    let by = door();
    let tried = Tried::Address(by.as_ref(), Some(("Auth-Key", "hush")));
    let trial = nation
        .world
        .try_source(&shell(), provider_terms(&sink), tried)
        .await
        .unwrap();
    assert_eq!((trial.listed, trial.refused, trial.trouble), (2, 0, None));
    assert!(
        trial.objects[0].id.ends_with("_0001.json"),
        "{:?}",
        trial.objects
    );
    assert_eq!(sink.asked()[0].headers["auth-key"], "hush");
    joined(&nation, provider_terms(&sink)).await;
    turn(&nation, &worker(&nation)).await;
    assert_eq!(reports(&nation).await, 2);
    assert!(
        sink.asked()
            .iter()
            .all(|one| one.headers["auth-key"] == "hush")
    );
    assert!(other.asked().len() > 5);
    assert!(
        other
            .asked()
            .iter()
            .all(|one| !one.headers.contains_key("auth-key"))
    );
}
