#![forbid(unsafe_code)]
//! Pages, API and TAXII over a world.
//!
//! [`route`] holds the table of endpoints, [`frame`] what surrounds every page, [`text`] the words,
//! [`error`] what goes wrong and how it is said.

pub mod assets;
pub mod error;
pub mod frame;
pub mod route;
pub mod text;
