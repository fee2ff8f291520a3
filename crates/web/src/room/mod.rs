//! The rooms: each holds the pages and actions of one duty, with its endpoints. Adding a room means
//! one line in [`endpoints`].

mod choices;
pub mod demo;
pub mod sign_in;
pub mod submission;
mod words;

use crate::{house::House, route::Endpoint};

/// Every endpoint of every room.
pub fn endpoints() -> Vec<Endpoint<House>> {
    let mut all = crate::route::frame_endpoints();
    all.extend(crate::taxii::endpoints());
    all.extend(demo::endpoints());
    all.extend(sign_in::endpoints());
    all.extend(submission::endpoints());
    all
}
