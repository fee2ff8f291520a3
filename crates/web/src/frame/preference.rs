//! The switches of language and theme, kept in cookies by the server.

use axum::{
    extract::Query,
    http::{Method, header},
    response::Response,
    routing,
};
use serde::Deserialize;

use super::{Frame, Posted, Theme, cookie, typed::Typed};
use crate::{
    error::Failure,
    frame::Host,
    route::{Access, Audit, BodySize, Endpoint},
    text::Lang,
};

/// What the switch chose. It stands behind the address where the switch posts a form along, else in the
/// switch's own form.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Chosen {
    lang: String,
    theme: String,
    back: String,
    /// Where the form that is posted along posts to otherwise.
    of: String,
}

impl Chosen {
    fn fill(&mut self, fields: &[(String, String)]) {
        for (name, value) in fields {
            match name.as_str() {
                "lang" => self.lang.clone_from(value),
                "theme" => self.theme.clone_from(value),
                "back" => self.back.clone_from(value),
                _ => {}
            }
        }
    }
}

/// Name under which the script of the pages brings other forms along.
const KEPT: &str = "kept";

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
    .with_body(BodySize::Draft)
}

async fn set(
    frame: Frame,
    Query(mut chosen): Query<Chosen>,
    Posted(fields): Posted<Vec<(String, String)>>,
) -> Result<Response, Failure> {
    if chosen.of.is_empty() {
        chosen.fill(&fields);
    }
    let back = inside(&chosen.back);
    let mut response = frame.go(back)?;
    let (kept, own): (Vec<_>, Vec<_>) = fields.into_iter().partition(|(name, _)| name == KEPT);
    let mut typed = Typed::on(back);
    if !chosen.of.is_empty() {
        typed = typed.with(&chosen.of, own);
    }
    for (_, form) in &kept {
        typed = typed.with_written(form);
    }
    response.extensions_mut().insert(typed);
    let secure = frame.settings().secure;
    let lang = Lang::from_tag(&chosen.lang).and_then(|lang| cookie::lang(lang, secure));
    let theme = Theme::from_name(&chosen.theme);
    let theme = (!chosen.theme.is_empty())
        .then(|| cookie::theme(theme, secure))
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
