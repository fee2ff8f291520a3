//! Scores fall as they are said to, and whole numbers decide.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};
use kaname_kernel::Tlp;
use kaname_sharing::{
    decay::{Aged, Freshness, Model, Models, Seen, Witness, fades_at, first_fades_at},
    feedback::{Given, Sighting, SightingKind},
};
use kaname_stix::ValueKind;
use proptest::prelude::*;

use crate::{
    flow::released,
    support::{hours, start},
};

const DAY_S: u64 = 86_400;

fn seen(at: Timestamp) -> Seen {
    Seen {
        at,
        by: Witness::Released,
    }
}

fn days(count: u64) -> SignedDuration {
    SignedDuration::from_secs((count * DAY_S).cast_signed())
}

#[test]
fn the_models_of_this_program_are_read_and_name_each_kind_once() {
    let models = Models::parse(include_str!("../../../../data/decay.toml")).unwrap();
    assert_eq!(models.all(), Models::builtin().all());
    assert!(models.all().len() >= 4);
    let mut kinds = BTreeSet::new();
    for model in models.all() {
        assert!(!model.name.ja.is_empty() && !model.name.en.is_empty());
        for kind in &model.kinds {
            assert!(kinds.insert((model.valid_from, *kind)), "{kind:?} twice");
        }
    }
    // A weakness stays one; addresses are gone in weeks, names in months, hashes in years.
    assert_eq!(fades_at(ValueKind::Cve, start()), None);
    let lasts = |kind| {
        let model = models.of(kind, start()).unwrap();
        model.lasts_s() / DAY_S
    };
    assert_eq!(
        [
            ValueKind::Ipv4,
            ValueKind::Url,
            ValueKind::Domain,
            ValueKind::Sha256
        ]
        .map(lasts),
        [27, 84, 168, 1_527]
    );
}

#[test]
fn what_makes_no_sense_is_no_model() {
    let one = |lifetime: &str, speed: &str, threshold: &str, more: &str| {
        format!(
            "[[model]]\ncode = \"x\"\nname = {{ ja = \"あ\", en = \"a\" }}\nkinds = [\"ipv4\"]\nbase = 100\n\
             lifetime_days = {lifetime}\nspeed = {speed}\nthreshold = {threshold}\nvalid_from = \"2026-04-01\"\n{more}"
        )
    };
    assert!(Models::parse(&one("10", "[1, 2]", "30", "")).is_ok());
    for (lifetime, speed, threshold, more) in [
        ("0", "[1, 1]", "30", ""),
        ("9000", "[1, 1]", "30", ""),
        ("10", "[0, 1]", "30", ""),
        ("10", "[1, 4]", "30", ""),
        ("10", "[1, 1]", "0", ""),
        ("10", "[1, 1]", "101", ""),
        ("-1", "[1, 1]", "30", ""),
        ("10", "[1, 1]", "30", "other = 1"),
    ] {
        let text = one(lifetime, speed, threshold, more);
        assert!(Models::parse(&text).is_err(), "{text}");
    }
}

#[test]
fn a_later_model_holds_for_what_is_seen_from_its_day_on() {
    let model = |days: u32, from: &str| {
        format!(
            "[[model]]\ncode = \"a\"\nname = {{ ja = \"あ\", en = \"a\" }}\nkinds = [\"ipv4\"]\nbase = 100\n\
             lifetime_days = {days}\nspeed = [1, 1]\nthreshold = 30\nvalid_from = \"{from}\"\n"
        )
    };
    let text = model(10, "2027-01-01") + &model(20, "2026-04-01");
    let models = Models::parse(&text).unwrap();
    let of = |at: &str| {
        models
            .of(ValueKind::Ipv4, at.parse().unwrap())
            .unwrap()
            .lifetime_days
    };
    // The day begins in Japan.
    assert_eq!(of("2026-12-31T14:59:59Z"), 20);
    assert_eq!(of("2026-12-31T15:00:00Z"), 10);
    assert_eq!(
        of("2001-01-01T00:00:00Z"),
        20,
        "the first holds for what was before"
    );
}

#[test]
fn an_item_ages_by_its_kinds() {
    let tale = released(Tlp::Green);
    let item = tale.state();
    let known = Seen::of_item(item).unwrap();
    assert_eq!(known.by, Witness::Released);
    let at = known.at;
    let fresh = Freshness::of(item, known.clone(), at);
    assert_eq!(
        (fresh.score(), fresh.aged(), fresh.steady),
        (Some(100), Aged::No, 1)
    );
    let codes: Vec<&str> = fresh
        .kinds
        .iter()
        .map(|one| one.model.code.as_str())
        .collect();
    assert_eq!(codes, ["address", "name"], "what fades first stands first");
    assert_eq!(fresh.next_fades_at(), first_fades_at(item, at));
    let later = Freshness::of(item, known.clone(), at + days(28));
    assert_eq!(later.aged(), Aged::Partly);
    assert!(later.kind(ValueKind::Ipv4).unwrap().is_aged);
    assert!(!later.kind(ValueKind::Domain).unwrap().is_aged);
    // A weakness does not age, so the item is never wholly old.
    assert_eq!(
        Freshness::of(item, known, at + days(5_000)).aged(),
        Aged::Partly
    );
    let alone = Freshness::of_kinds([ValueKind::Ipv4], seen(at), at + days(28));
    assert_eq!(alone.aged(), Aged::Wholly);
}

