//! Reading a source: a turn of it, or a file that somebody hands over. What was taken is durable part by part; a
//! reading that was cut off anywhere and is begun again leads to the same set.

use kaname_intake::listed::Unlisted;
use kaname_kernel::Matter as _;
use kaname_policy::Action;
use kaname_sharing::{
    source::{MAX_UNLISTED, SOURCE_SPACE, Source, SourceChange, SourceReading, Validators},
    turn::trouble::{Done, Known, Trouble, in_words},
};
use serde::Serialize;

use super::{
    csaf,
    question::{Answer, answer},
};
use crate::{
    caller::Caller,
    doors::{FetchDoor, FetchError},
    error::WorldError,
    turn::{Ended, Stopped, Turn, TurnBounds, Turned as _},
    work::Loaded,
    world::World,
};

/// Longest name of a file that is kept, in bytes.
const MAX_NAME: usize = 200;

/// What one reading of a source brought.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct SourceRead {
    /// Whether the document was as before.
    pub unchanged: bool,
    /// Entries or objects that it holds.
    pub listed: u64,
    /// Objects taken, new versions among them.
    pub taken: u64,
    /// Objects that were there already.
    pub there: u64,
    /// Values that have left the list.
    pub gone: u64,
    /// Entries or objects that were not taken.
    pub refused: u64,
    /// The first of those.
    pub unlisted: Vec<Unlisted>,
    /// Events that were asked for and did not come; they are tried again.
    pub missed: u64,
    /// Whether it was read to its end.
    pub is_end: bool,
    /// Why reading stopped, when it was the source's doing.
    #[serde(serialize_with = "in_words")]
    pub trouble: Option<Trouble>,
    /// The bound that ended it before its end.
    pub bound: Option<String>,
}

impl World {
    /// Reads a source now. `progress` hears how many objects are durable.
    pub async fn read_source(
        &self,
        caller: &Caller,
        door: &dyn FetchDoor,
        code: &str,
        bounds: TurnBounds,
        progress: &(dyn Fn(u64) + Sync),
    ) -> Result<SourceRead, WorldError> {
        self.allow_any(caller, Action::ImportRun)?;
        let source = self.find::<Source>(caller, SOURCE_SPACE, code).await?;
        if source.state.definition.terms.url.is_none() {
            return Err(kaname_sharing::Refused::Empty { field: "url" }.into());
        }
        let turn = Turn::by_hand(caller, door, bounds, progress);
        self.turn_by_hand::<Source, _>(source.id, self.read_turn(&turn, source))
            .await
    }

    /// Reads a source from a file that somebody hands over instead of fetching it.
    pub async fn read_source_file(
        &self,
        caller: &Caller,
        code: &str,
        (name, document): (&str, &[u8]),
        progress: &(dyn Fn(u64) + Sync),
    ) -> Result<SourceRead, WorldError> {
        self.allow_any(caller, Action::ImportRun)?;
        let source = self.find::<Source>(caller, SOURCE_SPACE, code).await?;
        source.state.must_run()?;
        let name = kaname_intake::safe_file_name(name);
        let name: String = name.chars().take(MAX_NAME).collect();
        let no_door = NoDoor;
        let turn = Turn::by_hand(caller, &no_door, TurnBounds::default(), progress);
        let reading = SourceReading {
            file: Some(name),
            ..SourceReading::default()
        };
        let id = source.id;
        let taking = self.read_within(&turn, source, Given::File(document), reading);
        self.turn_by_hand::<Source, _>(id, taking).await
    }

    /// Reads a source within a turn that is ours.
    pub(super) async fn read_turn(
        &self,
        turn: &Turn<'_>,
        source: Loaded<Source>,
    ) -> Result<SourceRead, WorldError> {
        self.allow_any(turn.caller, Action::ImportRun)?;
        source.state.must_run()?;
        self.read_within(turn, source, Given::Address, SourceReading::default())
            .await
    }

