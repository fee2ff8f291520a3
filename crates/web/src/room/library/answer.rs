//! The reader's organisation answers: whether it saw it, how useful it was, and that it received it.
//! Both are posted, never followed by a link.

use axum::{
    extract::{Path, State},
    response::Response,
};
use jiff::Timestamp;
use kaname_sharing::{
    Item,
    feedback::{Given, Sighting, SightingKind},
};
use kaname_world::WorldError;
use serde::Deserialize;

use super::show::{self, Answer};
use crate::{
    error::Failure,
    frame::{
        Flash, Frame, Page, Posted,
        part::{At, Choice},
    },
    house::{By, House},
    room::back::back,
    said::said,
};

/// The form as it was typed.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Typed {
    sighting: String,
    count: String,
    first: String,
    last: String,
    usefulness: String,
    comment: String,
    may_name: String,
}

impl Typed {
    /// What was answered before.
    pub(super) fn of(given: Option<&Given>) -> Self {
        let Some(given) = given else {
            return Self::default();
        };
        let sighting = given.sighting.as_ref();
        let shown = |at: Option<Timestamp>| at.map(local).unwrap_or_default();
        Self {
            sighting: sighting.map_or("", |one| one.kind.as_str()).to_owned(),
            count: sighting
                .and_then(|one| one.count)
                .map(|count| count.to_string())
                .unwrap_or_default(),
            first: shown(sighting.and_then(|one| one.first)),
            last: shown(sighting.and_then(|one| one.last)),
            usefulness: given
                .usefulness
                .map(|mark| mark.to_string())
                .unwrap_or_default(),
            comment: given.comment.clone(),
            may_name: if given.may_name { "yes" } else { "" }.to_owned(),
        }
    }

    fn read(&self) -> Result<Given, WorldError> {
        let kind = match self.sighting.as_str() {
            "seen" => Some(SightingKind::Seen),
            "not_seen" => Some(SightingKind::NotSeen),
            "false_positive" => Some(SightingKind::FalsePositive),
            _ => None,
        };
        let count = match self.count.trim() {
            "" => None,
            count => Some(count.parse::<u32>().map_err(|_| {
                WorldError::invalid("count", "library-count-wrong", "a whole number is expected")
            })?),
        };
        let (first, last) = (moment("first", &self.first)?, moment("last", &self.last)?);
        let sighting = kind.map(|kind| Sighting {
            kind,
            count,
            first,
            last,
        });
        Ok(Given {
            sighting,
            usefulness: self.usefulness.parse().ok(),
            comment: self.comment.replace("\r\n", "\n"),
            may_name: self.may_name == "yes",
        })
    }
}

/// A moment as the form shows it, in Japan's time.
fn local(at: Timestamp) -> String {
    let there = jiff::tz::offset(9).to_datetime(at);
    there.strftime("%Y-%m-%d %H:%M").to_string()
}

fn moment(field: &str, typed: &str) -> Result<Option<Timestamp>, WorldError> {
    if typed.trim().is_empty() {
        return Ok(None);
    }
    match kaname_intake::read_when(typed) {
        Some(when) => Ok(Some(when.at)),
        None => Err(WorldError::invalid(
            field,
            "error-time",
            "not a date or time that can be read",
        )),
    }
}

/// The form, with what was typed.
pub(super) fn fields(
    page: &Page,
    item: &Item,
    typed: &Typed,
    given: Option<At>,
    wrong: Option<String>,
) -> Answer {
    let choice = |value: &str, key: &str| Choice::new(value, page.t(key));
    let sighting = vec![
        choice("seen", "library-seen"),
        choice("not_seen", "library-not-seen"),
        choice("false_positive", "library-false-positive"),
        choice("", "library-no-sighting"),
    ];
    let mark = |(value, key): (&str, &str)| choice(value, key);
    let marks = [
        ("5", "library-useful-5"),
        ("4", "library-useful-4"),
        ("3", "library-useful-3"),
        ("2", "library-useful-2"),
        ("1", "library-useful-1"),
    ];
    let mut useful = vec![choice("", "library-useful-none")];
    useful.extend(marks.map(mark));
    let yes = Choice::new("yes", page.t("library-may-name")).hint(page.t("library-may-name-about"));
    Answer {
        to: format!("/library/{}/feedback", item.number),
        given,
        wrong,
        fields: vec![
            page.radio("sighting", page.t("library-sighting"), sighting)
                .value(typed.sighting.as_str()),
        ],
        times: vec![
            page.line("number", "count", page.t("library-count"))
                .value(typed.count.as_str())
                .optional(),
            page.line("text", "first", page.t("library-first"))
                .hint(page.t("library-time-hint"))
                .longest(60)
                .value(typed.first.as_str())
                .optional(),
            page.line("text", "last", page.t("library-last"))
                .hint(page.t("library-time-hint"))
                .longest(60)
                .value(typed.last.as_str())
                .optional(),
        ],
        words: vec![
            page.select("usefulness", page.t("library-useful"), useful)
                .value(typed.usefulness.as_str()),
            page.lines(3, "comment", page.t("library-comment"))
                .hint(page.t("library-comment-hint"))
                .value(typed.comment.as_str())
                .longest(2_000)
                .optional(),
            page.boxes("may_name", page.t("library-name"), vec![yes])
                .value(typed.may_name.as_str()),
        ],
    }
}

pub(super) async fn answer(
    State(house): State<House>,
    frame: Frame,
    by: By,
    Path(number): Path<String>,
    Posted(typed): Posted<Typed>,
) -> Result<Response, Failure> {
    let item = show::found(&house, &by, &number).await?;
    let outcome = match typed.read() {
        Ok(given) => house.world().give_feedback(&by, item.id, given).await,
        Err(error) => Err(error),
    };
    match outcome {
        Ok(_) => {
            let done = Flash::done(frame.text().t("library-answered"));
            frame.go_saying(&format!("/library/{}", item.state.number), &done)
        }
        Err(error) => match said(frame.text(), &error) {
            Some(wrong) => show::shown(&house, &frame, &by, item, Some((typed, wrong))).await,
            None => Err(error.into()),
        },
    }
}

pub(super) async fn acknowledge(
    State(house): State<House>,
    frame: Frame,
    by: By,
    Path(number): Path<String>,
) -> Result<Response, Failure> {
    let item = show::found(&house, &by, &number).await?;
    let outcome = house.world().acknowledge_item(&by, item.id).await;
    let to = format!("/library/{}", item.state.number);
    back(&frame, &to, outcome, "library-acknowledged")
}
