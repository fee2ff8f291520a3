//! Host names: their canonical form, and whether a dotted word is one at all.

use std::borrow::Cow;

use crate::indicator::Note;

/// Top-level domains that are also endings of file names or names in programs. A bare word
/// ending in one is taken for a host name only when something else shows that it is one.
const ENDS_FILES_TOO: &[&str] = &[
    "as",
    "ax",
    "bar",
    "cab",
    "cat",
    "data",
    "docs",
    "dot",
    "foo",
    "inc",
    "java",
    "la",
    "man",
    "map",
    "md",
    "mk",
    "mov",
    "movie",
    "name",
    "pl",
    "pm",
    "prof",
    "properties",
    "ps",
    "pub",
    "py",
    "rs",
    "sc",
    "sh",
    "so",
    "st",
    "tf",
    "zip",
];

/// Names of products that end like a host name.
const PRODUCT_NAMES: &[&str] = &[
    "ado.net",
    "asp.net",
    "vb.net",
    "system.io",
    "system.net",
    "socket.io",
    "java.io",
    "java.net",
];

/// Last labels set aside for documentation and tests (RFC 2606 §2, RFC 6761) that still are
/// written in reports and exercises, and Tor's (RFC 7686).
const RESERVED_TLDS: &[&str] = &["example", "invalid", "test", "onion", "xn--zckzah"];

/// Last labels of names that exist only inside a network.
const INTERNAL_TLDS: &[&str] = &[
    "local",
    "localhost",
    "internal",
    "lan",
    "localdomain",
    "intranet",
    "corp",
    "home",
];

/// How many changes of script within one name are tried as its end.
const SCRIPT_CHANGES: usize = 8;

/// A host name in canonical form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Host {
    /// Lower case, A-labels.
    pub(crate) ascii: String,
    /// U-labels, when they differ.
    pub(crate) unicode: Option<String>,
}

impl Host {
    /// Reads a name with at least two labels; `None` when it is not well formed
    /// (RFC 1035 §2.3.4, RFC 5891 §4.4).
    pub(crate) fn parse(text: &str) -> Option<Host> {
        if text.len() > 1_000 || !text.contains('.') {
            return None;
        }
        let ascii = if text.is_ascii() && !text.to_ascii_lowercase().contains("xn--") {
            text.to_ascii_lowercase()
        } else {
            idna::domain_to_ascii(text).ok()?
        };
        let ascii = ascii.strip_suffix('.').unwrap_or(&ascii).to_owned();
        let well_formed =
            ascii.len() <= 253 && ascii.contains('.') && ascii.split('.').all(is_label);
        if !well_formed || is_number(last_label(&ascii)) {
            return None;
        }
        let unicode = ascii
            .contains("xn--")
            .then(|| idna::domain_to_unicode(&ascii).0);
        let unicode = unicode.filter(|shown| *shown != ascii);
        Some(Host { ascii, unicode })
    }

    pub(crate) fn tld(&self) -> &str {
        last_label(&self.ascii)
    }

    /// Whether names may be registered below the last label, or it is reserved.
    pub(crate) fn has_known_tld(&self) -> bool {
        RESERVED_TLDS.contains(&self.tld()) || is_registry(&self.ascii)
    }

    pub(crate) fn is_internal(&self) -> bool {
        INTERNAL_TLDS.contains(&self.tld())
    }

    /// Whether it is a whole zone such as `co.jp`, of which nobody reports all names.
    pub(crate) fn is_registry_suffix(&self) -> bool {
        psl::domain(self.ascii.as_bytes()).is_none() && !self.is_private_suffix()
    }

    fn is_private_suffix(&self) -> bool {
        psl::suffix(self.ascii.as_bytes()).is_some_and(|suffix| {
            suffix.typ() == Some(psl::Type::Private) && suffix.as_bytes() == self.ascii.as_bytes()
        })
    }

    /// Whether the ending is also one of files.
    pub(crate) fn ends_like_a_file(&self) -> bool {
        ENDS_FILES_TOO.contains(&self.tld()) || PRODUCT_NAMES.contains(&self.ascii.as_str())
    }

