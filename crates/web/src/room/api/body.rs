//! Bodies of requests: JSON, bounded, without duplicate keys, told where it goes wrong.

use axum::{
    body::Bytes,
    extract::{FromRequest, Request},
    http::{StatusCode, header},
};
use kaname_intake::{JsonError, guard};
use serde::{Deserialize, de::DeserializeOwned};

use crate::{error::Failure, route::limits_of};

const JSON: &str = "application/json";

/// The bytes of a JSON document that was checked against the bounds.
pub(in crate::room) struct Checked(pub(in crate::room) Bytes);

impl<S: Send + Sync> FromRequest<S> for Checked {
    type Rejection = Failure;

    async fn from_request(request: Request, state: &S) -> Result<Self, Failure> {
        let kind = request.headers().get(header::CONTENT_TYPE);
        let kind = kind.and_then(|kind| kind.to_str().ok()).unwrap_or_default();
        if !kind
            .split(';')
            .next()
            .is_some_and(|kind| kind.trim().eq_ignore_ascii_case(JSON))
        {
            return Err(Failure::WrongMedia { expected: JSON });
        }
        let limits = limits_of(request.extensions()).json();
        let bytes = Bytes::from_request(request, state).await;
        let bytes = bytes.map_err(|rejection| match rejection.status() {
            StatusCode::PAYLOAD_TOO_LARGE => Failure::TooLarge,
            _ => Failure::BadRequest,
        })?;
        guard(&bytes, &limits).map_err(malformed)?;
        Ok(Self(bytes))
    }
}

/// A JSON document read into its form; unknown members are faults where the form says so.
pub(in crate::room) struct Read<T>(pub(in crate::room) T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Read<T> {
    type Rejection = Failure;

    async fn from_request(request: Request, state: &S) -> Result<Self, Failure> {
        let Checked(bytes) = Checked::from_request(request, state).await?;
        form(&bytes).map(Self)
    }
}

/// A reason alone.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Why {
    pub(super) reason: String,
}

/// Reads a document into its form.
pub(super) fn form<'b, T: Deserialize<'b>>(bytes: &'b [u8]) -> Result<T, Failure> {
    serde_json::from_slice(bytes).map_err(|error| Failure::Malformed {
        at: format!("line {} column {}", error.line(), error.column()),
        why: error.to_string(),
    })
}

/// JSON that is not well formed or passes a bound, with its place.
pub(super) fn malformed(error: JsonError) -> Failure {
    Failure::Malformed {
        at: format!(
            "{} (line {} column {})",
            error.path, error.line, error.column
        ),
        why: error.fault.to_string(),
    }
}
