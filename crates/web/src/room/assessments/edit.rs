//! The form of an assessment: texts, judgements with their evidence, readers and ways out.

use std::collections::BTreeSet;

use askama::Template;
use axum::{
    extract::{Path, State},
    http::StatusCode,
    response::Response,
};
use kaname_kernel::{Pap, Tlp, audience::Named};
use kaname_sharing::{Assessment, Content, Outlet, Text, assessment::Draft};
use kaname_world::{Loaded, WorldError};

use super::typed::{Typed, Unfounded, at_field};
use crate::{
    error::Failure,
    frame::{Flash, Frame, Page, PostedBoth, Section, part::Field, show, show_with},
    house::{By, House},
    room::{
        form::Wrong,
        item::{
            draft::{DraftForm, Written},
            offered::Offered,
        },
    },
    said::said,
};

/// Fields of an item's form that an assessment has not.
const NOT_HERE: [&str; 3] = ["kind", "values", "techniques"];

#[derive(Template)]
#[template(path = "room/assessments/edit.html")]
struct EditPage {
    page: Page,
    to: String,
    back: String,
    written: Written,
    judgements: Vec<[Field; 5]>,
    note: Option<Field>,
}

/// What a new form begins with.
async fn blank(house: &House) -> Result<Content, Failure> {
    let draft = Draft {
        title: Text::default(),
        summary: Text::default(),
        countermeasures: Text::default(),
        judgements: Vec::new(),
        tlp: Tlp::Green,
        pap: Pap::Green,
        named: Named::default(),
        classes: BTreeSet::new(),
        duties: BTreeSet::new(),
        embargo: None,
        valid_until: None,
        outlets: Outlet::PROPOSED.into(),
        collections: BTreeSet::new(),
    };
    Ok(draft.content(house.world().author().await?, Vec::new()))
}

/// The form: where it stands, what is in it, what is wrong.
struct Shown<'s> {
    number: Option<&'s str>,
    form: DraftForm,
    typed: &'s Typed,
    named: &'s Named,
    wrong: Option<&'s Wrong>,
    faults: &'s [(usize, WorldError)],
}

async fn page(
    house: &House,
    frame: &Frame,
    by: &By,
    shown: Shown<'_>,
) -> Result<EditPage, Failure> {
    let (title, to, back) = match shown.number {
        None => (
            "assessments-new",
            "/assessments-new".to_owned(),
            "/assessments".to_owned(),
        ),
        Some(number) => (
            "assessments-edit",
            format!("/assessments/{number}/edit"),
            format!("/assessments/{number}"),
        ),
    };
    let page = frame.page(Section::Desk, frame.text().t(title));
    let offered = Offered::for_page(house, by, &page, shown.named).await?;
    let written = shown.form.written(&page, &offered, shown.wrong);
    let mut written = written.of_own_word(&page);
    let wrong = shown.faults.iter().filter_map(|(place, error)| {
        let said = said(page.text, error)?;
        let said = page.t2("assessments-fault", "n", place + 1, "said", said);
        Some((format!("{}-{place}", at_field(error)), said.into_owned()))
    });
    let wrong: Vec<(String, String)> = wrong.collect();
    if !wrong.is_empty() {
        let faults = written.faults.unwrap_or_else(|| page.faults(&[], &[]));
        written.faults = Some(faults.and(&page, wrong));
    }
    written
        .texts
        .retain(|field| !NOT_HERE.contains(&field.name()));
    Ok(EditPage {
        judgements: shown.typed.fields(&page, shown.faults),
        note: shown.number.map(|_| {
            page.line("text", "note", page.t("assessments-note"))
                .value(shown.typed.note.as_str())
                .longest(300)
                .optional()
        }),
        to,
        back,
        written,
        page,
    })
}

pub(super) async fn ask_begin(
    State(house): State<House>,
    frame: Frame,
    by: By,
) -> Result<Response, Failure> {
    let content = blank(&house).await?;
    let shown = Shown {
        number: None,
        form: DraftForm::of(&house, &by, &content).await?,
        typed: &Typed::default(),
        named: &content.named,
        wrong: None,
        faults: &[],
    };
    show(&page(&house, &frame, &by, shown).await?)
}

pub(super) async fn ask_save(
    State(house): State<House>,
    frame: Frame,
    by: By,
    Path(typed): Path<String>,
) -> Result<Response, Failure> {
    let view = house.world().assessment(&by, &typed).await?;
    let state = &view.assessment.state;
    let content = state
        .draft
        .content(house.world().author().await?, Vec::new());
    let form = DraftForm::of(&house, &by, &content).await?;
    let shown = Shown {
        number: Some(&state.number),
        form: form.at(view.assessment.version),
        typed: &Typed::of(&house, &by, &state.draft).await?,
        named: &content.named,
        wrong: None,
        faults: &[],
    };
    show(&page(&house, &frame, &by, shown).await?)
}

