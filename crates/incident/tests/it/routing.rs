//! Who is told of what, by the rules of the day.

use std::{collections::BTreeSet, sync::LazyLock};

use kaname_directory::Catalogue;
use kaname_incident::{
    routing::{
        Condition, Field, Haste, Moved, Question, Recipient, Role, Route, Routes, Shown, Tri,
        Verdict, difference,
    },
    vocabulary::Vocabulary,
};
use proptest::prelude::*;

pub(crate) struct Law {
    pub(crate) catalogue: Catalogue,
    pub(crate) routes: Routes,
}

pub(crate) fn law() -> &'static Law {
    static LAW: LazyLock<Law> = LazyLock::new(read);
    &LAW
}

fn read() -> Law {
    let catalogue = Catalogue::builtin().unwrap();
    let words = Vocabulary::builtin().unwrap();
    let routes = Routes::builtin(&catalogue, &words).unwrap();
    Law { catalogue, routes }
}

pub(crate) fn asked(day: &str, sector: Option<&str>) -> Question {
    Question {
        day: day.parse().unwrap(),
        sector: sector.map(|code| code.parse().unwrap()),
        event_types: BTreeSet::from(["unusable".parse().unwrap()]),
        level: None,
        maintenance_breached: Tri::Unknown,
        conditions: BTreeSet::new(),
        consents: BTreeSet::new(),
    }
}

impl Law {
    pub(crate) fn route(&self, question: &Question) -> Route {
        self.routes.route(&self.catalogue, question)
    }
}

fn body(code: &str) -> Recipient {
    Recipient::Body(code.parse().unwrap())
}

fn of_role(route: &Route, role: Role) -> Vec<Recipient> {
    let told = route.to.iter().filter(|routed| routed.role == role);
    told.map(|routed| routed.to.clone()).collect()
}

#[test]
fn water_goes_to_the_ministry_of_the_day() {
    let law = law();
    let then = law.route(&asked("2018-08-01", Some("water")));
    assert_eq!(of_role(&then, Role::Duty), [body("mhlw")]);
    let now = law.route(&asked("2026-11-24", Some("water")));
    assert_eq!(of_role(&now, Role::Duty), [body("mlit")]);
    let rule = now.to[0].rule.as_ref().unwrap();
    assert_eq!(rule.rule.as_str(), "ministry");
    assert_eq!(rule.from.to_string(), "2022-06-17");
    assert!(rule.unconfirmed);
}

#[test]
fn every_sector_of_every_year_reaches_its_own_ministries() {
    let law = law();
    for day in ["2018-04-01", "2018-07-25", "2024-03-08", "2026-11-24"] {
        let on = day.parse().unwrap();
        let sectors = law.catalogue.sectors_on(on);
        assert!(sectors.len() >= 13);
        for sector in sectors {
            let route = law.route(&asked(day, Some(sector.code.as_str())));
            let duty: BTreeSet<Recipient> = of_role(&route, Role::Duty).into_iter().collect();
            let competent = sector.ministries.into_iter();
            let competent: BTreeSet<Recipient> = competent
                .map(|ministry| Recipient::Body(ministry.code))
                .collect();
            assert_eq!(duty, competent, "{} on {day}", sector.code);
            assert!(of_role(&route, Role::Cc).contains(&Recipient::CentreDesk));
        }
    }
}

#[test]
fn what_belongs_to_no_sector_goes_to_the_duty_desk() {
    let law = law();
    // Ports became a sector in 2024: before, and where nothing is said, the desk has to act.
    for (day, sector) in [
        ("2023-07-04", Some("ports")),
        ("2026-11-24", Some("no-such-sector")),
        ("2026-11-24", None),
        ("1999-01-01", Some("water")),
    ] {
        let mut question = asked(day, sector);
        question.event_types.clear();
        let route = law.route(&question);
        assert_eq!(
            of_role(&route, Role::Duty),
            [Recipient::CentreDesk],
            "{day} {sector:?}"
        );
    }
    let long_ago = law.route(&asked("1999-01-01", None));
    assert!(long_ago.to[0].rule.is_none());
    assert_eq!(long_ago.to[0].fields.len(), Field::ALL.len());
}

