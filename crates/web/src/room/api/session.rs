//! Who is signed in, and the token by which a program changes something with that person's session.

use axum::{
    Json,
    extract::State,
    response::{IntoResponse as _, Response},
};
use kaname_world::FRESH_MINUTES;
use serde_json::json;

use crate::{
    error::Failure,
    frame::Frame,
    house::{By, House},
};

pub(super) async fn one(
    State(house): State<House>,
    frame: Frame,
    by: By,
) -> Result<Response, Failure> {
    let account = by.account.as_ref().ok_or(Failure::SignIn)?;
    let principal = &by.principal;
    let roles: Vec<&str> = principal.roles.iter().map(|role| role.as_str()).collect();
    let party = by.party.as_ref();
    let is_fresh = principal
        .minutes_since_sign_in
        .is_some_and(|minutes| i64::from(minutes) <= FRESH_MINUTES);
    Ok(Json(json!({
        "login": account.state.login,
        "party": party.map(|party| &party.state.code),
        "roles": roles,
        "second_factor": principal.second_factor,
        "fresh": is_fresh && principal.second_factor,
        "csrf_token": frame.token(),
        "page": format!("{}/account", house.public_url()),
    }))
    .into_response())
}
