//! Errors as MISP says them: `{"name", "message", "url", "errors"}`.

use axum::{
    Json,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use kaname_misp::ask::Refusal;
use kaname_world::WorldError;
use serde_json::{Value, json};

use super::{ROOT, is_here};
use crate::{
    error::Failure,
    text::{Lang, Text},
};

/// Why a request was not served. The address is put in where the answer is made.
#[derive(Debug)]
pub(super) struct MispError {
    status: StatusCode,
    message: String,
    /// What is wrong, by the name of what was sent; or the message again.
    errors: Box<Value>,
    /// What was asked for, without the room.
    url: String,
    failure: Option<Box<Failure>>,
    retry_after_s: Option<u32>,
}

impl MispError {
    fn new(status: StatusCode, message: impl Into<String>) -> Self {
        let message = message.into();
        Self {
            status,
            errors: Box::new(message.as_str().into()),
            message,
            url: String::new(),
            failure: None,
            retry_after_s: None,
        }
    }

    /// 404: nothing of that name that the client may know of, in MISP's words.
    pub(super) fn missing(what: &str, url: String) -> Self {
        Self::new(StatusCode::NOT_FOUND, format!("Invalid {what}")).at(url)
    }

    /// 400: something in what was sent, by its name.
    pub(super) fn bad(name: &str, why: impl Into<String>) -> Self {
        let why = why.into();
        let mut told = Self::new(StatusCode::BAD_REQUEST, format!("{name}: {why}"));
        *told.errors = json!({ name: [why] });
        told
    }

    /// 403, with why.
    pub(super) fn forbidden(why: impl Into<String>) -> Self {
        Self::new(StatusCode::FORBIDDEN, why)
    }

    /// 413, with the bound in bytes and whose it is.
    pub(super) fn too_large(most: usize) -> Self {
        let why = format!(
            "the body is over the limit of {most} bytes; the hub's key limits.max_post says so"
        );
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, why)
    }

    /// In other words.
    pub(super) fn saying(mut self, message: &str) -> Self {
        message.clone_into(&mut self.message);
        *self.errors = message.into();
        self
    }

    /// With the address that was asked for.
    pub(super) fn at(mut self, url: String) -> Self {
        self.url = url;
        self
    }

    /// Not found told as MISP tells it of such a thing; all else as it is.
    pub(super) fn of(error: WorldError, what: &str, url: String) -> Self {
        match error {
            WorldError::NotFound(_) => Self::missing(what, url),
            other => Self::from(other).at(url),
        }
    }
}

impl From<&Failure> for MispError {
    fn from(failure: &Failure) -> Self {
        let text = Text::new(Lang::En);
        // Who shows no key, or one that is none, is forbidden (MISP answers 403).
        let (status, message) = match failure {
            Failure::SignIn => (
                StatusCode::FORBIDDEN,
                "Authentication failed. Please make sure you pass an API key of this hub in the Authorization header."
                    .to_owned(),
            ),
            Failure::NotFound => (StatusCode::NOT_FOUND, "Not found.".to_owned()),
            Failure::WrongMethod => (
                StatusCode::METHOD_NOT_ALLOWED,
                "This address does not take that method.".to_owned(),
            ),
            Failure::Forbidden { because } => (failure.status(), text.t(because).into_owned()),
            Failure::Refused(reason) => (StatusCode::FORBIDDEN, reason.said(text)),
            Failure::Invalid(faults) => {
                let told = faults.iter().map(|one| {
                    let words = one.words.as_deref().unwrap_or_default();
                    let said = one.why.said(text);
                    format!("{}: {said} {words}", one.at).trim_end().to_owned()
                });
                (StatusCode::BAD_REQUEST, told.collect::<Vec<_>>().join("; "))
            }
            Failure::Internal(_) => (failure.status(), "An internal error occurred.".to_owned()),
            other => (other.status(), other.to_string()),
        };
        Self {
            retry_after_s: failure.retry_after_s(),
            ..Self::new(status, message)
        }
    }
}

impl From<WorldError> for MispError {
    fn from(error: WorldError) -> Self {
        // The parser's own words help whoever writes the client more than a translated sentence.
        if let WorldError::Invalid { field, message, .. } = error {
            return Self::bad(&field, message);
        }
        let failure = Failure::from(error);
        let mut told = Self::from(&failure);
        told.failure = Some(Box::new(failure));
        told
    }
}

impl From<Refusal> for MispError {
    fn from(refusal: Refusal) -> Self {
        Self::bad(&refusal.filter, refusal.why)
    }
}

impl IntoResponse for MispError {
    fn into_response(self) -> Response {
        if let Some(Failure::Internal(cause)) = self.failure.as_deref() {
            tracing::error!(cause = cause.to_string(), "MISP request failed");
        }
        let told = json!({
            "saved": false,
            "name": self.message,
            "message": self.message,
            "url": self.url,
            "errors": self.errors,
        });
        let mut response = (self.status, Json(told)).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if let Some(seconds) = self.retry_after_s {
            headers.insert(header::RETRY_AFTER, seconds.into());
        }
        response
    }
}

/// What the gate or the frame refused at an address of this room, in MISP's form; `None` elsewhere. `limit`: the
/// longest body taken there, in bytes.
pub(crate) fn told(path: &str, failure: &Failure, limit: Option<u64>) -> Option<Response> {
    if !is_here(path) {
        return None;
    }
    let mut told = MispError::from(failure);
    if let (Failure::TooLarge, Some(limit)) = (failure, limit) {
        told.message = format!("the body is over the limit of {limit} bytes");
        *told.errors = told.message.as_str().into();
    }
    let url = path.strip_prefix(ROOT).unwrap_or_default().to_owned();
    Some(told.at(url).into_response())
}
