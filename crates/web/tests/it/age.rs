//! How fresh something is, on pages, in files for machines and for programs; and what officers look at again.

use axum::http::StatusCode;
use jiff::SignedDuration;
use kaname_directory::{KeyScope, PartyKind};
use kaname_kernel::{MatterId, Role, Tlp};
use kaname_sharing::{
    Outlet, Text,
    collection::{Access, CollectionKind, Definition},
    feedback::{Given, Sighting, SightingKind},
    item::Review,
};
use kaname_testkit::{Nation, Person};

use crate::{
    browser::{Browser, leads_to},
    house::{Answer, Door},
    story,
};

fn days(count: i64) -> SignedDuration {
    SignedDuration::from_hours(24 * count)
}

async fn says(nation: &Nation, by: &Person, item: MatterId, kind: SightingKind) {
    let given = Given {
        sighting: Some(Sighting {
            kind,
            count: None,
            first: None,
            last: None,
        }),
        ..Given::default()
    };
    let by = nation.caller(by).await;
    nation.world.give_feedback(&by, item, given).await.unwrap();
}

fn lines(answer: &Answer) -> Vec<&str> {
    let told = answer.text.lines();
    told.filter(|line| !line.starts_with(['#', ';'])).collect()
}

const OLD: &str = "203.0.113.77";
const FRESH: &str = "files-sync.test";

