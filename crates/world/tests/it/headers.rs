//! What may be read from the ledger's headers alone: never which report an item came from.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};
use kaname_kernel::Header;
use kaname_sharing::{ReportState, report::Closing};
use kaname_testkit::Nation;
use kaname_world::sharing::settle::{SILENT, SPREAD};

use crate::story;

async fn headers(nation: &Nation) -> Vec<Header> {
    let events = nation.world.store().events(0, 1_000).await.unwrap();
    events.into_iter().map(|one| one.event.header).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn headers_alone_do_not_join_a_report_and_its_item() {
    let nation = Nation::new().await;
    let world = &nation.world;
    let analyst = nation.caller(&nation.analyst).await;
    let mut derived: Vec<(kaname_kernel::MatterId, Timestamp)> = Vec::new();
    for _ in 0..8 {
        let report = story::submit(&nation).await.report;
        let before = headers(&nation).await.len();
        story::derive(&nation, report).await;
        let written = headers(&nation).await.split_off(before);
        // Of the report: that it was taken, before. Of the item: all that deriving wrote.
        let kinds: Vec<(&str, &str)> = written
            .iter()
            .map(|header| (header.matter_kind.as_str(), header.kind.as_str()))
            .collect();
        let last_of_report = kinds.iter().rposition(|(matter, _)| *matter != "item");
        let first_of_item = kinds.iter().position(|(matter, _)| *matter == "item");
        assert!(last_of_report < first_of_item, "{kinds:?}");
        assert!(!kinds.contains(&("report", "settled")), "{kinds:?}");
        derived.push((report, world.now()));
        // For its provider and its analyst it is derived at once; for the others nothing has happened.
        let shown = |caller| async move { world.report(&caller, report).await.unwrap() };
        let own = shown(nation.caller(&nation.provider).await).await;
        let by_analyst = shown(analyst.clone()).await;
        let by_other = shown(nation.caller(&nation.releaser).await).await;
        assert_eq!(own.report.state.state, ReportState::Derived);
        assert_eq!(by_analyst.report.state.state, ReportState::Derived);
        assert_eq!(by_other.report.state.state, ReportState::InTriage);
        nation.clock.advance(SignedDuration::from_mins(1));
    }
    assert_eq!(world.settle_reports().await.unwrap(), 0, "silent at first");
    let settled_from = headers(&nation).await.len();
    let end = world.now() + SILENT + SPREAD;
    while world.now() < end {
        nation.clock.advance(SignedDuration::from_mins(1));
        world.settle_reports().await.unwrap();
    }
    let settled = headers(&nation).await.split_off(settled_from);
    assert!(settled.iter().all(|header| header.matter_kind == "report"));
    let when: BTreeMap<_, _> = settled
        .iter()
        .map(|header| (header.matter, header.recorded))
        .collect();
    assert_eq!(when.len(), derived.len(), "nothing is lost");
    let minutes = |(report, at): &(kaname_kernel::MatterId, Timestamp)| {
        when[report].duration_since(*at).as_mins()
    };
    let later: BTreeSet<i64> = derived.iter().map(minutes).collect();
    assert!(later.first().unwrap() >= &(SILENT.as_mins() - 1));
    assert!(
        later.len() > 4 && later.last().unwrap() - later.first().unwrap() > 60,
        "the times say nothing: {later:?}"
    );
    // One word whether triage ended with an item or without.
    let closed = story::submit(&nation).await.report;
    world.take_report(&analyst, closed, "当直").await.unwrap();
    let why = Closing::NotActionable {
        reason: "公開済み".to_owned(),
    };
    world.close_report(&analyst, closed, why).await.unwrap();
    let last = headers(&nation).await.pop().unwrap();
    assert_eq!((last.matter, last.kind.as_str()), (closed, "settled"));
    assert!(settled.iter().all(|header| header.kind == last.kind));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_settled_report_is_rebuilt_the_same() {
    let nation = Nation::new().await;
    let world = &nation.world;
    let receipt = story::submit(&nation).await;
    let item = story::derive(&nation, receipt.report).await;
    nation.clock.advance(SILENT + SPREAD);
    assert_eq!(world.settle_reports().await.unwrap(), 1);
    assert_eq!(world.settle_reports().await.unwrap(), 0, "once");
    let releaser = nation.caller(&nation.releaser).await;
    let shown = world.report(&releaser, receipt.report).await.unwrap();
    assert_eq!(shown.report.state.state, ReportState::Derived);
    let before = world.store().records_digest().await.unwrap();
    world.rebuild(&|_| {}).await.unwrap();
    assert_eq!(world.store().records_digest().await.unwrap(), before);
    let provider = nation.caller(&nation.provider).await;
    let own = world.report(&provider, receipt.report).await.unwrap();
    assert_eq!(own.items, [item.id]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_item_of_another_report_is_not_found_under_this_one() {
    let nation = Nation::new().await;
    let world = &nation.world;
    let first = story::submit(&nation).await.report;
    let second = story::submit(&nation).await.report;
    let of_second = story::derive(&nation, second).await;
    let provider = nation.caller(&nation.provider).await;
    let items = |report| {
        let provider = provider.clone();
        async move { world.report(&provider, report).await.unwrap().items }
    };
    assert!(items(first).await.is_empty());
    assert_eq!(items(second).await, [of_second.id]);
    // A second item from one report stands beside the first.
    let of_first = [
        story::derive(&nation, first).await.id,
        story::derive_open(&nation, first, |_| {}).await.id,
    ];
    assert_eq!(items(first).await, of_first);
}
