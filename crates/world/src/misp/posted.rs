//! What is posted as MISP: into an intake collection it becomes a submission, with the event as it came for its
//! original; into a peer collection the claim of whoever posts. Never anything else.

use hyper::body::Bytes;
use kaname_kernel::Matter as _;
use kaname_misp::{Done, Event, Limits, MispError, Severity, events};
use kaname_policy::Action;
use kaname_sharing::{Collection, collection::CollectionKind};
use serde_json::{Map, Value, json};

use super::{found::Found, handed_in::whole};
use crate::{
    caller::Caller,
    error::WorldError,
    sharing::{AgreedGroups, Defined},
    taxii::Offered,
    world::World,
};

/// Most faults, and most notes, that are told.
const TOLD: usize = 100;

/// What became of an event that was posted.
#[derive(Debug, Clone)]
pub struct MispPosted {
    /// The event as it was read.
    pub event: Map<String, Value>,
    /// The receipt of the submission; `None` for a claim.
    pub receipt: Option<String>,
    /// What was left out, with its place: the first, and how many more.
    pub faults: Vec<String>,
    /// What else is to be known: whom a sharing group does not name here.
    pub notes: Vec<String>,
}

/// Who may change an event.
pub enum Standing {
    /// The caller's own claim in a peer collection.
    Own(Box<Found>),
    /// Handed in by the caller's party a while ago, for a key that may read that.
    HandedIn(Map<String, Value>),
    /// Another's, which the caller sees.
    Other(Box<Found>),
}

impl World {
    /// Takes an event as JSON text: into the collection that is named, else into the first intake that the caller
    /// may write to.
    pub async fn misp_post(
        &self,
        caller: &Caller,
        named: Option<&str>,
        document: Bytes,
    ) -> Result<MispPosted, WorldError> {
        let offered = self.misp_target(caller, named).await?;
        self.misp_post_to(caller, &offered, document).await
    }

    /// The collection that something posted by the caller goes into: to be asked before what is posted is read.
    pub async fn misp_target(
        &self,
        caller: &Caller,
        named: Option<&str>,
    ) -> Result<Offered, WorldError> {
        self.allow_any(caller, Action::TaxiiPost)?;
        if let Some(named) = named {
            let offered = self.misp_named(caller, named).await?;
            offered.must_write()?;
            return Ok(offered);
        }
        let all = self.collections(caller).await?.into_iter();
        let mut intakes = all
            .filter(|one| one.state.definition.kind == CollectionKind::Intake)
            .map(|one| self.offered(caller, one))
            .filter(|offered| offered.can_write);
        intakes
            .next()
            .ok_or(WorldError::Denied("denied-collection-write"))
    }

    /// The collection of an id or an alias; of an alias in another API root as `PATH/ALIAS`, and alone where it leads to
    /// one collection.
    async fn misp_named(&self, caller: &Caller, named: &str) -> Result<Offered, WorldError> {
        match self.collection(caller, named).await {
            Err(WorldError::NotFound(_)) => {}
            found => return Ok(self.offered(caller, found?)),
        }
        if let Some((path, alias)) = named.split_once('/') {
            let root = self.taxii_root(caller, path).await?;
            return self.offered_collection(caller, &root, alias).await;
        }
        let all = self.collections(caller).await?.into_iter();
        let of_that_name = all.filter(|one| {
            let definition = &one.state.definition;
            definition.taxii.root.is_some() && definition.alias == named
        });
        let mut found: Vec<Offered> = of_that_name.map(|one| self.offered(caller, one)).collect();
        if found.iter().any(|one| one.can_write) {
            found.retain(|one| one.can_write);
        }
        match (found.pop(), found.is_empty()) {
            (None, _) => Err(WorldError::NotFound(Collection::KIND)),
            (Some(only), true) => Ok(only),
            (Some(_), false) => {
                let why = "several API roots have a collection of this alias; name it as PATH/ALIAS, with the path of its root, or by its id";
                Err(WorldError::invalid("collection", "error-unreadable", why))
            }
        }
    }

    /// Takes an event as JSON text into a collection that the caller may write to ([`Self::misp_target`]). However long it
    /// is, what it becomes is never whole in memory.
    pub async fn misp_post_to(
        &self,
        caller: &Caller,
        offered: &Offered,
        document: Bytes,
    ) -> Result<MispPosted, WorldError> {
        let limits = Limits {
            bytes: self.settings().limits.envelope_bytes(),
            elements: self.settings().limits.max_objects,
            ..Limits::default()
        };
        let is_claim = offered.collection.state.definition.kind == CollectionKind::Peer;
        if !is_claim {
            return self.misp_hand_in(caller, offered, document, &limits).await;
        }
        let event = whole(&one_event(&document, &limits)?);
        let (done, faults) = self.misp_claim(caller, offered, document, limits).await?;
        Ok(MispPosted {
            event,
            receipt: None,
            faults,
            notes: self.misp_notes(caller, &done).await?,
        })
    }