    async fn read_within(
        &self,
        turn: &Turn<'_>,
        source: Loaded<Source>,
        given: Given<'_>,
        mut reading: SourceReading,
    ) -> Result<SourceRead, WorldError> {
        let taking = self.take_given(turn, &source, given, &mut reading);
        let ended = Ended::within(turn.bounds.time, taking).await?;
        let mut bound = None;
        let trouble = ended.trouble(reading.taken > 0, Done::Read, &mut bound);
        if trouble.is_none() && bound.is_none() && !reading.is_end {
            let most = turn.bounds.objects;
            bound = Some(format!("not read to its end: over {most} objects"));
        }
        if let Some(trouble) = trouble {
            reading.trouble = Some(trouble.what);
            reading.wait_s = trouble.wait_s;
        }
        reading.unlisted.truncate(MAX_UNLISTED);
        let read = SourceRead::of(&reading, bound);
        // As it stands now: somebody may have changed it meanwhile.
        let code = &source.state.definition.code;
        self.note_reading(turn.caller, code, reading).await?;
        Ok(read)
    }

    async fn note_reading(
        &self,
        caller: &Caller,
        code: &str,
        reading: SourceReading,
    ) -> Result<(), WorldError> {
        let mut source = self.find::<Source>(caller, SOURCE_SPACE, code).await?;
        let mut work = self.work(&caller.actor);
        work.apply(&mut source, [SourceChange::Read(Box::new(reading))])?;
        work.notice(Source::KIND, Some(source.id));
        work.commit().await?;
        Ok(())
    }

    async fn take_given(
        &self,
        turn: &Turn<'_>,
        source: &Loaded<Source>,
        given: Given<'_>,
        reading: &mut SourceReading,
    ) -> Result<(), Stopped> {
        let fetched;
        let from_file = matches!(given, Given::File(_));
        let (document, mut validators) = match given {
            Given::File(document) => (document, Validators::default()),
            Given::Address => match self.ask(turn, source).await? {
                Answer::Same => {
                    reading.is_end = self.take_owed(turn, source, false, reading).await?;
                    return Ok(());
                }
                Answer::Document(document, validators) => {
                    fetched = document;
                    (fetched.as_ref(), validators)
                }
            },
        };
        let is_whole = self
            .take_document(turn, source, (document, from_file), reading)
            .await?;
        // That a provider says the same of itself says nothing of its documents.
        let terms = &source.state.definition.terms;
        let lists = !from_file && csaf::provider_in(document, terms)?.is_some();
        if is_whole && !lists {
            validators.sha256 = Some(super::take::digest(document));
            reading.validators = Some(validators);
        }
        reading.is_end = is_whole;
        Ok(())
    }

    async fn ask(&self, turn: &Turn<'_>, source: &Loaded<Source>) -> Result<Answer, Stopped> {
        let state = &source.state;
        let credential = state.credential.as_ref();
        let credential = credential.map(|sealed| (source.id, sealed));
        let known = &state.validators;
        let fetch = self.first_question(&state.definition.terms, credential, known)?;
        let fetched = turn.door.fetch(&fetch).await?;
        answer(
            fetched,
            known.etag.is_some() || known.last_modified.is_some(),
        )
    }
}

/// Where a document comes from.
enum Given<'d> {
    /// The source's address.
    Address,
    /// A file.
    File(&'d [u8]),
}

/// What is handed over as a file goes through no door.
struct NoDoor;

#[async_trait::async_trait]
impl FetchDoor for NoDoor {
    async fn fetch(&self, _: &crate::doors::Fetch) -> Result<crate::doors::Fetched, FetchError> {
        Err(FetchError::never(Known::NothingFetched))
    }
}

impl SourceRead {
    fn of(reading: &SourceReading, bound: Option<String>) -> Self {
        Self {
            unchanged: reading.unchanged,
            listed: reading.listed,
            taken: reading.taken,
            there: reading.there,
            gone: reading.gone,
            refused: reading.refused,
            unlisted: reading.unlisted.clone(),
            missed: reading.missed.len() as u64,
            is_end: reading.is_end,
            trouble: reading.trouble.clone(),
            bound,
        }
    }
}
