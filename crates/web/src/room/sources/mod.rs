//! What others publish, read on a schedule under an agreement: how each source stands, what its last readings brought,
//! and what an administrator does about it.

mod agree;
mod groups;
mod list;
mod look;
mod show;
pub(in crate::room) mod words;

pub(in crate::room) use self::{agree::most_mib, look::looked};

use axum::{http::Method, routing};
use kaname_policy::Action;

use crate::{
    house::House,
    route::{Access, Audit, Endpoint},
};

const READ: Access = Access::SignedIn(&[Action::DeliveryRead]);
const MANAGE: Access = Access::SignedIn(&[Action::CollectionManage]);
const READS: Audit =
    Audit::None("reads what is agreed with sources and what their readings brought");
const ASKS: Audit = Audit::None("shows a form; posting it is what changes something");
const LOOKS: Audit = Audit::None("looks at what a source would bring and keeps nothing of it");

/// Endpoints of this room.
pub fn endpoints() -> Vec<Endpoint<House>> {
    let get = |path, name, access, audit, handler| {
        Endpoint::new(Method::GET, path, name, access, audit, handler)
    };
    let post = |path, name, audit, handler| {
        Endpoint::new(Method::POST, path, name, MANAGE, audit, handler)
    };
    vec![
        get(
            "/sources",
            "source.list",
            READ,
            READS,
            routing::get(list::list),
        ),
        get(
            "/sources/{code}",
            "source.show",
            READ,
            READS,
            routing::get(show::one),
        ),
        get(
            "/sources-new",
            "source.ask_join",
            MANAGE,
            ASKS,
            routing::get(agree::ask_join),
        ),
        post(
            "/sources-new",
            "source.join",
            Audit::Event("source.joined"),
            routing::post(agree::join),
        ),
        post(
            "/sources-look",
            "source.look",
            LOOKS,
            routing::post(look::look),
        ),
        get(
            "/sources/{code}/change",
            "source.ask_change",
            MANAGE,
            ASKS,
            routing::get(agree::ask_change),
        ),
        post(
            "/sources/{code}/change",
            "source.change",
            Audit::Event("source.changed"),
            routing::post(agree::change),
        ),
        post(
            "/sources/{code}/now",
            "source.now",
            Audit::Event("source.asked"),
            routing::post(show::now),
        ),
        post(
            "/sources/{code}/stop",
            "source.stop",
            Audit::Event("source.stopped"),
            routing::post(show::stop),
        ),
        post(
            "/sources/{code}/start",
            "source.start",
            Audit::Event("source.started"),
            routing::post(show::start),
        ),
    ]
}
