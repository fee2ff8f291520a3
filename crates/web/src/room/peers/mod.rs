//! Other TAXII servers that the hub exchanges with under an agreement: how far each has come, what is wrong with
//! it, and what an administrator does about it.

mod agree;
mod list;
mod show;
pub(super) mod words;

pub(in crate::room) use self::agree::{behind, intervals};

use axum::{http::Method, routing};
use kaname_policy::Action;

use crate::{
    house::House,
    route::{Access, Audit, Endpoint},
};

const READ: Access = Access::SignedIn(&[Action::DeliveryRead]);
const MANAGE: Access = Access::SignedIn(&[Action::CollectionManage]);
const READS: Audit = Audit::None("reads what is agreed with peers and how far each has come");
const ASKS: Audit = Audit::None("shows a form; posting it is what changes something");

/// Endpoints of this room.
pub fn endpoints() -> Vec<Endpoint<House>> {
    let get = |path, name, access, audit, handler| {
        Endpoint::new(Method::GET, path, name, access, audit, handler)
    };
    let post = |path, name, event, handler| {
        Endpoint::new(
            Method::POST,
            path,
            name,
            MANAGE,
            Audit::Event(event),
            handler,
        )
    };
    vec![
        get("/peers", "peer.list", READ, READS, routing::get(list::list)),
        get(
            "/peers/{code}",
            "peer.show",
            READ,
            READS,
            routing::get(show::one),
        ),
        get(
            "/peers-new",
            "peer.ask_join",
            MANAGE,
            ASKS,
            routing::get(agree::ask_join),
        ),
        post(
            "/peers-new",
            "peer.join",
            "taxii_peer.joined",
            routing::post(agree::join),
        ),
        get(
            "/peers/{code}/change",
            "peer.ask_change",
            MANAGE,
            ASKS,
            routing::get(agree::ask_change),
        ),
        post(
            "/peers/{code}/change",
            "peer.change",
            "taxii_peer.changed",
            routing::post(agree::change),
        ),
        post(
            "/peers/{code}/now",
            "peer.now",
            "taxii_peer.asked",
            routing::post(show::now),
        ),
        post(
            "/peers/{code}/stop",
            "peer.stop",
            "taxii_peer.stopped",
            routing::post(show::stop),
        ),
        post(
            "/peers/{code}/start",
            "peer.start",
            "taxii_peer.started",
            routing::post(show::start),
        ),
    ]
}
