//! Proposals as they are read: events that extend another, marked as such, told in the form of MISP's own.

use std::collections::HashMap;

use axum::{
    extract::{OriginalUri, Path, State},
    response::Response,
};
use kaname_misp::{
    Shown,
    ask::{Ask, Searched},
};
use kaname_world::{WorldError, misp::Found};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::{
    answer,
    error::MispError,
    hello::url,
    walk::{Parts, Piece, Walk},
    write::{self, Kind},
};
use crate::house::{By, House};

type Members = Map<String, Value>;

/// Most proposals of one answer.
const MOST: usize = 2_000;
/// Begins the tag of every proposal.
const TAG: &str = "kaname:proposal=";
/// Names the attribute that a proposal is about.
const OF: &str = "kaname:proposal-of=";
/// On an event: a proposal that was taken up.
const ACCEPTED: &str = "kaname:accepted=";

/// The tag of a proposal.
pub(super) fn tag(kind: Kind) -> String {
    format!("{TAG}\"{}\"", kind.as_str())
}

/// The tag that names the attribute a proposal is about.
pub(super) fn of_tag(attribute: &str) -> String {
    format!("{OF}\"{attribute}\"")
}

/// The tag that says of an event that it took a proposal up.
pub(super) fn accepted_tag(proposal: &str) -> String {
    format!("{ACCEPTED}\"{proposal}\"")
}

/// The event that an attribute is proposed in.
pub(super) fn event_of(attribute: Uuid) -> Uuid {
    Uuid::new_v5(&attribute, b"proposal")
}

/// What stands behind the beginning of a tag, without its quotes.
fn tagged<'m>(members: &'m Members, start: &str) -> Option<&'m str> {
    let tags = members.get("Tag").and_then(Value::as_array);
    let names = tags.into_iter().flatten();
    let mut names = names.filter_map(|tag| tag.get("name").and_then(Value::as_str));
    let rest = names.find_map(|name| name.strip_prefix(start))?;
    rest.strip_prefix('"')?.strip_suffix('"')
}

/// Where a proposal stands.
pub(super) enum Stands {
    /// As the claim of whoever proposed.
    Claim(Box<Found>),
    /// As what the caller's party handed in.
    HandedIn(Members),
}

/// The proposal of a number, or of the UUID of what it proposes.
pub(super) async fn standing(
    house: &House,
    by: &By,
    named: &str,
    uri: &OriginalUri,
) -> Result<Stands, MispError> {
    let world = house.world();
    let event = match Uuid::try_parse(named) {
        Ok(uuid) => event_of(uuid).to_string(),
        Err(_) => named.to_owned(),
    };
    let handed_in = world.misp_handed_in(by, &event).await?;
    let missing = || MispError::missing("proposal", url(uri));
    match (world.misp_event(by, &event).await, handed_in) {
        (Ok(found), _) if tagged(&found.frame.members, TAG).is_some() => {
            Ok(Stands::Claim(Box::new(found)))
        }
        (_, Some(kept)) if tagged(&kept, TAG).is_some() => Ok(Stands::HandedIn(kept)),
        (Err(WorldError::NotFound(_)) | Ok(_), _) => Err(missing()),
        (Err(error), _) => Err(error.into()),
    }
}

/// `GET shadowAttributes/view/{number or UUID}`
pub(super) async fn view(
    State(house): State<House>,
    by: By,
    Path(named): Path<String>,
    uri: OriginalUri,
) -> Result<Response, MispError> {
    let told = match standing(&house, &by, &named, &uri).await? {
        Stands::Claim(found) => of_found(&house, &by, &found).await?,
        Stands::HandedIn(kept) => of_event(&write::handed_in(&by, kept)?),
    };
    let told = told.ok_or_else(|| MispError::missing("proposal", url(&uri)))?;
    Ok(answer::json(&json!({ "ShadowAttribute": told })))
}

/// `GET shadowAttributes/index`
pub(super) async fn index(State(house): State<House>, by: By) -> Result<Response, MispError> {
    list(&house, &by, None).await
}

/// `GET shadowAttributes/index/{number or UUID of an event}`
pub(super) async fn index_of(
    State(house): State<House>,
    by: By,
    Path(named): Path<String>,
    uri: OriginalUri,
) -> Result<Response, MispError> {
    let found = house.world().misp_event(&by, &named).await;
    let found = found.map_err(|error| MispError::of(error, "event", url(&uri)))?;
    list(&house, &by, Some(&found)).await
}

