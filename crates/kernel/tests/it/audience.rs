//! The audience algebra against a direct reading of the rules.

use std::collections::BTreeMap;

use jiff::Timestamp;
use kaname_kernel::{
    Audience, Clause, Id, PartyId, Reader, SeededRng, Term, Tlp,
    audience::{Named, Under},
};
use proptest::prelude::*;

fn party(n: u64) -> PartyId {
    Id::random(&SeededRng::new(n))
}

fn term() -> impl Strategy<Value = Term> {
    prop_oneof![
        Just(Term::Officer),
        Just(Term::Member),
        (0u64..4).prop_map(|n| Term::Party(party(n))),
        (0u64..3, 0i64..20).prop_map(|(n, since)| Term::Group {
            group: party(n).cast(),
            since
        }),
        (0u64..3, 0i64..20).prop_map(|(n, since)| Term::Under(Under {
            isac: party(n),
            since
        })),
        (0u64..3).prop_map(|n| Term::Person(party(n).cast())),
        (0u8..3).prop_map(|n| Term::Class(format!("c{n}"))),
        (0u8..3).prop_map(|n| Term::Duty(format!("d{n}"))),
        (0i64..20).prop_map(Term::From),
    ]
}

fn clause() -> impl Strategy<Value = Clause> {
    prop::collection::vec(term(), 0..4).prop_map(Clause::any)
}

fn reader() -> impl Strategy<Value = Reader> {
    let flags = (any::<bool>(), any::<bool>());
    let ids = (prop::option::of(0u64..4), prop::option::of(0u64..3));
    let sets = (
        prop::collection::btree_set(0u8..3, 0..3),
        prop::collection::btree_set(0u8..3, 0..3),
        prop::collection::btree_map(0u64..3, 0i64..20, 0..3),
        prop::collection::btree_map(0u64..3, 0i64..20, 0..3),
    );
    (flags, ids, sets).prop_map(
        |((officer, member), (who, account), (classes, duties, groups, under))| Reader {
            machine: false,
            account: account.map(|n| party(n).cast()),
            party: who.map(party),
            officer,
            member,
            classes: classes.iter().map(|n| format!("c{n}")).collect(),
            duties: duties.iter().map(|n| format!("d{n}")).collect(),
            groups: groups
                .into_iter()
                .map(|(n, open)| (party(n).cast(), open))
                .collect(),
            under: under
                .into_iter()
                .map(|(n, open)| (party(n), open))
                .collect(),
        },
    )
}

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap()
}

proptest! {
    #[test]
    fn an_audience_is_the_and_of_its_clauses_in_any_order(
        clauses in prop::collection::vec(clause(), 0..5),
        reader in reader(),
        now in 0i64..20,
    ) {
        let forwards = clauses.iter().cloned().fold(Audience::everyone(), Audience::and);
        let backwards = clauses.iter().rev().cloned().fold(Audience::everyone(), Audience::and);
        prop_assert_eq!(&forwards, &backwards, "one normal form");
        let oracle = clauses.iter().all(|clause| {
            clause.terms().any(|term| reader.satisfies(term, at(now)))
        });
        prop_assert_eq!(forwards.admits(&reader, at(now)), oracle);
        let twice = forwards.clone().and_all(&backwards);
        prop_assert_eq!(&twice, &forwards, "the same condition twice is once");
    }

    #[test]
    fn one_more_marking_never_shows_more(
        clauses in prop::collection::vec(clause(), 0..4),
        extra in clause(),
        reader in reader(),
        now in 0i64..20,
    ) {
        let before = clauses.into_iter().fold(Audience::everyone(), Audience::and);
        let after = before.clone().and(extra);
        prop_assert!(!after.admits(&reader, at(now)) || before.admits(&reader, at(now)));
    }

    #[test]
    fn both_ends_are_needed(a in clause(), b in clause(), reader in reader(), now in 0i64..20) {
        let (a, b) = (Audience::everyone().and(a), Audience::everyone().and(b));
        let both = a.clone().and_all(&b).admits(&reader, at(now));
        prop_assert_eq!(both, a.admits(&reader, at(now)) && b.admits(&reader, at(now)));
    }

    #[test]
    fn either_is_enough_where_both_are_offered(
        one in prop::collection::vec(clause(), 0..4),
        other in prop::collection::vec(clause(), 0..4),
        reader in reader(),
        now in 0i64..20,
    ) {
        let [one, other] = [one, other]
            .map(|clauses| clauses.into_iter().fold(Audience::everyone(), Audience::and));
        let either = one.or(&other);
        prop_assert_eq!(&either, &other.or(&one), "one normal form");
        prop_assert_eq!(&one.or(&one), &one, "the same offered twice is once");
        let sees = one.admits(&reader, at(now)) || other.admits(&reader, at(now));
        prop_assert_eq!(either.admits(&reader, at(now)), sees);
    }

    #[test]
    fn explaining_agrees_with_admitting(
        clauses in prop::collection::vec(clause(), 0..4),
        reader in reader(),
        now in 0i64..20,
    ) {
        let audience = clauses.into_iter().fold(Audience::everyone(), Audience::and);
        let verdicts = reader.explain(&audience, at(now));
        let explained = verdicts.iter().all(|verdict| !verdict.satisfied_by.is_empty());
        prop_assert_eq!(explained, audience.admits(&reader, at(now)));
    }

    #[test]
    fn nothing_changes_between_openings(
        clauses in prop::collection::vec(clause(), 0..4),
        reader in reader(),
        now in 0i64..20,
    ) {
        let audience = clauses.into_iter().fold(Audience::everyone(), Audience::and);
        let next = audience.openings().filter(|at| *at > now).min();
        let until = next.unwrap_or(40);
        let held = audience.admits(&reader, at(now));
        for later in now..until {
            prop_assert_eq!(audience.admits(&reader, at(later)), held);
        }
    }
}

