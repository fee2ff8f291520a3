//! Discovery and the one API root (TAXII 2.1 §4.1, §4.2).

use axum::{extract::State, http::StatusCode, response::Response};
use serde_json::json;

use super::{
    ROOT,
    error::TaxiiError,
    media::TAXII,
    reply::{self, Accepted},
};
use crate::{frame::Host as _, house::House, text::Lang};

/// `GET /taxii2/`
pub(super) async fn discovery(
    State(house): State<House>,
    _: Accepted,
) -> Result<Response, TaxiiError> {
    let root = format!("{}{ROOT}", house.public_url());
    let answer = json!({
        "title": house.settings().hub_name(Lang::En),
        "description": house.settings().hub_name(Lang::Ja),
        "default": root,
        "api_roots": [root],
    });
    reply::resource(StatusCode::OK, &answer)
}

/// `GET /taxii2/api/`
pub(super) async fn root(State(house): State<House>, _: Accepted) -> Result<Response, TaxiiError> {
    let most = house.world().settings().limits.envelope_bytes();
    let answer = json!({
        "title": house.settings().hub_name(Lang::En),
        "description": house.settings().hub_name(Lang::Ja),
        "versions": [TAXII],
        "max_content_length": most,
    });
    reply::resource(StatusCode::OK, &answer)
}
