//! Asking the provider: one short, bounded request at a time, no redirects. HTTPS, except to this
//! machine itself.

use std::{sync::Arc, time::Duration};

use http_body_util::{BodyExt as _, Full, Limited};
use hyper::{Method, Request, body::Bytes, client::conn::http1, header};
use hyper_util::rt::TokioIo;
use rustls::{ClientConfig, RootCertStore, pki_types::ServerName};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpStream,
};
use tokio_rustls::TlsConnector;
use url::{Host, Url};

/// Name, connection, handshake and answer together.
const TIMEOUT: Duration = Duration::from_secs(10);
/// Longest answer read, in bytes.
const MAX_ANSWER: usize = 256 * 1024;

/// A form to post, with the client's credentials.
pub(super) struct Post {
    pub(super) body: String,
    pub(super) authorization: Option<String>,
}

/// The way to the provider.
pub(super) struct ProviderDoor {
    tls: TlsConnector,
}

/// Whether an address is one to ask: HTTPS, or plain HTTP that stays on this machine.
pub(super) fn is_protected(url: &Url) -> bool {
    let here = match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    };
    url.scheme() == "https" || (url.scheme() == "http" && here)
}

impl ProviderDoor {
    /// With the certificates this machine trusts.
    pub(super) fn new() -> Result<Self, String> {
        let mut roots = RootCertStore::empty();
        // A certificate that cannot be read makes its issuer unknown, which fails closed.
        roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(|error| error.to_string())?
            .with_root_certificates(roots)
            .with_no_client_auth();
        let tls = TlsConnector::from(Arc::new(config));
        Ok(Self { tls })
    }

    /// The JSON at an address: by GET, or as the answer to a form.
    pub(super) async fn json(
        &self,
        url: &Url,
        post: Option<Post>,
    ) -> Result<serde_json::Value, String> {
        let asked = tokio::time::timeout(TIMEOUT, self.asked(url, post)).await;
        let bytes = asked.map_err(|_| "no answer within 10 s".to_owned())??;
        serde_json::from_slice(&bytes).map_err(|error| format!("the answer is no JSON: {error}"))
    }

    async fn asked(&self, url: &Url, post: Option<Post>) -> Result<Bytes, String> {
        if !is_protected(url) {
            return Err("only https is asked".to_owned());
        }
        let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']);
        let port = url
            .port_or_known_default()
            .ok_or("the address has no port")?;
        let stream = TcpStream::connect((host, port))
            .await
            .map_err(|error| format!("no connection: {error}"))?;
        if url.scheme() == "http" {
            return answer(url, post, stream).await;
        }
        let name = ServerName::try_from(host.to_owned()).map_err(|error| error.to_string())?;
        let stream = self.tls.connect(name, stream).await;
        answer(
            url,
            post,
            stream.map_err(|error| format!("TLS failed: {error}"))?,
        )
        .await
    }
}

async fn answer(
    url: &Url,
    post: Option<Post>,
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
) -> Result<Bytes, String> {
    let handshake = http1::handshake(TokioIo::new(stream)).await;
    let (mut sender, connection) = handshake.map_err(|error| error.to_string())?;
    let request = request(url, post)?;
    let driving = tokio::spawn(connection);
    let answered = async {
        let answer = sender
            .send_request(request)
            .await
            .map_err(|error| error.to_string())?;
        let status = answer.status();
        let body = Limited::new(answer.into_body(), MAX_ANSWER).collect().await;
        let body = body.map_err(|error| error.to_string())?.to_bytes();
        if status.is_success() {
            Ok(body)
        } else {
            Err(format!("the answer is {status}"))
        }
    };
    let answered = answered.await;
    driving.abort();
    answered
}

fn request(url: &Url, post: Option<Post>) -> Result<Request<Full<Bytes>>, String> {
    let path = &url[url::Position::BeforePath..url::Position::AfterQuery];
    let host = &url[url::Position::BeforeHost..url::Position::AfterPort];
    let mut request = Request::builder()
        .uri(path)
        .header(header::HOST, host)
        .header(header::ACCEPT, "application/json")
        .header(header::USER_AGENT, "kaname");
    let mut body = Bytes::new();
    if let Some(post) = post {
        request = request
            .method(Method::POST)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        if let Some(authorization) = post.authorization {
            request = request.header(header::AUTHORIZATION, authorization);
        }
        body = Bytes::from(post.body);
    }
    request
        .body(Full::new(body))
        .map_err(|error| error.to_string())
}
