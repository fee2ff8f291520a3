//! Values: text from file, environment or command line, read as the key's kind.

use std::{net::SocketAddr, path::PathBuf};

use super::kind::Kind;

/// A value of its key's kind.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Value {
    /// Nothing is said.
    None,
    /// Text, word or URL.
    Text(String),
    /// A path.
    Path(PathBuf),
    /// A switch.
    Bool(bool),
    /// A number, or bytes.
    Number(u64),
    /// Where to listen.
    Address(SocketAddr),
}

/// Reads `text` as `kind`; empty text says nothing.
pub(crate) fn parse(kind: Kind, text: &str) -> Result<Value, String> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(Value::None);
    }
    if text.len() > 4_096 || text.chars().any(char::is_control) {
        return Err("is longer than 4,096 bytes or has control characters".to_owned());
    }
    match kind {
        Kind::Text => Ok(Value::Text(text.to_owned())),
        Kind::Path => Ok(Value::Path(PathBuf::from(text))),
        Kind::Bool => match text {
            "true" => Ok(Value::Bool(true)),
            "false" => Ok(Value::Bool(false)),
            _ => Err(format!("`{text}` is neither true nor false")),
        },
        Kind::Number(least, most) => {
            let number = text
                .parse()
                .map_err(|_| format!("`{text}` is not a whole number"))?;
            within(number, least, most)
        }
        Kind::Bytes(least, most) => within(bytes(text)?, least, most),
        Kind::Choice(words) => match words.iter().find(|word| **word == text) {
            Some(word) => Ok(Value::Text((*word).to_owned())),
            None => Err(format!("`{text}` is not a word for it")),
        },
        Kind::Address => {
            let address = text.parse();
            let address = address.map_err(|_| format!("`{text}` is not an address with a port"))?;
            Ok(Value::Address(address))
        }
        Kind::Url(schemes) => {
            let scheme = text.split_once("://").map(|(scheme, _)| scheme);
            if scheme.is_some_and(|scheme| schemes.contains(&scheme)) {
                Ok(Value::Text(text.to_owned()))
            } else {
                // The value may hold a password, so it is not repeated.
                let begins: Vec<_> = schemes
                    .iter()
                    .map(|scheme| format!("{scheme}://"))
                    .collect();
                Err(format!("does not begin with {}", begins.join(" or ")))
            }
        }
    }
}

fn within(number: u64, least: u64, most: u64) -> Result<Value, String> {
    if (least..=most).contains(&number) {
        Ok(Value::Number(number))
    } else if number < least {
        Err(format!("{number} is below {least}"))
    } else {
        Err(format!("{number} is over {most}"))
    }
}

fn bytes(text: &str) -> Result<u64, String> {
    let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic() || c == ' ');
    let unit = text.get(digits.len()..).unwrap_or_default().trim();
    let factor = match unit {
        "" | "B" => Some(1),
        "KiB" => Some(1u64 << 10),
        "MiB" => Some(1 << 20),
        "GiB" => Some(1 << 30),
        _ => None,
    };
    let number = digits.parse::<u64>().ok();
    let product = number
        .zip(factor)
        .and_then(|(number, factor)| number.checked_mul(factor));
    product.ok_or_else(|| format!("`{text}` is not a number of bytes"))
}
