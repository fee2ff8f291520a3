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
    room::{back::back, form::Wrong},
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

    /// What was typed, read; or everything that is wrong with it.
    fn read(&self, now: Timestamp) -> Result<Given, Vec<WorldError>> {
        let kind = match self.sighting.as_str() {
            "seen" => Some(SightingKind::Seen),
            "not_seen" => Some(SightingKind::NotSeen),
            "false_positive" => Some(SightingKind::FalsePositive),
            _ => None,
        };
        let count = match self.count.trim() {
            "" => Ok(None),
            count => kaname_intake::read_count(count).map(Some).ok_or_else(|| {
                WorldError::invalid("count", "library-count-wrong", "a whole number is expected")
            }),
        };
        let first = moment("first", &self.first, now);
        let last = moment("last", &self.last, now);
        let (count, first, last) = match (count, first, last) {
            (Ok(count), Ok(first), Ok(last)) => (count, first, last),
            (count, first, last) => {
                let wrong = [count.err(), first.err(), last.err()];
                return Err(wrong.into_iter().flatten().collect());
            }
        };
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

fn moment(field: &str, typed: &str, now: Timestamp) -> Result<Option<Timestamp>, WorldError> {
    if typed.trim().is_empty() {
        return Ok(None);
    }
    match kaname_intake::read_when_seen(typed, now) {
        Some(when) => Ok(Some(when.at)),
        None => Err(WorldError::invalid(
            field,
            "error-time",
            "not a date or time that can be read",
        )),
    }
}

/// Whether there is something in it that an organisation could look for: a value, or a technique.
pub(super) fn can_be_seen(item: &Item) -> bool {
    let content = &item.content;
    !content.shared_values().is_empty() || !content.techniques().is_empty()
}

/// Where the form of an answer posts to.
pub(super) fn to(item: &Item) -> String {
    format!("/library/{}/feedback#feedback", item.number)
}

/// The form, with what was typed.
pub(super) fn fields(
    page: &Page,
    item: &Item,
    typed: &Typed,
    given: Option<At>,
    wrong: Option<&Wrong>,
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
    // The hub's own word has no provider who would be told.
    let (about, comment_hint, may_name) = match item.own {
        true => (
            "library-own-feedback-about",
            "library-own-comment-hint",
            "library-own-may-name",
        ),
        false => (
            "library-feedback-about",
            "library-comment-hint",
            "library-may-name",
        ),
    };
    let yes = Choice::new("yes", page.t(may_name)).hint(page.t("library-may-name-about"));
    let mut fields = vec![
        page.radio("sighting", page.t("library-sighting"), sighting)
            .value(typed.sighting.as_str()),
    ];
    let mut times = vec![
        page.line("text", "count", page.t("library-count"))
            .longest(20)
            .value(typed.count.as_str())
            .optional(),
        page.line("text", "first", page.t("library-first"))
            .longest(60)
            .value(typed.first.as_str())
            .optional(),
        page.line("text", "last", page.t("library-last"))
            .longest(60)
            .value(typed.last.as_str())
            .optional(),
    ];
    let mut words = vec![
        page.select("usefulness", page.t("library-useful"), useful)
            .value(typed.usefulness.as_str()),
        page.lines(3, "comment", page.t("library-comment"))
            .hint(page.t(comment_hint))
            .value(typed.comment.as_str())
            .longest(2_000)
            .optional(),
        page.boxes("may_name", page.t("library-name"), vec![yes])
            .value(typed.may_name.as_str()),
    ];
    // A text without anything to look for is neither seen nor a false positive.
    if !can_be_seen(item) {
        fields.clear();
        times.clear();
    }
    if let Some(wrong) = wrong {
        fields = wrong.mark(fields);
        times = wrong.mark(times);
        words = wrong.mark(words);
    }
    Answer {
        to: to(item),
        given,
        about: page.t(about).into_owned(),
        faults: wrong.map(|wrong| {
            let all = fields.iter().chain(&times).chain(&words);
            wrong.summary(page, all)
        }),
        fields,
        times,
        words,
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
    let outcome = match typed.read(frame.now()) {
        Ok(given) => {
            let given = house.world().give_feedback(&by, item.id, given).await;
            given.map_err(|error| vec![error])
        }
        Err(errors) => Err(errors),
    };
    match outcome {
        Ok(_) => {
            let done = Flash::done(frame.text().t("library-answered"));
            frame.go_saying(&format!("/library/{}", item.state.number), &done)
        }
        Err(errors) => {
            let wrong = Wrong::of_all(frame.text(), errors, |_, at| match at {
                Some("feedback") if can_be_seen(&item.state) => Some("sighting"),
                Some("feedback") => Some("usefulness"),
                _ => None,
            })?;
            let asked = show::Asked::default();
            show::shown(&house, &frame, &by, (item, &asked), Some((typed, wrong))).await
        }
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
