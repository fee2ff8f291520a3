//! Threat objects on their way into the store: a thin header beside the original bytes.

use jiff::Timestamp;
use kaname_kernel::{Audience, Id, MatterId, ObjectKey};
use kaname_sharing::value::{correlates, posting};
use kaname_stix::Head;
use kaname_store::NewObject;

use sha2::{Digest as _, Sha256};

use crate::{error::WorldError, world::World};

/// Most references of one object that are kept for look-ups.
const MAX_REFS: usize = 1_000;

/// The key of an object: the first half of the SHA-256 of its bytes, so that a changed object is found
/// by its own row.
pub(crate) fn key_of(raw: &[u8]) -> Option<ObjectKey> {
    let digest = Sha256::digest(raw);
    digest.get(..16).and_then(Id::from_slice)
}

impl World {
    /// Reads the header of `raw` and makes it ready to be stored.
    pub(crate) fn new_object(
        &self,
        raw: &str,
        collection: MatterId,
        audience: &Audience,
        (expires, source): (Option<Timestamp>, MatterId),
    ) -> Result<NewObject, WorldError> {
        let head = kaname_stix::head(raw)
            .map_err(|error| WorldError::invalid("objects", "error-stix", error.to_string()))?;
        let title = title(&head);
        let mut postings: Vec<_> = head
            .values
            .iter()
            .filter(|value| correlates(value.kind))
            .map(posting)
            .collect();
        postings.sort();
        postings.dedup();
        let refs = head.refs.iter().take(MAX_REFS);
        Ok(NewObject {
            key: key_of(raw.as_bytes()).unwrap_or_else(|| Id::fresh(self.clock(), self.rng())),
            collection,
            stix_id: head.id.to_string(),
            stix_type: head.type_name().to_owned(),
            version_us: head
                .version_micros()
                .unwrap_or_else(|| self.now().as_microsecond()),
            spec: head.spec_version.as_str().to_owned(),
            audience: audience.clone(),
            expires_us: expires.map(Timestamp::as_microsecond),
            text: search_text(&head, &title),
            title,
            postings,
            refs: refs.map(|one| one.target.to_string()).collect(),
            raw: raw.into(),
            source,
        })
    }
}

fn title(head: &Head) -> String {
    let named = head.name.clone();
    let valued = || head.values.first().map(|value| value.text.clone());
    let related = || head.relationship_type.clone();
    let title = named.or_else(valued).or_else(related);
    let title = title.unwrap_or_else(|| head.id.to_string());
    title.chars().take(300).collect()
}

fn search_text(head: &Head, title: &str) -> String {
    let mut parts = vec![title];
    parts.extend(
        head.values
            .iter()
            .take(200)
            .map(|value| value.text.as_str()),
    );
    parts.extend(head.labels.iter().take(50).map(String::as_str));
    parts.join("\n")
}
