//! Posting: an event becomes a submission or a claim, an attribute or object is added to an own event, a sighting
//! answers the items that carry the value. What is another's stays as it is.

mod as_told;
mod own;
mod proposal;
mod pushed;
mod reference;
mod sent;
mod sighting;

use axum::{
    body::Body,
    extract::{OriginalUri, Path, RawQuery, State},
    http::{HeaderMap, HeaderName, HeaderValue},
    response::Response,
};
use kaname_world::{
    WorldError,
    misp::{Found, MispPosted, Standing},
};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use self::as_told::AsTold;
pub(super) use self::own::{delete_event, delete_part, restore_part, tag, untag};
pub(super) use self::proposal::{
    Kind, accept as accept_proposal, add as propose, delete as propose_deletion,
    discard as discard_proposal, edit as propose_change,
};
pub(super) use self::pushed::filter_for_push;
pub(super) use self::reference::{
    add as add_reference, add_to as add_reference_to, delete as delete_reference,
    delete_named as delete_reference_named,
};
use self::sent::{event_in, members_in, merge, parts_in, target, touch};
pub(super) use self::sighting::{add as add_sighting, add_to as add_sighting_to};
use super::{answer, body, error::MispError, hello::url};
use crate::house::{By, House};

type Members = Map<String, Value>;

/// Where the answer says what else is to be known, in English.
const NOTE: HeaderName = HeaderName::from_static("kaname-note");
/// Most of those.
const MOST_NOTES: usize = 10;
/// Where the answer names the receipt.
const RECEIPT: HeaderName = HeaderName::from_static("kaname-receipt");

