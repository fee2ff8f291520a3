//! Organisations, groups and what else a client lists. Lists that this hub does not keep are empty and say so
//! by being so.

use axum::{
    body::Bytes,
    extract::{OriginalUri, Path, State},
    response::Response,
};
use kaname_intake::read_listed;
use kaname_world::misp::{SharingGroup, tag_number};
use serde_json::{Map, Value, json};

use super::{answer, asked, error::MispError, hello::url};
use crate::house::{By, House};

/// Most values that are asked about at once.
const MOST_VALUES: usize = 10_000;
/// Longest value that is asked about, in bytes.
const LONGEST_VALUE: usize = 2_000;

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
    let found = group_of(&house, &by, &named, &uri).await?;
    Ok(answer::json(&found.in_list()))
}

async fn group_of(
    house: &House,
    by: &By,
    named: &str,
    uri: &OriginalUri,
) -> Result<SharingGroup, MispError> {
    let groups = house.world().misp_groups(by).await?;
    let is_named = |group: &SharingGroup| named == group.id.to_string() || named == group.number();
    let found = groups.into_iter().find(is_named);
    found.ok_or_else(|| MispError::missing("sharing group", url(uri)))
}

/// `POST sharingGroups/add`: groups are founded by people.
pub(super) async fn refuse_group(uri: OriginalUri) -> Result<Response, MispError> {
    Err(MispError::forbidden(GROUPS).at(url(&uri)))
}

/// `POST sharingGroups/edit|delete/{number or UUID}`: the same of a group that the caller's party is in.
pub(super) async fn refuse_group_named(
    State(house): State<House>,
    by: By,
    Path(named): Path<String>,
    uri: OriginalUri,
) -> Result<Response, MispError> {
    group_of(&house, &by, &named, &uri).await?;
    Err(MispError::forbidden(GROUPS).at(url(&uri)))
}

/// `POST sharingGroups/addOrg` and its like: who else is in a group is told to nobody, so that the answer is one for
/// whichever organisation is named.
pub(super) async fn refuse_group_member(
    State(house): State<House>,
    by: By,
    uri: OriginalUri,
    body: Bytes,
) -> Result<Response, MispError> {
    let named = match asked::body(&body)?.remove("sg_id") {
        Some(Value::String(named)) => named,
        Some(Value::Number(number)) => number.to_string(),
        _ => return Err(MispError::bad("sg_id", "a group is expected")),
    };
    group_of(&house, &by, &named, &uri).await?;
    Err(MispError::forbidden(GROUPS).at(url(&uri)))
}

const GROUPS: &str = "Groups are kept by this hub's administrators, not over this interface: whoever is in a group reads what is shared with it, so that each joining and leaving is a recorded decision of a person. Ask the hub; your own groups are at sharingGroups/index.";

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
pub(super) async fn warninglists(
    State(house): State<House>,
    by: By,
) -> Result<Response, MispError> {
    let all = house.world().warninglists(&by).await?;
    let told = all.iter().enumerate().map(|(place, list)| {
        let outline = &list.state.outline;
        json!({ "Warninglist": {
            "id": (place + 1).to_string(),
            "name": outline.name,
            "type": outline.kind.as_str(),
            "description": outline.description,
            "version": outline.version.to_string(),
            "enabled": true,
            "default": true,
            "category": "known",
            "warninglist_entry_count": outline.entries.to_string(),
            "valid_attributes": outline.types.join(", "),
        } })
    });
    let told: Vec<Value> = told.collect();
    Ok(answer::json(&json!({ "Warninglists": told })))
}

/// `POST warninglists/checkValue`: one value or a list of them. Only those are answered that a list knows.
pub(super) async fn check_values(
    State(house): State<House>,
    by: By,
    body: Bytes,
) -> Result<Response, MispError> {
    let asked: Value =
        serde_json::from_slice(&body).map_err(|error| MispError::bad("body", error.to_string()))?;
    let values = match &asked {
        Value::Array(values) => values.as_slice(),
        one => std::slice::from_ref(one),
    };
    if values.len() > MOST_VALUES {
        let why = format!("more than {MOST_VALUES} values are asked about");
        return Err(MispError::bad("value", why));
    }
    let world = house.world();
    let names = world.warninglists(&by).await?;
    let names: Vec<&str> = names
        .iter()
        .map(|list| list.state.outline.name.as_str())
        .collect();
    let warnings = world.warnings(&by).await?;
    let mut told = Map::new();
    for value in values {
        let text = value.as_str().filter(|text| text.len() <= LONGEST_VALUE);
        let text = text.ok_or_else(|| MispError::bad("value", "a text is expected".to_owned()))?;
        let Some(read) = read_listed(text) else {
            continue;
        };
        let lists = warnings.of(read.kind, &read.value).into_iter();
        let lists = lists.map(|list| {
            let place = names.iter().position(|name| *name == list.name);
            let id = place.map_or_else(String::new, |place| (place + 1).to_string());
            json!({ "id": id, "name": list.name, "matched": read.value })
        });
        let lists: Vec<Value> = lists.collect();
        if !lists.is_empty() {
            told.insert(text.to_owned(), lists.into());
        }
    }
    // As MISP answers where nothing is found.
    Ok(answer::json(&match told.is_empty() {
        true => json!([]),
        false => Value::Object(told),
    }))
}
