//! TAXII 2.1, duty by duty (the numbers are those of the protocol requirements).

use axum::{
    body::Body,
    http::{Request, StatusCode, header},
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use kaname_directory::KeyScope::{self, FeedRead, TaxiiPost, TaxiiRead};
use kaname_sharing::{
    Text,
    collection::{Access, CollectionKind, Definition},
};
use kaname_testkit::Nation;
use serde_json::{Value, json};

use crate::{
    house::{Answer, Door, TAXII, get},
    story,
};

const COLLECTIONS: &str = "/taxii2/api/collections/";

struct Setting {
    nation: Nation,
    door: Door,
    /// Key of a member that reads.
    key: String,
}

async fn setting() -> Setting {
    let nation = Nation::new().await;
    let door = Door::of(&nation);
    let key = nation.key(&nation.member, &[TaxiiRead]).await;
    Setting { nation, door, key }
}

/// A peer collection for members with `count` objects, some in two versions.
async fn filled(nation: &Nation, alias: &str, count: u32, read: Access) -> String {
    let admin = nation.caller(&nation.administrator).await;
    let definition = Definition {
        alias: alias.to_owned(),
        title: Text::new("相互提供", "Peer"),
        description: Text::default(),
        kind: CollectionKind::Peer,
        default_tlp: Some(kaname_kernel::Tlp::Green),
        read,
        write: Access::Nobody,
    };
    let collection = nation
        .world
        .open_collection(&admin, definition)
        .await
        .unwrap();
    let objects: Vec<String> = (0..count).map(|n| object(n, 1)).collect();
    let objects: Vec<&str> = objects.iter().map(String::as_str).collect();
    let done = nation
        .world
        .import(&admin, &collection, ("test", false), &objects, &|_| {})
        .await
        .unwrap();
    assert_eq!(done.taken, u64::from(count));
    collection.id.to_string()
}

fn stix_id(n: u32) -> String {
    format!("malware--00000000-0000-4000-8000-{n:012}")
}

fn object(n: u32, day: u32) -> String {
    let id = stix_id(n);
    // Odd spacing, to see that bytes are served as they came.
    format!(
        r#"{{"type": "malware",  "spec_version":"2.1","id":"{id}","created":"2026-01-01T00:00:00.000Z","modified":"2026-01-{day:02}T00:00:00.000Z","name":"つなみ{n}","is_family":false}}"#
    )
}

fn ids(answer: &Answer) -> Vec<String> {
    let json = answer.json();
    let objects = json["objects"].as_array().cloned().unwrap_or_default();
    objects
        .iter()
        .map(|one| one["id"].as_str().unwrap().to_owned())
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn duty_1_discovery_root_and_basic_authentication() {
    let s = setting().await;
    let found = s.door.taxii("/taxii2/", &s.key).await;
    assert_eq!(found.status, StatusCode::OK);
    assert_eq!(
        found.json()["api_roots"],
        json!(["http://hub.test/taxii2/api/"])
    );
    assert_eq!(found.json()["default"], "http://hub.test/taxii2/api/");
    let root = s.door.taxii("/taxii2/api/", &s.key).await.json();
    assert_eq!(root["versions"], json!([TAXII]));
    assert!(root["max_content_length"].as_u64().unwrap() >= 1 << 20);
    // Basic: the key as password, or as user name.
    for pair in [format!("machine:{}", s.key), format!("{}:", s.key)] {
        let basic = format!("Basic {}", STANDARD.encode(pair));
        let request = Request::get("/taxii2/").header(header::AUTHORIZATION, basic);
        let answer = s.door.send(request.body(Body::empty()).unwrap()).await;
        assert_eq!(answer.status, StatusCode::OK);
    }
    // Every URL ends in a slash.
    assert_eq!(
        s.door.taxii("/taxii2/api", &s.key).await.status,
        StatusCode::NOT_FOUND
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn duty_2_media_types_and_statuses() {
    let s = setting().await;
    let collection = filled(&s.nation, "peer", 3, Access::Members).await;
    let objects = format!("{COLLECTIONS}{collection}/objects/");
    for path in ["/taxii2/", "/taxii2/api/", COLLECTIONS, &objects] {
        for accept in [TAXII, "application/taxii+json", "*/*"] {
            let request = get(path, &s.key).header(header::ACCEPT, accept);
            let answer = s.door.send(request.body(Body::empty()).unwrap()).await;
            assert_eq!(answer.status, StatusCode::OK, "{path} {accept}");
            assert_eq!(answer.header("content-type"), TAXII, "{path}");
        }
        for accept in [
            "application/json",
            "text/html",
            "application/taxii+json;version=2.0",
        ] {
            let request = get(path, &s.key).header(header::ACCEPT, accept);
            let answer = s.door.send(request.body(Body::empty()).unwrap()).await;
            assert_eq!(answer.status, StatusCode::NOT_ACCEPTABLE, "{path} {accept}");
            is_error(&answer);
        }
        // Without credentials, with wrong ones, and with a browser's Accept.
        let plain = Request::get(path).body(Body::empty()).unwrap();
        let browser = Request::get(path)
            .header(header::ACCEPT, "text/html")
            .body(Body::empty());
        let wrong = get(path, "kn_abcdefghijkm_0000000000000000000000000000000A");
        for request in [plain, browser.unwrap(), wrong.body(Body::empty()).unwrap()] {
            let answer = s.door.send(request).await;
            assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{path}");
            assert!(answer.header("www-authenticate").starts_with("Basic "));
            is_error(&answer);
        }
    }
    let nothing = s
        .door
        .taxii(&format!("{COLLECTIONS}nothing/"), &s.key)
        .await;
    assert_eq!(nothing.status, StatusCode::NOT_FOUND);
    is_error(&nothing);
    let nowhere = s.door.taxii("/taxii2/elsewhere/", &s.key).await;
    assert_eq!(nowhere.status, StatusCode::NOT_FOUND);
    is_error(&nowhere);
    let request = Request::put(&objects).header(header::AUTHORIZATION, format!("Bearer {}", s.key));
    let put = s.door.send(request.body(Body::empty()).unwrap()).await;
    assert_eq!(put.status, StatusCode::METHOD_NOT_ALLOWED);
    is_error(&put);
    // A key that knows of the collection but may not read it.
    let other = s.nation.key(&s.nation.member, &[FeedRead]).await;
    let denied = s.door.taxii(&objects, &other).await;
    assert_eq!(denied.status, StatusCode::FORBIDDEN);
    is_error(&denied);
}

/// Duty 3: a title at least, in TAXII's media type.
fn is_error(answer: &Answer) {
    assert_eq!(answer.header("content-type"), TAXII);
    let json = answer.json();
    assert!(!json["title"].as_str().unwrap().is_empty());
    assert_eq!(json["http_status"], answer.status.as_u16().to_string());
}

#[tokio::test(flavor = "multi_thread")]
async fn duty_2_posts_are_bounded_and_checked() {
    let s = setting().await;
    let intake = format!("{COLLECTIONS}{}/objects/", s.nation.intake.id);
    let key = s.nation.key(&s.nation.provider, &[TaxiiPost]).await;
    let request = Request::post(&intake)
        .header(header::AUTHORIZATION, format!("Bearer {key}"))
        .header(header::CONTENT_TYPE, "application/json");
    let other_media = s.door.send(request.body(Body::from("{}")).unwrap()).await;
    assert_eq!(other_media.status, StatusCode::UNSUPPORTED_MEDIA_TYPE);
    is_error(&other_media);
    for bad in [
        "",
        "{",
        "{}",
        "[]",
        r#"{"objects":[]}"#,
        r#"{"objects":[{"id":"a","id":"b"}]}"#,
    ] {
        let answer = s.door.post(&intake, &key, bad).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{bad}");
        is_error(&answer);
    }
    let large = vec![b' '; 33 << 20];
    let answer = s.door.post(&intake, &key, large).await;
    assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE);
    is_error(&answer);
}

#[tokio::test(flavor = "multi_thread")]
async fn duty_4_pages_are_ordered_and_complete() {
    let s = setting().await;
    let collection = filled(&s.nation, "peer", 25, Access::Members).await;
    for (list, empty) in [
        ("objects", "match[type]=tool"),
        ("manifest", "match[type]=tool"),
    ] {
        let base = format!("{COLLECTIONS}{collection}/{list}/");
        let mut all = Vec::new();
        let mut next = String::new();
        let mut last_added = String::new();
        for page in 0..3 {
            let answer = s
                .door
                .taxii(&format!("{base}?limit=10{next}"), &s.key)
                .await;
            assert_eq!(answer.status, StatusCode::OK);
            let first = answer.header("x-taxii-date-added-first").to_owned();
            assert!(first > last_added, "ascending by date added");
            last_added = answer.header("x-taxii-date-added-last").to_owned();
            assert_eq!(last_added.len(), "2026-01-01T00:00:00.000000Z".len());
            all.extend(ids(&answer));
            assert_eq!(answer.json()["more"], page < 2);
            match answer.json()["next"].as_str() {
                Some(cursor) => next = format!("&next={cursor}"),
                None => assert_eq!(page, 2),
            }
        }
        let expected: Vec<String> = (0..25).map(stix_id).collect();
        assert_eq!(all, expected, "{list}");
        let nothing = s.door.taxii(&format!("{base}?{empty}"), &s.key).await;
        assert_eq!(nothing.text, "{}");
        assert_eq!(nothing.header("x-taxii-date-added-first"), "");
        // A page that ends exactly at the end has no more.
        let exact = s.door.taxii(&format!("{base}?limit=25"), &s.key).await;
        assert_eq!(exact.json()["more"], false);
        for bad in [
            "limit=0",
            "limit=-5",
            "limit=x",
            "next=abc",
            "added_after=monday",
        ] {
            let answer = s.door.taxii(&format!("{base}?{bad}"), &s.key).await;
            assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{bad}");
            is_error(&answer);
        }
    }
    // The very bytes, not a copy made by a serialiser.
    let answer = s
        .door
        .taxii(
            &format!("{COLLECTIONS}{collection}/objects/?limit=1"),
            &s.key,
        )
        .await;
    assert!(answer.text.contains(&object(0, 1)));
}

#[tokio::test(flavor = "multi_thread")]
async fn duty_4_a_cursor_fits_its_request_only() {
    let s = setting().await;
    let collection = filled(&s.nation, "peer", 9, Access::Members).await;
    let other = filled(&s.nation, "peer-two", 9, Access::Members).await;
    let base = format!("{COLLECTIONS}{collection}/objects/");
    let first = s
        .door
        .taxii(&format!("{base}?limit=2&match[type]=malware"), &s.key)
        .await;
    let next = first.json()["next"].as_str().unwrap().to_owned();
    let good = format!("{base}?limit=3&match[type]=malware&next={next}");
    assert_eq!(
        ids(&s.door.taxii(&good, &s.key).await),
        [2, 3, 4].map(stix_id)
    );
    let stolen = s.nation.key(&s.nation.provider, &[TaxiiRead]).await;
    for (path, key) in [
        (good.clone(), &stolen),
        (format!("{base}?limit=3&next={next}"), &s.key),
        (
            format!("{base}?limit=3&match[type]=tool&next={next}"),
            &s.key,
        ),
        (
            format!("{COLLECTIONS}{collection}/manifest/?match[type]=malware&next={next}"),
            &s.key,
        ),
        (
            format!("{COLLECTIONS}{other}/objects/?match[type]=malware&next={next}"),
            &s.key,
        ),
    ] {
        let answer = s.door.taxii(&path, key).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn duty_5_added_after_is_strict_and_about_adding() {
    let s = setting().await;
    let collection = filled(&s.nation, "peer", 12, Access::Members).await;
    let base = format!("{COLLECTIONS}{collection}/objects/");
    let mut after = "2000-01-01T00:00:00Z".to_owned();
    let mut seen = Vec::new();
    for _ in 0..4 {
        let path = format!("{base}?limit=4&added_after={after}");
        let answer = s.door.taxii(&path, &s.key).await;
        let page = ids(&answer);
        if page.is_empty() {
            break;
        }
        seen.extend(page);
        after = answer.header("x-taxii-date-added-last").to_owned();
    }
    // Coming back with the last date added gives nothing twice and leaves nothing out.
    assert_eq!(seen, (0..12).map(stix_id).collect::<Vec<_>>());
    // The objects' own timestamps are from January; they do not count.
    let path = format!("{base}?added_after=2026-01-15T00:00:00Z");
    assert_eq!(ids(&s.door.taxii(&path, &s.key).await).len(), 12);
}

#[tokio::test(flavor = "multi_thread")]
async fn duty_6_filters_and_versions() {
    let s = setting().await;
    let collection = filled(&s.nation, "peer", 3, Access::Members).await;
    let admin = s.nation.caller(&s.nation.administrator).await;
    let loaded = s.nation.world.collection(&admin, "peer").await.unwrap();
    for day in [2, 3] {
        let newer = object(1, day);
        let objects = [newer.as_str()];
        let world = &s.nation.world;
        let import = world
            .import(&admin, &loaded, ("test", false), &objects, &|_| {})
            .await;
        assert_eq!(import.unwrap().taken, 1);
    }
    let base = format!("{COLLECTIONS}{collection}/objects/");
    let count = async |query: &str| {
        let answer = s.door.taxii(&format!("{base}?{query}"), &s.key).await;
        assert_eq!(answer.status, StatusCode::OK, "{query}: {}", answer.text);
        ids(&answer).len()
    };
    assert_eq!(count("").await, 3);
    assert_eq!(count("match[version]=all").await, 5);
    let one = stix_id(1);
    assert_eq!(count(&format!("match[id]={one}")).await, 1);
    assert_eq!(count(&format!("match[id]={one},{}", stix_id(2))).await, 2);
    assert_eq!(
        count(&format!("match[id]={one}&match[version]=all")).await,
        3
    );
    assert_eq!(
        count(&format!("match[id]={one}&match[version]=first,last")).await,
        2
    );
    assert_eq!(
        count(&format!(
            "match[id]={one}&match[version]=first,2026-01-02T00:00:00.000000Z"
        ))
        .await,
        2
    );
    assert_eq!(
        count(&format!(
            "match[id]={one}&match[version]=2026-01-02T00:00:00Z"
        ))
        .await,
        1
    );
    assert_eq!(count("match[version]=2026-01-09T00:00:00Z").await, 0);
    assert_eq!(count(&format!("match[id]={one}&match[type]=tool")).await, 0);
    assert_eq!(count("match[spec_version]=2.1").await, 3);
    assert_eq!(count("match[spec_version]=2.0").await, 0);
    // One object: its versions, and 404 when there is none.
    let object = format!("{base}{one}/");
    let newest = s.door.taxii(&object, &s.key).await;
    assert_eq!(
        newest.json()["objects"][0]["modified"],
        "2026-01-03T00:00:00.000Z"
    );
    let all = s
        .door
        .taxii(&format!("{object}?match[version]=all"), &s.key)
        .await;
    assert_eq!(ids(&all).len(), 3);
    let versions = s.door.taxii(&format!("{object}versions/"), &s.key).await;
    assert_eq!(
        versions.json()["versions"],
        json!([1, 2, 3].map(|day| format!("2026-01-{day:02}T00:00:00.000000Z")))
    );
    let path = format!("{object}?match[version]=2030-01-01T00:00:00Z");
    assert_eq!(s.door.taxii(&path, &s.key).await.text, "{}");
    for path in [
        format!("{base}{}/", stix_id(99)),
        format!("{base}{}/versions/", stix_id(99)),
    ] {
        assert_eq!(
            s.door.taxii(&path, &s.key).await.status,
            StatusCode::NOT_FOUND
        );
    }
    let manifest = s
        .door
        .taxii(&format!("{COLLECTIONS}{collection}/manifest/"), &s.key)
        .await;
    let line = &manifest.json()["objects"][0];
    assert_eq!(line["media_type"], "application/stix+json;version=2.1");
    assert_eq!(line["version"], "2026-01-01T00:00:00.000000Z");
}

#[tokio::test(flavor = "multi_thread")]
async fn duty_8_a_post_becomes_a_submission_with_a_status() {
    let s = setting().await;
    let key = s.nation.key(&s.nation.provider, &[TaxiiPost]).await;
    let intake = format!("{COLLECTIONS}{}/objects/", s.nation.intake.id);
    let good = r#"{"type":"indicator","spec_version":"2.1","id":"indicator--11111111-1111-4111-8111-111111111111","created":"2026-01-01T00:00:00.000Z","modified":"2026-01-01T00:00:00.000Z","name":"C2","pattern":"[ipv4-addr:value = '203.0.113.77']","pattern_type":"stix","valid_from":"2026-01-01T00:00:00Z"}"#;
    let envelope = format!(r#"{{"objects":[{good},{{"type":"indicator","id":"nonsense"}}]}}"#);
    let posted = s.door.post(&intake, &key, envelope.clone()).await;
    assert_eq!(posted.status, StatusCode::ACCEPTED, "{}", posted.text);
    let status = posted.json();
    for (name, value) in [
        ("status", json!("complete")),
        ("total_count", json!(2)),
        ("success_count", json!(1)),
        ("failure_count", json!(1)),
        ("pending_count", json!(0)),
    ] {
        assert_eq!(status[name], value, "{name}");
    }
    assert_eq!(
        status["successes"][0]["version"],
        "2026-01-01T00:00:00.000000Z"
    );
    assert_eq!(status["failures"][0]["id"], "nonsense");
    let id = status["id"].as_str().unwrap();
    let path = format!("/taxii2/api/status/{id}/");
    // Still there after 24 hours, and nobody else's.
    s.nation.clock.advance(jiff::SignedDuration::from_hours(25));
    assert_eq!(s.door.taxii(&path, &key).await.json(), status);
    let stranger = s.nation.key(&s.nation.member, &[TaxiiPost]).await;
    assert_eq!(
        s.door.taxii(&path, &stranger).await.status,
        StatusCode::NOT_FOUND
    );
    // It is a report in triage, once, however often it is sent.
    let again = s.door.post(&intake, &key, envelope).await;
    assert_eq!(again.status, StatusCode::ACCEPTED);
    assert_eq!(again.json()["successes"], status["successes"]);
    let analyst = s.nation.caller(&s.nation.analyst).await;
    let waiting = s.nation.world.triage_list(&analyst, |_| {}).await.unwrap();
    assert_eq!(waiting.total, 1);
    let submission = &waiting.rows[0].state.submission;
    assert_eq!(submission.values.len(), 1);
    assert_eq!(submission.tlp, kaname_kernel::Tlp::AmberStrict);
    // Nobody reads what was posted, and nothing is posted where nothing belongs.
    let read = s
        .nation
        .key(&s.nation.provider, &[TaxiiRead, TaxiiPost])
        .await;
    assert_eq!(
        s.door.taxii(&intake, &read).await.status,
        StatusCode::FORBIDDEN
    );
    let library = format!("{COLLECTIONS}{}/objects/", s.nation.library.id);
    let refused = s
        .door
        .post(&library, &read, format!(r#"{{"objects":[{good}]}}"#))
        .await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    is_error(&refused);
    let listed = s.door.taxii(COLLECTIONS, &read).await.json();
    let rights = |id: &str| {
        let all = listed["collections"].as_array().unwrap();
        let one = all.iter().find(|one| one["id"] == id).unwrap();
        (one["can_read"].clone(), one["can_write"].clone())
    };
    assert_eq!(
        rights(&s.nation.library.id.to_string()),
        (json!(true), json!(false))
    );
    assert_eq!(
        rights(&s.nation.intake.id.to_string()),
        (json!(false), json!(true))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn duty_9_nobody_deletes_what_was_released() {
    let s = setting().await;
    let collection = filled(&s.nation, "peer", 2, Access::Members).await;
    for (id, status) in [(1, StatusCode::FORBIDDEN), (77, StatusCode::NOT_FOUND)] {
        let path = format!("{COLLECTIONS}{collection}/objects/{}/", stix_id(id));
        let request = Request::delete(&path)
            .header(header::AUTHORIZATION, format!("Bearer {}", s.key))
            .header(header::ACCEPT, TAXII);
        let answer = s.door.send(request.body(Body::empty()).unwrap()).await;
        assert_eq!(answer.status, status);
        is_error(&answer);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_reader_may_not_know_is_not_there() {
    let s = setting().await;
    let secret = filled(
        &s.nation,
        "secret",
        2,
        Access::Parties {
            parties: vec![s.nation.provider.party],
        },
    )
    .await;
    let listed = s.door.taxii(COLLECTIONS, &s.key).await.json();
    let aliases: Vec<&Value> = listed["collections"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| &one["alias"])
        .collect();
    assert!(!aliases.contains(&&json!("secret")), "{aliases:?}");
    let missing = "11111111-1111-4111-8111-111111111111";
    for end in [
        "",
        "objects/",
        "manifest/",
        "objects/malware--1/",
        "objects/malware--1/versions/",
    ] {
        let hidden = s
            .door
            .taxii(&format!("{COLLECTIONS}{secret}/{end}"), &s.key)
            .await;
        let absent = s
            .door
            .taxii(&format!("{COLLECTIONS}{missing}/{end}"), &s.key)
            .await;
        assert_eq!(hidden.status, StatusCode::NOT_FOUND, "{end}");
        assert_eq!(hidden.text, absent.text, "{end}");
        assert_eq!(hidden.headers, absent.headers, "{end}");
    }
    let theirs = s.nation.key(&s.nation.provider, &[TaxiiRead]).await;
    let path = format!("{COLLECTIONS}{secret}/objects/");
    assert_eq!(ids(&s.door.taxii(&path, &theirs).await).len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_member_reads_what_was_released_and_an_outsider_does_not() {
    let s = setting().await;
    let (_, item) = story::released(&s.nation).await;
    let path = format!(
        "{COLLECTIONS}{}/objects/?match[type]=indicator",
        s.nation.library.id
    );
    let answer = s.door.taxii(&path, &s.key).await;
    assert_eq!(ids(&answer).len(), 2);
    let released = &item.state.content.objects;
    let indicators = released
        .iter()
        .filter(|raw| raw.contains("\"type\":\"indicator\""));
    for raw in indicators {
        assert!(
            answer.text.contains(raw),
            "byte for byte what was consented to"
        );
    }
    // By alias too.
    let alias = &s.nation.library.state.definition.alias;
    let by_alias = s
        .door
        .taxii(&format!("{COLLECTIONS}{alias}/objects/"), &s.key)
        .await;
    assert_eq!(by_alias.status, StatusCode::OK);
    let outside = s.nation.key(&s.nation.outsider, &[TaxiiRead]).await;
    let shut = s.door.taxii(&path, &outside).await;
    assert!(matches!(
        shut.status,
        StatusCode::FORBIDDEN | StatusCode::NOT_FOUND
    ));
    // A withdrawn item is gone.
    let releaser = s.nation.caller(&s.nation.releaser).await;
    s.nation
        .world
        .withdraw_item(&releaser, item.id, "誤りがあったため")
        .await
        .unwrap();
    assert_eq!(s.door.taxii(&path, &s.key).await.text, "{}");
}

#[tokio::test(flavor = "multi_thread")]
async fn markings_and_author_of_what_is_released_stand_beside_it() {
    let s = setting().await;
    story::released(&s.nation).await;
    let path = format!("{COLLECTIONS}{}/objects/", s.nation.library.id);
    let all = s.door.taxii(&path, &s.key).await;
    let there = ids(&all);
    for object in all.json()["objects"].as_array().unwrap() {
        let marks = object["object_marking_refs"]
            .as_array()
            .cloned()
            .unwrap_or_default();
        for id in marks.iter().chain(object.get("created_by_ref")) {
            assert!(
                there.iter().any(|one| id == one),
                "{id} of {} is missing",
                object["id"]
            );
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_browser_session_opens_nothing_here() {
    let s = setting().await;
    let request = Request::get("/taxii2/").header(header::COOKIE, "kaname-session=abc");
    let answer = s.door.send(request.body(Body::empty()).unwrap()).await;
    assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
    assert_eq!(
        answer.header("set-cookie"),
        "",
        "and gives a machine no cookies"
    );
    let scopes: [KeyScope; 1] = [FeedRead];
    let key = s.nation.key(&s.nation.member, &scopes).await;
    assert_eq!(s.door.taxii("/taxii2/", &key).await.status, StatusCode::OK);
}
