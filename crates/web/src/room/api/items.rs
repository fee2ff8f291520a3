//! Released items as JSON, with the reader's eyes. Never the item's own record: that holds who derived
//! it and for whom it stands.

use axum::{
    Json,
    extract::{Path, Query, State},
    response::{IntoResponse as _, Response},
};
use kaname_sharing::{Item, ItemState, Outlet, decay::Freshness};
use kaname_store::ListQuery;
use kaname_world::{Loaded, WorldError};
use serde_json::{Value, json};

use super::handed_in::{Asked, counted, place};
use crate::{
    error::Failure,
    house::{By, House},
    room::{
        library::{Filters, Use},
        paging::Reading,
    },
};

pub(super) async fn list(
    State(house): State<House>,
    by: By,
    Query(filters): Query<Filters>,
    Query(asked): Query<Asked>,
) -> Result<Response, Failure> {
    let world = house.world();
    let now = world.now();
    let reading = Reading::of(&house, &by, &filters.next_at("/api/v1/items", ""));
    let after = place(&reading, filters.after())?;
    let ask = |query: &mut ListQuery| {
        filters.filter(query, now);
        query.states = vec![filters.state().as_str().to_owned()];
        query.after = after;
        query.limit = asked.limit();
    };
    let (found, next, total) = match filters.aged() {
        None => {
            let found = world.library(&by, ask).await?;
            let mut rows = Vec::with_capacity(found.rows.len());
            for item in found.rows {
                let fresh = world.freshness(&by, &item).await?;
                rows.push((item, fresh));
            }
            (rows, found.next, Some(found.total))
        }
        Some(aged) => {
            let found = world.library_by_age(&by, aged, ask).await?;
            let rows = found.rows.into_iter();
            let rows = rows.map(|(item, fresh)| (item, Some(fresh)));
            (rows.collect(), found.next, None)
        }
    };
    let shown = found.iter().filter(|(item, _)| item.state.is_out());
    let rows = shown.map(|(item, fresh)| with_age(outline(&house, item), item, fresh.as_ref()));
    let rows: Vec<Value> = rows.collect();
    let next = next.as_ref().map(|next| {
        let address = filters.next_at("/api/v1/items", &reading.written(next));
        format!("{address}&limit={}", asked.limit())
    });
    // What is filtered by its age is not counted.
    let (total, more) = total.map(counted).unzip();
    let answer = json!({ "items": rows, "total": total, "more_than_total": more, "next": next });
    Ok(Json(answer).into_response())
}

/// With how fresh an item is, while it is out; only where its provider agreed to the web as a way out.
pub(super) fn with_age(mut told: Value, item: &Loaded<Item>, fresh: Option<&Freshness>) -> Value {
    let state = &item.state;
    let shown = state.state == ItemState::Released && state.content.is_on_the_web();
    let fresh = fresh.filter(|_| shown).map(Freshness::told);
    if let Value::Object(told) = &mut told {
        told.insert("freshness".to_owned(), fresh.unwrap_or_default());
    }
    told
}

/// What a list says of an item. Its title only where its provider agreed to the web as a way out.
pub(super) fn outline(house: &House, item: &Loaded<Item>) -> Value {
    let state = &item.state;
    let content = &state.content;
    let base = house.public_url();
    let number = &state.number;
    let title = content
        .is_on_the_web()
        .then(|| json!({ "ja": content.title.ja, "en": content.title.en }));
    json!({
        "number": number,
        "state": state.state.as_str(),
        "kind": content.kind.as_str(),
        "title": title,
        "tlp": content.tlp,
        "pap": content.pap,
        "released": state.release.map(|release| release.at.to_string()),
        "valid_until": content.valid_until.map(|until| until.to_string()),
        "blocking": state.may_block(house.world().now()),
        "links": {
            "self": format!("{base}/api/v1/items/{number}"),
            "page": format!("{base}/library/{number}"),
        },
    })
}

pub(super) async fn one(
    State(house): State<House>,
    by: By,
    Path(typed): Path<String>,
) -> Result<Response, Failure> {
    let world = house.world();
    let item = world.item_of(&by, &typed).await?;
    let item = world.library_item(&by, item.id).await?;
    world.note_read(&by, &item);
    let state = &item.state;
    let content = &state.content;
    let fresh = world.freshness(&by, &item).await?;
    let mut answer = with_age(outline(&house, &item), &item, fresh.as_ref());
    let newer = match state.replaced_by {
        None => None,
        Some(id) => match world.library_item(&by, id).await {
            Ok(newer) => Some(newer.state.number),
            Err(WorldError::NotFound(_)) => None,
            Err(error) => return Err(error.into()),
        },
    };
    let outlets: Vec<&str> = content
        .outlets
        .iter()
        .map(|outlet| outlet.as_str())
        .collect();
    let withdrawal = state.withdrawal.as_ref();
    let withdrawal =
        withdrawal.map(|one| json!({ "reason": one.reason, "at": one.at.to_string() }));
    let mut more = json!({
        "outlets": outlets,
        "withdrawal": withdrawal,
        "superseded_by": newer,
        "acknowledged": world.acknowledged_at(&by, item.id).await?.map(|at| at.to_string()),
    });
    if let Some(harm) = world.harm_beside(&by, &item).await?
        && let Value::Object(more) = &mut more
    {
        more.insert("victim".to_owned(), Value::String(harm.text));
    }
    if state.content.is_on_the_web()
        && let Value::Object(more) = &mut more
        && let Value::Object(said) = said(state, world.now())
    {
        more.extend(said);
    }
    if let (Value::Object(answer), Value::Object(more)) = (&mut answer, more) {
        answer.extend(more);
    }
    Ok(Json(answer).into_response())
}

/// What it says.
fn said(item: &Item, now: jiff::Timestamp) -> Value {
    let content = &item.content;
    let values = content.shared_values();
    let values: Vec<Value> = values
        .iter()
        .map(|value| {
            let may = Use::of(item, value, now);
            json!({ "kind": value.kind.as_str(), "value": value.value, "use": may.as_str() })
        })
        .collect();
    let techniques: Vec<Value> = content
        .techniques()
        .into_iter()
        .map(|(id, name)| json!({ "id": id, "name": name }))
        .collect();
    let mut said = json!({
        "countermeasures": { "ja": content.countermeasures.ja, "en": content.countermeasures.en },
        "summary": { "ja": content.summary.ja, "en": content.summary.en },
        "values": values,
        "techniques": techniques,
    });
    if content.leaves_by(Outlet::Taxii)
        && let Value::Object(members) = &mut said
    {
        let objects = content.objects.iter();
        let objects = objects
            .filter_map(|text| serde_json::from_str(text).ok())
            .collect();
        members.insert("objects".to_owned(), Value::Array(objects));
    }
    said
}
