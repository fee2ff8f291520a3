//! Answers in JSON, for one reader at one moment.

use axum::{
    body::{Body, Bytes},
    http::{HeaderValue, header},
    response::{IntoResponse as _, Response},
};
use futures_util::Stream;
use kaname_world::WorldError;
use serde_json::Value;

pub(super) const JSON: &str = "application/json; charset=UTF-8";
pub(super) const TEXT: &str = "text/plain; charset=UTF-8";
pub(super) const CSV: &str = "text/csv; charset=UTF-8";

/// A document that is ready.
pub(super) fn json(document: &Value) -> Response {
    whole(document.to_string(), JSON)
}

/// A text that is ready.
pub(super) fn whole(text: String, kind: &'static str) -> Response {
    dressed(Body::from(text), kind)
}

/// A text that is sent while it is made. What fails breaks it off, so that nobody takes it for whole.
pub(super) fn streamed(
    chunks: impl Stream<Item = Result<Bytes, WorldError>> + Send + 'static,
    kind: &'static str,
) -> Response {
    dressed(Body::from_stream(chunks), kind)
}

fn dressed(body: Body, kind: &'static str) -> Response {
    let mut response = body.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    // What a reader sees may change at any moment, and belongs to that reader.
    headers.insert(
        header::CACHE_CONTROL,
        HeaderValue::from_static("private, no-store"),
    );
    response
}
