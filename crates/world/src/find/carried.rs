//! What a thing correlates with: each value it carries, and how many others carry it too, as far as the reader
//! may see them. However many it carries, all are told, a page at a time; of a page common values come last.

use std::collections::{BTreeMap, BTreeSet};

use kaname_kernel::{Matter, MatterId, Posting};
use kaname_policy::Action;
use kaname_sharing::{
    Item, Value,
    value::{correlates, posting},
    warninglist::Outline,
};
use kaname_stix::SearchValue;
use kaname_store::{MOST_CARRIERS, StoredObject};
use roaring::RoaringBitmap;

use super::near::Nearby;
use crate::{
    caller::Caller,
    error::WorldError,
    sharing::{Warnings, library::OUT},
    work::Loaded,
    world::World,
};

/// Values of one thing that are looked up at once: a page of them.
pub const VALUES_AT_ONCE: usize = 200;
/// Items that are read at once, to count them.
const READ_AT_ONCE: u32 = 1_000;
/// A value that more others carry than this says little.
const COMMON: u64 = 100;

/// A value, and who else carries it.
#[derive(Debug, Clone)]
pub struct CarriedValue {
    /// The value.
    pub value: SearchValue,
    /// Other objects that carry it.
    pub objects: u64,
    /// Other items that carry it; the least that there are, where there may be more.
    pub items: u64,
    /// Whether there may be more: so many carry it that they were not all counted.
    pub more_than_items: bool,
    /// Organisations whose word those objects are, the hub being one.
    pub origins: u64,
    /// Rank of information: bits, by how few of all objects carry it; nothing where a warninglist knows it.
    pub bits: f64,
    /// The warninglists that it stands on: it is so widely used that meeting it again says nothing.
    pub warned: Vec<Outline>,
    /// Whether so many carry it that it says little.
    pub is_common: bool,
    /// What lies near it that others carry.
    pub near: Nearby,
}

/// What a thing carries: a page of its values.
#[derive(Debug, Clone, Default)]
pub struct Carrying {
    /// The values of this page, those that say most first.
    pub values: Vec<CarriedValue>,
    /// How many come before this page, in the order in which the thing carries them.
    pub before: usize,
    /// How many it carries.
    pub total: usize,
}

impl Carrying {
    /// How many come after this page.
    #[must_use]
    pub const fn left(&self) -> usize {
        self.total.saturating_sub(self.before + self.values.len())
    }

    /// After how many values the next page begins; `None` on the last.
    #[must_use]
    pub fn next(&self) -> Option<usize> {
        let is_more = self.left() > 0 && !self.values.is_empty();
        is_more.then_some(self.before + self.values.len())
    }
}

impl World {
    /// What an object correlates with, by its values after the first so many.
    pub async fn correlated_object(
        &self,
        caller: &Caller,
        object: &StoredObject,
        after: usize,
    ) -> Result<Carrying, WorldError> {
        self.allow_any(caller, Action::LibraryRead)?;
        let head = kaname_stix::head(&object.raw);
        let values = head.map(|head| head.values).unwrap_or_default();
        let own = Own {
            stix_ids: vec![object.stix_id.clone()],
            item: Some(object.source),
        };
        self.correlated(caller, (values, after), own).await
    }

    /// What an item correlates with, by its values after the first so many, as the caller may see it on pages: what
    /// is not on the web is related to nothing there.
    pub async fn correlated_item(
        &self,
        caller: &Caller,
        item: &Loaded<Item>,
        after: usize,
    ) -> Result<Carrying, WorldError> {
        self.allow_any(caller, Action::LibraryRead)?;
        if !item.state.content.is_on_the_web() {
            return Ok(Carrying::default());
        }
        let values = item.state.content.values().into_iter().collect();
        let heads = item.state.content.heads();
        let own = Own {
            stix_ids: heads.map(|(_, head)| head.id.to_string()).collect(),
            item: Some(item.id),
        };
        self.correlated(caller, (values, after), own).await
    }

