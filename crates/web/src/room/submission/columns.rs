//! How the columns of a table were read, for the provider to put right before it submits.

use askama::Template;
use axum::{extract::State, response::Response};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use kaname_intake::{
    submission::{Way, way_of},
    table::Field as Meaning,
};
use kaname_world::{
    WorldError,
    sharing::{Columns, Draft},
};
use serde::Deserialize;

use crate::{
    error::Failure,
    frame::{
        Flash, Frame, Page, Posted,
        part::{Choice, Field},
    },
    house::{By, House},
    said::said,
};

/// Rows shown.
const ROWS: usize = 5;
/// Most columns that can be said.
const MAX_COLUMNS: usize = 100;
/// Longest cell shown, in characters.
const MAX_CELL: usize = 60;

const MEANINGS: [(Meaning, &str, &str); 5] = [
    (Meaning::Value, "value", "submission-column-value"),
    (Meaning::Kind, "kind", "submission-column-kind"),
    (Meaning::Comment, "comment", "submission-column-comment"),
    (Meaning::FirstSeen, "first_seen", "submission-column-seen"),
    (Meaning::Ignore, "ignore", "submission-column-ignore"),
];

/// The first rows under what each column is taken for.
#[derive(Template)]
#[template(path = "room/submission/columns.html")]
pub(super) struct ColumnsPart {
    page: Page,
    header: Field,
    columns: Vec<Field>,
    rows: Vec<Vec<String>>,
    /// Whether no column holds values.
    valueless: bool,
}

impl askama::filters::HtmlSafe for ColumnsPart {}

/// The bytes of the draft's file, if it is a table.
pub(super) fn table_of(draft: &Draft) -> Result<Option<Vec<u8>>, WorldError> {
    let Some((name, encoded)) = &draft.original else {
        return Ok(None);
    };
    let bytes = STANDARD.decode(encoded).map_err(WorldError::encoding)?;
    Ok((way_of(name, &bytes) == Way::Table).then_some(bytes))
}

/// Ties the ticks of a form to the reading that it showed; empty for the one that was proposed.
pub(super) fn reading(columns: &Columns) -> String {
    if *columns == Columns::default() {
        return String::new();
    }
    let words = columns.fields.iter().map(|field| word(*field));
    let words: Vec<&str> = words.collect();
    format!("{}:{}", header_word(columns.header), words.join(","))
}

impl ColumnsPart {
    /// For the draft; `None` when its file is no table.
    pub(super) fn of(
        house: &House,
        by: &By,
        page: Page,
        draft: &Draft,
    ) -> Result<Option<Self>, Failure> {
        let Some(bytes) = table_of(draft)? else {
            return Ok(None);
        };
        let world = house.world();
        let shown = world.preview_table_in(by, &bytes, &draft.columns, ROWS)?;
        let meanings = || {
            let all = MEANINGS.iter();
            all.map(|(_, value, key)| Choice::new(*value, page.t(key)))
                .collect()
        };
        let columns = &shown.proposal.columns;
        let fields = columns.iter().take(MAX_COLUMNS).map(|column| {
            let label = if column.name.trim().is_empty() {
                page.t1("submission-column", "n", column.number)
            } else {
                page.t2(
                    "submission-column-named",
                    "n",
                    column.number,
                    "name",
                    cut(&column.name),
                )
            };
            page.select("column", label, meanings())
                .numbered(column.number)
                .value(word(column.field))
        });
        let fields: Vec<Field> = fields.collect();
        let row = |cells: &[String]| -> Vec<String> {
            let cell = |index: usize| cells.get(index).map(|cell| cut(cell)).unwrap_or_default();
            (0..fields.len()).map(cell).collect()
        };
        let header = vec![
            Choice::new("yes", page.t("submission-header-yes")),
            Choice::new("no", page.t("submission-header-no")),
        ];
        Ok(Some(Self {
            header: page
                .radio("header", page.t("submission-header"), header)
                .value(header_word(Some(shown.proposal.header))),
            rows: shown.rows.iter().map(|one| row(&one.cells)).collect(),
            valueless: columns.iter().all(|one| one.field != Meaning::Value),
            columns: fields,
            page,
        }))
    }
}

fn word(field: Meaning) -> &'static str {
    let found = MEANINGS.iter().find(|(known, ..)| *known == field);
    found.map_or("ignore", |(_, word, _)| word)
}

const fn header_word(header: Option<bool>) -> &'static str {
    match header {
        Some(true) => "yes",
        Some(false) => "no",
        None => "",
    }
}

fn cut(cell: &str) -> String {
    let mut shown: String = cell.chars().take(MAX_CELL).collect();
    if shown.len() < cell.len() {
        shown.push('…');
    }
    shown
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Said {
    header: String,
    column: Vec<String>,
}

impl Said {
    fn columns(&self) -> Columns {
        let meaning = |said: &String| {
            let found = MEANINGS.iter().find(|(_, word, _)| word == said);
            found.map_or(Meaning::Ignore, |(meaning, ..)| *meaning)
        };
        Columns {
            header: match self.header.as_str() {
                "yes" => Some(true),
                "no" => Some(false),
                _ => None,
            },
            fields: self.column.iter().take(MAX_COLUMNS).map(meaning).collect(),
        }
    }
}

/// Reads the table anew as the provider says.
pub(super) async fn read_again(
    State(house): State<House>,
    frame: Frame,
    by: By,
    Posted(posted): Posted<Said>,
) -> Result<Response, Failure> {
    let world = house.world();
    let Some(mut draft) = world.draft(&by).await? else {
        return frame.go("/submissions/new");
    };
    if table_of(&draft)?.is_none() {
        return frame.go("/submissions/confirm");
    }
    draft.columns = posted.columns();
    let text = frame.text();
    let done = match super::new::read_draft(&house, &by, &draft) {
        Ok(read) => {
            draft.read = Some(read);
            world.keep_draft(&by, &draft).await?;
            Flash::done(text.t("submission-columns-read"))
        }
        // What was read before stays; the sentence says why.
        Err(errors) => {
            let Some(error) = errors.into_iter().next() else {
                return frame.go("/submissions/confirm");
            };
            match said(text, &error) {
                Some(said) => Flash::refused(said),
                None => return Err(error.into()),
            }
        }
    };
    frame.go_saying("/submissions/confirm", &done)
}
