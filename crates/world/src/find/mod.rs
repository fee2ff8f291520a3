//! One search over what there is: items, threat objects and, for officers, reports, assessments and campaigns; with the
//! reader's eyes. What of it cannot be understood is told with the rest, never passed over.

mod carried;
mod items;
pub mod near;
mod objects;
pub(crate) mod order;
pub mod relations;
mod reports;
mod saved;
mod seen;
pub mod sightings;
pub mod techniques;
mod values;
mod written;

use std::collections::{BTreeMap, BTreeSet};

use kaname_directory::day_of;
use kaname_kernel::{MatterId, PartyId, Tlp};
use kaname_policy::Action;
use kaname_sharing::{
    Assessment, Campaign, Item, ItemKind, Report,
    find::{Ask, Fault, Search, Term, Vocabulary, Why, parse},
};
use kaname_store::{Cursor, FoundObjects, ListQuery, Posting};

pub use self::carried::{CarriedValue, Carrying, VALUES_AT_ONCE};
pub(crate) use self::seen::hour_of;
pub use self::seen::{MOST_ASKED, SEEN_BY_AT_LEAST, SEEN_WITHIN_DAYS};
use self::values::Sought;
pub use self::written::{MOST_READ, ReadThrough};
use crate::{caller::Caller, error::WorldError, read::Listed, world::World};

/// Name of the hub where a search asks whose claim something is.
const HUB: &str = "hub";

/// Which part of what was found is wanted.
#[derive(Debug, Clone, Default)]
pub struct Part {
    /// Objects after this place, microseconds since 1970.
    pub objects_after: Option<i64>,
    /// Items after this row.
    pub items_after: Option<Cursor>,
    /// Reports after this row.
    pub reports_after: Option<Cursor>,
    /// Assessments after this row.
    pub assessments_after: Option<Cursor>,
    /// Campaigns after this row.
    pub campaigns_after: Option<Cursor>,
    /// At most this many of each.
    pub limit: u32,
    /// Whether it is counted how objects spread over sectors.
    pub sectors: bool,
}

/// Why a kind of thing was not searched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Left {
    /// Nothing was asked for.
    Nothing,
    /// Objects have no PAP.
    NoPap,
    /// Whose items are is sealed: none but the hub's are told.
    Sealed,
    /// There is no such type among them.
    NoSuchType,
    /// Reports are sealed: they are found by value or number only.
    OnlyValues,
    /// Another type was asked for.
    OtherType,
    /// They are the hub's own, and others' were asked for.
    HubsOwn,
    /// They have no marking.
    NoMarking,
    /// They stand in no collection.
    NoCollection,
}

/// What of one kind was found, or why it was not searched.
pub type Outcome<T> = Result<T, Left>;

/// What a search found.
#[derive(Debug, Clone)]
pub struct Found {
    /// The search as it was read, with everything that was not understood.
    pub search: Search,
    /// The day's names.
    pub vocabulary: Vocabulary,
    /// Items, newest first.
    pub items: Outcome<Listed<Item>>,
    /// How items spread over markings.
    pub item_tlps: BTreeMap<Tlp, u32>,
    /// Objects, newest first; groups of the spread are sectors in the order of the vocabulary.
    pub objects: Outcome<FoundObjects>,
    /// Reports, newest first; `None` for who is not in triage.
    pub reports: Option<Outcome<ReadThrough<Report>>>,
    /// Assessments, touched last first; `None` for who may not read them.
    pub assessments: Option<Outcome<ReadThrough<Assessment>>>,
    /// Campaigns, touched last first; `None` for who is not in triage.
    pub campaigns: Option<Outcome<ReadThrough<Campaign>>>,
    /// Networks that hold so many values the caller may see, and fuzzy hashes that share pieces with so many, that not
    /// all of them were looked for.
    pub too_wide: Vec<String>,
}

