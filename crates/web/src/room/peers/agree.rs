//! Agreeing with a peer, and agreeing otherwise: a form each and what it posts to.

use axum::{
    extract::{Path, State},
    response::Response,
};
use kaname_kernel::{MatterId, PartyId, Tlp};
use kaname_policy::{Action, Resource};
use kaname_sharing::{
    collection::CollectionKind,
    peer::{PeerDefinition, Terms, Way},
    turn::{BadInterval, Every},
};
use kaname_world::WorldError;

use super::words;
use crate::{
    error::Failure,
    frame::{
        Flash, Frame, Posted, Section,
        part::{Choice, Field},
    },
    house::{By, House},
    room::{
        choices,
        form::{self, Asker, Form, Typed, Wrong, may},
    },
};

/// Intervals that are offered.
const INTERVALS: [&str; 7] = ["5m", "15m", "30m", "1h", "6h", "1d", "never"];

pub(super) async fn ask_join(
    State(house): State<House>,
    frame: Frame,
    by: By,
) -> Result<Response, Failure> {
    let typed = Typed::default()
        .set("direction", "pull")
        .set("every", Every::default().to_string());
    join_form(&house, &frame, &by, &typed, None).await
}

pub(super) async fn join(
    State(house): State<House>,
    frame: Frame,
    by: By,
    Posted(typed): Posted<Typed>,
) -> Result<Response, Failure> {
    let code = typed.one("code").to_owned();
    let lang = choices::lang_of(frame.text());
    let done = joined(&house, lang, &by, &typed).await;
    match kept(&frame, &code, done) {
        Ok(answer) => Ok(answer),
        Err(Unkept::Wrong(wrong)) => join_form(&house, &frame, &by, &typed, Some(wrong)).await,
        Err(Unkept::Failed(failure)) => Err(failure),
    }
}

async fn joined(
    house: &House,
    lang: kaname_directory::Lang,
    by: &By,
    typed: &Typed,
) -> Result<(), WorldError> {
    let terms = terms(typed)?;
    let way = way(house, lang, by, typed).await?;
    let definition = PeerDefinition {
        code: typed.one("code").to_owned(),
        url: terms.url,
        way,
        types: terms.types,
        tlp_at_most: terms.tlp_at_most,
        every: Some(terms.every),
    };
    let joined = house.world().join_peer(by, definition, credential(typed));
    joined.await.map(|_| ())
}

/// Which way objects are to go, with which collection here.
async fn way(
    house: &House,
    lang: kaname_directory::Lang,
    by: &By,
    typed: &Typed,
) -> Result<Way, WorldError> {
    let wrong = |field| WorldError::invalid(field, "error-text-choice", "one of those offered");
    let collection = |field| {
        let id: Result<MatterId, _> = typed.one(field).parse();
        id.map_err(|_| wrong(field))
    };
    match typed.one("direction") {
        "pull" => Ok(Way::Pull {
            into: collection("into")?,
        }),
        "push" => {
            let out_of = collection("out_of")?;
            let offered = choices::recipients(house, lang, by).await?;
            let code = choices::code_of(&offered, typed.one("party"));
            let party = behind(house, by, code).await?;
            Ok(Way::Push { out_of, party })
        }
        _ => Err(wrong("direction")),
    }
}

/// The party of a code, which stands behind a peer that is sent to.
pub(in crate::room) async fn behind(
    house: &House,
    by: &By,
    code: &str,
) -> Result<PartyId, WorldError> {
    match house.world().party_of(by, code).await {
        Ok(party) => Ok(party.id.cast()),
        Err(WorldError::NotFound(_)) => Err(WorldError::invalid(
            "party",
            "directory-wrong-party",
            "there is no such party",
        )),
        Err(error) => Err(error),
    }
}

