//! Attribute types beside the observables that say the same, as data.

use std::collections::HashMap;
use std::sync::OnceLock;

use crate::piece::{Form, Part};

/// An attribute type whose value is one or more parts of observables, apart by `|`.
pub(crate) struct Rule {
    pub(crate) misp: &'static str,
    /// The category by default (MISP `describeTypes`).
    pub(crate) category: &'static str,
    pub(crate) parts: &'static [Part],
}

const fn rule(misp: &'static str, category: &'static str, parts: &'static [Part]) -> Rule {
    Rule {
        misp,
        category,
        parts,
    }
}

const fn part(sco: &'static str, path: &'static str, form: Form) -> Part {
    Part { sco, path, form }
}

pub(crate) const IP: Part = part("ip", "value", Form::Ip);
pub(crate) const DOMAIN: Part = part("domain-name", "value", Form::Host);
pub(crate) const URL: Part = part("url", "value", Form::Url);
pub(crate) const EMAIL: Part = part("email-addr", "value", Form::Email);
pub(crate) const NAME: Part = part("file", "name", Form::Text);
pub(crate) const SIZE: Part = part("file", "size", Form::Number);
pub(crate) const MIME: Part = part("file", "mime_type", Form::Text);
pub(crate) const MD5: Part = part("file", "hashes.MD5", Form::Hex(32));
pub(crate) const SHA1: Part = part("file", "hashes.SHA-1", Form::Hex(40));
pub(crate) const SHA256: Part = part("file", "hashes.SHA-256", Form::Hex(64));
pub(crate) const SHA512: Part = part("file", "hashes.SHA-512", Form::Hex(128));
pub(crate) const SHA3_256: Part = part("file", "hashes.SHA3-256", Form::Hex(64));
pub(crate) const SHA3_512: Part = part("file", "hashes.SHA3-512", Form::Hex(128));
pub(crate) const SSDEEP: Part = part("file", "hashes.SSDEEP", Form::Fuzzy);
pub(crate) const TLSH: Part = part("file", "hashes.TLSH", Form::Tlsh);
pub(crate) const MUTEX: Part = part("mutex", "name", Form::Text);
pub(crate) const AS: Part = part("autonomous-system", "number", Form::Asn);
pub(crate) const MAC: Part = part("mac-addr", "value", Form::Mac);
pub(crate) const KEY: Part = part("windows-registry-key", "key", Form::Text);
pub(crate) const KEY_NAME: Part = part("windows-registry-key", "values[0].name", Form::Text);
pub(crate) const KEY_DATA: Part = part("windows-registry-key", "values[0].data", Form::Text);
pub(crate) const CERT_MD5: Part = part("x509-certificate", "hashes.MD5", Form::Hex(32));
pub(crate) const CERT_SHA1: Part = part("x509-certificate", "hashes.SHA-1", Form::Hex(40));
pub(crate) const CERT_SHA256: Part = part("x509-certificate", "hashes.SHA-256", Form::Hex(64));
pub(crate) const CERT_SERIAL: Part = part("x509-certificate", "serial_number", Form::Text);
pub(crate) const CERT_ISSUER: Part = part("x509-certificate", "issuer", Form::Text);
pub(crate) const CERT_SUBJECT: Part = part("x509-certificate", "subject", Form::Text);
pub(crate) const SRC: Part = part("network-traffic", "src_ref.value", Form::Ip);
pub(crate) const DST: Part = part("network-traffic", "dst_ref.value", Form::Ip);
pub(crate) const SRC_PORT: Part = part("network-traffic", "src_port", Form::Port);
pub(crate) const DST_PORT: Part = part("network-traffic", "dst_port", Form::Port);
pub(crate) const SUBJECT: Part = part("email-message", "subject", Form::Text);
pub(crate) const FROM: Part = part("email-message", "from_ref.value", Form::Email);
pub(crate) const ACCOUNT: Part = part("user-account", "account_login", Form::Text);
pub(crate) const DIRECTORY: Part = part("directory", "path", Form::Text);

const NETWORK: &str = "Network activity";
const PAYLOAD: &str = "Payload delivery";

