//! Tests of the incident domain: dated data and its loaders, deadlines, the matters as random sequences of commands.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "tests stop at what they did not expect"
)]

mod calendar;
mod notification;
mod obligation;
mod obligation_refused;
mod report;
mod routing;
mod routing_refused;
mod support;
