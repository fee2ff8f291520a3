//! Lines to paste into a terminal, out of the examples of an operation.

use serde_json::Value;
use url::form_urlencoded::Serializer;

use crate::house::{SESSION, SESSION_PLAIN};

/// Parameters that say where a page goes on: nobody has one before the first page.
const CURSORS: [&str; 3] = ["after", "items", "objects"];

/// The header against doing it twice.
const ONCE: &str = "Idempotency-Key";

/// The header that goes with a session; only a shell knows its value.
const TOKEN: &str = "X-CSRF-Token";

/// Who asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum With {
    /// Anyone.
    Nothing,
    /// A machine, with its key.
    Key,
    /// A person, with a session and its token.
    Session,
}

/// What an example asks for: the address with its parameters, and the headers among them.
pub(super) struct Request {
    pub(super) address: String,
    /// What the session's cookie is called there.
    cookie: &'static str,
    headers: Vec<(String, String)>,
}

impl Request {
    /// What has to be there, and of what may be there the first.
    pub(super) fn of(base: &str, path: &str, operation: &Value) -> Self {
        let mut address = format!("{base}{path}");
        let mut query = Serializer::new(String::new());
        let mut headers = Vec::new();
        let mut is_shown = false;
        let parameters = operation.get("parameters").and_then(Value::as_array);
        for parameter in parameters.into_iter().flatten() {
            let text = |member: &str| parameter.get(member).and_then(Value::as_str);
            let (Some(name), Some(place)) = (text("name"), text("in")) else {
                continue;
            };
            let example = match parameter.get("example") {
                Some(Value::String(example)) => example.clone(),
                Some(other) => other.to_string(),
                None => continue,
            };
            match place {
                "path" => address = address.replace(&format!("{{{name}}}"), &example),
                "header" => headers.push((name.to_owned(), example)),
                _ => {
                    let has_to = parameter.get("required").and_then(Value::as_bool);
                    let may = !is_shown && !CURSORS.contains(&name);
                    if has_to == Some(true) || may {
                        is_shown |= has_to != Some(true);
                        query.append_pair(name, &example);
                    }
                }
            }
        }
        let query = query.finish();
        if !query.is_empty() {
            address = format!("{address}?{query}");
        }
        let cookie = match base.starts_with("http://") {
            true => SESSION_PLAIN,
            false => SESSION,
        };
        Self {
            address,
            cookie,
            headers,
        }
    }

    /// The command, as a shell reads it.
    ///
    /// `body`: with the name of the example, which goes behind a key against doing it twice: each body has a key
    /// of its own.
    pub(super) fn command(&self, method: &str, with: With, body: Option<(&str, &Value)>) -> String {
        let mut lines = vec![format!("curl -sS {}", quoted(&self.address))];
        let is_usual = match body {
            None => method == "GET",
            Some(_) => method == "POST",
        };
        if !is_usual {
            lines.push(format!("-X {method}"));
        }
        match with {
            With::Nothing => {}
            With::Key => lines.push("-H \"Authorization: Bearer $KANAME_KEY\"".to_owned()),
            With::Session => {
                let cookie = self.cookie;
                lines.push(format!("-H \"Cookie: {cookie}=$KANAME_SESSION\""));
                lines.push("-H \"X-CSRF-Token: $KANAME_CSRF\"".to_owned());
            }
        }
        for (name, value) in self.headers.iter().filter(|(name, _)| name != TOKEN) {
            let own = match body {
                Some((body, _)) if name == ONCE => format!("-{body}"),
                _ => String::new(),
            };
            lines.push(format!("-H {}", quoted(&format!("{name}: {value}{own}"))));
        }
        if let Some((_, body)) = body {
            lines.push("-H 'Content-Type: application/json'".to_owned());
            lines.push(format!("-d {}", quoted(&pretty(body))));
        }
        lines.join(" \\\n  ")
    }
}

/// Laid out for people.
pub(super) fn pretty(value: &Value) -> String {
    serde_json::to_string_pretty(value).unwrap_or_default()
}

/// One word of a shell.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "'\\''"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_example_is_what_has_to_be_there_and_one_thing_more() {
        let operation = json!({ "parameters": [
            { "name": "id", "in": "path", "required": true, "example": "S-1" },
            { "name": "q", "in": "query", "required": true, "example": "a b&c" },
            { "name": "limit", "in": "query", "example": 20 },
            { "name": "since", "in": "query", "example": "7" },
            { "name": "after", "in": "query", "example": "x" },
            { "name": "Idempotency-Key", "in": "header", "example": "it's 1" },
        ] });
        let request = Request::of("https://hub.example", "/api/v1/items/{id}", &operation);
        let body = json!({ "say": "it's" });
        assert_eq!(
            request.command("POST", With::Key, Some(("form", &body))),
            "curl -sS 'https://hub.example/api/v1/items/S-1?q=a+b%26c&limit=20' \\\n  \
             -H \"Authorization: Bearer $KANAME_KEY\" \\\n  \
             -H 'Idempotency-Key: it'\\''s 1-form' \\\n  \
             -H 'Content-Type: application/json' \\\n  \
             -d '{\n  \"say\": \"it'\\''s\"\n}'"
        );
        let bare = Request::of("", "/api/v1/items", &json!({}));
        assert_eq!(
            bare.command("POST", With::Nothing, None),
            "curl -sS '/api/v1/items' \\\n  -X POST"
        );
        assert_eq!(
            bare.command("DELETE", With::Session, None),
            "curl -sS '/api/v1/items' \\\n  -X DELETE \\\n  \
             -H \"Cookie: __Host-kaname=$KANAME_SESSION\" \\\n  \
             -H \"X-CSRF-Token: $KANAME_CSRF\""
        );
    }
}
