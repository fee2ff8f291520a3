//! The part of MISP's REST interface that PyMISP and common tools use, under `/misp/`: a client's address is
//! `https://hub.example/misp/`, its key stands in `Authorization` as it is. What is told are the objects that
//! this key's party may read over TAXII, in MISP's form.
//!
//! A filter or path that is not known here is refused by its name; what may not be known is answered as what
//! is not there.

mod answer;
mod asked;
mod body;
mod csv;
mod error;
mod feed;
mod hello;
mod index;
mod lists;
mod search;
mod view;
mod walk;
mod write;

use axum::{
    http::{HeaderMap, Method, header},
    routing::{self, MethodRouter},
};
use kaname_policy::Action;

pub(crate) use self::{body::Places, error::told};
use crate::{
    house::House,
    route::{Access, Audit, BodySize, Endpoint},
};

/// Where it stands.
const ROOT: &str = "/misp";
/// How every key begins.
const KEY_START: &str = "kn_";
/// Longest header that is read, in bytes.
const LONGEST: usize = 1_024;

/// Any key may find out what this is and whose it is.
const ANY_KEY: Access = Access::Key(Action::PublicRead);
const READS: Audit = Audit::None("reads; what was fetched is written down by a job, in batches");
const FIXED: Audit = Audit::None("reads what is the same for every key");

/// Whether a request is for this room.
pub(crate) fn is_here(path: &str) -> bool {
    let rest = path.strip_prefix(ROOT);
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// The key that a request carries: as it is, as MISP's clients send it, or as elsewhere.
pub(crate) fn key_in(headers: &HeaderMap) -> Option<String> {
    let bare = |name: &str| {
        let mut named = headers.get_all(name).iter();
        let (Some(only), None) = (named.next(), named.next()) else {
            return None;
        };
        let text = only.to_str().ok().filter(|text| text.len() <= LONGEST)?;
        let key = text.trim();
        let is_key = key.starts_with(KEY_START) && !key.contains(' ');
        is_key.then(|| key.to_owned())
    };
    bare(header::AUTHORIZATION.as_str())
        .or_else(|| bare("x-misp-auth"))
        .or_else(|| crate::taxii::key_in(headers))
}

/// Endpoints of MISP.
pub fn endpoints() -> Vec<Endpoint<House>> {
    let mut all = about_the_hub();
    all.extend(events());
    all.extend(searches());
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

fn post(
    path: &'static str,
    name: &'static str,
    (access, audit): (Access, Audit),
    handler: MethodRouter<House>,
) -> Endpoint<House> {
    Endpoint::new(Method::POST, path, name, access, audit, handler)
}

const fn reads() -> (Access, Audit) {
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

/// What a post leaves: of a submission or of a claim.
const POSTED: Audit = Audit::OneOf(&[
    "report.submitted",
    "victim.recorded",
    "import.imported",
    "import.removed",
]);

fn posts() -> Vec<Endpoint<House>> {
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
    all.push(before_a_push());
    all.extend(refusals());
    all
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
            "/misp/events/delete/{event}",
            "misp.delete_event",
            may(),
            routing::post(write::refuse),
        ),
        post(
            "/misp/attributes/edit/{part}",
            "misp.edit_attribute",
            may(),
            routing::post(write::refuse_part),
        ),
        post(
            "/misp/attributes/delete/{part}",
            "misp.delete_attribute",
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
            "/misp/objects/delete/{part}",
            "misp.delete_object",
            may(),
            routing::post(write::refuse_part),
        ),
        post(
            "/misp/shadowAttributes/add/{event}",
            "misp.propose_attribute",
            may(),
            routing::post(write::refuse),
        ),
        post(
            "/misp/tags/attachTagToObject",
            "misp.tag",
            may(),
            routing::post(write::refuse_plainly),
        ),
        post(
            "/misp/tags/removeTagFromObject",
            "misp.untag",
            may(),
            routing::post(write::refuse_plainly),
        ),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(name: &'static str, value: &str) -> Option<String> {
        let mut headers = HeaderMap::new();
        headers.insert(name, value.parse().ok()?);
        key_in(&headers)
    }

    #[test]
    fn a_key_is_found_where_misps_clients_put_it() {
        let key = Some("kn_abc_def".to_owned());
        assert_eq!(of("authorization", "kn_abc_def"), key);
        assert_eq!(of("x-misp-auth", "kn_abc_def"), key);
        assert_eq!(of("authorization", "Bearer kn_abc_def"), key);
        assert_eq!(of("authorization", "abcdef"), None);
        assert_eq!(of("authorization", "kn_abc def"), None);
        assert_eq!(
            of("authorization", &format!("kn_{}", "a".repeat(2_000))),
            None
        );
    }

    #[test]
    fn the_room_is_known_by_its_path() {
        assert!(is_here("/misp") && is_here("/misp/events/index"));
        assert!(!is_here("/mispelt") && !is_here("/taxii2/"));
    }
}
