//! Requests through the router of every endpoint, over a world with a store of its own.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test stops where it fails"
)]

mod acted;
mod administration;
mod age;
mod alike;
mod api;
mod assessments;
mod audit;
#[path = "../../../world/tests/it/authenticator.rs"]
mod authenticator;
mod browser;
mod campaigns;
mod carried;
mod changed_by_api;
mod converted;
mod deliveries;
mod described;
mod examples;
mod feed;
mod flow;
mod harm;
mod hostile;
mod house;
mod judged;
mod kept;
mod language;
mod leak;
mod library;
mod limits;
mod lists;
mod live;
mod machines;
mod misp;
mod named;
mod now;
mod objects;
mod oidc;
mod outputs;
mod pages;
mod passkey;
mod peers;
mod raw;
mod reference;
mod search;
#[path = "../../../world/tests/it/sink.rs"]
mod sink;
mod sources;
mod stix;
#[path = "../../../world/tests/it/story.rs"]
mod story;
mod taxii;
mod traces;
mod triage;
mod typed;
mod typed_again;
mod versions;
mod warninglist;
