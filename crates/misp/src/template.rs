//! Object templates beside the STIX objects that say the same, as data.

use crate::piece::{Form, Part};
use crate::table::{
    ACCOUNT, AS, CERT_ISSUER, CERT_MD5, CERT_SERIAL, CERT_SHA1, CERT_SHA256, CERT_SUBJECT,
    DIRECTORY, DOMAIN, DST, DST_PORT, FROM, IP, KEY, KEY_DATA, KEY_NAME, MD5, MIME, MUTEX, NAME,
    SHA1, SHA3_256, SHA3_512, SHA256, SHA512, SIZE, SRC, SRC_PORT, SSDEEP, SUBJECT, TLSH, URL,
};

/// A relation of a template, the attribute type it has by default, and its part.
pub(crate) struct Line {
    pub(crate) relation: &'static str,
    pub(crate) misp: &'static str,
    pub(crate) part: Part,
}

const fn line(relation: &'static str, misp: &'static str, part: Part) -> Line {
    Line {
        relation,
        misp,
        part,
    }
}

/// A property of a domain object, which is no observation.
const fn property(sdo: &'static str, path: &'static str) -> Part {
    Part {
        sco: sdo,
        path,
        form: Form::Property,
    }
}

/// Each template with its lines. An object whose attributes match no line travels whole.
pub(crate) const TEMPLATES: &[(&str, &[Line])] = &[
    (
        "file",
        &[
            line("filename", "filename", NAME),
            line("md5", "md5", MD5),
            line("sha1", "sha1", SHA1),
            line("sha256", "sha256", SHA256),
            line("sha512", "sha512", SHA512),
            line("sha3-256", "sha3-256", SHA3_256),
            line("sha3-512", "sha3-512", SHA3_512),
            line("ssdeep", "ssdeep", SSDEEP),
            line("tlsh", "tlsh", TLSH),
            line("size-in-bytes", "size-in-bytes", SIZE),
            line("mimetype", "mime-type", MIME),
        ],
    ),
    (
        "domain-ip",
        &[
            line("domain", "domain", DOMAIN),
            line("hostname", "hostname", DOMAIN),
            line("ip", "ip-dst", IP),
        ],
    ),
    ("url", &[line("url", "url", URL)]),
    (
        "network-connection",
        &[
            line("ip-src", "ip-src", SRC),
            line("ip-dst", "ip-dst", DST),
            line("src-port", "port", SRC_PORT),
            line("dst-port", "port", DST_PORT),
        ],
    ),
    (
        "email",
        &[
            line("subject", "email-subject", SUBJECT),
            line("from", "email-src", FROM),
        ],
    ),
    (
        "registry-key",
        &[
            line("key", "regkey", KEY),
            line("name", "text", KEY_NAME),
            line("data", "text", KEY_DATA),
        ],
    ),
    (
        "x509",
        &[
            line("x509-fingerprint-md5", "x509-fingerprint-md5", CERT_MD5),
            line("x509-fingerprint-sha1", "x509-fingerprint-sha1", CERT_SHA1),
            line(
                "x509-fingerprint-sha256",
                "x509-fingerprint-sha256",
                CERT_SHA256,
            ),
            line("serial-number", "text", CERT_SERIAL),
            line("issuer", "text", CERT_ISSUER),
            line("subject", "text", CERT_SUBJECT),
        ],
    ),
    ("asn", &[line("asn", "AS", AS)]),
    ("mutex", &[line("name", "mutex", MUTEX)]),
    ("user-account", &[line("username", "text", ACCOUNT)]),
    ("directory", &[line("path", "text", DIRECTORY)]),
    (
        "vulnerability",
        &[
            line("id", "vulnerability", property("vulnerability", "name")),
            line(
                "description",
                "text",
                property("vulnerability", "description"),
            ),
        ],
    ),
    (
        "attack-pattern",
        &[
            line("name", "text", property("attack-pattern", "name")),
            line("summary", "text", property("attack-pattern", "description")),
        ],
    ),
    (
        "course-of-action",
        &[
            line("name", "text", property("course-of-action", "name")),
            line(
                "description",
                "text",
                property("course-of-action", "description"),
            ),
        ],
    ),
];

/// The lines of a template.
pub(crate) fn lines(template: &str) -> Option<&'static [Line]> {
    let found = TEMPLATES.iter().find(|(name, _)| *name == template)?;
    Some(found.1)
}

/// The first template that has a line for every one of these parts.
pub(crate) fn template_with(parts: &[Part]) -> Option<&'static str> {
    let fits = |lines: &[Line]| {
        let known = |part: &Part| lines.iter().any(|line| line.part == *part);
        !parts.is_empty() && parts.iter().all(known)
    };
    let found = TEMPLATES.iter().find(|(_, lines)| fits(lines))?;
    Some(found.0)
}
