//! Checking an object against STIX 2.1. Errors are data: a check never stops at
//! the first and never fails.

mod form;
mod selector;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::canonical::sco_id;
use crate::id::{Class, ObjectId, is_type_name};
use crate::rules::{self, Prop, TypeRule};
use crate::time::{digits, micros};

/// Most findings that one check gives.
const MAX_FINDINGS: usize = 1_000;

/// How grave a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    /// Breaks a MUST of the standard.
    Error,
    /// Goes against a SHOULD, or is deprecated.
    Warning,
}

/// One thing found in an object.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// JSON pointer (RFC 6901) into the object.
    pub path: String,
    /// The rule's stable name, such as `required` or `timestamp`.
    pub rule: String,
    /// How grave.
    pub severity: Severity,
    /// What is wrong, in English.
    pub message: String,
}

/// The findings so far.
#[derive(Default)]
struct Report {
    findings: Vec<Finding>,
}

impl Report {
    fn add(&mut self, severity: Severity, path: &str, rule: &str, message: impl Into<String>) {
        if self.findings.len() < MAX_FINDINGS {
            let (path, rule, message) = (path.to_owned(), rule.to_owned(), message.into());
            self.findings.push(Finding {
                path,
                rule,
                severity,
                message,
            });
        }
    }

    fn error(&mut self, path: &str, rule: &str, message: impl Into<String>) {
        self.add(Severity::Error, path, rule, message);
    }

    fn warn(&mut self, path: &str, rule: &str, message: impl Into<String>) {
        self.add(Severity::Warning, path, rule, message);
    }
}

/// Checks one object against STIX 2.1. The first 1,000 findings, in the order
/// they were found; none when all is well.
#[must_use]
pub fn check(value: &Value) -> Vec<Finding> {
    let mut report = Report::default();
    match value.as_object() {
        Some(object) => check_object(object, &mut report),
        None => report.error("", "object", "is not a JSON object"),
    }
    report.findings
}

/// Whether any finding is an error.
#[must_use]
pub fn has_errors(findings: &[Finding]) -> bool {
    findings
        .iter()
        .any(|finding| finding.severity == Severity::Error)
}

fn check_object(object: &Map<String, Value>, report: &mut Report) {
    let Some(type_name) = object.get("type").and_then(Value::as_str) else {
        report.error(
            "/type",
            "required",
            "required property `type` is missing or no string",
        );
        return;
    };
    if type_name == "bundle" {
        report.error("/type", "type", "a bundle is a container, not an object");
        return;
    }
    if !is_type_name(type_name) {
        report.error(
            "/type",
            "type",
            "is not a type name (3 to 250 of a-z, 0-9, -)",
        );
    }
    let rule = rules::rule(type_name);
    if rule.is_none() {
        let message = format!("`{type_name}` is not a type of STIX 2.1");
        report.warn("/type", "unknown-type", message);
    }
    let class = rule.map_or_else(|| custom_class(object), |rule| rule.class);
    check_id(type_name, object, report);
    check_presence(class, type_name, object, report);
    check_members(rule, class, object, report);
    check_order("created", "modified", false, object, report);
    if let Some(rule) = rule {
        check_relations(rule, object, report);
    }
    if class == Class::Sco {
        check_sco_id(type_name, object, report);
    }
    special(type_name, object, report);
}

/// A custom object without `created` is taken for an observable.
fn custom_class(object: &Map<String, Value>) -> Class {
    let versioned = object.contains_key("created") || object.contains_key("modified");
    if versioned { Class::Sdo } else { Class::Sco }
}

fn check_id(type_name: &str, object: &Map<String, Value>, report: &mut Report) {
    let Some(text) = object.get("id").and_then(Value::as_str) else {
        return;
    };
    if let Ok(id) = ObjectId::parse(text)
        && id.type_name() != type_name
    {
        let message = format!(
            "the id names `{}`, the type is `{type_name}`",
            id.type_name()
        );
        report.error("/id", "id-type", message);
    }
}

fn check_presence(class: Class, type_name: &str, object: &Map<String, Value>, report: &mut Report) {
    let required: &[&str] = match (class, type_name) {
        (Class::Sco, _) => &[],
        (_, "marking-definition") => &["spec_version", "created"],
        (_, "extension-definition") => &["spec_version", "created", "modified", "created_by_ref"],
        _ => &["spec_version", "created", "modified"],
    };
    for property in required
        .iter()
        .filter(|property| !object.contains_key(**property))
    {
        missing(property, report);
    }
    if type_name == "marking-definition" && object.contains_key("modified") {
        report.error(
            "/modified",
            "marking-version",
            "a marking definition has no versions",
        );
    }
}

fn missing(property: &str, report: &mut Report) {
    let message = format!("required property `{property}` is missing");
    report.error(&format!("/{property}"), "required", message);
}

