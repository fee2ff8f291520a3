//! What is posted into an intake collection becomes a submission; its status is kept for a while.

use jiff::{SignedDuration, Timestamp};
use kaname_kernel::{Id, MatterId, PartyId, Tlp};
use kaname_policy::Action;
use kaname_sharing::report::Channel;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::Offered;
use crate::{
    caller::Caller,
    error::WorldError,
    sharing::{Attachment, NewReport},
    world::World,
};

/// How long a status is kept, in hours (TAXII 2.1 §4.3 asks for 24).
pub const STATUS_HOURS: i64 = 48;
const SPACE: &str = "taxii-status";

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
    /// When it was posted.
    pub at: Timestamp,
    /// Receipt number of the submission; `None` when no object could be taken.
    pub receipt: Option<String>,
    /// Each object.
    pub objects: Vec<PostedObject>,
}

impl World {
    /// Takes a TAXII envelope into an intake collection. The same bytes again give the same receipt.
    pub async fn post_objects(
        &self,
        caller: &Caller,
        offered: &Offered,
        envelope: &[u8],
    ) -> Result<Posted, WorldError> {
        self.allow_any(caller, Action::TaxiiPost)?;
        offered.must_write()?;
        let party = caller.party_id()?;
        let limits = kaname_stix::Limits {
            bytes: self.settings().limits.envelope_bytes(),
            ..self.settings().limits.stix()
        };
        let unreadable = |error: kaname_stix::StixError| {
            WorldError::invalid("envelope", "error-stix", error.to_string())
        };
        let read = kaname_stix::bundle(envelope, &limits).map_err(unreadable)?;
        if read.container != kaname_stix::Container::Envelope || read.objects.is_empty() {
            let message = "an envelope {\"objects\": […]} with at least one object is expected";
            return Err(WorldError::invalid("envelope", "error-stix", message));
        }
        let now = self.now();
        let objects: Vec<PostedObject> = read
            .objects
            .iter()
            .enumerate()
            .map(|(index, raw)| posted_object(index, raw.get(), now))
            .collect();
        let taken = objects.iter().any(|object| object.fault.is_none());
        let receipt = match taken {
            true => Some(
                self.submit_envelope(caller, offered, envelope, &objects)
                    .await?,
            ),
            false => None,
        };
        let posted = Posted {
            id: Id::fresh(self.clock(), self.rng()),
            party,
            at: now,
            receipt,
            objects,
        };
        // It names who posted: sealed like a draft, so that a copy of the database leads nowhere.
        let plain = serde_json::to_vec(&posted).map_err(WorldError::encoding)?;
        let boxed = self
            .keys()
            .drafts()
            .seal(self.rng(), posted.id.bytes(), &plain);
        let value = serde_json::json!(hex::encode(boxed));
        let until = now + SignedDuration::from_hours(STATUS_HOURS);
        self.store()
            .kv_put(SPACE, &posted.id.to_string(), value, until)
            .await?;
        Ok(posted)
    }

    /// The status of an earlier post of the caller's own party.
    pub async fn post_status(&self, caller: &Caller, id: &str) -> Result<Posted, WorldError> {
        self.allow_any(caller, Action::TaxiiPost)?;
        let party = caller.party_id()?;
        // Ids are compared as UUIDs, so that only one spelling leads to the key.
        let id: MatterId = id.parse().map_err(|_| WorldError::NotFound("status"))?;
        let held = self
            .store()
            .kv_get(SPACE, &id.to_string(), self.now())
            .await?;
        let boxed = held
            .as_ref()
            .and_then(|held| hex::decode(held.as_str()?).ok());
        let posted: Option<Posted> = match boxed {
            Some(boxed) => {
                let plain = self.keys().drafts().open(id.bytes(), &boxed)?;
                serde_json::from_slice(&plain).map_err(WorldError::encoding)?
            }
            None => None,
        };
        let own = posted.filter(|posted| posted.party == party);
        own.ok_or(WorldError::NotFound("status"))
    }

    async fn submit_envelope(
        &self,
        caller: &Caller,
        offered: &Offered,
        envelope: &[u8],
        objects: &[PostedObject],
    ) -> Result<String, WorldError> {
        let collection = &offered.collection;
        let read = self.read_envelope(caller, envelope)?;
        let types = super::submitting::types(objects);
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
        Ok(self.submit(caller, report, Some(&once)).await?.number)
    }
}

fn posted_object(index: usize, raw: &str, now: Timestamp) -> PostedObject {
    match kaname_stix::head(raw) {
        Ok(head) => PostedObject {
            id: head.id.to_string(),
            version_us: head
                .version_micros()
                .unwrap_or_else(|| now.as_microsecond()),
            fault: None,
        },
        Err(error) => PostedObject {
            id: super::submitting::id_of(raw).unwrap_or_else(|| format!("objects/{index}")),
            version_us: now.as_microsecond(),
            fault: Some(error.to_string()),
        },
    }
}
