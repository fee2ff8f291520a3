//! Whether other organisations have met a value too, answered by threshold.

use askama::Template;
use axum::{
    Json,
    extract::{Query, State},
    response::{IntoResponse as _, Response},
};
use kaname_intake::read_listed;
use kaname_sharing::Value;
use kaname_world::find::{MOST_ASKED, SEEN_BY_AT_LEAST, SEEN_WITHIN_DAYS};
use serde::Deserialize;
use serde_json::json;

use crate::{
    error::Failure,
    frame::{
        Frame, Page, Section,
        part::{Field, Notice, Tone},
        show,
    },
    house::{By, House},
    room::words,
};

/// Longest text that is read, in bytes.
const MAX_ASKED: usize = 8_000;

/// What is asked about: values, parted by spaces or lines.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(in crate::room) struct Asked {
    values: String,
}

/// The values asked about, each once, and what is none.
struct Read {
    values: Vec<Value>,
    unread: Vec<String>,
}

impl Asked {
    fn read(&self) -> Read {
        let mut read = Read {
            values: Vec::new(),
            unread: Vec::new(),
        };
        let end = self.values.floor_char_boundary(MAX_ASKED);
        for word in self.values[..end].split_whitespace() {
            match read_listed(word) {
                None => read.unread.push(word.to_owned()),
                Some(value) => {
                    let value = Value {
                        kind: value.kind,
                        value: value.value,
                    };
                    if !read.values.contains(&value) {
                        read.values.push(value);
                    }
                }
            }
        }
        if end < self.values.len() {
            read.unread.push("…".to_owned());
        }
        read
    }
}

#[derive(Template)]
#[template(path = "room/search/seen.html")]
struct SeenPage {
    page: Page,
    asked: Field,
    rows: Vec<Answer>,
    unread: Option<Notice>,
    about: String,
}

struct Answer {
    kind: String,
    value: String,
    said: String,
    is_seen: bool,
}

pub(super) async fn show_seen(
    State(house): State<House>,
    frame: Frame,
    by: By,
    Query(asked): Query<Asked>,
) -> Result<Response, Failure> {
    let page = frame.page(Section::Library, frame.text().t("search-seen"));
    let read = asked.read();
    let is_many = read.values.len() > MOST_ASKED;
    let answers = match is_many {
        true => Vec::new(),
        false => house.world().seen_elsewhere(&by, &read.values).await?,
    };
    let (least, days) = (SEEN_BY_AT_LEAST.to_string(), SEEN_WITHIN_DAYS.to_string());
    let rows = read.values.iter().zip(&answers).map(|(value, is_seen)| {
        let said = match is_seen {
            true => page.t1("search-seen-several", "least", least.as_str()),
            false => page.t1("search-seen-fewer", "least", least.as_str()),
        };
        Answer {
            kind: words::value_kind(page.text, value.kind),
            value: value.value.clone(),
            said: said.into_owned(),
            is_seen: *is_seen,
        }
    });
    let many = page.t1("search-seen-many", "most", MOST_ASKED.to_string());
    show(&SeenPage {
        rows: rows.collect(),
        asked: page
            .lines(6, "values", page.t("search-seen-values"))
            .hint(page.t("search-seen-values-hint"))
            .value(asked.values.clone())
            .longest(MAX_ASKED)
            .error(is_many.then(|| many.into_owned())),
        unread: (!read.unread.is_empty()).then(|| Notice {
            tone: Tone::Care,
            title: page.t("search-seen-unread").into_owned(),
            text: read.unread.join(" "),
        }),
        about: page
            .t2("search-seen-about", "least", least.as_str(), "days", days)
            .into_owned(),
        page,
    })
}

/// The same for programs.
pub(in crate::room) async fn tell_seen(
    State(house): State<House>,
    by: By,
    Query(asked): Query<Asked>,
) -> Result<Response, Failure> {
    let read = asked.read();
    let answers = house.world().seen_elsewhere(&by, &read.values).await?;
    let answers = read.values.iter().zip(answers).map(|(value, is_seen)| {
        json!({ "kind": value.kind, "value": value.value, "seen_by_others": is_seen })
    });
    let answers: Vec<_> = answers.collect();
    Ok(Json(json!({
        "organisations_at_least": SEEN_BY_AT_LEAST,
        "days": SEEN_WITHIN_DAYS,
        "answers": answers,
        "not_read": read.unread,
    }))
    .into_response())
}