fn known(rule: Option<&'static TypeRule>, class: Class) -> impl Iterator<Item = &'static Prop> {
    let further = match class {
        Class::Sco => rules::COMMON_OBSERVABLE,
        _ => rules::COMMON_VERSIONED,
    };
    let own = rule.map_or(&[][..], |rule| rule.props);
    rules::COMMON.iter().chain(further).chain(own)
}

fn check_members(
    rule: Option<&'static TypeRule>,
    class: Class,
    object: &Map<String, Value>,
    report: &mut Report,
) {
    for prop in known(rule, class).filter(|prop| prop.required) {
        if !object.contains_key(prop.name) {
            missing(prop.name, report);
        }
    }
    let extended = has_toplevel_extension(object);
    for (key, value) in object {
        let path = form::join("", key);
        match known(rule, class).find(|prop| prop.name == key) {
            Some(prop) => form::check_prop(prop, object, value, &path, report),
            None => {
                check_custom(rule.is_some() && !extended, key, &path, report);
                form::check_any(value, Severity::Warning, &path, report);
            }
        }
    }
}

/// Whether an extension says that it puts properties at the top level (§7.3).
fn has_toplevel_extension(object: &Map<String, Value>) -> bool {
    let Some(extensions) = object.get("extensions").and_then(Value::as_object) else {
        return false;
    };
    extensions.values().any(|extension| {
        let kind = extension.get("extension_type").and_then(Value::as_str);
        kind == Some("toplevel-property-extension")
    })
}

fn check_custom(warn: bool, key: &str, path: &str, report: &mut Report) {
    let legal = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
    if key.len() < 3 || key.len() > 250 || !key.bytes().all(legal) {
        report.error(
            path,
            "property-name",
            "a property is named by 3 to 250 of a-z, 0-9, _",
        );
    } else if warn && key.starts_with("x_") {
        report.warn(
            path,
            "custom-property",
            "custom properties are deprecated, use an extension",
        );
    } else if warn {
        report.warn(path, "unknown-property", "is not a property of this type");
    }
}

fn check_order(
    first: &str,
    last: &str,
    strict: bool,
    object: &Map<String, Value>,
    report: &mut Report,
) {
    let time = |name: &str| object.get(name).and_then(Value::as_str).and_then(micros);
    let (Some(start), Some(end)) = (time(first), time(last)) else {
        return;
    };
    if end < start || (strict && end == start) {
        let word = if strict { "after" } else { "at or after" };
        report.error(
            &format!("/{last}"),
            "time-order",
            format!("must be {word} `{first}`"),
        );
    }
}

fn check_relations(rule: &TypeRule, object: &Map<String, Value>, report: &mut Report) {
    let has = |property: &&&str| object.contains_key(**property);
    if !rule.any_of.is_empty() && !rule.any_of.iter().any(|property| has(&property)) {
        let message = format!("needs at least one of {}", rule.any_of.join(", "));
        report.error("", "any-of", message);
    }
    if rule.exclusive.iter().filter(has).count() > 1 {
        let message = format!("may have only one of {}", rule.exclusive.join(", "));
        report.error("", "exclusive", message);
    }
    for (property, needed) in rule.needs {
        if object.contains_key(*property) && !object.contains_key(*needed) {
            let message = format!("`{property}` needs `{needed}` beside it");
            report.error(&format!("/{needed}"), "needs", message);
        }
    }
    for order in rule.order {
        check_order(order.first, order.last, order.strict, object, report);
    }
}

fn check_sco_id(type_name: &str, object: &Map<String, Value>, report: &mut Report) {
    let id = object
        .get("id")
        .and_then(Value::as_str)
        .and_then(|text| ObjectId::parse(text).ok());
    let (Some(id), Some(expected)) = (id, sco_id(type_name, object)) else {
        return;
    };
    if id != expected {
        let message = format!("the deterministic id would be `{expected}`");
        report.warn("/id", "sco-id", message);
    }
}

fn special(type_name: &str, object: &Map<String, Value>, report: &mut Report) {
    for property in ["created", "modified"] {
        let text = object
            .get(property)
            .and_then(Value::as_str)
            .unwrap_or_default();
        if micros(text).is_some() && digits(text) < 3 {
            let message = "should be precise to the millisecond";
            report.warn(&format!("/{property}"), "precision", message);
        }
    }
    let text = |name: &str| object.get(name).and_then(Value::as_str);
    let flag = |name: &str| object.get(name).and_then(Value::as_bool);
    match type_name {
        "malware" if flag("is_family") == Some(true) && text("name").is_none() => {
            report.error("/name", "required", "a malware family needs a `name`");
        }
        "indicator" if text("pattern_type") == Some("stix") => {
            let pattern = text("pattern").unwrap_or_default().trim_start();
            if !pattern.is_empty() && !pattern.starts_with(['[', '(']) {
                report.error(
                    "/pattern",
                    "pattern",
                    "a STIX pattern starts with `[` or `(`",
                );
            }
        }
        "email-message" => {
            let multipart = flag("is_multipart");
            if multipart == Some(false) && object.contains_key("body_multipart") {
                report.error(
                    "/body_multipart",
                    "multipart",
                    "only when `is_multipart` is true",
                );
            }
            if multipart == Some(true) && object.contains_key("body") {
                report.error("/body", "multipart", "only when `is_multipart` is false");
            }
        }
        "windows-registry-key" => check_registry(object, report),
        "observed-data" if object.contains_key("objects") => {
            report.warn(
                "/objects",
                "deprecated",
                "`objects` is deprecated, use `object_refs`",
            );
        }
        "network-traffic" if flag("is_active") == Some(true) && object.contains_key("end") => {
            report.error("/end", "active", "traffic that is active has no `end`");
        }
        _ => {}
    }
}

/// The data types of a registry key's values (§6.17).
fn check_registry(object: &Map<String, Value>, report: &mut Report) {
    let values = object.get("values").and_then(Value::as_array);
    for (index, value) in values.into_iter().flatten().enumerate() {
        if let Some(kind) = value.get("data_type") {
            let path = format!("/values/{index}/data_type");
            form::check_word(
                rules::vocabulary::REGISTRY_DATATYPE,
                true,
                kind,
                &path,
                report,
            );
        }
    }
}
