//! What an object says, in words: its main properties in the order people read them, each by its name. What
//! stands nowhere here stands in the JSON below it.

use std::collections::BTreeSet;

use kaname_sharing::content::tlp_named;
use kaname_stix::pattern::{Language, explain_pattern, parse_pattern};
use kaname_stix::{is_uri, time};
use kaname_store::StoredObject;
use serde_json::{Map, Value};

use super::{super::objects, prose::plain};
use crate::{
    error::Failure,
    frame::{
        Page,
        part::{At, Copied, TlpLabel},
    },
    house::{By, House},
    text::Lang,
};

/// Longest text shown, in characters; the JSON has all.
const MOST_TEXT: usize = 6_000;
/// Longest single value of a list, in characters.
const MOST_VALUE: usize = 300;
/// Most values of a list.
const MOST_VALUES: usize = 40;
/// References outside that are shown at once.
const FIRST_REFERENCES: usize = 5;
/// Longest pattern that is put into words, in bytes.
const MOST_PATTERN: usize = 20_000;

/// Properties in the order people read them (STIX 2.1 §3 to §6, and what ATT&CK adds). Markings, the author,
/// references elsewhere and the pattern have forms of their own.
pub(super) const PROPERTIES: [&str; 80] = [
    "name",
    "value",
    "description",
    "abstract",
    "content",
    "explanation",
    "objective",
    "opinion",
    "aliases",
    "x_mitre_aliases",
    "indicator_types",
    "malware_types",
    "is_family",
    "threat_actor_types",
    "tool_types",
    "tool_version",
    "infrastructure_types",
    "report_types",
    "context",
    "identity_class",
    "sectors",
    "roles",
    "goals",
    "sophistication",
    "resource_level",
    "primary_motivation",
    "secondary_motivations",
    "personal_motivations",
    "capabilities",
    "architecture_execution_envs",
    "implementation_languages",
    "kill_chain_phases",
    "x_mitre_platforms",
    "x_mitre_detection",
    "contact_information",
    "region",
    "country",
    "administrative_area",
    "city",
    "street_address",
    "postal_code",
    "latitude",
    "longitude",
    "precision",
    "relationship_type",
    "count",
    "summary",
    "number_observed",
    "first_seen",
    "last_seen",
    "first_observed",
    "last_observed",
    "start_time",
    "stop_time",
    "published",
    "valid_from",
    "valid_until",
    "product",
    "version",
    "result",
    "result_name",
    "hashes",
    "size",
    "mime_type",
    "path",
    "key",
    "cpe",
    "vendor",
    "subject",
    "body",
    "number",
    "rir",
    "user_id",
    "account_login",
    "display_name",
    "command_line",
    "protocols",
    "confidence",
    "labels",
    "lang",
];

/// Those of them that hold a moment.
const MOMENTS: [&str; 9] = [
    "first_seen",
    "last_seen",
    "first_observed",
    "last_observed",
    "start_time",
    "stop_time",
    "published",
    "valid_from",
    "valid_until",
];

/// What an object says.
#[derive(Default)]
pub(super) struct Said {
    pub(super) facts: Vec<Fact>,
    pub(super) pattern: Option<Pattern>,
    pub(super) references: Vec<Reference>,
    pub(super) more_references: usize,
    pub(super) markings: Vec<Marking>,
    /// Who wrote it, where the reader may see that: title and address.
    pub(super) author: Option<(String, String)>,
    /// Whether its author took it back.
    pub(super) revoked: bool,
}

/// A property by its name.
pub(super) struct Fact {
    pub(super) name: String,
    pub(super) form: Form,
}

pub(super) enum Form {
    /// What somebody wrote; whether it was cut.
    Prose(String, bool),
    /// Short values; how many more there are.
    Values(Vec<String>, usize),
    At(At),
}

pub(super) struct Pattern {
    pub(super) kind: String,
    pub(super) text: Copied,
    /// The same in words, where it is in the language of STIX.
    pub(super) explained: Option<String>,
}

/// What it refers to outside: named by whoever wrote the object, and so no more than text, but for an address
/// that may be opened.
pub(super) struct Reference {
    pub(super) source: String,
    pub(super) id: String,
    pub(super) about: String,
    pub(super) address: Option<Address>,
}

pub(super) enum Address {
    /// Of what the hub brought: a link that tells nothing of where it was met.
    Leads(String),
    /// Of a claim, or of a kind that no browser should open: to be read and copied.
    Stands(Copied),
}

pub(super) enum Marking {
    Tlp(TlpLabel),
    /// A statement, shown to everyone who sees the object.
    Statement(String),
}

impl Said {
    /// References that are shown at once; the others when wanted.
    pub(super) fn first_references(&self) -> &[Reference] {
        let first = self.references.len().min(FIRST_REFERENCES);
        self.references.get(..first).unwrap_or_default()
    }

