//! The provider stays sealed: from releasing officers, members, events, projections, other tables.

use kaname_testkit::Nation;
use kaname_world::WorldError;

use crate::story;

#[tokio::test(flavor = "multi_thread")]
async fn only_the_assigned_analyst_and_the_provider_read_the_sealed_part() {
    let nation = Nation::new().await;
    let receipt = story::submit(&nation).await;
    let world = &nation.world;
    let analyst = nation.caller(&nation.analyst).await;
    let before = world.report(&analyst, receipt.report).await.unwrap();
    assert!(before.content.is_none(), "shut until taken with a reason");
    assert!(
        world
            .take_report(&analyst, receipt.report, "  ")
            .await
            .is_err()
    );
    world
        .take_report(&analyst, receipt.report, "当直")
        .await
        .unwrap();
    let open = world.report(&analyst, receipt.report).await.unwrap();
    assert!(open.content.unwrap().title.contains("みなと電力"));
    assert!(open.harm.is_some());
    for officer in [&nation.releaser, &nation.administrator, &nation.auditor] {
        let officer = nation.caller(officer).await;
        let view = world.report(&officer, receipt.report).await.unwrap();
        assert!(view.content.is_none() && view.items.is_empty());
    }
    let provider = nation.caller(&nation.provider).await;
    let own = world.report(&provider, receipt.report).await.unwrap();
    assert!(own.own && own.content.is_some());
    assert_eq!(
        own.report.state.openings.len(),
        1,
        "the provider sees who opened it"
    );
    let member = nation.caller(&nation.member).await;
    let hidden = world.report(&member, receipt.report).await;
    assert!(matches!(hidden, Err(WorldError::NotFound("report"))));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_opening_ends_with_the_shift() {
    let nation = Nation::new().await;
    let receipt = story::submit(&nation).await;
    let analyst = nation.caller(&nation.analyst).await;
    let world = &nation.world;
    world
        .take_report(&analyst, receipt.report, "当直")
        .await
        .unwrap();
    nation.clock.advance(jiff::SignedDuration::from_hours(9));
    let shut = world.report(&analyst, receipt.report).await.unwrap();
    assert!(shut.content.is_none());
    world
        .reopen_report(&analyst, receipt.report, "続き")
        .await
        .unwrap();
    let open = world.report(&analyst, receipt.report).await.unwrap();
    assert!(open.content.is_some());
    assert_eq!(open.report.state.openings.len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn no_projection_event_or_database_byte_names_the_provider_with_the_report() {
    let nation = Nation::new().await;
    let (receipt, item) = story::released(&nation).await;
    let world = &nation.world;
    let party = nation.provider.party.to_string();
    let account = nation.provider.account.to_string();
    for matter in [receipt.report, item.id] {
        let record = world.store().record(matter).await.unwrap().unwrap();
        let body = record.record.body.to_string();
        for stored in world.store().history(matter).await.unwrap() {
            let event = stored.event.open(&world.keys().master).unwrap();
            let text = format!("{:?} {}", event.actor, event.data);
            assert!(!text.contains(&party) && !text.contains(&account), "{text}");
            assert!(!text.contains("みなと電力"));
        }
        assert!(!body.contains(&party) && !body.contains(&account));
        assert!(!body.contains("みなと電力"));
    }
    // Neither does the report lead to the item or back.
    let report = world.store().record(receipt.report).await.unwrap().unwrap();
    assert!(
        !report
            .record
            .body
            .to_string()
            .contains(&item.id.to_string())
    );
    let item_record = world.store().record(item.id).await.unwrap().unwrap();
    assert!(
        !item_record
            .record
            .body
            .to_string()
            .contains(&receipt.report.to_string())
    );
    assert_ne!(report.record.owner, item_record.record.owner);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_copy_of_the_database_says_neither_what_a_report_holds_nor_who_was_there() {
    let nation = Nation::new().await;
    let (receipt, item) = story::released(&nation).await;
    let world = &nation.world;
    let kept = world.store().record(receipt.report).await.unwrap().unwrap();
    let body = kept.record.body.to_string();
    let shared = item.state.content.postings();
    assert!(!shared.is_empty() && !kept.record.postings.is_empty());
    for posting in &shared {
        assert!(!body.contains(&posting.value), "{posting:?}");
        let standing = kept.record.postings.iter();
        assert!(standing.clone().all(|one| one.value != posting.value));
    }
    assert!(!body.contains("handle") && !body.contains(&receipt.number));
    // The same values in two reports are found all the same.
    let again = story::submit(&nation).await;
    let analyst = nation.caller(&nation.analyst).await;
    let take = world.take_report(&analyst, again.report, "当直");
    take.await.unwrap();
    let view = world.report(&analyst, again.report).await.unwrap();
    assert!(view.similar.iter().any(|one| one.report == receipt.report));
    assert!(
        view.similar
            .iter()
            .all(|one| one.shared.iter().all(|posting| posting.value.len() < 64))
    );

    let session = world.start_session(nation.provider.account, true, "Firefox (192.0.2.7)");
    let session = session.await.unwrap();
    let rows = world.store().kv_list("session", "", world.now()).await;
    let rows = rows.unwrap();
    assert!(!rows.is_empty());
    let account = nation.provider.account.uuid().simple().to_string();
    for (key, value) in rows {
        let row = format!("{key} {value}");
        assert!(!row.contains(&account) && !row.contains("Firefox"), "{row}");
    }
    let provider = nation.caller(&nation.provider).await;
    let listed = world.sessions(&provider).await.unwrap();
    assert!(listed.iter().any(|one| one.label.starts_with("Firefox")));
    assert!(world.resume(&session.token).await.is_ok());
}
