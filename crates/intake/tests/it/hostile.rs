//! What hostile senders try, by name.

use kaname_intake::submission::{SubmissionOptions, from_mail, from_text};
use kaname_intake::{JsonFault, JsonLimits, check_json, csv_safe, guard, safe_file_name};
use proptest::prelude::*;

#[test]
fn hostile_file_names() {
    for (name, safe) in [
        ("../../etc/passwd", "passwd"),
        ("..\\..\\windows\\win.ini", "win.ini"),
        ("invoice\u{202e}fdp.exe", "invoicefdp.exe"),
        ("a\0b\r\nc.txt", "abc.txt"),
        ("CON", "_CON"),
        ("aux.h", "_aux.h"),
        ("com1.tar.gz", "_com1.tar.gz"),
        (".htaccess", "htaccess"),
        ("...", "unnamed"),
        ("", "unnamed"),
        ("/", "unnamed"),
        ("<script>.html", "_script_.html"),
        ("報告書（最終）.pdf", "報告書(最終).pdf"),
        ("a.exe   ", "a.exe"),
        ("file:///C:/x.lnk", "x.lnk"),
    ] {
        assert_eq!(safe_file_name(name), safe, "{name:?}");
    }
    let long = safe_file_name(&format!("{}.pdf", "長".repeat(10_000)));
    assert!(long.ends_with(".pdf") && long.chars().count() <= 120 && long.len() <= 255);
}

#[test]
fn markup_stays_text() {
    let text =
        "<img src=x onerror=alert(1)> {{7*7}} <a href='javascript:alert(1)'>x</a> evil.example";
    let read = from_text(text.as_bytes(), &SubmissionOptions::default()).unwrap();
    assert_eq!(read.technique, text);
    assert_eq!(read.values.len(), 1, "{:?}", read.values);
    let mail = format!("Subject: <b>x</b>\r\nContent-Type: text/html\r\n\r\n{text}");
    let read = from_mail(mail.as_bytes(), &SubmissionOptions::default()).unwrap();
    assert_eq!(read.title, "<b>x</b>");
    assert!(!read.technique.contains('<'), "{}", read.technique);
}

#[test]
fn json_that_two_readers_would_read_differently() {
    let fault = |text: &str| {
        check_json(text.as_bytes(), &JsonLimits::default())
            .unwrap_err()
            .fault
    };
    assert_eq!(
        fault(r#"{"a":1,"\u0061":2}"#),
        JsonFault::DuplicateKey("a".into())
    );
    assert_eq!(fault(r#"["\ud800"]"#), JsonFault::LoneSurrogate);
    assert!(matches!(
        fault("[9007199254740993000000]"),
        JsonFault::InexactNumber(_)
    ));
    assert_eq!(fault("[nan]"), JsonFault::Expected("a value"));
    assert_eq!(fault("[NaN]"), JsonFault::NotANumber("NaN".into()));
    assert_eq!(fault("\u{feff}{}"), JsonFault::Expected("a value"));
    assert!(matches!(
        fault(&"[".repeat(65)),
        JsonFault::TooDeep { limit: 64 }
    ));
    let error = check_json(b"{\"a\":[1,\n {\"b\":tru}]}", &JsonLimits::default()).unwrap_err();
    assert_eq!((error.line, error.path.as_str()), (2, "$.a[1].b"));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn any_file_name_becomes_a_safe_one(name in "\\PC{0,40}[./\\\\\u{0}-\u{1f}\u{202e}]{0,4}\\PC{0,20}") {
        let safe = safe_file_name(&name);
        prop_assert!(!safe.is_empty() && safe.len() <= 255);
        prop_assert!(!safe.contains(['/', '\\', '\0', '\n']) && !safe.starts_with('.'));
        prop_assert_eq!(safe_file_name(&safe), safe);
    }

    #[test]
    fn what_is_accepted_as_json_is_built(text in r#"[\[\]{}",:0-9eE.+\-a-c\\u ]{0,40}"#) {
        let checked = check_json(text.as_bytes(), &JsonLimits::default());
        let built = guard(text.as_bytes(), &JsonLimits::default());
        prop_assert_eq!(checked.is_ok(), built.is_ok());
        if checked.is_ok() {
            prop_assert!(serde_json::from_str::<serde_json::Value>(&text).is_ok());
        }
    }

    #[test]
    fn any_bytes_are_a_submission_or_a_said_error(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        let options = SubmissionOptions::default();
        let _ = from_text(&bytes, &options);
        let mut mail = b"Content-Type: multipart/mixed; boundary=a\r\n\r\n--a\r\n".to_vec();
        mail.extend_from_slice(&bytes);
        let _ = from_mail(&mail, &options);
        let _ = csv_safe(&String::from_utf8_lossy(&bytes));
    }
}
