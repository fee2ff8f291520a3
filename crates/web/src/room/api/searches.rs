//! The caller's own saved searches: kept, changed, dropped, with what each found last. The same operations as on the page
//! of saved searches.

use axum::{
    Json,
    extract::{Path, State},
    http::{Method, StatusCode, header},
    response::{IntoResponse as _, Response},
    routing,
};
use kaname_kernel::MatterId;
use kaname_policy::Action;
use kaname_sharing::find::{Alert, SavedSearch, Watched};
use kaname_world::Loaded;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{body::Read, change, read};
use crate::{
    error::Failure,
    house::{By, House},
    room::paging,
    route::{Audit, Endpoint},
};

const PATH: &str = "/api/v1/searches";
const ONE: &str = "/api/v1/searches/{id}";
const KEEP: Action = Action::SearchKeep;
const READS: Audit = Audit::None("reads the own searches");

pub(super) fn endpoints() -> Vec<Endpoint<House>> {
    vec![
        read(PATH, "api.searches", KEEP, READS, routing::get(list)),
        change(
            (Method::POST, PATH, "api.save_search"),
            KEEP,
            Audit::Event("saved_search.saved"),
            routing::post(save),
        ),
        read(ONE, "api.saved_search", KEEP, READS, routing::get(one)),
        change(
            (Method::PUT, ONE, "api.change_search"),
            KEEP,
            Audit::Event("saved_search.changed"),
            routing::put(change_one),
        ),
        change(
            (Method::DELETE, ONE, "api.drop_search"),
            KEEP,
            Audit::Event("saved_search.dropped"),
            routing::delete(drop_one),
        ),
    ]
}

/// A search as it is sent.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Sent {
    name: String,
    query: String,
    alert: Alert,
}

impl Sent {
    fn watched(self) -> Watched {
        Watched {
            name: self.name,
            query: self.query,
            alert: self.alert,
        }
    }
}

async fn list(State(house): State<House>, by: By) -> Result<Response, Failure> {
    let all = house.world().saved_searches(&by).await?;
    let all: Vec<Value> = all.iter().map(|one| told(&house, one)).collect();
    Ok(Json(json!({ "searches": all })).into_response())
}

async fn save(
    State(house): State<House>,
    by: By,
    Read(sent): Read<Sent>,
) -> Result<Response, Failure> {
    let saved = house.world().save_search(&by, sent.watched()).await?;
    let place = [(header::LOCATION, format!("{PATH}/{}", saved.id))];
    Ok((StatusCode::CREATED, place, Json(told(&house, &saved))).into_response())
}

async fn one(
    State(house): State<House>,
    by: By,
    Path(id): Path<String>,
) -> Result<Response, Failure> {
    let saved = house.world().saved_search(&by, id_in(&id)?).await?;
    Ok(Json(told(&house, &saved)).into_response())
}

async fn change_one(
    State(house): State<House>,
    by: By,
    Path(id): Path<String>,
    Read(sent): Read<Sent>,
) -> Result<Response, Failure> {
    let id = id_in(&id)?;
    let saved = house.world().change_search(&by, id, sent.watched()).await?;
    Ok(Json(told(&house, &saved)).into_response())
}

async fn drop_one(
    State(house): State<House>,
    by: By,
    Path(id): Path<String>,
) -> Result<Response, Failure> {
    let id = id_in(&id)?;
    house.world().drop_search(&by, id).await?;
    Ok(Json(json!({ "id": id, "dropped": true })).into_response())
}

/// What is no id leads to nothing.
pub(super) fn id_in(typed: &str) -> Result<MatterId, Failure> {
    typed.parse().map_err(|_| Failure::NotFound)
}

fn told(house: &House, saved: &Loaded<SavedSearch>) -> Value {
    let state = &saved.state;
    let watched = &state.watched;
    let news = state.news.as_ref().map(|news| {
        let found = &news.found;
        json!({
            "from": news.from.to_string(),
            "until": news.until.to_string(),
            "items": found.items,
            "objects": found.objects,
            "reports": found.reports,
            "assessments": found.assessments,
            "campaigns": found.campaigns,
            "told": news.notified,
        })
    });
    let page = paging::address("/search", &[("q", &watched.query)]);
    json!({
        "id": saved.id,
        "name": watched.name,
        "query": watched.query,
        "alert": watched.alert,
        "saved": state.saved.to_string(),
        "news": news,
        "page": format!("{}{page}", house.public_url()),
    })
}
