//! How long one decision takes.
#![allow(clippy::unwrap_used, reason = "a benchmark stops by panicking")]

use divan::Bencher;
use kaname_kernel::{AccountId, PartyId, Role, SeededRng};
use kaname_policy::{Action, Policy, Principal, PrincipalKind, Resource};

fn main() {
    divan::main();
}

fn releaser() -> Principal {
    Principal {
        kind: PrincipalKind::Person,
        account: Some(AccountId::random(&SeededRng::new(1))),
        party: Some(PartyId::random(&SeededRng::new(2))),
        roles: [Role::Analyst, Role::Releaser, Role::Member].into(),
        second_factor: true,
        minutes_since_sign_in: Some(3),
        officer: true,
        member: true,
        ..Principal::default()
    }
}

#[divan::bench(args = [Action::ItemRelease, Action::LibraryRead, Action::PartyManage])]
fn decide(bencher: Bencher<'_, '_>, action: Action) {
    let policy = Policy::builtin().unwrap();
    let (principal, deriver) = (releaser(), AccountId::random(&SeededRng::new(3)));
    let item = Resource::one("item", deriver)
        .derived_by(deriver)
        .provider_is_own(false);
    bencher.bench_local(|| policy.decide(&principal, action, &item));
}

#[divan::bench]
fn builtin() -> bool {
    Policy::builtin().is_ok()
}
