//! One operation of the document as the page shows it.

use serde_json::Value;

use super::{
    curl::{Request, With, pretty},
    member::{Limit, Member, Word, kind, limits, members, named},
    said::Said,
};
use crate::frame::{Page, part::Copied};

/// An operation: what it does, who may, what it takes and gives.
pub(super) struct Operation {
    pub(super) id: String,
    pub(super) method: String,
    pub(super) path: String,
    pub(super) summary: Option<Said>,
    pub(super) about: Option<Said>,
    pub(super) needs: Needs,
    pub(super) parameters: Vec<Parameter>,
    pub(super) body: Option<Part>,
    pub(super) answer: Option<Part>,
    pub(super) errors: Vec<Wrong>,
    pub(super) asks: Vec<Example>,
    /// An answer as it may look.
    pub(super) gives: Option<String>,
}

/// Who may use an operation.
pub(super) struct Needs {
    /// A key with one of these scopes.
    pub(super) scopes: Vec<String>,
    /// Or a person who has signed in.
    pub(super) by_session: bool,
}

impl Needs {
    fn of(operation: &Value) -> Self {
        let each = operation.get("security").and_then(Value::as_array);
        let each: Vec<&Value> = each.into_iter().flatten().collect();
        let scope = |one: &&Value| Some(one.pointer("/key/0")?.as_str()?.to_owned());
        Self {
            scopes: each.iter().filter_map(scope).collect(),
            by_session: each.iter().any(|one| one.get("session").is_some()),
        }
    }

    /// Whether anyone may.
    pub(super) fn are_none(&self) -> bool {
        self.scopes.is_empty() && !self.by_session
    }
}

pub(super) struct Parameter {
    pub(super) name: String,
    /// `path`, `query` or `header`.
    pub(super) place: String,
    pub(super) kind: Vec<Word>,
    pub(super) is_required: bool,
    pub(super) limits: Vec<Limit>,
    pub(super) about: Option<Said>,
    pub(super) example: Option<String>,
}

/// A body or an answer.
pub(super) struct Part {
    /// The status of an answer.
    pub(super) status: Option<String>,
    pub(super) about: Option<Said>,
    pub(super) kind: Vec<Word>,
    /// Name of the schema, where this is the one place that shows it.
    pub(super) name: Option<String>,
    pub(super) schema_about: Option<Said>,
    pub(super) members: Vec<Member>,
    pub(super) headers: Vec<(String, Option<Said>)>,
}

/// An error that an operation may answer with.
pub(super) struct Wrong {
    pub(super) status: String,
    pub(super) about: Option<Said>,
}

/// Lines to paste, or an address to open.
pub(super) struct Example {
    pub(super) about: Option<Said>,
    pub(super) text: String,
    pub(super) copied: Copied,
    /// Where a browser is led that shows the answer by itself.
    pub(super) href: Option<String>,
}

/// What operations of a document are read with.
pub(super) struct Reading<'d> {
    pub(super) document: &'d Value,
    pub(super) page: &'d Page,
    pub(super) base: &'d str,
    /// Names of the schemas that one operation alone shows.
    pub(super) alone: &'d [&'d str],
}

