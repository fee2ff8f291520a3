//! MISP's REST interface, as its clients use it.

mod answering;
mod asking;
mod bounds;
mod feed;
mod own;
mod posting;
mod reading;
mod sight;
mod squatting;
mod taken_back;

use axum::{
    body::Body,
    http::{Request, header},
};
use kaname_directory::KeyScope::TaxiiRead;
use kaname_kernel::{Pap, Tlp, audience::Named};
use kaname_misp::{Limits, events, to_stix};
use kaname_sharing::{
    ItemKind, Outlet, Text, Value,
    collection::{Access, CollectionKind, Definition},
};
use kaname_testkit::Nation;
use kaname_world::sharing::ItemDraft;
use serde_json::{Value as Json, json};

use crate::house::{Answer, Door};

struct Setting {
    nation: Nation,
    door: Door,
    /// Key of a member that reads.
    key: String,
}

async fn setting() -> Setting {
    let nation = Nation::new().await;
    let door = Door::of(&nation);
    let key = nation.key(&nation.member, &[TaxiiRead]).await;
    Setting { nation, door, key }
}

impl Setting {
    /// GET as MISP's clients send it: the key as it is.
    async fn get(&self, path: &str, key: &str) -> Answer {
        let request = Request::get(format!("/misp/{path}"))
            .header(header::AUTHORIZATION, key)
            .header(header::ACCEPT, "application/json");
        self.door.send(request.body(Body::empty()).unwrap()).await
    }

    async fn post(&self, path: &str, key: &str, body: &Json) -> Answer {
        self.post_text(path, key, body.to_string()).await
    }

    async fn post_text(&self, path: &str, key: &str, body: String) -> Answer {
        let request = Request::post(format!("/misp/{path}"))
            .header(header::AUTHORIZATION, key)
            .header(header::ACCEPT, "application/json")
            .header(header::CONTENT_TYPE, "application/json");
        self.door.send(request.body(body.into()).unwrap()).await
    }

    /// What a search answers, without its wrap.
    async fn found(&self, what: &str, asked: Json) -> Json {
        let answer = self
            .post(&format!("{what}/restSearch"), &self.key, &asked)
            .await;
        assert_eq!(answer.status, 200, "{asked}: {}", answer.text);
        answer.json()["response"].take()
    }

    /// Values of the attributes that a search finds, sorted.
    async fn values(&self, asked: Json) -> Vec<String> {
        let found = self.found("attributes", asked).await;
        let found = found["Attribute"].as_array().unwrap();
        let mut values: Vec<String> = found.iter().map(|one| text(&one["value"])).collect();
        values.sort();
        values
    }

    /// An item that is out, with two values.
    async fn item(&self, number: &str, (tlp, named): (Tlp, Named)) {
        let draft = self.draft(number, tlp, named);
        let by = [self.nation.analyst.account, self.nation.releaser.account];
        let drafts = vec![(number.to_owned(), draft)];
        self.nation.world.put_out_unasked(drafts, by).await.unwrap();
    }

    fn draft(&self, number: &str, tlp: Tlp, named: Named) -> ItemDraft {
        let tail = number.rsplit('-').next().unwrap().to_lowercase();
        let value = |kind, value: String| Value { kind, value };
        ItemDraft {
            kind: ItemKind::Indicator,
            title: Text::new(format!("波濤作戦 {number}"), format!("Operation {number}")),
            summary: Text::new("偽の更新が配られた。", "A false update was spread."),
            countermeasures: Text::default(),
            values: vec![
                value(kaname_intake::Kind::Domain, format!("{tail}.example")),
                value(kaname_intake::Kind::Ipv4, "192.0.2.7".to_owned()),
                value(kaname_intake::Kind::Cve, "CVE-2026-12345".to_owned()),
            ],
            techniques: vec![("T1566".to_owned(), "Phishing".to_owned())],
            tlp,
            pap: Pap::Green,
            named,
            classes: Default::default(),
            duties: Default::default(),
            embargo: None,
            valid_until: None,
            outlets: Outlet::ALL.into(),
            collections: [self.nation.library.id].into(),
        }
    }