#[test]
fn a_ministry_sees_the_operator_and_its_peers_do_not() {
    let law = law();
    let mut question = asked("2026-11-24", Some("electricity"));
    question.consents = BTreeSet::from([Recipient::Isac, Recipient::Ceptoar]);
    let route = law.route(&question);
    let shown = |to: &Recipient, field| {
        let routed = route.to.iter().find(|routed| routed.to == *to).unwrap();
        routed.fields.get(&field).copied()
    };
    assert_eq!(shown(&body("meti"), Field::Operator), Some(Shown::Open));
    for peer in [Recipient::Isac, Recipient::Ceptoar] {
        assert_eq!(shown(&peer, Field::Operator), Some(Shown::Masked));
        for hidden in [Field::Contact, Field::Body, Field::Attachments] {
            assert_eq!(shown(&peer, hidden), None);
        }
    }
}

#[test]
fn peers_are_told_with_consent_only() {
    let law = law();
    let without = law.route(&asked("2026-11-24", Some("finance")));
    assert!(!without.to.iter().any(|routed| routed.to == Recipient::Isac));
    assert!(
        without
            .withheld
            .iter()
            .any(|routed| routed.to == Recipient::Isac)
    );
    let mut question = asked("2026-11-24", Some("finance"));
    question.consents.insert(Recipient::Isac);
    let with = law.route(&question);
    assert!(with.to.iter().any(|routed| routed.to == Recipient::Isac));
    assert!(
        !with
            .withheld
            .iter()
            .any(|routed| routed.to == Recipient::Isac)
    );
    let moved = difference(&without, &with);
    assert!(
        matches!(moved.as_slice(), [Moved::Added { then }] if then.to == Recipient::Isac),
        "{moved:?}"
    );
}

#[test]
fn laws_of_their_own_add_their_bodies() {
    let law = law();
    let mut question = asked("2026-11-24", Some("electricity"));
    question.conditions = BTreeSet::from([
        Condition::PersonalData,
        Condition::Deliberate,
        Condition::SpecialInfrastructure,
        Condition::Ddos,
    ]);
    let route = law.route(&question);
    let duty = of_role(&route, Role::Duty);
    assert!(duty.contains(&body("ppc")) && duty.contains(&body("cao")));
    let forms = route.to.iter().filter(|routed| routed.to == body("meti"));
    let forms: Vec<&str> = forms
        .map(|routed| routed.form.as_ref().unwrap().as_str())
        .collect();
    assert_eq!(forms, ["ministry-notice", "meti-report"]);
    let held: Vec<String> = route
        .withheld
        .iter()
        .map(|one| one.to.to_string())
        .collect();
    assert_eq!(
        held,
        ["centre-desk", "body:jpcert", "body:npa", "isac", "ceptoar"]
    );
    // In 2020 the privacy commission asked for it, and the law of 2025 was not there.
    question.day = "2020-06-01".parse().unwrap();
    let before = law.route(&question);
    assert!(of_role(&before, Role::Cc).contains(&body("ppc")));
    assert!(!before.to.iter().any(|routed| routed.to == body("cao")));
}

#[test]
fn a_grave_level_calls_the_desk_to_act() {
    let law = law();
    let mut question = asked("2026-11-24", Some("railways"));
    question.level = Some(2);
    let mild = law.route(&question);
    assert_eq!(of_role(&mild, Role::Duty), [body("mlit")]);
    assert!(mild.keeps_quiet_hours);
    assert_eq!(mild.acknowledge_within_min, 60);
    question.level = Some(3);
    let grave = law.route(&question);
    assert_eq!(
        of_role(&grave, Role::Duty),
        [Recipient::CentreDesk, body("mlit")]
    );
    assert!(!grave.keeps_quiet_hours);
    assert_eq!(grave.acknowledge_within_min, 15);
}

#[test]
fn haste_follows_the_level_and_else_the_maintenance_level() {
    let haste = Haste {
        urgent_from: 3,
        urgent_min: 15,
        usual_min: 60,
    };
    for (level, breached, minutes) in [
        (Some(4), Tri::No, 15),
        (Some(3), Tri::No, 15),
        (Some(2), Tri::Yes, 60),
        (None, Tri::Yes, 15),
        (None, Tri::Unknown, 15),
        (None, Tri::No, 60),
    ] {
        let within = haste.acknowledge_within(level, breached);
        assert_eq!(within.as_mins(), minutes, "{level:?} {breached:?}");
    }
}

