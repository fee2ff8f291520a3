//! Writing simple STIX patterns and reading values back out of any (§9).

use super::{MAX_PATTERN, quote};
use crate::value::{SearchValue, ValueKind};

/// Most values read from one pattern.
const MAX_VALUES: usize = 10_000;

/// A pattern of one comparison; `None` for kinds that no pattern can ask for
/// (names, external ids).
#[must_use]
pub fn pattern_for(kind: ValueKind, value: &str) -> Option<String> {
    let path = match kind {
        ValueKind::Ipv4 => "ipv4-addr:value",
        ValueKind::Ipv6 => "ipv6-addr:value",
        ValueKind::Cidr if value.contains(':') => "ipv6-addr:value",
        ValueKind::Cidr => "ipv4-addr:value",
        ValueKind::Domain => "domain-name:value",
        ValueKind::Url => "url:value",
        ValueKind::Email => "email-addr:value",
        ValueKind::Md5 => "file:hashes.MD5",
        ValueKind::Sha1 => "file:hashes.'SHA-1'",
        ValueKind::Sha256 => "file:hashes.'SHA-256'",
        ValueKind::Sha512 => "file:hashes.'SHA-512'",
        ValueKind::Sha3_256 => "file:hashes.'SHA3-256'",
        ValueKind::Sha3_512 => "file:hashes.'SHA3-512'",
        ValueKind::Ssdeep => "file:hashes.SSDEEP",
        ValueKind::Tlsh => "file:hashes.TLSH",
        ValueKind::FileName => "file:name",
        ValueKind::Directory => "directory:path",
        ValueKind::Mac => "mac-addr:value",
        ValueKind::Mutex => "mutex:name",
        ValueKind::RegistryKey => "windows-registry-key:key",
        ValueKind::Software => "software:name",
        ValueKind::UserAccount => "user-account:account_login",
        ValueKind::CertificateSerial => "x509-certificate:serial_number",
        ValueKind::EmailSubject => "email-message:subject",
        ValueKind::AutonomousSystem => {
            let number: u32 = value.parse().ok()?;
            return Some(format!("[autonomous-system:number = {number}]"));
        }
        ValueKind::Name | ValueKind::Alias | ValueKind::ExternalId | ValueKind::Cve => return None,
    };
    let operator = if kind == ValueKind::Cidr {
        "ISSUBSET"
    } else {
        "="
    };
    Some(format!("[{path} {operator} {}]", quote(value)))
}

/// One pattern that matches when any of the values is seen; `None` when there
/// is no value that a pattern can ask for.
#[must_use]
pub fn pattern_of(values: &[SearchValue]) -> Option<String> {
    let parts: Vec<String> = values
        .iter()
        .filter_map(|value| pattern_for(value.kind, &value.text))
        .collect();
    (!parts.is_empty()).then(|| parts.join(" OR "))
}

#[derive(Debug, PartialEq)]
enum Token {
    Word(String),
    Text(String),
    Mark(char),
}

/// Reads the values that a pattern compares with by `=`, `IN` or `ISSUBSET`
/// (not negated). Never fails: what is not understood is passed over.
#[must_use]
pub fn pattern_values(pattern: &str) -> Vec<SearchValue> {
    let mut found = Vec::new();
    if pattern.len() > MAX_PATTERN {
        return found;
    }
    let tokens = tokens(pattern);
    for at in 0..tokens.len() {
        let Some((type_name, steps, mut next)) = path(&tokens, at) else {
            continue;
        };
        if matches!(tokens.get(next), Some(Token::Word(word)) if word.eq_ignore_ascii_case("NOT")) {
            continue;
        }
        let many = match tokens.get(next) {
            Some(Token::Mark('=')) => false,
            Some(Token::Word(word)) if word.eq_ignore_ascii_case("ISSUBSET") => false,
            Some(Token::Word(word)) if word.eq_ignore_ascii_case("IN") => true,
            _ => continue,
        };
        next += 1;
        if many {
            next += 1;
        }
        while let Some(Token::Text(text) | Token::Word(text)) = tokens.get(next) {
            if found.len() >= MAX_VALUES {
                return found;
            }
            if let Some(kind) = kind_of(&type_name, &steps, text) {
                found.push(SearchValue::new(kind, text.clone()));
            }
            if !many || tokens.get(next + 1) != Some(&Token::Mark(',')) {
                break;
            }
            next += 2;
        }
    }
    found
}

/// An object path `type:step.step` from token `at`, and the token after it.
fn path(tokens: &[Token], at: usize) -> Option<(String, Vec<String>, usize)> {
    let (Token::Word(type_name), Token::Mark(':')) = (tokens.get(at)?, tokens.get(at + 1)?) else {
        return None;
    };
    let mut steps = Vec::new();
    let mut next = at + 2;
    while let Some(Token::Word(step) | Token::Text(step)) = tokens.get(next) {
        steps.push(step.clone());
        next += 1;
        while tokens.get(next) == Some(&Token::Mark('[')) {
            next += 3;
        }
        if tokens.get(next) != Some(&Token::Mark('.')) {
            break;
        }
        next += 1;
    }
    (!steps.is_empty()).then(|| (type_name.clone(), steps, next))
}

fn kind_of(type_name: &str, steps: &[String], value: &str) -> Option<ValueKind> {
    let (last, before) = steps.split_last()?;
    if before.last().is_some_and(|step| step == "hashes") {
        return ValueKind::of_hash(last);
    }
    match before.last().map(String::as_str) {
        None => ValueKind::of_property(type_name, last, value),
        Some("src_ref" | "dst_ref") if last == "value" => Some(endpoint(value)),
        Some("from_ref" | "sender_ref" | "to_refs" | "cc_refs" | "bcc_refs") if last == "value" => {
            Some(ValueKind::Email)
        }
        Some("parent_directory_ref") if last == "path" => Some(ValueKind::Directory),
        Some("image_ref" | "body_raw_ref") if last == "name" => Some(ValueKind::FileName),
        _ => None,
    }
}

/// An end of network traffic is an address or a domain.
fn endpoint(value: &str) -> ValueKind {
    let host = value.split('/').next().unwrap_or(value);
    if host.parse::<std::net::IpAddr>().is_ok() {
        ValueKind::of_address(value)
    } else {
        ValueKind::Domain
    }
}

fn tokens(pattern: &str) -> Vec<Token> {
    let mut out = Vec::new();
    let mut rest = pattern.chars().peekable();
    while let Some(character) = rest.next() {
        match character {
            '\'' | '"' => {
                let mut text = String::new();
                while let Some(inner) = rest.next() {
                    match inner {
                        '\\' => text.extend(rest.next()),
                        inner if inner == character => break,
                        inner => text.push(inner),
                    }
                }
                out.push(Token::Text(text));
            }
            word if is_word(word) => {
                let mut text = String::from(word);
                while let Some(next) = rest.next_if(|next| is_word(*next)) {
                    text.push(next);
                }
                out.push(Token::Word(text));
            }
            '=' => {
                rest.next_if_eq(&'=');
                out.push(Token::Mark('='));
            }
            '!' | '<' | '>' => {
                rest.next_if(|next| *next == '=' || *next == '>');
                out.push(Token::Mark(character));
            }
            space if space.is_whitespace() => {}
            mark => out.push(Token::Mark(mark)),
        }
    }
    out
}

fn is_word(character: char) -> bool {
    character.is_ascii_alphanumeric() || character == '_' || character == '-'
}
