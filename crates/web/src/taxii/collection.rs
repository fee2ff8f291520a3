//! Collections, with what this caller may do to each (TAXII 2.1 §5.1, §5.2).

use axum::{
    extract::{Path, State},
    http::StatusCode,
    response::Response,
};
use kaname_sharing::collection::STIX_MEDIA_TYPE;
use kaname_world::taxii::Offered;
use serde::Serialize;

use super::{
    error::TaxiiError,
    reply::{self, Accepted},
};
use crate::house::{By, House};

#[derive(Serialize)]
struct Resource {
    id: String,
    title: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    description: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    alias: String,
    can_read: bool,
    can_write: bool,
    media_types: Vec<String>,
}

#[derive(Serialize)]
struct Collections {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    collections: Vec<Resource>,
}

impl From<Offered> for Resource {
    fn from(offered: Offered) -> Self {
        let collection = offered.collection;
        let definition = collection.state.definition;
        let told = definition.taxii.media_types;
        let own = || vec![STIX_MEDIA_TYPE.to_owned()];
        Self {
            id: collection.id.to_string(),
            title: definition.title.in_one_line(),
            description: definition.description.in_one_line(),
            alias: definition.alias,
            can_read: offered.can_read,
            can_write: offered.can_write,
            media_types: if told.is_empty() { own() } else { told },
        }
    }
}

/// `GET /taxii2/{root}/collections/`
pub(super) async fn list(
    State(house): State<House>,
    by: By,
    _: Accepted,
    Path(root): Path<String>,
) -> Result<Response, TaxiiError> {
    let root = house.world().taxii_root(&by, &root).await?;
    let offered = house.world().offered_collections(&by, &root).await?;
    let collections = offered.into_iter().map(Resource::from).collect();
    reply::resource(StatusCode::OK, &Collections { collections })
}

/// `GET /taxii2/{root}/collections/{id}/`
pub(super) async fn one(
    State(house): State<House>,
    by: By,
    _: Accepted,
    Path((root, id)): Path<(String, String)>,
) -> Result<Response, TaxiiError> {
    let root = house.world().taxii_root(&by, &root).await?;
    let offered = house.world().offered_collection(&by, &root, &id).await?;
    reply::resource(StatusCode::OK, &Resource::from(offered))
}
