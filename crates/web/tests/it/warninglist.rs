//! Widely used values: lists are asked by page and by API, and stand beside values wherever they are met.

use axum::http::StatusCode;
use kaname_directory::KeyScope;
use kaname_testkit::Nation;
use kaname_world::{Caller, sharing::Brought};

use crate::{
    browser::{Browser, Part, leads_to},
    house::Door,
    story,
};

fn list(entries: &str) -> String {
    format!(
        r#"{{"name":"Public name servers","description":"<b>anycast</b>","version":7,"type":"cidr",
        "matching_attributes":["ip-dst"],"list":[{entries}]}}"#
    )
}

async fn load(nation: &Nation, entries: &str) -> Brought {
    let shell = Caller::system("shell");
    let loaded = nation
        .world
        .load_warninglist(&shell, list(entries).as_bytes())
        .await;
    loaded.unwrap().1
}

#[tokio::test(flavor = "multi_thread")]
async fn a_widely_used_value_says_so_wherever_it_is_met() {
    let nation = Nation::new().await;
    let door = Door::of(&nation);
    assert_eq!(load(&nation, "\"203.0.113.0/25\"").await, Brought::New);
    assert_eq!(load(&nation, "\"203.0.113.0/25\"").await, Brought::Same);

    // Where a provider confirms, ticked all the same.
    let provider = Browser::of(&door, &nation, &nation.provider).await;
    let parts = [Part::Field(
        "technique",
        "203.0.113.9 と 198.51.100.4 へ通信した",
    )];
    let to = leads_to(&provider.upload("/submissions/new", &parts).await);
    let page = provider.page(&to).await;
    assert_eq!(
        page.matches("広く使われている値です（Public name servers）")
            .count(),
        1,
        "{page}"
    );

    // On the item of a member, and in what machines block by.
    let (_, item) = story::released(&nation).await;
    let member = Browser::of(&door, &nation, &nation.member).await;
    let page = member
        .page(&format!("/library/{}", item.state.number))
        .await;
    assert!(page.contains("広く使われている値です"), "{page}");
    let key = nation
        .key(&nation.member, &[KeyScope::FeedRead, KeyScope::ApiRead])
        .await;
    let feed = |file: &'static str| {
        let (door, key) = (&door, key.clone());
        async move { door.get(&format!("/feeds/{file}"), &key).await }
    };
    let nft = feed("library.nft").await;
    assert!(
        nft.text.contains("# 広く使われている値が 1 件ある"),
        "{}",
        nft.text
    );
    assert!(
        nft.text.contains("#   203.0.113.77: Public name servers"),
        "{}",
        nft.text
    );
    assert!(
        nft.text.contains("{ 203.0.113.77 }"),
        "it is not left out: {}",
        nft.text
    );
    let csv = feed("library.csv").await;
    assert!(
        csv.text.contains("# 広く使われている値が 1 件ある"),
        "{}",
        csv.text
    );
    let row = csv.text.lines().find(|row| row.contains(",203.0.113.77,"));
    assert!(row.is_some_and(|row| row.ends_with(",Public name servers")));

    // Other lists make another file, and none the first.
    let shell = Caller::system("shell");
    let dropped = nation
        .world
        .drop_warninglist(&shell, "public name SERVERS", "古い")
        .await;
    assert_eq!(dropped.unwrap().entries, 1);
    let after = feed("library.nft").await;
    assert!(!after.text.contains("広く使われている"), "{}", after.text);
    assert_ne!(nft.header("etag"), after.header("etag"));
    assert_eq!(load(&nation, "\"192.0.2.0/24\"").await, Brought::Changed);
    assert_eq!(feed("library.nft").await.text, after.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_lists_are_asked_by_page_and_api_and_by_nobody_else() {
    let nation = Nation::new().await;
    let door = Door::of(&nation);
    load(&nation, "\"8.8.8.8\"").await;
    let member = Browser::of(&door, &nation, &nation.member).await;
    let page = member.page("/warninglists?value=8.8.8%5B.%5D8").await;
    assert!(
        page.contains("8.8.8.8 は 1 件の一覧に載っています"),
        "{page}"
    );
    assert!(
        page.contains("&lt;b&gt;anycast") || page.contains("&#60;b&#62;anycast"),
        "{page}"
    );
    let page = member.page("/warninglists?value=9.9.9.9").await;
    assert!(page.contains("どの一覧にも載っていません"));
    let page = member.page("/warninglists?value=%3Cscript%3E").await;
    assert!(page.contains("どれとしても読めません") && !page.contains("<script>\""));

    let key = nation.key(&nation.member, &[KeyScope::ApiRead]).await;
    let told = door
        .get("/api/v1/warninglists?value=8.8.8.8", &key)
        .await
        .json();
    assert_eq!(told["lists"][0]["name"], "Public name servers");
    assert_eq!(
        door.get("/api/v1/warninglists", &key).await.json()["lists"][0]["entries"],
        1
    );
    let bad = door.get("/api/v1/warninglists?value=x", &key).await;
    assert_eq!(bad.status, StatusCode::BAD_REQUEST, "{}", bad.text);
    let other = nation.key(&nation.member, &[KeyScope::FeedRead]).await;
    let refused = door.get("/api/v1/warninglists", &other).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    let nobody = Browser::nobody(&door).get("/warninglists").await;
    assert_ne!(nobody.status, StatusCode::OK);
}

#[tokio::test(flavor = "multi_thread")]
async fn misps_clients_learn_which_values_are_widely_used() {
    let nation = Nation::new().await;
    let door = Door::of(&nation);
    let key = nation.key(&nation.member, &[KeyScope::TaxiiRead]).await;
    let check = async |body: &str| {
        let answer = door
            .post("/misp/warninglists/checkValue", &key, body.to_owned())
            .await;
        (answer.status, answer.text)
    };
    assert_eq!(
        check(r#""203.0.113.9""#).await,
        (StatusCode::OK, "[]".to_owned())
    );
    load(&nation, "\"203.0.113.0/25\"").await;
    let lists = door.get("/misp/warninglists/index", &key).await.json();
    assert_eq!(
        lists["Warninglists"][0]["Warninglist"]["name"],
        "Public name servers"
    );
    assert_eq!(
        lists["Warninglists"][0]["Warninglist"]["warninglist_entry_count"],
        "1"
    );
    let (status, told) =
        check(r#"["203.0.113.9","198.51.100.4","no value","203.0.113[.]10"]"#).await;
    assert_eq!(status, StatusCode::OK);
    let told: serde_json::Value = serde_json::from_str(&told).unwrap();
    let found: Vec<&String> = told.as_object().unwrap().keys().collect();
    assert_eq!(found, ["203.0.113.9", "203.0.113[.]10"]);
    assert_eq!(told["203.0.113.9"][0]["name"], "Public name servers");
    assert_eq!(told["203.0.113.9"][0]["id"], "1");
    for wrong in ["{", r#"{"value":"x"}"#, "[7]"] {
        assert_eq!(check(wrong).await.0, StatusCode::BAD_REQUEST, "{wrong}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_widely_used_value_says_nothing_of_what_belongs_together() {
    let nation = Nation::new().await;
    let door = Door::of(&nation);
    let (_, first) = story::released(&nation).await;
    let (_, second) = story::released(&nation).await;
    let member = Browser::of(&door, &nation, &nation.member).await;
    let path = format!("/library/{}", second.state.number);
    let before = member.page(&path).await;
    let shown = |page: &str| {
        let section = page
            .split("持っている値と、ほかの情報とのつながり")
            .nth(1)
            .unwrap();
        section.split("</section>").next().unwrap().to_owned()
    };
    assert!(shown(&before).contains("203.0.113"), "{before}");
    assert!(!shown(&before).contains("手掛かりにならない値"));
    load(&nation, "\"203.0.113.0/24\"").await;
    let after = shown(&member.page(&path).await);
    assert!(
        after.contains("広く使われていて、手掛かりにならない値（1個）"),
        "{after}"
    );
    let folded = after.split("手掛かりにならない値").nth(1).unwrap();
    assert!(
        folded.contains("0.0ビット") && folded.contains("Public name servers"),
        "{folded}"
    );
    assert_ne!(first.id, second.id);
}
