//! One value typed or read from a cell, brought to its canonical form.

use std::net::IpAddr;

use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization;

use crate::extract::{ExtractOptions, extract};
use crate::fold;
use crate::host::Host;
use crate::indicator::{Finding, Kind, Note};
use crate::network::{self, Network};
use crate::scan;
use crate::submission::MAX_VALUE_BYTES;

/// A value with its kind, canonical.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Value {
    /// What it is.
    pub kind: Kind,
    /// Canonical value, as in [`crate::Finding::value`].
    pub value: String,
    /// The same with U-labels, where that differs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unicode: Option<String>,
    /// What is odd about it.
    pub notes: Vec<Note>,
}

impl From<Finding> for Value {
    fn from(finding: Finding) -> Value {
        Value {
            kind: finding.kind,
            value: finding.value,
            unicode: finding.unicode,
            notes: finding.notes,
        }
    }
}

/// Reads a text that holds exactly one value of any kind, defanged or not.
#[must_use]
pub fn read_value(text: &str) -> Option<Value> {
    let text = text.trim();
    if text.is_empty() || text.len() > MAX_VALUE_BYTES {
        return None;
    }
    let found = extract(text, &ExtractOptions::default());
    let [only] = found.findings.as_slice() else {
        return None;
    };
    let port = only.notes.iter().find_map(|note| match note {
        Note::Port(port) => Some(port.to_string().len() + 1),
        _ => None,
    });
    let covered = only.span.end - only.span.start + port.unwrap_or(0);
    let whole = only.count == 1 && only.span.start == 0 && covered == text.len();
    whole.then(|| Value {
        kind: only.kind,
        value: only.value.clone(),
        unicode: only.unicode.clone(),
        notes: only.notes.clone(),
    })
}

/// The same value with its names in their own script (U-labels, RFC 5890 §2.3.2.1), where it is written
/// with A-labels. For showing beside it: signs of different scripts look alike.
#[must_use]
pub fn in_script(kind: Kind, value: &str) -> Option<String> {
    if !value.to_ascii_lowercase().contains("xn--") {
        return None;
    }
    read_value_as(kind, value)?.unicode
}

/// Reads how often something was seen, with digits of any width.
#[must_use]
pub fn read_count(text: &str) -> Option<u32> {
    let folded: String = text.trim().nfkc().collect();
    folded.parse().ok()
}

/// Reads one line of a list that holds nothing but values: as [`read_value`], and a name that in running
/// text would be taken for a file's (`deploy.sh`) is a host here.
#[must_use]
pub fn read_listed(text: &str) -> Option<Value> {
    read_value(text).or_else(|| read_value_as(Kind::Domain, text))
}

/// Reads a text as a value of one kind. Names that [`read_value`] takes for files
/// (`deploy.sh`) are accepted where the kind says that they are host names.
#[must_use]
pub fn read_value_as(kind: Kind, text: &str) -> Option<Value> {
    let text = text.trim();
    if text.len() > MAX_VALUE_BYTES {
        return None;
    }
    if let Some(value) = read_value(text).filter(|value| value.kind == kind) {
        return Some(value);
    }
    let folded = fold::fold(text);
    match kind {
        Kind::Domain => {
            let host = Host::parse(folded.text.trim())?;
            let notes = host.notes();
            Some(Value {
                kind,
                value: host.ascii,
                unicode: host.unicode,
                notes,
            })
        }
        Kind::Ipv4Cidr | Kind::Ipv6Cidr => {
            let network = Network::parse(&folded.text)?;
            let fits = network.address().is_ipv4() == (kind == Kind::Ipv4Cidr);
            let notes = network::notes(network.address()).into_iter().collect();
            fits.then(|| Value {
                kind,
                value: network.cidr(),
                unicode: None,
                notes,
            })
        }
        Kind::Ipv4 | Kind::Ipv6 => {
            let address: IpAddr = folded.text.trim().parse().ok()?;
            let fits = address.is_ipv4() == (kind == Kind::Ipv4);
            let notes = network::notes(address).into_iter().collect();
            fits.then(|| Value {
                kind,
                value: address.to_string(),
                unicode: None,
                notes,
            })
        }
        Kind::Url => {
            let url = scan::read_url(folded.text.trim())?;
            Some(Value { kind, ..url })
        }
        Kind::Email => {
            let (local, host) = folded.text.trim().rsplit_once('@')?;
            let fits = (1..=64).contains(&local.len())
                && local
                    .bytes()
                    .all(|sign| sign.is_ascii_graphic() && !b"<>\"(),:;[]\\@".contains(&sign));
            let host = Host::parse(host).filter(|_| fits)?;
            let local = local.to_lowercase();
            let unicode = host
                .unicode
                .as_ref()
                .map(|shown| format!("{local}@{shown}"));
            Some(Value {
                kind,
                value: format!("{local}@{}", host.ascii),
                unicode,
                notes: host.notes(),
            })
        }
        Kind::Asn => {
            let written = folded.text.trim();
            let prefix = written
                .get(..2)
                .filter(|start| start.eq_ignore_ascii_case("AS"));
            let digits = prefix.map_or(written, |_| &written[2..]);
            let plain = !digits.is_empty() && digits.bytes().all(|sign| sign.is_ascii_digit());
            let number: u32 = digits.parse().ok().filter(|number| plain && *number > 0)?;
            Some(Value {
                kind,
                value: format!("AS{number}"),
                unicode: None,
                notes: Vec::new(),
            })
        }
        _ => None,
    }
}
