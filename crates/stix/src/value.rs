//! Values that are searched, correlated and written into patterns.

use serde::{Deserialize, Serialize};

/// What a searchable value is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[expect(missing_docs, reason = "each variant is named for what it holds")]
pub enum ValueKind {
    Ipv4,
    Ipv6,
    /// An IPv4 or IPv6 network in prefix notation.
    Cidr,
    Domain,
    Url,
    Email,
    Md5,
    Sha1,
    Sha256,
    Sha512,
    Sha3_256,
    Sha3_512,
    Ssdeep,
    Tlsh,
    FileName,
    Directory,
    Mac,
    Mutex,
    RegistryKey,
    AutonomousSystem,
    Software,
    UserAccount,
    CertificateSerial,
    EmailSubject,
    Name,
    Alias,
    ExternalId,
    Cve,
}

impl ValueKind {
    /// Its name in lower case with hyphens, as in JSON.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ipv4 => "ipv4",
            Self::Ipv6 => "ipv6",
            Self::Cidr => "cidr",
            Self::Domain => "domain",
            Self::Url => "url",
            Self::Email => "email",
            Self::Md5 => "md5",
            Self::Sha1 => "sha1",
            Self::Sha256 => "sha256",
            Self::Sha512 => "sha512",
            Self::Sha3_256 => "sha3-256",
            Self::Sha3_512 => "sha3-512",
            Self::Ssdeep => "ssdeep",
            Self::Tlsh => "tlsh",
            Self::FileName => "file-name",
            Self::Directory => "directory",
            Self::Mac => "mac",
            Self::Mutex => "mutex",
            Self::RegistryKey => "registry-key",
            Self::AutonomousSystem => "autonomous-system",
            Self::Software => "software",
            Self::UserAccount => "user-account",
            Self::CertificateSerial => "certificate-serial",
            Self::EmailSubject => "email-subject",
            Self::Name => "name",
            Self::Alias => "alias",
            Self::ExternalId => "external-id",
            Self::Cve => "cve",
        }
    }

    /// The kind of a hash by its algorithm's name in STIX (§10.6), also in the
    /// spellings of STIX 2.0 and without the hyphen.
    #[must_use]
    pub fn of_hash(algorithm: &str) -> Option<Self> {
        let kinds = [
            ("MD5", Self::Md5),
            ("SHA-1", Self::Sha1),
            ("SHA1", Self::Sha1),
            ("SHA-256", Self::Sha256),
            ("SHA256", Self::Sha256),
            ("SHA-512", Self::Sha512),
            ("SHA512", Self::Sha512),
            ("SHA3-256", Self::Sha3_256),
            ("SHA3-512", Self::Sha3_512),
            ("SSDEEP", Self::Ssdeep),
            ("TLSH", Self::Tlsh),
        ];
        let known = kinds
            .iter()
            .find(|(name, _)| name.eq_ignore_ascii_case(algorithm));
        known.map(|(_, kind)| *kind)
    }

    /// The kind of an address: a network when it has a prefix length.
    #[must_use]
    pub fn of_address(text: &str) -> Self {
        match (text.contains('/'), text.contains(':')) {
            (true, _) => Self::Cidr,
            (false, true) => Self::Ipv6,
            (false, false) => Self::Ipv4,
        }
    }

    /// The kind of the main value of an observable type's property.
    pub(crate) fn of_property(type_name: &str, property: &str, value: &str) -> Option<Self> {
        match (type_name, property) {
            ("ipv4-addr" | "ipv6-addr", "value") => Some(Self::of_address(value)),
            ("domain-name", "value") => Some(Self::Domain),
            ("url", "value") => Some(Self::Url),
            ("email-addr", "value") => Some(Self::Email),
            ("mac-addr", "value") => Some(Self::Mac),
            ("file", "name") => Some(Self::FileName),
            ("directory", "path") => Some(Self::Directory),
            ("mutex", "name") => Some(Self::Mutex),
            ("software", "name") => Some(Self::Software),
            ("windows-registry-key", "key") => Some(Self::RegistryKey),
            ("autonomous-system", "number") => Some(Self::AutonomousSystem),
            ("user-account", "user_id" | "account_login") => Some(Self::UserAccount),
            ("x509-certificate", "serial_number") => Some(Self::CertificateSerial),
            ("email-message", "subject") => Some(Self::EmailSubject),
            _ => None,
        }
    }
}

/// One searchable value of an object, in its original spelling.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct SearchValue {
    /// What it is.
    pub kind: ValueKind,
    /// The value.
    pub text: String,
}

impl SearchValue {
    /// A value of a kind.
    #[must_use]
    pub fn new(kind: ValueKind, text: impl Into<String>) -> Self {
        Self {
            kind,
            text: text.into(),
        }
    }
}
