//! What was delivered to whom and what became of it, as JSON, for the hub's officers: what the page of deliveries and
//! the page of an object show.

use axum::{
    Json,
    extract::{Path, Query, State},
    http::Method,
    response::{IntoResponse as _, Response},
    routing,
};
use kaname_directory::Name2;
use kaname_kernel::{MatterId, PartyId};
use kaname_policy::Action;
use kaname_sharing::{Collection, Delivery, Item, delivery::DeliveryState};
use kaname_world::{Loaded, WorldError};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::{
    change,
    handed_in::{Asked, counted, place},
    read,
};
use crate::{
    error::Failure,
    house::{By, House},
    room::{
        deliveries::{
            STATES,
            told::{Named, Names, Receiver, was_recalled},
        },
        library::object::{
            self,
            sent::{MOST_PARTIES, delivered, peers},
            standing,
        },
        paging::{Reading, address},
    },
    route::{Audit, Endpoint},
};

const PATH: &str = "/api/v1/deliveries";

pub(super) fn endpoints() -> Vec<Endpoint<House>> {
    vec![
        read(
            PATH,
            "api.deliveries",
            Action::DeliveryRead,
            Audit::None("reads what was delivered, without content"),
            routing::get(list),
        ),
        change(
            (
                Method::POST,
                "/api/v1/deliveries/{id}/retry",
                "api.retry_delivery",
            ),
            Action::DeliveryRetry,
            Audit::Event("delivery.retried"),
            routing::post(retry),
        ),
        read(
            "/api/v1/objects/{id}/sent",
            "api.object_sent",
            Action::DeliveryRead,
            Audit::None("reads where an object went, which the officer may read itself"),
            routing::get(sent),
        ),
    ]
}

/// Which deliveries are asked for.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Filters {
    item: String,
    state: String,
}

impl Filters {
    fn state(&self) -> Result<Option<DeliveryState>, Failure> {
        if self.state.is_empty() {
            return Ok(None);
        }
        let mut known = STATES.into_iter();
        let found = known.find(|state| state.as_str() == self.state);
        found.map(Some).ok_or_else(|| Failure::Malformed {
            at: "state".to_owned(),
            why: format!("is one of {}", STATES.map(DeliveryState::as_str).join(", ")),
        })
    }

    fn address(&self, after: &str, limit: &str) -> String {
        let asked = [
            ("item", self.item.as_str()),
            ("state", self.state.as_str()),
            ("after", after),
            ("limit", limit),
        ];
        address(PATH, &asked)
    }
}

async fn list(
    State(house): State<House>,
    by: By,
    Query(filters): Query<Filters>,
    Query(asked): Query<Asked>,
) -> Result<Response, Failure> {
    let world = house.world();
    let state = filters.state()?;
    let item = match filters.item.as_str() {
        "" => None,
        number => Some(world.item_of(&by, number).await?),
    };
    let scope = item.as_ref().map(|item| item.id);
    let reading = Reading::of(&house, &by, &filters.address("", ""));
    let after = place(&reading, &asked.after)?;
    let found = world.deliveries(&by, |query| {
        query.scope = scope;
        query.states = state
            .map(|state| state.as_str().to_owned())
            .into_iter()
            .collect();
        query.after = after;
        query.limit = asked.limit();
    });
    let found = found.await?;
    let mut names = Names::default();
    let mut rows = Vec::with_capacity(found.rows.len());
    for delivery in &found.rows {
        let named = names.of(&house, &by, &delivery.state).await?;
        rows.push(told(delivery, named));
    }
    let next = found.next.as_ref().map(|next| {
        let after = reading.written(next);
        filters.address(&after, &asked.limit().to_string())
    });
    let given_up = world.dead_letters(&by).await?.into_iter();
    let given_up = given_up.map(|(job, why)| json!({ "job": job, "why": why }));
    let (total, more) = counted(found.total);
    let answer = json!({
        "deliveries": rows,
        "total": total,
        "more_than_total": more,
        "states": states(world.delivery_states(&by, scope).await?),
        "recalled": recalled(&house, &by, item.as_ref()).await?,
        "given_up": given_up.collect::<Vec<Value>>(),
        "next": next,
    });
    Ok(Json(answer).into_response())
}

