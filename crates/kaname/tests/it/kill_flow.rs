//! The server killed without a word while people walk an item from triage to feedback by its pages:
//! each step that was answered is in effect, each is in effect once, and the walk goes on from there.

use std::{
    collections::BTreeMap,
    sync::mpsc::{Receiver, Sender, channel},
    thread,
    time::Duration,
};

use kaname_kernel::{Matter, MatterId};
use kaname_sharing::{Feedback, Item, ItemState, Report, ReportState};
use kaname_store::ListQuery;
use kaname_testkit::postgres::Postgres;
use kaname_world::{Caller, World};
use serde_json::Value;

use crate::{
    browser::{Answer, Browser, between},
    hub::{Backend, Hub},
    kill::{Part, points},
    outlets::calls,
    scene,
    serving::Server,
    sink::{PATIENCE, Sink},
};

/// Steps of the walk.
pub(crate) const STEPS: usize = 6;

/// Where one walk stands: seen from inside, with nobody else at work.
pub(crate) struct Stands {
    /// Steps in effect.
    pub(crate) steps: usize,
    pub(crate) item: Option<(MatterId, String)>,
}

/// One walk.
pub(crate) struct Walk<'h> {
    hub: &'h Hub,
    title: String,
    report: MatterId,
    number: String,
}

/// Sessions of those who walk.
pub(crate) struct Sessions {
    analyst: String,
    provider: String,
    releaser: String,
    member: String,
}

impl<'h> Walk<'h> {
    pub(crate) fn begin(hub: &'h Hub, point: usize) -> Self {
        let receipt = hub.inside(async |world| scene::submit(&world, &hub.people).await);
        Self {
            hub,
            title: format!("VPN装置への侵入 {point}"),
            report: receipt.report,
            number: receipt.number,
        }
    }

    pub(crate) fn sessions(&self) -> Sessions {
        let of = |person| self.hub.session(person);
        let people = &self.hub.people;
        Sessions {
            analyst: of(&people.analyst),
            provider: of(&people.provider),
            releaser: of(&people.releaser),
            member: of(&people.member),
        }
    }

    pub(crate) fn stands(&self) -> Stands {
        self.hub.inside(async |world| {
            let report = world.load::<Report>(self.report).await.unwrap().unwrap();
            if report.state.state == ReportState::Submitted {
                let item = None;
                return Stands { steps: 0, item };
            }
            // While it is written it is its writer's own.
            let writer = scene::caller(&world, &self.hub.people.analyst).await;
            let mut items = of_kind::<Item>(&world, &writer, None).await;
            items.retain(|(_, item)| item.content.title.ja == self.title);
            assert!(items.len() <= 1, "derived twice");
            let Some((id, item)) = items.pop() else {
                let item = None;
                return Stands { steps: 1, item };
            };
            let answers = of_kind::<Feedback>(&world, &Caller::system("test"), Some(id)).await;
            let steps = match item.state {
                ItemState::Derived => 2,
                ItemState::AwaitingConsent => 3,
                ItemState::Consented | ItemState::AwaitingRelease => 4,
                ItemState::Released if answers.is_empty() => 5,
                ItemState::Released => 6,
                other => panic!("nobody did that: {other:?}"),
            };
            let item = Some((id, item.number));
            Stands { steps, item }
        })
    }

    /// Does the steps from one on, telling each before it is asked for and after it was answered.
    /// Ends when the server is gone, or says that it cannot now.
    pub(crate) fn go_on(
        &self,
        server: &Server,
        sessions: &Sessions,
        from: &Stands,
        tell: &Sender<Told>,
    ) -> Option<()> {
        let at = |session: &str| Browser::at(server.address, session);
        let (mut analyst, mut provider) = (at(&sessions.analyst), at(&sessions.provider));
        let (mut releaser, mut member) = (at(&sessions.releaser), at(&sessions.member));
        let (report, library) = (format!("/triage/{}", self.number), self.hub.library.clone());
        let mut item = from.item.as_ref().map(|(_, number)| number.clone());
        for step in from.steps..STEPS {
            let page = |item: &Option<String>| format!("/items/{}", item.as_ref().unwrap());
            tell.send(Told::Begun(step)).ok()?;
            let answer = match step {
                0 => analyst.post(&format!("{report}/take"), &[("reason", "当直")])?,
                1 => {
                    let fields = [
                        ("kind", "indicator"),
                        ("title_ja", self.title.as_str()),
                        ("summary_ja", scene::SUMMARY),
                        ("measures_ja", "修正版へ更新"),
                        ("values", "203.0.113.77"),
                        ("tlp", "GREEN"),
                        ("pap", "GREEN"),
                        ("outlets", "web"),
                        ("outlets", "webhook"),
                        ("collections", library.as_str()),
                    ];
                    let derived = able(analyst.post(&format!("{report}/derive"), &fields))?;
                    let path = derived.location.split(['?', '#']).next().unwrap();
                    item = path.strip_prefix("/items/").map(str::to_owned);
                    assert!(item.is_some(), "not derived: {}", derived.text);
                    derived
                }
                2 => analyst.post(&format!("{}/ask", page(&item)), &[])?,
                3 => {
                    let seen = able(provider.get(&page(&item)))?.text;
                    let hash = between(&seen, "name=\"hash\" value=\"", "\"").to_owned();
                    provider.post(&format!("{}/consent", page(&item)), &[("hash", &hash)])?
                }
                4 => {
                    let seen = able(releaser.get(&page(&item)))?.text;
                    let version = between(&seen, "name=\"version\" value=\"", "\"").to_owned();
                    let fields = [("version", version.as_str())];
                    releaser.post(&format!("{}/release", page(&item)), &fields)?
                }
                _ => {
                    let path = format!("/library/{}/feedback", item.as_ref().unwrap());
                    let fields = [("sighting", "seen"), ("usefulness", "4")];
                    member.post(&path, &fields)?
                }
            };
            let answer = able(Some(answer))?;
            assert_eq!(answer.status, 303, "step {step}: {}", answer.text);
            tell.send(Told::Done(step)).ok()?;
        }
        Some(())
    }
}

