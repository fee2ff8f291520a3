//! Answers in TAXII's media type.

use axum::{
    body::Body,
    extract::FromRequestParts,
    http::{HeaderName, HeaderValue, StatusCode, header, request::Parts},
    response::{IntoResponse as _, Response},
};
use serde::Serialize;

use super::{
    error::TaxiiError,
    media::{self, TAXII},
    stamp,
};

const FIRST: HeaderName = HeaderName::from_static("x-taxii-date-added-first");
const LAST: HeaderName = HeaderName::from_static("x-taxii-date-added-last");

/// A request whose client takes TAXII 2.1; anything else is answered 406.
pub(super) struct Accepted;

impl<S: Sync> FromRequestParts<S> for Accepted {
    type Rejection = TaxiiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, TaxiiError> {
        if media::accepts(&parts.headers) {
            Ok(Self)
        } else {
            Err(TaxiiError::not_acceptable())
        }
    }
}

/// A resource as JSON.
pub(super) fn resource(
    status: StatusCode,
    resource: &impl Serialize,
) -> Result<Response, TaxiiError> {
    let json = serde_json::to_string(resource)
        .map_err(|error| TaxiiError::from(kaname_world::WorldError::encoding(error)))?;
    Ok(raw(status, json))
}

/// JSON text that is ready.
pub(super) fn raw(status: StatusCode, json: String) -> Response {
    let mut response = (status, Body::from(json)).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(TAXII));
    // What a reader sees may change at any moment, and belongs to that reader.
    headers.insert(
        header::CACHE_CONTROL,
        HeaderValue::from_static("private, no-store"),
    );
    response
}

/// With the moments between which what is in it was added, microseconds since 1970.
pub(super) fn added(mut response: Response, range: Option<(i64, i64)>) -> Response {
    if let Some((first, last)) = range {
        for (name, us) in [(FIRST, first), (LAST, last)] {
            if let Ok(value) = HeaderValue::from_str(&stamp::write(us)) {
                response.headers_mut().insert(name, value);
            }
        }
    }
    response
}
