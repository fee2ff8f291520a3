//! Commands decide, folds follow: whatever commands give in any order folds, and folding again gives
//! the same rows.

use std::collections::BTreeSet;

use jiff::{Timestamp, ToSpan, civil::Date};
use kaname_directory::{
    Account, Asked, Breach, BreachKind, Contact, Cooperation, Delegation, Finding, Group, Key,
    KeyScope, Membership, Minted, Name2, Party, PartyChange, PartyKind, Refused, SealedBytes, Span,
    day_of,
};
use kaname_kernel::{Actor, Matter, MatterId, Moment, Role, SeededRng};
use proptest::prelude::*;

use crate::world::{CATALOGUE, account, at, day, id, new_account, party, registration};

/// One step of a random life: which command, with which small numbers, how many days later.
type Step = (u8, u8, u16);

fn steps() -> impl Strategy<Value = Vec<Step>> {
    proptest::collection::vec((0..16_u8, 0..6_u8, 0..200_u16), 1..40)
}

/// Lives through the steps: what a command gives must fold, and state and rows must survive both
/// a round through JSON and a replay.
fn live<M, F>(begin: M::Change, steps: &[Step], command: F) -> Result<(), TestCaseError>
where
    M: Matter + PartialEq + std::fmt::Debug,
    F: Fn(&M, Step, Timestamp) -> Result<M::Change, Refused>,
{
    let (matter, actor): (MatterId, Actor) = (id(77), Actor::system("test"));
    let mut now = at("2022-01-01T00:00:00Z");
    let moment = |version, recorded| Moment {
        matter,
        version,
        recorded,
        occurred: recorded,
        actor: &actor,
    };
    let mut history = vec![(begin.clone(), now)];
    let mut state = M::begin(&begin, &moment(1, now)).unwrap();
    for step in steps {
        now += (i64::from(step.2) * 24).hours();
        if let Ok(change) = command(&state, *step, now) {
            let version = history.len() as u32 + 1;
            state.apply(&change, &moment(version, now)).unwrap();
            history.push((change, now));
        }
    }
    let mut replayed: Option<M> = None;
    for (index, (change, recorded)) in history.iter().enumerate() {
        let bytes = serde_json::to_vec(change).unwrap();
        let change: M::Change = serde_json::from_slice(&bytes).unwrap();
        let moment = moment(index as u32 + 1, *recorded);
        match &mut replayed {
            None => replayed = Some(M::begin(&change, &moment).unwrap()),
            Some(state) => state.apply(&change, &moment).unwrap(),
        }
    }
    let replayed = replayed.unwrap();
    let kept: M = serde_json::from_value(serde_json::to_value(&state).unwrap()).unwrap();
    prop_assert_eq!(&replayed, &state);
    prop_assert_eq!(&kept, &state);
    prop_assert_eq!(replayed.project(), state.project());
    Ok(())
}

fn later(now: Timestamp, days: u8) -> Date {
    day_of(now).checked_add(i64::from(days).days()).unwrap()
}

fn party_step(party: &Party, (what, n, _): Step, now: Timestamp) -> Result<PartyChange, Refused> {
    let line = |text: &str| text.parse().unwrap();
    let span = Span {
        from: later(now, n),
        until: (n % 2 == 0).then(|| later(now, n + 90)),
    };
    match what {
        0 => party.describe(
            registration("x1", PartyKind::Vendor).description,
            &CATALOGUE,
        ),
        1 => party.set_contacts(vec![Contact {
            name: line("CSIRT 窓口"),
            mail: Some("csirt@aoba.example".parse().unwrap()),
            phone: None,
            role: line("incident"),
        }]),
        2 => party.set_own(
            BTreeSet::from(["aoba.example".parse().unwrap()]),
            BTreeSet::new(),
        ),
        3 | 4 => party.set_membership(
            Membership {
                classes: BTreeSet::from(["general".parse().unwrap()]),
                span,
            },
            &CATALOGUE,
        ),
        5 => party.end_membership(later(now, n)),
        6 => party.set_under((0..n).map(|isac| id(u64::from(isac) + 500)).collect()),
        7 | 8 => party.accept_duty(&CATALOGUE, "secrecy".parse().unwrap(), "2022-1", id(9), now),
        9 => party.release_duty("secrecy".parse().unwrap(), later(now, n)),
        10 | 11 => party.grant_delegation(Delegation {
            principal: id(u64::from(n % 2) + 600),
            scopes: BTreeSet::from(["submission.submit".parse().unwrap()]),
            span,
            basis: line("基本法第31条"),
        }),
        12 => party.revoke_delegation(id(u64::from(n % 2) + 600), later(now, n)),
        13 if n == 0 => party.retire(later(now, n), "合併".parse().unwrap()),
        _ => party.set_public_keys(Vec::new()),
    }
}

