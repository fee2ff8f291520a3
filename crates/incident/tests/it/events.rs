//! What the ledger keeps is read for ever: the form of every event stands in `events.jsonl`, one a line, and may only
//! grow. A new variant is a new line; a line that changes is a ledger that is no longer read.

use std::collections::{BTreeMap, BTreeSet};

use kaname_directory::{Name2, key::TokenHash};
use kaname_incident::{
    Digest, ImpactCase, Incident, IncidentReport, Notification,
    impact::{
        CaseScope, Gathering, ImpactChange, Observation, Rated, RatingKind, Spell, Substitute,
    },
    incident::{
        Absorbed, Choice, Gravity, IncidentChange, IncidentState, Opening, ResponseKind, View,
        Within,
    },
    notification::{Acknowledged, Addressed, NotificationChange, Queued, Urgency, Way},
    obligation::{ClockKey, Fulfilment, Measure, Proof, Waiver},
    report::{Affected, Attachment, Attack, Given, NoticeKind, ReportChange},
    routing::{Recipient, Role, Tri},
};
use kaname_kernel::{Matter, Tlp};
use serde_json::Value;

use crate::support::{account, filing, matter, minutes, notice, party, start};

const LINES: &str = include_str!("events.jsonl");

fn line<M: Matter>(change: &M::Change) -> Value {
    let event = serde_json::json!({ "matter": M::KIND, "event": M::name(change), "data": change });
    let read: M::Change = serde_json::from_value(event["data"].clone()).unwrap();
    assert_eq!(
        serde_json::to_value(&read).unwrap(),
        event["data"],
        "read as written"
    );
    event
}

fn reports() -> Vec<ReportChange> {
    let mut full = filing();
    full.consents = BTreeSet::from([Recipient::Isac, Recipient::Body("npa".parse().unwrap())]);
    full.notice.attacks = BTreeSet::from([Attack::Ddos, Attack::Ransomware]);
    full.notice.measures = BTreeMap::from([
        ("sensitive-data".parse().unwrap(), Measure::Is(true)),
        (
            "persons".parse().unwrap(),
            Measure::Count { low: 5, high: None },
        ),
    ]);
    full.notice.services = vec![Affected {
        name: "配電".to_owned(),
        sector: Some("gas".parse().unwrap()),
        regions: BTreeSet::from(["JP-13".parse().unwrap()]),
    }];
    full.notice.attachments = vec![Attachment {
        blob: matter(9),
        sha256: Digest::of(b"log"),
        name: "log.txt".to_owned(),
        bytes: 3,
    }];
    let told = |kind| ReportChange::Told(Box::new(notice(kind, "続き")));
    vec![
        ReportChange::Filed(Box::new(full)),
        told(NoticeKind::Update),
        told(NoticeKind::Final),
        told(NoticeKind::Correction),
        ReportChange::Withdrawn {
            reason: "誤報".to_owned(),
        },
        ReportChange::Consented {
            to: Recipient::Ceptoar,
        },
        ReportChange::ConsentTaken {
            to: Recipient::ForeignCsirt,
        },
        ReportChange::Routed {
            given: vec![
                Given {
                    to: Recipient::Body("meti".parse().unwrap()),
                    role: Role::Duty,
                    form: Some("ministry-notice".parse().unwrap()),
                    rule: Some("ministry".parse().unwrap()),
                },
                Given {
                    to: Recipient::CentreDesk,
                    role: Role::Cc,
                    form: None,
                    rule: None,
                },
            ],
        },
    ]
}

