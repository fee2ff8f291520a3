//! One source, and what is done with it: read it now, stop, start.

use askama::Template;
use axum::{
    extract::{Path, State},
    response::Response,
};
use kaname_intake::listed::Unlisted;
use kaname_policy::Action;
use kaname_sharing::source::{
    FormKind, Owed, PastReading, Source, ask_source, start_source, stop_source,
};
use kaname_world::{Loaded, WorldError};

use super::{agree::most_mib, groups, look::Place, words};
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
        peers::words as peers,
        trouble,
    },
    said::why_not,
    text::{Count, Text},
};

#[derive(Template)]
#[template(path = "room/sources/show.html")]
struct SourcePage {
    page: Page,
    state: String,
    publisher: String,
    url: Option<Copied>,
    form: String,
    /// Where things stand in it: each with its word.
    mapping: Vec<(String, String)>,
    /// Of MISP: whether its distribution counts.
    distribution: Option<String>,
    /// The hub's groups that its sharing groups are.
    groups: Vec<String>,
    /// Of CSAF: what becomes of documents without a signature.
    unsigned: Option<String>,
    collection: String,
    tlp: Option<TlpLabel>,
    every: String,
    grace: String,
    most: String,
    has_credential: bool,
    listed: Count,
    taken: Count,
    joined: At,
    read: Option<At>,
    lag: String,
    next: String,
    /// Entries of the last document that were not taken, and how many there were.
    unlisted: Vec<Place>,
    refused: Count,
    /// Events that are listed and did not come, and how many there are.
    owed: Vec<Missing>,
    owed_count: Count,
    history: Vec<Past>,
    trouble: Option<Notice>,
    stopped: Option<Notice>,
    gate: Option<(Notice, Verb)>,
    acts: Vec<Verb>,
    /// Where stopping posts to, and the field for the reason.
    stop: Option<(String, Field)>,
}

/// An event that did not come.
struct Missing {
    event: Copied,
    url: Copied,
    why: String,
    since: At,
    tries: Count,
    next: Option<At>,
}

impl Missing {
    fn of(page: &Page, one: &Owed) -> Self {
        Self {
            event: page.copied(&one.missed.event),
            url: page.copied(&one.missed.url),
            why: trouble::said(page.text, &one.missed.why),
            since: page.at(one.since),
            tries: Count::from(u64::from(one.tries)),
            next: one.next.map(|next| page.at(next)),
        }
    }
}

struct Past {
    at: At,
    listed: Count,
    taken: Count,
    gone: Count,
    refused: Count,
    said: String,
}

pub(super) async fn one(
    State(house): State<House>,
    frame: Frame,
    by: By,
    Path(code): Path<String>,
) -> Result<Response, Failure> {
    let world = house.world();
    let source = world.source(&by, &code).await?;
    let page = frame.page(Section::Directory, code.as_str());
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
        Ok(()) => acts(&page, &source),
        Err(WorldError::Denied(why)) => {
            let why = why_not(page.text, why);
            vec![page.refused(page.t("peers-now"), why)]
        }
        Err(_) => Vec::new(),
    };
    let into = source.state.definition.into;
    let collection = choices::collection_name(&house, &by, &page, into).await?;
    let state = &source.state;
    let terms = &state.definition.terms;
    let text = page.text;
    show(&SourcePage {
        state: peers::state(text, &state.turns),
        publisher: terms.publisher.clone(),
        url: terms.url.as_deref().map(|url| page.copied(url)),
        form: words::form(text, terms.form.kind),
        mapping: mapping(&page, state),
        distribution: terms.form.kind.lists_events().then(|| {
            let key = match terms.form.ignore_distribution {
                true => "sources-distribution-ignored",
                false => "sources-distribution-heeded",
            };
            text.t(key).into_owned()
        }),
        groups: groups::agreed(&house, &by, terms).await?,
        unsigned: (terms.form.kind == FormKind::Csaf).then(|| {
            let key = match terms.form.signed {
                true => "sources-unsigned-refused",
                false => "sources-unsigned-taken",
            };
            text.t(key).into_owned()
        }),
        collection,
        tlp: terms.tlp.map(|tlp| page.tlp(tlp)),
        every: peers::every(text, terms.every),
        grace: text
            .t1("sources-grace-length", "n", terms.grace_h)
            .into_owned(),
        most: text
            .t1("sources-most-length", "n", most_mib(terms))
            .into_owned(),
        has_credential: state.credential.is_some(),
        listed: Count::from(state.listed),
        taken: Count::from(state.taken),
        joined: page.at(state.turns.joined),
        read: state.turns.read.map(|read| page.at(read)),
        lag: words::lag(text, state, page.now),
        next: peers::next(&page, &state.turns),
        unlisted: state
            .unlisted
            .iter()
            .map(|one| not_taken(text, state, one))
            .collect(),
        refused: Count::from(state.refused),
        owed: state
            .owed
            .iter()
            .map(|one| Missing::of(&page, one))
            .collect(),
        owed_count: Count::from(state.owed.len() as u64),
        history: state.history.iter().map(|one| past(&page, one)).collect(),
        trouble: stopped_by(&page, state),
        stopped: state.turns.stopped.as_ref().map(|why| Notice {
            tone: Tone::Care,
            title: page.t("sources-was-stopped").into_owned(),
            text: why.clone(),
        }),
        gate,
        acts,
        stop: (fresh && state.turns.stopped.is_none()).then(|| {
            let reason = page
                .line("text", "reason", page.t("peers-stop-why"))
                .longest(300);
            (format!("/sources/{code}/stop"), reason)
        }),
        page,
    })
}

