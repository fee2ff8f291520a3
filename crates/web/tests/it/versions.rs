//! The versions of an object and what differs between two of them, over the API.

use axum::http::StatusCode;
use kaname_directory::KeyScope;
use kaname_testkit::Nation;
use serde_json::{Value, json};

use crate::{
    browser::Browser,
    house::Door,
    objects::{id, imported, places, version},
};

fn malware(n: usize, day: &str, more: &str) -> String {
    version("malware", n, day, more)
}

async fn three_versions(nation: &Nation) -> String {
    let objects = [
        malware(
            1,
            "2026-01-01",
            r#""name":"つなみ","is_family":false,"goals":["x"]"#,
        ),
        malware(1, "2026-02-01", r#""name":"つなみ","is_family":true"#),
        malware(
            1,
            "2026-03-01",
            r#""name":"おおなみ","is_family":true,"aliases":["なみ"]"#,
        ),
        malware(2, "2026-01-01", r#""name":"ほか","is_family":false"#),
    ];
    imported(nation, &objects).await;
    id("malware", 1)
}

#[tokio::test(flavor = "multi_thread")]
async fn every_version_is_listed_page_by_page_the_last_added_first() {
    let nation = Nation::new().await;
    let door = Door::of(&nation);
    let object = three_versions(&nation).await;
    let key = nation.key(&nation.member, &[KeyScope::ApiRead]).await;
    let path = format!("/api/v1/objects/{object}/versions");
    let whole = door.get(&path, &key).await.json();
    assert_eq!(
        (&whole["object"], &whole["next"]),
        (&json!(object), &Value::Null)
    );
    let titles: Vec<&str> = whole["versions"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["title"].as_str().unwrap())
        .collect();
    assert_eq!(titles, ["おおなみ", "つなみ", "つなみ"]);
    assert_eq!(whole["versions"][0]["version"], "2026-03-01T00:00:00Z");
    let (mut paged, mut next) = (Vec::new(), format!("{path}?limit=1"));
    loop {
        let page = door.get(&next, &key).await.json();
        paged.extend(page["versions"].as_array().unwrap().clone());
        match page["next"].as_str() {
            Some(more) => next = more.to_owned(),
            None => break,
        }
    }
    assert_eq!(Value::from(paged), whole["versions"]);
    // A cursor is of its list and its reader.
    let first = door.get(&format!("{path}?limit=1"), &key).await.json();
    let cursor = first["next"]
        .as_str()
        .unwrap()
        .split_once("after=")
        .unwrap()
        .1;
    let elsewhere = format!(
        "/api/v1/objects/{}/versions?after={cursor}",
        id("malware", 2)
    );
    assert_eq!(
        door.get(&elsewhere, &key).await.status,
        StatusCode::BAD_REQUEST
    );
    let other = nation.key(&nation.provider, &[KeyScope::ApiRead]).await;
    let own = first["next"].as_str().unwrap();
    assert_eq!(door.get(own, &other).await.status, StatusCode::BAD_REQUEST);
    let none = format!("/api/v1/objects/{}/versions", id("malware", 9));
    assert_eq!(door.get(&none, &key).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_versions_are_compared_as_on_the_page() {
    let nation = Nation::new().await;
    let door = Door::of(&nation);
    let object = three_versions(&nation).await;
    let key = nation.key(&nation.member, &[KeyScope::ApiRead]).await;
    let path = format!("/api/v1/objects/{object}/diff");
    // The newest beside the one before it.
    let told = door.get(&path, &key).await.json();
    let differs = |told: &Value| -> Vec<String> {
        let all = told["changes"].as_array().unwrap().iter();
        all.map(|one| one["path"].as_str().unwrap().to_owned())
            .collect()
    };
    assert_eq!(differs(&told), ["/aliases", "/modified", "/name"], "{told}");
    assert_eq!(
        (&told["added"], &told["removed"], &told["changed"]),
        (&json!(1), &json!(0), &json!(2))
    );
    assert_eq!(
        told["changes"][2],
        json!({ "path": "/name", "before": "つなみ", "after": "おおなみ" })
    );
    assert_eq!(told["more"], false);
    let places = places(&door, &key, &object).await;
    let asked = format!("{path}?from={}&to={}", places[2], places[1]);
    let told = door.get(&asked, &key).await.json();
    assert_eq!(
        differs(&told),
        ["/goals", "/is_family", "/modified"],
        "{told}"
    );
    assert_eq!(
        (
            told["from"]["place"].to_string(),
            told["to"]["place"].to_string()
        ),
        (places[2].clone(), places[1].clone())
    );
    let same = format!("{path}?from={}&to={}", places[0], places[0]);
    assert_eq!(door.get(&same, &key).await.json()["changes"], json!([]));
    // One version alone is compared with none.
    let alone = format!("/api/v1/objects/{}/diff", id("malware", 2));
    let alone = door.get(&alone, &key).await.json();
    assert_eq!(
        (&alone["from"], &alone["changes"]),
        (&Value::Null, &json!([]))
    );
    // A place of another object is no version of this one.
    let other = crate::objects::places(&door, &key, &id("malware", 2)).await;
    for asked in [
        format!("{path}?from={}", other[0]),
        format!("{path}?to={}", other[0]),
    ] {
        assert_eq!(
            door.get(&asked, &key).await.status,
            StatusCode::NOT_FOUND,
            "{asked}"
        );
    }
    let wrong = door.get(&format!("{path}?from=yesterday"), &key).await;
    assert_eq!(wrong.status, StatusCode::BAD_REQUEST);
}

#[tokio::test(flavor = "multi_thread")]
async fn officers_are_told_where_an_object_went_and_members_are_not() {
    let nation = Nation::new().await;
    let door = Door::of(&nation);
    let object = three_versions(&nation).await;
    let path = format!("/api/v1/objects/{object}/sent");
    let officer = Browser::of(&door, &nation, &nation.analyst).await;
    let told = officer.get(&path).await.json();
    assert_eq!(
        told["collections"][0]["collection"]["title"]["en"], "Knowledge",
        "{told}"
    );
    assert_eq!(
        (&told["peers"], &told["deliveries"]),
        (&json!([]), &Value::Null)
    );
    let member = Browser::of(&door, &nation, &nation.member).await;
    assert_eq!(member.get(&path).await.status, StatusCode::FORBIDDEN);
    let key = nation.key(&nation.member, &[KeyScope::ApiRead]).await;
    assert_eq!(door.get(&path, &key).await.status, StatusCode::FORBIDDEN);
    let none = format!("/api/v1/objects/{}/sent", id("malware", 9));
    assert_eq!(officer.get(&none).await.status, StatusCode::NOT_FOUND);
}
