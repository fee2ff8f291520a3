//! What the examples of the API act upon: items that wait for an officer, campaigns to be joined and split, proposals,
//! assessments at each of their stages, sources and peers that were stopped.

use axum::http::{Method, StatusCode};
use jiff::SignedDuration;
use kaname_directory::{Cadence, Lang, Notify, PartyKind};
use kaname_kernel::Role;
use kaname_testkit::Nation;
use kaname_world::Caller;
use serde_json::{Value, json};

use crate::{
    assessments,
    browser::Browser,
    campaigns,
    leak::pushed::{work, worker},
    now,
    sink::MailSink,
    story,
};

/// What stands in the examples, with what is meant by it.
pub(crate) type Meant = Vec<(&'static str, String)>;

/// Items that wait: one that has grown old, one that false positives keep out of block lists, one that is wrong. The
/// nation's clock goes on for weeks.
pub(crate) async fn waiting_items(nation: &Nation) -> Meant {
    let (_, due) = story::released(nation).await;
    nation.clock.advance(SignedDuration::from_hours(24 * 22));
    nation.world.sweep().await.unwrap();
    let (_, suspended) = story::released(nation).await;
    let mut members = vec![nation.member.clone()];
    for code in ["tetsudo", "suido"] {
        let party = nation.party(code, PartyKind::Operator, code, code).await;
        members.push(nation.hire(party, code, &[Role::Member]).await);
    }
    for member in &members {
        let member = nation.caller(member).await;
        let given = nation
            .world
            .give_feedback(&member, suspended.id, now::false_positive());
        given.await.unwrap();
    }
    let (_, wrong) = story::released(nation).await;
    vec![
        ("S-2611-KCD3F", due.state.number),
        ("S-2611-HGH5J", suspended.state.number),
        ("S-2611-TKM7N", wrong.state.number),
    ]
}

/// What an officer's script does, which must be taken.
async fn done(officer: &Browser<'_>, path: &str, body: Value) -> Value {
    let answer = officer
        .ask(&Method::POST, path, Some(&body.to_string()))
        .await;
    assert!(answer.status.is_success(), "{path}: {}", answer.text);
    answer.json()
}

fn text(answer: &Value, member: &str) -> String {
    answer[member].as_str().unwrap().to_owned()
}

/// Campaigns to be joined, split, merged and undone; proposals to be accepted and set aside.
pub(crate) async fn grouped(nation: &Nation, analyst: &Browser<'_>) -> Meant {
    let mut nth = 0;
    let mut free = async || {
        nth += 1;
        let own = format!("alone-{nth}.test");
        campaigns::report(nation, &[&own], "").await.number
    };
    let mut meant: Meant = Vec::new();
    for said in ["R-2611-2AB3C", "R-2611-4DE5F", "R-2611-6GH7J"] {
        meant.push((said, free().await));
    }
    for said in [
        "C-2611-8KM9N",
        "C-2611-3PQ4R",
        "C-2611-6ST7V",
        "C-2611-9WX2Y",
        "C-2611-5ZA3B",
    ] {
        let reports = [free().await, free().await, free().await];
        if said == "C-2611-3PQ4R" {
            meant.push(("R-2611-8LM9P", reports[0].clone()));
        }
        let new = json!({ "title": "VPN装置からの侵入", "reports": reports });
        let begun = done(analyst, "/api/v1/campaigns", new).await;
        meant.push((said, text(&begun, "number")));
    }
    let mut pairs = Vec::new();
    for pair in 0..4 {
        let rare = format!("shared-{pair}.test");
        for own in ["a", "b"] {
            let own = format!("{own}-of-{pair}.test");
            let report = campaigns::report(nation, &[&rare, &own], "").await;
            if own.starts_with('a') {
                pairs.push(report.number);
            }
        }
    }
    let proposed = analyst
        .ask(&Method::GET, "/api/v1/proposals", None)
        .await
        .json();
    let proposed = proposed["proposals"].as_array().unwrap();
    let key_of = |report: &String| {
        let holds = |one: &&Value| {
            let reports = one["reports"].as_array().unwrap();
            reports
                .iter()
                .any(|of| of["number"].as_str() == Some(report))
        };
        text(proposed.iter().find(holds).unwrap(), "key")
    };
    let keys: Vec<String> = pairs.iter().map(key_of).collect();
    let [accept, dismiss, restore, aside] = keys.try_into().unwrap();
    let reason = json!({ "reason": "演習" });
    done(
        analyst,
        &format!("/api/v1/proposals/{aside}/dismiss"),
        reason.clone(),
    )
    .await;
    let dismissed = done(
        analyst,
        &format!("/api/v1/proposals/{restore}/dismiss"),
        reason,
    )
    .await;
    meant.extend([
        ("c0ffee10a5b4c3d2e1f0a9b8", accept),
        ("decade20b6c5d4e3f2a1b0c9", dismiss),
        (
            "019ac3f0-aadd-7e40-bf50-8b9c0d1e2f30",
            text(&dismissed, "id"),
        ),
    ]);
    meant
}

/// Assessments at each of their stages, resting on this item, and an item that came of one.
pub(crate) async fn assessed(analyst: &Browser<'_>, reviewer: &Browser<'_>, item: &str) -> Meant {
    let mut numbers = Vec::new();
    for _ in 0..5 {
        numbers.push(assessments::begun(analyst, item).await);
    }
    let [written, asked, sound, gone, out] = numbers.try_into().unwrap();
    for number in [&asked, &sound, &out] {
        let to = format!("/api/v1/assessments/{number}/ask-review");
        let taken = analyst.ask(&Method::POST, &to, None).await;
        assert_eq!(taken.status, StatusCode::OK, "{}", taken.text);
    }
    for number in [&sound, &out] {
        let to = format!("/api/v1/assessments/{number}/review");
        done(reviewer, &to, json!({ "sound": true })).await;
    }
    let to = format!("/api/v1/assessments/{out}/forward");
    let ready = done(analyst, &to, json!({ "revision": 3 })).await;
    assert_eq!(ready["revision"], 2, "as the example says");
    vec![
        ("A-2611-2DE4G", written),
        ("A-2611-4HJ6K", asked),
        ("A-2611-6MN8P", sound),
        ("A-2611-8QR2S", gone),
        ("S-2611-RPQ9R", text(&ready, "number")),
    ]
}

/// A delivery that was given up, of what is out.
pub(crate) async fn undelivered(nation: &Nation) -> Meant {
    let mails = MailSink::open().await;
    let notify = Notify {
        cadence: Cadence::Immediate,
        lang: Lang::Ja,
        mail: Some("refuse@kaihin.example".parse().unwrap()),
    };
    let (world, member) = (&nation.world, nation.member.party);
    let shell = Caller::system("shell");
    let set = world.change_party(&shell, member, None, |party| party.set_notify(notify));
    set.await.unwrap();
    work(&worker(nation, &mails)).await;
    let officer = nation.caller(&nation.auditor).await;
    let failed = world.deliveries(&officer, |query| query.states = vec!["failed".to_owned()]);
    let failed = failed.await.unwrap().rows;
    vec![(
        "019ac3f0-12ab-7c34-8d56-7e8f90a1b2c3",
        failed[0].id.to_string(),
    )]
}

/// A source and a peer called `paused` that were stopped, and a warninglist.
pub(crate) async fn stopped(administrator: &Browser<'_>) -> Meant {
    let source = administrator
        .ask(&Method::GET, "/api/v1/sources/blocklist", None)
        .await
        .json();
    let collection = text(&source, "collection");
    let terms = json!({ "publisher": "例示CERT", "url": "https://feed.partner.test/b.txt", "form": "list" });
    let new = json!({ "code": "paused", "collection": collection, "terms": terms });
    done(administrator, "/api/v1/sources", new).await;
    let terms = json!({ "url": "https://taxii.partner.test/api/collections/1/" });
    let way = json!({ "direction": "pull", "collection": collection });
    let new = json!({ "code": "paused", "way": way, "terms": terms });
    done(administrator, "/api/v1/peers", new).await;
    for room in ["sources", "peers"] {
        let to = format!("/api/v1/{room}/paused/stop");
        done(administrator, &to, json!({ "reason": "休止" })).await;
    }
    let list = json!({ "name": "例示のCDN", "description": "", "version": 1, "type": "cidr", "list": ["192.0.2.128/25"] });
    done(administrator, "/api/v1/warninglists", list).await;
    vec![("019ac0aa-1b2c-7d3e-8f40-5a6b7c8d9e0f", collection)]
}
