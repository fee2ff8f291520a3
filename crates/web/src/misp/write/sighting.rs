//! Sightings: answers on the items that carry a value.

use axum::{
    extract::{OriginalUri, Path, State},
    response::Response,
};
use kaname_misp::Shown;
use kaname_world::misp::{NewSighting, Seen};
use serde_json::{Value, json};

use super::{
    Members,
    sent::{fresh, moment},
};
use crate::{
    house::{By, House},
    misp::{answer, asked, body::Sent, error::MispError, hello::url, view},
};

/// Most values of one request.
const MOST_VALUES: usize = 100;

/// `POST sightings/add`: of values, or of the attribute that is named.
pub(in crate::misp) async fn add(
    State(house): State<House>,
    by: By,
    uri: OriginalUri,
    body: Sent,
) -> Result<Response, MispError> {
    let sent = asked::body(&body.bytes)?;
    let named = ["uuid", "id"].iter().find_map(|key| sent.get(*key));
    let named = match named {
        Some(Value::String(named)) => Some(named.clone()),
        Some(Value::Number(number)) => Some(number.to_string()),
        _ => None,
    };
    let values = match &named {
        Some(named) => vec![value_of(&house, &by, named, &uri).await?],
        None => values_in(&sent)?,
    };
    sight(&house, &by, (&values, &sent), &uri).await
}

/// `POST sightings/add/{number or UUID of the attribute}`
pub(in crate::misp) async fn add_to(
    State(house): State<House>,
    by: By,
    Path(named): Path<String>,
    uri: OriginalUri,
    body: Sent,
) -> Result<Response, MispError> {
    let sent = asked::body(&body.bytes)?;
    let value = value_of(&house, &by, &named, &uri).await?;
    sight(&house, &by, (&[value], &sent), &uri).await
}

/// The value of an attribute that the caller may see.
async fn value_of(
    house: &House,
    by: &By,
    named: &str,
    uri: &OriginalUri,
) -> Result<String, MispError> {
    let (piece, _) = view::part_of(house, by, (named, "attribute"), uri).await?;
    let shown = piece.said.first().map(|said| &said.shown);
    let value = match shown {
        Some(Shown::Attribute(attribute)) => attribute.get("value"),
        _ => None,
    };
    let value = value.and_then(Value::as_str).map(str::to_owned);
    value.ok_or_else(|| MispError::missing("attribute", url(uri)))
}

fn values_in(sent: &Members) -> Result<Vec<String>, MispError> {
    let given = sent.get("values").or_else(|| sent.get("value"));
    let values: Vec<String> = match given {
        Some(Value::String(one)) => vec![one.clone()],
        Some(Value::Array(list)) => list
            .iter()
            .filter_map(|one| one.as_str().map(str::to_owned))
            .collect(),
        _ => Vec::new(),
    };
    match values.len() {
        0 => Err(MispError::bad(
            "value",
            "a value, or the id of an attribute, is expected",
        )),
        count if count > MOST_VALUES => Err(MispError::bad(
            "values",
            format!("at most {MOST_VALUES} at once"),
        )),
        _ => Ok(values),
    }
}

async fn sight(
    house: &House,
    by: &By,
    (values, sent): (&[String], &Members),
    uri: &OriginalUri,
) -> Result<Response, MispError> {
    let text = |key: &str| match sent.get(key) {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Number(number)) => number.to_string(),
        _ => String::new(),
    };
    let kind = match text("type").as_str() {
        "" | "0" => Seen::Seen,
        "1" => Seen::FalsePositive,
        "2" => Seen::Expired,
        _ => return Err(MispError::bad("type", "0, 1 or 2 is expected")),
    };
    let world = house.world();
    let now = world.now();
    let at = moment(sent.get("timestamp").or_else(|| sent.get("date_sighting")));
    let at = at.unwrap_or(now).min(now);
    let new = NewSighting {
        kind,
        at,
        source: text("source"),
    };
    let mut items = Vec::new();
    for value in values {
        for item in world.misp_items_with(by, value).await? {
            if !items.contains(&item) {
                items.push(item);
            }
        }
    }
    if items.is_empty() {
        let why = "No valid attributes found: nothing that was released to you carries this value.";
        return Err(MispError::missing("sighting", url(uri)).saying(why));
    }
    for item in &items {
        world.misp_sight(by, *item, &new).await?;
    }
    let number = match new.kind {
        Seen::Seen => "0",
        Seen::FalsePositive => "1",
        Seen::Expired => "2",
    };
    Ok(answer::json(&json!({ "Sighting": {
        "id": items.len().to_string(),
        "uuid": fresh(house),
        "type": number,
        "source": new.source,
        "date_sighting": at.as_second().to_string(),
        "value": values.first(),
        "Organisation": kaname_world::World::misp_own(by)?.in_event(),
    }})))
}