/// The proposals that the caller sees and that nobody has taken up yet.
async fn list(house: &House, by: &By, about: Option<&Found>) -> Result<Response, MispError> {
    let world = house.shared_world();
    let asked = json!({ "event_tags": format!("{TAG}%") });
    let asked = asked.as_object().cloned().unwrap_or_default();
    let ask = Ask::read(&asked, Searched::Events, world.now().as_second())?;
    let wanted = about.map(|about| text(&about.frame.members, "uuid"));
    let mut walk = Walk::open(house.shared_world(), by, Parts::Always).await?;
    let mut found = Vec::new();
    while let Some(pieces) = walk.next(&ask).await? {
        for piece in pieces.iter().filter(|piece| piece.begins) {
            let extends = text(&piece.event, "extends_uuid");
            if wanted.is_none_or(|wanted| wanted == extends) {
                found.extend(shadow(piece));
            }
        }
        if found.len() > MOST {
            let why = format!("there are more than {MOST} proposals; name an event");
            return Err(MispError::bad("index", why));
        }
    }
    let told = settled(house, by, found).await?;
    Ok(answer::json(&told.into()))
}

/// Proposals with the numbers of what they are about, but for those that were taken up.
async fn settled(house: &House, by: &By, found: Vec<Members>) -> Result<Vec<Value>, MispError> {
    let uuids = found
        .iter()
        .map(|one| Uuid::try_parse(text(one, "event_uuid")));
    let mut uuids: Vec<Uuid> = uuids.flatten().collect();
    uuids.sort_unstable();
    uuids.dedup();
    let events = house.world().misp_events_named(by, &uuids).await?;
    let told = found.into_iter().filter_map(|mut one| {
        number(&mut one, &events)?;
        Some(json!({ "ShadowAttribute": one }))
    });
    Ok(told.collect())
}

/// Puts in the number of the event that a proposal is about; `None` where that took it up, or is not seen.
fn number(shadow: &mut Members, events: &HashMap<Uuid, Found>) -> Option<()> {
    let uuid = Uuid::try_parse(text(shadow, "event_uuid")).ok()?;
    let event = events.get(&uuid)?;
    let done = accepted_tag(text(shadow, "uuid"));
    let tags = event.frame.members.get("Tag").and_then(Value::as_array);
    let mut tags = tags.into_iter().flatten();
    if tags.any(|tag| tag.get("name").and_then(Value::as_str) == Some(&done)) {
        return None;
    }
    shadow.insert("event_id".to_owned(), event.number().into());
    Some(())
}

/// What a proposal that stands as a claim says; `None` for what is none.
pub(super) async fn of_found(
    house: &House,
    by: &By,
    found: &Found,
) -> Result<Option<Members>, MispError> {
    let world = house.shared_world();
    let mut walk = Walk::of(world, by, vec![found.clone()], Parts::Always).await?;
    let pieces = walk.next(&Ask::whole()).await?.unwrap_or_default();
    let Some(mut told) = pieces.iter().find_map(shadow) else {
        return Ok(None);
    };
    let about = Uuid::try_parse(text(&told, "event_uuid"));
    let about: Vec<Uuid> = about.into_iter().collect();
    let events = house.world().misp_events_named(by, &about).await?;
    if let Some(event) = about.first().and_then(|uuid| events.get(uuid)) {
        told.insert("event_id".to_owned(), event.number().into());
    }
    Ok(Some(told))
}

/// What a proposal that was handed in says.
pub(super) fn of_event(event: &Members) -> Option<Members> {
    let attributes = event.get("Attribute").and_then(Value::as_array)?;
    let attribute = attributes.first()?.as_object()?;
    told(event, attribute)
}

fn shadow(piece: &Piece) -> Option<Members> {
    let mut attributes = piece.said.iter().filter_map(|said| match &said.shown {
        Shown::Attribute(attribute) => Some(attribute),
        _ => None,
    });
    told(&piece.event, attributes.next()?)
}

fn told(event: &Members, attribute: &Members) -> Option<Members> {
    let kind = tagged(event, TAG)?;
    let said = |key: &str| attribute.get(key).cloned().unwrap_or_default();
    let old = tagged(attribute, OF).unwrap_or_default();
    let told = json!({
        "id": event.get("id"),
        "uuid": said("uuid"),
        "event_uuid": event.get("extends_uuid"),
        "event_id": "0",
        // The number of an attribute changes with each version: the UUID stays.
        "old_id": "0",
        "old_uuid": old,
        "type": said("type"),
        "category": said("category"),
        "value": said("value"),
        "comment": attribute.get("comment").cloned().unwrap_or_else(|| "".into()),
        "to_ids": attribute.get("to_ids").cloned().unwrap_or(Value::Bool(false)),
        "timestamp": said("timestamp"),
        "org_id": event.get("org_id"),
        "Org": event.get("Org"),
        "proposal_to_delete": kind == Kind::Delete.as_str(),
        "deleted": false,
    });
    match told {
        Value::Object(members) => Some(members),
        _ => None,
    }
}

fn text<'m>(members: &'m Members, key: &str) -> &'m str {
    members.get(key).and_then(Value::as_str).unwrap_or_default()
}
