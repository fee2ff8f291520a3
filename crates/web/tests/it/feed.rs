//! Feeds: stable addresses, ETags of exactly what a reader gets, block lists without what must not be
//! blocked.

use axum::{
    body::Body,
    http::{StatusCode, header},
};
use jiff::SignedDuration;
use kaname_directory::KeyScope::{FeedRead, TaxiiRead};
use kaname_kernel::{Pap, Tlp};
use kaname_sharing::{
    Outlet, Text,
    collection::{Access, CollectionKind, Definition, redefine_collection},
    feedback::{Given, Sighting, SightingKind},
};
use kaname_testkit::Nation;
use kaname_world::sharing::ItemDraft;

use crate::{
    house::{Answer, Door, get},
    story,
};

struct Setting {
    nation: Nation,
    door: Door,
    /// Key of a member that reads feeds.
    key: String,
}

async fn setting() -> Setting {
    let nation = Nation::new().await;
    let door = Door::of(&nation);
    let key = nation.key(&nation.member, &[FeedRead]).await;
    Setting { nation, door, key }
}

impl Setting {
    fn address(&self, end: &str) -> String {
        format!(
            "/feeds/{}.{end}",
            self.nation.library.state.definition.alias
        )
    }

    async fn feed(&self, end: &str) -> Answer {
        self.door.get(&self.address(end), &self.key).await
    }

    /// Walks the flow with a draft changed.
    async fn released(&self, change: impl FnOnce(&mut ItemDraft)) -> kaname_kernel::MatterId {
        story::released_as(&self.nation, change).await.id
    }
}

