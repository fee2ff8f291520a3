//! Each rule, and each thing that is never permitted.

use kaname_kernel::Role;
use kaname_policy::{Action, Principal, Resource};

use crate::{SCOPES, account, allowed, best_case, decide, item, machine, party, person, refused};

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
        Action::ItemReview,
        Action::DutyAccept,
        Action::CooperationAnswer,
        Action::VictimConsent,
        Action::VictimAcknowledge,
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
fn what_a_machine_may_never_do_names_the_person_and_not_a_scope() {
    let operated = [
        Action::WorldAdminister,
        Action::PartyManage,
        Action::AccountManage,
        Action::KeyManage,
        Action::GroupManage,
        Action::CollectionManage,
        Action::WebhookManage,
        Action::ImportRun,
        Action::TriageAssign,
        Action::TriageClose,
        Action::TriageGroup,
        Action::SearchKeep,
        Action::DeliveryRetry,
    ];
    for action in operated {
        let key = machine(&SCOPES);
        let forbid = "machines-operate-nothing";
        refused(&key, action, &best_case(), forbid, "why-not-person");
    }
    // The shell does some of it all the same.
    let shell = Principal::system();
    allowed(&shell, Action::CollectionManage, &best_case());
    allowed(&shell, Action::TriageGroup, &best_case());
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
fn who_derives_has_a_second_factor_and_asks_for_consent_with_a_fresh_one() {
    let mut analyst = person(&[Role::Analyst]);
    let assigned = best_case().assigned_to(account(1));
    let work = [
        Action::TriageAssign,
        Action::SealOpen,
        Action::ItemDerive,
        Action::ItemEdit,
        Action::ItemAskConsent,
    ];
    analyst.minutes_since_sign_in = Some(16);
    for action in work {
        if action == Action::ItemAskConsent {
            let (forbid, why) = ("recent-sign-in-needed", "why-not-recent");
            refused(&analyst, action, &assigned, forbid, why);
        } else {
            allowed(&analyst, action, &assigned);
        }
    }
    analyst.minutes_since_sign_in = Some(15);
    allowed(&analyst, Action::ItemAskConsent, &assigned);
    analyst.second_factor = false;
    for action in work {
        let (forbid, why) = ("second-factor-needed", "why-not-second-factor");
        refused(&analyst, action, &assigned, forbid, why);
    }
    // What waits is seen without one.
    allowed(&analyst, Action::TriageList, &best_case());
}

#[test]
fn a_password_that_another_set_is_changed_before_anything_else() {
    let mut everyone = person(&Role::ALL);
    everyone.temporary_password = true;
    for action in Action::ALL {
        let open = matches!(
            action,
            Action::PasswordOwn | Action::PublicRead | Action::SectorRead | Action::LedgerVerify
        );
        let decision = decide(&everyone, *action, &best_case());
        assert_eq!(decision.allowed, open, "{action}");
        let why = (!open).then_some("why-not-temporary-password");
        assert_eq!(decision.why_not, why, "{action}");
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
    let expected: [(&str, &[Action]); 7] = [
        ("taxii:read", &[Action::TaxiiRead]),
        ("taxii:post", &[Action::TaxiiPost]),
        (
            "submit",
            &[Action::SubmissionSubmit, Action::SubmissionFollow],
        ),
        (
            "submissions:read",
            &[Action::SubmissionFollow, Action::SubmissionReadOwn],
        ),
        ("feed:read", &[Action::FeedRead]),
        (
            "api:read",
            &[
                Action::DirectoryRead,
                Action::VictimRead,
                Action::LibraryRead,
            ],
        ),
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
        (Role::Provider, Action::VictimConsent),
        (Role::Provider, Action::SubmissionReadOwn),
        (Role::Provider, Action::DraftOwn),
        (Role::Provider, Action::SealReadOpenings),
        (Role::Steward, Action::AccountManage),
        (Role::Steward, Action::KeyManage),
        (Role::Steward, Action::DutyAccept),
        (Role::Steward, Action::CooperationAnswer),
        (Role::Member, Action::DeliveryAcknowledge),
        (Role::Member, Action::SessionOwn),
        (Role::Member, Action::PasswordOwn),
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
                    | Action::PasswordOwn
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
fn an_analyst_withdraws_only_what_the_analyst_is_writing() {
    let analyst = person(&[Role::Analyst]);
    let me = analyst.account.unwrap();
    let in_state = |state: &str| Resource::any("item").in_state(state).provider_is_own(false);
    for state in ["derived", "changes_proposed", "refused"] {
        allowed(
            &analyst,
            Action::ItemWithdraw,
            &in_state(state).derived_by(me),
        );
        let of_another = in_state(state).derived_by(account(99));
        assert!(!decide(&analyst, Action::ItemWithdraw, &of_another).allowed);
        assert!(!decide(&analyst, Action::ItemWithdraw, &in_state(state)).allowed);
    }
    for state in [
        "awaiting_consent",
        "consented",
        "awaiting_release",
        "released",
    ] {
        let mine = in_state(state).derived_by(me);
        assert!(
            !decide(&analyst, Action::ItemWithdraw, &mine).allowed,
            "{state}"
        );
    }
}
