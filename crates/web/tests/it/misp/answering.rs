//! Sightings that are asked for, references of objects, proposals, and groups.

use kaname_directory::KeyScope::{Feedback, SubmissionsRead, TaxiiPost, TaxiiRead};
use kaname_kernel::{Tlp, audience::Named};
use serde_json::{Value as Json, json};

use super::{Setting, misp_event, setting, text};
use crate::taxii::claims::{is_proved, peer};

const EVENT: &str = "5c93d7f7-7de4-4548-ae4c-403ec0a8ab16";
const DOMAIN: &str = "5c93d7f7-0001-4548-ae4c-403ec0a8ab16";

impl Setting {
    async fn sightings(&self, path: &str, key: &str, asked: Json) -> Vec<Json> {
        let answer = self.post(&format!("sightings/{path}"), key, &asked).await;
        assert_eq!(answer.status, 200, "{asked}: {}", answer.text);
        let told = answer.json();
        let list = told.get("response").unwrap_or(&told);
        let all = list.as_array().unwrap().iter();
        all.map(|one| one["Sighting"].clone()).collect()
    }

    /// A collection that members write to, an event of a party's in it, and that party's key.
    async fn claimed(&self) -> String {
        let read = kaname_sharing::collection::Access::Members;
        peer(&self.nation, "exchange", Some(Tlp::Green), read).await;
        let nation = &self.nation;
        let key = nation.key(&nation.provider, &[TaxiiRead, TaxiiPost]).await;
        // As scripts send it: parts do not say when they changed.
        let mut sent = misp_event();
        for list in ["Attribute", "Object"] {
            for part in sent["Event"][list].as_array_mut().unwrap() {
                part.as_object_mut().unwrap().remove("timestamp");
            }
        }
        let answer = self
            .post("events/add?collection=exchange", &key, &sent)
            .await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        key
    }

    fn later(&self) {
        self.nation
            .clock
            .advance(jiff::SignedDuration::from_secs(2));
    }

