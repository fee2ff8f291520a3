//! Putting the configuration together: defaults, then the file, then the environment, then the
//! command line. Mistakes are collected, not stopped at, so that one run shows them all.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use toml::de::{DeTable, DeValue};

use super::{
    key::{self, Key},
    keys::KEYS,
    kind::Kind,
    stray,
    value::{self, Value},
};
use crate::fault::line_and_column;

/// Where a value comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Origin {
    /// Nothing was said.
    Default,
    /// The file, at this line.
    File(PathBuf, usize),
    /// This environment variable.
    Variable(String),
    /// This option.
    Option(String),
}

impl Origin {
    /// Line of the file.
    pub(crate) fn line(&self) -> Option<usize> {
        match self {
            Self::File(_, line) => Some(*line),
            _ => None,
        }
    }
}

impl std::fmt::Display for Origin {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Default => f.write_str("default"),
            Self::File(path, line) => write!(f, "{}:{line}", path.display()),
            Self::Variable(name) => write!(f, "environment {name}"),
            Self::Option(name) => write!(f, "option {name}"),
        }
    }
}

/// A value and where it comes from.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Setting {
    /// The value.
    pub(crate) value: Value,
    /// Its origin.
    pub(crate) origin: Origin,
}

/// A mistake in the configuration.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub(crate) struct Mistake {
    /// File and line (and column, where it is no TOML), variable or option.
    pub(crate) at: String,
    /// Line of the file, from 1.
    pub(crate) line: Option<usize>,
    /// The key as written.
    pub(crate) key: String,
    /// What is wrong.
    pub(crate) what: String,
    /// What is allowed.
    pub(crate) allowed: Option<String>,
    /// The key that was probably meant.
    pub(crate) did_you_mean: Option<String>,
}

impl Mistake {
    /// Whether the file could not be read as TOML. What stands in it is then unknown.
    pub(crate) fn is_syntax(&self) -> bool {
        self.key.is_empty()
    }
}

/// All settings, by name of their key.
pub(crate) type Settings = BTreeMap<&'static str, Setting>;

/// What the configuration is made from.
#[derive(Debug, Clone, Default)]
pub(crate) struct Sources {
    /// Path and text of the file.
    pub(crate) file: Option<(PathBuf, String)>,
    /// Environment variables that begin with `KANAME_`.
    pub(crate) variables: Vec<(String, String)>,
    /// Options: key, value, and the option's name.
    pub(crate) options: Vec<(&'static str, String, String)>,
}

/// Reads all sources.
pub(crate) fn load(sources: &Sources) -> (Settings, Vec<Mistake>) {
    let mut settings = Settings::new();
    let mut mistakes = Vec::new();
    for key in KEYS {
        let value = value::parse(key.kind, key.default).unwrap_or(Value::None);
        let origin = Origin::Default;
        settings.insert(key.name, Setting { value, origin });
    }
    if let Some((path, text)) = &sources.file {
        read_file(path, text, &mut settings, &mut mistakes);
    }
    read_variables(&sources.variables, &mut settings, &mut mistakes);
    for (name, text, option) in &sources.options {
        if let Some(key) = key::find(name) {
            let origin = Origin::Option(option.clone());
            set(key, text, origin, None, &mut settings, &mut mistakes);
        }
    }
    (settings, mistakes)
}

fn set(
    key: &'static Key,
    text: &str,
    origin: Origin,
    base: Option<&Path>,
    settings: &mut Settings,
    mistakes: &mut Vec<Mistake>,
) {
    match value::parse(key.kind, text) {
        Ok(value) => {
            let value = match (value, base) {
                (Value::Path(path), Some(base)) => Value::Path(base.join(path)),
                (value, _) => value,
            };
            settings.insert(key.name, Setting { value, origin });
        }
        Err(what) => mistakes.push(Mistake {
            line: origin.line(),
            at: origin.to_string(),
            key: key.name.to_owned(),
            what,
            allowed: Some(key.kind.allowed()),
            did_you_mean: None,
        }),
    }
}

fn read_file(path: &Path, text: &str, settings: &mut Settings, mistakes: &mut Vec<Mistake>) {
    let base = path.parent().unwrap_or(Path::new(""));
    let (root, errors) = DeTable::parse_recoverable(text);
    // What follows the first error of syntax may only seem wrong.
    if let Some(error) = errors.first() {
        let byte = error.span().map_or(0, |span| span.start);
        let (line, column) = line_and_column(text.as_bytes(), byte);
        mistakes.push(Mistake {
            at: format!("{}:{line}:{column}", path.display()),
            line: Some(line),
            key: String::new(),
            what: format!("the file is not TOML: {}", error.message()),
            allowed: None,
            did_you_mean: None,
        });
        return;
    }
    let line_of = |byte: usize| line_and_column(text.as_bytes(), byte).0;
    let unknown = |line: usize, key: &str, what: &str, meant: Option<&str>| Mistake {
        at: format!("{}:{line}", path.display()),
        line: Some(line),
        key: key.to_owned(),
        what: what.to_owned(),
        allowed: None,
        did_you_mean: meant.map(str::to_owned),
    };
    for (section, content) in root.get_ref().iter() {
        let section_line = line_of(section.span().start);
        let section = section.get_ref().as_ref();
        let DeValue::Table(table) = content.get_ref() else {
            let meant = KEYS
                .iter()
                .find(|key| key.name.ends_with(&format!(".{section}")));
            let what = "a key stands in a section, such as `[store]`";
            mistakes.push(unknown(
                section_line,
                section,
                what,
                meant.map(|key| key.name),
            ));
            continue;
        };
        if !sections().any(|known| known == section) {
            let meant = stray::nearest(section, sections());
            let all: Vec<_> = sections().collect();
            mistakes.push(Mistake {
                allowed: Some(format!("the sections {}", all.join(", "))),
                ..unknown(section_line, section, "there is no such section", meant)
            });
            continue;
        }
        for (name, content) in table.iter() {
            let line = line_of(name.span().start);
            let full = format!("{section}.{}", name.get_ref());
            let Some(key) = key::find(&full) else {
                let meant = nearest_key(&full);
                mistakes.push(Mistake {
                    allowed: Some(keys_of(section)),
                    ..unknown(line, &full, "there is no such key", meant)
                });
                continue;
            };
            let line = line_of(content.span().start);
            let origin = Origin::File(path.to_owned(), line);
            match plain(content.get_ref(), key.kind) {
                Some(value) => set(key, &value, origin, Some(base), settings, mistakes),
                None => mistakes.push(Mistake {
                    line: origin.line(),
                    at: origin.to_string(),
                    key: full,
                    what: format!(
                        "{} is expected, not {}",
                        wanted(key.kind),
                        type_of(content.get_ref())
                    ),
                    allowed: Some(key.kind.allowed()),
                    did_you_mean: None,
                }),
            }
        }
    }
}

/// The value as text when its TOML type fits the kind.
fn plain(value: &DeValue<'_>, kind: Kind) -> Option<String> {
    match (value, kind) {
        (DeValue::Boolean(switch), Kind::Bool) => Some(switch.to_string()),
        (DeValue::Integer(number), Kind::Number(..) | Kind::Bytes(..)) => {
            i64::from_str_radix(number.as_str(), number.radix())
                .ok()
                .map(|n| n.to_string())
        }
        (DeValue::String(_), Kind::Bool | Kind::Number(..)) => None,
        (DeValue::String(text), _) => Some(text.to_string()),
        _ => None,
    }
}

/// How a value of that kind is written.
fn wanted(kind: Kind) -> &'static str {
    match kind {
        Kind::Bool => "true or false without quotes",
        Kind::Number(..) => "a number without quotes",
        Kind::Bytes(..) => "a number, or text in quotes",
        Kind::Text | Kind::Path | Kind::Choice(_) | Kind::Address | Kind::Url(_) => {
            "text in quotes"
        }
    }
}

