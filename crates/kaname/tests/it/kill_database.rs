//! PostgreSQL killed with SIGKILL while people walk an item from triage to feedback: the whole server, or one
//! of the processes that serve the hub, at many points. The hub stays up. What was answered is in effect,
//! once, and the walk goes on.

use std::{sync::mpsc::channel, thread, time::Duration};

use kaname_testkit::postgres::Postgres;
use serde_json::Value;

use crate::{
    hub::{Backend, Hub},
    kill::{Part, points},
    kill_flow::{STEPS, Walk, answered, happened_once, listened_into},
    serving::Server,
};

/// Walks that go on after a kill until all steps are in effect; each may meet connections that died.
const TRIES: usize = 20;

fn walk_and_kill(hub: &Hub, server: &Server, point: usize) {
    let database = hub.postgres().unwrap();
    let walk = Walk::begin(hub, point);
    let (target, delay) = (point % STEPS, Duration::from_millis(point as u64 * 11 % 70));
    let sessions = walk.sessions();
    let begun = walk.stands();
    let (tell, told) = channel();
    let done = thread::scope(|scope| {
        let (walk, sessions, begun) = (&walk, &sessions, &begun);
        let walking = scope.spawn(move || walk.go_on(server, sessions, begun, &tell));
        let done = listened_into(&told, target, delay);
        if point.is_multiple_of(2) {
            database.kill_and_restart();
        } else {
            assert!(database.kill_backend(point) > 0, "nobody served");
        }
        walking.join().unwrap();
        done
    });
    let done = told.iter().fold(done, answered);
    database.await_recovery();
    let mut stands = walk.stands();
    assert!(
        stands.steps >= done,
        "{done} steps were answered, {} are in effect after kill {point}",
        stands.steps
    );
    for _ in 0..TRIES {
        if stands.steps == STEPS {
            break;
        }
        let (tell, _told) = channel();
        walk.go_on(server, &sessions, &stands, &tell);
        stands = walk.stands();
    }
    assert_eq!(
        stands.steps, STEPS,
        "the walk did not go on after kill {point}"
    );
    happened_once(hub, stands.item.unwrap().0);
    let verdict = hub.place.done(&["verify"]);
    assert_eq!(verdict["fault"], Value::Null, "after kill {point}");
}

#[test]
fn a_database_killed_during_the_walk_keeps_each_answered_step_once() {
    let hub = Hub::found(Backend::Postgres(Postgres::start()), "");
    let server = Server::start(&hub.place);
    for point in 0..points(Part::Database) {
        walk_and_kill(&hub, &server, point);
    }
    assert_eq!(server.end(), 0);
    assert_eq!(hub.place.done(&["rebuild"])["identical"], true);
}
