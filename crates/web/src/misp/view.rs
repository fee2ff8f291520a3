//! One event, attribute or object.

use axum::{
    body::Bytes,
    extract::{OriginalUri, Path, State},
    response::Response,
};
use kaname_misp::{
    Shown,
    ask::{Ask, Deleted, deleted},
};
use kaname_world::{
    WorldError,
    misp::{Found, Said},
};
use serde_json::{Map, Value, json};

use super::{
    answer, asked,
    error::MispError,
    hello::url,
    search::Search,
    walk::{Parts, Piece, Walk},
    write,
};
use crate::house::{By, House};

/// `GET events/view/{number or UUID}`
pub(super) async fn event(
    State(house): State<House>,
    by: By,
    Path(event): Path<String>,
    uri: OriginalUri,
) -> Result<Response, MispError> {
    show(&house, &by, (&event, &Map::new()), &uri).await
}

/// The same with more names in the address (`deleted[]:0/deleted[]:1`).
pub(super) async fn event_named(
    State(house): State<House>,
    by: By,
    Path((event, rest)): Path<(String, String)>,
    uri: OriginalUri,
) -> Result<Response, MispError> {
    show(&house, &by, (&event, &asked::named(&rest)?), &uri).await
}

/// `POST events/view/{number or UUID}`: the same with what is asked in the body.
pub(super) async fn event_asked(
    State(house): State<House>,
    by: By,
    Path(event): Path<String>,
    uri: OriginalUri,
    body: Bytes,
) -> Result<Response, MispError> {
    show(&house, &by, (&event, &asked::body(&body)?), &uri).await
}

pub(super) async fn show(
    house: &House,
    by: &By,
    (event, asked): (&str, &Map<String, Value>),
    uri: &OriginalUri,
) -> Result<Response, MispError> {
    let ask = read(asked)?;
    let world = house.shared_world();
    let handed_in = world.misp_handed_in(by, event).await?;
    let found = world.misp_event(by, event).await;
    if let (Err(WorldError::NotFound(_)), Some(event)) = (&found, handed_in) {
        let event = write::handed_in(by, event)?;
        return Ok(answer::json(&json!({ "Event": event })));
    }
    let found = found.map_err(|error| MispError::of(error, "event", url(uri)))?;
    one(house, by, found, ask).await
}

/// An event with all that is in it.
pub(super) async fn all_of(house: &House, by: &By, found: Found) -> Result<Response, MispError> {
    one(house, by, found, Ask::whole()).await
}

async fn one(house: &House, by: &By, found: Found, ask: Ask) -> Result<Response, MispError> {
    let walk = Walk::of(house.shared_world(), by, vec![found], Parts::Always).await?;
    let search = Search::one_event(house, by, walk, ask);
    Ok(answer::streamed(search.chunks(), answer::JSON))
}

/// The members of an event but for its parts, as the caller is told them.
pub(super) async fn members_of(
    house: &House,
    by: &By,
    found: &Found,
) -> Result<Map<String, Value>, WorldError> {
    let world = house.world();
    let mut telling = world.misp_telling(by).await?;
    let events = std::slice::from_ref(found);
    world.misp_learn(by, &mut telling, events).await?;
    Ok(telling.event(found))
}

/// Names that make no difference to one event, or that this hub tells in any case.
const AS_IT_IS: [&str; 13] = [
    "extended",
    "noSightings",
    "excludeGalaxy",
    "includeAttachments",
    "includeAllTags",
    "includeServerCorrelations",
    "includeEventCorrelations",
    "includeFeedCorrelations",
    "includeWarninglistHits",
    "includeGranularCorrelations",
    "includeGalaxy",
    "includeAnalystData",
    "excludeLocalTags",
];

fn read(asked: &Map<String, Value>) -> Result<Ask, MispError> {
    let mut ask = Ask::whole();
    for (name, value) in asked {
        let bad = |why: String| MispError::bad(name, why);
        match name.as_str() {
            // Of one event those that were deleted are told beside the others.
            "deleted" => {
                ask.deleted = match deleted(value).map_err(bad)? {
                    Deleted::Only if value != "only" => Deleted::With,
                    other => other,
                };
            }
            "sgReferenceOnly" => {
                ask.groups_by_number = kaname_misp::ask::flag(value).map_err(bad)?;
            }
            name if AS_IT_IS.contains(&name) => {}
            other => {
                let why = "nothing of this name is known here";
                return Err(MispError::bad(
                    &other.chars().take(100).collect::<String>(),
                    why,
                ));
            }
        }
    }
    Ok(ask)
}

/// `GET attributes/view/{number or UUID}`
pub(super) async fn attribute(
    State(house): State<House>,
    by: By,
    Path(named): Path<String>,
    uri: OriginalUri,
) -> Result<Response, MispError> {
    let (piece, nth) = part_of(&house, &by, (&named, "attribute"), &uri).await?;
    let missing = || MispError::missing("attribute", url(&uri));
    let said = piece.said.into_iter().next().ok_or_else(missing)?;
    let mut attribute = match (said.shown, nth) {
        (Shown::Attribute(attribute), 0) => attribute,
        (Shown::Object(mut object), 1..) => match inner(&mut object, nth - 1) {
            Some(attribute) => attribute,
            None => return Err(missing()),
        },
        _ => return Err(missing()),
    };
    attribute.insert("event_uuid".to_owned(), piece.event["uuid"].clone());
    Ok(answer::json(&json!({ "Attribute": attribute })))
}

/// Takes an attribute out of an object, by its place.
pub(super) fn inner(object: &mut Map<String, Value>, place: usize) -> Option<Map<String, Value>> {
    let attributes = object.get_mut("Attribute")?.as_array_mut()?;
    match attributes.get_mut(place)?.take() {
        Value::Object(attribute) => Some(attribute),
        _ => None,
    }
}

/// `GET objects/view/{number or UUID}`
pub(super) async fn object(
    State(house): State<House>,
    by: By,
    Path(named): Path<String>,
    uri: OriginalUri,
) -> Result<Response, MispError> {
    let (piece, nth) = part_of(&house, &by, (&named, "object"), &uri).await?;
    let said = piece.said.into_iter().next().map(|said: Said| said.shown);
    match (said, nth) {
        (Some(Shown::Object(object)), 0) => Ok(answer::json(&json!({ "Object": object }))),
        _ => Err(MispError::missing("object", url(&uri))),
    }
}

/// The part of an event that a number or UUID names, within that event, and which of its attributes is meant.
pub(super) async fn part_of(
    house: &House,
    by: &By,
    (named, what): (&str, &str),
    uri: &OriginalUri,
) -> Result<(Piece, usize), MispError> {
    let world = house.shared_world();
    let of = |error| MispError::of(error, what, url(uri));
    let (object, nth) = world.misp_object(by, named).await.map_err(of)?;
    let events = world.misp_events_of(by, &object).await?;
    let missing = || MispError::missing(what, url(uri));
    let mut event: Found = events.into_iter().next().ok_or_else(missing)?;
    event.frame.refs = vec![object.stix_id];
    let mut walk = Walk::of(world, by, vec![event], Parts::Always).await?;
    let ask = Ask::default();
    let pieces = walk.next(&ask).await?.unwrap_or_default();
    let piece = pieces.into_iter().next().ok_or_else(missing)?;
    Ok((piece, nth))
}
