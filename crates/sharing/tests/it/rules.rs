//! Values in the languages of machines.

use kaname_sharing::rendition::{
    ValueLine,
    rule::{Language, Use, Writer},
};
use kaname_stix::ValueKind;
use proptest::prelude::*;

pub(crate) fn line(value_kind: ValueKind, value: &str) -> ValueLine {
    ValueLine {
        item: "S-2611-XCS4V".to_owned(),
        kind: "malware",
        value_kind,
        value: value.to_owned(),
        tlp: "TLP:GREEN".to_owned(),
        pap: "PAP:GREEN".to_owned(),
        title_ja: "遠隔操作プログラム".to_owned(),
        title_en: "Remote access tool \"Owl\"; drop".to_owned(),
        released: "2026-11-29T00:00:00Z".to_owned(),
        valid_until: "2026-12-29T00:00:00Z".to_owned(),
        blocking: true,
        stix_id: "indicator--0a3ead4e-6d47-4ccb-854c-a6a4f9d96b22".to_owned(),
        fresh_until: String::new(),
        known_by: String::new(),
    }
}

pub(crate) fn some() -> Vec<ValueLine> {
    [
        (ValueKind::Ipv4, "203.0.113.7"),
        (ValueKind::Cidr, "198.51.100.0/24"),
        (ValueKind::Ipv6, "2001:db8::7"),
        (ValueKind::Domain, "evil.example"),
        (ValueKind::Domain, "悪.example"),
        (ValueKind::Url, "https://evil.example/a|b?c=\";x"),
        (ValueKind::Email, "a@evil.example"),
        (
            ValueKind::Sha256,
            "E3B0C44298FC1C149AFBF4C8996FB92427AE41E4649B934CA495991B7852B855",
        ),
        (ValueKind::Mutex, "m"),
    ]
    .map(|(kind, value)| line(kind, value))
    .into()
}

fn said(language: Language, lines: &[ValueLine]) -> String {
    Writer::new(language).rules(lines).0
}

#[test]
fn each_language_says_what_it_can() {
    for (language, wanted) in [
        (
            Language::Suricata,
            &[
                "alert ip any any <> [203.0.113.7] any (msg:\"Kaname S-2611-XCS4V Remote access tool Owl drop\";",
                "alert ip any any <> [198.51.100.0/24] any ",
                "dns.query; dotprefix; content:\".evil.example\"; nocase; endswith;",
                "content:\".xn--ndu.example\"",
                "http.host; content:\"evil.example\"; startswith; endswith; http.uri.raw; content:\"/a|7c|b|3f|c|3d 25|22|3b|x\";",
                "content:\"a@evil.example\"; nocase;",
                "metadata:kaname S-2611-XCS4V, tlp GREEN, valid_until 2026-12-29T00-00-00Z;",
            ][..],
        ),
        (
            Language::Snort,
            &[
                "alert ip any any <> [2001:db8::7] any ",
                "alert dns (msg:",
                "content:\"|04|evil|07|example|00|\", nocase;",
                "http_raw_uri; content:\"/a|7c|b|3f|c|3d 25|22|3b|x\";",
            ],
        ),
        (
            Language::Sigma,
            &[
                "  category: dns\n",
                "    query|endswith:\n      - \".evil.example\"\n",
                "    dst_ip|cidr:\n      - \"198.51.100.0/24\"\n",
                "      - \"evil.example/a|b\\\\?c=%22;x\"\n",
                "  - tlp.green\n",
                "SHA256=e3b0c44298fc1c14",
            ],
        ),
        (
            Language::Yara,
            &[
                "rule kaname_S_2611_XCS4V\n",
                "= \"evil.example\" ascii wide nocase\n",
                "hash.sha256(0, filesize) == \"e3b0c44298fc1c14",
                " or any of them",
            ],
        ),
        (
            Language::Rpz,
            &[
                "evil.example CNAME .\n*.evil.example CNAME .\n",
                "32.7.113.0.203.rpz-ip CNAME .\n",
                "24.0.100.51.198.rpz-ip CNAME .\n",
                "128.7.zz.db8.2001.rpz-ip CNAME .\n",
            ],
        ),
        (
            Language::Hosts,
            &["0.0.0.0 evil.example\n:: evil.example\n"],
        ),
        (Language::Dnsmasq, &["address=/evil.example/\n"]),
        (Language::Squid, &[".evil.example\n"]),
        (
            Language::Nftables,
            &[
                "add element inet kaname addresses4 { 198.51.100.0/24 }\n",
                "add element inet kaname addresses6 { 2001:db8::7 }\n",
            ],
        ),
        (
            Language::Ipset,
            &[
                "add kaname4 203.0.113.7 -exist\n",
                "add kaname6 2001:db8::7 -exist\n",
            ],
        ),
    ] {
        let said = said(language, &some());
        for part in wanted {
            assert!(said.contains(part), "{language:?} lacks {part}:\n{said}");
        }
        assert!(!said.contains("悪") && !said.contains("Owl\\\""), "{said}");
    }
}

