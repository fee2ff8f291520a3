//! Requests to the API that carry an `Idempotency-Key`: carried out once, and answered alike when they are sent again.
//! Reports keep their keys themselves, in the commit of the report.

use axum::{
    Json,
    body::{Body, Bytes, to_bytes},
    extract::{Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header, request::Parts},
    middleware::Next,
    response::{IntoResponse as _, Response},
};
use kaname_world::once::{Begun, Ticket};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{
    error::{Failed, Failure},
    frame::{self, Host},
};

/// The header that carries the key.
pub(crate) const KEY: HeaderName = HeaderName::from_static("idempotency-key");
/// Longest answer of an operation that changes something, in bytes.
const LONGEST: usize = 1 << 20;

/// An answer as it is kept.
#[derive(Serialize, Deserialize)]
struct Kept {
    status: u16,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    location: Option<String>,
    body: Value,
}

impl Kept {
    fn answer(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::OK);
        let mut response = (status, Json(self.body)).into_response();
        let location = self
            .location
            .and_then(|location| HeaderValue::from_str(&location).ok());
        if let Some(location) = location {
            response.headers_mut().insert(header::LOCATION, location);
        }
        response
    }
}

/// The key against doing it twice that a request carries.
///
/// # Errors
/// When it has other signs than visible ASCII.
pub(crate) fn key_in(headers: &HeaderMap) -> Result<Option<&str>, Failure> {
    let Some(key) = headers.get(KEY) else {
        return Ok(None);
    };
    let key = key.to_str().map_err(|_| Failure::Malformed {
        at: "Idempotency-Key".to_owned(),
        why: "visible ASCII characters are expected".to_owned(),
    });
    key.map(Some)
}

/// Middleware of every operation that changes something, behind the gate and the bound of its body.
pub(crate) async fn carried_out<H: Host>(
    State(host): State<H>,
    request: Request,
    next: Next,
) -> Response {
    if !request.headers().contains_key(KEY) {
        return next.run(request).await;
    }
    match once(&host, request, next).await {
        Ok(response) => response,
        Err(failure) => failure.into_response(),
    }
}

async fn once<H: Host>(host: &H, request: Request, next: Next) -> Result<Response, Failure> {
    let (parts, body) = request.into_parts();
    let bytes = whole(body).await?;
    let key = key_in(&parts.headers)?.unwrap_or_default().to_owned();
    let begun = host
        .begin_once(&parts.extensions, &key, &sent(&parts, &bytes))
        .await?;
    let ticket = match begun {
        Some(Begun::Now(ticket)) => Some(ticket),
        None => None,
        Some(Begun::Before(answer)) => {
            let kept: Kept = serde_json::from_value(answer).map_err(Failure::internal)?;
            return Ok(kept.answer());
        }
        Some(Begun::Gone) => return Err(Failure::AnswerGone),
        Some(Begun::Running) => return Err(Failure::Busy),
        Some(Begun::Unknown) => return Err(Failure::Away { uncertain: true }),
    };
    let request = Request::from_parts(parts, Body::from(bytes));
    let response = next.run(request).await;
    match ticket {
        Some(ticket) => ended(host, &ticket, response).await,
        None => Ok(response),
    }
}

/// Keeps what was answered, or forgets what changed nothing.
async fn ended<H: Host>(
    host: &H,
    ticket: &Ticket,
    response: Response,
) -> Result<Response, Failure> {
    if !response.status().is_success() {
        if is_certain(&response) {
            host.end_once(ticket, None).await?;
        }
        return Ok(response);
    }
    let (parts, body) = response.into_parts();
    let bytes = to_bytes(body, LONGEST).await.map_err(Failure::internal)?;
    let location = parts.headers.get(header::LOCATION);
    let kept = Kept {
        status: parts.status.as_u16(),
        location: location.and_then(|place| place.to_str().ok().map(str::to_owned)),
        body: serde_json::from_slice(&bytes).map_err(Failure::internal)?,
    };
    let kept = serde_json::to_value(kept).map_err(Failure::internal)?;
    if let Err(error) = host.end_once(ticket, Some(kept)).await {
        // It was carried out all the same, and its caller is told so.
        tracing::warn!(%error, "an answer under an idempotency key could not be kept");
    }
    Ok(Response::from_parts(parts, Body::from(bytes)))
}

/// Whether a failure says for certain that nothing was changed.
fn is_certain(response: &Response) -> bool {
    match response.extensions().get::<Failed>() {
        Some(Failed(failure)) => !matches!(
            **failure,
            Failure::Internal(_) | Failure::Away { uncertain: true }
        ),
        None => !response.status().is_server_error(),
    }
}

/// All of a request by which another under the same key is told apart.
fn sent(parts: &Parts, body: &Bytes) -> Vec<u8> {
    let mut sent = format!("{} {}\n", parts.method, parts.uri).into_bytes();
    sent.extend_from_slice(body);
    sent
}

async fn whole(body: Body) -> Result<Bytes, Failure> {
    let whole = to_bytes(body, usize::MAX).await;
    whole.map_err(|error| match frame::is_limit(&error) {
        true => Failure::TooLarge,
        false => Failure::BadRequest,
    })
}
