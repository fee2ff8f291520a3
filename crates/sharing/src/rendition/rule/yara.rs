//! YARA rules, one for each item.

use std::fmt::Write as _;

use super::{Target, origin, plain};
use crate::rendition::ValueLine;

/// The rule of one item: its hashes, and its names and addresses as text.
pub(super) fn rule(line: &ValueLine, targets: &[Target]) -> String {
    let mut strings = String::new();
    let mut conditions = Vec::new();
    for (at, target) in targets.iter().enumerate() {
        let text = match target {
            Target::Hash(name, digits) => {
                conditions.push(format!("hash.{name}(0, filesize) == \"{digits}\""));
                continue;
            }
            Target::Domain(name) => name.clone(),
            Target::Email(address) => address.clone(),
            Target::Url(host, path) => format!("{host}{path}"),
            Target::Network(..) => continue,
        };
        let _ = writeln!(
            strings,
            "    $value_{at} = {} ascii wide nocase",
            text_string(&text)
        );
    }
    if !strings.is_empty() {
        conditions.push("any of them".to_owned());
        strings = format!("  strings:\n{strings}");
    }
    format!(
        "\nrule kaname_{}\n{{\n  meta:\n    title = \"{}\"\n    origin = \"{}\"\n    tlp = \"{}\"\n    \
         valid_until = \"{}\"\n{strings}  condition:\n    {}\n}}\n",
        name(origin(line)),
        plain(line),
        origin(line),
        line.tlp,
        line.valid_until,
        conditions.join(" or "),
    )
}

/// A name of letters, digits and underscores.
fn name(origin: &str) -> String {
    origin
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() { c } else { '_' })
        .collect()
}

fn text_string(text: &str) -> String {
    let mut out = String::from("\"");
    for byte in text.bytes() {
        match byte {
            b'"' | b'\\' => {
                out.push('\\');
                out.push(char::from(byte));
            }
            b' '..=b'~' => out.push(char::from(byte)),
            _ => {
                let _ = write!(out, "\\x{byte:02x}");
            }
        }
    }
    out.push('"');
    out
}