/// A search whose names are resolved, as far as the reader may know them.
#[derive(Debug, Clone, Default)]
struct Wanted {
    types: Option<Vec<String>>,
    not_types: Vec<String>,
    sectors: Vec<Vec<String>>,
    tlps: Option<Vec<Tlp>>,
    paps: Option<Vec<kaname_kernel::Pap>>,
    since: Option<jiff::Timestamp>,
    until: Option<jiff::Timestamp>,
    origins: Option<Vec<Option<PartyId>>>,
    collections: Option<Vec<MatterId>>,
    ids: Option<Vec<String>>,
    /// Per value asked for, what it may be carried as.
    values: Vec<Sought>,
    words: Vec<String>,
    without: Vec<String>,
    phrases: Vec<String>,
    without_phrases: Vec<String>,
}

impl Wanted {
    /// Codes of these types that are kinds of items; `None` for all.
    fn item_kinds(&self) -> Option<Vec<ItemKind>> {
        let types = self.types.as_ref()?;
        let is = |kind: &ItemKind| types.iter().any(|code| kind_code(*kind) == code);
        Some(ItemKind::ALL.into_iter().filter(is).collect())
    }
}

/// The code by which a search asks for a kind of item.
#[must_use]
pub fn kind_code(kind: ItemKind) -> &'static str {
    match kind {
        ItemKind::Technique => "attack-pattern",
        other => other.as_str(),
    }
}

/// What both allow, `None` being everything.
fn narrowed<T: PartialEq>(before: Option<Vec<T>>, more: Vec<T>) -> Option<Vec<T>> {
    Some(match before {
        None => more,
        Some(before) => before
            .into_iter()
            .filter(|one| more.contains(one))
            .collect(),
    })
}

impl World {
    /// The names that searches are read with today.
    pub fn vocabulary(&self) -> Vocabulary {
        Vocabulary::on(self.catalogue(), day_of(self.now()))
    }

    /// Searches what the caller may see.
    pub async fn search(
        &self,
        caller: &Caller,
        typed: &str,
        part: &Part,
    ) -> Result<Found, WorldError> {
        self.allow_any(caller, Action::LibraryRead)?;
        let vocabulary = self.vocabulary();
        let mut search = parse(typed, &vocabulary, self.now());
        let mut too_wide = Vec::new();
        let wanted = self
            .wanted(caller, &mut search, &vocabulary, &mut too_wide)
            .await?;
        let mut found = Found {
            search,
            vocabulary,
            items: Err(Left::Nothing),
            item_tlps: BTreeMap::new(),
            objects: Err(Left::Nothing),
            reports: None,
            assessments: None,
            campaigns: None,
            too_wide,
        };
        if found.search.asks_nothing() {
            return Ok(found);
        }
        found.items = self.find_items(caller, &wanted, part).await?;
        if found.items.is_ok() {
            found.item_tlps = self.item_tlps(caller, &wanted).await?;
        }
        found.objects = self
            .find_objects(caller, &wanted, part, &found.vocabulary)
            .await?;
        found.reports = self.find_reports(caller, &wanted, part).await?;
        found.assessments = self.find_assessments(caller, &wanted, part).await?;
        found.campaigns = self.find_campaigns(caller, &wanted, part).await?;
        Ok(found)
    }

    /// What the terms ask for. A name that leads to nothing the caller may know of is a fault; its term is taken
    /// out of the search.
    async fn wanted(
        &self,
        caller: &Caller,
        search: &mut Search,
        vocabulary: &Vocabulary,
        too_wide: &mut Vec<String>,
    ) -> Result<Wanted, WorldError> {
        let mut wanted = Wanted::default();
        let mut kept = Vec::new();
        for term in std::mem::take(&mut search.terms) {
            let unknown = match &term.ask {
                Ask::From(codes) => self.resolve_origins(caller, codes, &mut wanted).await?,
                Ask::Collection(codes) => {
                    self.resolve_collections(caller, codes, &mut wanted).await?
                }
                Ask::Value(value) => {
                    let readable = self.readable(caller).await?;
                    let sought = self.sought(value, &readable, too_wide).await?;
                    wanted.values.push(sought);
                    None
                }
                Ask::Alike(value) => {
                    let readable = self.readable(caller).await?;
                    let sought = self.sought_alike(value, &readable, too_wide).await?;
                    wanted.values.push(sought);
                    None
                }
                _ => {
                    take_plain(&term, vocabulary, &mut wanted);
                    None
                }
            };
            match unknown {
                None => kept.push(term),
                Some(why) => {
                    let fault = Fault::new(term.span, &term.canonical(), why);
                    search.faults.push(fault);
                }
            }
        }
        search.terms = kept;
        search.faults.sort_by_key(|fault| fault.span);
        Ok(wanted)
    }

