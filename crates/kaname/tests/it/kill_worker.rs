//! The worker alone killed without a word: every delivery is made, and who gets a call twice can tell
//! by its name that it is the same.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::mpsc::RecvTimeoutError,
    time::Duration,
};

use kaname_sharing::{Outlet, delivery::DeliveryState};
use kaname_testkit::postgres::Postgres;
use serde_json::Value;

use crate::{
    hub::{Backend, Hub},
    kill::{Part, points},
    nodes::Worker,
    outlets::calls,
    scene,
    sink::{PATIENCE, Sink},
};

/// Webhooks of the member.
const HOOKS: usize = 3;

fn killed_at_work(backend: Backend) {
    let more = "[webhooks]\nloopback = true\n[jobs]\nlease_s = 1\n";
    let hub = Hub::found(backend, more);
    let sink = Sink::open(0);
    hub.inside(async |world| {
        let addresses: Vec<_> = (0..HOOKS).map(|hook| sink.url(&hook.to_string())).collect();
        scene::hooks(&world, &hub.people, &addresses).await;
    });
    let mut came: BTreeMap<String, usize> = BTreeMap::new();
    let mut items = Vec::new();
    for point in 0..points(Part::Worker) {
        let item = hub.inside(async |world| {
            let ways = [Outlet::Web, Outlet::Webhook];
            scene::released(&world, &hub.people, (&hub.library, &ways)).await
        });
        items.push(item.id);
        let worker = Worker::start(&hub.place);
        // Every second time once a call has come, else some time after it was started.
        let first = if point % 2 == 0 {
            PATIENCE
        } else {
            Duration::from_millis(100 + point as u64 * 37 % 900)
        };
        match sink.told.recv_timeout(first) {
            Ok(delivery) => *came.entry(delivery).or_default() += 1,
            Err(RecvTimeoutError::Timeout) => {}
            Err(error) => panic!("{error}"),
        }
        let pause = Duration::from_millis(point as u64 * 3 % 20);
        if let Ok(delivery) = sink.told.recv_timeout(pause) {
            *came.entry(delivery).or_default() += 1;
        }
        worker.kill();
        let verdict = hub.place.done(&["verify"]);
        assert_eq!(verdict["fault"], Value::Null, "after kill {point}");
    }
    let worker = Worker::start(&hub.place);
    let all = items.len() * HOOKS;
    let undone = |hub: &Hub| {
        let all = items.iter().flat_map(|item| calls(hub, *item));
        all.filter(|one| one.state != DeliveryState::Sent).count()
    };
    while came.len() < all {
        let delivery = sink.told.recv_timeout(PATIENCE).unwrap();
        *came.entry(delivery).or_default() += 1;
    }
    // The last call has come; that it was made is written down in a moment, or in the next turn of
    // whoever takes the job over.
    let mut turns = 0;
    while undone(&hub) > 0 {
        turns += 1;
        assert!(turns < 200, "{} deliveries are not done", undone(&hub));
        if let Ok(delivery) = sink.told.recv_timeout(Duration::from_millis(200)) {
            *came.entry(delivery).or_default() += 1;
        }
    }
    assert_eq!(worker.end(), 0);
    let made: BTreeSet<_> = items
        .iter()
        .flat_map(|item| calls(&hub, *item))
        .map(|one| one.id.to_string())
        .collect();
    let named: BTreeSet<_> = came.keys().cloned().collect();
    assert_eq!(
        made.len(),
        all,
        "each webhook has one delivery of each item"
    );
    assert_eq!(made, named, "each was called, and nothing else");
    let again: usize = came.values().map(|count| count - 1).sum();
    let kills = items.len();
    assert!(
        again <= kills * HOOKS,
        "{again} calls came again after {kills} kills"
    );
    assert_eq!(hub.place.done(&["verify"])["fault"], Value::Null);
    assert_eq!(hub.place.done(&["rebuild"])["identical"], true);
}

#[test]
fn a_killed_worker_makes_every_delivery_under_one_name() {
    killed_at_work(Backend::Sqlite);
}

#[test]
fn the_same_on_postgres() {
    killed_at_work(Backend::Postgres(Postgres::start()));
}
