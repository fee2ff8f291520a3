//! Posting into an intake or a peer collection, and the status of what was posted (TAXII 2.1 §4.3, §5.5).

use axum::{
    body::{Body, to_bytes},
    extract::{Path, State},
    http::{HeaderMap, StatusCode, header},
    response::Response,
};
use kaname_sharing::collection::CollectionKind;
use kaname_world::taxii::Status;

use super::{
    error::TaxiiError,
    media,
    reply::{self, Accepted},
};
use crate::house::{By, House};

/// `POST /taxii2/{root}/collections/{id}/objects/`
pub(super) async fn post(
    State(house): State<House>,
    by: By,
    _: Accepted,
    Path((root, collection)): Path<(String, String)>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, TaxiiError> {
    let world = house.world();
    let root = world.taxii_root(&by, &root).await?;
    let offered = world.offered_collection(&by, &root, &collection).await?;
    offered.must_write()?;
    if !media::is_envelope(&headers) {
        return Err(TaxiiError::wrong_media());
    }
    // What goes into an intake is kept as an attachment, whatever its root takes.
    let most = match offered.collection.state.definition.kind {
        CollectionKind::Intake => {
            let kept = world.settings().limits.envelope_bytes();
            kept.min(root.max_content_length(world))
        }
        _ => root.max_content_length(world),
    };
    let declared = headers.get(header::CONTENT_LENGTH);
    let declared = declared.and_then(|value| value.to_str().ok()?.parse::<u64>().ok());
    if declared.is_some_and(|length| length > most as u64) {
        return Err(TaxiiError::too_large(most));
    }
    let body = to_bytes(body, most).await;
    let body = body.map_err(|error| TaxiiError::unread(&error, most))?;
    let posted = world.post_objects(&by, &offered, &body).await?;
    reply::resource(StatusCode::ACCEPTED, &posted.resource())
}

/// `GET /taxii2/{root}/status/{id}/`
pub(super) async fn status(
    State(house): State<House>,
    by: By,
    _: Accepted,
    Path((root, id)): Path<(String, String)>,
) -> Result<Response, TaxiiError> {
    let root = house.world().taxii_root(&by, &root).await?;
    match house.world().post_status(&by, &root, &id).await? {
        Status::Posted(posted) => reply::resource(StatusCode::OK, &posted.resource()),
        Status::Loaded(text) => Ok(reply::raw(StatusCode::OK, text)),
    }
}
