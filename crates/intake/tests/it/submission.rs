//! Submissions in one form, whatever the way.

use std::collections::BTreeSet;

use kaname_intake::JsonFault;
use kaname_intake::submission::{
    FieldFault, Form, FormValue, MAX_REMARKS_BYTES, MAX_TITLE_CHARS, MAX_VALUES_BYTES, Problem,
    SubmissionError, SubmissionOptions, Submitted, Way, from_file, from_form, from_json, from_mail,
    from_stix, from_table, from_text, way_of,
};
use kaname_intake::table::TableOptions;

fn options() -> SubmissionOptions {
    SubmissionOptions {
        own_domains: vec!["denryoku.example".into()],
        own_networks: vec!["198.51.100.0/24".into()],
        ..SubmissionOptions::default()
    }
}

fn values(submitted: &Submitted) -> Vec<&str> {
    submitted
        .values
        .iter()
        .map(|value| value.value.as_str())
        .collect()
}

#[test]
fn the_same_values_by_every_way() {
    let text = "不審な通信を検知\r\n\r\n203.0.113[.]77 と hxxp://evil[.]example/a へ。端末は198.51.100.9。";
    let json = r#"{"title":"t","values":[{"value":"203.0.113[.]77","kind":"ipv4"},
        "hxxp://evil[.]example/a",{"value":"198.51.100.9"}]}"#;
    let stix = r#"{"type":"bundle","id":"bundle--00000000-0000-4000-8000-000000000001","objects":[
      {"type":"indicator","spec_version":"2.1","id":"indicator--00000000-0000-4000-8000-000000000002",
       "created":"2026-05-01T00:00:00Z","modified":"2026-05-01T00:00:00Z","name":"C2",
       "pattern":"[ipv4-addr:value = '203.0.113.77'] OR [url:value = 'http://evil.example/a']",
       "pattern_type":"stix","valid_from":"2026-05-01T00:00:00Z"},
      {"type":"ipv4-addr","spec_version":"2.1","id":"ipv4-addr--00000000-0000-4000-8000-000000000003","value":"198.51.100.9"},
      {"type":"report","spec_version":"2.1","id":"report--00000000-0000-4000-8000-000000000004",
       "created":"2026-05-01T00:00:00Z","modified":"2026-05-01T00:00:00Z","name":"報告","description":"本文",
       "published":"2026-05-01T00:00:00Z","object_refs":["indicator--00000000-0000-4000-8000-000000000002"]}]}"#;
    let mail = format!("From: soc@denryoku.example\r\nSubject: s\r\n\r\n{text}");
    let table = "value,comment\n203.0.113.77,C2\nhttp://evil.example/a,\n198.51.100.9,端末\n";
    let all = [
        (Way::Text, from_text(text.as_bytes(), &options())),
        (Way::Json, from_json(json.as_bytes(), &options())),
        (Way::Stix, from_stix(stix.as_bytes(), &options())),
        (Way::Mail, from_mail(mail.as_bytes(), &options())),
        (
            Way::Table,
            from_table(table.as_bytes(), &TableOptions::default(), &options()),
        ),
    ];
    for (way, read) in all {
        let read = read.unwrap();
        assert_eq!(read.way, way);
        assert_eq!(
            values(&read),
            ["203.0.113.77", "http://evil.example/a"],
            "{way:?}"
        );
        let out: Vec<&str> = read
            .left_out
            .iter()
            .map(|out| out.value.value.as_str())
            .collect();
        assert!(out.contains(&"198.51.100.9"), "{way:?}: {out:?}");
        let stored = serde_json::to_string(&read).unwrap();
        assert_eq!(serde_json::from_str::<Submitted>(&stored).unwrap(), read);
    }
    let read = from_text(text.as_bytes(), &options()).unwrap();
    assert_eq!(read.title, "不審な通信を検知");
    let read = from_stix(stix.as_bytes(), &options()).unwrap();
    assert_eq!(
        (read.title.as_str(), read.technique.as_str()),
        ("報告", "本文")
    );
    assert_eq!(read.values[0].comment, "C2");
    assert!(read.values[0].first_seen.is_some());
    assert_eq!(read.stix.unwrap().objects, 3);
}

