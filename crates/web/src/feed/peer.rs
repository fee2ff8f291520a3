//! What a peer's object, which no item brought, says in lists and rules.

use jiff::Timestamp;
use kaname_kernel::{Pap, Tlp};
use kaname_sharing::{
    marking::{strictest_pap, strictest_tlp},
    rendition::{
        self, ValueLine,
        rule::{Authored, rule_of},
    },
    value::correlates,
};
use kaname_stix::{Head, SearchValue, ValueKind};
use kaname_world::outlet::FeedObject;
use serde::Deserialize;

/// What is read of an object besides its header.
#[derive(Default, Deserialize)]
struct Words {
    #[serde(default)]
    valid_from: Option<String>,
    #[serde(default)]
    valid_until: Option<String>,
    #[serde(default)]
    pattern_type: Option<String>,
}

impl Words {
    /// From when until when; `None` where a moment does not read: nothing is used longer or sooner than its owner said.
    fn span(&self) -> Option<[Option<Timestamp>; 2]> {
        let moment = |text: &Option<String>| match text {
            Some(text) => text.parse::<Timestamp>().map(Some).ok(),
            None => Some(None),
        };
        Some([moment(&self.valid_from)?, moment(&self.valid_until)?])
    }
}

/// What a peer's indicator says, and from when until when.
pub(super) struct PeerValues {
    pub(super) lines: Vec<ValueLine>,
    /// The rule that it is, in a language of machines, instead of values.
    pub(super) rule: Option<Authored>,
    pub(super) tlp: Option<Tlp>,
    pub(super) begins: Option<Timestamp>,
    pub(super) ends: Option<Timestamp>,
    /// What it says of when it was there last; `None` where it does not age.
    pub(super) seen_at: Option<Timestamp>,
}

/// Values of a peer's indicator that is in force. Nothing is to be blocked unless the collection says what may
/// be done with its objects; then by the object's own word, or the collection's.
pub(super) fn peer_values(one: &FeedObject, default_pap: Option<Pap>) -> Option<PeerValues> {
    if one.stix_type != "indicator" {
        return None;
    }
    let raw = &one.raw;
    let head = kaname_stix::head(raw).ok()?;
    let words: Words = serde_json::from_str(raw).unwrap_or_default();
    let kind = words.pattern_type.as_deref();
    let is_stix = kind.is_none_or(|kind| kind == "stix");
    let [begins, ends] = words.span()?;
    if head.revoked {
        return None;
    }
    let tlp = strictest_tlp(&head.markings);
    let marks = head.markings.iter().chain(&head.granular_markings);
    let pap = strictest_pap(marks).or(default_pap);
    let may_block = default_pap.is_some() && pap.is_some_and(Pap::permits_blocking);
    let line = |value: SearchValue, blocking: bool| ValueLine {
        item: String::new(),
        kind: "indicator",
        value_kind: value.kind,
        value: value.text,
        tlp: tlp.map(|tlp| tlp.to_string()).unwrap_or_default(),
        pap: pap.map(|pap| pap.to_string()).unwrap_or_default(),
        title_ja: String::new(),
        title_en: one.title.clone(),
        released: rendition::told(Timestamp::from_microsecond(one.added_us).ok()),
        valid_until: rendition::told(ends),
        blocking,
        stix_id: one.stix_id.clone(),
        fresh_until: String::new(),
        known_by: String::new(),
    };
    if !is_stix {
        let (language, text) = rule_of(raw)?;
        let about = line(SearchValue::new(ValueKind::ExternalId, ""), false);
        return Some(PeerValues {
            lines: Vec::new(),
            rule: Some(Authored {
                language,
                text,
                about,
            }),
            tlp,
            begins,
            ends,
            seen_at: None,
        });
    }
    let seen_at = seen_at(one, &head, begins);
    let values: Vec<_> = head
        .values
        .iter()
        .filter(|value| correlates(value.kind))
        .collect();
    // Two values in a pattern may mean "both at once": neither is then to be blocked alone.
    let alone = values.len() == 1;
    let lines = values.into_iter().map(|value| {
        let blocking = may_block
            && alone
            && rendition::can_be_acted_on(value.kind, &value.text)
            && !value.text.contains(['\r', '\n']);
        line(value.clone(), blocking)
    });
    Some(PeerValues {
        lines: lines.collect(),
        rule: None,
        tlp,
        begins,
        ends,
        seen_at,
    })
}

/// When it was there last, by its own word, and not later than it came: a peer cannot make it fresh for ever.
fn seen_at(one: &FeedObject, head: &Head, begins: Option<Timestamp>) -> Option<Timestamp> {
    let modified = head.modified.as_ref().map(|stamp| stamp.micros);
    let modified = modified.and_then(|us| Timestamp::from_microsecond(us).ok());
    one.seen_at
        .map(|came| modified.max(begins).unwrap_or(came).min(came))
}

/// The strictest TLP marking of an object that no item brought.
pub(super) fn marked(raw: &str) -> Option<Tlp> {
    let head = kaname_stix::head(raw).ok()?;
    strictest_tlp(&head.markings)
}
