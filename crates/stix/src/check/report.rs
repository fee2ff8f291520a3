//! Findings, the rules they are about, and the path to where they are.

use std::fmt;

use serde::Serialize;

/// Most findings that one check gives.
const MAX_FINDINGS: usize = 1_000;

/// How grave a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    /// Breaks a MUST of the standard.
    Must,
    /// Goes against a SHOULD, or is deprecated.
    Should,
}

/// One thing found in an object.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// JSON pointer (RFC 6901) into the object.
    pub path: String,
    /// The rule's stable name, such as `required` or `timestamp`.
    pub rule: &'static str,
    /// The section of STIX 2.1 that has the rule, such as `2.16`.
    pub section: &'static str,
    /// How grave.
    pub severity: Severity,
    /// What is wrong, in English.
    pub message: String,
}

/// A rule: its stable name, and its section where that isn't the one of the
/// table at hand.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Rule(&'static str, Option<&'static str>);

const fn at(name: &'static str, section: &'static str) -> Rule {
    Rule(name, Some(section))
}

/// Rules of every table: the section is the table's.
pub(crate) const ANY_OF: Rule = Rule("any-of", None);
pub(crate) const EXCLUSIVE: Rule = Rule("exclusive", None);
pub(crate) const NEEDS: Rule = Rule("needs", None);
pub(crate) const RANGE: Rule = Rule("range", None);
pub(crate) const REFERENCE_TYPE: Rule = Rule("reference-type", None);
pub(crate) const REQUIRED: Rule = Rule("required", None);
pub(crate) const TIME_ORDER: Rule = Rule("time-order", None);
pub(crate) const WRITING: Rule = Rule("writing", None);

/// Rules of data types (§2).
pub(crate) const BINARY: Rule = at("binary", "2.1");
pub(crate) const TYPE_BOOLEAN: Rule = at("type-boolean", "2.2");
pub(crate) const DICTIONARY_KEY: Rule = at("dictionary-key", "2.3");
pub(crate) const DICTIONARY_VALUE: Rule = at("dictionary-value", "2.3");
pub(crate) const TYPE_DICTIONARY: Rule = at("type-dictionary", "2.3");
pub(crate) const ENUM: Rule = at("enum", "2.4");
pub(crate) const EXTERNAL_ID: Rule = at("external-id", "2.5");
pub(crate) const TYPE_NUMBER: Rule = at("type-number", "2.6");
pub(crate) const HASH: Rule = at("hash", "2.7");
pub(crate) const HASH_ALGORITHM: Rule = at("hash-algorithm", "2.7");
pub(crate) const TYPE_HASHES: Rule = at("type-hashes", "2.7");
pub(crate) const HEX: Rule = at("hex", "2.8");
pub(crate) const IDENTIFIER: Rule = at("identifier", "2.9");
pub(crate) const SCO_ID: Rule = at("sco-id", "2.9");
pub(crate) const UUID: Rule = at("uuid", "2.9");
pub(crate) const TYPE_INTEGER: Rule = at("type-integer", "2.10");
pub(crate) const EMPTY_LIST: Rule = at("empty-list", "2.12");
pub(crate) const TYPE_LIST: Rule = at("type-list", "2.12");
pub(crate) const VOCABULARY: Rule = at("vocabulary", "2.14");
pub(crate) const TYPE_STRING: Rule = at("type-string", "2.15");
pub(crate) const TIMESTAMP: Rule = at("timestamp", "2.16");
pub(crate) const PRECISION: Rule = at("precision", "3.2");

/// Rules of every object (§3).
pub(crate) const EMPTY: Rule = Rule("empty", None);
pub(crate) const NULL: Rule = at("null", "3.1");
pub(crate) const OBJECT: Rule = at("object", "3");
pub(crate) const PROPERTY_NAME: Rule = at("property-name", "3.1");
pub(crate) const TYPE: Rule = at("type", "3.2");
pub(crate) const TYPE_OBJECT: Rule = Rule("type-object", None);
pub(crate) const ID_TYPE: Rule = at("id-type", "2.9");
pub(crate) const RESERVED: Rule = at("reserved", "3.8");
pub(crate) const VERSION: Rule = at("version", "3.6");
pub(crate) const RELATIONSHIP: Rule = at("relationship", "5.1");

