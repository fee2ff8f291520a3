//! What is posted as MISP: into an intake collection it becomes a submission, with the event as it came for its
//! original; into a peer collection the claim of whoever posts. Never anything else.

use std::collections::BTreeMap;

use jiff::SignedDuration;
use kaname_kernel::{Matter as _, MatterId, PartyId, Tlp};
use kaname_misp::{Distribution, Event, Limits, MispError, events, to_stix_with};
use kaname_policy::Action;
use kaname_sharing::{
    Collection,
    collection::CollectionKind,
    report::{Channel, Urgency},
};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use super::{found::Found, who::small};
use crate::{
    caller::Caller,
    error::WorldError,
    kept::opened_value,
    sharing::{Attachment, NewReport, Once, Receipt},
    taxii::{Offered, STATUS_HOURS},
    world::World,
};

/// Space of events that were handed in, for as long as a status is kept.
const SPACE: &str = "misp-posted";
/// Largest event that is kept whole for whoever handed it in, in bytes.
const KEPT_WHOLE: usize = 256 << 10;
/// Longest text that is made of what no value says, in bytes.
const TOLD: usize = 16 << 10;

/// An event that was handed in, as it is kept.
#[derive(Serialize, Deserialize)]
struct HandedIn {
    report: MatterId,
    event: Map<String, Value>,
}

/// What became of an event that was posted.
#[derive(Debug, Clone)]
pub struct MispPosted {
    /// The event as it was read.
    pub event: Map<String, Value>,
    /// The receipt of the submission; `None` for a claim.
    pub receipt: Option<String>,
    /// What was left out, with its place.
    pub faults: Vec<String>,
}

