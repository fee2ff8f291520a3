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
