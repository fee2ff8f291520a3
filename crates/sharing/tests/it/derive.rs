//! First proposals: valid, by the hub, coarse in time, without the provider.

use kaname_intake::Kind;
use kaname_kernel::{Pap, SeededRng, Tlp};
use kaname_sharing::{
    ItemKind, Outlet, Text, Value,
    derive::{Plan, compose, first_proposal},
    marking::{pap_marking_id, pap_object, standing_objects},
};

use crate::support::{evidence, hours, hub, start, submission, technique, value, values};

#[test]
fn a_report_becomes_a_proposal_without_its_provider() {
    let mut report = submission();
    report
        .values
        .push(value(Kind::Domain, "mail.toto-denryoku.co.jp"));
    let text = "東都電力の端末 198.51.100.20 に 6時47分、evil.example からメール。担当は髙橋太郎。";
    let evidence = evidence().with_report(&technique(text));
    let proposal = first_proposal(
        &report,
        &technique(text),
        &evidence,
        &hub(),
        start(),
        &SeededRng::new(1),
    )
    .unwrap();
    let all = serde_json::to_string(&proposal.content).unwrap();
    for gone in ["東都電力", "toto", "髙橋", "198.51.100"] {
        assert!(!all.contains(gone), "{gone} in {all}");
    }
    assert_eq!(proposal.left_out.len(), 1);
    proposal.content.check().unwrap();
    // The minute stays in the text: it is for the analyst, who is told.
    let signs: Vec<&str> = proposal.rows.iter().map(|row| row.sign.as_str()).collect();
    assert!(
        !signs.is_empty() && signs.iter().all(|sign| *sign == "exact_time"),
        "{signs:?}"
    );
    for (_, head) in proposal.content.heads() {
        assert_eq!(head.created_by, Some(hub()));
        assert_eq!(head.created.unwrap().micros % 3_600_000_000, 0);
    }
    assert_eq!(proposal.content.outlets.len(), Outlet::ALL.len());
}

/// A sample is as often the attacker's as the provider's: what is called like it stays, and is a row.
#[test]
fn a_file_name_leaves_no_value_out_and_rewrites_nothing() {
    let mut report = submission();
    let url = "http://bad-place.example/dl/dropper.exe";
    report.values = vec![
        value(Kind::Url, url),
        value(Kind::Domain, "dropper-c2.example"),
    ];
    let text =
        "hxxp://bad-place[.]example/dl/dropper.exe が置かれ、dropper-c2[.]example に通信した。";
    let mut told = technique(text);
    told.attachments = vec!["dropper.exe".to_owned()];
    let evidence = evidence().with_report(&told);
    let rng = SeededRng::new(1);
    let proposal = first_proposal(&report, &told, &evidence, &hub(), start(), &rng).unwrap();
    assert_eq!(proposal.left_out, Vec::new());
    assert_eq!(proposal.content.summary.ja, text);
    let rows: Vec<(&str, &str)> = proposal
        .rows
        .iter()
        .map(|row| (row.place.as_str(), row.sign.as_str()))
        .collect();
    assert_eq!(rows, [("/summary/ja", "attachment")]);
    // The provider in the name of a file is found by its own name.
    told.attachments = vec!["toto-denryoku_log.csv".to_owned()];
    told.text = "toto-denryoku_log.csv を参照".to_owned();
    let evidence = crate::support::evidence().with_report(&told);
    let proposal = first_proposal(&report, &told, &evidence, &hub(), start(), &rng).unwrap();
    assert_eq!(proposal.content.summary.ja, "国内の事業者_log.csv を参照");
}

#[test]
fn fresh_ids_and_none_from_the_source() {
    let ids = |seed| -> Vec<String> {
        let content = crate::support::content("題名", Tlp::Green, seed);
        content
            .heads()
            .map(|(_, head)| head.id.to_string())
            .collect()
    };
    let (first, second) = (ids(1), ids(2));
    assert!(first.iter().all(|id| !second.contains(id)));
}

fn plan<'a>(
    author: &'a kaname_stix::ObjectId,
    texts: &'a [Text; 3],
    values: &'a [Value],
) -> Plan<'a> {
    Plan {
        author,
        kind: ItemKind::Indicator,
        title: &texts[0],
        summary: &texts[1],
        countermeasures: &texts[2],
        values,
        techniques: &[],
        tlp: Tlp::Amber,
        pap: Pap::Amber,
        seen: None,
        valid_until: Some(start() + hours(2_000)),
        now: start(),
    }
}