/// How far the word has come that an item is over.
async fn recalled(house: &House, by: &By, item: Option<&Loaded<Item>>) -> Result<Value, Failure> {
    let Some(item) = item.filter(|item| was_recalled(&item.state)) else {
        return Ok(Value::Null);
    };
    let recalled = house.world().recalled(by, item).await?;
    Ok(json!({ "had": recalled.had, "told": recalled.told }))
}

fn states(counts: Vec<(String, u64)>) -> Value {
    let counts = counts.into_iter();
    let all: Map<String, Value> = counts.map(|(state, count)| (state, count.into())).collect();
    Value::Object(all)
}

fn told(delivery: &Loaded<Delivery>, named: Named) -> Value {
    let state = &delivery.state;
    json!({
        "id": delivery.id,
        "item": named.number,
        "organisation": named.receiver.as_ref().map(organisation),
        "outlet": state.outlet,
        "mode": state.mode,
        "host": named.host,
        "state": state.state.as_str(),
        "queued": state.queued.to_string(),
        "sent": state.sent.map(|at| at.to_string()),
        "fetched": state.fetched.map(|at| at.to_string()),
        "acknowledged": state.acknowledged.map(|(at, _)| at.to_string()),
        "recalled": state.recalled.map(|at| at.to_string()),
        "not_told_of_end": named.is_unaware,
        "failure": state.failure,
    })
}

/// Queues a delivery that was given up once more.
async fn retry(
    State(house): State<House>,
    by: By,
    Path(id): Path<String>,
) -> Result<Response, Failure> {
    let id: MatterId = id.parse().map_err(|_| Failure::NotFound)?;
    let delivery = house.world().retry_delivery(&by, id).await?;
    let named = Names::default().of(&house, &by, &delivery.state).await?;
    Ok(Json(told(&delivery, named)).into_response())
}

fn organisation(receiver: &Receiver) -> Value {
    let Name2 { ja, en } = &receiver.name;
    json!({ "code": receiver.code, "name": { "ja": ja.as_str(), "en": en.as_str() } })
}

/// Where an object was sent.
async fn sent(
    State(house): State<House>,
    by: By,
    Path(id): Path<String>,
) -> Result<Response, Failure> {
    let world = house.world();
    world.allow_any(&by, Action::DeliveryRead)?;
    let standing = standing(&house, &by, &id, &object::Asked::default()).await?;
    let shown = &standing.shown;
    let mut collections = Vec::new();
    for one in &standing.newest {
        collections.push(json!({
            "collection": collection(&house, &by, one.collection).await?,
            "claimed": one.origin.is_some(),
            "place": one.added_us,
        }));
    }
    let to_peers = peers(&house, &by, shown).await?.into_iter();
    let to_peers = to_peers.map(|peer| json!({ "code": peer.code, "state": peer.state.as_str() }));
    let to_peers: Vec<Value> = to_peers.collect();
    let item = match world.library_item(&by, shown.source).await {
        Ok(item) => Some(item.state.number),
        Err(WorldError::NotFound(_)) => None,
        Err(error) => return Err(error.into()),
    };
    let deliveries = match &item {
        None => Value::Null,
        Some(number) => {
            let found = delivered(&house, &by, shown.source).await?;
            json!({
                "item": number,
                "states": states(found.states),
                "has": parties(&house, &found.has).await?,
                "has_not": parties(&house, &found.has_not).await?,
                "more_than_looked_at": found.cut,
            })
        }
    };
    let answer = json!({
        "object": shown.stix_id,
        "collections": collections,
        "peers": to_peers,
        "deliveries": deliveries,
    });
    Ok(Json(answer).into_response())
}

async fn collection(house: &House, by: &By, id: MatterId) -> Result<Value, Failure> {
    let found: Loaded<Collection> = match house.world().collection(by, &id.to_string()).await {
        Ok(found) => found,
        Err(WorldError::NotFound(_)) => return Ok(Value::Null),
        Err(error) => return Err(error.into()),
    };
    let title = &found.state.definition.title;
    Ok(json!({ "id": id, "title": { "ja": title.ja, "en": title.en } }))
}

/// The first of some organisations, and how many more there are.
async fn parties(house: &House, all: &[PartyId]) -> Result<Value, Failure> {
    let mut names = Names::default();
    let mut named = Vec::new();
    for party in all.iter().take(MOST_PARTIES) {
        let receiver = names.receiver(house, *party).await?;
        named.extend(receiver.as_ref().map(organisation));
    }
    let more = all.len() - named.len();
    Ok(json!({ "organisations": named, "more": more }))
}
