//! The description of the API (OpenAPI 3.1), made once. What people have to say of it stands in
//! `openapi.json` and `examples.json`; what the program knows is put in here: who may use an operation, by
//! the table of endpoints and the policy, the errors that follow from it, the headers, the version.

use std::{collections::BTreeMap, sync::LazyLock};

use kaname_policy::{Action, Policy, PolicyError, PolicyRow};
use serde_json::{Map, Value, json};

use crate::{
    error::{Failure, Fault, Problem, Reason},
    house::House,
    room,
    route::{Access, Endpoint},
    text::{Lang, Text},
};

const WRITTEN: &str = include_str!("openapi.json");
const EXAMPLES: &str = include_str!("examples.json");
/// Errors whose sentence is the same wherever they are met, by their status: names in the document.
const SHARED: [(&str, &str); 11] = [
    ("400", "Malformed"),
    ("401", "SignIn"),
    ("403", "Forbidden"),
    ("404", "NotFound"),
    ("409", "Refused"),
    ("410", "AnswerGone"),
    ("413", "TooLarge"),
    ("415", "WrongMedia"),
    ("422", "Invalid"),
    ("429", "TooMany"),
    ("503", "Unavailable"),
];

/// The shared header against doing it twice.
const ONCE: &str = "IdempotencyKey";

/// The description, whole.
pub(super) struct Document {
    /// Read.
    pub(super) value: Value,
    /// As it is served.
    pub(super) text: String,
}

