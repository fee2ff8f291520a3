//! The library: what was released, with the reader's eyes. A list that is searched, one item with
//! what to do about it, its values and downloads, the answer a member gives, and the threat objects
//! themselves.

mod answer;
mod correlation;
mod download;
mod files;
pub(super) mod list;
mod machines;
pub(in crate::room) mod matrix;
pub(in crate::room) mod object;
pub(in crate::room) mod objects;
mod show;
mod usage;

use axum::{http::Method, routing};
use kaname_policy::Action;

pub(super) use self::{
    download::{STIX, attachment, bundle_of},
    list::{Asked as Filters, row as item_row},
    objects::{Claimants, row as object_row, type_word},
    usage::Use,
};
use crate::{
    house::House,
    route::{Access, Audit, Endpoint},
};

const READ: Access = Access::SignedIn(&[Action::LibraryRead]);
/// Who issues keys of the own party tells its machines where they read, though not a reader itself.
const MACHINES: Access = Access::SignedIn(&[Action::LibraryRead, Action::KeyManage]);
const READS: Audit = Audit::None("reads what was released to the reader");

/// Endpoints of this room.
pub fn endpoints() -> Vec<Endpoint<House>> {
    vec![
        Endpoint::new(
            Method::GET,
            "/library",
            "library.list",
            READ,
            READS,
            routing::get(list::list),
        ),
        Endpoint::new(
            Method::GET,
            "/library/machines",
            "library.machines",
            MACHINES,
            READS,
            routing::get(machines::show_machines),
        ),
        Endpoint::new(
            Method::GET,
            "/library/matrix",
            "library.matrix",
            READ,
            READS,
            routing::get(matrix::show_all),
        ),
        Endpoint::new(
            Method::GET,
            "/library/objects",
            "library.objects",
            READ,
            READS,
            routing::get(objects::list),
        ),
        Endpoint::new(
            Method::GET,
            "/library/objects/{id}",
            "library.object",
            READ,
            READS,
            routing::get(object::show_one),
        ),
        Endpoint::new(
            Method::GET,
            "/library/objects/{id}/raw",
            "library.object_raw",
            READ,
            READS,
            routing::get(object::raw),
        ),
        Endpoint::new(
            Method::GET,
            "/library/objects/{id}/relations",
            "library.object_relations",
            READ,
            READS,
            routing::get(object::relations::list),
        ),
        Endpoint::new(
            Method::GET,
            "/library/{number}",
            "library.show",
            READ,
            Audit::Event("delivery.fetched"),
            routing::get(show::show_one),
        ),
        Endpoint::new(
            Method::GET,
            "/library/{number}/{file}",
            "library.download",
            READ,
            Audit::Event("delivery.fetched"),
            routing::get(download::download),
        ),
        Endpoint::new(
            Method::POST,
            "/library/{number}/feedback",
            "library.answer",
            Access::SignedIn(&[Action::FeedbackGive]),
            Audit::OneOf(&["feedback.given", "feedback.changed"]),
            routing::post(answer::answer),
        ),
        Endpoint::new(
            Method::POST,
            "/library/{number}/acknowledge",
            "library.acknowledge",
            Access::SignedIn(&[Action::DeliveryAcknowledge]),
            Audit::OneOf(&["delivery.queued", "delivery.acknowledged"]),
            routing::post(answer::acknowledge),
        ),
    ]
}
