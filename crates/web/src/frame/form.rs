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

/// A form whose fields two rooms read, each its own.
#[derive(Debug)]
pub struct PostedBoth<A, B>(pub A, pub B);

impl<A: DeserializeOwned, B: DeserializeOwned, S: Send + Sync> FromRequest<S> for PostedBoth<A, B> {
    type Rejection = Failure;

    async fn from_request(request: Request, _: &S) -> Result<Self, Failure> {
        let body = body(request).await?;
        Ok(Self(read(&body)?, read(&body)?))
    }
}

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Posted<T> {
    type Rejection = Failure;

    async fn from_request(request: Request, _: &S) -> Result<Self, Failure> {
        read(&body(request).await?).map(Self)
    }
}

async fn body(request: Request) -> Result<Bytes, Failure> {
    const FORM: &str = "application/x-www-form-urlencoded";
    let kind = request.headers().get(header::CONTENT_TYPE);
    if !kind
        .and_then(|kind| kind.to_str().ok())
        .is_some_and(|kind| kind.starts_with(FORM))
    {
        return Err(Failure::WrongMedia { expected: FORM });
    }
    Bytes::from_request(request, &())
        .await
        .map_err(|rejection| match rejection.status() {
            StatusCode::PAYLOAD_TOO_LARGE => Failure::TooLarge,
            _ => Failure::BadRequest,
        })
}

fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, Failure> {
    serde_html_form::from_bytes(body).map_err(|error| Failure::Malformed {
        at: "form".to_owned(),
        why: error.to_string(),
    })
}
