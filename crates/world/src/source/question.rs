//! What a source is asked, and what its answer says: a document, that it is as it was, or trouble.

use std::borrow::Cow;

use kaname_kernel::MatterId;
use kaname_sharing::{
    Sealed,
    source::{FormKind, SourceTerms, Validators},
    turn::trouble::Known,
};
use url::Url;

use super::{SECRET, csaf, misp};
use crate::{
    doors::{Fetch, Fetched, Headers},
    error::WorldError,
    turn::{Stopped, Wrong, told},
    world::World,
};

/// Longest header by which the hub is known, in bytes.
const MAX_HEADER: usize = 2_000;
/// Longest mark of a document that is kept, in bytes.
const MAX_MARK: usize = 300;
/// Headers that say how the question itself is carried, or what is asked: they are the hub's own.
const OWN_HEADERS: [&str; 14] = [
    "accept",
    "accept-encoding",
    "connection",
    "content-length",
    "content-type",
    "expect",
    "host",
    "if-match",
    "if-modified-since",
    "if-none-match",
    "range",
    "te",
    "transfer-encoding",
    "upgrade",
];

/// An answer that was hoped for.
pub(super) enum Answer {
    /// The document is as it was.
    Same,
    /// A document with its marks.
    Document(hyper::body::Bytes, Validators),
}

/// `name: value` of a header, as it may be sent.
pub(super) fn checked_header(name: &str, value: &str) -> Result<String, WorldError> {
    let (name, value) = (name.trim().to_ascii_lowercase(), value.trim());
    let token = |byte: u8| byte.is_ascii_alphanumeric() || b"-_".contains(&byte);
    let is_name = !name.is_empty() && name.bytes().all(token);
    if !is_name || OWN_HEADERS.contains(&name.as_str()) {
        let why = "the name of a header such as Authorization or X-API-Key is expected";
        return Err(WorldError::invalid("header", "error-text-character", why));
    }
    // RFC 9110 §5.5: visible signs and spaces.
    let is_value = value.bytes().all(|byte| (0x20..0x7f).contains(&byte));
    if value.is_empty() || !is_value {
        let why = "the value of a header has visible ASCII signs";
        return Err(WorldError::invalid("secret", "error-text-character", why));
    }
    let header = format!("{name}: {value}");
    if header.len() > MAX_HEADER {
        let why = "the header has at most 2000 bytes";
        return Err(WorldError::invalid("secret", "error-text-length", why));
    }
    Ok(header)
}

impl World {
    /// The question for what is read first of a source: its document, or the list of its events. `known` are the marks of
    /// the one that is here.
    pub(super) fn first_question(
        &self,
        terms: &SourceTerms,
        credential: Option<(MatterId, &Sealed)>,
        known: &Validators,
    ) -> Result<Fetch, WorldError> {
        if terms.form.kind.lists_events() {
            let url = misp::list_url(terms)?;
            let mut fetch = self.source_question(url, terms, credential, known)?;
            fetch.body = misp::list_body(terms.form.kind);
            if fetch.body.is_some() {
                let json = ("content-type".into(), "application/json".to_owned());
                fetch.headers.push(json);
            }
            return Ok(fetch);
        }
        let url = terms.url.as_deref().unwrap_or_default();
        let mut url = Url::parse(url).map_err(WorldError::encoding)?;
        if terms.form.kind == FormKind::Csaf {
            url = csaf::first_url(url);
        }
        self.source_question(url, terms, credential, known)
    }

    /// The header by which the hub is known at a source.
    pub(super) fn source_header(
        &self,
        credential: Option<(MatterId, &Sealed)>,
    ) -> Result<Headers, WorldError> {
        let Some((id, sealed)) = credential else {
            return Ok(Headers::new());
        };
        let header = self.open_credential(SECRET, id, sealed)?;
        Ok(parted(&header).into_iter().collect())
    }

    /// The question for one document of a source.
    pub(super) fn source_question(
        &self,
        url: Url,
        terms: &SourceTerms,
        credential: Option<(MatterId, &Sealed)>,
        known: &Validators,
    ) -> Result<Fetch, WorldError> {
        let accepted = match terms.form.kind {
            // MISP answers with a page to whoever would take one.
            FormKind::Misp => "application/json",
            _ => "*/*",
        };
        let mut headers: Headers = vec![("accept".into(), accepted.to_owned())];
        if let Some(etag) = &known.etag {
            headers.push(("if-none-match".into(), etag.clone()));
        }
        if let Some(moment) = &known.last_modified {
            headers.push(("if-modified-since".into(), moment.clone()));
        }
        headers.extend(self.source_header(credential)?);
        Ok(Fetch {
            url,
            headers,
            most_bytes: usize::try_from(terms.most_bytes).unwrap_or(usize::MAX),
            body: None,
        })
    }
}

/// Name and value of a header that was sealed as one line.
pub(super) fn parted(header: &[u8]) -> Option<(Cow<'static, str>, String)> {
    let header = std::str::from_utf8(header).ok()?;
    let (name, value) = header.split_once(": ")?;
    Some((name.to_owned().into(), value.to_owned()))
}

/// What an answer says. `asked`: whether the source was told which document is here.
pub(super) fn answer(fetched: Fetched, asked: bool) -> Result<Answer, Stopped> {
    let header = |name: &str| fetched.headers.get(name).and_then(|one| one.to_str().ok());
    match fetched.status {
        200 => {}
        304 if asked => return Ok(Answer::Same),
        300..400 => {
            let to = told(header("location").unwrap_or_default());
            let status = fetched.status;
            return Err(Wrong::answering(&fetched, Known::Redirected { status, to }).into());
        }
        _ => return Err(Wrong::by_status(&fetched, String::new()).into()),
    }
    if let Some(packed) = header("content-encoding").filter(|one| *one != "identity") {
        let how = told(packed);
        return Err(Known::Packed { how }.into());
    }
    let mark = |name: &str| {
        let mark = header(name).filter(|mark| mark.len() <= MAX_MARK);
        mark.map(str::to_owned)
    };
    let validators = Validators {
        etag: mark("etag"),
        last_modified: mark("last-modified"),
        sha256: None,
    };
    Ok(Answer::Document(fetched.body, validators))
}
