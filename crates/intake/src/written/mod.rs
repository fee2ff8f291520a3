//! Rules for machines that others wrote (YARA, Sigma, Suricata, Snort): read by a grammar of our own, held against
//! what the language knows, and written anew from what was read. So nothing in a text reaches beyond its own rule, and
//! one broken rule does not make a machine refuse the whole file.
//!
//! What is stricter than the languages themselves: a rule may alert and nothing else, reads no file, runs no script, and
//! names only what stands in it or what every machine has.

pub mod intrusion;
pub mod sigma;
pub mod yara;

/// Longest text of one pattern, in bytes.
pub const MAX_TEXT: usize = 64 << 10;

/// Why a text is no rule that can be given on.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct NoRule(pub(crate) String);

pub(crate) fn no<T>(why: impl Into<String>) -> Result<T, NoRule> {
    Err(NoRule(why.into()))
}

/// A text that is short enough to be looked at.
fn bounded(text: &str) -> Result<&str, NoRule> {
    match text.len() <= MAX_TEXT {
        true => Ok(text),
        false => no(format!("longer than {MAX_TEXT} bytes")),
    }
}