fn incidents() -> Vec<IncidentChange> {
    let clock = || ClockKey {
        obligation: "jp-notice".parse().unwrap(),
        stage: "first".parse().unwrap(),
    };
    let text = |text: &str| text.to_owned();
    let fulfilment = |proof| Fulfilment {
        clock: clock(),
        at: start(),
        proof,
    };
    let document = Proof::Document {
        sha256: Digest::of(b"receipt"),
        name: text("受領証"),
    };
    let waiver = Waiver {
        clock: clock(),
        from: start(),
        until: None,
        reason: text("承認"),
        by: Some(account(1)),
    };
    let gravity = Gravity {
        level: Some(3),
        maintenance_breached: Tri::Yes,
    };
    let measures = BTreeMap::from([("significant".parse().unwrap(), Measure::Is(false))]);
    let mut all = vec![
        IncidentChange::Opened(Box::new(Opening {
            number: text("J-2611-00001"),
            title: text("障害"),
            operator: party(1),
            sector: Some("water".parse().unwrap()),
            reports: BTreeSet::from([matter(1)]),
            received: start(),
            aware: None,
            measures: measures.clone(),
            gravity: Gravity::default(),
            tlp: Tlp::AmberStrict,
            from: Some(matter(2)),
        })),
        IncidentChange::MergedInto {
            into: matter(3),
            reason: text("同じ件"),
        },
        IncidentChange::Absorbed(Box::new(Absorbed {
            from: matter(4),
            reports: BTreeSet::from([matter(5)]),
            parties: BTreeMap::from([(party(6), View::Masked)]),
            received: start(),
            aware: Some(start()),
            classified: None,
            measures: measures.clone(),
            fulfilments: vec![fulfilment(Proof::Report { report: matter(5) })],
            waivers: vec![waiver.clone()],
        })),
        IncidentChange::SplitOff {
            reports: BTreeSet::from([matter(1)]),
            into: matter(7),
            reason: text("別"),
        },
        IncidentChange::Joined { report: matter(8) },
        IncidentChange::Titled {
            title: text("別の題"),
        },
        IncidentChange::Placed {
            sector: "gas".parse().unwrap(),
        },
        IncidentChange::Led {
            officer: account(1),
        },
        IncidentChange::Weighed {
            gravity,
            reason: text("広がった"),
        },
        IncidentChange::Measured { measures },
        IncidentChange::Classified { at: start() },
        IncidentChange::Admitted {
            party: party(5),
            view: View::Open,
        },
        IncidentChange::Excluded {
            party: party(5),
            reason: text("退く"),
        },
        IncidentChange::CompartmentMade {
            name: text("連絡員"),
            parties: BTreeSet::from([party(5)]),
        },
        IncidentChange::TaskGiven {
            task: text("遮断"),
            party: party(1),
            due: Some(start()),
            within: Within::Everybody,
        },
        IncidentChange::TaskTaken {
            number: 1,
            account: account(2),
        },
        IncidentChange::TaskDone { number: 1 },
        IncidentChange::TaskDropped {
            number: 1,
            reason: text("不要"),
        },
        IncidentChange::Asked {
            to: party(1),
            ask: text("人数"),
            due: start(),
            within: Within::Compartment(1),
        },
        IncidentChange::Answered {
            number: 1,
            text: text("二千人"),
        },
        IncidentChange::AskTakenBack {
            number: 1,
            reason: text("不要"),
        },
        IncidentChange::Decided {
            question: text("知らせるか"),
            basis: text("基本法第13条"),
            options: [
                ResponseKind::Political,
                ResponseKind::Economic,
                ResponseKind::Technical,
                ResponseKind::Legal,
                ResponseKind::Diplomatic,
            ]
            .map(|kind| Choice {
                kind,
                what: text("案"),
            })
            .to_vec(),
            chosen: 1,
            reason: text("理由"),
            within: Within::Officers,
        },
        IncidentChange::EvidenceTaken {
            evidence: text("像"),
            sha256: Digest::of(b"image"),
            blob: Some(matter(9)),
            from: text("甲"),
            to: text("乙"),
            why: text("解析"),
            at: start(),
            within: Within::Officers,
        },
        IncidentChange::EvidencePassed {
            number: 1,
            to: text("丙"),
            why: text("解析"),
            at: start(),
        },
        IncidentChange::Logged {
            text: text("記録"),
            at: start(),
            within: Within::Officers,
        },
        IncidentChange::HandedOver {
            to: account(2),
            text: text("引き継ぎ"),
        },
        IncidentChange::Fulfilled(Box::new(fulfilment(document))),
        IncidentChange::Fulfilled(Box::new(fulfilment(Proof::Notification {
            notification: matter(10),
        }))),
        IncidentChange::Waived(Box::new(waiver)),
        IncidentChange::WaiverEnded {
            number: 1,
            at: start(),
        },
        IncidentChange::Reminded {
            clock: clock(),
            moment: start(),
        },
    ];
    let never = [IncidentState::Reported, IncidentState::Merged];
    let moved = IncidentState::ALL
        .into_iter()
        .filter(|state| !never.contains(state));
    all.extend(moved.map(|to| IncidentChange::Moved {
        to,
        reason: text("確認"),
    }));
    all
}

