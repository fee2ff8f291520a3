//! What a client asks of an instance: the filters of `restSearch` and of the index of events, read whole
//! before anything is searched. A filter that is not known here is refused by its name, so that nobody takes
//! an answer for a narrower one.

mod time;
mod value;
mod wanted;

use serde_json::{Map, Value};

pub use self::{
    time::Span,
    value::{deleted, flag},
    wanted::Wanted,
};
use self::{
    value::{format, groups, number, one_or_both, order},
    wanted::words,
};
use crate::json::{Members, text};
use crate::tag;

/// What is searched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Searched {
    /// `events/restSearch`.
    Events,
    /// `attributes/restSearch`.
    Attributes,
    /// `objects/restSearch`.
    Objects,
    /// `events/index`.
    Index,
}

/// In which form the answer is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Format {
    /// MISP's own.
    #[default]
    Json,
    /// Lines of attributes.
    Csv,
    /// The STIX objects as they are kept.
    Stix2,
    /// MD5 of values beside the UUID of their event.
    Cache,
}

/// Why a question is not answered.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{filter}: {why}")]
pub struct Refusal {
    /// The filter's name as it was sent.
    pub filter: String,
    /// What is wrong with it.
    pub why: String,
}

/// Which attributes are given, after whether they were deleted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Deleted {
    /// Those that were not.
    #[default]
    Without,
    /// Those that were, and those that were not.
    With,
    /// Those that were.
    Only,
}

/// How the events of an index are ordered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Order {
    /// The member of an event.
    pub by: String,
    /// Largest first.
    pub descending: bool,
}

/// A question.
#[derive(Debug, Clone, Default)]
pub struct Ask {
    /// The form of the answer.
    pub format: Format,
    /// At most so many.
    pub limit: Option<u32>,
    /// Which page of that many, from 1.
    pub page: u32,
    /// Events without attributes and objects.
    pub metadata: bool,
    /// An index of ids and times alone.
    pub minimal: bool,
    /// The order of an index; as they came where nothing is said.
    pub order: Option<Order>,
    /// Whether each attribute is told with its event.
    pub include_context: bool,
    /// Whether the event's tags stand on each attribute too.
    pub include_event_tags: bool,
    /// Whether each attribute names its event's UUID.
    pub include_event_uuid: bool,
    /// Whether attachments go along.
    pub with_attachments: bool,
    /// Whether groups are named by their number alone.
    pub groups_by_number: bool,
    /// Whether attributes are left out whose values warninglists know.
    pub without_listed: bool,
    /// Whether lines begin without the names of the columns.
    pub headerless: bool,
    /// The columns of lines; the usual ones when empty.
    pub columns: Vec<String>,
    /// Deleted attributes.
    pub deleted: Deleted,
    /// Values of attributes.
    pub value: Wanted,
    kind: Wanted,
    category: Wanted,
    relation: Wanted,
    object_name: Wanted,
    to_ids: Option<bool>,
    attribute_timestamp: Span,
    attribute_tags: Wanted,
    anywhere: Wanted,
    uuid: Wanted,
    tags: Wanted,
    event_tags: Wanted,
    org: Wanted,
    event: Wanted,
    info: Wanted,
    threat_level: Wanted,
    distribution: Wanted,
    analysis: Wanted,
    group: Wanted,
    published: Option<bool>,
    date: Span,
    timestamp: Span,
    publish_timestamp: Span,
}

/// What an event's own members say of whether it is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It is not.
    No,
    /// It is.
    Yes,
    /// It is when one of its attributes is.
    IfAttribute,
}

/// Page size where a page is named and no size.
const PAGE: u32 = 60;

impl Ask {
    /// For all of one event, with its attachments.
    #[must_use]
    pub fn whole() -> Self {
        Self {
            page: 1,
            with_attachments: true,
            ..Self::default()
        }
    }

    /// Reads the members of a question. `now` is in seconds since 1970.
    ///
    /// # Errors
    /// The first filter that is not known or says what it cannot.
    pub fn read(asked: &Map<String, Value>, searched: Searched, now: i64) -> Result<Self, Refusal> {
        let mut ask = Self {
            page: 1,
            ..Self::default()
        };
        for (name, value) in asked.iter().filter(|(_, value)| !value.is_null()) {
            let refused = |why: String| Refusal {
                filter: name.chars().take(100).collect(),
                why,
            };
            ask.take(name, value, (searched, now)).map_err(refused)?;
        }
        let days = |from: &[&str], to: &[&str]| {
            let one = |names: &[&str]| names.iter().find_map(|name| asked.get(*name));
            Span::days(one(from), one(to), now)
        };
        ask.date = days(FROM, TO).map_err(|why| Refusal {
            filter: "from, to".to_owned(),
            why,
        })?;
        if ask.page > 1 && ask.limit.is_none() || asked.contains_key("page") && ask.limit.is_none()
        {
            ask.limit = Some(PAGE);
        }
        Ok(ask)
    }