/// `POST events/add`
pub(super) async fn add_event(
    State(house): State<House>,
    by: By,
    uri: OriginalUri,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, MispError> {
    let named = target(query.as_deref(), &headers);
    let offered = house.world().misp_target(&by, named.as_deref()).await;
    let offered = offered.map_err(|error| MispError::of(error, "collection", url(&uri)))?;
    let sent = body::read(&house, &headers, body).await?;
    let (uuid, sent) = sent.part(|bytes| event_in(&house, bytes))?;
    if let (Ok(Standing::Own(_)), Some(_)) = (house.world().misp_standing(&by, &uuid).await, &named)
    {
        let why = "Event already exists, if you would like to edit it, post it to events/edit.";
        return Err(MispError::forbidden(why).at(url(&uri)));
    }
    // Its place is kept until it is taken; its bytes are handed on.
    let (document, _place) = sent;
    let posted = house.world().misp_post_to(&by, &offered, document).await;
    told(&house, &by, posted?).await
}

/// `POST events/edit/{number or UUID}`
pub(super) async fn edit_event(
    State(house): State<House>,
    by: By,
    Path(named): Path<String>,
    uri: OriginalUri,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, MispError> {
    edit(&house, &by, (&named, &uri), (&headers, body)).await
}

/// The same with more names in the address (`metadata:1`), as servers that push add them.
pub(super) async fn edit_event_named(
    State(house): State<House>,
    by: By,
    Path((named, _)): Path<(String, String)>,
    uri: OriginalUri,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, MispError> {
    edit(&house, &by, (&named, &uri), (&headers, body)).await
}

async fn edit(
    house: &House,
    by: &By,
    (named, uri): (&str, &OriginalUri),
    (headers, body): (&HeaderMap, Body),
) -> Result<Response, MispError> {
    let standing = to_change(house, by, named, uri).await?;
    let sent = body::read(house, headers, body).await?;
    let (mut event, _) = members_in(&sent.bytes)?;
    match standing {
        Standing::HandedIn(before) => {
            event.insert("uuid".to_owned(), uuid_of(&before));
            let info = before.get("info").cloned().unwrap_or_default();
            event.entry("info").or_insert(info);
            // As `handed_in` tells what was not said.
            if !before.contains_key("distribution")
                && event.get("distribution") == Some(&json!("0"))
            {
                event.remove("distribution");
            }
            hand_in(house, by, event).await
        }
        Standing::Own(own) => {
            let mut whole = whole(house, by, &own).await?;
            let uuid = uuid_of(&whole);
            let told = AsTold::of(house, by, &own).await?;
            told.forget(uuid.as_str().unwrap_or_default(), &mut event);
            for (key, value) in event {
                match (key.as_str(), value) {
                    ("Attribute" | "Object" | "EventReport", Value::Array(list)) => {
                        merge(house, &mut whole, &key, list);
                    }
                    // When it stands here is not made earlier: the next version comes after it.
                    ("uuid" | "id" | "timestamp", _) => {}
                    (_, value) => {
                        whole.insert(key, value);
                    }
                }
            }
            replace(house, by, &own, whole).await
        }
        Standing::Other(other) => Err(anothers(&other, uri)),
    }
}

/// `POST events/publish/{number or UUID}`
pub(super) async fn publish_event(
    State(house): State<House>,
    by: By,
    Path(named): Path<String>,
    uri: OriginalUri,
) -> Result<Response, MispError> {
    let message = match standing(&house, &by, &named, &uri).await? {
        Standing::HandedIn(_) => {
            "Handed in. Officers of this hub decide with you what of it is released.".to_owned()
        }
        Standing::Own(own) => {
            let mut whole = whole(&house, &by, &own).await?;
            let now = house.world().now().as_second().to_string();
            whole.insert("published".to_owned(), true.into());
            whole.insert("publish_timestamp".to_owned(), now.into());
            replace(&house, &by, &own, whole).await?;
            "Published.".to_owned()
        }
        Standing::Other(other) => return Err(anothers(&other, &uri)),
    };
    Ok(answer::json(&json!({
        "saved": true,
        "success": true,
        "name": message,
        "message": message,
        "url": url(&uri),
    })))
}

/// `POST attributes/add/{number or UUID of the event}`
pub(super) async fn add_attributes(
    State(house): State<House>,
    by: By,
    Path(named): Path<String>,
    uri: OriginalUri,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, MispError> {
    add_part(&house, &by, (&named, &uri), ("Attribute", &headers, body)).await
}

/// The same with more names in the address (`breakOnDuplicate:0`), which make no difference: the same attribute
/// again is the same.
pub(super) async fn add_attributes_named(
    State(house): State<House>,
    by: By,
    Path((named, _)): Path<(String, String)>,
    uri: OriginalUri,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, MispError> {
    add_part(&house, &by, (&named, &uri), ("Attribute", &headers, body)).await
}

/// `POST objects/add/{number or UUID of the event}`
pub(super) async fn add_object(
    State(house): State<House>,
    by: By,
    Path(named): Path<String>,
    uri: OriginalUri,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, MispError> {
    add_part(&house, &by, (&named, &uri), ("Object", &headers, body)).await
}

/// What changes an attribute or object by itself: not done here.
pub(super) async fn refuse_part(
    State(house): State<House>,
    by: By,
    Path(named): Path<String>,
    uri: OriginalUri,
) -> Result<Response, MispError> {
    super::view::part_of(&house, &by, (&named, "attribute"), &uri).await?;
    Err(MispError::forbidden(NOT_HERE).at(url(&uri)))
}

const NOT_HERE: &str = "This is not done here: an own event is changed by posting it anew (events/edit), and what was released changes by its release alone.";

async fn standing(
    house: &House,
    by: &By,
    named: &str,
    uri: &OriginalUri,
) -> Result<Standing, MispError> {
    let standing = house.world().misp_standing(by, named).await;
    standing.map_err(|error| MispError::of(error, "event", url(uri)))
}

/// The same of what the caller may change, asked before what is sent is read.
async fn to_change(
    house: &House,
    by: &By,
    named: &str,
    uri: &OriginalUri,
) -> Result<Standing, MispError> {
    let standing = standing(house, by, named, uri).await?;
    match &standing {
        Standing::Other(other) => return Err(anothers(other, uri)),
        Standing::HandedIn(_) => drop(house.world().misp_target(by, None).await?),
        Standing::Own(_) => {}
    }
    Ok(standing)
}

/// Why what another brought stays as it is.
fn anothers(other: &Found, uri: &OriginalUri) -> MispError {
    let whose = match other.object.origin {
        Some(_) => "This event is the claim of another party; only that party changes it.",
        None => {
            "This event is the hub's: it changes by release alone. Answer it with a sighting, or hand in an event of your own."
        }
    };
    MispError::forbidden(whose).at(url(uri))
}

/// The whole event of an own claim, as it was posted. Each part says when it changed, so that what does not change stays
/// the version it is.
async fn whole(house: &House, by: &By, own: &Found) -> Result<Members, MispError> {
    let count = own.frame.refs.len();
    let parts = house.world().misp_parts(by, &[(own, 0..count)]).await?;
    let mut event = own.frame.members.clone();
    let (mut attributes, mut objects, mut reports) = (Vec::new(), Vec::new(), Vec::new());
    for part in parts.into_iter().flatten() {
        let changed = part.object.version_us.div_euclid(1_000_000).to_string();
        let (mut one, into) = match part.shown {
            kaname_misp::Shown::Attribute(one) => (one, &mut attributes),
            kaname_misp::Shown::Object(one) => (one, &mut objects),
            kaname_misp::Shown::Report(one) => (one, &mut reports),
        };
        one.entry("timestamp").or_insert_with(|| changed.into());
        into.push(Value::Object(one));
    }
    for (key, list) in [
        ("Attribute", attributes),
        ("Object", objects),
        ("EventReport", reports),
    ] {
        event.insert(key.to_owned(), list.into());
    }
    Ok(event)
}

async fn add_part(
    house: &House,
    by: &By,
    (named, uri): (&str, &OriginalUri),
    (key, headers, body): (&str, &HeaderMap, Body),
) -> Result<Response, MispError> {
    let standing = to_change(house, by, named, uri).await?;
    let sent = body::read(house, headers, body).await?;
    let parts = parts_in(house, &sent.bytes, key)?;
    let first = match parts.as_slice() {
        [only] => only.clone(),
        several => several.to_vec().into(),
    };
    let posted = match standing {
        Standing::HandedIn(mut event) => {
            event
                .retain(|name, _| !matches!(name.as_str(), "Attribute" | "Object" | "EventReport"));
            event.insert(key.to_owned(), parts.into());
            let text = json!({ "Event": event }).to_string();
            house.world().misp_post(by, None, text.into()).await?
        }
        Standing::Own(own) => {
            let mut event = whole(house, by, &own).await?;
            merge(house, &mut event, key, parts);
            touch(house, &mut event);
            house.world().misp_replace(by, &own, event).await?
        }
        Standing::Other(other) => return Err(anothers(&other, uri)),
    };
    no_fault(&posted)?;
    Ok(with_receipt(answer::json(&json!({ key: first })), &posted))
}

fn uuid_of(event: &Members) -> Value {
    event.get("uuid").cloned().unwrap_or_default()
}

async fn hand_in(house: &House, by: &By, event: Members) -> Result<Response, MispError> {
    let text = json!({ "Event": event }).to_string();
    let posted = house.world().misp_post(by, None, text.into()).await?;
    told(house, by, posted).await
}

async fn replace(
    house: &House,
    by: &By,
    own: &Found,
    mut event: Members,
) -> Result<Response, MispError> {
    touch(house, &mut event);
    let posted = house.world().misp_replace(by, own, event).await?;
    told(house, by, posted).await
}

/// Everything was taken, or what was not and why.
fn no_fault(posted: &MispPosted) -> Result<(), MispError> {
    match posted.faults.as_slice() {
        [] => Ok(()),
        faults => Err(MispError::bad("Event", faults.join("; "))),
    }
}

/// The event that was posted, as the poster may read it now; what was handed in as it was read.
async fn told(house: &House, by: &By, posted: MispPosted) -> Result<Response, MispError> {
    no_fault(&posted)?;
    let uuid = uuid_of(&posted.event);
    let uuid = uuid.as_str().unwrap_or_default();
    if posted.receipt.is_none()
        && let Ok(Standing::Own(found)) = house.world().misp_standing(by, uuid).await
    {
        let answer = super::view::all_of(house, by, *found).await?;
        return Ok(with_notes(answer, &posted));
    }
    let event = handed_in(by, posted.event.clone())?;
    Ok(with_receipt(
        answer::json(&json!({ "Event": event })),
        &posted,
    ))
}

/// An event that was handed in, with the numbers clients expect.
pub(super) fn handed_in(by: &By, mut event: Members) -> Result<Members, WorldError> {
    let own = kaname_world::World::misp_own(by)?;
    let uuid = uuid_of(&event);
    let uuid = uuid.as_str().and_then(|uuid| Uuid::try_parse(uuid).ok());
    let number = kaname_world::misp::number_of(uuid.unwrap_or_default());
    for list in ["Attribute", "Object", "EventReport"] {
        if let Some(Value::Array(parts)) = event.get_mut(list) {
            for part in parts.iter_mut().filter_map(Value::as_object_mut) {
                part.insert("event_id".to_owned(), number.as_str().into());
            }
        }
    }
    let mut put = |key: &str, value: Value| event.insert(key.to_owned(), value);
    put("id", number.as_str().into());
    put("org_id", own.number().into());
    put("Org", own.in_event());
    put("published", false.into());
    event
        .entry("orgc_id")
        .or_insert_with(|| own.number().into());
    event.entry("Orgc").or_insert_with(|| own.in_event());
    event.entry("distribution").or_insert_with(|| "0".into());
    event
        .entry("sharing_group_id")
        .or_insert_with(|| "0".into());
    Ok(event)
}

fn with_receipt(mut response: Response, posted: &MispPosted) -> Response {
    let receipt = posted.receipt.as_deref();
    if let Some(value) = receipt.and_then(|receipt| HeaderValue::from_str(receipt).ok()) {
        response.headers_mut().insert(RECEIPT, value);
    }
    with_notes(response, posted)
}

/// What else is to be known of what was posted, a header for each.
fn with_notes(mut response: Response, posted: &MispPosted) -> Response {
    for note in posted.notes.iter().take(MOST_NOTES) {
        if let Ok(value) = HeaderValue::from_str(note) {
            response.headers_mut().append(NOTE, value);
        }
    }
    response
}
