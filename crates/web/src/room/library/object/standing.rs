//! What the reader sees under one STIX id, and under others: whose word goes first, and which versions there are.

use std::collections::BTreeSet;

use kaname_kernel::MatterId;
use kaname_store::{StoredObject, Versions};
use kaname_world::WorldError;

use super::Asked;
use crate::{
    error::Failure,
    house::{By, House},
};

/// Most versions shown.
const MAX_VERSIONS: u32 = 50;
/// Most originators and collections shown that have something under one id.
const MAX_BESIDE: u32 = 100;

/// What the reader sees under one STIX id.
pub(in crate::room) struct Standing {
    /// The version to show.
    pub(in crate::room) shown: StoredObject,
    /// The newest of each collection and originator, in the order in which they go (`World::in_order`).
    pub(in crate::room) newest: Vec<StoredObject>,
}

impl Standing {
    /// What stands under the same id in other collections or by others.
    pub(in crate::room) fn others(&self) -> Vec<&StoredObject> {
        let place = |one: &StoredObject| (one.collection, one.origin);
        let shown = place(&self.shown);
        let others = self.newest.iter().filter(|one| place(one) != shown);
        others.collect()
    }
}

/// What stands under an id and which of it is to be shown: the version asked for, else what goes first. So nobody's
/// claim takes the place of what the hub has, nor of what another claimed before.
pub(in crate::room) async fn standing(
    house: &House,
    by: &By,
    id: &str,
    asked: &Asked,
) -> Result<Standing, Failure> {
    let newest = house.world().objects(by, |filter| {
        filter.ids = vec![id.to_owned()];
        filter.versions = Versions::Last;
        filter.newest_first = false;
        filter.limit = MAX_BESIDE;
        filter.count = false;
    });
    let newest = house.world().in_order(by, newest.await?.objects).await?;
    let newest = on_the_web(house, by, newest).await?;
    let shown = match asked.added {
        None => newest.first().cloned(),
        Some(added_us) => placed(house, by, id, added_us).await?,
    };
    let shown = shown.ok_or(Failure::NotFound)?;
    Ok(Standing { shown, newest })
}

/// What a version is compared with where nothing is named: the one before it by the same originator, else another of
/// theirs, else what another says.
pub(in crate::room) fn before<'s>(
    shown: &StoredObject,
    same: &'s [StoredObject],
    others: &[&'s StoredObject],
) -> Option<&'s StoredObject> {
    same.iter()
        .find(|one| one.version_us < shown.version_us)
        .or_else(|| same.iter().find(|one| one.added_us != shown.added_us))
        .or(others.first().copied())
}

/// The version of an id at a place.
pub(in crate::room) async fn placed(
    house: &House,
    by: &By,
    id: &str,
    added_us: i64,
) -> Result<Option<StoredObject>, Failure> {
    let found = house.world().objects(by, |filter| {
        filter.ids = vec![id.to_owned()];
        filter.versions = Versions::All;
        filter.newest_first = false;
        filter.after_us = Some(added_us.saturating_sub(1));
        filter.limit = 1;
        filter.count = false;
    });
    let found = on_the_web(house, by, found.await?.objects).await?;
    Ok(found.into_iter().find(|one| one.added_us == added_us))
}

/// Every version of the same originator in the same collection, newest first.
pub(in crate::room) async fn versions(
    house: &House,
    by: &By,
    object: &StoredObject,
) -> Result<Vec<StoredObject>, Failure> {
    let found = house.world().objects(by, |filter| {
        filter.collection = Some(object.collection);
        filter.origins = vec![object.origin];
        filter.ids = vec![object.stix_id.clone()];
        filter.versions = Versions::All;
        filter.limit = MAX_VERSIONS;
        filter.count = false;
    });
    let mut found = on_the_web(house, by, found.await?.objects).await?;
    found.sort_by_key(|one| std::cmp::Reverse((one.version_us, one.added_us)));
    Ok(found)
}

/// Every version under an id, by whomever and in whichever collection, the last added first: those after a place, and
/// the place that the next page begins after.
pub(in crate::room) async fn all_versions(
    house: &House,
    by: &By,
    id: &str,
    (after_us, limit): (Option<i64>, u32),
) -> Result<(Vec<StoredObject>, Option<i64>), Failure> {
    let found = house.world().objects(by, |filter| {
        filter.ids = vec![id.to_owned()];
        filter.versions = Versions::All;
        filter.after_us = after_us;
        filter.limit = limit;
        filter.count = false;
    });
    let found = found.await?;
    let last = found.objects.last().filter(|_| found.more);
    let next_us = last.map(|last| last.added_us);
    Ok((on_the_web(house, by, found.objects).await?, next_us))
}

/// Those of the objects whose provider agreed to pages.
async fn on_the_web(
    house: &House,
    by: &By,
    mut objects: Vec<StoredObject>,
) -> Result<Vec<StoredObject>, Failure> {
    let sources: BTreeSet<MatterId> = objects.iter().map(|one| one.source).collect();
    for source in sources {
        if !may_be_shown(house, by, source).await? {
            objects.retain(|one| one.source != source);
        }
    }
    Ok(objects)
}

/// Whether pages are among the ways out that its provider agreed to; what was imported has no provider.
/// The audience says so too, but for what was put out before it did.
async fn may_be_shown(house: &House, by: &By, source: MatterId) -> Result<bool, Failure> {
    match house.world().library_item(by, source).await {
        Ok(item) => Ok(item.state.content.is_on_the_web()),
        Err(WorldError::NotFound(_)) => Ok(true),
        Err(error) => Err(error.into()),
    }
}