#[test]
fn a_form_keeps_technique_and_victim_apart() {
    let form = Form {
        title: "  件名\u{202e}\n二行目 ".into(),
        technique: "<script>alert(1)</script>\r\nマクロ\0".into(),
        victim: "発電所の端末3台".into(),
        occurred: "2026年5月1日 10時20分".into(),
        values: vec![
            FormValue {
                value: "evil[.]example".into(),
                comment: "C2".into(),
                ..FormValue::default()
            },
            FormValue::default(),
        ],
    };
    let read = from_form(&form, &options()).unwrap();
    assert_eq!(read.title, "件名 二行目");
    assert_eq!(
        read.technique, "<script>alert(1)</script>\nマクロ",
        "markup stays text"
    );
    assert_eq!(read.victim, "発電所の端末3台");
    let occurred = read.occurred.unwrap();
    assert_eq!(
        (occurred.at.to_string().as_str(), occurred.uncertainty_s),
        ("2026-05-01T01:20:00Z", 60)
    );
    assert_eq!(values(&read), ["evil.example"]);
    assert_eq!(
        from_form(&Form::default(), &options()),
        Err(SubmissionError::Empty)
    );
}

#[test]
fn every_fault_of_a_form_is_named() {
    let json = r#"{"titel":"x","title":5,"occurred":"soon","values":[{"value":"nothing"},
        {"value":"evil.example","kind":"house"},{"value":"evil.example","kind":"ipv4"},{"comment":"c"},7,
        {"value":"evil.example","first_seen":"x","extra":1}],
        "attachments":[{"name":"a","base64":"%%"},{"name":"b"}]}"#;
    let SubmissionError::Fields(errors) = from_json(json.as_bytes(), &options()).unwrap_err()
    else {
        panic!("faults of the form");
    };
    let paths: BTreeSet<&str> = errors.iter().map(|error| error.path.as_str()).collect();
    assert_eq!(
        paths,
        BTreeSet::from([
            "$.titel",
            "$.title",
            "$.occurred",
            "$.values[0].value",
            "$.values[1].kind",
            "$.values[2].value",
            "$.values[3].value",
            "$.values[4]",
            "$.values[5].extra",
            "$.values[5].first_seen",
            "$.attachments[0].base64",
            "$.attachments[1].base64",
        ])
    );
    let long = serde_json::json!({"title": "あ".repeat(201)}).to_string();
    let SubmissionError::Fields(errors) = from_json(long.as_bytes(), &options()).unwrap_err()
    else {
        panic!("a fault of the form");
    };
    assert_eq!(
        errors[0].to_string(),
        "$.title has 201 characters, the limit is 200"
    );
}

