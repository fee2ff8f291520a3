//! The table of what is read here: each endpoint with who may use it and what it leaves in the ledger. What is posted stands
//! beside it.

use axum::{
    http::Method,
    routing::{self, MethodRouter},
};
use kaname_policy::Action;

use super::{feed, hello, index, lists, posts::posts, proposals, search, sightings, view};
use crate::{
    house::House,
    route::{Access, Audit, Endpoint},
};

/// Any key may find out what this is and whose it is.
const ANY_KEY: Access = Access::Key(Action::PublicRead);
const READS: Audit = Audit::None("reads; what was fetched is written down by a job, in batches");
const FIXED: Audit = Audit::None("reads what is the same for every key");

/// Endpoints of MISP.
pub fn endpoints() -> Vec<Endpoint<House>> {
    let mut all = about_the_hub();
    all.extend(events());
    all.extend(searches());
    all.extend(sightings());
    all.extend(proposals());
    all.extend(feed());
    all.extend(posts());
    all
}

fn get(
    path: &'static str,
    name: &'static str,
    (access, audit): (Access, Audit),
    handler: MethodRouter<House>,
) -> Endpoint<House> {
    Endpoint::new(Method::GET, path, name, access, audit, handler)
}

pub(super) fn post(
    path: &'static str,
    name: &'static str,
    (access, audit): (Access, Audit),
    handler: MethodRouter<House>,
) -> Endpoint<House> {
    Endpoint::new(Method::POST, path, name, access, audit, handler)
}

pub(super) const fn reads() -> (Access, Audit) {
    (Access::Key(Action::TaxiiRead), READS)
}

const fn fixed() -> (Access, Audit) {
    (ANY_KEY, FIXED)
}

fn about_the_hub() -> Vec<Endpoint<House>> {
    let own = || (ANY_KEY, Audit::None("reads the key's own party"));
    vec![
        get(
            "/misp/servers/getVersion",
            "misp.version",
            fixed(),
            routing::get(hello::version),
        ),
        get(
            "/misp/servers/getPyMISPVersion.json",
            "misp.client_version",
            fixed(),
            routing::get(hello::client_version),
        ),
        get(
            "/misp/attributes/describeTypes.json",
            "misp.describe_types",
            fixed(),
            routing::get(hello::describe_types),
        ),
        get(
            "/misp/users/view/{user}",
            "misp.user",
            own(),
            routing::get(hello::user),
        ),
        get(
            "/misp/organisations/index",
            "misp.organisations",
            reads(),
            routing::get(lists::organisations),
        ),
        get(
            "/misp/organisations/index/{*named}",
            "misp.organisations_named",
            reads(),
            routing::get(lists::organisations),
        ),
        get(
            "/misp/organisations/view/{organisation}",
            "misp.organisation",
            reads(),
            routing::get(lists::organisation),
        ),
        get(
            "/misp/sharingGroups/index",
            "misp.sharing_groups",
            reads(),
            routing::get(lists::sharing_groups),
        ),
        get(
            "/misp/sharingGroups/view/{group}",
            "misp.sharing_group_view",
            reads(),
            routing::get(lists::sharing_group),
        ),
        get(
            "/misp/sharing_groups/view/{group}",
            "misp.sharing_group",
            reads(),
            routing::get(lists::sharing_group),
        ),
        get(
            "/misp/tags/index",
            "misp.tags",
            fixed(),
            routing::get(lists::tags),
        ),
        get(
            "/misp/taxonomies/index",
            "misp.taxonomies",
            fixed(),
            routing::get(lists::taxonomies),
        ),
        get(
            "/misp/galaxies/index",
            "misp.galaxies",
            fixed(),
            routing::get(lists::galaxies),
        ),
        get(
            "/misp/warninglists/index",
            "misp.warninglists",
            (ANY_KEY, Audit::None("reads lists of what is widely known")),
            routing::get(lists::warninglists),
        ),
        post(
            "/misp/warninglists/checkValue",
            "misp.check_values",
            (ANY_KEY, Audit::None("reads lists of what is widely known")),
            routing::post(lists::check_values),
        ),
    ]
}

