//! Mails, ordinary and hostile.

use kaname_intake::mail::{
    Mail, MailError, MailLimits, MailNote, MailSource, mail_indicators, read_mail,
};
use kaname_intake::{ExtractOptions, Kind};

const PHISHING: &str = "Received: from mx.evil.example (unknown [203.0.113.77])\r\n\
\tby mail.denryoku.example (Postfix) with ESMTP id 1; Fri, 1 May 2026 10:20:00 +0900\r\n\
From: =?ISO-2022-JP?B?GyRCOjRGIxsoQg==?= <billing@evil.example>\r\n\
Reply-To: collect@bad.example\r\n\
To: taro@denryoku.example\r\n\
Subject: =?UTF-8?B?6KuL5rGC5pu444Gu44GU56K66KqN?=\r\n\
Date: Fri, 1 May 2026 10:20:00 +0900\r\n\
MIME-Version: 1.0\r\n\
Content-Type: multipart/mixed; boundary=\"outer\"\r\n\
\r\n\
preamble http://preamble.example/x\r\n\
--outer\r\n\
Content-Type: multipart/alternative; boundary=inner\r\n\
\r\n\
--inner\r\n\
Content-Type: text/plain; charset=utf-8\r\n\
Content-Transfer-Encoding: quoted-printable\r\n\
\r\n\
=E3=81=94=E7=A2=BA=E8=AA=8D hxxp://plain[.]example/a=\r\nb\r\n\
--inner\r\n\
Content-Type: text/html; charset=shift_jis\r\n\
Content-Transfer-Encoding: base64\r\n\
\r\n\
BASE64HTML\r\n\
--inner--\r\n\
--outer\r\n\
Content-Type: application/zip; name=\"=?UTF-8?B?6KuL5rGC5pu4LnppcA==?=\"\r\n\
Content-Disposition: attachment; filename*=UTF-8''..%2F..%2F%E8%AB%8B%E6%B1%82%E6%9B%B8%E2%80%AEfdp.exe\r\n\
Content-Transfer-Encoding: base64\r\n\
\r\n\
UEsDBA==\r\n\
--outer--\r\n\
epilogue\r\n";

const HTML: &str = "<html><head><title>x</title><style>a{}</style></head><body onload=alert(1)>\
<p>請求書&amp;明細<br>は<a href='http://link&#46;example/login?a=1&amp;b=2'>http://www.bank.example/</a>から</p>\
<script>location='http://script.example/'</script><img src=\"http://pixel.example/p.gif\">\
<!-- http://comment.example/ --></body></html>";

fn phishing() -> Mail {
    use base64::Engine;
    let html = encoding_rs::SHIFT_JIS.encode(HTML).0;
    let encoded = base64::engine::general_purpose::STANDARD.encode(&html);
    let lines: Vec<&str> = encoded
        .as_bytes()
        .chunks(76)
        .map(|line| std::str::from_utf8(line).unwrap())
        .collect();
    let mail = PHISHING.replace("BASE64HTML", &lines.join("\r\n"));
    read_mail(mail.as_bytes(), &MailLimits::default()).unwrap()
}

#[test]
fn a_phishing_mail_is_read_and_stays_inert() {
    let mail = phishing();
    assert_eq!(mail.subject, "請求書のご確認");
    assert_eq!(mail.from, ["billing@evil.example"]);
    assert_eq!(mail.reply_to, ["collect@bad.example"]);
    assert_eq!(mail.date.unwrap().to_string(), "2026-05-01T01:20:00Z");
    assert_eq!(mail.text, "ご確認 hxxp://plain[.]example/ab");
    assert!(
        mail.markup_text
            .contains("請求書&明細\nはhttp://www.bank.example/から"),
        "{}",
        mail.markup_text
    );
    assert!(!mail.markup_text.contains('<') && !mail.markup_text.contains("alert"));
    assert_eq!(
        mail.links,
        [
            "http://link.example/login?a=1&b=2",
            "http://pixel.example/p.gif"
        ]
    );
    let file = &mail.attachments[0];
    assert_eq!(file.name, "請求書fdp.exe");
    assert!(file.name_as_written.contains("../"));
    assert_eq!(
        (file.media_type.as_str(), file.size),
        ("application/zip", 4)
    );
    assert_eq!(file.bytes, b"PK\x03\x04");
    assert_eq!(mail.notes, []);
}

