//! Renditions, deliveries, webhooks, the funnel.

use jiff::SignedDuration;
use kaname_kernel::{Matter as _, Pap, Tlp};
use kaname_sharing::{
    Delivery, Item, ItemState, Outlet, Refused, Sealed, Webhook,
    blocking::{suspend_blocking, suspended_posting},
    delivery::{
        DeliveryState, Mode, acknowledge, mark_failed, mark_fetched, mark_sent, queue_delivery,
        retry_delivery,
    },
    funnel::Funnel,
    rendition::{
        CSV_COLUMNS, csv_header, csv_lines, defang, json_lines, notice, plain_lines, stix_bundle,
        webhook_body,
    },
    webhook::{register_webhook, sign, start_webhook, stop_webhook, verify},
};
use kaname_stix::{SearchValue, ValueKind};
use uuid::Uuid;

use crate::{
    flow::{at_second_officer, released},
    support::{Tale, account, hours, hub, matter, officer, party, start},
};

#[test]
fn feeds_carry_what_is_current() {
    let tale = released(Tlp::Green);
    let (item, now) = (tale.state(), tale.now);
    let csv = csv_lines(item, start(), now);
    assert_eq!(csv.lines().count(), 3, "{csv}");
    assert!(
        csv.contains("domain,evil.example,TLP:GREEN,PAP:GREEN"),
        "{csv}"
    );
    assert_eq!(csv_header().trim().split(',').count(), CSV_COLUMNS.len());
    let json = json_lines(item, start(), now);
    for line in json.lines() {
        let value: serde_json::Value = serde_json::from_str(line).unwrap();
        assert_eq!(value["item"], "S-2611-0093A");
    }
    assert_eq!(plain_lines(item, None, now), "203.0.113.7\nevil.example\n");
    assert_eq!(
        plain_lines(item, Some(ValueKind::Domain), now),
        "evil.example\n"
    );
    assert_eq!(plain_lines(item, Some(ValueKind::Cve), now), "");
    let later = now + hours(24 * 61);
    assert!(
        csv_lines(item, start(), later).is_empty() && plain_lines(item, None, later).is_empty()
    );
    let waiting = at_second_officer(Tlp::Green);
    assert!(
        csv_lines(waiting.state(), start(), now).is_empty()
            && json_lines(waiting.state(), start(), now).is_empty()
    );
}

#[test]
fn block_lists_leave_out_strict_pap_and_suspended_items() {
    let mut tale = released(Tlp::Green);
    let now = tale.now;
    let mut strict = tale.state().clone();
    for pap in [Pap::Amber, Pap::Red] {
        strict.content.pap = pap;
        assert_eq!(plain_lines(&strict, None, now), "");
        assert!(csv_lines(&strict, start(), now).contains(",no,"));
    }
    let is_found = |item: &Item| item.project().postings.contains(&suspended_posting());
    assert!(!is_found(tale.state()));
    let suspended = suspend_blocking(tale.state(), 3, 3);
    tale.take(officer(9), suspended).unwrap();
    assert!(is_found(tale.state()), "it waits for an officer");
    let mut ended = tale.state().clone();
    ended.state = ItemState::Withdrawn;
    assert!(!is_found(&ended), "what is no longer out waits for nobody");
    assert_eq!(plain_lines(tale.state(), None, now), "");
    assert!(
        !csv_lines(tale.state(), start(), now).is_empty(),
        "still readable"
    );
    let mut closed = released(Tlp::Green).state().clone();
    closed.content.embargo = Some(now + hours(1));
    assert_eq!(plain_lines(&closed, None, now), "");
}

#[test]
fn cells_are_inert() {
    let mut item = released(Tlp::Green).state().clone();
    item.content.title.ja = "=HYPERLINK(\"http://x\")".to_owned();
    item.content.title.en = "a, \"b\"\nc".to_owned();
    let csv = csv_lines(&item, start(), start());
    assert!(csv.contains("\"'=HYPERLINK(\"\"http://x\"\")\""), "{csv}");
    assert!(csv.contains("\"a, \"\"b\"\"\nc\""), "{csv}");
}

#[test]
fn bundles_hold_the_exact_bytes_once_with_their_markings() {
    let tale = released(Tlp::Green);
    let identity = format!(
        r#"{{"type":"identity","spec_version":"2.1","id":"{}","created":"2026-01-01T00:00:00.000Z","modified":"2026-01-01T00:00:00.000Z","name":"Hub"}}"#,
        hub()
    );
    let items = [tale.state(), tale.state()];
    let bundle = stix_bundle(Uuid::from_u128(1), &identity, items).unwrap();
    for object in &tale.state().content.objects {
        assert_eq!(bundle.matches(object.as_str()).count(), 1);
    }
    let value: serde_json::Value = serde_json::from_str(&bundle).unwrap();
    let count = value["objects"].as_array().unwrap().len();
    assert_eq!(
        count,
        tale.state().content.objects.len() + 3,
        "identity, TLP, PAP"
    );
}

