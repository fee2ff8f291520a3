//! Work grows with the length only. At these sizes a quadratic reader would need minutes; the
//! runner's own limit is the judge, not a clock in here.

use kaname_intake::mail::{MailLimits, mail_indicators, read_mail};
use kaname_intake::submission::{SubmissionOptions, from_json, from_stix, from_text};
use kaname_intake::table::{TableOptions, read_table};
use kaname_intake::{
    DecodeOptions, ExtractOptions, JsonLimits, check_json, decode, safe_file_name,
};

const LENGTH: usize = 1 << 18;

fn repeated(piece: &str) -> String {
    piece.repeat(LENGTH / piece.len())
}

#[test]
fn markup() {
    for piece in [
        "<",
        "<a ",
        "<a href='",
        "<a href=\"x\">",
        "&",
        "&#",
        "&#x2e;",
        "</",
        "<!--",
        "<!-",
        "<svg>",
        "<script>",
        "</script",
        "=\"",
        "<a b=\"><a c='>",
        "<title>x",
        "<br>",
        "\n\n",
        "<meta content='url=",
        "<head></head>",
    ] {
        let mail = format!("Content-Type: text/html\r\n\r\n{}", repeated(piece));
        let read = read_mail(mail.as_bytes(), &MailLimits::default()).unwrap();
        assert!(read.links.len() <= 2_000, "{piece}");
    }
}

#[test]
fn mails() {
    for piece in [
        "Received: from a (b [203.0.113.7])\r\n",
        "From: a@evil.example,\r\n",
        "To: \"",
        "Subject: =?UTF-8?B?",
        "Content-Type: multipart/mixed; boundary=b\r\n",
        "a:",
        "a: b\r\n ",
        "=?",
        "(((",
        "Date: ,",
        "Content-Disposition: attachment; filename*0*=a;\r\n",
    ] {
        for head in [
            "Subject: x\r\n",
            "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n",
        ] {
            let mail = format!("{head}{}\r\n\r\nbody", repeated(piece));
            if let Ok(read) = read_mail(mail.as_bytes(), &MailLimits::default()) {
                let _ = mail_indicators(&read, &ExtractOptions::default());
            }
        }
    }
    for piece in [
        "--b\r\n",
        "--b",
        "--b--\r\n",
        "\r\n",
        "--b\r\n\r\n",
        "=",
        "=\r\n",
        "--b \t",
    ] {
        let mail = format!(
            "Content-Type: multipart/mixed; boundary=b\r\n\r\n{}",
            repeated(piece)
        );
        let _ = read_mail(mail.as_bytes(), &MailLimits::default());
    }
}

#[test]
fn tables() {
    for piece in [
        "\"",
        "\"\"",
        ",",
        ";",
        "\t",
        "\"a\n",
        "a,\"b\n",
        "\n",
        "\r",
        "203.0.113.7,",
        "=",
        "evil.example\n",
        "\"\",\"",
    ] {
        let options = TableOptions::default();
        let _ = read_table(&repeated(piece), &options);
        let _ = read_table(&format!("value,comment\n{}", repeated(piece)), &options);
    }
}

#[test]
fn json_and_stix() {
    let options = SubmissionOptions::default();
    for piece in [
        "{\"a\":",
        "[",
        "\"",
        "\"a\",",
        "1,",
        "{},",
        "\\u0061",
        "{\"type\":\"a\"},",
        " ",
    ] {
        for head in ["", "[", "{\"objects\":[", "{\"values\":[", "{\"title\":\""] {
            let text = format!("{head}{}", repeated(piece));
            let _ = check_json(text.as_bytes(), &JsonLimits::default());
            let _ = from_json(text.as_bytes(), &options);
            let _ = from_stix(text.as_bytes(), &options);
        }
    }
    let keys: Vec<String> = (0..10_000).map(|key| format!("\"k{key}\":0")).collect();
    let wide = format!("{{{}}}", keys.join(","));
    assert!(check_json(wide.as_bytes(), &JsonLimits::default()).is_ok());
}

#[test]
fn bytes_and_names() {
    for piece in [
        &b"\xff"[..],
        b"\x1b$B",
        b"\x81",
        b"\x8e",
        b"\0a",
        b"\xe3\x81",
        b"\x1b(",
    ] {
        let bytes = piece.repeat(LENGTH / piece.len());
        let read = decode(&bytes, &DecodeOptions::default()).unwrap();
        assert!(read.text.len() <= 3 * LENGTH + 3);
        let _ = from_text(&bytes, &SubmissionOptions::default());
    }
    for piece in [".", "/", "\\", " ", "a/", "\u{202e}", "…", "con."] {
        assert!(safe_file_name(&repeated(piece)).len() <= 255);
    }
}
