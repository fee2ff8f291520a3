//! Reading from other machines, and posting to them, by HTTPS: bounded in time and size, never into the hub's own network.

use std::{borrow::Cow, time::Duration};

use async_trait::async_trait;
use http_body_util::{BodyExt as _, Full, LengthLimitError, Limited};
use hyper::{Method, body::Bytes, client::conn::http1};
use hyper_util::rt::TokioIo;
use kaname_sharing::turn::trouble::{Known, Trouble};
use url::Url;

use super::{
    DoorError,
    call::{HttpsDoor, asking},
};

/// Longest wait for a whole answer: a peer that sends slowly is cut off.
const TIMEOUT: Duration = Duration::from_secs(60);

/// Why a question has no answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{what}")]
pub struct FetchError {
    /// What is wrong.
    pub what: Trouble,
    /// Whether trying again later may help: nobody answered, the other side is busy.
    pub later: bool,
}

impl FetchError {
    pub(crate) fn later(what: Known) -> Self {
        Self {
            what: what.into(),
            later: true,
        }
    }

    pub(crate) fn never(what: Known) -> Self {
        Self {
            what: what.into(),
            later: false,
        }
    }
}

impl From<FetchError> for DoorError {
    fn from(error: FetchError) -> Self {
        let what = error.what.to_string();
        match error.later {
            true => Self::Later(what),
            false => Self::Never(what),
        }
    }
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
    async fn fetch(&self, fetch: &Fetch) -> Result<Fetched, FetchError>;
}

#[async_trait]
impl FetchDoor for HttpsDoor {
    async fn fetch(&self, fetch: &Fetch) -> Result<Fetched, FetchError> {
        let seconds = TIMEOUT.as_secs();
        match tokio::time::timeout(TIMEOUT, self.fetched(fetch)).await {
            Ok(done) => done,
            Err(_) => Err(FetchError::later(Known::NoAnswer { seconds })),
        }
    }
}

impl HttpsDoor {
    async fn fetched(&self, fetch: &Fetch) -> Result<Fetched, FetchError> {
        let broke = |words: String| FetchError::later(Known::BrokeOff { words });
        let later = |error: hyper::Error| broke(error.to_string());
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
            .map_err(|error| {
                let words = error.to_string();
                FetchError::never(Known::BadAddress { words })
            })?;
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
            true => FetchError::never(Known::TooLarge {
                most: fetch.most_bytes as u64,
            }),
            false => broke(error.to_string()),
        })?;
        Ok(Fetched {
            status: parts.status.as_u16(),
            headers: parts.headers,
            body: body.to_bytes(),
        })
    }
}
