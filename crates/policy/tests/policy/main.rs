//! The rules of "who may act", each by name.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod property;
mod rules;
mod table;

use std::sync::LazyLock;

use kaname_kernel::{AccountId, PartyId, Role, SeededRng};
use kaname_policy::{Action, Decision, Policy, Principal, PrincipalKind, Resource};

pub(crate) static POLICY: LazyLock<Policy> = LazyLock::new(|| Policy::builtin().unwrap());
pub(crate) const SCOPES: [&str; 7] = [
    "taxii:read",
    "taxii:post",
    "submit",
    "submissions:read",
    "feed:read",
    "api:read",
    "feedback",
];

pub(crate) fn account(n: u64) -> AccountId {
    AccountId::random(&SeededRng::new(n))
}

pub(crate) fn party(n: u64) -> PartyId {
    PartyId::random(&SeededRng::new(1_000 + n))
}

pub(crate) fn person(roles: &[Role]) -> Principal {
    Principal {
        kind: PrincipalKind::Person,
        account: Some(account(1)),
        party: Some(party(1)),
        roles: roles.iter().copied().collect(),
        second_factor: true,
        minutes_since_sign_in: Some(3),
        officer: roles.iter().any(|role| role.is_officer()),
        member: true,
        ..Principal::default()
    }
}

pub(crate) fn machine(scopes: &[&str]) -> Principal {
    Principal {
        kind: PrincipalKind::Machine,
        party: Some(party(1)),
        scopes: scopes.iter().map(|scope| (*scope).to_owned()).collect(),
        member: true,
        ..Principal::default()
    }
}

/// A thing in the asker's best case: own, mine, assigned, derived by another, of another provider.
pub(crate) fn best_case() -> Resource {
    Resource::one("thing", "1")
        .of_party(party(1))
        .of_account(account(1))
        .assigned_to(account(1))
        .derived_by(account(2))
        .provider_is_own(false)
}

pub(crate) fn item() -> Resource {
    Resource::one("item", "1")
        .derived_by(account(2))
        .provider_is_own(false)
}

pub(crate) fn decide(principal: &Principal, action: Action, resource: &Resource) -> Decision {
    POLICY.decide(principal, action, resource)
}

pub(crate) fn refused(
    principal: &Principal,
    action: Action,
    resource: &Resource,
    forbid: &str,
    why: &str,
) {
    let decision = decide(principal, action, resource);
    assert!(
        !decision.allowed,
        "{action} was allowed by {:?}",
        decision.reasons
    );
    assert!(
        decision.reasons.iter().any(|r| r == forbid),
        "{action}: {:?}",
        decision.reasons
    );
    assert_eq!(decision.why_not, Some(why));
}

pub(crate) fn allowed(principal: &Principal, action: Action, resource: &Resource) {
    let decision = decide(principal, action, resource);
    assert!(decision.allowed, "{action} was refused: {decision:?}");
}