fn mapping(page: &Page, source: &Source) -> Vec<(String, String)> {
    let fields = source.definition.terms.form.mapping.fields().into_iter();
    let told = fields.filter_map(|(field, place)| {
        let key = match field {
            "entries" => "sources-map-entries",
            "value" => "sources-map-value",
            "kind" => "sources-map-kind",
            "first_seen" => "sources-map-first-seen",
            _ => "sources-map-label",
        };
        Some((page.t(key).into_owned(), place?.to_owned()))
    });
    told.collect()
}

/// What was not taken; what is owed says why itself.
fn not_taken(text: Text, source: &Source, one: &Unlisted) -> Place {
    let place = Place::of(text, one);
    match source.owes(&one.said) {
        Some(owed) if owed.missed.why.to_string() == one.why => Place {
            why: trouble::said(text, &owed.missed.why),
            ..place
        },
        _ => place,
    }
}

fn past(page: &Page, one: &PastReading) -> Past {
    Past {
        at: page.at(one.at),
        listed: Count::from(one.listed),
        taken: Count::from(one.taken),
        gone: Count::from(one.gone),
        refused: Count::from(one.refused),
        said: match (&one.trouble, one.unchanged) {
            (Some(trouble), _) => trouble::said(page.text, trouble),
            (None, 0) => String::new(),
            (None, times) => page.t1("sources-unchanged", "n", times).into_owned(),
        },
    }
}

fn stopped_by(page: &Page, source: &Source) -> Option<Notice> {
    let trouble = source.turns.trouble.as_ref()?;
    Some(Notice {
        tone: Tone::Care,
        title: page
            .t1("peers-trouble", "n", source.turns.troubles.max(1))
            .into_owned(),
        text: trouble::said(page.text, trouble),
    })
}

fn acts(page: &Page, source: &Loaded<Source>) -> Vec<Verb> {
    let state = &source.state;
    let code = &state.definition.code;
    let change = page.link(format!("/sources/{code}/change"), page.t("peers-change"));
    let now = page
        .post(format!("/sources/{code}/now"), page.t("peers-now"))
        .main();
    let start = page
        .post(format!("/sources/{code}/start"), page.t("peers-start"))
        .main();
    match (&state.turns.stopped, &state.definition.terms.url) {
        (Some(_), _) => vec![start, change],
        (None, Some(_)) => vec![now, change],
        // A file is handed over at the command line.
        (None, None) => vec![change],
    }
}

pub(super) async fn now(
    State(house): State<House>,
    frame: Frame,
    by: By,
    Path(code): Path<String>,
) -> Result<Response, Failure> {
    let asked = house.world().change_source(&by, &code, ask_source).await;
    told(&frame, &code, asked, "peers-asked")
}

pub(super) async fn stop(
    State(house): State<House>,
    frame: Frame,
    by: By,
    Path(code): Path<String>,
    Posted(typed): Posted<Typed>,
) -> Result<Response, Failure> {
    let stop = |source: &Source| stop_source(source, typed.one("reason"));
    let stopped = house.world().change_source(&by, &code, stop).await;
    told(&frame, &code, stopped, "peers-stopped-now")
}

pub(super) async fn start(
    State(house): State<House>,
    frame: Frame,
    by: By,
    Path(code): Path<String>,
) -> Result<Response, Failure> {
    let started = house.world().change_source(&by, &code, start_source).await;
    told(&frame, &code, started, "sources-started")
}

/// Back to the source's page with what was done or why not; a source that is not there has none.
fn told<T>(
    frame: &Frame,
    code: &str,
    outcome: Result<T, WorldError>,
    done: &str,
) -> Result<Response, Failure> {
    back(frame, &format!("/sources/{code}"), outcome, done)
}
