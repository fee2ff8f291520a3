//! The rules of "who may act", each by name.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

use std::{collections::BTreeSet, sync::LazyLock};

use cedar_policy::{PolicySet, Schema, ValidationMode, Validator};
use kaname_kernel::{AccountId, PartyId, Role, SeededRng};
use kaname_policy::{Action, Decision, Policy, Principal, PrincipalKind, Resource, WHY_KEYS};
use proptest::prelude::*;

static POLICY: LazyLock<Policy> = LazyLock::new(|| Policy::builtin().unwrap());
const SCOPES: [&str; 6] = [
    "taxii:read",
    "taxii:post",
    "submit",
    "feed:read",
    "api:read",
    "feedback",
];

fn account(n: u64) -> AccountId {
    AccountId::random(&SeededRng::new(n))
}

fn party(n: u64) -> PartyId {
    PartyId::random(&SeededRng::new(1_000 + n))
}

fn person(roles: &[Role]) -> Principal {
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

fn machine(scopes: &[&str]) -> Principal {
    Principal {
        kind: PrincipalKind::Machine,
        party: Some(party(1)),
        scopes: scopes.iter().map(|scope| (*scope).to_owned()).collect(),
        member: true,
        ..Principal::default()
    }
}

/// A thing in the asker's best case: own, mine, assigned, derived by another, of another provider.
fn best_case() -> Resource {
    Resource::one("thing", "1")
        .of_party(party(1))
        .of_account(account(1))
        .assigned_to(account(1))
        .derived_by(account(2))
        .provider_is_own(false)
}

fn item() -> Resource {
    Resource::one("item", "1")
        .derived_by(account(2))
        .provider_is_own(false)
}

fn decide(principal: &Principal, action: Action, resource: &Resource) -> Decision {
    POLICY.decide(principal, action, resource)
}

fn refused(principal: &Principal, action: Action, resource: &Resource, forbid: &str, why: &str) {
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

fn allowed(principal: &Principal, action: Action, resource: &Resource) {
    let decision = decide(principal, action, resource);
    assert!(decision.allowed, "{action} was refused: {decision:?}");
}

#[test]
fn every_policy_passes_the_schema() {
    let (schema, _) = Schema::from_cedarschema_str(&schema_text()).unwrap();
    let policies: PolicySet = include_str!("../src/kaname.cedar").parse().unwrap();
    let result = Validator::new(schema).validate(&policies, ValidationMode::Strict);
    let errors: Vec<String> = result
        .validation_errors()
        .map(ToString::to_string)
        .collect();
    assert_eq!(errors, Vec::<String>::new());
}

/// The entities of the file and one action of the policy each.
fn schema_text() -> String {
    let names: Vec<String> = Action::ALL
        .iter()
        .map(|action| format!("{:?}", action.as_str()))
        .collect();
    let applies = "appliesTo { principal: [Public, Person, Machine, System], resource: [Thing] }";
    format!(
        "{}\naction {} {applies};",
        include_str!("../src/kaname.cedarschema"),
        names.join(", ")
    )
}

#[test]
fn every_action_is_permitted_to_someone_and_named_once() {
    let mut askers: Vec<Principal> = Role::ALL.iter().map(|role| person(&[*role])).collect();
    askers.extend([machine(&SCOPES), Principal::system(), Principal::public()]);
    for action in Action::ALL {
        let someone = askers
            .iter()
            .any(|who| decide(who, *action, &best_case()).allowed);
        assert!(someone, "nobody may {action}");
    }
    let names: BTreeSet<&str> = Action::ALL.iter().map(|action| action.as_str()).collect();
    assert_eq!(names.len(), Action::ALL.len());
    for action in Action::ALL {
        assert_eq!(action.as_str().parse::<Action>().unwrap(), *action);
    }
}

#[test]
fn nobody_who_is_not_signed_in_does_more_than_read_what_is_public() {
    for action in Action::ALL {
        let open = matches!(
            action,
            Action::PublicRead | Action::SectorRead | Action::LedgerVerify
        );
        if open {
            allowed(&Principal::public(), *action, &best_case());
        } else {
            let (forbid, why) = ("public-only-public", "why-not-signed-in");
            refused(&Principal::public(), *action, &best_case(), forbid, why);
        }
    }
}

#[test]
fn machines_and_jobs_never_decide() {
    let decisions = [
        Action::ItemDerive,
        Action::ItemEdit,
        Action::ItemAskConsent,
        Action::ItemConsent,
        Action::ItemPropose,
        Action::ItemRefuse,
        Action::ItemRelease,
        Action::ItemReturn,
        Action::ItemWithdraw,
        Action::SealOpen,
        Action::ExportSuspendDecide,
        Action::DutyAccept,
        Action::CooperationAnswer,
    ];
    for action in decisions {
        for who in [machine(&SCOPES), Principal::system()] {
            refused(
                &who,
                action,
                &best_case(),
                "only-persons-decide",
                "why-not-person",
            );
        }
    }
}

#[test]
fn release_and_administration_need_a_second_factor() {
    let mut releaser = person(&[Role::Releaser]);
    releaser.second_factor = false;
    refused(
        &releaser,
        Action::ItemRelease,
        &item(),
        "second-factor-needed",
        "why-not-second-factor",
    );
    let mut admin = person(&[Role::Administrator]);
    admin.second_factor = false;
    for action in [
        Action::PartyManage,
        Action::KeyManage,
        Action::WorldAdminister,
    ] {
        refused(
            &admin,
            action,
            &best_case(),
            "second-factor-needed",
            "why-not-second-factor",
        );
    }
    // Someone without the role is not sent for a second factor.
    let mut member = person(&[Role::Member]);
    member.second_factor = false;
    let decision = decide(&member, Action::PartyManage, &best_case());
    assert_eq!(decision.why_not, Some("why-not-role"));
}

#[test]
fn release_and_administration_need_a_sign_in_of_the_last_quarter_of_an_hour() {
    let mut releaser = person(&[Role::Releaser]);
    releaser.minutes_since_sign_in = Some(15);
    allowed(&releaser, Action::ItemRelease, &item());
    for minutes in [Some(16), None] {
        releaser.minutes_since_sign_in = minutes;
        refused(
            &releaser,
            Action::ItemRelease,
            &item(),
            "recent-sign-in-needed",
            "why-not-recent",
        );
    }
}

#[test]
fn whoever_derived_never_releases() {
    let both = person(&[Role::Analyst, Role::Releaser]);
    allowed(&both, Action::ItemRelease, &item());
    let own_work = item().derived_by(account(1));
    refused(
        &both,
        Action::ItemRelease,
        &own_work,
        "deriver-never-releases",
        "why-not-deriver",
    );
    let unknown = Resource::one("item", "1").provider_is_own(false);
    refused(
        &both,
        Action::ItemRelease,
        &unknown,
        "deriver-never-releases",
        "why-not-deriver",
    );
}

#[test]
fn the_providers_own_people_neither_derive_nor_release() {
    let both = person(&[Role::Analyst, Role::Releaser]);
    for action in [
        Action::ItemDerive,
        Action::ItemEdit,
        Action::ItemAskConsent,
        Action::ItemRelease,
        Action::ItemReturn,
        Action::ItemWithdraw,
    ] {
        allowed(&both, action, &item());
        let unseen = Resource::one("item", "1").derived_by(account(2));
        for provider_known in [item().provider_is_own(true), unseen] {
            let (forbid, why) = ("not-providers-own-officer", "why-not-provider-party");
            refused(&both, action, &provider_known, forbid, why);
        }
    }
}

#[test]
fn reading_what_was_released_needs_a_membership_in_force() {
    let mut member = person(&[Role::Member]);
    allowed(&member, Action::LibraryRead, &Resource::any("item"));
    member.member = false;
    for action in [Action::LibraryRead, Action::FeedRead, Action::FeedbackGive] {
        refused(
            &member,
            action,
            &Resource::any("item"),
            "membership-needed",
            "why-not-member",
        );
    }
    let mut key = machine(&["taxii:read"]);
    key.member = false;
    refused(
        &key,
        Action::TaxiiRead,
        &Resource::any("collection"),
        "membership-needed",
        "why-not-member",
    );
}

#[test]
fn a_key_does_what_its_scope_says_and_nothing_else() {
    let expected: [(&str, &[Action]); 6] = [
        ("taxii:read", &[Action::TaxiiRead]),
        ("taxii:post", &[Action::TaxiiPost]),
        (
            "submit",
            &[Action::SubmissionSubmit, Action::SubmissionReadOwn],
        ),
        ("feed:read", &[Action::FeedRead]),
        ("api:read", &[Action::DirectoryRead, Action::LibraryRead]),
        (
            "feedback",
            &[Action::FeedbackGive, Action::DeliveryAcknowledge],
        ),
    ];
    for (scope, actions) in expected {
        for action in Action::ALL {
            let open = matches!(
                action,
                Action::PublicRead | Action::SectorRead | Action::LedgerVerify
            );
            let decision = decide(&machine(&[scope]), *action, &best_case());
            assert_eq!(
                decision.allowed,
                open || actions.contains(action),
                "{scope} {action}"
            );
        }
    }
}

#[test]
fn providers_and_stewards_act_on_their_own_only() {
    let other = Resource::one("thing", "2")
        .of_party(party(2))
        .of_account(account(2));
    for (role, action) in [
        (Role::Provider, Action::ItemConsent),
        (Role::Provider, Action::SubmissionReadOwn),
        (Role::Provider, Action::DraftOwn),
        (Role::Provider, Action::SealReadOpenings),
        (Role::Steward, Action::AccountManage),
        (Role::Steward, Action::KeyManage),
        (Role::Steward, Action::DutyAccept),
        (Role::Steward, Action::CooperationAnswer),
        (Role::Member, Action::DeliveryAcknowledge),
        (Role::Member, Action::SessionOwn),
    ] {
        allowed(&person(&[role]), action, &best_case());
        let decision = decide(&person(&[role]), action, &other);
        assert_eq!(
            (decision.allowed, decision.why_not),
            (false, Some("why-not-role")),
            "{action}"
        );
    }
    let mut through_handle = person(&[Role::Provider]);
    through_handle.own_handle = true;
    allowed(&through_handle, Action::ItemConsent, &item());
}

#[test]
fn an_officers_role_means_nothing_outside_the_hub() {
    for role in Role::ALL.into_iter().filter(|role| role.is_officer()) {
        let mut outsider = person(&[role]);
        outsider.officer = false;
        for action in Action::ALL {
            let open = matches!(
                action,
                Action::PublicRead
                    | Action::SectorRead
                    | Action::LedgerVerify
                    | Action::PolicyRead
                    | Action::SessionOwn
            );
            assert_eq!(
                decide(&outsider, *action, &best_case()).allowed,
                open,
                "{role} {action}"
            );
        }
    }
}

#[test]
fn the_table_shows_every_policy_in_both_languages() {
    let rows = POLICY.table();
    assert_eq!(
        rows.first().map(|row| row.id.as_str()),
        Some("everyone-reads-public")
    );
    for row in &rows {
        assert!(
            !row.ja.is_ascii() && row.en.is_ascii() && !row.actions.is_empty(),
            "{}",
            row.id
        );
        assert!(
            !row.cedar.contains('@') && row.cedar.ends_with(';'),
            "{}",
            row.cedar
        );
        for role in Role::ALL.iter().filter(|_| row.permits) {
            let quoted = format!("\"{role}\"");
            let named = row.who.iter().any(|who| who == role.as_str());
            assert_eq!(named, row.cedar.contains(&quoted), "{} and {role}", row.id);
        }
    }
    for action in Action::ALL {
        assert!(
            rows.iter()
                .any(|row| row.permits && row.actions.contains(action)),
            "{action}"
        );
    }
}

fn any_principal() -> impl Strategy<Value = Principal> {
    let flags = any::<[bool; 4]>();
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
            |(kind, who, roles, scopes, [second_factor, officer, member, own_handle], minutes)| {
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