pub(super) async fn begin(
    State(house): State<House>,
    frame: Frame,
    by: By,
    PostedBoth(form, typed): PostedBoth<DraftForm, Typed>,
) -> Result<Response, Failure> {
    match begun(&house, &by, (&form, &typed)).await? {
        Ok(assessment) => {
            let to = format!("/assessments/{}", assessment.state.number);
            frame.go_saying(&to, &Flash::done(frame.text().t("assessments-saved")))
        }
        Err((errors, faults)) => {
            let before = blank(&house).await?;
            let shown = (None, form, &typed, &before.named);
            again(&house, &frame, &by, shown, errors, &faults).await
        }
    }
}

pub(super) async fn save(
    State(house): State<House>,
    frame: Frame,
    by: By,
    Path(number): Path<String>,
    PostedBoth(form, typed): PostedBoth<DraftForm, Typed>,
) -> Result<Response, Failure> {
    match saved(&house, &by, &number, (&form, &typed)).await? {
        Ok(assessment) => {
            let to = format!("/assessments/{}", assessment.state.number);
            frame.go_saying(&to, &Flash::done(frame.text().t("assessments-saved")))
        }
        Err((errors, faults)) => {
            let view = house.world().assessment(&by, &number).await?;
            let state = &view.assessment.state;
            let shown = (
                Some(state.number.as_str()),
                form,
                &typed,
                &state.draft.named,
            );
            again(&house, &frame, &by, shown, errors, &faults).await
        }
    }
}

/// Everything that is wrong: with the form of an item, and with evidence by place.
pub(in crate::room) type Faulty = (Vec<WorldError>, Unfounded);

/// Begins an assessment with what was written, or says everything that is wrong with it.
pub(in crate::room) async fn begun(
    house: &House,
    by: &By,
    written: (&DraftForm, &Typed),
) -> Result<Result<Loaded<Assessment>, Faulty>, Failure> {
    let before = blank(house).await?;
    let draft = match read(house, by, written, (&before, None)).await? {
        Ok(draft) => draft,
        Err(faulty) => return Ok(Err(faulty)),
    };
    let done = house.world().begin_assessment(by, draft).await;
    Ok(done.map_err(|error| (vec![error], Vec::new())))
}

/// Writes the next version of an assessment, or says everything that is wrong with it.
pub(in crate::room) async fn saved(
    house: &House,
    by: &By,
    number: &str,
    (form, typed): (&DraftForm, &Typed),
) -> Result<Result<Loaded<Assessment>, Faulty>, Failure> {
    let world = house.world();
    let view = world.assessment(by, number).await?;
    let (state, version) = (&view.assessment.state, view.assessment.version);
    if let Err(error) = form.check_version(&view.assessment) {
        return Ok(Err((vec![error], Vec::new())));
    }
    let before = state.draft.content(world.author().await?, Vec::new());
    let old = (&before, Some(&state.draft));
    let draft = match read(house, by, (form, typed), old).await? {
        Ok(draft) => draft,
        Err(faulty) => return Ok(Err(faulty)),
    };
    let note = typed.note.as_str();
    let done = world
        .save_assessment(by, number, Some(version), draft, note)
        .await;
    Ok(done.map_err(|error| (vec![error], Vec::new())))
}

async fn read(
    house: &House,
    by: &By,
    (form, typed): (&DraftForm, &Typed),
    (before, draft): (&Content, Option<&Draft>),
) -> Result<Result<Draft, Faulty>, Failure> {
    let judgements = typed.read(house, by, draft).await?;
    let item = form.read(house, by, Some(before)).await;
    let (item, judgements) = match (item, judgements) {
        (Ok(item), Ok(judgements)) => (item, judgements),
        (item, judgements) => {
            let errors = item.err().unwrap_or_default();
            return Ok(Err((errors, judgements.err().unwrap_or_default())));
        }
    };
    Ok(Ok(Draft {
        title: item.title,
        summary: item.summary,
        countermeasures: item.countermeasures,
        judgements,
        tlp: item.tlp,
        pap: item.pap,
        named: item.named,
        classes: item.classes,
        duties: item.duties,
        embargo: item.embargo,
        valid_until: item.valid_until,
        outlets: item.outlets,
        collections: item.collections,
    }))
}

/// The form again, with what was typed and what is wrong with it.
async fn again(
    house: &House,
    frame: &Frame,
    by: &By,
    (number, form, typed, named): (Option<&str>, DraftForm, &Typed, &Named),
    errors: Vec<WorldError>,
    faults: &[(usize, WorldError)],
) -> Result<Response, Failure> {
    let wrong = match errors.is_empty() {
        true => None,
        false => Some(form.wrong(house, frame.text(), errors).await?),
    };
    let shown = Shown {
        number,
        form,
        typed,
        named,
        wrong: wrong.as_ref(),
        faults,
    };
    let page = page(house, frame, by, shown).await?;
    show_with(StatusCode::UNPROCESSABLE_ENTITY, &page)
}