#[test]
fn every_rule_says_why_it_did_not_decide() {
    let law = law();
    let considered = law
        .routes
        .considered(&law.catalogue, &asked("2026-11-24", Some("water")));
    let verdict = |code: &str| {
        let found = considered.iter().find(|one| one.rule.as_str() == code);
        found.unwrap().verdict.clone()
    };
    assert_eq!(verdict("ministry"), Verdict::Applies);
    assert_eq!(verdict("isac"), Verdict::NeedsConsent);
    assert_eq!(verdict("unknown-sector"), Verdict::OtherSector);
    assert_eq!(verdict("ipa"), Verdict::OtherEventType);
    assert_eq!(verdict("centre-grave"), Verdict::OtherLevel);
    assert_eq!(
        verdict("privacy"),
        Verdict::OtherCondition {
            condition: Condition::PersonalData
        }
    );
    let of_2018 = law
        .routes
        .considered(&law.catalogue, &asked("2018-08-01", Some("water")));
    let special = of_2018
        .iter()
        .find(|one| one.rule.as_str() == "special-infrastructure");
    assert_eq!(special.unwrap().verdict, Verdict::NotInForce);
}

#[test]
fn recipients_are_written_as_in_the_file() {
    for text in [
        "centre-desk",
        "body:mlit",
        "isac",
        "ceptoar",
        "foreign-csirt",
        "foreign-authority",
        "public",
    ] {
        let read: Recipient = serde_json::from_value(serde_json::json!(text)).unwrap();
        assert_eq!(read.to_string(), text);
        assert_eq!(
            serde_json::to_value(&read).unwrap(),
            serde_json::json!(text)
        );
    }
    for bad in ["", "body:", "body:x y", "everybody"] {
        assert!(serde_json::from_value::<Recipient>(serde_json::json!(bad)).is_err());
    }
}

fn question() -> impl Strategy<Value = Question> {
    let sectors = ["water", "finance", "ports", "electricity", "no-such-sector"];
    let types = ["omen", "leak", "unusable", "malware", "intrusion"];
    let conditions = [
        Condition::PersonalData,
        Condition::CrossBorder,
        Condition::Deliberate,
        Condition::Ddos,
        Condition::Ransomware,
        Condition::SpecialInfrastructure,
        Condition::Published,
    ];
    let consents = [
        Recipient::CentreDesk,
        Recipient::Isac,
        Recipient::Ceptoar,
        Recipient::ForeignCsirt,
        body("npa"),
        body("ipa"),
    ];
    (
        0i32..14_000,
        proptest::option::of(proptest::sample::select(sectors.to_vec())),
        proptest::sample::subsequence(types.to_vec(), 0..=5),
        proptest::option::of(0u8..=4),
        proptest::sample::subsequence(conditions.to_vec(), 0..=7),
        proptest::sample::subsequence(consents.to_vec(), 0..=6),
    )
        .prop_map(
            |(days, sector, types, level, conditions, consents)| Question {
                day: jiff::civil::date(1995, 1, 1)
                    .checked_add(jiff::Span::new().days(days))
                    .unwrap(),
                sector: sector.map(|code| code.parse().unwrap()),
                event_types: types.iter().map(|code| code.parse().unwrap()).collect(),
                level,
                maintenance_breached: Tri::Unknown,
                conditions: conditions.into_iter().collect(),
                consents: consents.into_iter().collect(),
            },
        )
}

proptest! {
    /// Nothing is dropped, nobody is told twice on one form, nobody without the consent that is asked for.
    #[test]
    fn somebody_always_has_to_act(question in question()) {
        let law = law();
        let route = law.route(&question);
        prop_assert!(route.to.iter().any(|routed| routed.role == Role::Duty));
        let mut keys: Vec<_> = route.to.iter().chain(&route.withheld)
            .map(|routed| (routed.to.clone(), routed.form.clone())).collect();
        let all = keys.len();
        keys.sort();
        keys.dedup();
        prop_assert_eq!(keys.len(), all);
        for routed in &route.withheld {
            prop_assert!(!question.consents.contains(&routed.to));
        }
        // More consent never takes anybody out.
        let mut more = question.clone();
        more.consents.extend(route.withheld.iter().map(|routed| routed.to.clone()));
        let wider = law.route(&more);
        prop_assert!(wider.withheld.is_empty());
        for moved in difference(&route, &wider) {
            let added = matches!(moved, Moved::Added { .. });
            prop_assert!(added);
        }
    }
}
