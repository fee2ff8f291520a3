//! References of objects within an own event: added, and taken away as a mark that they are gone, so that whoever pulls
//! takes them away too.

use axum::{
    body::Bytes,
    extract::{OriginalUri, Path, State},
    response::Response,
};
use kaname_world::misp::Found;
use serde_json::{Value, json};
use uuid::Uuid;

use super::{
    Members, anothers, no_fault,
    sent::{fresh, touch_part, touched},
    whole,
};
use crate::{
    house::{By, House},
    misp::{answer, asked, body::Sent, error::MispError, hello::url},
};

/// Longest word of a relationship, in bytes.
const LONGEST: usize = 255;
/// Most references of one object.
const MOST: usize = 1_000;

/// `POST objectReferences/add`
pub(in crate::misp) async fn add(
    State(house): State<House>,
    by: By,
    uri: OriginalUri,
    body: Sent,
) -> Result<Response, MispError> {
    let sent = read(&body.bytes)?;
    let from = uuid_in(&sent, &["object_uuid", "source_uuid"])?;
    refer(&house, &by, (from, sent), &uri).await
}

/// `POST objectReferences/add/{UUID or number of the object}`
pub(in crate::misp) async fn add_to(
    State(house): State<House>,
    by: By,
    Path(named): Path<String>,
    uri: OriginalUri,
    body: Sent,
) -> Result<Response, MispError> {
    let sent = read(&body.bytes)?;
    let found = house.world().misp_object(&by, &named).await;
    let (object, _) = found.map_err(|error| MispError::of(error, "object", url(&uri)))?;
    let id = object.stix_id.split_once("--").map(|(_, uuid)| uuid);
    let from = id.and_then(|uuid| Uuid::try_parse(uuid).ok());
    let from = from.ok_or_else(|| MispError::missing("object", url(&uri)))?;
    refer(&house, &by, (from, sent), &uri).await
}

/// A reference as it was sent, with its object or without.
fn read(body: &Bytes) -> Result<Members, MispError> {
    let mut sent = asked::body(body)?;
    match sent.remove("ObjectReference") {
        Some(Value::Object(reference)) => Ok(reference),
        Some(_) => Err(MispError::bad(
            "ObjectReference",
            "a JSON object is expected",
        )),
        None => Ok(sent),
    }
}

fn uuid_in(sent: &Members, names: &[&str]) -> Result<Uuid, MispError> {
    let given = names.iter().find_map(|name| sent.get(*name)?.as_str());
    let uuid = given.and_then(|text| Uuid::try_parse(text).ok());
    let name = names.first().copied().unwrap_or_default();
    uuid.ok_or_else(|| MispError::bad(name, "a UUID is expected"))
}

async fn refer(
    house: &House,
    by: &By,
    (from, sent): (Uuid, Members),
    uri: &OriginalUri,
) -> Result<Response, MispError> {
    let to = uuid_in(&sent, &["referenced_uuid"])?;
    let text = |key: &str| {
        sent.get(key)
            .and_then(Value::as_str)
            .unwrap_or_default()
            .trim()
    };
    let kind = text("relationship_type");
    if kind.is_empty() || kind.len() > LONGEST {
        let why = format!("a word of at most {LONGEST} bytes is expected");
        return Err(MispError::bad("relationship_type", why));
    }
    let own = own_event_of(house, by, from, uri).await?;
    let mut event = whole(house, by, &own).await?;
    let leads = leads_to(&event, to);
    let missing = || MispError::missing("object", url(uri));
    let at = touched(house, &mut event);
    let object = object_in(&mut event, from).ok_or_else(missing)?;
    let Some(leads) = leads.filter(|_| to != from) else {
        let why = "Invalid referenced_uuid: an attribute or object of the same event is expected.";
        return Err(MispError::missing("reference", url(uri)).saying(why));
    };
    let now = house.world().now().as_second().to_string();
    let uuid = match sent
        .get("uuid")
        .and_then(Value::as_str)
        .map(Uuid::try_parse)
    {
        Some(Ok(uuid)) => uuid.to_string().into(),
        Some(Err(_)) => return Err(MispError::bad("uuid", "a UUID is expected")),
        None => fresh(house),
    };
    let reference = json!({
        "uuid": uuid,
        "object_uuid": from,
        "source_uuid": from,
        "referenced_uuid": to,
        "referenced_type": leads,
        "relationship_type": kind,
        "comment": text("comment"),
        "timestamp": now,
        "deleted": false,
    });
    let list = references_of(object).ok_or_else(missing)?;
    if list.iter().any(|one| one.get("uuid") == Some(&uuid)) {
        let why = "There is a reference of this UUID already.";
        return Err(MispError::forbidden(why).at(url(uri)));
    }
    if list.len() >= MOST {
        let why = format!("an object has at most {MOST}");
        return Err(MispError::bad("ObjectReference", why));
    }
    list.push(reference.clone());
    touch_part(object, at);
    put(house, by, &own, event).await?;
    Ok(answer::json(&json!({ "ObjectReference": reference })))
}

