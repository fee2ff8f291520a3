//! Campaigns and what is proposed as one, as JSON: the same facts as on the pages, and what officers do with them by the
//! same operations.

use axum::{
    Json,
    extract::{Path, Query, State},
    http::{Method, StatusCode, header},
    response::{IntoResponse as _, Response},
    routing,
};
use kaname_policy::Action;
use kaname_sharing::campaign::CampaignState;
use kaname_world::sharing::{
    NewCampaign, OffCampaign,
    cluster::{campaign_told, dismissal_told, line_told, proposal_told},
};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    body::{Read, Why},
    change,
    handed_in::{Asked, page, place},
    read,
    searches::id_in,
};
use crate::{
    error::Failure,
    house::{By, House},
    room::paging::Reading,
    route::{Audit, Endpoint},
};

const PATH: &str = "/api/v1/campaigns";
const ONE: &str = "/api/v1/campaigns/{number}";
const LIST: Action = Action::TriageList;
const GROUP: Action = Action::TriageGroup;
const READS: Audit = Audit::None("reads which reports were taken together, not what they say");

pub(super) fn endpoints() -> Vec<Endpoint<House>> {
    let act =
        |path, name, audit, handler| change((Method::POST, path, name), GROUP, audit, handler);
    vec![
        read(PATH, "api.campaigns", LIST, READS, routing::get(list)),
        act(
            PATH,
            "api.begin_campaign",
            Audit::Event("campaign.begun"),
            routing::post(begin),
        ),
        read(ONE, "api.campaign", LIST, READS, routing::get(one)),
        act(
            "/api/v1/campaigns/{number}/join",
            "api.join_campaign",
            Audit::Event("campaign.joined"),
            routing::post(join),
        ),
        act(
            "/api/v1/campaigns/{number}/split",
            "api.split_campaign",
            Audit::OneOf(&["campaign.left", "campaign.begun"]),
            routing::post(split),
        ),
        act(
            "/api/v1/campaigns/{number}/merge",
            "api.merge_campaigns",
            Audit::OneOf(&["campaign.joined", "campaign.merged"]),
            routing::post(merge),
        ),
        act(
            "/api/v1/campaigns/{number}/rename",
            "api.rename_campaign",
            Audit::Event("campaign.renamed"),
            routing::post(rename),
        ),
        act(
            "/api/v1/campaigns/{number}/undo",
            "api.undo_campaign",
            Audit::Event("campaign.undone"),
            routing::post(undo),
        ),
        read(
            "/api/v1/proposals",
            "api.proposals",
            LIST,
            Audit::None("reads; values and texts only within a recorded opening"),
            routing::get(proposals),
        ),
        act(
            "/api/v1/proposals/{key}/accept",
            "api.accept_proposal",
            Audit::OneOf(&["campaign.begun", "campaign.joined", "campaign.merged"]),
            routing::post(accept),
        ),
        act(
            "/api/v1/proposals/{key}/dismiss",
            "api.dismiss_proposal",
            Audit::Event("dismissal.dismissed"),
            routing::post(dismiss),
        ),
        read(
            "/api/v1/dismissals",
            "api.dismissals",
            LIST,
            READS,
            routing::get(dismissals),
        ),
        act(
            "/api/v1/dismissals/{id}/restore",
            "api.restore_proposal",
            Audit::Event("dismissal.restored"),
            routing::post(restore),
        ),
    ]
}

/// Campaigns that are open, touched last first.
async fn list(
    State(house): State<House>,
    by: By,
    Query(asked): Query<Asked>,
) -> Result<Response, Failure> {
    let reading = Reading::of(&house, &by, PATH);
    let after = place(&reading, &asked.after)?;
    let found = house
        .world()
        .campaigns(&by, &[CampaignState::Open], |query| {
            query.after = after;
            query.limit = asked.limit();
        })
        .await?;
    let rows: Vec<Value> = found.rows.iter().map(|one| line_told(&one.state)).collect();
    let of = (&reading, PATH, &asked);
    Ok(page(("campaigns", rows), of, found.next.as_ref()))
}

async fn one(
    State(house): State<House>,
    by: By,
    Path(number): Path<String>,
) -> Result<Response, Failure> {
    let view = house.world().campaign(&by, &number).await?;
    Ok(Json(campaign_told(&view)).into_response())
}

async fn proposals(State(house): State<House>, by: By) -> Result<Response, Failure> {
    let proposed = house.world().proposals(&by).await?;
    let proposed: Vec<Value> = proposed.iter().map(proposal_told).collect();
    Ok(Json(json!({ "proposals": proposed })).into_response())
}

/// The campaign as it stands now, after what was done.
async fn shown(house: &House, by: &By, number: &str) -> Result<Value, Failure> {
    let view = house.world().campaign(by, number).await?;
    Ok(campaign_told(&view))
}

