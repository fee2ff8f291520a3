//! Reports: what an operator may say after what, bounds, oddities, and who was told.

use std::collections::BTreeSet;

use kaname_incident::{
    Digest, IncidentReport, Refused, Region,
    obligation::Measure,
    report::{
        Affected, Attachment, Attack, Filing, Notice, NoticeKind, Oddity, Part, ReportState,
        consent, file, route, take_consent, tell, told, withdraw,
    },
    routing::{Condition, Field, Recipient, Role, Shown, Tri},
};
use kaname_kernel::Matter as _;
use proptest::prelude::*;

use crate::{
    routing::law,
    support::{
        OPERATOR, Tale, filing, matter, minutes, notice, officer, person, start, vocabulary, words,
    },
};

fn filed() -> Tale<IncidentReport> {
    Tale::begun(matter(1), person(1, OPERATOR), file(filing(), &words()))
}

#[test]
fn an_operator_speaks_until_it_is_final_and_corrects_after() {
    let mut report = filed();
    let by = || person(1, OPERATOR);
    assert_eq!(report.state().state, ReportState::Filed);
    let update = tell(
        report.state(),
        notice(NoticeKind::Update, "画面の障害（続報）"),
        &words(),
    );
    report.take(by(), update).unwrap();
    assert_eq!(report.state().state, ReportState::Updated);
    let last = tell(
        report.state(),
        notice(NoticeKind::Final, "画面の障害（最終）"),
        &words(),
    );
    report.take(by(), last).unwrap();
    assert_eq!(report.state().state, ReportState::Final);
    for kind in [NoticeKind::Update, NoticeKind::Final] {
        let more = tell(report.state(), notice(kind, "まだあります"), &words());
        assert_eq!(more.unwrap_err().code(), "state");
    }
    let again = tell(
        report.state(),
        notice(NoticeKind::First, "もう一度"),
        &words(),
    );
    assert_eq!(again.unwrap_err().code(), "already_there");
    let corrected = tell(
        report.state(),
        notice(NoticeKind::Correction, "訂正"),
        &words(),
    );
    report.take(by(), corrected).unwrap();
    assert_eq!(
        report.state().state,
        ReportState::Final,
        "a correction opens nothing"
    );
    assert_eq!(report.state().notice.title, "訂正");
    assert_eq!(
        withdraw(report.state(), " ").unwrap_err(),
        Refused::ReasonMissing
    );
    report
        .take(by(), withdraw(report.state(), "誤報でした"))
        .unwrap();
    assert_eq!(report.state().state, ReportState::Withdrawn);
    let after = tell(
        report.state(),
        notice(NoticeKind::Correction, "訂正"),
        &words(),
    );
    assert_eq!(after.unwrap_err().code(), "state");
    assert_eq!(
        withdraw(report.state(), "もう一度").unwrap_err().code(),
        "state"
    );
    let kinds: Vec<NoticeKind> = report.state().said.iter().map(|said| said.kind).collect();
    assert_eq!(
        kinds,
        [
            NoticeKind::First,
            NoticeKind::Update,
            NoticeKind::Final,
            NoticeKind::Correction
        ]
    );
    assert_eq!(report.state().said[3].version, 4);
}

#[test]
fn a_final_notice_may_repeat_what_is_known_and_an_update_may_not() {
    let report = filed();
    let same = |kind| tell(report.state(), notice(kind, "画面の障害"), &words());
    assert_eq!(same(NoticeKind::Update).unwrap_err(), Refused::NoChange);
    assert!(same(NoticeKind::Final).is_ok());
}

fn refused(change: impl FnOnce(&mut Notice)) -> Refused {
    let mut filing = filing();
    change(&mut filing.notice);
    file(filing, &words()).unwrap_err()
}

