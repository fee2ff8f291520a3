//! Reading other TAXII servers (TAXII 2.1 §5.4): page by page, from where the last reading came to, into a
//! `peer` collection. What is there already is not taken twice, so a reading that was cut off anywhere and
//! is begun again leads to the same set.

use std::time::Duration;

use jiff::Timestamp;
use kaname_kernel::{Matter as _, Tlp};
use kaname_policy::Action;
use kaname_sharing::{
    Collection,
    marking::strictest_tlp,
    peer::{PEER_SPACE, Peer, PeerChange, PeerDefinition, PulledPage, Reading, Way},
    turn::trouble::{Done, Known, Resource, Trouble, in_words},
};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use url::Url;

use super::{speaking::read_as, stamp};
use crate::{
    caller::Caller,
    doors::{Fetch, FetchDoor, Fetched},
    error::WorldError,
    turn::{Ended, Stopped, Turn, TurnBounds, Turned as _, Wrong},
    work::Loaded,
    world::World,
};

/// Objects asked for at a time, of a peer that has no trouble.
const PAGE: u32 = 1_000;
/// A page is halved for each turn in a row that ended in trouble, so often at most: a slow peer sends less at a
/// time, and so comes to an end.
const MOST_HALVED: u32 = 7;
/// Most bytes of one answer.
const PAGE_BYTES: usize = 32 << 20;
/// How far a peer's clock may be ahead of this hub's.
const AHEAD: Duration = Duration::from_secs(300);
/// Longest `next` that is kept for another turn, in bytes.
const MAX_NEXT: usize = 2_000;

/// What one reading brought.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Pulled {
    /// Pages read.
    pub pages: u64,
    /// Objects taken.
    pub taken: u64,
    /// Objects that were there already.
    pub there: u64,
    /// Objects that the rules leave out.
    pub left_out: u64,
    /// Objects that could not be read.
    pub refused: u64,
    /// Whether the peer has no more.
    pub is_end: bool,
    /// Why reading stopped, when it was the peer's doing.
    #[serde(serialize_with = "in_words")]
    pub trouble: Option<Trouble>,
    /// The bound that ended it before the peer's end.
    pub bound: Option<String>,
}

/// An envelope (TAXII 2.1 §3.7).
#[derive(Deserialize)]
struct Envelope {
    #[serde(default)]
    more: bool,
    #[serde(default)]
    next: Option<String>,
    #[serde(default)]
    objects: Vec<Box<RawValue>>,
}

/// Where a reading stands.
struct Place {
    from_us: Option<i64>,
    next: Option<String>,
    /// Whether `next` is of an earlier reading; the peer may have forgotten it.
    is_old: bool,
}

impl Place {
    fn of(peer: &Peer) -> Self {
        match &peer.reading {
            Some(reading) => Self {
                from_us: reading.from_us,
                next: Some(reading.next.clone()),
                is_old: true,
            },
            None => Self::after(peer),
        }
    }

    /// Behind what was read, by the moment alone.
    fn after(peer: &Peer) -> Self {
        Self {
            from_us: peer.after_us,
            next: None,
            is_old: false,
        }
    }

    /// Whether the peer does not know any more how an earlier reading goes on.
    fn is_forgotten(&self, answer: &Fetched) -> bool {
        self.is_old && matches!(answer.status, 400 | 404 | 410 | 422)
    }
}

impl World {
    /// Reads a peer from where the last reading came to, until it has no more or a bound is reached. What
    /// was read is durable page by page. `progress` hears how many objects came.
    pub async fn pull(
        &self,
        caller: &Caller,
        door: &dyn FetchDoor,
        code: &str,
        bounds: TurnBounds,
        progress: &(dyn Fn(u64) + Sync),
    ) -> Result<Pulled, WorldError> {
        self.allow_any(caller, Action::ImportRun)?;
        let peer = self.find::<Peer>(caller, PEER_SPACE, code).await?;
        let turn = Turn::by_hand(caller, door, bounds, progress);
        self.turn_by_hand::<Peer, _>(peer.id, self.pull_in(&turn, peer))
            .await
    }

