//! Collections, with what this caller may do to each (TAXII 2.1 §5.1, §5.2).

use axum::{
    extract::{Path, State},
    http::StatusCode,
    response::Response,
};
use kaname_sharing::collection::STIX_MEDIA_TYPE;
use kaname_world::outlet::Offered;
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
    alias: String,
    can_read: bool,
    can_write: bool,
    media_types: [&'static str; 1],
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
        let both = |ja: &str, en: &str| match (ja.is_empty(), en.is_empty()) {
            (false, false) => format!("{ja} / {en}"),
            _ => format!("{ja}{en}"),
        };
        Self {
            id: collection.id.to_string(),
            title: both(&definition.title.ja, &definition.title.en),
            description: both(&definition.description.ja, &definition.description.en),
            alias: definition.alias,
            can_read: offered.can_read,
            can_write: offered.can_write,
            media_types: [STIX_MEDIA_TYPE],
        }
    }
}

/// `GET /taxii2/api/collections/`
pub(super) async fn list(
    State(house): State<House>,
    by: By,
    _: Accepted,
) -> Result<Response, TaxiiError> {
    let offered = house.world().offered_collections(&by).await?;
    let collections = offered.into_iter().map(Resource::from).collect();
    reply::resource(StatusCode::OK, &Collections { collections })
}

/// `GET /taxii2/api/collections/{id}/`
pub(super) async fn one(
    State(house): State<House>,
    by: By,
    _: Accepted,
    Path(id): Path<String>,
) -> Result<Response, TaxiiError> {
    let offered = house.world().offered_collection(&by, &id).await?;
    reply::resource(StatusCode::OK, &Resource::from(offered))
}
