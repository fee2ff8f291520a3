//! Searches: what is asked for, sent while it is found.

mod event;
mod line;
mod sighting;

use std::{collections::HashSet, sync::Arc};

use axum::{body::Bytes, extract::State, response::Response};
use futures_util::{Stream, stream};
use kaname_kernel::ObjectKey;
use kaname_misp::{
    Shown,
    ask::{Ask, Format, Searched, Verdict},
};
use kaname_world::{Caller, World, WorldError};
use serde_json::{Map, Value};

use self::event::Stage;
pub(super) use self::sighting::Wish;
use super::{
    answer::{self, CSV, JSON, TEXT},
    asked, csv,
    error::MispError,
    walk::{Parts, Piece, Walk},
};
use crate::house::{By, House};

type Members = Map<String, Value>;

/// `POST events/restSearch`
pub(super) async fn events(
    State(house): State<House>,
    by: By,
    body: Bytes,
) -> Result<Response, MispError> {
    search(&house, &by, &asked::body(&body)?, Searched::Events).await
}

/// `POST attributes/restSearch`
pub(super) async fn attributes(
    State(house): State<House>,
    by: By,
    body: Bytes,
) -> Result<Response, MispError> {
    search(&house, &by, &asked::body(&body)?, Searched::Attributes).await
}

/// `POST objects/restSearch`
pub(super) async fn objects(
    State(house): State<House>,
    by: By,
    body: Bytes,
) -> Result<Response, MispError> {
    search(&house, &by, &asked::body(&body)?, Searched::Objects).await
}

async fn search(
    house: &House,
    by: &By,
    asked: &Members,
    searched: Searched,
) -> Result<Response, MispError> {
    let ask = Ask::read(asked, searched, house.world().now().as_second())?;
    let (gives, kind) = match (ask.format, searched) {
        (Format::Csv, _) => {
            let columns = csv::columns(&ask.columns, ask.include_context)?;
            (Gives::Lines(columns), CSV)
        }
        (Format::Cache, _) => (Gives::Hashes, TEXT),
        (Format::Stix2, _) => (Gives::Stix, JSON),
        (Format::Json, Searched::Attributes) => (Gives::Attributes, JSON),
        (Format::Json, Searched::Objects) => (Gives::Objects, JSON),
        (Format::Json, _) => (Gives::Events, JSON),
    };
    let parts = match gives == Gives::Events && ask.metadata {
        true => Parts::ToDecide,
        false => Parts::Always,
    };
    let mut walk = Walk::open(house.shared_world(), by, parts).await?;
    walk.groups_by_number(ask.groups_by_number);
    if ask.without_listed {
        walk.leave_out_listed().await?;
    }
    let search = Search::new(house, by, walk, (ask, gives));
    Ok(answer::streamed(search.chunks(), kind))
}

/// What an answer is made of.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Gives {
    /// One event.
    OneEvent,
    /// Events with their parts.
    Events,
    /// Events without.
    Index,
    /// What the manifest of a feed says of events.
    Manifest,
    /// Attributes one by one, those in objects too.
    Attributes,
    /// Objects one by one.
    Objects,
    /// Attributes as lines with these columns.
    Lines(Vec<String>),
    /// Hashes of values.
    Hashes,
    /// STIX objects as they are kept.
    Stix,
    /// Sightings one by one.
    Sightings,
    /// The same as a list alone.
    SightingList,
}

impl Gives {
    const fn opening(&self) -> &'static str {
        match self {
            Self::Events | Self::Objects | Self::Sightings => "{\"response\":[",
            Self::Index | Self::SightingList => "[",
            Self::Manifest => "{",
            Self::Attributes => "{\"response\":{\"Attribute\":[",
            Self::OneEvent | Self::Lines(_) | Self::Hashes | Self::Stix => "",
        }
    }

    const fn closing(&self) -> &'static str {
        match self {
            Self::Events | Self::Objects | Self::Sightings => "]}",
            Self::Index | Self::SightingList => "]",
            Self::Manifest => "}",
            Self::Attributes => "]}}",
            Self::Stix => "]}\n",
            Self::OneEvent | Self::Lines(_) | Self::Hashes => "",
        }
    }
}

/// A search while it is answered.
pub(super) struct Search {
    world: Arc<World>,
    caller: Caller,
    walk: Walk,
    ask: Ask,
    gives: Gives,
    /// What is asked of sightings.
    wish: Wish,
    /// Things that are asked for and stand on earlier pages.
    before: u64,
    /// Things that may still be given.
    left: u64,
    begun: bool,
    ended: bool,
    /// Whether something was given.
    any: bool,
    /// Where a large event stands.
    stage: Stage,
    /// STIX objects given so far.
    given: HashSet<ObjectKey>,
    /// Events that the manifest names so far.
    named: HashSet<String>,
}