/// An answer, unless it says that the house cannot now.
fn able(answer: Option<Answer>) -> Option<Answer> {
    answer.filter(|answer| answer.status < 500)
}

/// What a walk tells.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Told {
    Begun(usize),
    Done(usize),
}

/// Every matter of a kind, in a scope.
async fn of_kind<M: Matter>(
    world: &World,
    caller: &Caller,
    scope: Option<MatterId>,
) -> Vec<(MatterId, M)> {
    let everything = world.readable(caller).await.unwrap();
    let query = ListQuery {
        scope,
        limit: 1_000,
        ..ListQuery::of(M::KIND, everything)
    };
    let page = world.list::<M>(&query).await.unwrap();
    let rows = page.rows.into_iter();
    rows.map(|row| (row.id, row.state)).collect()
}

/// Walks once with a kill in the middle of a step, then to the end.
fn walk_and_kill(hub: &Hub, point: usize) -> MatterId {
    let walk = Walk::begin(hub, point);
    let (target, delay) = (point % STEPS, Duration::from_millis(point as u64 * 7 % 60));
    let sessions = walk.sessions();
    let begun = walk.stands();
    assert_eq!(begun.steps, 0);
    let mut server = Server::start(&hub.place);
    let (tell, told) = channel();
    let done = thread::scope(|scope| {
        let (walk, sessions, begun, at) = (&walk, &sessions, &begun, &server);
        let walking = scope.spawn(move || walk.go_on(at, sessions, begun, &tell));
        let done = listened_into(&told, target, delay);
        crate::serving::kill_now(at.id());
        walking.join().unwrap();
        done
    });
    server.kill();
    let done = told.iter().fold(done, answered);
    let stands = walk.stands();
    assert!(
        stands.steps >= done,
        "{done} steps were answered, {} are in effect",
        stands.steps
    );
    let verdict = hub.place.done(&["verify"]);
    assert_eq!(verdict["fault"], Value::Null, "after kill {point}");

    let sessions = walk.sessions();
    let server = Server::start(&hub.place);
    let (tell, _told) = channel();
    walk.go_on(&server, &sessions, &stands, &tell);
    assert_eq!(server.end(), 0);
    let stands = walk.stands();
    assert_eq!(stands.steps, STEPS, "the walk did not go on");
    stands.item.unwrap().0
}

/// How many steps were answered once this was told too.
pub(crate) fn answered(done: usize, told: Told) -> usize {
    match told {
        Told::Done(step) => step + 1,
        Told::Begun(_) => done,
    }
}

/// Listens until the step is begun and a while longer, into it or one after it; gives how many steps were
/// answered by then.
pub(crate) fn listened_into(told: &Receiver<Told>, step: usize, delay: Duration) -> usize {
    let mut done = 0;
    loop {
        match told.recv_timeout(PATIENCE).unwrap() {
            Told::Begun(begun) if begun == step => break,
            other => done = answered(done, other),
        }
    }
    while let Ok(other) = told.recv_timeout(delay) {
        done = answered(done, other);
    }
    done
}

/// Nothing that happens to an item once stands in its history twice.
pub(crate) fn happened_once(hub: &Hub, item: MatterId) {
    let mut kinds: BTreeMap<String, usize> = BTreeMap::new();
    let history = hub.inside(async |world| world.store().history(item).await.unwrap());
    for stored in &history {
        *kinds.entry(stored.event.header.kind.clone()).or_default() += 1;
    }
    assert!(kinds.values().all(|count| *count == 1), "{kinds:?}");
}

fn killed_in_the_middle(backend: Backend) {
    let more = "[webhooks]\nloopback = true\n[jobs]\nlease_s = 1\n";
    let hub = Hub::found(backend, more);
    let sink = Sink::open(0);
    hub.inside(async |world| scene::hooks(&world, &hub.people, &[sink.url("hook")]).await);
    let items: Vec<_> = (0..points(Part::Flow))
        .map(|point| walk_and_kill(&hub, point))
        .collect();
    let server = Server::start(&hub.place);
    let mut named = BTreeMap::new();
    while named.len() < items.len() {
        let delivery = sink.told.recv_timeout(PATIENCE).unwrap();
        *named.entry(delivery).or_insert(0) += 1;
    }
    assert_eq!(server.end(), 0);
    for item in items {
        happened_once(&hub, item);
        let deliveries = calls(&hub, item);
        assert_eq!(deliveries.len(), 1, "one delivery for one webhook");
        let id = deliveries[0].id.to_string();
        assert!(named.contains_key(&id), "the call of {id} never came");
    }
    assert_eq!(hub.place.done(&["verify"])["fault"], Value::Null);
    assert_eq!(hub.place.done(&["rebuild"])["identical"], true);
}

#[test]
fn a_server_killed_during_the_walk_keeps_each_answered_step_once() {
    killed_in_the_middle(Backend::Sqlite);
}

#[test]
fn the_same_on_postgres() {
    killed_in_the_middle(Backend::Postgres(Postgres::start()));
}
