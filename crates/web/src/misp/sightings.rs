//! What was seen: sightings that stand on attributes as they came, and what the asking organisation itself answered on
//! what was released to it. What others answered is not told.

use axum::{
    body::Bytes,
    extract::{OriginalUri, Path, State},
    response::Response,
};
use kaname_misp::{
    Shown,
    ask::{Ask, Searched, Span, Wanted, flag},
};
use kaname_world::{WorldError, misp::Found};
use serde_json::{Map, Value, json};

use super::{
    answer, asked,
    error::MispError,
    hello::url,
    search::{Search, Wish},
    view,
    walk::{Parts, Piece, Walk},
};
use crate::house::{By, House};

type Members = Map<String, Value>;

/// What is looked through.
enum Within {
    /// All that the caller may see.
    All,
    /// One event, as it is told.
    Event(Box<Walk>),
    /// One attribute.
    Attribute(Box<Piece>),
}

/// `POST sightings/restSearch`
pub(super) async fn search(
    State(house): State<House>,
    by: By,
    uri: OriginalUri,
    body: Bytes,
) -> Result<Response, MispError> {
    find(&house, &by, (asked::body(&body)?, None), &uri).await
}

/// `POST sightings/restSearch/{event or attribute}`
pub(super) async fn search_in(
    State(house): State<House>,
    by: By,
    Path(context): Path<String>,
    uri: OriginalUri,
    body: Bytes,
) -> Result<Response, MispError> {
    let asked = (asked::body(&body)?, Some(context));
    find(&house, &by, asked, &uri).await
}

async fn find(
    house: &House,
    by: &By,
    (mut asked, context): (Members, Option<String>),
    uri: &OriginalUri,
) -> Result<Response, MispError> {
    let said = word(&mut asked, "context")?;
    let context = context.or(said);
    let named = word(&mut asked, "id")?;
    let (wish, ask) = read(house, &asked)?;
    let within = within(house, by, (context.as_deref(), named.as_deref()), uri).await?;
    told(house, by, within, (ask, wish)).await
}

/// `POST sightings/listSightings`: `context` and `id` in the body, as older clients ask.
pub(super) async fn list(
    State(house): State<House>,
    by: By,
    uri: OriginalUri,
    body: Bytes,
) -> Result<Response, MispError> {
    let mut asked = asked::body(&body)?;
    let context = word(&mut asked, "context")?;
    let named = word(&mut asked, "id")?;
    let Some(named) = named else {
        return Err(MispError::bad("id", "an event or an attribute is expected"));
    };
    let (mut wish, ask) = read(&house, &asked)?;
    wish.is_bare = true;
    let within = within(&house, &by, (context.as_deref(), Some(&named)), &uri).await?;
    told(&house, &by, within, (ask, wish)).await
}

/// `GET` and `POST sightings/index`
pub(super) async fn index(
    State(house): State<House>,
    by: By,
    body: Bytes,
) -> Result<Response, MispError> {
    let (mut wish, ask) = read(&house, &asked::body(&body)?)?;
    wish.is_bare = true;
    told(&house, &by, Within::All, (ask, wish)).await
}

/// `GET sightings/index/{number or UUID of an event}`
pub(super) async fn index_of(
    State(house): State<House>,
    by: By,
    Path(named): Path<String>,
    uri: OriginalUri,
) -> Result<Response, MispError> {
    let (mut wish, ask) = read(&house, &Members::new())?;
    wish.is_bare = true;
    let within = within(&house, &by, (Some("event"), Some(&named)), &uri).await?;
    told(&house, &by, within, (ask, wish)).await
}

/// Takes a name or number out of what was asked.
fn word(asked: &mut Members, name: &str) -> Result<Option<String>, MispError> {
    match asked.remove(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) if !text.trim().is_empty() => Ok(Some(text.trim().to_owned())),
        Some(Value::Number(number)) => Ok(Some(number.to_string())),
        Some(_) => Err(MispError::bad(name, "one name or number is expected")),
    }
}

