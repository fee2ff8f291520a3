//! Each example of the API's description does what it says, asked of a hub in which there is all that the examples
//! speak of; so does what a person copies from the page.

use std::collections::{BTreeMap, BTreeSet};

use axum::{
    body::Body,
    http::{Method, Request, StatusCode, header},
};
use kaname_directory::{KeyScope, PartyKind};
use kaname_kernel::Role;
use kaname_sharing::content::ItemKind;
use kaname_testkit::Nation;
use serde_json::{Map, Value};

use crate::{
    acted, assessments,
    browser::{Browser, between, leads_to},
    campaigns,
    described::DESCRIPTION,
    house::{Answer, Door},
    library::released_with,
    objects, peers,
    reference::{bodies, operations, parameters, success},
    sources, story,
};

/// A hub in which there is all that the examples speak of.
struct Scene<'d> {
    door: &'d Door,
    /// What stands in the examples, and what is meant by it here.
    real: BTreeMap<&'static str, String>,
    administrator: Browser<'d>,
    analyst: Browser<'d>,
    reviewer: Browser<'d>,
    releaser: Browser<'d>,
    auditor: Browser<'d>,
    /// Hands in and reads its own reports.
    provider: String,
    /// Reads, searches and answers.
    reader: String,
}

/// What the examples say where a page goes on.
const CURSOR: &str = "q3vZ8mXK2c0bT1n5Yw";
/// Further ids of the examples: of a report, an item, a victim record, a campaign, an assessment, an object.
const REPORT: &str = "R-2611-7K4MT";
const ITEM: &str = "S-2611-QX3E9";
const RECORD: &str = "019ac3f0-5d2e-7c41-9a1b-3f6e2d7c8b90";
const CAMPAIGN: &str = "C-2611-4MD7K";
const ASSESSMENT: &str = "A-2611-8TQ3W";
const SEARCH: &str = "019ac3f0-77aa-7b10-8c2d-5e6f7a8b9c0d";
const DROPPED_SEARCH: &str = "019ac3f0-88bb-7c20-9d3e-6f7a8b9c0d1e";
const OBJECT: &str = "intrusion-set--6f1c2f0e-8a5b-4f6e-9d0b-2c7a1e5b4d33";
/// Places of its versions.
const NEWER: &str = "1795135330123456";
const OLDER: &str = "1795135330123001";

impl<'d> Scene<'d> {
    async fn of(nation: &Nation, door: &'d Door) -> Self {
        let mut real = acted::waiting_items(nation).await;
        let administrator = Browser::of(door, nation, &nation.administrator).await;
        peers::agreed(nation, &administrator).await;
        sources::agreed(nation, &administrator).await;
        let (group, technique) = (
            objects::id("intrusion-set", 1),
            objects::id("attack-pattern", 2),
        );
        objects::imported(
            nation,
            &[
                objects::group(1, "Example Group"),
                objects::version(
                    "intrusion-set",
                    1,
                    "2026-02-01",
                    r#""name":"Example Group""#,
                ),
                objects::technique(2, "T1566", "Phishing"),
                objects::relation(3, "uses", &group, &technique),
            ],
        )
        .await;
        let item = released_with(nation, |draft| draft.kind = ItemKind::Indicator).await;
        let (receipt, second) = story::released(nation).await;
        let ministry = nation
            .party("sangyo-sho", PartyKind::Ministry, "産業省", "Industry")
            .await;
        let official = nation.hire(ministry, "sangyo", &[Role::Member]).await;
        show_record(nation, door, &receipt.number).await;
        let reads = [KeyScope::ApiRead, KeyScope::Feedback];
        let reader = nation.key(&official, &reads).await;
        let hands_in = [KeyScope::Submit, KeyScope::SubmissionsRead];
        let provider = nation.key(&nation.provider, &hands_in).await;
        let places = objects::places(door, &reader, &group).await;
        real.extend(acted::undelivered(nation).await);
        let records = door.get("/api/v1/records", &reader).await.json();
        let record = records["records"][0]["id"].as_str().unwrap().to_owned();
        assert_ne!(item.id, second.id);
        let analyst = Browser::of(door, nation, &nation.analyst).await;
        let (mut campaign, mut assessment) = (String::new(), String::new());
        for _ in 0..2 {
            campaign = campaigns::accepted(nation, &analyst).await;
            assessment = assessments::begun(&analyst, &item.state.number).await;
        }
        let colleague = nation.analyst.party;
        let colleague = nation.hire(colleague, "bunseki-2", &[Role::Analyst]);
        let reviewer = Browser::of(door, nation, &colleague.await).await;
        real.extend(acted::stopped(&administrator).await);
        real.extend(acted::grouped(nation, &analyst).await);
        real.extend(acted::assessed(&analyst, &reviewer, &item.state.number).await);
        real.extend([
            (REPORT, receipt.number),
            (ITEM, item.state.number),
            (RECORD, record),
            (CAMPAIGN, campaign),
            (ASSESSMENT, assessment),
            (OBJECT, group),
            (NEWER, places[0].clone()),
            (OLDER, places[1].clone()),
            (SEARCH, kept_search(&analyst).await),
            (DROPPED_SEARCH, kept_search(&analyst).await),
        ]);
        Self {
            door,
            real: real.into_iter().collect(),
            reviewer,
            releaser: Browser::of(door, nation, &nation.releaser).await,
            administrator,
            analyst,
            auditor: Browser::of(door, nation, &nation.auditor).await,
            provider,
            reader,
        }
    }