#[test]
fn composing_again_keeps_what_did_not_change() {
    let author = hub();
    let texts = [
        Text::new("題名", "Title"),
        Text::default(),
        Text::new("対策", ""),
    ];
    let values = values();
    let rng = SeededRng::new(5);
    let first = compose(&plan(&author, &texts, &values), &[], &rng).unwrap();
    let again = compose(&plan(&author, &texts, &values), &first, &rng).unwrap();
    assert_eq!(first, again);

    let changed = [
        Text::new("新しい題名", "Title"),
        Text::default(),
        Text::new("対策", ""),
    ];
    let second = compose(&plan(&author, &changed, &values[1..]), &first, &rng).unwrap();
    let heads = |objects: &[String]| -> Vec<kaname_stix::Head> {
        objects
            .iter()
            .map(|text| kaname_stix::head(text).unwrap())
            .collect()
    };
    let (old, new) = (heads(&first), heads(&second));
    assert_eq!(new.len(), old.len() - 1);
    let (before, after) = (old.last().unwrap(), new.last().unwrap());
    assert_eq!(before.id, after.id);
    assert!(after.version_micros() > before.version_micros());
    assert_eq!(second[0], first[1], "unchanged objects keep their bytes");
}

#[test]
fn every_kind_of_value_gives_valid_objects() {
    let all = [
        (Kind::Ipv4, "203.0.113.9"),
        (Kind::Ipv4Cidr, "203.0.113.0/25"),
        (Kind::Ipv6, "2001:db8::1"),
        (Kind::Ipv6Cidr, "2001:db8::/48"),
        (Kind::Domain, "xn--eckwd4c7c.example"),
        (Kind::Url, "https://evil.example/a?b='c'\\d"),
        (Kind::Email, "a@evil.example"),
        (Kind::Md5, "d41d8cd98f00b204e9800998ecf8427f"),
        (Kind::Sha1, "da39a3ee5e6b4b0d3255bfef95601890afd80709"),
        (
            Kind::Sha256,
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        ),
        (Kind::Cve, "CVE-2026-0001"),
        (Kind::Asn, "AS64496"),
    ];
    let values: Vec<Value> = all.map(|(kind, text)| value(kind, text)).into();
    let author = hub();
    let texts = [Text::new("題名", ""), Text::default(), Text::default()];
    let objects = compose(&plan(&author, &texts, &values), &[], &SeededRng::new(2)).unwrap();
    assert_eq!(objects.len(), values.len() + 1);
    for object in &objects {
        let parsed = serde_json::from_str(object).unwrap();
        let findings = kaname_stix::check(&parsed);
        assert!(
            !kaname_stix::has_errors(&findings),
            "{object}: {findings:?}"
        );
    }
    // What was put in is found again by what the item is grouped by.
    let mut content = crate::support::content("題名", Tlp::Amber, 1);
    content.objects = objects;
    let postings = content.postings();
    assert_eq!(content.shared_values().len(), values.len());
    for value in &values {
        assert!(content.shared_values().contains(value), "{value:?}");
        assert!(postings.contains(&value.posting()), "{value:?}");
    }
}

#[test]
fn an_edit_on_another_day_keeps_from_when_values_hold() {
    let author = hub();
    let texts = [Text::new("題名", ""), Text::default(), Text::default()];
    let values = values();
    let rng = SeededRng::new(5);
    let seen = Plan {
        seen: Some(start() - hours(24 * 9)),
        ..plan(&author, &texts, &values)
    };
    let first = compose(&seen, &[], &rng).unwrap();
    let later = Plan {
        now: start() + hours(24 * 3),
        ..plan(&author, &texts, &values)
    };
    assert_eq!(compose(&later, &first, &rng).unwrap(), first);
    let techniques = crate::support::content("題名", Tlp::Green, 1).techniques();
    assert_eq!(
        techniques,
        vec![("T1566".to_owned(), "Phishing".to_owned())]
    );
}

#[test]
fn a_report_without_values_is_still_an_object() {
    let author = hub();
    let texts = [
        Text::new("手口", ""),
        Text::new("説明", ""),
        Text::default(),
    ];
    let objects = compose(&plan(&author, &texts, &[]), &[], &SeededRng::new(2)).unwrap();
    assert_eq!(objects.len(), 1);
}

#[test]
fn standing_marking_definitions_are_valid() {
    let all = standing_objects().unwrap();
    assert_eq!(all.len(), 9);
    for object in &all {
        let findings = kaname_stix::check(&serde_json::from_str(object).unwrap());
        assert!(
            !kaname_stix::has_errors(&findings),
            "{object}: {findings:?}"
        );
    }
    let id = pap_marking_id(Pap::Red).unwrap().to_string();
    assert!(pap_object(Pap::Red).unwrap().contains(&id));
}