#[test]
fn lists_hold_only_what_may_be_blocked_and_rules_only_what_may_be_looked_for() {
    for language in Language::ALL {
        let count = |change: fn(&mut ValueLine)| {
            let mut lines = some();
            lines.iter_mut().for_each(change);
            Writer::new(language).rules(&lines).1
        };
        let all = count(|_| {});
        assert!(all > 0, "{language:?}");
        let suspended = count(|line| line.blocking = false);
        let strict = count(|line| {
            line.pap = "PAP:RED".to_owned();
            line.blocking = false;
        });
        match language.used_to() {
            Use::Block => assert_eq!((suspended, strict), (0, 0), "{language:?}"),
            Use::Watch => assert_eq!((suspended, strict), (all, 0), "{language:?}"),
        }
    }
}

#[test]
fn a_value_is_written_once_and_numbers_differ_and_stay() {
    let mut writer = Writer::new(Language::Suricata);
    let (first, count) = writer.rules(&some());
    assert_eq!(count, 7);
    assert_eq!(writer.rules(&some()), (String::new(), 0));
    let numbers = |text: &str| -> Vec<String> {
        text.lines()
            .map(|line| {
                line.split("sid:")
                    .nth(1)
                    .unwrap()
                    .split(';')
                    .next()
                    .unwrap()
                    .to_owned()
            })
            .collect()
    };
    let mut own = numbers(&first);
    assert_eq!(own, numbers(&said(Language::Suricata, &some())));
    own.sort();
    own.dedup();
    assert_eq!(own.len(), first.lines().count());
}

#[test]
fn nothing_blocks_a_whole_zone_or_half_of_the_world() {
    use kaname_sharing::rendition::can_be_acted_on;
    for (kind, value, wanted) in [
        (ValueKind::Cidr, "0.0.0.0/0", false),
        (ValueKind::Cidr, "10.0.0.0/7", false),
        (ValueKind::Cidr, "198.51.100.0/24", true),
        (ValueKind::Cidr, "2000::/3", false),
        (ValueKind::Cidr, "2001:db8::/32", true),
        (ValueKind::Ipv4, "127.0.0.1", false),
        (ValueKind::Ipv4, "0.0.0.0", false),
        (ValueKind::Ipv6, "::1", false),
        (ValueKind::Ipv4, "203.0.113.7", true),
        (ValueKind::Domain, "co.jp", false),
        (ValueKind::Domain, "go.jp", false),
        (ValueKind::Domain, "jp", false),
        (ValueKind::Domain, "evil.co.jp", true),
        (ValueKind::Domain, "files-sync.test", true),
        (ValueKind::Mutex, "m", false),
    ] {
        assert_eq!(can_be_acted_on(kind, value), wanted, "{value}");
    }
}

#[test]
fn no_language_has_a_rule_that_meets_everything() {
    let mut lines = Vec::new();
    for (kind, value) in [
        (ValueKind::Cidr, "0.0.0.0/0"),
        (ValueKind::Cidr, "::/0"),
        (ValueKind::Cidr, "8.8.8.0/1"),
        (ValueKind::Cidr, "10.0.0.0/8"),
        (ValueKind::Ipv4, "127.0.0.1"),
        (ValueKind::Ipv4, "192.168.0.1"),
        (ValueKind::Ipv4, "240.0.0.1"),
        (ValueKind::Ipv6, "fe80::1"),
        (ValueKind::Domain, "co.jp"),
        (ValueKind::Url, "http://co.jp/"),
        (ValueKind::Url, "http://127.0.0.1/a"),
        (ValueKind::Url, "javascript:alert(1)"),
    ] {
        // As a peer's values come: to be looked for, whatever may be blocked by.
        for blocking in [true, false] {
            lines.push(ValueLine {
                blocking,
                pap: String::new(),
                ..line(kind, value)
            });
        }
    }
    for language in Language::ALL {
        let (rules, values) = Writer::new(language).rules(&lines);
        assert_eq!((rules.as_str(), values), ("", 0), "{language:?}");
    }
}

