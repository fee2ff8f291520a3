//! Rules and lists before the tools they are written for. `./setup --test` installs the tools.

use std::{path::Path, process::Command};

use kaname_sharing::rendition::rule::{Language, Writer};
use kaname_stix::ValueKind;

use crate::rules::{line, some};

/// Where Debian puts what only an administrator is expected to call.
const PATH: &str = "/usr/sbin:/usr/bin:/sbin:/bin";

/// A file in that language, with values that are awkward to write.
fn written(language: Language, folder: &Path) -> String {
    let mut lines = some();
    for (kind, value) in [
        (ValueKind::Cidr, "10.0.0.0/8"),
        (ValueKind::Cidr, "2001:db8::/32"),
        (ValueKind::Ipv6, "::1"),
        (ValueKind::Ipv6, "2001:db8:0:0:1::"),
        (ValueKind::Domain, "_dmarc.a-b.xn--wgv71a119e.jp"),
        (
            ValueKind::Url,
            "http://203.0.113.7:8080/%00/'();:|\\\"$x?y=*#z",
        ),
        (ValueKind::Md5, "d41d8cd98f00b204e9800998ecf8427e"),
        (ValueKind::Sha1, "da39a3ee5e6b4b0d3255bfef95601890afd80709"),
    ] {
        lines.push(line(kind, value));
    }
    let (rules, _) = Writer::new(language).rules(&lines);
    let path = folder.join(language.ending());
    std::fs::write(&path, language.opening(1_795_000_000) + &rules).unwrap();
    path.display().to_string()
}

/// Whether the tool accepts the file; `None` when the tool is not there.
fn accepts(tool: &str, arguments: &[&str], folder: &Path) -> Option<bool> {
    let ran = Command::new("/usr/bin/env")
        .arg(format!("PATH={PATH}"))
        .arg(tool)
        .args(arguments)
        .current_dir(folder)
        .output()
        .unwrap();
    let said = [ran.stdout, ran.stderr].concat();
    println!("{tool}: {}", String::from_utf8_lossy(&said));
    match ran.status.code() {
        Some(127) => None,
        code => Some(code == Some(0)),
    }
}

#[test]
fn the_tools_accept_what_is_written_for_them() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let yara = written(Language::Yara, folder);
    assert_eq!(accepts("yarac", &[&yara, "compiled"], folder), Some(true));
    let zone = written(Language::Rpz, folder);
    let zone = ["-k", "ignore", "rpz.test", &zone];
    assert_eq!(accepts("named-checkzone", &zone, folder), Some(true));
    let dnsmasq = written(Language::Dnsmasq, folder);
    assert_eq!(
        accepts("dnsmasq", &["--test", "-C", &dnsmasq], folder),
        Some(true)
    );
    let rules = written(Language::Suricata, folder);
    // Set-up says so where Suricata could not be installed.
    let judged = accepts("suricata", &["-T", "-S", &rules, "-l", "."], folder);
    assert_ne!(judged, Some(false));
}

#[test]
fn a_tool_refuses_what_is_wrong() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("bad.yar"), "rule { }").unwrap();
    assert_eq!(
        accepts("yarac", &["bad.yar", "compiled"], folder.path()),
        Some(false)
    );
    assert_eq!(accepts("no-such-tool", &[], folder.path()), None);
}

const YARA: &str = r#"import "pe"
private rule helper { condition: filesize < 10MB }
rule owl : night {
  meta: score = 75
  strings:
    $a = "owl\x00\"{}" wide ascii nocase
    $b = { 4D 5A ?? [2-4] ( 01 02 | 03 ) 6? }
    $c = /ow[l1]{1,3}\/x/i
    $x1 = "one" xor(1-255)
    $x2 = "two" base64
  condition:
    uint16(0) == 0x5A4D and helper and pe.number_of_sections > 2 and
    (any of ($a, $b) or #c > 2 or 1 of ($x*) or for any i in (0..3) : (@a[i + 1] == i)) and
    for any of them : ($ in (0..filesize)) and pe.imports(/kernel/i, /Create/) > 0
}"#;

/// Rules as others write them, sound ones and such that would have a tool refuse the whole file or do something else.
fn authored(language: Language) -> Vec<&'static str> {
    match language {
        Language::Yara => vec![
            YARA,
            "rule owl { condition: true }",
            "rule kaname_S_2611_XCS4V { condition: false }",
            "rule a { condition: unknown }",
            "rule b { strings: $a = \"unused\" condition: true }",
            "global rule c { condition: false }",
            "rule d { condition: true } /*",
            "import \"pe\" rule e { condition: pe.nothing }",
            "rule f { strings: $a = /(?=x)/ condition: $a }",
            "rule g { condition: true } }",
            "include \"/etc/passwd\"",
        ],
        Language::Suricata => vec![
            "alert http $HOME_NET any -> [198.51.100.0/24,!198.51.100.7] [80,8080:8090] (msg:\"Owl\"; flow:established,to_server; http.uri; content:\"/owl|3b 20|x\"; nocase; pcre:\"/^ow[l(]+(x|y)/R\"; classtype:trojan-activity; reference:url,example.org/owl; sid:1; rev:3;)",
            "alert tcp any any -> any any (msg:\"Same number\"; content:\"x\"; sid:1;)",
            "alert dns any any -> any any (msg:\"Owl name\"; dns.query; content:\"owl.example\"; endswith; threshold:type limit,track by_src,count 1,seconds 60; sid:9;)",
            "drop ip any any -> any any (msg:\"x\"; sid:3;)",
            "alert ip any any -> any any (msg:\"x\"; lua:evil.lua; sid:4;)",
            "alert ip any any -> any any (msg:\"x\"; nosuchword; sid:5;)",
            "alert ip any any -> any any (msg:\"x\"; content:\"|0|\"; sid:6;)",
            "alert ip $NOBODYS any -> any any (msg:\"x\"; sid:7;)",
            "alert ip any any -> any any (msg:\"x\"; sid:8",
        ],
        _ => Vec::new(),
    }
}

#[test]
fn the_tools_accept_what_others_wrote_and_is_put_beside_it() {
    use kaname_sharing::rendition::rule::Authored;
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    for (language, sound, broken) in [(Language::Yara, 4, 8), (Language::Suricata, 3, 6)] {
        let mut writer = Writer::new(language);
        let mut rules = String::new();
        let mut count = 0;
        for text in authored(language) {
            let rule = Authored {
                language,
                text: text.to_owned(),
                about: line(ValueKind::ExternalId, ""),
            };
            let (written, rules_in) = writer.authored(&rule);
            rules.push_str(&written);
            count += rules_in;
            // Once is enough.
            assert_eq!(writer.authored(&rule).1, 0);
        }
        rules.push_str(&writer.rules(&some()).0);
        assert_eq!(count, sound, "{rules}");
        assert_eq!(writer.broken().count, broken, "{:?}", writer.broken());
        let path = folder.join(language.ending());
        std::fs::write(&path, language.opening(1) + &rules).unwrap();
        let path = path.display().to_string();
        match language {
            Language::Yara => {
                assert_eq!(accepts("yarac", &[&path, "compiled"], folder), Some(true));
            }
            _ => {
                let judged = accepts("suricata", &["-T", "-S", &path, "-l", "."], folder);
                assert_ne!(judged, Some(false), "{rules}");
            }
        }
    }
}
