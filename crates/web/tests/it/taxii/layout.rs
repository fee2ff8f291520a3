//! A layout that was loaded, as machines find it, and as it comes out again.

use std::io;

use axum::http::StatusCode;
use kaname_directory::KeyScope::{FeedRead, TaxiiPost, TaxiiRead};
use kaname_intake::layout::{LayoutFault, LayoutLimits, read_layout};
use kaname_testkit::Nation;
use kaname_world::{
    Caller,
    taxii::layout::{LayoutIndex, LayoutObjects, LoadError, LoadedLayout, StandingObject},
    verify::verify,
};
use serde_json::{Value, json};

use super::{Setting, ids, is_error, setting};
use crate::browser::Browser;

const OPEN: &str = "91a7b528-80eb-42ed-a74d-c6fbd5a26116";
const SHUT: &str = "64993447-4d7e-4f70-b94d-d7f33742ee63";
const IN: &str = "52892447-4d7e-4f70-b94d-d7f22742ff63";
const STATUS: &str = "2d086da7-4bdc-4f91-900e-d77486753710";

struct Sorted(std::vec::IntoIter<StandingObject>);

impl LayoutObjects for Sorted {
    fn next(&mut self) -> io::Result<Option<StandingObject>> {
        Ok(self.0.next())
    }
}

pub(crate) async fn load(nation: &Nation, layout: &Value) -> Result<LoadedLayout, LayoutFault> {
    let limits = LayoutLimits {
        object_bytes: 10_000,
        objects: 1_000,
        collections: 20,
        roots: 10,
        status_bytes: 10_000,
        now_us: nation.world.now().as_microsecond(),
    };
    let (mut index, mut objects) = (LayoutIndex::new(kaname_stix::Limits::default()), Vec::new());
    let text = layout.to_string();
    let read = read_layout(text.as_bytes(), &limits, &mut |object| {
        objects.push(StandingObject {
            collection: object.collection,
            date_added_us: object.date_added_us,
            raw: object.raw.to_owned(),
        });
        index.take(object.collection, object.date_added_us, object.raw)
    })?;
    objects.sort_by_key(|object| (object.collection, object.date_added_us));
    let objects = Box::new(Sorted(objects.into_iter()));
    let shell = Caller::system("shell");
    let loaded = nation
        .world
        .load_layout(&shell, "test", (&read, index), objects, &|_| {})
        .await;
    match loaded {
        Ok(loaded) => Ok(loaded),
        Err(LoadError::Fault(fault)) => Err(fault),
        Err(LoadError::World(error)) => panic!("{error}"),
    }
}

async fn dump(nation: &Nation) -> Value {
    let mut text = String::new();
    let shell = Caller::system("shell");
    let mut put = |part: &str| {
        text.push_str(part);
        Ok(())
    };
    let names = ("Hub", "ハブ");
    let dumped = nation
        .world
        .dump_layout(&shell, names, &mut put, &|_| {})
        .await;
    dumped.unwrap();
    serde_json::from_str(&text).unwrap()
}

fn malware(n: u32, day: u32) -> Value {
    json!({
        "type": "malware", "spec_version": "2.1", "is_family": false, "name": format!("m{n}"),
        "id": format!("malware--00000000-0000-4000-8000-{n:012}"),
        "created": "2016-01-01T00:00:00.000Z",
        "modified": format!("2016-01-{day:02}T00:00:00.000Z"),
    })
}

/// An object without a version of its own.
fn address(n: u32) -> Value {
    json!({
        "type": "ipv4-addr", "spec_version": "2.1", "value": format!("198.51.100.{n}"),
        "id": format!("ipv4-addr--00000000-0000-4000-8000-{n:012}"),
    })
}

fn relation(source: u32, target: u32) -> Value {
    let end = |n: u32| format!("malware--00000000-0000-4000-8000-{n:012}");
    json!({
        "type": "relationship", "spec_version": "2.1", "relationship_type": "related-to",
        "id": "relationship--00000000-0000-4000-8000-000000000001",
        "created": "2016-01-01T00:00:00.000Z", "modified": "2016-01-01T00:00:00.000Z",
        "source_ref": end(source), "target_ref": end(target),
    })
}

fn added(second: u32, micros: u32, object: Value) -> Value {
    json!({ "date_added": format!("2017-01-01T00:00:{second:02}.{micros:06}Z"), "object": object })
}

