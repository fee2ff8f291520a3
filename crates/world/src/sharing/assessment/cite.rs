//! What a judgement rests on, as far as whoever looks may see it; and what of it all readers of an item would see.

use std::{collections::BTreeMap, sync::Arc};

use kaname_kernel::{Audience, Matter as _, Pap, Reader, Tlp};
use kaname_sharing::{
    Assessment, Content, Item, ItemState,
    assessment::{Brought, Cited, Grade, Judged, Source, put_out_as},
    item::released_audience,
    number,
};
use kaname_stix::ObjectId;
use kaname_store::{ObjectFilter, StoredObject, Versions};

use crate::{caller::Caller, error::WorldError, sight::Readable, work::Loaded, world::World};

/// Most originators and collections that are read at once under one id.
const UNDER_ONE_ID: u32 = 1_000;

/// A piece of evidence that the caller may see.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Seen {
    /// An item: its number and title.
    Item {
        /// Number.
        number: String,
        /// Title in Japanese and English, as far as there is one.
        title: kaname_sharing::Text,
        /// Whether it is still out.
        out: bool,
    },
    /// An object: id and name.
    Object {
        /// STIX id.
        id: String,
        /// What it is called, else its type.
        name: String,
    },
    /// Something outside.
    Outside {
        /// What it is.
        name: String,
        /// Where it is; may be empty.
        url: String,
        /// What it is worth.
        grade: String,
    },
}

/// A judgement of an item that is out, with the evidence that the caller may see; of other evidence not even that
/// there is some.
#[derive(Debug, Clone)]
pub struct Evident {
    /// The judgement.
    pub judged: Judged,
    /// Objects behind it.
    pub objects: Vec<Seen>,
}

/// Whose an object is that stands for a piece of evidence.
#[derive(Debug)]
enum Whose {
    /// Of all under its id what goes first (`World::in_order`).
    First,
    /// The hub's: an item's own report.
    Hub,
    /// Of one originator in one collection.
    Of(Brought),
}

impl Whose {
    fn of(brought: Option<&Brought>) -> Self {
        brought.map_or(Self::First, |brought| Self::Of(brought.clone()))
    }
}

/// Evidence that all readers of a content see: its pieces, each with the object that stands for it.
#[derive(Debug, Default)]
pub(super) struct ForAll(pub(super) Vec<(Source, ObjectId)>);

impl Cited for ForAll {
    fn object(&self, source: &Source) -> Option<ObjectId> {
        let found = self.0.iter().find(|(of, _)| of == source);
        found.map(|(_, id)| id.clone())
    }
}

impl World {
    /// What was typed as a piece of evidence: the number of an item, a STIX id, or `name | address | grade`
    /// (`name | grade`) for what is outside.
    pub async fn read_evidence(&self, caller: &Caller, typed: &str) -> Result<Source, WorldError> {
        let unknown = || WorldError::invalid("evidence", "error-evidence", typed.trim());
        let parts: Vec<&str> = typed.split(['|', '｜']).map(str::trim).collect();
        if let [name, rest @ .., grade] = parts.as_slice() {
            let grade: Grade = grade
                .parse()
                .map_err(|_| WorldError::invalid("evidence", "error-grade", *grade))?;
            return match rest {
                [] => Ok(Source::Outside {
                    name: (*name).to_owned(),
                    url: String::new(),
                    grade,
                }),
                [url] => Ok(Source::Outside {
                    name: (*name).to_owned(),
                    url: (*url).to_owned(),
                    grade,
                }),
                _ => Err(unknown()),
            };
        }
        let key = number::normalise(typed);
        if typed.contains("--") {
            let id = ObjectId::parse(typed.trim()).map_err(|_| unknown())?;
            let id = id.to_string();
            let readable = self.readable(caller).await?;
            let seen = self.object_of(&readable, &id, &Whose::First).await?;
            let seen = seen.ok_or_else(unknown)?;
            return Ok(Source::Object {
                id: seen.stix_id,
                brought: Some(Brought {
                    collection: seen.collection,
                    origin: seen.origin,
                }),
            });
        }
        if key.starts_with("R-") {
            return Err(WorldError::invalid(
                "evidence",
                "error-evidence-report",
                key,
            ));
        }
        match self.find::<Item>(caller, number::ITEM_SPACE, &key).await {
            Ok(item) => Ok(Source::Item { item: item.id }),
            Err(WorldError::NotFound(_)) => Err(unknown()),
            Err(error) => Err(error),
        }
    }