#[test]
fn indicators_say_where_in_the_mail_they_stand() {
    let options = ExtractOptions {
        own_domains: vec!["denryoku.example".into()],
        ..ExtractOptions::default()
    };
    let mail = phishing();
    let found = mail_indicators(&mail, &options);
    let place = |value: &str| {
        let finding = found
            .findings
            .iter()
            .find(|found| found.finding.value == value);
        finding
            .map(|found| found.sources.clone())
            .unwrap_or_default()
    };
    let header = |name: &str| MailSource::Header(name.into());
    assert_eq!(place("203.0.113.77"), [header("received")]);
    assert_eq!(place("mx.evil.example"), [header("received")]);
    assert_eq!(place("billing@evil.example"), [header("from")]);
    assert_eq!(place("collect@bad.example"), [header("reply-to")]);
    assert_eq!(place("http://plain.example/ab"), [MailSource::Body]);
    assert_eq!(place("http://www.bank.example/"), [MailSource::Markup]);
    assert_eq!(
        place("http://link.example/login?a=1&b=2"),
        [MailSource::Link]
    );
    let of_file = found
        .findings
        .iter()
        .find(|found| found.finding.kind == Kind::Sha256)
        .unwrap();
    assert_eq!(
        of_file.sources,
        [MailSource::Attachment("請求書fdp.exe".into())]
    );
    for never in [
        "script.example",
        "comment.example",
        "denryoku.example",
        "preamble.example",
    ] {
        assert!(
            !found
                .findings
                .iter()
                .any(|found| found.finding.value.contains(never)),
            "{never}"
        );
    }
    for found in &found.findings {
        let text = match &found.sources[0] {
            MailSource::Body => &mail.text,
            MailSource::Markup => &mail.markup_text,
            _ => continue,
        };
        let span = found.finding.span;
        assert_eq!(&text[span.start..span.end], found.finding.as_written);
    }
}

#[test]
fn senders_that_know_no_mime() {
    let text = "Subject: 不審なメール\nFrom: a@evil.example\n\n攻撃元は203.0.113.77です\n";
    for label in ["shift_jis", "euc-jp", "iso-2022-jp", "utf-8"] {
        let encoding = encoding_rs::Encoding::for_label(label.as_bytes()).unwrap();
        let bytes = encoding.encode(text).0.into_owned();
        let mail = read_mail(&bytes, &MailLimits::default()).unwrap();
        assert_eq!(mail.text, "攻撃元は203.0.113.77です", "{label}");
        assert_eq!(mail.subject, "不審なメール", "{label}");
    }
}

#[test]
fn a_mail_within_a_mail_is_read_too() {
    let inner = "From: x@evil.example\r\nSubject: inner\r\n\r\nhttp://inner.example/a\r\n";
    let mail = format!(
        "From: soc@denryoku.example\r\nSubject: outer\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n\
         --b\r\n\r\nforwarded\r\n--b\r\nContent-Type: message/rfc822\r\n\r\n{inner}--b--\r\n"
    );
    let mail = read_mail(mail.as_bytes(), &MailLimits::default()).unwrap();
    assert_eq!(mail.subject, "outer");
    assert_eq!(mail.from, ["soc@denryoku.example", "x@evil.example"]);
    assert!(mail.text.contains("forwarded") && mail.text.contains("http://inner.example/a"));
    let within = MailNote::MailWithin {
        part: "1.2.1".into(),
        subject: "inner".into(),
    };
    assert_eq!(mail.notes, [within]);
}

#[test]
fn deep_nesting_ends_with_a_word() {
    let wrap = |kind: &str| {
        let head = format!("Content-Type: {kind}\r\n\r\n");
        head.repeat(100_000)
    };
    let error = read_mail(wrap("message/rfc822").as_bytes(), &MailLimits::default()).unwrap_err();
    assert!(
        matches!(error, MailError::TooDeep { limit: 8, .. }),
        "{error}"
    );
    let unbounded = MailLimits {
        depth: usize::MAX,
        parts: usize::MAX,
        ..MailLimits::default()
    };
    let error = read_mail(wrap("message/rfc822").as_bytes(), &unbounded).unwrap_err();
    assert!(
        matches!(error, MailError::TooDeep { limit: 32, .. }),
        "{error}"
    );
    let mut nested = String::new();
    for level in 0..50 {
        nested.push_str(&format!(
            "Content-Type: multipart/mixed; boundary=b{level}\r\n\r\n--b{level}\r\n"
        ));
    }
    let error = read_mail(nested.as_bytes(), &MailLimits::default()).unwrap_err();
    assert!(matches!(error, MailError::TooDeep { .. }), "{error}");
}