/// What is handed in: an event as it was read and as it was sent, and the objects that it became.
struct Sent<'a> {
    event: &'a Event<'a>,
    text: &'a [u8],
    bundle: &'a [u8],
    /// Whether something in it may not go beyond its organisation.
    held: bool,
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
        text: &[u8],
    ) -> Result<MispPosted, WorldError> {
        let offered = self.misp_target(caller, named).await?;
        self.misp_post_to(caller, &offered, text).await
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

    /// Takes an event as JSON text into a collection that the caller may write to ([`Self::misp_target`]).
    pub async fn misp_post_to(
        &self,
        caller: &Caller,
        offered: &Offered,
        text: &[u8],
    ) -> Result<MispPosted, WorldError> {
        let limits = Limits {
            bytes: self.settings().limits.envelope_bytes(),
            elements: self.settings().limits.max_objects,
            ..Limits::default()
        };
        let read = events(text, &limits).map_err(unreadable)?;
        let [event] = <[_; 1]>::try_from(read).map_err(|all| {
            let message = format!("one event is expected, {} were sent", all.len());
            WorldError::invalid("Event", "error-unreadable", message)
        })?;
        let event = event.map_err(unreadable)?;
        let mut bundle = Vec::new();
        let done = to_stix_with(&event, Distribution::MarkedThroughout, &mut bundle);
        let mut faults: Vec<String> = done
            .findings
            .iter()
            .map(|finding| format!("{}: {}", finding.pointer, finding.message))
            .collect();
        let is_claim = offered.collection.state.definition.kind == CollectionKind::Peer;
        let receipt = if is_claim {
            let objects = self.misp_begun(caller, offered, &bundle).await?;
            let envelope = format!("{{\"objects\":[{}]}}", objects.join(","));
            let limits = inner(envelope.len());
            let posted = self
                .post_within(caller, offered, envelope.as_bytes(), &limits)
                .await?;
            let failed = posted.objects.into_iter();
            faults.extend(failed.filter_map(|one| Some(format!("{}: {}", one.id, one.fault?))));
            None
        } else {
            let sent = Sent {
                event: &event,
                text,
                bundle: &bundle,
                held: done.held,
            };
            Some(self.misp_submit(caller, offered, sent).await?)
        };
        let event = whole(&event);
        if let Some(receipt) = &receipt {
            self.misp_keep(caller.party_id()?, receipt.report, &event)
                .await?;
        }
        Ok(MispPosted {
            event,
            receipt: receipt.map(|receipt| receipt.number),
            faults,
        })
    }

    /// The objects of a bundle as they are posted: MISP says of an element when it was changed last, STIX also
    /// when it began (STIX 2.1 §3.6), which is what the caller's own earlier version says.
    async fn misp_begun(
        &self,
        caller: &Caller,
        offered: &Offered,
        bundle: &[u8],
    ) -> Result<Vec<String>, WorldError> {
        let read = kaname_stix::bundle(bundle, &inner(bundle.len()));
        let read =
            read.map_err(|error| WorldError::invalid("Event", "error-stix", error.to_string()))?;
        let mut objects: Vec<(Option<String>, String)> = Vec::with_capacity(read.objects.len());
        for raw in &read.objects {
            let head = kaname_stix::head(raw.get()).ok();
            let id = head.map(|head| head.id.to_string());
            objects.push((id, raw.get().to_owned()));
        }
        let ids = objects.iter().filter_map(|(id, _)| id.clone()).collect();
        let mut begun: BTreeMap<String, String> = BTreeMap::new();
        let origins = vec![Some(caller.party_id()?)];
        self.each_standing(offered.collection.id, origins, ids, |object| {
            if let Some(created) = created_of(&object.raw) {
                begun.entry(object.stix_id).or_insert(created);
            }
        })
        .await?;
        let posted = objects.into_iter().map(|(id, raw)| {
            let created = id.and_then(|id| begun.get(&id));
            let changed = created.and_then(|created| with_created(&raw, created));
            changed.unwrap_or(raw)
        });
        Ok(posted.collect())
    }

    async fn misp_submit(
        &self,
        caller: &Caller,
        offered: &Offered,
        sent: Sent<'_>,
    ) -> Result<Receipt, WorldError> {
        let Sent {
            event,
            text,
            bundle,
            held,
        } = sent;
        let collection = &offered.collection;
        let read = self.read_envelope_within(caller, bundle, &inner(bundle.len()))?;
        let technique = match read.technique.trim() {
            "" => said_in_words(event),
            text => text.to_owned(),
        };
        let title = match event.info().trim() {
            "" => read.title,
            info => info
                .chars()
                .take(kaname_intake::submission::MAX_TITLE_CHARS)
                .collect(),
        };
        let default = collection.state.definition.default_tlp;
        let mut tlp = read.tlp.or(default).unwrap_or(Tlp::AmberStrict);
        // What may not go beyond its organisation is not wider for want of a tag.
        if held && read.tlp.is_none() {
            tlp = tlp.max(Tlp::AmberStrict);
        }
        let report = NewReport {
            channel: Channel::Misp,
            title,
            technique,
            harm: read.harm,
            values: read.values,
            remarks: read.remarks,
            tlp,
            pap: read.pap,
            wishes: Default::default(),
            sector: None,
            urgency: Urgency::Normal,
            seen: read.seen,
            original: Some(Attachment {
                name: "misp-event.json".to_owned(),
                bytes: text.to_vec(),
            }),
            attachments: Vec::new(),
        };
        let digest = hex::encode(Sha256::digest(text));
        let once = format!("misp/{}/{digest}", collection.id);
        let once = Once {
            key: &once,
            sent: &[],
        };
        self.submit(caller, report, Some(once)).await
    }

    /// Keeps what was handed in for its party, so that its client finds it again; sealed, since it names who
    /// posted. It goes with its report.
    async fn misp_keep(
        &self,
        party: PartyId,
        report: MatterId,
        event: &Map<String, Value>,
    ) -> Result<(), WorldError> {
        let uuid = event.get("uuid").and_then(Value::as_str);
        let Some(uuid) = uuid.and_then(|uuid| Uuid::try_parse(uuid).ok()) else {
            return Ok(());
        };
        let mut kept = HandedIn {
            report,
            event: event.clone(),
        };
        let mut plain = serde_json::to_vec(&kept).map_err(WorldError::encoding)?;
        if plain.len() > KEPT_WHOLE {
            kept.event.retain(|_, value| !value.is_array());
            plain = serde_json::to_vec(&kept).map_err(WorldError::encoding)?;
        }
        let key = self.misp_kept_key(party, &small(uuid.as_bytes()));
        let value = self.sealed_value(&self.keys().drafts(), key.as_bytes(), &plain);
        let until = self.now() + SignedDuration::from_hours(STATUS_HOURS);
        self.keep_of_report(report, (SPACE, &key), (value, until))
            .await
    }

    /// The key of what a party handed in: says neither who nor what.
    fn misp_kept_key(&self, party: PartyId, number: &str) -> String {
        let tag = self.keys().token.derive(SPACE);
        hex::encode(tag.tag(format!("{party} {number}").as_bytes()))
    }

    /// An event that the caller's party handed in, by number or UUID, for as long as it is kept and its report stands;
    /// none for a key that does not read what its party handed in.
    pub async fn misp_handed_in(
        &self,
        caller: &Caller,
        named: &str,
    ) -> Result<Option<Map<String, Value>>, WorldError> {
        let party = caller.party_id()?;
        if !self.reads_own(caller) {
            return Ok(None);
        }
        let number = match Uuid::try_parse(named) {
            Ok(uuid) => small(uuid.as_bytes()),
            Err(_) => named.chars().take(20).collect(),
        };
        let key = self.misp_kept_key(party, &number);
        let held = self.store().kv_get(SPACE, &key, self.now()).await?;
        let Some(held) = held else {
            return Ok(None);
        };
        let plain = opened_value(&self.keys().drafts(), key.as_bytes(), &held)?;
        // What a version before this one kept names no report: nobody could tell whether it still stands.
        let Ok(kept) = serde_json::from_slice::<HandedIn>(&plain) else {
            return Ok(None);
        };
        let stands = self.may_be_kept_of(kept.report).await?;
        Ok(stands.then_some(kept.event))
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
        let posted = self.misp_post_to(caller, &offered, text.as_bytes()).await?;
        let read = events(text.as_bytes(), &Limits::default());
        let now = read.ok().and_then(|mut all| all.pop()?.ok());
        let id = now.map(|event| kaname_misp::container_of(&event));
        // What becomes published is another object than what was not.
        if id.is_some_and(|id| id != own.object.stix_id) {
            let all = (kaname_store::Versions::All, Vec::new());
            self.take_out(caller, &offered, &own.object.stix_id, all)
                .await?;
        }
        Ok(posted)
    }
}