#[test]
fn every_text_list_and_word_is_bounded() {
    let attachment = |bytes| Attachment {
        blob: matter(9),
        sha256: Digest::of(b"x"),
        name: "../../etc/passwd\u{202e}.txt".to_owned(),
        bytes,
    };
    assert_eq!(
        refused(|notice| notice.title = "  ".to_owned()).code(),
        "empty"
    );
    assert_eq!(
        refused(|notice| notice.title = "あ".repeat(201)).code(),
        "too_much"
    );
    assert_eq!(
        refused(|notice| notice.title = "一\n二".to_owned()).code(),
        "control"
    );
    assert_eq!(
        refused(|notice| notice.body = "x".repeat(50_001)).code(),
        "too_much"
    );
    assert_eq!(
        refused(|notice| notice.body = "\u{202e}x".to_owned()).code(),
        "control"
    );
    assert_eq!(
        refused(|notice| notice.contact = "x".repeat(2_001)).code(),
        "too_much"
    );
    assert_eq!(
        refused(|notice| notice.technique = "\0".to_owned()).code(),
        "control"
    );
    assert_eq!(
        refused(|notice| notice.sector = Some("postal".parse().unwrap())).code(),
        "unknown_word"
    );
    assert_eq!(
        refused(|notice| notice.event_types.extend(["dos".parse().unwrap()])).code(),
        "unknown_word"
    );
    assert_eq!(
        refused(|notice| notice.causes.extend(["leak".parse().unwrap()])).code(),
        "unknown_word"
    );
    assert_eq!(
        refused(|notice| {
            notice
                .measures
                .insert("nobody".parse().unwrap(), Measure::Is(true));
        })
        .code(),
        "unknown_word"
    );
    assert_eq!(
        refused(|notice| {
            notice
                .measures
                .insert("persons".parse().unwrap(), Measure::Is(true));
        })
        .code(),
        "out_of_bounds"
    );
    let upside = Measure::Count {
        low: 2,
        high: Some(1),
    };
    assert_eq!(
        refused(|notice| {
            notice.measures.insert("persons".parse().unwrap(), upside);
        })
        .code(),
        "out_of_bounds"
    );
    assert_eq!(
        refused(|notice| notice.attachments = vec![attachment(1); 51]).code(),
        "too_much"
    );
    assert_eq!(
        refused(|notice| notice.attachments = vec![attachment(65 << 20)]).code(),
        "out_of_bounds"
    );
    let service = |name: &str| Affected {
        name: name.to_owned(),
        sector: None,
        regions: BTreeSet::new(),
    };
    assert_eq!(
        refused(|notice| notice.services = vec![service("送電"); 101]).code(),
        "too_much"
    );
    assert_eq!(
        refused(|notice| notice.services = vec![service("")]).code(),
        "empty"
    );
    assert_eq!(
        refused(|notice| notice.kind = NoticeKind::Update).code(),
        "state"
    );
    let mut kept = filing();
    kept.notice.attachments = vec![attachment(7)];
    let report: Tale<IncidentReport> = Tale::begun(matter(1), officer(1), file(kept, &words()));
    let name = &report.state().notice.attachments[0].name;
    assert!(!name.contains('/') && !name.contains('\u{202e}'), "{name}");
}

#[test]
fn a_wrong_clock_loses_no_report_and_is_told() {
    let mut filing = filing();
    filing.notice.sector = None;
    filing.notice.times.occurred = Some("2010-01-01T00:00:00Z".parse().unwrap());
    filing.notice.times.detected = Some(start() + minutes(1));
    let report: Tale<IncidentReport> = Tale::begun(matter(1), officer(1), file(filing, &words()));
    let odd = report.state().notice.oddities(report.state().received);
    assert_eq!(
        odd,
        [
            Oddity::LongAgo { moment: "occurred" },
            Oddity::InFuture { moment: "detected" },
            Oddity::OutOfOrder {
                first: "detected",
                second: "aware"
            },
            Oddity::NoSector,
        ]
    );
}

#[test]
fn what_it_says_makes_the_question() {
    let mut filing = filing();
    filing.notice.attacks = BTreeSet::from([Attack::Ddos]);
    filing.notice.personal_data = Tri::Yes;
    filing.notice.cross_border = Tri::Unknown;
    let report: Tale<IncidentReport> = Tale::begun(matter(1), officer(1), file(filing, &words()));
    let day = "2026-11-24".parse().unwrap();
    let question = report
        .state()
        .question(vocabulary(), day, Some(2), true, false);
    assert_eq!(
        question.conditions,
        BTreeSet::from([
            Condition::PersonalData,
            Condition::Deliberate,
            Condition::Ddos,
            Condition::SpecialInfrastructure,
        ])
    );
    assert_eq!(question.level, Some(2));
}

