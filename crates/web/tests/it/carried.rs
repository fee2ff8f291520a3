//! A thing of many values: all that it carries are told, a page at a time, by pages and to programs.

use std::collections::BTreeSet;

use kaname_directory::KeyScope;
use kaname_intake::Kind;
use kaname_sharing::Value;
use kaname_testkit::Nation;

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
}
