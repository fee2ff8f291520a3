//! What is the caller's own: taken back, deleted in part, tagged. What was handed in is taken back as long as nobody has
//! taken it up; what was released changes by its release alone.

use axum::{
    body::Bytes,
    extract::{OriginalUri, Path, State},
    response::Response,
};
use kaname_world::{
    WorldError,
    misp::{Found, Standing, tag_number},
};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{
    Members, anothers, no_fault,
    proposal::said,
    reference::own_event_of,
    sent::{touch_part, touched},
    standing, whole,
};
use crate::{
    house::{By, House},
    misp::{asked, error::MispError, hello::url},
};

/// Longest name of a tag, in bytes.
const LONGEST_TAG: usize = 255;
/// Most tags of one event or attribute.
const MOST_TAGS: usize = 500;

/// `POST events/delete/{number or UUID}`
pub(in crate::misp) async fn delete_event(
    State(house): State<House>,
    by: By,
    Path(named): Path<String>,
    uri: OriginalUri,
) -> Result<Response, MispError> {
    match standing(&house, &by, &named, &uri).await? {
        Standing::Own(own) => {
            house.world().misp_remove(&by, &own).await?;
            Ok(said("Event deleted.", &uri))
        }
        Standing::HandedIn(_) => match house.world().misp_take_back(&by, &named).await {
            Ok(()) => Ok(said(
                "Event deleted: what you handed in is taken back.",
                &uri,
            )),
            Err(WorldError::Denied("denied-taken-up")) => {
                Err(MispError::forbidden(TAKEN_UP).at(url(&uri)))
            }
            Err(error) => Err(MispError::of(error, "event", url(&uri))),
        },
        Standing::Other(other) => Err(anothers(&other, &uri)),
    }
}

const TAKEN_UP: &str = "An officer of this hub has taken it up: a person of your organisation takes it back on the page of what was handed in, and decides there what becomes of what was derived from it.";

/// `POST attributes/delete/{number or UUID}`, `POST objects/delete/{number or UUID}`: it stays as a mark that it is gone, so
/// that whoever pulls takes it away, too.
pub(in crate::misp) async fn delete_part(
    State(house): State<House>,
    by: By,
    Path(named): Path<String>,
    uri: OriginalUri,
) -> Result<Response, MispError> {
    let (own, place) = own_part(&house, &by, &named, &uri).await?;
    let mut event = whole(&house, &by, &own).await?;
    let at = touched(&house, &mut event);
    let missing = || MispError::missing("attribute", url(&uri));
    let mut part = part_in(&mut event, place).ok_or_else(missing)?;
    if part.one().get("deleted") == Some(&Value::Bool(true)) {
        return Err(missing());
    }
    part.change(at, |one| {
        one.insert("deleted".to_owned(), true.into());
    });
    replaced(&house, &by, &own, event).await?;
    Ok(said("Attribute deleted.", &uri))
}

/// `POST attributes/restore/{number or UUID}`
pub(in crate::misp) async fn restore_part(
    State(house): State<House>,
    by: By,
    Path(named): Path<String>,
    uri: OriginalUri,
) -> Result<Response, MispError> {
    own_part(&house, &by, &named, &uri).await?;
    Err(MispError::forbidden(FINAL).at(url(&uri)))
}

const FINAL: &str = "What was deleted stays deleted here: whoever read it over TAXII was told that it is revoked, and nothing follows that (STIX 2.1, section 3.6). Add it as a new attribute.";

/// `POST tags/attachTagToObject`
pub(in crate::misp) async fn tag(
    State(house): State<House>,
    by: By,
    uri: OriginalUri,
    body: Bytes,
) -> Result<Response, MispError> {
    let mut asked = asked::body(&body)?;
    let is_local = asked.remove("local").as_ref().is_some_and(is_set);
    let wanted = Wanted::read(&asked)?;
    let name = wanted.name_to_add(&uri)?;
    let own = own_target(&house, &by, &wanted, &uri).await?;
    if is_local {
        let why = "Local tags are not kept: whatever stands on an event here goes to everyone who reads it. Attach it as a global tag.";
        return Err(MispError::forbidden(why).at(url(&uri)));
    }
    let mut event = whole(&house, &by, &own).await?;
    let at = touched(&house, &mut event);
    let mut target = wanted.target_in(&mut event, &uri)?;
    let tags =
        tags_of(target.one()).ok_or_else(|| MispError::bad("Tag", "its tags are no list"))?;
    if tags.iter().any(|one| one["name"] == name.as_str()) {
        return Ok(said(&format!("Global tag {name} is attached."), &uri));
    }
    if tags.len() >= MOST_TAGS {
        return Err(MispError::bad(
            "tag",
            format!("at most {MOST_TAGS} are attached"),
        ));
    }
    let new = json!({ "name": name });
    target.change(at, |one| {
        if let Some(tags) = tags_of(one) {
            tags.push(new);
        }
    });
    replaced(&house, &by, &own, event).await?;
    Ok(said(
        &format!("Global tag {name} successfully attached."),
        &uri,
    ))
}

