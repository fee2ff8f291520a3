//! What holds for every asker, action and thing.

use kaname_kernel::Role;
use kaname_policy::{Action, Principal, PrincipalKind, Resource, WHY_KEYS};
use proptest::prelude::*;

use crate::{SCOPES, account, decide, party};

fn any_principal() -> impl Strategy<Value = Principal> {
    let flags = any::<[bool; 5]>();
    let roles = proptest::sample::subsequence(Role::ALL.to_vec(), 0..=7);
    let scopes = proptest::sample::subsequence(SCOPES.to_vec(), 0..=6);
    (
        0..4_u8,
        0..3_u64,
        roles,
        scopes,
        flags,
        proptest::option::of(0..40_u32),
    )
        .prop_map(
            |(
                kind,
                who,
                roles,
                scopes,
                [
                    second_factor,
                    temporary_password,
                    officer,
                    member,
                    own_handle,
                ],
                minutes,
            )| {
                Principal {
                    kind: match kind {
                        0 => PrincipalKind::Public,
                        1 => PrincipalKind::Machine,
                        2 => PrincipalKind::System,
                        _ => PrincipalKind::Person,
                    },
                    account: (kind == 3).then(|| account(who)),
                    party: (kind == 1 || kind == 3).then(|| party(who)),
                    roles: roles.into_iter().collect(),
                    scopes: scopes.into_iter().map(str::to_owned).collect(),
                    second_factor,
                    temporary_password,
                    minutes_since_sign_in: minutes,
                    officer,
                    member,
                    own_handle,
                }
            },
        )
}

fn any_resource() -> impl Strategy<Value = Resource> {
    let who = || proptest::option::of((0..3_u64).prop_map(account));
    (
        proptest::option::of(0..3_u64),
        who(),
        who(),
        who(),
        any::<Option<bool>>(),
    )
        .prop_map(
            |(of, mine, derived_by, assigned_to, provider_is_own_party)| Resource {
                party: of.map(party),
                account: mine,
                derived_by,
                assigned_to,
                provider_is_own_party,
                ..Resource::one("item", "1")
            },
        )
}

proptest! {
    /// What makes a forbid hold never opens what was shut.
    #[test]
    fn a_forbidding_attribute_never_permits(
        principal in any_principal(),
        resource in any_resource(),
        action in proptest::sample::select(Action::ALL),
    ) {
        let before = decide(&principal, action, &resource);
        prop_assert_eq!(before.allowed, before.why_not.is_none());
        prop_assert!(before.why_not.is_none_or(|key| WHY_KEYS.contains(&key)));
        prop_assert_ne!(before.why_not, Some("why-not-unknown"));
        let mut worse = Vec::new();
        worse.push((Principal { second_factor: false, ..principal.clone() }, resource.clone()));
        worse.push((Principal { temporary_password: true, ..principal.clone() }, resource.clone()));
        worse.push((Principal { minutes_since_sign_in: None, ..principal.clone() }, resource.clone()));
        worse.push((Principal { minutes_since_sign_in: Some(16), ..principal.clone() }, resource.clone()));
        worse.push((Principal { member: false, ..principal.clone() }, resource.clone()));
        worse.push((Principal { officer: false, ..principal.clone() }, resource.clone()));
        worse.push((Principal { kind: PrincipalKind::Public, ..principal.clone() }, resource.clone()));
        worse.push((principal.clone(), resource.clone().provider_is_own(true)));
        worse.push((principal.clone(), Resource { provider_is_own_party: None, ..resource.clone() }));
        worse.push((principal.clone(), Resource { derived_by: principal.account, ..resource.clone() }));
        worse.push((principal.clone(), Resource { derived_by: None, ..resource.clone() }));
        for (principal, resource) in worse {
            prop_assert!(before.allowed || !decide(&principal, action, &resource).allowed);
        }
    }

    /// The four eyes: whoever is allowed to release is another person than the deriver, an officer with
    /// a second factor and a recent sign-in, and not of the provider's party.
    #[test]
    fn release_is_never_allowed_without_all_of_its_conditions(
        principal in any_principal(),
        resource in any_resource(),
    ) {
        if decide(&principal, Action::ItemRelease, &resource).allowed {
            prop_assert_eq!(principal.kind, PrincipalKind::Person);
            prop_assert!(principal.officer && principal.roles.contains(&Role::Releaser));
            prop_assert!(principal.second_factor);
            prop_assert!(principal.minutes_since_sign_in.is_some_and(|minutes| minutes <= 15));
            prop_assert!(resource.derived_by.is_some() && resource.derived_by != principal.account);
            prop_assert_eq!(resource.provider_is_own_party, Some(false));
        }
    }
}
