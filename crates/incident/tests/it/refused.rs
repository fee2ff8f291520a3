//! Refusals are told in both languages.

use std::collections::BTreeSet;

use kaname_incident::Refused;

use crate::support::start;

#[test]
fn every_refusal_has_a_sentence_in_both_languages() {
    use kaname_directory::Lang;
    use kaname_severity::NotFinal;
    let what = "task";
    let finals = [
        NotFinal::OutOfScope,
        NotFinal::NotInForce,
        NotFinal::Persons { needed: 2 },
        NotFinal::Interval,
        NotFinal::Chosen { low: 1, high: 2 },
        NotFinal::Unknown(vec!["people".to_owned()]),
        NotFinal::Revision,
    ];
    let refusals = [
        Refused::State {
            matter: "incident",
            state: "closed",
            needs: "open".to_owned(),
        },
        Refused::ReasonMissing,
        Refused::Empty { field: "title" },
        Refused::TooMuch {
            field: "title",
            actual: 9,
            limit: 8,
        },
        Refused::OutOfBounds {
            field: "level",
            allowed: "0 to 4",
        },
        Refused::Control { field: "title" },
        Refused::Unknown {
            field: "sector",
            word: "x".to_owned(),
        },
        Refused::Order {
            first: "a",
            second: "b",
        },
        Refused::NoChange,
        Refused::NoSuch { what, number: 1 },
        Refused::AlreadyThere { what },
        Refused::NotThere { what },
        Refused::NotAPerson,
        Refused::SamePerson,
        Refused::NotTheirs { whose: "x" },
        Refused::Open { what, count: 1 },
        Refused::OtherOperator,
        Refused::OtherWhole { what },
        Refused::OtherParty,
        Refused::NobodyMayRead,
        Refused::NotDue { at: start() },
        Refused::BadToken,
        Refused::RatedBefore,
    ]
    .into_iter()
    .chain(finals.map(Refused::NotFinal));
    let mut codes = BTreeSet::new();
    let mut seen = BTreeSet::new();
    for refused in refusals {
        codes.insert(refused.code());
        let (ja, en) = (refused.sentence(Lang::Ja), refused.sentence(Lang::En));
        assert!(ja.ends_with('。') && en.ends_with('.'), "{ja} {en}");
        assert!(seen.insert(ja) && seen.insert(en), "{refused}");
        assert!(!refused.to_string().ends_with('.'));
    }
    assert_eq!(codes.len(), 24, "every variant has a code of its own");
}