#[test]
fn what_is_no_address_of_a_page_is_acted_on_by_nothing() {
    use kaname_sharing::rendition::can_be_acted_on;
    for text in [
        "=cmd|' /C calc'!A0",
        "-2+3",
        "javascript:alert(1)",
        "data:text/html,x",
        "file:///etc/passwd",
        "mailto:a@evil.example",
        "http:evil.example",
        "http://",
        "https:///a",
        "//evil.example/a",
        "evil.example/a",
        "http://evil.example/a b",
        "http://localhost/a",
        "http://10.0.0.1/a",
        "http://[::1]/a",
    ] {
        assert!(!can_be_acted_on(ValueKind::Url, text), "{text}");
    }
    for text in [
        "http://evil.example",
        "HTTPS://evil.example/a?b=c#d",
        "ftp://evil.example:2121/a",
        "http://203.0.113.7:8080/a",
        "http://[2001:db8::7]/a",
        "https://悪.example/",
        "https://github.io/a",
    ] {
        assert!(can_be_acted_on(ValueKind::Url, text), "{text}");
    }
    for (kind, text) in [
        (ValueKind::Domain, "=cmd"),
        (ValueKind::Email, "-2+3"),
        (ValueKind::Md5, "@SUM(1)"),
        (ValueKind::Sha256, "+1"),
    ] {
        assert!(!can_be_acted_on(kind, text), "{text}");
    }
}

#[test]
fn nothing_blocks_the_own_house() {
    use kaname_sharing::rendition::can_be_acted_on;
    let kind = |text: &str| match (text.contains('/'), text.contains(':')) {
        (true, _) => ValueKind::Cidr,
        (false, true) => ValueKind::Ipv6,
        (false, false) => ValueKind::Ipv4,
    };
    // Of the registries, around them, and what carries IPv4 addresses inside.
    for text in "10.0.0.0/8 10.1.2.3 172.16.0.1 172.31.255.255 172.0.0.0/8 192.168.0.0/16 192.0.0.0/8 \
                 169.254.0.0/16 169.254.169.254 100.64.0.0/10 100.127.0.1 255.255.255.255 0.0.0.1 \
                 198.18.0.1 240.0.0.1 224.0.0.251 192.0.0.8 127.1.2.3 203.0.113.7/33 fe80::/19 fe80::1 \
                 fc00::/19 fd12:3456::1 64:ff9b::/96 64:ff9b::cb00:7107 64:ff9b:1::1 ::ffff:10.0.0.1 \
                 ::ffff:203.0.113.7 ::ffff:0:0/96 ::a00:1 2002:a00:1::1 2001::1 fec0::1 ff02::1 100::1"
        .split_whitespace()
    {
        assert!(!can_be_acted_on(kind(text), text), "{text}");
    }
    for text in "192.0.2.7 192.0.2.0/24 198.51.100.0/24 203.0.113.0/24 2001:db8::/32 2001:db8::7 9.9.9.9 11.0.0.0/8 \
                 100.63.255.255 100.128.0.0 172.15.0.1 172.32.0.1 192.167.0.0/16 198.20.0.0/16 223.255.0.1 \
                 2001:200::1 2400:cb00::/32 2a00::/19 2003::1"
        .split_whitespace()
    {
        assert!(can_be_acted_on(kind(text), text), "{text}");
    }
}

/// What an attacker may have written into a value or a title.
fn hostile() -> impl Strategy<Value = String> {
    prop_oneof![
        "[ -~\n\r\t|;\"'\\\\{}()#$]{0,40}",
        "\\PC{0,40}",
        Just("evil.example\"; drop; (".to_owned()),
        Just("evil.example\naddress=/#/".to_owned()),
        Just("203.0.113.7 } ; flush ruleset".to_owned()),
        Just("https://evil.example/\nx".to_owned()),
    ]
}

proptest! {
    #[test]
    fn nothing_hostile_ends_a_line_or_begins_an_option(value in hostile(), title in hostile(), kind in 0_usize..7) {
        let kinds = [ValueKind::Ipv4, ValueKind::Cidr, ValueKind::Domain, ValueKind::Url, ValueKind::Email, ValueKind::Sha256, ValueKind::Md5];
        let mut one = line(kinds[kind], &value);
        one.title_en = title;
        for language in Language::ALL {
            let said = said(language, std::slice::from_ref(&one));
            prop_assert!(said.chars().all(|c| !c.is_control() || c == '\n'), "{said:?}");
            for line in said.lines() {
                let fine = match language {
                    Language::Suricata | Language::Snort => {
                        line.starts_with("alert ") && line.ends_with("rev:1;)")
                            && line.matches('"').count() % 2 == 0 && line.matches("sid:").count() == 1
                    }
                    Language::Rpz => line.ends_with(" CNAME ."),
                    Language::Hosts => line.starts_with("0.0.0.0 ") || line.starts_with(":: "),
                    Language::Dnsmasq => line.starts_with("address=/") && line.matches('/').count() == 2,
                    Language::Squid => line.starts_with('.') && !line.contains(' '),
                    Language::Nftables => line.starts_with("add element inet kaname ") && line.matches(['{', '}', ';']).count() == 2,
                    Language::Ipset => line.starts_with("add kaname") && line.split(' ').count() == 4,
                    Language::Sigma | Language::Yara => true,
                };
                prop_assert!(fine, "{language:?}: {line}");
            }
        }
    }
}
