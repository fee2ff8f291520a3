//! Files that are alike by ssdeep and TLSH: told on the page, in the answer and by the search, each reader's own share.

use axum::http::StatusCode;
use kaname_directory::KeyScope;
use kaname_testkit::Nation;
use serde_json::{Value, json};

use crate::{
    browser::Browser,
    house::Door,
    objects::{finds, id, imported},
};

const RED: &str = "marking-definition--e828b379-4e03-4974-9ac4-e53a884c97c1";
const ONE: &str =
    "384:gW1KbrfQ42RA4HKo7k4sHUtIJyVsDGA7xnZFRgrWO8QDhq5afVtTf3S:c/0RAvBHUGJsZUnZFOrWO80VnvS";
const ALIKE: &str =
    "384:gW1KbrfQ42RA4HKo7k4sHUtIJyVsDGL7xnZFRgrWO8QDhq5afVtTf3S:c/0RAvBHUGJsZhnZFOrWO80VnvS";
/// Of a file half as long: its second string is alike the first one of the others.
const HALF: &str = "192:unlike:gW1KbrfQ42RA4HKo7k4sHUtIJyVsDGA7xnZFRgrWO8QDh";
const UNLIKE: &str = "12:1ZQ3wb8K36u7FgN6l+TDEW0eUWrc13vqbWLvvmyHQ2YYhtC:nXb8a2c4DEWn3Y13rL+y5JhtC";
const TLSH: &str = "T1FD0302DF72632BDE5324EB4C8EF475F704E9BA25232894E57B4E19DA182273C0E51705";
/// The same in other writing.
const TLSH_AGAIN: &str = "fd0302df72632bde5324eb4c8ef475f704e9ba25232894e57b4e19da182273c0e51705";
const TLSH_NEAR: &str = "FE03F2DF72632BDE5324EB4C8EF475F708E9BA25232894E57B4E19DA1822B3C0A51705";

fn ssdeep(n: usize, hash: &str, more: &str) -> String {
    finds(n, &format!("file:hashes.SSDEEP = '{hash}'"), more)
}

fn tlsh(n: usize, hash: &str) -> String {
    finds(n, &format!("file:hashes.'TLSH' = '{hash}'"), "")
}

async fn stocked() -> Nation {
    let nation = Nation::new().await;
    let hidden = format!(r#","object_marking_refs":["{RED}"]"#);
    let hidden_only = ALIKE.replace("gW1K", "gW2K");
    imported(
        &nation,
        &[
            ssdeep(1, ONE, ""),
            ssdeep(2, ALIKE, ""),
            ssdeep(3, ALIKE, &hidden),
            ssdeep(4, HALF, ""),
            ssdeep(5, UNLIKE, ""),
            ssdeep(6, &hidden_only, &hidden),
            ssdeep(7, "no:hash", ""),
            tlsh(11, TLSH),
            tlsh(12, TLSH_AGAIN),
            tlsh(13, TLSH_NEAR),
        ],
    )
    .await;
    nation
}

#[tokio::test(flavor = "multi_thread")]
async fn files_alike_are_told_as_far_as_they_are_seen() {
    let nation = stocked().await;
    let door = Door::of(&nation);
    let member = nation.key(&nation.member, &[KeyScope::ApiRead]).await;
    let told = async |n: usize, by: &str| -> Value {
        let path = format!("/api/v1/objects/{}/correlations", id("indicator", n));
        let told = door.get(&path, by).await;
        assert_eq!(told.status, StatusCode::OK, "{n}: {}", told.text);
        told.json()["values"][0].clone()
    };
    let one = told(1, &member).await;
    assert_eq!(
        (&one["kind"], &one["objects"]),
        (&json!("ssdeep"), &json!(0))
    );
    assert_eq!(
        one["near"],
        json!([
            { "how": "alike", "value": ALIKE, "objects": 1, "score": 99 },
            { "how": "alike", "value": HALF, "objects": 1, "score": 91 },
        ])
    );
    assert_eq!(one["near_left"], 0);
    assert_eq!(one["near_more_than_looked_at"], false);
    assert_eq!(told(2, &member).await["near"][0]["value"], ONE);
    assert_eq!(told(4, &member).await["near"].as_array().unwrap().len(), 2);
    for nothing in [5, 7] {
        assert_eq!(told(nothing, &member).await["near"], json!([]), "{nothing}");
    }
    // The hidden twin of the second is the same hash, and counts for who sees it.
    assert_eq!(told(2, &member).await["objects"], 0);
    let tlsh = told(11, &member).await;
    assert_eq!(tlsh["objects"], 1, "{tlsh}");
    let near = format!("T1{TLSH_NEAR}");
    assert_eq!(
        tlsh["near"],
        json!([{ "how": "alike", "value": near, "objects": 1, "distance": 5 }])
    );
    assert_eq!(told(13, &member).await["near"][0]["objects"], 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn files_alike_stand_on_the_page_and_are_searched_for() {
    let nation = stocked().await;
    let door = Door::of(&nation);
    let member = Browser::of(&door, &nation, &nation.member).await;
    let of = async |n: usize| {
        member
            .page(&format!("/library/objects/{}", id("indicator", n)))
            .await
    };
    let page = of(1).await;
    for said in [
        format!("似たファイル（類似度 99／100、1件）{}…", &ALIKE[..24]),
        "ssdeepの類似度が40以上".to_owned(),
        "TLSHの距離が30以下".to_owned(),
        "/search?q=alike%3A384%3AgW1K".to_owned(),
    ] {
        assert!(page.contains(&said), "{said}: {page}");
    }
    assert!(!page.contains("gW2K"), "{page}");
    // Officers meet what is hidden from the member.
    let officer = Browser::of(&door, &nation, &nation.analyst).await;
    let seen = officer
        .page(&format!("/library/objects/{}", id("indicator", 1)))
        .await;
    let two = format!("似たファイル（類似度 99／100、2件）{}…", &ALIKE[..24]);
    assert!(seen.contains(&two) && seen.contains("gW2K"), "{seen}");
    assert!(of(11).await.contains("（距離 5、1件）"));

    let key = nation.key(&nation.member, &[KeyScope::ApiRead]).await;
    let found = async |q: String| -> Vec<String> {
        let q: String = url::form_urlencoded::byte_serialize(q.as_bytes()).collect();
        let found = door.get(&format!("/api/v1/search?q={q}"), &key).await;
        assert_eq!(found.status, StatusCode::OK, "{}", found.text);
        let found = found.json();
        assert!(
            found["query"].as_str().unwrap().starts_with("alike:"),
            "{found}"
        );
        let rows = found["objects"]["rows"].as_array().unwrap().iter();
        let mut ids: Vec<String> = rows
            .map(|row| row["id"].as_str().unwrap().to_owned())
            .collect();
        ids.sort();
        ids
    };
    let ids = |numbers: &[usize]| -> Vec<String> {
        numbers.iter().map(|n| id("indicator", *n)).collect()
    };
    assert_eq!(found(format!("alike:{ONE}")).await, ids(&[1, 2, 4]));
    assert_eq!(found(format!("類似:{UNLIKE}")).await, ids(&[5]));
    assert_eq!(
        found(format!("alike:{TLSH_AGAIN}")).await,
        ids(&[11, 12, 13])
    );
}