fn impacts() -> Vec<ImpactChange> {
    let text = |text: &str| text.to_owned();
    let scope = CaseScope {
        cause: text("cyber_attack"),
        sector: "electricity".parse().unwrap(),
        on: "2026-11-24".parse().unwrap(),
    };
    let observation = Observation {
        indicator: text("people"),
        unit: text("person"),
        low: 1,
        high: Some(2),
        operator: Some(party(1)),
        incident: Some(matter(1)),
        sector: Some("gas".parse().unwrap()),
        service: text("配電"),
        region: text("JP-13"),
        site: text("変電所"),
        spell: Spell {
            start: Some(start()),
            end: Some(start() + minutes(5)),
            minutes: Some((1, 2)),
        },
        substitution: Some((Substitute::Full, Substitute::None)),
        maintenance_breached: Tri::Yes,
        as_of: start(),
        source: text("続報"),
        confidence: Some(80),
        rationale: text("報道"),
    };
    let rated = || {
        Box::new(Rated {
            policy: text("jp-ci-severity-2018"),
            version: text("1.0.0"),
            policy_sha256: text("00"),
            case_sha256: Digest::of(b"case"),
            level: (2, 3),
            viewpoints: [(2, 3), (0, 0), (1, 1)],
            rated: true,
            unknown: vec![text("deaths")],
            rater: account(1),
        })
    };
    vec![
        ImpactChange::Gathered(Box::new(Gathering {
            number: text("E-2611-00001"),
            title: Name2::parse("title", "障害", "Outage").unwrap(),
            incidents: BTreeSet::from([matter(1)]),
            scope: scope.clone(),
        })),
        ImpactChange::IncidentAdded {
            incident: matter(2),
        },
        ImpactChange::IncidentTakenOut {
            incident: matter(2),
            reason: text("別"),
        },
        ImpactChange::Rescoped {
            scope,
            reason: text("災害"),
        },
        ImpactChange::Observed(Box::new(observation.clone())),
        ImpactChange::Superseded {
            number: 1,
            by: Box::new(observation),
        },
        ImpactChange::Retracted {
            number: 1,
            reason: text("誤り"),
        },
        ImpactChange::Zeroed {
            indicators: BTreeSet::from([text("deaths")]),
        },
        ImpactChange::RatedProvisionally(rated()),
        ImpactChange::Proposed {
            rated: rated(),
            kind: RatingKind::Final,
            despite_unknown: Some(text("十分")),
            dissent: Some(text("異論")),
        },
        ImpactChange::Proposed {
            rated: rated(),
            kind: RatingKind::Revised {
                supersedes: 1,
                reason: text("改まった"),
            },
            despite_unknown: None,
            dissent: None,
        },
        ImpactChange::Approved {
            number: 1,
            approver: account(2),
            level: 3,
            chosen: Some(text("高い方")),
            publishable: true,
        },
        ImpactChange::TurnedDown {
            number: 1,
            reason: text("見直す"),
        },
        ImpactChange::Published { number: 1 },
    ]
}

fn notifications() -> Vec<NotificationChange> {
    let addressed = |place| Addressed {
        account: account(1),
        place,
    };
    let urgency = Urgency {
        level: None,
        maintenance_breached: Tri::Unknown,
        within_min: 15,
    };
    let mut all = vec![
        NotificationChange::Queued(Box::new(Queued {
            about: matter(1),
            party: party(5),
            role: Role::Duty,
            form: Some("ministry-notice".parse().unwrap()),
            rule: Some("ministry".parse().unwrap()),
            urgency,
            addressed: addressed(1),
        })),
        NotificationChange::Delivered,
        NotificationChange::Failed {
            why: "550".to_owned(),
        },
        NotificationChange::Escalated { to: addressed(2) },
        NotificationChange::Reweighed { urgency },
    ];
    all.extend(Way::ALL.map(|way| NotificationChange::Sent {
        way,
        token: Some(TokenHash::of("t")),
    }));
    let by = [
        Acknowledged::Person {
            account: account(1),
        },
        Acknowledged::Reply {
            account: account(1),
        },
        Acknowledged::Voice {
            account: account(1),
            officer: account(2),
        },
    ];
    all.extend(by.map(NotificationChange::Acknowledged));
    all
}

#[test]
fn what_the_ledger_keeps_stays_readable() {
    let mut lines: Vec<Value> = reports().iter().map(line::<IncidentReport>).collect();
    lines.extend(incidents().iter().map(line::<Incident>));
    lines.extend(impacts().iter().map(line::<ImpactCase>));
    lines.extend(notifications().iter().map(line::<Notification>));
    for (written, kept) in lines.iter().zip(LINES.lines()) {
        let kept: Value = serde_json::from_str(kept).unwrap();
        assert_eq!(*written, kept);
    }
    let written: Vec<String> = lines.iter().map(Value::to_string).collect();
    assert_eq!(
        lines.len(),
        LINES.lines().count(),
        "{}",
        written.join(
            "
"
        )
    );
}

/// The names under which the ledger and its page know what happened.
#[test]
fn every_event_has_a_name_of_its_own() {
    let name = |line: &str| {
        let event: Value = serde_json::from_str(line).unwrap();
        format!(
            "{}/{}",
            event["matter"].as_str().unwrap(),
            event["event"].as_str().unwrap()
        )
    };
    let names: BTreeSet<String> = LINES.lines().map(name).collect();
    assert_eq!(names.len(), 8 + 38 + 13 + 7, "{names:?}");
}
