//! Numbers of reports, incidents and impact cases, as people quote them.

use jiff::Timestamp;
use kaname_kernel::{Rng, number::fresh};

pub use kaname_kernel::number::normalise;

/// The space in which receipt numbers of incident reports lead to them.
pub const REPORT_SPACE: &str = "incident_report";
/// The space in which incident numbers lead to their incidents.
pub const INCIDENT_SPACE: &str = "incident";
/// The space in which numbers of impact cases lead to them.
pub const IMPACT_SPACE: &str = "impact_case";

/// A fresh receipt number of an incident report, such as `N-2611-0K4TV`; the month is that of Japan.
pub fn report(now: Timestamp, rng: &dyn Rng) -> String {
    fresh('N', now, rng)
}

/// A fresh incident number, such as `J-2611-9QX3E`.
pub fn incident(now: Timestamp, rng: &dyn Rng) -> String {
    fresh('J', now, rng)
}

/// A fresh number of an impact case, such as `E-2611-7M2RA`.
pub fn impact(now: Timestamp, rng: &dyn Rng) -> String {
    fresh('E', now, rng)
}
