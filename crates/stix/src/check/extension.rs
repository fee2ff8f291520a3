//! `extensions`: predefined ones (§6), those of extension definitions (§7.3),
//! and the deprecated custom ones (§11.3).

use serde_json::Value;

use super::form::{Whole, check_any, check_part};
use super::report::{self as r, Path, Report, Severity};
use crate::id::ObjectId;
use crate::rules::extension::predefined;
use crate::rules::part::DEFINED_EXTENSION;

pub(super) fn check(whole: &Whole<'_>, value: &Value, path: &Path<'_>, report: &mut Report) {
    let Some(extensions) = value.as_object() else {
        return report.must(path, r::TYPE_DICTIONARY, "is not a dictionary");
    };
    if extensions.is_empty() {
        report.must(path, r::EMPTY, "must not be empty");
    }
    for (name, extension) in extensions {
        let path = path.key(name);
        if name.starts_with("extension-definition--") {
            if let Err(error) = ObjectId::parse(name) {
                report.add(
                    Severity::Must,
                    &path,
                    r::IDENTIFIER,
                    format_args!("{error}"),
                );
            }
            check_part(&DEFINED_EXTENSION, whole, extension, &path, report);
        } else if let Some((owner, shape)) = predefined(name) {
            check_part(shape, whole, extension, &path, report);
            if owner != whole.type_name {
                report.within(shape.section, |report| {
                    let message = format_args!("is an extension of `{owner}`");
                    report.add(Severity::Must, &path, r::EXTENSION_OWNER, message);
                });
            }
        } else {
            check_custom(name, extension, &path, report);
        }
    }
}

fn check_custom(name: &str, extension: &Value, path: &Path<'_>, report: &mut Report) {
    if !crate::id::is_type_name(name) || !name.ends_with("-ext") {
        let message = "is neither a predefined extension nor the id of an extension definition";
        return report.must(path, r::EXTENSION, message);
    }
    let message = "custom extensions are deprecated, use an extension definition";
    report.should(path, r::CUSTOM_EXTENSION, message);
    match extension.as_object() {
        Some(members) if members.is_empty() => report.must(path, r::EMPTY, "must not be empty"),
        Some(_) => check_any(extension, Severity::Must, path, report),
        None => report.must(path, r::TYPE_OBJECT, "is not an object"),
    }
}

/// Whether an extension says that it puts properties at the top level, or makes
/// a type (§7.3).
pub(super) fn says(whole: &Whole<'_>, kinds: &[&str]) -> bool {
    let extensions = whole.object.get("extensions").and_then(Value::as_object);
    extensions.is_some_and(|extensions| {
        extensions.values().any(|extension| {
            let kind = extension.get("extension_type").and_then(Value::as_str);
            kind.is_some_and(|kind| kinds.contains(&kind))
        })
    })
}