proptest! {
    #[test]
    fn parties_fold(steps in steps()) {
        let begin = Party::register(registration("aoba", PartyKind::Operator), &CATALOGUE).unwrap();
        live(begin, &steps, |party: &Party, step, now| {
            for (index, held) in party.memberships.iter().enumerate() {
                let others = &party.memberships[index + 1..];
                assert!(others.iter().all(|other| !held.span.overlaps(&other.span)));
            }
            party_step(party, step, now)
        })?;
    }

    #[test]
    fn accounts_fold(steps in steps()) {
        let hub = party(1, PartyKind::Centre, &[]);
        let begin = Account::open(new_account(hub.id, &[Role::Analyst]), &hub).unwrap();
        live(begin, &steps, |account: &Account, (what, n, _), now| {
            let passkey = kaname_directory::Passkey {
                id: format!("key{n}").parse().unwrap(),
                label: "鍵".parse().unwrap(),
                added: now,
                credential: serde_json::json!({ "counter": n }),
            };
            let subject = kaname_directory::OidcIdentity {
                issuer: "https://id.example".parse().unwrap(),
                subject: format!("s{n}").parse().unwrap(),
            };
            match what {
                0 => account.set_roles([Role::ALL[usize::from(n % 4)]].into(), &hub),
                1 => account.set_password("$argon2id$v=19$x".to_owned(), n == 0),
                2 => account.set_totp(SealedBytes::new(vec![n; 40])),
                3 => account.remove_totp(),
                4..=6 => account.add_passkey(passkey),
                7 => account.remove_passkey(passkey.id),
                8 | 9 => account.link_oidc(subject),
                10 => account.unlink_oidc(subject),
                11 => account.disable("異動".parse().unwrap()),
                12 => account.enable(),
                _ => account.describe(account.title.clone(), account.lang, None),
            }
        })?;
    }

    #[test]
    fn groups_fold(steps in steps()) {
        let name = Name2::parse("name", "電力部会", "Power SIG").unwrap();
        let begin = Group::found("power".parse().unwrap(), name.clone(), false).unwrap();
        live(begin, &steps, |group: &Group, (what, n, _), _| match what {
            0..=6 => group.join(&party(u64::from(n), PartyKind::Operator, &[])),
            7..=11 => group.leave(id(u64::from(n))),
            12 if n == 0 => group.close(),
            _ => group.rename(name.clone()),
        })?;
    }

    #[test]
    fn requests_fold(steps in steps()) {
        let to = party(1, PartyKind::Operator, &[]);
        let asked = Asked {
            to: to.id,
            subject: "通信記録の提出".parse().unwrap(),
            body: "該当期間の記録を提出してください。".parse().unwrap(),
            basis: "基本法第17条".parse().unwrap(),
            deadline: at("2022-03-01T00:00:00Z"),
            about: None,
        };
        let begin = Cooperation::ask(asked, &to, at("2022-01-01T00:00:00Z")).unwrap();
        live(begin, &steps, |request: &Cooperation, (what, n, _), now| {
            let text = "理由".parse().unwrap();
            match what {
                0 if n == 0 => request.answer(text),
                1 if n == 0 => request.refuse(text),
                2 if n == 0 => request.withdraw(text),
                _ => request.extend(now + 48.hours(), now),
            }
        })?;
    }

    #[test]
    fn breaches_and_keys_fold(steps in steps()) {
        let finding = Finding {
            party: id(1),
            kind: BreachKind::Marking,
            duty: None,
            subject: "TLP:AMBER の転送".parse().unwrap(),
            body: "会員外へ転送されていた。".parse().unwrap(),
            about: None,
        };
        let begin = Breach::record(finding).unwrap();
        live(begin, &steps, |breach: &Breach, (what, n, _), _| match what {
            0..=3 => breach.tell(),
            4 if n == 0 => breach.close("再発防止を確認した。".parse().unwrap()),
            _ => breach.state("経緯を説明する。".parse().unwrap()),
        })?;
        let (minted, now) = (Minted::new(&SeededRng::new(3)), at("2022-01-01T00:00:00Z"));
        let holder = party(1, PartyKind::Operator, &[]);
        let scopes = BTreeSet::from([KeyScope::TaxiiRead]);
        let begin = Key::issue(&holder, "TAXII".parse().unwrap(), scopes, &minted, None, now).unwrap();
        live(begin, &steps, |key: &Key, (what, ..), now| {
            assert_eq!(key.opens(&minted.token, now), key.revoked.is_none());
            assert!(!key.opens(&minted.prefix, now));
            if what == 0 { key.revoke("紛失".parse().unwrap()) } else { key.revoke("".parse()?) }
        })?;
    }
}