#[test]
fn stix_within_json_keeps_its_bytes() {
    let stix = r#"{ "type":"bundle","objects":[ {"type":"domain-name","id":"domain-name--00000000-0000-4000-8000-000000000003","value":"evil.example"} ] }"#;
    let json = format!(r#"{{"title":"t", "stix" : {stix} , "victim":"v"}}"#);
    let read = from_json(json.as_bytes(), &options()).unwrap();
    let range = read.stix.unwrap().range;
    assert_eq!(&json[range.start..range.end], stix);
    assert_eq!(values(&read), ["evil.example"]);
    let bad = from_json(br#"{"title":"t","stix":{"objects":[5]}}"#, &options()).unwrap_err();
    assert!(matches!(bad, SubmissionError::Stix(_)), "{bad}");
}

#[test]
fn attachments_are_named_safely_and_hashed() {
    let json = r#"{"attachments":[{"name":"..\\..\\con.txt","media_type":"text/html; x=<b>","base64":"aGVsbG8="}]}"#;
    let read = from_json(json.as_bytes(), &options()).unwrap();
    let file = &read.attachments[0];
    assert_eq!(
        (file.name.as_str(), file.size, file.bytes.as_slice()),
        ("_con.txt", 5, b"hello".as_slice())
    );
    assert_eq!(
        file.sha256,
        "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824"
    );
    assert!(!file.media_type.contains(['<', ' ']));
}

#[test]
fn duplicate_keys_are_refused() {
    let error = from_json(br#"{"title":"a","title":"b"}"#, &options()).unwrap_err();
    let SubmissionError::Json(error) = error else {
        panic!("{error}")
    };
    assert_eq!(error.fault, JsonFault::DuplicateKey("title".into()));
    let stix = br#"{"type":"bundle","objects":[{"type":"x","type":"y"}]}"#;
    assert!(
        from_stix(stix, &options())
            .unwrap_err()
            .to_string()
            .contains("duplicate key")
    );
}

#[test]
fn invalid_utf8_is_refused_in_json_and_read_in_text() {
    let error = from_json(b"{\"title\":\"\xff\"}", &options()).unwrap_err();
    assert!(matches!(error, SubmissionError::Json(_)), "{error}");
    assert!(
        from_stix(b"{\"type\":\"\xff\"}", &options())
            .unwrap_err()
            .to_string()
            .contains("byte 9")
    );
    let read = from_text(b"evil.example \xff\xff\xff\xff", &options()).unwrap();
    assert_eq!(values(&read), ["evil.example"]);
    assert!(
        read.problems
            .iter()
            .any(|problem| matches!(problem, Problem::Text(_)))
    );
}

#[test]
fn nan_and_infinity_are_no_json() {
    for text in [
        "{\"title\":NaN}",
        "{\"title\":Infinity}",
        "{\"title\":1e999}",
        "{\"title\":-Infinity}",
    ] {
        let error = from_json(text.as_bytes(), &options()).unwrap_err();
        let SubmissionError::Json(error) = error else {
            panic!("{error}")
        };
        assert_eq!(error.line, 1, "{text}");
    }
    assert!(from_stix(b"{\"type\":\"x\",\"id\":NaN}", &options()).is_err());
}

#[test]
fn strings_of_ten_megabytes() {
    let long = "a".repeat(10 << 20);
    let json = format!("{{\"title\":\"{long}\"}}");
    let SubmissionError::Fields(errors) = from_json(json.as_bytes(), &options()).unwrap_err()
    else {
        panic!("a fault of the form");
    };
    assert!(matches!(
        errors[0].what,
        FieldFault::TooLong { limit: 200, .. }
    ));
    let error = from_text(long.as_bytes(), &options()).unwrap_err();
    assert!(matches!(error, SubmissionError::Text(_)), "{error}");
    let stix = format!("{{\"type\":\"{long}\",\"id\":\"x\"}}");
    assert!(matches!(
        from_stix(stix.as_bytes(), &options()),
        Err(SubmissionError::Stix(_))
    ));
    let table = format!("value\n{long}\n203.0.113.7\n");
    let read = from_table(table.as_bytes(), &TableOptions::default(), &options()).unwrap();
    assert_eq!(values(&read), ["203.0.113.7"]);
    let mail = format!("Subject: {}\r\n\r\n{long}", &long[..100_000]);
    let read = from_mail(mail.as_bytes(), &options()).unwrap();
    assert_eq!(read.title.len(), 200);
    assert!(read.technique.len() <= 1 << 20);
}

#[test]
fn deep_nesting_is_refused() {
    for open in ["[", "{\"a\":"] {
        let deep = open.repeat(100_000);
        assert!(matches!(
            from_json(deep.as_bytes(), &options()),
            Err(SubmissionError::Json(_))
        ));
        assert!(matches!(
            from_stix(deep.as_bytes(), &options()),
            Err(SubmissionError::Stix(_))
        ));
    }
}

#[test]
fn objects_that_do_not_read_are_problems_of_their_place() {
    let stix = br#"{"type":"bundle","objects":[{"type":"domain-name","id":"x"},
        {"type":"domain-name","id":"domain-name--00000000-0000-4000-8000-000000000003","value":"evil.example"}]}"#;
    let read = from_stix(stix, &options()).unwrap();
    assert_eq!(values(&read), ["evil.example"]);
    assert!(matches!(read.problems[0], Problem::Object { index: 0, .. }));
}

#[test]
fn too_many_values_are_said() {
    let mut few = options();
    few.limits.values = 3;
    let text: String = (0..9)
        .map(|number| format!("203.0.113.{number}\n"))
        .collect();
    let read = from_text(text.as_bytes(), &few).unwrap();
    assert_eq!(read.values.len(), 3);
    assert!(read.problems.contains(&Problem::TooManyValues { limit: 3 }));
    let unreadable = SubmissionOptions {
        own_domains: vec!["jp".into()],
        ..options()
    };
    let read = from_text(text.as_bytes(), &unreadable).unwrap();
    assert_eq!(read.problems, [Problem::UnusableOwn(vec!["jp".into()])]);
}

#[test]
fn files_are_taken_for_what_they_are() {
    for (name, content, way) in [
        ("a.json", "{\"type\":\"bundle\",\"objects\":[]}", Way::Stix),
        ("a.json", " {\"title\":\"x\",\"values\":[]}", Way::Json),
        ("a.csv", "value\n203.0.113.7\n", Way::Table),
        ("a.tsv", "value\n203.0.113.7\n", Way::Table),
        (
            "mail",
            "Received: x\r\nFrom: a@evil.example\r\n\r\nbody",
            Way::Mail,
        ),
        ("a.eml", "Subject: x\r\n\r\nbody", Way::Mail),
        ("a.txt", "Subject: x\r\n\r\nbody", Way::Text),
        ("a.txt", "[203.0.113.7] を検知", Way::Text),
        ("a.bin", "", Way::Text),
    ] {
        assert_eq!(way_of(name, content.as_bytes()), way, "{name} {content}");
    }
    let read = from_file("表.CSV", "値\n203.0.113.7\n".as_bytes(), &options()).unwrap();
    assert_eq!((read.way, values(&read)), (Way::Table, vec!["203.0.113.7"]));
}

#[test]
fn what_has_not_happened_yet_is_refused() {
    let latest = "2026-05-01T00:00:00Z".parse().unwrap();
    let options = SubmissionOptions {
        latest: Some(latest),
        ..options()
    };
    let form = |occurred: &str| Form {
        technique: "x".into(),
        occurred: occurred.into(),
        ..Form::default()
    };
    assert!(from_form(&form("2026-04-30 10:00"), &options).is_ok());
    let SubmissionError::Fields(errors) = from_form(&form("2026-05-02"), &options).unwrap_err()
    else {
        panic!("a fault of the form");
    };
    assert_eq!(errors[0].what, FieldFault::NotYet { latest });
}

#[test]
fn files_that_are_no_text_are_told_so() {
    for (bytes, media_type) in [
        (&b"PK\x03\x04\x14\0"[..], "application/zip"),
        (b"%PDF-1.7\n", "application/pdf"),
        (
            b"MZ\x90\0\x03\0",
            "application/vnd.microsoft.portable-executable",
        ),
        (b"\xd4\xc3\xb2\xa1\x02\0", "application/vnd.tcpdump.pcap"),
    ] {
        let error = from_file("table.csv", bytes, &options()).unwrap_err();
        let told = SubmissionError::NotText {
            media_type: media_type.into(),
        };
        assert_eq!(error, told);
    }
    assert!(from_text("MZから始まる文 203.0.113.7".as_bytes(), &options()).is_ok());
}

#[test]
fn stix_says_when_it_was_first_seen() {
    let stix = br#"[{"type":"sighting","spec_version":"2.1","id":"sighting--00000000-0000-4000-8000-000000000001",
        "created":"2026-05-01T00:00:00Z","modified":"2026-05-01T00:00:00Z","first_seen":"2026-04-02T00:00:00Z",
        "sighting_of_ref":"indicator--00000000-0000-4000-8000-000000000002"},
        {"type":"observed-data","spec_version":"2.1","id":"observed-data--00000000-0000-4000-8000-000000000003",
        "created":"2026-05-01T00:00:00Z","modified":"2026-05-01T00:00:00Z","first_observed":"2026-04-01T00:00:00Z",
        "last_observed":"2026-04-01T00:00:00Z","number_observed":1}]"#;
    let read = from_stix(stix, &options()).unwrap();
    assert_eq!(
        read.occurred.unwrap().at.to_string(),
        "2026-04-01T00:00:00Z"
    );
}

