//! What others publish, read by the worker when it is due: lists that change, documents that are not what was agreed, and
//! servers that lie, stall or lead elsewhere.

use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
};

use jiff::{SignedDuration, Timestamp};
use kaname_kernel::Tlp;
use kaname_sharing::{
    source::{
        DEFAULT_BYTES, Form, FormKind, Source, SourceDefinition, SourceTerms, ask_source,
        stop_source,
    },
    turn::Every,
};
use kaname_store::{ObjectFilter, Versions};
use kaname_testkit::Nation;
use kaname_world::{
    Settings, TurnBounds, WorldError,
    doors::{HttpsDoor, HttpsSettings},
    source::{SourceDuty, Tried},
    worker::Worker,
};
use serde_json::Value;

use crate::{
    peers::{peer_collection, shell},
    taxii_sink::{Reply, TaxiiSink},
};

pub(crate) fn door() -> Arc<HttpsDoor> {
    let settings = HttpsSettings {
        private: false,
        loopback: true,
    };
    Arc::new(HttpsDoor::new(settings).unwrap())
}

pub(crate) fn worker(nation: &Nation) -> Worker {
    let duty = SourceDuty { door: door() };
    Worker::new(Arc::clone(&nation.world), vec![Box::new(duty)])
}

/// What is due is queued and done; gives how many turns were given.
pub(crate) async fn turn(nation: &Nation, worker: &Worker) -> usize {
    nation.world.queue_turns().await.unwrap();
    worker.turn().await.unwrap()
}

pub(crate) async fn source(nation: &Nation) -> Source {
    nation.world.source(&shell(), "a").await.unwrap().state
}

pub(crate) fn terms(url: Option<String>, kind: FormKind) -> SourceTerms {
    SourceTerms {
        publisher: "Example CERT".to_owned(),
        url,
        form: Form::of(kind),
        tlp: Some(Tlp::Green),
        every: "1h".parse().unwrap(),
        most_bytes: DEFAULT_BYTES,
        grace_h: 48,
    }
}

pub(crate) async fn joined(nation: &Nation, terms: SourceTerms) {
    let into = peer_collection(nation, "public").await.id;
    let definition = SourceDefinition {
        code: "a".to_owned(),
        into,
        terms,
    };
    let header = Some(("Auth-Key", "hush"));
    let world = &nation.world;
    world
        .join_source(&shell(), definition, header)
        .await
        .unwrap();
}

fn address(sink: &TaxiiSink) -> Option<String> {
    Some(format!("http://{}/list.txt", sink.address))
}

/// The last version of each object in the collection, by its name.
pub(crate) async fn standing(nation: &Nation) -> BTreeMap<String, Value> {
    let collection = nation.world.collection(&shell(), "public").await.unwrap();
    let audiences = nation.world.audiences().await.unwrap();
    let mut filter = ObjectFilter {
        collection: Some(collection.id),
        versions: Versions::Last,
        ..ObjectFilter::all(Arc::new(audiences.iter().map(|(id, _)| *id).collect()))
    };
    let mut all = BTreeMap::new();
    loop {
        let page = nation.world.store().objects(&filter).await.unwrap();
        filter.after_us = page.objects.last().map(|one| one.added_us);
        for one in page.objects {
            let value: Value = serde_json::from_str(&one.raw).unwrap();
            all.insert(value["name"].as_str().unwrap().to_owned(), value);
        }
        if !page.more {
            return all;
        }
    }
}

/// Values that hold: those without an end.
async fn holding(nation: &Nation) -> Vec<String> {
    let standing = standing(nation).await.into_iter();
    standing
        .filter(|(_, one)| one["type"] == "indicator" && one.get("valid_until").is_none())
        .map(|(name, _)| name)
        .collect()
}

