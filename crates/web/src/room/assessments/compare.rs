//! Two versions of an assessment, part by part.

use askama::Template;
use axum::{
    extract::{Path, Query, State},
    response::Response,
};
use kaname_sharing::assessment::{Draft, Judgement, Source};
use kaname_world::{WorldError, sharing::Version};
use serde::Deserialize;

use super::{
    show::title_of,
    told::{confidence, likelihood},
};
use crate::{
    error::Failure,
    frame::{
        Frame, Page, Section,
        part::{At, Difference, Piece},
        show,
    },
    house::{By, House},
};

#[derive(Template)]
#[template(path = "room/assessments/compare.html")]
struct ComparePage {
    page: Page,
    number: String,
    from: (u32, String, At),
    to: (u32, String, At),
    parts: Vec<(String, Difference)>,
}

#[derive(Deserialize)]
pub(super) struct Which {
    from: u32,
    to: u32,
}

pub(super) async fn compare(
    State(house): State<House>,
    frame: Frame,
    by: By,
    Path(typed): Path<String>,
    Query(which): Query<Which>,
) -> Result<Response, Failure> {
    let view = house.world().assessment(&by, &typed).await?;
    let page = frame.page(Section::Desk, frame.text().t("assessments-compare"));
    let of = |number: u32| {
        let found = view.versions.iter().find(|one| one.number == number);
        found.ok_or(WorldError::NotFound("version"))
    };
    let (before, after) = (of(which.from)?, of(which.to)?);
    let mut parts = Vec::new();
    let mut part = |name: String, before: &str, after: &str| {
        if before != after {
            parts.push((name, page.difference(&Piece::between(before, after))));
        }
    };
    for ((key, before), (_, after)) in texts(&before.draft).into_iter().zip(texts(&after.draft)) {
        part(page.t(key).into_owned(), before, after);
    }
    let count = before
        .draft
        .judgements
        .len()
        .max(after.draft.judgements.len());
    for place in 0..count {
        let said = |draft: &Draft| match draft.judgements.get(place) {
            Some(one) => judgement(&page, one),
            None => String::new(),
        };
        let name = page
            .t1("assessments-judgement-n", "n", place + 1)
            .into_owned();
        part(name, &said(&before.draft), &said(&after.draft));
    }
    part(
        page.t("assessments-marking").into_owned(),
        &marking(&before.draft),
        &marking(&after.draft),
    );
    let told = async |one: &Version| {
        let who = title_of(&house, &page, one.by).await?;
        Ok::<_, Failure>((one.number, who, page.at(one.at)))
    };
    show(&ComparePage {
        number: view.assessment.state.number.clone(),
        from: told(before).await?,
        to: told(after).await?,
        parts,
        page: page.clone(),
    })
}

fn texts(draft: &Draft) -> [(&'static str, &str); 6] {
    [
        ("item-title-ja", &draft.title.ja),
        ("item-title-en", &draft.title.en),
        ("item-summary-ja", &draft.summary.ja),
        ("item-summary-en", &draft.summary.en),
        ("item-measures-ja", &draft.countermeasures.ja),
        ("item-measures-en", &draft.countermeasures.en),
    ]
}

fn marking(draft: &Draft) -> String {
    format!("TLP:{} PAP:{}", draft.tlp.label(), draft.pap.label())
}

/// A judgement as text; of what it rests on how much, since not every reader may see it.
fn judgement(page: &Page, one: &Judgement) -> String {
    let likely = likelihood(page.text, one.likelihood);
    let sure = confidence(page.text, one.confidence);
    let outside = one.evidence.iter().filter_map(|source| match source {
        Source::Outside { name, grade, .. } => Some(format!("\n{name} {grade}")),
        _ => None,
    });
    let outside: String = outside.collect();
    let inside = one.evidence.len() - outside.matches('\n').count();
    let inside = page.t1("assessments-inside", "n", inside);
    format!(
        "{}\n{likely} {sure}\n{}\n{inside}{outside}",
        one.text, one.caveats
    )
}
