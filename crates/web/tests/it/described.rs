//! Holds each answer of the JSON API against the OpenAPI description that the hub gives out: an endpoint, a
//! status, a media type or a member that is not described fails the test that asked.

use std::sync::LazyLock;

use axum::http::{HeaderMap, Method, StatusCode, header};
use kaname_web::room::api::description;
use serde_json::{Value, json};

pub(crate) static DESCRIPTION: LazyLock<Value> = LazyLock::new(|| {
    let mut all: Value = serde_json::from_str(description().unwrap()).unwrap();
    close(&mut all["components"]["schemas"]);
    all
});

/// What an object with named members does not name, it does not have: stricter than what clients are
/// told, so that a new member cannot be forgotten in the description.
fn close(schema: &mut Value) {
    match schema {
        Value::Object(members) => {
            let named = members.get("properties").is_some_and(Value::is_object);
            if named && !members.contains_key("additionalProperties") {
                members.insert("additionalProperties".to_owned(), json!(false));
            }
            members.values_mut().for_each(close);
        }
        Value::Array(items) => items.iter_mut().for_each(close),
        _ => {}
    }
}

/// The described path that a path of a request is one of.
fn operation(method: &Method, path: &str) -> Option<&'static Value> {
    let fits = |template: &str| {
        let mut parts = template.split('/').zip(path.split('/'));
        template.split('/').count() == path.split('/').count()
            && parts.all(|(one, other)| one == other || one.starts_with('{'))
    };
    let paths = DESCRIPTION["paths"].as_object().unwrap();
    // The address without a placeholder is meant where both fit.
    let fitting = paths.iter().filter(|(template, _)| fits(template));
    let (_, methods) = fitting.min_by_key(|(template, _)| template.matches('{').count())?;
    methods.get(method.as_str().to_lowercase().as_str())
}

/// Compares an answer to `/api/` with what is described.
///
/// # Panics
/// When it is not described.
pub(crate) fn check(
    method: &Method,
    path: &str,
    status: StatusCode,
    headers: &HeaderMap,
    body: &str,
) {
    let Some(operation) = operation(method, path) else {
        let told = [StatusCode::NOT_FOUND, StatusCode::METHOD_NOT_ALLOWED];
        assert!(told.contains(&status), "{method} {path} is not described");
        return;
    };
    let here = format!("{method} {path} {}", status.as_u16());
    let kind = headers.get(header::CONTENT_TYPE);
    let kind = kind.and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let kind = kind.split(';').next().unwrap();
    let described = resolved(&operation["responses"][status.as_str()]);
    assert!(described.is_object(), "{here}: the status is not described");
    let schema = &described["content"][kind]["schema"];
    assert!(!schema.is_null(), "{here}: {kind} is not described: {body}");
    let answer: Value = serde_json::from_str(body).unwrap();
    holds(&here, schema, &answer);
}

/// What a reference leads to.
///
/// # Panics
/// When it leads nowhere.
pub(crate) fn resolved(thing: &'static Value) -> &'static Value {
    match thing["$ref"].as_str() {
        Some(there) => DESCRIPTION
            .pointer(there.strip_prefix('#').unwrap())
            .unwrap_or_else(|| panic!("{there} leads nowhere")),
        None => thing,
    }
}

/// Compares a value with a schema of the description.
///
/// # Panics
/// When it is not as the schema says.
pub(crate) fn holds(here: &str, schema: &Value, value: &Value) {
    let whole = json!({ "allOf": [schema], "components": DESCRIPTION["components"] });
    let validator = jsonschema::validator_for(&whole).unwrap();
    let wrong = validator.iter_errors(value);
    let wrong: Vec<String> = wrong
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect();
    assert!(wrong.is_empty(), "{here}: {wrong:#?}");
}
