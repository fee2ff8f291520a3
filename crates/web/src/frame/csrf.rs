//! Protection against forms posted from elsewhere: where the request comes from is checked first,
//! then a token bound to the session (or, before signing in, to the browser).

use axum::{
    body::{Body, Bytes},
    extract::Request,
    http::{HeaderMap, header, request::Parts},
    middleware::Next,
    response::{IntoResponse, Response},
};
use futures_util::StreamExt as _;
use hmac::{Hmac, Mac as _};
use sha2::Sha256;

use super::{Frame, request::Turned};
use crate::error::{Failed, Failure};

/// How much of a body is looked at for the token: the hidden field `_csrf` must be the first of its
/// form.
const PEEK: usize = 4096;

/// Key under which form tokens are made; shared by all nodes of a world.
#[derive(Clone)]
pub struct CsrfKey([u8; 32]);

impl CsrfKey {
    /// From 32 secret bytes.
    pub const fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    fn mac(&self, binding: &str) -> Option<Hmac<Sha256>> {
        // HMAC takes keys of any length; the error can't occur.
        let mac = Hmac::<Sha256>::new_from_slice(&self.0).ok()?;
        Some(mac.chain_update(b"form\0").chain_update(binding))
    }

    /// The token for forms of one session or visit.
    pub fn token(&self, binding: &str) -> String {
        let mac = self.mac(binding).map(|mac| mac.finalize().into_bytes());
        mac.map(hex::encode).unwrap_or_default()
    }

    /// Whether the token is that of the binding; compares in constant time.
    pub fn fits(&self, binding: &str, token: &str) -> bool {
        match (self.mac(binding), hex::decode(token)) {
            (Some(mac), Ok(bytes)) => mac.verify_slice(&bytes).is_ok(),
            _ => false,
        }
    }
}

impl std::fmt::Debug for CsrfKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("CsrfKey(…)")
    }
}

/// Middleware of every endpoint that changes something for a browser: refuses requests from other
/// sites and those without the right token in their first field.
pub async fn guard(request: Request, next: Next) -> Response {
    let Some(frame) = request.extensions().get::<Frame>().cloned() else {
        return Failure::Forged.into_response();
    };
    if !from_here(request.headers()) {
        return Failure::Forged.into_response();
    }
    let (parts, body) = request.into_parts();
    let (seen, body) = match peek(body).await {
        Ok(both) => both,
        Err(failure) => return failure.into_response(),
    };
    let fits = first_field(&seen).is_some_and(|token| frame.token_fits(token));
    if !fits {
        return Failure::Forged.into_response();
    }
    let (typed, body) = match typed(&parts, body).await {
        Ok(both) => both,
        Err(failure) => return failure.into_response(),
    };
    let mut response = next.run(Request::from_parts(parts, body)).await;
    let not_taken = response.extensions().get::<Turned>().is_some() || leads_to_sign_in(&response);
    if let Some(fields) = typed
        && not_taken
    {
        response.extensions_mut().insert(fields);
    }
    response
}

/// The header in which a program that works with a person's session says the token of its forms.
pub(crate) const TOKEN_HEADER: &str = "x-csrf-token";

/// Middleware of every endpoint of the API that changes something: a person's session has to say the token of its
/// forms, and may not come from another site. A machine's key comes with no browser: nobody else can send it.
pub(crate) async fn guard_api(request: Request, next: Next) -> Response {
    let by = request.extensions().get::<crate::house::By>();
    if by.is_some_and(|by| by.account.is_some()) {
        let frame = request.extensions().get::<Frame>();
        let token = request.headers().get(TOKEN_HEADER);
        let token = token.and_then(|token| token.to_str().ok());
        let fits = frame
            .zip(token)
            .is_some_and(|(frame, token)| frame.token_fits(token));
        if !fits || !from_here(request.headers()) {
            return Failure::NoToken.into_response();
        }
    }
    next.run(request).await
}

/// What a form posted and to where, in case it is not taken.
#[derive(Debug, Clone)]
pub(crate) struct Sent {
    pub(super) to: String,
    pub(super) fields: Vec<(String, String)>,
    /// The page to fill in, where the answer does not lead there at once.
    pub(super) page: Option<String>,
    /// Whether the session it was typed in has ended.
    pub(super) ended: bool,
}

/// Whether whoever posted has to sign in, or show themselves again, first.
fn leads_to_sign_in(response: &Response) -> bool {
    let failed = response.extensions().get::<Failed>();
    failed.is_some_and(|Failed(failure)| {
        matches!(
            **failure,
            Failure::SignIn | Failure::Again | Failure::PasswordFirst
        )
    })
}

/// Most that is read of a form whose session has ended, in bytes.
const MOST_OF_ENDED: usize = 512 * 1024;

/// What was typed in a form whose session has ended, to be kept until its person has signed in again. Nothing
/// is read further than the form's token unless that is the session's own.
pub(crate) async fn unsent(frame: &Frame, parts: &Parts, body: Body) -> Option<Sent> {
    if frame.visitor().ended.is_none() || !from_here(&parts.headers) {
        return None;
    }
    let (seen, body) = peek(body).await.ok()?;
    if !first_field(&seen).is_some_and(|token| frame.token_of_ended_fits(token)) {
        return None;
    }
    let body = Body::new(http_body_util::Limited::new(body, MOST_OF_ENDED));
    let (sent, _) = typed(parts, body).await.ok()?;
    Some(Sent {
        ended: true,
        ..sent?
    })
}

