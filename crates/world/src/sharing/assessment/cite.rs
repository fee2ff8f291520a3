//! What a judgement rests on, as far as whoever looks may see it; and what of it all readers of an item would see.

use kaname_kernel::{Audience, Pap, Reader, Tlp};
use kaname_sharing::{
    Content, Item, ItemState,
    assessment::{Cited, Grade, Judged, Source},
    item::released_audience,
    marking::strictest_tlp,
    number,
};
use kaname_stix::ObjectId;
use kaname_store::{ObjectFilter, StoredObject, Versions};

use crate::{caller::Caller, error::WorldError, work::Loaded, world::World};

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
            let seen = self.object_seen(caller, &id.to_string()).await?;
            let seen = seen.ok_or_else(unknown)?;
            return Ok(Source::Object { id: seen.stix_id });
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
            Source::Object { id } => self.object_seen(caller, id).await?.map(object),
            Source::Outside { name, url, grade } => Some(Seen::Outside {
                name: name.clone(),
                url: url.clone(),
                grade: grade.to_string(),
            }),
        })
    }

    async fn object_seen(
        &self,
        caller: &Caller,
        id: &str,
    ) -> Result<Option<StoredObject>, WorldError> {
        let filter = ObjectFilter {
            ids: vec![id.to_owned()],
            versions: Versions::Last,
            newest_first: true,
            limit: 1,
            ..ObjectFilter::all(self.readable(caller).await?)
        };
        Ok(self.store().objects(&filter).await?.objects.pop())
    }

    /// The judgements of an item, each with the objects behind it that the caller may see.
    pub async fn judgements_of(
        &self,
        caller: &Caller,
        content: &Content,
    ) -> Result<Vec<Evident>, WorldError> {
        let mut told = Vec::new();
        for judged in kaname_sharing::assessment::judged(&content.objects) {
            let mut objects = Vec::new();
            for id in &judged.evidence {
                objects.extend(self.object_seen(caller, id).await?.map(object));
            }
            told.push(Evident { judged, objects });
        }
        Ok(told)
    }

    /// The object that stands for a piece of evidence: an item's own report, an object itself.
    async fn object_for(&self, source: &Source) -> Result<Option<ObjectId>, WorldError> {
        Ok(match source {
            Source::Item { item } => {
                let item = self.load::<Item>(*item).await?;
                let item = item.filter(|item| item.state.state == ItemState::Released);
                item.and_then(|item| own_report(&item))
            }
            Source::Object { id } => ObjectId::parse(id).ok(),
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
        let now = self.now();
        let mut found = ForAll::default();
        for source in sources {
            let Some(id) = self.object_for(source).await? else {
                continue;
            };
            let named = [id.to_string()];
            let sights = self.store().sights(&named).await?;
            let see = |audience: &Audience| readers.iter().all(|one| audience.admits(one, now));
            let everybody = sights.iter().any(|sight| {
                let audience = audiences.iter().find(|(of, _)| *of == sight.audience_id);
                audience.is_some_and(|(_, audience)| see(audience))
            });
            if everybody {
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

    /// How openly a piece of evidence is marked: an item as it is marked, an object by its TLP.
    pub(super) async fn marked(
        &self,
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
            Source::Object { id } => {
                let filter = ObjectFilter {
                    ids: vec![id.clone()],
                    versions: Versions::Last,
                    limit: 1,
                    ..ObjectFilter::all(self.everything().await?)
                };
                let object = self.store().objects(&filter).await?.objects.pop();
                let head = object.and_then(|object| kaname_stix::head(&object.raw).ok());
                let marks = head.map(|head| head.markings).unwrap_or_default();
                (strictest_tlp(&marks), None)
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
