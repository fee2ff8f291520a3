use kaname_stix::{SearchValue, ValueKind, pattern_for, pattern_of, pattern_values};
use proptest::prelude::*;

fn values(pattern: &str) -> Vec<(ValueKind, String)> {
    pattern_values(pattern)
        .into_iter()
        .map(|value| (value.kind, value.text))
        .collect()
}

#[test]
fn writes_and_escapes() {
    let url = pattern_for(ValueKind::Url, r"http://a/'x\").unwrap();
    assert_eq!(url, r"[url:value = 'http://a/\'x\\']");
    let network = pattern_for(ValueKind::Cidr, "2001:db8::/32").unwrap();
    assert_eq!(network, "[ipv6-addr:value ISSUBSET '2001:db8::/32']");
    assert_eq!(pattern_for(ValueKind::Name, "x"), None);
    assert_eq!(pattern_for(ValueKind::AutonomousSystem, "1] OR [x"), None);
}

#[test]
fn reads_what_others_write() {
    let pattern = r#"([file:hashes.'SHA-256' = 'aa' OR file:hashes.MD5='bb' AND file:name != 'no']
        FOLLOWEDBY [ipv4-addr:value IN ('1.2.3.4','5.6.7.8') OR network-traffic:dst_ref.value = 'a.example'
        OR domain-name:value NOT = 'not.example' OR ipv4-addr:value ISSUBSET '10.0.0.0/8'
        OR email-message:body_multipart[*].body_raw_ref.name = 'x.doc']) WITHIN 5 SECONDS"#;
    let expected = [
        (ValueKind::Sha256, "aa"),
        (ValueKind::Md5, "bb"),
        (ValueKind::Ipv4, "1.2.3.4"),
        (ValueKind::Ipv4, "5.6.7.8"),
        (ValueKind::Domain, "a.example"),
        (ValueKind::Cidr, "10.0.0.0/8"),
        (ValueKind::FileName, "x.doc"),
    ];
    assert_eq!(
        values(pattern),
        expected.map(|(kind, text)| (kind, text.to_owned()))
    );
}

proptest! {
    #[test]
    fn what_is_written_is_read_back(texts in prop::collection::vec("[ -~あ-ん'\\\\]{1,20}", 1..5)) {
        let kinds = [ValueKind::Domain, ValueKind::Url, ValueKind::Email, ValueKind::Md5, ValueKind::Sha256];
        let values: Vec<SearchValue> =
            texts.iter().zip(kinds).map(|(text, kind)| SearchValue::new(kind, text.as_str())).collect();
        let pattern = pattern_of(&values).unwrap();
        prop_assert_eq!(pattern_values(&pattern), values);
    }

    #[test]
    fn never_panics(text in "[a-z:.'\"\\\\=!<>()\\[\\], ]{0,60}") {
        let _ = pattern_values(&text);
    }
}
