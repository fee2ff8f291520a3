//! One peer, and what is done with it: have its turn now, stop, start.

use askama::Template;
use axum::{
    extract::{Path, State},
    response::Response,
};
use jiff::Timestamp;
use kaname_policy::Action;
use kaname_sharing::peer::{FailedObject, Peer, Way, ask_peer, start_peer, stop_peer};
use kaname_world::{Loaded, WorldError};

use super::words;
use crate::{
    error::Failure,
    frame::{
        Frame, Page, Posted, Section,
        part::{At, Copied, Field, Notice, TlpLabel, Tone, Verb},
        show,
    },
    house::{By, House},
    room::{
        back::back,
        choices,
        form::{Typed, again},
        trouble,
    },
    said::why_not,
    text::Count,
};

#[derive(Template)]
#[template(path = "room/peers/show.html")]
struct PeerPage {
    page: Page,
    state: String,
    url: Copied,
    direction: String,
    collection: String,
    /// The party that stands behind a peer which is sent to.
    party: Option<String>,
    refused: Option<Count>,
    /// What was not taken last: id, version, why.
    failed: Vec<(String, At, String)>,
    types: String,
    tlp_at_most: Option<TlpLabel>,
    every: String,
    has_credential: bool,
    count: Count,
    joined: At,
    read: Option<At>,
    lag: String,
    next: String,
    /// What is wrong, and how many turns in a row ended so.
    trouble: Option<Notice>,
    stopped: Option<Notice>,
    gate: Option<(Notice, Verb)>,
    acts: Vec<Verb>,
    /// Where stopping posts to, and the field for the reason.
    stop: Option<(String, Field)>,
}

pub(super) async fn one(
    State(house): State<House>,
    frame: Frame,
    by: By,
    Path(code): Path<String>,
) -> Result<Response, Failure> {
    let peer = house.world().peer(&by, &code).await?;
    let page = frame.page(Section::Directory, code.as_str());
    let world = house.world();
    let manages = world.allow_any(&by, Action::CollectionManage);
    let gate = matches!(manages, Err(WorldError::StepUp)).then(|| {
        let notice = Notice {
            tone: Tone::Plain,
            title: page.t("directory-again").into_owned(),
            text: page.t("directory-again-about").into_owned(),
        };
        (notice, again(&page))
    });
    let fresh = manages.is_ok();
    let acts = match manages {
        Ok(()) => acts(&page, &peer),
        Err(WorldError::Denied(why)) => {
            let why = why_not(page.text, why);
            vec![page.refused(now_word(&page, &peer.state), why)]
        }
        Err(_) => Vec::new(),
    };
    let into = peer.state.definition.way.collection();
    let collection = choices::collection_name(&house, &by, &page, into).await?;
    let state = &peer.state;
    let party = words::party(&house, &by, &page, state.definition.way).await?;
    let is_push = party.is_some();
    let text = page.text;
    show(&PeerPage {
        state: words::state(text, &state.turns),
        url: page.copied(state.definition.url.as_str()),
        direction: words::direction(text, state.definition.way),
        collection,
        party,
        refused: is_push.then(|| Count::from(state.refused)),
        failed: state
            .failed
            .iter()
            .rev()
            .map(|one| failed(&page, one))
            .collect(),
        types: words::types(text, state),
        tlp_at_most: state.definition.tlp_at_most.map(|most| page.tlp(most)),
        every: words::every(text, state.definition.every()),
        has_credential: state.credential.is_some(),
        count: Count::from(state.taken),
        joined: page.at(state.turns.joined),
        read: state.turns.read.map(|read| page.at(read)),
        lag: words::lag(text, state, page.now),
        next: words::next(&page, &state.turns),
        trouble: stopped_by(&page, state),
        stopped: state.turns.stopped.as_ref().map(|why| Notice {
            tone: Tone::Care,
            title: page.t("peers-was-stopped").into_owned(),
            text: why.clone(),
        }),
        gate,
        acts,
        stop: (fresh && state.turns.stopped.is_none()).then(|| {
            let reason = page
                .line("text", "reason", page.t("peers-stop-why"))
                .longest(300);
            (format!("/peers/{code}/stop"), reason)
        }),
        page,
    })
}

fn failed(page: &Page, one: &FailedObject) -> (String, At, String) {
    let version = Timestamp::from_microsecond(one.version_us).unwrap_or_default();
    (
        one.id.clone(),
        page.at(version),
        trouble::said(page.text, &one.why),
    )
}

fn stopped_by(page: &Page, peer: &Peer) -> Option<Notice> {
    let trouble = peer.turns.trouble.as_ref()?;
    Some(Notice {
        tone: Tone::Care,
        title: page
            .t1("peers-trouble", "n", peer.turns.troubles.max(1))
            .into_owned(),
        text: trouble::said(page.text, trouble),
    })
}

fn acts(page: &Page, peer: &Loaded<Peer>) -> Vec<Verb> {
    let code = &peer.state.definition.code;
    let first = match peer.state.turns.stopped {
        None => page
            .post(format!("/peers/{code}/now"), now_word(page, &peer.state))
            .main(),
        Some(_) => page
            .post(format!("/peers/{code}/start"), page.t("peers-start"))
            .main(),
    };
    let change = page.link(format!("/peers/{code}/change"), page.t("peers-change"));
    vec![first, change]
}

fn now_word(page: &Page, peer: &Peer) -> String {
    match peer.definition.way {
        Way::Pull { .. } => page.t("peers-now"),
        Way::Push { .. } => page.t("peers-send-now"),
    }
    .into_owned()
}

pub(super) async fn now(
    State(house): State<House>,
    frame: Frame,
    by: By,
    Path(code): Path<String>,
) -> Result<Response, Failure> {
    let asked = house.world().change_peer(&by, &code, ask_peer).await;
    told(&frame, &code, asked, "peers-asked")
}

pub(super) async fn stop(
    State(house): State<House>,
    frame: Frame,
    by: By,
    Path(code): Path<String>,
    Posted(typed): Posted<Typed>,
) -> Result<Response, Failure> {
    let stop = |peer: &Peer| stop_peer(peer, typed.one("reason"));
    let stopped = house.world().change_peer(&by, &code, stop).await;
    told(&frame, &code, stopped, "peers-stopped-now")
}

pub(super) async fn start(
    State(house): State<House>,
    frame: Frame,
    by: By,
    Path(code): Path<String>,
) -> Result<Response, Failure> {
    let start = |peer: &Peer| start_peer(peer, None);
    let started = house.world().change_peer(&by, &code, start).await;
    told(&frame, &code, started, "peers-started")
}

/// Back to the peer's page with what was done or why not; a peer that is not there has none.
fn told<T>(
    frame: &Frame,
    code: &str,
    outcome: Result<T, WorldError>,
    done: &str,
) -> Result<Response, Failure> {
    back(frame, &format!("/peers/{code}"), outcome, done)
}
