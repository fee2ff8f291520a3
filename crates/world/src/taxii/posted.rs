//! What is posted over TAXII: into an intake collection it becomes a submission, into a peer collection a
//! claim. Its status is kept for a while.

use jiff::{SignedDuration, Timestamp};
use kaname_kernel::{Id, MatterId, PartyId, Tlp};
use kaname_policy::Action;
use kaname_sharing::{collection::CollectionKind, report::Channel};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::{Offered, root::Root, stamp};
use crate::{
    caller::Caller,
    error::WorldError,
    kept::opened_value,
    sharing::{Attachment, Claimed, NewReport, Once, Receipt},
    world::World,
};

/// How long a status is kept, in hours (TAXII 2.1 §4.3 asks for 24).
pub const STATUS_HOURS: i64 = 48;
const SPACE: &str = "taxii-status";
/// Statuses that came with a layout, by root and id.
const LOADED_SPACE: &str = "taxii-status-loaded";

/// One object of a post.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PostedObject {
    /// Its STIX id, or its place when it has none that reads.
    pub id: String,
    /// Its version, microseconds since 1970.
    pub version_us: i64,
    /// What is wrong with it; `None` when it was taken.
    pub fault: Option<String>,
}

/// What became of a post.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Posted {
    /// Number of this status.
    pub id: MatterId,
    /// Whose.
    pub party: PartyId,
    /// The API root it was posted in; the hub's own when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub root: Option<MatterId>,
    /// Whether it went into a peer collection.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub claim: bool,
    /// When it was posted.
    pub at: Timestamp,
    /// Receipt number of the submission; `None` when no object could be taken.
    pub receipt: Option<String>,
    /// The submission, with whose report the status goes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub report: Option<MatterId>,
    /// Each object.
    pub objects: Vec<PostedObject>,
}

impl Posted {
    /// The status resource (TAXII 2.1 §4.3).
    pub fn resource(&self) -> Value {
        let receipt = self.receipt.as_ref();
        let receipt = receipt.map(|number| format!("receipt {number}"));
        let detail = |object: &PostedObject| {
            let mut detail = json!({ "id": object.id, "version": stamp(object.version_us) });
            let message = object.fault.clone().or_else(|| receipt.clone());
            if let (Some(message), Some(detail)) = (message, detail.as_object_mut()) {
                detail.insert("message".to_owned(), message.into());
            }
            detail
        };
        let (failed, taken): (Vec<_>, Vec<_>) = self
            .objects
            .iter()
            .partition(|object| object.fault.is_some());
        let mut status = json!({
            "id": self.id,
            "status": "complete",
            "request_timestamp": stamp(self.at.as_microsecond()),
            "total_count": self.objects.len(),
            "success_count": taken.len(),
            "failure_count": failed.len(),
            "pending_count": 0,
        });
        for (name, list) in [("successes", taken), ("failures", failed)] {
            let list: Vec<Value> = list.into_iter().map(detail).collect();
            if let (false, Some(status)) = (list.is_empty(), status.as_object_mut()) {
                status.insert(name.to_owned(), list.into());
            }
        }
        status
    }
}

/// A status as it is kept.
#[derive(Debug, Clone)]
pub enum Status {
    /// Of a post here.
    Posted(Box<Posted>),
    /// As it came with a layout, whole.
    Loaded(String),
}

impl World {
    /// Takes a TAXII envelope: into an intake, where it becomes a submission and the same bytes again
    /// give the same receipt, or into a peer collection, where its objects are the caller's claims. The
    /// body is known to be within the root's bound.
    pub async fn post_objects(
        &self,
        caller: &Caller,
        offered: &Offered,
        envelope: &[u8],
    ) -> Result<Posted, WorldError> {
        let claim = offered.collection.state.definition.kind == CollectionKind::Peer;
        let kept = self.settings().limits.envelope_bytes();
        let limits = kaname_stix::Limits {
            bytes: if claim { envelope.len() } else { kept },
            ..self.settings().limits.stix()
        };
        self.post_within(caller, offered, envelope, &limits).await
    }