    async fn resolve_origins(
        &self,
        caller: &Caller,
        codes: &[String],
        wanted: &mut Wanted,
    ) -> Result<Option<Why>, WorldError> {
        let hub = self.hub_id().await?;
        let mut origins = Vec::new();
        for code in codes {
            if code == HUB {
                origins.push(None);
                continue;
            }
            match self.party_of(caller, code).await {
                Ok(party) if party.id == hub.cast() => origins.push(None),
                Ok(party) => origins.push(Some(party.id.cast())),
                Err(WorldError::NotFound(_)) => {
                    return Ok(Some(Why::NotPossible(vec![HUB.to_owned()])));
                }
                Err(error) => return Err(error),
            }
        }
        wanted.origins = narrowed(wanted.origins.take(), origins);
        Ok(None)
    }

    async fn resolve_collections(
        &self,
        caller: &Caller,
        codes: &[String],
        wanted: &mut Wanted,
    ) -> Result<Option<Why>, WorldError> {
        let known = self.collections(caller).await?;
        let mut ids = Vec::new();
        for code in codes {
            let found = known.iter().find(|one| {
                one.state.definition.alias.eq_ignore_ascii_case(code) || one.id.to_string() == *code
            });
            let Some(found) = found else {
                let names = known.iter().map(|one| one.state.in_addresses());
                return Ok(Some(Why::NotPossible(names.collect())));
            };
            ids.push(found.id);
        }
        wanted.collections = narrowed(wanted.collections.take(), ids);
        Ok(None)
    }
}

/// A term that needs no look-up.
fn take_plain(term: &Term, vocabulary: &Vocabulary, wanted: &mut Wanted) {
    match &term.ask {
        Ask::Type(codes) if term.not => wanted.not_types.extend(codes.iter().cloned()),
        Ask::Type(codes) => wanted.types = narrowed(wanted.types.take(), codes.clone()),
        Ask::Sector(codes) => {
            let words = codes.iter().flat_map(|code| vocabulary.sector_words(code));
            wanted.sectors.push(words.collect());
        }
        Ask::Tlp(tlps) => wanted.tlps = narrowed(wanted.tlps.take(), tlps.clone()),
        Ask::Pap(paps) => wanted.paps = narrowed(wanted.paps.take(), paps.clone()),
        Ask::Since(moment) => wanted.since = wanted.since.max(Some(moment.at)),
        Ask::Until(moment) => {
            let until = wanted.until.into_iter().chain([moment.at]).min();
            wanted.until = until;
        }
        Ask::Id(id) => wanted.ids = narrowed(wanted.ids.take(), vec![id.clone()]),
        Ask::Word(word) if term.not => wanted.without.push(word.clone()),
        Ask::Word(word) => wanted.words.push(word.clone()),
        Ask::Phrase(text) if term.not => wanted.without_phrases.push(text.clone()),
        Ask::Phrase(text) => wanted.phrases.push(text.clone()),
        Ask::From(_) | Ask::Collection(_) | Ask::Value(_) | Ask::Alike(_) => {}
    }
}

/// Leaves only these of what rows are asked for.
fn narrow_to(query: &mut ListQuery, with: BTreeSet<MatterId>) {
    query.among = Some(match query.among.take() {
        None => with.into_iter().collect(),
        Some(before) => before.into_iter().filter(|id| with.contains(id)).collect(),
    });
}

/// Postings, each once.
fn distinct(postings: Vec<Posting>) -> Vec<Posting> {
    let all: BTreeSet<Posting> = postings.into_iter().collect();
    all.into_iter().collect()
}
