//! What is wrong with the other side of a turn: kept by its code with what belongs to it, so that it can be said in the
//! language of whoever reads it. What was put down before there were codes stays in its words.

mod known;

use std::fmt;

use serde::{Deserialize, Serialize, Serializer};

pub use self::known::{Done, Known, OfCertificate, OfSignature, Resource};

/// What is wrong with the other side.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Trouble {
    /// By its code.
    Known(Known),
    /// In words alone: the other side's own, or those of before there were codes.
    Words(String),
}

impl Trouble {
    /// Its stable name for programs; `None` of what is told in words alone.
    pub fn code(&self) -> Option<String> {
        let kept = serde_json::to_value(self).ok()?;
        kept.get("code")?.as_str().map(str::to_owned)
    }
}

impl From<Known> for Trouble {
    fn from(known: Known) -> Self {
        Self::Known(known)
    }
}

impl From<String> for Trouble {
    fn from(words: String) -> Self {
        Self::Words(words)
    }
}

/// In English: for logs, and for whoever works at a terminal.
impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Known(known) => known.fmt(f),
            Self::Words(words) => f.write_str(words),
        }
    }
}

/// Serializes a trouble in its English words, for what a terminal is told.
///
/// # Errors
/// When the serializer fails.
pub fn in_words<S: Serializer>(
    trouble: &Option<Trouble>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    match trouble {
        Some(trouble) => serializer.collect_str(trouble),
        None => serializer.serialize_none(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_kept_before_there_were_codes_is_read_in_its_words() {
        let before: Trouble = serde_json::from_str("\"the peer answered 503\"").unwrap();
        assert_eq!(before, Trouble::Words("the peer answered 503".to_owned()));
        assert_eq!(before.code(), None);
        assert_eq!(before.to_string(), "the peer answered 503");
    }

    #[test]
    fn a_trouble_is_kept_by_its_code_with_what_belongs_to_it() {
        let last = Trouble::from(Known::Answered {
            status: 503,
            words: String::new(),
        });
        let silent = Trouble::from(Known::Silent {
            count: 5,
            event: "a".to_owned(),
            last: Box::new(last),
        });
        let kept = serde_json::to_string(&silent).unwrap();
        assert_eq!(
            kept,
            r#"{"code":"silent","count":5,"event":"a","last":{"code":"answered","status":503}}"#
        );
        let read: Trouble = serde_json::from_str(&kept).unwrap();
        assert_eq!(read, silent);
        assert_eq!(read.code().as_deref(), Some("silent"));
        assert_eq!(
            read.to_string(),
            "5 events in a row did not come; the last, a: the server answered 503"
        );
        let plain = Trouble::from(Known::PrivateNetwork);
        let kept = serde_json::to_string(&plain).unwrap();
        assert_eq!(kept, r#"{"code":"private_network"}"#);
        assert_eq!(serde_json::from_str::<Trouble>(&kept).unwrap(), plain);
    }
}