    /// The same within these bounds.
    pub(crate) async fn post_within(
        &self,
        caller: &Caller,
        offered: &Offered,
        envelope: &[u8],
        limits: &kaname_stix::Limits,
    ) -> Result<Posted, WorldError> {
        self.allow_any(caller, Action::TaxiiPost)?;
        offered.must_write()?;
        let party = caller.party_id()?;
        let claim = offered.collection.state.definition.kind == CollectionKind::Peer;
        let unreadable = |error: kaname_stix::StixError| {
            WorldError::invalid("envelope", "error-stix", error.to_string())
        };
        let read = kaname_stix::bundle(envelope, limits).map_err(unreadable)?;
        if read.container != kaname_stix::Container::Envelope || read.objects.is_empty() {
            let message = "an envelope {\"objects\": […]} with at least one object is expected";
            return Err(WorldError::invalid("envelope", "error-stix", message));
        }
        let now = self.now();
        let mut claimed: Vec<Claimed<'_>> = read
            .objects
            .iter()
            .map(|raw| Claimed {
                raw: raw.get(),
                head: kaname_stix::head(raw.get()).map_err(|error| error.to_string()),
            })
            .collect();
        if claim {
            self.count_submission(party).await?;
            self.claim(caller, offered, &mut claimed).await?;
        }
        let objects: Vec<PostedObject> = claimed
            .iter()
            .enumerate()
            .map(|(index, one)| posted_object(index, one, now))
            .collect();
        let taken = objects.iter().any(|object| object.fault.is_none());
        let receipt = match taken && !claim {
            true => Some(
                self.submit_envelope(caller, offered, envelope, &objects)
                    .await?,
            ),
            false => None,
        };
        let report = receipt.as_ref().map(|receipt| receipt.report);
        let posted = Posted {
            id: Id::fresh(self.clock(), self.rng()),
            party,
            root: offered.collection.state.definition.taxii.root,
            claim,
            at: now,
            receipt: receipt.map(|receipt| receipt.number),
            report,
            objects,
        };
        // It names who posted: sealed like a draft, so that a copy of the database leads nowhere.
        let plain = serde_json::to_vec(&posted).map_err(WorldError::encoding)?;
        let key = posted.id.to_string();
        let (value, until) = self.sealed_status(posted.id, &plain);
        match report {
            // It names what the report says.
            Some(report) => {
                self.keep_of_report(report, (SPACE, &key), (value, until))
                    .await?;
            }
            None => self.store().kv_put(SPACE, &key, value, until).await?,
        }
        Ok(posted)
    }

    /// The status of an earlier post of the caller's own party in a root, or one that came with the
    /// root's layout: whose that was nobody knows here, so any machine that may post is told.
    pub async fn post_status(
        &self,
        caller: &Caller,
        root: &Root,
        id: &str,
    ) -> Result<Status, WorldError> {
        self.allow_any(caller, Action::TaxiiPost)?;
        let party = caller.party_id()?;
        // Ids are compared as UUIDs, so that only one spelling leads to the key.
        let id: MatterId = id.parse().map_err(|_| WorldError::NotFound("status"))?;
        let held = self.held(SPACE, &id.to_string(), id).await?;
        let posted: Option<Posted> = match held {
            Some(plain) => serde_json::from_slice(&plain).map_err(WorldError::encoding)?,
            None => None,
        };
        let own = posted.filter(|posted| posted.party == party && posted.root == root.id);
        if let Some(own) = own {
            if let Some(report) = own.report
                && !self.may_be_kept_of(report).await?
            {
                return Err(WorldError::NotFound("status"));
            }
            return Ok(Status::Posted(Box::new(own)));
        }
        let loaded = match root.id {
            Some(root) => self.held(LOADED_SPACE, &loaded_key(root, id), id).await?,
            None => None,
        };
        let loaded = loaded.and_then(|plain| String::from_utf8(plain).ok());
        let loaded = loaded.map(Status::Loaded);
        loaded.ok_or(WorldError::NotFound("status"))
    }

    /// A value that was sealed for this id.
    async fn held(
        &self,
        space: &str,
        key: &str,
        id: MatterId,
    ) -> Result<Option<Vec<u8>>, WorldError> {
        let held = self.store().kv_get(space, key, self.now()).await?;
        held.map(|value| self.unsealed_status(&value, id))
            .transpose()
    }

    fn unsealed_status(&self, value: &Value, id: MatterId) -> Result<Vec<u8>, WorldError> {
        Ok(opened_value(&self.keys().drafts(), id.bytes(), value)?)
    }

