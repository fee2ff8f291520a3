//! Checking an object against STIX 2.1. What is wrong is data: a check never
//! stops at the first fault and never fails.
//!
//! The rules are tables ([`crate::rules`]); [`form`] goes by them, and
//! [`special`] has what no table can say.

pub(crate) mod document;
mod extension;
mod form;
pub(crate) mod report;
mod selector;
pub(crate) mod set;
mod special;
pub(crate) mod writing;

use serde::Deserialize;
use serde_json::{Map, Value};

use self::form::Whole;
use self::report::{self as r, Path, Report};
pub use self::{
    report::{Finding, RULES, Severity},
    writing::is_uri,
};
use crate::id::{Class, ObjectId, is_type_name};
use crate::rules::{self, Shape, attack};

/// How much an object has to hold to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Level {
    /// What is accepted, and relayed byte for byte: what identifies, orders and
    /// restricts the object can be read ([`crate::head`]).
    Wire,
    /// What Kaname itself authors, always: every MUST of the standard.
    #[default]
    Strict,
}

impl Level {
    /// Whether an object with these findings, whose header reads or not, holds
    /// to the level.
    #[must_use]
    pub fn accepts(self, has_head: bool, findings: &[Finding]) -> bool {
        match self {
            Self::Wire => has_head,
            Self::Strict => has_head && !has_errors(findings),
        }
    }
}

/// Checks one object against STIX 2.1. The first 1,000 findings, in the order
/// they were found; none when all is well.
#[must_use]
pub fn check(value: &Value) -> Vec<Finding> {
    let mut report = Report {
        section: "3.2",
        ..Report::default()
    };
    match value.as_object() {
        Some(object) => check_object(object, &mut report),
        None => report.must(&Path::ROOT, r::OBJECT, "is not a JSON object"),
    }
    report.findings
}

/// Whether any finding breaks a MUST.
#[must_use]
pub fn has_errors(findings: &[Finding]) -> bool {
    findings
        .iter()
        .any(|finding| finding.severity == Severity::Must)
}

fn check_object(object: &Map<String, Value>, report: &mut Report) {
    let root = &Path::ROOT;
    let Some(type_name) = object.get("type").and_then(Value::as_str) else {
        let message = "required property `type` is missing or no string";
        return report.must(&root.key("type"), r::REQUIRED, message);
    };
    if type_name == "bundle" {
        let message = "a bundle is a container, not an object";
        return report.must(&root.key("type"), r::TYPE, message);
    }
    let shape = rules::rule(type_name);
    let whole = Whole { object, type_name };
    if shape.is_none() {
        check_type_name(&whole, report);
    }
    let class = shape
        .and_then(|shape| shape.class)
        .unwrap_or_else(|| custom_class(&whole));
    check_id(&whole, report);
    for property in rules::common_required(class, type_name) {
        if !object.contains_key(*property) {
            form::missing(property, root, report);
        }
    }
    check_members(shape, class, &whole, report);
    form::check_order(&VERSIONS, object, root, report);
    if class != Class::Sco {
        special::check_versioned(&whole, report);
    }
    if let Some(shape) = shape {
        report.within(shape.section, |report| {
            form::check_relations(shape, object, root, report);
            special::check(&whole, class, report);
        });
    }
}

const VERSIONS: rules::Order = rules::Order {
    first: "created",
    last: "modified",
    strict: false,
};

fn check_type_name(whole: &Whole<'_>, report: &mut Report) {
    let path = Path::ROOT;
    let path = path.key("type");
    let type_name = whole.type_name;
    if !is_type_name(type_name) {
        let message = "is not a type name (3 to 250 of a-z, 0-9, -)";
        report.must(&path, r::TYPE, message);
    } else if rules::RESERVED.contains(&type_name) {
        report.must(&path, r::RESERVED, "is a reserved name");
    } else if !attack::TYPES.contains(&type_name)
        && !extension::says(whole, &["new-sdo", "new-sco", "new-sro"])
    {
        let message = format_args!("`{type_name}` is not a type of STIX 2.1");
        report.add(Severity::Should, &path, r::UNKNOWN_TYPE, message);
    }
}

/// A custom object is what its extension says; without one, an object that has
/// no `created` is taken for an observable.
fn custom_class(whole: &Whole<'_>) -> Class {
    let has = |name| whole.object.contains_key(name);
    let versioned = has("created") || has("modified");
    if extension::says(whole, &["new-sco"]) || !versioned {
        Class::Sco
    } else {
        Class::Sdo
    }
}

fn check_id(whole: &Whole<'_>, report: &mut Report) {
    let Some(text) = whole.object.get("id").and_then(Value::as_str) else {
        return;
    };
    if let Ok(id) = ObjectId::parse(text)
        && id.type_name() != whole.type_name
    {
        let (named, type_name) = (id.type_name(), whole.type_name);
        let message = format_args!("the id names `{named}`, the type is `{type_name}`");
        report.add(Severity::Must, &Path::ROOT.key("id"), r::ID_TYPE, message);
    }
}

fn check_members(
    shape: Option<&'static Shape>,
    class: Class,
    whole: &Whole<'_>,
    report: &mut Report,
) {
    // Of a type that the standard does not have, no property is known.
    let extended = shape.is_none() || extension::says(whole, &["toplevel-property-extension"]);
    for (key, value) in whole.object {
        let path = Path::ROOT;
        let path = path.key(key);
        let own = shape.and_then(|shape| Some((shape.section, shape.prop(key)?)));
        let known = own.or_else(|| Some(("3.2", rules::common_prop(class, key)?)));
        match known {
            Some((section, prop)) => report.within(section, |report| {
                form::check_prop(prop, whole, value, &path, report);
            }),
            None => check_custom(extended, key, whole, value, &path, report),
        }
    }
}

/// A property that the standard does not have.
fn check_custom(
    extended: bool,
    key: &str,
    whole: &Whole<'_>,
    value: &Value,
    path: &Path<'_>,
    report: &mut Report,
) {
    if rules::RESERVED.contains(&key) {
        return report.must(path, r::RESERVED, "is a reserved name");
    }
    if value.as_array().is_some_and(Vec::is_empty) {
        report.must(path, r::EMPTY_LIST, "a list must not be empty");
    } else {
        form::check_any(value, Severity::Should, path, report);
    }
    if let Some(prop) = attack::PROPS.iter().find(|prop| prop.name == key) {
        return check_dialect(prop, whole, value, path, report);
    }
    form::check_name(key, path, report);
    if extended || !writing::is_property_name(key) {
        return;
    }
    if key.starts_with("x_") {
        let message = "custom properties are deprecated, use an extension";
        report.should(path, r::CUSTOM_PROPERTY, message);
    } else {
        report.should(path, r::UNKNOWN_PROPERTY, "is not a property of this type");
    }
}

/// A property of ATT&CK: another form than ATT&CK gives it is worth a word, but
/// breaks nothing of the standard.
fn check_dialect(
    prop: &rules::Prop,
    whole: &Whole<'_>,
    value: &Value,
    path: &Path<'_>,
    report: &mut Report,
) {
    let mut own = Report::default();
    form::check_prop(prop, whole, value, path, &mut own);
    if let Some(first) = own.findings.first() {
        let message = format_args!("in ATT&CK, {} {}", first.path, first.message);
        report.add(Severity::Should, path, r::DIALECT, message);
    }
}