#[test]
fn an_answer_counts_no_later_than_it_was_given() {
    let given = |kind, last| Given {
        sighting: Some(Sighting {
            kind,
            count: None,
            first: None,
            last,
        }),
        ..Given::default()
    };
    let at = |given: &Given| Seen::of_answer(given, start(), Witness::Own).map(|seen| seen.at);
    let ahead = given(SightingKind::Seen, Some(start() + hours(24 * 365)));
    assert_eq!(at(&ahead), Some(start()));
    let before = given(SightingKind::Seen, Some(start() - hours(24)));
    assert_eq!(at(&before), Some(start() - hours(24)));
    assert_eq!(at(&given(SightingKind::Seen, None)), Some(start()));
    for kind in [SightingKind::NotSeen, SightingKind::FalsePositive] {
        assert_eq!(at(&given(kind, Some(start()))), None);
    }
    assert_eq!(at(&Given::default()), None);
}

fn any_model() -> impl Strategy<Value = Model> {
    let numbers = (1u32..=7_500, 1u32..=3, 1u32..=3, 1u32..=100);
    numbers.prop_flat_map(|(lifetime, above, below, base)| {
        (1..=base).prop_map(move |threshold| {
            let text = format!(
                "[[model]]\ncode = \"x\"\nname = {{ ja = \"あ\", en = \"a\" }}\nkinds = [\"ipv4\"]\nbase = {base}\n\
                 lifetime_days = {lifetime}\nspeed = [{above}, {below}]\nthreshold = {threshold}\nvalid_from = \"2026-04-01\"\n"
            );
            Models::parse(&text).unwrap().all()[0].clone()
        })
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn scores_fall_from_the_base_to_nothing(model in any_model(), a in 0u64..700_000_000, b in 0u64..700_000_000) {
        let (sooner, later) = (a.min(b), a.max(b));
        prop_assert!(model.score(sooner) >= model.score(later), "it never rises");
        prop_assert!(model.score(a) <= model.base);
        prop_assert_eq!(model.score(0), model.base);
        let lifetime = u64::from(model.lifetime_days) * DAY_S;
        prop_assert_eq!(model.score(lifetime), 0);
        prop_assert_eq!(model.score(lifetime + a), 0);
    }

    /// The formula in floating point, to which whole numbers round down.
    #[test]
    fn whole_numbers_say_what_the_formula_says(model in any_model(), part in 0u64..=1_000) {
        let lifetime = u64::from(model.lifetime_days) * DAY_S;
        let age = lifetime / 1_000 * part;
        let age = age - age % 3_600;
        let (above, below) = model.speed;
        let power = f64::from(below) / f64::from(above);
        let exact = f64::from(model.base) * (1.0 - (age as f64 / lifetime as f64).powf(power));
        let score = f64::from(model.score(age));
        prop_assert!(score <= exact + 1e-6 && exact - 1e-6 < score + 1.0, "{score} is not {exact}");
    }

    #[test]
    fn it_fades_at_the_second_that_is_told(model in any_model(), at in 0i64..4_000_000_000) {
        let lasts = model.lasts_s();
        prop_assert!(model.score(lasts) >= model.threshold);
        prop_assert!(model.score(lasts + 1) < model.threshold);
        let seen = Timestamp::from_second(at).unwrap();
        let fades = model.fades_at(seen);
        prop_assert!(model.score_at(seen, fades) < model.threshold);
        let before = fades - SignedDuration::from_nanos(1);
        prop_assert!(model.score_at(seen, before) >= model.threshold);
    }

    #[test]
    fn a_newer_sighting_never_lowers_it(model in any_model(), a in 0i64..4_000_000_000, b in 0i64..4_000_000_000, now in 0i64..5_000_000_000) {
        let at = |s| Timestamp::from_second(s).unwrap();
        let (sooner, later) = (at(a.min(b)), at(a.max(b)));
        prop_assert!(model.score_at(later, at(now)) >= model.score_at(sooner, at(now)));
        prop_assert!(model.fades_at(later) >= model.fades_at(sooner));
        let either = seen(sooner).or_later(Some(seen(later)));
        prop_assert_eq!(&either, &seen(later).or_later(Some(seen(sooner))));
        prop_assert_eq!(either.at, later);
    }
}
