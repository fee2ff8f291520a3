//! Handing in, first step: type, paste or bring a file.

use askama::Template;
use axum::{
    extract::State,
    http::StatusCode,
    response::{Html, IntoResponse as _, Response},
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use kaname_intake::submission::{MAX_TITLE_CHARS, Submitted, SubmittedValue, Way, way_of};
use kaname_sharing::report::Urgency;
use kaname_world::{
    Unit, WorldError,
    sharing::{Columns, Draft, Terms, title_within},
};

use crate::{
    error::Failure,
    frame::{
        Flash, Frame, Page, Section, Upload,
        part::{self, Choice, Faults, Field},
        show, show_with,
    },
    house::{By, House},
    room::{choices, form::Wrong, words},
};

/// Takes the file away that the draft keeps.
pub(super) const DROP_FILE: &str = "/submissions/draft/file/drop";

#[derive(Template)]
#[template(path = "room/submission/new.html")]
struct NewPage {
    page: Page,
    fields: Vec<Field>,
    terms: Vec<Field>,
    keeps: part::Draft,
    /// Whether a file read before stands at its field.
    holds: bool,
    faults: Option<Faults>,
}

pub(super) async fn ask(
    State(house): State<House>,
    frame: Frame,
    by: By,
) -> Result<Response, Failure> {
    let draft = house.world().draft(&by).await?.unwrap_or_default();
    show(&page(&house, &frame, &draft, None))
}

fn page(house: &House, frame: &Frame, draft: &Draft, wrong: Option<&Wrong>) -> NewPage {
    let text = frame.text();
    let page = frame
        .page(Section::Submissions, text.t("submission-new"))
        .editing("/submissions/draft");
    let mut fields = vec![
        page.line("text", "title", text.t("submission-title"))
            .hint(text.t("submission-title-hint"))
            .value(&draft.title)
            .longest(MAX_TITLE_CHARS)
            .optional(),
        page.lines(12, "technique", text.t("submission-technique"))
            .hint(text.t("submission-technique-hint"))
            .value(&draft.technique)
            .either(text.t("submission-either")),
        file(&page, draft),
        page.lines(4, "victim", text.t("submission-victim"))
            .hint(text.t("submission-victim-hint"))
            .value(&draft.victim)
            .optional(),
        page.line("text", "seen", text.t("submission-seen"))
            .hint(text.t("submission-seen-hint"))
            .value(&draft.seen)
            .longest(60)
            .optional(),
    ];
    let terms = vec![
        choices::tlp(&page, "tlp", text.t("submission-tlp"), draft.terms.tlp)
            .hint(text.t("submission-tlp-hint")),
        choices::pap(&page, "pap", text.t("submission-pap"), draft.terms.pap)
            .hint(text.t("submission-pap-hint")),
        choices::sector(&page, house, "sector", draft.terms.sector.as_deref()),
        page.select("urgency", text.t("submission-urgency"), urgencies(&page))
            .value(draft.terms.urgency.as_str()),
    ];
    if let Some(wrong) = wrong {
        fields = wrong.mark(fields);
    }
    let said = draft.kept.map(|kept| {
        let at = text.clock(kept);
        text.t1("submission-kept", "at", at).into_owned()
    });
    NewPage {
        keeps: part::Draft {
            to: "/submissions/draft".to_owned(),
            said: said.unwrap_or_default(),
        },
        holds: draft.original.is_some(),
        faults: wrong.map(|wrong| wrong.summary(&page, fields.iter().chain(&terms))),
        page,
        fields,
        terms,
    }
}

/// The file, with the one that the draft keeps.
fn file(page: &Page, draft: &Draft) -> Field {
    let field = page
        .file("file", page.t("submission-file"))
        .hint(page.t("submission-file-hint"))
        .either(page.t("submission-either"));
    match &draft.original {
        Some((name, _)) => field.holding(
            page.t1("submission-original", "name", name.as_str()),
            page.t("submission-original-drop"),
            DROP_FILE,
        ),
        None => field,
    }
}

fn urgencies(page: &Page) -> Vec<Choice> {
    let all = Urgency::ALL.into_iter();
    all.map(|urgency| Choice::new(urgency.as_str(), words::urgency(page.text, urgency)))
        .collect()
}

/// What the form says, over the draft that was kept: a file read before stays unless a new one comes.
fn draft_of(upload: &Upload, before: Option<Draft>) -> Draft {
    let before = before.unwrap_or_default();
    let terms = Terms {
        tlp: upload.get("tlp").parse().unwrap_or(Terms::default().tlp),
        pap: upload.get("pap").parse().unwrap_or(Terms::default().pap),
        sector: Some(upload.get("sector").to_owned()).filter(|code| !code.is_empty()),
        urgency: Urgency::of(upload.get("urgency")).unwrap_or(Terms::default().urgency),
        ..before.terms
    };
    let original = upload.file("file").map(|file| {
        let bytes = STANDARD.encode(&file.bytes);
        (file.name.clone(), bytes)
    });
    Draft {
        once: before.once,
        title: upload.get("title").to_owned(),
        technique: upload.get("technique").to_owned(),
        victim: upload.get("victim").to_owned(),
        seen: upload.get("seen").to_owned(),
        terms,
        read: None,
        // Another file has columns of its own.
        columns: if original.is_some() {
            Columns::default()
        } else {
            before.columns
        },
        original: original.or(before.original),
        kept: None,
    }
}

/// The draft as the form has it now.
async fn typed(house: &House, by: &By, upload: &Upload) -> Result<Draft, Failure> {
    let before = house.world().draft(by).await?;
    Ok(draft_of(upload, before))
}

pub(super) async fn keep(
    State(house): State<House>,
    frame: Frame,
    by: By,
    upload: Upload,
) -> Result<Response, Failure> {
    let draft = typed(&house, &by, &upload).await?;
    house.world().keep_draft(&by, &draft).await?;
    if frame.is_switched() {
        return Ok(frame.keeping_switch(frame.go("/submissions/new")?));
    }
    let at = frame.text().clock(frame.now());
    let said = frame.text().t1("submission-kept", "at", at);
    // A clock's digits and a fixed sentence: nothing here was typed by anyone.
    Ok(Html(said.into_owned()).into_response())
}

/// Keeps what was typed and lets go of the file.
pub(super) async fn drop_file(
    State(house): State<House>,
    frame: Frame,
    by: By,
    upload: Upload,
) -> Result<Response, Failure> {
    let mut draft = typed(&house, &by, &upload).await?;
    draft.original = None;
    draft.columns = Columns::default();
    house.world().keep_draft(&by, &draft).await?;
    let done = Flash::done(frame.text().t("submission-original-dropped"));
    frame.go_saying("/submissions/new#file", &done)
}

pub(super) async fn discard(
    State(house): State<House>,
    frame: Frame,
    by: By,
) -> Result<Response, Failure> {
    house.world().drop_draft(&by).await?;
    let done = Flash::done(frame.text().t("submission-dropped"));
    frame.go_saying("/submissions", &done)
}

/// Reads what was handed in and goes on to have its values confirmed.
pub(super) async fn read(
    State(house): State<House>,
    frame: Frame,
    by: By,
    upload: Upload,
) -> Result<Response, Failure> {
    let world = house.world();
    let mut draft = typed(&house, &by, &upload).await?;
    match read_draft(&house, &by, &draft) {
        Ok(read) => {
            draft.read = Some(read);
            world.keep_draft(&by, &draft).await?;
            frame.go("/submissions/confirm")
        }
        Err(errors) => {
            let of_file = |error: &WorldError| matches!(error, WorldError::Invalid { field, .. } if field == "file");
            // What was typed is kept, and a file that was read; only one that could not be is let go.
            if errors.iter().any(of_file) {
                draft.original = None;
            }
            let wrong = Wrong::of_all(frame.text(), errors, |_, _| None)?;
            world.keep_draft(&by, &draft).await?;
            let page = page(&house, &frame, &draft, Some(&wrong));
            show_with(StatusCode::UNPROCESSABLE_ENTITY, &page)
        }
    }
}

/// What is handed in, read; or everything that is wrong with it.
pub(super) fn read_draft(
    house: &House,
    by: &By,
    draft: &Draft,
) -> Result<Submitted, Vec<WorldError>> {
    let seen = match draft.seen.trim() {
        "" => Ok(None),
        typed => kaname_intake::read_when_seen(typed, house.world().now())
            .map(Some)
            .ok_or_else(|| {
                WorldError::invalid("seen", "error-time", "not a date or time that can be read")
            }),
    };
    let typed = title_within(&draft.title).and(victim_within(house, by, &draft.victim));
    match (read_text(house, by, draft), typed, seen) {
        (Ok(mut read), Ok(()), Ok(seen)) => {
            if seen.is_some() {
                read.occurred = seen;
            }
            Ok(read)
        }
        (read, typed, seen) => {
            let errors = [typed.err(), read.err(), seen.err()];
            Err(errors.into_iter().flatten().collect())
        }
    }
}

fn victim_within(house: &House, by: &By, typed: &str) -> Result<(), WorldError> {
    let (actual, most) = (
        typed.trim().len(),
        house.world().reading(by)?.limits.text_bytes,
    );
    if actual > most {
        return Err(WorldError::too_large("victim", actual, most, Unit::Bytes));
    }
    Ok(())
}

fn read_text(house: &House, by: &By, draft: &Draft) -> Result<Submitted, WorldError> {
    let world = house.world();
    let typed = draft.technique.trim();
    let mut read = match &draft.original {
        Some((name, encoded)) => {
            let bytes = STANDARD.decode(encoded).map_err(WorldError::encoding)?;
            let mut read = if way_of(name, &bytes) == Way::Table {
                world.read_table_in(by, &bytes, &draft.columns)?
            } else {
                world.read_in(by, name, &bytes)?
            };
            read.stands_in(name);
            if !typed.is_empty() {
                let more = world.read_in(by, "pasted.txt", typed.as_bytes())?;
                let known = |value: &SubmittedValue| {
                    read.values
                        .iter()
                        .any(|one| one.kind == value.kind && one.value == value.value)
                };
                let fresh: Vec<_> = more
                    .values
                    .into_iter()
                    .filter(|value| !known(value))
                    .collect();
                read.values.extend(fresh);
                read.left_out.extend(more.left_out);
                read.technique = typed.to_owned();
                // The report is about what was typed, and so is its title.
                read.title = more.title;
            }
            read
        }
        None if typed.is_empty() => {
            return Err(WorldError::invalid(
                "technique",
                "submission-either-missing",
                "a description, values or a file are needed",
            ));
        }
        None => world.read_in(by, "pasted.txt", typed.as_bytes())?,
    };
    if !draft.title.trim().is_empty() {
        draft.title.trim().clone_into(&mut read.title);
    }
    read.entitle();
    if !draft.victim.trim().is_empty() {
        read.victim = draft.victim.trim().to_owned();
    }
    Ok(read)
}
