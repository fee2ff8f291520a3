//! The rooms: each holds the pages and actions of one duty, with its endpoints. Adding a room means
//! one line in [`endpoints`].

pub mod account;
pub mod acting;
mod age;
pub mod api;
pub mod assessments;
mod back;
pub mod campaigns;
mod choices;
pub mod deliveries;
pub mod demo;
pub mod directory;
pub mod events;
pub mod explain;
mod form;
pub mod funnel;
pub mod item;
pub mod ledger;
pub mod library;
mod mail_key;
pub mod now;
pub mod oidc;
pub(crate) mod paging;
pub mod passkey;
pub mod peers;
pub mod policy;
pub mod public;
pub mod record;
pub mod requests;
pub mod search;
pub mod sectors;
mod showing;
pub mod sign_in;
pub mod sources;
pub mod stix;
pub mod submission;
pub mod triage;
mod trouble;
pub(crate) mod waiting;
pub mod warninglist;
mod words;

use crate::{house::House, route::Endpoint};

/// Every endpoint of every room.
pub fn endpoints() -> Vec<Endpoint<House>> {
    let mut all = crate::route::frame_endpoints();
    all.extend(crate::taxii::endpoints());
    all.extend(crate::misp::endpoints());
    all.extend(crate::feed::endpoints());
    all.extend(demo::endpoints());
    all.extend(events::endpoints());
    all.extend(sign_in::endpoints());
    all.extend(passkey::endpoints());
    all.extend(oidc::endpoints());
    all.extend(submission::endpoints());
    all.extend(triage::endpoints());
    all.extend(campaigns::endpoints());
    all.extend(item::endpoints());
    all.extend(assessments::endpoints());
    all.extend(library::endpoints());
    all.extend(search::endpoints());
    all.extend(record::endpoints());
    all.extend(funnel::endpoints());
    all.extend(deliveries::endpoints());
    all.extend(peers::endpoints());
    all.extend(sources::endpoints());
    all.extend(public::endpoints());
    all.extend(api::endpoints());
    all.extend(now::endpoints());
    all.extend(account::endpoints());
    all.extend(acting::endpoints());
    all.extend(directory::endpoints());
    all.extend(explain::endpoints());
    all.extend(ledger::endpoints());
    all.extend(policy::endpoints());
    all.extend(requests::endpoints());
    all.extend(sectors::endpoints());
    all.extend(stix::endpoints());
    all.extend(warninglist::endpoints());
    all
}
