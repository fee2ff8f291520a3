//! MISP: a feed's manifest, or a server's index, says which events there are and when each changed last. Those that stand
//! here as they are listed are not fetched; the others come one by one, each durable by itself. So a reading that was cut off
//! goes on with the next event, and nothing has to be remembered of it.

use std::collections::HashMap;

use kaname_intake::listed::Unlisted;
use kaname_kernel::MatterId;
use kaname_misp::{Distribution, Limits, events, feed, to_stix_with};
use kaname_sharing::{
    Collection,
    source::{FormKind, Source, SourceReading, SourceTerms, Validators},
};
use kaname_store::{ObjectFilter, Versions};
use serde::Deserialize;
use serde_json::Value;
use url::Url;
use uuid::Uuid;

use super::take::{other_form, told_as};
use crate::{
    error::WorldError,
    turn::{Stopped, Turn, told},
    work::Loaded,
    world::World,
};

/// Events looked up in one question, each under two ids.
const LOOKED_UP: usize = 250;
/// Most elements of one event.
const MOST_ELEMENTS: usize = 200_000;
/// Most events of one list.
const MOST_EVENTS: usize = 200_000;

/// An event as a source lists it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct ListedEvent {
    /// When it changed last, microseconds since 1970.
    changed_us: i64,
    pub(super) event: Uuid,
    /// What it is about, where the list says so.
    pub(super) info: String,
}

/// A line of a server's index (MISP REST, `events/index` with `minimal`).
#[derive(Deserialize)]
struct Line {
    uuid: Uuid,
    timestamp: Value,
    #[serde(default)]
    info: String,
}

/// An event, when it changed last in seconds since 1970, and what it is about.
type Found = (Uuid, Option<i64>, String);

/// Where the list of events stands.
pub(super) fn list_url(terms: &SourceTerms) -> Result<Url, WorldError> {
    let url = base(terms)?;
    let url = match terms.form.kind {
        FormKind::Misp => url.join("events/index"),
        _ => url.join("manifest.json"),
    };
    url.map_err(WorldError::encoding)
}

fn event_url(terms: &SourceTerms, event: Uuid) -> Result<Url, WorldError> {
    let url = base(terms)?;
    let url = match terms.form.kind {
        FormKind::Misp => url.join(&format!("events/view/{event}")),
        _ => url.join(&feed::file_name(event)),
    };
    url.map_err(WorldError::encoding)
}

/// The folder of a feed, whether or not its manifest is named; the root of a server.
fn base(terms: &SourceTerms) -> Result<Url, WorldError> {
    let given = terms.url.as_deref().unwrap_or_default();
    let given = given.strip_suffix("manifest.json").unwrap_or(given);
    let slash = if given.ends_with('/') { "" } else { "/" };
    Url::parse(&format!("{given}{slash}")).map_err(WorldError::encoding)
}

