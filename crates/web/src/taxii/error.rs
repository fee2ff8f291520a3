//! Errors as TAXII says them (TAXII 2.1 §3.6.1).

use axum::{
    Json,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use kaname_world::WorldError;
use serde::Serialize;

use super::media::TAXII;
use crate::{
    error::Failure,
    text::{Lang, Text},
};

/// Why a TAXII request was not served.
#[derive(Debug)]
pub(super) struct TaxiiError {
    status: StatusCode,
    title: &'static str,
    description: String,
    code: &'static str,
    failure: Option<Failure>,
    retry_after_s: Option<u32>,
}

/// The error resource. Programs read English.
#[derive(Serialize)]
struct Resource<'a> {
    title: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    description: &'a str,
    error_code: &'a str,
    http_status: String,
}

impl TaxiiError {
    fn new(status: StatusCode, code: &'static str, description: impl Into<String>) -> Self {
        Self {
            status,
            title: status.canonical_reason().unwrap_or("Error"),
            description: description.into(),
            code,
            failure: None,
            retry_after_s: None,
        }
    }

    /// 400: a parameter that can't be read.
    pub(super) fn bad_request(why: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "bad_parameter", why)
    }

    /// 404: nothing of that name that the client may know of.
    pub(super) fn not_found() -> Self {
        Self::from(&Failure::NotFound)
    }

    /// 403: the client knows of it but may not do this.
    pub(super) fn forbidden(key: &'static str) -> Self {
        Self::from(&Failure::Forbidden { because: key })
    }

    /// 406.
    pub(super) fn not_acceptable() -> Self {
        let why = format!("only {TAXII} is served here");
        Self::new(StatusCode::NOT_ACCEPTABLE, "not_acceptable", why)
    }

    /// 413, with the bound.
    pub(super) fn too_large(most: usize) -> Self {
        let mut told = Self::from(&Failure::TooLarge);
        told.description = over(most as u64);
        told
    }

    /// A body that broke off, or went on over the bound.
    pub(super) fn unread(error: &axum::Error, most: usize) -> Self {
        if crate::error::is_over(error) {
            return Self::too_large(most);
        }
        Self::bad_request("the body ended before it was whole")
    }

    /// 415.
    pub(super) fn wrong_media() -> Self {
        let why = format!("only {TAXII} is read here");
        Self::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "unsupported_media_type",
            why,
        )
    }
}

impl From<&Failure> for TaxiiError {
    fn from(failure: &Failure) -> Self {
        let text = Text::new(Lang::En);
        let description = match failure {
            Failure::NotFound => {
                "there is no such resource, or none that you may know of".to_owned()
            }
            Failure::SignIn => {
                "an API key is needed: as Basic password, or as Bearer token".to_owned()
            }
            Failure::Forbidden { because } => text.t(because).into_owned(),
            Failure::Refused(reason) => reason.said(text),
            Failure::Invalid(faults) => {
                let told = faults.iter().map(|one| {
                    let said = one.why.said(text);
                    let words = one.words.as_deref().unwrap_or_default();
                    format!("{}: {said} {words}", one.at).trim_end().to_owned()
                });
                told.collect::<Vec<_>>().join("; ")
            }
            Failure::Internal(_) => String::new(),
            other => other.to_string(),
        };
        Self {
            retry_after_s: failure.retry_after_s(),
            ..Self::new(failure.status(), failure.code(), description)
        }
    }
}

impl From<WorldError> for TaxiiError {
    fn from(error: WorldError) -> Self {
        // The parser's own words help whoever writes the client more than a translated sentence.
        if let WorldError::Invalid { message, .. } = error {
            return Self::new(
                StatusCode::UNPROCESSABLE_ENTITY,
                "invalid_envelope",
                message,
            );
        }
        let failure = Failure::from(error);
        let mut told = Self::from(&failure);
        told.failure = Some(failure);
        told
    }
}

impl IntoResponse for TaxiiError {
    fn into_response(self) -> Response {
        if let Some(Failure::Internal(cause)) = &self.failure {
            tracing::error!(cause = cause.to_string(), "TAXII request failed");
        }
        let resource = Resource {
            title: self.title,
            description: &self.description,
            error_code: self.code,
            http_status: self.status.as_u16().to_string(),
        };
        let mut response = (self.status, Json(resource)).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(TAXII));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if self.status == StatusCode::UNAUTHORIZED {
            let scheme = HeaderValue::from_static("Basic realm=\"kaname\", charset=\"UTF-8\"");
            headers.insert(header::WWW_AUTHENTICATE, scheme);
        }
        if let Some(seconds) = self.retry_after_s {
            headers.insert(header::RETRY_AFTER, seconds.into());
        }
        response
    }
}

fn over(limit: u64) -> String {
    format!("the body is over the limit of {limit} bytes")
}

/// What the gate or the frame refused at a TAXII address, in TAXII's form; `None` elsewhere.
/// `limit`: the longest body taken there, in bytes.
pub(crate) fn told(path: &str, failure: &Failure, limit: Option<u64>) -> Option<Response> {
    if path != "/taxii2" && !path.starts_with("/taxii2/") {
        return None;
    }
    let mut told = TaxiiError::from(failure);
    if let (Failure::TooLarge, Some(limit)) = (failure, limit) {
        told.description = over(limit);
    }
    Some(told.into_response())
}
