//! How the hub speaks to another TAXII server (TAXII 2.1 §3): who it is there, what an answer that is not the
//! one hoped for says, and how long the server wants to be left alone.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use kaname_kernel::MatterId;
use kaname_sharing::{
    Sealed,
    peer::Peer,
    turn::trouble::{Known, Resource},
};
use serde::Deserialize;

use crate::{
    doors::{Fetched, Headers},
    error::WorldError,
    turn::{Stopped, Wrong, told},
    work::Loaded,
    world::World,
};

/// The media type asked for.
pub(super) const TAXII: &str = "application/taxii+json;version=2.1";
/// What a peer's credential is sealed for.
const SECRET: &str = "taxii-peer";
/// Longest credential, in bytes.
const MAX_CREDENTIAL: usize = 1_000;

impl Wrong {
    /// The peer answered with this status.
    pub(super) fn answered(answer: &Fetched) -> Self {
        Self::by_status(answer, words(&answer.body))
    }
}

/// What a peer answered, read as what it has to be.
pub(super) fn read_as<T: for<'d> Deserialize<'d>>(
    what: Resource,
    answer: &Fetched,
) -> Result<T, Stopped> {
    serde_json::from_slice(&answer.body).map_err(|error| {
        let (line, column) = (error.line(), error.column());
        let words = error.to_string();
        let place = format!(" at line {line} column {column}");
        Stopped::from(Known::Unreadable {
            what,
            line: line as u64,
            column: column as u64,
            words: told(words.strip_suffix(&place).unwrap_or(&words)),
        })
    })
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
        Ok(Some(self.seal_credential(SECRET, id, &pair)))
    }

    /// Headers of every question to a peer: what is spoken, and who asks.
    pub(super) fn peer_headers(&self, peer: &Loaded<Peer>) -> Result<Headers, WorldError> {
        let mut headers: Headers = vec![("accept".into(), TAXII.to_owned())];
        if let Some(sealed) = &peer.state.credential {
            let pair = self.open_credential(SECRET, peer.id, sealed)?;
            let basic = format!("Basic {}", STANDARD.encode(pair));
            headers.push(("authorization".into(), basic));
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
    }
}