#[tokio::test]
async fn a_list_is_the_publishers_word_and_follows_what_is_listed() {
    let nation = Nation::new().await;
    let sink = TaxiiSink::open(|before, _| match before {
        0 => Reply::of(200, "# bad\n192.0.2.1\nevil.example # c2\n\n192.0.2.1\n")
            .with("etag", "\"1\""),
        1 => Reply::of(304, ""),
        2 => Reply::of(200, "evil.example\nhxxp://new[.]example/x\n").with("etag", "\"2\""),
        _ => {
            Reply::of(200, "192.0.2.1\nevil.example\nhttp://new.example/x\n").with("etag", "\"3\"")
        }
    })
    .await;
    joined(&nation, terms(address(&sink), FormKind::List)).await;
    let worker = worker(&nation);
    assert_eq!(turn(&nation, &worker).await, 1);
    let first = standing(&nation).await;
    assert_eq!(
        first.keys().collect::<Vec<_>>(),
        ["192.0.2.1", "Example CERT", "evil.example"]
    );
    let (publisher, evil) = (&first["Example CERT"], &first["evil.example"]);
    assert_eq!(evil["created_by_ref"], publisher["id"]);
    assert_eq!(evil["pattern"], "[domain-name:value = 'evil.example']");
    assert_eq!(evil["description"], "c2");
    let green = "marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb";
    assert_eq!(evil["object_marking_refs"][0], green);
    let known = source(&nation).await;
    assert_eq!(
        (known.listed, known.taken, known.turns.state()),
        (2, 2, "active")
    );
    // As it was: nothing is read, and the server was told what is here and who asks.
    nation.clock.advance(SignedDuration::from_hours(2));
    assert_eq!(turn(&nation, &worker).await, 1);
    let asked = sink.asked();
    assert_eq!(asked[1].headers["if-none-match"], "\"1\"");
    assert_eq!(asked[1].headers["auth-key"], "hush");
    assert_eq!(standing(&nation).await, first);
    // One has left the list: it ends after the grace. One is new.
    nation.clock.advance(SignedDuration::from_hours(2));
    turn(&nation, &worker).await;
    assert_eq!(
        holding(&nation).await,
        ["evil.example", "http://new.example/x"]
    );
    let left = &standing(&nation).await["192.0.2.1"];
    let until: Timestamp = left["valid_until"].as_str().unwrap().parse().unwrap();
    let hours = until.duration_since(nation.world.now()).as_hours();
    assert!((47..=48).contains(&hours), "{until}");
    assert_eq!(left["created"], first["192.0.2.1"]["created"]);
    // And it holds again when it is listed again, under the id it had.
    nation.clock.advance(SignedDuration::from_hours(2));
    turn(&nation, &worker).await;
    assert_eq!(holding(&nation).await.len(), 3);
    assert_eq!(
        standing(&nation).await["192.0.2.1"]["id"],
        first["192.0.2.1"]["id"]
    );
    let history: Vec<_> = source(&nation).await.history.into();
    let told: Vec<_> = history
        .iter()
        .map(|one| (one.taken, one.gone, one.unchanged))
        .collect();
    assert_eq!(told, [(1, 0, 0), (2, 1, 0), (0, 0, 1), (2, 0, 0)]);
    let rows = nation.world.verify_rows(&|_| {}).await.unwrap();
    assert!(rows.fault.is_none(), "{rows:?}");
}

#[tokio::test]
async fn what_is_not_as_agreed_is_told_and_takes_nothing() {
    let nation = Nation::new().await;
    let page = "<html><body><h1>Moved</h1>\n<p>This list has moved.</p>\n</body></html>\n";
    let sink = TaxiiSink::open(move |before, _| match before {
        0 => Reply::of(200, "192.0.2.1\nevil.example\n"),
        1 => Reply::of(200, page),
        2 => Reply::of(200, ""),
        3 => Reply::of(302, "").with("location", "http://169.254.169.254/latest"),
        4 => Reply::of(503, "later").with("retry-after", 36_000),
        5 => Reply::of(304, ""),
        6 => Reply::of(200, "x".repeat(2_000_000)),
        7 => Reply::of(200, "192.0.2.7\n").with("content-encoding", "gzip"),
        _ => Reply::of(200, "192.0.2.1\nevil.example\n192.0.2.9\n"),
    })
    .await;
    let terms = SourceTerms {
        most_bytes: 1_000_000,
        ..terms(address(&sink), FormKind::List)
    };
    joined(&nation, terms).await;
    let worker = worker(&nation);
    turn(&nation, &worker).await;
    for said in [
        "cannot be read as list: 3 entries say no value",
        "it is empty; it had 2 entries",
        "the server answered 302: redirects are not followed; this one leads to http://169.254.169.254/latest",
        "the server answered 503",
        "the server answered 304",
        "an answer is over 1000000 bytes",
        "packed (gzip)",
    ] {
        nation.clock.advance(SignedDuration::from_hours(24));
        assert_eq!(turn(&nation, &worker).await, 1, "{said}");
        let trouble = crate::peers::said(&source(&nation).await.turns);
        assert!(trouble.contains(said), "{said}: {trouble}");
        assert_eq!(
            holding(&nation).await,
            ["192.0.2.1", "evil.example"],
            "{said}"
        );
    }
    nation.clock.advance(SignedDuration::from_hours(24));
    turn(&nation, &worker).await;
    assert_eq!(source(&nation).await.turns.state(), "active");
    assert_eq!(holding(&nation).await.len(), 3);
}