/// Of types with the same parts the first is what STIX by others becomes.
pub(crate) const RULES: &[Rule] = &[
    rule("ip-dst", NETWORK, &[IP]),
    rule("ip-src", NETWORK, &[IP]),
    rule("domain", NETWORK, &[DOMAIN]),
    rule("hostname", NETWORK, &[DOMAIN]),
    rule("domain|ip", NETWORK, &[DOMAIN, IP]),
    rule("ip-dst|port", NETWORK, &[DST, DST_PORT]),
    rule("ip-src|port", NETWORK, &[SRC, SRC_PORT]),
    rule("url", NETWORK, &[URL]),
    rule("uri", NETWORK, &[URL]),
    rule("link", "External analysis", &[URL]),
    rule("email", NETWORK, &[EMAIL]),
    rule("email-src", PAYLOAD, &[EMAIL]),
    rule("email-dst", NETWORK, &[EMAIL]),
    rule("email-reply-to", PAYLOAD, &[EMAIL]),
    rule("email-subject", PAYLOAD, &[SUBJECT]),
    rule("AS", NETWORK, &[AS]),
    rule("mac-address", NETWORK, &[MAC]),
    rule("filename", PAYLOAD, &[NAME]),
    rule("md5", PAYLOAD, &[MD5]),
    rule("sha1", PAYLOAD, &[SHA1]),
    rule("sha256", PAYLOAD, &[SHA256]),
    rule("sha512", PAYLOAD, &[SHA512]),
    rule("sha3-256", PAYLOAD, &[SHA3_256]),
    rule("sha3-512", PAYLOAD, &[SHA3_512]),
    rule("ssdeep", PAYLOAD, &[SSDEEP]),
    rule("tlsh", PAYLOAD, &[TLSH]),
    rule("filename|md5", PAYLOAD, &[NAME, MD5]),
    rule("filename|sha1", PAYLOAD, &[NAME, SHA1]),
    rule("filename|sha256", PAYLOAD, &[NAME, SHA256]),
    rule("filename|sha512", PAYLOAD, &[NAME, SHA512]),
    rule("filename|ssdeep", PAYLOAD, &[NAME, SSDEEP]),
    rule("mime-type", "Artifacts dropped", &[MIME]),
    rule("size-in-bytes", "Other", &[SIZE]),
    rule("mutex", "Artifacts dropped", &[MUTEX]),
    rule("regkey", "Persistence mechanism", &[KEY]),
    rule("regkey|value", "Persistence mechanism", &[KEY, KEY_DATA]),
    rule("x509-fingerprint-md5", NETWORK, &[CERT_MD5]),
    rule("x509-fingerprint-sha1", NETWORK, &[CERT_SHA1]),
    rule("x509-fingerprint-sha256", NETWORK, &[CERT_SHA256]),
    rule("target-user", "Targeting data", &[ACCOUNT]),
];

/// Attribute types that are a detection rule in a language of their own, and that language
/// (`pattern-type-ov`, STIX 2.1 §10.19).
pub(crate) const LANGUAGES: &[(&str, &str, &str)] = &[
    ("yara", "yara", PAYLOAD),
    ("sigma", "sigma", PAYLOAD),
    ("snort", "snort", NETWORK),
    ("suricata", "suricata", NETWORK),
    ("pcre", "pcre", PAYLOAD),
    ("stix2-pattern", "stix", PAYLOAD),
];

/// The rule of an attribute type.
pub(crate) fn rule_of(misp: &str) -> Option<&'static Rule> {
    static BY_NAME: OnceLock<HashMap<&str, &Rule>> = OnceLock::new();
    let by_name = BY_NAME.get_or_init(|| RULES.iter().map(|rule| (rule.misp, rule)).collect());
    by_name.get(misp).copied()
}

/// The first rule with exactly these parts, in any order.
pub(crate) fn rule_with(parts: &[Part]) -> Option<&'static Rule> {
    RULES.iter().find(|rule| {
        rule.parts.len() == parts.len() && rule.parts.iter().all(|part| parts.contains(part))
    })
}

/// The part of an observable's property.
pub(crate) fn part_of(sco: &str, path: &str) -> Option<Part> {
    static BY_PATH: OnceLock<HashMap<(&str, &str), Part>> = OnceLock::new();
    let by_path = BY_PATH.get_or_init(|| {
        let of_rules = RULES.iter().flat_map(|rule| rule.parts);
        let of_templates = crate::template::TEMPLATES.iter().flat_map(|(_, lines)| {
            let observed = lines.iter().map(|line| &line.part);
            observed.filter(|part| part.form != Form::Property)
        });
        of_rules
            .chain(of_templates)
            .map(|part| ((part.sco, part.path), *part))
            .collect()
    });
    let sco = match sco {
        "ipv4-addr" | "ipv6-addr" => "ip",
        other => other,
    };
    by_path.get(&(sco, path)).copied()
}
