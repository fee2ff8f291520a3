//! What holds in single types and no table can say.

use serde_json::Value;

use super::form::{Whole, check_key, missing};
use super::report::{self as r, Path, Report, Severity};
use super::writing;
use crate::canonical::sco_id;
use crate::id::{Class, ObjectId};
use crate::marking::{is_tlp_2, tlp1_label, tlp2_label};
use crate::pattern::parse_pattern;
use crate::rules::vocabulary::HIVES;
use crate::rules::{Writing, relationship};
use crate::time::{digits, micros};

impl<'v> Whole<'v> {
    fn text(&self, name: &str) -> Option<&'v str> {
        self.object.get(name).and_then(Value::as_str)
    }

    fn flag(&self, name: &str) -> Option<bool> {
        self.object.get(name).and_then(Value::as_bool)
    }

    fn has(&self, name: &str) -> bool {
        self.object.contains_key(name)
    }

    fn id(&self, name: &str) -> Option<ObjectId> {
        self.text(name).and_then(|text| ObjectId::parse(text).ok())
    }
}

pub(super) fn check(whole: &Whole<'_>, class: Class, report: &mut Report) {
    let root = &Path::ROOT;
    if class == Class::Sco {
        check_sco_id(whole, report);
    }
    match whole.type_name {
        "malware" if whole.flag("is_family") == Some(true) && !whole.has("name") => {
            missing("name", root, report);
        }
        "indicator" => check_indicator(whole, report),
        "relationship" => check_relationship(whole, report),
        "email-message" => check_mail(whole, report),
        "windows-registry-key" => check_registry_key(whole, report),
        "observed-data" if whole.has("objects") => {
            let message = "`objects` is deprecated, use `object_refs`";
            report.should(&root.key("objects"), r::DEPRECATED, message);
        }
        "network-traffic" if whole.flag("is_active") == Some(true) && whole.has("end") => {
            let message = "traffic that is active has no `end`";
            report.must(&root.key("end"), r::ACTIVE, message);
        }
        "location" => check_country(whole, report),
        "marking-definition" => check_marking(whole, report),
        "language-content" => check_contents(whole, report),
        "extension-definition" => check_extension_definition(whole, report),
        _ => {}
    }
}

/// What holds in every object that has versions: three digits in its times are
/// a MUST (§3.2), a random id a SHOULD (§2.9).
pub(super) fn check_versioned(whole: &Whole<'_>, report: &mut Report) {
    for property in ["created", "modified"] {
        let text = whole.text(property).unwrap_or_default();
        if micros(text).is_none() {
            continue;
        }
        let path = Path::ROOT;
        let path = path.key(property);
        let message = "has to be precise to the millisecond";
        match digits(text) {
            0..3 if whole.type_name != "marking-definition" => {
                report.must(&path, r::PRECISION, message);
            }
            3 => {}
            _ => report.should(&path, r::PRECISION, message),
        }
    }
    if whole
        .id("id")
        .is_some_and(|id| id.uuid().get_version_num() != 4)
    {
        let path = Path::ROOT;
        let message = "should have a UUID of version 4";
        report.should(&path.key("id"), r::UUID, message);
    }
}

/// An observable's id should follow from its properties. Where nothing of it
/// contributes, it must be random.
fn check_sco_id(whole: &Whole<'_>, report: &mut Report) {
    let Some(id) = whole.id("id") else {
        return;
    };
    let path = Path::ROOT;
    let path = path.key("id");
    match sco_id(whole.type_name, whole.object) {
        Some(expected) if id != expected => {
            let message = format_args!("the deterministic id would be `{expected}`");
            report.add(Severity::Should, &path, r::SCO_ID, message);
        }
        None if id.uuid().get_version_num() != 4 => {
            let message = "nothing contributes to the id, so its UUID must be of version 4";
            report.must(&path, r::SCO_ID, message);
        }
        _ => {}
    }
}

fn check_indicator(whole: &Whole<'_>, report: &mut Report) {
    if whole.text("pattern_type") != Some("stix") {
        return;
    }
    let pattern = whole.text("pattern").unwrap_or_default();
    if pattern.trim().is_empty() {
        return;
    }
    let Err(error) = parse_pattern(pattern) else {
        return;
    };
    // An older version has a grammar of its own, which is not kept here.
    let severity = match whole.text("pattern_version") {
        None | Some("2.1") => Severity::Must,
        Some(_) => Severity::Should,
    };
    let path = Path::ROOT;
    let path = path.key("pattern");
    report.add(severity, &path, r::PATTERN, format_args!("{error}"));
}

fn check_relationship(whole: &Whole<'_>, report: &mut Report) {
    let (Some(source), Some(target)) = (whole.id("source_ref"), whole.id("target_ref")) else {
        return;
    };
    let kind = whole.text("relationship_type").unwrap_or_default();
    if !relationship::is_listed(source.type_name(), kind, target.type_name()) {
        let (from, to) = (source.type_name(), target.type_name());
        let message = format_args!("`{from}` {kind} `{to}` is not a relationship of the standard");
        let path = Path::ROOT;
        let path = path.key("relationship_type");
        report.add(Severity::Should, &path, r::RELATIONSHIP, message);
    }
}

