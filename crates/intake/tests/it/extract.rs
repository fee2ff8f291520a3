//! What is found in text, by table.

use kaname_intake::{ExtractOptions, Extraction, Kind, Note, extract, in_script, read_count};

pub(crate) fn read(text: &str) -> Extraction {
    extract(text, &ExtractOptions::default())
}

fn found(text: &str) -> Vec<(Kind, String)> {
    read(text)
        .findings
        .into_iter()
        .map(|finding| (finding.kind, finding.value))
        .collect()
}

#[track_caller]
pub(crate) fn finds(text: &str, expected: &[(Kind, &str)]) {
    let expected: Vec<(Kind, String)> = expected
        .iter()
        .map(|(kind, value)| (*kind, (*value).to_owned()))
        .collect();
    assert_eq!(found(text), expected, "in {text:?}");
}

#[track_caller]
pub(crate) fn has_note(text: &str, note: Note, expected: bool) {
    let findings = read(text).findings;
    assert_eq!(findings.len(), 1, "in {text:?}: {findings:?}");
    assert_eq!(
        findings[0].notes.contains(&note),
        expected,
        "in {text:?}: {findings:?}"
    );
}

#[test]
fn defanged_dots_and_schemes() {
    for written in [
        "evil.example.com",
        "evil[.]example[.]com",
        "evil[.]example.com",
        "evil(.)example(.)com",
        "evil{.}example{.}com",
        "evil[dot]example[dot]com",
        "evil(dot)example(DOT)com",
        "evil[ . ]example[ dot ]com",
        "evil [.] example [.] com",
        "evil[[.]]example[.]com",
        "evil【.】example【.】com",
        "evil[。]example。com",
        "evil。example。com",
        "ｅｖｉｌ．ｅｘａｍｐｌｅ．ｃｏｍ",
        "ｅｖｉｌ［．］ｅｘａｍｐｌｅ［．］ｃｏｍ",
        "evil[.]example[.com]",
        "evil[.example[.com",
        "EVIL.Example.com",
        "ev\u{200b}il.exam\u{ad}ple.com",
        "evil.example.com.",
        "evil[ドット]example[ドット]com",
    ] {
        finds(written, &[(Kind::Domain, "evil.example.com")]);
    }
    for written in [
        "http://evil.example.com/a?b=1",
        "hxxp://evil[.]example[.]com/a?b=1",
        "hXXp://evil.example.com/a?b=1",
        "hxxp[:]//evil.example.com/a?b=1",
        "hxxp[://]evil.example.com/a?b=1",
        "hxxp:[//]evil.example.com/a?b=1",
        "h**p://evil.example.com/a?b=1",
        "ttp://evil.example.com/a?b=1",
        "ｈｘｘｐ：／／ｅｖｉｌ．example．com／a？b＝1",
        "hxxp:\\\\evil.example.com\\a?b=1",
        "hxxp://evil.example.com[/]a?b=1",
    ] {
        finds(written, &[(Kind::Url, "http://evil.example.com/a?b=1")]);
    }
    finds(
        "hxxps://evil[.]example/",
        &[(Kind::Url, "https://evil.example/")],
    );
    finds(
        "fxp://evil[.]example/x",
        &[(Kind::Url, "ftp://evil.example/x")],
    );
}

#[test]
fn mail_addresses() {
    for written in [
        "a.b+c@evil.example.com",
        "a.b+c＠evil.example.com",
        "a.b+c[@]evil[.]example[.]com",
        "a.b+c[at]evil[dot]example[dot]com",
        "a.b+c [at] evil [dot] example [dot] com",
        "a.b+c(at)evil.example.com",
        "<a.b+c@evil.example.com>",
        "mailto:a.b+c@evil.example.com",
        "送信元a.b+c@evil.example.comから",
    ] {
        finds(written, &[(Kind::Email, "a.b+c@evil.example.com")]);
    }
    finds("user@日本語.jp", &[(Kind::Email, "user@xn--wgv71a119e.jp")]);
    finds("@evil and user@ and @", &[]);
}

