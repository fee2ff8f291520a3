//! The neighbourhood of a threat object, and what it correlates with, as JSON, with the reader's eyes.

use axum::{
    Json,
    extract::{Path, Query, State},
    response::{IntoResponse as _, Response},
};
use kaname_stix::fuzzy_hash::Likeness;
use kaname_world::find::{
    CarriedValue,
    near::{How, Near},
    relations::{Edge, More, Node, Relations},
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

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Steps {
    depth: Option<u8>,
}

/// What an object is related to, one step far or two.
pub(super) async fn relations(
    State(house): State<House>,
    by: By,
    Path(id): Path<String>,
    Query(steps): Query<Steps>,
) -> Result<Response, Failure> {
    let steps = steps.depth.unwrap_or(1);
    if !(1..=2).contains(&steps) {
        return Err(Failure::Malformed {
            at: "depth".to_owned(),
            why: "relations are followed one step or two".to_owned(),
        });
    }
    let object = standing(&house, &by, &id, &Asked::default()).await?.shown;
    let links = house.world().links(&by, &object).await?;
    let found = house
        .world()
        .relations(&by, (&object, links), steps)
        .await?;
    let named = |place: usize| {
        let node = found.nodes.get(place);
        node.map(|node| node.object.stix_id.as_str())
    };
    let nodes: Vec<Value> = found.nodes.iter().map(|one| node(&house, one)).collect();
    let edges: Vec<Value> = found.edges.iter().map(|one| edge(one, named)).collect();
    let more: Vec<Value> = found.more.iter().map(|one| left(one, named)).collect();
    let Relations { cut, .. } = found;
    let answer = json!({
        "object": object.stix_id, "depth": steps,
        "nodes": nodes, "edges": edges, "more": more, "more_than_looked_at": cut,
    });
    Ok(Json(answer).into_response())
}

/// Where the values of an object go on.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Page {
    values_after: usize,
}

/// What an object correlates with: each value it carries, a page at a time, and who else does.
pub(super) async fn correlations(
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
    let values: Vec<Value> = carrying.values.iter().map(carried).collect();
    let next = carrying.next().map(|after| {
        let path = format!("/api/v1/objects/{}/correlations", object.stix_id);
        address(&path, &[("values_after", &after.to_string())])
    });
    let answer = json!({
        "object": object.stix_id, "values": values, "total": carrying.total,
        "not_looked_up": carrying.left(), "next": next,
    });
    Ok(Json(answer).into_response())
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

fn node(house: &House, node: &Node) -> Value {
    let (base, object) = (house.public_url(), &node.object);
    json!({
        "id": object.stix_id,
        "type": object.stix_type,
        "title": object.title,
        "step": node.step,
        "claimed": object.origin.is_some(),
        "links": { "page": format!("{base}/library/objects/{}?added={}", object.stix_id, object.added_us) },
    })
}

fn edge<'n>(edge: &Edge, named: impl Fn(usize) -> Option<&'n str>) -> Value {
    json!({
        "from": named(edge.from),
        "to": named(edge.to),
        "how": edge.link.kind.how,
        "relationship": edge.link.by,
        "claimed": edge.link.origin.is_some(),
    })
}

fn left<'n>(more: &More, named: impl Fn(usize) -> Option<&'n str>) -> Value {
    json!({
        "of": named(more.of),
        "side": more.kind.side.as_str(),
        "how": more.kind.how,
        "type": more.kind.stix_type,
        "count": more.count,
    })
}
