//! One event of a MISP feed or server at a time: what does not come is named and tried again later, and takes nothing else
//! down. Only when nobody answers any more the turn ends.

use hyper::body::Bytes;
use kaname_sharing::{
    Collection,
    source::{Missed, Owed, Source, SourceReading, Validators},
    turn::trouble::{Known, Trouble},
};
use uuid::Uuid;

use super::misp::{ListedEvent, event_url};
use crate::{
    doors::{Fetch, FetchError},
    turn::{Stopped, Turn, Wrong, told},
    work::Loaded,
    world::World,
};

/// Questions in a row that nobody answers, after which a server is left alone.
const SILENT: u32 = 5;

/// How many questions in a row nobody answered.
#[derive(Debug, Default)]
pub(super) struct Silence(u32);

/// Why an event did not come.
struct Miss {
    why: Trouble,
    /// Whether it is the server that is away, rather than this event.
    away: bool,
    /// How long the server asked to be left alone, in seconds.
    wait_s: Option<u32>,
}

impl Miss {
    fn of_event(why: Trouble) -> Self {
        Self {
            why,
            away: false,
            wait_s: None,
        }
    }

    fn of_door(error: FetchError) -> Self {
        let why = match error.what {
            Trouble::Known(Known::TooLarge { most }) => Known::TooLargeAsAgreed { most }.into(),
            other => other,
        };
        Self {
            why,
            away: error.later,
            wait_s: None,
        }
    }
}

impl World {
    /// Whether what is owed is tried now: whoever asks for a reading at a terminal waits for no pause.
    pub(super) fn is_due(&self, turn: &Turn<'_>, owed: &Owed) -> bool {
        turn.holds || owed.is_due(self.now())
    }

    /// Of a source whose list is as it was: what is still owed is tried again. Gives whether all of it was.
    pub(super) async fn take_owed(
        &self,
        turn: &Turn<'_>,
        source: &Loaded<Source>,
        from_file: bool,
        reading: &mut SourceReading,
    ) -> Result<bool, Stopped> {
        let state = &source.state;
        reading.unchanged = true;
        reading.listed = state.listed;
        if state.owed.is_empty() {
            return Ok(true);
        }
        let into = state.definition.into;
        let collection = self.see::<Collection>(turn.caller, into).await?;
        let mut silence = Silence::default();
        for owed in &state.owed {
            let missed = &owed.missed;
            let Ok(event) = Uuid::try_parse(&missed.event) else {
                continue;
            };
            if from_file || !self.is_due(turn, owed) {
                reading.refuse(0, &missed.why.to_string(), &missed.event);
                continue;
            }
            let one = ListedEvent {
                changed_us: missed.changed_us,
                event,
                info: String::new(),
            };
            let of = (source, &collection);
            self.take_event(turn, of, &one, &mut silence, reading)
                .await?;
        }
        Ok(true)
    }

    /// Takes one event. What is wrong with it alone is noted and ends nothing.
    pub(super) async fn take_event(
        &self,
        turn: &Turn<'_>,
        (source, collection): (&Loaded<Source>, &Loaded<Collection>),
        listed: &ListedEvent,
        silence: &mut Silence,
        reading: &mut SourceReading,
    ) -> Result<(), Stopped> {
        let terms = &source.state.definition.terms;
        let credential = source.state.credential.as_ref();
        let credential = credential.map(|sealed| (source.id, sealed));
        let url = event_url(terms, listed.event)?;
        let fetch = self.source_question(url.clone(), terms, credential, &Validators::default())?;
        let missed = match fetched_event(turn, &fetch).await? {
            Ok(body) => {
                let of = (source, collection);
                let only = Some(listed.event);
                let taken = self.take_parts(turn, of, (body, only), reading).await?;
                taken.err().map(|why| Miss::of_event(why.into()))
            }
            Err(miss) => Some(miss),
        };
        let name = listed.event.to_string();
        let Some(miss) = missed else {
            silence.0 = 0;
            let owed = source.state.owes(&name);
            reading.settled.extend(owed.map(|_| name));
            return Ok(());
        };
        reading.miss(Missed {
            event: name.clone(),
            changed_us: listed.changed_us,
            url: told(url.as_str()),
            why: miss.why.clone(),
        });
        silence.0 = if miss.away { silence.0 + 1 } else { 0 };
        if silence.0 >= SILENT {
            let silent = Known::Silent {
                count: SILENT.into(),
                event: name,
                last: Box::new(miss.why),
            };
            let (what, wait_s) = (silent.into(), miss.wait_s);
            return Err(Wrong { what, wait_s }.into());
        }
        Ok(())
    }
}

/// The file of an event. One that takes half the turn is not waited for.
async fn fetched_event(turn: &Turn<'_>, fetch: &Fetch) -> Result<Result<Bytes, Miss>, Stopped> {
    let longest = turn.bounds.time / 2;
    let fetched = match tokio::time::timeout(longest, turn.door.fetch(fetch)).await {
        Ok(Ok(fetched)) => fetched,
        Ok(Err(error)) => return Ok(Err(Miss::of_door(error))),
        Err(_) => {
            let seconds = longest.as_secs();
            let late = FetchError::later(Known::NoAnswer { seconds });
            return Ok(Err(Miss::of_door(late)));
        }
    };
    let status = fetched.status;
    match status {
        200 => Ok(Ok(fetched.body)),
        // It is the hub that asks too much, whichever event it asks for.
        429 => Err(Wrong::by_status(&fetched, String::new()).into()),
        _ => {
            let wrong = Wrong::by_status(&fetched, String::new());
            Ok(Err(Miss {
                why: wrong.what,
                // Of a key that holds no more every answer is 401; a server in trouble says 5xx.
                away: status == 401 || status >= 500,
                wait_s: wrong.wait_s,
            }))
        }
    }
}
