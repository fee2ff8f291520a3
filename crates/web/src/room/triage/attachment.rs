//! An attachment as inert bytes: no type a browser would open, no name it could run.

use axum::{
    extract::{Path, State},
    http::{HeaderValue, header},
    response::{IntoResponse as _, Response},
};
use url::form_urlencoded::byte_serialize;

use super::report::id;
use crate::{
    error::Failure,
    house::{By, House},
};

pub(super) async fn download(
    State(house): State<House>,
    by: By,
    Path((typed, place)): Path<(String, usize)>,
) -> Result<Response, Failure> {
    let report = id(&house, &by, &typed).await?;
    let (name, bytes) = house.world().attachment(&by, report.id, place).await?;
    // RFC 6266 with the RFC 8187 form; `.inert` keeps a double click from running it.
    let name: String = byte_serialize(format!("{name}.inert").as_bytes()).collect();
    let name = name.replace('+', "%20");
    let line = format!("attachment; filename=\"attachment.inert\"; filename*=UTF-8''{name}");
    let line = HeaderValue::from_str(&line).map_err(Failure::internal)?;
    let kind = HeaderValue::from_static("application/octet-stream");
    let inert = HeaderValue::from_static("sandbox; default-src 'none'");
    let headers = [
        (header::CONTENT_TYPE, kind),
        (header::CONTENT_DISPOSITION, line),
        (header::CONTENT_SECURITY_POLICY, inert),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ];
    Ok((headers, bytes).into_response())
}
