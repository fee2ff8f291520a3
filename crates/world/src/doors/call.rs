//! Calls to other machines by HTTPS: short, bounded, never into the hub's own network.

use std::{
    net::{IpAddr, SocketAddr},
    sync::Arc,
    time::Duration,
};

use async_trait::async_trait;
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::{Method, Request, StatusCode, body::Bytes, client::conn::http1, header, http};
use hyper_util::rt::TokioIo;
use kaname_sharing::turn::trouble::{Known, OfCertificate};
use rustls::{CertificateError, ClientConfig, RootCertStore, pki_types::ServerName};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpStream,
};
use tokio_rustls::TlsConnector;
use url::{Host, Url};

use super::{DoorError, FetchError, is_public};

/// The whole call: name, connection, handshake, answer. Well below a job's lease.
const TIMEOUT: Duration = Duration::from_secs(15);
/// Most bytes of an answer that are taken; what it says does not matter.
const MAX_ANSWER: usize = 64 * 1024;

/// Bounds of calls.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct HttpsSettings {
    /// Whether targets in private networks may be called.
    pub private: bool,
    /// Whether this machine itself may be called, also without TLS: for demos and tests.
    pub loopback: bool,
}

/// A call: a POST of JSON.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    /// Where to.
    pub url: String,
    /// Further headers, lower case.
    pub headers: Vec<(&'static str, String)>,
    /// The body.
    pub body: String,
}

/// A door that calls leave by.
#[async_trait]
pub trait CallDoor: Send + Sync {
    /// Makes one call; it went well when the other side answers 2xx. Redirects are not followed.
    async fn call(&self, call: &Call) -> Result<(), DoorError>;
}

/// Bytes both ways.
pub(super) trait Wire: AsyncRead + AsyncWrite + Unpin + Send {}

impl<T: AsyncRead + AsyncWrite + Unpin + Send> Wire for T {}

/// Calls over the internet.
pub struct HttpsDoor {
    settings: HttpsSettings,
    tls: TlsConnector,
}

impl HttpsDoor {
    /// With the certificates this machine trusts.
    ///
    /// # Errors
    /// When TLS cannot be set up.
    pub fn new(settings: HttpsSettings) -> Result<Self, DoorError> {
        let mut roots = RootCertStore::empty();
        // A certificate that cannot be read makes its issuer unknown, which fails closed.
        roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(|error| DoorError::Never(error.to_string()))?
            .with_root_certificates(roots)
            .with_no_client_auth();
        Ok(Self {
            settings,
            tls: TlsConnector::from(Arc::new(config)),
        })
    }

    /// The addresses of a host, all of them permitted. One that is not refuses them all: a name that
    /// points both outside and inside is not honest.
    async fn addresses(&self, url: &Url, port: u16) -> Result<Vec<SocketAddr>, FetchError> {
        let addresses: Vec<SocketAddr> = match url.host() {
            Some(Host::Ipv4(address)) => vec![(address, port).into()],
            Some(Host::Ipv6(address)) => vec![(address, port).into()],
            Some(Host::Domain(name)) => tokio::net::lookup_host((name, port))
                .await
                .map_err(|error| {
                    FetchError::later(Known::UnknownHost {
                        host: name.to_owned(),
                        words: error.to_string(),
                    })
                })?
                .collect(),
            None => Vec::new(),
        };
        if addresses.is_empty() {
            return Err(FetchError::later(Known::NoAddress));
        }
        let refused = addresses.iter().find(|address| !self.permits(address.ip()));
        match refused {
            Some(_) => Err(FetchError::never(Known::PrivateNetwork)),
            None => Ok(addresses),
        }
    }

    fn permits(&self, address: IpAddr) -> bool {
        if is_public(address) {
            return true;
        }
        if address.to_canonical().is_loopback() {
            return self.settings.loopback;
        }
        self.settings.private
    }

    async fn made(&self, call: &Call) -> Result<(), DoorError> {
        let url = Url::parse(&call.url).map_err(|error| DoorError::Never(error.to_string()))?;
        let stream = self.connect(&url).await?;
        post(&url, call, stream).await
    }

