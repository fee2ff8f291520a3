//! STIX patterns of one observation: values that hold together (STIX 2.1 §9).

use serde_json::Value;

use crate::piece::{Piece, piece};

/// The pattern that all the pieces make.
pub(crate) fn write(pieces: &[Piece]) -> String {
    let mut out = String::from("[");
    for (index, piece) in pieces.iter().enumerate() {
        if index > 0 {
            out.push_str(" AND ");
        }
        out.push_str(piece.sco());
        out.push(':');
        match piece.part.path.strip_prefix("hashes.") {
            Some(hash) if hash.contains('-') => {
                out.push_str("hashes.'");
                out.push_str(hash);
                out.push('\'');
            }
            _ => out.push_str(piece.part.path),
        }
        out.push_str(" = ");
        if piece.part.form.is_number() {
            out.push_str(piece.value.strip_prefix("AS").unwrap_or(&piece.value));
            continue;
        }
        out.push('\'');
        for character in piece.value.chars() {
            if matches!(character, '\'' | '\\') {
                out.push('\\');
            }
            out.push(character);
        }
        out.push('\'');
    }
    out.push(']');
    out
}

/// The pieces of a pattern of that shape; `None` for any other.
pub(crate) fn read(pattern: &str) -> Option<Vec<Piece>> {
    let mut rest = pattern.trim().strip_prefix('[')?;
    let mut pieces = Vec::new();
    loop {
        let (sco, after) = rest.trim_start().split_once(':')?;
        let (path, after) = after.split_once('=')?;
        let path = path.trim().replace('\'', "");
        let (value, after) = literal(after.trim_start())?;
        pieces.push(piece(sco, &path, &value)?);
        let after = after.trim_start();
        if after == "]" {
            return Some(pieces);
        }
        rest = after.strip_prefix("AND ")?;
    }
}

fn literal(from: &str) -> Option<(Value, &str)> {
    let Some(quoted) = from.strip_prefix('\'') else {
        let end = from.find(|character: char| !character.is_ascii_digit())?;
        let number: u64 = from[..end].parse().ok()?;
        return Some((number.into(), &from[end..]));
    };
    let mut value = String::new();
    let mut characters = quoted.char_indices();
    while let Some((at, character)) = characters.next() {
        match character {
            '\'' => return Some((value.into(), &quoted[at + 1..])),
            '\\' => value.push(characters.next()?.1),
            other => value.push(other),
        }
    }
    None
}
