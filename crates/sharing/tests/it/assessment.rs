//! Assessments: words of estimation, versions and reviews, and the objects they go out as.

use std::collections::BTreeSet;

use jiff::Timestamp;
use kaname_kernel::{AccountId, Actor, Matter as _, Moment, Pap, SeededRng, Tlp, audience::Named};
use kaname_sharing::{
    Assessment, Item, ItemState, Outlet, Refused, Text,
    assessment::{
        AssessmentChange, AssessmentState, Cited, Confidence, Draft, Grade, Judgement, Likelihood,
        Printed, Source, compose, judged, writing,
    },
    deriving::{self, OwnWord},
    releasing::{self, Releasing},
};
use kaname_stix::ObjectId;

use crate::support::{account, handle, hub, matter, start};

fn judgement(text: &str, evidence: Vec<Source>) -> Judgement {
    Judgement {
        text: text.to_owned(),
        likelihood: Likelihood::Likely,
        confidence: Confidence::Moderate,
        caveats: "単一の観測による".to_owned(),
        evidence,
    }
}

fn outside() -> Source {
    Source::Outside {
        name: "Example CERT advisory".to_owned(),
        url: "https://cert.example/a".to_owned(),
        grade: "B2".parse().unwrap(),
    }
}

fn object(n: u32) -> Source {
    Source::Object {
        id: format!("indicator--00000000-0000-4000-8000-{n:012}"),
        brought: None,
    }
}

fn draft(judgements: Vec<Judgement>) -> Draft {
    Draft {
        title: Text::new(
            "電力分野を狙う活動の見通し",
            "Activity against electric power",
        ),
        summary: Text::new("活動は続く見込みである。", ""),
        countermeasures: Text::new("修正版へ更新する。", ""),
        judgements,
        tlp: Tlp::Green,
        pap: Pap::Green,
        named: Named::default(),
        classes: BTreeSet::new(),
        duties: BTreeSet::new(),
        embargo: None,
        valid_until: None,
        outlets: Outlet::PROPOSED.into(),
        collections: BTreeSet::new(),
    }
}

struct Growing {
    state: Assessment,
    version: u32,
}

fn moment(version: u32, actor: &Actor) -> Moment<'_> {
    Moment {
        matter: matter(1),
        version,
        recorded: start(),
        occurred: start(),
        actor,
    }
}

impl Growing {
    fn begun(draft: Draft) -> Self {
        let change = writing::begin("A-2611-00001".to_owned(), draft, account(1)).unwrap();
        let actor = Actor::system("test");
        let state = Assessment::begin(&change, &moment(1, &actor)).unwrap();
        Self { state, version: 1 }
    }

    fn apply(&mut self, change: Result<AssessmentChange, Refused>) {
        self.version += 1;
        let actor = Actor::system("test");
        self.state
            .apply(&change.unwrap(), &moment(self.version, &actor))
            .unwrap();
    }
}

#[test]
fn words_of_estimation_cover_the_whole_range_once() {
    let ranges: Vec<(u8, u8)> = Likelihood::ALL.iter().map(|one| one.percent()).collect();
    assert_eq!((ranges[0].0, ranges[6].1), (1, 99));
    for pair in ranges.windows(2) {
        assert_eq!(pair[0].1, pair[1].0, "without a gap");
    }
    for one in Likelihood::ALL {
        assert_eq!(Likelihood::of(one.as_str()), Some(one));
        let json = serde_json::to_string(&one).unwrap();
        assert_eq!(json, format!("\"{}\"", one.as_str()));
    }
    let numbers: Vec<u8> = Confidence::ALL.iter().map(|one| one.stix()).collect();
    assert_eq!(numbers, [15, 50, 85]);
    for good in ["A1", "b2", " F6 "] {
        assert!(good.parse::<Grade>().is_ok(), "{good}");
    }
    for bad in ["", "A", "G1", "A0", "A7", "A12"] {
        assert!(bad.parse::<Grade>().is_err(), "{bad}");
    }
}

#[test]
fn a_review_is_anothers_and_holds_for_the_version_it_saw() {
    let mut one = Growing::begun(draft(vec![judgement("続く", vec![outside()])]));
    assert_eq!(
        writing::put_forward(&one.state, matter(9)),
        Err(Refused::State {
            matter: "assessment",
            state: "written",
            needs: "reviewed"
        })
    );
    one.apply(writing::ask_review(&one.state, account(1)));
    assert_eq!(
        writing::review(&one.state, account(1), true, ""),
        Err(Refused::SamePerson)
    );
    assert_eq!(
        writing::review(&one.state, account(2), false, " "),
        Err(Refused::Empty { field: "remarks" })
    );
    one.apply(writing::review(&one.state, account(2), false, "根拠が弱い"));
    assert_eq!(one.state.state, AssessmentState::Written);
    one.apply(writing::ask_review(&one.state, account(1)));
    one.apply(writing::review(&one.state, account(2), true, ""));
    assert!(writing::may_go_out(&one.state).is_ok());
    // Whoever writes the next version may not look it through either.
    let next = draft(vec![judgement("続く", vec![outside(), object(1)])]);
    one.apply(writing::save(
        &one.state,
        next.clone(),
        "根拠を追加",
        account(2),
    ));
    assert_eq!(
        (one.state.version, one.state.state),
        (2, AssessmentState::Written)
    );
    assert!(one.state.review().is_none() && writing::may_go_out(&one.state).is_err());
    one.apply(writing::ask_review(&one.state, account(2)));
    assert_eq!(
        writing::review(&one.state, account(2), true, ""),
        Err(Refused::SamePerson)
    );
    let same = writing::save(&one.state, next, "", account(3));
    assert_eq!(same, Err(Refused::NoChange));
}

