//! Rules that others wrote.

use std::collections::BTreeMap;

use kaname_intake::written::{
    intrusion::{self, Engine},
    sigma, yara,
};
use proptest::prelude::*;

const YARA: &str = r#"
import "pe"
/* found at night */
private rule Helper { condition: filesize < 10MB }
rule Owl : apt owl {
  meta:
    author = "somebody \"else\""
    score = 75
    checked = true
  strings:
    $a = "night owl" wide ascii nocase
    $b = { 4D 5A ?? [2-4] ( 01 02 | 03 ) 6? }
    $c = /ow[l1]{1,3}\/x/i
    $_spare = "never asked"
    $x1 = "one" xor(1-255)
    $x2 = "two" base64
  condition:
    uint16(0) == 0x5A4D and Helper and filesize < 2MB and
    (any of ($a, $b) or #c > 2 or 1 of ($x*) or @a[1] < 100 or $b at pe.entry_point)
    and for all i in (0..pe.number_of_sections - 1) : (pe.sections[i].name != ".text" or pe.sections[i].name matches /^\.t/)
    and for any of ($x*) : ($ in (0..filesize)) and not pe.imports("kernel32.dll", "CreateFileA") // really
}
"#;

#[test]
fn rules_of_yara_are_read_and_written_anew() {
    let read = yara::read(YARA).unwrap();
    assert_eq!(read.names, ["Helper", "Owl"]);
    assert_eq!(read.imports.iter().collect::<Vec<_>>(), ["pe"]);
    let renamed = BTreeMap::from([("Helper".to_owned(), "Helper_2".to_owned())]);
    let written = read.write(&renamed);
    assert!(written.contains("rule Helper_2"), "{written}");
    assert!(written.contains("and Helper_2 and"), "{written}");
    assert!(
        !written.contains("import ") && !written.contains("night */"),
        "{written}"
    );
    // What was written is read again, and is the same.
    let again = yara::read(&format!("import \"pe\"\n{written}")).unwrap();
    assert_eq!(again.write(&BTreeMap::new()), written);
}

/// A rule with one string `$a` and this condition.
fn with(condition: &str) -> String {
    format!("rule r {{ strings: $a = \"text\" condition: {condition} }}")
}

#[test]
fn what_a_scanner_would_refuse_is_no_rule() {
    assert!(yara::read(&with("$a")).is_ok());
    for text in [
        "",
        "rule r { condition: true",
        "rule r { condition: }",
        "rule r { condition: true } }",
        "rule r { condition: true } rule r { condition: true }",
        "global rule r { condition: false }",
        "include \"/etc/passwd\" rule r { condition: true }",
        "import \"cuckoo\" rule r { condition: true }",
        "rule all { condition: true }",
        "rule r { strings: condition: true }",
        "rule r { strings: $a = \"\" condition: $a }",
        "rule r { strings: $a = \"x\" $a = \"y\" condition: $a }",
        "rule r { strings: $a = \"unclosed condition: $a }",
        "rule r { strings: $a = \"\\q\" condition: $a }",
        "rule r { strings: $a = { 4 } condition: $a }",
        "rule r { strings: $a = { [2] 41 } condition: $a }",
        "rule r { strings: $a = { 41 [4-2] 42 } condition: $a }",
        "rule r { strings: $a = { 41 | 42 } condition: $a }",
        "rule r { strings: $a = { ( 41 | ) 42 } condition: $a }",
        "rule r { strings: $a = /x(?=y)/ condition: $a }",
        "rule r { strings: $a = /x(/ condition: $a }",
        "rule r { strings: $a = \"x\" nocase xor condition: $a }",
        "rule r { strings: $a = \"x\" nocase nocase condition: $a }",
        "rule r { meta: a = b condition: true }",
        "rule r { condition: true /* }",
        &with("true"),
        &with("$b"),
        &with("$a and"),
        &with("$a and unknown"),
        &with("$a and r"),
        &with("$a and filename == \"x\""),
        &with("$a and pe.is_pe"),
        &with("$a and \"x\""),
        &with("$a and \"x\" > 1"),
        &with("$a and (1 + \"x\") == 2"),
        &with("$a and $"),
        &with("$a and any"),
        &with("3 of ($b*)"),
        &with("$a and for any i in (1..3) : (j == 1)"),
        &with("$a and for any i in (1..3) : (i == 1"),
        &with("$a and 99999999999999999999 > 1"),
        &with("$a or 1 == 1 == 1"),
        &with("$a and for 50% of them : ($)"),
        "rule r { strings: $a = { 41 ~42 43 } condition: $a }",
        "rule r { strings: $a = /a++b/ condition: $a }",
        "import \"pe\" rule r { condition: pe.nothing }",
        "import \"pe\" rule r { condition: pe.machine == \"x\" }",
        "import \"pe\" rule r { condition: pe.sections[\"x\"].name == \"x\" }",
        "import \"pe\" rule r { condition: pe.sections[0].nothing == 1 }",
        "import \"hash\" rule r { condition: hash.md5(0) == \"x\" }",
        &with(&format!(
            "$a and {}true{}",
            "(".repeat(500),
            ")".repeat(500)
        )),
    ] {
        assert!(yara::read(text).is_err(), "{text}");
    }
}

const SIGMA: &str = "
title: Owl at night
id: 6a1f3a52-6c0d-4c1e-9a53-0d2f4a6b8c10
status: experimental
references:
  - https://example.org/owl
tags: [attack.t1059]
logsource:
  category: process_creation
  product: windows
detection:
  selection:
    Image|endswith: '\\owl.exe'
    CommandLine|contains|all:
      - ' -n '
      - \"night\"
  filter_main:
    User: null
    Size: 12
  keywords:
    - owl
  condition: (selection and not 1 of filter_*) or keywords
level: high
";

#[test]
fn a_rule_of_sigma_is_read_and_written_anew() {
    let read = sigma::read(SIGMA).unwrap();
    assert_eq!(read.id(), Some("6a1f3a52-6c0d-4c1e-9a53-0d2f4a6b8c10"));
    let id = "00000000-0000-5000-8000-000000000001";
    let written = read.write(id, Some("tlp.green"));
    assert!(
        written.starts_with("---\ntitle: \"Owl at night\"\nid: \"00000000"),
        "{written}"
    );
    assert!(
        written.contains("Image|endswith: \"\\\\owl.exe\""),
        "{written}"
    );
    assert!(
        written.contains("User: null") && written.contains("Size: 12"),
        "{written}"
    );
    assert!(written.contains("- \"tlp.green\""), "{written}");
    assert_eq!(
        sigma::read(&written).unwrap().write(id, Some("tlp.green")),
        written
    );
}

#[test]
fn what_is_no_sigma_rule_is_refused() {
    for text in [
        "",
        "- a\n- b",
        "title: x",
        "title: [x",
        "title: x\nlogsource: {category: dns}\ndetection: {a: {q: v}}",
        "title: x\nlogsource: {category: dns}\ndetection: {a: {q: v}, condition: b}",
        "title: x\nlogsource: {category: dns}\ndetection: {a: {q: v}, condition: a and}",
        "title: x\nlogsource: {category: dns}\ndetection: {a: {q: v}, condition: a | count() > 3}",
        "title: x\nlogsource: {category: dns}\ndetection: {a: {}, condition: a}",
        "title: x\nlogsource: {what: dns}\ndetection: {a: {q: v}, condition: a}",
        "title: x\nlogsource: {category: dns}\ndetection: {a: &r {q: v}, b: *r, condition: a}",
        "title: x\nlogsource: {category: dns}\ndetection: {a: !!python/object:os.system {q: v}, condition: a}",
        "title: x\nlogsource: {category: dns}\ndetection: {a: {q: v}, condition: a}\n---\ntitle: y",
        "action: global\ntitle: x\nlogsource: {category: dns}\ndetection: {a: {q: v}, condition: a}",
        "title: x\ntitle: y\nlogsource: {category: dns}\ndetection: {a: {q: v}, condition: a}",
    ] {
        assert!(sigma::read(text).is_err(), "{text}");
    }
    let sound =
        "title: x\nlogsource: {category: dns}\ndetection: {a: {q: v}, condition: all of them}";
    assert!(sigma::read(sound).is_ok());
}

#[test]
fn rules_of_engines_are_read_without_their_numbers() {
    let text = "# owl\nalert http $HOME_NET any -> [198.51.100.0/24,!198.51.100.7] [80,8080:8090] \\\n (msg:\"Owl \\\"x\\\"\"; \
        flow:established,to_server; http.uri; content:\"/owl|3b 20|x\"; nocase; pcre:\"/^ow[l(]+(x|y)/Ri\"; \
        classtype:trojan-activity; sid:1; gid:2; rev:3;)\n";
    let [rule] = &intrusion::read(text, Engine::Suricata).unwrap()[..] else {
        panic!("one rule");
    };
    assert_eq!(
        rule.head,
        "alert http $HOME_NET any -> [198.51.100.0/24,!198.51.100.7] [80,8080:8090]"
    );
    assert_eq!(rule.msg, "Owl \\\"x\\\"");
    assert!(
        rule.options.ends_with("classtype:trojan-activity;"),
        "{}",
        rule.options
    );
    assert!(!rule.options.contains("sid") && !rule.options.contains("rev"));
    let snort = "alert http (msg:\"Owl\"; http_uri; content:\"/owl\", nocase, offset 3; sid:7;)";
    assert!(intrusion::read(snort, Engine::Snort).is_ok());
}

#[test]
fn what_is_no_rule_that_alerts_is_refused() {
    for rule in [
        "",
        "# nothing",
        "drop ip any any -> any any (msg:\"x\"; sid:1;)",
        "pass ip any any -> any any (msg:\"x\"; sid:1;)",
        "alert ip any any -> any any",
        "alert ip any any -> any any (sid:1;)",
        "alert ip any any -> any any (msg:\"x\"; sid:a;)",
        "alert ip any any -> any any (msg:\"x\"; sid:1)",
        "alert ip any any -> any any (msg:\"x\"; content:\"a; sid:1;)",
        "alert ip any any -> any any (msg:\"x;y\"; sid:1;)",
        "alert ip any any -> any any (msg:\"x\"; content:\"|0|\"; sid:1;)",
        "alert ip any any -> any any (msg:\"x\"; content:\"|00\"; sid:1;)",
        "alert ip any any -> any any (msg:\"x\"; content:\"\"; sid:1;)",
        "alert ip any any -> any any (msg:\"x\"; pcre:\"/(/\"; sid:1;)",
        "alert ip any any -> any any (msg:\"x\"; lua:evil.lua; sid:1;)",
        "alert ip any any -> any any (msg:\"x\"; dataset:set,x,load /etc/passwd; sid:1;)",
        "alert ip any any -> any any (msg:\"x\"; bypass; sid:1;)",
        "alert ip any any -> any any (msg:\"x\"; nosuchword; sid:1;)",
        "alert ip $UNKNOWN any -> any any (msg:\"x\"; sid:1;)",
        "alert ip 1.2.3.4/64 any -> any any (msg:\"x\"; sid:1;)",
        "alert ip [any any -> any any (msg:\"x\"; sid:1;)",
        "alert ip any 99999 -> any any (msg:\"x\"; sid:1;)",
        "alert ip any any => any any (msg:\"x\"; sid:1;)",
        "alert nosuch any any -> any any (msg:\"x\"; sid:1;)",
        "alert ip any any -> any any (msg:\"x\"; sid:1;) drop ip any any -> any any (msg:\"x\"; sid:1;)",
        "alert ip any any -> any any (msg:\"\u{1}\"; sid:1;)",
    ] {
        assert!(intrusion::read(rule, Engine::Suricata).is_err(), "{rule}");
    }
    // As Snort 2 writes it.
    let old = "alert tcp any any -> any 80 (msg:\"x\"; content:\"a\"; nocase; sid:1;)";
    assert!(intrusion::read(old, Engine::Snort).is_err());
}

proptest! {
    /// Whatever comes: an answer, and what is taken is taken again as it was written.
    #[test]
    fn nothing_breaks_the_readers(text in "[ -~\n]{0,200}", cut in 0_usize..900, put in "[ -~\n]{0,6}") {
        let _ = sigma::read(&text);
        let _ = yara::read(&text);
        for whole in [YARA, SIGMA] {
            let at = cut.min(whole.len());
            let at = (0..=at).rev().find(|at| whole.is_char_boundary(*at)).unwrap_or(0);
            let changed = format!("{}{put}{}", &whole[..at], &whole[at..]);
            if let Ok(read) = yara::read(&changed) {
                let written = read.write(&BTreeMap::new());
                let imports: String = read.imports.iter().map(|one| format!("import \"{one}\"\n")).collect();
                prop_assert_eq!(yara::read(&(imports + &written)).unwrap().write(&BTreeMap::new()), written);
            }
            if let Ok(read) = sigma::read(&changed) {
                let written = read.write("x", None);
                prop_assert_eq!(sigma::read(&written).unwrap().write("x", None), written);
            }
        }
        let rule = format!("alert ip any any -> any any (msg:\"x\"; {text} sid:1;)");
        if let Ok(rules) = intrusion::read(&rule, Engine::Suricata) {
            prop_assert!(rules.iter().all(|one| !one.options.contains('\n')));
        }
    }
}