#[tokio::test(flavor = "multi_thread")]
async fn lists_and_rules_leave_out_what_has_aged_and_say_so() {
    let nation = Nation::new().await;
    let door = Door::of(&nation);
    let key = nation.key(&nation.member, &[KeyScope::FeedRead]).await;
    let (_, item) = story::released(&nation).await;
    let feed = async |end: &str| door.get(&format!("/feeds/library.{end}"), &key).await;
    let all = feed("txt").await;
    assert_eq!(all.header("kaname-left-out"), "aged=0, ended=0");
    assert!(!all.text.contains("aged=include"), "{}", all.text);
    let tag = all.header("etag").to_owned();
    nation.clock.advance(days(28));
    for (end, comment) in [
        ("txt", "# "),
        ("csv", "# "),
        ("suricata.rules", "# "),
        ("nft", "# "),
        ("dnsmasq.conf", "# "),
        ("sigma.yml", "# "),
        ("rpz", "; "),
    ] {
        let now = feed(end).await;
        // A zone writes addresses the other way round.
        let old = match end {
            "rpz" => "32.77.113.0.203.rpz-ip",
            _ => OLD,
        };
        assert!(!lines(&now).concat().contains(old), "{end}: {}", now.text);
        // Not every language says addresses: what a file would not hold is not left out of it.
        let holds = !matches!(end, "dnsmasq.conf");
        let told = now
            .text
            .contains(&format!("{comment}最後に確かめられてから"));
        assert_eq!(told, holds, "{end}: {}", now.text);
        let count = if holds {
            "aged=1, ended=0"
        } else {
            "aged=0, ended=0"
        };
        assert_eq!(now.header("kaname-left-out"), count, "{end}");
        if !matches!(end, "nft") {
            assert!(now.text.contains(FRESH), "{end}: {}", now.text);
        }
        let asked = feed(&format!("{end}?aged=include")).await;
        assert_eq!(asked.header("kaname-left-out"), "aged=0, ended=0", "{end}");
        assert_eq!(asked.text.contains(old), holds, "{end}: {}", asked.text);
        assert!(asked.text.contains("?aged=include"), "{end}");
    }
    let json = feed("jsonl").await;
    assert_eq!(
        (json.text.lines().count(), json.header("kaname-left-out")),
        (1, "aged=1, ended=0")
    );
    // A bundle is a bundle: its objects refer to each other and say themselves until when they hold.
    assert!(feed("json").await.text.contains(OLD));
    assert_ne!(feed("txt").await.header("etag"), tag);

    // Its own sighting brings it back to an organisation, and to no other.
    let party = nation
        .party("tetsudo", PartyKind::Operator, "鉄道", "Rail")
        .await;
    let other = nation.hire(party, "tetsudo", &[Role::Member]).await;
    let theirs = nation.key(&other, &[KeyScope::FeedRead]).await;
    let before = door.get("/feeds/library.txt", &theirs).await.text;
    says(&nation, &nation.member, item.id, SightingKind::Seen).await;
    assert!(feed("txt").await.text.contains(OLD));
    assert_eq!(door.get("/feeds/library.txt", &theirs).await.text, before);
    // An officer's word does to all.
    let analyst = nation.caller(&nation.analyst).await;
    let confirmed = nation.world.confirm_item(&analyst, item.id, "観測が続く");
    confirmed.await.unwrap();
    assert!(
        door.get("/feeds/library.txt", &theirs)
            .await
            .text
            .contains(OLD)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_ended_is_counted_and_a_peer_s_word_ages_by_its_own_date() {
    let nation = Nation::new().await;
    let door = Door::of(&nation);
    let key = nation.key(&nation.member, &[KeyScope::FeedRead]).await;
    let end = nation.world.now() + SignedDuration::from_hours(6);
    story::released_as(&nation, |draft| draft.valid_until = Some(end)).await;
    let feed = async |end: &str| door.get(&format!("/feeds/{end}"), &key).await;
    assert!(feed("library.csv").await.text.contains(OLD));
    nation.clock.advance(SignedDuration::from_hours(7));
    nation.world.sweep().await.unwrap();
    let now = feed("library.csv").await;
    assert!(!now.text.contains(OLD), "{}", now.text);
    assert_eq!(now.header("kaname-left-out"), "aged=0, ended=1");
    assert!(
        now.text.contains("有効期間が終わったため、1 件"),
        "{}",
        now.text
    );
    // Nobody asks for what is over.
    assert!(!feed("library.csv?aged=include").await.text.contains(OLD));
    nation.clock.advance(days(31));
    assert_eq!(
        feed("library.csv").await.header("kaname-left-out"),
        "aged=0, ended=0"
    );

    let admin = nation.caller(&nation.administrator).await;
    let definition = Definition {
        alias: "peer".to_owned(),
        kind: CollectionKind::Peer,
        title: Text::new("相互提供", "Peer"),
        default_tlp: Some(Tlp::Green),
        read: Access::Members,
        ..nation.library.state.definition.clone()
    };
    let peer = nation
        .world
        .open_collection(&admin, definition)
        .await
        .unwrap();
    let indicator = |n: u32, ago: i64, more: &str| {
        let at = format!("{:.3}", nation.world.now() - days(ago));
        format!(
            r#"{{"type":"indicator","spec_version":"2.1","id":"indicator--00000000-0000-4000-8000-{n:012}","created":"{at}","modified":"{at}","valid_from":"{at}","pattern":"[ipv4-addr:value = '198.51.100.{n}']","pattern_type":"stix"{more}}}"#
        )
    };
    let objects = [
        indicator(1, 5, ""),
        indicator(2, 60, ""),
        // A date ahead of its coming does not keep it.
        indicator(3, -400, ""),
    ];
    let objects: Vec<&str> = objects.iter().map(String::as_str).collect();
    let taken = nation
        .world
        .import(&admin, &peer, ("試験", true), &objects, &|_| {});
    taken.await.unwrap();
    let told = feed("peer.csv").await;
    assert!(told.text.contains("198.51.100.1,"), "{}", told.text);
    assert!(!told.text.contains("198.51.100.2,"), "{}", told.text);
    assert_eq!(told.header("kaname-left-out"), "aged=1, ended=0");
    assert!(
        feed("peer.csv?aged=include")
            .await
            .text
            .contains("198.51.100.2,")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_and_programs_say_how_fresh_an_item_is_and_why() {
    let nation = Nation::new().await;
    let door = Door::of(&nation);
    let key = nation.key(&nation.member, &[KeyScope::ApiRead]).await;
    let (_, item) = story::released(&nation).await;
    let number = item.state.number.clone();
    nation.clock.advance(days(28));
    let member = Browser::of(&door, &nation, &nation.member).await;
    let page = member.page(&format!("/library/{number}")).await;
    for said in [
        "鮮度",
        "アドレス（数週間）",
        "基準未満",
        "提供された時",
        "寿命 56 日",
    ] {
        assert!(page.contains(said), "{said}: {page}");
    }
    let list = member.page("/library").await;
    assert!(list.contains("一部が古い"), "{list}");
    assert!(member.page("/library?aged=yes").await.contains(&number));
    assert!(!member.page("/library?aged=no").await.contains(&number));
    let english = Browser::of(&door, &nation, &nation.member).await.english();
    let page = english.page(&format!("/library/{number}")).await;
    assert!(page.contains("below threshold"), "{page}");
    let one = door
        .get(&format!("/api/v1/items/{number}"), &key)
        .await
        .json();
    assert_eq!(one["freshness"]["aged"], "partly");
    assert_eq!(one["freshness"]["seen_by"], "released");
    assert_eq!(one["freshness"]["kinds"][0]["model"], "address");
    let aged = door.get("/api/v1/items?aged=yes", &key).await.json();
    assert_eq!(aged["items"][0]["number"], number.as_str());
    assert_eq!(aged["total"], serde_json::Value::Null);
    let fresh = door.get("/api/v1/items?aged=no", &key).await.json();
    assert_eq!(fresh["items"].as_array().unwrap().len(), 0);
    // The object says the same; others learn nothing of who saw it.
    let id = item
        .state
        .content
        .heads()
        .find(|(_, head)| head.type_name() == "indicator");
    let id = id.unwrap().1.id.to_string();
    let object = format!("/library/objects/{id}");
    assert!(member.page(&object).await.contains("基準を下回る時"));
    says(&nation, &nation.member, item.id, SightingKind::Seen).await;
    let own = door
        .get(&format!("/api/v1/items/{number}"), &key)
        .await
        .json();
    assert_eq!(own["freshness"]["seen_by"], "own");
    assert_eq!(own["freshness"]["aged"], "no");
    let provider = Browser::of(&door, &nation, &nation.provider).await;
    let theirs = provider.page(&format!("/library/{number}")).await;
    assert!(theirs.contains("基準未満") && theirs.contains("提供された時"));
    let officer = Browser::of(&door, &nation, &nation.analyst).await;
    let seen = officer.page(&format!("/items/{number}")).await;
    assert!(seen.contains("基準未満"), "{seen}");
}

/// Of what leaves by machines alone pages know the number, and not what kind of value ages in it.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_on_the_web_is_not_told_by_its_age() {
    let nation = Nation::new().await;
    let door = Door::of(&nation);
    let key = nation.key(&nation.member, &[KeyScope::ApiRead]).await;
    let item = story::released_as(&nation, |draft| {
        draft.outlets = [Outlet::Taxii, Outlet::Feed].into();
    });
    let number = item.await.state.number;
    nation.clock.advance(days(28));
    let member = Browser::of(&door, &nation, &nation.member).await;
    let page = member.page(&format!("/library/{number}")).await;
    assert!(!page.contains("id=\"age\""), "{page}");
    assert!(!member.page("/library").await.contains("一部が古い"));
    for aged in ["yes", "no"] {
        let list = member.page(&format!("/library?aged={aged}")).await;
        assert!(!list.contains(&number), "{aged}");
    }
    let one = door
        .get(&format!("/api/v1/items/{number}"), &key)
        .await
        .json();
    assert_eq!(one["freshness"], serde_json::Value::Null);
}

#[tokio::test(flavor = "multi_thread")]
async fn officers_find_what_waits_and_say_what_is_to_become_of_it() {
    let nation = Nation::new().await;
    let door = Door::of(&nation);
    let (_, item) = story::released(&nation).await;
    let number = item.state.number.clone();
    let analyst = Browser::of(&door, &nation, &nation.analyst).await;
    assert!(
        analyst
            .page("/reviews")
            .await
            .contains("見直しを待つ情報はありません")
    );
    nation.clock.advance(days(22));
    nation.world.sweep().await.unwrap();
    let analyst = Browser::of(&door, &nation, &nation.analyst).await;
    let releaser = Browser::of(&door, &nation, &nation.releaser).await;
    for officer in [&analyst, &releaser] {
        let now = officer.page("/").await;
        assert!(
            now.contains("見直しを待つ情報（古くなる・期限が近い）"),
            "{now}"
        );
        let queue = officer.page("/reviews").await;
        assert!(
            queue.contains(&number) && queue.contains("アドレス（数週間）"),
            "{queue}"
        );
        assert!(queue.contains("見直す"));
        // By when: its values fade in some days.
        assert!(
            queue.contains("鮮度の基準を下回るまで") && queue.contains("残り"),
            "{queue}"
        );
        assert!(queue.contains("取り下げるのは提供承認担当です"), "{queue}");
        assert!(officer.page("/desk").await.contains("href=\"/reviews\""));
    }
    let told = analyst.get("/api/v1/reviews").await.json();
    assert_eq!(
        (&told["total"], &told["reviews"][0]["number"]),
        (&1.into(), &number.as_str().into())
    );
    assert_eq!(told["reviews"][0]["suspended"], serde_json::Value::Null);
    // Auditors read it and decide nothing; members have no such page.
    let auditor = Browser::of(&door, &nation, &nation.auditor).await;
    assert!(auditor.page("/reviews").await.contains(&number));
    let refused = auditor
        .post(&format!("/items/{number}/confirm"), &[("reason", "まだ")])
        .await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    for other in [&nation.member, &nation.provider] {
        let other = Browser::of(&door, &nation, other).await;
        assert_eq!(other.get("/reviews").await.status, StatusCode::FORBIDDEN);
        assert_eq!(
            other.get("/api/v1/reviews").await.status,
            StatusCode::FORBIDDEN
        );
    }
    let page = analyst.page(&format!("/items/{number}")).await;
    assert!(page.contains("見直しを待っています"), "{page}");
    let to = |verb: &str| format!("/items/{number}/{verb}");
    let left = analyst
        .post(&to("let-end"), &[("reason", "使われていない")])
        .await;
    assert_eq!(leads_to(&left), format!("/items/{number}"));
    assert!(!analyst.page("/reviews").await.contains(&number));
    assert!(
        analyst
            .page(&format!("/items/{number}"))
            .await
            .contains("使われていない")
    );
    let again = analyst
        .post(&to("confirm"), &[("reason", "再び観測")])
        .await;
    leads_to(&again);
    let item = nation.world.load::<kaname_sharing::Item>(item.id).await;
    let item = item.unwrap().unwrap().state;
    assert_eq!(item.review, Review::Clear);
    assert_eq!(
        item.confirmed.as_ref().map(|one| one.reason.as_str()),
        Some("再び観測")
    );
    // Without a reason nothing is said.
    let empty = analyst
        .post(&format!("/items/{number}/confirm"), &[("reason", " ")])
        .await;
    leads_to(&empty);
    let page = analyst.page(&format!("/items/{number}")).await;
    assert!(page.contains("再び観測"), "{page}");
}

/// Who provided it is told on its own pages that machines do not block by it for now.
#[tokio::test(flavor = "multi_thread")]
async fn the_provider_is_told_of_a_suspension() {
    let nation = Nation::new().await;
    let door = Door::of(&nation);
    let (_, item) = story::released(&nation).await;
    let mut against = vec![nation.member.clone()];
    for code in ["tetsudo", "suido"] {
        let party = nation.party(code, PartyKind::Operator, code, code).await;
        against.push(nation.hire(party, code, &[Role::Member]).await);
    }
    let provider = Browser::of(&door, &nation, &nation.provider).await;
    assert!(!provider.page("/").await.contains("遮断用出力を停止中"));
    for by in &against {
        says(&nation, by, item.id, SightingKind::FalsePositive).await;
    }
    assert!(provider.page("/").await.contains("遮断用出力を停止中"));
    let page = provider
        .page(&format!("/items/{}", item.state.number))
        .await;
    assert!(page.contains("遮断用の出力を止めています"), "{page}");
    let analyst = Browser::of(&door, &nation, &nation.analyst).await;
    let queue = analyst.page("/reviews").await;
    assert!(queue.contains("組織から誤検知の報告"), "{queue}");
    let told = analyst.get("/api/v1/reviews").await.json();
    assert_eq!(told["reviews"][0]["suspended"]["organisations"], 3);
}