pub(super) async fn ask_change(
    State(house): State<House>,
    frame: Frame,
    by: By,
    Path(code): Path<String>,
) -> Result<Response, Failure> {
    let peer = house.world().peer(&by, &code).await?;
    let now = peer.state.definition.terms();
    let most = now.tlp_at_most.map_or("", Tlp::label);
    let typed = Typed::default()
        .set("url", now.url)
        .set("types", now.types.join("\n"))
        .set("tlp_at_most", most)
        .set("every", now.every.to_string());
    change_form(&house, &frame, &by, &code, &typed, None)
}

pub(super) async fn change(
    State(house): State<House>,
    frame: Frame,
    by: By,
    Path(code): Path<String>,
    Posted(typed): Posted<Typed>,
) -> Result<Response, Failure> {
    house.world().peer(&by, &code).await?;
    let done = match terms(&typed) {
        Ok(terms) => {
            let changed = house
                .world()
                .agree_otherwise(&by, &code, terms, credential(&typed));
            changed.await.map(|_| ())
        }
        Err(error) => Err(error),
    };
    match kept(&frame, &code, done) {
        Ok(answer) => Ok(answer),
        Err(Unkept::Wrong(wrong)) => change_form(&house, &frame, &by, &code, &typed, Some(wrong)),
        Err(Unkept::Failed(failure)) => Err(failure),
    }
}

/// Why nothing was kept.
enum Unkept {
    /// Something that was typed, to be shown again.
    Wrong(Wrong),
    /// Something else.
    Failed(Failure),
}

/// On to the peer's page when it was taken.
fn kept(frame: &Frame, code: &str, done: Result<(), WorldError>) -> Result<Response, Unkept> {
    let text = frame.text();
    let error = match done {
        Ok(()) => {
            let said = Flash::done(text.t("peers-kept"));
            return frame
                .go_saying(&format!("/peers/{code}"), &said)
                .map_err(Unkept::Failed);
        }
        Err(error @ WorldError::Denied(_)) => return Err(Unkept::Failed(error.into())),
        Err(error) => error,
    };
    match Wrong::of(text, &error) {
        Some(wrong) => Err(Unkept::Wrong(wrong)),
        None => Err(Unkept::Failed(error.into())),
    }
}

fn terms(typed: &Typed) -> Result<Terms, WorldError> {
    let every = typed.one("every").parse().map_err(|error: BadInterval| {
        WorldError::invalid("every", "error-text-choice", error.to_string())
    })?;
    let most = typed.one("tlp_at_most");
    let tlp_at_most = match most.is_empty() {
        true => None,
        false => Some(most.parse().map_err(|_| {
            WorldError::invalid("tlp_at_most", "error-text-choice", "a TLP is expected")
        })?),
    };
    Ok(Terms {
        url: typed.one("url").to_owned(),
        types: typed.lines("types").map(str::to_owned).collect(),
        tlp_at_most,
        every,
    })
}

/// User and password there, when a password was typed.
fn credential(typed: &Typed) -> Option<(&str, &str)> {
    let password = typed.all("password").first();
    let password = password.filter(|password| !password.is_empty())?;
    Some((typed.one("user"), password))
}

