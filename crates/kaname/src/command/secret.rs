//! Passwords that a command is given, asks for, or makes.

use std::{
    io::{BufRead as _, BufReader, IsTerminal as _, Read as _},
    path::Path,
};

use crate::{ambient, fault::Fault};

/// Longest first line of a password file that is read, in bytes.
const MAX_LINE: u64 = 4_096;

/// A password and whether it was made here, so that it must be shown.
pub(super) struct Password {
    /// The password.
    pub(super) text: String,
    /// Whether it was made here.
    pub(super) made: bool,
}

/// The first line of a file.
pub(super) fn from_file(path: &Path) -> Result<String, Fault> {
    let unreadable = |error: std::io::Error| Fault::file(path, "read", &error);
    let file = std::fs::File::open(path).map_err(unreadable)?;
    let mut line = String::new();
    BufReader::new(file.take(MAX_LINE))
        .read_line(&mut line)
        .map_err(unreadable)?;
    Ok(line.trim_end_matches(['\r', '\n']).to_owned())
}

/// From the file, else asked for twice when someone sits at a terminal (and the output is not for a
/// program), else made.
pub(super) fn password(file: Option<&Path>, ask: bool) -> Result<Password, Fault> {
    if let Some(path) = file {
        return Ok(Password {
            text: from_file(path)?,
            made: false,
        });
    }
    if ask && std::io::stdin().is_terminal() && std::io::stderr().is_terminal() {
        let unread = |e: std::io::Error| Fault::failed("the password cannot be read").because(&e);
        let ask = |words: &str| rpassword::prompt_password(words).map_err(unread);
        let text = ask("Password of the first officer (empty: make one): ")?;
        if !text.is_empty() {
            if ask("Once more: ")? != text {
                return Err(Fault::usage("the two passwords differ"));
            }
            return Ok(Password { text, made: false });
        }
    }
    Ok(Password {
        text: made(),
        made: true,
    })
}

/// A fresh password of 80 bits, in five words.
pub(super) fn made() -> String {
    let random: [u8; 10] = ambient::random();
    random.chunks(2).map(word).collect::<Vec<_>>().join("-")
}

/// Two bytes as four letters and digits that no one mistakes for each other.
fn word(bytes: &[u8]) -> String {
    const SIGNS: &[u8; 16] = b"abcdefhkmnprtwxy";
    let nibbles = bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]);
    nibbles
        .map(|nibble| char::from(SIGNS[usize::from(nibble)]))
        .collect()
}
