//! The rooms: each holds the pages and actions of one duty, with its endpoints. Adding a room means
//! one line in [`endpoints`].

mod back;
mod choices;
pub mod demo;
pub mod events;
pub mod item;
pub mod library;
pub mod now;
pub mod sign_in;
pub mod submission;
pub mod triage;
mod words;

use crate::{house::House, route::Endpoint};

/// Every endpoint of every room.
pub fn endpoints() -> Vec<Endpoint<House>> {
    let mut all = crate::route::frame_endpoints();
    all.extend(crate::taxii::endpoints());
    all.extend(crate::feed::endpoints());
    all.extend(demo::endpoints());
    all.extend(events::endpoints());
    all.extend(sign_in::endpoints());
    all.extend(submission::endpoints());
    all.extend(triage::endpoints());
    all.extend(item::endpoints());
    all.extend(library::endpoints());
    all.extend(now::endpoints());
    all
}
