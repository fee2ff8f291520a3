//! An event and its parts in full, as one caller is told them: numbers, organisations, and how far they may go.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::Arc,
};

use jiff::Timestamp;
use kaname_directory::Party;
use kaname_kernel::{Audience, AudienceId, Clause, MatterId, PartyId, Term};
use kaname_misp::Shown;
use kaname_sharing::marking::strictest_pap;
use kaname_store::{ObjectFilter, Versions};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::{
    found::{Found, number_within},
    parts::Part,
    who::{Organisation, SharingGroup, small},
};
use crate::{caller::Caller, error::WorldError, world::World};

type Members = Map<String, Value>;

/// How far something may go from here, narrowest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Reach {
    /// Whoever was given it.
    Organisation,
    /// One of the caller's groups, by its place.
    Group(usize),
    /// All members.
    Community,
    /// Members and those connected to them; nothing of the hub's own is so.
    Connected,
    /// Everyone.
    All,
}

impl Reach {
    /// No further than either. Who is in a group is a member; who is in one of two groups need not be in the other.
    fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::Group(one), Self::Group(two)) if one != two => Self::Organisation,
            (one, two) => one.min(two),
        }
    }

    /// As the core format numbers it (§2.2.1, distribution).
    const fn number(self) -> &'static str {
        match self {
            Self::Organisation => "0",
            Self::Group(_) => "4",
            Self::Community => "1",
            Self::Connected => "2",
            Self::All => "3",
        }
    }
}

/// Tells events to one caller.
pub struct Telling {
    hub: Organisation,
    groups: Vec<SharingGroup>,
    audiences: Arc<Vec<(AudienceId, Arc<Audience>)>>,
    now: Timestamp,
    parties: HashMap<PartyId, Organisation>,
    /// Names of those who made what others brought, by STIX id.
    makers: HashMap<String, String>,
    /// How far each audience reaches, as far as it was asked.
    reaches: HashMap<AudienceId, Reach>,
    /// Whether groups are named by their number alone.
    pub groups_by_number: bool,
}

impl World {
    /// What telling needs besides the events.
    pub async fn misp_telling(&self, caller: &Caller) -> Result<Telling, WorldError> {
        Ok(Telling {
            hub: self.misp_hub().await?,
            groups: self.misp_groups(caller).await?,
            audiences: self.audiences().await?,
            now: self.now(),
            parties: HashMap::new(),
            makers: HashMap::new(),
            reaches: HashMap::new(),
            groups_by_number: false,
        })
    }

    /// Looks up who brought and who made these events.
    pub async fn misp_learn(
        &self,
        caller: &Caller,
        telling: &mut Telling,
        events: &[Found],
    ) -> Result<(), WorldError> {
        let mut makers: BTreeMap<MatterId, BTreeSet<String>> = BTreeMap::new();
        for event in events {
            if let Some(party) = event.object.origin
                && !telling.parties.contains_key(&party)
                && let Some(loaded) = self.load::<Party>(party.cast()).await?
            {
                let told = Organisation::of(party, &loaded.state);
                telling.parties.insert(party, told);
            }
            let made_by = event.frame.made_by();
            let unknown = made_by.filter(|id| !telling.makers.contains_key(*id));
            if let (Some(maker), None) = (unknown, event.item()) {
                let of = makers.entry(event.object.collection).or_default();
                of.insert(maker.to_owned());
            }
        }
        for (collection, ids) in makers {
            let filter = ObjectFilter {
                collection: Some(collection),
                ids: ids.into_iter().collect(),
                types: vec!["identity".to_owned()],
                versions: Versions::Last,
                ..ObjectFilter::all(self.readable(caller).await?)
            };
            for identity in self.store().objects(&filter).await?.objects {
                let name = telling.makers.entry(identity.stix_id);
                name.or_insert(identity.title);
            }
        }
        telling.audiences = self.audiences().await?;
        telling.now = self.now();
        Ok(())
    }
}

/// A part as it is told: an attribute, object or report, and the object that says it.
#[derive(Debug, Clone)]
pub struct Said {
    /// Its members.
    pub shown: Shown,
    /// What it was made from.
    pub part: Part,
    /// Whether it says less than that.
    pub is_cut: bool,
}

impl Telling {
    /// The members of an event but for its parts.
    pub fn event(&mut self, found: &Found) -> Members {
        let mut members = found.frame.members.clone();
        let number = found.number();
        let reach = self.reach(found.object.audience_id);
        let seconds = found.object.version_us.div_euclid(1_000_000).to_string();
        self.spread(&mut members, reach, Reach::All);
        tag_pap(&mut members, found);
        dress_tags(&mut members);
        let made_by = self.made_by(found, &members);
        let brought_by = self.brought_by(found);
        let mut put = |key: &str, value: Value| members.insert(key.to_owned(), value);
        put("id", number.into());
        put("orgc_id", made_by.number().into());
        put("org_id", brought_by.number().into());
        put("Orgc", made_by.in_event());
        put("Org", brought_by.in_event());
        put("locked", true.into());
        put("proposal_email_lock", false.into());
        let defaults = [
            ("timestamp", Value::from(seconds.as_str())),
            ("publish_timestamp", "0".into()),
            ("published", false.into()),
            ("info", "".into()),
            ("threat_level_id", "4".into()),
            ("analysis", "0".into()),
            ("extends_uuid", "".into()),
            ("disable_correlation", false.into()),
        ];
        for (key, value) in defaults {
            members.entry(key).or_insert(value);
        }
        members
    }

