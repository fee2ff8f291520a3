//! The search: one box over items, objects and, for officers, reports, assessments and campaigns. Everything asked stands in
//! the address.

mod facet;
mod known;
mod saved;
mod seen;
mod show;
mod told;
mod written;

use axum::{http::Method, routing};
use kaname_policy::Action;

pub(super) use self::{seen::tell_seen, told::faults};
use crate::{
    house::House,
    route::{Access, Audit, Endpoint},
};

const READ: Access = Access::SignedIn(&[Action::LibraryRead]);
const KEEP: Access = Access::SignedIn(&[Action::SearchKeep]);
/// What is asked about is the asker's own secret.
pub(super) const SEEN: Audit = Audit::None("tells whether several others told of a value");
const ASKS: Audit = Audit::None("shows a form; posting it is what changes something");

/// Endpoints of this room.
pub fn endpoints() -> Vec<Endpoint<House>> {
    vec![
        Endpoint::new(
            Method::GET,
            "/search",
            "search.show",
            READ,
            Audit::None("finds what the reader may read elsewhere; what is opened says so itself"),
            routing::get(show::show_found),
        ),
        Endpoint::new(
            Method::GET,
            "/search/known",
            "search.known",
            READ,
            Audit::None("names what the reader may search by"),
            routing::get(known::known),
        ),
        Endpoint::new(
            Method::GET,
            "/search/seen",
            "search.seen",
            READ,
            SEEN,
            routing::get(seen::show_seen),
        ),
        Endpoint::new(
            Method::GET,
            "/search/saved",
            "search.saved",
            KEEP,
            Audit::None("reads the own searches"),
            routing::get(saved::list),
        ),
        Endpoint::new(
            Method::GET,
            "/search/saved-new",
            "search.ask_save",
            KEEP,
            ASKS,
            routing::get(saved::ask_save),
        ),
        Endpoint::new(
            Method::POST,
            "/search/saved-new",
            "search.save",
            KEEP,
            Audit::Event("saved_search.saved"),
            routing::post(saved::save),
        ),
        Endpoint::new(
            Method::GET,
            "/search/saved/{id}",
            "search.ask_change",
            KEEP,
            ASKS,
            routing::get(saved::ask_change),
        ),
        Endpoint::new(
            Method::POST,
            "/search/saved/{id}",
            "search.change",
            KEEP,
            Audit::Event("saved_search.changed"),
            routing::post(saved::change),
        ),
        Endpoint::new(
            Method::POST,
            "/search/saved/{id}/drop",
            "search.drop",
            KEEP,
            Audit::Event("saved_search.dropped"),
            routing::post(saved::drop_one),
        ),
    ]
}
