//! Reading and writing of cookies, as few as there are.

use axum::http::{HeaderMap, HeaderValue, header};

use super::Theme;
use crate::text::Lang;

/// Language chosen with the switch.
pub(crate) const LANG: &str = "kaname-lang";
/// Theme chosen with the switch.
pub(super) const THEME: &str = "kaname-theme";
/// Binds the forms of someone not signed in to their browser.
pub(super) const VISIT: &str = "kaname-visit";
/// What the next page shall say once.
pub(super) const FLASH: &str = "kaname-flash";
/// Path of the page whose forms shall be filled in again with what was typed, behind a secret that only the
/// browser has in which it was typed; of somebody not signed in, behind what was typed itself, sealed.
pub(super) const TYPED: &str = "kaname-typed";

/// How long what the reader chose is kept, in seconds.
const A_YEAR: u64 = 365 * 24 * 60 * 60;

/// The line that keeps the language chosen with the switch.
pub(super) fn lang(lang: Lang, secure: bool) -> Option<HeaderValue> {
    write(LANG, lang.tag(), A_YEAR, secure)
}

/// The line that keeps the theme chosen with the switch.
pub(super) fn theme(theme: Theme, secure: bool) -> Option<HeaderValue> {
    write(THEME, theme.name(), A_YEAR, secure)
}

/// The value of the first cookie of that name.
pub(crate) fn read<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|line| line.to_str().ok())
        .flat_map(|line| line.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(found, _)| *found == name)
        .map(|(_, value)| value)
}

/// A `Set-Cookie` line that scripts and other sites never see; `None` when the value has bytes
/// that a cookie can't carry. `seconds` 0 removes the cookie.
pub(crate) fn write(name: &str, value: &str, seconds: u64, secure: bool) -> Option<HeaderValue> {
    let plain = value
        .bytes()
        .all(|b| b.is_ascii_graphic() && !matches!(b, b';' | b',' | b'"' | b'\\'));
    let secure = if secure { "; Secure" } else { "" };
    let line = format!("{name}={value}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Lax{secure}");
    plain.then(|| HeaderValue::from_str(&line).ok()).flatten()
}
