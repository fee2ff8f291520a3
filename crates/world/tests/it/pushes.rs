//! Other TAXII servers, sent to by the worker: what the party behind each may read, and nothing else.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
};

use jiff::SignedDuration;
use kaname_directory::{Party, day_of};
use kaname_kernel::{MatterId, PartyId, Tlp};
use kaname_sharing::{
    Outlet,
    delivery::DeliveryState,
    peer::{Peer, PeerDefinition, Way},
};
use kaname_testkit::Nation;
use kaname_world::WorldError;
use serde_json::{Value, json};

use crate::{
    peers::{indicator, peer, peer_collection, said, shell, turn, worker},
    story,
    taxii_sink::{Asked, Reply, TaxiiSink},
};

/// A server that keeps what is posted to it.
#[derive(Default)]
struct Kept {
    objects: Mutex<BTreeMap<String, Value>>,
    posts: Mutex<Vec<usize>>,
}

impl Kept {
    fn ids(&self) -> BTreeSet<String> {
        self.objects.lock().unwrap().keys().cloned().collect()
    }

    fn posts(&self) -> Vec<usize> {
        self.posts.lock().unwrap().clone()
    }

    /// Root and collection are told, and what is posted is kept unless `verdict` has a word on it.
    fn answer(&self, asked: &Asked, verdict: impl Fn(&[Value], usize) -> Option<Reply>) -> Reply {
        match (asked.method.as_str(), asked.path.as_str()) {
            ("GET", "/base/") => {
                Reply::of(200, json!({ "title": "r", "max_content_length": 6_000 }))
            }
            ("GET", "/base/collections/a/") => Reply::of(
                200,
                json!({ "id": "a", "can_read": true, "can_write": true }),
            ),
            ("POST", "/base/collections/a/objects/") => {
                let mut envelope: Value = serde_json::from_str(&asked.body).unwrap();
                let objects = envelope["objects"].take();
                let objects = objects.as_array().unwrap();
                self.posts.lock().unwrap().push(objects.len());
                if let Some(reply) = verdict(objects, asked.body.len()) {
                    return reply;
                }
                for object in objects {
                    let id = object["id"].as_str().unwrap().to_owned();
                    self.objects.lock().unwrap().insert(id, object.clone());
                }
                Reply::of(
                    202,
                    json!({ "id": "s1", "status": "complete", "failure_count": 0 }),
                )
            }
            _ => Reply::of(404, "{}"),
        }
    }
}

async fn open(
    verdict: impl Fn(usize, &[Value], usize) -> Option<Reply> + Send + Sync + 'static,
) -> (TaxiiSink, Arc<Kept>) {
    let kept = Arc::new(Kept::default());
    let own = Arc::clone(&kept);
    let sink = TaxiiSink::open(move |_, asked| {
        let posts = own.posts().len();
        own.answer(asked, |objects, bytes| verdict(posts, objects, bytes))
    })
    .await;
    (sink, kept)
}

async fn joined(nation: &Nation, out_of: MatterId, sink: &TaxiiSink, party: PartyId) {
    let definition = PeerDefinition {
        code: "a".to_owned(),
        url: sink.collection(),
        way: Way::Push { out_of, party },
        types: Vec::new(),
        tlp_at_most: None,
        every: Some("15m".parse().unwrap()),
    };
    let joined = nation.world.join_peer(&shell(), definition, None).await;
    joined.unwrap();
}

/// A collection with these indicators, sent to a server in the name of the member.
async fn sending(nation: &Nation, count: u32, sink: &TaxiiSink) -> MatterId {
    let collection = peer_collection(nation, "partner").await;
    add(nation, 0..count).await;
    joined(nation, collection.id, sink, nation.member.party).await;
    collection.id
}

async fn add(nation: &Nation, numbers: std::ops::Range<u32>) {
    let raw: Vec<String> = numbers.map(|n| indicator(n).to_string()).collect();
    let raw: Vec<&str> = raw.iter().map(String::as_str).collect();
    let collection = nation.world.collection(&shell(), "partner").await.unwrap();
    let caller = shell();
    let taken = nation
        .world
        .import(&caller, &collection, ("test", true), &raw, &|_| {});
    assert_eq!(taken.await.unwrap().rejected, []);
}