#[test]
fn what_says_nothing_or_rests_on_nothing_is_not_reviewed() {
    let one = Growing::begun(draft(Vec::new()));
    assert_eq!(
        writing::ask_review(&one.state, account(1)),
        Err(Refused::Empty {
            field: "judgements"
        })
    );
    let one = Growing::begun(draft(vec![judgement("続く", Vec::new())]));
    assert_eq!(
        writing::ask_review(&one.state, account(1)),
        Err(Refused::Empty { field: "evidence" })
    );
    let empty = writing::begin(
        "A".into(),
        draft(vec![judgement(" ", Vec::new())]),
        account(1),
    );
    assert_eq!(empty, Err(Refused::Empty { field: "judgement" }));
    let bad = Source::Outside {
        name: "x".to_owned(),
        url: "javascript:alert(1)".to_owned(),
        grade: "A1".parse().unwrap(),
    };
    let bad = writing::begin(
        "A".into(),
        draft(vec![judgement("続く", vec![bad])]),
        account(1),
    );
    assert!(matches!(
        bad,
        Err(Refused::BadName {
            field: "evidence",
            ..
        })
    ));
}

/// Evidence that all readers see.
struct Seen(Vec<Source>);

impl Cited for Seen {
    fn object(&self, source: &Source) -> Option<ObjectId> {
        match source {
            Source::Object { id, .. } if self.0.contains(source) => ObjectId::parse(id).ok(),
            _ => None,
        }
    }
}

#[test]
fn objects_are_valid_say_the_estimate_and_leave_out_what_not_all_may_see() {
    let draft = draft(vec![
        judgement("活動は続く", vec![object(1), object(2), outside()]),
        judgement("範囲は広がる", vec![object(2)]),
    ]);
    let author = hub();
    let printed = Printed {
        author: &author,
        draft: &draft,
        now: start(),
    };
    let objects = compose(&printed, &Seen(vec![object(1)]), &SeededRng::new(1)).unwrap();
    let content = draft.content(author.clone(), objects.clone());
    content.check().unwrap();
    let all = objects.join("\n");
    assert!(
        all.contains("-000000000001") && !all.contains("-000000000002"),
        "{all}"
    );
    let told = judged(&objects);
    assert_eq!(told.len(), 2);
    assert_eq!(told[0].text, "活動は続く");
    assert_eq!(
        (told[0].likelihood, told[0].confidence),
        (Likelihood::Likely, Confidence::Moderate)
    );
    assert_eq!(told[0].caveats, "単一の観測による");
    assert_eq!(told[0].evidence.len(), 1);
    assert_eq!(told[0].outside[0].2, "B2");
    assert_eq!(told[1].evidence, [""; 0], "not even that there is some");
    let report: serde_json::Value = serde_json::from_str(objects.last().unwrap()).unwrap();
    assert_eq!(report["type"], "report");
    // Two notes, the evidence, what to do.
    assert_eq!(report["object_refs"].as_array().unwrap().len(), 4);
    let note: serde_json::Value = serde_json::from_str(&objects[0]).unwrap();
    assert_eq!(note["confidence"], 50);
    assert!(note["content"].as_str().unwrap().contains("55–80 %"));
}

fn item(changes: Vec<kaname_sharing::ItemChange>) -> Item {
    let actor = Actor::system("test");
    let mut item: Option<Item> = None;
    for (version, change) in (1..).zip(changes) {
        let at = moment(version, &actor);
        match &mut item {
            None => item = Some(Item::begin(&change, &at).unwrap()),
            Some(item) => item.apply(&change, &at).unwrap(),
        }
    }
    item.unwrap()
}

fn releasing_by(by: AccountId, now: Timestamp) -> Releasing {
    Releasing {
        by,
        releaser_of_providers_party: false,
        deriver_of_providers_party: false,
        told: kaname_sharing::Told::default(),
        found: Vec::new(),
        now,
    }
}

#[test]
fn the_hubs_own_word_goes_the_way_of_items_without_asking_anybody() {
    let draft = draft(vec![judgement("続く", vec![outside()])]);
    let author = hub();
    let printed = Printed {
        author: &author,
        draft: &draft,
        now: start(),
    };
    let objects = compose(&printed, &Seen(Vec::new()), &SeededRng::new(1)).unwrap();
    let own = OwnWord {
        number: "S-2611-00001".to_owned(),
        handle: handle(7),
        content: draft.content(author, objects),
        rows: Vec::new(),
        by: BTreeSet::from([account(1), account(2)]),
        replaces: None,
    };
    let mut changes = deriving::own_word(own).unwrap();
    let written = item(changes.clone());
    assert!(written.own && written.derivers.len() == 2 && written.is_being_written());
    let ask = deriving::ask_consent(
        &written,
        kaname_sharing::Told::default(),
        start() + jiff::SignedDuration::from_hours(24),
        start(),
    );
    assert_eq!(ask, Err(Refused::OwnWord));
    let early = releasing::release(&written, &releasing_by(account(3), start()));
    assert!(matches!(early, Err(Refused::State { .. })));
    changes.extend(deriving::put_forward(&written, account(1), start()).unwrap());
    let waiting = item(changes.clone());
    assert_eq!(waiting.state, ItemState::AwaitingRelease);
    assert!(!waiting.is_being_written(), "the second officer finds it");
    for writer in [1, 2] {
        let own = releasing::release(&waiting, &releasing_by(account(writer), start()));
        assert_eq!(own, Err(Refused::SamePerson));
    }
    changes.extend(releasing::release(&waiting, &releasing_by(account(3), start())).unwrap());
    assert_eq!(item(changes).state, ItemState::Released);
}
