//! Tests of the sharing domain: the flow as random command sequences, the rules one by one.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "tests stop at what they did not expect"
)]

mod assessment;
mod audience;
mod campaign;
mod checklist;
mod cluster;
mod decay;
mod derive;
mod feedback;
mod find;
mod flow;
mod hints;
mod manifest;
mod outlets;
mod owed;
mod report;
mod review;
mod rules;
mod rules_judged;
mod support;
mod victim;
mod walk;
