//! Strong ETags (RFC 9110 §8.8): a digest of exactly the bytes this reader gets.

use axum::http::{HeaderMap, header};
use sha2::{Digest as _, Sha256};

/// The tag of a feed's bytes, as it stands in the header.
pub(super) fn tag(digest: Sha256) -> String {
    let digest = digest.finalize();
    format!("\"{}\"", hex::encode(&digest[..16]))
}

/// Whether the client has these bytes already (RFC 9110 §13.1.2: weak comparison).
pub(super) fn is_held(headers: &HeaderMap, tag: &str) -> bool {
    let lines = headers.get_all(header::IF_NONE_MATCH).iter();
    let texts = lines.filter_map(|line| line.to_str().ok());
    texts.flat_map(|text| text.split(',')).any(|one| {
        let one = one.trim();
        one == "*" || one.strip_prefix("W/").unwrap_or(one) == tag
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_of_the_tags_named_counts() {
        let tag = tag(Sha256::new_with_prefix(b"feed"));
        let held = |text: &str| {
            let mut headers = HeaderMap::new();
            if let Ok(value) = text.parse() {
                headers.insert(header::IF_NONE_MATCH, value);
            }
            is_held(&headers, &tag)
        };
        assert!(held(&tag) && held("*"));
        assert!(held(&format!("\"other\", W/{tag}")));
        assert!(!held("\"other\"") && !held(tag.trim_matches('"')));
        assert!(!is_held(&HeaderMap::new(), &tag));
    }
}
