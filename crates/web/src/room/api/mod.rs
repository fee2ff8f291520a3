//! The JSON API: hand in reports, read the library, answer and acknowledge, with a machine's key.
//! What is read may also be read in a browser. Errors are RFC 9457 problems; what the addresses take
//! and give is described ([`document`]) for machines and, on a page, for people.

mod answers;
mod aside;
mod assessments;
pub(in crate::room) mod body;
mod campaigns;
mod correlations;
mod decided;
mod deliveries;
mod document;
mod handed_in;
mod items;
mod matrix;
mod misp;
mod objects;
mod page;
mod peers;
mod records;
mod reference;
mod reviews;
mod search;
mod searches;
mod session;
mod showing;
mod sources;
mod stix;
mod versions;

use axum::{
    http::Method,
    routing::{self, MethodRouter},
};
use kaname_policy::Action;

use crate::{
    error::Failure,
    house::House,
    route::{Access, Audit, BodySize, Endpoint},
};

const OWN: Access = Access::Either(Action::SubmissionReadOwn);
const FOLLOW: Access = Access::Either(Action::SubmissionFollow);
const LIBRARY: Access = Access::Either(Action::LibraryRead);

/// The description of the API as it is served (OpenAPI 3.1).
///
/// # Errors
/// [`Failure::Internal`] where what is written of the API cannot be read, which a test keeps from happening.
pub fn description() -> Result<&'static str, Failure> {
    Ok(document::document()?.text.as_str())
}

/// An operation that reads, for persons and keys.
fn read(
    path: &'static str,
    name: &'static str,
    action: Action,
    audit: Audit,
    handler: MethodRouter<House>,
) -> Endpoint<House> {
    Endpoint::new(
        Method::GET,
        path,
        name,
        Access::Either(action),
        audit,
        handler,
    )
}

/// An operation that changes something, for persons and keys: what a page does, by the same operation of the world.
fn change(
    (method, path, name): (Method, &'static str, &'static str),
    action: Action,
    audit: Audit,
    handler: MethodRouter<House>,
) -> Endpoint<House> {
    Endpoint::new(method, path, name, Access::Either(action), audit, handler)
}

/// A moment as it is written, of microseconds since 1970.
fn moment(us: i64) -> Option<String> {
    let at = jiff::Timestamp::from_microsecond(us).ok()?;
    Some(at.to_string())
}

/// Endpoints of this room.
pub fn endpoints() -> Vec<Endpoint<House>> {
    let mut all = own();
    all.extend(searches::endpoints());
    all.extend(peers::endpoints());
    all.extend(sources::endpoints());
    all.extend(campaigns::endpoints());
    all.extend(assessments::endpoints());
    all.extend(decided::endpoints());
    all.extend(versions::endpoints());
    all.extend(deliveries::endpoints());
    all.extend(stix::endpoints());
    all.extend(misp::endpoints());
    all
}