    pub(super) fn other_references(&self) -> &[Reference] {
        self.references.get(FIRST_REFERENCES..).unwrap_or_default()
    }

    pub(super) async fn of(
        house: &House,
        by: &By,
        page: &Page,
        object: &StoredObject,
    ) -> Result<Self, Failure> {
        let Ok(Value::Object(all)) = serde_json::from_str(&object.raw) else {
            return Ok(Self::default());
        };
        let (references, more_references) = references(page, object, &all);
        Ok(Self {
            facts: facts(page, object, &all),
            pattern: pattern(page, &all),
            references,
            more_references,
            markings: markings(house, by, page, &all).await?,
            author: author(house, by, page, &all).await?,
            revoked: all.get("revoked").and_then(Value::as_bool) == Some(true),
        })
    }
}

fn facts(page: &Page, object: &StoredObject, all: &Map<String, Value>) -> Vec<Fact> {
    let given = PROPERTIES
        .iter()
        .filter_map(|name| Some((*name, all.get(*name)?)));
    let facts = given.filter_map(|(name, value)| {
        // What stands in the heading is not said twice.
        if value.as_str() == Some(object.title.as_str()) {
            return None;
        }
        let form = form(page, name, value)?;
        let name = property_word(page, name)?;
        Some(Fact { name, form })
    });
    facts.collect()
}

/// How a value is shown; nothing where nothing is said.
fn form(page: &Page, name: &str, value: &Value) -> Option<Form> {
    match (name, value) {
        ("kill_chain_phases", Value::Array(phases)) => {
            let said = phases.iter().filter_map(|phase| phase_said(page, phase));
            Some(values(said.collect()))
        }
        ("hashes", Value::Object(hashes)) => {
            let said = hashes
                .iter()
                .filter_map(|(kind, hash)| Some(format!("{kind}: {}", hash.as_str()?)));
            Some(values(said.collect()))
        }
        ("relationship_type", Value::String(how)) => Some(values(vec![how_said(page, how)])),
        (_, Value::String(text)) if MOMENTS.contains(&name) => match time::micros(text) {
            Some(us) => Some(Form::At(
                page.at(jiff::Timestamp::from_microsecond(us).ok()?),
            )),
            None => Some(values(vec![text.clone()])),
        },
        (_, Value::String(text)) if text.trim().is_empty() => None,
        (_, Value::String(text)) => {
            let (text, cut) = shortened(text, MOST_TEXT);
            Some(Form::Prose(plain(&text), cut))
        }
        (_, Value::Bool(is)) => {
            let said = if *is { "object-yes" } else { "object-no" };
            Some(values(vec![page.t(said).into_owned()]))
        }
        (_, Value::Number(number)) => Some(values(vec![number.to_string()])),
        (_, Value::Array(all)) => {
            let said = all.iter().filter_map(Value::as_str).map(str::to_owned);
            Some(values(said.collect()))
        }
        _ => None,
    }
    .filter(|form| !matches!(form, Form::Values(all, _) if all.is_empty()))
}

fn values(mut all: Vec<String>) -> Form {
    let more = all.len().saturating_sub(MOST_VALUES);
    all.truncate(MOST_VALUES);
    let shown = all.iter().map(|one| shortened(one, MOST_VALUE).0);
    Form::Values(shown.collect(), more)
}

/// At most so many characters of a text, and whether it was longer.
pub(super) fn shortened(text: &str, most: usize) -> (String, bool) {
    match text.char_indices().nth(most) {
        Some((end, _)) => (format!("{}…", &text[..end]), true),
        None => (text.to_owned(), false),
    }
}

/// The word of this kind for a name that somebody wrote, where there is one.
fn word(page: &Page, of: &str, name: &str) -> Option<String> {
    let is_plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b"-_".contains(&b);
    let code = format!("{of}-{name}");
    let is_plain = name.bytes().all(is_plain);
    is_plain
        .then(|| page.word(&code))
        .filter(|said| *said != code)
}

/// What a property is called.
pub(super) fn property_word(page: &Page, name: &str) -> Option<String> {
    word(page, "prop", name)
}

/// A kind of relation in words; one without a word stands as the standard writes it.
pub(super) fn how_said(page: &Page, how: &str) -> String {
    word(page, "how", how)
        .or_else(|| property_word(page, how))
        .unwrap_or_else(|| how.to_owned())
}

/// A phase of a kill chain: by its word where there is one.
fn phase_said(page: &Page, phase: &Value) -> Option<String> {
    let chain = phase.get("kill_chain_name")?.as_str()?;
    let name = phase.get("phase_name")?.as_str()?;
    Some(format!("{} ({chain})", phase_word(page, name)))
}

/// What people call a phase; the phase itself where they have no word for it.
pub(in crate::room::library) fn phase_word(page: &Page, name: &str) -> String {
    word(page, "tactic", name).unwrap_or_else(|| name.to_owned())
}

