//! MISP feeds and servers as sources: what changed comes event by event, and a reading that was cut off goes on there.

use std::{collections::BTreeSet, sync::Arc};

use jiff::SignedDuration;
use kaname_directory::Name2;
use kaname_misp::{Limits, events, feed};
use kaname_sharing::source::{FormKind, SourceTerms, why};
use kaname_store::ObjectFilter;
use kaname_testkit::{Nation, Person};
use kaname_world::{WorldError, verify::verify};
use serde_json::{Value, json};

use crate::{
    peers::{ids, shell},
    sources::{joined, source, terms, turn, worker},
    taxii_sink::{Asked, Reply, TaxiiSink},
};

pub(crate) fn uuid(n: u32) -> String {
    format!("0b6a1f0e-5a53-4c6e-9d3a-{n:012}")
}

pub(crate) fn event(n: u32, changed: u32) -> Value {
    json!({ "Event": {
        "uuid": uuid(n), "info": format!("event {n}"), "date": "2026-05-01",
        "timestamp": (1_777_600_000 + changed).to_string(), "published": n.is_multiple_of(2),
        "Orgc": { "name": "Centre", "uuid": "0b6a1f0e-5a53-4c6e-9d3a-2f6e6b7c8d99" },
        "Tag": [{ "name": "tlp:green" }],
        "Attribute": [{ "uuid": uuid(1_000 * (changed + 1) + n), "type": "ip-dst", "value": format!("203.0.113.{n}"),
            "to_ids": true, "timestamp": (1_777_600_000 + changed).to_string() }],
    } })
}

/// The manifest of these events, as this program writes it.
pub(crate) fn manifest(all: &[Value]) -> String {
    let texts: Vec<String> = all.iter().map(ToString::to_string).collect();
    let entries: Vec<feed::Entry> = texts
        .iter()
        .map(|text| {
            let read = events(text.as_bytes(), &Limits::default()).unwrap();
            feed::Entry::of(read[0].as_ref().unwrap())
        })
        .collect();
    String::from_utf8(feed::write_manifest(&entries)).unwrap()
}

/// The file of an event that is asked for.
pub(crate) fn file(asked: &Asked, all: &[Value]) -> Reply {
    let one = all.iter().find(|one| {
        let uuid = one["Event"]["uuid"].as_str().unwrap();
        asked.path.contains(uuid)
    });
    one.map_or_else(|| Reply::of(404, ""), |one| Reply::of(200, one))
}

pub(crate) fn feed_terms(sink: &TaxiiSink, kind: FormKind) -> SourceTerms {
    terms(Some(format!("http://{}/feed", sink.address)), kind)
}

pub(crate) fn files(asked: &[Asked]) -> usize {
    let files = asked
        .iter()
        .filter(|one| !one.path.ends_with("manifest.json"));
    files.count()
}

#[tokio::test]
async fn only_events_that_changed_are_fetched() {
    let nation = Nation::new().await;
    let first: Vec<Value> = (0..4).map(|n| event(n, 0)).collect();
    let mut later = first.clone();
    later[1] = event(1, 5);
    later.push(event(7, 3));
    let sink = TaxiiSink::open(move |before, asked| {
        // The manifest is asked for at first, again, and once more when it has changed.
        let now = if before < 6 { &first } else { &later };
        match asked.path.ends_with("/feed/manifest.json") {
            true => Reply::of(200, manifest(now)),
            false => file(asked, now),
        }
    })
    .await;
    joined(&nation, feed_terms(&sink, FormKind::MispFeed)).await;
    let worker = worker(&nation);
    assert_eq!(turn(&nation, &worker).await, 1);
    let well = source(&nation).await;
    assert_eq!(
        (well.listed, well.refused, well.turns.state()),
        (4, 0, "active"),
        "{well:?}"
    );
    assert_eq!(files(&sink.asked()), 4);
    let kept = ids(&nation, "public").await;
    assert!(kept.contains(&format!("report--{}", uuid(2))), "{kept:?}");
    assert!(kept.contains(&format!("grouping--{}", uuid(1))), "{kept:?}");
    nation.clock.advance(SignedDuration::from_hours(2));
    turn(&nation, &worker).await;
    assert_eq!(files(&sink.asked()), 4, "the list is as it was");
    assert_eq!(source(&nation).await.history[0].unchanged, 1);
    nation.clock.advance(SignedDuration::from_hours(2));
    turn(&nation, &worker).await;
    assert_eq!(
        files(&sink.asked()),
        6,
        "one that changed and one that is new"
    );
    assert_eq!(source(&nation).await.listed, 5);
}

