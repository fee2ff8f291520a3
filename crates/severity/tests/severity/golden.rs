//! The 27 golden cases, every number of theirs.

use kaname_severity::{Case, Ends, Policy, Viewpoint, cases};

const GOLDEN: &str = include_str!("golden.toml");

fn golden() -> Vec<Case> {
    cases(GOLDEN, &Policy::builtin().unwrap()).unwrap()
}

#[test]
fn every_golden_case_has_its_level() {
    let cases = golden();
    assert_eq!(cases.len(), 27);
    for case in &cases {
        let rating = case.rate();
        let expected = case.expected.unwrap();
        let viewpoints = [
            Viewpoint::Sustainability,
            Viewpoint::Safety,
            Viewpoint::Trust,
        ];
        for (viewpoint, level) in viewpoints.into_iter().zip(expected.viewpoints) {
            assert_eq!(
                Some(rating.viewpoint(viewpoint)),
                level,
                "{} {viewpoint:?}\n{:#?}",
                case.id,
                rating.steps
            );
        }
        assert_eq!(Some(rating.level), expected.level, "{}", case.id);
        assert_eq!(Some(rating.rated), expected.rated, "{}", case.id);
        assert_eq!(rating.replayed(), rating.level, "{}", case.id);
    }
}

#[test]
fn the_trust_cap_holds_the_leak_at_three() {
    let text = include_str!("../../data/jp-ci-severity-2018.toml");
    let level = |policy: &str| {
        let policy = Policy::read(policy, &[], &[]).unwrap();
        let cases = cases(GOLDEN, &policy).unwrap();
        let leak = cases.iter().find(|case| case.id == "bank-leak").unwrap();
        leak.rate().level
    };
    let four = Ends { low: 4, high: 4 };
    assert_eq!(
        level(&text.replace("mode = \"cap\"", "mode = \"uncapped\"")),
        four
    );
    assert_eq!(level(&text.replace("\ncap = 3", "\ncap = 4")), four);
    assert_eq!(level(text), Ends { low: 3, high: 3 });
}