/// `POST objectReferences/delete/{UUID}`
pub(in crate::misp) async fn delete(
    State(house): State<House>,
    by: By,
    Path(named): Path<String>,
    uri: OriginalUri,
) -> Result<Response, MispError> {
    gone(&house, &by, &named, &uri).await
}

/// The same with `true` behind it. Nothing goes without a trace: what was read elsewhere is taken away there.
pub(in crate::misp) async fn delete_named(
    State(house): State<House>,
    by: By,
    Path((named, _)): Path<(String, String)>,
    uri: OriginalUri,
) -> Result<Response, MispError> {
    gone(&house, &by, &named, &uri).await
}

async fn gone(
    house: &House,
    by: &By,
    named: &str,
    uri: &OriginalUri,
) -> Result<Response, MispError> {
    let missing = || MispError::missing("object reference", url(uri));
    let uuid = Uuid::try_parse(named).map_err(|_| missing())?;
    let found = house.world().misp_referring(by, uuid).await;
    let from = found.map_err(|error| MispError::of(error, "object reference", url(uri)))?;
    let from = from.split_once("--").map(|(_, uuid)| Uuid::try_parse(uuid));
    let from = from.and_then(Result::ok).ok_or_else(missing)?;
    let own = own_event_of(house, by, from, uri).await?;
    let mut event = whole(house, by, &own).await?;
    let now = Value::from(house.world().now().as_second().to_string());
    let at = touched(house, &mut event);
    let object = object_in(&mut event, from).ok_or_else(missing)?;
    let named = Value::from(uuid.to_string());
    let list = references_of(object).ok_or_else(missing)?;
    let reference = list.iter_mut().find(|one| one.get("uuid") == Some(&named));
    let reference = reference
        .and_then(Value::as_object_mut)
        .ok_or_else(missing)?;
    if reference.get("deleted") == Some(&Value::Bool(true)) {
        return Err(missing());
    }
    reference.insert("deleted".to_owned(), true.into());
    reference.insert("timestamp".to_owned(), now);
    touch_part(object, at);
    put(house, by, &own, event).await?;
    house.world().misp_unrefer(by, &own, uuid).await?;
    Ok(answer::json(&json!({
        "saved": true,
        "success": true,
        "name": "ObjectReference deleted",
        "message": "ObjectReference deleted",
        "url": url(uri),
    })))
}

/// The caller's own event that holds an object; another's stays as it is.
pub(super) async fn own_event_of(
    house: &House,
    by: &By,
    object: Uuid,
    uri: &OriginalUri,
) -> Result<Found, MispError> {
    let world = house.world();
    let found = world.misp_events_holding(by, object).await;
    let of = |error| MispError::of(error, "object", url(uri));
    let mut events = found.map_err(of)?;
    let party = by.reader.party;
    let own = events.iter().position(|event| event.object.origin == party);
    match own.filter(|_| party.is_some()) {
        Some(own) => Ok(events.swap_remove(own)),
        None => match events.first() {
            Some(other) => Err(anothers(other, uri)),
            None => Err(MispError::missing("object", url(uri))),
        },
    }
}

fn object_in(event: &mut Members, named: Uuid) -> Option<&mut Members> {
    let objects = event.get_mut("Object")?.as_array_mut()?;
    let mut objects = objects.iter_mut().filter_map(Value::as_object_mut);
    let named = named.to_string();
    objects.find(|one| one.get("uuid").and_then(Value::as_str) == Some(&named))
}

/// The references of an object; a list where there is none.
fn references_of(object: &mut Members) -> Option<&mut Vec<Value>> {
    let list = object.entry("ObjectReference").or_insert_with(|| json!([]));
    list.as_array_mut()
}

/// What a UUID names in an event: an attribute (0), also within an object, or an object (1).
fn leads_to(event: &Members, named: Uuid) -> Option<&'static str> {
    let named = named.to_string();
    let is = |one: &Value| one.get("uuid").and_then(Value::as_str) == Some(named.as_str());
    let objects = event.get("Object").and_then(Value::as_array);
    let objects = objects.map(Vec::as_slice).unwrap_or_default();
    if objects.iter().any(is) {
        return Some("1");
    }
    let lists = objects.iter().map(|one| one.get("Attribute"));
    let lists = lists.chain([event.get("Attribute")]).flatten();
    let mut attributes = lists.filter_map(Value::as_array).flatten();
    attributes.any(is).then_some("0")
}

async fn put(house: &House, by: &By, own: &Found, event: Members) -> Result<(), MispError> {
    let posted = house.world().misp_replace(by, own, event).await?;
    no_fault(&posted)
}