    /// Reads a peer within a turn that is ours.
    pub(super) async fn pull_in(
        &self,
        turn: &Turn<'_>,
        mut peer: Loaded<Peer>,
    ) -> Result<Pulled, WorldError> {
        self.allow_any(turn.caller, Action::ImportRun)?;
        peer.state.must_run()?;
        let code = peer.state.definition.code.clone();
        let mut pulled = Pulled::default();
        let reading = self.read_pages(turn, &mut peer, &mut pulled);
        let ended = Ended::within(turn.bounds.time, reading).await?;
        let trouble = ended.trouble(pulled.pages > 0, Done::Read, &mut pulled.bound);
        if let Some(trouble) = trouble {
            // As it stands now: the time may have ended while a page was being written down.
            let page = PulledPage {
                trouble: Some(trouble.what.clone()),
                wait_s: trouble.wait_s,
                ..PulledPage::default()
            };
            let decide = |_: &Peer| Ok(PeerChange::Pulled(page));
            self.change_peer(turn.caller, &code, decide).await?;
            pulled.trouble = Some(trouble.what);
        }
        Ok(pulled)
    }

    async fn read_pages(
        &self,
        turn: &Turn<'_>,
        peer: &mut Loaded<Peer>,
        pulled: &mut Pulled,
    ) -> Result<(), Stopped> {
        let Way::Pull { into } = peer.state.definition.way else {
            let why = "a peer that is sent to is not read";
            return Err(WorldError::refused("refused-state", why).into());
        };
        let collection = self.see::<Collection>(turn.caller, into).await?;
        let mut place = Place::of(&peer.state);
        let mut came = 0u64;
        loop {
            let fetch = self.question(peer, &place)?;
            let answer = turn.door.fetch(&fetch).await?;
            if place.is_forgotten(&answer) {
                place = Place::after(&peer.state);
                continue;
            }
            let (envelope, last_us) = read_answer(&answer)?;
            self.check_answer(&envelope, last_us, &place)?;
            let mut page = self
                .take_page(turn.caller, &collection, peer, &envelope.objects)
                .await?;
            page.is_end = !envelope.more;
            // Others may stand at the very moment a page ended with: only a reading to the end is beyond it.
            page.after_us = match page.is_end {
                true => last_us,
                false => last_us.map(|us| us - 1),
            };
            page.goes_on = going_on(&place, &envelope);
            came += envelope.objects.len() as u64;
            pulled.add(&page);
            let mut work = self.work(&turn.caller.actor);
            work.apply(peer, [PeerChange::Pulled(page)])?;
            work.notice(Peer::KIND, Some(peer.id));
            work.commit().await?;
            self.keep_turn::<Peer>(turn, peer.id).await?;
            (turn.progress)(came);
            if !envelope.more {
                return Ok(());
            }
            if came >= turn.bounds.objects {
                let most = turn.bounds.objects;
                pulled.bound = Some(format!("not read to its end: over {most} objects"));
                return Ok(());
            }
            place.next = envelope.next;
            place.is_old = false;
        }
    }

    /// Whether an answer can be gone on from.
    fn check_answer(
        &self,
        envelope: &Envelope,
        last_us: Option<i64>,
        place: &Place,
    ) -> Result<(), Stopped> {
        let is_empty = envelope.objects.is_empty();
        if envelope.more && is_empty {
            return Err(Known::MoreWithoutObjects.into());
        }
        if envelope.more && (envelope.next.is_none() || envelope.next == place.next) {
            return Err(Known::MoreWithoutNext.into());
        }
        if !is_empty && last_us.is_none() {
            return Err(Known::NoDateAdded.into());
        }
        let latest = self.now() + AHEAD;
        if let Some(last) = last_us.filter(|us| *us > latest.as_microsecond()) {
            // Reading on from there would leave out all that comes until then.
            return Err(Known::DateAddedToCome { at: stamp(last) }.into());
        }
        Ok(())
    }