    fn take(
        &mut self,
        name: &str,
        value: &Value,
        (searched, now): (Searched, i64),
    ) -> Result<(), String> {
        let is_index = searched == Searched::Index;
        match name {
            "returnFormat" | "format" => self.format = format(value, searched)?,
            "limit" => self.limit = number(value)?.filter(|limit| *limit > 0),
            "page" => self.page = number(value)?.unwrap_or(1).max(1),
            "metadata" => self.metadata = flag(value)?,
            "includeContext" => self.include_context = flag(value)?,
            "includeEventTags" => self.include_event_tags = flag(value)?,
            "includeEventUuid" => self.include_event_uuid = flag(value)?,
            "withAttachments" => self.with_attachments = flag(value)?,
            "sgReferenceOnly" => self.groups_by_number = flag(value)?,
            "enforceWarninglist" => self.without_listed = flag(value)?,
            "headerless" => self.headerless = flag(value)?,
            "requested_attributes" => self.columns = words(value)?,
            "deleted" => self.deleted = deleted(value)?,
            "value" => self.value = Wanted::read(value)?,
            "attribute" if is_index => self.value = Wanted::read(value)?,
            "type" => self.kind = Wanted::read(value)?,
            "category" => self.category = Wanted::read(value)?,
            "object_relation" => self.relation = Wanted::read(value)?,
            "object_name" => self.object_name = Wanted::read(value)?,
            "to_ids" => self.to_ids = one_or_both(value)?,
            "published" => self.published = one_or_both(value)?,
            "tags" | "tag" | "searchtag" => self.tags = Wanted::read(value)?,
            "event_tags" => self.event_tags = Wanted::read(value)?,
            "attribute_tags" => self.attribute_tags = Wanted::read(value)?,
            "quickFilter" => self.anywhere = Wanted::within(value)?,
            "searchall" | "all" => self.take_anywhere(value)?,
            "org" | "searchorg" => self.org = Wanted::read(value)?,
            "eventid" | "searcheventid" => self.event = Wanted::read(value)?,
            "uuid" => self.uuid = Wanted::read(value)?,
            "eventinfo" | "searcheventinfo" if is_index => self.info = Wanted::within(value)?,
            "eventinfo" => self.info = Wanted::read(value)?,
            "threat_level_id" | "threatlevel" => self.threat_level = Wanted::read(value)?,
            "distribution" => self.distribution = Wanted::read(value)?,
            "analysis" => self.analysis = Wanted::read(value)?,
            "sharinggroup" => self.group = groups(value)?,
            "last" | "publish_timestamp" | "searchpublish_timestamp" => {
                self.publish_timestamp = Span::read(value, now)?;
            }
            "event_timestamp" => self.timestamp = Span::read(value, now)?,
            "attribute_timestamp" => self.attribute_timestamp = Span::read(value, now)?,
            "timestamp" | "searchtimestamp" => match searched {
                Searched::Events | Searched::Index => self.timestamp = Span::read(value, now)?,
                _ => self.attribute_timestamp = Span::read(value, now)?,
            },
            "minimal" if is_index => self.minimal = flag(value)?,
            "sort" if is_index => self.order = order(value, self.order.take())?,
            "direction" if is_index => self.turn(words(value)? == ["desc"]),
            "desc" if is_index => self.turn(flag(value)?),
            name if FROM.contains(&name) || TO.contains(&name) => {}
            name if AS_IT_IS.contains(&name) => {
                flag(value)?;
            }
            name if WITHOUT.contains(&name) => {
                if flag(value)? {
                    return Err("this hub does not tell this".to_owned());
                }
            }
            _ => return Err("no filter of this name is known here".to_owned()),
        }
        Ok(())
    }

    /// A word to be found in any text; as a flag it says that `value` is one.
    fn take_anywhere(&mut self, value: &Value) -> Result<(), String> {
        match value {
            Value::Bool(false) => Ok(()),
            Value::Bool(true) | Value::Number(_) => {
                Err("the text to be found is expected".to_owned())
            }
            text => {
                self.anywhere = Wanted::read(text)?;
                Ok(())
            }
        }
    }

    fn turn(&mut self, descending: bool) {
        let by = self
            .order
            .take()
            .map_or_else(|| "id".to_owned(), |order| order.by);
        self.order = Some(Order { by, descending });
    }

    /// Whether something is asked of attributes that no event says of itself.
    #[must_use]
    pub fn asks_attributes(&self) -> bool {
        let wanted = [&self.value, &self.kind, &self.category, &self.relation];
        let more = [&self.object_name, &self.attribute_tags];
        wanted.iter().chain(&more).any(|wanted| !wanted.is_open())
            || self.to_ids.is_some()
            || !self.attribute_timestamp.is_open()
            || self.deleted == Deleted::Only
    }

