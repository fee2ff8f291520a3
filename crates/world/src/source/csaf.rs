//! CSAF providers: `provider-metadata.json` names directories and ROLIE feeds, and those say which documents there are and when
//! each changed last. An advisory that stands here so is not fetched; the others come one by one, the oldest first, each
//! durable by itself, so that a reading that was cut off goes on with the next.
//!
//! What stands in the collection is the memory of what was read. What it cannot tell of (documents that are not taken, lists whose moments
//! are not the documents' own) is remembered for a while among the values that expire: losing that costs a question.

mod asker;
mod memory;
mod signature;

use std::collections::HashMap;

use jiff::SignedDuration;
use kaname_intake::{
    JsonLimits,
    foreign::{
        author_id,
        provider::{self, Provider},
    },
};
use kaname_kernel::MatterId;
use kaname_sharing::{
    Collection,
    source::{FormKind, Source, SourceReading, SourceTerms, why},
};
use kaname_stix::ObjectId;
use kaname_store::{ObjectFilter, Versions};
use serde::Deserialize;
use url::Url;

pub(super) use self::asker::Asker;
use self::{
    asker::{Document, Gone, fetched},
    memory::{Memory, REMEMBERED, micros},
};
use super::take::{other_form, told_as};
use crate::{
    doors::FetchError,
    error::WorldError,
    openpgp::Certificate,
    turn::{Stopped, Turn, told},
    work::Loaded,
    world::World,
};

/// Where a provider says what it is, under its host (CSAF 2.0 §7.1.9).
const WELL_KNOWN: &str = "/.well-known/csaf/provider-metadata.json";
/// Changes of that memory that are kept together.
const TOGETHER: usize = 20;
/// How long a document that was not taken is left alone.
const LEFT_ALONE: SignedDuration = SignedDuration::from_hours(24);
/// Longest wait for one document with its hash, in seconds; a short turn waits shorter.
const LONGEST_S: u64 = 15;
/// Most documents without a signature that are named, so that there is room for what was not taken.
const UNSIGNED_NAMED: usize = 5;
/// Documents in a row that do not come before the provider is left alone.
const IN_A_ROW: u32 = 3;

/// What is asked first: a host alone stands for what it says of itself.
pub(super) fn first_url(url: Url) -> Url {
    match url.path() {
        "" | "/" => url.join(WELL_KNOWN).unwrap_or(url),
        _ => url,
    }
}

fn limits(terms: &SourceTerms) -> JsonLimits {
    JsonLimits {
        max_bytes: usize::try_from(terms.most_bytes).unwrap_or(usize::MAX),
        ..JsonLimits::default()
    }
}

/// The provider that a document describes; `None` for another document, or another form.
pub(super) fn provider_in(
    document: &[u8],
    terms: &SourceTerms,
) -> Result<Option<Provider>, Stopped> {
    if terms.form.kind != FormKind::Csaf {
        return Ok(None);
    }
    let read = Provider::read(document, &limits(terms)).transpose();
    read.map_err(|error| other_form(terms.form.kind, error))
}

/// What is asked while a provider is read.
struct Run<'r, 't> {
    turn: &'r Turn<'t>,
    source: &'r Loaded<Source>,
    collection: &'r Loaded<Collection>,
    asker: Asker<'r>,
    /// Names in which its documents may speak.
    names: [String; 2],
    /// What its documents are signed with.
    keys: Vec<Certificate>,
    /// Documents without a signature that were named.
    unsigned: usize,
    memory: Memory,
    /// Documents in a row without a file of hashes.
    missing: u32,
    /// Documents in a row that did not come.
    silent: u32,
}

impl World {
    /// Takes the documents that a provider lists and that do not stand here so. Gives whether that is all of them.
    pub(super) async fn take_provider(
        &self,
        turn: &Turn<'_>,
        (source, collection): (&Loaded<Source>, &Loaded<Collection>),
        provider: Provider,
        reading: &mut SourceReading,
    ) -> Result<bool, Stopped> {
        let terms = &source.state.definition.terms;
        let credential = source.state.credential.as_ref();
        let credential = credential.map(|sealed| (source.id, sealed));
        let asker = Asker {
            world: self,
            door: turn.door,
            terms,
            header: self.source_header(credential)?,
        };
        let (listed, refused, unlisted) = asker.listed(&provider).await?;
        reading.listed = listed.len() as u64;
        reading.refused = refused;
        reading.unlisted = unlisted;
        let keys = asker.keys(&provider, reading).await?;
        if keys.is_empty() && !terms.form.signed {
            reading.note(why::UNSIGNED, terms.url.as_deref().unwrap_or_default());
        }
        let names = [provider.publisher, terms.publisher.clone()];
        let stands = self.advisories_here(collection.id, &names).await?;
        let mut run = Run {
            turn,
            source,
            collection,
            asker,
            names,
            keys,
            unsigned: 0,
            memory: self.documents_known(source.id).await?,
            missing: 0,
            silent: 0,
        };
        // The oldest first: what is cut off has the past whole.
        let mut order: Vec<(Url, Document)> = listed.into_iter().collect();
        order.sort_by_key(|(_, document)| document.changed);
        let mut whole = true;
        for (url, document) in &order {
            let name = url.path().rsplit('/').next().unwrap_or_default();
            let here = stands.get(name).copied();
            if here.is_some_and(|here| here >= micros(document.changed)) {
                reading.there += 1;
                continue;
            }
            match run.memory.of(url, document) {
                Some(known) if known.is_taken => {
                    reading.there += 1;
                    continue;
                }
                Some(_) => {
                    reading.refuse(0, why::LEFT_ALONE, url.as_str());
                    continue;
                }
                None => {}
            }
            self.keep_turn::<Source>(turn, source.id).await?;
            let taken = self.take_advisory(&mut run, (url, document), reading).await;
            if taken.is_err() || run.memory.changes >= TOGETHER {
                self.remember(source.id, &mut run.memory).await?;
            }
            taken?;
            if reading.taken >= turn.bounds.objects {
                whole = false;
                break;
            }
        }
        self.remember(source.id, &mut run.memory).await?;
        Ok(whole)
    }

