//! The events that a key may read as a MISP feed: `manifest.json`, `hashes.csv` and one file for each event, at
//! `/misp/feed/`. MISP reads it when this address stands among its feeds, with the key as a header.

use axum::{
    extract::{OriginalUri, Path, State},
    response::Response,
};
use serde_json::Map;
use uuid::Uuid;

use super::{
    answer,
    error::MispError,
    hello::url,
    search::Search,
    view,
    walk::{Parts, Walk},
};
use crate::house::{By, House};

/// `GET feed/manifest.json`
pub(super) async fn manifest(State(house): State<House>, by: By) -> Result<Response, MispError> {
    let walk = Walk::of_feed(house.shared_world(), &by, Parts::ToDecide).await?;
    let search = Search::manifest(&house, &by, walk);
    Ok(answer::streamed(search.chunks(), answer::JSON))
}

/// `GET feed/hashes.csv`
pub(super) async fn hashes(State(house): State<House>, by: By) -> Result<Response, MispError> {
    let walk = Walk::of_feed(house.shared_world(), &by, Parts::Always).await?;
    let search = Search::hashes(&house, &by, walk);
    Ok(answer::streamed(search.chunks(), answer::CSV))
}

/// `GET feed/{UUID}.json`, or without the ending.
pub(super) async fn event(
    State(house): State<House>,
    by: By,
    Path(named): Path<String>,
    uri: OriginalUri,
) -> Result<Response, MispError> {
    let named = named.strip_suffix(".json").unwrap_or(&named);
    let event = Some(named).filter(|name| name.len() == 36);
    let Some(event) = event.and_then(|name| Uuid::try_parse(name).ok()) else {
        return Err(MispError::missing("event", url(&uri)));
    };
    view::show(&house, &by, (&event.to_string(), &Map::new()), &uri).await
}