#[tokio::test]
async fn a_feed_cut_off_anywhere_leads_to_the_same_set() {
    let whole = Nation::new().await;
    let all: Vec<Value> = (0..5).map(|n| event(n, n)).collect();
    let served = all.clone();
    let sink = TaxiiSink::open(
        move |_, asked| match asked.path.ends_with("manifest.json") {
            true => Reply::of(200, manifest(&served)),
            false => file(asked, &served),
        },
    )
    .await;
    joined(&whole, feed_terms(&sink, FormKind::MispFeed)).await;
    turn(&whole, &worker(&whole)).await;
    let wanted: BTreeSet<String> = ids(&whole, "public").await;
    assert_eq!(source(&whole).await.listed, 5);

    let cut = Nation::new().await;
    let sink = TaxiiSink::open(move |before, asked| match before {
        // The answers to these never come: the worker is killed while it waits.
        2 | 5 => Reply::silent(),
        _ if asked.path.ends_with("manifest.json") => Reply::of(200, manifest(&all)),
        _ => file(asked, &all),
    })
    .await;
    joined(&cut, feed_terms(&sink, FormKind::MispFeed)).await;
    for silent in [2, 5] {
        cut.world.queue_turns().await.unwrap();
        let worker = worker(&cut);
        let asked = async {
            while sink.asked().len() <= silent {
                tokio::task::yield_now().await;
            }
        };
        tokio::select! {
            done = worker.turn() => panic!("it ended before it was killed: {done:?}"),
            () = asked => {}
        }
        cut.clock.advance(SignedDuration::from_secs(61));
    }
    turn(&cut, &worker(&cut)).await;
    assert_eq!(ids(&cut, "public").await, wanted);
    assert_eq!(source(&cut).await.listed, 5);
    // Of the five events each came once; two questions were never answered.
    assert_eq!(files(&sink.asked()), 5 + 2);
}

#[tokio::test]
async fn a_server_that_lies_is_told_and_takes_nothing_else_down() {
    let nation = Nation::new().await;
    let index: Vec<Value> = (0..5)
        .map(|n| json!({ "uuid": uuid(n), "timestamp": "1777600000" }))
        .collect();
    let sink = TaxiiSink::open(move |_, asked| {
        let is = |n: u32| asked.path.ends_with(&uuid(n));
        match asked.path.ends_with("/events/index") {
            true => Reply::of(200, json!(index)),
            false if is(0) => file(asked, &[event(0, 0)]),
            false if is(1) => Reply::of(200, event(9, 0)),
            false if is(2) => Reply::of(200, "<html>"),
            false if is(3) => Reply::of(404, ""),
            false => Reply::of(403, ""),
        }
    })
    .await;
    joined(&nation, feed_terms(&sink, FormKind::Misp)).await;
    turn(&nation, &worker(&nation)).await;
    let asked = sink.asked();
    assert_eq!(
        (asked[0].method.as_str(), asked[0].path.as_str()),
        ("POST", "/feed/events/index")
    );
    assert_eq!(asked[0].headers["accept"], "application/json");
    let after = source(&nation).await;
    assert_eq!(after.turns.trouble, None);
    let told: Vec<&str> = after.unlisted.iter().map(|one| one.why.as_str()).collect();
    for said in [
        "was asked for",
        "expected value",
        "the server answered 403",
        "the server answered 404",
    ] {
        assert!(
            told.iter().any(|why| why.contains(said)),
            "{said}: {told:?}"
        );
    }
    let kept = ids(&nation, "public").await;
    assert!(kept.contains(&format!("report--{}", uuid(0))), "{kept:?}");
    assert!(!kept.iter().any(|id| id.ends_with(&uuid(9))), "{kept:?}");
}

