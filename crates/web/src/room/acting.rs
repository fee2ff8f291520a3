//! Acting for another party: a delegated corporation chooses on whose behalf it acts, and goes back.

use axum::{
    extract::State,
    http::{HeaderMap, Method},
    response::Response,
    routing,
};
use kaname_directory::{Party, day_of};
use kaname_kernel::PartyId;
use kaname_policy::Action;
use serde::Deserialize;

use crate::{
    error::Failure,
    frame::{Frame, Page, Posted, part::Verb},
    house::{By, House},
    room::{back::back, choices},
    route::{Access, Audit, Endpoint},
};

/// Endpoints of this room.
pub fn endpoints() -> Vec<Endpoint<House>> {
    vec![Endpoint::new(
        Method::POST,
        "/account/act-for",
        "session.act_for",
        Access::SignedIn(&[Action::SessionOwn]),
        Audit::None("each act says on whose behalf; choosing changes nothing yet"),
        routing::post(act_for),
    )]
}

/// The parties the person may act for, or the way back.
pub(super) async fn verbs(house: &House, page: &Page, by: &By) -> Result<Vec<Verb>, Failure> {
    let text = page.text;
    if by.delegated.is_some() {
        return Ok(vec![
            page.post("/account/act-for", text.t("acting-end")).main(),
        ]);
    }
    let Some(own) = &by.party else {
        return Ok(Vec::new());
    };
    let today = day_of(page.now);
    let mut verbs = Vec::new();
    for given in own
        .state
        .delegations
        .iter()
        .filter(|one| one.span.contains(today))
    {
        let principal = house.world().load::<Party>(given.principal.cast()).await?;
        let Some(principal) = principal else {
            continue;
        };
        let name = principal.state.description.name.get(choices::lang(page));
        let verb = page.post("/account/act-for", text.t1("acting-begin", "party", name));
        verbs.push(verb.with("party", given.principal.to_string()));
    }
    Ok(verbs)
}

#[derive(Deserialize)]
struct For {
    #[serde(default)]
    party: String,
}

async fn act_for(
    State(house): State<House>,
    frame: Frame,
    headers: HeaderMap,
    Posted(posted): Posted<For>,
) -> Result<Response, Failure> {
    let token = house.token(&headers).ok_or(Failure::SignIn)?;
    let principal = match posted.party.as_str() {
        "" => None,
        typed => Some(typed.parse::<PartyId>().map_err(|_| Failure::NotFound)?),
    };
    let done = house.world().act_for(token, principal).await;
    let said = if principal.is_some() {
        "acting-begun"
    } else {
        "acting-ended"
    };
    back(&frame, "/account", done, said)
}
