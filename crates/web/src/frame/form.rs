//! Reading what a page's form posted.

use axum::{
    body::Bytes,
    extract::{FromRequest, Request},
    http::{StatusCode, header},
};
use serde::de::DeserializeOwned;

use crate::error::Failure;

/// A url-encoded form. Repeated fields become lists; the token was checked before. Fields that
/// people may fill in wrongly are `String`s here and parsed by the page, which shows the form again
/// with what was typed.
#[derive(Debug)]
pub struct Posted<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Posted<T> {
    type Rejection = Failure;

    async fn from_request(request: Request, state: &S) -> Result<Self, Failure> {
        const FORM: &str = "application/x-www-form-urlencoded";
        let kind = request.headers().get(header::CONTENT_TYPE);
        if !kind
            .and_then(|kind| kind.to_str().ok())
            .is_some_and(|kind| kind.starts_with(FORM))
        {
            return Err(Failure::WrongMedia { expected: FORM });
        }
        let body =
            Bytes::from_request(request, state)
                .await
                .map_err(|rejection| match rejection.status() {
                    StatusCode::PAYLOAD_TOO_LARGE => Failure::TooLarge,
                    _ => Failure::BadRequest,
                })?;
        serde_html_form::from_bytes(&body)
            .map(Self)
            .map_err(|error| Failure::Malformed {
                at: "form".to_owned(),
                why: error.to_string(),
            })
    }
}
