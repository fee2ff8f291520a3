//! What is the provider's own is left out, and said.

use kaname_intake::{ExcludedReason, ExtractOptions, Extraction, extract};

fn own(text: &str) -> Extraction {
    let options = ExtractOptions {
        own_domains: vec![
            "Denryoku.example".into(),
            "*.日本語.jp".into(),
            "corp.local".into(),
        ],
        own_networks: vec!["198.51.100.0/24".into(), "2001:db8:5::/48".into()],
        ..ExtractOptions::default()
    };
    extract(text, &options)
}

fn values(read: &Extraction) -> Vec<&str> {
    read.findings
        .iter()
        .map(|finding| finding.value.as_str())
        .collect()
}

#[test]
fn names_below_an_own_domain() {
    for text in [
        "denryoku.example",
        "www[.]DENRYOKU[.]example",
        "a.b.denryoku.example",
        "hxxps://portal.denryoku.example/login",
        "taro@mail.denryoku.example",
        "www.日本語.jp",
        "日本語[.]jp",
        "xn--wgv71a119e.jp",
        "http://srv.corp.local/x",
    ] {
        let read = own(text);
        assert!(read.findings.is_empty(), "{text}: {:?}", read.findings);
        assert_eq!(read.excluded.len(), 1, "{text}");
        assert!(
            matches!(read.excluded[0].reason, ExcludedReason::OwnDomain(_)),
            "{text}"
        );
    }
}

#[test]
fn names_that_only_resemble_one() {
    let read = own("mydenryoku.example denryoku.example.evil.example evil-denryoku.example");
    assert_eq!(
        values(&read),
        ["mydenryoku.example", "evil-denryoku.example"]
    );
    assert_eq!(read.excluded.len(), 1);
    assert!(matches!(
        read.excluded[0].reason,
        ExcludedReason::MentionsOwn(_)
    ));
}

#[test]
fn others_urls_that_name_the_provider() {
    for text in [
        "http://evil.example/?to=taro@denryoku.example",
        "http://evil.example/?to=taro%40denryoku%2Eexample",
        "http://evil.example/denryoku.example/login",
        "http://evil.example/?ip=198.51.100.9",
    ] {
        let read = own(text);
        assert!(read.findings.is_empty(), "{text}: {:?}", read.findings);
        assert!(
            matches!(read.excluded[0].reason, ExcludedReason::MentionsOwn(_)),
            "{text}"
        );
    }
}

#[test]
fn own_networks() {
    for text in [
        "198.51.100.7",
        "198.51.0.0/16",
        "198.51.100.128/25",
        "http://198.51.100.7/x",
        "2001:db8:5::1",
        "2001:db8::/32",
        "::ffff:198.51.100.7",
    ] {
        let read = own(text);
        assert!(read.findings.is_empty(), "{text}: {:?}", read.findings);
        assert!(
            matches!(read.excluded[0].reason, ExcludedReason::OwnNetwork(_)),
            "{text}"
        );
    }
    assert_eq!(
        values(&own("198.51.101.7 2001:db8:6::1")),
        ["198.51.101.7", "2001:db8:6::1"]
    );
}

#[test]
fn own_things_that_cannot_be_read_are_named() {
    let options = ExtractOptions {
        own_domains: vec![
            "jp".into(),
            "co.jp".into(),
            "".into(),
            "https://ok.example/x".into(),
        ],
        own_networks: vec!["10.0.0.0/99".into(), "house".into(), "10.0.0.0/8".into()],
        ..ExtractOptions::default()
    };
    let read = extract("ok.example", &options);
    assert_eq!(
        read.unusable_options,
        ["jp", "co.jp", "", "10.0.0.0/99", "house"]
    );
    assert_eq!(read.excluded.len(), 1);
}