fn id(n: u32) -> String {
    indicator(n)["id"].as_str().unwrap().to_owned()
}

/// Turns until nothing is due.
async fn turns(nation: &Nation) -> Peer {
    let worker = worker(nation);
    for _ in 0..20 {
        if turn(nation, &worker).await == 0 {
            break;
        }
    }
    peer(nation).await
}

#[tokio::test]
async fn all_that_is_there_is_sent_once_in_envelopes_the_server_takes() {
    let nation = Nation::new().await;
    let (sink, kept) = open(|_, _, bytes| {
        (bytes > 6_000).then(|| Reply::of(413, json!({ "title": "too large" })))
    })
    .await;
    sending(&nation, 60, &sink).await;
    let after = turns(&nation).await;
    assert_eq!(
        (after.taken, after.refused, after.turns.state()),
        (60, 0, "active")
    );
    assert_eq!(kept.ids().len(), 60);
    assert!(kept.posts().len() > 2, "{:?}", kept.posts());
    assert_eq!(
        kept.posts().iter().sum::<usize>(),
        60,
        "nothing went twice, nothing was too large"
    );
    let asked = sink.asked();
    assert!(
        asked
            .iter()
            .all(|one| one.headers["accept"] == "application/taxii+json;version=2.1")
    );
    let post = asked.iter().find(|one| one.method == "POST").unwrap();
    assert_eq!(
        post.headers["content-type"],
        "application/taxii+json;version=2.1"
    );
    // What is new goes at the next turn, and only that.
    add(&nation, 60..61).await;
    nation.clock.advance(SignedDuration::from_mins(16));
    assert!(after.turns.lag_s(nation.world.now()) >= 960);
    let after = turns(&nation).await;
    assert_eq!((after.taken, kept.ids().len()), (61, 61));
    assert_eq!(kept.posts().last(), Some(&1));
    assert!(after.turns.lag_s(nation.world.now()) < 60);
}

#[tokio::test]
async fn what_the_party_may_not_read_is_never_sent() {
    let nation = Nation::new().await;
    let (sink, kept) = open(|_, _, _| None).await;
    let provider = nation.provider.party;
    let (_, open_item) = story::released(&nation).await;
    let secret = story::released_as(&nation, |draft| {
        draft.tlp = Tlp::Amber;
        draft.named.parties = [provider].into();
    })
    .await;
    joined(&nation, nation.library.id, &sink, nation.member.party).await;
    let after = turns(&nation).await;
    let ids = |item: &kaname_sharing::Item| -> BTreeSet<String> {
        let heads = item.content.heads();
        heads.map(|(_, head)| head.id.to_string()).collect()
    };
    let only_secret: BTreeSet<String> = &ids(&secret.state) - &ids(&open_item.state);
    assert!(!only_secret.is_empty());
    assert!(ids(&open_item.state).is_subset(&kept.ids()), "{after:?}");
    assert!(kept.ids().is_disjoint(&only_secret), "{:?}", kept.ids());
    // The party counts as having what its peer took.
    nation.world.write_fetched().await.unwrap();
    let duties: Vec<Box<dyn kaname_world::worker::Duty>> =
        vec![Box::new(kaname_world::outlet::FetchedDuty)];
    let marks = kaname_world::worker::Worker::new(Arc::clone(&nation.world), duties);
    marks.turn().await.unwrap();
    let officer = nation.caller(&nation.releaser).await;
    let deliveries = nation
        .world
        .deliveries(&officer, |query| query.limit = 1_000);
    let deliveries = deliveries.await.unwrap().rows;
    let by_taxii = deliveries.iter().map(|row| &row.state);
    let by_taxii: Vec<_> = by_taxii
        .filter(|one| one.outlet == Outlet::Taxii && one.party == nation.member.party)
        .map(|one| (one.item, one.state))
        .collect();
    assert_eq!(by_taxii, [(open_item.id, DeliveryState::Fetched)]);
    // And when its membership ends, nothing more goes.
    let posts = kept.posts().len();
    story::released(&nation).await;
    let admin = nation.caller(&nation.administrator).await;
    let today = day_of(nation.world.now());
    let end = |party: &Party| party.end_membership(today);
    let ended = nation
        .world
        .change_party(&admin, nation.member.party, None, end)
        .await;
    ended.unwrap();
    nation.clock.advance(SignedDuration::from_hours(48));
    let after = turns(&nation).await;
    let trouble = said(&after.turns);
    assert!(trouble.contains("may not read"), "{trouble}");
    assert_eq!(kept.posts().len(), posts);
}

