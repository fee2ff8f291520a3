//! Why not: keys of the sentences shown beside a disabled action.

use crate::request::{Principal, PrincipalKind};

/// The key when the own password has to be changed before anything else.
pub const TEMPORARY_PASSWORD: &str = "why-not-temporary-password";

/// For each forbidding policy the Fluent key that says why, the most telling first.
pub(crate) const FORBIDS: [(&str, &str); 9] = [
    ("public-only-public", "why-not-signed-in"),
    ("temporary-password-first", TEMPORARY_PASSWORD),
    ("only-persons-decide", "why-not-person"),
    ("machines-operate-nothing", "why-not-person"),
    ("deriver-never-releases", "why-not-deriver"),
    ("not-providers-own-officer", "why-not-provider-party"),
    ("second-factor-needed", "why-not-second-factor"),
    ("recent-sign-in-needed", "why-not-recent"),
    ("membership-needed", "why-not-member"),
];

/// Every Fluent key that [`crate::Decision::why_not`] may name.
pub const WHY_KEYS: [&str; 12] = [
    "why-not-signed-in",
    TEMPORARY_PASSWORD,
    "why-not-person",
    "why-not-deriver",
    "why-not-provider-party",
    "why-not-second-factor",
    "why-not-recent",
    "why-not-member",
    "why-not-scope",
    "why-not-role",
    "why-not-system",
    "why-not-unknown",
];

/// The key when nothing permits and nothing forbids.
pub(crate) fn without_permit(principal: &Principal) -> &'static str {
    match principal.kind {
        PrincipalKind::Public => "why-not-signed-in",
        PrincipalKind::Person => "why-not-role",
        PrincipalKind::Machine => "why-not-scope",
        PrincipalKind::System => "why-not-system",
    }
}

/// The key when a policy could not be evaluated: refused, and a fault of the program.
pub(crate) const UNKNOWN: &str = "why-not-unknown";
