//! What a key of the configuration is.

use super::{keys::KEYS, kind::Kind};

/// A key of the configuration.
#[derive(Debug)]
pub(crate) struct Key {
    /// `section.key`.
    pub(crate) name: &'static str,
    /// What its value may be.
    pub(crate) kind: Kind,
    /// Its value when nothing is said; empty for none.
    pub(crate) default: &'static str,
    /// Whether it must not be shown.
    pub(crate) secret: bool,
    /// What it is, one sentence.
    pub(crate) about: &'static str,
}

impl Key {
    /// The environment variable that overrides it.
    pub(crate) fn variable(&self) -> String {
        let (section, key) = self.name.split_once('.').unwrap_or((self.name, ""));
        format!("KANAME_{}__{}", section.to_uppercase(), key.to_uppercase())
    }
}

pub(super) const fn key(
    name: &'static str,
    kind: Kind,
    default: &'static str,
    about: &'static str,
) -> Key {
    Key {
        name,
        kind,
        default,
        secret: false,
        about,
    }
}

pub(super) const fn secret(name: &'static str, kind: Kind, about: &'static str) -> Key {
    Key {
        name,
        kind,
        default: "",
        secret: true,
        about,
    }
}

/// The key of that name.
pub(crate) fn find(name: &str) -> Option<&'static Key> {
    KEYS.iter().find(|key| key.name == name)
}