    /// An example with the ids of this hub.
    fn real(&self, example: &str) -> String {
        let all = self.real.iter();
        all.fold(example.to_owned(), |text, (said, meant)| {
            text.replace(said, meant)
        })
    }

    fn key(&self, path: &str) -> &str {
        match path.starts_with("/api/v1/submissions") {
            true => &self.provider,
            false => &self.reader,
        }
    }

    /// The officer who asks such things.
    fn officer(&self, method: &Method, path: &str) -> &Browser<'d> {
        let mut parts = path.split(['/', '?']).skip(3);
        let (room, act) = (parts.next().unwrap_or_default(), parts.nth(1));
        match (room, act) {
            ("assessments", Some("review")) => &self.reviewer,
            (
                "campaigns" | "proposals" | "dismissals" | "assessments" | "searches" | "search",
                _,
            ) => &self.analyst,
            ("items", Some(_)) => &self.releaser,
            _ if method == Method::GET => &self.auditor,
            _ => &self.administrator,
        }
    }

    /// Asks, with the session or the key of whoever asks such things.
    async fn ask(
        &self,
        by_person: bool,
        method: &Method,
        target: &str,
        body: Option<&str>,
    ) -> Answer {
        if by_person {
            return self.officer(method, target).ask(method, target, body).await;
        }
        let mut request = Request::builder().method(method).uri(target).header(
            header::AUTHORIZATION,
            format!("Bearer {}", self.key(target)),
        );
        if body.is_some() {
            request = request.header(header::CONTENT_TYPE, "application/json");
        }
        let body = body.map_or_else(Body::empty, |body| Body::from(body.to_owned()));
        self.door.send(request.body(body).unwrap()).await
    }
}

/// A search that the person keeps; gives its id.
async fn kept_search(person: &Browser<'_>) -> String {
    let body = r#"{ "name": "電力への攻撃", "query": "sector:electricity", "alert": "daily" }"#;
    let kept = person
        .ask(&Method::POST, "/api/v1/searches", Some(body))
        .await;
    kept.json()["id"].as_str().unwrap().to_owned()
}

/// The provider of a report shows its victim record to the ministry.
async fn show_record(nation: &Nation, door: &Door, report: &str) {
    let analyst = Browser::of(door, nation, &nation.analyst).await;
    let asked = [("parties", "sangyo-sho"), ("reason", "所管省庁への連絡")];
    let asked = analyst
        .post(&format!("/triage/{report}/victim"), &asked)
        .await;
    leads_to(&asked);
    let provider = Browser::of(door, nation, &nation.provider).await;
    let page = provider.page(&format!("/submissions/{report}")).await;
    let hash = between(&page, "name=\"hash\" value=\"", "\"").to_owned();
    let show = format!("/submissions/{report}/victim/show");
    leads_to(&provider.post(&show, &[("hash", &hash)]).await);
}

/// Path and query of an operation with these parameters of its own.
fn target(path: &str, asked: &[(&str, String)]) -> String {
    let mut target = path.to_owned();
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    for (name, value) in asked {
        let placeholder = format!("{{{name}}}");
        match target.contains(&placeholder) {
            true => target = target.replace(&placeholder, value),
            false => {
                query.append_pair(name, value);
            }
        }
    }
    match query.finish() {
        query if query.is_empty() => target,
        query => format!("{target}?{query}"),
    }
}

