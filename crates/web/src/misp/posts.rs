//! The table of what is posted here: each endpoint with who may use it and what it leaves in the ledger.

use axum::routing;
use kaname_policy::Action;

use super::{lists, sightings, table::post, write};
use crate::{
    house::House,
    route::{Access, Audit, BodySize, Endpoint},
};

/// What a post leaves: of a submission or of a claim.
const POSTED: Audit = Audit::OneOf(&[
    "report.submitted",
    "victim.recorded",
    "import.imported",
    "import.removed",
]);

pub(super) fn posts() -> Vec<Endpoint<House>> {
    let may = || (Access::Key(Action::TaxiiPost), POSTED);
    let sees = || {
        let kinds = &[
            "feedback.given",
            "feedback.changed",
            "item.blocking_suspended",
        ];
        (Access::Key(Action::FeedbackGive), Audit::OneOf(kinds))
    };
    let mut all = vec![
        post(
            "/misp/events/add",
            "misp.add_event",
            may(),
            routing::post(write::add_event),
        ),
        post(
            "/misp/events/add/{*named}",
            "misp.add_event_named",
            may(),
            routing::post(write::add_event),
        ),
        post(
            "/misp/events/edit/{event}",
            "misp.edit_event",
            may(),
            routing::post(write::edit_event),
        ),
        post(
            "/misp/events/edit/{event}/{*named}",
            "misp.edit_event_named",
            may(),
            routing::post(write::edit_event_named),
        ),
        post(
            "/misp/events/publish/{event}",
            "misp.publish_event",
            may(),
            routing::post(write::publish_event),
        ),
        post(
            "/misp/attributes/add/{event}",
            "misp.add_attribute",
            may(),
            routing::post(write::add_attributes),
        ),
        post(
            "/misp/attributes/add/{event}/{*named}",
            "misp.add_attribute_named",
            may(),
            routing::post(write::add_attributes_named),
        ),
        post(
            "/misp/objects/add/{event}",
            "misp.add_object",
            may(),
            routing::post(write::add_object),
        ),
        post(
            "/misp/sightings/add",
            "misp.add_sighting",
            sees(),
            routing::post(write::add_sighting),
        ),
        post(
            "/misp/sightings/add/{attribute}",
            "misp.add_sighting_to",
            sees(),
            routing::post(write::add_sighting_to),
        ),
    ]
    .into_iter()
    .map(|endpoint| endpoint.with_body(BodySize::Posted))
    .collect::<Vec<_>>();
    all.extend(references_and_proposals());
    all.extend(own());
    all.push(before_a_push());
    all.extend(refusals());
    all.extend(group_refusals());
    all
}

/// Changes of own claims, and what is proposed about others'.
fn references_and_proposals() -> Vec<Endpoint<House>> {
    let may = || (Access::Key(Action::TaxiiPost), POSTED);
    let all = vec![
        post(
            "/misp/objectReferences/add",
            "misp.add_reference",
            may(),
            routing::post(write::add_reference),
        ),
        post(
            "/misp/objectReferences/add/{object}",
            "misp.add_reference_to",
            may(),
            routing::post(write::add_reference_to),
        ),
        post(
            "/misp/objectReferences/delete/{reference}",
            "misp.delete_reference",
            may(),
            routing::post(write::delete_reference),
        ),
        post(
            "/misp/objectReferences/delete/{reference}/{*named}",
            "misp.delete_reference_named",
            may(),
            routing::post(write::delete_reference_named),
        ),
        post(
            "/misp/shadowAttributes/add/{event}",
            "misp.propose_attribute",
            may(),
            routing::post(write::propose),
        ),
        post(
            "/misp/shadowAttributes/edit/{attribute}",
            "misp.propose_change",
            may(),
            routing::post(write::propose_change),
        ),
        post(
            "/misp/shadowAttributes/delete/{attribute}",
            "misp.propose_deletion",
            may(),
            routing::post(write::propose_deletion),
        ),
        post(
            "/misp/shadowAttributes/accept/{proposal}",
            "misp.accept_proposal",
            may(),
            routing::post(write::accept_proposal),
        ),
        post(
            "/misp/shadowAttributes/discard/{proposal}",
            "misp.discard_proposal",
            may(),
            routing::post(write::discard_proposal),
        ),
    ];
    let posted = all.into_iter();
    posted
        .map(|endpoint| endpoint.with_body(BodySize::Posted))
        .collect()
}

