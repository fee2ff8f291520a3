//! What agreements with other servers have in common: a code by which people name them, and an address of the web.

use url::Url;

use crate::refused::Refused;

/// Longest code.
const MAX_CODE: usize = 40;
/// Longest address.
pub(crate) const MAX_URL: usize = 2_000;

/// Refuses what is no code.
pub(crate) fn check_code(code: &str) -> Result<(), Refused> {
    match code.len() <= MAX_CODE && is_word(code) {
        true => Ok(()),
        false => Err(Refused::BadName {
            field: "code",
            allowed: "a-z 0-9 -",
        }),
    }
}

/// Whether a text is a word of a-z, 0-9 and `-`.
pub(crate) fn is_word(text: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    !text.is_empty() && text.bytes().all(plain)
}

/// Whether it is an address of the web that says neither who asks nor where in the page.
pub(crate) fn is_plain_web(url: &Url) -> bool {
    let is_web = matches!(url.scheme(), "https" | "http") && url.host().is_some();
    let is_plain = url.username().is_empty() && url.password().is_none();
    is_web && is_plain && url.fragment().is_none()
}