/// One object of STIX, with members of its own.
fn object(kind: &str, more: &str) -> String {
    format!(
        r#"{{"type":"{kind}","spec_version":"2.1","id":"{kind}--00000000-0000-4000-8000-000000000001","created":"2026-05-01T00:00:00Z","modified":"2026-05-01T00:00:00Z",{more}}}"#
    )
}

#[test]
fn what_stix_says_besides_values_is_the_text() {
    let yara = r#""pattern_type":"yara","pattern":"rule owl {\n\n condition: true }","valid_from":"2026-05-01T00:00:00Z""#;
    let named = r#""name":"名前で探す","pattern_type":"stix","pattern":"[file:name MATCHES '^evil']","valid_from":"2026-05-01T00:00:00Z""#;
    let sighted =
        r#""count":3,"sighting_of_ref":"indicator--00000000-0000-4000-8000-000000000002""#;
    let valued = r#""name":"C2","description":"夜間だけ応答する","pattern_type":"stix","pattern":"[ipv4-addr:value = '203.0.113.77']","valid_from":"2026-05-01T00:00:00Z""#;
    for (kind, more, text) in [
        (
            "malware",
            r#""is_family":true,"name":"Owl","description":"夜に動く。\n\n二段目がある。""#,
            "malware: Owl\n夜に動く。\n二段目がある。",
        ),
        (
            "indicator",
            yara,
            "indicator: rule owl {\n condition: true }",
        ),
        (
            "indicator",
            named,
            "indicator: 名前で探す\n[file:name MATCHES '^evil']",
        ),
        (
            "sighting",
            sighted,
            "sighting: indicator--00000000-0000-4000-8000-000000000002\ncount 3",
        ),
        ("indicator", valued, "indicator: 夜間だけ応答する"),
        // Who it is about may be the provider: only that something came is said.
        (
            "identity",
            r#""name":"電力","identity_class":"organization""#,
            "identity: identity--00000000-0000-4000-8000-000000000001",
        ),
    ] {
        let bundle = format!("[{}]", object(kind, more));
        let read = from_stix(bundle.as_bytes(), &options()).unwrap();
        assert_eq!(read.technique, text);
    }
    // A pattern of values alone is no text, whether its values are kept or are the provider's own.
    for address in ["203.0.113.77", "198.51.100.9"] {
        let more = format!(
            r#""pattern_type":"stix","pattern":"[ipv4-addr:value = '{address}']","valid_from":"2026-05-01T00:00:00Z""#
        );
        let bundle = format!("[{}]", object("indicator", &more));
        let read = from_stix(bundle.as_bytes(), &options()).unwrap();
        assert_eq!(read.technique, "", "{address}");
        assert_eq!(read.values.len() + read.left_out.len(), 1);
    }
}