#[test]
fn too_many_parts_and_bytes_end_with_a_word() {
    let parts = "--b\r\n\r\nx\r\n".repeat(100_000);
    let mail = format!("Content-Type: multipart/mixed; boundary=b\r\n\r\n{parts}");
    let error = read_mail(mail.as_bytes(), &MailLimits::default()).unwrap_err();
    assert_eq!(error, MailError::TooManyParts { limit: 200 });
    let small = MailLimits {
        bytes: 10,
        ..MailLimits::default()
    };
    let error = read_mail(b"Subject: too long", &small).unwrap_err();
    assert_eq!(
        error,
        MailError::TooLong {
            actual: 17,
            limit: 10
        }
    );
    let headers = format!("Subject: {}\r\n\r\n", "x".repeat(300_000));
    let error = read_mail(headers.as_bytes(), &MailLimits::default()).unwrap_err();
    assert!(matches!(error, MailError::HeadersTooLong { .. }), "{error}");
    let file = "Content-Disposition: attachment; filename=a.bin\r\n\r\n0123456789";
    let limits = MailLimits {
        attachment_bytes: 9,
        ..MailLimits::default()
    };
    let error = read_mail(file.as_bytes(), &limits).unwrap_err();
    assert!(
        matches!(
            error,
            MailError::AttachmentTooLong {
                actual: 10,
                limit: 9,
                ..
            }
        ),
        "{error}"
    );
    let long = format!("Subject: x\r\n\r\n{}", "あ".repeat(10_000));
    let limits = MailLimits {
        text_bytes: 100,
        ..MailLimits::default()
    };
    let mail = read_mail(long.as_bytes(), &limits).unwrap();
    assert!(mail.text.len() <= 100 && mail.notes == [MailNote::TextTruncated]);
}

#[test]
fn zip_bombs_are_never_unpacked() {
    // 4 KiB that claim to unpack to 4 GiB: the local header of a stored ZIP.
    let mut bomb = b"PK\x03\x04\x14\0\0\0\x08\0\0\0\0\0\0\0\0\0\0\x10\0\0\xff\xff\xff\xff".to_vec();
    bomb.resize(4_096, 0);
    let mut mail = b"Content-Type: application/zip; name=42.zip\r\n\r\n".to_vec();
    mail.extend_from_slice(&bomb);
    let read = read_mail(&mail, &MailLimits::default()).unwrap();
    assert_eq!(read.attachments[0].size, 4_096);
    assert_eq!(read.attachments[0].bytes, bomb);
    assert_eq!(read.text, "");
}

#[test]
fn broken_encodings_are_kept_and_noted() {
    for (encoding, body, text) in [
        ("quoted-printable", "a=ZZ b=C3=A9 =", "a=ZZ bé ="),
        ("base64", "aGVsbG8gd29ybGQ*", "hello world"),
    ] {
        let mail = format!("Content-Transfer-Encoding: {encoding}\r\n\r\n{body}");
        let mail = read_mail(mail.as_bytes(), &MailLimits::default()).unwrap();
        assert_eq!(mail.text, text);
        assert_eq!(mail.notes, [MailNote::BrokenEncoding { part: "1".into() }]);
    }
    let missing = "Content-Type: multipart/mixed; boundary=absent\r\n\r\nhttp://evil.example/a\r\n";
    let mail = read_mail(missing.as_bytes(), &MailLimits::default()).unwrap();
    assert_eq!(mail.notes, [MailNote::NoBoundary { part: "1".into() }]);
    assert_eq!(mail.text, "http://evil.example/a");
}

#[test]
fn what_is_no_mail_is_said_to_be_none() {
    for text in ["", "just text\nwithout headers", "\n\nbody", "日本語: x"] {
        let error = read_mail(text.as_bytes(), &MailLimits::default()).unwrap_err();
        assert_eq!(error, MailError::NotMail, "{text:?}");
    }
}
