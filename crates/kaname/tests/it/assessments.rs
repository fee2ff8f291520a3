//! Assessments from the shell: read, never written.

use std::collections::BTreeSet;

use kaname_kernel::{Pap, Tlp, audience::Named};
use kaname_sharing::{
    Outlet, Text,
    assessment::{Confidence, Draft, Judgement, Likelihood, Source},
};

use crate::{
    hub::{Backend, Hub},
    scene,
};

#[test]
fn assessments_are_listed_and_shown_with_what_stands_in_their_way() {
    let hub = Hub::found(Backend::Sqlite, "");
    let number = hub.inside(async |world| {
        let analyst = scene::caller(&world, &hub.people.analyst).await;
        let outside = Source::Outside {
            name: "Example CERT".to_owned(),
            url: String::new(),
            grade: "B2".parse().unwrap(),
        };
        let draft = Draft {
            title: Text::new("見通し", "Outlook"),
            summary: Text::new("続く", ""),
            countermeasures: Text::default(),
            judgements: vec![Judgement {
                text: "活動は続く".to_owned(),
                likelihood: Likelihood::AlmostCertain,
                confidence: Confidence::Low,
                caveats: String::new(),
                evidence: vec![outside],
            }],
            tlp: Tlp::Green,
            pap: Pap::Green,
            named: Named::default(),
            classes: BTreeSet::new(),
            duties: BTreeSet::new(),
            embargo: None,
            valid_until: None,
            outlets: Outlet::PROPOSED.into(),
            collections: BTreeSet::new(),
        };
        let begun = world.begin_assessment(&analyst, draft).await.unwrap();
        let number = begun.state.number;
        world
            .ask_assessment_review(&analyst, &number)
            .await
            .unwrap();
        number
    });
    let place = &hub.place;
    let listed = place.done(&["assessment", "list"]);
    assert_eq!(listed["assessments"][0]["state"], "in_review");
    let shown = place.done(&["assessment", "show", &number]);
    assert_eq!(shown["judgements"][0]["likelihood"], "almost-certain");
    assert_eq!(shown["check"]["narrow"], serde_json::json!([]));
    let text = place.run(&["assessment", "show", &number]);
    assert!(
        text.out
            .contains("almost-certain (95 to 99 %), low confidence"),
        "{}",
        text.out
    );
    assert_eq!(place.run(&["assessment", "show", "A-2611-00000"]).code, 3);
    place.done(&["rebuild"]);
    let proved = place.done(&["verify", "--rows"]);
    assert_eq!(proved["fault"], serde_json::Value::Null);
}
