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

const fn of_table(name: &'static str) -> Rule {
    Rule(name, None)
}

const fn at(name: &'static str, section: &'static str) -> Rule {
    Rule(name, Some(section))
}

macro_rules! rules {
    ($( $rule:ident = $make:ident($name:literal $(, $section:literal)?); )*) => {
        $( pub(crate) const $rule: Rule = $make($name $(, $section)?); )*

        /// The stable names of all rules a finding can be about.
        pub const RULES: &[&str] = &[$($name),*];
    };
}

rules! {
    // Rules of every table: the section is the table's.
    ANY_OF = of_table("any-of");
    EXCLUSIVE = of_table("exclusive");
    NEEDS = of_table("needs");
    RANGE = of_table("range");
    REFERENCE_TYPE = of_table("reference-type");
    REQUIRED = of_table("required");
    TIME_ORDER = of_table("time-order");
    WRITING = of_table("writing");
    // Rules of data types (§2).
    BINARY = at("binary", "2.1");
    TYPE_BOOLEAN = at("type-boolean", "2.2");
    DICTIONARY_KEY = at("dictionary-key", "2.3");
    DICTIONARY_VALUE = at("dictionary-value", "2.3");
    TYPE_DICTIONARY = at("type-dictionary", "2.3");
    ENUM = at("enum", "2.4");
    EXTERNAL_ID = at("external-id", "2.5");
    TYPE_NUMBER = at("type-number", "2.6");
    HASH = at("hash", "2.7");
    HASH_ALGORITHM = at("hash-algorithm", "2.7");
    TYPE_HASHES = at("type-hashes", "2.7");
    HEX = at("hex", "2.8");
    IDENTIFIER = at("identifier", "2.9");
    SCO_ID = at("sco-id", "2.9");
    UUID = at("uuid", "2.9");
    TYPE_INTEGER = at("type-integer", "2.10");
    EMPTY_LIST = at("empty-list", "2.12");
    TYPE_LIST = at("type-list", "2.12");
    VOCABULARY = at("vocabulary", "2.14");
    TYPE_STRING = at("type-string", "2.15");
    TIMESTAMP = at("timestamp", "2.16");
    PRECISION = at("precision", "3.2");
    // Rules of every object (§3).
    EMPTY = of_table("empty");
    NULL = at("null", "3.1");
    OBJECT = at("object", "3");
    PROPERTY_NAME = at("property-name", "3.1");
    HEAD = at("head", "3.2");
    TYPE = at("type", "3.2");
    TYPE_OBJECT = of_table("type-object");
    ID_TYPE = at("id-type", "2.9");
    RESERVED = at("reserved", "3.8");
    VERSION = at("version", "3.6");
    RELATIONSHIP = at("relationship", "5.1");
    // Rules of single types.
    ACTIVE = at("active", "6.12");
    CIRCULAR = at("circular", "7.2");
    CONTENTS = at("contents", "7.1");
    DEPRECATED = of_table("deprecated");
    EXTENSION = at("extension", "7.3");
    EXTENSION_OWNER = of_table("extension-owner");
    MARKING_VERSION = at("marking-version", "7.2.1");
    MULTIPART = at("multipart", "6.6");
    PATTERN = at("pattern", "9");
    SELECTOR = at("selector", "7.2.3.1");
    STATEMENT = at("statement", "7.2.1.3");
    TLP = at("tlp", "7.2.1.4");
    // Customizing (§11).
    CUSTOM_PROPERTY = at("custom-property", "11.1");
    UNKNOWN_PROPERTY = at("unknown-property", "11.1");
    UNKNOWN_TYPE = at("unknown-type", "11.2");
    CUSTOM_EXTENSION = at("custom-extension", "11.3");
    // Not of the standard: the dialect of ATT&CK.
    DIALECT = at("dialect", "11.1");
}

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