fn own() -> Vec<Endpoint<House>> {
    vec![
        Endpoint::new(
            Method::GET,
            "/api",
            "api.browse",
            Access::Public("shows how the API is used; says nothing of what it holds"),
            Audit::None("reads a fixed document"),
            routing::get(page::browse),
        ),
        Endpoint::new(
            Method::GET,
            "/api/v1/openapi.json",
            "api.describe",
            Access::Public("describes the API; says nothing of what it holds"),
            Audit::None("reads a fixed document"),
            routing::get(reference::openapi),
        ),
        Endpoint::new(
            Method::GET,
            "/api/v1/session",
            "api.session",
            Access::SignedIn(&[Action::SessionOwn]),
            Audit::None("reads the own session"),
            routing::get(session::one),
        ),
        Endpoint::new(
            Method::POST,
            "/api/v1/submissions",
            "api.submit",
            Access::Key(Action::SubmissionSubmit),
            Audit::OneOf(&["report.submitted", "victim.recorded"]),
            routing::post(handed_in::submit),
        )
        .with_body(BodySize::Report),
        Endpoint::new(
            Method::GET,
            "/api/v1/submissions",
            "api.submissions",
            OWN,
            Audit::None("reads the own party's reports only"),
            routing::get(handed_in::list),
        ),
        Endpoint::new(
            Method::GET,
            "/api/v1/submissions/{number}",
            "api.submission",
            FOLLOW,
            Audit::None(
                "tells the state of the own party's reports, and what they say to who reads them",
            ),
            routing::get(handed_in::one),
        ),
        Endpoint::new(
            Method::GET,
            "/api/v1/receipts/{number}",
            "api.prove",
            Access::Public("whoever holds a receipt number may have its proof"),
            Audit::None("proves what stands in the ledger"),
            routing::get(reference::prove),
        ),
        Endpoint::new(
            Method::GET,
            "/api/v1/items",
            "api.items",
            LIBRARY,
            Audit::None("reads titles of what was released to the reader"),
            routing::get(items::list),
        ),
        Endpoint::new(
            Method::GET,
            "/api/v1/items/{number}",
            "api.item",
            LIBRARY,
            Audit::Event("delivery.fetched"),
            routing::get(items::one),
        ),
        Endpoint::new(
            Method::GET,
            "/api/v1/search",
            "api.search",
            LIBRARY,
            Audit::None("finds what the reader may read elsewhere; what is opened says so itself"),
            routing::get(search::search),
        ),
        Endpoint::new(
            Method::GET,
            "/api/v1/seen",
            "api.seen",
            LIBRARY,
            super::search::SEEN,
            routing::get(super::search::tell_seen),
        ),
        Endpoint::new(
            Method::GET,
            "/api/v1/matrix",
            "api.matrix",
            LIBRARY,
            Audit::None("counts what was released to the reader"),
            routing::get(matrix::matrix),
        ),
        Endpoint::new(
            Method::GET,
            "/api/v1/objects/{id}/relations",
            "api.relations",
            LIBRARY,
            Audit::None("reads objects that were released to the reader"),
            routing::get(objects::relations),
        ),
        Endpoint::new(
            Method::GET,
            "/api/v1/objects/{id}/correlations",
            "api.correlations",
            LIBRARY,
            Audit::None("counts what was released to the reader"),
            routing::get(correlations::of_object),
        ),
        Endpoint::new(
            Method::GET,
            "/api/v1/items/{number}/correlations",
            "api.item_correlations",
            LIBRARY,
            Audit::Event("delivery.fetched"),
            routing::get(correlations::of_item),
        ),
        Endpoint::new(
            Method::GET,
            "/api/v1/records",
            "api.records",
            Access::Either(Action::VictimRead),
            Audit::None("reads what providers have shown to the reader's party"),
            routing::get(records::list),
        ),
        Endpoint::new(
            Method::GET,
            "/api/v1/records/{id}",
            "api.record",
            Access::Either(Action::VictimRead),
            Audit::None("reads what providers have shown to the reader's party"),
            routing::get(records::one),
        ),
        Endpoint::new(
            Method::POST,
            "/api/v1/items/{number}/feedback",
            "api.answer",
            Access::Key(Action::FeedbackGive),
            Audit::OneOf(&["feedback.given", "feedback.changed"]),
            routing::post(answers::answer),
        ),
        Endpoint::new(
            Method::POST,
            "/api/v1/items/{number}/acknowledge",
            "api.acknowledge",
            Access::Key(Action::DeliveryAcknowledge),
            Audit::OneOf(&["delivery.queued", "delivery.acknowledged"]),
            routing::post(answers::acknowledge),
        ),
        Endpoint::new(
            Method::GET,
            "/api/v1/funnel",
            "api.funnel",
            Access::Either(Action::FunnelRead),
            Audit::None("reads counts only"),
            routing::get(reference::funnel),
        ),
        Endpoint::new(
            Method::GET,
            "/api/v1/reviews",
            "api.reviews",
            Access::Either(Action::ItemReadReviews),
            Audit::None("reads what of what is out waits for officers"),
            routing::get(reviews::list),
        ),
        Endpoint::new(
            Method::GET,
            "/api/v1/sectors",
            "api.sectors",
            Access::Public("sectors and their ministries are public law"),
            Audit::None("reads dated public data"),
            routing::get(reference::sectors),
        ),
    ]
}