#[test]
fn whoever_was_told_is_told_again_only_for_more() {
    let mut report = filed();
    let asked = |report: &Tale<IncidentReport>, level| {
        let day = "2026-11-24".parse().unwrap();
        let question = report
            .state()
            .question(vocabulary(), day, level, false, false);
        law().route(&question)
    };
    let first = asked(&report, Some(1));
    report
        .take(officer(1), route(report.state(), &first))
        .unwrap();
    let given = report.state().given.clone();
    assert!(
        given
            .iter()
            .any(|one| one.to == Recipient::CentreDesk && one.role == Role::Cc)
    );
    assert_eq!(
        route(report.state(), &first).unwrap_err(),
        Refused::NoChange
    );
    // At level 3 the desk has to act, and is told so; the ministry is not told twice.
    let grave = asked(&report, Some(3));
    report
        .take(officer(1), route(report.state(), &grave))
        .unwrap();
    let more = &report.state().given[given.len()..];
    assert_eq!(more.len(), 1);
    assert_eq!(
        (&more[0].to, more[0].role),
        (&Recipient::CentreDesk, Role::Duty)
    );
    assert_eq!(more[0].rule.as_ref().unwrap().as_str(), "centre-grave");
    assert_eq!(
        route(report.state(), &grave).unwrap_err(),
        Refused::NoChange
    );
    // Consent adds the peers.
    report
        .take(
            person(1, OPERATOR),
            consent(report.state(), Recipient::Isac),
        )
        .unwrap();
    assert_eq!(
        consent(report.state(), Recipient::Isac).unwrap_err(),
        Refused::NoChange
    );
    let wider = asked(&report, Some(3));
    report
        .take(officer(1), route(report.state(), &wider))
        .unwrap();
    assert_eq!(report.state().given.last().unwrap().to, Recipient::Isac);
    report
        .take(
            person(1, OPERATOR),
            take_consent(report.state(), Recipient::Isac),
        )
        .unwrap();
    assert!(
        !asked(&report, Some(3))
            .to
            .iter()
            .any(|one| one.to == Recipient::Isac)
    );
    assert_eq!(report.replayed(), *report.state());
}

#[test]
fn only_the_operator_and_officers_find_it_and_its_row_says_no_word_of_it() {
    let report = filed();
    let projection = report.state().project();
    assert_eq!(projection.text, "N-2611-0K4TV");
    assert_eq!(
        projection.lookups,
        [("incident_report".to_owned(), "N-2611-0K4TV".to_owned())]
    );
    let expected = kaname_kernel::Audience::parties_and_officers([crate::support::party(OPERATOR)]);
    assert_eq!(projection.audience, expected);
    const { assert!(IncidentReport::SEALED) };
}

/// A report whose every part carries a word of its own, and the words.
fn marked() -> (IncidentReport, Vec<(Field, Vec<String>)>) {
    let mut filing = filing();
    let notice = &mut filing.notice;
    notice.title = "title-word".to_owned();
    notice.body = "body-word".to_owned();
    notice.technique = "technique-word".to_owned();
    notice.contact = "contact-word".to_owned();
    notice.causes = BTreeSet::from(["vulnerability".parse().unwrap()]);
    notice.attacks = BTreeSet::from([Attack::Ransomware]);
    notice.event_types = BTreeSet::from(["intrusion".parse().unwrap()]);
    notice.maintenance_breached = Tri::Yes;
    notice.measures = [("malicious-leak".parse().unwrap(), Measure::Is(true))].into();
    notice.services = vec![Affected {
        name: "service-word".to_owned(),
        sector: None,
        regions: BTreeSet::from(["JP-47".parse().unwrap()]),
    }];
    notice.attachments = vec![Attachment {
        blob: matter(9),
        sha256: Digest::of(b"x"),
        name: "attachment-word.txt".to_owned(),
        bytes: 3,
    }];
    let report: Tale<IncidentReport> =
        Tale::begun(matter(1), person(1, OPERATOR), file(filing, &words()));
    let own =
        |field, words: &[&str]| (field, words.iter().map(|word| (*word).to_owned()).collect());
    let words = vec![
        own(Field::Receipt, &["N-2611-0K4TV"]),
        own(
            Field::Operator,
            &[&crate::support::party(OPERATOR).to_string()],
        ),
        own(Field::Contact, &["contact-word"]),
        own(Field::Sector, &["electricity"]),
        own(Field::Services, &["service-word", "JP-47"]),
        own(
            Field::Times,
            &["2026-11-24T03:20:00Z", "2026-11-24T01:20:00Z"],
        ),
        own(Field::EventTypes, &["intrusion"]),
        own(Field::Causes, &["vulnerability", "ransomware"]),
        own(Field::Maintenance, &["\"of\":\"yes\""]),
        own(Field::PersonalData, &["malicious-leak"]),
        own(Field::Body, &["title-word", "body-word"]),
        own(Field::Technique, &["technique-word"]),
        own(Field::Attachments, &["attachment-word"]),
        own(Field::Level, &["\"of\":3"]),
    ];
    (report.state().clone(), words)
}

