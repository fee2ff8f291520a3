//! Tests of the incident domain: dated data and its loaders, deadlines, the matters as random sequences of commands.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "tests stop at what they did not expect"
)]

mod calendar;
mod events;
mod impact;
mod incident;
mod incident_clocks;
mod incident_walk;
mod notification;
mod obligation;
mod obligation_refused;
mod obligation_walk;
mod refused;
mod report;
mod routing;
mod routing_refused;
mod support;
