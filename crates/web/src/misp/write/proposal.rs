//! Proposals (core format §2.6): what somebody would add to another's event, change in it, or take out. Each is an event of
//! its own that extends the other's: beside a claim a claim of whoever proposes, on what the hub released a submission.

use axum::{
    extract::{OriginalUri, Path, State},
    response::Response,
};
use kaname_misp::Shown;
use kaname_world::{
    WorldError,
    misp::{Found, Standing},
};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::{
    Members, no_fault,
    sent::{fresh, parts_in, touch_part, touched},
    standing, whole, with_receipt,
};
use crate::{
    house::{By, House},
    misp::{answer, body::Sent, error::MispError, hello::url, proposals, view},
};

/// Longest part of a value in the name of a proposal, in characters.
const NAMED: usize = 100;

/// What is proposed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::misp) enum Kind {
    Add,
    Change,
    Delete,
}

impl Kind {
    /// As it stands in the tag of a proposal.
    pub(in crate::misp) const fn as_str(self) -> &'static str {
        match self {
            Self::Add => "add",
            Self::Change => "change",
            Self::Delete => "delete",
        }
    }
}

/// `POST shadowAttributes/add/{number or UUID of the event}`
pub(in crate::misp) async fn add(
    State(house): State<House>,
    by: By,
    Path(named): Path<String>,
    uri: OriginalUri,
    body: Sent,
) -> Result<Response, MispError> {
    let about = match standing(&house, &by, &named, &uri).await? {
        Standing::Other(about) => about,
        Standing::Own(_) | Standing::HandedIn(_) => return Err(own(&uri)),
    };
    let mut parts = parts_in(&house, &body.bytes, "Attribute")?;
    let (Some(Value::Object(attribute)), true) = (parts.pop(), parts.is_empty()) else {
        return Err(MispError::bad("Attribute", "one attribute is expected"));
    };
    propose(&house, &by, &about, (Kind::Add, attribute, None)).await
}

/// `POST shadowAttributes/edit/{number or UUID of the attribute}`: what is sent takes the place of what stands.
pub(in crate::misp) async fn edit(
    State(house): State<House>,
    by: By,
    Path(named): Path<String>,
    uri: OriginalUri,
    body: Sent,
) -> Result<Response, MispError> {
    let (about, old) = attribute(&house, &by, &named, &uri).await?;
    let mut parts = parts_in(&house, &body.bytes, "Attribute")?;
    let (Some(Value::Object(sent)), true) = (parts.pop(), parts.is_empty()) else {
        return Err(MispError::bad("Attribute", "one attribute is expected"));
    };
    let mut changed = bare(&old);
    changed.extend(sent);
    changed.insert("uuid".to_owned(), fresh(&house));
    propose(&house, &by, &about, (Kind::Change, changed, Some(&old))).await
}

/// `POST shadowAttributes/delete/{number or UUID of the attribute}`
pub(in crate::misp) async fn delete(
    State(house): State<House>,
    by: By,
    Path(named): Path<String>,
    uri: OriginalUri,
) -> Result<Response, MispError> {
    let (about, old) = attribute(&house, &by, &named, &uri).await?;
    let mut gone = bare(&old);
    gone.insert("uuid".to_owned(), fresh(&house));
    propose(&house, &by, &about, (Kind::Delete, gone, Some(&old))).await
}

fn own(uri: &OriginalUri) -> MispError {
    let why = "This event is your organisation's own: it is changed (attributes/add, events/edit), and needs no proposal.";
    MispError::forbidden(why).at(url(uri))
}

/// An attribute of another's event, also within an object, and that event.
async fn attribute(
    house: &House,
    by: &By,
    named: &str,
    uri: &OriginalUri,
) -> Result<(Found, Members), MispError> {
    let (piece, nth) = view::part_of(house, by, (named, "attribute"), uri).await?;
    let missing = || MispError::missing("attribute", url(uri));
    let said = piece.said.into_iter().next().ok_or_else(missing)?;
    let old = match (said.shown, nth) {
        (Shown::Attribute(attribute), 0) => attribute,
        (Shown::Object(mut object), 1..) => {
            view::inner(&mut object, nth - 1).ok_or_else(missing)?
        }
        _ => return Err(missing()),
    };
    if piece.found.object.origin.is_some() && piece.found.object.origin == by.reader.party {
        return Err(own(uri));
    }
    Ok((std::sync::Arc::unwrap_or_clone(piece.found), old))
}