fn created_of(raw: &str) -> Option<String> {
    #[derive(serde::Deserialize)]
    struct Begun {
        created: Option<String>,
    }
    serde_json::from_str::<Begun>(raw).ok()?.created
}

/// An object with another beginning; `None` where it is the same, or has none.
fn with_created(raw: &str, created: &str) -> Option<String> {
    let mut object: Map<String, Value> = serde_json::from_str(raw).ok()?;
    let before = object.get_mut("created")?;
    if before == created {
        return None;
    }
    *before = created.into();
    serde_json::to_string(&object).ok()
}

/// Bounds on what an event became: the event as it was sent was within its own, and whoever sent it never saw this form.
const fn inner(bytes: usize) -> kaname_stix::Limits {
    kaname_stix::Limits {
        bytes,
        objects: usize::MAX,
        object_bytes: bytes,
        depth: 100,
    }
}

/// All members of an event, its lists too; of a large one without them, as it is kept.
fn whole(event: &Event<'_>) -> Map<String, Value> {
    let mut members = event.members().clone();
    if event.parts_bytes() > KEPT_WHOLE {
        members.retain(|_, value| !value.is_array());
        return members;
    }
    let attributes = event.attributes().flatten();
    let attributes: Vec<Value> = attributes
        .map(|one| Value::Object(one.members().clone()))
        .collect();
    let objects = event.objects().filter_map(|(object, _)| object);
    let objects: Vec<Value> = objects.map(|one| Value::Object(one.whole())).collect();
    let reports = event.reports().flatten().map(Value::Object);
    let reports: Vec<Value> = reports.collect();
    for (key, list) in [
        ("Attribute", attributes),
        ("Object", objects),
        ("EventReport", reports),
    ] {
        members.insert(key.to_owned(), list.into());
    }
    members
}

/// What an event says, in words, where none of its values is one that reports carry.
fn said_in_words(event: &Event<'_>) -> String {
    let mut told = event.info().to_owned();
    for attribute in event.attributes().flatten() {
        let line = format!("\n{}: {}", attribute.type_name(), attribute.value());
        if told.len() + line.len() > TOLD {
            break;
        }
        told.push_str(&line);
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