/// Ids of the objects that a person may see in the collection.
async fn seen_by(nation: &Nation, person: &Person) -> BTreeSet<String> {
    let caller = nation.caller(person).await;
    let now = nation.world.now();
    let audiences = nation.world.audiences().await.unwrap();
    let readable = audiences
        .iter()
        .filter(|(_, one)| one.admits(&caller.reader, now));
    let collection = nation.world.collection(&shell(), "public").await.unwrap();
    let filter = ObjectFilter {
        collection: Some(collection.id),
        ..ObjectFilter::all(Arc::new(readable.map(|(id, _)| *id).collect()))
    };
    let page = nation.world.store().objects(&filter).await.unwrap();
    page.objects.into_iter().map(|one| one.stix_id).collect()
}

/// An event without a TLP, with an attribute that goes as far as it and one that says itself how far it goes.
fn reaching(n: u32, event: &str, attribute: &str) -> Value {
    let mut one = self::event(n, 0);
    let members = one["Event"].as_object_mut().unwrap();
    members.remove("Tag");
    members.insert("published".to_owned(), true.into());
    members.insert("distribution".to_owned(), event.into());
    let mut second = members["Attribute"][0].clone();
    second["uuid"] = uuid(900_000 + n).into();
    second["value"] = format!("198.51.100.{n}").into();
    second["distribution"] = attribute.into();
    members["Attribute"].as_array_mut().unwrap().push(second);
    one
}

#[tokio::test]
async fn what_is_for_its_own_organisation_is_for_officers_alone() {
    let all = || -> Vec<Value> {
        [
            (1, "3", "5"),
            (2, "0", "5"),
            (3, "4", "3"),
            (4, "1", "0"),
            (5, "2", "4"),
            (6, "17", "5"),
        ]
        .map(|(n, event, attribute)| reaching(n, event, attribute))
        .into()
    };
    for ignored in [false, true] {
        let nation = Nation::new().await;
        let served = all();
        let sink = TaxiiSink::open(
            move |_, asked| match asked.path.ends_with("manifest.json") {
                true => Reply::of(200, manifest(&served)),
                false => file(asked, &served),
            },
        )
        .await;
        let mut terms = feed_terms(&sink, FormKind::MispFeed);
        terms.form.ignore_distribution = ignored;
        joined(&nation, terms).await;
        turn(&nation, &worker(&nation)).await;
        let officer = seen_by(&nation, &nation.analyst).await;
        for n in 1..=6 {
            assert!(officer.contains(&format!("report--{}", uuid(n))), "{n}");
        }
        let member = seen_by(&nation, &nation.member).await;
        let kept = |id: String| member.contains(&id);
        for (n, event, second) in [
            (1, true, true),
            (2, false, false),
            (3, false, false),
            (4, true, false),
            (5, true, false),
            (6, false, false),
        ] {
            let own = [
                kept(format!("report--{}", uuid(n))),
                kept(format!("indicator--{}", uuid(1_000 + n))),
                kept(format!("indicator--{}", uuid(900_000 + n))),
            ];
            let wanted = match ignored {
                true => [true; 3],
                false => [event, event, second],
            };
            assert_eq!(own, wanted, "{n}, ignored: {ignored}");
        }
        // The marking itself tells nobody else that there is something.
        let markings = member
            .iter()
            .filter(|id| id.starts_with("marking-definition"));
        assert_eq!(markings.count(), 0);
        let world = &nation.world;
        let proved = verify(world.store(), world.keys(), &[], &|_| {}).await;
        assert_eq!(proved.unwrap().ledger.fault, None);
    }
}

