//! What leaves by which way, from the running program.

use kaname_directory::KeyScope;
use kaname_kernel::MatterId;
use kaname_sharing::{Delivery, Outlet, delivery::DeliveryState};
use kaname_store::ListQuery;
use kaname_world::Caller;

use crate::{
    hub::{Backend, Hub},
    nodes::Worker,
    scene,
    serving::Server,
    sink::{PATIENCE, Sink},
};

/// Deliveries of an item by webhook.
pub(crate) fn calls(hub: &Hub, item: MatterId) -> Vec<Delivery> {
    hub.inside(async |world| {
        let everything = world.readable(&Caller::system("test")).await.unwrap();
        let query = ListQuery {
            scope: Some(item),
            limit: 1_000,
            ..ListQuery::of("delivery", everything)
        };
        let page = world.store().list(&query).await.unwrap();
        let all = page.rows.into_iter();
        let all = all.map(|row| serde_json::from_value::<Delivery>(row.record.body).unwrap());
        all.filter(|one| one.outlet == Outlet::Webhook).collect()
    })
}

#[test]
fn what_may_leave_by_feed_alone_stands_in_the_feed_and_not_in_taxii() {
    let hub = Hub::found(Backend::Sqlite, "");
    let key = hub.inside(async |world| {
        let place = (hub.library.as_str(), &[Outlet::Feed][..]);
        scene::released(&world, &hub.people, place).await;
        let scopes = [KeyScope::FeedRead, KeyScope::TaxiiRead].into();
        let shell = Caller::system("shell");
        let label = "test".parse().unwrap();
        let party = hub.people.member.party;
        let issued = world.issue_key(&shell, party, label, scopes, None).await;
        issued.unwrap().1
    });
    let server = Server::start(&hub.place);
    let ask = |path: &str, kind: &str| {
        server.say(&format!(
            "GET {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\naccept: {kind}\r\n\
             authorization: Bearer {key}\r\n\r\n"
        ))
    };
    for form in ["txt", "csv", "jsonl", "json"] {
        let feed = ask(&format!("/feeds/library.{form}"), "*/*");
        assert!(feed.starts_with("HTTP/1.1 200"), "{feed}");
        assert!(feed.contains("203.0.113.77"), "{form}: {feed}");
    }
    let path = format!("/taxii2/api/collections/{}/objects/", hub.library);
    let objects = ask(&path, "application/taxii+json;version=2.1");
    assert!(objects.starts_with("HTTP/1.1 200"), "{objects}");
    assert!(!objects.contains("203.0.113.77"), "{objects}");
}

#[test]
fn each_webhook_of_a_party_has_a_delivery_of_its_own() {
    let hub = Hub::found(Backend::Sqlite, "[webhooks]\nloopback = true\n");
    let (good, gone) = (Sink::open(0), Sink::refusing());
    let item = hub.inside(async |world| {
        let addresses = [good.url("one"), gone.url("two"), good.url("three")];
        scene::hooks(&world, &hub.people, &addresses).await;
        let ways = [Outlet::Webhook];
        let place = (hub.library.as_str(), &ways[..]);
        scene::released(&world, &hub.people, place).await
    });
    let worker = Worker::start(&hub.place);
    let told: Vec<String> = [&good, &good, &gone]
        .map(|sink| sink.told.recv_timeout(PATIENCE).unwrap())
        .into();
    assert_eq!(worker.end(), 0);
    let deliveries = calls(&hub, item.id);
    let mut states: Vec<_> = deliveries.iter().map(|one| one.state).collect();
    states.sort();
    let (sent, failed) = (DeliveryState::Sent, DeliveryState::Failed);
    assert_eq!(states, [failed, sent, sent], "one failure stands for one");
    let mut ids: Vec<_> = deliveries.iter().map(|one| one.id.to_string()).collect();
    let mut named = told;
    ids.sort();
    named.sort();
    assert_eq!(ids, named, "each call names its own delivery");
}