fn check_mail(whole: &Whole<'_>, report: &mut Report) {
    let multipart = whole.flag("is_multipart");
    if multipart == Some(false) && whole.has("body_multipart") {
        let message = "only when `is_multipart` is true";
        report.must(&Path::ROOT.key("body_multipart"), r::MULTIPART, message);
    }
    if multipart == Some(true) && whole.has("body") {
        let message = "only when `is_multipart` is false";
        report.must(&Path::ROOT.key("body"), r::MULTIPART, message);
    }
}

/// A key's hive is written in full.
fn check_registry_key(whole: &Whole<'_>, report: &mut Report) {
    let key = whole.text("key").unwrap_or_default();
    let hive = key.split('\\').next().unwrap_or_default();
    if HIVES
        .iter()
        .any(|(short, _)| hive.eq_ignore_ascii_case(short))
    {
        let message = "the hive must be written in full, such as HKEY_LOCAL_MACHINE";
        report.must(&Path::ROOT.key("key"), r::WRITING, message);
    }
}

fn check_country(whole: &Whole<'_>, report: &mut Report) {
    let alpha_2 = |code: &str| code.len() == 2 && code.bytes().all(|b| b.is_ascii_uppercase());
    if whole.text("country").is_some_and(|code| !alpha_2(code)) {
        let message = "should be a code of ISO 3166-1 such as JP";
        report.should(&Path::ROOT.key("country"), r::VOCABULARY, message);
    }
}

fn check_marking(whole: &Whole<'_>, report: &mut Report) {
    let root = &Path::ROOT;
    if whole.has("modified") {
        let message = "a marking definition has no versions";
        report.must(&root.key("modified"), r::MARKING_VERSION, message);
    }
    let own = whole.text("id");
    let refs = whole
        .object
        .get("object_marking_refs")
        .and_then(Value::as_array);
    let granular = whole
        .object
        .get("granular_markings")
        .and_then(Value::as_array);
    let granular = granular.into_iter().flatten();
    let named = refs.into_iter().flatten().map(Some);
    let mut named = named.chain(granular.map(|marking| marking.get("marking_ref")));
    if own.is_some() && named.any(|id| id.and_then(Value::as_str) == own) {
        report.must(
            root,
            r::CIRCULAR,
            "a marking definition must not mark itself",
        );
    }
    let definition = |name: &str| whole.object.get("definition").and_then(|d| d.get(name));
    match whole.text("definition_type") {
        Some("statement") if definition("statement").and_then(Value::as_str).is_none() => {
            let message = "a statement marking needs the string `statement`";
            report.must(&root.key("definition"), r::STATEMENT, message);
        }
        Some("tlp") => {
            let label = whole.id("id").and_then(|id| tlp1_label(&id));
            let said = definition("tlp").and_then(Value::as_str);
            if label.is_none() || label != said {
                let message = "only the four marking definitions of the standard may be used";
                report.must(root, r::TLP, message);
            }
        }
        _ => {}
    }
    let extensions = whole.object.get("extensions").and_then(Value::as_object);
    let said = extensions
        .into_iter()
        .flatten()
        .find(|(name, _)| is_tlp_2(name))
        .map(|(_, extension)| extension.get("tlp_2_0").and_then(Value::as_str));
    if let Some(said) = said {
        let label = whole.id("id").and_then(|id| tlp2_label(&id));
        if label.is_none() || label != said {
            let message = "only the five marking definitions of TLP 2.0 may be used";
            report.must(root, r::TLP, message);
        }
    }
}

/// Contents by language, then by property.
fn check_contents(whole: &Whole<'_>, report: &mut Report) {
    let root = &Path::ROOT;
    if whole
        .id("object_ref")
        .is_some_and(|id| id.type_name() == "language-content")
    {
        let message = "language content is not itself translated";
        report.must(&root.key("object_ref"), r::REFERENCE_TYPE, message);
    }
    let path = root.key("contents");
    let contents = whole.object.get("contents").and_then(Value::as_object);
    if contents.is_some_and(serde_json::Map::is_empty) {
        report.must(&path, r::EMPTY, "must not be empty");
    }
    for (language, content) in contents.into_iter().flatten() {
        let path = path.key(language);
        if let Some(message) = writing::fault(Writing::Language, language) {
            report.must(&path, r::CONTENTS, message);
        }
        let Some(properties) = content.as_object() else {
            report.must(&path, r::TYPE_DICTIONARY, "is not a dictionary");
            continue;
        };
        for property in properties.keys() {
            check_key(property, &path.key(property), report);
        }
    }
}

fn check_extension_definition(whole: &Whole<'_>, report: &mut Report) {
    let kinds = whole
        .object
        .get("extension_types")
        .and_then(Value::as_array);
    let toplevel = kinds.into_iter().flatten();
    let toplevel = toplevel.filter_map(Value::as_str);
    let toplevel = toplevel
        .into_iter()
        .any(|kind| kind == "toplevel-property-extension");
    if whole.has("extension_properties") && !toplevel {
        let message = "only for the type `toplevel-property-extension`";
        report.must(
            &Path::ROOT.key("extension_properties"),
            r::EXTENSION,
            message,
        );
    }
}