/// Two roots listed of which one is there; several objects at one moment and in two collections.
fn layout() -> Value {
    json!({
        "discovery": {
            "title": "Some TAXII Server", "description": "Moved", "contact": "a@example.org",
            "default": "http://localhost:5000/trustgroup1/",
            "api_roots": ["http://localhost:5000/api1/", "http://localhost:5000/trustgroup1/"],
        },
        "roots": [{
            "path": "trustgroup1", "title": "Malware Research Group", "max_content_length": 9_765,
            "collections": [
                {
                    "id": OPEN, "alias": "High Value", "title": "Indicators", "description": "",
                    "can_read": true, "can_write": true, "kind": "peer",
                    "media_types": ["application/stix+json;version=2.1"],
                    "objects": [
                        added(3, 0, relation(1, 77)),
                        added(1, 0, malware(1, 1)),
                        added(1, 0, malware(1, 2)),
                        added(1, 0, malware(2, 1)),
                        added(2, 7, address(1)),
                        added(5, 0, malware(1, 3)),
                    ],
                },
                {
                    "id": SHUT, "title": "Secret", "can_read": false, "can_write": false,
                    "objects": [added(1, 0, malware(1, 1))],
                },
                { "id": IN, "title": "In", "can_read": false, "can_write": true, "kind": "intake" },
            ],
            "statuses": [{
                "id": STATUS, "status": "pending", "request_timestamp": "2016-11-02T12:34:34.12345Z",
                "total_count": 2, "success_count": 1, "failure_count": 0, "pending_count": 1,
                "pendings": [{ "id": "malware--1", "version": "2016-01-01T00:00:00Z" }],
            }],
        }],
    })
}

/// Lists of no order in one order.
fn in_order(mut value: Value) -> Value {
    match &mut value {
        Value::Array(all) => {
            let mut sorted: Vec<Value> = all.drain(..).map(in_order).collect();
            sorted.sort_by_key(Value::to_string);
            Value::Array(sorted)
        }
        Value::Object(all) => Value::Object(
            all.iter()
                .map(|(k, v)| (k.clone(), in_order(v.clone())))
                .collect(),
        ),
        plain => plain.take(),
    }
}

async fn loaded() -> Setting {
    let s = setting().await;
    let loaded = load(&s.nation, &layout()).await.unwrap();
    let counts = (
        loaded.roots,
        loaded.collections,
        loaded.objects,
        loaded.statuses,
    );
    assert_eq!(counts, (1, 3, 7, 1));
    s
}