#[tokio::test]
async fn a_sharing_group_is_whom_the_agreement_or_its_organisations_name() {
    let nation = Nation::new().await;
    let admin = nation.caller(&nation.administrator).await;
    let name = Name2::parse("name", "金融の会", "Finance circle").unwrap();
    let world = &nation.world;
    let group = world
        .found_group(&admin, "finance".parse().unwrap(), name, false)
        .await
        .unwrap();
    let member = nation.member.party;
    world
        .join_group(&admin, group.id.cast(), member)
        .await
        .unwrap();
    nation.clock.advance(SignedDuration::from_secs(90));
    let agreed = "77777777-0000-4000-8000-000000000001";
    let unknown = "77777777-0000-4000-8000-000000000002";
    let to = |n: u32, uuid: &str, organisations: &[String], tlp: &str| {
        let mut one = reaching(n, "4", "5");
        let listed = organisations
            .iter()
            .map(|one| json!({ "Organisation": { "uuid": one } }));
        let listed: Vec<Value> = listed.collect();
        one["Event"]["SharingGroup"] = json!({ "uuid": uuid, "SharingGroupOrg": listed });
        if !tlp.is_empty() {
            one["Event"]["Tag"] = json!([{ "name": tlp }]);
        }
        one
    };
    let provider = nation.provider.party.to_string();
    let served = vec![
        to(1, agreed, std::slice::from_ref(&provider), ""),
        // AMBER names whom the group names, RED nobody.
        to(2, agreed, &[], "tlp:amber"),
        to(3, agreed, &[], "tlp:red"),
        to(4, unknown, &[provider], ""),
        to(5, unknown, &[uuid(99)], ""),
        to(6, unknown, &[], "tlp:clear"),
        reaching(7, "4", "5"),
    ];
    let sink = TaxiiSink::open(
        move |_, asked| match asked.path.ends_with("manifest.json") {
            true => Reply::of(200, manifest(&served)),
            false => file(asked, &served),
        },
    )
    .await;
    let mut terms = feed_terms(&sink, FormKind::MispFeed);
    let named = agreed.parse().unwrap();
    terms.form.sharing_groups.insert(named, group.id.cast());
    joined(&nation, terms).await;
    turn(&nation, &worker(&nation)).await;
    let told = source(&nation).await;
    assert_eq!(told.refused, 0, "{told:?}");
    let notes: Vec<&str> = told
        .unlisted
        .iter()
        .filter(|one| one.why == why::GROUP_UNKNOWN)
        .map(|one| one.said.as_str())
        .collect();
    assert!(notes.contains(&unknown), "{notes:?}");
    let seen = |ids: BTreeSet<String>| -> Vec<u32> {
        (1..=7)
            .filter(|n| ids.contains(&format!("report--{}", uuid(*n))))
            .collect()
    };
    assert_eq!(
        seen(seen_by(&nation, &nation.analyst).await),
        [1, 2, 3, 4, 5, 6, 7]
    );
    assert_eq!(seen(seen_by(&nation, &nation.member).await), [1, 2]);
    assert_eq!(seen(seen_by(&nation, &nation.provider).await), [4]);
    assert!(seen(seen_by(&nation, &nation.outsider).await).is_empty());
    // What else came with an event goes no further than it.
    let member = seen_by(&nation, &nation.member).await;
    assert!(member.contains(&format!("indicator--{}", uuid(1_001))));
    assert!(!member.contains(&format!("indicator--{}", uuid(1_004))));
    let proved = verify(world.store(), world.keys(), &[], &|_| {}).await;
    assert_eq!(proved.unwrap().ledger.fault, None);
    // An agreement names groups that there are.
    let mut terms = feed_terms(&sink, FormKind::Misp);
    terms
        .form
        .sharing_groups
        .insert(named, nation.member.party.cast());
    let wrong = world.agree_with_source(&shell(), "a", terms, None).await;
    assert!(
        matches!(wrong, Err(WorldError::Invalid { .. })),
        "{wrong:?}"
    );
}
