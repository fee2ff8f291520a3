//! Discovery and API roots (TAXII 2.1 §4.1, §4.2).

use axum::{
    extract::{Path, State},
    http::StatusCode,
    response::Response,
};
use kaname_sharing::taxii::{OWN_ROOT, root_path};
use serde_json::json;

use super::{
    error::TaxiiError,
    media::TAXII,
    reply::{self, Accepted},
};
use crate::{
    frame::Host as _,
    house::{By, House},
    text::Lang,
};

/// The address of a root here, whatever server its layout was written for.
fn address(house: &House, path: &str) -> String {
    format!("{}/taxii2/{path}/", house.public_url())
}

/// `GET /taxii2/`
pub(super) async fn discovery(
    State(house): State<House>,
    _: Accepted,
) -> Result<Response, TaxiiError> {
    let Some(told) = house.world().taxii_discovery().await? else {
        let root = address(&house, OWN_ROOT);
        let answer = json!({
            "title": house.settings().hub_name(Lang::En),
            "description": house.settings().hub_name(Lang::Ja),
            "default": root,
            "api_roots": [root],
        });
        return reply::resource(StatusCode::OK, &answer);
    };
    let here = |written: &String| root_path(written).map(|path| address(&house, path));
    let mut answer = json!({ "title": told.title });
    let texts = [
        ("description", told.description),
        ("contact", told.contact),
        ("default", told.default.as_ref().and_then(here)),
    ];
    for (name, text) in texts {
        if let Some(text) = text {
            answer[name] = text.into();
        }
    }
    if let Some(roots) = told.api_roots.filter(|roots| !roots.is_empty()) {
        let roots: Vec<String> = roots.iter().filter_map(here).collect();
        answer["api_roots"] = roots.into();
    }
    reply::resource(StatusCode::OK, &answer)
}

/// `GET /taxii2/{root}/`
pub(super) async fn root(
    State(house): State<House>,
    by: By,
    _: Accepted,
    Path(root): Path<String>,
) -> Result<Response, TaxiiError> {
    let root = house.world().taxii_root(&by, &root).await?;
    let most = root.max_content_length(house.world());
    let (title, description) = match root.told {
        Some(told) => (told.title, told.description),
        None => (
            house.settings().hub_name(Lang::En).to_owned(),
            Some(house.settings().hub_name(Lang::Ja).to_owned()),
        ),
    };
    let mut answer = json!({
        "title": title,
        "versions": [TAXII],
        "max_content_length": most,
    });
    if let Some(description) = description {
        answer["description"] = description.into();
    }
    reply::resource(StatusCode::OK, &answer)
}