#[test]
fn the_text_of_many_objects_is_bounded() {
    let one = object(
        "malware",
        &format!(r#""is_family":true,"description":"{}""#, "あ".repeat(400)),
    );
    let bundle = format!("[{}]", [one.as_str(); 20].join(","));
    let mut options = options();
    options.limits.text_bytes = 5_000;
    let read = from_stix(bundle.as_bytes(), &options).unwrap();
    assert!(
        (4_900..=5_000).contains(&read.technique.len()),
        "{}",
        read.technique.len()
    );
    assert_eq!(read.technique.matches("\n\n").count(), 4);
}

#[test]
fn a_mail_with_too_many_files_is_refused() {
    let part = "--b\r\nContent-Type: image/png; name=a.png\r\n\r\nx\r\n".repeat(21);
    let mail =
        format!("Subject: x\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n{part}--b--");
    let error = from_mail(mail.as_bytes(), &options()).unwrap_err();
    let SubmissionError::Fields(errors) = error else {
        panic!("a fault of the form: {error}");
    };
    assert_eq!(
        errors[0].to_string(),
        "$.attachments has 21 items, the limit is 20"
    );
}

#[test]
fn a_title_is_counted_in_characters_wherever_it_comes_from() {
    let options = SubmissionOptions::default();
    let long = "𠮷".repeat(MAX_TITLE_CHARS + 20);
    let pasted = from_text(format!("{long}\n203.0.113.9\n").as_bytes(), &options).unwrap();
    let mail = format!("Subject: {long}\r\nFrom: a@example.net\r\n\r\n203.0.113.9\r\n");
    let mailed = from_mail(mail.as_bytes(), &options).unwrap();
    for title in [pasted.title, mailed.title] {
        assert_eq!(title.chars().count(), MAX_TITLE_CHARS);
    }
    let typed = Form {
        title: long,
        technique: "侵入".to_owned(),
        ..Form::default()
    };
    let Err(SubmissionError::Fields(faults)) = from_form(&typed, &options) else {
        panic!("a title of 220 characters was taken");
    };
    let told = faults.first().unwrap().to_string();
    assert_eq!(told, "$.title has 220 characters, the limit is 200");
}

/// What is read can be handed in: values and remarks stop being read where a report would be too large.
#[test]
fn values_and_remarks_are_read_as_far_as_a_report_holds_them() {
    let options = SubmissionOptions::default();
    let path = "a".repeat(700);
    let urls: String = (0..2_000)
        .map(|n| format!("http://198.51.100.7/{n}/{path}\n"))
        .collect();
    let read = from_table(
        format!("url\n{urls}").as_bytes(),
        &TableOptions::default(),
        &options,
    )
    .unwrap();
    let bytes: usize = read.values.iter().map(|one| one.value.len()).sum();
    assert!(bytes <= MAX_VALUES_BYTES && bytes > MAX_VALUES_BYTES - 1_000);
    let limit = read.values.len();
    assert!(read.problems.contains(&Problem::TooManyValues { limit }));
    let remark = "監視で見つけた".repeat(20);
    let rows: String = (0..1_000)
        .map(|n| format!("198.51.{}.{},{remark}\n", n / 250, n % 250))
        .collect();
    let table = format!("ip,comment\n{rows}");
    let read = from_table(table.as_bytes(), &TableOptions::default(), &options).unwrap();
    assert_eq!(read.values.len(), 1_000);
    let told = read.values.iter().filter(|one| !one.comment.is_empty());
    let told: Vec<usize> = told
        .map(|one| one.value.len() + one.comment.len())
        .collect();
    assert!(told.iter().sum::<usize>() <= MAX_REMARKS_BYTES);
    let left_out = 1_000 - told.len();
    assert!(left_out > 0);
    assert!(
        read.problems
            .contains(&Problem::TooManyRemarks { left_out })
    );
}

/// Where to reach somebody is not what an attack used.
#[test]
fn mail_addresses_of_contacts_are_told_from_senders() {
    let text = "担当 田中太郎（090-1234-5678、taro.tanaka@gmail.com）\n\
        連絡先は 内線 4521、soc@branch.example\n\
        佐藤部長を騙る差出人 boss@gmail.com から届いた。\n\
        田中様宛に bad@mail.example から届いた。単に other@gmail.com";
    let found: Vec<String> = kaname_intake::submission::contacts(text)
        .into_iter()
        .collect();
    assert_eq!(found, ["soc@branch.example", "taro.tanaka@gmail.com"]);
}
