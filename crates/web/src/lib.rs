#![forbid(unsafe_code)]
//! Pages, API, TAXII and MISP over a world.
//!
//! [`route`] holds the table of endpoints, [`frame`] what surrounds every page, [`text`] the words,
//! [`error`] what goes wrong and how it is said.
//!
//! # To add a page
//! 1. Words: `text/ja/ROOM.ftl` and `text/en/ROOM.ftl`; each key starts with `ROOM-` and is written
//!    whole where it is used. Tests find missing and unused ones.
//! 2. Template: `templates/ROOM_NAME.html` with `{% extends "frame.html" %}` and
//!    `{% block main %}`; values come escaped, parts (`{{ page.due(…) }}`, `{{ row }}`) need no
//!    filter. No inline style or script: the browser refuses it. A hand-written form starts with
//!    `<input type="hidden" name="_csrf" value="{{ page.csrf }}">`.
//! 3. Handler: a struct with `page: Page`, filled from `frame.page(Section::X, title)` and answered
//!    with [`frame::show`]. After a POST: [`frame::Frame::go_saying`]. A form with faults is shown
//!    again by [`frame::show_with`] and status 422, each [`frame::part::Field`] with its error.
//! 4. Endpoint: a line in the room's `endpoints()`: method, path, name, [`route::Access`],
//!    [`route::Audit`], handler.
//! 5. Sample: a test renders it in both languages from `frame::sample::page(lang, section, title)`
//!    and hands it to `frame::sample::keep`, which writes it to `$KANAME_SAMPLES` to be looked at.

mod allowance;
pub mod assets;
mod cursor;
pub mod error;
pub mod feed;
pub mod frame;
pub mod house;
pub mod mail;
pub mod misp;
mod once;
#[cfg(feature = "fixture")]
pub mod parsers;
pub mod room;
pub mod route;
mod said;
pub mod taxii;
pub mod text;
