//! The provider's desk: hand in a report, follow it, answer what the hub asks.

mod columns;
mod confirm;
mod list;
mod new;
mod place;
mod problem;
mod show;
mod showing;
mod wanted;

use axum::{http::Method, routing};
use kaname_policy::Action;

use crate::{
    house::House,
    route::{Access, Audit, BodySize, Endpoint},
};

const SUBMIT: Access = Access::SignedIn(&[Action::SubmissionSubmit]);
const DECIDE: Access = Access::SignedIn(&[Action::VictimConsent]);
const OWN: Access = Access::SignedIn(&[Action::SubmissionReadOwn]);
const READS: Audit = Audit::None("reads the own party's reports only");
const DRAFT: Audit = Audit::None("a draft is no submission; it is sealed and forgotten");

/// Endpoints of this room.
pub fn endpoints() -> Vec<Endpoint<House>> {
    vec![
        Endpoint::new(
            Method::GET,
            "/submissions",
            "submission.list",
            OWN,
            READS,
            routing::get(list::list),
        ),
        Endpoint::new(
            Method::GET,
            "/submissions/new",
            "submission.ask",
            SUBMIT,
            READS,
            routing::get(new::ask),
        ),
        Endpoint::new(
            Method::POST,
            "/submissions/draft",
            "draft.keep",
            SUBMIT,
            DRAFT,
            routing::post(new::keep),
        )
        .with_body(BodySize::Report),
        Endpoint::new(
            Method::POST,
            "/submissions/draft/drop",
            "draft.drop",
            SUBMIT,
            DRAFT,
            routing::post(new::discard),
        ),
        Endpoint::new(
            Method::POST,
            new::DROP_FILE,
            "draft.drop_file",
            SUBMIT,
            DRAFT,
            routing::post(new::drop_file),
        )
        .with_body(BodySize::Report),
        Endpoint::new(
            Method::POST,
            "/submissions/new",
            "submission.read",
            SUBMIT,
            DRAFT,
            routing::post(new::read),
        )
        .with_body(BodySize::Report),
        Endpoint::new(
            Method::GET,
            "/submissions/confirm",
            "submission.confirm",
            SUBMIT,
            READS,
            routing::get(confirm::ask),
        ),
        Endpoint::new(
            Method::POST,
            "/submissions/columns",
            "submission.columns",
            SUBMIT,
            DRAFT,
            routing::post(columns::read_again),
        ),
        Endpoint::new(
            Method::POST,
            "/submissions",
            "submission.submit",
            SUBMIT,
            Audit::OneOf(&["report.submitted", "victim.recorded"]),
            routing::post(confirm::submit),
        )
        .with_body(BodySize::Report),
        Endpoint::new(
            Method::GET,
            "/submissions/{number}",
            "submission.show",
            OWN,
            READS,
            routing::get(show::show_own),
        ),
        Endpoint::new(
            Method::POST,
            "/submissions/{number}/answer",
            "submission.answer",
            SUBMIT,
            Audit::Event("report.answered"),
            routing::post(show::answer),
        ),
        Endpoint::new(
            Method::POST,
            "/submissions/{number}/victim/show",
            "submission.show_victim",
            DECIDE,
            Audit::Event("victim.shown"),
            routing::post(showing::show_victim),
        ),
        Endpoint::new(
            Method::POST,
            "/submissions/{number}/victim/decline",
            "submission.decline_showing",
            DECIDE,
            Audit::Event("victim.declined"),
            routing::post(showing::decline_showing),
        ),
        Endpoint::new(
            Method::POST,
            "/submissions/{number}/victim/hide",
            "submission.hide_victim",
            DECIDE,
            Audit::Event("victim.shown"),
            routing::post(showing::hide_victim),
        ),
        Endpoint::new(
            Method::POST,
            "/submissions/{number}/withdraw",
            "submission.withdraw",
            SUBMIT,
            Audit::OneOf(&["report.withdrawn", "victim.withdrawn"]),
            routing::post(show::withdraw),
        ),
    ]
}