impl Search {
    fn new(house: &House, by: &By, walk: Walk, (ask, gives): (Ask, Gives)) -> Self {
        let limit = ask.limit.map(u64::from);
        let page = u64::from(ask.page.max(1)) - 1;
        Self {
            world: house.shared_world(),
            caller: (*by.0).clone(),
            walk,
            before: limit.unwrap_or(0).saturating_mul(page),
            left: limit.unwrap_or(u64::MAX),
            ask,
            gives,
            wish: Wish::default(),
            begun: false,
            ended: false,
            any: false,
            stage: Stage::default(),
            given: HashSet::new(),
            named: HashSet::new(),
        }
    }

    /// One event that is in the walk.
    pub(super) fn one_event(house: &House, by: &By, walk: Walk, ask: Ask) -> Self {
        Self::new(house, by, walk, (ask, Gives::OneEvent))
    }

    /// Events without their parts.
    pub(super) fn index(house: &House, by: &By, walk: Walk, ask: Ask) -> Self {
        Self::new(house, by, walk, (ask, Gives::Index))
    }

    /// What the manifest of a feed says of events.
    pub(super) fn manifest(house: &House, by: &By, walk: Walk) -> Self {
        Self::new(house, by, walk, (Ask::whole(), Gives::Manifest))
    }

    /// Hashes of all values.
    pub(super) fn hashes(house: &House, by: &By, walk: Walk) -> Self {
        Self::new(house, by, walk, (Ask::whole(), Gives::Hashes))
    }

    /// Sightings of the attributes that are asked for.
    pub(super) fn sightings_of(
        house: &House,
        by: &By,
        walk: Walk,
        (ask, wish): (Ask, Wish),
    ) -> Self {
        let gives = match wish.is_bare {
            true => Gives::SightingList,
            false => Gives::Sightings,
        };
        Self {
            wish,
            ..Self::new(house, by, walk, (ask, gives))
        }
    }

    /// The answer, piece by piece.
    pub(super) fn chunks(self) -> impl Stream<Item = Result<Bytes, WorldError>> + Send + 'static {
        stream::try_unfold(self, |mut search| async move {
            let chunk = search.chunk().await?;
            Ok(chunk.map(|chunk| (Bytes::from(chunk), search)))
        })
    }

    async fn chunk(&mut self) -> Result<Option<String>, WorldError> {
        if self.ended {
            return Ok(None);
        }
        let mut out = String::new();
        if !self.begun {
            self.begun = true;
            out.push_str(&self.opening());
        }
        let done = self.left == 0 && self.stage.is_between();
        let pieces = match done {
            true => None,
            false => self.walk.next(&self.ask).await?,
        };
        let Some(pieces) = pieces else {
            self.ended = true;
            out.push_str(self.gives.closing());
            return Ok(Some(out));
        };
        for piece in pieces {
            if self.left == 0 && self.stage.is_between() {
                break;
            }
            self.give(&piece, &mut out);
        }
        Ok(Some(out))
    }

    fn opening(&self) -> String {
        match &self.gives {
            Gives::Lines(columns) if !self.ask.headerless => columns.join(",") + "\n",
            Gives::Stix => {
                let id = uuid::Uuid::from_bytes(self.world.rng().bytes());
                let id = uuid::Builder::from_random_bytes(*id.as_bytes()).into_uuid();
                format!("{{\"type\":\"bundle\",\"id\":\"bundle--{id}\",\"objects\":[")
            }
            other => other.opening().to_owned(),
        }
    }

    fn give(&mut self, piece: &Piece, out: &mut String) {
        match self.gives {
            Gives::OneEvent | Gives::Events | Gives::Index | Gives::Manifest | Gives::Stix => {
                self.event(piece, out);
            }
            Gives::Attributes | Gives::Lines(_) | Gives::Hashes => self.attributes(piece, out),
            Gives::Objects => self.objects(piece, out),
            Gives::Sightings | Gives::SightingList => self.sightings(piece, out),
        }
    }

    /// Whether the next thing that is asked for is to be given now.
    fn takes(&mut self) -> bool {
        if self.before > 0 {
            self.before -= 1;
            return false;
        }
        if self.left == 0 {
            return false;
        }
        self.left -= 1;
        true
    }

    /// A comma before all but the first.
    fn apart(&mut self, out: &mut String) {
        if self.any {
            out.push(',');
        }
        self.any = true;
    }

    fn note_fetched(&self, piece: &Piece) {
        self.world
            .misp_note_fetched(&self.caller, [piece.found.as_ref()]);
    }
}

/// Whether an event is asked for, as far as these of its parts say.
pub(super) fn is_asked_for(ask: &Ask, piece: &Piece) -> bool {
    if piece.verdict == Verdict::Yes {
        return true;
    }
    let event = &piece.event;
    piece.said.iter().any(|said| match &said.shown {
        Shown::Attribute(attribute) => ask.of_attribute(event, None, attribute),
        Shown::Object(object) => {
            let mut inner = inner(object);
            inner.any(|attribute| ask.of_attribute(event, Some(object), attribute))
        }
        Shown::Report(_) => false,
    })
}

/// The attributes of an object.
fn inner(object: &Members) -> impl Iterator<Item = &Members> {
    let inner = object.get("Attribute").and_then(Value::as_array);
    inner.into_iter().flatten().filter_map(Value::as_object)
}
