//! The form of an assessment: texts, judgements with their evidence, readers and ways out.

use std::collections::BTreeSet;

use askama::Template;
use axum::{
    extract::{Path, State},
    http::StatusCode,
    response::Response,
};
use kaname_kernel::{Pap, Tlp, audience::Named};
use kaname_sharing::{
    Assessment, Content, Outlet, Text,
    assessment::{Confidence, Draft, Judgement, Likelihood, MAX_JUDGEMENTS, Source},
};
use kaname_world::{Loaded, WorldError, sharing::Seen};
use serde::Deserialize;

use super::told;
use crate::{
    error::Failure,
    frame::{
        Flash, Frame, Page, PostedBoth, Section,
        part::{Choice, Field},
        show, show_with,
    },
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

/// Judgements that a new form has room for, and how many more one that is written has.
const ROOM: usize = 3;
const MORE: usize = 2;
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

/// The judgements as typed: lists of the same length, one entry for each place of the form.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(in crate::room) struct Typed {
    pub(in crate::room) judgement: Vec<String>,
    pub(in crate::room) likelihood: Vec<String>,
    pub(in crate::room) confidence: Vec<String>,
    pub(in crate::room) caveats: Vec<String>,
    pub(in crate::room) evidence: Vec<String>,
    pub(in crate::room) note: String,
}

/// What is wrong with evidence, each with the place of its judgement.
type Unfounded = Vec<(usize, WorldError)>;

impl Typed {
    fn at(list: &[String], place: usize) -> &str {
        list.get(place).map_or("", String::as_str)
    }

    /// Filled in with what was written; of the evidence what whoever edits may see.
    async fn of(house: &House, by: &By, draft: &Draft) -> Result<Self, Failure> {
        let mut typed = Self::default();
        for one in &draft.judgements {
            let mut lines = Vec::new();
            for source in &one.evidence {
                let seen = house.world().source_seen(by, source).await?;
                lines.extend(seen.map(|seen| line(&seen)));
            }
            typed.judgement.push(one.text.clone());
            typed.likelihood.push(one.likelihood.as_str().to_owned());
            typed.confidence.push(one.confidence.as_str().to_owned());
            typed.caveats.push(one.caveats.clone());
            typed.evidence.push(lines.join("\n"));
        }
        Ok(typed)
    }

    /// What was typed, read; else what is wrong with the evidence, by place. Evidence of `before` that whoever
    /// edits may not see stays with its judgement.
    async fn read(
        &self,
        house: &House,
        by: &By,
        before: Option<&Draft>,
    ) -> Result<Result<Vec<Judgement>, Unfounded>, Failure> {
        let world = house.world();
        let (mut judgements, mut faults) = (Vec::new(), Vec::new());
        for place in 0..self.judgement.len().min(MAX_JUDGEMENTS + MORE) {
            let said_here = Self::at(&self.judgement, place).trim();
            if said_here.is_empty() {
                continue;
            }
            let mut evidence: Vec<Source> = Vec::new();
            let lines = Self::at(&self.evidence, place).lines();
            for typed in lines.filter(|line| !line.trim().is_empty()) {
                match world.read_evidence(by, typed).await {
                    Ok(source) if evidence.contains(&source) => {}
                    Ok(source) => evidence.push(source),
                    Err(error @ (WorldError::Invalid { .. } | WorldError::Refused { .. })) => {
                        faults.push((place, error));
                    }
                    Err(error) => return Err(error.into()),
                }
            }
            let old = before.and_then(|draft| {
                let all = &draft.judgements;
                let same = all.iter().find(|one| one.text.trim() == said_here);
                same.or(all.get(place))
            });
            for source in old.into_iter().flat_map(|one| &one.evidence) {
                if world.source_seen(by, source).await?.is_none() && !evidence.contains(source) {
                    evidence.push(source.clone());
                }
            }
            judgements.push(Judgement {
                text: said_here.to_owned(),
                likelihood: Likelihood::of(Self::at(&self.likelihood, place))
                    .unwrap_or(Likelihood::Likely),
                confidence: Confidence::of(Self::at(&self.confidence, place))
                    .unwrap_or(Confidence::Moderate),
                caveats: Self::at(&self.caveats, place).trim().to_owned(),
                evidence,
            });
        }
        Ok(match faults.is_empty() {
            true => Ok(judgements),
            false => Err(faults),
        })
    }

    fn fields(&self, page: &Page, faults: &[(usize, WorldError)]) -> Vec<[Field; 5]> {
        let places = (self.judgement.len() + MORE).clamp(ROOM, MAX_JUDGEMENTS);
        let likelihoods = Likelihood::ALL.map(|one| {
            let name = told::likelihood(page.text, one);
            let percent = told::percent(page.text, one);
            Choice::new(one.as_str(), format!("{name} {percent}"))
        });
        let confidences =
            Confidence::ALL.map(|one| Choice::new(one.as_str(), told::confidence(page.text, one)));
        let chosen =
            |list: &[String], place: usize, usual: &'static str| match Self::at(list, place) {
                "" => usual.to_owned(),
                typed => typed.to_owned(),
            };
        let block = |place: usize| {
            let wrong = faults.iter().filter(|(at, _)| *at == place);
            let wrong: Vec<String> = wrong
                .filter_map(|(_, error)| said(page.text, error))
                .collect();
            let wrong = (!wrong.is_empty()).then(|| wrong.join(" "));
            [
                page.lines(3, "judgement", page.t("assessments-judgement"))
                    .value(Self::at(&self.judgement, place))
                    .optional()
                    .numbered(place),
                page.select(
                    "likelihood",
                    page.t("assessments-likelihood"),
                    likelihoods.to_vec(),
                )
                .value(chosen(&self.likelihood, place, Likelihood::Likely.as_str()))
                .numbered(place),
                page.select(
                    "confidence",
                    page.t("assessments-confidence"),
                    confidences.to_vec(),
                )
                .value(chosen(
                    &self.confidence,
                    place,
                    Confidence::Moderate.as_str(),
                ))
                .numbered(place),
                page.lines(2, "caveats", page.t("assessments-caveats"))
                    .value(Self::at(&self.caveats, place))
                    .optional()
                    .numbered(place),
                page.lines(3, "evidence", page.t("assessments-evidence"))
                    .hint(page.t("assessments-evidence-hint"))
                    .value(Self::at(&self.evidence, place))
                    .error(wrong)
                    .optional()
                    .numbered(place),
            ]
        };
        (0..places).map(block).collect()
    }
}

/// A piece of evidence as it is typed.
fn line(seen: &Seen) -> String {
    match seen {
        Seen::Item { number, .. } => number.clone(),
        Seen::Object { id, .. } => id.clone(),
        Seen::Outside { name, url, grade } if url.is_empty() => format!("{name} | {grade}"),
        Seen::Outside { name, url, grade } => format!("{name} | {url} | {grade}"),
    }
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
    let mut written = shown.form.written(&page, &offered, shown.wrong);
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
