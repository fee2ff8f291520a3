//! Tags: the Traffic Light Protocol becomes markings, every other tag a label.

use kaname_stix::{ObjectId, TlpMark, tlp_marking_id, tlp_of};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::bundle::HELD_ID;
use crate::group::marking_id;
use crate::json::{Members, text};

/// A set of TLP labels, a bit each, and how far it may go. A reader must be allowed all of them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Marks {
    bits: u8,
    /// UUID of the marking of the sharing group beyond which it may not go.
    group: Option<Uuid>,
}

impl Marks {
    /// Not to go beyond an organisation.
    pub(crate) const HELD: Self = Self::bits(1 << 7);

    const fn bits(bits: u8) -> Self {
        Self { bits, group: None }
    }

    /// Not to go beyond the sharing group of this marking.
    pub(crate) const fn within(marking: Uuid) -> Self {
        Self {
            bits: 0,
            group: Some(marking),
        }
    }

    pub(crate) fn is_held(self) -> bool {
        self.bits & Self::HELD.bits != 0
    }

    /// The marking of the sharing group beyond which it may not go.
    pub(crate) fn group(self) -> Option<Uuid> {
        self.group
    }

    /// Whether it may not go beyond an organisation or a sharing group.
    pub(crate) fn is_restricted(self) -> bool {
        self.is_held() || self.group.is_some()
    }

    /// How far it may go, without the labels.
    pub(crate) fn restriction(self) -> Self {
        Self {
            bits: self.bits & Self::HELD.bits,
            group: self.group,
        }
    }

    /// Both. What may go beyond neither of two groups is held: no one group says who is in both.
    pub(crate) fn and(self, other: Self) -> Self {
        let are_apart = matches!((self.group, other.group), (Some(one), Some(two)) if one != two);
        let apart = if are_apart { Self::HELD.bits } else { 0 };
        let bits = self.bits | other.bits | apart;
        let group = self.group.or(other.group);
        Self {
            bits,
            group: group.filter(|_| bits & Self::HELD.bits == 0),
        }
    }

    pub(crate) fn ids(self) -> Vec<String> {
        let held = TlpMark::ALL.into_iter().enumerate();
        held.filter(|(bit, _)| self.bits & (1 << bit) != 0)
            .map(|(_, mark)| tlp_marking_id(mark).to_string())
            .chain(self.is_held().then(|| HELD_ID.to_owned()))
            .chain(self.group.map(marking_id))
            .collect()
    }

    pub(crate) fn all(self) -> impl Iterator<Item = TlpMark> {
        let held = TlpMark::ALL.into_iter().enumerate();
        held.filter(move |(bit, _)| self.bits & (1 << bit) != 0)
            .map(|(_, mark)| mark)
    }

    fn of(mark: TlpMark) -> Self {
        let bit = TlpMark::ALL.iter().position(|known| *known == mark);
        Self::bits(1 << bit.unwrap_or(4))
    }

    /// The TLP labels among an object's markings.
    pub(crate) fn on(object: &Members) -> Self {
        let refs = object.get("object_marking_refs").and_then(Value::as_array);
        let mut marks = Self::default();
        for id in refs.into_iter().flatten().filter_map(Value::as_str) {
            if let Some(mark) = ObjectId::parse(id).ok().and_then(|id| tlp_of(&id)) {
                marks = marks.and(Self::of(mark));
            }
        }
        marks
    }
}

/// The label of a tag of the `tlp` taxonomy. WHITE reads as CLEAR; a label nobody knows is RED.
pub(crate) fn mark(tag: &str) -> Option<TlpMark> {
    let lower = tag.trim().to_lowercase();
    let label = lower.strip_prefix("tlp:")?;
    Some(match label.trim() {
        "clear" | "white" => TlpMark::Clear,
        "green" => TlpMark::Green,
        "amber" => TlpMark::Amber,
        "amber+strict" => TlpMark::AmberStrict,
        _ => TlpMark::Red,
    })
}

fn tlp_tag(mark: TlpMark) -> &'static str {
    match mark {
        TlpMark::Clear => "tlp:clear",
        TlpMark::Green => "tlp:green",
        TlpMark::Amber => "tlp:amber",
        TlpMark::AmberStrict => "tlp:amber+strict",
        TlpMark::Red => "tlp:red",
    }
}

/// The names of an element's tags.
pub(crate) fn names(members: &Members) -> impl Iterator<Item = &str> {
    let tags = members.get("Tag").and_then(Value::as_array);
    tags.into_iter()
        .flatten()
        .filter_map(|tag| tag.get("name").and_then(Value::as_str))
}

/// The TLP labels among an element's tags.
pub(crate) fn marks(members: &Members) -> Marks {
    names(members)
        .filter_map(mark)
        .fold(Marks::default(), |all, mark| all.and(Marks::of(mark)))
}

/// The labels of an element's other tags, each once.
pub(crate) fn labels(members: &Members) -> Vec<Value> {
    let mut labels: Vec<Value> = Vec::new();
    for name in names(members).filter(|name| !name.is_empty() && mark(name).is_none()) {
        if !labels.iter().any(|label| label == name) {
            labels.push(name.into());
        }
    }
    labels
}

/// Brings the tags in line with what the STIX object says now: a tag whose label or marking is gone
/// goes, one that came is added. `inherited` is what the event says for everything in it.
pub(crate) fn reconcile(members: &mut Members, object: &Members, inherited: Marks) {
    let marks = Marks::on(object);
    let labels = object.get("labels").and_then(Value::as_array);
    let labels: Vec<&str> = labels
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    let mut tags = match members.remove("Tag") {
        Some(Value::Array(tags)) => tags,
        Some(other) => {
            members.insert("Tag".to_owned(), other);
            return;
        }
        None if labels.is_empty() && marks == inherited => return,
        None => Vec::new(),
    };
    tags.retain(
        |tag| match tag.as_object().and_then(|tag| text(tag, "name")) {
            Some(name) => match mark(name) {
                Some(mark) => marks.all().any(|held| held == mark),
                None => name.is_empty() || labels.contains(&name),
            },
            None => true,
        },
    );
    let mut missing: Vec<String> = Vec::new();
    {
        let present = |wanted: &str| {
            tags.iter()
                .any(|tag| tag.get("name").and_then(Value::as_str) == Some(wanted))
        };
        for label in labels.iter().filter(|label| !present(label)) {
            missing.push((*label).to_owned());
        }
        for held in marks.all() {
            let tagged = tags.iter().any(|tag| {
                let name = tag.get("name").and_then(Value::as_str);
                name.and_then(mark) == Some(held)
            });
            if !tagged && !inherited.all().any(|own| own == held) {
                missing.push(tlp_tag(held).to_owned());
            }
        }
    }
    tags.extend(missing.into_iter().map(|name| json!({ "name": name })));
    members.insert("Tag".to_owned(), Value::Array(tags));
}
