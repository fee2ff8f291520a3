//! The flow end to end, in process, on a real store.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod age;
mod assessments;
mod authenticator;
mod campaigns;
mod carrying;
mod checklist;
mod delegation;
mod draft;
mod edition;
mod finding;
mod flow;
mod headers;
mod import;
mod isac;
mod ledger;
mod once;
mod openpgp;
mod outlet;
mod own;
mod passkey;
mod peers;
mod pushes;
mod seal;
mod showing;
mod sight;
mod sign_in;
mod sink;
mod sources;
mod sources_csaf;
mod sources_misp;
mod sources_owed;
mod sources_signed;
mod story;
mod submitting;
mod taxii_sink;
mod told;
mod watch;