    /// A connection to the host of an address that may be called, with TLS unless it is this machine.
    pub(super) async fn connect(&self, url: &Url) -> Result<Box<dyn Wire>, FetchError> {
        let odd = |words: String| FetchError::never(Known::BadAddress { words });
        let port = url
            .port_or_known_default()
            .ok_or_else(|| odd("it has no port".to_owned()))?;
        let addresses = self.addresses(url, port).await?;
        // The address that was looked at is the one connected to: no second look-up in between.
        let stream = TcpStream::connect(addresses.as_slice())
            .await
            .map_err(|error| {
                let words = error.to_string();
                FetchError::later(Known::NoConnection { words })
            })?;
        match url.scheme() {
            "https" => {
                let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']);
                let name = ServerName::try_from(host.to_owned())
                    .map_err(|error| odd(error.to_string()))?;
                let stream = self.tls.connect(name, stream).await;
                let stream = stream.map_err(|error| FetchError::later(of_tls(&error)))?;
                Ok(Box::new(stream))
            }
            "http" if self.settings.loopback && addresses.iter().all(|a| a.ip().is_loopback()) => {
                Ok(Box::new(stream))
            }
            _ => Err(FetchError::never(Known::NotHttps)),
        }
    }
}

/// Why no TLS came about.
fn of_tls(error: &std::io::Error) -> Known {
    let words = error.to_string();
    let inner = error.get_ref();
    let inner = inner.and_then(|inner| inner.downcast_ref::<rustls::Error>());
    let Some(rustls::Error::InvalidCertificate(why)) = inner else {
        return Known::Tls { words };
    };
    let fault = match why {
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => {
            OfCertificate::Expired
        }
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
            OfCertificate::NotYetValid
        }
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            OfCertificate::OtherName
        }
        CertificateError::UnknownIssuer => OfCertificate::UnknownIssuer,
        _ => OfCertificate::Other,
    };
    Known::Certificate { fault, words }
}

#[async_trait]
impl CallDoor for HttpsDoor {
    async fn call(&self, call: &Call) -> Result<(), DoorError> {
        match tokio::time::timeout(TIMEOUT, self.made(call)).await {
            Ok(done) => done,
            Err(_) => Err(DoorError::Later("no answer within 15 s".to_owned())),
        }
    }
}

/// The head of a request on a connection of its own, with these further headers.
pub(super) fn asking<'h>(
    method: Method,
    url: &Url,
    headers: impl Iterator<Item = (&'h str, &'h str)>,
) -> http::request::Builder {
    let host = match url.port() {
        Some(port) => format!("{}:{port}", url.host_str().unwrap_or_default()),
        None => url.host_str().unwrap_or_default().to_owned(),
    };
    let path = match url.query() {
        Some(query) => format!("{}?{query}", url.path()),
        None => url.path().to_owned(),
    };
    let request = Request::builder()
        .method(method)
        .uri(path)
        .header(header::HOST, host)
        .header(header::USER_AGENT, "kaname")
        .header(header::CONNECTION, "close");
    headers.fold(request, |request, (name, value)| {
        request.header(name, value)
    })
}

async fn post<S>(url: &Url, call: &Call, stream: S) -> Result<(), DoorError>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let later = |error: hyper::Error| DoorError::Later(format!("the call failed: {error}"));
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream))
        .await
        .map_err(later)?;
    let driving = tokio::spawn(connection);
    let headers = call.headers.iter();
    let headers = headers.map(|(name, value)| (*name, value.as_str()));
    let request = asking(Method::POST, url, headers)
        .header(header::CONTENT_TYPE, "application/json")
        .body(Full::new(Bytes::from(call.body.clone())))
        .map_err(|error| DoorError::Never(error.to_string()))?;
    let answer = sender.send_request(request).await.map_err(later);
    let outcome = match answer {
        Ok(answer) => {
            let status = answer.status();
            // Read so that the other side is not cut off while it answers; what it says is dropped.
            let _ = Limited::new(answer.into_body(), MAX_ANSWER).collect().await;
            said(status)
        }
        Err(error) => Err(error),
    };
    driving.abort();
    outcome
}

fn said(status: StatusCode) -> Result<(), DoorError> {
    match status {
        status if status.is_success() => Ok(()),
        StatusCode::GONE => Err(DoorError::Never("answered 410: gone".to_owned())),
        status if status.is_redirection() => {
            let code = status.as_u16();
            Err(DoorError::Never(format!(
                "answered {code}: redirects are not followed"
            )))
        }
        status => Err(DoorError::Later(format!("answered {}", status.as_u16()))),
    }
}
