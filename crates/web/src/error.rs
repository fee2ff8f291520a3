//! What goes wrong, once for people (a designed page) and once for programs (RFC 9457).

use std::{fmt, sync::Arc};

use axum::{
    http::StatusCode,
    response::{IntoResponse, Response},
};
use kaname_policy::TEMPORARY_PASSWORD;
use kaname_store::StoreError;
use kaname_world::WorldError;
use serde::Serialize;

use crate::text::{Text, TextArg};

/// Whether a body was not read since it is over its bound.
pub(crate) fn is_over(error: &axum::Error) -> bool {
    let mut next: Option<&(dyn std::error::Error + 'static)> = Some(error);
    while let Some(cause) = next {
        if cause.is::<http_body_util::LengthLimitError>() {
            return true;
        }
        next = cause.source();
    }
    false
}

/// Why a request was not served. The answer's form (page or problem details) is chosen by
/// [`crate::frame::around`] after what the client accepts.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// There is no such thing, or none the reader may know of: the same answer.
    #[error("not found")]
    NotFound,
    /// Nobody is signed in.
    #[error("not signed in")]
    SignIn,
    /// Signed in too long ago for this: the second factor is asked for again.
    #[error("second factor is older than this action allows")]
    Again,
    /// The reader's password was set by somebody else: it is changed before anything else.
    #[error("the temporary password has to be changed first")]
    PasswordFirst,
    /// The reader knows of it but may not do this.
    #[error("not allowed: {because}")]
    Forbidden {
        /// Key of the message that says why.
        because: &'static str,
    },
    /// The form came from elsewhere, or its token is old.
    #[error("form token is missing or belongs to another session")]
    Forged,
    /// A program that works with a person's session did not say the token of its forms.
    #[error("the token of the session is missing or belongs to another session")]
    NoToken,
    /// Not HTTP as this server reads it.
    #[error("malformed request")]
    BadRequest,
    /// The body can't be read.
    #[error("malformed body at {at}: {why}")]
    Malformed {
        /// Where: field, JSON pointer, or line and column.
        at: String,
        /// What is wrong there, in English, for whoever writes the client.
        why: String,
    },
    /// The body was read, and what it says can't be accepted.
    #[error("{} faults in what was sent", .0.len())]
    Invalid(Vec<Fault>),
    /// A rule forbids it in the present state.
    #[error("refused: {}", .0.key)]
    Refused(Reason),
    /// The body is larger than this endpoint takes.
    #[error("body too large")]
    TooLarge,
    /// The body's media type is not one this endpoint reads.
    #[error("unsupported media type; {expected} is expected")]
    WrongMedia {
        /// What is read here.
        expected: &'static str,
    },
    /// None of the media types that the client accepts can be given.
    #[error("not acceptable")]
    NotAcceptable,
    /// This address does not take that method.
    #[error("method not allowed")]
    WrongMethod,
    /// Someone else changed it in the meantime.
    #[error("changed in the meantime")]
    Conflict,
    /// It was carried out before under its idempotency key; what was answered then is not kept any more.
    #[error("carried out before; what was answered went with a redaction")]
    AnswerGone,
    /// Too many tries.
    #[error("too many requests; retry after {retry_after_s} s")]
    TooMany {
        /// When trying again makes sense, in seconds.
        retry_after_s: u32,
    },
    /// Overloaded, or it took too long.
    #[error("busy")]
    Busy,
    /// The store has no room, no lock to give, or is away. The store's adapter has told the log why.
    #[error("the store cannot be used now; {}", if *.uncertain { "whether it was stored is not known" } else { "nothing was stored" })]
    Away {
        /// Whether the change may be stored all the same.
        uncertain: bool,
    },
    /// A fault of this program. The cause goes to the log, never to the client.
    #[error("internal error")]
    Internal(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// A sentence for people, not yet in a language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reason {
    /// Key of the message.
    pub key: &'static str,
    /// Its variables. Codes among them (fields, states) are told by their names.
    pub details: Vec<(&'static str, String)>,
}

impl Reason {
    /// A message without variables.
    pub const fn new(key: &'static str) -> Self {
        Self {
            key,
            details: Vec::new(),
        }
    }

    /// What the world says of a field: its message's variables, else the sentence it has for the log.
    pub(crate) fn of(
        key: &'static str,
        details: Vec<(&'static str, String)>,
        message: &str,
    ) -> Self {
        match details.is_empty() {
            true => Self::new(key).with("what", message),
            false => Self { key, details },
        }
    }

    /// With a variable.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.details.push((name, value.into()));
        self
    }

    /// In a language.
    pub fn said(&self, text: Text) -> String {
        let named = |(name, value): &(&'static str, String)| match *name {
            "field" | "state" | "matter" | "unit" => (*name, text.word(value).into_owned()),
            "needs" => (*name, text.either(value.split(", "))),
            _ => (*name, value.clone()),
        };
        let details: Vec<_> = self.details.iter().map(named).collect();
        let args: Vec<(&'static str, &dyn TextArg)> = details
            .iter()
            .map(|(name, value)| (*name, value as &dyn TextArg))
            .collect();
        text.t_args(self.key, &args).into_owned()
    }
}

/// Messages beside which a parser's own words stand: those are English and not part of the sentence.
pub(crate) const PARSED: [&str; 3] = ["error-stix", "error-unreadable", "error-source"];

/// One thing wrong in what was sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Where: field or JSON pointer.
    pub at: String,
    /// What is wrong there and what would be right.
    pub why: Reason,
    /// A parser's own words, in English.
    pub words: Option<String>,
}

impl Fault {
    /// A fault at a field, told by a message without variables.
    pub fn new(at: impl Into<String>, key: &'static str) -> Self {
        Self {
            at: at.into(),
            why: Reason::new(key),
            words: None,
        }
    }

    /// What the world says of a field.
    fn invalid(
        at: String,
        key: &'static str,
        message: String,
        details: Vec<(&'static str, String)>,
    ) -> Self {
        if PARSED.contains(&key) {
            return Self {
                words: Some(message),
                ..Self::new(at, key)
            };
        }
        Self {
            at,
            why: Reason::of(key, details, &message),
            words: None,
        }
    }
}

/// A fault told in a language.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Told {
    /// Where: field or JSON pointer.
    pub at: String,
    /// What is wrong there and what would be right.
    pub said: String,
    /// The parser's own words, in English.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
}

impl Failure {
    /// A fault of this program.
    pub fn internal(cause: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self::Internal(cause.into())
    }

    /// Status of the answer (RFC 9110).
    pub const fn status(&self) -> StatusCode {
        match self {
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::SignIn | Self::Again => StatusCode::UNAUTHORIZED,
            Self::PasswordFirst | Self::Forbidden { .. } | Self::Forged | Self::NoToken => {
                StatusCode::FORBIDDEN
            }
            Self::BadRequest | Self::Malformed { .. } => StatusCode::BAD_REQUEST,
            Self::Invalid(_) => StatusCode::UNPROCESSABLE_ENTITY,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::WrongMedia { .. } => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::NotAcceptable => StatusCode::NOT_ACCEPTABLE,
            Self::WrongMethod => StatusCode::METHOD_NOT_ALLOWED,
            Self::Conflict | Self::Refused(_) => StatusCode::CONFLICT,
            Self::AnswerGone => StatusCode::GONE,
            Self::TooMany { .. } => StatusCode::TOO_MANY_REQUESTS,
            Self::Busy | Self::Away { .. } => StatusCode::SERVICE_UNAVAILABLE,
            Self::Internal(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// Seconds after which the same may be tried again, where that makes sense.
    pub(crate) const fn retry_after_s(&self) -> Option<u32> {
        match self {
            Self::TooMany { retry_after_s } => Some(*retry_after_s),
            Self::Busy => Some(5),
            Self::Away { .. } => Some(10),
            _ => None,
        }
    }

    /// The failure that a bare error status of some layer stands for.
    pub(crate) const fn of_status(status: StatusCode) -> Option<Self> {
        Some(match status {
            StatusCode::NOT_FOUND => Self::NotFound,
            StatusCode::METHOD_NOT_ALLOWED => Self::WrongMethod,
            StatusCode::PAYLOAD_TOO_LARGE => Self::TooLarge,
            StatusCode::BAD_REQUEST => Self::BadRequest,
            StatusCode::SERVICE_UNAVAILABLE | StatusCode::REQUEST_TIMEOUT => Self::Busy,
            _ => return None,
        })
    }

    /// Stable name for programs.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::NotFound => "not_found",
            Self::SignIn => "not_signed_in",
            Self::Again => "second_factor_needed",
            Self::PasswordFirst => "temporary_password",
            Self::Forbidden { .. } => "forbidden",
            Self::Forged => "form_token",
            Self::NoToken => "csrf_token",
            Self::BadRequest => "malformed_request",
            Self::Malformed { .. } => "malformed_body",
            Self::Invalid(_) => "invalid",
            Self::Refused(_) => "refused",
            Self::TooLarge => "too_large",
            Self::WrongMedia { .. } => "unsupported_media_type",
            Self::NotAcceptable => "not_acceptable",
            Self::WrongMethod => "method_not_allowed",
            Self::Conflict => "conflict",
            Self::AnswerGone => "answer_gone",
            Self::TooMany { .. } => "too_many",
            Self::Busy => "busy",
            Self::Away { uncertain: false } => "store_unavailable",
            Self::Away { uncertain: true } => "outcome_unknown",
            Self::Internal(_) => "internal",
        }
    }

    /// Key of what happened and key of what to do.
    const fn keys(&self) -> (&'static str, &'static str) {
        match self {
            Self::NotFound => ("common-error-not-found", "common-error-not-found-do"),
            Self::SignIn => ("common-error-sign-in", "common-error-sign-in-do"),
            Self::Again => ("common-error-again", "common-error-again-do"),
            Self::PasswordFirst => ("common-error-forbidden", TEMPORARY_PASSWORD),
            Self::Forbidden { because } => ("common-error-forbidden", because),
            Self::Forged => ("common-error-forged", "common-error-forged-do"),
            Self::NoToken => ("common-error-no-token", "common-error-no-token-do"),
            Self::BadRequest => ("common-error-bad-request", "common-error-bad-request-do"),
            Self::Malformed { .. } => ("common-error-malformed", "common-error-malformed-do"),
            Self::Invalid(_) => ("common-error-invalid", "common-error-invalid-do"),
            Self::Refused(reason) => ("common-error-refused", reason.key),
            Self::TooLarge => ("common-error-too-large", "common-error-too-large-do"),
            Self::WrongMedia { .. } => ("common-error-media", "common-error-media-do"),
            Self::NotAcceptable => (
                "common-error-not-acceptable",
                "common-error-not-acceptable-do",
            ),
            Self::WrongMethod => ("common-error-method", "common-error-method-do"),
            Self::Conflict => ("common-error-conflict", "common-error-conflict-do"),
            Self::AnswerGone => ("common-error-answer-gone", "common-error-answer-gone-do"),
            Self::TooMany { .. } => ("common-error-too-many", "common-error-too-many-do"),
            Self::Busy => ("common-error-busy", "common-error-busy-do"),
            Self::Away { uncertain: false } => ("common-error-away", "common-error-away-do"),
            Self::Away { uncertain: true } => ("common-error-away", "common-error-uncertain-do"),
            Self::Internal(_) => ("common-error-internal", "common-error-internal-do"),
        }
    }
}

impl From<WorldError> for Failure {
    /// What the world answered. What only the log may know becomes [`Failure::Internal`].
    fn from(error: WorldError) -> Self {
        match error {
            WorldError::NotFound(_) => Self::NotFound,
            WorldError::Denied(TEMPORARY_PASSWORD) => Self::PasswordFirst,
            WorldError::Denied(because) => Self::Forbidden { because },
            WorldError::StepUp => Self::Again,
            WorldError::Unauthenticated => Self::SignIn,
            WorldError::TooMany(seconds) => Self::TooMany {
                retry_after_s: u32::try_from(seconds).unwrap_or(u32::MAX),
            },
            WorldError::Busy => Self::Busy,
            WorldError::Invalid {
                field,
                key,
                message,
                details,
            } => Self::Invalid(vec![Fault::invalid(field, key, message, details)]),
            WorldError::Refused { key, details, .. } => Self::Refused(Reason { key, details }),
            WorldError::Stale(_) | WorldError::Repeated(_) => Self::Conflict,
            WorldError::Taken { space, key } => {
                let why = Reason::new("error-taken").with("what", key);
                let words = None;
                Self::Invalid(vec![Fault {
                    at: space,
                    why,
                    words,
                }])
            }
            WorldError::Store(StoreError::Unavailable { uncertain, .. }) => {
                Self::Away { uncertain }
            }
            other => Self::internal(other),
        }
    }
}

/// The failure on its way from the handler to the frame.
#[derive(Clone)]
pub(crate) struct Failed(pub(crate) Arc<Failure>);

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let mut response = self.status().into_response();
        response.extensions_mut().insert(Failed(Arc::new(self)));
        response
    }
}

/// A failure told in a language: the page's content and the JSON document (RFC 9457) alike.
#[derive(Debug, Clone, Serialize)]
pub struct Problem {
    /// `about:blank`: the status says the kind, `code` says which.
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// What happened.
    pub title: String,
    /// HTTP status.
    pub status: u16,
    /// What to do.
    pub detail: String,
    /// Stable name of the failure.
    pub code: &'static str,
    /// Path asked for.
    pub instance: String,
    /// Where in the body.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at: Option<String>,
    /// The parser's own words, in English.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
    /// Largest body taken here, in bytes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<u64>,
    /// Media type read here.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expected: Option<&'static str>,
    /// Each thing wrong.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub faults: Vec<Told>,
    /// Number under which the log has the cause.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub number: Option<String>,
}

impl Problem {
    /// `limit`: the endpoint's, in bytes. `number`: under which the cause was logged.
    pub(crate) fn new(
        failure: &Failure,
        text: Text,
        instance: &str,
        limit: Option<u64>,
        number: Option<String>,
    ) -> Self {
        let (title, detail) = failure.keys();
        let mut problem = Self {
            kind: "about:blank",
            title: text.t(title).into_owned(),
            status: failure.status().as_u16(),
            detail: match failure {
                Failure::Refused(reason) => reason.said(text),
                _ => text.t(detail).into_owned(),
            },
            code: failure.code(),
            instance: instance.to_owned(),
            at: None,
            why: None,
            limit: None,
            expected: None,
            faults: Vec::new(),
            number,
        };
        match failure {
            Failure::Malformed { at, why } => {
                problem.at = Some(at.clone());
                problem.why = Some(why.clone());
            }
            Failure::Invalid(faults) => {
                let told = |fault: &Fault| Told {
                    at: fault.at.clone(),
                    said: fault.why.said(text),
                    why: fault.words.clone(),
                };
                problem.faults = faults.iter().map(told).collect();
            }
            Failure::TooLarge => problem.limit = limit,
            Failure::WrongMedia { expected } => problem.expected = Some(expected),
            _ => {}
        }
        problem
    }
}

impl fmt::Debug for Failed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
