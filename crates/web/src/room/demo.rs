//! The demo's front door: sign in as each role, without a password. Only where the store says that the
//! demo made it, and only from this machine; elsewhere these addresses do not exist.

use std::net::SocketAddr;

use axum::{
    extract::{ConnectInfo, State},
    http::{HeaderMap, Method, header},
    response::Response,
    routing,
};
use kaname_directory::Account;
use kaname_directory::account::LOGIN_SPACE;
use kaname_world::{Caller, Loaded};
use serde::Deserialize;

use super::{choices::lang_of, sign_in};
use crate::{
    error::Failure,
    frame::{Frame, Posted},
    house::House,
    route::{Access, Audit, Endpoint},
    text::{Lang, Text},
};

/// Endpoints of this room.
pub fn endpoints() -> Vec<Endpoint<House>> {
    vec![Endpoint::new(
        Method::POST,
        "/demo/sign-in",
        "demo.sign_in",
        Access::Public("in a store the demo made, from this machine; elsewhere it is not found"),
        Audit::None("sessions are short-lived state, not history"),
        routing::post(start),
    )]
}

/// Somebody who can be entered as.
#[derive(Debug, Clone)]
pub(super) struct Person {
    pub(super) login: String,
    pub(super) title: String,
    pub(super) party: String,
}

/// Whom one can enter as; nobody outside the demo.
#[derive(Debug, Clone, Default)]
pub(super) struct People {
    /// One for each role, with what they do.
    pub(super) main: Vec<(Person, String)>,
    /// The same roles elsewhere.
    pub(super) others: Vec<Person>,
    /// Where each is led afterwards; the first page when empty.
    pub(super) next: String,
}

/// Everyone who can be chosen: those of the cast as it is written down, in the order of what happens to a
/// report; the others in the order in which their accounts were opened.
pub(super) async fn people(house: &House, frame: &Frame) -> Result<People, Failure> {
    let mut all = People::default();
    let Some(cast) = &frame.settings().demo else {
        return Ok(all);
    };
    let lang = lang_of(frame.text());
    let shell = Caller::system("demo");
    let accounts = house
        .world()
        .accounts(&shell, |query| query.limit = 100)
        .await?;
    let mut people = Vec::new();
    for account in accounts.rows {
        let party = house
            .world()
            .load::<kaname_directory::Party>(account.state.party.cast())
            .await?;
        let party = party.map(|party| party.state.description.name.get(lang).to_owned());
        let title = account.state.title.get(lang).to_owned();
        let login = account.state.login.as_str().to_owned();
        let party = party.unwrap_or_default();
        let person = Person {
            login,
            title,
            party,
        };
        people.push((account.state.opened, person));
    }
    people.sort_by_key(|person| person.0);
    for (login, [ja, en]) in cast.iter() {
        let line = if frame.text().lang() == Lang::Ja {
            ja
        } else {
            en
        };
        let found = people.iter().position(|(_, person)| person.login == *login);
        let found = found.map(|at| people.remove(at).1);
        all.main.extend(found.map(|person| (person, line.clone())));
    }
    all.others = people.into_iter().map(|(_, person)| person).collect();
    Ok(all)
}

/// The one who is signed in, to be entered as once more.
pub(super) fn once_more(account: &Account, text: Text, next: &str) -> People {
    let person = Person {
        login: account.login.as_str().to_owned(),
        title: account.title.get(lang_of(text)).to_owned(),
        party: String::new(),
    };
    People {
        main: vec![(person, String::new())],
        others: Vec::new(),
        next: next.to_owned(),
    }
}

/// Whether the browser was pointed at this machine by one of its own names, and nothing in between
/// passed the request on: a page elsewhere that resolves its own name to this machine is not let in.
fn named_here(headers: &HeaderMap) -> bool {
    let host = headers
        .get(header::HOST)
        .and_then(|host| host.to_str().ok());
    let host = host.unwrap_or_default();
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|b| b.is_ascii_digit()) => name,
        _ => host,
    };
    let passed_on = ["x-forwarded-for", "x-forwarded-host", "forwarded", "via"];
    matches!(name, "127.0.0.1" | "localhost" | "[::1]")
        && !passed_on.iter().any(|name| headers.contains_key(*name))
}

#[derive(Deserialize)]
struct As {
    login: String,
    #[serde(default)]
    next: String,
}

async fn start(
    State(house): State<House>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    headers: HeaderMap,
    frame: Frame,
    Posted(posted): Posted<As>,
) -> Result<Response, Failure> {
    if frame.settings().demo.is_none() || !peer.ip().is_loopback() || !named_here(&headers) {
        return Err(Failure::NotFound);
    }
    let login = kaname_directory::account::login_key(&posted.login);
    let account: Option<Loaded<Account>> = house.world().find_any(LOGIN_SPACE, &login).await?;
    let account = account.ok_or(Failure::NotFound)?;
    let signed = house
        .world()
        .start_session(account.id.cast(), true, "demo")
        .await?;
    sign_in::enter(&house, &frame, &signed, sign_in::safe_next(&posted.next))
}
