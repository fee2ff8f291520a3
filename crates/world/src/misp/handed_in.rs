//! An event that is handed in: it becomes a submission, with the event as it came for its original, and its party finds it
//! again for a while.

use std::collections::BTreeSet;

use hyper::body::Bytes;
use jiff::SignedDuration;
use kaname_intake::submission::FromObjects;
use kaname_kernel::{MatterId, PartyId, Tlp};
use kaname_misp::{Distribution, Each, Event, Limits, to_stix_with};
use kaname_sharing::report::{Channel, Urgency, Wishes};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use super::{
    posted::{MispPosted, faults_of, one_event},
    who::small,
};
use crate::{
    caller::Caller,
    error::WorldError,
    kept::opened_value,
    sharing::{AgreedGroups, Attachment, NewReport, Once},
    taxii::{Envelope, Offered, STATUS_HOURS},
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

impl World {
    /// Hands in the event of a document.
    pub(super) async fn misp_hand_in(
        &self,
        caller: &Caller,
        offered: &Offered,
        document: Bytes,
        limits: &Limits,
    ) -> Result<MispPosted, WorldError> {
        let event = one_event(&document, limits)?;
        let options = self.reading_options(caller)?;
        let mut reading = FromObjects::new(&options);
        let mut marks = BTreeSet::new();
        let mut take = |object: &str| {
            if let Some(head) = reading.take(object) {
                marks.extend(head.markings.into_iter().chain(head.granular_markings));
            }
        };
        let done = to_stix_with(&event, Distribution::MarkedThroughout, &mut Each(&mut take));
        let read = Envelope::of(reading.finish(), &marks);
        let technique = match read.technique.trim() {
            "" => said_in_words(&event),
            text => text.to_owned(),
        };
        let title = match event.info().trim() {
            "" => read.title,
            info => info
                .chars()
                .take(kaname_intake::submission::MAX_TITLE_CHARS)
                .collect(),
        };
        let definition = &offered.collection.state.definition;
        let mut tlp = read.tlp.or(definition.default_tlp);
        // What may not go beyond its organisation or group is not wider for want of a tag.
        if done.held && read.tlp.is_none() {
            tlp = tlp.max(Some(Tlp::AmberStrict));
        }
        let mut wishes = Wishes::default();
        if let Some(group) = event.sharing_group() {
            let agreed = AgreedGroups::new();
            wishes
                .groups
                .extend(self.group_meant(caller, &agreed, &group).await?);
        }
        let told = whole(&event);
        drop(event);
        let digest = hex::encode(Sha256::digest(&document));
        let report = NewReport {
            channel: Channel::Misp,
            title,
            technique,
            harm: read.harm,
            values: read.values,
            remarks: read.remarks,
            tlp: tlp.unwrap_or(Tlp::AmberStrict),
            pap: read.pap,
            wishes,
            sector: None,
            urgency: Urgency::Normal,
            seen: read.seen,
            original: Some(Attachment {
                name: "misp-event.json".to_owned(),
                // Nobody else holds it any more: its bytes are not copied.
                bytes: document.into(),
            }),
            attachments: Vec::new(),
        };
        let once = format!("misp/{}/{digest}", offered.collection.id);
        let once = Once {
            key: &once,
            sent: &[],
        };
        let receipt = self.submit(caller, report, Some(once)).await?;
        self.misp_keep(caller.party_id()?, receipt.report, &told)
            .await?;
        let notes = self.misp_notes(caller, &done).await?;
        Ok(MispPosted {
            event: told,
            receipt: Some(receipt.number),
            faults: faults_of(&done),
            notes,
        })
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
        let kept = self.misp_kept(caller, named).await?;
        Ok(kept.map(|kept| kept.event))
    }

    /// The report that such an event became.
    pub(super) async fn misp_report_of(
        &self,
        caller: &Caller,
        named: &str,
    ) -> Result<Option<MatterId>, WorldError> {
        let kept = self.misp_kept(caller, named).await?;
        Ok(kept.map(|kept| kept.report))
    }

    async fn misp_kept(
        &self,
        caller: &Caller,
        named: &str,
    ) -> Result<Option<HandedIn>, WorldError> {
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
        Ok(stands.then_some(kept))
    }
}

/// All members of an event, its lists too; of a large one without them, as it is kept.
pub(super) fn whole(event: &Event<'_>) -> Map<String, Value> {
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