/// Rules of single types.
pub(crate) const ACTIVE: Rule = at("active", "6.12");
pub(crate) const CIRCULAR: Rule = at("circular", "7.2");
pub(crate) const CONTENTS: Rule = at("contents", "7.1");
pub(crate) const DEPRECATED: Rule = Rule("deprecated", None);
pub(crate) const EXTENSION: Rule = at("extension", "7.3");
pub(crate) const EXTENSION_OWNER: Rule = Rule("extension-owner", None);
pub(crate) const MARKING_VERSION: Rule = at("marking-version", "7.2.1");
pub(crate) const MULTIPART: Rule = at("multipart", "6.6");
pub(crate) const PATTERN: Rule = at("pattern", "9");
pub(crate) const SELECTOR: Rule = at("selector", "7.2.3.1");
pub(crate) const STATEMENT: Rule = at("statement", "7.2.1.3");
pub(crate) const TLP: Rule = at("tlp", "7.2.1.4");

/// Customizing (§11).
pub(crate) const CUSTOM_PROPERTY: Rule = at("custom-property", "11.1");
pub(crate) const UNKNOWN_PROPERTY: Rule = at("unknown-property", "11.1");
pub(crate) const UNKNOWN_TYPE: Rule = at("unknown-type", "11.2");
pub(crate) const CUSTOM_EXTENSION: Rule = at("custom-extension", "11.3");
/// Not of the standard: the dialect of ATT&CK.
pub(crate) const DIALECT: Rule = at("dialect", "11.1");

/// Where a check stands: a JSON pointer that costs nothing until it is needed.
#[derive(Clone, Copy)]
pub(crate) struct Path<'a> {
    up: Option<&'a Path<'a>>,
    step: Step<'a>,
}

#[derive(Clone, Copy)]
enum Step<'a> {
    Root,
    Key(&'a str),
    Index(usize),
}

impl<'a> Path<'a> {
    pub(crate) const ROOT: Path<'static> = Path {
        up: None,
        step: Step::Root,
    };

    pub(crate) fn key(&'a self, key: &'a str) -> Path<'a> {
        Path {
            up: Some(self),
            step: Step::Key(key),
        }
    }

    pub(crate) fn index(&'a self, index: usize) -> Path<'a> {
        Path {
            up: Some(self),
            step: Step::Index(index),
        }
    }
}

impl fmt::Display for Path<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(up) = self.up {
            up.fmt(f)?;
        }
        match self.step {
            Step::Root => Ok(()),
            Step::Key(key) => write!(f, "/{}", key.replace('~', "~0").replace('/', "~1")),
            Step::Index(index) => write!(f, "/{index}"),
        }
    }
}

/// The findings so far.
#[derive(Default)]
pub(crate) struct Report {
    pub(crate) findings: Vec<Finding>,
    /// The section of the table at hand.
    pub(crate) section: &'static str,
}

impl Report {
    pub(crate) fn add(
        &mut self,
        severity: Severity,
        path: &Path<'_>,
        rule: Rule,
        message: fmt::Arguments<'_>,
    ) {
        if self.findings.len() < MAX_FINDINGS {
            self.findings.push(Finding {
                path: path.to_string(),
                rule: rule.0,
                section: rule.1.unwrap_or(self.section),
                severity,
                message: message.to_string(),
            });
        }
    }

    pub(crate) fn must(&mut self, path: &Path<'_>, rule: Rule, message: &str) {
        self.add(Severity::Must, path, rule, format_args!("{message}"));
    }

    pub(crate) fn should(&mut self, path: &Path<'_>, rule: Rule, message: &str) {
        self.add(Severity::Should, path, rule, format_args!("{message}"));
    }

    /// Runs a check within another table of the standard.
    pub(crate) fn within(&mut self, section: &'static str, check: impl FnOnce(&mut Self)) {
        let outer = std::mem::replace(&mut self.section, section);
        check(self);
        self.section = outer;
    }
}
