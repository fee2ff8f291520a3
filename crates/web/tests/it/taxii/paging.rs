//! Pages, cursors, filters and versions.

use axum::http::StatusCode;
use kaname_directory::KeyScope::TaxiiRead;
use kaname_sharing::collection::Access;
use serde_json::json;

use super::{COLLECTIONS, filled, ids, is_error, object, setting, stix_id};

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
