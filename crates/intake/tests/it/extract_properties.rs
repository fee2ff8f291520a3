//! What holds for every text.

use kaname_intake::{ExtractOptions, Kind, Note, extract, read_value, read_value_as};
use proptest::prelude::*;

/// Texts made of the pieces that the extraction looks at, so that they meet.
fn pieces() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "evil",
        "example",
        "com",
        ".",
        "[.]",
        "(dot)",
        "。",
        "．",
        "@",
        "＠",
        "[at]",
        "hxxp",
        "http",
        "://",
        "[:]",
        "//",
        "/",
        "\\",
        "198",
        "51",
        "100",
        "7",
        "::",
        ":",
        "2001:db8",
        "ff",
        "%",
        "は",
        "攻撃元",
        "日本語",
        "jp",
        "テスト",
        " ",
        "\n",
        "[",
        "]",
        "(",
        ")",
        "{",
        "<",
        ">",
        "|",
        "CVE-2024-",
        "12345",
        "AS",
        "d41d8cd98f00b204e9800998ecf8427e",
        "xn--",
        "-",
        "_",
        "\u{200b}",
        "ﬁ",
        "ｶﾞ",
        "𝐞",
        "version",
        "v",
        "own.example",
        "?",
        "=",
        "#",
        "，",
        "\u{202e}",
        "é",
    ]);
    prop::collection::vec(piece, 0..60).prop_map(|pieces| pieces.concat())
}

fn check(text: &str) -> Result<(), TestCaseError> {
    let options = ExtractOptions {
        own_domains: vec!["own.example".into()],
        own_networks: vec!["198.51.100.0/24".into()],
        ..ExtractOptions::default()
    };
    let read = extract(text, &options);
    let all = read
        .findings
        .iter()
        .chain(read.excluded.iter().map(|out| &out.finding));
    let mut last_start = 0;
    for finding in all.clone() {
        let written = text.get(finding.span.start..finding.span.end);
        prop_assert_eq!(written, Some(finding.as_written.as_str()));
        prop_assert!(!finding.as_written.is_empty() && finding.count > 0);
        prop_assert!(
            !finding.value.contains(char::is_whitespace),
            "{:?}",
            finding
        );
        prop_assert!(finding.notes.is_sorted());
    }
    for finding in &read.findings {
        prop_assert!(finding.span.start >= last_start, "not in order");
        last_start = finding.span.start;
        let host = finding.value.as_str();
        if matches!(finding.kind, Kind::Domain | Kind::Email) {
            prop_assert!(!host.ends_with("@own.example") && !host.ends_with(".own.example"));
            prop_assert!(host != "own.example");
        }
        if finding.kind == Kind::Ipv4 {
            prop_assert!(!host.starts_with("198.51.100."), "{}", host);
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn any_text_is_read(text in "\\PC{0,200}") {
        check(&text)?;
    }

    #[test]
    fn any_meeting_of_pieces_is_read(text in pieces()) {
        check(&text)?;
    }

    #[test]
    fn defanging_changes_nothing_but_the_note(
        // With a digit at the end no label makes a public suffix such as `gr.jp` or `tokyo.jp`.
        labels in prop::collection::vec("[a-z][a-z0-9]{0,7}[0-9]", 1..4),
        tld in prop::sample::select(vec!["com", "jp", "co.jp", "example", "info", "xyz"]),
        dot in prop::sample::select(vec!["[.]", "(.)", "{.}", "[dot]", "(dot)", "[。]", "［．］", " [.] "]),
        scheme in prop::sample::select(vec!["hxxp://", "hxxps://", "hxxp[:]//", "hxxps[://]"]),
    ) {
        let name = format!("{}.{tld}", labels.join("."));
        let written = name.replace('.', dot);
        let value = read_value(&written).expect("a defanged name is found");
        prop_assert_eq!(&value.value, &name);
        prop_assert!(value.notes.contains(&Note::Defanged));
        let sentence = format!("通信先は{written}でした");
        let found = extract(&sentence, &ExtractOptions::default()).findings;
        prop_assert_eq!(found.len(), 1);
        prop_assert_eq!(&found[0].value, &name);
        prop_assert_eq!(&found[0].as_written, &written);
        let url = read_value(&format!("{scheme}{}/a", written.replace(' ', ""))).expect("a URL");
        prop_assert_eq!(url.kind, Kind::Url);
        let ending = format!("://{name}/a");
        prop_assert!(url.value.ends_with(&ending));
    }

    #[test]
    fn addresses_round_trip(bits in any::<u32>(), six in any::<u128>()) {
        let v4 = std::net::Ipv4Addr::from_bits(bits).to_string();
        let value = read_value(&v4.replace('.', "[.]")).expect("an address");
        prop_assert_eq!((value.kind, value.value), (Kind::Ipv4, v4));
        let v6 = std::net::Ipv6Addr::from_bits(six);
        prop_assume!(v6.to_ipv4_mapped().is_none());
        let value = read_value(&v6.to_string().to_uppercase()).expect("an address");
        prop_assert_eq!((value.kind, value.value), (Kind::Ipv6, v6.to_string()));
    }

    #[test]
    fn canonical_values_stay_as_they_are(text in pieces()) {
        for finding in extract(&text, &ExtractOptions::default()).findings {
            let again = read_value_as(finding.kind, &finding.value);
            prop_assert_eq!(again.map(|value| value.value), Some(finding.value.clone()), "{:?}", finding);
        }
    }
}

#[test]
#[expect(
    clippy::disallowed_methods,
    reason = "a person reads how long the worst input took"
)]
fn work_grows_with_the_length_only() {
    // Each of these made some extractor quadratic. At this size a quadratic reader would need
    // minutes; the runner's own limit is the judge, not a clock in here.
    for piece in [
        "a.",
        "a",
        "@",
        "a@",
        "http://",
        "http://a",
        "[",
        "[.",
        "(dot)",
        "::",
        "1.",
        "1:",
        "あ.",
        "。a",
        "aあ.",
        "CVE-",
        "(",
        "://",
        "http://(((",
        "a.b/",
        "%",
        "ver.",
        ".com",
        "0.0.0.0/",
        "hxxp:\\\\",
    ] {
        let text = piece.repeat((1 << 18) / piece.len());
        let start = std::time::Instant::now();
        let read = extract(&text, &ExtractOptions::default());
        println!("{piece} {:?}", start.elapsed());
        assert!(read.findings.len() <= 10_000);
    }
}
