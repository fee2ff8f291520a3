//! Reading from other machines, and posting to them, by HTTPS: bounded in time and size, never into the hub's own network.

use std::{borrow::Cow, time::Duration};

use async_trait::async_trait;
use http_body_util::{BodyExt as _, Full, LengthLimitError, Limited};
use hyper::{Method, body::Bytes, client::conn::http1};
use hyper_util::rt::TokioIo;
use url::Url;

use super::{
    DoorError,
    call::{HttpsDoor, asking},
};

/// Longest wait for a whole answer: a peer that sends slowly is cut off.
const TIMEOUT: Duration = Duration::from_secs(60);

/// What is said of an answer that is longer than was asked for.
pub(crate) fn too_long(most_bytes: usize) -> String {
    format!("an answer is over {most_bytes} bytes")
}

/// Headers of a question, names in lower case.
pub type Headers = Vec<(Cow<'static, str>, String)>;

/// A question: a GET, or a POST of something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fetch {
    /// What is asked for.
    pub url: Url,
    /// Further headers.
    pub headers: Headers,
    /// Most bytes of the answer.
    pub most_bytes: usize,
    /// What is posted; `None` only asks.
    pub body: Option<Bytes>,
}

/// An answer, whatever it says.
#[derive(Debug, Clone)]
pub struct Fetched {
    /// HTTP status.
    pub status: u16,
    /// Headers asked about by name.
    pub headers: hyper::HeaderMap,
    /// The body.
    pub body: Bytes,
}

/// A door by which other machines are read and posted to.
#[async_trait]
pub trait FetchDoor: Send + Sync {
    /// Asks once. Redirects are not followed.
    async fn fetch(&self, fetch: &Fetch) -> Result<Fetched, DoorError>;
}

#[async_trait]
impl FetchDoor for HttpsDoor {
    async fn fetch(&self, fetch: &Fetch) -> Result<Fetched, DoorError> {
        match tokio::time::timeout(TIMEOUT, self.fetched(fetch)).await {
            Ok(done) => done,
            Err(_) => Err(DoorError::Later("no whole answer within 60 s".to_owned())),
        }
    }
}

impl HttpsDoor {
    async fn fetched(&self, fetch: &Fetch) -> Result<Fetched, DoorError> {
        let later = |error: hyper::Error| DoorError::Later(format!("the reading failed: {error}"));
        let stream = self.connect(&fetch.url).await?;
        let (mut sender, connection) = http1::handshake(TokioIo::new(stream))
            .await
            .map_err(later)?;
        let driving = tokio::spawn(connection);
        let method = match fetch.body {
            Some(_) => Method::POST,
            None => Method::GET,
        };
        let headers = fetch.headers.iter();
        let headers = headers.map(|(name, value)| (name.as_ref(), value.as_str()));
        let request = asking(method, &fetch.url, headers)
            .body(Full::new(fetch.body.clone().unwrap_or_default()))
            .map_err(|error| DoorError::Never(error.to_string()))?;
        let answer = match sender.send_request(request).await {
            Ok(answer) => answer,
            Err(error) => {
                driving.abort();
                return Err(later(error));
            }
        };
        let (parts, body) = answer.into_parts();
        let body = Limited::new(body, fetch.most_bytes).collect().await;
        driving.abort();
        let body = body.map_err(|error| match error.is::<LengthLimitError>() {
            true => DoorError::Never(too_long(fetch.most_bytes)),
            false => DoorError::Later(format!("the answer broke off: {error}")),
        })?;
        Ok(Fetched {
            status: parts.status.as_u16(),
            headers: parts.headers,
            body: body.to_bytes(),
        })
    }
}
