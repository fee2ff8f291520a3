//! What an item says and to whom: everything a provider consents to.

use std::collections::BTreeSet;

use jiff::Timestamp;
use kaname_kernel::{MatterId, Pap, Posting, Tlp, audience::Named};
use kaname_stix::{Class, Head, ObjectId, SearchValue, TlpMark, ValueKind, tlp_marking_id, tlp_of};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{
    marking::strictest_tlp,
    refused::{Refused, bounded},
    text::{MAX_TEXT_BYTES, MAX_TITLE_BYTES, Text},
    value::{Value, correlates, posting},
};

/// Most objects of one item.
pub const MAX_OBJECTS: usize = 10_000;
/// Most bytes of all objects of one item together.
pub const MAX_OBJECT_BYTES: usize = 2 * 1024 * 1024;
/// Most names, classes, duties or collections of one item.
pub const MAX_NAMED: usize = 1_000;
/// Most values an item is grouped by.
pub(crate) const MAX_POSTINGS: usize = 10_000;

/// What an item is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ItemKind {
    /// How an attacker works.
    Technique,
    /// Values to look for.
    Indicator,
    /// A weakness in a product.
    Vulnerability,
    /// Deceptive mail or pages.
    Phishing,
    /// Malicious software.
    Malware,
    /// Advice without an attack behind it.
    Advisory,
    /// What the hub itself judges ([`crate::assessment`]).
    Assessment,
}

impl ItemKind {
    /// All kinds.
    pub const ALL: [Self; 7] = [
        Self::Technique,
        Self::Indicator,
        Self::Vulnerability,
        Self::Phishing,
        Self::Malware,
        Self::Advisory,
        Self::Assessment,
    ];

    /// Those that are derived from reports.
    pub const DERIVED: [Self; 6] = [
        Self::Technique,
        Self::Indicator,
        Self::Vulnerability,
        Self::Phishing,
        Self::Malware,
        Self::Advisory,
    ];

    /// The word in lists, filters and files.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Technique => "technique",
            Self::Indicator => "indicator",
            Self::Vulnerability => "vulnerability",
            Self::Phishing => "phishing",
            Self::Malware => "malware",
            Self::Advisory => "advisory",
            Self::Assessment => "assessment",
        }
    }
}

/// A way by which an item leaves the hub.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outlet {
    /// Objects in TAXII collections.
    Taxii,
    /// The library's pages.
    Web,
    /// CSV, JSON Lines and plain values.
    Feed,
    /// Mail, at once or as a digest.
    Mail,
    /// A signed call to a member's machine.
    Webhook,
}

impl Outlet {
    /// All outlets.
    pub const ALL: [Self; 5] = [
        Self::Taxii,
        Self::Web,
        Self::Feed,
        Self::Mail,
        Self::Webhook,
    ];

    /// Those that a first draft proposes to its provider; a new one is not among them until somebody
    /// decides so.
    pub const PROPOSED: [Self; 5] = [
        Self::Taxii,
        Self::Web,
        Self::Feed,
        Self::Mail,
        Self::Webhook,
    ];

    /// The word in lists and files.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Taxii => "taxii",
            Self::Web => "web",
            Self::Feed => "feed",
            Self::Mail => "mail",
            Self::Webhook => "webhook",
        }
    }
}

/// What an item says, to whom, until when and by which ways.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Content {
    /// The hub's identity: `created_by_ref` of all objects.
    pub author: ObjectId,
    /// What it is about.
    pub kind: ItemKind,
    /// Title.
    pub title: Text,
    /// What happened, as far as it is shared.
    pub summary: Text,
    /// What to do against it.
    pub countermeasures: Text,
    /// STIX objects, byte for byte as they will be served.
    pub objects: Vec<String>,
    /// Who may be told.
    pub tlp: Tlp,
    /// What may be done with it.
    pub pap: Pap,
    /// Who is named, from AMBER up.
    #[serde(default)]
    pub named: Named,
    /// Member classes of which a reader needs one; empty for any.
    #[serde(default)]
    pub classes: BTreeSet<String>,
    /// Duties of which a reader needs every one.
    #[serde(default)]
    pub duties: BTreeSet<String>,
    /// Officers only before.
    #[serde(default)]
    pub embargo: Option<Timestamp>,
    /// Not to be used from then on.
    #[serde(default)]
    pub valid_until: Option<Timestamp>,
    /// Ways out.
    pub outlets: BTreeSet<Outlet>,
    /// Library collections it goes into.
    #[serde(default)]
    pub collections: BTreeSet<MatterId>,
}

/// The word by which search finds items of a kind and nothing else.
pub fn kind_word(kind: ItemKind) -> String {
    format!("itemkind{}", kind.as_str())
}

/// TLP as the STIX crate calls it.
pub fn tlp_mark(tlp: Tlp) -> TlpMark {
    match tlp {
        Tlp::Clear => TlpMark::Clear,
        Tlp::Green => TlpMark::Green,
        Tlp::Amber => TlpMark::Amber,
        Tlp::AmberStrict => TlpMark::AmberStrict,
        Tlp::Red => TlpMark::Red,
    }
}

