//! Provisional, final and revised ratings, and policies in force.

use std::sync::Arc;

use ed25519_dalek::{Signer as _, SigningKey};
use kaname_severity::{Day, Kind, NotFinal, Policy, Proposal, Signature, Signer, cases};

use crate::support;

const GOLDEN: &str = include_str!("golden.toml");

fn signers() -> Vec<Signer> {
    let signer = |(person, seed): (&str, u8)| Signer {
        person: person.to_owned(),
        key: SigningKey::from_bytes(&[seed; 32])
            .verifying_key()
            .to_bytes(),
    };
    [("mori", 1), ("sato", 2)].map(signer).into()
}

fn signed(text: &str, person: &str, seed: u8) -> Signature {
    Signature {
        person: person.to_owned(),
        signature: SigningKey::from_bytes(&[seed; 32])
            .sign(text.as_bytes())
            .to_bytes(),
    }
}

fn in_force() -> Arc<Policy> {
    let text = support::changed("status = \"draft\"", "status = \"in_force\"");
    let signatures = [signed(&text, "mori", 1), signed(&text, "sato", 2)];
    Policy::read(&text, &signatures, &signers()).unwrap()
}

#[test]
fn a_policy_in_force_needs_two_persons_over_its_very_bytes() {
    let text = support::changed("status = \"draft\"", "status = \"in_force\"");
    let refused = |signatures: &[Signature]| {
        let flaw = Policy::read(&text, signatures, &signers()).unwrap_err();
        assert_eq!(flaw.field, "status");
        let line = text
            .lines()
            .position(|line| line.starts_with("status"))
            .unwrap()
            + 1;
        assert_eq!(flaw.line, line);
    };
    refused(&[]);
    refused(&[signed(&text, "mori", 1)]);
    refused(&[signed(&text, "mori", 1), signed(&text, "mori", 1)]);
    refused(&[signed(&text, "mori", 1), signed(&text, "sato", 1)]);
    refused(&[signed(&text, "mori", 1), signed(support::POLICY, "sato", 2)]);
    refused(&[signed(&text, "mori", 1), signed(&text, "stranger", 3)]);
    let (mori, sato) = (signed(&text, "mori", 1), signed(&text, "sato", 2));
    assert!(Policy::read(&text, &[mori, sato], &signers()).is_ok());
}

#[test]
fn files_of_signatures_and_signers() {
    let key = hex::encode(signers()[0].key);
    let text = format!(
        "schema = \"kaname.severity-signers/1\"\n[[signer]]\nperson = \"mori\"\nkey = \"{key}\"\n"
    );
    assert_eq!(Signer::read(&text).unwrap(), signers()[..1]);
    let short = text.replace(&key, "00");
    assert_eq!(Signer::read(&short).unwrap_err().line, 4);
    let given = signed("x", "mori", 1);
    let text = format!(
        "schema = \"kaname.severity-signatures/1\"\n[[signature]]\nperson = \"mori\"\nsignature = \"{}\"\n",
        hex::encode(given.signature)
    );
    assert_eq!(Signature::read(&text).unwrap(), [given]);
    assert!(Signature::read("schema = \"other\"").is_err());
}

#[test]
fn a_final_rating_needs_all_it_rests_on() {
    let day = Day::from_ymd(2024, 6, 1);
    let good = Proposal {
        kind: Kind::Final,
        on: day,
        persons: vec!["sato".into(), "mori".into()],
        chosen: None,
        despite_unknown: None,
        dissent: None,
    };
    let decide = |policy: &Arc<Policy>, id: &str, proposal: &Proposal| {
        let all = cases(GOLDEN, policy).unwrap();
        let case = all.iter().find(|case| case.id == id).unwrap();
        case.rate().decide(proposal.clone())
    };
    let (draft, policy) = (support::builtin(), in_force());
    let id = "kyiv-substation-2016";
    let made = decide(&policy, id, &good).unwrap();
    assert!(made.publishable && made.level == 2);
    assert_eq!(decide(&draft, id, &good), Err(NotFinal::NotInForce));
    assert_eq!(
        decide(&policy, "kansai-airport-2018", &good),
        Err(NotFinal::OutOfScope)
    );
    let with = |change: fn(&mut Proposal)| {
        let mut changed = good.clone();
        change(&mut changed);
        changed
    };
    let early = with(|it| it.on = Day::from_ymd(2018, 7, 24));
    assert_eq!(
        decide(&policy, id, &early),
        Err(NotFinal::NotValid(early.on))
    );
    for persons in [vec!["sato", "sato"], vec!["sato"], vec!["sato", " "]] {
        let mut alone = good.clone();
        alone.persons = persons.into_iter().map(str::to_owned).collect();
        assert_eq!(
            decide(&policy, id, &alone),
            Err(NotFinal::Persons { needed: 2 })
        );
    }
    let chosen = with(|it| it.chosen = Some((3, "seen so".into())));
    assert_eq!(
        decide(&policy, id, &chosen),
        Err(NotFinal::Chosen { low: 2, high: 2 })
    );
    let open = "hse-ireland-2021";
    assert_eq!(
        decide(&policy, open, &good),
        Err(NotFinal::Unknown(vec!["duration".into()]))
    );
    let despite = with(|it| it.despite_unknown = Some("60 days are certain and enough".into()));
    assert_eq!(decide(&policy, open, &despite).unwrap().level, 4);
    let revised = with(|it| {
        it.kind = Kind::Revised {
            supersedes: "r-1".into(),
            reason: " ".into(),
        };
    });
    assert_eq!(decide(&policy, id, &revised), Err(NotFinal::Revision));
    let provisional = with(|it| {
        it.kind = Kind::Provisional;
        it.persons.clear();
    });
    let made = decide(&draft, "kansai-airport-2018", &provisional).unwrap();
    assert!(!made.publishable && made.level == 3);
}

#[test]
fn an_interval_is_final_by_a_reasoned_choice_within_it() {
    let policy = in_force();
    let keys = "zero = [\"scope\", \"deaths\", \"serious\", \"evacuees\", \"property_jpy\", \"environment_jpy\", \
                \"records_exposed\", \"trust_ordinal\"]";
    let seen = "{ indicator = \"minor\", unit = \"person\", low = 5, high = 50 }".to_owned();
    let case = &cases(&support::file("water", keys, &[seen]), &policy).unwrap()[0];
    let rating = case.rate();
    let mut proposal = Proposal {
        kind: Kind::Final,
        on: Day::from_ymd(2024, 6, 1),
        persons: vec!["sato".into(), "mori".into()],
        chosen: None,
        despite_unknown: None,
        dissent: Some("sato would have said 1".into()),
    };
    assert_eq!(rating.decide(proposal.clone()), Err(NotFinal::Interval));
    proposal.chosen = Some((2, String::new()));
    assert_eq!(
        rating.decide(proposal.clone()),
        Err(NotFinal::Chosen { low: 1, high: 2 })
    );
    proposal.chosen = Some((2, "hospital's count of the day".into()));
    assert_eq!(rating.decide(proposal).unwrap().level, 2);
}