/// What of an attribute a proposal repeats.
fn bare(old: &Members) -> Members {
    let keys = ["type", "category", "value", "comment", "to_ids", "Tag"];
    let kept = keys
        .iter()
        .filter_map(|key| Some(((*key).to_owned(), old.get(*key)?.clone())));
    kept.collect()
}

async fn propose(
    house: &House,
    by: &By,
    about: &Found,
    (kind, mut attribute, old): (Kind, Members, Option<&Members>),
) -> Result<Response, MispError> {
    let event = view::members_of(house, by, about).await?;
    let text = |members: &Members, key: &str| {
        let text = members.get(key).and_then(Value::as_str);
        text.unwrap_or_default().to_owned()
    };
    let uuid = Uuid::try_parse(&text(&attribute, "uuid"));
    let uuid = uuid.map_err(|_| MispError::bad("uuid", "a UUID is expected"))?;
    // No further than what it is about.
    let mut tags = marks(&event);
    tags.extend(old.into_iter().flat_map(marks));
    tags.push(json!({ "name": proposals::tag(kind) }));
    if let Some(old) = old {
        let of = json!({ "name": proposals::of_tag(&text(old, "uuid")) });
        let list = attribute.entry("Tag").or_insert_with(|| json!([]));
        if let Value::Array(list) = list {
            list.push(of);
        }
    }
    let now = house.world().now();
    let value: String = text(&attribute, "value").chars().take(NAMED).collect();
    let info = format!(
        "Proposal: {} {} {value}",
        kind.as_str(),
        text(&attribute, "type")
    );
    attribute.insert("timestamp".to_owned(), now.as_second().to_string().into());
    attribute.insert("distribution".to_owned(), "5".into());
    let proposal = json!({ "Event": {
        "uuid": proposals::event_of(uuid),
        "info": info,
        "extends_uuid": event.get("uuid"),
        "date": now.to_string().get(..10),
        "timestamp": now.as_second().to_string(),
        "published": true,
        "publish_timestamp": now.as_second().to_string(),
        "threat_level_id": "4",
        "analysis": "0",
        "Tag": tags,
        "Attribute": [attribute],
    }});
    let text = proposal.to_string();
    let posted = house.world().misp_propose(by, about, text.into()).await?;
    no_fault(&posted)?;
    let told = match &posted.receipt {
        Some(_) => {
            let kept = super::handed_in(by, posted.event.clone())?;
            proposals::of_event(&kept)
        }
        None => {
            let uuid = proposals::event_of(uuid).to_string();
            let found = house.world().misp_own_event(by, &uuid).await?;
            proposals::of_found(house, by, &found).await?
        }
    };
    let told = told.ok_or(WorldError::NotFound("proposal"))?;
    let response = answer::json(&json!({ "ShadowAttribute": told }));
    Ok(with_receipt(response, &posted))
}

/// The tags that say how far something may go, and what may be done with it.
fn marks(members: &Members) -> Vec<Value> {
    let tags = members.get("Tag").and_then(Value::as_array);
    let is_mark = |name: &str| {
        let name = name.to_lowercase();
        name.starts_with("tlp:") || name.starts_with("pap:")
    };
    let names = tags.into_iter().flatten();
    let names = names.filter_map(|tag| tag.get("name").and_then(Value::as_str));
    let marks = names.filter(|name| is_mark(name));
    marks.map(|name| json!({ "name": name })).collect()
}

