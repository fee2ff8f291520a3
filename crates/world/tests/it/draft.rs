//! What is being written from a report is for who writes it: it may still name the provider.

use kaname_kernel::{MatterId, Role};
use kaname_sharing::{Item, ManifestHash};
use kaname_testkit::{Nation, Person};
use kaname_world::{Caller, Loaded, WorldError};

use crate::story;

/// Officers who have no part in the item, of every role.
async fn bystanders(nation: &Nation) -> Vec<Person> {
    let hub = nation.administrator.party;
    let other = nation.hire(hub, "bunseki-2", &[Role::Analyst]).await;
    let three = [&nation.releaser, &nation.auditor, &nation.administrator];
    three.into_iter().cloned().chain([other]).collect()
}

/// Whether the caller notices that there is such an item: by its page, by its number, in a list, in a
/// count, by its values, in what the ledger says of it.
async fn notices(nation: &Nation, caller: &Caller, item: &Loaded<Item>) -> bool {
    let world = &nation.world;
    let seen = world.see::<Item>(caller, item.id).await;
    let found = world.item_of(caller, &item.state.number).await;
    let nobody = WorldError::NotFound("item").to_string();
    for tried in [&seen, &found] {
        if let Err(error) = tried {
            assert_eq!(error.to_string(), nobody, "as for what is not there");
        }
    }
    let listed = match world.desk_items(caller, |_| {}).await {
        Ok(list) => {
            let there = list.rows.iter().any(|row| row.id == item.id);
            assert_eq!(u32::from(there), list.total, "the count says the same");
            there
        }
        Err(WorldError::Denied(_)) => seen.is_ok(),
        Err(error) => panic!("{error}"),
    };
    let searched = world
        .desk_items(caller, |query| query.search = Some("みなと電力".to_owned()))
        .await;
    let searched = searched.is_ok_and(|list| list.total > 0);
    let readable = world.readable(caller).await.unwrap();
    let values = item.state.content.postings();
    let carrying = world.store().carrying("item", &values, &readable).await;
    let carried = !carrying.unwrap().is_empty();
    let said = [seen.is_ok(), found.is_ok(), listed, carried];
    assert!(said.iter().all(|one| *one == said[0]), "{said:?}");
    assert!(said[0] || !searched);
    said[0]
}

