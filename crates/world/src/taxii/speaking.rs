//! How the hub speaks to another TAXII server (TAXII 2.1 §3): who it is there, what an answer that is not the
//! one hoped for says, and how long the server wants to be left alone.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use kaname_kernel::MatterId;
use kaname_sharing::{Sealed, peer::Peer};
use serde::Deserialize;

use crate::{
    doors::{DoorError, Fetched},
    error::WorldError,
    work::Loaded,
    world::World,
};

/// The media type asked for.
pub(super) const TAXII: &str = "application/taxii+json;version=2.1";
/// Longest credential, in bytes.
const MAX_CREDENTIAL: usize = 1_000;
/// Most characters of a server's own words that are kept.
const MAX_WORDS: usize = 300;

/// Why a turn ended before its end.
pub(super) enum Stopped {
    /// By the peer's doing.
    Peer(Trouble),
    /// By the hub's own.
    World(WorldError),
}

/// What is wrong with a peer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Trouble {
    /// In words.
    pub(super) what: String,
    /// How long it asks to be left alone, in seconds.
    pub(super) wait_s: Option<u32>,
}

impl Stopped {
    /// The peer did something that a server does not do.
    pub(super) fn peer(what: &str) -> Self {
        Self::saying(format!("the peer {what}"))
    }

    pub(super) fn saying(what: String) -> Self {
        Self::Peer(Trouble { what, wait_s: None })
    }

    /// The peer answered with this status.
    pub(super) fn answered(answer: &Fetched) -> Self {
        let said = words(&answer.body);
        let status = answer.status;
        let what = match said.is_empty() {
            true => format!("the peer answered {status}"),
            false => format!("the peer answered {status}: {said}"),
        };
        let wait = answer.headers.get("retry-after");
        let wait = wait.and_then(|value| value.to_str().ok());
        let wait_s = wait.and_then(|text| text.trim().parse().ok());
        Self::Peer(Trouble { what, wait_s })
    }
}

impl From<WorldError> for Stopped {
    fn from(error: WorldError) -> Self {
        Self::World(error)
    }
}

impl From<DoorError> for Stopped {
    fn from(error: DoorError) -> Self {
        let (DoorError::Later(what) | DoorError::Never(what)) = error;
        Self::saying(what)
    }
}

/// An error message (TAXII 2.1 §3.6.1).
#[derive(Deserialize)]
struct ErrorMessage {
    title: String,
    #[serde(default)]
    description: String,
}

/// What the body of an error says: its title and description, when it has them.
fn words(body: &[u8]) -> String {
    let Ok(message) = serde_json::from_slice::<ErrorMessage>(body) else {
        return String::new();
    };
    match message.description.is_empty() {
        true => told(&message.title),
        false => told(&format!("{} ({})", message.title, message.description)),
    }
}

/// Another's words, as they can be shown: on one line, without signs that steer a terminal or the direction of
/// writing, cut off.
pub(super) fn told(words: &str) -> String {
    let steers = |sign: char| {
        sign.is_control()
            || matches!(sign, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
    };
    let plain = |sign| if steers(sign) { ' ' } else { sign };
    let shown: String = words.chars().map(plain).take(MAX_WORDS).collect();
    shown.trim().to_owned()
}

impl World {
    /// User and password at a peer, sealed for it.
    pub(super) fn sealed_credential(
        &self,
        id: MatterId,
        credential: Option<(&str, &str)>,
    ) -> Result<Option<Sealed>, WorldError> {
        let Some((user, password)) = credential else {
            return Ok(None);
        };
        // RFC 7617 §2: the first colon ends the user.
        if user.contains(':') {
            let why = "a user without a colon is expected";
            return Err(WorldError::invalid("user", "error-text-character", why));
        }
        let pair = format!("{user}:{password}");
        if pair.len() > MAX_CREDENTIAL {
            let why = "user and password together have at most 1000 bytes";
            return Err(WorldError::invalid("password", "error-text-length", why));
        }
        let key = self.keys().master.derive("taxii-peer");
        let boxed = key.seal(self.rng(), id.bytes(), pair.as_bytes());
        Ok(Some(Sealed::of(&boxed)))
    }

    /// Headers of every question to a peer: what is spoken, and who asks.
    pub(super) fn peer_headers(
        &self,
        peer: &Loaded<Peer>,
    ) -> Result<Vec<(&'static str, String)>, WorldError> {
        let mut headers = vec![("accept", TAXII.to_owned())];
        if let Some(sealed) = &peer.state.credential {
            let key = self.keys().master.derive("taxii-peer");
            let boxed = sealed.cipher().unwrap_or_default();
            let pair = key.open(peer.id.bytes(), &boxed)?;
            headers.push(("authorization", format!("Basic {}", STANDARD.encode(pair))));
        }
        Ok(headers)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_servers_words_are_bounded_and_steer_nothing() {
        let body = br#"{"title":"No \u001b[31mwrite\u202e access","description":"line\nbreak"}"#;
        assert_eq!(words(body), "No  [31mwrite  access (line break)");
        assert_eq!(words(b"<html>"), "");
        assert_eq!(told(&"x".repeat(5_000)).len(), MAX_WORDS);
    }
}
