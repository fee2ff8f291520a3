//! Text from outside, parsed once into types that keep their bounds: names, codes, logins, addresses.
//! Control and direction-changing characters are refused, so that a name can't forge a line or a row.

use std::net::IpAddr;

use kaname_kernel::fold::fold;
use serde::{Deserialize, Serialize};

/// Text that does not fit its field.
#[derive(Debug, Clone, thiserror::Error, PartialEq, Eq)]
#[error("{field}: {what} (limit: {limit})")]
pub struct BadText {
    /// The field, such as `party.code`.
    pub field: &'static str,
    /// What is wrong with it.
    pub what: &'static str,
    /// The limit that holds, in words.
    pub limit: &'static str,
}

impl BadText {
    /// Key of the sentence that tells it.
    pub fn key(&self) -> &'static str {
        match self.what {
            "is empty" => "error-text-empty",
            "is too long" => "error-text-long",
            "has a control character" => "error-text-control",
            "has a wrong length" => "error-text-length",
            "has a character that is not allowed" => "error-text-character",
            "is not a domain name" => "error-text-domain",
            "is not an IP network" | "has a prefix length that is not allowed" => {
                "error-text-network"
            }
            "has no @" | "has a name part that is not allowed" => "error-text-mail",
            "is not a telephone number" => "error-text-phone",
            "is not written in kana" => "error-text-kana",
            "is not a sector of the dated data" => "error-unknown-sector",
            _ => "error-text-choice",
        }
    }
}

fn bad<T>(field: &'static str, what: &'static str, limit: &'static str) -> Result<T, BadText> {
    Err(BadText { field, what, limit })
}

/// Whether a character changes the direction or look of what stands around it.
fn is_deceptive(c: char) -> bool {
    matches!(c, '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

macro_rules! text_types {
    ($($name:ident, $field:literal, $check:path, $doc:literal;)*) => { $(
        #[doc = $doc]
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// Parses; errors name the field given here.
            pub fn parse(field: &'static str, text: &str) -> Result<Self, BadText> {
                $check(field, text).map(Self)
            }
            /// The text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }
        impl TryFrom<String> for $name {
            type Error = BadText;
            fn try_from(text: String) -> Result<Self, BadText> {
                Self::parse($field, &text)
            }
        }
        impl std::str::FromStr for $name {
            type Err = BadText;
            fn from_str(text: &str) -> Result<Self, BadText> {
                Self::parse($field, text)
            }
        }
        impl From<$name> for String {
            fn from(text: $name) -> String {
                text.0
            }
        }
        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&self.0)
            }
        }
    )* };
}

text_types! {
    Line, "text", line, "One line for people: 1 to 200 characters, trimmed.";
    Paragraph, "text", paragraph, "Longer text for people: 1 to 10,000 characters, with line breaks.";
    Code, "code", code, "A short name in commands and URLs: 2 to 40 of a–z, 0–9 and inner hyphens or underscores, folded.";
    SectorCode, "sector", code, "Code of a sector in the dated data, such as `water`.";
    BodyCode, "body", code, "Code of a public body in the dated data, such as `mlit`.";
    ClassCode, "class", code, "Code of a member class in the dated data, such as `general`.";
    DutyCode, "duty", code, "Code of a duty in the dated data, such as `secrecy`.";
    Login, "login", login, "What a person signs in with: 2 to 64 letters, digits and `.`, `_`, `-`, `@`, `+`, folded (NFKC, lower case).";
    MailAddress, "mail", mail, "A mail address of at most 254 characters; its domain is folded.";
    Domain, "domain", domain, "A domain name in ASCII form (IDNA), of at most 253 characters and two labels or more.";
    Network, "network", network, "An IP network in canonical CIDR form.";
    Phone, "phone", phone, "A telephone number: 3 to 32 digits and signs, folded.";
    Reading, "reading", crate::reading::check, "How a name is read: 1 to 100 hiragana or katakana, folded.";
    Scope, "scope", scope, "A right granted to a delegate: an action of the policy such as `submission.submit`.";
}