#[tokio::test]
async fn what_is_withdrawn_is_revoked_at_the_peer_once() {
    let nation = Nation::new().await;
    let (sink, kept) = open(|_, _, _| None).await;
    joined(&nation, nation.library.id, &sink, nation.member.party).await;
    let (_, first) = story::released(&nation).await;
    story::released(&nation).await;
    turns(&nation).await;
    let before = kept.objects.lock().unwrap().clone();
    let releaser = nation.caller(&nation.releaser).await;
    let world = &nation.world;
    let withdrawn = world.withdraw_item(&releaser, first.id, "誤りがあった");
    withdrawn.await.unwrap();
    nation.clock.advance(SignedDuration::from_mins(16));
    let after = turns(&nation).await;
    let now = kept.objects.lock().unwrap().clone();
    let own: BTreeSet<String> = first
        .state
        .content
        .heads()
        .map(|(_, head)| head.id.to_string())
        .collect();
    let mut revoked = 0;
    for (id, object) in &now {
        if object["revoked"] == true {
            revoked += 1;
            assert!(own.contains(id), "{object}");
            assert_ne!(object["type"], "identity");
            assert!(object["modified"].as_str() > before[id]["modified"].as_str());
            assert_eq!(
                kaname_stix::head(&object.to_string())
                    .unwrap()
                    .id
                    .to_string(),
                *id
            );
        }
    }
    assert!(revoked > 0, "{after:?}");
    // Told once.
    let posts = kept.posts().len();
    nation.clock.advance(SignedDuration::from_mins(16));
    turns(&nation).await;
    assert_eq!(kept.posts().len(), posts);
}

#[tokio::test]
async fn nobody_is_sent_to_with_the_eyes_of_the_hub_or_out_of_an_intake() {
    let nation = Nation::new().await;
    let hub = nation.administrator.party;
    for (out_of, party) in [
        (nation.intake.id, nation.member.party),
        (nation.library.id, hub),
    ] {
        let definition = PeerDefinition {
            code: "a".to_owned(),
            url: "https://taxii.test/base/collections/a/".to_owned(),
            way: Way::Push { out_of, party },
            types: Vec::new(),
            tlp_at_most: None,
            every: None,
        };
        let refused = nation
            .world
            .join_peer(&shell(), definition.clone(), None)
            .await;
        assert!(
            matches!(refused, Err(WorldError::Refused { .. })),
            "{refused:?}"
        );
        let nowhere = PeerDefinition {
            url: "https://taxii.test/base/".to_owned(),
            way: Way::Push {
                out_of: nation.library.id,
                party: nation.member.party,
            },
            ..definition
        };
        let refused = nation.world.join_peer(&shell(), nowhere, None).await;
        assert!(
            matches!(refused, Err(WorldError::Refused { .. })),
            "{refused:?}"
        );
    }
}

#[tokio::test]
async fn a_post_whose_answer_never_came_is_made_again_and_counted_once() {
    let nation = Nation::new().await;
    let kept = Arc::new(Kept::default());
    let own = Arc::clone(&kept);
    let sink = TaxiiSink::open(move |_, asked| {
        let reply = own.answer(asked, |_, _| None);
        // The second and third posts are taken, and whoever made them dies before hearing of it.
        let is_unheard = asked.method == "POST" && matches!(own.posts().len(), 2 | 3);
        if is_unheard { Reply::silent() } else { reply }
    })
    .await;
    sending(&nation, 60, &sink).await;
    nation.world.queue_turns().await.unwrap();
    for posts in [2, 3] {
        let worker = worker(&nation);
        let posted = async {
            while kept.posts().len() < posts {
                tokio::task::yield_now().await;
            }
        };
        tokio::select! {
            done = worker.turn() => panic!("it ended before it was killed: {done:?}"),
            () = posted => {}
        }
        nation.clock.advance(SignedDuration::from_secs(61));
    }
    let after = turns(&nation).await;
    assert_eq!((after.taken, kept.ids().len()), (60, 60));
    let posts = kept.posts();
    assert_eq!((posts[1], posts[2]), (posts[3], posts[3]), "{posts:?}");
}