fn type_of(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "text",
        DeValue::Integer(_) => "a number",
        DeValue::Float(_) => "a fraction",
        DeValue::Boolean(_) => "true or false",
        DeValue::Datetime(_) => "a date",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    }
}

fn read_variables(
    variables: &[(String, String)],
    settings: &mut Settings,
    mistakes: &mut Vec<Mistake>,
) {
    for (variable, text) in variables {
        // What is without a section is no key: `stray` looks at it.
        let Some((section, name)) = variable
            .strip_prefix("KANAME_")
            .and_then(|rest| rest.split_once("__"))
        else {
            continue;
        };
        let full = format!("{}.{}", section.to_lowercase(), name.to_lowercase());
        let origin = Origin::Variable(variable.clone());
        match key::find(&full) {
            Some(key) => set(key, text, origin, None, settings, mistakes),
            None => mistakes.push(Mistake {
                line: None,
                at: origin.to_string(),
                key: full.clone(),
                what: "there is no such key".to_owned(),
                allowed: None,
                did_you_mean: nearest_key(&full).and_then(key::find).map(Key::variable),
            }),
        }
    }
}

fn nearest_key(written: &str) -> Option<&'static str> {
    let same_section = || {
        let section = written.split('.').next().unwrap_or_default();
        KEYS.iter()
            .map(|key| key.name)
            .filter(move |name| name.starts_with(section))
    };
    let nearest = stray::nearest(written, KEYS.iter().map(|key| key.name));
    nearest.or_else(|| {
        // A key of this section that holds the word, such as `tls_cert` for `cert`.
        let word = written.split('.').nth(1).filter(|word| word.len() > 2)?;
        same_section().find(|name| name.contains(word))
    })
}

/// The keys of a section, in words.
fn keys_of(section: &str) -> String {
    let prefix = format!("{section}.");
    let names: Vec<_> = KEYS
        .iter()
        .filter_map(|key| key.name.strip_prefix(&prefix))
        .collect();
    format!("in [{section}]: {}", names.join(", "))
}

/// Names of the sections, each once.
pub(crate) fn sections() -> impl Iterator<Item = &'static str> {
    let mut last = "";
    KEYS.iter().filter_map(move |key| {
        let section = key.name.split('.').next().unwrap_or_default();
        let fresh = section != last;
        last = section;
        fresh.then_some(section)
    })
}
