//! What a threat object or an item correlates with as JSON, with the reader's eyes: each value it carries, a page at a
//! time, and who else does.

use axum::{
    Json,
    extract::{Path, Query, State},
    response::{IntoResponse as _, Response},
};
use kaname_stix::fuzzy_hash::Likeness;
use kaname_world::find::{
    CarriedValue, Carrying,
    near::{How, Near},
};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::{
    error::Failure,
    house::{By, House},
    room::{
        library::object::{Asked, standing},
        paging::address,
    },
};

/// Where the values go on.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Page {
    values_after: usize,
}

pub(super) async fn of_object(
    State(house): State<House>,
    by: By,
    Path(id): Path<String>,
    Query(page): Query<Page>,
) -> Result<Response, Failure> {
    let object = standing(&house, &by, &id, &Asked::default()).await?.shown;
    let carrying = house
        .world()
        .correlated_object(&by, &object, page.values_after)
        .await?;
    let id = &object.stix_id;
    let path = format!("/api/v1/objects/{id}/correlations");
    Ok(told(("object", id), &path, &carrying))
}

/// The values are what the item says: whoever is told of them has read it.
pub(super) async fn of_item(
    State(house): State<House>,
    by: By,
    Path(typed): Path<String>,
    Query(page): Query<Page>,
) -> Result<Response, Failure> {
    let world = house.world();
    let item = world.item_of(&by, &typed).await?;
    let item = world.library_item(&by, item.id).await?;
    world.note_read(&by, &item);
    let carrying = world.correlated_item(&by, &item, page.values_after).await?;
    let number = &item.state.number;
    let path = format!("/api/v1/items/{number}/correlations");
    Ok(told(("item", number), &path, &carrying))
}

/// A page of the values of a thing, under its kind and name.
fn told((kind, name): (&str, &str), path: &str, carrying: &Carrying) -> Response {
    let values: Vec<Value> = carrying.values.iter().map(carried).collect();
    let next = carrying.next();
    let next = next.map(|after| address(path, &[("values_after", &after.to_string())]));
    Json(json!({
        kind: name, "values": values, "total": carrying.total,
        "not_looked_up": carrying.left(), "next": next,
    }))
    .into_response()
}

fn carried(one: &CarriedValue) -> Value {
    let lists: Vec<&str> = one.warned.iter().map(|list| list.name.as_str()).collect();
    let near = one.near.told.iter();
    let near: Vec<Value> = near.map(neighbour).collect();
    json!({
        "kind": one.value.kind.as_str(),
        "value": one.value.text,
        "objects": one.objects,
        "items": one.items,
        "more_than_items": one.more_than_items,
        "origins": one.origins,
        "bits": (one.bits * 10.0).round() / 10.0,
        "common": one.is_common,
        "warninglists": lists,
        "near": near,
        "near_left": one.near.left,
        "near_more_than_looked_at": one.near.cut,
    })
}

fn neighbour(near: &Near) -> Value {
    let (score, distance) = match near.how {
        How::Alike(Likeness::Score(score)) => (Some(score), None),
        How::Alike(Likeness::Distance(distance)) => (None, Some(distance)),
        _ => (None, None),
    };
    let how = near.how.as_str();
    let mut told = json!({ "how": how, "value": near.value, "objects": near.objects });
    if let Some(score) = score {
        told["score"] = json!(score);
    }
    if let Some(distance) = distance {
        told["distance"] = json!(distance);
    }
    told
}