proptest! {
    /// Whatever a form shows and masks: every word of an open part is on it, and none of any other.
    #[test]
    fn a_form_shows_its_parts_and_no_word_more(how in proptest::collection::vec(0u8..3, 14)) {
        let (report, words) = marked();
        let shown = |how: u8| match how {
            0 => None,
            1 => Some(Shown::Masked),
            _ => Some(Shown::Open),
        };
        let fields = Field::ALL.into_iter().zip(&how);
        let fields = fields.filter_map(|(field, how)| Some((field, shown(*how)?))).collect();
        let text = serde_json::to_string(&told(&report, Some(3), &fields)).unwrap();
        prop_assert_eq!(words.len(), Field::ALL.len());
        for (field, words) in words {
            for word in words {
                let open = fields.get(&field) == Some(&Shown::Open);
                prop_assert_eq!(text.contains(&word), open, "{:?}: {} in {}", field, word, text);
            }
        }
    }
}

#[test]
fn peers_read_of_an_operator_and_not_which() {
    let (report, _) = marked();
    let mut with = report.clone();
    with.consents.insert(Recipient::Isac);
    let day = "2026-11-24".parse().unwrap();
    let route = law().route(&with.question(vocabulary(), day, None, false, false));
    let isac = route
        .to
        .iter()
        .find(|one| one.to == Recipient::Isac)
        .unwrap();
    let form = told(&with, None, &isac.fields);
    assert_eq!(form.operator, Some(Part::Masked));
    assert_eq!(form.services, Some(Part::Masked));
    assert!(form.body.is_none() && form.contact.is_none() && form.attachments.is_none());
    let ministry = &route.to[0];
    assert_eq!(
        told(&with, None, &ministry.fields).operator,
        Some(Part::Open(with.operator))
    );
}

#[test]
fn prefectures_are_written_as_their_standard_does() {
    assert_eq!("JP-13".parse::<Region>().unwrap().number(), 13);
    assert_eq!(Region::of(1).unwrap().to_string(), "JP-01");
    for bad in ["JP-00", "JP-48", "JP-1", "13", "jp-13", "JP-１３"] {
        assert!(bad.parse::<Region>().is_err(), "{bad}");
    }
}

proptest! {
    /// Whatever is said in whatever order: folding anew gives the same state, and what was taken back stays so.
    #[test]
    fn a_report_is_the_fold_of_what_happened(steps in proptest::collection::vec((0u8..7, 0u8..4), 1..40)) {
        let mut report = filed();
        for (step, which) in steps {
            report.later(minutes(1));
            let before = report.state().clone();
            let recipients = [Recipient::Isac, Recipient::Ceptoar, Recipient::ForeignCsirt, Recipient::CentreDesk];
            let to = recipients[usize::from(which)].clone();
            let title = format!("知らせ {which}");
            let state = report.state();
            let decided = match step {
                0 => tell(state, notice(NoticeKind::Update, &title), &words()),
                1 => tell(state, notice(NoticeKind::Final, &title), &words()),
                2 => tell(state, notice(NoticeKind::Correction, &title), &words()),
                3 => consent(state, to),
                4 => take_consent(state, to),
                5 if which == 0 => withdraw(state, "誤報"),
                _ => {
                    let day = "2026-11-24".parse().unwrap();
                    let question = state.question(vocabulary(), day, Some(which), false, false);
                    route(state, &law().route(&question))
                }
            };
            if report.take(person(1, OPERATOR), decided).is_err() {
                prop_assert_eq!(report.state(), &before);
            }
            let (was, is) = (before.state, report.state().state);
            prop_assert!(was <= is, "{was:?} -> {is:?}");
            prop_assert_eq!(report.state().said.last().unwrap().kind == NoticeKind::First, report.state().said.len() == 1);
        }
        prop_assert_eq!(&report.replayed(), report.state());
    }
}

#[test]
fn a_filing_is_read_as_it_is_written() {
    let text = serde_json::to_string(&filing()).unwrap();
    assert_eq!(serde_json::from_str::<Filing>(&text).unwrap(), filing());
}