fn pattern(page: &Page, all: &Map<String, Value>) -> Option<Pattern> {
    let text = all.get("pattern")?.as_str()?;
    let kind = all.get("pattern_type").and_then(Value::as_str);
    // STIX 2.0 has no other language.
    let kind = kind.unwrap_or("stix");
    let language = match page.lang() {
        Lang::Ja => Language::Ja,
        Lang::En => Language::En,
    };
    let explained = (kind == "stix" && text.len() <= MOST_PATTERN)
        .then(|| parse_pattern(text).ok())
        .flatten()
        .map(|pattern| shortened(&explain_pattern(&pattern, language), MOST_TEXT).0);
    Some(Pattern {
        kind: shortened(kind, MOST_VALUE).0,
        text: page.copied(shortened(text, MOST_TEXT).0),
        explained,
    })
}

fn references(
    page: &Page,
    object: &StoredObject,
    all: &Map<String, Value>,
) -> (Vec<Reference>, usize) {
    let given = all.get("external_references").and_then(Value::as_array);
    let given = given.map(Vec::as_slice).unwrap_or_default();
    let text = |one: &Value, name: &str| {
        let text = one.get(name).and_then(Value::as_str).unwrap_or_default();
        shortened(text, MOST_VALUE).0
    };
    let shown = given.iter().take(MOST_VALUES).map(|one| Reference {
        source: text(one, "source_name"),
        id: text(one, "external_id"),
        about: text(one, "description"),
        address: address(page, object, one),
    });
    (shown.collect(), given.len().saturating_sub(MOST_VALUES))
}

/// An address that somebody wrote into an object.
fn address(page: &Page, object: &StoredObject, reference: &Value) -> Option<Address> {
    let text = reference.get("url")?.as_str()?;
    let stands = || Address::Stands(page.copied(shortened(text, MOST_VALUE).0));
    if object.origin.is_some() || text.len() > 2_000 || !is_uri(text) {
        return Some(stands());
    }
    let Ok(url) = url::Url::parse(text) else {
        return Some(stands());
    };
    let plain = url.username().is_empty() && url.password().is_none();
    match (url.scheme(), plain) {
        ("https" | "http", true) => Some(Address::Leads(url.to_string())),
        _ => Some(stands()),
    }
}

/// Its TLP, and the statements it is marked with.
async fn markings(
    house: &House,
    by: &By,
    page: &Page,
    all: &Map<String, Value>,
) -> Result<Vec<Marking>, Failure> {
    let mut found = Vec::new();
    let own = all.get("object_marking_refs").map(Value::to_string);
    let tlp = tlp_named(own.as_deref().unwrap_or_default());
    found.extend(tlp.map(|tlp| Marking::Tlp(page.tlp(tlp))));
    let ids = all.get("object_marking_refs").and_then(Value::as_array);
    let ids = ids.map(Vec::as_slice).unwrap_or_default().iter();
    let ids: BTreeSet<String> = ids
        .filter_map(|id| Some(id.as_str()?.to_owned()))
        .take(MOST_VALUES)
        .collect();
    for marking in house.world().objects_named(by, ids).await? {
        let Ok(value) = serde_json::from_str::<Value>(&marking.raw) else {
            continue;
        };
        let statement = value.pointer("/definition/statement");
        let statement = statement.and_then(Value::as_str);
        let said = statement.map(|said| shortened(said, MOST_TEXT).0);
        found.extend(said.map(Marking::Statement));
    }
    Ok(found)
}

/// Who wrote it.
async fn author(
    house: &House,
    by: &By,
    page: &Page,
    all: &Map<String, Value>,
) -> Result<Option<(String, String)>, Failure> {
    let Some(id) = all.get("created_by_ref").and_then(Value::as_str) else {
        return Ok(None);
    };
    let found = house
        .world()
        .objects_named(by, BTreeSet::from([id.to_owned()]))
        .await?;
    let found = found.into_iter().next();
    let hub = house.world().author().await?.to_string();
    Ok(found.map(|author| {
        let title = match author.stix_id == hub {
            true => page.hub.clone(),
            false => author.title.clone(),
        };
        (title, objects::href(&author))
    }))
}

#[cfg(test)]
mod tests {
    use super::{MOMENTS, PROPERTIES, shortened};
    use crate::text::{Lang, Text};

    #[test]
    fn every_property_has_a_name_in_both_languages() {
        for lang in Lang::ALL {
            for name in PROPERTIES {
                let code = format!("prop-{name}");
                assert_ne!(Text::new(lang).word(&code), code, "{name}");
            }
        }
        assert!(MOMENTS.iter().all(|name| PROPERTIES.contains(name)));
    }

    #[test]
    fn a_text_is_cut_between_characters() {
        assert_eq!(shortened("標的型", 2), ("標的…".to_owned(), true));
        assert_eq!(shortened("標的型", 3), ("標的型".to_owned(), false));
    }
}