    /// A piece of evidence, where the caller may see it.
    pub async fn source_seen(
        &self,
        caller: &Caller,
        source: &Source,
    ) -> Result<Option<Seen>, WorldError> {
        Ok(match source {
            Source::Item { item } => {
                let item = self.see_if::<Item>(caller, *item).await?;
                item.map(|item| Seen::Item {
                    number: item.state.number.clone(),
                    title: item.state.content.title.clone(),
                    out: item.state.state == ItemState::Released,
                })
            }
            Source::Object { id, brought } => {
                let readable = self.readable(caller).await?;
                let whose = Whose::of(brought.as_ref());
                let seen = self.object_of(&readable, id, &whose).await?;
                seen.map(object)
            }
            Source::Outside { name, url, grade } => Some(Seen::Outside {
                name: name.clone(),
                url: url.clone(),
                grade: grade.to_string(),
            }),
        })
    }

    /// The newest version of an object, as far as it may be seen by whoever reads these audiences.
    async fn object_of(
        &self,
        readable: &Readable,
        id: &str,
        whose: &Whose,
    ) -> Result<Option<StoredObject>, WorldError> {
        let mut filter = ObjectFilter {
            ids: vec![id.to_owned()],
            versions: Versions::Last,
            limit: UNDER_ONE_ID,
            ..ObjectFilter::all(Arc::clone(readable))
        };
        match whose {
            Whose::First => {}
            Whose::Hub => filter.origins = vec![None],
            Whose::Of(brought) => {
                filter.collection = Some(brought.collection);
                filter.origins = vec![brought.origin];
            }
        }
        let found = self.store().objects(&filter).await?.objects;
        let found = self.ordered(readable, found).await?;
        Ok(found.into_iter().next())
    }

    /// The judgements of an item, each with the objects behind it that the caller may see.
    pub async fn judgements_of(
        &self,
        caller: &Caller,
        item: &Item,
    ) -> Result<Vec<Evident>, WorldError> {
        let judged = kaname_sharing::assessment::judged(&item.content.objects);
        if judged.is_empty() {
            return Ok(Vec::new());
        }
        let cited = self.cited_by(item).await?;
        let readable = self.readable(caller).await?;
        let mut told = Vec::new();
        for judged in judged {
            let mut objects = Vec::new();
            for id in &judged.evidence {
                let whose = cited.get(id).unwrap_or(&Whose::First);
                let seen = self.object_of(&readable, id, whose).await?;
                objects.extend(seen.map(object));
            }
            told.push(Evident { judged, objects });
        }
        Ok(told)
    }

    /// Whose the objects are that the assessment behind an item cites: in STIX they have their ids alone.
    async fn cited_by(&self, item: &Item) -> Result<BTreeMap<String, Whose>, WorldError> {
        let mut cited = BTreeMap::new();
        if !item.own {
            return Ok(cited);
        }
        let named = self.keys().posting::<Assessment>(put_out_as(item.id));
        let everything = self.everything().await?;
        let hits = self
            .store()
            .carrying(Assessment::KIND, std::slice::from_ref(&named), &everything)
            .await?;
        let Some((id, _)) = hits.first() else {
            return Ok(cited);
        };
        let Some(assessment) = self.load::<Assessment>(*id).await? else {
            return Ok(cited);
        };
        for source in assessment.state.draft.sources() {
            if let Some((id, whose)) = self.object_for(source).await? {
                cited.insert(id.to_string(), whose);
            }
        }
        Ok(cited)
    }

