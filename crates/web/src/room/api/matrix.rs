//! Attack techniques in use as JSON, with the reader's eyes.

use axum::{
    Json,
    extract::{Query, State},
    response::{IntoResponse as _, Response},
};
use kaname_world::find::techniques::{Tactic, UsedTechnique};
use serde_json::{Value, json};

use crate::{
    error::{Failure, Fault},
    house::{By, House},
    room::library::matrix::Asked,
};

pub(super) async fn matrix(
    State(house): State<House>,
    by: By,
    Query(asked): Query<Asked>,
) -> Result<Response, Failure> {
    let world = house.world();
    let understood = asked.understood(&house, &by, world.now()).await?;
    if understood.nobody {
        return Err(Failure::Invalid(vec![Fault::new("by", "matrix-by-none")]));
    }
    let wanted = understood.wanted;
    let matrix = world.matrix(&by, &wanted).await?;
    let chains: Vec<Value> = matrix
        .chains
        .iter()
        .map(|(name, techniques)| json!({ "name": name, "techniques": techniques }))
        .collect();
    let tactics: Vec<Value> = matrix
        .tactics
        .iter()
        .map(|one| tactic(&house, one))
        .collect();
    let answer = json!({
        "asked": {
            "by": wanted.by, "sector": wanted.sector,
            "since": wanted.since.map(|at| at.to_string()), "unused": wanted.unused,
        },
        "chain": matrix.chain, "chains": chains, "tactics": tactics,
        "techniques": matrix.techniques, "more_than_looked_at": matrix.cut,
    });
    Ok(Json(answer).into_response())
}

fn tactic(house: &House, tactic: &Tactic) -> Value {
    let all = tactic.techniques.iter();
    let all: Vec<Value> = all.map(|one| technique(house, one)).collect();
    json!({ "phase": tactic.phase, "techniques": all })
}

fn technique(house: &House, one: &UsedTechnique) -> Value {
    let subs = one.subs.iter();
    let subs: Vec<Value> = subs.map(|sub| technique(house, sub)).collect();
    json!({
        "id": one.stix_id,
        "number": (!one.number.is_empty()).then_some(&one.number),
        "title": one.title,
        "uses": one.uses,
        "items": one.items,
        "links": { "page": format!("{}/library/objects/{}", house.public_url(), one.stix_id) },
        "sub_techniques": subs,
    })
}
