//! What is the caller's own: tagged, deleted in part, taken back; and sharing groups, in and out.

use kaname_directory::KeyScope::{SubmissionsRead, TaxiiPost, TaxiiRead};
use kaname_directory::Name2;
use kaname_kernel::Tlp;
use serde_json::{Value as Json, json};

use super::{Setting, misp_event, setting, text};
use crate::taxii::claims::{is_proved, peer};

async fn exchange(s: &Setting) -> String {
    let read = kaname_sharing::collection::Access::Members;
    peer(&s.nation, "exchange", Some(Tlp::Green), read).await;
    s.nation
        .key(&s.nation.provider, &[TaxiiRead, TaxiiPost])
        .await
}

/// An event of one attribute, as scripts send it: without a wrap.
fn small(distribution: &str) -> Json {
    json!({
        "uuid": "5c93d7f7-2222-4548-ae4c-403ec0a8ab16", "info": "small", "date": "2026-05-01",
        "timestamp": "1763600000", "distribution": distribution, "published": true,
        "Attribute": [
            { "uuid": "5c93d7f7-2223-4548-ae4c-403ec0a8ab16", "type": "ip-dst", "category": "Network activity",
              "value": "203.0.113.201", "to_ids": false, "timestamp": "1763600000", "distribution": "5" },
            { "uuid": "5c93d7f7-2224-4548-ae4c-403ec0a8ab16", "type": "domain", "category": "Network activity",
              "value": "own.bad.example", "to_ids": true, "timestamp": "1763600000", "distribution": "5" },
        ],
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn an_own_claim_is_tagged_deleted_in_part_and_taken_back() {
    let s = setting().await;
    let poster = exchange(&s).await;
    let sent = small("1");
    let uuid = text(&sent["uuid"]);
    let taken = s
        .post("events/add?collection=exchange", &poster, &sent)
        .await;
    assert_eq!(taken.status, 200, "{}", taken.text);
    let view = async |key: &str| s.get(&format!("events/view/{uuid}"), key).await;
    let tags = |of: &Json| -> Vec<String> {
        let tags = of["Tag"].as_array().cloned().unwrap_or_default();
        tags.iter().map(|tag| text(&tag["name"])).collect()
    };
    let tick = || s.nation.clock.advance(jiff::SignedDuration::from_secs(2));
    tick();
    let attribute = text(&sent["Attribute"][1]["uuid"]);
    for (named, tag) in [
        (&uuid, "workflow:state=\"draft\""),
        (&attribute, "kill-chain:delivery"),
    ] {
        let body = json!({ "uuid": named, "tag": tag, "local": false });
        for _ in 0..2 {
            let tagged = s.post("tags/attachTagToObject", &poster, &body).await;
            assert_eq!(tagged.status, 200, "{}", tagged.text);
            tick();
        }
        let local = json!({ "uuid": named, "tag": "x", "local": 1 });
        assert_eq!(
            s.post("tags/attachTagToObject", &poster, &local)
                .await
                .status,
            403
        );
    }
    let event = view(&s.key).await.json()["Event"].take();
    assert!(
        tags(&event).contains(&"workflow:state=\"draft\"".to_owned()),
        "{event}"
    );
    let tagged = |event: &Json| -> Vec<String> {
        let all = event["Attribute"].as_array().unwrap().iter();
        all.flat_map(tags)
            .filter(|tag| tag.starts_with("kill-chain"))
            .collect()
    };
    assert_eq!(tagged(&event), ["kill-chain:delivery"]);
    let body = json!({ "uuid": attribute, "tag": "kill-chain:delivery" });
    let untagged = s.post("tags/removeTagFromObject", &poster, &body).await;
    assert_eq!(untagged.status, 200, "{}", untagged.text);
    assert_eq!(
        s.post("tags/removeTagFromObject", &poster, &body)
            .await
            .status,
        404
    );
    tick();
    assert_eq!(
        tagged(&view(&s.key).await.json()["Event"]),
        Vec::<String>::new()
    );
    // It stays as a mark for whoever pulls, and for good.
    let gone = format!("attributes/delete/{attribute}");
    let deleted = s.post(&gone, &poster, &json!({ "hard": 1 })).await;
    assert_eq!(deleted.status, 200, "{}", deleted.text);
    assert_eq!(
        s.values(json!({ "value": "own.bad.example" })).await,
        Vec::<String>::new()
    );
    let with = s
        .get(
            &format!("events/view/{uuid}/deleted[]:0/deleted[]:1"),
            &s.key,
        )
        .await
        .json();
    let marks = with["Event"]["Attribute"].as_array().unwrap().iter();
    assert_eq!(
        marks.filter(|one| one["deleted"] == json!(true)).count(),
        1,
        "{with}"
    );
    let restored = s
        .post(
            &format!("attributes/restore/{attribute}"),
            &poster,
            &json!({}),
        )
        .await;
    assert_eq!(restored.status, 403, "{}", restored.text);
    assert!(restored.text.contains("revoked"), "{}", restored.text);
    // Taken back: nothing of it is left, neither here nor over TAXII.
    tick();
    let other = s
        .nation
        .key(&s.nation.member, &[TaxiiRead, TaxiiPost])
        .await;
    let delete = format!("events/delete/{uuid}");
    assert_eq!(s.post(&delete, &other, &json!({})).await.status, 403);
    let deleted = s.post(&delete, &poster, &json!({})).await;
    assert_eq!(deleted.status, 200, "{}", deleted.text);
    assert_eq!(view(&poster).await.status, 404);
    assert_eq!(s.post(&delete, &poster, &json!({})).await.status, 404);
    for value in ["203.0.113.201", "own.bad.example"] {
        assert_eq!(
            s.values(json!({ "value": value, "deleted": 1 })).await,
            Vec::<String>::new()
        );
    }
    is_proved(&s.nation).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_handed_in_is_taken_back_until_somebody_takes_it_up() {
    let s = setting().await;
    let scopes = [TaxiiRead, TaxiiPost, SubmissionsRead];
    let poster = s.nation.key(&s.nation.provider, &scopes).await;
    let blind = s
        .nation
        .key(&s.nation.provider, &[TaxiiRead, TaxiiPost])
        .await;
    let sent = misp_event();
    let delete = format!("events/delete/{}", text(&sent["Event"]["uuid"]));
    let taken = s.post("events/add", &poster, &sent).await;
    assert_eq!(taken.status, 200, "{}", taken.text);
    assert_eq!(
        s.post(&delete, &blind, &json!({})).await.status,
        404,
        "reads nothing of it"
    );
    let back = s.post(&delete, &poster, &json!({})).await;
    assert_eq!(back.status, 200, "{}", back.text);
    assert_eq!(s.post(&delete, &poster, &json!({})).await.status, 404);
    let mut again = sent;
    again["Event"]["info"] = "again".into();
    let taken = s.post("events/add", &poster, &again).await;
    assert_eq!(taken.status, 200, "{}", taken.text);
    let analyst = s.nation.caller(&s.nation.analyst).await;
    let world = &s.nation.world;
    let open = world.triage_list(&analyst, |_| {}).await.unwrap();
    let open = open
        .rows
        .iter()
        .find(|one| one.state.state.as_str() == "submitted")
        .unwrap();
    world.take_report(&analyst, open.id, "own").await.unwrap();
    let late = s.post(&delete, &poster, &json!({})).await;
    assert_eq!(late.status, 403, "{}", late.text);
    assert!(late.text.contains("taken it up"), "{}", late.text);
    is_proved(&s.nation).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sharing_group_is_whom_it_names_here_and_nobody_else() {
    let s = setting().await;
    exchange(&s).await;
    let nation = &s.nation;
    let admin = nation.caller(&nation.administrator).await;
    let name = Name2::parse("name", "金融の会", "Finance circle").unwrap();
    let group = nation
        .world
        .found_group(&admin, "finance".parse().unwrap(), name, false)
        .await
        .unwrap();
    for party in [nation.member.party, nation.provider.party] {
        nation
            .world
            .join_group(&admin, group.id.cast(), party)
            .await
            .unwrap();
    }
    // What is shared is dated to its minute.
    nation.clock.advance(jiff::SignedDuration::from_secs(90));
    let poster = nation.key(&nation.provider, &[TaxiiRead, TaxiiPost]).await;
    let member = nation.key(&nation.member, &[TaxiiRead]).await;
    let stranger = nation.key(&nation.outsider, &[TaxiiRead]).await;
    let organisation = |uuid: String| json!({ "Organisation": { "uuid": uuid } });
    let foreign = "77777777-0000-4000-8000-000000000001";
    for (n, group, members, (is_named, member_reads), told) in [
        // The hub's own group, as the hub itself tells it: without who is in it.
        (1, group.id.to_string(), json!([]), (true, true), "4"),
        // An organisation that the poster may know of: its own.
        (
            2,
            foreign.to_owned(),
            json!([organisation(nation.provider.party.to_string())]),
            (true, false),
            "",
        ),
        // One that it may not know of is nobody to it, whether or not it is here.
        (
            5,
            foreign.to_owned(),
            json!([organisation(nation.member.party.to_string())]),
            (false, false),
            "",
        ),
        // Nobody is known, or nobody is in it.
        (
            3,
            foreign.to_owned(),
            json!([organisation("88888888-0000-4000-8000-000000000001".into())]),
            (false, false),
            "",
        ),
        (4, foreign.to_owned(), json!([]), (false, false), ""),
    ] {
        let mut sent = small("4");
        let own = format!("5c93d7f7-3333-4548-ae4c-{n:012}");
        sent["uuid"] = own.as_str().into();
        for (at, attribute) in sent["Attribute"]
            .as_array_mut()
            .unwrap()
            .iter_mut()
            .enumerate()
        {
            attribute["uuid"] = format!("5c93d7f7-333{}-4548-ae4c-{n:012}", at + 4).into();
            attribute["value"] = format!("{at}.of-{n}.bad.example").into();
            attribute["type"] = "domain".into();
        }
        sent["SharingGroup"] =
            json!({ "uuid": group, "name": "g", "active": true, "SharingGroupOrg": members });
        let taken = s
            .post("events/add?collection=exchange", &poster, &sent)
            .await;
        assert_eq!(taken.status, 200, "{n}: {}", taken.text);
        assert_eq!(taken.header("kaname-note").is_empty(), is_named, "{n}");
        let view = format!("events/view/{own}");
        assert_eq!(s.get(&view, &poster).await.status, 200, "{n}: its own");
        assert_eq!(
            s.get(&view, &stranger).await.status,
            403,
            "{n}: no stranger"
        );
        let seen = s.get(&view, &member).await;
        assert_eq!(seen.status, if member_reads { 200 } else { 404 }, "{n}");
        if member_reads {
            let event = seen.json()["Event"].take();
            assert_eq!(event["distribution"], told, "{event}");
            assert_eq!(event["Attribute"].as_array().unwrap().len(), 2);
            assert_eq!(event["SharingGroup"]["name"], "Finance circle");
            assert_eq!(event["SharingGroup"]["SharingGroupOrg"], json!([]));
        }
    }
    // A group that the poster is not in is nobody to it, and it learns nothing of there being one.
    nation
        .world
        .change_group(&admin, group.id.cast(), None, |one| {
            one.leave(nation.provider.party)
        })
        .await
        .unwrap();
    let mut sent = small("4");
    sent["SharingGroup"] = json!({ "uuid": group.id, "SharingGroupOrg": [] });
    let taken = s
        .post("events/add?collection=exchange", &poster, &sent)
        .await;
    assert!(
        taken.header("kaname-note").contains("names nobody here"),
        "{}",
        taken.text
    );
    let view = format!("events/view/{}", text(&sent["uuid"]));
    assert_eq!(s.get(&view, &member).await.status, 404);
    is_proved(nation).await;
}