    /// The texts by which the organisations of an event are known.
    pub fn names_of(&self, found: &Found, event: &Members) -> Vec<String> {
        let mut names: Vec<String> = self.made_by(found, event).names().into();
        names.extend(self.brought_by(found).names());
        names
    }

    /// The organisation that brought it.
    fn brought_by(&self, found: &Found) -> Organisation {
        let party = found
            .object
            .origin
            .and_then(|party| self.parties.get(&party));
        party.unwrap_or(&self.hub).clone()
    }

    /// The organisation that made it: as it says itself, else whoever brought it.
    fn made_by(&self, found: &Found, event: &Members) -> Organisation {
        if found.item().is_some() {
            return self.hub.clone();
        }
        let said = event.get("Orgc").and_then(|orgc| {
            let text = |key: &str| orgc.get(key).and_then(Value::as_str);
            let uuid = Uuid::try_parse(text("uuid")?).ok()?;
            Some((uuid, text("name")?.to_owned()))
        });
        let by_id = || {
            let id = found.frame.made_by()?;
            let (_, uuid) = id.split_once("--")?;
            Some((Uuid::try_parse(uuid).ok()?, self.makers.get(id)?.clone()))
        };
        match said.or_else(by_id) {
            Some((uuid, name)) => Organisation {
                uuid,
                name,
                kind: "",
            },
            None => self.brought_by(found),
        }
    }

    /// The reports, attributes and objects of an event, each in full.
    pub fn parts(&mut self, found: &Found, event: &Members, parts: Vec<Part>) -> Vec<Said> {
        let around = self.reach(found.object.audience_id);
        let number = found.number();
        let time = event.get("timestamp").cloned().unwrap_or_default();
        let told = parts.into_iter().map(|mut part| {
            let own = self.reach(part.object.audience_id);
            let id = number_within(&part.object, 0);
            let mut shown = std::mem::replace(&mut part.shown, Shown::Report(Members::new()));
            match &mut shown {
                Shown::Attribute(attribute) => {
                    self.spread(attribute, own, around);
                    fill(attribute, (&id, &number, "0"), &time);
                }
                Shown::Object(object) => {
                    self.spread(object, own, around);
                    self.fill_object(object, &part, &number, &time);
                }
                Shown::Report(report) => {
                    self.spread(report, own, around);
                    report.insert("id".to_owned(), id.into());
                    report.insert("event_id".to_owned(), number.as_str().into());
                }
            }
            Said {
                shown,
                part,
                is_cut: false,
            }
        });
        told.collect()
    }

    fn fill_object(&mut self, object: &mut Members, part: &Part, event: &str, time: &Value) {
        let id = number_within(&part.object, 0);
        let mut put = |key: &str, value: Value| object.insert(key.to_owned(), value);
        put("id", id.as_str().into());
        put("event_id", event.into());
        let defaults = [
            ("timestamp", time.clone()),
            ("meta-category", "misc".into()),
            ("description", "".into()),
            ("comment", "".into()),
            ("deleted", false.into()),
            ("template_version", "1".into()),
            ("ObjectReference", json!([])),
        ];
        for (key, value) in defaults {
            object.entry(key).or_insert(value);
        }
        let time = object.get("timestamp").cloned().unwrap_or_default();
        let is_gone = object.get("deleted") == Some(&Value::Bool(true));
        let attributes = object.get_mut("Attribute").and_then(Value::as_array_mut);
        for (nth, attribute) in attributes.into_iter().flatten().enumerate() {
            if let Value::Object(attribute) = attribute {
                // With an object its attributes go.
                if is_gone {
                    attribute.insert("deleted".to_owned(), true.into());
                }
                let own = number_within(&part.object, nth + 1);
                self.spread(attribute, Reach::All, Reach::All);
                fill(attribute, (&own, event, &id), &time);
            }
        }
    }

    /// How far an audience reaches, as this caller may be told: whom else it names stays unsaid.
    fn reach(&mut self, audience: AudienceId) -> Reach {
        if let Some(known) = self.reaches.get(&audience) {
            return *known;
        }
        let at = self
            .audiences
            .binary_search_by_key(&audience, |(id, _)| *id);
        let reach = match at.ok().and_then(|at| self.audiences.get(at)) {
            Some((_, audience)) => self.reach_of(audience),
            None => Reach::Organisation,
        };
        self.reaches.insert(audience, reach);
        reach
    }