    /// Keeps a status that came with a layout, as long as any other.
    pub(super) async fn keep_loaded_status(
        &self,
        root: MatterId,
        id: MatterId,
        resource: &str,
    ) -> Result<(), WorldError> {
        let (value, until) = self.sealed_status(id, resource.as_bytes());
        let key = loaded_key(root, id);
        let kept = self.store().kv_put(LOADED_SPACE, &key, value, until);
        Ok(kept.await?)
    }

    /// A status, sealed for its id, and until when it is kept.
    fn sealed_status(&self, id: MatterId, plain: &[u8]) -> (Value, Timestamp) {
        let value = self.sealed_value(&self.keys().drafts(), id.bytes(), plain);
        let until = self.now() + SignedDuration::from_hours(STATUS_HOURS);
        (value, until)
    }

    /// The statuses of a root that tell nothing of a provider: those that came with its layout, and those
    /// of posts into its peer collections.
    pub(super) async fn statuses_of(&self, root: &Root) -> Result<Vec<Status>, WorldError> {
        let mut all = Vec::new();
        for digit in "0123456789abcdef".chars() {
            if let Some(root) = root.id {
                let start = format!("{root}/{digit}");
                for (key, value) in self.listed(LOADED_SPACE, &start).await? {
                    let id = key.rsplit('/').next().and_then(|id| id.parse().ok());
                    let Some(id) = id else { continue };
                    let text = String::from_utf8(self.unsealed_status(&value, id)?);
                    all.extend(text.ok().map(Status::Loaded));
                }
            }
            for (key, value) in self.listed(SPACE, &digit.to_string()).await? {
                let Ok(id) = key.parse() else { continue };
                let plain = self.unsealed_status(&value, id)?;
                let posted: Posted =
                    serde_json::from_slice(&plain).map_err(WorldError::encoding)?;
                if posted.claim && posted.root == root.id {
                    all.push(Status::Posted(Box::new(posted)));
                }
            }
        }
        Ok(all)
    }

    async fn listed(&self, space: &str, start: &str) -> Result<Vec<(String, Value)>, WorldError> {
        Ok(self.store().kv_list(space, start, self.now()).await?)
    }

    async fn submit_envelope(
        &self,
        caller: &Caller,
        offered: &Offered,
        envelope: &[u8],
        objects: &[PostedObject],
    ) -> Result<Receipt, WorldError> {
        let collection = &offered.collection;
        let read = self.read_envelope(caller, envelope)?;
        let types = super::envelope::types(objects);
        let title = if read.title.is_empty() {
            types
        } else {
            read.title
        };
        // Marked by the provider, else as the collection says, else AMBER+STRICT.
        let default = collection
            .state
            .definition
            .default_tlp
            .unwrap_or(Tlp::AmberStrict);
        let report = NewReport {
            channel: Channel::Taxii,
            title,
            technique: read.technique,
            harm: read.harm,
            values: read.values,
            remarks: read.remarks,
            tlp: read.tlp.unwrap_or(default),
            pap: read.pap,
            wishes: Default::default(),
            sector: None,
            urgency: kaname_sharing::report::Urgency::Normal,
            seen: read.seen,
            original: Some(Attachment {
                name: "taxii-envelope.json".to_owned(),
                bytes: envelope.to_vec(),
            }),
            attachments: Vec::new(),
        };
        let digest = hex::encode(Sha256::digest(envelope));
        let once = format!("taxii/{}/{digest}", collection.id);
        let once = Once {
            key: &once,
            sent: &[],
        };
        self.submit(caller, report, Some(once)).await
    }
}

fn loaded_key(root: MatterId, id: MatterId) -> String {
    format!("{root}/{id}")
}

fn posted_object(index: usize, claimed: &Claimed<'_>, now: Timestamp) -> PostedObject {
    match &claimed.head {
        Ok(head) => PostedObject {
            id: head.id.to_string(),
            version_us: head
                .version_micros()
                .unwrap_or_else(|| now.as_microsecond()),
            fault: None,
        },
        Err(error) => PostedObject {
            id: super::envelope::id_of(claimed.raw).unwrap_or_else(|| format!("objects/{index}")),
            version_us: now.as_microsecond(),
            fault: Some(error.clone()),
        },
    }
}