    /// Imports a MISP event into a peer collection of members.
    async fn peer(&self, alias: &str, event: &Json) {
        let admin = self.nation.caller(&self.nation.administrator).await;
        let definition = Definition {
            alias: alias.to_owned(),
            title: Text::new("相互提供", "Peer"),
            description: Text::default(),
            kind: CollectionKind::Peer,
            default_tlp: Some(Tlp::Green),
            default_pap: None,
            read: Access::Members,
            write: Access::Members,
            taxii: Default::default(),
        };
        let world = &self.nation.world;
        let collection = world.open_collection(&admin, definition).await.unwrap();
        let text = event.to_string();
        let read = events(text.as_bytes(), &Limits::default()).unwrap();
        let mut bundle = Vec::new();
        let done = to_stix(
            read[0].as_ref().unwrap_or_else(|_| panic!("{text}")),
            &mut bundle,
        );
        assert!(done.findings.is_empty(), "{:?}", done.findings);
        let bundle: Json = serde_json::from_slice(&bundle).unwrap();
        let objects = bundle["objects"].as_array().unwrap();
        let objects: Vec<String> = objects.iter().map(ToString::to_string).collect();
        let objects: Vec<&str> = objects.iter().map(String::as_str).collect();
        let done = world
            .import(&admin, &collection, ("MISP", false), &objects, &|_| {})
            .await
            .unwrap();
        assert!(done.rejected.is_empty(), "{:?}", done.rejected);
    }
}

fn text(value: &Json) -> String {
    value
        .as_str()
        .unwrap_or_else(|| panic!("no text: {value}"))
        .to_owned()
}

/// An event as a MISP instance writes it: attributes, an object, tags, a sighting, a report.
fn misp_event() -> Json {
    json!({ "Event": {
        "id": "77",
        "uuid": "5c93d7f7-7de4-4548-ae4c-403ec0a8ab16",
        "info": "Wave of false updates",
        "date": "2026-11-20",
        "timestamp": "1763600000",
        "publish_timestamp": "1763600100",
        "published": true,
        "analysis": "2",
        "threat_level_id": "2",
        "distribution": "3",
        "orgc_id": "9",
        "org_id": "9",
        "Orgc": { "id": "9", "name": "CIRCL", "uuid": "55f6ea5e-2c60-40e5-964f-47a8950d210f" },
        "Tag": [{ "name": "tlp:green", "colour": "#33FF00" }, { "name": "misp-galaxy:banker=\"Gozi\"" }],
        "Attribute": [
            {
                "id": "1", "uuid": "5c93d7f7-0001-4548-ae4c-403ec0a8ab16", "type": "domain",
                "category": "Network activity", "value": "update.bad.example", "to_ids": true,
                "timestamp": "1763600000", "comment": "first stage", "distribution": "5",
                "Sighting": [{ "type": "0", "date_sighting": "1763600050", "source": "edge" }],
            },
            {
                "id": "2", "uuid": "5c93d7f7-0002-4548-ae4c-403ec0a8ab16", "type": "ip-dst|port",
                "category": "Network activity", "value": "198.51.100.9|8443", "to_ids": false,
                "timestamp": "1763500000", "distribution": "5",
            },
            {
                "id": "3", "uuid": "5c93d7f7-0003-4548-ae4c-403ec0a8ab16", "type": "text",
                "category": "Other", "value": "seen at night", "to_ids": false,
                "timestamp": "1763600000", "distribution": "5",
            },
            {
                "id": "4", "uuid": "5c93d7f7-0004-4548-ae4c-403ec0a8ab16", "type": "url",
                "category": "Network activity", "value": "https://gone.bad.example/x", "to_ids": true,
                "timestamp": "1763600000", "distribution": "5", "deleted": true,
            },
        ],
        "Object": [{
            "id": "5", "uuid": "5c93d7f7-0005-4548-ae4c-403ec0a8ab16", "name": "file",
            "meta-category": "file", "template_uuid": "688c46fb-5edb-40a3-8273-1af7923e2215",
            "template_version": "24", "timestamp": "1763600000", "distribution": "5",
            "Attribute": [
                {
                    "uuid": "5c93d7f7-0006-4548-ae4c-403ec0a8ab16", "type": "filename",
                    "object_relation": "filename", "category": "Payload delivery",
                    "value": "update.exe", "to_ids": true, "timestamp": "1763600000",
                },
                {
                    "uuid": "5c93d7f7-0007-4548-ae4c-403ec0a8ab16", "type": "md5",
                    "object_relation": "md5", "category": "Payload delivery",
                    "value": "0cc175b9c0f1b6a831c399e269772661", "to_ids": true,
                    "timestamp": "1763600000",
                },
            ],
        }],
        "EventReport": [{
            "uuid": "5c93d7f7-0008-4548-ae4c-403ec0a8ab16", "name": "What happened",
            "content": "It began at night.", "timestamp": "1763600000", "distribution": "5",
        }],
    }})
}