#[test]
fn addresses_and_networks() {
    finds("198.51.100.7", &[(Kind::Ipv4, "198.51.100.7")]);
    finds("198[.]51[.]100[.]7", &[(Kind::Ipv4, "198.51.100.7")]);
    finds("198.51.100.7:8080", &[(Kind::Ipv4, "198.51.100.7")]);
    has_note("198.51.100.7:8080", Note::Port(8080), true);
    finds("198.51.100.7/24", &[(Kind::Ipv4Cidr, "198.51.100.0/24")]);
    has_note("198.51.100.7/24", Note::HostBitsSet, true);
    finds("198.51.100.7/33", &[(Kind::Url, "http://198.51.100.7/33")]);
    finds(
        "198.51.100.1-198.51.100.9",
        &[(Kind::Ipv4, "198.51.100.1"), (Kind::Ipv4, "198.51.100.9")],
    );
    finds("1.2.3.4.5 256.1.1.1 01.2.3.4 1.2.3 x1.2.3.4y", &[]);
    finds(
        "通信先は198.51.100.7です。",
        &[(Kind::Ipv4, "198.51.100.7")],
    );
    finds("203.0.113.77:443/tcp", &[(Kind::Ipv4, "203.0.113.77")]);
    has_note("203.0.113.77[:]443/TCP", Note::Port(443), true);
    finds("evil.example:53/udp", &[(Kind::Domain, "evil.example")]);
    finds(
        "198.51.100.0/255.255.255.0",
        &[(Kind::Ipv4Cidr, "198.51.100.0/24")],
    );
    finds(
        "203.0.113.8/255.255.255.248.",
        &[(Kind::Ipv4Cidr, "203.0.113.8/29")],
    );
    finds("2001[:]db8[::]77", &[(Kind::Ipv6, "2001:db8::77")]);
    finds("2001:DB8:0:0::1", &[(Kind::Ipv6, "2001:db8::1")]);
    finds("2001[:]db8[:][:]1", &[(Kind::Ipv6, "2001:db8::1")]);
    finds("[2001:db8::1]:443", &[(Kind::Ipv6, "2001:db8::1")]);
    has_note("[2001:db8::1]:443", Note::Port(443), true);
    finds("2001:db8:1::5/48", &[(Kind::Ipv6Cidr, "2001:db8:1::/48")]);
    finds("fe80::1%eth0", &[(Kind::Ipv6, "fe80::1")]);
    has_note("fe80::1%eth0", Note::ZoneDropped, true);
    finds("::ffff:198.51.100.7", &[(Kind::Ipv4, "198.51.100.7")]);
    has_note("::ffff:198.51.100.7", Note::V4Mapped, true);
    finds("12:34:56 aa:bb:cc:dd:ee:ff std::vec ab::cd :: a::b", &[]);
    finds(
        "http://[2001:db8::1]:8080/x",
        &[(Kind::Url, "http://[2001:db8::1]:8080/x")],
    );
}

#[test]
fn address_notes() {
    for (address, note) in [
        ("10.1.2.3", Note::Private),
        ("172.31.0.1", Note::Private),
        ("192.168.1.1", Note::Private),
        ("100.64.0.1", Note::Private),
        ("127.0.0.1", Note::Loopback),
        ("169.254.1.1", Note::LinkLocal),
        ("192.0.2.1", Note::Documentation),
        ("203.0.113.9", Note::Documentation),
        ("224.0.0.1", Note::Multicast),
        ("255.255.255.255", Note::Reserved),
        ("0.0.0.0", Note::Reserved),
        ("2001:db8::1", Note::Documentation),
        ("fd00::1", Note::Private),
        ("fe80::1", Note::LinkLocal),
        ("::1", Note::Loopback),
        ("ff02::1", Note::Multicast),
        ("10.0.0.0/7", Note::WideNetwork),
        ("evil.example", Note::Documentation),
        ("evil.github.io", Note::Documentation),
    ] {
        has_note(address, note, address != "evil.github.io");
    }
    has_note("8.8.8.8", Note::Private, false);
}