#[tokio::test]
async fn an_object_that_is_refused_is_found_named_and_passed() {
    let nation = Nation::new().await;
    let (bad, failing) = (id(7), id(20));
    let (sink, kept) = open(move |_, objects, _| {
        let has = |id: &str| objects.iter().any(|one| one["id"] == id);
        if has(&bad) {
            return Some(Reply::of(422, json!({ "title": "pattern\u{202e} \u{1b}[31mnot liked" })));
        }
        has(&failing).then(|| {
            let failure = json!({ "id": failing, "message": "not liked either" });
            let status = json!({ "id": "s2", "status": "complete", "failure_count": 1, "failures": [failure] });
            Reply::of(202, status)
        })
    })
    .await;
    sending(&nation, 30, &sink).await;
    let after = turns(&nation).await;
    assert_eq!(
        (after.taken, after.refused, after.turns.state()),
        (28, 2, "active")
    );
    let failed: Vec<_> = after
        .failed
        .iter()
        .map(|one| (one.id.clone(), one.why.to_string()))
        .collect();
    let [first, second] = [
        "the server answered 422: pattern   [31mnot liked",
        "not liked either",
    ];
    assert_eq!(
        failed,
        [(id(7), first.to_owned()), (id(20), second.to_owned())]
    );
    assert!(!kept.ids().contains(&id(7)));
}

#[tokio::test]
async fn a_server_that_refuses_everything_is_not_believed_at_once() {
    let nation = Nation::new().await;
    let is_sick = Arc::new(AtomicBool::new(true));
    let sick = Arc::clone(&is_sick);
    let (sink, kept) = open(move |_, _, _| {
        let sick = sick.load(Ordering::SeqCst);
        sick.then(|| Reply::of(422, json!({ "title": "no" })))
    })
    .await;
    sending(&nation, 30, &sink).await;
    let worker = worker(&nation);
    for _ in 0..2 {
        assert_eq!(turn(&nation, &worker).await, 1);
        let troubled = peer(&nation).await;
        assert_eq!(
            (troubled.refused, troubled.after_us),
            (0, None),
            "nothing is passed over"
        );
        assert!(said(&troubled.turns).contains("refuses everything"));
        assert_eq!(
            turn(&nation, &worker).await,
            0,
            "it is left alone for a while"
        );
        nation.clock.advance(SignedDuration::from_hours(6));
    }
    // The third time it may be the objects after all.
    assert_eq!(turn(&nation, &worker).await, 1);
    let passed = peer(&nation).await;
    assert_eq!(
        (passed.refused, passed.failed.len(), passed.turns.state()),
        (5, 5, "troubled")
    );
    is_sick.store(false, Ordering::SeqCst);
    nation.clock.advance(SignedDuration::from_hours(6));
    let after = turns(&nation).await;
    assert_eq!((after.taken, after.refused, kept.ids().len()), (25, 5, 25));
    // Somebody who looks at the list sends them again.
    let caller = shell();
    let from =
        |peer: &Peer| kaname_sharing::peer::start_peer(peer, Some(jiff::Timestamp::UNIX_EPOCH));
    let again = nation.world.change_peer(&caller, "a", from).await;
    again.unwrap();
    turns(&nation).await;
    assert_eq!(kept.ids().len(), 30);
}

#[tokio::test]
async fn a_post_that_takes_long_is_looked_after_and_not_made_again() {
    let nation = Nation::new().await;
    let kept = Arc::new(Kept::default());
    let own = Arc::clone(&kept);
    let looks = Mutex::new(0);
    let sink = TaxiiSink::open(move |_, asked| {
        if asked.path == "/base/status/s%2F1/" {
            let mut looks = looks.lock().unwrap();
            *looks += 1;
            let status = if *looks > 8 { "complete" } else { "pending" };
            return Reply::of(200, json!({ "id": "s/1", "status": status }));
        }
        let reply = own.answer(asked, |_, _| None);
        match asked.method.as_str() {
            "POST" => Reply::of(202, json!({ "id": "s/1", "status": "pending" })),
            _ => reply,
        }
    })
    .await;
    sending(&nation, 5, &sink).await;
    let worker = worker(&nation);
    turn(&nation, &worker).await;
    let waiting = peer(&nation).await;
    assert_eq!((waiting.taken, waiting.waits.is_some()), (0, true));
    let after = turns(&nation).await;
    assert_eq!(
        (after.taken, after.waits.as_ref(), after.turns.state()),
        (5, None, "active")
    );
    assert_eq!(kept.posts(), [5]);
}