#[test]
fn mail_is_neutral_from_amber_up() {
    for tlp in [Tlp::Amber, Tlp::AmberStrict, Tlp::Red] {
        let item = released(tlp).state().clone();
        assert_eq!(notice(&item, "ja", false).content, None);
        assert!(notice(&item, "ja", true).content.is_some(), "encrypted");
    }
    let open = notice(released(Tlp::Green).state(), "en", false);
    let content = open.content.unwrap();
    assert_eq!(content.summary, "A suspicious mail");
    assert_eq!(
        content.title, "不審なメール",
        "the other language when one is absent"
    );
    let values: Vec<&str> = content
        .values
        .iter()
        .map(|(_, value)| value.as_str())
        .collect();
    assert!(
        values.contains(&"evil[.]example") && values.contains(&"203[.]0[.]113[.]7"),
        "{values:?}"
    );
    let url = SearchValue::new(ValueKind::Url, "https://evil.example/a.b");
    assert_eq!(defang(&url), "hxxps://evil[.]example/a.b");
    let body = webhook_body(
        released(Tlp::Red).state(),
        "item.released",
        "https://hub/items/1",
        start(),
    );
    assert!(!body.contains("不審") && !body.contains("evil"), "{body}");
}

#[test]
fn a_delivery_is_sent_once_and_acknowledged_once() {
    let mut tale: Tale<Delivery> = Tale::new(matter(60));
    let queued = queue_delivery(matter(1), party(7), Outlet::Mail, Mode::Immediate);
    tale.take(officer(9), Ok(queued)).unwrap();
    let failed = mark_failed(tale.state(), &"接続できない".repeat(200));
    tale.take(officer(9), failed).unwrap();
    assert_eq!(tale.state().failure.as_ref().unwrap().chars().count(), 400);
    assert!(mark_sent(tale.state()).is_err());
    let again = retry_delivery(tale.state());
    tale.take(officer(1), again).unwrap();
    let sent = mark_sent(tale.state());
    tale.take(officer(9), sent).unwrap();
    assert!(
        mark_sent(tale.state()).is_err(),
        "a job that runs twice sends once"
    );
    let fetched = mark_fetched(tale.state());
    tale.take(officer(9), Ok(fetched)).unwrap();
    assert!(mark_fetched(tale.state()).is_empty());
    let read = acknowledge(tale.state(), Some(account(70)));
    tale.take(officer(9), read).unwrap();
    assert_eq!(acknowledge(tale.state(), None), Err(Refused::NoChange));
    assert_eq!(tale.state().state, DeliveryState::Acknowledged);
    assert_eq!(&tale.replayed(), tale.state());
}

#[test]
fn webhook_signatures() {
    let (secret, body) = (b"a secret of a webhook", b"{\"event\":\"item.released\"}");
    let header = sign(secret, start(), body);
    assert!(
        header.starts_with(&format!("t={},v1=", start().as_second())),
        "{header}"
    );
    assert!(verify(secret, &header, start(), body));
    assert!(verify(
        secret,
        &header,
        start() + SignedDuration::from_mins(4),
        body
    ));
    assert!(
        !verify(
            secret,
            &header,
            start() + SignedDuration::from_mins(6),
            body
        ),
        "replayed"
    );
    assert!(!verify(b"other", &header, start(), body));
    assert!(!verify(secret, &header, start(), b"{}"));
    for bad in [
        "",
        "t=1",
        "v1=00",
        "t=x,v1=zz",
        &header.replace("v1=", "v1=00"),
    ] {
        assert!(!verify(secret, bad, start(), body), "{bad}");
    }
    // RFC 4231 form, computed elsewhere: HMAC-SHA-256("key", "0.").
    let known = sign(b"key", jiff::Timestamp::UNIX_EPOCH, b"");
    let (_, tag) = known.split_once("v1=").unwrap();
    assert_eq!(tag.len(), 64);
}

#[test]
fn webhook_addresses() {
    let secret = || Sealed::of(b"sealed");
    let mut tale: Tale<Webhook> = Tale::new(matter(61));
    let good = register_webhook(party(1), "https://siem.example/hook", secret());
    tale.take(officer(5), good).unwrap();
    let stopped = stop_webhook(tale.state(), "保守");
    tale.take(officer(5), stopped).unwrap();
    let started = start_webhook(tale.state());
    tale.take(officer(5), started).unwrap();
    assert!(tale.state().active);
    assert_eq!(&tale.replayed(), tale.state());
    assert!(register_webhook(party(1), "http://127.0.0.1:9000/x", secret()).is_ok());
    for bad in [
        "http://siem.example/",
        "ftp://siem.example/",
        "https://user:pass@siem.example/",
        "https://siem.example/#x",
        "file:///etc/passwd",
        "siem.example",
        "",
    ] {
        assert!(register_webhook(party(1), bad, secret()).is_err(), "{bad}");
    }
}

#[test]
fn the_funnel_counts_what_went_through() {
    let reports = [
        ("submitted", 2),
        ("in_triage", 3),
        ("derived", 10),
        ("closed", 340),
    ];
    let items = [
        (ItemState::Derived.as_str(), 1),
        (ItemState::Consented.as_str(), 2),
        (ItemState::Released.as_str(), 5),
        (ItemState::Superseded.as_str(), 1),
        (ItemState::Withdrawn.as_str(), 3),
    ];
    let deliveries = [
        ("queued", 4),
        ("sent", 6),
        ("fetched", 2),
        ("acknowledged", 7),
    ];
    let funnel = Funnel::of(reports, items, deliveries, 1);
    let expected = Funnel {
        received: 355,
        derived: 12,
        releasable: 9,
        released: 7,
        sent: 15,
        acknowledged: 7,
    };
    assert_eq!(funnel, expected);
}