#[test]
fn versions_are_doubtful() {
    for text in [
        "version 1.2.3.4",
        "Version: 10.0.19041.1".replace("19041", "194").as_str(),
        "v1.2.3.4",
        "ver.1.2.3.4",
        "バージョン1.2.3.4",
        "バージョン 1.2.3.4 以前",
        "ファームウェア：1.2.3.4",
        "OpenVPN/2.4.9.1",
    ] {
        has_note(text, Note::LooksLikeVersion, true);
    }
    for text in [
        "server 1.2.3.4",
        "宛先 1.2.3.4",
        "1.2.3.4 version 2",
        "dev 1.2.3.4",
    ] {
        has_note(text, Note::LooksLikeVersion, false);
    }
}

#[test]
fn hashes_and_identifiers() {
    let md5 = "0123456789abcdef0123456789ABCDEF";
    let sha1 = format!("{md5}01234567");
    let sha256 = format!("{md5}{md5}");
    let lower = |text: &str| text.to_lowercase();
    finds(md5, &[(Kind::Md5, &lower(md5))]);
    finds(&format!("SHA1:{sha1}、"), &[(Kind::Sha1, &lower(&sha1))]);
    finds(
        &format!("値{sha256}です"),
        &[(Kind::Sha256, &lower(&sha256))],
    );
    finds(
        &format!("{sha256}{sha256}"),
        &[(Kind::Sha512, &lower(&format!("{sha256}{sha256}")))],
    );
    finds(&format!("{md5}0 g{md5} {}", "0".repeat(32)), &[]);
    has_note("d41d8cd98f00b204e9800998ecf8427e", Note::EmptyFile, true);
    for text in [
        "CVE-2024-12345",
        "cve‑2024‑12345",
        "脆弱性CVE-2024-12345の",
        "CVE 2024-12345",
    ] {
        finds(text, &[(Kind::Cve, "CVE-2024-12345")]);
    }
    finds(
        "CVE-2024-123 CVE-20-1234 XCVE-2024-12345 CVE-2024-12345a",
        &[],
    );
    finds(
        "AS64496 (ASN 131072)",
        &[(Kind::Asn, "AS64496"), (Kind::Asn, "AS131072")],
    );
    finds("AS400 AS2 AS IS AS0 as12345 AS99999999999", &[]);
}

#[test]
fn what_is_no_host_name() {
    for text in [
        "report.pdf",
        "invoice.docx",
        "svchost.exe",
        "Main.java",
        "main.rs",
        "setup.py",
        "run.sh",
        "archive.zip",
        "README.md",
        "index.html",
        "gate.php",
        "kernel32.dll",
        "a.b.c",
        "e.g. i.e.",
        "C:\\Users\\foo\\bar.com",
        "%TEMP%\\Temp.NET\\a.dat",
        "/usr/lib/name.io",
        "ASP.NET",
        "Win64/Spy.Agent.CC",
        "Trojan.Agent.AC",
        "done.In addition",
        "os.name()",
        "co.jp",
        "com",
        "3.14",
        "....",
        "-.-",
        "unit.test",
        "10.5.com1",
        "foo.localhost",
        "foo_bar.baz",
        "@x.com/",
        "\"version\": 1.0.0",
        "localhost:8080",
    ] {
        finds(text, &[]);
    }
    finds("main[.]rs", &[(Kind::Domain, "main.rs")]);
    finds(
        "http://archive.zip/x",
        &[(Kind::Url, "http://archive.zip/x")],
    );
    finds("user@main.sh", &[(Kind::Email, "user@main.sh")]);
    finds("www.evil.sh", &[(Kind::Domain, "www.evil.sh")]);
    finds("bad-site.co.jp", &[(Kind::Domain, "bad-site.co.jp")]);
    has_note("evil.duckdns.org", Note::PublicSuffix, false);
    has_note("duckdns.org", Note::PublicSuffix, true);
    has_note("http://dc01.corp/x.local", Note::UnknownTld, false);
}

