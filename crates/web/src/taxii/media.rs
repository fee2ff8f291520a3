//! Media types (TAXII 2.1 §1.6.8, §3.1).

use axum::http::{HeaderMap, HeaderName, header};

/// What every answer is.
pub(super) const TAXII: &str = "application/taxii+json;version=2.1";

/// Whether the client takes TAXII 2.1: it says so, says TAXII without a version, or takes anything.
pub(super) fn accepts(headers: &HeaderMap) -> bool {
    let mut named = headers.get_all(header::ACCEPT).iter().peekable();
    if named.peek().is_none() {
        return true;
    }
    let texts = named.filter_map(|value| value.to_str().ok());
    texts.flat_map(|text| text.split(',')).any(range_fits)
}

/// Whether a body of that content type is read.
pub(super) fn is_envelope(headers: &HeaderMap) -> bool {
    let mut named = headers
        .get_all(HeaderName::from_static("content-type"))
        .iter();
    let (Some(only), None) = (named.next(), named.next()) else {
        return false;
    };
    only.to_str().is_ok_and(|text| {
        let parts = parts(text);
        parts.name == "application/taxii+json" && parts.version_fits()
    })
}

struct Parts {
    name: String,
    version: Option<String>,
    quality: f32,
}

impl Parts {
    fn version_fits(&self) -> bool {
        self.version
            .as_deref()
            .is_none_or(|version| version == "2.1")
    }
}

fn range_fits(text: &str) -> bool {
    let parts = parts(text);
    let named = matches!(
        parts.name.as_str(),
        "application/taxii+json" | "application/*" | "*/*"
    );
    named && parts.version_fits() && parts.quality > 0.0
}

fn parts(text: &str) -> Parts {
    let mut pieces = text.split(';').map(str::trim);
    let mut parts = Parts {
        name: pieces.next().unwrap_or_default().to_ascii_lowercase(),
        version: None,
        quality: 1.0,
    };
    for piece in pieces {
        let Some((name, value)) = piece.split_once('=') else {
            continue;
        };
        let value = value.trim().trim_matches('"');
        match name.trim().to_ascii_lowercase().as_str() {
            "version" => parts.version = Some(value.to_owned()),
            "q" => parts.quality = value.parse().unwrap_or(0.0),
            _ => {}
        }
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(name: HeaderName, value: &str) -> HeaderMap {
        let mut headers = HeaderMap::new();
        if let Ok(value) = value.parse() {
            headers.insert(name, value);
        }
        headers
    }

    #[test]
    fn only_taxii_2_1_or_anything_is_accepted() {
        assert!(accepts(&HeaderMap::new()));
        for good in [
            "application/taxii+json;version=2.1",
            "application/taxii+json; version=2.1",
            "Application/TAXII+json; Version=\"2.1\"",
            "application/taxii+json",
            "*/*",
            "application/*",
            "text/html, application/taxii+json;version=2.1;q=0.4",
        ] {
            assert!(accepts(&with(header::ACCEPT, good)), "{good}");
        }
        for bad in [
            "application/taxii+json;version=2.0",
            "application/vnd.oasis.taxii+json; version=2.0",
            "application/json",
            "text/html",
            "*/*;q=0",
            "",
        ] {
            assert!(!accepts(&with(header::ACCEPT, bad)), "{bad}");
        }
    }

    #[test]
    fn only_a_taxii_body_is_read() {
        let content = |text| is_envelope(&with(header::CONTENT_TYPE, text));
        assert!(content("application/taxii+json;version=2.1"));
        assert!(content("application/taxii+json"));
        assert!(!content("application/taxii+json;version=2.0"));
        assert!(!content("application/json"));
        assert!(!content("application/stix+json;version=2.1"));
        assert!(!is_envelope(&HeaderMap::new()));
    }
}