/// Why there is no description: a fault of the program, found by its tests.
#[derive(Debug, thiserror::Error)]
enum Unmade {
    #[error("what is written of the API is not JSON")]
    Json(#[from] serde_json::Error),
    #[error(transparent)]
    Policy(#[from] PolicyError),
}

/// The description of this program's API.
///
/// # Errors
/// [`Failure::Internal`] where what is written is not JSON.
pub(super) fn document() -> Result<&'static Document, Failure> {
    static MADE: LazyLock<Result<Document, Unmade>> = LazyLock::new(make);
    MADE.as_ref()
        .map_err(|why| Failure::internal(why.to_string()))
}

fn make() -> Result<Document, Unmade> {
    let mut value: Value = serde_json::from_str(WRITTEN)?;
    let examples: Value = serde_json::from_str(EXAMPLES)?;
    let rules = Policy::builtin()?.table();
    let shared = value.pointer("/components/parameters").cloned();
    let shared = shared.unwrap_or_default();
    let problems = problems();
    if let Some(version) = value.pointer_mut("/info/version") {
        *version = env!("CARGO_PKG_VERSION").into();
    }
    for endpoint in room::endpoints() {
        let method = endpoint.method.as_str().to_lowercase();
        let paths = value.get_mut("paths");
        let methods = paths.and_then(|paths| paths.get_mut(endpoint.path));
        let operation = methods.and_then(|methods| methods.get_mut(&method)?.as_object_mut());
        if let Some(operation) = operation {
            let security = security(&endpoint.access, &rules);
            operation.insert("security".to_owned(), security);
            head(operation, &endpoint, &shared);
            answer(operation, &endpoint, &problems);
            exemplify(operation, &examples);
        }
    }
    for (status, name) in SHARED {
        let shared = value.pointer_mut(&format!("/components/responses/{name}"));
        if let Some(shared) = shared.and_then(Value::as_object_mut) {
            tell(status, shared, &problems);
        }
    }
    let text = serde_json::to_string(&value)?;
    Ok(Document { value, text })
}

/// What an operation asks of its caller, each entry by itself enough: a key's scope, a session.
fn security(access: &Access, rules: &[PolicyRow]) -> Value {
    let keys = |action: Action| {
        let scopes = scopes(action, rules).into_iter();
        scopes.map(|scope| json!({ "key": [scope] }))
    };
    let session = || json!({ "session": [] });
    match access {
        Access::Public(_) => json!([]),
        Access::SignedIn(_) => json!([session()]),
        Access::Key(action) => keys(*action).collect(),
        Access::Either(action) => keys(*action).chain([session()]).collect(),
    }
}

/// The headers that a request may carry beside what is written of it.
fn head(operation: &mut Map<String, Value>, endpoint: &Endpoint<House>, shared: &Value) {
    let mut names = Vec::new();
    if endpoint.takes_either() {
        names.push("CsrfToken");
    }
    if endpoint.is_done_once() {
        names.push(ONCE);
    }
    let id = operation.get("operationId").and_then(Value::as_str);
    let key = format!("{}-4711", id.unwrap_or_default());
    let headers = names.into_iter().filter_map(|name| {
        let mut header = shared.get(name)?.clone();
        if name == ONCE {
            header["example"] = json!(key);
        }
        Some(header)
    });
    let headers: Vec<Value> = headers.collect();
    let parameters = operation.entry("parameters").or_insert_with(|| json!([]));
    if let Some(parameters) = parameters.as_array_mut() {
        parameters.extend(headers);
    }
}

/// The scopes by which the policy permits a machine the action.
fn scopes(action: Action, rules: &[PolicyRow]) -> Vec<String> {
    let permits = rules
        .iter()
        .filter(|rule| rule.permits && rule.actions.contains(&action));
    let keys =
        permits.filter_map(|rule| rule.who.join(",").strip_prefix("key ").map(str::to_owned));
    let scopes: Vec<String> = keys.collect();
    scopes
        .iter()
        .flat_map(|scopes| scopes.split(','))
        .map(str::to_owned)
        .collect()
}

/// The answers of an operation, those it shares with others too, by their status.
fn answer(
    operation: &mut Map<String, Value>,
    endpoint: &Endpoint<House>,
    problems: &BTreeMap<u16, Map<String, Value>>,
) {
    let mut shared = vec!["429", "503"];
    if !matches!(endpoint.access, Access::Public(_)) {
        shared.extend(["401", "403"]);
    }
    if endpoint.path.contains('{') {
        shared.push("404");
    }
    if operation.contains_key("requestBody") {
        shared.extend(["400", "413", "415"]);
    }
    if endpoint.is_done_once() {
        shared.extend(["400", "409", "410", "413", "422"]);
    }
    let written = operation.remove("responses");
    let mut all: BTreeMap<String, Value> = match written {
        Some(Value::Object(written)) => written.into_iter().collect(),
        _ => BTreeMap::new(),
    };
    for (status, name) in SHARED {
        if shared.contains(&status) {
            let there = format!("#/components/responses/{name}");
            all.entry(status.to_owned())
                .or_insert_with(|| json!({ "$ref": there }));
        }
    }
    for (status, response) in &mut all {
        if let Some(own) = response.as_object_mut()
            && !own.contains_key("$ref")
        {
            tell(status, own, problems);
        }
    }
    operation.insert("responses".to_owned(), all.into_iter().collect());
}

/// The headers of an answer, and of an error the document that it is.
fn tell(
    status: &str,
    response: &mut Map<String, Value>,
    problems: &BTreeMap<u16, Map<String, Value>>,
) {
    let mut names = vec!["RateLimit", "RateLimit-Policy"];
    if matches!(status, "429" | "503") {
        names.push("Retry-After");
    }
    let headers = response.entry("headers").or_insert_with(|| json!({}));
    if let Value::Object(headers) = headers {
        for name in names {
            let there = format!("#/components/headers/{name}");
            headers.insert(name.to_owned(), json!({ "$ref": there }));
        }
    }
    let examples = status
        .parse()
        .ok()
        .and_then(|status: u16| problems.get(&status));
    if let Some(examples) = examples {
        let content = json!({ "application/problem+json": {
            "schema": { "$ref": "#/components/schemas/Problem" },
            "examples": examples,
        } });
        response.insert("content".to_owned(), content);
    }
}

/// Puts the examples beside what they are examples of.
fn exemplify(operation: &mut Map<String, Value>, examples: &Value) {
    let id = operation.get("operationId").and_then(Value::as_str);
    let Some(own) = id.and_then(|id| examples.get(id)) else {
        return;
    };
    let parameters = operation.get_mut("parameters");
    for parameter in parameters
        .and_then(Value::as_array_mut)
        .into_iter()
        .flatten()
    {
        let name = parameter.get("name").and_then(Value::as_str);
        let example = name.and_then(|name| own.get("parameters")?.get(name).cloned());
        if let (Some(example), Some(parameter)) = (example, parameter.as_object_mut()) {
            parameter.insert("example".to_owned(), example);
        }
    }
    let put = |content: Option<&mut Value>, member: &str, example: Option<&Value>| {
        let media = content.and_then(|content| content.pointer_mut("/content/application~1json"));
        if let (Some(media), Some(example)) = (media.and_then(Value::as_object_mut), example) {
            media.insert(member.to_owned(), example.clone());
        }
    };
    put(
        operation.get_mut("requestBody"),
        "examples",
        own.get("bodies"),
    );
    let responses = operation
        .get_mut("responses")
        .and_then(Value::as_object_mut);
    for (status, response) in responses.into_iter().flatten() {
        if status.starts_with('2') {
            put(Some(response), "example", own.get("answer"));
        }
    }
}

/// One of each failure that an address of the API may answer with.
pub(super) fn failures() -> Vec<Failure> {
    vec![
        Failure::BadRequest,
        Failure::Malformed {
            at: "$.report (line 1 column 18)".to_owned(),
            why: "the key is there twice".to_owned(),
        },
        Failure::SignIn,
        Failure::Forbidden {
            because: "why-not-scope",
        },
        Failure::PasswordFirst,
        Failure::NoToken,
        Failure::NotFound,
        Failure::WrongMethod,
        Failure::Refused(Reason::new("error-idempotency-used")),
        Failure::Conflict,
        Failure::AnswerGone,
        Failure::TooLarge,
        Failure::WrongMedia {
            expected: "application/json",
        },
        Failure::Invalid(vec![Fault::new("$.report.title", "error-empty")]),
        Failure::TooMany { retry_after_s: 20 },
        Failure::internal("an example"),
        Failure::Busy,
        Failure::Away { uncertain: false },
        Failure::Away { uncertain: true },
    ]
}

/// How each failure is told, by status and by code.
fn problems() -> BTreeMap<u16, Map<String, Value>> {
    let mut all: BTreeMap<u16, Map<String, Value>> = BTreeMap::new();
    for failure in failures() {
        let limit = Some(75_497_472);
        let told = Problem::new(&failure, Text::new(Lang::En), "/api/v1/…", limit, None);
        let example = json!({ "value": told });
        let of_status = all.entry(told.status).or_default();
        of_status.insert(told.code.to_owned(), example);
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scopes_are_those_of_the_policy() {
        let rules = Policy::builtin().unwrap().table();
        assert_eq!(scopes(Action::SubmissionSubmit, &rules), ["submit"]);
        let follow = scopes(Action::SubmissionFollow, &rules);
        assert_eq!(follow, ["submit", "submissions:read"]);
        assert_eq!(scopes(Action::FunnelRead, &rules), [""; 0]);
    }

    #[test]
    fn what_the_program_knows_is_in_the_document() {
        let value = &document().unwrap().value;
        assert_eq!(value["info"]["version"], env!("CARGO_PKG_VERSION"));
        let submit = &value["paths"]["/api/v1/submissions"]["post"];
        assert_eq!(submit["security"], json!([{ "key": ["submit"] }]));
        let told: Vec<&String> = submit["responses"].as_object().unwrap().keys().collect();
        assert_eq!(
            told,
            [
                "201", "400", "401", "403", "409", "413", "415", "422", "429", "503"
            ]
        );
        let too_many = &submit["responses"]["429"];
        assert!(too_many["headers"]["Retry-After"]["$ref"].is_string());
        assert_eq!(
            too_many["content"]["application/problem+json"]["examples"]["too_many"]["value"]["status"],
            429
        );
        let public = &value["paths"]["/api/v1/sectors"]["get"];
        assert_eq!(public["security"], json!([]));
        assert!(public["responses"].get("401").is_none());
    }
}