    /// The objects of a page that the rules let in, into the collection.
    async fn take_page(
        &self,
        caller: &Caller,
        collection: &Loaded<Collection>,
        peer: &Loaded<Peer>,
        objects: &[Box<RawValue>],
    ) -> Result<PulledPage, WorldError> {
        let definition = &peer.state.definition;
        let let_in: Vec<&str> = objects
            .iter()
            .map(|raw| raw.get())
            .filter(|raw| lets_in(definition, None, raw))
            .collect();
        let source = format!("TAXII: {}", definition.code);
        let how = (source.as_str(), true);
        let taken = self
            .import(caller, collection, how, &let_in, &|_| {})
            .await?;
        Ok(PulledPage {
            taken: taken.taken,
            there: taken.there,
            left_out: (objects.len() - let_in.len()) as u64,
            refused: taken.rejected.len() as u64,
            ..PulledPage::default()
        })
    }

    fn question(&self, peer: &Loaded<Peer>, place: &Place) -> Result<Fetch, WorldError> {
        let definition = &peer.state.definition;
        let url = Url::parse(&definition.url).map_err(WorldError::encoding)?;
        let mut url = url.join("objects/").map_err(WorldError::encoding)?;
        let most = PAGE >> peer.state.turns.troubles.min(MOST_HALVED);
        let mut query = url.query_pairs_mut();
        query.append_pair("limit", &most.to_string());
        query.append_pair("match[version]", "all");
        if !definition.types.is_empty() {
            query.append_pair("match[type]", &definition.types.join(","));
        }
        if let Some(from) = place.from_us {
            query.append_pair("added_after", &stamp(from));
        }
        if let Some(next) = &place.next {
            query.append_pair("next", next);
        }
        drop(query);
        Ok(Fetch {
            url,
            headers: self.peer_headers(peer)?,
            most_bytes: PAGE_BYTES,
            body: None,
        })
    }
}

impl Pulled {
    fn add(&mut self, page: &PulledPage) {
        self.pages += 1;
        self.taken += page.taken;
        self.there += page.there;
        self.left_out += page.left_out;
        self.refused += page.refused;
        self.is_end = page.is_end;
    }
}

/// How a reading goes on after an answer, when it does.
fn going_on(place: &Place, envelope: &Envelope) -> Option<Reading> {
    let next = envelope.next.as_ref().filter(|_| envelope.more);
    let next = next.filter(|next| next.len() <= MAX_NEXT);
    next.map(|next| Reading {
        from_us: place.from_us,
        next: next.clone(),
    })
}

/// Whether the rules let an object through; `unmarked` is what one without a marking counts as. What cannot be read is let through to be refused with its reason.
pub(super) fn lets_in(definition: &PeerDefinition, unmarked: Option<Tlp>, raw: &str) -> bool {
    let Ok(head) = kaname_stix::head(raw) else {
        return true;
    };
    let types = &definition.types;
    if !types.is_empty() && !types.iter().any(|one| one == head.type_name()) {
        return false;
    }
    let marks = head.markings.iter().chain(&head.granular_markings);
    match (definition.tlp_at_most, strictest_tlp(marks).or(unmarked)) {
        (Some(most), Some(strictest)) => strictest <= most,
        _ => true,
    }
}

/// The envelope of an answer, and when the last of it was added.
fn read_answer(answer: &Fetched) -> Result<(Envelope, Option<i64>), Stopped> {
    if answer.status != 200 {
        return Err(Wrong::answered(answer).into());
    }
    let envelope = read_as(Resource::Envelope, answer)?;
    let last = answer.headers.get("x-taxii-date-added-last");
    let last = last.and_then(|value| value.to_str().ok());
    let last = last.and_then(|text| text.parse::<Timestamp>().ok());
    Ok((envelope, last.map(Timestamp::as_microsecond)))
}