    fn reach_of(&self, audience: &Audience) -> Reach {
        // An embargo that has opened restricts nobody; nor does what leaves pages out, here.
        let is_open = |term: &Term| match term {
            Term::From(at) => *at <= self.now.as_second(),
            Term::Machine => true,
            _ => false,
        };
        let clauses = audience
            .clauses()
            .filter(|clause| !clause.terms().any(is_open));
        let reaches = clauses.map(|clause| self.reach_of_clause(clause));
        reaches.fold(Reach::All, Reach::and)
    }

    fn reach_of_clause(&self, clause: &Clause) -> Reach {
        if clause.terms().any(|term| *term == Term::Member) {
            return Reach::Community;
        }
        let own = self.groups.iter().position(|own| {
            let mut terms = clause.terms();
            terms.any(|term| matches!(term, Term::Group { group, .. } if *group == own.id))
        });
        own.map_or(Reach::Organisation, Reach::Group)
    }

    /// Writes how far a part may go: as its audience says, and no further than it says itself. `around`: of what
    /// it stands in; what goes as far says so by 5.
    fn spread(&self, members: &mut Members, audience: Reach, around: Reach) {
        let said = match members.get("distribution").and_then(Value::as_str) {
            Some("0") => Some(Reach::Organisation),
            Some("1") => Some(Reach::Community),
            Some("2") => Some(Reach::Connected),
            Some("3") => Some(Reach::All),
            Some("4") => match sharing_group(members) {
                Some(_) => Some(Reach::Group(usize::MAX)),
                None => Some(Reach::Organisation),
            },
            Some("5") => None,
            // Of what its author did not say the audience tells.
            _ => None,
        };
        let is_event = members.contains_key("info");
        let own = said.map_or(audience, |said| said.min(audience));
        let told = own.min(around);
        let (distribution, group) = match told {
            _ if !is_event && said.is_none() && own >= around => ("5", None),
            Reach::Group(usize::MAX) => ("4", sharing_group(members)),
            Reach::Group(place) => {
                let own = self.groups.get(place);
                if let (Some(own), false) = (own, self.groups_by_number) {
                    members.insert("SharingGroup".to_owned(), own.in_event());
                }
                ("4", own.map(SharingGroup::number))
            }
            other => (other.number(), None),
        };
        if group.is_none() || self.groups_by_number {
            members.remove("SharingGroup");
        }
        let group = group.unwrap_or_else(|| "0".to_owned());
        members.insert("distribution".to_owned(), distribution.into());
        members.insert("sharing_group_id".to_owned(), group.into());
    }
}

/// The number here of the group that something says it goes to.
fn sharing_group(members: &Members) -> Option<String> {
    let uuid = members.get("SharingGroup")?.get("uuid")?.as_str()?;
    Some(small(Uuid::try_parse(uuid).ok()?.as_bytes()))
}

/// What every attribute has.
fn fill(attribute: &mut Members, (id, event, object): (&str, &str, &str), time: &Value) {
    let kind = attribute.get("type").and_then(Value::as_str);
    let category = kaname_misp::category_of(kind.unwrap_or_default());
    let mut put = |key: &str, value: Value| attribute.insert(key.to_owned(), value);
    put("id", id.into());
    put("event_id", event.into());
    put("object_id", object.into());
    let defaults = [
        ("category", Value::from(category)),
        ("timestamp", time.clone()),
        ("comment", "".into()),
        ("to_ids", false.into()),
        ("deleted", false.into()),
        ("disable_correlation", false.into()),
        ("object_relation", Value::Null),
        ("first_seen", Value::Null),
        ("last_seen", Value::Null),
    ];
    for (key, value) in defaults {
        attribute.entry(key).or_insert(value);
    }
    dress_tags(attribute);
}

/// The Permissible Actions Protocol as a tag.
fn tag_pap(event: &mut Members, found: &Found) {
    let Ok(head) = kaname_stix::head(&found.object.raw) else {
        return;
    };
    let marks = head.markings.iter().chain(&head.granular_markings);
    let Some(pap) = strictest_pap(marks) else {
        return;
    };
    let tags = event.entry("Tag").or_insert_with(|| json!([]));
    let name = pap.to_string();
    if let Value::Array(tags) = tags
        && !tags
            .iter()
            .any(|tag| tag.get("name").and_then(Value::as_str) == Some(&name))
    {
        tags.push(json!({ "name": name }));
    }
}

/// Gives tags the number and colour that clients expect.
fn dress_tags(members: &mut Members) {
    let Some(Value::Array(tags)) = members.get_mut("Tag") else {
        return;
    };
    for tag in tags.iter_mut().filter_map(Value::as_object_mut) {
        let name = tag.get("name").and_then(Value::as_str).unwrap_or_default();
        let (id, colour) = (small(name.as_bytes()), kaname_misp::colour_of(name));
        tag.insert("id".to_owned(), id.into());
        tag.entry("colour").or_insert_with(|| colour.into());
        tag.entry("exportable").or_insert(Value::Bool(true));
    }
}