fn line(field: &'static str, text: &str) -> Result<String, BadText> {
    const LIMIT: &str = "1 to 200 characters on one line";
    let text = text.trim();
    if text.is_empty() {
        return bad(field, "is empty", LIMIT);
    }
    if text.len() > 800 || text.chars().count() > 200 {
        return bad(field, "is too long", LIMIT);
    }
    if text.chars().any(|c| c.is_control() || is_deceptive(c)) {
        return bad(field, "has a control character", LIMIT);
    }
    Ok(text.to_owned())
}

fn paragraph(field: &'static str, text: &str) -> Result<String, BadText> {
    const LIMIT: &str = "1 to 10,000 characters";
    let text = text.trim();
    if text.is_empty() {
        return bad(field, "is empty", LIMIT);
    }
    if text.len() > 40_000 || text.chars().count() > 10_000 {
        return bad(field, "is too long", LIMIT);
    }
    let text = text.replace("\r\n", "\n");
    let stray = |c: char| (c.is_control() && c != '\n' && c != '\t') || is_deceptive(c);
    if text.chars().any(stray) {
        return bad(field, "has a control character", LIMIT);
    }
    Ok(text)
}

/// Folds what is short enough to be folded.
fn folded(field: &'static str, text: &str, limit: &'static str) -> Result<String, BadText> {
    if text.len() > 1_000 {
        return bad(field, "is too long", limit);
    }
    Ok(fold(text.trim()))
}

fn code(field: &'static str, text: &str) -> Result<String, BadText> {
    const LIMIT: &str = "2 to 40 of a-z, 0-9 and inner hyphens or underscores";
    let code = folded(field, text, LIMIT)?;
    if !(2..=40).contains(&code.len()) {
        return bad(field, "has a wrong length", LIMIT);
    }
    let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit();
    let ends_plain =
        code.bytes().next().is_some_and(plain) && code.bytes().last().is_some_and(plain);
    if !ends_plain || !code.bytes().all(|b| plain(b) || b == b'-' || b == b'_') {
        return bad(field, "has a character that is not allowed", LIMIT);
    }
    Ok(code)
}

fn scope(field: &'static str, text: &str) -> Result<String, BadText> {
    const LIMIT: &str = "3 to 60 of a-z, underscore and one inner dot";
    let text = text.trim();
    let (noun, verb) = text.split_once('.').unwrap_or_default();
    let word = |w: &str| !w.is_empty() && w.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
    if text.len() > 60 || !word(noun) || !word(verb) {
        return bad(field, "is not the name of an action", LIMIT);
    }
    Ok(text.to_owned())
}

fn login(field: &'static str, text: &str) -> Result<String, BadText> {
    const LIMIT: &str = "2 to 64 letters, digits and . _ - @ +";
    let login = folded(field, text, LIMIT)?;
    if !(2..=64).contains(&login.chars().count()) {
        return bad(field, "has a wrong length", LIMIT);
    }
    if !login
        .chars()
        .all(|c| c.is_alphanumeric() || "._-@+".contains(c))
    {
        return bad(field, "has a character that is not allowed", LIMIT);
    }
    Ok(login)
}

fn mail(field: &'static str, text: &str) -> Result<String, BadText> {
    const LIMIT: &str = "name@domain of at most 254 characters";
    if text.len() > 1_000 {
        return bad(field, "is too long", LIMIT);
    }
    let text = text.trim();
    let Some((name, host)) = text.rsplit_once('@') else {
        return bad(field, "has no @", LIMIT);
    };
    let allowed = |c: char| c.is_alphanumeric() || "!#$%&'*+-/=?^_`{|}~.".contains(c);
    if name.is_empty() || name.len() > 64 || !name.chars().all(allowed) {
        return bad(field, "has a name part that is not allowed", LIMIT);
    }
    let mail = format!("{name}@{}", domain(field, host)?);
    if mail.len() > 254 {
        return bad(field, "is too long", LIMIT);
    }
    Ok(mail)
}