fn member_of(own: PartyId) -> Reader {
    Reader {
        party: Some(own),
        member: true,
        ..Reader::default()
    }
}

fn marked(tlp: Tlp, named: &Named) -> Audience {
    Audience::everyone().marked(tlp, named, at(100))
}

#[test]
fn clear_reaches_the_public() {
    assert!(marked(Tlp::Clear, &Named::default()).admits(&Reader::default(), at(0)));
}

#[test]
fn green_reaches_any_member_in_force_and_nobody_else() {
    let green = marked(Tlp::Green, &Named::default());
    assert!(green.admits(&member_of(party(1)), at(0)));
    let lapsed = Reader {
        member: false,
        ..member_of(party(1))
    };
    assert!(!green.admits(&lapsed, at(0)));
    assert!(!green.admits(&Reader::default(), at(0)));
}

#[test]
fn amber_reaches_the_named_and_an_isacs_own_members_but_strict_does_not() {
    let (isac, operator) = (party(1), party(2));
    let named = Named {
        parties: vec![isac],
        ..Named::default()
    };
    let below = Reader {
        under: BTreeMap::from([(isac, 100)]),
        ..member_of(operator)
    };
    assert!(marked(Tlp::Amber, &named).admits(&member_of(isac), at(0)));
    assert!(marked(Tlp::Amber, &named).admits(&below, at(0)));
    assert!(!marked(Tlp::AmberStrict, &named).admits(&below, at(0)));
    assert!(!marked(Tlp::Amber, &named).admits(&member_of(party(3)), at(0)));
    let later = Reader {
        under: BTreeMap::from([(isac, 101)]),
        ..below
    };
    assert!(
        !marked(Tlp::Amber, &named).admits(&later, at(0)),
        "who came under the ISAC later does not see the past"
    );
}

#[test]
fn red_reaches_persons_only_not_their_party_nor_officers() {
    let person = party(9).cast();
    let named = Named {
        persons: vec![person],
        parties: vec![party(1)],
        ..Named::default()
    };
    let red = marked(Tlp::Red, &named);
    let holder = Reader {
        account: Some(person),
        ..member_of(party(1))
    };
    assert!(red.admits(&holder, at(0)));
    assert!(!red.admits(&member_of(party(1)), at(0)));
    assert!(!red.admits(
        &Reader {
            officer: true,
            ..Reader::default()
        },
        at(0)
    ));
}

#[test]
fn an_empty_group_is_nobody() {
    let nobody = Audience::everyone().and(Clause::any([]));
    let officer = Reader {
        officer: true,
        member: true,
        ..Reader::default()
    };
    assert!(!nobody.admits(&officer, at(0)));
}

#[test]
fn joining_a_group_does_not_open_its_past_unless_it_says_so() {
    let group = party(5).cast();
    let named = Named {
        groups: vec![group],
        ..Named::default()
    };
    let shared = marked(Tlp::Amber, &named);
    let joined = |from: i64| Reader {
        groups: BTreeMap::from([(group, from)]),
        ..member_of(party(1))
    };
    assert!(shared.admits(&joined(100), at(0)));
    assert!(!shared.admits(&joined(101), at(0)));
    assert!(shared.admits(&joined(i64::MIN), at(0)));
}

#[test]
fn an_audience_written_before_isacs_were_dated_still_reads() {
    let isac = party(4);
    let read = |of: String| {
        let text = format!(r#"{{"is":"under","of":{of}}}"#);
        serde_json::from_str::<Term>(&text).unwrap()
    };
    let since = i64::MAX;
    let undated = Term::Under(Under { isac, since });
    assert_eq!(read(format!(r#""{isac}""#)), undated);
    let dated = Term::Under(Under { isac, since: 7 });
    assert_eq!(read(format!(r#"{{"isac":"{isac}","since":7}}"#)), dated);
    let written = serde_json::to_string(&dated).unwrap();
    assert_eq!(serde_json::from_str::<Term>(&written).unwrap(), dated);
}

#[test]
fn an_embargo_opens_at_its_second() {
    let audience = Audience::everyone().embargoed(at(50));
    assert!(!audience.admits(&Reader::default(), at(49)));
    assert!(audience.admits(&Reader::default(), at(50)));
    assert_eq!(audience.openings().collect::<Vec<i64>>(), [50]);
}

#[test]
fn what_is_for_machines_is_read_at_no_page_by_anyone() {
    let for_machines = Audience::everyone().and(Clause::any([Term::Machine]));
    let now = Timestamp::UNIX_EPOCH;
    let officer = Reader {
        officer: true,
        member: true,
        ..Reader::default()
    };
    assert!(!for_machines.admits(&officer, now));
    let machine = Reader {
        machine: true,
        ..Reader::default()
    };
    assert!(for_machines.admits(&machine, now));
    assert!(
        !for_machines
            .and(Clause::any([Term::Member]))
            .admits(&machine, now)
    );
}
