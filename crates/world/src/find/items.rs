//! Items that a search asks for. What the rows of the store cannot answer (values, phrases, collections, PAP) is
//! answered by the items themselves, of which so many are read as can be.

use std::collections::{BTreeMap, BTreeSet};

use kaname_kernel::{Matter, MatterId, Tlp};
use kaname_sharing::{Item, content::kind_word, number};
use kaname_stix::ValueKind;
use kaname_store::{
    ListQuery,
    find::{COUNTED, names_host, says},
};

use super::{Left, Outcome, Part, Wanted, values::Sought};
use crate::{
    caller::Caller,
    error::WorldError,
    read::Listed,
    sharing::library::{OUT, place_of},
    work::Loaded,
    world::World,
};

/// Most items that are read for a search that their rows cannot answer.
const MOST_READ: usize = 5_000;
/// Rows read at once.
const PAGE: u32 = 1_000;

impl World {
    pub(super) async fn find_items(
        &self,
        caller: &Caller,
        wanted: &Wanted,
        part: &Part,
    ) -> Result<Outcome<Listed<Item>>, WorldError> {
        let is_hub = |origins: &Vec<_>| origins.contains(&None);
        if !wanted.origins.as_ref().is_none_or(is_hub) {
            return Ok(Err(Left::Sealed));
        }
        let kinds = wanted.item_kinds();
        if kinds.as_ref().is_some_and(Vec::is_empty) {
            return Ok(Err(Left::NoSuchType));
        }
        let Some(adjust) = self.asked_of_items(caller, wanted).await? else {
            return Ok(Ok(nothing()));
        };
        let page = |query: &mut ListQuery| {
            adjust.apply(query);
            query.after = part.items_after;
            query.limit = part.limit;
        };
        if !reads(wanted) {
            return Ok(Ok(self.library(caller, page).await?));
        }
        Ok(Ok(self.read_items(caller, wanted, &adjust, part).await?))
    }

    /// How the items found spread over markings.
    pub(super) async fn item_tlps(
        &self,
        caller: &Caller,
        wanted: &Wanted,
    ) -> Result<BTreeMap<Tlp, u32>, WorldError> {
        let mut all = BTreeMap::new();
        let Some(adjust) = self.asked_of_items(caller, wanted).await? else {
            return Ok(all);
        };
        if reads(wanted) {
            let part = Part {
                limit: PAGE,
                ..Part::default()
            };
            let found = self.read_items(caller, wanted, &adjust, &part).await?;
            for item in found.rows {
                *all.entry(item.state.content.tlp).or_default() += 1;
            }
            return Ok(all);
        }
        for tlp in Tlp::ALL {
            let counted = self.library(caller, |query| {
                adjust.apply(query);
                query.tlps = match query.tlps.is_empty() || query.tlps.contains(&tlp) {
                    true => vec![tlp],
                    false => return query.among = Some(Vec::new()),
                };
                query.limit = 1;
            });
            let total = counted.await?.total.min(COUNTED);
            if total > 0 {
                all.insert(tlp, total);
            }
        }
        Ok(all)
    }

    /// What the rows are asked; `None` when nothing can be found.
    async fn asked_of_items(
        &self,
        caller: &Caller,
        wanted: &Wanted,
    ) -> Result<Option<Adjust>, WorldError> {
        let mut among: Option<BTreeSet<MatterId>> = None;
        let mut narrow = |ids: BTreeSet<MatterId>| {
            among = Some(match among.take() {
                None => ids,
                Some(before) => before.intersection(&ids).copied().collect(),
            });
        };
        if let Some(ids) = &wanted.ids {
            let mut found = BTreeSet::new();
            for id in ids {
                let key = number::normalise(id);
                found.extend(self.store().lookup(number::ITEM_SPACE, &key).await?);
            }
            narrow(found);
        }
        for value in &wanted.values {
            if !matches!(value, Sought::Host(_)) {
                let readable = self.readable(caller).await?;
                let hits = self
                    .store()
                    .carrying(Item::KIND, value.postings(), &readable)
                    .await?;
                narrow(hits.into_iter().map(|(id, _)| id).collect());
            }
        }
        if among.as_ref().is_some_and(BTreeSet::is_empty) {
            return Ok(None);
        }
        let mut words: Vec<Vec<String>> = Vec::new();
        words.extend(wanted.words.iter().map(|word| vec![word.clone()]));
        words.extend(wanted.sectors.iter().cloned());
        words.extend(wanted.phrases.iter().map(|text| vec![text.clone()]));
        for value in &wanted.values {
            if let Sought::Host(host) = value {
                words.push(vec![host.value.clone()]);
            }
        }
        if let Some(kinds) = wanted.item_kinds() {
            words.push(kinds.into_iter().map(kind_word).collect());
        }
        let mut without = wanted.without.clone();
        for kind in kaname_sharing::ItemKind::ALL {
            if wanted
                .not_types
                .iter()
                .any(|code| super::kind_code(kind) == code)
            {
                without.push(kind_word(kind));
            }
        }
        Ok(Some(Adjust {
            among: among.map(|ids| ids.into_iter().collect()),
            words,
            without,
            tlps: wanted.tlps.clone(),
            since: wanted.since,
            until: wanted.until,
            by_number: wanted.ids.is_some(),
        }))
    }

