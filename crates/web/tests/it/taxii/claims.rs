//! What peers post into a peer collection, who sees it, and what they take back.

use axum::{
    body::Body,
    http::{Request, StatusCode, header},
};
use kaname_directory::KeyScope::{FeedRead, TaxiiPost, TaxiiRead};
use kaname_kernel::{PartyId, Rng, SeededRng, Tlp};
use kaname_sharing::{
    Text,
    collection::{Access, CollectionKind, Definition},
};
use kaname_testkit::{Nation, Person};
use kaname_world::verify::verify;
use serde_json::{Value, json};

use super::{COLLECTIONS, Setting, ids, is_error, setting, stix_id};
use crate::house::{Answer, Door, TAXII};

pub(super) const MARKS: [(&str, &str); 5] = [
    (
        "clear",
        "marking-definition--94868c89-83c2-464b-929b-a1a8aa3c8487",
    ),
    (
        "green",
        "marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb",
    ),
    (
        "amber",
        "marking-definition--55d920b0-5e8b-4f79-9ee9-91f868d9b421",
    ),
    (
        "red",
        "marking-definition--e828b379-4e03-4974-9ac4-e53a884c97c1",
    ),
    (
        "own",
        "marking-definition--00000000-0000-4000-8000-00000000beef",
    ),
];

/// A peer collection that these read and write.
pub(crate) async fn peer(nation: &Nation, alias: &str, tlp: Option<Tlp>, read: Access) -> String {
    let admin = nation.caller(&nation.administrator).await;
    let definition = Definition {
        alias: alias.to_owned(),
        title: Text::new("相互提供", "Peer"),
        description: Text::default(),
        kind: CollectionKind::Peer,
        default_tlp: tlp,
        default_pap: None,
        write: read.clone(),
        read,
        taxii: Default::default(),
    };
    let opened = nation.world.open_collection(&admin, definition).await;
    opened.unwrap().id.to_string()
}

pub(super) fn object(n: u32, day: u32, more: &str) -> String {
    let id = stix_id(n);
    format!(
        r#"{{"type":"malware", "spec_version":"2.1","id":"{id}","created":"2026-01-01T00:00:00.000Z","modified":"2026-01-{day:02}T00:00:00.000Z","name":"m{n}","is_family":false{more}}}"#
    )
}

