//! The page that shows the API to people: each operation with what it does, who may use it, what it takes and
//! gives, and lines to paste. Made from the document that machines are given, by nobody else's help.

mod curl;
mod member;
mod operation;
mod said;

use std::collections::BTreeSet;

use askama::Template;
use axum::{
    extract::State,
    http::{HeaderMap, HeaderValue, header},
    response::{IntoResponse as _, Redirect, Response},
};
use serde_json::Value;

use self::{
    member::{Limit, Member, Word, anchor, kind, limits, members, named},
    operation::{Operation, Reading},
    said::Said,
};
use super::document::{document, failures};
use crate::{
    error::{Failure, Problem},
    frame::{Frame, Page, Section, part::Copied, show},
    house::House,
};

/// Where the document is.
const DOCUMENT: &str = "/api/v1/openapi.json";

#[derive(Template)]
#[template(path = "room/api/page.html")]
struct ApiPage {
    page: Page,
    document: Copied,
    version: String,
    about: Option<Said>,
    /// What holds for all operations: of what, and the rule.
    rules: Vec<(String, Said)>,
    groups: Vec<Group>,
    failures: Vec<Told>,
    /// Schemas that several operations share.
    schemas: Vec<Named>,
}

struct Group {
    id: String,
    name: Said,
    about: Option<Said>,
    operations: Vec<Operation>,
}

/// A failure of the API.
struct Told {
    /// The first of a status is where links to that status lead.
    id: Option<String>,
    status: u16,
    code: &'static str,
    title: String,
    todo: String,
}

/// A schema with a name.
struct Named {
    id: String,
    name: String,
    about: Option<Said>,
    kind: Vec<Word>,
    limits: Vec<Limit>,
    members: Vec<Member>,
    /// Whether callers send it: then it matters what has to be there.
    is_sent: bool,
}

/// The page; the document to whoever would rather have JSON.
pub(super) async fn browse(
    State(house): State<House>,
    frame: Frame,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    let mut response = match prefers_json(&headers) {
        true => Redirect::to(DOCUMENT).into_response(),
        false => show(&page_of(&frame, house.public_url())?)?,
    };
    let vary = HeaderValue::from_static("accept");
    response.headers_mut().append(header::VARY, vary);
    Ok(response)
}

fn prefers_json(headers: &HeaderMap) -> bool {
    let accept = headers
        .get(header::ACCEPT)
        .and_then(|value| value.to_str().ok());
    accept.is_some_and(|accept| accept.contains("json") && !accept.contains("text/html"))
}

fn page_of(frame: &Frame, base: &str) -> Result<ApiPage, Failure> {
    let text = frame.text();
    let page = frame.page(Section::Elsewhere, text.t("api-title"));
    let document = &document()?.value;
    let alone = shown_once(document);
    let info = document.get("info").unwrap_or(&Value::Null);
    let version = info.get("version").and_then(Value::as_str);
    let reading = Reading {
        document,
        page: &page,
        base,
        alone: &alone,
    };
    Ok(ApiPage {
        document: page.copied(format!("{base}{DOCUMENT}")),
        version: version.unwrap_or_default().to_owned(),
        about: Said::of(info, "description", page.lang()),
        rules: rules(&page),
        groups: groups(&reading),
        failures: all_told(&page),
        schemas: schemas(&page, document, &alone),
        page,
    })
}

fn rules(page: &Page) -> Vec<(String, Said)> {
    let rule = |of: &str, said: &str| (page.t(of).into_owned(), Said::plain(&page.t(said)));
    vec![
        rule("api-keys", "api-keys-about"),
        rule("api-session", "api-session-about"),
        rule("api-rate", "api-rate-about"),
        rule("api-pages", "api-pages-about"),
        rule("api-again", "api-again-about"),
        rule("api-problems", "api-problems-about"),
        rule("api-language", "api-language-about"),
    ]
}

/// All operations, under the tag that each has, in the order of the document.
fn groups(reading: &Reading<'_>) -> Vec<Group> {
    let lang = reading.page.lang();
    let tags = reading.document.get("tags").and_then(Value::as_array);
    let group = |tag: &Value| {
        let id = tag.get("name")?.as_str()?;
        let japanese = tag.pointer("/x-ja/name").and_then(Value::as_str);
        let english = tag.get("x-displayName").and_then(Value::as_str);
        let name = match lang {
            crate::text::Lang::Ja => japanese.or(english),
            crate::text::Lang::En => english,
        };
        Some(Group {
            id: format!("group-{id}"),
            name: Said::plain(name.unwrap_or(id)),
            about: Said::of(tag, "description", lang),
            operations: operations(reading, id),
        })
    };
    tags.into_iter().flatten().filter_map(group).collect()
}

