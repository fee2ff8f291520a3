//! A source's document, taken into its collection: a list value by value in the publisher's name, objects as they are.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use kaname_intake::{
    JsonLimits,
    foreign::{self, Form as Record},
    listed::{ListLimits, Listed, Shape, Unlisted, read_list},
};
use kaname_kernel::{GroupId, MatterId};
use kaname_sharing::{
    Collection,
    collection::CollectionKind,
    source::{FormKind, Source, SourceReading, SourceTerms, Word, why},
    turn::trouble::{Known, OfSignature},
};
use kaname_stix::Head;
use kaname_store::{ObjectFilter, Versions};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use super::csaf::provider_in;
use crate::{
    caller::Caller,
    error::WorldError,
    misp::PART,
    turn::{Stopped, Turn, told},
    work::Loaded,
    world::World,
};

/// Ids that are asked for at a time.
const ASKED: usize = 500;
/// Refused entries that are no reason to doubt that the document is a list.
const FEW: u64 = 10;

/// The mark of a document for a source that gives none.
pub(super) fn digest(document: &[u8]) -> String {
    hex::encode(Sha256::digest(document))
}

/// Why a document cannot be what was agreed.
pub(super) fn other_form(kind: FormKind, error: impl std::fmt::Display) -> Stopped {
    let (form, words) = (kind, told(&error.to_string()));
    Known::OtherForm { form, words }.into()
}

/// A list, when the document is one. `before`: how many entries it had the last time.
pub(super) fn list_of(
    document: &[u8],
    shape: Shape,
    (terms, before): (&SourceTerms, u64),
    depth: usize,
) -> Result<Listed, Stopped> {
    let limits = ListLimits {
        bytes: usize::try_from(terms.most_bytes).unwrap_or(usize::MAX),
        depth,
        ..ListLimits::default()
    };
    let kind = terms.form.kind;
    let listed = read_list(document, shape, &terms.form.mapping, &limits)
        .map_err(|error| other_form(kind, error))?;
    let good = listed.entries.len() as u64 + listed.repeated;
    // A page that says that the list has moved is no list of which nearly everything has left.
    if listed.refused > FEW.max(good) || (good == 0 && listed.refused > 0) {
        let first = listed.unlisted.into_iter().next();
        let first = first.unwrap_or(Unlisted {
            line: 0,
            why: String::new(),
            said: String::new(),
        });
        return Err(Stopped::from(Known::NoList {
            form: kind,
            refused: listed.refused,
            good,
            line: first.line as u64,
            why: told(&first.why),
            said: told(&first.said),
        }));
    }
    if good == 0 && before > 0 {
        return Err(Known::Emptied { form: kind, before }.into());
    }
    Ok(listed)
}

/// The STIX objects of a document that holds them, or a record that they are made of; and what is left out.
pub(super) fn objects_of(
    document: &[u8],
    terms: &SourceTerms,
    limits: &kaname_stix::Limits,
) -> Result<(Vec<String>, Vec<Unlisted>), Stopped> {
    let kind = terms.form.kind;
    if kind.lists_events() {
        return super::misp::objects_of(document, terms);
    }
    let json = JsonLimits {
        max_bytes: limits.bytes,
        max_depth: limits.depth,
        ..JsonLimits::default()
    };
    let record = match kind {
        FormKind::Csaf => Record::Csaf,
        FormKind::Osv => Record::Osv,
        FormKind::Cve => Record::Cve,
        FormKind::Openioc => Record::OpenIoc,
        FormKind::Feed => Record::Feed,
        _ => {
            let bundle = kaname_stix::bundle(document, limits);
            let bundle = bundle.map_err(|error| other_form(kind, error))?;
            let objects = bundle.objects.iter().map(|raw| raw.get().to_owned());
            return Ok((objects.collect(), Vec::new()));
        }
    };
    let is = foreign::form_of(document, &json).map_err(|error| other_form(kind, error))?;
    if is != record {
        return Err(other_form(kind, format!("it is {is:?}")));
    }
    let made = foreign::read(document, &json).map_err(|error| other_form(kind, error))?;
    let left_out = made.left_out.into_iter().map(|one| Unlisted {
        line: 0,
        why: one.reason,
        said: one.path,
    });
    let objects = made.objects.into_iter().map(|one| one.json);
    Ok((objects.collect(), left_out.collect()))
}