#[tokio::test]
async fn a_body_that_breaks_off_or_never_ends_takes_nothing() {
    let nation = Nation::with(Settings {
        job_lease_s: 2,
        ..Settings::default()
    })
    .await;
    let sink = TaxiiSink::open(|before, _| match before {
        0 => Reply::of(200, "192.0.2.1\n192.0.2.2\n").short_of(4),
        _ => Reply::silent(),
    })
    .await;
    joined(&nation, terms(address(&sink), FormKind::List)).await;
    let worker = worker(&nation);
    for said in ["broke off", "not read to its end within"] {
        assert_eq!(turn(&nation, &worker).await, 1, "{said}");
        let trouble = crate::peers::said(&source(&nation).await.turns);
        assert!(trouble.contains(said), "{said}: {trouble}");
        assert!(standing(&nation).await.is_empty());
        nation.clock.advance(SignedDuration::from_hours(24));
    }
}

#[tokio::test]
async fn no_address_leads_into_the_hubs_own_network() {
    let nation = Nation::new().await;
    let url = Some("https://10.0.0.1/list.txt".to_owned());
    joined(&nation, terms(url, FormKind::List)).await;
    turn(&nation, &worker(&nation)).await;
    let trouble = crate::peers::said(&source(&nation).await.turns);
    assert!(trouble.contains("private network"), "{trouble}");
}

#[tokio::test]
async fn a_reading_cut_off_anywhere_leads_to_the_same_set() {
    let nation = Nation::new().await;
    let list = |from: usize, to: usize| -> String {
        (from..to).map(|n| format!("n{n}.example\n")).collect()
    };
    let sink = TaxiiSink::open(move |_, _| Reply::of(200, list(0, 2_200))).await;
    joined(&nation, terms(address(&sink), FormKind::List)).await;
    // Cut off after the first part: nothing says that the document was read.
    let (caller, by) = (shell(), door());
    let parts = AtomicU64::new(0);
    let count = |done: u64| parts.store(done, Relaxed);
    let reading =
        nation
            .world
            .read_source(&caller, by.as_ref(), "a", TurnBounds::default(), &count);
    let first = async {
        while parts.load(Relaxed) == 0 {
            tokio::task::yield_now().await;
        }
    };
    tokio::select! {
        biased;
        () = first => {}
        done = reading => panic!("it ended before it was cut off: {done:?}"),
    }
    let half = holding(&nation).await.len();
    assert!((1..2_200).contains(&half), "{half}");
    assert_eq!(source(&nation).await.listed, 0);
    let ids = |all: BTreeMap<String, Value>| -> Vec<Value> {
        all.into_values().map(|one| one["id"].clone()).collect()
    };
    nation.clock.advance(SignedDuration::from_hours(1));
    turn(&nation, &worker(&nation)).await;
    let whole = ids(standing(&nation).await);
    assert_eq!(whole.len(), 2_201);
    assert_eq!(source(&nation).await.listed, 2_200);
    // Read once more, from the beginning: the same.
    let change = SourceTerms {
        grace_h: 12,
        ..source(&nation).await.definition.terms
    };
    let world = &nation.world;
    let changed = world.agree_with_source(&shell(), "a", change, None).await;
    changed.unwrap();
    turn(&nation, &worker(&nation)).await;
    assert_eq!(ids(standing(&nation).await), whole);
    assert_eq!(source(&nation).await.taken, (2_200 - half) as u64);
}