/// `POST tags/removeTagFromObject`
pub(in crate::misp) async fn untag(
    State(house): State<House>,
    by: By,
    uri: OriginalUri,
    body: Bytes,
) -> Result<Response, MispError> {
    let asked = asked::body(&body)?;
    let wanted = Wanted::read(&asked)?;
    let own = own_target(&house, &by, &wanted, &uri).await?;
    let mut event = whole(&house, &by, &own).await?;
    let at = touched(&house, &mut event);
    let mut target = wanted.target_in(&mut event, &uri)?;
    let is_meant = |tag: &Value| {
        let name = tag.get("name").and_then(Value::as_str).unwrap_or_default();
        name == wanted.tag || tag_number(name) == wanted.tag
    };
    let tags = tags_of(target.one());
    if !tags.is_some_and(|tags| tags.iter().any(is_meant)) {
        return Err(MispError::missing("tag", url(&uri)));
    }
    target.change(at, |one| {
        if let Some(tags) = tags_of(one) {
            tags.retain(|tag| !is_meant(tag));
        }
    });
    replaced(&house, &by, &own, event).await?;
    Ok(said("Tag removed.", &uri))
}

/// What is to be tagged, and the name or number of the tag.
struct Wanted {
    uuid: Uuid,
    tag: String,
}

impl Wanted {
    fn read(asked: &Members) -> Result<Self, MispError> {
        let uuid = asked.get("uuid").and_then(Value::as_str);
        let uuid = uuid.and_then(|text| Uuid::try_parse(text).ok());
        let uuid = uuid.ok_or_else(|| MispError::bad("uuid", "a UUID is expected"))?;
        let tag = match asked.get("tag") {
            Some(Value::String(name)) => name.trim().to_owned(),
            Some(Value::Number(number)) => number.to_string(),
            Some(Value::Object(tag)) => match tag.get("name").and_then(Value::as_str) {
                Some(name) => name.trim().to_owned(),
                None => String::new(),
            },
            _ => String::new(),
        };
        if tag.is_empty() || tag.len() > LONGEST_TAG || tag.chars().any(char::is_control) {
            let why = format!("a tag of 1 to {LONGEST_TAG} bytes on one line is expected");
            return Err(MispError::bad("tag", why));
        }
        Ok(Self { uuid, tag })
    }

    /// The tag's name; a number is one of the hub's own tags.
    fn name_to_add(&self, uri: &OriginalUri) -> Result<String, MispError> {
        if !self.tag.bytes().all(|byte| byte.is_ascii_digit()) {
            return Ok(self.tag.clone());
        }
        let mut own = kaname_misp::OWN_TAGS.iter();
        let named = own.find(|name| tag_number(name) == self.tag);
        named
            .map(|name| (*name).to_owned())
            .ok_or_else(|| MispError::missing("tag", url(uri)))
    }

    /// The event itself or one of its attributes.
    fn target_in<'e>(
        &self,
        event: &'e mut Members,
        uri: &OriginalUri,
    ) -> Result<Part<'e>, MispError> {
        let own = self.uuid.to_string();
        if event.get("uuid").and_then(Value::as_str) == Some(&own) {
            return Ok(Part::Whole(event));
        }
        match part_in(event, (self.uuid, 0)) {
            Some(Part::Object(_)) => {
                let why = "objects carry no tags: tag the event or an attribute";
                Err(MispError::bad("uuid", why))
            }
            Some(part) => Ok(part),
            None => Err(MispError::missing("target", url(uri))),
        }
    }
}

