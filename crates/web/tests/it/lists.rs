//! Lists that go on: every row is on exactly one page, the pages hang together by plain links, and the
//! count is that of the whole list.

use std::collections::BTreeSet;

use axum::http::StatusCode;
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use kaname_directory::{Asked, KeyScope, Line, Paragraph};
use kaname_intake::Kind;
use kaname_sharing::{
    Item, Text, Value,
    collection::{Access, CollectionKind, Definition},
};
use kaname_testkit::Nation;

use crate::{
    browser::{Browser, between},
    house::Door,
    story,
};

/// Follows the links of a list to its end: how many pages it has, and where its rows lead.
async fn followed(browser: &Browser<'_>, path: &str, rows: &str) -> (usize, BTreeSet<String>) {
    let mut found = BTreeSet::new();
    let mut path = path.to_owned();
    for page in 1.. {
        let text = browser.page(&path).await;
        let before = found.len();
        let links = text.split("href=\"").skip(1);
        let links = links.filter_map(|rest| rest.split('"').next());
        let links: BTreeSet<String> = links
            .filter(|link| link.starts_with(rows) && !link.contains('#'))
            .map(str::to_owned)
            .collect();
        let fresh = links.len();
        found.extend(links);
        assert_eq!(found.len(), before + fresh, "a row stands on two pages");
        assert_eq!(page > 1, text.contains("rel=\"prev\""), "{path}");
        if !text.contains("rel=\"next\"") {
            return (page, found);
        }
        path = between(&text, "rel=\"next\" href=\"", "\"").replace("&#38;", "&");
    }
    unreachable!("pages are counted without end")
}

#[tokio::test(flavor = "multi_thread")]
async fn reports_go_on_to_the_last_for_who_sent_them_and_for_who_triages() {
    const REPORTS: usize = 205;
    let nation = Nation::new().await;
    let door = Door::of(&nation);
    let provider = nation.caller(&nation.provider).await;
    for number in 0..REPORTS {
        let mut report = story::report();
        report.title = format!("報告 {number}");
        report.values = vec![Value {
            kind: Kind::Domain,
            value: format!("host-{number}.test"),
        }];
        nation.world.submit(&provider, report, None).await.unwrap();
    }
    let sender = Browser::of(&door, &nation, &nation.provider).await;
    let (pages, own) = followed(&sender, "/submissions", "/submissions/R-").await;
    assert_eq!((pages, own.len()), (5, REPORTS));
    assert!(sender.page("/submissions").await.contains("205"));
    let analyst = Browser::of(&door, &nation, &nation.analyst).await;
    let (pages, waiting) = followed(&analyst, "/triage", "/triage/R-").await;
    assert_eq!((pages, waiting.len()), (2, REPORTS));
    // What the address of another tab carries begins that tab, and a cursor that does not read begins
    // the list.
    let begun = analyst.page("/triage?tab=new&after=nonsense").await;
    assert!(begun.contains("rel=\"next\"") && !begun.contains("/triage/R-\""));
}