/// What becomes of the caller's own.
fn own() -> Vec<Endpoint<House>> {
    let changes = || (Access::Key(Action::TaxiiPost), POSTED);
    let takes_back = || {
        let kinds = &["import.removed", "report.withdrawn", "victim.withdrawn"];
        (Access::Key(Action::TaxiiPost), Audit::OneOf(kinds))
    };
    let refuses = || {
        let nothing = Audit::None("does nothing, and says why");
        (Access::Key(Action::TaxiiPost), nothing)
    };
    vec![
        post(
            "/misp/events/delete/{event}",
            "misp.delete_event",
            takes_back(),
            routing::post(write::delete_event),
        ),
        post(
            "/misp/attributes/delete/{part}",
            "misp.delete_attribute",
            changes(),
            routing::post(write::delete_part),
        ),
        post(
            "/misp/objects/delete/{part}",
            "misp.delete_object",
            changes(),
            routing::post(write::delete_part),
        ),
        post(
            "/misp/attributes/restore/{part}",
            "misp.restore_attribute",
            refuses(),
            routing::post(write::restore_part),
        ),
        post(
            "/misp/tags/attachTagToObject",
            "misp.tag",
            changes(),
            routing::post(write::tag),
        ),
        post(
            "/misp/tags/removeTagFromObject",
            "misp.untag",
            changes(),
            routing::post(write::untag),
        ),
    ]
}

/// What a server asks before it pushes.
fn before_a_push() -> Endpoint<House> {
    let reads = Audit::None("reads what the key's own party brought");
    post(
        "/misp/events/filterEventIdsForPush",
        "misp.filter_for_push",
        (Access::Key(Action::TaxiiPost), reads),
        routing::post(write::filter_for_push),
    )
    .with_body(BodySize::Posted)
}

fn refusals() -> Vec<Endpoint<House>> {
    let may = || {
        (
            Access::Key(Action::TaxiiPost),
            Audit::None("does nothing, and says why"),
        )
    };
    vec![
        post(
            "/misp/attributes/edit/{part}",
            "misp.edit_attribute",
            may(),
            routing::post(write::refuse_part),
        ),
        post(
            "/misp/objects/edit/{part}",
            "misp.edit_object",
            may(),
            routing::post(write::refuse_part),
        ),
        post(
            "/misp/sightings/delete/{sighting}",
            "misp.delete_sighting",
            may(),
            routing::post(sightings::refuse_delete),
        ),
    ]
}

fn group_refusals() -> Vec<Endpoint<House>> {
    let may = || {
        (
            Access::Key(Action::TaxiiPost),
            Audit::None("does nothing, and says why"),
        )
    };
    let named = [
        ("/misp/sharingGroups/edit/{group}", "misp.edit_group"),
        ("/misp/sharing_groups/edit/{group}", "misp.edit_group_named"),
        ("/misp/sharingGroups/delete/{group}", "misp.delete_group"),
    ];
    let members = [
        ("/misp/sharingGroups/addOrg", "misp.add_to_group"),
        ("/misp/sharingGroups/removeOrg", "misp.remove_from_group"),
        ("/misp/sharingGroups/addServer", "misp.add_server_to_group"),
        (
            "/misp/sharingGroups/removeServer",
            "misp.remove_server_from_group",
        ),
    ];
    let named = named.into_iter().map(|(path, name)| {
        let handler = routing::post(lists::refuse_group_named);
        post(path, name, may(), handler)
    });
    let members = members.into_iter().map(|(path, name)| {
        let handler = routing::post(lists::refuse_group_member);
        post(path, name, may(), handler)
    });
    let add = routing::post(lists::refuse_group);
    let add = post("/misp/sharingGroups/add", "misp.add_group", may(), add);
    named.chain(members).chain([add]).collect()
}
