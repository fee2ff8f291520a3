//! What a thing correlates with: each value it carries, and how many others carry it too, as far as the reader
//! may see them. Common values come last and are never left out.

use std::collections::BTreeSet;

use kaname_kernel::{Matter, MatterId, Posting};
use kaname_policy::Action;
use kaname_sharing::{
    Item, Value,
    value::{correlates, posting},
    warninglist::Outline,
};
use kaname_stix::SearchValue;
use kaname_store::StoredObject;
use roaring::RoaringBitmap;

use super::near::Nearby;
use crate::{
    caller::Caller,
    error::WorldError,
    sharing::{Warnings, library::OUT},
    work::Loaded,
    world::World,
};

/// Most values of one thing that are looked up.
const MOST_VALUES: usize = 200;
/// A value that more others carry than this says little.
const COMMON: u64 = 100;

/// A value, and who else carries it.
#[derive(Debug, Clone)]
pub struct CarriedValue {
    /// The value.
    pub value: SearchValue,
    /// Other objects that carry it.
    pub objects: u64,
    /// Other items that carry it.
    pub items: u64,
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

/// What a thing carries.
#[derive(Debug, Clone, Default)]
pub struct Carrying {
    /// Its values, those that say most first.
    pub values: Vec<CarriedValue>,
    /// How many more values it has that were not looked up.
    pub left: usize,
}

impl World {
    /// What an object correlates with.
    pub async fn correlated_object(
        &self,
        caller: &Caller,
        object: &StoredObject,
    ) -> Result<Carrying, WorldError> {
        self.allow_any(caller, Action::LibraryRead)?;
        let head = kaname_stix::head(&object.raw);
        let values = head.map(|head| head.values).unwrap_or_default();
        let own = Own {
            stix_ids: vec![object.stix_id.clone()],
            item: Some(object.source),
        };
        self.correlated(caller, values, own).await
    }

    /// What an item correlates with, as the caller may see it on pages: what is not on the web is related to
    /// nothing there.
    pub async fn correlated_item(
        &self,
        caller: &Caller,
        item: &Loaded<Item>,
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
        self.correlated(caller, values, own).await
    }

    async fn correlated(
        &self,
        caller: &Caller,
        values: Vec<SearchValue>,
        own: Own,
    ) -> Result<Carrying, WorldError> {
        let mut values: Vec<SearchValue> = values
            .into_iter()
            .filter(|value| correlates(value.kind))
            .collect();
        let left = values.len().saturating_sub(MOST_VALUES);
        values.truncate(MOST_VALUES);
        if values.is_empty() {
            return Ok(Carrying::default());
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
            .map(|(((value, who), items), near)| {
                let warned = warning_of(&warnings, &value);
                CarriedValue {
                    objects: who.objects,
                    items,
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
        Ok(Carrying {
            values: carried,
            left,
        })
    }

    /// For each value how many other items carry it that the caller may open.
    async fn items_carrying(
        &self,
        caller: &Caller,
        postings: &[Posting],
        own: Option<MatterId>,
    ) -> Result<Vec<u64>, WorldError> {
        let readable = self.readable(caller).await?;
        let hits = self
            .store()
            .carrying(Item::KIND, postings, &readable)
            .await?;
        let ids: BTreeSet<MatterId> = hits.iter().map(|(id, _)| *id).collect();
        let found = self.library(caller, |query| {
            query.among = Some(ids.into_iter().collect());
            query.states = OUT.map(str::to_owned).to_vec();
            query.limit = 1_000;
        });
        let found = found.await?.rows.into_iter();
        let open = found.filter(|item| item.state.content.is_on_the_web());
        let open: BTreeSet<MatterId> = open
            .map(|item| item.id)
            .filter(|id| Some(*id) != own)
            .collect();
        let count = |value: &Posting| {
            let with = hits
                .iter()
                .filter(|(id, hit)| hit == value && open.contains(id));
            with.map(|(id, _)| id).collect::<BTreeSet<_>>().len() as u64
        };
        Ok(postings.iter().map(count).collect())
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