fn operations(reading: &Reading<'_>, tag: &str) -> Vec<Operation> {
    let mut found = Vec::new();
    let paths = reading.document.get("paths").and_then(Value::as_object);
    for (path, methods) in paths.into_iter().flatten() {
        for (method, operation) in methods.as_object().into_iter().flatten() {
            if operation.pointer("/tags/0").and_then(Value::as_str) == Some(tag) {
                found.push(reading.operation(path, method, operation));
            }
        }
    }
    found
}

fn all_told(page: &Page) -> Vec<Told> {
    let mut all: Vec<Told> = Vec::new();
    for failure in failures() {
        let mut one = told(page, &failure);
        let is_first = all.iter().all(|before| before.status != one.status);
        one.id = is_first.then(|| format!("error-{}", one.status));
        all.push(one);
    }
    all
}

fn told(page: &Page, failure: &Failure) -> Told {
    let problem = Problem::new(failure, page.text, "", None, None);
    Told {
        id: None,
        status: problem.status,
        code: problem.code,
        title: problem.title,
        todo: match failure {
            Failure::Refused(_) => page.t("api-refused-about").into_owned(),
            _ => problem.detail,
        },
    }
}

/// The schemas that are met once in the whole document, as a body or an answer: they are shown there.
fn shown_once(document: &Value) -> Vec<&str> {
    let mut all = Vec::new();
    references(document, &mut all);
    let mut whole = Vec::new();
    let paths = document.get("paths").and_then(Value::as_object);
    let methods = paths.into_iter().flatten();
    let methods = methods.filter_map(|(_, methods)| methods.as_object());
    for (_, operation) in methods.flatten() {
        let body = operation.get("requestBody");
        let responses = operation.get("responses").and_then(Value::as_object);
        let responses = responses
            .into_iter()
            .flatten()
            .map(|(_, response)| response);
        let schemas = body.into_iter().chain(responses);
        whole.extend(
            schemas.filter_map(|one| named(one.pointer("/content/application~1json/schema")?)),
        );
    }
    whole.retain(|name| all.iter().filter(|one| one == &name).count() == 1);
    whole
}

fn references<'d>(value: &'d Value, all: &mut Vec<&'d str>) {
    all.extend(named(value));
    match value {
        Value::Object(members) => members.values().for_each(|one| references(one, all)),
        Value::Array(items) => items.iter().for_each(|one| references(one, all)),
        _ => {}
    }
}

fn schemas(page: &Page, document: &Value, alone: &[&str]) -> Vec<Named> {
    let all = document.pointer("/components/schemas");
    let all = all.and_then(Value::as_object).into_iter().flatten();
    let sent = sent(document);
    let mut shared: Vec<Named> = all
        .filter(|(name, _)| !alone.contains(&name.as_str()))
        .map(|(name, schema)| Named {
            id: anchor(name),
            name: name.clone(),
            about: Said::of(schema, "description", page.lang()),
            kind: kind(schema),
            limits: limits(page, schema),
            members: members(page, schema),
            is_sent: sent.contains(name.as_str()),
        })
        .collect();
    shared.sort_by(|one, other| one.name.cmp(&other.name));
    shared
}

/// The schemas that bodies of requests are made of.
fn sent(document: &Value) -> BTreeSet<&str> {
    let mut waiting = Vec::new();
    let paths = document.get("paths").and_then(Value::as_object);
    let methods = paths.into_iter().flatten();
    for (_, operation) in methods.filter_map(|(_, one)| one.as_object()).flatten() {
        if let Some(body) = operation.get("requestBody") {
            references(body, &mut waiting);
        }
    }
    let mut found = BTreeSet::new();
    while let Some(name) = waiting.pop() {
        let schema = document.pointer(&format!("/components/schemas/{name}"));
        if let (true, Some(schema)) = (found.insert(name), schema) {
            references(schema, &mut waiting);
        }
    }
    found
}
