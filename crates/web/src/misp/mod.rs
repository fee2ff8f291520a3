//! The part of MISP's REST interface that PyMISP and common tools use, under `/misp/`: a client's address is
//! `https://hub.example/misp/`, its key stands in `Authorization` as it is. What is told are the objects that
//! this key's party may read over TAXII, in MISP's form.
//!
//! A filter or path that is not known here is refused by its name; what may not be known is answered as what
//! is not there.

mod answer;
mod asked;
mod body;
mod csv;
mod error;
mod feed;
mod hello;
mod index;
mod listed;
mod lists;
mod posts;
mod proposals;
mod search;
mod sightings;
mod table;
mod view;
mod walk;
mod write;

use axum::http::{HeaderMap, header};

pub use self::table::endpoints;
pub(crate) use self::{body::Places, error::told};

/// Where it stands.
const ROOT: &str = "/misp";
/// How every key begins.
const KEY_START: &str = "kn_";
/// Longest header that is read, in bytes.
const LONGEST: usize = 1_024;

/// Whether a request is for this room.
pub(crate) fn is_here(path: &str) -> bool {
    let rest = path.strip_prefix(ROOT);
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// The key that a request carries: as it is, as MISP's clients send it, or as elsewhere.
pub(crate) fn key_in(headers: &HeaderMap) -> Option<String> {
    let bare = |name: &str| {
        let mut named = headers.get_all(name).iter();
        let (Some(only), None) = (named.next(), named.next()) else {
            return None;
        };
        let text = only.to_str().ok().filter(|text| text.len() <= LONGEST)?;
        let key = text.trim();
        let is_key = key.starts_with(KEY_START) && !key.contains(' ');
        is_key.then(|| key.to_owned())
    };
    bare(header::AUTHORIZATION.as_str())
        .or_else(|| bare("x-misp-auth"))
        .or_else(|| crate::taxii::key_in(headers))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(name: &'static str, value: &str) -> Option<String> {
        let mut headers = HeaderMap::new();
        headers.insert(name, value.parse().ok()?);
        key_in(&headers)
    }

    #[test]
    fn a_key_is_found_where_misps_clients_put_it() {
        let key = Some("kn_abc_def".to_owned());
        assert_eq!(of("authorization", "kn_abc_def"), key);
        assert_eq!(of("x-misp-auth", "kn_abc_def"), key);
        assert_eq!(of("authorization", "Bearer kn_abc_def"), key);
        assert_eq!(of("authorization", "abcdef"), None);
        assert_eq!(of("authorization", "kn_abc def"), None);
        assert_eq!(
            of("authorization", &format!("kn_{}", "a".repeat(2_000))),
            None
        );
    }

    #[test]
    fn the_room_is_known_by_its_path() {
        assert!(is_here("/misp") && is_here("/misp/events/index"));
        assert!(!is_here("/mispelt") && !is_here("/taxii2/"));
    }
}
