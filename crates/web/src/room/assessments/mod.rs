//! What the hub itself judges: written in versions, looked through by another person, put out as items.

mod act;
mod compare;
mod edit;
mod list;
mod show;
mod told;
mod typed;

pub(in crate::room) use self::edit::{Faulty, begun, saved};
pub(in crate::room) use self::list::row;
pub(in crate::room) use self::told::{Judgements, judgements, open_judgements};
pub(in crate::room) use self::typed::Typed;

use axum::{http::Method, routing};
use kaname_policy::Action;

use crate::{
    house::House,
    route::{Access, Audit, BodySize, Endpoint},
};

const READ: Access = Access::SignedIn(&[Action::AssessmentRead]);
const WRITE: Access = Access::SignedIn(&[Action::AssessmentWrite]);
const READS: Audit = Audit::None("reads; evidence only as far as the reader may see it");

/// Endpoints of this room.
pub fn endpoints() -> Vec<Endpoint<House>> {
    let get = |path, name, access, handler| {
        Endpoint::new(Method::GET, path, name, access, READS, handler)
    };
    vec![
        get(
            "/assessments",
            "assessment.list",
            READ,
            routing::get(list::list),
        ),
        get(
            "/assessments-new",
            "assessment.ask_begin",
            WRITE,
            routing::get(edit::ask_begin),
        ),
        Endpoint::new(
            Method::POST,
            "/assessments-new",
            "assessment.begin",
            WRITE,
            Audit::Event("assessment.begun"),
            routing::post(edit::begin),
        )
        .with_body(BodySize::Draft),
        get(
            "/assessments/{number}",
            "assessment.show",
            READ,
            routing::get(show::one),
        ),
        get(
            "/assessments/{number}/compare",
            "assessment.compare",
            READ,
            routing::get(compare::compare),
        ),
        get(
            "/assessments/{number}/edit",
            "assessment.ask_save",
            WRITE,
            routing::get(edit::ask_save),
        ),
        Endpoint::new(
            Method::POST,
            "/assessments/{number}/edit",
            "assessment.save",
            WRITE,
            Audit::Event("assessment.saved"),
            routing::post(edit::save),
        )
        .with_body(BodySize::Draft),
        Endpoint::new(
            Method::POST,
            "/assessments/{number}",
            "assessment.act",
            WRITE,
            Audit::OneOf(&[
                "assessment.review_asked",
                "assessment.reviewed",
                "assessment.put_forward",
                "assessment.dropped",
                "item.derived",
                "item.revised",
                "item.handed_over",
            ]),
            routing::post(act::act),
        ),
    ]
}