    async fn take_advisory(
        &self,
        run: &mut Run<'_, '_>,
        one: (&Url, &Document),
        reading: &mut SourceReading,
    ) -> Result<(), Stopped> {
        let (url, document) = one;
        let wait = std::time::Duration::from_secs(LONGEST_S).min(run.turn.bounds.time / 3);
        let fetching = fetched(&run.asker, one, (run.keys.as_slice(), &mut run.missing));
        let now = self.now();
        let (body, is_signed) = match tokio::time::timeout(wait, fetching).await {
            Ok(Ok(Ok(came))) => came,
            Ok(Ok(Err(Gone::Never(why)))) => {
                run.silent = 0;
                reading.refuse(0, &why.to_string(), url.as_str());
                return run.memory.note(one, (false, now + LEFT_ALONE));
            }
            Ok(Ok(Err(Gone::Later(why)))) => {
                run.silent += 1;
                if run.silent >= IN_A_ROW {
                    return Err(FetchError {
                        what: why,
                        later: true,
                    }
                    .into());
                }
                reading.refuse(0, &why.to_string(), url.as_str());
                return Ok(());
            }
            Ok(Err(stopped)) => return Err(stopped),
            Err(_) => {
                let why = format!("did not come within {} s", wait.as_secs().max(1));
                reading.refuse(0, &why, url.as_str());
                run.memory.note(one, (false, now + LEFT_ALONE))?;
                // Whatever else ends this turn, the next one does not wait for it again.
                self.remember(run.source.id, &mut run.memory).await?;
                return Ok(());
            }
        };
        run.silent = 0;
        let limits = limits(run.asker.terms);
        let read = provider::advisory(&body, &limits, document.label);
        let refuse = |reading: &mut SourceReading, memory: &mut Memory, why: &str| {
            reading.refuse(0, &told(why), url.as_str());
            memory.note(one, (false, now + LEFT_ALONE))
        };
        if !is_signed && run.asker.terms.form.signed {
            return refuse(reading, &mut run.memory, why::UNSIGNED_REFUSED);
        }
        if !is_signed && !run.keys.is_empty() && run.unsigned < UNSIGNED_NAMED {
            run.unsigned += 1;
            reading.note(why::UNSIGNED, url.as_str());
        }
        let read = match read {
            Ok(read) => read,
            Err(error) => return refuse(reading, &mut run.memory, &error.to_string()),
        };
        if !run.names.contains(&read.publisher) {
            let why = format!("it is in another's name: {}", read.publisher);
            return refuse(reading, &mut run.memory, &why);
        }
        for left_out in &read.made.left_out {
            let said = format!("{} {}", url, left_out.path);
            reading.refuse(0, &left_out.reason, &told(&said));
        }
        let refused = reading.refused;
        let objects = read.made.objects.into_iter().map(|one| one.json);
        let objects: Vec<String> = objects.collect();
        let name = told_as(run.source);
        let of = (run.source.id, run.collection, name.as_str());
        self.take_all(run.turn, of, &objects, reading).await?;
        let name = url.path().rsplit('/').next().unwrap_or_default();
        let tells = provider::file_name(&read.id) == name
            && micros(read.changed) >= micros(document.changed);
        if reading.refused > refused {
            return run.memory.note(one, (false, now + LEFT_ALONE));
        }
        match tells {
            true => Ok(()),
            false => run.memory.note(one, (true, now + REMEMBERED)),
        }
    }

    /// When each advisory that stands in a collection in one of these names changed last, by the name of its file.
    async fn advisories_here(
        &self,
        collection: MatterId,
        names: &[String],
    ) -> Result<HashMap<String, i64>, WorldError> {
        #[derive(Deserialize)]
        struct Standing {
            #[serde(default)]
            created_by_ref: Option<ObjectId>,
            #[serde(default)]
            external_references: Vec<Reference>,
        }
        #[derive(Deserialize)]
        struct Reference {
            source_name: String,
            #[serde(default)]
            external_id: Option<String>,
        }
        let authors: Vec<ObjectId> = names.iter().filter_map(|name| author_id(name)).collect();
        let mut filter = ObjectFilter {
            collection: Some(collection),
            origins: vec![None],
            types: vec!["report".to_owned()],
            versions: Versions::Last,
            ..ObjectFilter::all(self.everything().await?)
        };
        let mut here = HashMap::new();
        loop {
            let page = self.store().objects(&filter).await?;
            filter.after_us = page.objects.last().map(|object| object.added_us);
            for object in &page.objects {
                let Ok(standing) = serde_json::from_str::<Standing>(&object.raw) else {
                    continue;
                };
                if !standing
                    .created_by_ref
                    .is_some_and(|by| authors.contains(&by))
                {
                    continue;
                }
                let references = standing.external_references.into_iter();
                let own = references.filter(|one| one.source_name == "csaf");
                for id in own.filter_map(|one| one.external_id).take(1) {
                    let last = here.entry(provider::file_name(&id)).or_insert(i64::MIN);
                    *last = object.version_us.max(*last);
                }
            }
            if !page.more {
                return Ok(here);
            }
        }
    }
}