#[tokio::test]
async fn files_are_handed_over_and_stopped_sources_left_alone() {
    let nation = Nation::new().await;
    joined(&nation, terms(None, FormKind::Csv)).await;
    let world = &nation.world;
    assert_eq!(source(&nation).await.definition.terms.every, Every::NEVER);
    assert!(
        world
            .change_source(&shell(), "a", ask_source)
            .await
            .is_err()
    );
    let table = "# a vendor's\nfirst_seen,ioc,type,note\n2026-11-01,198.51.100.7,ip,scanner\n2026-11-02,127.0.0.1,ip,\n,CVE-2026-0001,cve,in use\n";
    let given = ("2026-11.csv", table.as_bytes());
    let read = world.read_source_file(&shell(), "a", given, &|_| {}).await;
    let read = read.unwrap();
    assert_eq!((read.taken, read.refused, read.trouble), (2, 1, None));
    assert_eq!(read.unlisted[0].line, 4);
    let standing = standing(&nation).await;
    assert_eq!(
        standing["198.51.100.7"]["valid_from"],
        "2026-10-31T15:00:00.000Z"
    );
    assert_eq!(standing["CVE-2026-0001"]["type"], "vulnerability");
    let again = world.read_source_file(&shell(), "a", given, &|_| {}).await;
    assert!(again.unwrap().unchanged);
    let stop = world
        .change_source(&shell(), "a", |one| stop_source(one, "提供の終了"))
        .await;
    stop.unwrap();
    let refused = world.read_source_file(&shell(), "a", given, &|_| {}).await;
    assert!(
        matches!(refused, Err(WorldError::Refused { .. })),
        "{refused:?}"
    );
}

#[tokio::test]
async fn objects_come_as_they_are_and_another_form_is_told() {
    let nation = Nation::new().await;
    joined(&nation, terms(None, FormKind::Stix)).await;
    let world = &nation.world;
    let mut objects: Vec<Value> = (0..4).map(crate::peers::indicator).collect();
    // Nobody speaks in the hub's name.
    let hub: Value = serde_json::from_str(&world.hub_identity().await.unwrap()).unwrap();
    objects[3]["created_by_ref"] = hub["id"].clone();
    let bundle = serde_json::json!({
        "type": "bundle", "id": "bundle--00000000-0000-4000-8000-000000000000", "objects": objects,
    });
    let (bundle, caller) = (bundle.to_string(), shell());
    let read = world.read_source_file(&caller, "a", ("b.json", bundle.as_bytes()), &|_| {});
    let read = read.await.unwrap();
    assert_eq!((read.taken, read.refused, read.unlisted[0].line), (3, 1, 4));
    let kept = crate::peers::ids(&nation, "public").await;
    assert!(kept.contains(objects[0]["id"].as_str().unwrap()));
    let osv = SourceTerms {
        form: Form::of(FormKind::Osv),
        ..terms(None, FormKind::Osv)
    };
    let changed = world.agree_with_source(&shell(), "a", osv, None).await;
    changed.unwrap();
    let read = world.read_source_file(&caller, "a", ("b.json", bundle.as_bytes()), &|_| {});
    let trouble = read.await.unwrap().trouble.unwrap().to_string();
    assert!(trouble.contains("cannot be read as osv"), "{trouble}");
}

#[tokio::test]
async fn a_dry_look_takes_nothing() {
    let nation = Nation::new().await;
    let json = r#"{"data":[{"ioc":"evil.example","when":"2026-11-01","tags":["a","b"]},{"ioc":"10.0.0.1"},{"x":1}]}"#;
    let mut terms = terms(None, FormKind::Json);
    terms.form.mapping.entries = Some("data".to_owned());
    terms.form.mapping.value = Some("ioc".to_owned());
    terms.form.mapping.label = Some("tags".to_owned());
    let world = &nation.world;
    let trial = world
        .try_source(&shell(), terms.clone(), Tried::File(json.as_bytes()))
        .await
        .unwrap();
    assert_eq!((trial.listed, trial.refused, trial.trouble), (1, 2, None));
    assert_eq!(
        (
            trial.entries[0].value.as_str(),
            trial.entries[0].label.as_str()
        ),
        ("evil.example", "a, b")
    );
    terms.form.mapping.entries = Some("nowhere".to_owned());
    let trial = world
        .try_source(&shell(), terms, Tried::File(json.as_bytes()))
        .await;
    let trouble = trial.unwrap().trouble.unwrap().to_string();
    assert!(trouble.contains("nothing stands at `nowhere`"), "{trouble}");
    assert!(world.sources(&shell()).await.unwrap().is_empty());
}
