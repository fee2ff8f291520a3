//! A stretch of a collection: what a client asks for, and what it is noted to have fetched.

use kaname_kernel::MatterId;
use kaname_store::{ObjectFilter, Versions};

use crate::{caller::Caller, error::WorldError, world::World};

/// Which objects of a collection, in order of `date_added`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Range {
    /// Only with a `date_added` strictly after this moment, microseconds since 1970.
    pub added_after_us: Option<i64>,
    /// Continue strictly after this place, microseconds since 1970.
    pub after_us: Option<i64>,
    /// Only these STIX ids; empty for all.
    pub ids: Vec<String>,
    /// Only these STIX types; empty for all.
    pub types: Vec<String>,
    /// Only these specification versions; empty for all.
    pub specs: Vec<String>,
    /// Which versions.
    pub versions: Versions,
    /// At most this many, 1 to the world's `max_page_objects`.
    pub limit: u32,
}

impl World {
    /// A range with the caller's eyes.
    pub(crate) async fn range_filter(
        &self,
        caller: &Caller,
        collection: MatterId,
        range: &Range,
    ) -> Result<ObjectFilter, WorldError> {
        let most = self.settings().max_page_objects.max(1);
        Ok(ObjectFilter {
            collection: Some(collection),
            origins: Vec::new(),
            readable: self.readable(caller).await?,
            added_after_us: range.added_after_us,
            newest_first: false,
            after_us: range.after_us,
            ids: range.ids.clone(),
            types: range.types.clone(),
            specs: range.specs.clone(),
            versions: range.versions.clone(),
            search: None,
            value: None,
            limit: range.limit.clamp(1, most),
            count: false,
        })
    }
}