    /// The items that their rows lead to, as far as the rest of what is asked holds of them.
    async fn read_items(
        &self,
        caller: &Caller,
        wanted: &Wanted,
        adjust: &Adjust,
        part: &Part,
    ) -> Result<Listed<Item>, WorldError> {
        let mut listed = nothing();
        let (mut after, mut read) = (None, 0);
        loop {
            let page = self.library(caller, |query| {
                adjust.apply(query);
                query.limit = PAGE;
                query.after = after;
            });
            let page = page.await?;
            read += page.rows.len();
            for item in page.rows {
                if holds(wanted, &item) {
                    listed.total += 1;
                    keep(&mut listed, item, part);
                }
            }
            after = page.next;
            if after.is_none() {
                return Ok(listed);
            }
            if read >= MOST_READ {
                // There may be more than were read.
                listed.total = COUNTED + 1;
                return Ok(listed);
            }
        }
    }
}

/// Puts an item on the page, if it belongs there.
fn keep(listed: &mut Listed<Item>, item: Loaded<Item>, part: &Part) {
    let place = place_of(&item);
    let is_after = part
        .items_after
        .is_none_or(|after| (place.at_us, place.id) < (after.at_us, after.id));
    if !is_after {
        return;
    }
    if listed.rows.len() < part.limit as usize {
        listed.rows.push(item);
    } else if listed.next.is_none() {
        listed.next = listed.rows.last().map(place_of);
    }
}

fn nothing() -> Listed<Item> {
    Listed {
        rows: Vec::new(),
        next: None,
        total: 0,
    }
}

/// Whether items have to be read to answer.
fn reads(wanted: &Wanted) -> bool {
    wanted.paps.is_some()
        || wanted.collections.is_some()
        || wanted.ids.is_some()
        || !wanted.values.is_empty()
        || !wanted.phrases.is_empty()
        || !wanted.without_phrases.is_empty()
}

/// What its row does not say: whether the rest that is asked holds of an item. What may not be read on pages is
/// not found by what it says either.
fn holds(wanted: &Wanted, item: &Loaded<Item>) -> bool {
    let content = &item.state.content;
    let is_pap = |paps: &Vec<_>| paps.contains(&content.pap);
    let is_in = |ids: &Vec<MatterId>| ids.iter().any(|id| content.collections.contains(id));
    if !wanted.paps.as_ref().is_none_or(is_pap) || !wanted.collections.as_ref().is_none_or(is_in) {
        return false;
    }
    let asks_text = !wanted.values.is_empty() || !wanted.phrases.is_empty();
    if !content.is_on_the_web() {
        return !asks_text;
    }
    let values = content.values();
    let host_named = |host: &str| {
        values.iter().any(|value| {
            let kinds = [ValueKind::Domain, ValueKind::Url, ValueKind::Email];
            kinds.contains(&value.kind) && names_host(&value.text, host)
        })
    };
    let hosts_named = wanted.values.iter().all(|value| match value {
        Sought::Any(_) | Sought::Network(..) => true,
        Sought::Host(host) => host_named(&host.value),
    });
    let texts = [&content.title, &content.summary, &content.countermeasures];
    let said = |text: &String| {
        let in_texts = texts
            .iter()
            .any(|one| says(&one.ja, "", text) || says(&one.en, "", text));
        in_texts || values.iter().any(|value| says(&value.text, "", text))
    };
    hosts_named && wanted.phrases.iter().all(said) && !wanted.without_phrases.iter().any(said)
}

/// What the rows of items are asked.
struct Adjust {
    among: Option<Vec<MatterId>>,
    words: Vec<Vec<String>>,
    without: Vec<String>,
    tlps: Option<Vec<Tlp>>,
    since: Option<jiff::Timestamp>,
    until: Option<jiff::Timestamp>,
    /// Whether one is asked for by its number: then it is found though it was replaced or withdrawn.
    by_number: bool,
}

impl Adjust {
    fn apply(&self, query: &mut ListQuery) {
        query.among.clone_from(&self.among);
        query.words.clone_from(&self.words);
        query.without.clone_from(&self.without);
        match &self.tlps {
            Some(tlps) if tlps.is_empty() => query.among = Some(Vec::new()),
            tlps => query.tlps = tlps.clone().unwrap_or_default(),
        }
        if self.by_number {
            query.states = OUT.map(str::to_owned).to_vec();
        }
        query.since = self.since;
        query.until = self.until;
    }
}
