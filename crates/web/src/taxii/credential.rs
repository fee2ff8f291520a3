//! API keys in requests: `Authorization: Bearer kn_…`, or Basic (RFC 7617) with the key as password or,
//! for clients that send no password, as user name. Cookies are never looked at here.

use axum::http::{HeaderMap, header};
use base64::{Engine as _, engine::general_purpose::STANDARD};

/// Longest header that is read, in bytes.
const LONGEST: usize = 1_024;
/// How every key begins.
const START: &str = "kn_";

/// The key that a request carries; `None` when it carries none of the form.
pub(crate) fn key_in(headers: &HeaderMap) -> Option<String> {
    let mut named = headers.get_all(header::AUTHORIZATION).iter();
    let (Some(only), None) = (named.next(), named.next()) else {
        return None;
    };
    let text = only.to_str().ok().filter(|text| text.len() <= LONGEST)?;
    let (scheme, rest) = text.split_once(' ')?;
    let rest = rest.trim();
    if scheme.eq_ignore_ascii_case("bearer") {
        return Some(rest.to_owned()).filter(|key| key.starts_with(START));
    }
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let pair = String::from_utf8(STANDARD.decode(rest).ok()?).ok()?;
    let (user, password) = pair.split_once(':')?;
    let key = [password, user]
        .into_iter()
        .find(|part| part.starts_with(START));
    key.map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(value: &str) -> Option<String> {
        let mut headers = HeaderMap::new();
        headers.insert(header::AUTHORIZATION, value.parse().ok()?);
        key_in(&headers)
    }

    fn basic(pair: &str) -> Option<String> {
        of(&format!("Basic {}", STANDARD.encode(pair)))
    }

    #[test]
    fn a_key_is_found_wherever_clients_put_it() {
        let key = Some("kn_abc_def".to_owned());
        assert_eq!(of("Bearer kn_abc_def"), key);
        assert_eq!(of("bearer  kn_abc_def"), key);
        assert_eq!(basic("taxii:kn_abc_def"), key);
        assert_eq!(basic("kn_abc_def:"), key);
        assert_eq!(basic("kn_abc_def:x"), key);
    }

    #[test]
    fn anything_else_is_no_key() {
        assert_eq!(of("Bearer eyJhbGciOi"), None);
        assert_eq!(of("Basic !!!"), None);
        assert_eq!(of("Digest username=kn_abc"), None);
        assert_eq!(basic("kn_abc_def"), None);
        assert_eq!(basic("user:password"), None);
        assert_eq!(of(&format!("Bearer kn_{}", "a".repeat(2_000))), None);
        assert_eq!(key_in(&HeaderMap::new()), None);
    }

    #[test]
    fn two_headers_are_none() {
        let mut headers = HeaderMap::new();
        for key in ["Bearer kn_a_b", "Bearer kn_c_d"] {
            if let Ok(value) = key.parse() {
                headers.append(header::AUTHORIZATION, value);
            }
        }
        assert_eq!(key_in(&headers), None);
    }
}
