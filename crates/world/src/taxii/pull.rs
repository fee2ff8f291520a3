//! Reading other TAXII servers (TAXII 2.1 §5.4): page by page, from where the last reading came to, into a
//! `peer` collection. What is there already is not taken twice, so a reading that was cut off anywhere and
//! is begun again leads to the same set.

use std::time::Duration;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use jiff::Timestamp;
use kaname_kernel::{Id, Matter as _, MatterId};
use kaname_policy::Action;
use kaname_sharing::{
    Collection, Sealed,
    marking::strictest_tlp,
    peer::{self, PEER_SPACE, Peer, PeerChange, PeerDefinition, PulledPage},
};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use url::Url;

use super::stamp;
use crate::{
    caller::Caller,
    doors::{DoorError, Fetch, FetchDoor, Fetched},
    error::WorldError,
    work::Loaded,
    world::World,
};

/// The media type asked for.
const TAXII: &str = "application/taxii+json;version=2.1";
/// Objects asked for at a time.
const PAGE: u32 = 1_000;
/// Most bytes of one answer.
const PAGE_BYTES: usize = 32 << 20;
/// How far a peer's clock may be ahead of this hub's.
const AHEAD: Duration = Duration::from_secs(300);
/// Longest credential, in bytes.
const MAX_CREDENTIAL: usize = 1_000;

/// Bounds of one reading.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PullBounds {
    /// Most objects.
    pub objects: u64,
    /// Longest time.
    pub time: Duration,
}

impl Default for PullBounds {
    fn default() -> Self {
        Self {
            objects: 1_000_000,
            time: Duration::from_secs(600),
        }
    }
}

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
    pub trouble: Option<String>,
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

impl World {
    /// Agrees with a peer. `credential`: user and password there.
    pub async fn join_peer(
        &self,
        caller: &Caller,
        definition: PeerDefinition,
        credential: Option<(&str, &str)>,
    ) -> Result<Loaded<Peer>, WorldError> {
        self.allow_any(caller, Action::CollectionManage)?;
        let id: MatterId = Id::fresh(self.clock(), self.rng());
        let sealed = match credential {
            Some((user, password)) => {
                let pair = format!("{user}:{password}");
                if pair.len() > MAX_CREDENTIAL || user.contains(':') {
                    let why = "a user without a colon and a password, together at most 1000 bytes";
                    return Err(WorldError::invalid("credential", "error-text", why));
                }
                let key = self.keys().master.derive("taxii-peer");
                let boxed = key.seal(self.rng(), id.bytes(), pair.as_bytes());
                Some(Sealed::of(&boxed))
            }
            None => None,
        };
        let change = peer::join_peer(definition, sealed)?;
        let mut work = self.work(&caller.actor);
        let joined = work.begin::<Peer>(id, change)?;
        work.notice(Peer::KIND, Some(id));
        work.commit().await?;
        Ok(joined)
    }

    /// Changes a peer as `decide` says.
    pub async fn change_peer(
        &self,
        caller: &Caller,
        code: &str,
        decide: impl FnOnce(&Peer) -> Result<PeerChange, kaname_sharing::Refused>,
    ) -> Result<Loaded<Peer>, WorldError> {
        self.allow_any(caller, Action::CollectionManage)?;
        let mut peer = self.find::<Peer>(caller, PEER_SPACE, code).await?;
        let change = decide(&peer.state)?;
        let mut work = self.work(&caller.actor);
        work.apply(&mut peer, [change])?;
        work.notice(Peer::KIND, Some(peer.id));
        work.commit().await?;
        Ok(peer)
    }

    /// Every peer, by its code.
    pub async fn peers(&self, caller: &Caller) -> Result<Vec<Loaded<Peer>>, WorldError> {
        self.allow_any(caller, Action::CollectionManage)?;
        let mut all = Vec::new();
        let query = self.query::<Peer>(caller).await?;
        self.walk::<Peer>(query, |peer| all.push(peer)).await?;
        all.sort_by(|a, b| a.state.definition.code.cmp(&b.state.definition.code));
        Ok(all)
    }

    /// Reads a peer from where the last reading came to, until it has no more or a bound is reached. What
    /// was read is durable page by page. `progress` hears how many objects came.
    pub async fn pull(
        &self,
        caller: &Caller,
        door: &dyn FetchDoor,
        code: &str,
        bounds: PullBounds,
        progress: &(dyn Fn(u64) + Sync),
    ) -> Result<Pulled, WorldError> {
        self.allow_any(caller, Action::ImportRun)?;
        let mut peer = self.find::<Peer>(caller, PEER_SPACE, code).await?;
        if peer.state.stopped.is_some() {
            return Err(WorldError::refused("refused-state", "the peer was stopped"));
        }
        let mut pulled = Pulled::default();
        let reading = self.read_pages(caller, door, (&mut peer, &mut pulled), bounds, progress);
        let trouble = match tokio::time::timeout(bounds.time, reading).await {
            Ok(Ok(())) => None,
            Ok(Err(Stopped::World(error))) => return Err(error),
            Ok(Err(Stopped::Peer(trouble))) => Some(trouble),
            Err(_) => Some(format!(
                "not read to its end within {} s",
                bounds.time.as_secs()
            )),
        };
        if let Some(trouble) = trouble {
            // As it stands now: the time may have ended while a page was being written down.
            let page = PulledPage {
                trouble: Some(trouble.clone()),
                ..PulledPage::default()
            };
            self.change_peer(caller, code, |_| Ok(PeerChange::Pulled(page)))
                .await?;
            pulled.trouble = Some(trouble);
        }
        Ok(pulled)
    }

