//! The search: one box over items, objects and, for officers, reports. Everything asked stands in the address.

mod facet;
mod known;
mod show;
mod told;

use axum::{http::Method, routing};
use kaname_policy::Action;

pub(super) use self::told::faults;
use crate::{
    house::House,
    route::{Access, Audit, Endpoint},
};

const READ: Access = Access::SignedIn(&[Action::LibraryRead]);

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
    ]
}