/// What is asked of sightings, and of the attributes on which they stand.
fn read(house: &House, asked: &Members) -> Result<(Wish, Ask), MispError> {
    let now = house.world().now().as_second();
    let mut wish = Wish::default();
    let mut of_attributes = Members::new();
    let (mut from, mut to) = (Value::Null, Value::Null);
    for (name, value) in asked.iter().filter(|(_, value)| !value.is_null()) {
        let bad = |why: String| MispError::bad(&name.chars().take(100).collect::<String>(), why);
        match name.as_str() {
            "returnFormat" if value == "json" => {}
            "returnFormat" => return Err(bad("json is expected".to_owned())),
            "type" => wish.kind = Wanted::read(value).map_err(bad)?,
            "source" => wish.source = Wanted::read(value).map_err(bad)?,
            "org_id" | "org" => wish.organisation = Wanted::read(value).map_err(bad)?,
            "last" | "publish_timestamp" => wish.last = Span::read(value, now).map_err(bad)?,
            "from" => from = value.clone(),
            "to" => to = value.clone(),
            "includeAttribute" => wish.include_attribute = flag(value).map_err(bad)?,
            "includeEvent" => wish.include_event = flag(value).map_err(bad)?,
            "value" | "limit" | "page" => {
                of_attributes.insert(name.clone(), value.clone());
            }
            _ => return Err(bad("no filter of this name is known here".to_owned())),
        }
    }
    let between = Span::read(&json!([from, to]), now);
    wish.between = between.map_err(|why| MispError::bad("from, to", why))?;
    let mut ask = Ask::read(&of_attributes, Searched::Attributes, now)?;
    // What was seen stays so when an attribute goes.
    ask.deleted = kaname_misp::ask::Deleted::With;
    Ok((wish, ask))
}

async fn within(
    house: &House,
    by: &By,
    (context, named): (Option<&str>, Option<&str>),
    uri: &OriginalUri,
) -> Result<Within, MispError> {
    let Some(named) = named else {
        return match context {
            None | Some("event" | "attribute") => Ok(Within::All),
            Some(_) => Err(MispError::bad("context", EXPECTED)),
        };
    };
    match context {
        Some("attribute") => Ok(Within::Attribute(Box::new(
            attribute(house, by, named, uri).await?,
        ))),
        Some("event") => event(house, by, named, uri).await,
        Some(_) => Err(MispError::bad("context", EXPECTED)),
        None => match house.world().misp_event(by, named).await {
            Ok(found) => Ok(of_event(house, by, found).await?),
            Err(WorldError::NotFound(_)) => Ok(Within::Attribute(Box::new(
                attribute(house, by, named, uri).await?,
            ))),
            Err(error) => Err(error.into()),
        },
    }
}

const EXPECTED: &str = "event or attribute is expected";

async fn event(
    house: &House,
    by: &By,
    named: &str,
    uri: &OriginalUri,
) -> Result<Within, MispError> {
    let found = house.world().misp_event(by, named).await;
    let found = found.map_err(|error| MispError::of(error, "event", url(uri)))?;
    Ok(of_event(house, by, found).await?)
}

async fn of_event(house: &House, by: &By, found: Found) -> Result<Within, WorldError> {
    let walk = Walk::of(house.shared_world(), by, vec![found], Parts::Always).await?;
    Ok(Within::Event(Box::new(walk)))
}

/// An attribute alone in its event, also where it stands in an object.
async fn attribute(
    house: &House,
    by: &By,
    named: &str,
    uri: &OriginalUri,
) -> Result<Piece, MispError> {
    let (mut piece, nth) = view::part_of(house, by, (named, "attribute"), uri).await?;
    let missing = || MispError::missing("attribute", url(uri));
    match (piece.said.first_mut().map(|said| &mut said.shown), nth) {
        (Some(Shown::Attribute(_)), 0) => {}
        (Some(Shown::Object(object)), 1..) => {
            let all = object.get_mut("Attribute").and_then(Value::as_array_mut);
            let all = all.ok_or_else(missing)?;
            if nth > all.len() {
                return Err(missing());
            }
            *all = vec![all.swap_remove(nth - 1)];
        }
        _ => return Err(missing()),
    }
    Ok(piece)
}

async fn told(
    house: &House,
    by: &By,
    within: Within,
    (ask, mut wish): (Ask, Wish),
) -> Result<Response, MispError> {
    let world = house.shared_world();
    wish.answers = world.misp_own_answers(by).await?;
    wish.own = Some(kaname_world::World::misp_own(by)?);
    let walk = match within {
        Within::All => Walk::open(world, by, Parts::Always).await?,
        Within::Event(walk) => *walk,
        Within::Attribute(piece) => {
            let none = Walk::of(world, by, Vec::new(), Parts::Always).await?;
            let search = Search::sightings_of(house, by, none, (ask, wish));
            return Ok(answer::whole(search.of_piece(&piece), answer::JSON));
        }
    };
    let search = Search::sightings_of(house, by, walk, (ask, wish));
    Ok(answer::streamed(search.chunks(), answer::JSON))
}

/// `POST sightings/delete/{…}`: what was answered is answered otherwise, and never unsaid.
pub(super) async fn refuse_delete(uri: OriginalUri) -> Result<Response, MispError> {
    let why = "A sighting is not deleted here: it is your organisation's answer on what was released to it. Answer anew (sightings/add with another type, or the page of the item); what was said before stays in the ledger.";
    Err(MispError::forbidden(why).at(url(&uri)))
}