    async fn read_pages(
        &self,
        caller: &Caller,
        door: &dyn FetchDoor,
        (peer, pulled): (&mut Loaded<Peer>, &mut Pulled),
        bounds: PullBounds,
        progress: &(dyn Fn(u64) + Sync),
    ) -> Result<(), Stopped> {
        let into = peer.state.definition.into;
        let collection = self.see::<Collection>(caller, into).await?;
        let from_us = peer.state.after_us;
        let mut next: Option<String> = None;
        let mut came = 0u64;
        loop {
            let fetch = self.question(peer, from_us, next.as_deref())?;
            let answer = door.fetch(&fetch).await.map_err(stopped_by)?;
            let (envelope, last_us) = read_answer(&answer)?;
            let count = envelope.objects.len() as u64;
            if envelope.more && count == 0 {
                return Err(Stopped::peer("says that there is more and sends nothing"));
            }
            if envelope.more && (envelope.next.is_none() || envelope.next == next) {
                return Err(Stopped::peer(
                    "says that there is more and not where it goes on",
                ));
            }
            if count > 0 && last_us.is_none() {
                return Err(Stopped::peer("does not tell X-TAXII-Date-Added-Last"));
            }
            let latest = self.now() + AHEAD;
            if let Some(last) = last_us.filter(|us| *us > latest.as_microsecond()) {
                // Reading on from there would leave out all that comes until then.
                return Err(Stopped::Peer(format!(
                    "says in X-TAXII-Date-Added-Last that an object was added on {}, which is to come",
                    stamp(last)
                )));
            }
            let mut page = self
                .take_page(caller, &collection, peer, &envelope.objects)
                .await?;
            page.is_end = !envelope.more;
            // Others may stand at the very moment a page ended with: only a reading to the end is beyond it.
            page.after_us = match page.is_end {
                true => last_us,
                false => last_us.map(|us| us - 1),
            };
            came += count;
            pulled.pages += 1;
            pulled.taken += page.taken;
            pulled.there += page.there;
            pulled.left_out += page.left_out;
            pulled.refused += page.refused;
            pulled.is_end = page.is_end;
            let mut work = self.work(&caller.actor);
            work.apply(peer, [PeerChange::Pulled(page)])?;
            work.notice(Peer::KIND, Some(peer.id));
            work.commit().await?;
            progress(came);
            if !envelope.more {
                return Ok(());
            }
            if came >= bounds.objects {
                let most = bounds.objects;
                return Err(Stopped::Peer(format!(
                    "not read to its end: over {most} objects"
                )));
            }
            next = envelope.next;
        }
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
            .filter(|raw| lets_in(definition, raw))
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

    fn question(
        &self,
        peer: &Loaded<Peer>,
        from_us: Option<i64>,
        next: Option<&str>,
    ) -> Result<Fetch, WorldError> {
        let definition = &peer.state.definition;
        let url = Url::parse(&definition.url).map_err(WorldError::encoding)?;
        let mut url = url.join("objects/").map_err(WorldError::encoding)?;
        let mut query = url.query_pairs_mut();
        query.append_pair("limit", &PAGE.to_string());
        query.append_pair("match[version]", "all");
        if !definition.types.is_empty() {
            query.append_pair("match[type]", &definition.types.join(","));
        }
        if let Some(from) = from_us {
            query.append_pair("added_after", &stamp(from));
        }
        if let Some(next) = next {
            query.append_pair("next", next);
        }
        drop(query);
        let mut headers = vec![("accept", TAXII.to_owned())];
        if let Some(sealed) = &peer.state.credential {
            let key = self.keys().master.derive("taxii-peer");
            let boxed = sealed.cipher().unwrap_or_default();
            let pair = key.open(peer.id.bytes(), &boxed)?;
            headers.push(("authorization", format!("Basic {}", STANDARD.encode(pair))));
        }
        Ok(Fetch {
            url,
            headers,
            most_bytes: PAGE_BYTES,
        })
    }
}

/// Whether the rules let an object in. What cannot be read is let through to be refused with its reason.
fn lets_in(definition: &PeerDefinition, raw: &str) -> bool {
    let Ok(head) = kaname_stix::head(raw) else {
        return true;
    };
    let types = &definition.types;
    if !types.is_empty() && !types.iter().any(|one| one == head.type_name()) {
        return false;
    }
    let marks = head.markings.iter().chain(&head.granular_markings);
    match (definition.tlp_at_most, strictest_tlp(marks)) {
        (Some(most), Some(strictest)) => strictest <= most,
        _ => true,
    }
}

/// Why a reading ended before its end.
enum Stopped {
    /// By the peer's doing, in words.
    Peer(String),
    /// By the hub's own.
    World(WorldError),
}

impl Stopped {
    fn peer(what: &str) -> Self {
        Self::Peer(format!("the peer {what}"))
    }
}

impl From<WorldError> for Stopped {
    fn from(error: WorldError) -> Self {
        Self::World(error)
    }
}

fn stopped_by(error: DoorError) -> Stopped {
    let (DoorError::Later(what) | DoorError::Never(what)) = error;
    Stopped::Peer(what)
}

/// The envelope of an answer, and when the last of it was added.
fn read_answer(answer: &Fetched) -> Result<(Envelope, Option<i64>), Stopped> {
    if answer.status != 200 {
        return Err(Stopped::Peer(format!(
            "the peer answered {}",
            answer.status
        )));
    }
    let envelope = serde_json::from_slice(&answer.body)
        .map_err(|error| Stopped::Peer(format!("the peer sent no envelope: {error}")))?;
    let last = answer.headers.get("x-taxii-date-added-last");
    let last = last.and_then(|value| value.to_str().ok());
    let last = last.and_then(|text| text.parse::<Timestamp>().ok());
    Ok((envelope, last.map(Timestamp::as_microsecond)))
}
