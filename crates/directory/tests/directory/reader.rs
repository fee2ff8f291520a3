//! The reader that party, account and groups make.

use std::collections::BTreeSet;

use kaname_directory::{
    AccountChange, Group, GroupChange, Membership, Name2, Party, PartyChange, PartyKind, Span,
    reader,
};
use kaname_kernel::{GroupId, Reader, Role};

use crate::world::{CATALOGUE, account, at, day, fold, id, party};

fn member_from(from: &str, until: Option<&str>) -> PartyChange {
    PartyChange::MembershipSet(Membership {
        classes: BTreeSet::from(["general".parse().unwrap()]),
        span: Span {
            from: day(from),
            until: until.map(day),
        },
    })
}

fn group(n: u64, joined_at: &str, opens_past: bool, changes: &[GroupChange]) -> (GroupId, Group) {
    let founded = GroupChange::Founded {
        code: "sig".parse().unwrap(),
        name: Name2::parse("name", "電力部会", "Power SIG").unwrap(),
        opens_past,
    };
    let mut all = vec![founded];
    all.extend_from_slice(changes);
    let from = at(joined_at).as_second() - 1;
    let state = fold(id(n), jiff::Timestamp::from_second(from).unwrap(), &all).unwrap();
    (id(n), state)
}

#[test]
fn membership_counts_on_its_days_in_japan() {
    let party = party(
        1,
        PartyKind::Operator,
        &[member_from("2024-04-01", Some("2025-04-01"))],
    );
    let is_member = |now: &str| reader(&party, None, &[], at(now)).member;
    assert!(!is_member("2024-03-31T14:59:59Z"));
    assert!(is_member("2024-03-31T15:00:00Z"));
    assert!(is_member("2025-03-31T14:59:59Z"));
    assert!(!is_member("2025-03-31T15:00:00Z"));
    let classes = reader(&party, None, &[], at("2024-06-01T00:00:00Z")).classes;
    assert_eq!(classes, BTreeSet::from(["general".to_owned()]));
}

#[test]
fn duties_count_while_they_bind() {
    let now = at("2024-06-01T00:00:00Z");
    let bare = party(1, PartyKind::Operator, &[]);
    let secrecy = || "secrecy".parse().unwrap();
    let accept = bare
        .accept_duty(&CATALOGUE, secrecy(), "2022-1", id(9), now)
        .unwrap();
    let old_text = bare.accept_duty(&CATALOGUE, secrecy(), "2019-1", id(9), now);
    assert!(old_text.is_err());
    let bound = party(1, PartyKind::Operator, &[accept]);
    assert!(
        bound
            .accept_duty(&CATALOGUE, secrecy(), "2022-1", id(9), now)
            .is_err()
    );
    let duties = |party: &Party, now: &str| reader(party, None, &[], at(now)).duties;
    assert_eq!(
        duties(&bound, "2024-06-01T00:00:00Z"),
        BTreeSet::from(["secrecy".to_owned()])
    );
    assert!(duties(&bound, "2024-05-31T00:00:00Z").is_empty());
    let release = bound.release_duty(secrecy(), day("2024-07-01")).unwrap();
    let mut released = bound.clone();
    let actor = kaname_kernel::Actor::system("test");
    let moment = kaname_kernel::Moment {
        matter: id(1),
        version: 3,
        recorded: now,
        occurred: now,
        actor: &actor,
    };
    kaname_kernel::Matter::apply(&mut released, &release, &moment).unwrap();
    assert!(duties(&released, "2024-07-02T00:00:00Z").is_empty());
    assert!(!duties(&released, "2024-06-20T00:00:00Z").is_empty());
}

#[test]
fn groups_open_from_the_moment_of_joining_unless_they_open_their_past() {
    let party = party(1, PartyKind::Operator, &[member_from("2020-01-01", None)]);
    let joined = GroupChange::Joined { party: party.id };
    let left = GroupChange::Left { party: party.id };
    let moment = "2024-06-01T00:00:00Z";
    let groups = [
        group(11, moment, false, std::slice::from_ref(&joined)),
        group(12, moment, true, std::slice::from_ref(&joined)),
        group(13, moment, true, &[joined.clone(), left.clone()]),
        group(14, moment, true, &[joined.clone(), GroupChange::Closed]),
        group(15, moment, true, &[]),
        group(16, moment, false, &[joined.clone(), left, joined]),
    ];
    let open = reader(&party, None, &groups, at("2024-07-01T00:00:00Z")).groups;
    let second = at(moment).as_second();
    // What was shared in the very second of joining stays shut.
    let expected = [
        (id(11), second + 1),
        (id(12), i64::MIN),
        (id(16), second + 3),
    ];
    assert_eq!(open, expected.into_iter().collect());
}

#[test]
fn what_an_isac_was_given_opens_from_the_moment_of_coming_under_it() {
    let isacs = |all: &[u64]| PartyChange::UnderSet {
        isacs: all.iter().map(|n| id(*n)).collect(),
    };
    let from = |changes: &[PartyChange]| {
        let party = party(1, PartyKind::Operator, changes);
        reader(&party, None, &[], at("2024-07-01T00:00:00Z")).under
    };
    let first = from(&[isacs(&[20])])[&id(20)];
    let both = from(&[isacs(&[20]), isacs(&[20, 21])]);
    assert_eq!(both[&id(20)], first, "who stays keeps what it could read");
    assert!(both[&id(21)] > first);
    let again = from(&[isacs(&[20]), isacs(&[]), isacs(&[20])]);
    assert!(again[&id(20)] > first, "who left and came back does not");
}

#[test]
fn officers_are_people_of_the_hub_only() {
    let now = at("2024-07-01T00:00:00Z");
    let (hub, other) = (
        party(1, PartyKind::Centre, &[]),
        party(2, PartyKind::Ministry, &[]),
    );
    assert!(
        reader(
            &hub,
            Some(&account(5, &hub, &[Role::Analyst], &[])),
            &[],
            now
        )
        .officer
    );
    assert!(
        !reader(
            &hub,
            Some(&account(5, &hub, &[Role::Member], &[])),
            &[],
            now
        )
        .officer
    );
    assert!(
        !reader(
            &other,
            Some(&account(5, &other, &[Role::Analyst], &[])),
            &[],
            now
        )
        .officer
    );
    assert!(!reader(&hub, None, &[], now).officer);
}

#[test]
fn who_is_shut_out_reads_as_the_public() {
    let now = at("2024-07-01T00:00:00Z");
    let hub = party(1, PartyKind::Centre, &[]);
    let disabled = AccountChange::Disabled {
        reason: "異動".parse().unwrap(),
    };
    let gone = account(5, &hub, &[Role::Analyst], &[disabled]);
    assert_eq!(reader(&hub, Some(&gone), &[], now), Reader::default());
    let stranger = account(5, &party(2, PartyKind::Operator, &[]), &[Role::Member], &[]);
    assert_eq!(reader(&hub, Some(&stranger), &[], now), Reader::default());
    let retired = PartyChange::Retired {
        on: day("2024-06-01"),
        reason: "合併".parse().unwrap(),
    };
    let retired = party(
        3,
        PartyKind::Operator,
        &[member_from("2020-01-01", None), retired],
    );
    assert_eq!(reader(&retired, None, &[], now), Reader::default());
    assert!(reader(&retired, None, &[], at("2024-05-01T00:00:00Z")).member);
}