/// Reads a url-encoded form whole, as its handler will, and puts it back.
async fn typed(parts: &Parts, body: Body) -> Result<(Option<Sent>, Body), Failure> {
    let kind = parts.headers.get(header::CONTENT_TYPE);
    let is_form = kind.is_some_and(|kind| {
        kind.as_bytes()
            .starts_with(b"application/x-www-form-urlencoded")
    });
    if !is_form {
        return Ok((None, body));
    }
    let mut stream = body.into_data_stream();
    let mut whole = Vec::new();
    while let Some(piece) = stream.next().await {
        match piece {
            Ok(piece) => whole.extend_from_slice(&piece),
            Err(error) if is_limit(&error) => return Err(Failure::TooLarge),
            Err(_) => return Err(Failure::BadRequest),
        }
    }
    let to = parts.uri.path_and_query();
    let sent = Sent {
        to: to.map_or("/", |to| to.as_str()).to_owned(),
        fields: url::form_urlencoded::parse(&whole).into_owned().collect(),
        page: None,
        ended: false,
    };
    Ok((Some(sent), Body::from(whole)))
}

/// Browsers say where a request comes from; a request that says "elsewhere" is refused. One that
/// says nothing comes from a program, which must still know the token.
fn from_here(headers: &HeaderMap) -> bool {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    if let Some(site) = text("sec-fetch-site") {
        return site == "same-origin";
    }
    match (text("origin"), text(header::HOST.as_str())) {
        (None, _) => true,
        (Some(origin), Some(host)) => origin
            .split_once("://")
            .is_some_and(|(_, authority)| authority.eq_ignore_ascii_case(host)),
        (Some(_), None) => false,
    }
}

/// Reads the body's beginning and puts it back in front.
async fn peek(body: Body) -> Result<(Bytes, Body), Failure> {
    let mut rest = body.into_data_stream();
    let mut seen = Vec::new();
    while seen.len() < PEEK {
        match rest.next().await {
            Some(Ok(piece)) => seen.extend_from_slice(&piece),
            Some(Err(error)) if is_limit(&error) => return Err(Failure::TooLarge),
            Some(Err(_)) => return Err(Failure::BadRequest),
            None => break,
        }
    }
    let seen = Bytes::from(seen);
    let first = futures_util::stream::iter([Ok(seen.clone())]);
    Ok((seen, Body::from_stream(first.chain(rest))))
}

/// Whether reading stopped at the endpoint's limit.
pub(crate) fn is_limit(error: &axum::Error) -> bool {
    let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(error);
    while let Some(here) = cause {
        if here.is::<http_body_util::LengthLimitError>() {
            return true;
        }
        cause = here.source();
    }
    false
}

/// The token when it is the first field of a form, url-encoded or multipart.
fn first_field(seen: &[u8]) -> Option<&str> {
    let seen = match std::str::from_utf8(seen) {
        Ok(text) => text,
        // A later field may hold other bytes, or the peek may end within a character.
        Err(error) => std::str::from_utf8(seen.get(..error.valid_up_to())?).ok()?,
    };
    if let Some(rest) = seen.strip_prefix("_csrf=") {
        return rest.split('&').next();
    }
    let (head, rest) = seen.split_once("\r\n\r\n")?;
    let names_it = head.starts_with("--") && head.contains("name=\"_csrf\"");
    names_it.then(|| rest.split("\r\n").next()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        pairs
            .iter()
            .map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap()))
            .collect()
    }

    #[test]
    fn a_token_fits_its_own_binding_only() {
        let key = CsrfKey::new([7; 32]);
        let token = key.token("session-a");
        assert!(key.fits("session-a", &token));
        assert!(!key.fits("session-b", &token));
        assert!(!key.fits("session-a", ""));
        assert!(!key.fits("session-a", "zz"));
        assert!(!CsrfKey::new([8; 32]).fits("session-a", &token));
    }

    #[test]
    fn other_sites_are_refused() {
        assert!(from_here(&headers(&[("sec-fetch-site", "same-origin")])));
        for site in ["cross-site", "same-site", "none"] {
            assert!(!from_here(&headers(&[("sec-fetch-site", site)])));
        }
        let own = [
            ("origin", "http://127.0.0.1:8080"),
            ("host", "127.0.0.1:8080"),
        ];
        assert!(from_here(&headers(&own)));
        assert!(!from_here(&headers(&[
            ("origin", "null"),
            ("host", "127.0.0.1:8080")
        ])));
        assert!(!from_here(&headers(&[
            ("origin", "https://evil.example"),
            ("host", "a.example")
        ])));
    }

    #[test]
    fn the_token_is_read_from_the_first_field_only() {
        assert_eq!(first_field(b"_csrf=ab12&name=x"), Some("ab12"));
        assert_eq!(first_field(b"name=x&_csrf=ab12"), None);
        let multipart =
            b"--b\r\nContent-Disposition: form-data; name=\"_csrf\"\r\n\r\nab12\r\n--b\xff";
        assert_eq!(first_field(multipart), Some("ab12"));
        assert_eq!(first_field(b"\xff\xfe"), None);
    }
}
