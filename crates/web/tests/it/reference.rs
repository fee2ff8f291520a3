//! The description of the API, and the page that shows it: it is the table of endpoints, holds to OpenAPI, and is
//! whole in both languages.

use std::collections::BTreeSet;

use axum::{
    body::Body,
    http::{Method, Request, StatusCode, header},
};
use kaname_testkit::Nation;
use kaname_web::room;
use serde_json::{Map, Value};

use crate::{
    browser::{Browser, between},
    described::{DESCRIPTION, holds, resolved},
    house::Door,
    raw::unresolved,
};

/// Each operation, with its method and path.
pub(crate) fn operations() -> Vec<(Method, &'static str, &'static Value)> {
    let paths = DESCRIPTION["paths"].as_object().unwrap();
    let mut all = Vec::new();
    for (path, methods) in paths {
        for (method, operation) in methods.as_object().unwrap() {
            let method = method.to_uppercase().parse().unwrap();
            all.push((method, path.as_str(), operation));
        }
    }
    all
}

pub(crate) fn parameters(operation: &'static Value) -> Vec<&'static Value> {
    let all = operation["parameters"].as_array();
    all.into_iter().flatten().collect()
}

pub(crate) fn bodies(operation: &'static Value) -> Option<&'static Map<String, Value>> {
    operation["requestBody"]["content"]["application/json"]["examples"].as_object()
}

/// The status of success, and the answer to it.
pub(crate) fn success(operation: &'static Value) -> (StatusCode, &'static Value) {
    let all = operation["responses"].as_object().unwrap();
    let mut good = all.iter().filter(|(status, _)| status.starts_with('2'));
    let (status, answer) = good.next().unwrap();
    assert!(good.next().is_none(), "one way to succeed");
    (status.parse().unwrap(), answer)
}

#[test]
fn the_description_is_the_table() {
    let described: BTreeSet<String> = operations()
        .iter()
        .map(|(method, path, _)| format!("{method} {path}"))
        .collect();
    let table = room::endpoints();
    let table = table.iter().filter(|one| one.path.starts_with("/api/"));
    let table: BTreeSet<String> = table
        .map(|one| format!("{} {}", one.method, one.path))
        .collect();
    assert_eq!(described, table);
}

/// What OpenAPI 3.1 asks of a document beyond JSON Schema, as far as this one uses it.
#[test]
fn the_description_holds_to_openapi() {
    assert!(DESCRIPTION["openapi"].as_str().unwrap().starts_with("3.1."));
    assert_eq!(DESCRIPTION["info"]["version"], env!("CARGO_PKG_VERSION"));
    let named = |of: &'static Value, by: &str| -> BTreeSet<&str> {
        let all = of.as_array().unwrap().iter();
        all.map(|one| one[by].as_str().unwrap()).collect()
    };
    let tags = named(&DESCRIPTION["tags"], "name");
    let schemes = &DESCRIPTION["components"]["securitySchemes"];
    let mut ids = BTreeSet::new();
    for (method, path, operation) in operations() {
        let here = format!("{method} {path}");
        assert!(
            ids.insert(operation["operationId"].as_str().unwrap()),
            "{here}"
        );
        for tag in operation["tags"].as_array().unwrap() {
            assert!(tags.contains(tag.as_str().unwrap()), "{here}: {tag}");
        }
        let mut declared = BTreeSet::new();
        for parameter in parameters(operation) {
            let (name, place) = (parameter["name"].as_str(), parameter["in"].as_str());
            let name = name.unwrap();
            assert!(declared.insert((name, place)), "{here}: {name} twice");
            let is_in_path = path.split('/').any(|part| part == format!("{{{name}}}"));
            assert_eq!(is_in_path, place == Some("path"), "{here}: {name}");
            assert!(
                !is_in_path || parameter["required"] == true,
                "{here}: {name}"
            );
            assert!(["path", "query", "header"].contains(&place.unwrap()));
            assert!(parameter["schema"].is_object(), "{here}: {name}");
        }
        let placeholders = path.matches('{').count();
        let filled = declared.iter().filter(|(_, place)| *place == Some("path"));
        assert_eq!(filled.count(), placeholders, "{here}");
        for one in operation["security"].as_array().unwrap() {
            for scheme in one.as_object().unwrap().keys() {
                assert!(schemes[scheme].is_object(), "{here}: {scheme}");
            }
        }
        for (status, response) in operation["responses"].as_object().unwrap() {
            let response = resolved(response);
            assert!(response["description"].is_string(), "{here} {status}");
            for header in ["RateLimit", "RateLimit-Policy"] {
                let there = resolved(&response["headers"][header]);
                assert!(there["schema"].is_object(), "{here} {status}: {header}");
            }
            let waits = resolved(&response["headers"]["Retry-After"]);
            assert_eq!(waits.is_object(), ["429", "503"].contains(&status.as_str()));
        }
    }
    every_reference_leads_somewhere(&DESCRIPTION);
}

fn every_reference_leads_somewhere(value: &'static Value) {
    if value["$ref"].is_string() {
        resolved(value);
    }
    match value {
        Value::Object(members) => members.values().for_each(every_reference_leads_somewhere),
        Value::Array(items) => items.iter().for_each(every_reference_leads_somewhere),
        _ => {}
    }
}

/// Nothing is without an example or without its Japanese, and examples are as the schemas say.
#[test]
fn everything_has_its_japanese_and_its_example() {
    let japanese = |here: &str, said: &Value| {
        let text = said.as_str().unwrap_or_default();
        let is_there = text.chars().any(|sign| sign >= '\u{3001}');
        assert!(is_there, "{here} has no Japanese: {said}");
    };
    for tag in DESCRIPTION["tags"].as_array().unwrap() {
        japanese("a tag", &tag["x-ja"]["name"]);
        japanese("a tag", &tag["x-ja"]["description"]);
    }
    for (method, path, operation) in operations() {
        let here = format!("{method} {path}");
        japanese(&here, &operation["x-ja"]["summary"]);
        if operation["description"].is_string() {
            japanese(&here, &operation["x-ja"]["description"]);
        }
        for parameter in parameters(operation) {
            let here = format!("{here} {}", parameter["name"]);
            japanese(&here, &parameter["x-ja"]);
            assert!(!parameter["example"].is_null(), "{here} has no example");
            holds(&here, &parameter["schema"], &parameter["example"]);
        }
        for response in operation["responses"].as_object().unwrap().values() {
            japanese(&here, &resolved(response)["x-ja"]);
        }
        if operation["requestBody"].is_object() {
            let content = &operation["requestBody"]["content"]["application/json"];
            for (name, body) in bodies(operation).expect(&here) {
                let here = format!("{here} {name}");
                japanese(&here, &body["x-ja"]);
                holds(&here, &content["schema"], &body["value"]);
            }
        }
        let (_, answer) = success(operation);
        let content = &answer["content"]["application/json"];
        // The document itself is no example of itself.
        assert_eq!(
            content["example"].is_null(),
            path.ends_with("openapi.json"),
            "{here}"
        );
        if !content["example"].is_null() {
            holds(&here, &content["schema"], &content["example"]);
        }
    }
    for (name, schema) in DESCRIPTION["components"]["schemas"].as_object().unwrap() {
        described_in_japanese(name, schema, &japanese);
    }
}

fn described_in_japanese(here: &str, schema: &Value, japanese: &impl Fn(&str, &Value)) {
    if let Value::Object(members) = schema {
        if schema["description"].is_string() && !schema["properties"]["x-ja"].is_object() {
            japanese(here, &schema["x-ja"]);
        }
        for (name, member) in members {
            described_in_japanese(&format!("{here}.{name}"), member, japanese);
        }
    } else if let Value::Array(items) = schema {
        items
            .iter()
            .for_each(|one| described_in_japanese(here, one, japanese));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_shows_every_operation_to_everyone_in_both_languages() {
    let nation = Nation::new().await;
    let door = Door::of(&nation);
    let stranger = Browser::nobody(&door);
    let japanese = stranger.page("/api").await;
    let english = Browser::nobody(&door).english().page("/api").await;
    for page in [&japanese, &english] {
        assert_eq!(unresolved(page), [""; 0]);
        for (method, path, operation) in operations() {
            let id = operation["operationId"].as_str().unwrap();
            let article = between(
                page,
                &format!("<article class=\"operation\" id=\"op-{id}\""),
                "</article>",
            );
            assert!(
                article.contains(path) && article.contains(method.as_str()),
                "{id}"
            );
        }
        // Every link within the page leads to one place of it; nothing comes from another host.
        let mut ids = BTreeSet::new();
        for id in page.split(" id=\"").skip(1) {
            let id = id.split('"').next().unwrap();
            assert!(ids.insert(id), "{id} is there twice");
        }
        for href in page.split("href=\"").skip(1) {
            let href = href.split('"').next().unwrap();
            assert!(href.starts_with(['/', '#']), "{href} leads elsewhere");
            if let Some(id) = href.strip_prefix('#') {
                assert!(ids.contains(id), "{href} leads nowhere");
            }
        }
    }
    assert!(japanese.contains("報告を提出する。") && !japanese.contains("Hand in a report."));
    assert!(english.contains("Hand in a report.") && !english.contains("報告を提出する。"));
    for foreign in japanese.split("lang=\"en\"").skip(1) {
        // The switch of language, and nothing of the document.
        assert!(
            foreign.contains("English"),
            "{}",
            foreign.split('<').next().unwrap()
        );
    }
    // It stands at the foot of every page, and whoever asks for JSON is led to the document.
    assert!(
        stranger
            .page("/sign-in")
            .await
            .contains("<a href=\"/api\">")
    );
    let machine = Request::get("/api").header(header::ACCEPT, "application/json");
    let led = door.send(machine.body(Body::empty()).unwrap()).await;
    assert_eq!(
        (led.status, led.header("location")),
        (StatusCode::SEE_OTHER, "/api/v1/openapi.json")
    );
    assert_eq!(led.header("vary"), "accept");
    let member = Browser::of(&door, &nation, &nation.member).await;
    assert!(
        member
            .page("/library/machines")
            .await
            .contains("href=\"/api\"")
    );
}