async fn begun(house: &House, by: &By, number: &str) -> Result<Response, Failure> {
    let place = [(header::LOCATION, format!("{PATH}/{number}"))];
    let shown = shown(house, by, number).await?;
    Ok((StatusCode::CREATED, place, Json(shown)).into_response())
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct New {
    title: String,
    reports: Vec<String>,
}

async fn begin(
    State(house): State<House>,
    by: By,
    Read(new): Read<New>,
) -> Result<Response, Failure> {
    let new = NewCampaign {
        title: &new.title,
        reports: &new.reports,
    };
    let campaign = house.world().new_campaign(&by, new).await?;
    begun(&house, &by, &campaign.state.number).await
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Joining {
    reports: Vec<String>,
}

async fn join(
    State(house): State<House>,
    by: By,
    Path(number): Path<String>,
    Read(sent): Read<Joining>,
) -> Result<Response, Failure> {
    let world = house.world();
    world.join_campaign(&by, &number, &sent.reports).await?;
    Ok(Json(shown(&house, &by, &number).await?).into_response())
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Splitting {
    reports: Vec<String>,
    reason: String,
    /// What they are called as a campaign of their own; without one they go alone.
    #[serde(default)]
    title: Option<String>,
}

async fn split(
    State(house): State<House>,
    by: By,
    Path(number): Path<String>,
    Read(sent): Read<Splitting>,
) -> Result<Response, Failure> {
    let off = OffCampaign {
        reports: &sent.reports,
        reason: &sent.reason,
        title: sent.title.as_deref(),
    };
    let new = house.world().split_campaign(&by, &number, off).await?;
    let mut answer = json!({ "campaign": shown(&house, &by, &number).await?, "new": null });
    if let Some(new) = new {
        answer["new"] = shown(&house, &by, &new.state.number).await?;
    }
    Ok(Json(answer).into_response())
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Merging {
    other: String,
}

async fn merge(
    State(house): State<House>,
    by: By,
    Path(number): Path<String>,
    Read(sent): Read<Merging>,
) -> Result<Response, Failure> {
    let world = house.world();
    world.merge_campaigns(&by, &number, &sent.other).await?;
    Ok(Json(shown(&house, &by, &number).await?).into_response())
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Titled {
    title: String,
}

async fn rename(
    State(house): State<House>,
    by: By,
    Path(number): Path<String>,
    Read(sent): Read<Titled>,
) -> Result<Response, Failure> {
    let world = house.world();
    world.rename_campaign(&by, &number, &sent.title).await?;
    Ok(Json(shown(&house, &by, &number).await?).into_response())
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Undoing {
    /// The step that the caller saw as the last one.
    step: u32,
    reason: String,
}

async fn undo(
    State(house): State<House>,
    by: By,
    Path(number): Path<String>,
    Read(sent): Read<Undoing>,
) -> Result<Response, Failure> {
    let world = house.world();
    world
        .undo_campaign(&by, &number, sent.step, &sent.reason)
        .await?;
    Ok(Json(shown(&house, &by, &number).await?).into_response())
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Accepting {
    /// What a new campaign is called; of no use where one is there.
    #[serde(default)]
    title: String,
}

async fn accept(
    State(house): State<House>,
    by: By,
    Path(key): Path<String>,
    Read(sent): Read<Accepting>,
) -> Result<Response, Failure> {
    let world = house.world();
    let campaign = world
        .accept_proposal_of_campaign(&by, &key, &sent.title)
        .await?;
    Ok(Json(shown(&house, &by, &campaign.state.number).await?).into_response())
}

async fn dismiss(
    State(house): State<House>,
    by: By,
    Path(key): Path<String>,
    Read(why): Read<Why>,
) -> Result<Response, Failure> {
    let world = house.world();
    let dismissal = world.dismiss_proposal(&by, &key, &why.reason).await?;
    let reports = world.reports_named(&by, &dismissal.state.reports).await?;
    Ok(Json(dismissal_told(&dismissal, &reports)).into_response())
}

/// Proposals that were set aside, newest first.
async fn dismissals(
    State(house): State<House>,
    by: By,
    Query(asked): Query<Asked>,
) -> Result<Response, Failure> {
    const DISMISSALS: &str = "/api/v1/dismissals";
    let world = house.world();
    let reading = Reading::of(&house, &by, DISMISSALS);
    let after = place(&reading, &asked.after)?;
    let found = world.dismissals(&by, |query| {
        query.after = after;
        query.limit = asked.limit();
    });
    let found = found.await?;
    let mut rows = Vec::with_capacity(found.rows.len());
    for one in &found.rows {
        let reports = world.reports_named(&by, &one.state.reports).await?;
        rows.push(dismissal_told(one, &reports));
    }
    let of = (&reading, DISMISSALS, &asked);
    Ok(page(("dismissals", rows), of, found.next.as_ref()))
}

async fn restore(
    State(house): State<House>,
    by: By,
    Path(id): Path<String>,
) -> Result<Response, Failure> {
    let id = id_in(&id)?;
    house.world().restore_proposal(&by, id).await?;
    Ok(Json(json!({ "id": id, "restored": true })).into_response())
}