impl World {
    /// Takes what a document says. `from_file`: it was handed over, and did not come from the address. Gives whether that
    /// is all of it.
    pub(super) async fn take_document(
        &self,
        turn: &Turn<'_>,
        source: &Loaded<Source>,
        (document, from_file): (&[u8], bool),
        reading: &mut SourceReading,
    ) -> Result<bool, Stopped> {
        let state = &source.state;
        let terms = &state.definition.terms;
        if document.len() as u64 > terms.most_bytes {
            let most = terms.most_bytes;
            return Err(Known::TooLarge { most }.into());
        }
        if state.validators.sha256.as_deref() == Some(digest(document).as_str()) {
            return self.take_owed(turn, source, from_file, reading).await;
        }
        let into = state.definition.into;
        let collection = self.see::<Collection>(turn.caller, into).await?;
        let kind = terms.form.kind;
        if kind.lists_events() {
            let of = (source, &collection);
            return match from_file {
                true => self.take_event_file(turn, of, document, reading).await,
                false => self.take_events(turn, of, document, reading).await,
            };
        }
        if !from_file && let Some(provider) = provider_in(document, terms)? {
            let of = (source, &collection);
            return self.take_provider(turn, of, provider, reading).await;
        }
        // Whoever hands a file over answers for it.
        if terms.form.signed && !from_file {
            let fault = OfSignature::NoKey;
            return Err(Known::Signature { fault }.into());
        }
        match kind.shape() {
            Some(shape) => {
                let depth = self.settings().limits.max_depth;
                let listed = list_of(document, shape, (terms, state.listed), depth)?;
                self.take_list(turn, source, &collection, listed, reading)
                    .await?;
            }
            None => {
                let limits = self.source_limits(terms);
                let (objects, left_out) = objects_of(document, terms, &limits)?;
                reading.listed = objects.len() as u64;
                reading.refused = left_out.len() as u64;
                reading.unlisted = left_out;
                let name = told_as(source);
                self.take_all(turn, (source.id, &collection, &name), &objects, reading)
                    .await?;
            }
        }
        Ok(true)
    }

    /// Bounds on objects: those of an import, and no more bytes than were agreed.
    pub(super) fn source_limits(&self, terms: &SourceTerms) -> kaname_stix::Limits {
        let limits = self.settings().limits.import();
        kaname_stix::Limits {
            bytes: usize::try_from(terms.most_bytes).unwrap_or(limits.bytes),
            ..limits
        }
    }

    async fn take_list(
        &self,
        turn: &Turn<'_>,
        source: &Loaded<Source>,
        collection: &Loaded<Collection>,
        listed: Listed,
        reading: &mut SourceReading,
    ) -> Result<(), Stopped> {
        let word = Word::of(source.id, &source.state, self.now()).map_err(WorldError::encoding)?;
        let entries = listed.entries;
        let mut held = word.hold(&entries);
        self.each_listed(collection.id, |raw| held.meet(raw))
            .await?;
        let said = held.said();
        reading.listed = entries.len() as u64;
        reading.there = said.there;
        reading.refused = listed.refused + said.unfit.len() as u64;
        reading.unlisted = listed.unlisted;
        let unfit = said.unfit.iter().filter_map(|place| entries.get(*place));
        reading.unlisted.extend(unfit.map(|entry| Unlisted {
            line: entry.line,
            why: why::NO_PATTERN.to_owned(),
            said: entry.value.clone().into(),
        }));
        let name = told_as(source);
        if !said.changes.is_empty() {
            let identity = [word.identity().json.as_str()];
            self.import(turn.caller, collection, (&name, true), &identity, &|_| {})
                .await?;
        }
        for part in said.changes.chunks(PART) {
            let mut objects = Vec::with_capacity(part.len());
            for saying in part {
                let object = word.write(saying, &entries);
                objects.extend(object.map_err(WorldError::encoding)?);
            }
            let raws: Vec<&str> = objects.iter().map(String::as_str).collect();
            let taken = self
                .import(turn.caller, collection, (&name, true), &raws, &|_| {})
                .await?;
            reading.taken += taken.taken;
            reading.refused += taken.rejected.len() as u64;
            self.keep_turn::<Source>(turn, source.id).await?;
            (turn.progress)(reading.taken);
        }
        reading.gone = said.gone;
        Ok(())
    }

    /// Shows `each` the last version of every object that a list could have brought into a collection.
    async fn each_listed(
        &self,
        collection: MatterId,
        mut each: impl FnMut(&str) + Send,
    ) -> Result<(), WorldError> {
        let readable: Arc<_> = self.everything().await?;
        let mut filter = ObjectFilter {
            collection: Some(collection),
            origins: vec![None],
            types: vec!["indicator".to_owned(), "vulnerability".to_owned()],
            versions: Versions::Last,
            ..ObjectFilter::all(readable)
        };
        loop {
            let page = self.store().objects(&filter).await?;
            filter.after_us = page.objects.last().map(|object| object.added_us);
            page.objects.iter().for_each(|object| each(&object.raw));
            if !page.more {
                return Ok(());
            }
        }
    }

