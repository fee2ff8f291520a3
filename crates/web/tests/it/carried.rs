//! A thing of many values: all that it carries are told, a page at a time, by pages and to programs.

use std::collections::BTreeSet;

use axum::http::StatusCode;
use kaname_directory::KeyScope;
use kaname_intake::Kind;
use kaname_kernel::Tlp;
use kaname_sharing::{Item, Outlet, Value};
use kaname_testkit::Nation;
use kaname_world::Loaded;

use crate::{
    browser::Browser,
    house::Door,
    library::released_with,
    objects::{id, imported, object},
};

/// An indicator of these domains.
fn indicator(n: usize, domains: &[String]) -> String {
    let any: Vec<String> = domains.iter().map(|one| format!("'{one}'")).collect();
    let more = format!(
        r#""name":"C2","pattern":"[domain-name:value IN ({})]","pattern_type":"stix","valid_from":"2026-01-01T00:00:00Z""#,
        any.join(",")
    );
    object("indicator", n, &more)
}

/// The section of the values on a page.
fn values(page: &str) -> &str {
    let (_, values) = page.split_once("id=\"correlations\"").unwrap();
    values.split("</section>").next().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_object_of_many_values_is_compared_by_all_of_them() {
    let nation = Nation::new().await;
    let door = Door::of(&nation);
    let domains: Vec<String> = (0..450).map(|n| format!("n{n}.files-sync.test")).collect();
    let other = [domains[99].clone()];
    imported(&nation, &[indicator(1, &domains), indicator(2, &other)]).await;
    let key = nation.key(&nation.member, &[KeyScope::ApiRead]).await;
    let (mut told, mut pages, mut shared) = (BTreeSet::new(), Vec::new(), Vec::new());
    let mut path = Some(format!(
        "/api/v1/objects/{}/correlations",
        id("indicator", 1)
    ));
    while let Some(at) = path {
        let answer = door.get(&at, &key).await.json();
        assert_eq!(answer["total"], 450, "{answer}");
        for one in answer["values"].as_array().unwrap() {
            let value = one["value"].as_str().unwrap().to_owned();
            if one["objects"] == 1 {
                shared.push(value.clone());
            }
            assert!(told.insert(value), "each once");
        }
        assert_eq!(answer["not_looked_up"], 450 - told.len());
        pages.push(told.len());
        path = answer["next"].as_str().map(str::to_owned);
    }
    assert_eq!(pages, [200, 400, 450]);
    let all: BTreeSet<String> = domains.into_iter().collect();
    assert_eq!(told, all);
    assert_eq!(shared, other);
    let member = Browser::of(&door, &nation, &nation.member).await;
    let at = format!("/library/objects/{}", id("indicator", 1));
    let first = member.page(&at).await;
    let first = values(&first);
    assert!(
        first.contains(&format!("{at}?values_after=200#correlations")),
        "{first}"
    );
    let last = member.page(&format!("{at}?values_after=400")).await;
    let last = values(&last);
    assert!(
        last.contains(&format!("href=\"{at}#correlations\"")),
        "{last}"
    );
    assert!(!last.contains("values_after="), "{last}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_item_of_many_values_is_compared_by_all_of_them() {
    let nation = Nation::new().await;
    let door = Door::of(&nation);
    let domain = |n: usize| Value {
        kind: Kind::Domain,
        value: format!("n{n}.files-sync.test"),
    };
    let item = released_with(&nation, |draft| {
        draft.values = (0..450).map(domain).collect();
    });
    let item = item.await;
    let other = released_with(&nation, |draft| draft.values = vec![domain(99)]).await;
    let member = Browser::of(&door, &nation, &nation.member).await;
    let mut at = format!("/library/{}", item.state.number);
    let mut shared = 0;
    for after in [200, 400, 0] {
        let page = member.page(&at).await;
        let values = values(&page);
        shared += values.matches("data-of=\"ほかの共有情報\">1<").count();
        let next = format!("/library/{}?values_after={after}", item.state.number);
        assert_eq!(
            values.contains(&format!("{next}#correlations")),
            after > 0,
            "{values}"
        );
        at = next;
    }
    assert_eq!(shared, 1, "{}", other.state.number);
    // Programs are told the same, a page of as many values at a time.
    let key = nation.key(&nation.member, &[KeyScope::ApiRead]).await;
    let (mut told, mut pages, mut shared) = (BTreeSet::new(), Vec::new(), Vec::new());
    let mut path = Some(correlations(&item));
    while let Some(at) = path {
        let answer = door.get(&at, &key).await.json();
        assert_eq!(answer["item"], item.state.number.as_str());
        for one in answer["values"].as_array().unwrap() {
            let value = one["value"].as_str().unwrap().to_owned();
            if one["items"] == 1 {
                shared.push(value.clone());
            }
            assert_eq!(one["more_than_items"], false, "{one}");
            assert!(told.insert(value), "each once");
        }
        let total = answer["total"].as_u64().unwrap();
        assert_eq!(answer["not_looked_up"], total - told.len() as u64);
        pages.push(told.len());
        path = answer["next"].as_str().map(str::to_owned);
    }
    assert_eq!(pages[..2], [200, 400], "{pages:?}");
    let carried = item.state.content.values();
    let carried = carried.into_iter().map(|value| value.text);
    assert_eq!(told, carried.collect());
    assert_eq!(shared, ["n99.files-sync.test"]);
    let beyond = format!("{}?values_after=10000", correlations(&item));
    let beyond = door.get(&beyond, &key).await.json();
    assert_eq!(beyond["values"], serde_json::json!([]));
    assert!(beyond["next"].is_null());
    for unread in ["-1", "x", "99999999999999999999"] {
        let at = format!("{}?values_after={unread}", correlations(&item));
        assert_eq!(door.get(&at, &key).await.status, StatusCode::BAD_REQUEST);
    }
}

fn correlations(item: &Loaded<Item>) -> String {
    format!("/api/v1/items/{}/correlations", item.state.number)
}

#[tokio::test(flavor = "multi_thread")]
async fn what_an_item_correlates_with_is_for_who_may_read_it() {
    let nation = Nation::new().await;
    let door = Door::of(&nation);
    let seen = released_with(&nation, |_| {}).await;
    let hidden = released_with(&nation, |draft| {
        draft.tlp = Tlp::Red;
        draft.named.persons = vec![nation.provider.account];
    });
    let hidden = hidden.await;
    let for_machines = released_with(&nation, |draft| {
        draft.outlets = [Outlet::Taxii].into();
    });
    let for_machines = for_machines.await;
    let key = nation.key(&nation.member, &[KeyScope::ApiRead]).await;
    nation.world.write_fetched().await.unwrap();
    let told = door.get(&correlations(&seen), &key).await.json();
    let values = told["values"].as_array().unwrap();
    let address = values.iter().find(|one| one["value"] == "203.0.113.77");
    let address = address.unwrap();
    // Neither what is hidden nor what is for machines alone is counted.
    assert_eq!(address["items"], 0, "{told}");
    // Whoever is told the values has read the item.
    assert_eq!(nation.world.write_fetched().await.unwrap(), 1);
    let told = door.get(&correlations(&for_machines), &key).await.json();
    assert_eq!(told["total"], 0, "{told}");
    assert_eq!(told["values"], serde_json::json!([]));
    let at = "/api/v1/items/S-2611-ZZZZZZ/correlations";
    let absent = door.get(at, &key).await;
    let kept = door.get(&correlations(&hidden), &key).await;
    assert_eq!(kept.status, StatusCode::NOT_FOUND);
    // Each says where it was asked, and nothing else is different.
    let kept = (kept.status, kept.text.replace(&correlations(&hidden), at));
    assert_eq!(kept, (absent.status, absent.text));
    let nobody = door.get(&correlations(&seen), "").await;
    assert_eq!(nobody.status, StatusCode::UNAUTHORIZED);
    let outsider = Browser::of(&door, &nation, &nation.outsider).await;
    let refused = outsider.get(&correlations(&seen)).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
}
