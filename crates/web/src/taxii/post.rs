//! Posting into an intake collection, and the status of what was posted (TAXII 2.1 §4.3, §5.5).

use axum::{
    body::Bytes,
    extract::{Path, State},
    http::{HeaderMap, StatusCode},
    response::Response,
};
use kaname_world::outlet::{Posted, PostedObject};
use serde::Serialize;

use super::{
    error::TaxiiError,
    media,
    reply::{self, Accepted},
    stamp,
};
use crate::house::{By, House};

#[derive(Serialize)]
struct Detail<'a> {
    id: &'a str,
    version: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<String>,
}

/// The status resource.
#[derive(Serialize)]
struct Status<'a> {
    id: String,
    status: &'static str,
    request_timestamp: String,
    total_count: usize,
    success_count: usize,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    successes: Vec<Detail<'a>>,
    failure_count: usize,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    failures: Vec<Detail<'a>>,
    pending_count: usize,
}

impl<'a> From<&'a Posted> for Status<'a> {
    fn from(posted: &'a Posted) -> Self {
        let receipt = posted
            .receipt
            .as_ref()
            .map(|number| format!("receipt {number}"));
        let detail = |object: &'a PostedObject| Detail {
            id: &object.id,
            version: stamp::write(object.version_us),
            message: object.fault.clone().or_else(|| receipt.clone()),
        };
        let (failed, taken): (Vec<_>, Vec<_>) = posted
            .objects
            .iter()
            .partition(|object| object.fault.is_some());
        Self {
            id: posted.id.to_string(),
            status: "complete",
            request_timestamp: stamp::write(posted.at.as_microsecond()),
            total_count: posted.objects.len(),
            success_count: taken.len(),
            successes: taken.into_iter().map(detail).collect(),
            failure_count: failed.len(),
            failures: failed.into_iter().map(detail).collect(),
            pending_count: 0,
        }
    }
}

/// `POST /taxii2/api/collections/{id}/objects/`
pub(super) async fn post(
    State(house): State<House>,
    by: By,
    _: Accepted,
    Path(collection): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, TaxiiError> {
    let offered = house.world().offered_collection(&by, &collection).await?;
    offered.must_write()?;
    if !media::is_envelope(&headers) {
        return Err(TaxiiError::wrong_media());
    }
    let posted = house.world().post_objects(&by, &offered, &body).await?;
    reply::resource(StatusCode::ACCEPTED, &Status::from(&posted))
}

/// `GET /taxii2/api/status/{id}/`
pub(super) async fn status(
    State(house): State<House>,
    by: By,
    _: Accepted,
    Path(id): Path<String>,
) -> Result<Response, TaxiiError> {
    let posted = house.world().post_status(&by, &id).await?;
    reply::resource(StatusCode::OK, &Status::from(&posted))
}