fn values(answer: &Answer) -> Vec<&str> {
    answer
        .text
        .lines()
        .filter(|line| !line.starts_with('#'))
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn four_forms_of_the_same_collection() {
    let s = setting().await;
    s.released(|_| {}).await;
    let text = s.feed("txt").await;
    assert_eq!(text.status, StatusCode::OK, "{}", text.text);
    let mut found = values(&text);
    found.sort_unstable();
    assert_eq!(found, ["203.0.113.77", "files-sync.test"]);
    assert!(
        text.text.contains("TLP:GREEN"),
        "the heading names the marking"
    );
    assert_eq!(text.header("kaname-tlp"), "TLP:GREEN");
    let csv = s.feed("csv").await;
    assert_eq!(csv.header("content-type"), "text/csv; charset=utf-8");
    let rows = values(&csv);
    assert!(rows[0].starts_with("item,kind,value_kind,value,tlp,pap,"));
    assert_eq!(rows.len(), 3);
    assert!(
        rows[1..]
            .iter()
            .all(|row| row.contains(",TLP:GREEN,PAP:GREEN,"))
    );
    assert!(rows[1..].iter().all(|row| row.contains(",yes,indicator--")));
    assert!(csv.text.contains("VPN装置への侵入"));
    let lines = s.feed("jsonl").await;
    assert_eq!(lines.text.lines().count(), 2);
    for line in lines.text.lines() {
        let line: serde_json::Value = serde_json::from_str(line).unwrap();
        assert_eq!(line["blocking"], true);
    }
    let bundle = s.feed("json").await.json();
    assert_eq!(bundle["type"], "bundle");
    assert!(bundle["objects"].as_array().unwrap().len() >= 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_collection_as_rules_and_lists_of_tools() {
    let s = setting().await;
    let empty = s.feed("rpz").await;
    assert!(empty.text.contains("@ IN SOA "), "{}", empty.text);
    s.released(|_| {}).await;
    for (end, comment, rule) in [
        (
            "suricata.rules",
            "# ",
            "dns.query; dotprefix; content:\".files-sync.test\"; nocase; endswith;",
        ),
        (
            "snort.rules",
            "# ",
            "content:\"|0a|files-sync|04|test|00|\", nocase;",
        ),
        ("sigma.yml", "# ", "      - \"files-sync.test\"\n"),
        ("yar", "// ", "= \"files-sync.test\" ascii wide nocase\n"),
        (
            "rpz",
            "; ",
            "*.files-sync.test CNAME .\n32.77.113.0.203.rpz-ip CNAME .\n",
        ),
        ("hosts", "# ", "0.0.0.0 files-sync.test\n"),
        ("dnsmasq.conf", "# ", "address=/files-sync.test/\n"),
        ("squid.acl", "# ", "\n.files-sync.test\n"),
        (
            "nft",
            "# ",
            "add element inet kaname addresses4 { 203.0.113.77 }\n",
        ),
        ("ipset", "# ", "add kaname4 203.0.113.77 -exist\n"),
    ] {
        let feed = s.feed(end).await;
        assert_eq!(feed.status, StatusCode::OK, "{end}: {}", feed.text);
        assert!(feed.text.starts_with(comment), "{end}: {}", feed.text);
        assert!(feed.text.contains("TLP:GREEN"), "{end}: {}", feed.text);
        let sorted = |text: &str| {
            let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
            lines.sort();
            lines
        };
        let (all, wanted) = (sorted(&feed.text), sorted(rule.trim_start_matches('\n')));
        let is_there = |line: &String| all.iter().any(|own| own.contains(line.as_str()));
        assert!(wanted.iter().all(is_there), "{end}: {}", feed.text);
        // The same lines are the same file, its zone's serial included.
        assert_eq!(s.feed(end).await.header("etag"), feed.header("etag"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn rules_may_look_for_what_lists_may_not_block() {
    let s = setting().await;
    s.released(|draft| draft.pap = Pap::Amber).await;
    assert!(
        s.feed("suricata.rules")
            .await
            .text
            .contains("files-sync.test")
    );
    for end in ["rpz", "hosts", "dnsmasq.conf", "squid.acl", "nft", "ipset"] {
        let feed = s.feed(end).await;
        assert!(
            !feed.text.contains("files-sync") && !feed.text.contains("203.0.113"),
            "{end}: {}",
            feed.text
        );
        assert_eq!(feed.header("kaname-lines"), "0");
    }
    let strict = setting().await;
    strict.released(|draft| draft.pap = Pap::Red).await;
    for end in ["suricata.rules", "snort.rules", "sigma.yml", "yar", "nft"] {
        assert_eq!(strict.feed(end).await.header("kaname-lines"), "0", "{end}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_etag_stands_for_what_this_reader_gets() {
    let s = setting().await;
    let empty = s.feed("txt").await;
    assert_eq!(values(&empty), [""; 0]);
    let item = s.released(|_| {}).await;
    for end in ["csv", "txt", "jsonl", "json"] {
        let first = s.feed(end).await;
        let tag = first.header("etag").to_owned();
        assert!(tag.starts_with('"') && tag.ends_with('"'), "{tag}");
        assert_ne!(tag, empty.header("etag"));
        // Time alone changes nothing.
        s.nation.clock.advance(SignedDuration::from_mins(3));
        let request = get(&s.address(end), &s.key).header(header::IF_NONE_MATCH, &tag);
        let held = s.door.send(request.body(Body::empty()).unwrap()).await;
        assert_eq!(held.status, StatusCode::NOT_MODIFIED, "{end}");
        assert!(held.text.is_empty());
        assert_eq!(held.header("etag"), tag);
        assert_eq!(s.feed(end).await.text, first.text, "{end}");
    }
    let before = s.feed("csv").await.header("etag").to_owned();
    let releaser = s.nation.caller(&s.nation.releaser).await;
    s.nation
        .world
        .withdraw_item(&releaser, item, "誤りがあったため")
        .await
        .unwrap();
    let request = get(&s.address("csv"), &s.key).header(header::IF_NONE_MATCH, &before);
    let changed = s.door.send(request.body(Body::empty()).unwrap()).await;
    assert_eq!(changed.status, StatusCode::OK);
    assert_ne!(changed.header("etag"), before);
}

#[tokio::test(flavor = "multi_thread")]
async fn block_lists_leave_out_what_must_not_be_blocked() {
    let s = setting().await;
    // PAP AMBER: to be looked for, not to be blocked.
    s.released(|draft| draft.pap = Pap::Amber).await;
    assert_eq!(values(&s.feed("txt").await), [""; 0]);
    let csv = s.feed("csv").await;
    assert!(
        values(&csv)[1..]
            .iter()
            .all(|row| row.contains(",no,indicator--"))
    );
    assert!(s.feed("jsonl").await.text.contains("203.0.113.77"));
}

#[tokio::test(flavor = "multi_thread")]
async fn values_leave_when_their_validity_ends() {
    let s = setting().await;
    let now = s.nation.world.now();
    let end = now + SignedDuration::from_hours(6);
    s.released(|draft| draft.valid_until = Some(end)).await;
    let before = s.feed("txt").await;
    assert_eq!(values(&before).len(), 2);
    assert!(
        before.text.contains("+09:00"),
        "the heading names when the first ends"
    );
    // Before any job has swept it away.
    s.nation.clock.advance(SignedDuration::from_hours(7));
    for form in ["txt", "csv", "jsonl", "json"] {
        assert!(!s.feed(form).await.text.contains("203.0.113.77"), "{form}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn three_organisations_suspend_and_an_officer_decides() {
    let s = setting().await;
    let item = s.released(|draft| draft.tlp = Tlp::Clear).await;
    let nation = &s.nation;
    let given = Given {
        sighting: Some(Sighting {
            kind: SightingKind::FalsePositive,
            count: None,
            first: None,
            last: None,
        }),
        usefulness: None,
        comment: String::new(),
        may_name: false,
    };
    for number in 1..=3 {
        assert_eq!(
            values(&s.feed("txt").await).len(),
            2,
            "still there before the third"
        );
        let code = format!("fp-{number}");
        let kind = kaname_directory::PartyKind::Operator;
        let party = nation
            .party(&code, kind, &format!("第{number}社"), &code)
            .await;
        let person = nation
            .hire(party, &code, &[kaname_kernel::Role::Member])
            .await;
        let caller = nation.caller(&person).await;
        nation
            .world
            .give_feedback(&caller, item, given.clone())
            .await
            .unwrap();
    }
    assert_eq!(values(&s.feed("txt").await), [""; 0]);
    assert!(
        s.feed("jsonl").await.text.contains("203.0.113.77"),
        "only blocking is suspended"
    );
    let officer = nation.caller(&nation.releaser).await;
    nation
        .world
        .decide_blocking(&officer, item, true, "確認の結果、正しい")
        .await
        .unwrap();
    assert_eq!(values(&s.feed("txt").await).len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn consent_covers_the_ways_out() {
    let s = setting().await;
    s.released(|draft| draft.outlets = [Outlet::Web].into())
        .await;
    for form in ["txt", "csv", "jsonl", "json"] {
        assert!(!s.feed(form).await.text.contains("203.0.113.77"), "{form}");
    }
    let taxii = s.nation.key(&s.nation.member, &[TaxiiRead]).await;
    let path = format!("/taxii2/api/collections/{}/objects/", s.nation.library.id);
    let answer = s.door.taxii(&path, &taxii).await;
    assert!(!answer.text.contains("203.0.113.77"), "{}", answer.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn feeds_are_for_those_who_may_read_them() {
    let s = setting().await;
    s.released(|_| {}).await;
    let other_scope = s.nation.key(&s.nation.member, &[TaxiiRead]).await;
    assert_eq!(
        s.door.get(&s.address("csv"), &other_scope).await.status,
        StatusCode::FORBIDDEN
    );
    let outside = s.nation.key(&s.nation.outsider, &[FeedRead]).await;
    let shut = s.door.get(&s.address("csv"), &outside).await;
    assert!(!shut.text.contains("203.0.113.77"));
    assert!(matches!(
        shut.status,
        StatusCode::FORBIDDEN | StatusCode::NOT_FOUND
    ));
    for missing in [
        "/feeds/nothing.csv",
        "/feeds/nothing",
        "/feeds/..csv",
        &s.address("exe"),
    ] {
        assert_eq!(
            s.door.get(missing, &s.key).await.status,
            StatusCode::NOT_FOUND,
            "{missing}"
        );
    }
    let intake = format!("/feeds/{}.csv", s.nation.intake.state.definition.alias);
    assert_ne!(s.door.get(&intake, &s.key).await.status, StatusCode::OK);
}

async fn held(door: &Door, address: &str, key: &str, tag: &str) -> Answer {
    let request = get(address, key).header(header::IF_NONE_MATCH, tag);
    door.send(request.body(Body::empty()).unwrap()).await
}

#[tokio::test(flavor = "multi_thread")]
async fn who_holds_a_feed_is_told_so_without_reading_it() {
    let (nation, store) = Nation::counted().await;
    let door = Door::of(&nation);
    let key = nation.key(&nation.member, &[FeedRead]).await;
    story::released_as(&nation, |_| {}).await;
    let alias = &nation.library.state.definition.alias;
    for end in ["csv", "txt", "jsonl", "json"] {
        let address = format!("/feeds/{alias}.{end}");
        let first = door.get(&address, &key).await;
        let tag = first.header("etag").to_owned();
        assert!(first.text.contains("203.0.113.77"), "{end}");
        store.taken();
        let again = held(&door, &address, &key, &tag).await;
        let asked = store.taken();
        assert_eq!(again.status, StatusCode::NOT_MODIFIED, "{end}");
        assert_eq!(again.header("kaname-lines"), first.header("kaname-lines"));
        for reading in ["objects", "object_bytes", "list"] {
            assert!(!asked.contains_key(reading), "{end}: {asked:?}");
        }
        // Who does not hold it gets the same bytes in one reading.
        let full = door.get(&address, &key).await;
        assert_eq!(store.taken()["objects"], 1, "{end}");
        assert_eq!(
            (&full.text, full.header("etag")),
            (&first.text, tag.as_str())
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_happens_unseen_does_not_have_a_feed_read() {
    let (nation, store) = Nation::counted().await;
    let door = Door::of(&nation);
    let key = nation.key(&nation.member, &[FeedRead]).await;
    story::released_as(&nation, |_| {}).await;
    let alias = &nation.library.state.definition.alias;
    let address = format!("/feeds/{alias}.csv");
    let tag = door.get(&address, &key).await.header("etag").to_owned();
    let fetched = async || {
        store.taken();
        let answer = held(&door, &address, &key, &tag).await;
        assert_eq!(answer.status, StatusCode::NOT_MODIFIED);
        let asked = store.taken();
        let reads = ["objects", "object_bytes"].map(|read| asked.contains_key(read));
        // Which warninglists there are is asked once the ledger grew.
        reads.contains(&true) || asked.get("list").is_some_and(|times| *times > 1)
    };
    assert!(!fetched().await, "held");
    let draft = story::submit(&nation).await;
    story::derive(&nation, draft.report).await;
    assert!(!fetched().await, "a report and a draft");
    let others = [nation.provider.party].into();
    let theirs = story::released_as(&nation, |draft| {
        draft.tlp = Tlp::AmberStrict;
        draft.named.parties = others;
    });
    let theirs = theirs.await.id;
    assert!(!fetched().await, "a release to others");
    let releaser = nation.caller(&nation.releaser).await;
    let gone = nation
        .world
        .withdraw_item(&releaser, theirs, "取り下げ")
        .await;
    gone.unwrap();
    assert!(!fetched().await, "a withdrawal from others");
    story::released_as(&nation, |_| {}).await;
    store.taken();
    let new = held(&door, &address, &key, &tag).await;
    assert_eq!(new.status, StatusCode::OK);
    assert!(store.taken().contains_key("objects"), "a release");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_reader_may_not_know_of_does_not_show_in_the_etag() {
    let s = setting().await;
    s.released(|_| {}).await;
    let first = s.feed("csv").await;
    let tag = first.header("etag").to_owned();
    // Released into the same collection, for others.
    let others = [s.nation.provider.party].into();
    s.released(|draft| {
        draft.tlp = Tlp::AmberStrict;
        draft.named.parties = others;
    })
    .await;
    let provider = s.nation.key(&s.nation.provider, &[FeedRead]).await;
    let theirs = s.door.get(&s.address("csv"), &provider).await;
    assert_ne!(theirs.header("etag"), tag, "the provider sees more");
    let again = held(&s.door, &s.address("csv"), &s.key, &tag).await;
    assert_eq!(again.status, StatusCode::NOT_MODIFIED);
    assert_eq!(again.header("etag"), tag);
    assert_eq!(again.header("kaname-lines"), first.header("kaname-lines"));
    assert_eq!(s.feed("csv").await.text, first.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_ends_by_time_alone_is_not_held_any_longer() {
    let s = setting().await;
    let end = s.nation.world.now() + SignedDuration::from_hours(6);
    s.released(|draft| draft.valid_until = Some(end)).await;
    for form in ["txt", "csv", "jsonl", "json"] {
        let tag = s.feed(form).await.header("etag").to_owned();
        let again = held(&s.door, &s.address(form), &s.key, &tag).await;
        assert_eq!(again.status, StatusCode::NOT_MODIFIED, "{form}");
    }
    let tags: Vec<String> = {
        let mut tags = Vec::new();
        for form in ["txt", "csv", "jsonl", "json"] {
            tags.push(s.feed(form).await.header("etag").to_owned());
        }
        tags
    };
    s.nation.clock.advance(SignedDuration::from_hours(7));
    for (form, tag) in ["txt", "csv", "jsonl", "json"].iter().zip(tags) {
        let ended = held(&s.door, &s.address(form), &s.key, &tag).await;
        assert_eq!(ended.status, StatusCode::OK, "{form}");
        assert!(!ended.text.contains("203.0.113.77"), "{form}");
    }
}

/// An indicator of a peer's, of one value.
fn indicator(n: u32, more: &str) -> String {
    format!(
        r#"{{"type":"indicator","spec_version":"2.1","id":"indicator--00000000-0000-4000-8000-{n:012}","created":"2026-01-01T00:00:00.000Z","modified":"2026-01-01T00:00:00.000Z","pattern":"[domain-name:value = 'v{n}.test']","pattern_type":"stix",{more}}}"#
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn a_peers_values_are_blocked_only_where_somebody_answers_for_them() {
    let s = setting().await;
    let admin = s.nation.caller(&s.nation.administrator).await;
    let definition = Definition {
        alias: "peer".to_owned(),
        kind: CollectionKind::Peer,
        title: Text::new("相互提供", "Peer"),
        default_tlp: Some(Tlp::Green),
        read: Access::Members,
        ..s.nation.library.state.definition.clone()
    };
    let world = &s.nation.world;
    let peer = world.open_collection(&admin, definition).await.unwrap();
    let marked = |pap| {
        let mark = kaname_sharing::marking::pap_marking_id(pap).unwrap();
        format!(r#""valid_from":"2026-01-01T00:00:00Z","object_marking_refs":["{mark}"]"#)
    };
    let objects = [
        indicator(1, r#""valid_from":"2026-01-01T00:00:00Z""#),
        indicator(2, &marked(Pap::Red)),
        indicator(3, &marked(Pap::Clear)),
        indicator(4, r#""valid_from":"2199-01-01T00:00:00Z""#),
        indicator(5, r#""valid_from":"whenever""#),
    ];
    let objects: Vec<&str> = objects.iter().map(String::as_str).collect();
    let taken = world.import(&admin, &peer, ("試験", true), &objects, &|_| {});
    assert!(taken.await.unwrap().taken >= 4);
    // However old they are by the clock of this machine.
    let of = |end: &str| format!("/feeds/peer.{end}?aged=include");
    let feed = async |end: &str| s.door.get(&of(end), &s.key).await;

    let before = feed("txt").await;
    assert_eq!(values(&before), Vec::<&str>::new(), "{}", before.text);
    let table = feed("csv").await;
    let rows = values(&table);
    assert_eq!(rows.len(), 4, "{}", table.text);
    assert!(rows[1..].iter().all(|row| row.contains(",no,indicator--")));
    assert!(table.text.contains(",v2.test,,PAP:RED,"), "{}", table.text);

    let changed = world.change_collection(&admin, peer.id, |collection| {
        let definition = Definition {
            default_pap: Some(Pap::Green),
            ..collection.definition.clone()
        };
        redefine_collection(collection, definition)
    });
    changed.await.unwrap();
    let tag = before.header("etag").to_owned();
    let again = get(&of("txt"), &s.key).header(header::IF_NONE_MATCH, tag);
    let after = s.door.send(again.body(Body::empty()).unwrap()).await;
    assert_eq!(after.status, StatusCode::OK, "it says something else now");
    let mut blocked = values(&after);
    blocked.sort_unstable();
    assert_eq!(blocked, ["v1.test", "v3.test"]);
    assert!(feed("csv").await.text.contains(",v1.test,,PAP:GREEN,"));
}
