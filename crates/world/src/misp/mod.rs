//! The hub as MISP's clients see it: what stands in collections as events with attributes and objects, read
//! with the same eyes as over TAXII, and what is posted here.
//!
//! An event is a report or grouping that stands in a collection the caller may read: of each released item its
//! report, of what peers brought their own. Its parts are the objects it refers to, where the caller may see
//! them. Nothing is kept beside the objects: an event is made anew for each reader.

mod answer;
mod claimed;
mod found;
mod handed_in;
mod parts;
mod posted;
mod proposal;
mod reading;
mod sighting;
mod streamed;
mod told;
mod who;

pub use answer::OwnAnswer;
pub use found::Found;
pub use parts::Part;
pub use posted::{MispPosted, Standing};
pub use reading::Reading;
pub use sighting::{NewSighting, Seen};
pub(crate) use streamed::{PART, in_parts};
pub use told::{Said, Telling};
pub use who::{Organisation, SharingGroup, number_of, tag_number};

/// Containers inside an object, at most.
const DEPTH: usize = 64;