fn domain(field: &'static str, text: &str) -> Result<String, BadText> {
    const LIMIT: &str = "a domain name of two labels or more, at most 253 characters";
    let name = folded(field, text, LIMIT)?;
    let name = name.trim_start_matches("*.").trim_matches('.');
    let Ok(name) = idna::domain_to_ascii_strict(name) else {
        return bad(field, "is not a domain name", LIMIT);
    };
    let numeric = name
        .rsplit('.')
        .next()
        .is_some_and(|last| last.bytes().all(|b| b.is_ascii_digit()));
    if name.is_empty() || name.len() > 253 || !name.contains('.') || numeric {
        return bad(field, "is not a domain name", LIMIT);
    }
    Ok(name)
}

fn network(field: &'static str, text: &str) -> Result<String, BadText> {
    const LIMIT: &str =
        "an address or CIDR such as 192.0.2.0/24 or 2001:db8::/32, not the whole Internet";
    let text = folded(field, text, LIMIT)?;
    let (address, length) = text.split_once('/').unwrap_or((text.as_str(), ""));
    let Ok(address) = address.parse::<IpAddr>() else {
        return bad(field, "is not an IP network", LIMIT);
    };
    let width: u8 = if address.is_ipv4() { 32 } else { 128 };
    let digits = length.bytes().all(|b| b.is_ascii_digit());
    let prefix = if text.contains('/') {
        length.parse().ok()
    } else {
        Some(width)
    };
    let Some(prefix) = prefix.filter(|p| digits && (1..=width).contains(p)) else {
        return bad(field, "has a prefix length that is not allowed", LIMIT);
    };
    let masked = match address {
        IpAddr::V4(v4) => IpAddr::from((v4.to_bits() & (u32::MAX << (32 - prefix))).to_be_bytes()),
        IpAddr::V6(v6) => {
            IpAddr::from((v6.to_bits() & (u128::MAX << (128 - prefix))).to_be_bytes())
        }
    };
    Ok(format!("{masked}/{prefix}"))
}

fn phone(field: &'static str, text: &str) -> Result<String, BadText> {
    const LIMIT: &str = "3 to 32 digits, spaces and + - ( ) #";
    let phone = folded(field, text, LIMIT)?;
    let fits = (3..=32).contains(&phone.len());
    if !fits
        || !phone
            .chars()
            .all(|c| c.is_ascii_digit() || " +-()#".contains(c))
    {
        return bad(field, "is not a telephone number", LIMIT);
    }
    Ok(phone)
}

/// A language the pages and mails speak.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum Lang {
    /// Japanese.
    #[default]
    Ja,
    /// English.
    En,
}

impl Lang {
    /// `ja` or `en`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Ja => "ja",
            Self::En => "en",
        }
    }
}

impl std::str::FromStr for Lang {
    type Err = BadText;
    fn from_str(text: &str) -> Result<Self, BadText> {
        match text {
            "ja" => Ok(Self::Ja),
            "en" => Ok(Self::En),
            _ => bad("lang", "is not a language of this program", "ja or en"),
        }
    }
}

/// A name in both languages.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Name2 {
    /// Japanese.
    pub ja: Line,
    /// English.
    pub en: Line,
}

impl Name2 {
    /// Parses both; errors name the field given here.
    pub fn parse(field: &'static str, ja: &str, en: &str) -> Result<Self, BadText> {
        let (ja, en) = (Line::parse(field, ja)?, Line::parse(field, en)?);
        Ok(Self { ja, en })
    }

    /// The name in one language.
    pub fn get(&self, lang: Lang) -> &str {
        match lang {
            Lang::Ja => self.ja.as_str(),
            Lang::En => self.en.as_str(),
        }
    }
}
