//! The neighbourhood of a threat object as JSON, with the reader's eyes.

use axum::{
    Json,
    extract::{Path, Query, State},
    response::{IntoResponse as _, Response},
};
use kaname_world::find::relations::{Edge, More, Node, Relations};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::{
    error::Failure,
    house::{By, House},
    room::library::object::{Asked, standing},
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
