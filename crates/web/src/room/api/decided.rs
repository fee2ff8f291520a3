//! What officers decide of items that are or go out: still good, let end, back into block lists, taken back, released.
//! Only persons decide, each by the same operation as on the page.

use axum::{
    Json,
    extract::{Path, State},
    http::Method,
    response::{IntoResponse as _, Response},
    routing,
};
use kaname_policy::Action;
use kaname_sharing::Item;
use kaname_world::Loaded;
use serde::Deserialize;
use serde_json::json;

use super::{
    body::{Read, Why},
    change,
};
use crate::{
    error::Failure,
    house::{By, House},
    route::{Audit, Endpoint},
};

pub(super) fn endpoints() -> Vec<Endpoint<House>> {
    let act = |path, name, action, audit, handler| {
        change((Method::POST, path, name), action, audit, handler)
    };
    vec![
        act(
            "/api/v1/items/{number}/confirm",
            "api.confirm_item",
            Action::ItemReview,
            Audit::Event("item.confirmed"),
            routing::post(confirm),
        ),
        act(
            "/api/v1/items/{number}/let-end",
            "api.let_item_end",
            Action::ItemReview,
            Audit::Event("item.left_to_end"),
            routing::post(let_end),
        ),
        act(
            "/api/v1/items/{number}/blocking",
            "api.decide_blocking",
            Action::ExportSuspendDecide,
            Audit::OneOf(&["item.blocking_resumed", "item.blocking_kept"]),
            routing::post(blocking),
        ),
        act(
            "/api/v1/items/{number}/withdraw",
            "api.withdraw_item",
            // Writers take their own drafts back: which are theirs, the operation looks at.
            Action::ItemReview,
            Audit::Event("item.withdrawn"),
            routing::post(withdraw),
        ),
        act(
            "/api/v1/items/{number}/release",
            "api.release_item",
            Action::ItemRelease,
            Audit::Event("item.released"),
            routing::post(release),
        ),
    ]
}

/// Where an item stands after what was done.
pub(super) fn decided(house: &House, item: &Loaded<Item>) -> Response {
    let state = &item.state;
    Json(json!({
        "number": state.number,
        "state": state.state.as_str(),
        "revision": item.version,
        "page": format!("{}/items/{}", house.public_url(), state.number),
    }))
    .into_response()
}

async fn confirm(
    State(house): State<House>,
    by: By,
    Path(number): Path<String>,
    Read(why): Read<Why>,
) -> Result<Response, Failure> {
    let world = house.world();
    let item = world.item_of(&by, &number).await?;
    let item = world.confirm_item(&by, item.id, &why.reason).await?;
    Ok(decided(&house, &item))
}

async fn let_end(
    State(house): State<House>,
    by: By,
    Path(number): Path<String>,
    Read(why): Read<Why>,
) -> Result<Response, Failure> {
    let world = house.world();
    let item = world.item_of(&by, &number).await?;
    let item = world.let_item_end(&by, item.id, &why.reason).await?;
    Ok(decided(&house, &item))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Blocking {
    /// Back into block lists, or out of them for good.
    resume: bool,
    reason: String,
}

async fn blocking(
    State(house): State<House>,
    by: By,
    Path(number): Path<String>,
    Read(sent): Read<Blocking>,
) -> Result<Response, Failure> {
    let world = house.world();
    let item = world.item_of(&by, &number).await?;
    let item = world
        .decide_blocking(&by, item.id, sent.resume, &sent.reason)
        .await?;
    Ok(decided(&house, &item))
}

async fn withdraw(
    State(house): State<House>,
    by: By,
    Path(number): Path<String>,
    Read(why): Read<Why>,
) -> Result<Response, Failure> {
    let world = house.world();
    let item = world.item_of(&by, &number).await?;
    let item = world.withdraw_item(&by, item.id, &why.reason).await?;
    Ok(decided(&house, &item))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Released {
    /// The item as the caller saw it.
    revision: u32,
}

async fn release(
    State(house): State<House>,
    by: By,
    Path(number): Path<String>,
    Read(sent): Read<Released>,
) -> Result<Response, Failure> {
    let world = house.world();
    let item = world.item_of(&by, &number).await?;
    let item = world.release(&by, item.id, Some(sent.revision)).await?;
    Ok(decided(&house, &item))
}