    /// What the members of an event say. `names` are the texts its organisation is known by.
    pub fn of_event(&self, event: &Map<String, Value>, names: &[&str]) -> Verdict {
        let said = |key: &str| text(event, key).unwrap_or_default();
        let time = |key: &str| said(key).parse::<i64>().unwrap_or(0);
        let published = event.get("published") == Some(&Value::Bool(true));
        let tags = || tag::names(event);
        let holds = self.org.admits(names.iter().copied())
            && self.event.admits([said("id"), said("uuid")])
            && self.info.admits([said("info")])
            && self.threat_level.admits([said("threat_level_id")])
            && self.distribution.admits([said("distribution")])
            && self.analysis.admits([said("analysis")])
            && self.group.admits([said("sharing_group_id")])
            && self.event_tags.admits(tags())
            && self.published.is_none_or(|wanted| wanted == published)
            && self.timestamp.holds(time("timestamp"))
            && (self.publish_timestamp.is_open()
                || published && self.publish_timestamp.holds(time("publish_timestamp")))
            && (self.date.is_open()
                || time::of_day(said("date")).is_some_and(|day| self.date.holds(day)));
        if !holds {
            return Verdict::No;
        }
        let alone = self.tags.admits(tags())
            && self.uuid.admits([said("uuid")])
            && self.anywhere.admits(texts_of_event(event));
        match alone && !self.asks_attributes() {
            true => Verdict::Yes,
            false => Verdict::IfAttribute,
        }
    }

    /// Whether an attribute is asked for, within its event and the object it stands in, if in any.
    pub fn of_attribute(
        &self,
        event: &Map<String, Value>,
        object: Option<&Map<String, Value>>,
        attribute: &Map<String, Value>,
    ) -> bool {
        let said = |key: &str| text(attribute, key).unwrap_or_default();
        let gone = attribute.get("deleted") == Some(&Value::Bool(true));
        let time = || said("timestamp").parse::<i64>().unwrap_or(0);
        let named = object.and_then(|object| text(object, "name"));
        let tags = || tag::names(attribute).chain(tag::names(event));
        let values = || {
            let whole = said("value");
            let parts = whole.split('|').filter(|_| said("type").contains('|'));
            std::iter::once(whole).chain(parts)
        };
        let texts = || {
            let own = values()
                .chain([said("comment")])
                .chain(tag::names(attribute));
            own.chain(texts_of_event(event))
        };
        let uuid = || {
            let object = object.and_then(|object| text(object, "uuid"));
            [said("uuid")]
                .into_iter()
                .chain(object)
                .chain(text(event, "uuid"))
        };
        self.is_told(gone)
            && self.value.admits(values())
            && self.kind.admits([said("type")])
            && self.category.admits([said("category")])
            && self.relation.admits([said("object_relation")])
            && self.object_name.admits(named)
            && self.attribute_tags.admits(tag::names(attribute))
            && self.to_ids.is_none_or(|wanted| {
                (attribute.get("to_ids") == Some(&Value::Bool(true))) == wanted
            })
            && (self.attribute_timestamp.is_open() || self.attribute_timestamp.holds(time()))
            && self.tags.admits(tags())
            && self.uuid.admits(uuid())
            && self.anywhere.admits(texts())
    }

    /// Whether an attribute of an event that is given goes along.
    #[must_use]
    pub fn goes_along(&self, attribute: &Map<String, Value>) -> bool {
        let gone = attribute.get("deleted") == Some(&Value::Bool(true));
        let detects = attribute.get("to_ids") == Some(&Value::Bool(true));
        self.is_told(gone) && self.to_ids.is_none_or(|wanted| wanted == detects)
    }

    /// Whether an object of an event that is given goes along, after whether it was deleted.
    #[must_use]
    pub fn is_given(&self, object: &Map<String, Value>) -> bool {
        // Of an object that stands some attributes may be gone.
        let gone = object.get("deleted") == Some(&Value::Bool(true));
        !gone || self.deleted != Deleted::Without
    }

    fn is_told(&self, gone: bool) -> bool {
        match self.deleted {
            Deleted::Without => !gone,
            Deleted::With => true,
            Deleted::Only => gone,
        }
    }
}

/// Texts of an event in which anything is looked for.
fn texts_of_event(event: &Members) -> impl Iterator<Item = &str> {
    text(event, "info").into_iter().chain(tag::names(event))
}

/// Names of the first and of the last day.
const FROM: &[&str] = &["from", "datefrom", "searchdatefrom"];
const TO: &[&str] = &["to", "dateuntil", "searchdateuntil"];
/// What makes no difference here: what was seen stands on each attribute as it came.
const AS_IT_IS: &[&str] = &[
    "includeSightings",
    "includeGalaxy",
    "excludeLocalTags",
    "noSightings",
];
/// What this hub does not tell: asked for, it is refused.
const WITHOUT: &[&str] = &[
    "includeDecayScore",
    "excludeDecayed",
    "includeCorrelations",
    "includeProposals",
    "hasproposal",
    "extended",
];
