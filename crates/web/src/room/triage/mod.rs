//! The analyst's desk: take a report with a reason, read its sealed part, ask, note, derive, close.

mod attachment;
mod derive;
mod list;
mod report;
mod victim;

pub(in crate::room) use list::{abandoned_row, rows};

use axum::{http::Method, routing};
use kaname_policy::Action;

use crate::{
    house::House,
    route::{Access, Audit, BodySize, Endpoint},
};

const LIST: Access = Access::SignedIn(&[Action::TriageList]);
const TAKE: Access = Access::SignedIn(&[Action::TriageAssign]);
const READS: Audit = Audit::None("reads; the sealed part only within a recorded opening");

/// Endpoints of this room.
pub fn endpoints() -> Vec<Endpoint<House>> {
    vec![
        Endpoint::new(
            Method::GET,
            "/triage",
            "triage.list",
            LIST,
            READS,
            routing::get(list::list),
        ),
        Endpoint::new(
            Method::GET,
            "/triage/{number}",
            "triage.show",
            LIST,
            READS,
            routing::get(report::show_report),
        ),
        Endpoint::new(
            Method::GET,
            "/triage/{number}/files/{place}",
            "triage.file",
            Access::SignedIn(&[Action::TriageAssign, Action::SubmissionReadOwn]),
            READS,
            routing::get(attachment::download),
        ),
        Endpoint::new(
            Method::POST,
            "/triage/{number}/take",
            "triage.take",
            TAKE,
            Audit::OneOf(&["report.assigned", "victim.assigned"]),
            routing::post(report::take),
        ),
        Endpoint::new(
            Method::POST,
            "/triage/{number}/take-over",
            "item.take_over",
            Access::SignedIn(&[Action::ItemEdit]),
            // The ledger has one word for who writes an item anew and who goes on with it.
            Audit::Event("item.revised"),
            routing::post(report::take_over),
        ),
        Endpoint::new(
            Method::POST,
            "/triage/{number}/open",
            "triage.open",
            TAKE,
            Audit::OneOf(&["report.opened", "victim.opened"]),
            routing::post(report::open),
        ),
        Endpoint::new(
            Method::POST,
            "/triage/{number}/ask",
            "triage.ask",
            TAKE,
            Audit::Event("report.asked"),
            routing::post(report::ask),
        ),
        Endpoint::new(
            Method::POST,
            "/triage/{number}/victim",
            "triage.show_victim",
            TAKE,
            Audit::Event("victim.asked"),
            routing::post(victim::show_victim),
        ),
        Endpoint::new(
            Method::POST,
            "/triage/{number}/note",
            "triage.note",
            TAKE,
            Audit::Event("report.noted"),
            routing::post(report::note),
        ),
        Endpoint::new(
            Method::POST,
            "/triage/{number}/close",
            "triage.close",
            Access::SignedIn(&[Action::TriageClose]),
            Audit::Event("report.settled"),
            routing::post(report::close),
        ),
        Endpoint::new(
            Method::GET,
            "/triage/{number}/derive",
            "item.draw",
            Access::SignedIn(&[Action::ItemDerive]),
            READS,
            routing::get(derive::ask),
        ),
        Endpoint::new(
            Method::POST,
            "/triage/{number}/derive",
            "item.derive",
            Access::SignedIn(&[Action::ItemDerive]),
            Audit::Event("item.derived"),
            routing::post(derive::derive),
        )
        .with_body(BodySize::Draft),
    ]
}