    /// The object that stands for a piece of evidence: an item's own report, an object itself.
    async fn object_for(&self, source: &Source) -> Result<Option<(ObjectId, Whose)>, WorldError> {
        Ok(match source {
            Source::Item { item } => {
                let item = self.load::<Item>(*item).await?;
                let item = item.filter(|item| item.state.state == ItemState::Released);
                item.and_then(|item| Some((own_report(&item)?, Whose::Hub)))
            }
            Source::Object { id, brought } => {
                let id = ObjectId::parse(id).ok();
                id.map(|id| (id, Whose::of(brought.as_ref())))
            }
            Source::Outside { .. } => None,
        })
    }

    /// Of these pieces those that everybody sees who would read the content.
    pub(super) async fn seen_by_all(
        &self,
        content: &Content,
        sources: impl IntoIterator<Item = &Source>,
    ) -> Result<ForAll, WorldError> {
        let readers = self.readers_of(content).await?;
        let audiences = self.audiences().await?;
        let everything = self.everything().await?;
        let now = self.now();
        let mut found = ForAll::default();
        for source in sources {
            let Some((id, whose)) = self.object_for(source).await? else {
                continue;
            };
            // The very object that is cited: what others have under its id makes it no more visible.
            let cited = self.object_of(&everything, &id.to_string(), &whose).await?;
            let audience = cited.and_then(|cited| {
                let mut known = audiences.iter();
                known.find(|(of, _)| *of == cited.audience_id)
            });
            let see = |audience: &Audience| readers.iter().all(|one| audience.admits(one, now));
            if audience.is_some_and(|(_, audience)| see(audience)) {
                found.0.push((source.clone(), id));
            }
        }
        Ok(found)
    }

    /// Everybody who would read a content if it were released now, as readers.
    async fn readers_of(&self, content: &Content) -> Result<Vec<Reader>, WorldError> {
        let mut open = content.clone();
        // An embargo says when, not who.
        open.embargo = None;
        if content.tlp == Tlp::Clear && open.classes.is_empty() && open.duties.is_empty() {
            return Ok(vec![Reader::default()]);
        }
        if content.tlp == Tlp::Red {
            let mut readers = Vec::new();
            for person in &content.named.persons {
                readers.push(self.person(*person, None, None).await?.reader);
            }
            return Ok(readers);
        }
        let soon = self.now() + jiff::SignedDuration::from_secs(1);
        self.party_readers(&released_audience(&open, soon)).await
    }

    /// How openly a piece of evidence is marked: an item as it is marked; an object by the strictest TLP of all that
    /// the caller sees under its id, so that nobody loosens it by a claim beside it.
    pub(super) async fn marked(
        &self,
        caller: &Caller,
        source: &Source,
    ) -> Result<(Option<Tlp>, Option<Pap>), WorldError> {
        Ok(match source {
            Source::Item { item } => match self.load::<Item>(*item).await? {
                Some(item) => {
                    let content = &item.state.content;
                    (Some(content.tlp), Some(content.pap))
                }
                None => (None, None),
            },
            Source::Object { id, .. } => {
                let mut filter = ObjectFilter {
                    ids: vec![id.clone()],
                    versions: Versions::Last,
                    limit: UNDER_ONE_ID,
                    ..ObjectFilter::all(self.readable(caller).await?)
                };
                let mut strictest = None;
                loop {
                    let page = self.store().objects(&filter).await?;
                    filter.after_us = page.objects.last().map(|one| one.added_us);
                    strictest = page
                        .objects
                        .iter()
                        .map(|one| one.tlp)
                        .fold(strictest, Ord::max);
                    if !page.more {
                        break (strictest, None);
                    }
                }
            }
            Source::Outside { .. } => (None, None),
        })
    }
}

fn own_report(item: &Loaded<Item>) -> Option<ObjectId> {
    let mut heads = item.state.content.heads();
    let report = heads.find(|(_, head)| head.type_name() == "report");
    report.map(|(_, head)| head.id)
}

fn object(object: StoredObject) -> Seen {
    let head = kaname_stix::head(&object.raw).ok();
    let name = head.as_ref().and_then(|head| head.name.clone());
    let kind = object
        .stix_id
        .split("--")
        .next()
        .unwrap_or_default()
        .to_owned();
    Seen::Object {
        name: name.unwrap_or(kind),
        id: object.stix_id,
    }
}