/// What every reference to a marking definition begins with (STIX 2.1 §7.2.1).
const MARKING: &str = "marking-definition--";
/// Bytes of a UUID as it is written.
const UUID: usize = 36;

/// The narrowest TLP whose marking definition, of TLP 2 or of TLP 1, is named anywhere in an object's text
/// (STIX 2.1 §7.2.1.4): on the whole of it, on a part of it, or as what it is about.
#[must_use]
pub fn tlp_named(raw: &str) -> Option<Tlp> {
    let mut rest = raw;
    let mut narrowest = None;
    while let Some(at) = rest.find(MARKING) {
        rest = rest.get(at + MARKING.len()..)?;
        let uuid = rest.get(..UUID).and_then(|uuid| Uuid::try_parse(uuid).ok());
        let id = uuid.and_then(|uuid| ObjectId::new("marking-definition", uuid).ok());
        narrowest = narrowest.max(strictest_tlp(&id));
    }
    narrowest
}

/// Whether the words of what is shared are within bounds, and it has a title.
pub(crate) fn check_words(
    title: &Text,
    summary: &Text,
    countermeasures: &Text,
) -> Result<(), Refused> {
    if title.is_empty() {
        return Err(Refused::Empty { field: "title" });
    }
    bounded("title", title.longest(), MAX_TITLE_BYTES)?;
    bounded("summary", summary.longest(), MAX_TEXT_BYTES)?;
    let measures = countermeasures.longest();
    bounded("countermeasures", measures, MAX_TEXT_BYTES)
}

/// Whether no more are named than may be.
pub(crate) fn check_named(named: &Named) -> Result<(), Refused> {
    bounded("parties", named.parties.len(), MAX_NAMED)?;
    bounded("groups", named.groups.len(), MAX_NAMED)?;
    bounded("persons", named.persons.len(), MAX_NAMED)
}

impl Content {
    /// Whether it may be kept as a revision: within bounds, objects strictly valid STIX 2.1 of the
    /// hub's own, each marked exactly as the item is, and readable by somebody.
    ///
    /// # Errors
    /// With the first thing that is wrong.
    pub fn check(&self) -> Result<(), Refused> {
        check_words(&self.title, &self.summary, &self.countermeasures)?;
        check_named(&self.named)?;
        bounded("classes", self.classes.len(), MAX_NAMED)?;
        bounded("duties", self.duties.len(), MAX_NAMED)?;
        bounded("collections", self.collections.len(), MAX_NAMED)?;
        self.check_readers()?;
        self.check_objects()
    }

    /// With these markings and names, somebody besides the officers has to be able to see it.
    fn check_readers(&self) -> Result<(), Refused> {
        let named = &self.named;
        let nobody = match self.tlp {
            Tlp::Clear | Tlp::Green => false,
            Tlp::Amber | Tlp::AmberStrict => named.parties.is_empty() && named.groups.is_empty(),
            Tlp::Red => named.persons.is_empty(),
        };
        if nobody { Err(Refused::Nobody) } else { Ok(()) }
    }

    fn check_objects(&self) -> Result<(), Refused> {
        bounded("objects", self.objects.len(), MAX_OBJECTS)?;
        let bytes = self.objects.iter().map(String::len).sum();
        bounded("object_bytes", bytes, MAX_OBJECT_BYTES)?;
        if self.objects.is_empty() {
            return Err(Refused::Empty { field: "objects" });
        }
        let mut seen = BTreeSet::new();
        for (index, text) in self.objects.iter().enumerate() {
            let bad = |what: String| Refused::BadObject { index, what };
            let head = self.check_object(text).map_err(bad)?;
            if !seen.insert(head.id.clone()) {
                return Err(bad(format!("{} stands twice", head.id)));
            }
        }
        Ok(())
    }

    fn check_object(&self, text: &str) -> Result<Head, String> {
        let value: serde_json::Value = serde_json::from_str(text).map_err(|e| e.to_string())?;
        let findings = kaname_stix::check(&value);
        let errors = findings
            .iter()
            .find(|one| one.severity == kaname_stix::Severity::Must);
        if let Some(error) = errors {
            return Err(format!("{} {}", error.path, error.message));
        }
        let head = kaname_stix::head(text).map_err(|e| e.to_string())?;
        head.require_21().map_err(|e| e.to_string())?;
        if head.has_granular_markings {
            return Err("granular markings are not used in the hub's own objects".to_owned());
        }
        match head.id.class() {
            Some(Class::Meta) => return Ok(head),
            Some(Class::Sdo | Class::Sro) if head.created_by.as_ref() != Some(&self.author) => {
                return Err("created_by_ref is not the hub".to_owned());
            }
            Some(_) => {}
            None => return Err("custom types are not used in the hub's own objects".to_owned()),
        }
        let expected = tlp_marking_id(tlp_mark(self.tlp));
        let mut marks = head.markings.iter().filter(|id| tlp_of(id).is_some());
        if marks.next() != Some(&expected) || marks.next().is_some() {
            return Err(format!("is not marked {} and nothing else", self.tlp));
        }
        Ok(head)
    }