    /// Ids among those of these objects under which the hub has released something: nobody else speaks under them.
    /// Markings stand everywhere.
    async fn released_among(
        &self,
        heads: impl Iterator<Item = &Head>,
    ) -> Result<BTreeSet<String>, WorldError> {
        let spoken = heads.filter(|head| head.type_name() != "marking-definition");
        let ids: Vec<String> = spoken.map(|head| head.id.to_string()).collect();
        let mut released = BTreeSet::new();
        let everything = self.everything().await?;
        for collection in self.collections(&Caller::system("source")).await? {
            if collection.state.definition.kind != CollectionKind::Library {
                continue;
            }
            for part in ids.chunks(ASKED) {
                let mut filter = ObjectFilter::all(Arc::clone(&everything));
                filter.collection = Some(collection.id);
                filter.ids = part.to_vec();
                filter.versions = Versions::Last;
                let found = self.store().objects(&filter).await?.objects;
                released.extend(found.into_iter().map(|one| one.stix_id));
            }
        }
        Ok(released)
    }

    /// Takes objects as they are; none in the hub's own name, which says itself what it has to say.
    pub(super) async fn take_all(
        &self,
        turn: &Turn<'_>,
        of: (MatterId, &Loaded<Collection>, &str),
        objects: &[String],
        reading: &mut SourceReading,
    ) -> Result<(), Stopped> {
        let limits = self.settings().limits.import();
        for (index, part) in objects.chunks(PART).enumerate() {
            let within = (&limits, Some(index * PART));
            let (source, collection, name) = of;
            let into = TakenInto {
                source,
                collection,
                name,
                groups: &BTreeMap::new(),
            };
            self.take_part(turn, into, part, within, reading).await?;
        }
        Ok(())
    }

    /// Takes some objects, each within these bounds. `before`: how many the document has before them, where their
    /// places are known to whoever publishes it.
    pub(super) async fn take_part(
        &self,
        turn: &Turn<'_>,
        into: TakenInto<'_>,
        objects: &[String],
        (limits, before): (&kaname_stix::Limits, Option<usize>),
        reading: &mut SourceReading,
    ) -> Result<(), Stopped> {
        let hub = self.author().await?;
        let heads: Vec<_> = objects.iter().map(|raw| kaname_stix::head(raw)).collect();
        let released = self.released_among(heads.iter().flatten()).await?;
        let place = |index: usize| before.map_or(0, |before| before + index + 1);
        let mut raws: Vec<&str> = Vec::with_capacity(objects.len());
        let mut indexes = Vec::with_capacity(objects.len());
        for (index, (raw, head)) in objects.iter().zip(&heads).enumerate() {
            match head {
                Ok(head) if head.id == hub || head.created_by.as_ref() == Some(&hub) => {
                    reading.refuse(place(index), why::OWN_NAME, &head.id.to_string());
                }
                Ok(head) if released.contains(&head.id.to_string()) => {
                    reading.refuse(place(index), why::RELEASED, &head.id.to_string());
                }
                _ => {
                    raws.push(raw);
                    indexes.push(index);
                }
            }
        }
        let within: (_, &(dyn Fn(u64) + Sync)) = (limits, &|_| {});
        let (how, of) = ((into.name, true), (raws.as_slice(), into.groups));
        let taken = self
            .import_agreed(turn.caller, into.collection, how, of, within)
            .await?;
        for group in taken.groups_unknown {
            reading.note(why::GROUP_UNKNOWN, &group.to_string());
        }
        reading.taken += taken.taken;
        reading.there += taken.there;
        for one in taken.rejected {
            let index = indexes.get(one.index).copied().unwrap_or_default();
            let head = heads.get(index).and_then(|head| head.as_ref().ok());
            let id = head.map(|head| head.id.to_string());
            reading.refuse(place(index), &one.why, &id.unwrap_or_default());
        }
        self.keep_turn::<Source>(turn, into.source).await?;
        (turn.progress)(reading.taken);
        Ok(())
    }
}

/// Where objects of a source are taken, and as what.
pub(super) struct TakenInto<'i> {
    pub(super) source: MatterId,
    pub(super) collection: &'i Loaded<Collection>,
    /// How the import names it.
    pub(super) name: &'i str,
    /// The groups that its sharing groups are, as agreed.
    pub(super) groups: &'i BTreeMap<Uuid, GroupId>,
}

/// How imports of a source name it.
pub(super) fn told_as(source: &Loaded<Source>) -> String {
    format!("source: {}", source.state.definition.code)
}
