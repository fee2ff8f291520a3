//! What a search can ask by, for those who type it: conditions, and names of what the reader may see.

use axum::{
    Json,
    extract::{Query, State},
    response::{IntoResponse as _, Response},
};
use kaname_sharing::find::TYPES;
use serde::Deserialize;
use serde_json::json;

use crate::{
    error::Failure,
    frame::{Frame, Page, Section},
    house::{By, House},
    room::{choices::sector_name, library::type_word},
};

/// Most names offered at once.
const MOST_NAMES: u32 = 8;
/// Longest beginning that names are looked for by, in characters.
const LONGEST: usize = 60;

/// Conditions with what they mean.
pub(super) async fn terms(
    house: &House,
    by: &By,
    page: &Page,
) -> Result<Vec<(String, String)>, Failure> {
    let mut all: Vec<(String, String)> = Vec::new();
    for (code, _) in TYPES {
        all.push((format!("type:{code}"), type_word(page.text, code)));
    }
    for code in house.world().vocabulary().sectors() {
        all.push((format!("sector:{code}"), sector_name(page, house, code)));
    }
    for tlp in kaname_kernel::Tlp::ALL {
        let label = tlp.label().to_ascii_lowercase();
        all.push((format!("tlp:{label}"), tlp.to_string()));
    }
    for collection in house.world().collections(by).await? {
        let title = &collection.state.definition.title;
        let title = title.in_language(page.lang().tag()).to_owned();
        let code = collection.state.in_addresses();
        all.push((format!("collection:{code}"), title));
    }
    for (term, key) in [
        ("since:1d", "library-since-day"),
        ("since:7d", "library-since-week"),
        ("since:30d", "library-since-month"),
        ("since:90d", "library-since-quarter"),
    ] {
        all.push((term.to_owned(), page.t(key).into_owned()));
    }
    Ok(all)
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    /// What the last word typed is.
    begins: String,
}

pub(super) async fn known(
    State(house): State<House>,
    frame: Frame,
    by: By,
    Query(asked): Query<Asked>,
) -> Result<Response, Failure> {
    let page = frame.page(Section::Library, "");
    let terms = terms(&house, &by, &page).await?;
    let terms: Vec<_> = terms
        .into_iter()
        .map(|(term, said)| json!({ "term": term, "said": said }))
        .collect();
    let names = names(&house, &by, &asked.begins).await?;
    Ok(Json(json!({ "terms": terms, "names": names })).into_response())
}

/// Names that say the word, among what the reader may see.
async fn names(house: &House, by: &By, begins: &str) -> Result<Vec<String>, Failure> {
    let begins: String = begins.chars().take(LONGEST).collect();
    if begins.trim().is_empty() {
        return Ok(Vec::new());
    }
    Ok(house.world().names_saying(by, &begins, MOST_NAMES).await?)
}
