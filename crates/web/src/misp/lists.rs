//! Organisations, groups and what else a client lists. Lists that this hub does not keep are empty and say so
//! by being so.

use axum::{
    extract::{OriginalUri, Path, State},
    response::Response,
};
use kaname_world::misp::tag_number;
use serde_json::{Value, json};

use super::{answer, asked, error::MispError, hello::url};
use crate::house::{By, House};

/// `GET organisations/index`
pub(super) async fn organisations(
    State(house): State<House>,
    by: By,
    rest: Option<Path<String>>,
) -> Result<Response, MispError> {
    let rest = rest.map(|Path(rest)| rest).unwrap_or_default();
    let named = asked::named(&rest)?;
    let wanted = named.get("searchall").and_then(Value::as_str);
    let wanted = wanted.unwrap_or_default().replace('+', " ").to_lowercase();
    let all = house.world().misp_organisations(&by).await?;
    let told = all
        .iter()
        .filter(|one| one.name.to_lowercase().contains(&wanted));
    let told: Vec<Value> = told.map(|one| one.in_list()).collect();
    Ok(answer::json(&told.into()))
}

/// `GET organisations/view/{number or UUID}`
pub(super) async fn organisation(
    State(house): State<House>,
    by: By,
    Path(named): Path<String>,
    uri: OriginalUri,
) -> Result<Response, MispError> {
    let all = house.world().misp_organisations(&by).await?;
    let found = all.iter().find(|one| one.names().contains(&named));
    let found = found.ok_or_else(|| MispError::missing("organisation", url(&uri)))?;
    Ok(answer::json(&found.in_list()))
}

/// `GET sharingGroups/index`
pub(super) async fn sharing_groups(
    State(house): State<House>,
    by: By,
) -> Result<Response, MispError> {
    let groups = house.world().misp_groups(&by).await?;
    let told: Vec<Value> = groups.iter().map(|group| group.in_list()).collect();
    Ok(answer::json(&json!({ "response": told })))
}

/// `GET sharing_groups/view/{number or UUID}`
pub(super) async fn sharing_group(
    State(house): State<House>,
    by: By,
    Path(named): Path<String>,
    uri: OriginalUri,
) -> Result<Response, MispError> {
    let groups = house.world().misp_groups(&by).await?;
    let is_named = |id: String, number: String| named == id || named == number;
    let found = groups
        .iter()
        .find(|group| is_named(group.id.to_string(), group.number()));
    let found = found.ok_or_else(|| MispError::missing("sharing group", url(&uri)))?;
    Ok(answer::json(&found.in_list()))
}

/// `GET tags/index`: those that the hub itself gives; what others gave stands on their events.
pub(super) async fn tags() -> Response {
    let tags = kaname_misp::OWN_TAGS.iter().map(|name| {
        json!({
            "id": tag_number(name),
            "name": name,
            "colour": kaname_misp::colour_of(name),
            "exportable": true,
            "hide_tag": false,
            "local_only": false,
        })
    });
    answer::json(&json!({ "Tag": tags.collect::<Vec<Value>>() }))
}

/// `GET taxonomies/index`
pub(super) async fn taxonomies() -> Response {
    answer::json(&json!([]))
}

/// `GET galaxies/index`
pub(super) async fn galaxies() -> Response {
    answer::json(&json!([]))
}

/// `GET warninglists/index`
pub(super) async fn warninglists() -> Response {
    answer::json(&json!({ "Warninglists": [] }))
}
