//! Reports that belong together: what is proposed, what was taken together as campaigns, what was set aside.

mod act;
mod list;
mod show;
mod told;

pub(in crate::room) use self::list::line;
pub(in crate::room) use self::told::{Proposal, proposal};

use axum::{http::Method, routing};
use kaname_policy::Action;

use crate::{
    house::House,
    route::{Access, Audit, Endpoint},
};

const LIST: Access = Access::SignedIn(&[Action::TriageList]);
const GROUP: Access = Access::SignedIn(&[Action::TriageGroup]);
const READS: Audit = Audit::None("reads; values and texts only within a recorded opening");

/// Endpoints of this room.
pub fn endpoints() -> Vec<Endpoint<House>> {
    vec![
        Endpoint::new(
            Method::GET,
            "/campaigns",
            "campaign.list",
            LIST,
            READS,
            routing::get(list::list),
        ),
        Endpoint::new(
            Method::POST,
            "/campaigns",
            "campaign.decide",
            GROUP,
            Audit::OneOf(&[
                "campaign.begun",
                "campaign.joined",
                "campaign.merged",
                "dismissal.dismissed",
                "dismissal.restored",
            ]),
            routing::post(act::decide),
        ),
        Endpoint::new(
            Method::GET,
            "/campaigns/{number}",
            "campaign.show",
            LIST,
            READS,
            routing::get(show::one),
        ),
        Endpoint::new(
            Method::POST,
            "/campaigns/{number}",
            "campaign.change",
            GROUP,
            Audit::OneOf(&[
                "campaign.begun",
                "campaign.joined",
                "campaign.left",
                "campaign.merged",
                "campaign.renamed",
                "campaign.undone",
            ]),
            routing::post(act::change),
        ),
    ]
}