    /// What whoever posted an event has to know of it.
    pub(super) async fn misp_notes(
        &self,
        caller: &Caller,
        done: &Done,
    ) -> Result<Vec<String>, WorldError> {
        let doubted = done.findings.iter();
        let doubted = doubted.filter(|one| one.severity == Severity::Warning);
        let mut notes: Vec<String> = doubted.map(|one| one.message.clone()).collect();
        let defined = done.groups.iter().filter_map(|group| {
            let id = group.marking_id().parse().ok()?;
            Some((id, group.clone()))
        });
        let defined: Defined = defined.collect();
        let markings = defined.keys().cloned().collect();
        let named = (markings, defined);
        let agreed = AgreedGroups::new();
        let meant = self.groups_meant(caller, &agreed, named).await?;
        let nobody = meant.nobody.into_iter().take(TOLD);
        notes.extend(nobody.map(|uuid| {
            format!(
                "the sharing group {uuid} names nobody here that you may know of: what goes to it is for you and officers of this hub alone"
            )
        }));
        Ok(notes)
    }

    /// Whose an event is, so far as the caller may know.
    pub async fn misp_standing(
        &self,
        caller: &Caller,
        named: &str,
    ) -> Result<Standing, WorldError> {
        let party = caller.party_id()?;
        let handed_in = self.misp_handed_in(caller, named).await?;
        let own = self.misp_own_event(caller, named).await;
        match (own, handed_in) {
            (Ok(found), _) if found.object.origin == Some(party) => {
                Ok(Standing::Own(Box::new(found)))
            }
            (_, Some(event)) => Ok(Standing::HandedIn(event)),
            (Ok(found), None) => Ok(Standing::Other(Box::new(found))),
            (Err(error), None) => Err(error),
        }
    }

    /// The caller's own claim under a name, else what others brought.
    pub async fn misp_own_event(&self, caller: &Caller, named: &str) -> Result<Found, WorldError> {
        let found = self.misp_events(caller, named).await?;
        let party = caller.party_id()?;
        let own = found
            .iter()
            .position(|one| one.object.origin == Some(party));
        let mut found = found;
        match found.is_empty() {
            true => Err(WorldError::NotFound("event")),
            false => Ok(found.swap_remove(own.unwrap_or(0))),
        }
    }

    /// Posts an event anew in the place of the caller's own claim.
    pub async fn misp_replace(
        &self,
        caller: &Caller,
        own: &Found,
        event: Map<String, Value>,
    ) -> Result<MispPosted, WorldError> {
        let offered = self.offered(caller, (*own.collection).clone());
        let text = json!({ "Event": event }).to_string();
        let read = events(text.as_bytes(), &Limits::default());
        let now = read.ok().and_then(|mut all| all.pop()?.ok());
        let id = now.map(|event| kaname_misp::container_of(&event));
        let posted = self.misp_post_to(caller, &offered, text.into()).await?;
        // What becomes published is another object than what was not.
        if id.is_some_and(|id| id != own.object.stix_id) {
            let all = (kaname_store::Versions::All, Vec::new());
            self.take_out(caller, &offered, &own.object.stix_id, all)
                .await?;
        }
        Ok(posted)
    }
}

/// The one event of a document.
pub(super) fn one_event<'d>(document: &'d [u8], limits: &Limits) -> Result<Event<'d>, WorldError> {
    let read = events(document, limits).map_err(unreadable)?;
    let [event] = <[_; 1]>::try_from(read).map_err(|all| {
        let message = format!("one event is expected, {} were sent", all.len());
        WorldError::invalid("Event", "error-unreadable", message)
    })?;
    event.map_err(unreadable)
}

/// What was left out of an event when it was read.
pub(super) fn faults_of(done: &Done) -> Vec<String> {
    let errors = kaname_misp::errors(&done.findings);
    bounded(errors.map(|finding| format!("{}: {}", finding.pointer, finding.message)))
}

/// The first faults, and how many more there are.
pub(super) fn bounded(faults: impl IntoIterator<Item = String>) -> Vec<String> {
    let mut faults = faults.into_iter();
    let mut told: Vec<String> = faults.by_ref().take(TOLD).collect();
    match faults.count() {
        0 => {}
        more => told.push(format!("and {more} more")),
    }
    told
}

fn unreadable(error: MispError) -> WorldError {
    let message = match error {
        MispError::TooMany { .. } => format!("{error}; the hub's key limits.max_objects says so"),
        MispError::TooLong { .. } => format!("{error}; the hub's key limits.max_post says so"),
        other => other.to_string(),
    };
    WorldError::invalid("Event", "error-unreadable", message)
}