pub(super) fn envelope(objects: &[String]) -> String {
    format!(r#"{{"objects":[{}]}}"#, objects.join(","))
}

pub(super) async fn delete(door: &Door, key: &str, path: &str) -> Answer {
    let request = Request::delete(path)
        .header(header::AUTHORIZATION, format!("Bearer {key}"))
        .header(header::ACCEPT, TAXII);
    door.send(request.body(Body::empty()).unwrap()).await
}

async fn versions(s: &Setting, objects: &str, n: u32, key: &str) -> Vec<String> {
    let answer = s
        .door
        .taxii(&format!("{objects}{}/versions/", stix_id(n)), key)
        .await;
    let listed = answer.json()["versions"].as_array().cloned();
    let listed = listed.unwrap_or_default();
    listed
        .iter()
        .map(|one| one.as_str().unwrap()[..10].to_owned())
        .collect()
}

pub(crate) async fn is_proved(nation: &Nation) {
    let world = &nation.world;
    let proved = verify(world.store(), world.keys(), &[], &|_| {}).await;
    assert_eq!(proved.unwrap().ledger.fault, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_posted_into_a_peer_collection_is_a_claim_and_no_submission() {
    let s = setting().await;
    let peer = peer(&s.nation, "peer", Some(Tlp::Green), Access::Members).await;
    let objects = format!("{COLLECTIONS}{peer}/objects/");
    let mine = s
        .nation
        .key(&s.nation.provider, &[TaxiiRead, TaxiiPost])
        .await;
    let first = envelope(&[
        object(1, 1, ""),
        r#"{"type":"malware","id":"nonsense"}"#.to_owned(),
    ]);
    let posted = s.door.post(&objects, &mine, first.clone()).await;
    assert_eq!(posted.status, StatusCode::ACCEPTED, "{}", posted.text);
    let status = posted.json();
    for (name, value) in [
        ("status", json!("complete")),
        ("total_count", json!(2)),
        ("success_count", json!(1)),
        ("failure_count", json!(1)),
    ] {
        assert_eq!(status[name], value, "{name}: {status}");
    }
    let path = format!("/taxii2/api/status/{}/", status["id"].as_str().unwrap());
    s.nation.clock.advance(jiff::SignedDuration::from_hours(25));
    assert_eq!(s.door.taxii(&path, &mine).await.json(), status);
    let theirs = s
        .nation
        .key(&s.nation.member, &[TaxiiRead, TaxiiPost])
        .await;
    assert_eq!(
        s.door.taxii(&path, &theirs).await.status,
        StatusCode::NOT_FOUND
    );
    // Byte for byte, and the same again is no second one.
    let again = s.door.post(&objects, &mine, first).await.json();
    assert_eq!(again["success_count"], 1);
    let read = s.door.taxii(&objects, &theirs).await;
    assert_eq!(ids(&read), [stix_id(1)]);
    assert!(read.text.contains(&object(1, 1, "")));
    // No report, and nothing in a library.
    let analyst = s.nation.caller(&s.nation.analyst).await;
    let waiting = s.nation.world.triage_list(&analyst, |_| {}).await.unwrap();
    assert_eq!(waiting.total, 0);
    let library = format!("{COLLECTIONS}{}/objects/", s.nation.library.id);
    assert!(
        !s.door
            .taxii(&library, &theirs)
            .await
            .text
            .contains(&stix_id(1))
    );
    // Who is not let write is not.
    let reads = s.nation.key(&s.nation.provider, &[TaxiiRead]).await;
    let refused = s
        .door
        .post(&objects, &reads, envelope(&[object(2, 1, "")]))
        .await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    is_error(&refused);
    is_proved(&s.nation).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_goes_on_with_what_another_made() {
    let s = setting().await;
    let peer = peer(&s.nation, "peer", Some(Tlp::Green), Access::Members).await;
    let objects = format!("{COLLECTIONS}{peer}/objects/");
    let key = s
        .nation
        .key(&s.nation.provider, &[TaxiiRead, TaxiiPost])
        .await;
    let by =
        |who: u32| format!(r#","created_by_ref":"identity--00000000-0000-4000-8000-{who:012}""#);
    let gone = format!(r#"{},"revoked":true"#, by(1));
    let later = object(1, 9, &by(1)).replace("created\":\"2026-01-01", "created\":\"2026-01-02");
    for (new, taken) in [
        (object(1, 1, &by(1)), true),
        (object(1, 2, &by(2)), false),
        (object(1, 2, ""), false),
        (later, false),
        (object(1, 3, &by(1)), true),
        (object(1, 2, &by(1)), true),
        (object(1, 4, &gone), true),
        (object(1, 5, &by(1)), false),
    ] {
        let status = s
            .door
            .post(&objects, &key, envelope(std::slice::from_ref(&new)))
            .await
            .json();
        assert_eq!(status["success_count"] == 1, taken, "{new}: {status}");
        assert!(taken || status["failures"][0]["message"].as_str().unwrap().len() > 10);
    }
    let days = ["2026-01-01", "2026-01-03", "2026-01-02", "2026-01-04"];
    assert_eq!(versions(&s, &objects, 1, &key).await, days);
}

#[tokio::test(flavor = "multi_thread")]
async fn duty_9_a_writer_takes_out_what_it_may_read_version_by_version() {
    let s = setting().await;
    let peer = peer(&s.nation, "peer", Some(Tlp::Green), Access::Members).await;
    let objects = format!("{COLLECTIONS}{peer}/objects/");
    let key = s
        .nation
        .key(&s.nation.provider, &[TaxiiRead, TaxiiPost])
        .await;
    let all: Vec<String> = (1..=6).map(|day| object(1, day, "")).collect();
    s.door.post(&objects, &key, envelope(&all)).await;
    s.door
        .post(
            &objects,
            &key,
            envelope(&[object(2, 1, ""), object(3, 1, "")]),
        )
        .await;
    let one = format!("{objects}{}/", stix_id(1));
    let reads = s.nation.key(&s.nation.provider, &[TaxiiRead]).await;
    let refused = delete(&s.door, &reads, &one).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    is_error(&refused);
    for bad in ["?match[version]=newest", "?limit=1", "?match[id]=a"] {
        let answer = delete(&s.door, &key, &format!("{one}{bad}")).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{bad}");
        is_error(&answer);
    }
    for (filter, status, left) in [
        ("?match[version]=2026-01-09T00:00:00Z", 404, "123456"),
        ("?match[spec_version]=2.0", 404, "123456"),
        ("?match[version]=last", 200, "12345"),
        ("?match[version]=first,2026-01-03T00:00:00.000Z", 200, "245"),
        (
            "?match[version]=2026-01-04T00:00:00Z&match[spec_version]=2.1",
            200,
            "25",
        ),
    ] {
        let answer = delete(&s.door, &key, &format!("{one}{filter}")).await;
        assert_eq!(answer.status.as_u16(), status, "{filter}: {}", answer.text);
        assert_eq!(answer.header("content-type"), TAXII);
        let days = versions(&s, &objects, 1, &key).await;
        let days: String = days.iter().map(|day| &day[9..]).collect();
        assert_eq!(days, left, "{filter}");
        is_proved(&s.nation).await;
    }
    let last = s
        .door
        .taxii(&format!("{one}?match[version]=last"), &key)
        .await;
    assert!(last.text.contains("2026-01-05"), "{}", last.text);
    assert_eq!(delete(&s.door, &key, &one).await.status, StatusCode::OK);
    assert_eq!(s.door.taxii(&one, &key).await.status, StatusCode::NOT_FOUND);
    assert_eq!(
        delete(&s.door, &key, &one).await.status,
        StatusCode::NOT_FOUND
    );
    // What is gone may come again.
    s.door
        .post(&objects, &key, envelope(&[object(1, 6, "")]))
        .await;
    assert_eq!(versions(&s, &objects, 1, &key).await, ["2026-01-06"]);
    is_proved(&s.nation).await;
    let rebuilt = s.nation.world.rebuild(&|_| {}).await.unwrap();
    assert!(
        rebuilt.identical && rebuilt.fault.is_none(),
        "{:?}",
        rebuilt.fault
    );
    // A library is no writer's: said with words.
    let library = format!("{COLLECTIONS}{}/objects/", s.nation.library.id);
    let there = ids(&s.door.taxii(&library, &key).await);
    let refused = delete(&s.door, &key, &format!("{library}{}/", there[0])).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    assert!(
        refused.text.contains("officer withdraws"),
        "{}",
        refused.text
    );
}

/// Who is looked through.
struct Eyes<'n> {
    person: &'n Person,
    member: bool,
}

/// Whether a claim of `poster` with this marking in a collection of `readers` may be seen by `party`: the
/// rules told once more, in their plainest form. `readers`: `None` for every member.
fn admits(mark: &str, readers: Option<&[PartyId]>, poster: PartyId, eyes: &Eyes<'_>) -> bool {
    let party = eyes.person.party;
    let enters = eyes.member && readers.is_none_or(|named| named.contains(&party));
    let named = readers.is_some_and(|named| named.contains(&party)) || party == poster;
    enters
        && match mark {
            "clear" | "green" => true,
            // AMBER: whoever the collection names, and whoever it came from; the same without marking
            // where the collection says nothing.
            "amber" => named,
            // An unknown marking, and RED, which names nobody: whoever it came from keeps what it posted.
            _ => party == poster,
        }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_claim_is_shown_to_whom_its_markings_admit_on_every_surface() {
    let s = setting().await;
    let nation = &s.nation;
    let two = vec![nation.provider.party, nation.member.party];
    let collections = [
        (
            peer(nation, "for-members", None, Access::Members).await,
            None,
        ),
        (
            peer(
                nation,
                "for-two",
                None,
                Access::Parties {
                    parties: two.clone(),
                },
            )
            .await,
            Some(two),
        ),
        (
            peer(
                nation,
                "for-one",
                None,
                Access::Parties {
                    parties: vec![nation.member.party],
                },
            )
            .await,
            Some(vec![nation.member.party]),
        ),
    ];
    let all = [
        Eyes {
            person: &nation.provider,
            member: true,
        },
        Eyes {
            person: &nation.member,
            member: true,
        },
        Eyes {
            person: &nation.outsider,
            member: false,
        },
    ];
    let scopes = [TaxiiRead, TaxiiPost, FeedRead];
    let mut keys = Vec::new();
    for eyes in &all {
        keys.push(nation.key(eyes.person, &scopes).await);
    }
    let rng = SeededRng::new(41);
    let rng: &dyn Rng = &rng;
    let mut claims = Vec::new();
    for n in 0..90u32 {
        let which = rng.between(0, 2) as usize;
        let poster = rng.between(0, 1) as usize;
        let mark = rng.between(0, MARKS.len() as u64) as usize;
        let (name, marks) = match MARKS.get(mark) {
            // As a whole, or of one part of it: nobody is shown the rest who may not see that part.
            Some((name, id)) if n % 3 == 0 => (
                *name,
                format!(r#","granular_markings":[{{"marking_ref":"{id}","selectors":["name"]}}]"#),
            ),
            Some((name, id)) => (*name, format!(r#","object_marking_refs":["{id}"]"#)),
            None => ("none", String::new()),
        };
        let (collection, readers) = &collections[which];
        let path = format!("{COLLECTIONS}{collection}/objects/");
        let posted = s
            .door
            .post(&path, &keys[poster], envelope(&[object(n, 1, &marks)]))
            .await;
        let may = readers
            .as_ref()
            .is_none_or(|named| named.contains(&all[poster].person.party));
        let expected = if may {
            StatusCode::ACCEPTED
        } else {
            StatusCode::NOT_FOUND
        };
        assert_eq!(posted.status, expected, "{}", posted.text);
        if may {
            claims.push((n, which, poster, name));
        }
    }
    for (eyes, key) in all.iter().zip(&keys) {
        for (place, (collection, readers)) in collections.iter().enumerate() {
            let seen: Vec<String> = claims
                .iter()
                .filter(|(_, which, poster, mark)| {
                    let poster = all[*poster].person.party;
                    *which == place && admits(mark, readers.as_deref(), poster, eyes)
                })
                .map(|(n, ..)| stix_id(*n))
                .collect();
            let hidden: Vec<String> = claims
                .iter()
                .map(|(n, ..)| stix_id(*n))
                .filter(|id| !seen.contains(id))
                .collect();
            for list in ["objects", "manifest"] {
                let path = format!("{COLLECTIONS}{collection}/{list}/");
                let answer = s.door.taxii(&path, key).await;
                if answer.status == StatusCode::OK {
                    assert_eq!(ids(&answer), seen, "{path}");
                } else {
                    assert_eq!(seen, Vec::<String>::new(), "{path}: {}", answer.text);
                }
            }
            for (some, status) in [(&seen, StatusCode::OK), (&hidden, StatusCode::NOT_FOUND)] {
                for id in some.iter().take(4) {
                    for end in ["", "versions/"] {
                        let path = format!("{COLLECTIONS}{collection}/objects/{id}/{end}");
                        let answer = s.door.taxii(&path, key).await;
                        let shut = !eyes.member && answer.status == StatusCode::FORBIDDEN;
                        assert!(shut || answer.status == status, "{path}: {}", answer.text);
                    }
                }
            }
            // What may not be seen can't be taken out either, and says nothing of itself.
            if let (Some(id), true) = (hidden.first(), eyes.member) {
                let path = format!("{COLLECTIONS}{collection}/objects/{id}/");
                let answer = delete(&s.door, key, &path).await;
                assert_eq!(answer.status, StatusCode::NOT_FOUND, "{}", answer.text);
            }
            let feed = s.door.get(&format!("/feeds/{collection}.jsonl"), key).await;
            for id in &hidden {
                assert!(!feed.text.contains(id.as_str()), "the feed leaks {id}");
            }
        }
        if !eyes.member {
            continue;
        }
        // The library of objects on pages is asked with the same eyes.
        let caller = nation.caller(eyes.person).await;
        let page = nation
            .world
            .objects(&caller, |filter| filter.limit = 200)
            .await
            .unwrap();
        let shown: Vec<&str> = page
            .objects
            .iter()
            .map(|one| one.stix_id.as_str())
            .collect();
        for (n, which, poster, mark) in &claims {
            let (_, readers) = &collections[*which];
            let poster = all[*poster].person.party;
            let may = admits(mark, readers.as_deref(), poster, eyes);
            assert_eq!(
                shown.contains(&stix_id(*n).as_str()),
                may,
                "{mark} on the page of objects"
            );
        }
    }
    let told: Value = s.door.taxii(COLLECTIONS, &keys[0]).await.json();
    assert!(!told.to_string().contains("for-one"), "{told}");
    is_proved(nation).await;
}
