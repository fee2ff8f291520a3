//! A duty: its full text in the version that binds, and its acceptance by a steward for the own party.

use askama::Template;
use axum::{
    extract::{Path, Query, State},
    http::Method,
    response::Response,
    routing,
};
use jiff::civil::Date;
use kaname_directory::{Catalogue, DutyCode, Lang, Name2, Party, catalogue::DutyText, day_of};
use kaname_policy::{Action, Resource};
use kaname_world::WorldError;
use serde::Deserialize;

use super::words;
use crate::{
    error::Failure,
    frame::{
        Flash, Frame, Page, Posted, Section,
        part::{Notice, Tone, Verb},
        show,
    },
    house::{By, House},
    room::choices::lang_of as lang,
    route::{Access, Audit, Endpoint},
    said::{said, why_not},
};

/// Endpoints of duties.
pub(super) fn endpoints() -> Vec<Endpoint<House>> {
    vec![
        Endpoint::new(
            Method::GET,
            "/duties/{duty}",
            "duty.show",
            Access::SignedIn(&[Action::DirectoryRead, Action::DutyAccept]),
            Audit::None("reads a text of the dated data"),
            routing::get(show_one),
        ),
        Endpoint::new(
            Method::POST,
            "/duties/{duty}/accept",
            "duty.accept",
            Access::SignedIn(&[Action::DutyAccept]),
            Audit::Event("party.duty_accepted"),
            routing::post(accept),
        ),
    ]
}

#[derive(Template)]
#[template(path = "room/directory/duty.html")]
struct DutyPage {
    page: Page,
    code: String,
    version: String,
    span: String,
    source: String,
    unconfirmed: bool,
    text: String,
    notices: Vec<Notice>,
    accept: Option<Verb>,
}

#[derive(Deserialize)]
struct Asked {
    #[serde(default)]
    version: String,
}

async fn show_one(
    State(house): State<House>,
    frame: Frame,
    by: By,
    Path(code): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Response, Failure> {
    let code: DutyCode = code.parse().map_err(|_| Failure::NotFound)?;
    let catalogue = house.world().catalogue();
    let text = frame.text();
    let lang = lang(text);
    let today = day_of(frame.now());
    let newest = catalogue.duty_text_on(&code, today);
    let found = if asked.version.is_empty() {
        newest
    } else {
        catalogue.duty_text(&code, &asked.version)
    };
    let found = found.ok_or(Failure::NotFound)?;
    let binding = newest.is_some_and(|newest| newest.value.version == found.value.version);
    let duties = catalogue.duties_on(today);
    let duty = duties.iter().find(|duty| duty.value.code == code);
    let name = duty.map_or(code.as_str(), |duty| duty.value.name.get(lang));
    let page = frame.page(Section::Directory, name);
    let mut notices = Vec::new();
    let notice = |tone, title, about| Notice {
        tone,
        title: text.t(title).into_owned(),
        text: text.t(about).into_owned(),
    };
    if found.value.sample {
        notices.push(notice(
            Tone::Care,
            "directory-duty-sample",
            "directory-duty-sample-about",
        ));
    }
    if !binding {
        notices.push(notice(
            Tone::Plain,
            "directory-duty-old",
            "directory-duty-old-about",
        ));
    }
    let accept = if binding {
        acceptance(&house, &by, &page, &found.value)
    } else {
        None
    };
    let body = match lang {
        Lang::Ja => found.value.text.ja.as_str(),
        Lang::En => found.value.text.en.as_str(),
    };
    show(&DutyPage {
        code: code.to_string(),
        version: found.value.version.to_string(),
        span: words::span(text, &found.span),
        source: found.source.clone(),
        unconfirmed: found.unconfirmed,
        text: body.to_owned(),
        notices,
        accept,
        page,
    })
}

/// Duties that the classes a party holds ask for, and that nobody accepted in that day's text.
pub(in crate::room) fn owed(
    catalogue: &Catalogue,
    party: &Party,
    today: Date,
) -> Vec<(DutyCode, Name2)> {
    let asked = party
        .membership_on(today)
        .into_iter()
        .flat_map(|held| &held.classes)
        .filter_map(|class| catalogue.class_on(class, today));
    let mut owed: Vec<(DutyCode, Name2)> = Vec::new();
    for code in asked.flat_map(|class| &class.value.duties) {
        let Some(text) = catalogue.duty_text_on(code, today) else {
            continue;
        };
        let accepted = party
            .duties_on(today)
            .any(|held| held.duty == *code && held.text_version == text.value.version);
        let known = owed.iter().any(|(one, _)| one == code);
        let duties = catalogue.duties_on(today);
        let duty = duties.iter().find(|duty| duty.value.code == *code);
        if let (false, false, Some(duty)) = (accepted, known, duty) {
            owed.push((code.clone(), duty.value.name.clone()));
        }
    }
    owed
}

/// The verb, or why it can't be done; nothing for whoever is of the hub, which is under no such duty.
fn acceptance(house: &House, by: &By, page: &Page, text: &DutyText) -> Option<Verb> {
    let party = by.party.as_ref().filter(|party| !party.state.is_hub())?;
    let today = day_of(page.now);
    let label = page.t("directory-duty-accept");
    let of = Resource::any("party").of_party(party.id.cast());
    let decision = house.world().decide(by, Action::DutyAccept, &of);
    if let Some(why) = decision.why_not {
        return Some(page.refused(label, why_not(page.text, why)));
    }
    let accepted = party
        .state
        .duties_on(today)
        .any(|held| held.duty == text.duty && held.text_version == text.version);
    if accepted {
        return Some(page.refused(label, page.t("refused-already-accepted")));
    }
    let verb = page.post(format!("/duties/{}/accept", text.duty), label);
    Some(verb.with("version", text.version.as_str()).main())
}

#[derive(Deserialize)]
struct Accepted {
    version: String,
}

async fn accept(
    State(house): State<House>,
    frame: Frame,
    by: By,
    Path(code): Path<String>,
    Posted(accepted): Posted<Accepted>,
) -> Result<Response, Failure> {
    let duty: DutyCode = code.parse().map_err(|_| Failure::NotFound)?;
    let text = frame.text();
    let done = house
        .world()
        .accept_duty(&by, duty.clone(), &accepted.version)
        .await;
    match done {
        Ok(party) => frame.go_saying(
            &format!("/directory/{}#duties", party.state.code),
            &Flash::done(text.t("directory-duty-accepted")),
        ),
        Err(error @ (WorldError::Denied(_) | WorldError::StepUp)) => Err(error.into()),
        Err(error) => match said(text, &error) {
            Some(said) => frame.go_saying(&format!("/duties/{duty}"), &Flash::refused(said)),
            None => Err(error.into()),
        },
    }
}