#[tokio::test(flavor = "multi_thread")]
async fn requests_go_on_to_the_last() {
    const REQUESTS: usize = 53;
    let nation = Nation::new().await;
    let door = Door::of(&nation);
    let officer = nation.caller(&nation.analyst).await;
    for number in 0..REQUESTS {
        let asked = Asked {
            to: nation.provider.party,
            subject: Line::parse("subject", &format!("要請 {number}")).unwrap(),
            body: Paragraph::parse("body", "記録をお送りください。").unwrap(),
            basis: Line::parse("basis", "サイバーセキュリティ基本法第17条第3項").unwrap(),
            deadline: nation.world.now() + jiff::SignedDuration::from_hours(48),
            about: None,
        };
        nation.world.ask_cooperation(&officer, asked).await.unwrap();
    }
    let analyst = Browser::of(&door, &nation, &nation.analyst).await;
    let (pages, found) = followed(&analyst, "/requests", "/requests/").await;
    assert_eq!((pages, found.len()), (2, REQUESTS));
    let closed = followed(&analyst, "/requests?tab=closed", "/requests/").await;
    assert_eq!((closed.0, closed.1.len()), (1, 0));
    let steward = Browser::of(&door, &nation, &nation.provider).await;
    let own = followed(&steward, "/requests", "/requests/").await;
    assert_eq!((own.0, own.1.len()), (2, REQUESTS));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_directory_goes_on_to_the_last() {
    let nation = Nation::new().await;
    let door = Door::of(&nation);
    for number in 0..60 {
        let code = format!("party-{number}");
        let kind = kaname_directory::PartyKind::Operator;
        nation.party(&code, kind, &code, &code).await;
    }
    let browser = Browser::of(&door, &nation, &nation.analyst).await;
    let (pages, found) = followed(&browser, "/directory", "/directory/party-").await;
    assert_eq!((pages, found.len()), (2, 60));
}

/// Every part of a text that reads as base64url, decoded.
fn decoded(text: &str) -> Vec<Vec<u8>> {
    let word = |c: char| !c.is_ascii_alphanumeric() && c != '-' && c != '_';
    let words = text.split(word).filter(|word| word.len() > 20);
    words
        .filter_map(|word| URL_SAFE_NO_PAD.decode(word).ok())
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_place_in_the_library_is_its_readers_own_and_tells_no_id() {
    let nation = Nation::new().await;
    let door = Door::of(&nation);
    let mut ids = Vec::new();
    for _ in 0..3 {
        ids.push(story::released(&nation).await.1.id);
    }
    let scopes = [KeyScope::ApiRead];
    let key = nation.key(&nation.member, &scopes).await;
    let first = door.get("/api/v1/items?limit=1", &key).await;
    let next = first.json()["next"].as_str().unwrap().to_owned();
    let second = door.get(&next, &key).await;
    assert_eq!(second.json()["items"].as_array().unwrap().len(), 1);
    let told = decoded(&next).concat();
    for id in &ids {
        assert!(!next.contains(&id.to_string()), "{next}");
        // The first 48 bits of the id are the moment of derivation.
        let moment = &id.bytes()[..6];
        assert!(!told.windows(6).any(|part| part == moment), "{next}");
    }
    // Another reader, another filter, another list: nothing. Another length of page: the same place.
    let stranger = nation.key(&nation.provider, &scopes).await;
    assert_eq!(
        door.get(&next, &stranger).await.status,
        StatusCode::BAD_REQUEST
    );
    let after = next.split_once("after=").unwrap().1;
    let after = after.split('&').next().unwrap();
    for changed in [
        format!("/api/v1/items?tlp=green&after={after}"),
        format!("/api/v1/items?state=withdrawn&after={after}"),
        "/api/v1/items?after=1763900000000000.0193".to_owned(),
    ] {
        let answer = door.get(&changed, &key).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{changed}");
    }
    let longer = door.get(&next.replace("limit=1", "limit=7"), &key).await;
    assert_eq!(longer.json()["items"].as_array().unwrap().len(), 2);
    // A page begins at the beginning instead.
    let member = Browser::of(&door, &nation, &nation.member).await;
    let page = member.page(&format!("/library?after={after}")).await;
    for id in ids {
        let item = nation.world.load::<Item>(id).await.unwrap().unwrap();
        assert!(page.contains(&item.state.number));
    }
}

/// A peer's collection with so many objects in it.
async fn peer_with(nation: &Nation, objects: usize) {
    let admin = nation.caller(&nation.administrator).await;
    let definition = Definition {
        alias: "peer".to_owned(),
        title: Text::new("相互提供", "Peer"),
        description: Text::default(),
        kind: CollectionKind::Peer,
        default_tlp: Some(kaname_kernel::Tlp::Green),
        default_pap: None,
        read: Access::Members,
        write: Access::Nobody,
        taxii: Default::default(),
    };
    let peer = nation.world.open_collection(&admin, definition);
    let peer = peer.await.unwrap();
    let object = |n: usize| {
        format!(
            r#"{{"type":"malware","spec_version":"2.1","id":"malware--00000000-0000-4000-8000-{n:012}","created":"2026-01-01T00:00:00.000Z","modified":"2026-01-01T00:00:00.000Z","name":"m-{n}","is_family":false}}"#
        )
    };
    let objects: Vec<String> = (0..objects).map(object).collect();
    let objects: Vec<&str> = objects.iter().map(String::as_str).collect();
    nation
        .world
        .import(&admin, &peer, ("試験", false), &objects, &|_| {})
        .await
        .unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_place_among_objects_is_its_readers_own_and_tells_no_moment() {
    let nation = Nation::new().await;
    let door = Door::of(&nation);
    peer_with(&nation, 120).await;
    let member = Browser::of(&door, &nation, &nation.member).await;
    let list = "/library/objects?type=malware";
    let (pages, found) = followed(&member, list, "/library/objects/malware--").await;
    assert_eq!((pages, found.len()), (3, 120));
    let first = member.page(list).await;
    let next = between(&first, "rel=\"next\" href=\"", "\"").replace("&#38;", "&");
    let caller = nation.caller(&nation.member).await;
    let stored = nation
        .world
        .objects(&caller, |filter| filter.limit = 200)
        .await
        .unwrap();
    let told = decoded(&next).concat();
    for object in stored.objects {
        assert!(!next.contains(&object.added_us.to_string()), "{next}");
        let moment = object.added_us.to_be_bytes();
        assert!(!told.windows(8).any(|part| part == moment), "{next}");
    }
    // To another reader, with other filters, and as a moment in the clear it is the beginning.
    let second = member.page(&next).await;
    assert!(second.contains("rel=\"prev\"") && second != first);
    let row = |page: &str| {
        let rows = page.split_once("class=\"rows\"").unwrap().1;
        between(rows, "href=\"/library/objects/", "\"").to_owned()
    };
    assert_ne!(row(&second), row(&first));
    let after = next.split_once("after=").unwrap().1;
    let other = Browser::of(&door, &nation, &nation.provider).await;
    assert_eq!(row(&other.page(&next).await), row(&first));
    let filtered = format!("{list}&q=m&after={after}");
    let unfiltered = member.page(&format!("{list}&q=m")).await;
    assert_eq!(row(&member.page(&filtered).await), row(&unfiltered));
    let moment = nation.world.now().as_microsecond() - 1;
    let clear = format!("{list}&after={moment}");
    assert_eq!(row(&member.page(&clear).await), row(&first));
}
