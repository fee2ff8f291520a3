//! Two parties see only their share, and how far a thing may go is told from its audience.

use kaname_directory::KeyScope::TaxiiRead;
use kaname_directory::Name2;
use kaname_kernel::{Tlp, audience::Named};
use serde_json::json;

use super::{misp_event, setting, text};

#[tokio::test(flavor = "multi_thread")]
async fn each_party_sees_its_own_share_and_how_far_it_may_go() {
    let s = setting().await;
    let nation = &s.nation;
    let admin = nation.caller(&nation.administrator).await;
    let name = Name2::parse("name", "金融の会", "Finance circle").unwrap();
    let group = nation
        .world
        .found_group(&admin, "finance".parse().unwrap(), name, false)
        .await
        .unwrap();
    let group = group.id.cast();
    nation
        .world
        .join_group(&admin, group, nation.member.party)
        .await
        .unwrap();
    nation.clock.advance(jiff::SignedDuration::from_secs(5));
    let to = |parties: &[_], groups: &[_]| Named {
        parties: parties.to_vec(),
        groups: groups.to_vec(),
        ..Named::default()
    };
    s.item("S-2611-CLEAR", (Tlp::Clear, Named::default())).await;
    s.item("S-2611-GREEN", (Tlp::Green, Named::default())).await;
    s.item("S-2611-BANKS", (Tlp::Amber, to(&[], &[group])))
        .await;
    s.item(
        "S-2611-POWER",
        (Tlp::AmberStrict, to(&[nation.provider.party], &[])),
    )
    .await;
    let theirs = nation.key(&nation.provider, &[TaxiiRead]).await;
    let told = async |key: &str| {
        let index = s.get("events/index", key).await.json();
        let index = index.as_array().unwrap().clone();
        let mut told: Vec<(String, String)> = index
            .iter()
            .map(|one| {
                let number = text(&one["info"]);
                (
                    number[number.len() - 5..].to_owned(),
                    text(&one["distribution"]),
                )
            })
            .collect();
        told.sort();
        told
    };
    let pairs = |pairs: &[(&str, &str)]| -> Vec<(String, String)> {
        pairs
            .iter()
            .map(|(one, two)| ((*one).to_owned(), (*two).to_owned()))
            .collect()
    };
    assert_eq!(
        told(&s.key).await,
        pairs(&[("BANKS", "4"), ("CLEAR", "3"), ("GREEN", "1")])
    );
    assert_eq!(
        told(&theirs).await,
        pairs(&[("CLEAR", "3"), ("GREEN", "1"), ("POWER", "0")])
    );
    // The group is told to who is in it, and never who else is.
    let found = s.found("events", json!({ "eventinfo": "%BANKS" })).await;
    let event = &found[0]["Event"];
    assert_eq!(event["SharingGroup"]["name"], "Finance circle");
    assert_eq!(event["SharingGroup"]["id"], event["sharing_group_id"]);
    assert_eq!(event["SharingGroup"]["SharingGroupOrg"], json!([]));
    let groups = s.get("sharingGroups/index", &s.key).await.json();
    assert_eq!(
        groups["response"][0]["SharingGroup"]["id"],
        event["sharing_group_id"]
    );
    let path = format!("sharing_groups/view/{}", text(&event["sharing_group_id"]));
    assert_eq!(s.get(&path, &s.key).await.status, 200);
    assert_eq!(s.get(&path, &theirs).await.status, 404);
    assert_eq!(
        s.get("sharingGroups/index", &theirs).await.json()["response"],
        json!([])
    );
    // By name, by number and in every form what is hidden is what is not there.
    for name in [text(&event["uuid"]), text(&event["id"])] {
        let hidden = s.get(&format!("events/view/{name}"), &theirs).await;
        assert_eq!(
            (hidden.status.as_u16(), &hidden.json()["message"]),
            (404, &json!("Invalid event"))
        );
        assert_eq!(
            s.get(&format!("events/view/{name}"), &s.key).await.status,
            200
        );
    }
    for attribute in event["Attribute"].as_array().unwrap() {
        for name in [text(&attribute["uuid"]), text(&attribute["id"])] {
            let hidden = s.get(&format!("attributes/view/{name}"), &theirs).await;
            assert_eq!(hidden.status, 404);
            assert_eq!(
                s.get(&format!("attributes/view/{name}"), &s.key)
                    .await
                    .status,
                200
            );
        }
    }
    for format in ["json", "csv", "stix2", "cache"] {
        let answer = s
            .post(
                "events/restSearch",
                &theirs,
                &json!({ "returnFormat": format }),
            )
            .await;
        assert_eq!(answer.status, 200);
        assert!(
            !answer.text.contains("banks.example") && !answer.text.contains("BANKS"),
            "{format}"
        );
        assert!(!answer.text.contains(&text(&event["uuid"])), "{format}");
    }
    // As over TAXII, whose membership is not in force reads nothing here.
    let outside = nation.key(&nation.outsider, &[TaxiiRead]).await;
    assert_eq!(s.get("events/index", &outside).await.status, 403);
}

#[tokio::test(flavor = "multi_thread")]
async fn within_an_event_only_what_its_reader_may_see_is_told() {
    let s = setting().await;
    let mut event = misp_event();
    event["Event"]["Attribute"][1]["Tag"] = json!([{ "name": "tlp:red" }]);
    s.peer("peer", &event).await;
    let uuid = text(&event["Event"]["uuid"]);
    let told = s.get(&format!("events/view/{uuid}"), &s.key).await;
    assert!(!told.text.contains("198.51.100.9"), "{}", told.text);
    assert_eq!(told.json()["Event"]["attribute_count"], "4");
    assert_eq!(s.values(json!({ "value": "198.51.100.9" })).await, [""; 0]);
    let hidden = s
        .get(
            "attributes/view/5c93d7f7-0002-4548-ae4c-403ec0a8ab16",
            &s.key,
        )
        .await;
    assert_eq!(hidden.status, 404);
}
