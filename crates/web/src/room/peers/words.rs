//! What is said of a peer: its state, how far behind it is, its rules and its next turn.

use jiff::{SignedDuration, Timestamp};
use kaname_directory::Party;
use kaname_sharing::{
    peer::{Peer, Way},
    turn::{Every, Turns},
};

use crate::{
    error::Failure,
    frame::Page,
    house::{By, House},
    room::choices,
    text::Text,
};

pub(in crate::room) fn state(text: Text, turns: &Turns) -> String {
    let key = match turns.state() {
        "stopped" => "peers-stopped",
        "troubled" => "peers-troubled",
        _ => "peers-active",
    };
    text.t(key).into_owned()
}

/// How long ago everything that the peer has was here, in words.
pub(super) fn lag(text: Text, peer: &Peer, now: Timestamp) -> String {
    let lag = SignedDuration::from_secs(peer.turns.lag_s(now));
    let is_none = lag < SignedDuration::from_mins(1);
    let key = match (peer.definition.way, peer.turns.read_whole) {
        (Way::Pull { .. }, Some(_)) if is_none => return text.t("peers-lag-none").into_owned(),
        (Way::Push { .. }, Some(_)) if is_none => return text.t("peers-sent-none").into_owned(),
        (Way::Pull { .. }, Some(_)) => "peers-lag",
        (Way::Push { .. }, Some(_)) => "peers-sent-lag",
        (Way::Pull { .. }, None) => "peers-lag-never",
        (Way::Push { .. }, None) => "peers-sent-never",
    };
    text.t1(key, "length", text.length(lag)).into_owned()
}

pub(in crate::room) fn every(text: Text, every: Every) -> String {
    match every.span() {
        Some(span) => text.t1("peers-every-length", "length", text.length(span)),
        None => text.t("peers-every-never"),
    }
    .into_owned()
}

/// When something has its next turn, in words.
pub(in crate::room) fn next(page: &Page, turns: &Turns) -> String {
    match turns.next {
        _ if turns.stopped.is_some() => page.t("peers-next-stopped").into_owned(),
        None => page.t("peers-next-never").into_owned(),
        Some(next) if next <= page.now => page.t("peers-next-now").into_owned(),
        Some(next) => page.text.jst(next, page.now),
    }
}

/// The types that are let in, or that all are.
pub(super) fn types(text: Text, peer: &Peer) -> String {
    let types = &peer.definition.types;
    match types.is_empty() {
        true => text.t("peers-types-any").into_owned(),
        false => types.join(", "),
    }
}

pub(super) fn direction(text: Text, way: Way) -> String {
    match way {
        Way::Pull { .. } => text.t("peers-pull"),
        Way::Push { .. } => text.t("peers-push"),
    }
    .into_owned()
}

/// The party behind a peer that is sent to, where the reader may know of it.
pub(super) async fn party(
    house: &House,
    by: &By,
    page: &Page,
    way: Way,
) -> Result<Option<String>, Failure> {
    let Way::Push { party, .. } = way else {
        return Ok(None);
    };
    let seen = house.world().see_if::<Party>(by, party.cast()).await?;
    let name = seen.map(|party| {
        let name = &party.state.description.name;
        name.get(choices::lang(page)).to_owned()
    });
    Ok(Some(name.unwrap_or_else(|| "—".to_owned())))
}
