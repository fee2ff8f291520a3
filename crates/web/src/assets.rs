//! The pages' style, script and icon: built from `ui/`, embedded, compressed ahead, and named by
//! their content, so that a browser keeps them for good.

use axum::{
    extract::Path,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Redirect, Response},
};

use crate::error::Failure;

struct Asset {
    name: &'static str,
    file: &'static str,
    media_type: &'static str,
    plain: &'static [u8],
    brotli: &'static [u8],
    gzip: &'static [u8],
}

include!(concat!(env!("OUT_DIR"), "/assets.rs"));

/// Where the asset `name` (`kaname.css`) is served; empty when the build made none of that name.
pub fn url(name: &str) -> String {
    ASSETS
        .iter()
        .find(|asset| asset.name == name)
        .map(|asset| format!("/assets/{}", asset.file))
        .unwrap_or_default()
}

/// Sends a browser that looks for a site's picture at the old address to where it is.
pub async fn icon() -> Redirect {
    Redirect::temporary(&url("icon.svg"))
}

/// Answers with the file in the best encoding the client takes.
///
/// # Errors
/// [`Failure::NotFound`] for any name that this build did not make.
pub async fn serve(Path(file): Path<String>, headers: HeaderMap) -> Result<Response, Failure> {
    let asset = ASSETS
        .iter()
        .find(|asset| asset.file == file)
        .ok_or(Failure::NotFound)?;
    let etag = format!("\"{}\"", asset.file);
    let known = headers
        .get(header::IF_NONE_MATCH)
        .and_then(|tags| tags.to_str().ok())
        .is_some_and(|tags| tags.contains(&etag));
    let (encoding, bytes) = encoded(asset, &headers);
    let mut response = if known {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        bytes.into_response()
    };
    let answer = response.headers_mut();
    answer.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static(asset.media_type),
    );
    answer.insert(
        header::CACHE_CONTROL,
        HeaderValue::from_static("public, max-age=31536000, immutable"),
    );
    answer.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    if let Ok(etag) = HeaderValue::from_str(&etag) {
        answer.insert(header::ETAG, etag);
    }
    if let Some(encoding) = encoding.filter(|_| !known) {
        answer.insert(header::CONTENT_ENCODING, HeaderValue::from_static(encoding));
    }
    Ok(response)
}

fn encoded(asset: &Asset, headers: &HeaderMap) -> (Option<&'static str>, &'static [u8]) {
    let accepted = headers
        .get(header::ACCEPT_ENCODING)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    let takes = |coding: &str| {
        accepted.split(',').any(|item| {
            let (name, weight) = item.split_once(';').unwrap_or((item, ""));
            name.trim() == coding
                && !matches!(weight.trim(), "q=0" | "q=0.0" | "q=0.00" | "q=0.000")
        })
    };
    if takes("br") {
        (Some("br"), asset.brotli)
    } else if takes("gzip") {
        (Some("gzip"), asset.gzip)
    } else {
        (None, asset.plain)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn accepting(encoding: &'static str) -> HeaderMap {
        HeaderMap::from_iter([(header::ACCEPT_ENCODING, HeaderValue::from_static(encoding))])
    }

    #[tokio::test]
    async fn the_old_address_of_the_picture_leads_to_it() {
        let sent = icon().await.into_response();
        let file = sent.headers()[header::LOCATION]
            .to_str()
            .unwrap()
            .replace("/assets/", "");
        let picture = serve(Path(file), HeaderMap::new()).await.unwrap();
        assert_eq!(picture.headers()[header::CONTENT_TYPE], "image/svg+xml");
    }

    #[tokio::test]
    async fn served_compressed_immutable_and_not_twice() {
        let file = url("kaname.css").replace("/assets/", "");
        let first = serve(Path(file.clone()), accepting("gzip, br"))
            .await
            .unwrap();
        assert_eq!(first.headers()[header::CONTENT_ENCODING], "br");
        assert_eq!(
            first.headers()[header::CONTENT_TYPE],
            "text/css; charset=utf-8"
        );
        let etag = first.headers()[header::ETAG].clone();
        let again = HeaderMap::from_iter([(header::IF_NONE_MATCH, etag)]);
        let second = serve(Path(file), again).await.unwrap();
        assert_eq!(second.status(), StatusCode::NOT_MODIFIED);
    }

    #[tokio::test]
    async fn an_encoding_refused_is_not_sent() {
        let file = url("kaname.js").replace("/assets/", "");
        let plain = serve(Path(file), accepting("br;q=0, identity"))
            .await
            .unwrap();
        assert!(!plain.headers().contains_key(header::CONTENT_ENCODING));
    }

    #[tokio::test]
    async fn other_names_are_unknown() {
        let answer = serve(Path("../Cargo.toml".into()), HeaderMap::new()).await;
        assert!(matches!(answer, Err(Failure::NotFound)));
    }
}