/// The own event that is to be tagged, or whose attribute is.
async fn own_target(
    house: &House,
    by: &By,
    wanted: &Wanted,
    uri: &OriginalUri,
) -> Result<Found, MispError> {
    match house
        .world()
        .misp_standing(by, &wanted.uuid.to_string())
        .await
    {
        Ok(Standing::Own(own)) => Ok(*own),
        Ok(Standing::HandedIn(_)) => {
            let why = "It was handed in: what is to be added to it is handed in by events/edit.";
            Err(MispError::forbidden(why).at(url(uri)))
        }
        Ok(Standing::Other(other)) => Err(anothers(&other, uri)),
        Err(WorldError::NotFound(_)) => own_event_of(house, by, wanted.uuid, uri).await,
        Err(error) => Err(error.into()),
    }
}

/// The own event that a part is in, the UUID of what says it, and which of its attributes is meant.
async fn own_part(
    house: &House,
    by: &By,
    named: &str,
    uri: &OriginalUri,
) -> Result<(Found, (Uuid, usize)), MispError> {
    let found = house.world().misp_object(by, named).await;
    let (object, nth) = found.map_err(|error| MispError::of(error, "attribute", url(uri)))?;
    let uuid = object.stix_id.split_once("--").map(|(_, uuid)| uuid);
    let uuid = uuid.and_then(|uuid| Uuid::try_parse(uuid).ok());
    let uuid = uuid.ok_or_else(|| MispError::missing("attribute", url(uri)))?;
    let own = own_event_of(house, by, uuid, uri).await?;
    Ok((own, (uuid, nth)))
}

/// What is changed of an event.
enum Part<'e> {
    /// All of it.
    Whole(&'e mut Members),
    /// An attribute that stands by itself.
    Attribute(&'e mut Members),
    /// An object.
    Object(&'e mut Members),
    /// When an object changes, and an attribute of it.
    Within(&'e mut Value, &'e mut Members),
}

impl Part<'_> {
    fn one(&mut self) -> &mut Members {
        match self {
            Self::Whole(one) | Self::Attribute(one) | Self::Object(one) => one,
            Self::Within(_, one) => one,
        }
    }

    /// Changes it, and says when: an attribute of an object changes its object, too.
    fn change(mut self, at: i64, change: impl FnOnce(&mut Members)) {
        change(self.one());
        match self {
            Self::Whole(_) => {}
            Self::Attribute(one) | Self::Object(one) => touch_part(one, at),
            Self::Within(changed, one) => {
                touch_part(one, at);
                // Later than its object was, too.
                let before = changed.as_str().and_then(|text| text.parse::<i64>().ok());
                let next = at.max(before.unwrap_or(0).saturating_add(1));
                *changed = next.to_string().into();
            }
        }
    }
}

/// A part of an event by its UUID, or by that of the object that it is in and its number there from 1.
fn part_in(event: &mut Members, (uuid, nth): (Uuid, usize)) -> Option<Part<'_>> {
    let named = uuid.to_string();
    let is = |one: &Value| one.get("uuid").and_then(Value::as_str) == Some(named.as_str());
    let place = |list: Option<&Value>| list.and_then(Value::as_array)?.iter().position(is);
    if let Some(at) = place(event.get("Attribute")) {
        let one = event.get_mut("Attribute")?.as_array_mut()?.get_mut(at)?;
        return one.as_object_mut().map(Part::Attribute);
    }
    let at = place(event.get("Object"))?;
    let object = event.get_mut("Object")?.as_array_mut()?.get_mut(at)?;
    let object = object.as_object_mut()?;
    let Some(inner) = nth.checked_sub(1) else {
        return Some(Part::Object(object));
    };
    object.entry("timestamp").or_insert(Value::Null);
    let (mut changed, mut one) = (None, None);
    for (key, value) in object.iter_mut() {
        match key.as_str() {
            "timestamp" => changed = Some(value),
            "Attribute" => one = value.as_array_mut()?.get_mut(inner)?.as_object_mut(),
            _ => {}
        }
    }
    Some(Part::Within(changed?, one?))
}

/// The tags of something; a list where there is none.
fn tags_of(one: &mut Members) -> Option<&mut Vec<Value>> {
    one.entry("Tag").or_insert_with(|| json!([])).as_array_mut()
}

fn is_set(flag: &Value) -> bool {
    match flag {
        Value::Bool(flag) => *flag,
        Value::Number(number) => number.as_u64() != Some(0),
        Value::String(text) => !matches!(text.as_str(), "" | "0" | "false"),
        _ => false,
    }
}

async fn replaced(house: &House, by: &By, own: &Found, event: Members) -> Result<(), MispError> {
    let posted = house.world().misp_replace(by, own, event).await?;
    no_fault(&posted)
}