async fn join_form(
    house: &House,
    frame: &Frame,
    by: &By,
    typed: &Typed,
    wrong: Option<Wrong>,
) -> Result<Response, Failure> {
    let fresh = may(house, by, Action::CollectionManage, &Resource::default())?;
    let lang = frame.text().lang().tag();
    let collections = house.world().collections(by).await?;
    let offered = |fits: fn(CollectionKind) -> bool| {
        let none = Choice::new("", "—");
        let all = collections
            .iter()
            .filter(move |one| fits(one.state.definition.kind));
        let all = all.map(|one| {
            let definition = &one.state.definition;
            let title = definition.title.in_language(lang);
            let label = format!("{title} ({})", definition.alias);
            Choice::new(one.id.to_string(), label)
        });
        std::iter::once(none).chain(all).collect::<Vec<_>>()
    };
    let into = offered(|kind| kind == CollectionKind::Peer);
    let out_of = offered(|kind| kind != CollectionKind::Intake);
    let parties = choices::recipients(house, choices::lang_of(frame.text()), by).await?;
    let text = frame.text();
    let form = Form {
        section: Section::Directory,
        title: text.t("peers-add").into_owned(),
        lead: text.t("peers-add-about").into_owned(),
        to: "/peers-new".to_owned(),
        go: text.t("peers-add-do").into_owned(),
        back: "/peers".to_owned(),
        grave: false,
        hidden: Vec::new(),
    };
    form::ask(frame, form, fresh, typed, wrong, |asker| {
        let code = asker
            .line("text", "code", "peers-code")
            .hint(asker.page.t("peers-code-hint"))
            .longest(40);
        let ways = ["pull", "push"].map(|way| {
            let label = match way {
                "pull" => asker.page.t("peers-pull-about"),
                _ => asker.page.t("peers-push-about"),
            };
            Choice::new(way, label)
        });
        let mut fields = vec![
            code,
            asker.radio("direction", "peers-direction", ways.to_vec()),
            asker
                .select("into", "peers-into", into)
                .hint(asker.page.t("peers-into-hint")),
            asker
                .select("out_of", "peers-out-of", out_of)
                .hint(asker.page.t("peers-out-of-hint")),
            asker
                .line("text", "party", "peers-party")
                .hint(asker.page.t("peers-party-hint"))
                .offering(parties)
                .longest(40)
                .optional(),
        ];
        fields.extend(of_terms(asker, "peers-password-hint"));
        (fields, Vec::new())
    })
}

fn change_form(
    house: &House,
    frame: &Frame,
    by: &By,
    code: &str,
    typed: &Typed,
    wrong: Option<Wrong>,
) -> Result<Response, Failure> {
    let fresh = may(house, by, Action::CollectionManage, &Resource::default())?;
    let text = frame.text();
    let form = Form {
        section: Section::Directory,
        title: text.t1("peers-change-of", "code", code).into_owned(),
        lead: text.t("peers-change-about").into_owned(),
        to: format!("/peers/{code}/change"),
        go: text.t("peers-change-do").into_owned(),
        back: format!("/peers/{code}"),
        grave: false,
        hidden: Vec::new(),
    };
    form::ask(frame, form, fresh, typed, wrong, |asker| {
        (of_terms(asker, "peers-password-keep"), Vec::new())
    })
}

/// The fields of what may be agreed otherwise.
fn of_terms(asker: &Asker<'_>, password: &str) -> Vec<Field> {
    let page = asker.page;
    let mut most = vec![Choice::new("", page.t("peers-tlp-any"))];
    most.extend(Tlp::ALL.map(|tlp| Choice::new(tlp.label(), tlp.to_string())));
    let secret = page
        .line("password", "password", page.t("peers-password"))
        .hint(page.t(password))
        .error(asker.fault("password"))
        .autocomplete("new-password")
        .longest(1_000)
        .optional();
    vec![
        asker
            .line("url", "url", "peers-url")
            .hint(page.t("peers-url-hint"))
            .longest(2_000),
        asker
            .line("text", "user", "peers-user")
            .longest(200)
            .optional(),
        secret,
        asker
            .lines(3, "types", "peers-types")
            .hint(page.t("peers-types-hint"))
            .optional(),
        asker
            .select("tlp_at_most", "peers-tlp", most)
            .hint(page.t("peers-tlp-hint")),
        asker
            .select("every", "peers-every", intervals(asker))
            .hint(page.t("peers-every-hint")),
    ]
}

/// The intervals offered, and the one there is.
pub(in crate::room) fn intervals(asker: &Asker<'_>) -> Vec<Choice> {
    let own = asker.typed.one("every");
    let all = INTERVALS
        .into_iter()
        .chain((!INTERVALS.contains(&own)).then_some(own));
    let mut all: Vec<Every> = all.filter_map(|text| text.parse().ok()).collect();
    all.sort_by_key(|every| every.span().unwrap_or(jiff::SignedDuration::MAX));
    let text = asker.page.text;
    let choice = |every: Every| Choice::new(every.to_string(), words::every(text, every));
    all.into_iter().map(choice).collect()
}
