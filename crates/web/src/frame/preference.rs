//! The switches of language and theme, kept in cookies by the server.

use axum::{
    http::{Method, header},
    response::Response,
    routing,
};
use serde::Deserialize;

use super::{Frame, Posted, Theme, cookie};
use crate::{
    error::Failure,
    frame::Host,
    route::{Access, Audit, Endpoint},
    text::Lang,
};

#[derive(Debug, Deserialize)]
struct Chosen {
    #[serde(default)]
    lang: String,
    #[serde(default)]
    theme: String,
    #[serde(default)]
    back: String,
}

/// `POST /preferences`: keeps what was chosen and goes back to the page.
pub fn endpoint<H: Host>() -> Endpoint<H> {
    Endpoint::new(
        Method::POST,
        "/preferences",
        "preference.set",
        Access::Public("a reader's own look; nothing of the house is shown or changed"),
        Audit::None("kept in the reader's browser only"),
        routing::post(set),
    )
}

async fn set(frame: Frame, Posted(chosen): Posted<Chosen>) -> Result<Response, Failure> {
    let mut response = frame.go(inside(&chosen.back))?;
    let secure = frame.settings().secure;
    let lang = Lang::from_tag(&chosen.lang).and_then(|lang| cookie::lang(lang, secure));
    let theme = Theme::from_name(&chosen.theme);
    let theme = (!chosen.theme.is_empty())
        .then(|| cookie::write(cookie::THEME, theme.name(), cookie::A_YEAR, secure))
        .flatten();
    for line in [lang, theme].into_iter().flatten() {
        response.headers_mut().append(header::SET_COOKIE, line);
    }
    Ok(response)
}

/// The path when it stays within this house, else the first page.
pub(crate) fn inside(path: &str) -> &str {
    let local = path.starts_with('/')
        && !path.starts_with("//")
        && path.bytes().all(|b| b.is_ascii_graphic() && b != b'\\');
    if local { path } else { "/" }
}

#[cfg(test)]
mod tests {
    use super::inside;

    #[test]
    fn only_paths_of_this_house_are_gone_back_to() {
        assert_eq!(inside("/library?q=a&page=2"), "/library?q=a&page=2");
        for elsewhere in [
            "",
            "//evil.example",
            "https://evil.example",
            "/\\evil",
            "/a\r\nb",
            "/a b",
        ] {
            assert_eq!(inside(elsewhere), "/");
        }
    }
}
