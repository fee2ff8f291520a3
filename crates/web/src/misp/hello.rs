//! What a client asks first: which version this is, what there is to say, and whose key it has.

use axum::{
    extract::{OriginalUri, Path, State},
    response::Response,
};
use kaname_kernel::Who;
use kaname_policy::Action;
use kaname_world::World;
use serde_json::{Value, json};

use super::{ROOT, answer, error::MispError};
use crate::house::{By, House};

/// The version of MISP whose interface this follows.
const VERSION: &str = "2.5.0";

/// The address that was asked for, without the room.
pub(super) fn url(uri: &OriginalUri) -> String {
    let path = uri.0.path();
    path.strip_prefix(ROOT).unwrap_or(path).to_owned()
}

fn may(house: &House, by: &By, action: Action) -> bool {
    house.world().allow_any(by, action).is_ok()
}

/// `GET servers/getVersion`
pub(super) async fn version(State(house): State<House>, by: By) -> Response {
    answer::json(&json!({
        "version": VERSION,
        "pymisp_recommended_version": VERSION,
        // What a server needs to pull.
        "perm_sync": may(&house, &by, Action::TaxiiRead),
        "perm_sighting": may(&house, &by, Action::FeedbackGive),
        "perm_galaxy_editor": false,
        "request_encoding": [],
        "filter_sightings": true,
    }))
}

/// `GET servers/getPyMISPVersion.json`
pub(super) async fn client_version() -> Response {
    answer::json(&json!({ "version": VERSION }))
}

/// `GET attributes/describeTypes.json`
pub(super) async fn describe_types() -> Response {
    answer::json(&json!({ "result": kaname_misp::describe_types() }))
}

/// `GET users/view/me`: the machine that the key stands for. Of people nothing is told.
pub(super) async fn user(
    State(house): State<House>,
    by: By,
    Path(user): Path<String>,
    uri: OriginalUri,
) -> Result<Response, MispError> {
    let Who::Machine { key, .. } = by.actor.who else {
        return Err(MispError::missing("user", url(&uri)));
    };
    if user != "me" {
        return Err(MispError::missing("user", url(&uri)));
    }
    let organisation = World::misp_own(&by)?;
    let code = by.party.as_ref().map(|party| party.state.code.to_string());
    let id = key.to_string();
    Ok(answer::json(&json!({
        "User": {
            "id": "1",
            "org_id": organisation.number(),
            "email": format!("key-{}@{}", &id[..8], code.unwrap_or_default()),
            "role_id": "1",
            "autoalert": false,
            "disabled": false,
            "external_auth_required": false,
            "external_auth_key": "",
        },
        "Organisation": organisation.in_event(),
        "Role": role(&house, &by),
        "UserSetting": [],
    })))
}

fn role(house: &House, by: &By) -> Value {
    let posts = may(house, by, Action::TaxiiPost);
    json!({
        "id": "1",
        "name": "Key",
        "perm_auth": true,
        "perm_add": posts,
        "perm_modify": posts,
        "perm_modify_org": false,
        "perm_publish": posts,
        "perm_delegate": false,
        "perm_sync": may(house, by, Action::TaxiiRead),
        "perm_admin": false,
        "perm_audit": false,
        "perm_site_admin": false,
        "perm_regexp_access": false,
        "perm_tagger": false,
        "perm_template": false,
        "perm_sharing_group": false,
        "perm_tag_editor": false,
        "perm_sighting": may(house, by, Action::FeedbackGive),
        "perm_object_template": false,
        "perm_galaxy_editor": false,
        "perm_warninglist": false,
        "perm_view_feed_correlations": false,
    })
}