/// `POST shadowAttributes/accept/{number or UUID of the proposal}`: whoever has the event takes it up.
pub(in crate::misp) async fn accept(
    State(house): State<House>,
    by: By,
    Path(named): Path<String>,
    uri: OriginalUri,
) -> Result<Response, MispError> {
    let proposal = of_another(&house, &by, &named, &uri).await?;
    let missing = || MispError::missing("proposal", url(&uri));
    let shadow = proposals::of_found(&house, &by, &proposal).await?;
    let shadow = shadow.ok_or_else(missing)?;
    let text = |key: &str| shadow.get(key).and_then(Value::as_str).unwrap_or_default();
    let about = house.world().misp_standing(&by, text("event_uuid")).await;
    let about = about.map_err(|error| MispError::of(error, "proposal", url(&uri)))?;
    let Standing::Own(about) = about else {
        let why = "Only whoever has the event takes a proposal up; of what was handed in officers of this hub decide.";
        return Err(MispError::forbidden(why).at(url(&uri)));
    };
    let mut event = whole(&house, &by, &about).await?;
    let done = Value::from(proposals::accepted_tag(text("uuid")));
    let tags = event.entry("Tag").or_insert_with(|| json!([]));
    let tags = tags.as_array_mut().ok_or_else(missing)?;
    if tags.iter().any(|tag| tag.get("name") == Some(&done)) {
        return Err(MispError::forbidden("It was accepted before.").at(url(&uri)));
    }
    tags.push(json!({ "name": done }));
    let at = touched(&house, &mut event);
    let mut new = Map::new();
    for key in ["type", "category", "value", "comment", "to_ids"] {
        new.insert(key.to_owned(), shadow.get(key).cloned().unwrap_or_default());
    }
    match text("old_uuid") {
        "" => {
            new.insert("timestamp".to_owned(), at.to_string().into());
            new.insert("uuid".to_owned(), text("uuid").into());
            new.insert("distribution".to_owned(), "5".into());
            let list = event.entry("Attribute").or_insert_with(|| json!([]));
            list.as_array_mut().ok_or_else(missing)?.push(new.into());
        }
        old => {
            if shadow.get("proposal_to_delete") == Some(&Value::Bool(true)) {
                new.clear();
                new.insert("deleted".to_owned(), true.into());
            }
            let why = "The attribute that it is about is not there any more.";
            let before = attribute_in(&mut event, old);
            let before = before.ok_or_else(|| missing().saying(why))?;
            before.extend(new);
            touch_part(before, at);
        }
    }
    let posted = house.world().misp_replace(&by, &about, event).await?;
    no_fault(&posted)?;
    Ok(said("Proposed change accepted.", &uri))
}

/// An attribute of an event by its UUID, also within an object.
fn attribute_in<'e>(event: &'e mut Members, named: &str) -> Option<&'e mut Members> {
    let is = |one: &&mut Members| one.get("uuid").and_then(Value::as_str) == Some(named);
    let mut lists = Vec::new();
    for (key, value) in event.iter_mut() {
        match (key.as_str(), value) {
            ("Attribute", Value::Array(list)) => lists.push(list),
            ("Object", Value::Array(objects)) => {
                let within = objects
                    .iter_mut()
                    .filter_map(|one| one.get_mut("Attribute"));
                lists.extend(within.filter_map(Value::as_array_mut));
            }
            _ => {}
        }
    }
    let mut all = lists.into_iter().flatten().filter_map(Value::as_object_mut);
    all.find(is)
}

/// `POST shadowAttributes/discard/{number or UUID of the proposal}`: whoever proposed takes it back.
pub(in crate::misp) async fn discard(
    State(house): State<House>,
    by: By,
    Path(named): Path<String>,
    uri: OriginalUri,
) -> Result<Response, MispError> {
    let proposal = of_another(&house, &by, &named, &uri).await?;
    if proposal.object.origin.is_none() || proposal.object.origin != by.reader.party {
        let why = "A proposal is the claim of whoever proposed, who alone takes it back. What is not accepted changes nothing: leave it as it is.";
        return Err(MispError::forbidden(why).at(url(&uri)));
    }
    house.world().misp_withdraw(&by, &proposal).await?;
    Ok(said("Proposal discarded.", &uri))
}

/// A proposal that stands as a claim; of what was handed in officers decide.
async fn of_another(
    house: &House,
    by: &By,
    named: &str,
    uri: &OriginalUri,
) -> Result<Found, MispError> {
    match proposals::standing(house, by, named, uri).await? {
        proposals::Stands::Claim(found) => Ok(*found),
        proposals::Stands::HandedIn(_) => {
            let why = "It was handed in: officers of this hub decide what comes of it.";
            Err(MispError::forbidden(why).at(url(uri)))
        }
    }
}

pub(super) fn said(message: &str, uri: &OriginalUri) -> Response {
    answer::json(&json!({
        "saved": true,
        "success": message,
        "name": message,
        "message": message,
        "url": url(uri),
    }))
}