#[tokio::test(flavor = "multi_thread")]
async fn a_loaded_layout_is_served_as_it_says() {
    let s = loaded().await;
    let key = s
        .nation
        .key(&s.nation.member, &[TaxiiRead, TaxiiPost])
        .await;
    let get = async |path: &str| s.door.taxii(path, &key).await;
    let told = get("/taxii2/").await.json();
    assert_eq!(told["title"], "Some TAXII Server");
    assert_eq!(told["contact"], "a@example.org");
    let own = "http://hub.test/taxii2/trustgroup1/";
    assert_eq!(told["default"], own);
    assert_eq!(
        told["api_roots"],
        json!(["http://hub.test/taxii2/api1/", own])
    );
    let absent = get("/taxii2/api1/").await;
    assert_eq!(absent.status, StatusCode::NOT_FOUND);
    is_error(&absent);
    let root = get("/taxii2/trustgroup1/").await.json();
    assert_eq!(root["title"], "Malware Research Group");
    assert_eq!(root["max_content_length"], 9_765);
    assert_eq!(
        root["versions"],
        json!(["application/taxii+json;version=2.1"])
    );
    assert_eq!(root.get("description"), None);
    // The hub's own root stays where it was, and neither shows the other's collections.
    assert_eq!(get("/taxii2/api/").await.status, StatusCode::OK);
    assert_eq!(
        get(&format!("/taxii2/api/collections/{OPEN}/"))
            .await
            .status,
        StatusCode::NOT_FOUND
    );
    let library = s.nation.library.id;
    let there = format!("/taxii2/trustgroup1/collections/{library}/objects/");
    assert_eq!(get(&there).await.status, StatusCode::NOT_FOUND);
    let listed = get("/taxii2/trustgroup1/collections/").await.json();
    let mut rights: Vec<(String, bool, bool)> = listed["collections"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| {
            let may = |name: &str| one[name].as_bool().unwrap();
            (
                one["id"].as_str().unwrap().to_owned(),
                may("can_read"),
                may("can_write"),
            )
        })
        .collect();
    rights.sort();
    let expected = [(IN, false, true), (SHUT, false, false), (OPEN, true, true)];
    let expected = expected.map(|(id, read, write)| (id.to_owned(), read, write));
    assert_eq!(rights, expected);
    let shut = get(&format!("/taxii2/trustgroup1/collections/{SHUT}/objects/")).await;
    assert_eq!(shut.status, StatusCode::FORBIDDEN);
    is_error(&shut);
    let status = get(&format!("/taxii2/trustgroup1/status/{STATUS}/"))
        .await
        .json();
    assert_eq!(status, layout()["roots"][0]["statuses"][0]);
    assert_eq!(
        get(&format!("/taxii2/api/status/{STATUS}/")).await.status,
        StatusCode::NOT_FOUND
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_says_where_machines_find_a_loaded_collection() {
    let s = loaded().await;
    let browser = Browser::of(&s.door, &s.nation, &s.nation.member).await;
    let page = browser.get("/library/machines").await;
    let address = format!("http://hub.test/taxii2/trustgroup1/collections/{OPEN}/");
    assert!(page.text.contains(&address), "{}", page.text);
    let feed = format!("/feeds/{OPEN}.jsonl");
    assert!(page.text.contains(&feed) && !page.text.contains(SHUT) && !page.text.contains(IN));
    let key = s.nation.key(&s.nation.member, &[FeedRead]).await;
    // Addresses that nobody calls an indicator are no lines to look for; as objects they are there.
    let lines = s.door.get(&feed, &key).await;
    assert_eq!((lines.status, lines.text.as_str()), (StatusCode::OK, ""));
    let objects = s.door.get(&format!("/feeds/{OPEN}.json"), &key).await;
    assert_eq!(objects.status, StatusCode::OK, "{}", objects.text);
    assert!(objects.text.contains("198.51.100.1"), "{}", objects.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn moments_from_elsewhere_order_filter_and_page_a_collection() {
    let s = loaded().await;
    let key = s
        .nation
        .key(&s.nation.member, &[TaxiiRead, TaxiiPost])
        .await;
    let objects = format!("/taxii2/trustgroup1/collections/{OPEN}/objects/");
    let by_alias = "/taxii2/trustgroup1/collections/High%20Value/manifest/?match[version]=all";
    let manifest = s.door.taxii(by_alias, &key).await;
    let lines = manifest.json()["objects"].as_array().unwrap().clone();
    let dates: Vec<&str> = lines
        .iter()
        .map(|one| one["date_added"].as_str().unwrap())
        .collect();
    let at = |second: u32, micros: u32| format!("2017-01-01T00:00:{second:02}.{micros:06}Z");
    assert_eq!(
        dates,
        [at(1, 0), at(1, 0), at(1, 0), at(2, 7), at(3, 0), at(5, 0)]
    );
    assert_eq!(
        lines[3]["version"],
        at(2, 7),
        "an object without a version has the moment it was added"
    );
    assert_eq!(manifest.header("x-taxii-date-added-first"), at(1, 0));
    assert_eq!(manifest.header("x-taxii-date-added-last"), at(5, 0));
    for (after, left) in [
        ("2016-12-31T00:00:00Z", 6),
        ("2017-01-01T00:00:01.000000Z", 3),
        ("2017-01-01T00:00:02.000006Z", 3),
        ("2017-01-01T00:00:02.000007Z", 2),
        ("2017-01-01T00:00:05Z", 0),
    ] {
        let path = format!("{objects}?match[version]=all&added_after={after}");
        assert_eq!(ids(&s.door.taxii(&path, &key).await).len(), left, "{after}");
    }
    // Page by page over the three that came at one moment.
    let mut given = 0;
    let mut next = String::new();
    for _ in 0..20 {
        let path = format!("{objects}?match[version]=all&limit=2{next}");
        let page = s.door.taxii(&path, &key).await.json();
        given += page["objects"].as_array().unwrap().len();
        if page["more"] == false {
            break;
        }
        next = format!("&next={}", page["next"].as_str().unwrap());
    }
    assert_eq!(given, 6);
    // What is posted stands behind all of them.
    let posted = s
        .door
        .post(
            &objects,
            &key,
            json!({ "objects": [malware(9, 1)] }).to_string(),
        )
        .await;
    assert_eq!(posted.status, StatusCode::ACCEPTED, "{}", posted.text);
    let all = s
        .door
        .taxii(&format!("{objects}?added_after=2017-01-01T00:00:05Z"), &key)
        .await;
    assert_eq!(ids(&all), [malware(9, 1)["id"].as_str().unwrap()]);
    let long = json!({ "objects": [malware(9, 2)], "x": "y".repeat(9_800) }).to_string();
    let refused = s.door.post(&objects, &key, long).await;
    assert_eq!(refused.status, StatusCode::PAYLOAD_TOO_LARGE);
    is_error(&refused);
    assert!(refused.text.contains("9765"), "{}", refused.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dump_of_a_load_is_the_same_document() {
    let s = loaded().await;
    assert_eq!(in_order(dump(&s.nation).await), in_order(layout()));
    let world = &s.nation.world;
    let proved = verify(world.store(), world.keys(), &[], &|_| {}).await;
    assert_eq!(proved.unwrap().ledger.fault, None);
    let rebuilt = world.rebuild(&|_| {}).await.unwrap();
    assert!(
        rebuilt.identical && rebuilt.fault.is_none(),
        "{:?}",
        rebuilt.fault
    );
    assert_eq!(in_order(dump(&s.nation).await), in_order(layout()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_layout_with_a_fault_leaves_nothing_and_names_it() {
    let s = setting().await;
    let before = dump(&s.nation).await;
    let size = s.nation.world.store().ledger_size().await.unwrap();
    let changed = |pointer: &str, value: Value| {
        let mut changed = layout();
        *changed.pointer_mut(pointer).unwrap() = value;
        changed
    };
    let first = "/roots/0/collections/0";
    for (layout, pointer, rule) in [
        (
            changed("/discovery/default", json!("other")),
            "/discovery/default",
            "bounds",
        ),
        (
            changed("/roots/0/path", json!("a/b")),
            "/roots/0/path",
            "one segment",
        ),
        (
            changed("/roots/0/path", json!("/taxii2/api/")),
            "/roots/0/path",
            "own root",
        ),
        (
            changed(&format!("{first}/id"), json!(SHUT)),
            "/roots/0/collections/1/id",
            "in use",
        ),
        (
            changed(
                &format!("{first}/id"),
                json!(s.nation.library.id.to_string()),
            ),
            &format!("{first}/id"),
            "in use",
        ),
        (
            changed(&format!("{first}/alias"), json!(OPEN)),
            &format!("{first}/alias"),
            "ids",
        ),
        (
            changed(&format!("{first}/objects/3/object"), malware(1, 2)),
            &format!("{first}/objects/3/object"),
            "this version already",
        ),
        (
            changed(&format!("{first}/objects/2/object/id"), json!("malware--1")),
            &format!("{first}/objects/2/object"),
            "malware--1",
        ),
    ] {
        let fault = load(&s.nation, &layout).await.unwrap_err();
        assert_eq!(fault.pointer, *pointer, "{}", fault.rule);
        assert!(fault.rule.contains(rule), "{}", fault.rule);
    }
    assert_eq!(dump(&s.nation).await, before);
    assert_eq!(s.nation.world.store().ledger_size().await.unwrap(), size);
    // Once it is there, it is not loaded over.
    load(&s.nation, &layout()).await.unwrap();
    assert_eq!(
        load(&s.nation, &layout()).await.unwrap_err().pointer,
        "/roots/0/path"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_writer_takes_out_what_came_with_a_layout_and_no_claim_of_another() {
    let s = loaded().await;
    let scopes = [TaxiiRead, TaxiiPost];
    let mine = s.nation.key(&s.nation.member, &scopes).await;
    let theirs = s.nation.key(&s.nation.provider, &scopes).await;
    let objects = format!("/taxii2/trustgroup1/collections/{OPEN}/objects/");
    let post = async |key: &str, object: Value| {
        let envelope = json!({ "objects": [object] }).to_string();
        let posted = s.door.post(&objects, key, envelope).await;
        assert_eq!(posted.json()["success_count"], 1, "{}", posted.text);
    };
    // Two claim what came with the layout, and one what nobody has.
    post(&mine, malware(1, 3)).await;
    post(&theirs, malware(1, 3)).await;
    post(&theirs, malware(9, 1)).await;
    let dumped = dump(&s.nation).await;
    assert_eq!(
        dumped["roots"][0]["collections"]
            .as_array()
            .unwrap()
            .iter()
            .find(|one| one["id"] == OPEN)
            .unwrap()["objects"]
            .as_array()
            .unwrap()
            .len(),
        7,
        "each version once: {dumped}"
    );
    // Which loads again elsewhere.
    let other = Nation::new().await;
    let loaded = load(&other, &dumped).await.unwrap();
    assert_eq!(loaded.objects, 8);
    let one = format!("{objects}malware--00000000-0000-4000-8000-000000000001/");
    let count = async |path: &str| {
        let path = format!("{path}?match[version]=all");
        ids(&s.door.taxii(&path, &mine).await).len()
    };
    assert_eq!(count(&one).await, 5);
    let gone = super::claims::delete(&s.door, &mine, &one).await;
    assert_eq!(gone.status, StatusCode::OK, "{}", gone.text);
    assert_eq!(count(&one).await, 1, "the other's claim stays");
    let nine = format!("{objects}malware--00000000-0000-4000-8000-000000000009/");
    for path in [&one, &nine] {
        let refused = super::claims::delete(&s.door, &mine, path).await;
        assert_eq!(refused.status, StatusCode::NOT_FOUND, "{}", refused.text);
        assert_eq!(count(path).await, 1);
    }
}