    /// Heads of the objects that can be read; all can, once checked.
    pub fn heads(&self) -> impl Iterator<Item = (&str, Head)> {
        let objects = self.objects.iter().map(String::as_str);
        objects.filter_map(|text| Some((text, kaname_stix::head(text).ok()?)))
    }

    /// Values in its objects that can be looked for, sorted, each once; names left out.
    pub fn values(&self) -> BTreeSet<SearchValue> {
        let all = self.heads().flat_map(|(_, head)| head.values);
        all.filter(|value| correlates(value.kind)).collect()
    }

    /// The values it shares, as a form shows them for editing: those of indicators and vulnerabilities.
    pub fn shared_values(&self) -> Vec<Value> {
        let heads = self.heads().map(|(_, head)| head);
        let carriers =
            heads.filter(|head| matches!(head.type_name(), "indicator" | "vulnerability"));
        let mut all = Vec::new();
        for value in carriers.flat_map(|head| head.values) {
            let value = Value::of_search_value(&value);
            all.extend(value.filter(|value| !all.contains(value)));
        }
        all
    }

    /// The attack techniques it names, as a form shows them for editing: ATT&CK id and name.
    pub fn techniques(&self) -> Vec<(String, String)> {
        let heads = self.heads().map(|(_, head)| head);
        let patterns = heads.filter(|head| head.type_name() == "attack-pattern");
        let pairs = patterns.filter_map(|head| {
            let mut values = head.values.iter();
            let id = values.find(|value| value.kind == ValueKind::ExternalId)?;
            Some((id.text.clone(), head.name?))
        });
        pairs.collect()
    }

    /// What it is grouped and correlated by.
    pub fn postings(&self) -> Vec<Posting> {
        Self::postings_of(&self.values())
    }

    /// The same from its [`Content::values`].
    pub(crate) fn postings_of(values: &BTreeSet<SearchValue>) -> Vec<Posting> {
        let postings: BTreeSet<Posting> = values.iter().map(posting).collect();
        postings.into_iter().take(MAX_POSTINGS).collect()
    }

    /// The texts that people wrote, by their names in rows of the checklist.
    pub(crate) fn texts(&self) -> [(&'static str, &Text); 3] {
        // Every part by name: whoever adds one decides here whether it is a text, and then it is
        // looked through for the provider's traces, searched and covered by consent.
        let Self {
            title,
            summary,
            countermeasures,
            // The hub's own: ids, codes, times, and objects that are looked through by themselves.
            author: _,
            kind: _,
            objects: _,
            tlp: _,
            pap: _,
            named: _,
            classes: _,
            duties: _,
            embargo: _,
            valid_until: _,
            outlets: _,
            collections: _,
        } = self;
        [
            ("title", title),
            ("summary", summary),
            ("countermeasures", countermeasures),
        ]
    }

    /// Everything in it that search should find, its [`Content::values`] included.
    pub(crate) fn search_text(&self, number: &str, values: &BTreeSet<SearchValue>) -> String {
        let mut parts = vec![number];
        for (_, text) in self.texts() {
            parts.extend([text.ja.as_str(), text.en.as_str()]);
        }
        parts.extend(values.iter().map(|value| value.text.as_str()));
        let kind = kind_word(self.kind);
        parts.push(&kind);
        parts.join("\n")
    }

    /// Whether its provider agreed to this way out.
    pub fn leaves_by(&self, outlet: Outlet) -> bool {
        self.outlets.contains(&outlet)
    }

    /// Whether its provider agreed to pages as a way out. Where not, pages know it by its number alone.
    pub fn is_on_the_web(&self) -> bool {
        self.leaves_by(Outlet::Web)
    }

    /// Whether it is still to be used.
    pub fn is_valid(&self, now: Timestamp) -> bool {
        self.valid_until.is_none_or(|until| now < until)
    }
}

#[cfg(test)]
mod tests {
    use kaname_kernel::Tlp;
    use kaname_stix::{tlp_marking_id, tlp1_marking_id};

    use super::{tlp_mark, tlp_named};

    #[test]
    fn the_narrowest_marking_counts() {
        for tlp in Tlp::ALL {
            let mark = tlp_mark(tlp);
            for id in [Some(tlp_marking_id(mark)), tlp1_marking_id(mark)] {
                let Some(id) = id else { continue };
                assert_eq!(tlp_named(&format!("[\"{id}\"]")), Some(tlp));
            }
        }
        let named = |tlp| tlp_marking_id(tlp_mark(tlp)).to_string();
        let both = format!("[\"{}\",\"{}\"]", named(Tlp::Red), named(Tlp::Green));
        assert_eq!(tlp_named(&both), Some(Tlp::Red));
        let other = "marking-definition--00000000-0000-4000-8000-000000000001";
        for none in [
            "{}",
            other,
            "marking-definition--電力",
            "marking-definition--",
        ] {
            assert_eq!(tlp_named(none), None, "{none}");
        }
    }
}