#[test]
fn the_first_event_begins_and_no_other() {
    let (actor, now) = (Actor::system("test"), at("2022-01-01T00:00:00Z"));
    let matter = id(1);
    let moment = Moment {
        matter,
        version: 1,
        recorded: now,
        occurred: now,
        actor: &actor,
    };
    let other = PartyChange::MembershipEnded {
        on: day("2022-01-01"),
    };
    assert!(Party::begin(&other, &moment).is_err());
    let mut known = party(1, PartyKind::Operator, &[]);
    let again = PartyChange::Registered(registration("aoba", PartyKind::Operator));
    let error = known.apply(&again, &moment).unwrap_err();
    assert!(
        error
            .to_string()
            .ends_with("does not fit: registered twice"),
        "{error}"
    );
}

#[test]
fn officers_belong_to_the_hub_and_keep_a_second_factor() {
    let (hub, other) = (
        party(1, PartyKind::Centre, &[]),
        party(2, PartyKind::Ministry, &[]),
    );
    let refused = Account::open(new_account(other.id, &[Role::Auditor]), &other).unwrap_err();
    assert_eq!(
        refused.to_string(),
        "open account: officers belong to the party that runs the hub"
    );
    assert!(Account::open(new_account(hub.id, &[Role::Steward]), &hub).is_err());
    assert!(Account::open(new_account(other.id, &[Role::Steward]), &other).is_ok());
    let totp = kaname_directory::AccountChange::TotpSet {
        secret: SealedBytes::new(vec![1]),
    };
    assert!(
        account(5, &hub, &[Role::Releaser], std::slice::from_ref(&totp))
            .remove_totp()
            .is_err()
    );
    assert!(
        account(5, &other, &[Role::Member], &[totp])
            .remove_totp()
            .is_ok()
    );
}

#[test]
fn a_delegate_acts_only_within_powers_and_days() {
    let granted = PartyChange::DelegationGranted(Delegation {
        principal: id(600),
        scopes: BTreeSet::from(["cooperation.request".parse().unwrap()]),
        span: Span {
            from: day("2024-04-01"),
            until: Some(day("2025-04-01")),
        },
        basis: "政令指定".parse().unwrap(),
    });
    let delegate = party(1, PartyKind::DesignatedCorporation, &[granted]);
    let may = |principal: u64, scope: &str, on: &str| {
        let given = delegate.delegation_on(id(principal), day(on));
        given.is_some_and(|given| given.scopes.contains(&scope.parse().unwrap()))
    };
    assert!(may(600, "cooperation.request", "2024-04-01"));
    assert!(!may(600, "cooperation.request", "2025-04-01"));
    assert!(!may(600, "item.release", "2024-04-01"));
    assert!(!may(601, "cooperation.request", "2024-04-01"));
}

#[test]
fn rows_lead_to_their_matter_and_disclose_no_operator() {
    let operator = party(1, PartyKind::Operator, &[]);
    let ministry = party(2, PartyKind::Ministry, &[]);
    let hub = party(3, PartyKind::Centre, &[]);
    assert_eq!(
        operator.project().lookups,
        [("party".to_owned(), "aoba".to_owned())]
    );
    assert!(
        hub.project()
            .lookups
            .contains(&("hub".to_owned(), "centre".to_owned()))
    );
    let member = kaname_kernel::Reader {
        member: true,
        party: Some(id(9)),
        ..Default::default()
    };
    let now = at("2024-07-01T00:00:00Z");
    assert!(!operator.project().audience.admits(&member, now));
    assert!(ministry.project().audience.admits(&member, now));
    let itself = kaname_kernel::Reader {
        party: Some(operator.id),
        ..member
    };
    assert!(operator.project().audience.admits(&itself, now));
}

#[test]
fn a_late_answer_is_taken_and_marked() {
    let to = party(1, PartyKind::Operator, &[]);
    let (asked_at, deadline) = (at("2024-01-01T00:00:00Z"), at("2024-01-10T00:00:00Z"));
    let asked = Asked {
        to: to.id,
        subject: "資料".parse().unwrap(),
        body: "資料の提出".parse().unwrap(),
        basis: "基本法第17条".parse().unwrap(),
        deadline,
        about: None,
    };
    assert!(Cooperation::ask(asked.clone(), &to, deadline).is_err());
    let actor = Actor::system("test");
    let moment = |version, recorded| Moment {
        matter: id(4),
        version,
        recorded,
        occurred: recorded,
        actor: &actor,
    };
    let change = Cooperation::ask(asked, &to, asked_at).unwrap();
    let mut request = Cooperation::begin(&change, &moment(1, asked_at)).unwrap();
    assert_eq!(request.project().due_at, Some(deadline));
    let late = at("2024-01-11T00:00:00Z");
    let answer = request.answer("提出します".parse().unwrap()).unwrap();
    request.apply(&answer, &moment(2, late)).unwrap();
    assert!(matches!(
        request.standing,
        kaname_directory::Standing::Answered { late: true, .. }
    ));
    assert!(
        request.answer("二度目".parse().unwrap()).is_err() && request.project().due_at.is_none()
    );
}