    /// What a person should know about the name.
    pub(crate) fn notes(&self) -> Vec<Note> {
        let mut notes = Vec::new();
        let tld = self.tld();
        let documentation = matches!(tld, "example" | "invalid" | "test" | "xn--zckzah")
            || [
                "example.com",
                "example.net",
                "example.org",
                "example.jp",
                "example.co.jp",
            ]
            .iter()
            .any(|zone| is_within(&self.ascii, zone));
        if documentation {
            notes.push(Note::Documentation);
        }
        if self.is_internal() {
            notes.push(Note::Private);
        } else if !self.has_known_tld() {
            notes.push(Note::UnknownTld);
        }
        if self.is_private_suffix() {
            notes.push(Note::PublicSuffix);
        }
        notes
    }
}

/// Whether a name is a whole zone below which others register, such as `co.jp` or `github.io`; or no
/// name at all.
#[must_use]
pub fn is_whole_zone(name: &str) -> bool {
    Host::parse(name).is_none_or(|host| host.is_registry_suffix() || host.is_private_suffix())
}

/// Whether a name is the zone itself or lies below it; both canonical.
pub(crate) fn is_within(name: &str, zone: &str) -> bool {
    name.strip_suffix(zone)
        .is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
}

fn last_label(name: &str) -> &str {
    name.rsplit('.').next().unwrap_or(name)
}

fn is_number(label: &str) -> bool {
    label.bytes().all(|sign| sign.is_ascii_digit()) || label.starts_with("0x")
}

fn is_label(label: &str) -> bool {
    (1..=63).contains(&label.len())
        && !label.starts_with('-')
        && !label.ends_with('-')
        && label
            .bytes()
            .all(|sign| sign.is_ascii_alphanumeric() || matches!(sign, b'-' | b'_'))
}

fn is_registry(ascii: &str) -> bool {
    let known = |name: &str| psl::suffix(name.as_bytes()).is_some_and(|suffix| suffix.is_known());
    if known(ascii) {
        return true;
    }
    // The list may hold an international suffix in one of its two forms only.
    let shown: Cow<'_, str> = if ascii.contains("xn--") {
        Cow::Owned(idna::domain_to_unicode(ascii).0)
    } else {
        return false;
    };
    known(&shown)
}

/// Reads a host at the start of a text in which nothing marks its end but a change of script:
/// `evil.example.comにアクセス`. Returns the length in bytes and the name.
pub(crate) fn at_start(text: &str) -> Option<(usize, Host)> {
    let run = host_run(text);
    for end in script_changes(run).take(SCRIPT_CHANGES) {
        if let Some(found) = trimmed(&run[..end]).filter(|(_, host)| host.has_known_tld()) {
            return Some(found);
        }
    }
    trimmed(run)
}

fn trimmed(text: &str) -> Option<(usize, Host)> {
    let text = text.trim_end_matches(['.', '-', '_']);
    Host::parse(text).map(|host| (text.len(), host))
}

/// The longest beginning that consists of signs of host names, at most 255 of them.
pub(crate) fn host_run(text: &str) -> &str {
    let end = text
        .char_indices()
        .take(255)
        .take_while(|(_, sign)| is_host_sign(*sign))
        .last()
        .map_or(0, |(index, sign)| index + sign.len_utf8());
    &text[..end]
}

/// Where a Latin letter or digit is followed by a sign of another script.
pub(crate) fn script_changes(run: &str) -> impl Iterator<Item = usize> + '_ {
    let mut before_is_latin = false;
    run.char_indices().filter_map(move |(index, sign)| {
        let changes = before_is_latin && !sign.is_ascii();
        before_is_latin = sign.is_ascii_alphanumeric();
        changes.then_some(index)
    })
}

/// Letters and digits of any script, their marks, hyphen, underscore and dot.
pub(crate) fn is_host_sign(sign: char) -> bool {
    sign.is_ascii_alphanumeric()
        || matches!(sign, '-' | '_' | '.')
        || (!sign.is_ascii() && sign.is_alphanumeric())
        || matches!(sign, '\u{3099}' | '\u{309a}')
}