#[tokio::test]
async fn trouble_with_the_server_moves_nothing() {
    let nation = Nation::new().await;
    let kept = Arc::new(Kept::default());
    let own = Arc::clone(&kept);
    let sink = TaxiiSink::open(move |before, asked| match before {
        0 => Reply::of(401, json!({ "title": "who are you" })),
        1 => Reply::of(200, "<html>"),
        3 => Reply::of(200, json!({ "can_write": false })),
        6 => Reply::of(429, json!({ "title": "later" })).with("retry-after", 30_000),
        9 => Reply::of(500, "{}"),
        12 => Reply::of(202, "taken"),
        15 => Reply::of(202, json!({ "id": "", "status": "odd" })),
        18 => Reply::of(307, "{}").with("location", "http://127.0.0.1:1/"),
        _ => own.answer(asked, |_, _| None),
    })
    .await;
    sending(&nation, 5, &sink).await;
    let worker = worker(&nation);
    for word in [
        "401: who are you",
        "API root cannot be read",
        "does not let the hub write",
        "429: later",
        "answered 500",
        "status of a post cannot be read",
        "status of a post is `odd`",
        "answered 307",
    ] {
        assert_eq!(turn(&nation, &worker).await, 1, "{word}");
        let troubled = peer(&nation).await;
        let trouble = said(&troubled.turns);
        assert!(trouble.contains(word), "{word}: {trouble}");
        assert_eq!((troubled.after_us, troubled.taken), (None, 0));
        let wait = troubled
            .turns
            .next
            .unwrap()
            .duration_since(nation.world.now());
        nation.clock.advance(wait + SignedDuration::from_secs(1));
    }
    let after = turns(&nation).await;
    assert_eq!(
        (after.taken, after.turns.state(), kept.ids().len()),
        (5, "active", 5)
    );
}

#[tokio::test]
async fn the_rules_choose_what_goes_out_and_the_large_is_named() {
    let nation = Nation::new().await;
    let (sink, kept) = open(|_, _, _| None).await;
    let collection = peer_collection(&nation, "partner").await;
    let mut clear = indicator(1);
    clear["object_marking_refs"] =
        json!(["marking-definition--94868c89-83c2-464b-929b-a1a8aa3c8487"]);
    let mut green = indicator(2);
    green["object_marking_refs"] =
        json!(["marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb"]);
    let mut large = indicator(3);
    large["description"] = json!("x".repeat(7_000));
    large["object_marking_refs"] = clear["object_marking_refs"].clone();
    // It is handled as the collection says, which is GREEN.
    let unmarked = indicator(4);
    let raw = [clear, green, large, unmarked].map(|one| one.to_string());
    let raw: Vec<&str> = raw.iter().map(String::as_str).collect();
    let caller = shell();
    let world = &nation.world;
    let taken = world.import(&caller, &collection, ("test", true), &raw, &|_| {});
    assert_eq!(taken.await.unwrap().taken, 4);
    let definition = PeerDefinition {
        code: "a".to_owned(),
        url: sink.collection(),
        way: Way::Push {
            out_of: collection.id,
            party: nation.member.party,
        },
        types: vec!["indicator".to_owned()],
        tlp_at_most: Some(Tlp::Clear),
        every: None,
    };
    world.join_peer(&caller, definition, None).await.unwrap();
    let after = turns(&nation).await;
    assert_eq!(kept.ids(), BTreeSet::from([id(1)]));
    assert_eq!((after.taken, after.refused), (1, 1));
    assert!(
        after.failed[0].why.to_string().contains("6000 bytes"),
        "{:?}",
        after.failed
    );
}
