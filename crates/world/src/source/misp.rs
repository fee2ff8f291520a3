//! MISP: a feed's manifest, or a server's index, says which events there are and when each changed last. Those that stand
//! here as they are listed are not fetched; the others come one by one, each durable by itself. So a reading that was cut off
//! goes on with the next event. What is remembered is what was listed and did not come ([`super::owed`]).

use std::collections::{HashMap, HashSet};

use hyper::body::Bytes;
use kaname_intake::listed::Unlisted;
use kaname_kernel::MatterId;
use kaname_misp::{Distribution, Each, Limits, SHARING_GROUP, events, feed, to_stix_with};
use kaname_sharing::{
    Collection,
    source::{FormKind, Source, SourceReading, SourceTerms, why},
    turn::trouble::Known,
};
use kaname_store::{ObjectFilter, Versions};
use serde::Deserialize;
use serde_json::Value;
use url::Url;
use uuid::Uuid;

use super::{
    owed::Silence,
    take::{TakenInto, other_form, told_as},
};
use crate::{
    error::WorldError,
    misp::in_parts,
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
/// Longest object that an event becomes, in bytes: its report names every element.
const LONGEST_OBJECT: usize = 32 << 20;

/// An event as a source lists it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct ListedEvent {
    /// When it changed last, microseconds since 1970.
    pub(super) changed_us: i64,
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

pub(super) fn event_url(terms: &SourceTerms, event: Uuid) -> Result<Url, WorldError> {
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
        let most = MOST_EVENTS as u64;
        return Err(Known::TooMany { form: kind, most }.into());
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

/// Hands on each object of the events of a document, and gives what of them is left out. The bounds are those of the
/// document as it was sent. `only`: the event that it has to be; else an event that cannot be read is left out by itself.
fn read_events(
    document: &[u8],
    only: Option<Uuid>,
    terms: &SourceTerms,
    mut each: impl FnMut(&str),
) -> Result<Vec<Unlisted>, String> {
    let read = events(document, &bounds(terms)).map_err(|error| error.to_string())?;
    let mut unlisted = Vec::new();
    for event in read {
        let event = match event {
            Ok(event) => event,
            Err(error) if only.is_some() => return Err(error.to_string()),
            Err(error) => {
                unlisted.push(Unlisted {
                    line: 0,
                    why: told(&error.to_string()),
                    said: String::new(),
                });
                continue;
            }
        };
        if let Some(asked) = only.filter(|asked| *asked != event.uuid()) {
            return Err(format!("{} came, {asked} was asked for", event.uuid()));
        }
        let distribution = match terms.form.ignore_distribution {
            true => Distribution::Ignored,
            false => Distribution::MarkedThroughout,
        };
        let done = to_stix_with(&event, distribution, &mut Each(&mut each));
        unlisted.extend(done.findings.iter().map(|finding| Unlisted {
            line: 0,
            why: match finding.rule {
                SHARING_GROUP => why::GROUP_UNKNOWN.to_owned(),
                _ => finding.message.clone(),
            },
            said: told(&format!("{} {}", event.uuid(), finding.pointer)),
        }));
    }
    Ok(unlisted)
}

/// The objects of the events of a document, and what of them is left out.
pub(super) fn objects_of(
    document: &[u8],
    terms: &SourceTerms,
) -> Result<(Vec<String>, Vec<Unlisted>), Stopped> {
    let mut objects = Vec::new();
    let read = read_events(document, None, terms, |object| {
        objects.push(object.to_owned());
    });
    match read {
        Ok(unlisted) => Ok((objects, unlisted)),
        Err(why) => Err(other_form(terms.form.kind, why)),
    }
}

impl World {
    /// Takes the events that a document lists and that do not stand here so. Gives whether that is all of them.
    pub(super) async fn take_events(
        &self,
        turn: &Turn<'_>,
        (source, collection): (&Loaded<Source>, &Loaded<Collection>),
        document: &[u8],
        reading: &mut SourceReading,
    ) -> Result<bool, Stopped> {
        let state = &source.state;
        let (listed, unlisted) = listing(document, &state.definition.terms)?;
        reading.listed = listed.len() as u64;
        reading.refused = unlisted.len() as u64;
        reading.unlisted = unlisted;
        let mut silence = Silence::default();
        for some in listed.chunks(LOOKED_UP) {
            let here = self.events_here(collection.id, some).await?;
            for one in some {
                let name = one.event.to_string();
                let owed = state.owes(&name);
                if here.get(&one.event).is_some_and(|us| *us >= one.changed_us) {
                    reading.there += 1;
                    reading.settled.extend(owed.map(|_| name));
                    continue;
                }
                let owed = owed.filter(|owed| owed.missed.changed_us == one.changed_us);
                if let Some(owed) = owed.filter(|owed| !self.is_due(turn, owed)) {
                    reading.refuse(0, &owed.missed.why.to_string(), &name);
                    continue;
                }
                self.take_event(turn, (source, collection), one, &mut silence, reading)
                    .await?;
                if reading.taken >= turn.bounds.objects {
                    return Ok(false);
                }
            }
        }
        let all: HashSet<String> = listed.iter().map(|one| one.event.to_string()).collect();
        let owed = state.owed.iter().map(|one| &one.missed.event);
        let gone = owed.filter(|event| !all.contains(*event)).cloned();
        reading.settled.extend(gone);
        Ok(true)
    }

    /// Takes a file of events. An event of it that cannot be read is left out by itself.
    pub(super) async fn take_event_file(
        &self,
        turn: &Turn<'_>,
        of: (&Loaded<Source>, &Loaded<Collection>),
        document: &[u8],
        reading: &mut SourceReading,
    ) -> Result<bool, Stopped> {
        let kind = of.0.state.definition.terms.form.kind;
        let document = Bytes::copy_from_slice(document);
        let taken = self.take_parts(turn, of, (document, None), reading).await?;
        taken.map_err(|why| other_form(kind, why))?;
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

    /// Takes what the events of a document become, part by part, while the rest is still read: memory holds the
    /// document and two parts. The second result says why it cannot be read.
    pub(super) async fn take_parts(
        &self,
        turn: &Turn<'_>,
        (source, collection): (&Loaded<Source>, &Loaded<Collection>),
        (document, only): (Bytes, Option<Uuid>),
        reading: &mut SourceReading,
    ) -> Result<Result<(), String>, Stopped> {
        let terms = source.state.definition.terms.clone();
        let (mut parts, converting) =
            in_parts(move |each| read_events(&document, only, &terms, each));
        let own = self.settings().limits.import();
        let limits = kaname_stix::Limits {
            object_bytes: own.object_bytes.max(LONGEST_OBJECT),
            ..own
        };
        let name = told_as(source);
        let groups = &source.state.definition.terms.form.sharing_groups;
        while let Some(part) = parts.recv().await {
            if only.is_none() {
                reading.listed += part.len() as u64;
            }
            let into = TakenInto {
                source: source.id,
                collection,
                name: &name,
                groups,
            };
            self.take_part(turn, into, &part, (&limits, None), reading)
                .await?;
        }
        match converting.await.map_err(WorldError::encoding)? {
            Ok(left_out) => {
                for one in left_out {
                    match one.why.as_str() {
                        why::GROUP_UNKNOWN => reading.note(&one.why, &one.said),
                        _ => reading.refuse(0, &one.why, &one.said),
                    }
                }
                Ok(Ok(()))
            }
            Err(why) => Ok(Err(told(&why))),
        }
    }
}
