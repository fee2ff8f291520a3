//! Lists that go on: every row is on exactly one page, the pages hang together by plain links, and the
//! count is that of the whole list.

use std::collections::BTreeSet;

use kaname_directory::{Asked, Line, Paragraph};
use kaname_intake::Kind;
use kaname_sharing::Value;
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