    async fn correlated(
        &self,
        caller: &Caller,
        (carried, after): (Vec<SearchValue>, usize),
        own: Own,
    ) -> Result<Carrying, WorldError> {
        let carried = carried.into_iter().filter(|value| correlates(value.kind));
        let carried: Vec<SearchValue> = carried.collect();
        let mut carrying = Carrying {
            values: Vec::new(),
            before: after.min(carried.len()),
            total: carried.len(),
        };
        let values = carried.into_iter().skip(carrying.before);
        let values: Vec<SearchValue> = values.take(VALUES_AT_ONCE).collect();
        if values.is_empty() {
            return Ok(carrying);
        }
        let readable = self.readable(caller).await?;
        let postings: Vec<Posting> = values.iter().map(posting).collect();
        let carriers = self
            .store()
            .carriers(&postings, &readable, &own.stix_ids)
            .await?;
        let near = self
            .nearby((&values, &carriers), &readable, &own.stix_ids)
            .await?;
        let items = self.items_carrying(caller, &postings, own.item).await?;
        let all = self.objects_seen(caller).await?;
        let warnings = self.warnings(caller).await?;
        let mut carried: Vec<CarriedValue> = values
            .into_iter()
            .zip(carriers)
            .zip(items)
            .zip(near)
            .map(|(((value, who), (items, more_than_items)), near)| {
                let warned = warning_of(&warnings, &value);
                CarriedValue {
                    objects: who.objects,
                    items,
                    more_than_items,
                    origins: who.origins,
                    bits: match warned.is_empty() {
                        true => bits(all, who.objects + 1),
                        false => 0.0,
                    },
                    is_common: who.objects > COMMON,
                    warned,
                    near,
                    value,
                }
            })
            .collect();
        // What others carry too, the rarer the sooner and what says nothing last; then what nobody else does.
        carried.sort_by_key(|one| {
            let others = one.objects + one.items;
            let is_alone = others == 0 && one.near.is_empty();
            (is_alone, !one.warned.is_empty(), others == 0, others)
        });
        carrying.values = carried;
        Ok(carrying)
    }

    /// For each value how many other items carry it that the caller may open, and whether there may be more: of a value
    /// that [`MOST_CARRIERS`] carry no others are looked at.
    async fn items_carrying(
        &self,
        caller: &Caller,
        postings: &[Posting],
        own: Option<MatterId>,
    ) -> Result<Vec<(u64, bool)>, WorldError> {
        let readable = self.readable(caller).await?;
        let (hits, cut) = self.all_carrying(Item::KIND, postings, &readable).await?;
        let ids: BTreeSet<MatterId> = hits.iter().map(|(id, _)| *id).collect();
        let ids: Vec<MatterId> = ids.into_iter().filter(|id| Some(*id) != own).collect();
        let mut open = BTreeSet::new();
        for some in ids.chunks(READ_AT_ONCE as usize) {
            let found = self.library(caller, |query| {
                query.among = Some(some.to_vec());
                query.states = OUT.map(str::to_owned).to_vec();
                query.limit = READ_AT_ONCE;
            });
            let found = found.await?.rows.into_iter();
            let on_the_web = found.filter(|item| item.state.content.is_on_the_web());
            open.extend(on_the_web.map(|item| item.id));
        }
        let mut with: BTreeMap<Posting, BTreeSet<MatterId>> = BTreeMap::new();
        for (id, hit) in hits.into_iter().filter(|(id, _)| open.contains(id)) {
            with.entry(hit).or_default().insert(id);
        }
        let count = |value: &Posting| {
            let items = with.get(value).map_or(0, |items| items.len() as u64);
            (items, cut.contains(value))
        };
        Ok(postings.iter().map(count).collect())
    }

    /// Matters of a kind that carry one of these values, with the values, and those of the values that more may carry
    /// than are given. The store gives so many at once: where there may be more, it is asked for half of the values at a
    /// time.
    pub(super) async fn all_carrying(
        &self,
        kind: &str,
        postings: &[Posting],
        readable: &RoaringBitmap,
    ) -> Result<(Vec<(MatterId, Posting)>, BTreeSet<Posting>), WorldError> {
        let (mut found, mut cut) = (Vec::new(), BTreeSet::new());
        let mut asked = vec![postings];
        while let Some(some) = asked.pop() {
            let hits = self.store().carrying(kind, some, readable).await?;
            let is_full = hits.len() >= MOST_CARRIERS;
            if is_full && some.len() > 1 {
                let (first, rest) = some.split_at(some.len() / 2);
                asked.extend([first, rest]);
                continue;
            }
            if is_full {
                cut.extend(some.iter().cloned());
            }
            found.extend(hits);
        }
        Ok((found, cut))
    }

    /// How many objects the caller sees.
    async fn objects_seen(&self, caller: &Caller) -> Result<u64, WorldError> {
        let readable = self.readable(caller).await?;
        self.objects_within(&readable).await
    }

    /// How many objects there are in these audiences, exactly.
    pub(crate) async fn objects_within(&self, readable: &RoaringBitmap) -> Result<u64, WorldError> {
        let every = [Posting::every()];
        let all = self.store().carriers(&every, readable, &[]).await?;
        Ok(all.first().map_or(0, |all| all.objects))
    }
}

/// What does not count as another.
struct Own {
    stix_ids: Vec<String>,
    item: Option<MatterId>,
}

/// The warninglists that a value stands on.
fn warning_of(warnings: &Warnings, value: &SearchValue) -> Vec<Outline> {
    let read = Value::of_search_value(value);
    let lists = read.map(|value| warnings.of(value.kind, &value.value));
    lists.into_iter().flatten().cloned().collect()
}

/// Bits of information in that one of so few of all is met.
fn bits(all: u64, with: u64) -> f64 {
    let all = all.max(with).max(1);
    (all as f64 / with.max(1) as f64).log2()
}
