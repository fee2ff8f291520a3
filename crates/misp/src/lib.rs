//! The MISP core format without I/O: reading events within bounds, checking them, converting them to
//! STIX 2.1 and back, and the files of a MISP feed.
//!
//! An element becomes the STIX object that says the most of it. Then that object is read back, and
//! only what the reading does not give travels beside it, in Kaname's extension ([`EXTENSION`]). So
//! whatever an event holds comes back unchanged, unknown members included, and what somebody changes
//! in the STIX reaches the event. What is wrong with an element is data ([`Finding`]): it is left out
//! under its place and rule, the rest is converted.
//!
//! The source is the MISP core format, draft-dulaunoy-misp-core-format.
#![forbid(unsafe_code)]

pub mod ask;
mod bundle;
mod container;
mod convert;
mod describe;
mod error;
pub mod feed;
mod group;
mod json;
mod kept;
mod make;
mod model;
mod pattern;
mod piece;
mod pool;
mod reach;
mod read;
mod rest;
mod show;
mod table;
mod tag;
mod template;
mod threat;
mod to_misp;
mod to_stix;

pub use bundle::{EXTENSION, Each, Out};
pub use container::container_of;
pub use convert::{Conversion, Form, Made, Unconverted, errors};
pub use describe::{OWN_TAGS, category_of, colour_of, describe_types, detects};
pub use error::{Finding, Limits, MispError, Severity};
pub use group::SharingGroup;
pub use model::{Attribute, Object};
pub use reach::Distribution;
pub use read::{Event, events};
pub use show::{CONTAINERS, Frame, Shown, observed};
pub use to_misp::to_misp;
pub use to_stix::{Done, SHARING_GROUP, to_stix, to_stix_with};