fn events() -> Vec<Endpoint<House>> {
    vec![
        get(
            "/misp/events/index",
            "misp.events",
            reads(),
            routing::get(index::get),
        ),
        get(
            "/misp/events/index/{*named}",
            "misp.events_named",
            reads(),
            routing::get(index::get_named),
        ),
        post(
            "/misp/events/index",
            "misp.find_events",
            reads(),
            routing::post(index::post),
        ),
        post(
            "/misp/events/index/{*named}",
            "misp.find_events_named",
            reads(),
            routing::post(index::post_named),
        ),
        get(
            "/misp/events/view/{event}",
            "misp.event",
            reads(),
            routing::get(view::event),
        ),
        get(
            "/misp/events/view/{event}/{*named}",
            "misp.event_named",
            reads(),
            routing::get(view::event_named),
        ),
        post(
            "/misp/events/view/{event}",
            "misp.ask_event",
            reads(),
            routing::post(view::event_asked),
        ),
        get(
            "/misp/attributes/view/{attribute}",
            "misp.attribute",
            reads(),
            routing::get(view::attribute),
        ),
        get(
            "/misp/objects/view/{object}",
            "misp.object",
            reads(),
            routing::get(view::object),
        ),
    ]
}

fn searches() -> Vec<Endpoint<House>> {
    vec![
        post(
            "/misp/events/restSearch",
            "misp.search_events",
            reads(),
            routing::post(search::events),
        ),
        post(
            "/misp/attributes/restSearch",
            "misp.search_attributes",
            reads(),
            routing::post(search::attributes),
        ),
        post(
            "/misp/objects/restSearch",
            "misp.search_objects",
            reads(),
            routing::post(search::objects),
        ),
    ]
}

fn sightings() -> Vec<Endpoint<House>> {
    vec![
        post(
            "/misp/sightings/restSearch",
            "misp.search_sightings",
            reads(),
            routing::post(sightings::search),
        ),
        post(
            "/misp/sightings/restSearch/{context}",
            "misp.search_sightings_in",
            reads(),
            routing::post(sightings::search_in),
        ),
        post(
            "/misp/sightings/listSightings",
            "misp.list_sightings",
            reads(),
            routing::post(sightings::list),
        ),
        get(
            "/misp/sightings/index",
            "misp.sightings",
            reads(),
            routing::get(sightings::index),
        ),
        post(
            "/misp/sightings/index",
            "misp.find_sightings",
            reads(),
            routing::post(sightings::index),
        ),
        get(
            "/misp/sightings/index/{event}",
            "misp.sightings_of",
            reads(),
            routing::get(sightings::index_of),
        ),
    ]
}

fn proposals() -> Vec<Endpoint<House>> {
    vec![
        get(
            "/misp/shadowAttributes/index",
            "misp.proposals",
            reads(),
            routing::get(proposals::index),
        ),
        get(
            "/misp/shadowAttributes/index/{event}",
            "misp.proposals_of",
            reads(),
            routing::get(proposals::index_of),
        ),
        get(
            "/misp/shadowAttributes/view/{proposal}",
            "misp.proposal",
            reads(),
            routing::get(proposals::view),
        ),
    ]
}

fn feed() -> Vec<Endpoint<House>> {
    vec![
        get(
            "/misp/feed/manifest.json",
            "misp.manifest",
            reads(),
            routing::get(feed::manifest),
        ),
        get(
            "/misp/feed/hashes.csv",
            "misp.hashes",
            reads(),
            routing::get(feed::hashes),
        ),
        get(
            "/misp/feed/{event}",
            "misp.feed_event",
            reads(),
            routing::get(feed::event),
        ),
    ]
}
