//! A posted envelope read as a report.

use std::collections::BTreeSet;

use jiff::Timestamp;
use kaname_intake::submission::{MAX_TITLE_CHARS, Submitted, from_stix};
use kaname_kernel::{Pap, Tlp};
use kaname_sharing::{
    marking::{strictest_pap, strictest_tlp},
    value::Value,
    victim::Harm,
};
use kaname_stix::ObjectId;
use serde::Deserialize;

use super::posted::PostedObject;
use crate::{caller::Caller, error::WorldError, world::World};

/// Most types named in a title.
const MAX_TYPES: usize = 6;

/// What an envelope says.
pub(crate) struct Envelope {
    pub(crate) title: String,
    pub(crate) technique: String,
    pub(crate) harm: Harm,
    pub(crate) values: Vec<Value>,
    pub(crate) remarks: Vec<(String, String)>,
    pub(crate) tlp: Option<Tlp>,
    pub(crate) pap: Pap,
    pub(crate) seen: Option<Timestamp>,
}

impl World {
    /// Reads the objects of an envelope; the provider's own values are left out.
    pub(crate) fn read_envelope(
        &self,
        caller: &Caller,
        envelope: &[u8],
    ) -> Result<Envelope, WorldError> {
        let mut options = self.reading_options(caller)?;
        options.limits.stix = self.settings().limits.stix();
        let read = from_stix(envelope, &options)
            .map_err(|error| WorldError::invalid("envelope", "error-stix", error.to_string()))?;
        let marks = marks(envelope, &options.limits.stix)?;
        Ok(Envelope::of(read, &marks))
    }
}

impl Envelope {
    /// What was read of objects, and every marking that one of them carries.
    pub(crate) fn of(read: Submitted, marks: &BTreeSet<ObjectId>) -> Self {
        let values: BTreeSet<Value> = read
            .values
            .iter()
            .map(|one| Value {
                kind: one.kind,
                value: one.value.clone(),
            })
            .collect();
        let remarks = read
            .values
            .iter()
            .filter(|one| !one.comment.is_empty())
            .map(|one| (one.value.clone(), one.comment.clone()));
        Self {
            title: read.title,
            technique: read.technique,
            harm: Harm {
                text: read.victim,
                noticed: None,
                contact: String::new(),
            },
            remarks: remarks.collect(),
            values: values.into_iter().collect(),
            tlp: strictest_tlp(marks),
            // AMBER when the provider says nothing.
            pap: strictest_pap(marks).unwrap_or(Pap::Amber),
            seen: read.occurred.map(|when| when.at),
        }
    }
}

/// Every marking that an object of the envelope carries, as a whole or in a part.
fn marks(envelope: &[u8], limits: &kaname_stix::Limits) -> Result<BTreeSet<ObjectId>, WorldError> {
    let read = kaname_stix::bundle(envelope, limits)
        .map_err(|error| WorldError::invalid("envelope", "error-stix", error.to_string()))?;
    let heads = read
        .objects
        .iter()
        .filter_map(|raw| kaname_stix::head(raw.get()).ok());
    let marks = heads.flat_map(|head| head.markings.into_iter().chain(head.granular_markings));
    Ok(marks.collect())
}

/// A title for an envelope that names nothing: the types in it.
pub(super) fn types(objects: &[PostedObject]) -> String {
    let taken = objects.iter().filter(|object| object.fault.is_none());
    let types: BTreeSet<&str> = taken
        .filter_map(|object| Some(object.id.split_once("--")?.0))
        .collect();
    let types: Vec<&str> = types.into_iter().take(MAX_TYPES).collect();
    let title = format!("STIX: {} ({})", objects.len(), types.join(", "));
    title.chars().take(MAX_TITLE_CHARS).collect()
}

/// The id an unreadable object gives itself, if it is a short text.
pub(crate) fn id_of(raw: &str) -> Option<String> {
    #[derive(Deserialize)]
    struct Id {
        id: String,
    }
    let id = serde_json::from_str::<Id>(raw).ok()?.id;
    (id.len() <= 200 && id.is_ascii()).then_some(id)
}
