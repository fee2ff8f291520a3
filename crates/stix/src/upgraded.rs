//! A document of STIX 2.0 made a bundle of 2.1.

use std::collections::BTreeSet;

use serde_json::Value;
use uuid::Uuid;

use crate::{Bundle, ObjectId, StixError, author, upgrade};

/// What became of a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UpgradedBundle {
    /// The bundle, as JSON text.
    pub text: String,
    /// Objects in it.
    pub objects: usize,
    /// How many of them stood inside `observed-data`.
    pub observables: usize,
    /// JSON pointers into the old document to what STIX 2.1 has no place for.
    pub left_out: Vec<String>,
}

/// Makes the objects of a document those of STIX 2.1 and puts them into a bundle: with the id that the old one has, else
/// with this UUID. What is 2.1 already keeps its bytes. `progress` hears of each object.
///
/// # Errors
/// When an object is none, said of that object.
pub fn upgrade_bundle(
    bundle: &Bundle<'_>,
    uuid: Uuid,
    progress: &mut dyn FnMut(usize),
) -> Result<UpgradedBundle, StixError> {
    let mut texts = Vec::with_capacity(bundle.objects.len());
    let mut written = BTreeSet::new();
    let mut left_out = Vec::new();
    for (index, raw) in bundle.objects.iter().enumerate() {
        let old: Value = serde_json::from_str(raw.get()).map_err(|_| {
            let (message, path) = ("is not JSON", String::new());
            let error = StixError::NotStix { message, path };
            error.in_object(index)
        })?;
        let upgraded = upgrade(&old).map_err(|error| error.in_object(index))?;
        let start = bundle.container.pointer(index);
        let places = upgraded.left_out.iter();
        left_out.extend(places.map(|path| format!("{start}{path}")));
        if upgraded.object == old {
            texts.push(raw.get().to_owned());
        } else {
            texts.push(upgraded.object.to_string());
        }
        for one in &upgraded.observables {
            let id = one.get("id").and_then(Value::as_str).unwrap_or_default();
            if written.insert(id.to_owned()) {
                texts.push(one.to_string());
            }
        }
        progress(index + 1);
    }
    let kept = bundle.id.as_deref().and_then(|id| ObjectId::parse(id).ok());
    let own = kept.map_or(uuid, |id: ObjectId| id.uuid());
    Ok(UpgradedBundle {
        text: author::bundle(own, texts.iter().map(String::as_str)),
        objects: texts.len(),
        observables: written.len(),
        left_out,
    })
}