#[test]
fn urls_end_where_they_end() {
    for (text, value) in [
        ("see http://evil.example/a, then", "http://evil.example/a"),
        ("(http://evil.example/a)", "http://evil.example/a"),
        ("http://evil.example/a_(b)", "http://evil.example/a_(b)"),
        (
            "`++http://evil.example/a.php++`",
            "http://evil.example/a.php",
        ),
        (
            "<a href=\"http://evil.example/a\">",
            "http://evil.example/a",
        ),
        ("http://evil.example[text]", "http://evil.example/"),
        ("|http://evil.example/a|b", "http://evil.example/a"),
        ("http://evil.example/a!?", "http://evil.example/a"),
        ("HTTP://EVIL.example:80/A%20b", "http://evil.example/A%20b"),
        (
            "http://user:pw@evil.example/",
            "http://user:pw@evil.example/",
        ),
        ("http://evil.unknowntld/a", "http://evil.unknowntld/a"),
        (
            "evil[.]example/gate.php?id=1",
            "http://evil.example/gate.php?id=1",
        ),
    ] {
        finds(text, &[(Kind::Url, value)]);
    }
    finds(
        "http://evil.example/a,http://bad.example/b",
        &[
            (Kind::Url, "http://evil.example/a"),
            (Kind::Url, "http://bad.example/b"),
        ],
    );
    has_note("evil[.]example/gate.php", Note::SchemeAssumed, true);
    has_note("http://evil.unknowntld/a", Note::UnknownTld, true);
    finds(
        "evil.example/bad.example",
        &[
            (Kind::Domain, "evil.example"),
            (Kind::Domain, "bad.example"),
        ],
    );
    finds("evil.example:8443", &[(Kind::Domain, "evil.example")]);
    finds("http:// http:/// ://x file:///etc/passwd", &[]);
}

#[test]
fn same_values_are_one_finding_in_order() {
    let text = "b.example, A.example, b[.]example と 198.51.100.7";
    let findings = read(text).findings;
    let values: Vec<&str> = findings
        .iter()
        .map(|finding| finding.value.as_str())
        .collect();
    assert_eq!(values, ["b.example", "a.example", "198.51.100.7"]);
    assert_eq!(findings[0].count, 2);
    assert_eq!(findings[0].as_written, "b.example");
    assert!(findings[0].notes.contains(&Note::Defanged));
}

#[test]
fn bounds_are_kept_and_said() {
    let text: String = (0..50)
        .map(|number| format!("host{number}.example\n"))
        .collect();
    let few = ExtractOptions {
        max_findings: 7,
        ..ExtractOptions::default()
    };
    let read = extract(&text, &few);
    assert_eq!((read.findings.len(), read.truncated), (7, true));
    let short = ExtractOptions {
        max_bytes: 31,
        ..ExtractOptions::default()
    };
    let read = extract(&text, &short);
    assert_eq!(read.findings.len(), 2, "{:?}", read.findings);
    assert!(read.truncated);
    assert!(!extract(&text, &ExtractOptions::default()).truncated);
    let cut = ExtractOptions {
        max_bytes: 7,
        ..ExtractOptions::default()
    };
    assert!(
        extract("evil.co.uk", &cut).findings.is_empty(),
        "half a name is no name"
    );
}

#[test]
fn results_survive_storage() {
    let read = read("evil[.]example 198.51.100.7:80 日本語.jp");
    let stored = serde_json::to_string(&read).unwrap();
    assert_eq!(serde_json::from_str::<Extraction>(&stored).unwrap(), read);
}

#[test]
fn names_with_a_labels_are_read_in_their_own_script() {
    for (kind, value, script) in [
        (Kind::Domain, "xn--wgv71a119e.test", Some("日本語.test")),
        (
            Kind::Url,
            "http://xn--wgv71a119e.test/a",
            Some("http://日本語.test/a"),
        ),
        (Kind::Email, "a@xn--wgv71a119e.test", Some("a@日本語.test")),
        (Kind::Domain, "plain.test", None),
        (Kind::Domain, "xn--.test", None),
    ] {
        assert_eq!(in_script(kind, value).as_deref(), script, "{value}");
    }
    assert_eq!(read_count(" ３２ "), Some(32));
    assert_eq!(read_count("三"), None);
}
