//! The index of events: what they say of themselves, without their parts.

use axum::{
    body::Bytes,
    extract::{Path, State},
    response::Response,
};
use kaname_misp::ask::{Ask, Searched};
use serde_json::{Map, Value, json};

use super::{
    answer, asked,
    error::MispError,
    search::Search,
    walk::{Parts, Walk},
};
use crate::house::{By, House};

/// Most events that are put in an order.
const MOST_SORTED: usize = 20_000;

/// `GET events/index`
pub(super) async fn get(State(house): State<House>, by: By) -> Result<Response, MispError> {
    list(&house, &by, &Map::new()).await
}

/// `GET events/index/{name:value}…`
pub(super) async fn get_named(
    State(house): State<House>,
    by: By,
    Path(rest): Path<String>,
) -> Result<Response, MispError> {
    list(&house, &by, &asked::named(&rest)?).await
}

/// `POST events/index`
pub(super) async fn post(
    State(house): State<House>,
    by: By,
    body: Bytes,
) -> Result<Response, MispError> {
    list(&house, &by, &asked::body(&body)?).await
}

/// `POST events/index/{name:value}…`
pub(super) async fn post_named(
    State(house): State<House>,
    by: By,
    Path(rest): Path<String>,
    body: Bytes,
) -> Result<Response, MispError> {
    let mut asked = asked::body(&body)?;
    asked.extend(asked::named(&rest)?);
    list(&house, &by, &asked).await
}

async fn list(house: &House, by: &By, asked: &Map<String, Value>) -> Result<Response, MispError> {
    let ask = Ask::read(asked, Searched::Index, house.world().now().as_second())?;
    let mut walk = Walk::open(house.shared_world(), by, Parts::ToDecide).await?;
    walk.groups_by_number(true);
    if ask.without_listed {
        walk.leave_out_listed().await?;
    }
    if ask.order.is_some() {
        return sorted(walk, &ask).await;
    }
    let search = Search::index(house, by, walk, ask);
    Ok(answer::streamed(search.chunks(), answer::JSON))
}

/// All of it in an order, which no answer can be sent before it is whole.
async fn sorted(mut walk: Walk, ask: &Ask) -> Result<Response, MispError> {
    let mut all = Vec::new();
    while let Some(pieces) = walk.next(ask).await? {
        for piece in &pieces {
            if super::search::is_asked_for(ask, piece) && all.last() != Some(&piece.event) {
                all.push(piece.event.clone());
            }
        }
        if all.len() > MOST_SORTED {
            let why =
                format!("more than {MOST_SORTED} events are given in the order they came only");
            return Err(MispError::bad("sort", why));
        }
    }
    let Some(order) = &ask.order else {
        return Ok(answer::whole(String::new(), answer::JSON));
    };
    all.sort_by_cached_key(|event| key(event, &order.by));
    if order.descending {
        all.reverse();
    }
    let limit = ask.limit.map_or(usize::MAX, |limit| limit as usize);
    let before = limit.saturating_mul(ask.page as usize - 1);
    let page = all.into_iter().skip(before).take(limit);
    let page: Vec<Value> = page.map(|event| line(event, ask.minimal)).collect();
    Ok(answer::whole(Value::from(page).to_string(), answer::JSON))
}

/// Numbers by their size, texts by their letters.
fn key(event: &Map<String, Value>, by: &str) -> (i64, String) {
    let text = event.get(by).and_then(Value::as_str).unwrap_or_default();
    match text.parse::<i64>() {
        Ok(number) => (number, String::new()),
        Err(_) => (0, text.to_owned()),
    }
}

/// An event as it stands in the index.
pub(super) fn line(mut event: Map<String, Value>, minimal: bool) -> Value {
    if minimal {
        let of = |key: &str| event.get(key).cloned().unwrap_or_default();
        return json!({
            "id": of("id"),
            "uuid": of("uuid"),
            "timestamp": of("timestamp"),
            "published": of("published"),
            "sighting_timestamp": "0",
            "orgc_uuid": event.get("Orgc").and_then(|orgc| orgc.get("uuid")),
        });
    }
    for list in [
        "Galaxy",
        "RelatedEvent",
        "ShadowAttribute",
        "CryptographicKey",
    ] {
        event.remove(list);
    }
    let tags = event.remove("Tag").unwrap_or_else(|| json!([]));
    let tags = tags.as_array().cloned().unwrap_or_default();
    let number = event.get("id").cloned().unwrap_or_default();
    let tags = tags.into_iter().map(
        |tag| json!({ "event_id": number, "tag_id": tag.get("id"), "local": false, "Tag": tag }),
    );
    let tags: Vec<Value> = tags.collect();
    event.insert("EventTag".to_owned(), tags.into());
    Value::Object(event)
}