impl Reading<'_> {
    pub(super) fn operation(&self, path: &str, method: &str, operation: &Value) -> Operation {
        let lang = self.page.lang();
        let id = operation.get("operationId").and_then(Value::as_str);
        let needs = Needs::of(operation);
        let asks = self.asks(path, method, operation, &needs);
        let parameters = operation.get("parameters").and_then(Value::as_array);
        let responses = operation.get("responses").and_then(Value::as_object);
        let (mut answer, mut gives, mut errors) = (None, None, Vec::new());
        for (status, response) in responses.into_iter().flatten() {
            let response = self.resolved(response);
            if status.starts_with('2') {
                let example = response.pointer("/content/application~1json/example");
                gives = example.map(pretty);
                answer = Some(self.part(response, Some(status.clone())));
            } else {
                errors.push(Wrong {
                    status: status.clone(),
                    about: Said::of(response, "description", lang),
                });
            }
        }
        Operation {
            id: format!("op-{}", id.unwrap_or_default()),
            method: method.to_uppercase(),
            path: path.to_owned(),
            summary: Said::of(operation, "summary", lang),
            about: Said::of(operation, "description", lang),
            needs,
            parameters: parameters
                .into_iter()
                .flatten()
                .map(|one| self.parameter(one))
                .collect(),
            body: operation
                .get("requestBody")
                .map(|body| self.part(body, None)),
            answer,
            errors,
            asks,
            gives,
        }
    }

    /// What a reference leads to.
    fn resolved<'v>(&'v self, thing: &'v Value) -> &'v Value {
        let there = thing.get("$ref").and_then(Value::as_str);
        let there = there.and_then(|there| self.document.pointer(there.strip_prefix('#')?));
        there.unwrap_or(thing)
    }

    fn parameter(&self, parameter: &Value) -> Parameter {
        let text = |member: &str| {
            let member = parameter.get(member).and_then(Value::as_str);
            member.unwrap_or_default().to_owned()
        };
        let schema = parameter.get("schema").unwrap_or(&Value::Null);
        let example = parameter.get("example").map(|example| match example {
            Value::String(text) => text.clone(),
            other => other.to_string(),
        });
        Parameter {
            name: text("name"),
            place: text("in"),
            kind: kind(schema),
            is_required: parameter.get("required").and_then(Value::as_bool) == Some(true),
            limits: limits(self.page, schema),
            about: Said::of(parameter, "description", self.page.lang()),
            example,
        }
    }

    fn part(&self, part: &Value, status: Option<String>) -> Part {
        let lang = self.page.lang();
        let schema = part.pointer("/content/application~1json/schema");
        let schema = schema.unwrap_or(&Value::Null);
        let name = named(schema).filter(|name| self.alone.contains(name));
        let shown = match name {
            Some(_) => self.resolved(schema),
            None => schema,
        };
        let headers = part.get("headers").and_then(Value::as_object);
        let headers = headers
            .into_iter()
            .flatten()
            .filter(|(_, header)| header.get("$ref").is_none());
        Part {
            status,
            about: Said::of(part, "description", lang),
            kind: kind(schema),
            name: name.map(str::to_owned),
            schema_about: name.and_then(|_| Said::of(shown, "description", lang)),
            members: members(self.page, shown),
            headers: headers
                .map(|(name, header)| (name.clone(), Said::of(header, "description", lang)))
                .collect(),
        }
    }

    /// Its examples as a person asks them: a command for each, or the address where no key will do.
    fn asks(&self, path: &str, method: &str, operation: &Value, needs: &Needs) -> Vec<Example> {
        let method = method.to_uppercase();
        let says = self.page.t("api-copy");
        let shown = |about, text: String, href| Example {
            about,
            copied: self.page.copied_as(&text, says.as_ref()),
            text,
            href,
        };
        let request = Request::of(self.base, path, operation);
        let by_person = needs.scopes.is_empty() && needs.by_session;
        if by_person && method == "GET" {
            let here = Request::of("", path, operation);
            return vec![shown(None, request.address, Some(here.address))];
        }
        let with = match (needs.are_none(), by_person) {
            (true, _) => With::Nothing,
            (false, true) => With::Session,
            (false, false) => With::Key,
        };
        let bodies = operation.pointer("/requestBody/content/application~1json/examples");
        let bodies = bodies.and_then(Value::as_object);
        let Some(bodies) = bodies else {
            let command = request.command(&method, with, None);
            return vec![shown(None, command, None)];
        };
        let each = bodies.iter().map(|(name, body)| {
            let about = Said::of(body, "summary", self.page.lang());
            let value = body.get("value").map(|value| (name.as_str(), value));
            let command = request.command(&method, with, value);
            shown(about, command, None)
        });
        each.collect()
    }
}
