//! Threat objects on their way into the store: a thin header beside the original bytes.

use jiff::Timestamp;
use kaname_kernel::{Audience, Id, MatterId, ObjectKey, PartyId};
use kaname_sharing::{
    content::tlp_named,
    value::{correlates, hosts_named, pieces, posting, technique_used},
};
use kaname_stix::{Head, StixError};
use kaname_store::NewObject;

use sha2::{Digest as _, Sha256};

use crate::{error::WorldError, world::World};

/// Most references of one object that are kept for look-ups.
const MAX_REFS: usize = 1_000;

/// The key of an object: the first half of the SHA-256 of its bytes, so that a changed object is found
/// by its own row.
pub(crate) fn key_of(raw: &[u8]) -> ObjectKey {
    let digest = Sha256::digest(raw);
    Id::from_bytes(std::array::from_fn(|at| digest[at]))
}

/// Where an object stands and for whom: all that its bytes do not say.
#[derive(Debug, Clone)]
pub(crate) struct Standing {
    /// The collection.
    pub(crate) collection: MatterId,
    /// The party whose claim it is; `None` for what the hub itself brings.
    pub(crate) origin: Option<PartyId>,
    /// Who may see it.
    pub(crate) audience: Audience,
    /// Until when it is given out.
    pub(crate) expires: Option<Timestamp>,
    /// The matter that brought it.
    pub(crate) source: MatterId,
}

/// Reads the header of `raw` and makes it ready to be stored. An object that says no version has the one
/// given, in microseconds since 1970.
pub(crate) fn object_of(
    raw: &str,
    standing: Standing,
    version_us: i64,
) -> Result<NewObject, StixError> {
    let head = kaname_stix::head(raw)?;
    let refs = head.refs.iter().take(MAX_REFS);
    let mut object = NewObject {
        key: key_of(raw.as_bytes()),
        collection: standing.collection,
        origin: standing.origin,
        stix_id: head.id.to_string(),
        stix_type: head.type_name().to_owned(),
        version_us: head.version_micros().unwrap_or(version_us),
        spec: head.spec_version.as_str().to_owned(),
        audience: standing.audience,
        tlp: tlp_named(raw),
        expires_us: standing.expires.map(Timestamp::as_microsecond),
        title: String::new(),
        text: String::new(),
        postings: Vec::new(),
        refs: refs.map(|one| one.target.to_string()).collect(),
        raw: raw.into(),
        source: standing.source,
        dated_us: None,
    };
    object.title = title(&head);
    object.text = search_text(&head, &object.title);
    let values = || head.values.iter().filter(|value| correlates(value.kind));
    object.postings = values().map(posting).collect();
    object.postings.extend(values().flat_map(hosts_named));
    object.postings.extend(values().flat_map(pieces));
    object.postings.extend(technique_used(&head));
    object.postings.sort();
    object.postings.dedup();
    Ok(object)
}

impl World {
    /// The same for an object that comes in now.
    pub(crate) fn new_object(
        &self,
        raw: &str,
        standing: Standing,
    ) -> Result<NewObject, WorldError> {
        object_of(raw, standing, self.now().as_microsecond())
            .map_err(|error| WorldError::invalid("objects", "error-stix", error.to_string()))
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
