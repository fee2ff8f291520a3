//! Items on their way out: the officers' desk, the provider's consent, the second officer's release.

mod act;
mod bundle;
mod changed;
mod desk;
mod differing;
pub(in crate::room) mod draft;
mod edit;
pub(in crate::room) mod offered;
pub(in crate::room) mod reach;
mod review;
mod show;
pub(in crate::room) mod trace;
mod typed;
mod value;
mod verb;

pub(in crate::room) use desk::row as desk_row;
pub(in crate::room) use review::row as review_row;

use axum::{http::Method, routing};
use kaname_policy::Action;

use crate::{
    house::House,
    route::{Access, Audit, BodySize, Endpoint},
};

const SEE: Access = Access::SignedIn(&[Action::ItemReadDesk, Action::SubmissionReadOwn]);
const EDIT: Access = Access::SignedIn(&[Action::ItemEdit]);
const READS: Audit = Audit::None("reads what officers or the item's own provider may see");

/// Endpoints of this room.
pub fn endpoints() -> Vec<Endpoint<House>> {
    let post = |path, name, access, events: &'static [&'static str], handler| {
        Endpoint::new(
            Method::POST,
            path,
            name,
            access,
            Audit::OneOf(events),
            handler,
        )
    };
    let consent = Access::SignedIn(&[Action::ItemConsent]);
    let release = Access::SignedIn(&[Action::ItemRelease]);
    vec![
        Endpoint::new(
            Method::GET,
            "/desk",
            "item.desk",
            Access::SignedIn(&[Action::ItemReadDesk]),
            READS,
            routing::get(desk::list),
        ),
        Endpoint::new(
            Method::GET,
            "/items/{number}",
            "item.show",
            SEE,
            READS,
            routing::get(show::show_item),
        ),
        Endpoint::new(
            Method::GET,
            "/items/{number}/bundle.json",
            "item.bundle",
            SEE,
            READS,
            routing::get(bundle::bundle),
        ),
        Endpoint::new(
            Method::GET,
            "/items/{number}/edit",
            "item.ask_edit",
            EDIT,
            READS,
            routing::get(edit::ask),
        ),
        post(
            "/items/{number}/edit",
            "item.revise",
            EDIT,
            &["item.revised"],
            routing::post(edit::revise),
        )
        .with_body(BodySize::Draft),
        Endpoint::new(
            Method::GET,
            "/items/{number}/propose",
            "item.ask_propose",
            Access::SignedIn(&[Action::ItemPropose]),
            READS,
            routing::get(edit::ask_propose),
        ),
        post(
            "/items/{number}/propose",
            "item.propose",
            Access::SignedIn(&[Action::ItemPropose]),
            &["item.changes_proposed"],
            routing::post(edit::propose),
        )
        .with_body(BodySize::Draft),
        post(
            "/items/{number}/trace",
            "item.accept_traces",
            EDIT,
            &["item.trace_accepted"],
            routing::post(act::accept_traces),
        ),
        post(
            "/items/{number}/ask",
            "item.ask_consent",
            Access::SignedIn(&[Action::ItemAskConsent]),
            &["item.consent_asked"],
            routing::post(act::ask_consent),
        ),
        post(
            "/items/{number}/proposal/accept",
            "item.accept_proposal",
            EDIT,
            &["item.revised"],
            routing::post(act::accept_proposal),
        ),
        post(
            "/items/{number}/proposal/decline",
            "item.decline_proposal",
            EDIT,
            &["item.proposal_declined"],
            routing::post(act::decline_proposal),
        ),
        post(
            "/items/{number}/consent",
            "item.consent",
            consent.clone(),
            &["item.consented", "item.handed_over"],
            routing::post(act::consent),
        ),
        post(
            "/items/{number}/refuse",
            "item.refuse",
            Access::SignedIn(&[Action::ItemRefuse]),
            &["item.consent_refused"],
            routing::post(act::refuse),
        ),
        post(
            "/items/{number}/take-back",
            "item.take_back",
            Access::SignedIn(&[Action::ItemRefuse]),
            &["item.withdrawn"],
            routing::post(act::take_back),
        ),
        post(
            "/items/{number}/hand-over",
            "item.hand_over",
            EDIT,
            &["item.handed_over"],
            routing::post(act::hand_over),
        ),
        post(
            "/items/{number}/release",
            "item.release",
            release,
            &["item.released"],
            routing::post(act::release),
        ),
        post(
            "/items/{number}/return",
            "item.return",
            Access::SignedIn(&[Action::ItemReturn]),
            &["item.returned"],
            routing::post(act::send_back),
        ),
        post(
            "/items/{number}/withdraw",
            "item.withdraw",
            // Writers withdraw their own drafts: which are theirs, the operation looks at.
            Access::SignedIn(&[Action::ItemWithdraw, Action::ItemEdit]),
            &["item.withdrawn"],
            routing::post(act::withdraw),
        ),
        Endpoint::new(
            Method::GET,
            "/reviews",
            "item.reviews",
            Access::SignedIn(&[Action::ItemReadReviews]),
            READS,
            routing::get(review::list),
        ),
        post(
            "/items/{number}/confirm",
            "item.confirm",
            Access::SignedIn(&[Action::ItemReview]),
            &["item.confirmed"],
            routing::post(review::confirm),
        ),
        post(
            "/items/{number}/let-end",
            "item.let_end",
            Access::SignedIn(&[Action::ItemReview]),
            &["item.left_to_end"],
            routing::post(review::let_end),
        ),
        post(
            "/items/{number}/blocking",
            "item.decide_blocking",
            Access::SignedIn(&[Action::ExportSuspendDecide]),
            &["item.blocking_resumed", "item.blocking_kept"],
            routing::post(act::decide_blocking),
        ),
    ]
}
