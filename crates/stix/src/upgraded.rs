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

/// Objects of a document that become those of STIX 2.1, one after the other.
#[derive(Debug, Default)]
pub struct Upgrading {
    /// Ids of what stood inside `observed-data`, each of which is written once.
    written: BTreeSet<String>,
    /// JSON pointers into the old document to what STIX 2.1 has no place for.
    pub left_out: Vec<String>,
}

impl Upgrading {
    /// An object's text, and those of what stood inside it and was not written before. What is 2.1 already keeps its bytes.
    /// `index` and `pointer` say where it stands in its document.
    ///
    /// # Errors
    /// When it is no object of STIX, said of that place.
    pub fn object(
        &mut self,
        index: usize,
        pointer: &str,
        raw: &str,
    ) -> Result<Vec<String>, StixError> {
        let old: Value = serde_json::from_str(raw).map_err(|_| {
            let (message, path) = ("is not JSON", String::new());
            let error = StixError::NotStix { message, path };
            error.in_object(index)
        })?;
        let upgraded = upgrade(&old).map_err(|error| error.in_object(index))?;
        let places = upgraded.left_out.iter();
        self.left_out
            .extend(places.map(|path| format!("{pointer}{path}")));
        let mut texts = vec![match upgraded.object == old {
            true => raw.to_owned(),
            false => upgraded.object.to_string(),
        }];
        for one in &upgraded.observables {
            let id = one.get("id").and_then(Value::as_str).unwrap_or_default();
            if self.written.insert(id.to_owned()) {
                texts.push(one.to_string());
            }
        }
        Ok(texts)
    }

    /// How many objects stood inside `observed-data`.
    #[must_use]
    pub fn observables(&self) -> usize {
        self.written.len()
    }
}

/// The UUID of the new bundle: the one of the old id where that is one, else `own`.
#[must_use]
pub fn upgraded_id(old: Option<&str>, own: Uuid) -> Uuid {
    let kept = old.and_then(|id| ObjectId::parse(id).ok());
    kept.map_or(own, |id: ObjectId| id.uuid())
}

/// Makes the objects of a document those of STIX 2.1 and puts them into a bundle: with the id that the old one has, else
/// with this UUID. What is 2.1 already keeps its bytes.
///
/// # Errors
/// When an object is none, said of that object.
pub fn upgrade_bundle(bundle: &Bundle<'_>, uuid: Uuid) -> Result<UpgradedBundle, StixError> {
    let mut texts = Vec::with_capacity(bundle.objects.len());
    let mut upgrading = Upgrading::default();
    for (index, raw) in bundle.objects.iter().enumerate() {
        texts.extend(upgrading.object(index, &bundle.container.pointer(index), raw.get())?);
    }
    let own = upgraded_id(bundle.id.as_deref(), uuid);
    Ok(UpgradedBundle {
        text: author::bundle(own, texts.iter().map(String::as_str)),
        objects: texts.len(),
        observables: upgrading.observables(),
        left_out: upgrading.left_out,
    })
}
