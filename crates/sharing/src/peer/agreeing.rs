//! What people do with a peer: agree, agree otherwise, stop, start, ask for a turn.

use jiff::Timestamp;
use url::Url;

use super::{Peer, PeerChange, PeerDefinition, Terms, Way};
use crate::{
    agreed::{MAX_URL, check_code, is_plain_web, is_word},
    refused::{Refused, bounded},
    sealed::Sealed,
    turn::Every,
};

/// Most types named.
const MAX_TYPES: usize = 100;
/// Longest name of a type.
const MAX_TYPE: usize = 250;

/// Agrees with a peer.
///
/// # Errors
/// When the code, the address or a rule will not do.
pub fn join_peer(
    mut definition: PeerDefinition,
    credential: Option<Sealed>,
) -> Result<PeerChange, Refused> {
    check_code(&definition.code)?;
    check_types(&definition.types)?;
    definition.url = checked_url(&definition.url, definition.way)?;
    let every = definition.every.unwrap_or_default();
    definition.every = Some(every);
    let definition = Box::new(definition);
    Ok(PeerChange::Joined {
        definition,
        credential,
    })
}

/// Agrees otherwise: another address, other rules, another interval, another credential. `credential` is `None`
/// to keep the one there is.
///
/// # Errors
/// When the address or a rule will not do, or nothing would change.
pub fn change_peer(
    peer: &Peer,
    mut terms: Terms,
    credential: Option<Sealed>,
) -> Result<PeerChange, Refused> {
    check_types(&terms.types)?;
    terms.url = checked_url(&terms.url, peer.definition.way)?;
    if terms == peer.definition.terms() && credential.is_none() {
        return Err(Refused::NoChange);
    }
    let terms = Box::new(terms);
    Ok(PeerChange::Changed { terms, credential })
}

fn check_types(types: &[String]) -> Result<(), Refused> {
    bounded("types", types.len(), MAX_TYPES)?;
    for one in types {
        bounded("types", one.len(), MAX_TYPE)?;
        if !is_word(one) {
            return Err(Refused::BadName {
                field: "types",
                allowed: "a-z 0-9 -",
            });
        }
    }
    Ok(())
}

/// An address with its last stroke, when it is one of a TAXII collection (TAXII 2.1 §1.6.3: addresses end so).
fn checked_url(given: &str, way: Way) -> Result<String, Refused> {
    let mut given = given.trim().to_owned();
    bounded("url", given.len(), MAX_URL)?;
    if !given.ends_with('/') {
        given.push('/');
    }
    let fits = Url::parse(&given).is_ok_and(|url| {
        // Root and statuses of the server that is sent to are found beside the collection (TAXII 2.1 §4, §5).
        let is_found = matches!(way, Way::Pull { .. }) || is_collection(&url);
        is_plain_web(&url) && is_found && url.query().is_none()
    });
    match fits {
        true => Ok(given),
        false => Err(Refused::OutOfBounds { field: "url" }),
    }
}

/// Whether an address is `…/collections/ID/`.
fn is_collection(url: &Url) -> bool {
    let parts: Vec<&str> = url.path().trim_matches('/').split('/').collect();
    matches!(parts.as_slice(), [_, .., "collections", _])
}

/// Stops a peer's turns.
///
/// # Errors
/// Without a reason, or a second time.
pub fn stop_peer(peer: &Peer, why: &str) -> Result<PeerChange, Refused> {
    let reason = peer.turns.may_stop(why)?;
    Ok(PeerChange::Stopped { reason })
}

/// Goes on with a peer, from where the last turn came to or from another moment on.
///
/// # Errors
/// When it was not stopped and no moment is given.
pub fn start_peer(peer: &Peer, after: Option<Timestamp>) -> Result<PeerChange, Refused> {
    if peer.turns.stopped.is_none() && after.is_none() {
        return Err(Refused::NoChange);
    }
    let after_us = after.map(Timestamp::as_microsecond);
    Ok(PeerChange::Started { after_us })
}

/// Asks for a turn now, whatever the interval.
///
/// # Errors
/// When the peer was stopped.
pub fn ask_peer(peer: &Peer) -> Result<PeerChange, Refused> {
    peer.turns.may_ask("taxii_peer")?;
    Ok(PeerChange::Asked)
}

impl PeerDefinition {
    /// What may be agreed otherwise later.
    pub fn terms(&self) -> Terms {
        Terms {
            url: self.url.clone(),
            types: self.types.clone(),
            tlp_at_most: self.tlp_at_most,
            every: self.every(),
        }
    }

    /// How often it has its turn.
    pub fn every(&self) -> Every {
        self.every.unwrap_or_default()
    }
}