async fn noticed_by(nation: &Nation, people: &[Person], item: MatterId) -> Vec<bool> {
    let item = nation.world.load::<Item>(item).await.unwrap().unwrap();
    let mut all = Vec::new();
    for person in people {
        let caller = nation.caller(person).await;
        all.push(notices(nation, &caller, &item).await);
    }
    all
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_but_its_writers_notices_a_draft() {
    let nation = Nation::new().await;
    let world = &nation.world;
    let people = bystanders(&nation).await;
    let (no, yes) = (vec![false; people.len()], vec![true; people.len()]);
    let receipt = story::submit(&nation).await;
    let item = story::derive_as(&nation, receipt.report, |draft| {
        draft.summary.ja = "みなと電力の装置が狙われた".to_owned();
    });
    let item = item.await;
    assert!(item.state.open_traces() > 0);
    assert_eq!(noticed_by(&nation, &people, item.id).await, no);
    let analyst = nation.caller(&nation.analyst).await;
    let writer = [nation.analyst.clone()];
    assert_eq!(noticed_by(&nation, &writer, item.id).await, [true]);
    let provider = nation.caller(&nation.provider).await;
    world.see::<Item>(&provider, item.id).await.unwrap();
    // Once the clues are gone and the provider is asked, officers see it as before.
    let mut clean = story::draft_of(&nation, item.state.content.clone());
    clean.summary.ja = "ある事業者の装置が狙われた".to_owned();
    let revised = world.revise_item(&analyst, item.id, None, clean).await;
    assert_eq!(revised.unwrap().state.open_traces(), 0);
    assert_eq!(noticed_by(&nation, &people, item.id).await, no);
    let asked = world.ask_consent(&analyst, item.id, None).await.unwrap();
    assert_eq!(noticed_by(&nation, &people, item.id).await, yes);
    // What it said before is nowhere: not in its state, not in what the ledger shows.
    let auditor = nation.caller(&nation.auditor).await;
    let body = serde_json::to_string(&asked.state).unwrap();
    assert!(!body.contains("みなと電力"), "{body}");
    for one in world.written(&auditor, None, 200).await.unwrap() {
        let said = one.event.map(|event| event.data.to_string());
        let draft = one
            .header
            .as_ref()
            .is_some_and(|header| header.matter == item.id)
            && said.is_some_and(|said| said.contains("狙われ"));
        assert!(!draft, "{:?}", one.header);
    }
    // Other words of the provider's are looked through by the writers first.
    let hash: ManifestHash = asked.state.asked.as_ref().unwrap().hash;
    let mut own_words = story::draft_of(&nation, asked.state.content.clone());
    own_words.summary.ja = "みなと電力で起きた".to_owned();
    let proposed = world.propose(&provider, item.id, hash, own_words, "直してください");
    proposed.await.unwrap();
    assert_eq!(noticed_by(&nation, &people, item.id).await, no);
    let declined = world.decline_proposal(&analyst, item.id, "名前は出せません");
    declined.await.unwrap();
    assert_eq!(noticed_by(&nation, &people, item.id).await, yes);
    world.refuse(&provider, item.id, "").await.unwrap();
    assert_eq!(noticed_by(&nation, &people, item.id).await, no);
    let before = world.store().records_digest().await.unwrap();
    world.rebuild(&|_| {}).await.unwrap();
    assert_eq!(world.store().records_digest().await.unwrap(), before);
    // Counts without names stay whole.
    let funnel = world.funnel(&nation.caller(&nation.releaser).await).await;
    let funnel = funnel.unwrap();
    assert_eq!((funnel.received, funnel.derived), (1, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn who_takes_the_report_goes_on_with_the_draft() {
    let nation = Nation::new().await;
    let world = &nation.world;
    let receipt = story::submit(&nation).await;
    let item = story::derive(&nation, receipt.report).await;
    let number = item.state.number.clone();
    let hub = nation.administrator.party;
    let hired = nation.hire(hub, "bunseki-2", &[Role::Analyst]).await;
    let second = nation.caller(&hired).await;
    // Not before the report is theirs and open, and only what came from it.
    let early = world.take_over_item(&second, receipt.report, &number).await;
    assert!(
        matches!(early, Err(WorldError::Refused { .. })),
        "{early:?}"
    );
    let taken = world.take_report(&second, receipt.report, "前任が休みのため");
    taken.await.unwrap();
    let view = world.report(&second, receipt.report).await.unwrap();
    assert!(view.items.is_empty());
    assert_eq!(view.others.len(), 1);
    assert_eq!(view.others[0].state.number, number);
    assert_eq!(
        view.report.state.state.as_str(),
        "in_triage",
        "it still waits for its analyst"
    );
    assert!(world.see::<Item>(&second, item.id).await.is_err());
    let elsewhere = story::submit(&nation).await.report;
    let elsewhere = story::derive(&nation, elsewhere).await.state.number;
    let wrong = world.take_over_item(&second, receipt.report, &elsewhere);
    assert!(matches!(wrong.await, Err(WorldError::NotFound("item"))));

    let report_before = world.report(&second, receipt.report).await.unwrap();
    let item_before = world.store().history(item.id).await.unwrap().len();
    let over = world.take_over_item(&second, receipt.report, &number).await;
    assert!(over.unwrap().state.derivers.contains(&hired.account));
    // One event on the item, none on the report, under a word that says nothing.
    let history = world.store().history(item.id).await.unwrap();
    assert_eq!(history.len(), item_before + 1);
    let last = &history.last().unwrap().event.header;
    assert_eq!(last.kind, "revised");
    let report_after = world.report(&second, receipt.report).await.unwrap();
    assert_eq!(report_after.report.version, report_before.report.version);
    assert_eq!(report_after.items, [item.id]);
    assert!(report_after.others.is_empty());
    assert_eq!(report_after.report.state.state.as_str(), "derived");

    let mut draft = story::draft_of(&nation, item.state.content.clone());
    draft.summary.ja = "引き継いで直した".to_owned();
    let revised = world.revise_item(&second, item.id, None, draft).await;
    assert_eq!(revised.unwrap().state.derivers.len(), 2);
    // Who wrote before still finds it; nobody takes over what is out of the writers' hands.
    let first = nation.caller(&nation.analyst).await;
    world.see::<Item>(&first, item.id).await.unwrap();
    let twice = world.take_over_item(&second, receipt.report, &number).await;
    assert!(
        matches!(twice, Err(WorldError::Refused { .. })),
        "{twice:?}"
    );
}
