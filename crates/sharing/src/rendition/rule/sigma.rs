//! Sigma rules: one document for each kind of log that shows the item's values.

use uuid::Uuid;

use super::{Target, origin, plain};
use crate::rendition::ValueLine;

/// Namespace of the ids of rules.
const NAMESPACE: Uuid = Uuid::from_u128(0x0c1c_5d5e_6d0b_4f0c_9c8a_3b1f_70e2_44a6);

/// How a search asks for values in a kind of log.
struct Place {
    field: &'static str,
    values: Vec<String>,
}

/// The rules of one item.
pub(super) fn rules(line: &ValueLine, targets: &[Target]) -> String {
    let mut out = String::new();
    for category in ["dns", "proxy", "firewall", "process_creation"] {
        let places: Vec<Place> = places(category, targets);
        if !places.is_empty() {
            out.push_str(&document(line, category, &places));
        }
    }
    out
}

fn places(category: &str, targets: &[Target]) -> Vec<Place> {
    let mut places: Vec<Place> = Vec::new();
    for target in targets {
        for (own, field, value) in asked(target) {
            if own != category {
                continue;
            }
            match places.iter_mut().find(|place| place.field == field) {
                Some(place) => place.values.push(value),
                None => places.push(Place {
                    field,
                    values: vec![value],
                }),
            }
        }
    }
    places
}

fn asked(target: &Target) -> Vec<(&'static str, &'static str, String)> {
    match target {
        Target::Domain(name) => vec![
            ("dns", "query", name.clone()),
            ("dns", "query|endswith", format!(".{name}")),
            ("proxy", "cs-host", name.clone()),
            ("proxy", "cs-host|endswith", format!(".{name}")),
        ],
        Target::Url(host, path) => {
            vec![("proxy", "c-uri|contains", literal(&format!("{host}{path}")))]
        }
        Target::Network(address, length) => {
            let network = Target::network_text(*address, *length);
            let fields = if network.contains('/') {
                ["dst_ip|cidr", "src_ip|cidr"]
            } else {
                ["dst_ip", "src_ip"]
            };
            fields
                .map(|field| ("firewall", field, network.clone()))
                .into()
        }
        Target::Hash(name, digits) => {
            let hash = format!("{}={digits}", name.to_uppercase());
            vec![("process_creation", "Hashes|contains", hash)]
        }
        Target::Email(_) => Vec::new(),
    }
}

/// A value in which no sign stands for others.
fn literal(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        if matches!(c, '*' | '?' | '\\') {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

fn document(line: &ValueLine, category: &str, places: &[Place]) -> String {
    let (origin, title) = (origin(line), plain(line));
    let id = Uuid::new_v5(&NAMESPACE, format!("{origin} {category}").as_bytes());
    let mut out = format!(
        "---\ntitle: {}\nid: {id}\nstatus: experimental\ndescription: {}\n",
        quoted(&format!("{title} ({category})")),
        quoted(&described(line)),
    );
    let tlp = line.tlp.trim_start_matches("TLP:").to_lowercase();
    if !tlp.is_empty() {
        out.push_str(&format!("tags:\n  - tlp.{}\n", tlp.replace('+', "-")));
    }
    out.push_str(&format!("logsource:\n  category: {category}\ndetection:\n"));
    for (at, place) in places.iter().enumerate() {
        out.push_str(&format!("  selection_{at}:\n    {}:\n", place.field));
        for value in &place.values {
            out.push_str(&format!("      - {}\n", quoted(value)));
        }
    }
    out.push_str("  condition: 1 of selection_*\nlevel: high\n");
    out
}

fn described(line: &ValueLine) -> String {
    let mut out = format!("Kaname {} {}", origin(line), line.tlp);
    if !line.valid_until.is_empty() {
        out.push_str(&format!(" valid until {}", line.valid_until));
    }
    out.trim_end().to_owned()
}

/// A string of JSON is one of YAML.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}