/// What a server is posted for its index: the events that are published, and no more of each than is needed.
pub(super) fn list_body(kind: FormKind) -> Option<hyper::body::Bytes> {
    (kind == FormKind::Misp)
        .then(|| hyper::body::Bytes::from_static(br#"{"minimal":1,"published":1}"#))
}

/// The events that a document lists, and lines that list none.
pub(super) fn listing(
    document: &[u8],
    terms: &SourceTerms,
) -> Result<(Vec<ListedEvent>, Vec<Unlisted>), Stopped> {
    let kind = terms.form.kind;
    let limits = bounds(terms);
    let (found, mut unlisted): (Vec<Found>, Vec<Unlisted>) = match kind {
        FormKind::Misp => {
            let lines: Vec<Line> =
                serde_json::from_slice(document).map_err(|error| other_form(kind, error))?;
            let found = lines.into_iter();
            let found = found.map(|line| (line.uuid, seconds(&line.timestamp), line.info));
            (found.collect(), Vec::new())
        }
        _ => {
            let (entries, findings) =
                feed::read_manifest(document, &limits).map_err(|error| other_form(kind, error))?;
            let found = entries.iter().map(|one| {
                let info = one.members.get("info").and_then(Value::as_str);
                (
                    one.event,
                    one.timestamp(),
                    info.unwrap_or_default().to_owned(),
                )
            });
            let findings = findings.iter().map(|one| Unlisted {
                line: 0,
                why: one.message.clone(),
                said: told(&one.pointer),
            });
            (found.collect(), findings.collect())
        }
    };
    if found.len() > MOST_EVENTS {
        let why = format!("it lists more than {MOST_EVENTS} events");
        return Err(other_form(kind, why));
    }
    let mut listed = Vec::with_capacity(found.len());
    for (event, seconds, info) in found {
        match seconds.and_then(|seconds| seconds.checked_mul(1_000_000)) {
            Some(changed_us) => listed.push(ListedEvent {
                changed_us,
                event,
                info: told(&info),
            }),
            None => unlisted.push(Unlisted {
                line: 0,
                why: "does not say when it changed last".to_owned(),
                said: event.to_string(),
            }),
        }
    }
    // The oldest first: what is cut off has the past whole.
    listed.sort_unstable();
    listed.dedup_by_key(|one| one.event);
    Ok((listed, unlisted))
}

fn seconds(value: &Value) -> Option<i64> {
    match value {
        Value::Number(number) => number.as_i64(),
        Value::String(text) => text.parse().ok(),
        _ => None,
    }
}

fn bounds(terms: &SourceTerms) -> Limits {
    Limits {
        bytes: usize::try_from(terms.most_bytes).unwrap_or(usize::MAX),
        elements: MOST_ELEMENTS,
        ..Limits::default()
    }
}

/// The objects of the events of a document, and what of them is left out. `only`: the event that it has to be.
pub(super) fn objects_of(
    document: &[u8],
    only: Option<Uuid>,
    (terms, limits): (&SourceTerms, &kaname_stix::Limits),
) -> Result<(Vec<String>, Vec<Unlisted>), String> {
    let read = events(document, &bounds(terms)).map_err(|error| error.to_string())?;
    let (mut objects, mut unlisted) = (Vec::new(), Vec::new());
    for event in read {
        let event = event.map_err(|error| error.to_string())?;
        if let Some(asked) = only.filter(|asked| *asked != event.uuid()) {
            return Err(format!("{} came, {asked} was asked for", event.uuid()));
        }
        let mut bundle = Vec::new();
        let distribution = match terms.form.ignore_distribution {
            true => Distribution::Ignored,
            false => Distribution::MarkedThroughout,
        };
        let done = to_stix_with(&event, distribution, &mut bundle);
        unlisted.extend(done.findings.iter().map(|finding| Unlisted {
            line: 0,
            why: finding.message.clone(),
            said: told(&format!("{} {}", event.uuid(), finding.pointer)),
        }));
        let bundle = kaname_stix::bundle(&bundle, limits).map_err(|error| error.to_string())?;
        objects.extend(bundle.objects.iter().map(|raw| raw.get().to_owned()));
    }
    Ok((objects, unlisted))
}

impl World {
    /// Takes the events that a document lists and that do not stand here so. Gives whether that is all of them.
    pub(super) async fn take_events(
        &self,
        turn: &Turn<'_>,
        source: &Loaded<Source>,
        collection: &Loaded<Collection>,
        document: &[u8],
        reading: &mut SourceReading,
    ) -> Result<bool, Stopped> {
        let (listed, unlisted) = listing(document, &source.state.definition.terms)?;
        reading.listed = listed.len() as u64;
        reading.refused = unlisted.len() as u64;
        reading.unlisted = unlisted;
        for some in listed.chunks(LOOKED_UP) {
            let here = self.events_here(collection.id, some).await?;
            for one in some {
                if here.get(&one.event).is_some_and(|us| *us >= one.changed_us) {
                    reading.there += 1;
                    continue;
                }
                self.take_event(turn, source, collection, one.event, reading)
                    .await?;
                if reading.taken >= turn.bounds.objects {
                    return Ok(false);
                }
            }
        }
        Ok(true)
    }

    /// When each of these events changed last, as it stands here.
    async fn events_here(
        &self,
        collection: MatterId,
        listed: &[ListedEvent],
    ) -> Result<HashMap<Uuid, i64>, WorldError> {
        let ids = listed.iter().flat_map(|one| {
            // What is published is a report, what is not a grouping.
            ["report", "grouping"].map(|kind| format!("{kind}--{}", one.event))
        });
        let filter = ObjectFilter {
            collection: Some(collection),
            origins: vec![None],
            ids: ids.collect(),
            versions: Versions::Last,
            ..ObjectFilter::all(self.everything().await?)
        };
        let page = self.store().objects(&filter).await?;
        let mut here = HashMap::new();
        for object in page.objects {
            let uuid = object.stix_id.split_once("--").map(|(_, uuid)| uuid);
            if let Some(event) = uuid.and_then(|uuid| Uuid::parse_str(uuid).ok()) {
                let last = here.entry(event).or_insert(object.version_us);
                *last = object.version_us.max(*last);
            }
        }
        Ok(here)
    }

    async fn take_event(
        &self,
        turn: &Turn<'_>,
        source: &Loaded<Source>,
        collection: &Loaded<Collection>,
        event: Uuid,
        reading: &mut SourceReading,
    ) -> Result<(), Stopped> {
        let terms = &source.state.definition.terms;
        let credential = source.state.credential.as_ref();
        let credential = credential.map(|sealed| (source.id, sealed));
        let url = event_url(terms, event)?;
        let fetch = self.source_question(url, terms, credential, &Validators::default())?;
        let fetched = turn.door.fetch(&fetch).await?;
        let named = event.to_string();
        match fetched.status {
            200 => {}
            // It is listed and not there, or not for the hub: the others are none the worse for it.
            403 | 404 | 410 => {
                let why = format!("the source answered {}", fetched.status);
                reading.refuse(0, &why, &named);
                return Ok(());
            }
            _ => return Err(Stopped::by_status("the source", &fetched, "")),
        }
        let limits = self.source_limits(terms);
        match objects_of(&fetched.body, Some(event), (terms, &limits)) {
            Ok((objects, left_out)) => {
                for one in left_out {
                    reading.refuse(0, &one.why, &one.said);
                }
                let name = told_as(source);
                self.take_all(turn, (source.id, collection, &name), &objects, reading)
                    .await
            }
            Err(why) => {
                reading.refuse(0, &told(&why), &named);
                Ok(())
            }
        }
    }
}