    async fn event(&self, named: &str, key: &str) -> Json {
        let answer = self.get(&format!("events/view/{named}"), key).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        answer.json()["Event"].take()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn sightings_are_told_as_they_came_and_ones_own_answers() {
    let s = setting().await;
    s.peer("peer", &misp_event()).await;
    s.item("S-2611-ABCDE", (Tlp::Green, Default::default()))
        .await;
    let key = s.nation.key(&s.nation.member, &[TaxiiRead, Feedback]).await;
    let theirs = s
        .nation
        .key(&s.nation.provider, &[TaxiiRead, Feedback])
        .await;
    let seen = json!({ "value": "abcde.example", "type": "0", "timestamp": 1_763_700_000 });
    assert_eq!(s.post("sightings/add", &key, &seen).await.status, 200);
    let all = s.sightings("restSearch", &key, json!({})).await;
    let uuids: std::collections::BTreeSet<_> = all.iter().map(|one| text(&one["uuid"])).collect();
    assert_eq!(uuids.len(), 2, "one that came, one answer: {all:?}");
    // Of one value: one's own answer on the item, with what is asked along.
    let asked = json!({ "value": "abcde.example", "includeAttribute": 1, "includeEvent": 1 });
    let own = s.sightings("restSearch", &key, asked.clone()).await;
    assert_eq!(own.len(), 1, "{own:?}");
    assert_eq!(own[0]["date_sighting"], "1763700000");
    assert_eq!(own[0]["Attribute"]["value"], "abcde.example");
    assert_eq!(own[0]["Attribute"]["id"], own[0]["attribute_id"]);
    assert_eq!(own[0]["Event"]["id"], own[0]["event_id"]);
    // Nobody else's answer is told: another member sees what came alone.
    assert!(s.sightings("restSearch", &theirs, asked).await.is_empty());
    assert_eq!(s.sightings("restSearch", &theirs, json!({})).await.len(), 1);
    // By attribute and by event, by number and by UUID, and as older clients ask.
    let event = s.event(EVENT, &key).await;
    let number = text(&event["Attribute"][0]["id"]);
    for (path, asked) in [
        ("restSearch/attribute", json!({ "id": DOMAIN })),
        ("restSearch/attribute", json!({ "id": number })),
        ("restSearch/event", json!({ "id": EVENT })),
        ("restSearch", json!({ "id": EVENT })),
        (
            "restSearch",
            json!({ "context": "attribute", "id": DOMAIN }),
        ),
        ("restSearch", json!({ "source": "edge", "type": "0" })),
        (
            "restSearch",
            json!({ "source": "edge", "from": 1_763_600_050, "to": 1_763_600_050 }),
        ),
        (
            "restSearch/event",
            json!({ "id": event["id"], "org_id": "CIRCL" }),
        ),
        ("listSightings", json!({ "context": "event", "id": EVENT })),
        (
            "listSightings",
            json!({ "context": "attribute", "id": DOMAIN }),
        ),
    ] {
        let found = s.sightings(path, &key, asked.clone()).await;
        assert_eq!(found.len(), 1, "{path} {asked}: {found:?}");
        assert_eq!(found[0]["source"], "edge");
        assert_eq!(found[0]["attribute_uuid"], DOMAIN);
        assert_eq!(found[0]["Organisation"]["name"], "CIRCL");
    }
    let index = s
        .get(&format!("sightings/index/{EVENT}"), &key)
        .await
        .json();
    assert_eq!(index[0]["Sighting"]["source"], "edge");
    for asked in [
        json!({ "type": "1" }),
        json!({ "source": "nothing" }),
        json!({ "org_id": "17" }),
        json!({ "from": 1_999_999_999 }),
        json!({ "last": "1m" }),
        json!({ "value": "nobody.example" }),
    ] {
        let found = s.sightings("restSearch", &key, asked.clone()).await;
        assert!(found.is_empty(), "{asked}: {found:?}");
    }
    for (path, asked, status) in [
        ("restSearch/attribute", json!({ "id": "17" }), 404),
        ("restSearch/event", json!({ "id": DOMAIN }), 404),
        (
            "restSearch",
            json!({ "id": "00000000-0000-4000-8000-000000000000" }),
            404,
        ),
        ("restSearch/nonsense", json!({}), 400),
        ("restSearch/nonsense", json!({ "id": "17" }), 400),
        ("restSearch", json!({ "nonsense": 1 }), 400),
        ("restSearch", json!({ "id": ["17", DOMAIN] }), 400),
        ("restSearch", json!({ "id": "" }), 400),
        ("restSearch", json!({ "returnFormat": "xml" }), 400),
        ("restSearch", json!({ "type": [["deep"]] }), 400),
        ("restSearch", json!({ "source": "x".repeat(20_000) }), 400),
        ("listSightings", json!({}), 400),
    ] {
        let answer = s.post(&format!("sightings/{path}"), &key, &asked).await;
        assert_eq!(answer.status, status, "{path} {asked}: {}", answer.text);
        assert!(!text(&answer.json()["message"]).is_empty());
    }
    let deep = "[".repeat(100_000);
    let answer = s.post_text("sightings/restSearch", &key, deep).await;
    assert_eq!(answer.status, 400);
}

#[tokio::test(flavor = "multi_thread")]
async fn sightings_of_what_one_may_not_know_of_are_not_there() {
    let s = setting().await;
    let to = Named {
        parties: [s.nation.provider.party].into(),
        ..Named::default()
    };
    s.item("S-2611-POWER", (Tlp::AmberStrict, to)).await;
    let theirs = s
        .nation
        .key(&s.nation.provider, &[TaxiiRead, Feedback])
        .await;
    let seen = json!({ "value": "power.example" });
    assert_eq!(s.post("sightings/add", &theirs, &seen).await.status, 200);
    let found = s.sightings("restSearch", &theirs, json!({})).await;
    assert!(!found.is_empty());
    assert!(
        s.sightings("restSearch", &s.key, json!({}))
            .await
            .is_empty()
    );
    for (context, id) in [
        ("event", &found[0]["event_id"]),
        ("attribute", &found[0]["attribute_id"]),
        ("attribute", &found[0]["attribute_uuid"]),
    ] {
        let path = format!("sightings/restSearch/{context}");
        let asked = json!({ "id": id });
        assert_eq!(s.post(&path, &theirs, &asked).await.status, 200);
        let hidden = s.post(&path, &s.key, &asked).await;
        let none = s.post(&path, &s.key, &json!({ "id": "17" })).await;
        assert_eq!(hidden.status, 404);
        assert_eq!(hidden.text, none.text);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn references_are_added_to_own_objects_and_taken_away() {
    let s = setting().await;
    let key = s.claimed().await;
    let event = s.event(EVENT, &s.key).await;
    let object = text(&event["Object"][0]["uuid"]);
    // All of it within one second, as scripts do it.
    let sent = json!({
        "object_uuid": object, "referenced_uuid": DOMAIN, "relationship_type": "downloaded-from",
        "comment": "seen in the log", "uuid": "5c93d7f7-9001-4548-ae4c-403ec0a8ab16",
    });
    let added = s.post("objectReferences/add", &key, &sent).await;
    assert_eq!(added.status, 200, "{}", added.text);
    let reference = added.json()["ObjectReference"].take();
    assert_eq!(reference["referenced_type"], "0");
    let told = async || {
        let event = s.event(EVENT, &s.key).await;
        event["Object"][0]["ObjectReference"].clone()
    };
    let list = told().await;
    assert_eq!(list.as_array().unwrap().len(), 1, "{list}");
    assert_eq!(list[0]["relationship_type"], "downloaded-from");
    assert_eq!(list[0]["referenced_uuid"], DOMAIN);
    let other = s
        .nation
        .key(&s.nation.member, &[TaxiiRead, TaxiiPost])
        .await;
    let with = |key: &str, value: Json| {
        let mut sent = sent.clone();
        sent[key] = value;
        sent["uuid"] = Json::Null;
        sent
    };
    for (key, sent, status) in [
        (&other, sent.clone(), 403),
        (&key, sent.clone(), 403),
        (&s.key, sent.clone(), 403),
        (&key, with("object_uuid", json!(DOMAIN)), 404),
        (&key, with("object_uuid", json!("17")), 400),
        (
            &key,
            with(
                "referenced_uuid",
                json!("5c93d7f7-7777-4548-ae4c-403ec0a8ab16"),
            ),
            404,
        ),
        (&key, with("referenced_uuid", json!(object)), 404),
        (&key, with("relationship_type", json!("")), 400),
        (&key, with("relationship_type", json!("x".repeat(300))), 400),
        (&key, json!([]), 400),
        (&key, json!({ "ObjectReference": [] }), 400),
    ] {
        let answer = s.post("objectReferences/add", key, &sent).await;
        assert_eq!(answer.status, status, "{sent}: {}", answer.text);
    }
    let path = "objectReferences/delete/5c93d7f7-9001-4548-ae4c-403ec0a8ab16";
    assert_eq!(s.post(path, &other, &json!({})).await.status, 404);
    let gone = s.post(path, &key, &json!({})).await;
    assert_eq!(gone.status, 200, "{}", gone.text);
    assert_eq!(told().await[0]["deleted"], true);
    assert_eq!(s.post(path, &key, &json!({})).await.status, 404);
    for named in ["17", "x", "00000000-0000-4000-8000-000000000000"] {
        let path = format!("objectReferences/delete/{named}/true");
        assert_eq!(s.post(&path, &key, &json!({})).await.status, 404, "{named}");
    }
    is_proved(&s.nation).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_proposed_beside_a_claim_is_taken_up_by_whoever_has_it() {
    let s = setting().await;
    let owner = s.claimed().await;
    let other = s
        .nation
        .key(&s.nation.member, &[TaxiiRead, TaxiiPost])
        .await;
    let propose = async |what: &str, sent: Json| {
        s.later();
        let path = format!("shadowAttributes/{what}");
        let answer = s.post(&path, &other, &sent).await;
        assert_eq!(answer.status, 200, "{what}: {}", answer.text);
        answer.json()["ShadowAttribute"].take()
    };
    let more = json!({ "type": "domain", "value": "more.bad.example", "to_ids": true });
    let add = propose(&format!("add/{EVENT}"), more.clone()).await;
    let change = propose(
        &format!("edit/{DOMAIN}"),
        json!({ "value": "changed.bad.example" }),
    )
    .await;
    let mut delete = "5c93d7f7-0003-4548-ae4c-403ec0a8ab16".to_owned();
    let gone = propose(&format!("delete/{delete}"), json!({})).await;
    assert_eq!(add["value"], "more.bad.example");
    assert_eq!(
        (&change["old_uuid"], &change["type"]),
        (&json!(DOMAIN), &json!("domain"))
    );
    assert_eq!(gone["proposal_to_delete"], true);
    // The event stays as it is, and who sees it sees what is proposed.
    assert_eq!(
        s.event(EVENT, &owner).await["Attribute"]
            .as_array()
            .unwrap()
            .len(),
        3
    );
    let listed = async |key: &str| {
        let index = s.get("shadowAttributes/index", key).await.json();
        let of = s.get(&format!("shadowAttributes/index/{EVENT}"), key).await;
        assert_eq!(of.json(), index);
        index.as_array().unwrap().len()
    };
    assert_eq!((listed(&owner).await, listed(&s.key).await), (3, 3));
    for name in [&add["id"], &add["uuid"]] {
        let path = format!("shadowAttributes/view/{}", text(name));
        let view = s.get(&path, &owner).await;
        assert_eq!(
            view.json()["ShadowAttribute"]["uuid"],
            add["uuid"],
            "{}",
            view.text
        );
    }
    // Only who has the event takes it up; only who proposed takes it back.
    for (what, key, status) in [("accept", &other, 403), ("discard", &owner, 403)] {
        let path = format!("shadowAttributes/{what}/{}", text(&add["id"]));
        let refused = s.post(&path, key, &json!({})).await;
        assert_eq!(refused.status, status, "{what}: {}", refused.text);
    }
    for one in [&add, &change, &gone] {
        s.later();
        let path = format!("shadowAttributes/accept/{}", text(&one["uuid"]));
        let done = s.post(&path, &owner, &json!({})).await;
        assert_eq!(done.status, 200, "{}", done.text);
        let again = s.post(&path, &owner, &json!({})).await;
        assert_eq!(again.status, 403, "{}", again.text);
    }
    assert_eq!((listed(&owner).await, listed(&s.key).await), (0, 0));
    let mut values: Vec<String> = s.event(EVENT, &s.key).await["Attribute"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| text(&one["value"]))
        .collect();
    values.sort();
    assert_eq!(
        values,
        [
            "198.51.100.9|8443",
            "changed.bad.example",
            "more.bad.example"
        ]
    );
    // What nobody took up is taken back by whoever proposed.
    let once = propose(&format!("add/{EVENT}"), more.clone()).await;
    delete = text(&once["uuid"]);
    let path = format!("shadowAttributes/discard/{delete}");
    let done = s.post(&path, &other, &json!({})).await;
    assert_eq!(done.status, 200, "{}", done.text);
    let view = format!("shadowAttributes/view/{delete}");
    assert_eq!(s.get(&view, &other).await.status, 404);
    assert_eq!(listed(&owner).await, 0);
    // One's own needs none; what is not there is not there.
    let own = s
        .post(&format!("shadowAttributes/add/{EVENT}"), &owner, &more)
        .await;
    assert_eq!(own.status, 403, "{}", own.text);
    let own = s
        .post(&format!("shadowAttributes/edit/{DOMAIN}"), &owner, &more)
        .await;
    assert_eq!(own.status, 403, "{}", own.text);
    for (what, sent, status) in [
        ("add/17".to_owned(), more.clone(), 404),
        ("edit/17".to_owned(), more.clone(), 404),
        ("delete/x".to_owned(), json!({}), 404),
        ("accept/17".to_owned(), json!({}), 404),
        (format!("accept/{EVENT}"), json!({}), 404),
        (
            "discard/00000000-0000-4000-8000-000000000000".to_owned(),
            json!({}),
            404,
        ),
        (format!("add/{EVENT}"), json!([more, more]), 400),
        (format!("add/{EVENT}"), json!("x"), 400),
        (format!("add/{EVENT}"), json!({ "type": "domain" }), 400),
    ] {
        let answer = s
            .post(&format!("shadowAttributes/{what}"), &other, &sent)
            .await;
        assert_eq!(answer.status, status, "{what} {sent}: {}", answer.text);
    }
    is_proved(&s.nation).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_proposed_of_the_hubs_own_is_handed_in() {
    let s = setting().await;
    s.item("S-2611-ABCDE", (Tlp::Green, Default::default()))
        .await;
    let to = Named {
        parties: [s.nation.provider.party].into(),
        ..Named::default()
    };
    s.item("S-2611-POWER", (Tlp::AmberStrict, to)).await;
    let nation = &s.nation;
    // What was handed in is read by a key that may read submissions.
    let scopes = [TaxiiRead, TaxiiPost, SubmissionsRead];
    let key = nation.key(&nation.member, &scopes).await;
    let theirs = nation.key(&nation.provider, &scopes).await;
    let found = s.found("events", json!({})).await;
    let event = found[0]["Event"].clone();
    let more = json!({ "type": "domain", "value": "more.bad.example", "to_ids": true });
    let path = format!("shadowAttributes/add/{}", text(&event["uuid"]));
    let answer = s.post(&path, &key, &more).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    assert!(answer.header("kaname-receipt").starts_with("R-"));
    let proposed = answer.json()["ShadowAttribute"].take();
    assert_eq!(proposed["event_uuid"], event["uuid"]);
    let attribute = text(&event["Attribute"][0]["uuid"]);
    let path = format!("shadowAttributes/delete/{attribute}");
    let answer = s.post(&path, &key, &json!({})).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    let analyst = nation.caller(&nation.analyst).await;
    let waiting = nation.world.triage_list(&analyst, |_| {}).await.unwrap();
    assert_eq!(waiting.total, 2);
    assert!(
        waiting
            .rows
            .iter()
            .all(|row| row.state.submission.tlp == Tlp::Green)
    );
    // Whoever proposed finds it for a while; nobody else does; officers decide of it.
    for name in [&proposed["id"], &proposed["uuid"]] {
        let path = format!("shadowAttributes/view/{}", text(name));
        let view = s.get(&path, &key).await;
        assert_eq!(view.status, 200, "{}", view.text);
        assert_eq!(view.json()["ShadowAttribute"]["value"], "more.bad.example");
        assert_eq!(s.get(&path, &theirs).await.status, 404);
        let path = format!("shadowAttributes/discard/{}", text(name));
        assert_eq!(s.post(&path, &key, &json!({})).await.status, 403);
    }
    assert_eq!(
        s.get("shadowAttributes/index", &key).await.json(),
        json!([])
    );
    assert_eq!(s.found("events", json!({})).await, found);
    // Of what one may not know of nothing is proposed, by the answer of what is not there.
    let hidden = s.get("events/index", &theirs).await.json();
    let hidden = hidden.as_array().unwrap().iter();
    let mut hidden = hidden.filter(|one| text(&one["info"]).contains("POWER"));
    let hidden = text(&hidden.next().unwrap()["uuid"]);
    let of = async |named: &str| {
        let answer = s
            .post(&format!("shadowAttributes/add/{named}"), &key, &more)
            .await;
        (answer.status.as_u16(), text(&answer.json()["message"]))
    };
    assert_eq!(
        of(&hidden).await,
        of("00000000-0000-4000-8000-000000000000").await
    );
    assert_eq!(of(&hidden).await.0, 404);
    let path = format!("shadowAttributes/index/{hidden}");
    assert_eq!(s.get(&path, &key).await.status, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn groups_are_kept_by_people() {
    let s = setting().await;
    let nation = &s.nation;
    let admin = nation.caller(&nation.administrator).await;
    let name = kaname_directory::Name2::parse("name", "金融の会", "Finance circle").unwrap();
    let group = nation
        .world
        .found_group(&admin, "finance".parse().unwrap(), name, false)
        .await
        .unwrap();
    nation
        .world
        .join_group(&admin, group.id.cast(), nation.member.party)
        .await
        .unwrap();
    nation.clock.advance(jiff::SignedDuration::from_secs(5));
    let key = nation.key(&nation.member, &[TaxiiRead, TaxiiPost]).await;
    let theirs = nation.key(&nation.provider, &[TaxiiRead, TaxiiPost]).await;
    let groups = s.get("sharingGroups/index", &key).await.json();
    let id = text(&groups["response"][0]["SharingGroup"]["id"]);
    let added = s
        .post("sharingGroups/add", &key, &json!({ "name": "Ours" }))
        .await;
    assert_eq!(added.status, 403, "{}", added.text);
    assert!(text(&added.json()["message"]).contains("administrators"));
    for what in [
        "sharingGroups/edit",
        "sharing_groups/edit",
        "sharingGroups/delete",
    ] {
        let path = format!("{what}/{id}");
        assert_eq!(s.post(&path, &key, &json!({})).await.status, 403, "{what}");
        let hidden = s.post(&path, &theirs, &json!({})).await;
        assert_eq!(hidden.status, 404, "{what}");
    }
    // Of whom else is in a group nothing is told.
    for what in ["addOrg", "removeOrg", "addServer", "removeServer"] {
        let path = format!("sharingGroups/{what}");
        let of = |org: String| json!({ "sg_id": id, "org_id": org });
        let (member, none) = (nation.member.party.to_string(), "17".to_owned());
        let one = s.post(&path, &key, &of(member.clone())).await;
        let other = s.post(&path, &key, &of(none)).await;
        assert_eq!((one.status.as_u16(), one.text), (403, other.text), "{what}");
        assert_eq!(s.post(&path, &theirs, &of(member)).await.status, 404);
        assert_eq!(s.post(&path, &key, &json!({})).await.status, 400);
    }
    let path = format!("sharingGroups/view/{id}");
    assert_eq!(s.get(&path, &key).await.status, 200);
    assert_eq!(s.get(&path, &theirs).await.status, 404);
}