fn example(parameter: &Value) -> (&str, String) {
    let example = match &parameter["example"] {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    (parameter["name"].as_str().unwrap(), example)
}

/// Whether no key may ask.
fn is_for_persons(operation: &Value) -> bool {
    let by_key = operation["security"].as_array().unwrap();
    !by_key.is_empty() && by_key.iter().all(|one| one["key"].is_null())
}

/// Whether a person asks: where no key may, and where a search goes on among what officers alone read.
fn is_by_person(operation: &Value, target: &str) -> bool {
    let goes_on = |part: &&str| target.contains(&format!("&{part}="));
    is_for_persons(operation) || ["reports", "assessments", "campaigns"].iter().any(goes_on)
}

/// What an operation is asked for: once with what it needs, once with each thing that it may be given.
async fn asked(scene: &Scene<'_>, path: &'static str, operation: &'static Value) -> Vec<String> {
    let all = parameters(operation);
    let in_address = all.iter().filter(|one| one["in"] != "header");
    let (needed, free): (Vec<&Value>, Vec<&Value>) =
        in_address.copied().partition(|one| one["required"] == true);
    let needed: Vec<_> = needed.into_iter().map(example).collect();
    let mut targets = vec![target(path, &needed)];
    for parameter in free {
        let (name, mut value) = example(parameter);
        // Reports are sealed: no search goes on among them but one for a value.
        let needed = match name {
            "reports" => vec![("q", "203.0.113.77".to_owned())],
            _ => needed.clone(),
        };
        if value == CURSOR {
            let first = [needed.clone(), vec![("limit", "1".to_owned())]].concat();
            let first = scene.real(&target(path, &first));
            let by_person = is_by_person(operation, &format!("{path}&{name}="));
            let page = scene.ask(by_person, &Method::GET, &first, None).await;
            let page = page.json();
            let next = [&page["next"], &page[name]["next"]];
            let next = next.iter().find_map(|next| next.as_str());
            let next = next.unwrap_or_else(|| panic!("{first} does not go on by {name}: {page}"));
            let (_, query) = next.split_once('?').unwrap();
            let mut pairs = url::form_urlencoded::parse(query.as_bytes());
            value = pairs.find(|(one, _)| one == name).unwrap().1.into_owned();
        }
        let with = [needed, vec![(name, value)]].concat();
        targets.push(target(path, &with));
    }
    targets.iter().map(|target| scene.real(target)).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_example_does_what_it_says() {
    let nation = Nation::new().await;
    let door = sources::door(&nation);
    let scene = Scene::of(&nation, &door).await;
    let (mut ran, mut wrong) = (0, Vec::new());
    for (method, path, operation) in operations() {
        let (good, _) = success(operation);
        let bodies = bodies(operation);
        for target in asked(&scene, path, operation).await {
            let by_person = is_by_person(operation, &target);
            let sent: Vec<Option<String>> = match bodies {
                Some(bodies) => {
                    let all = bodies.values().map(|body| body["value"].to_string());
                    all.map(|body| Some(scene.real(&body))).collect()
                }
                None => vec![None],
            };
            for body in sent {
                let answer = scene
                    .ask(by_person, &method, &target, body.as_deref())
                    .await;
                if answer.status != good {
                    wrong.push(format!("{method} {target}: {}", answer.text));
                }
                ran += 1;
            }
        }
    }
    assert_eq!(wrong, [""; 0]);
    assert!(ran > operations().len(), "{ran}");
    // Headers: the same report under the same key is handed in once.
    let submit = &DESCRIPTION["paths"]["/api/v1/submissions"]["post"];
    let once = parameters(submit)
        .into_iter()
        .find(|one| one["in"] == "header");
    let (name, key) = example(once.unwrap());
    let body = bodies(submit).unwrap()["form"]["value"].to_string();
    let mut numbers = BTreeSet::new();
    for _ in 0..2 {
        let request = Request::post("/api/v1/submissions")
            .header(header::AUTHORIZATION, format!("Bearer {}", scene.provider))
            .header(header::CONTENT_TYPE, "application/json")
            .header(name, &key);
        let answer = door
            .send(request.body(Body::from(body.clone())).unwrap())
            .await;
        numbers.insert(answer.json()["number"].to_string());
    }
    assert_eq!(numbers.len(), 1);
}

/// The words of a command, as a shell parts them.
fn words(command: &str, key: &str) -> Vec<String> {
    let (mut words, mut word, mut quote) = (Vec::new(), String::new(), None);
    let mut signs = command.chars();
    while let Some(sign) = signs.next() {
        match (quote, sign) {
            (Some(open), sign) if open == sign => quote = None,
            (Some(_), sign) => word.push(sign),
            (None, '\'' | '"') => quote = Some(sign),
            (None, '\\') => match signs.next() {
                Some('\n') | None => {}
                Some(meant) => word.push(meant),
            },
            (None, sign) if sign.is_whitespace() => words.extend(ended(&mut word)),
            (None, sign) => word.push(sign),
        }
    }
    words.extend(ended(&mut word));
    let put = |word: String| word.replace("$KANAME_KEY", key);
    words.into_iter().map(put).collect()
}

fn ended(word: &mut String) -> Option<String> {
    let ended = std::mem::take(word);
    (!ended.is_empty()).then_some(ended)
}

/// Does what curl would.
async fn curl(door: &Door, scene: &Scene<'_>, command: &str) -> Answer {
    let words = words(&scene.real(command), "KEY");
    let mut words = words.iter();
    assert_eq!(words.next().unwrap(), "curl");
    let (mut method, mut target, mut body, mut headers) = (None, "", None, Vec::new());
    while let Some(word) = words.next() {
        match word.as_str() {
            "-sS" => {}
            "-X" => method = words.next().cloned(),
            "-H" => headers.push(words.next().unwrap().split_once(": ").unwrap()),
            "-d" => body = words.next().cloned(),
            address => target = address.strip_prefix("http://hub.test").unwrap(),
        }
    }
    let method = method.as_deref().unwrap_or(match body {
        Some(_) => "POST",
        None => "GET",
    });
    let mut request = Request::builder().method(method).uri(target);
    let person = scene.officer(&method.parse().unwrap(), target);
    for (name, value) in headers {
        let value = match value {
            "$KANAME_CSRF" => person.csrf().await,
            "kaname-session=$KANAME_SESSION" => {
                format!("kaname-session={}", person.cookie("kaname-session"))
            }
            other => other.replace("KEY", scene.key(target)),
        };
        request = request.header(name, value);
    }
    door.send(request.body(Body::from(body.unwrap_or_default())).unwrap())
        .await
}

fn unescaped(text: &str) -> String {
    let signs = [
        ("&#60;", "<"),
        ("&#62;", ">"),
        ("&#34;", "\""),
        ("&#39;", "'"),
        ("&#38;", "&"),
    ];
    signs.iter().fold(text.to_owned(), |text, (said, meant)| {
        text.replace(said, meant)
    })
}

/// What a person copies from the page is run as a shell and curl would.
#[tokio::test(flavor = "multi_thread")]
async fn what_the_page_offers_to_paste_works() {
    let nation = Nation::new().await;
    let door = sources::door(&nation);
    let scene = Scene::of(&nation, &door).await;
    let page = Browser::nobody(&door).page("/api").await;
    let asks = page.split("<pre data-ask tabindex=\"0\">").skip(1);
    let asks: Vec<String> = asks
        .map(|rest| unescaped(rest.split("</pre>").next().unwrap()))
        .collect();
    let pasted = operations()
        .into_iter()
        .filter(|(method, _, operation)| method != Method::GET || !is_for_persons(operation));
    let wanted: usize = pasted
        .map(|(_, _, one)| bodies(one).map_or(1, Map::len))
        .sum();
    assert_eq!(asks.len(), wanted);
    let mut wrong = Vec::new();
    for ask in asks {
        let answer = curl(&door, &scene, &ask).await;
        if !answer.status.is_success() {
            wrong.push(format!("{ask}: {}", answer.text));
        }
    }
    assert_eq!(wrong, [""; 0]);
    let opens = page.split("<p class=\"opens\"><a href=\"").skip(1);
    let opens: Vec<&str> = opens.map(|rest| rest.split('"').next().unwrap()).collect();
    assert_eq!(opens.len(), operations().len() + asks_more() - wanted);
    for href in opens {
        let href = scene.real(href);
        let answer = scene.ask(true, &Method::GET, &href, None).await;
        assert_eq!(answer.status, StatusCode::OK, "{href}: {}", answer.text);
    }
}

/// Bodies beyond the first of an operation: each is a command of its own.
fn asks_more() -> usize {
    let all = operations();
    let more = all.iter().filter_map(|(_, _, one)| bodies(one));
    more.map(|bodies| bodies.len() - 1).sum()
}
