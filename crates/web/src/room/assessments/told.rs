//! Judgements in words: how likely, how well founded, what they rest on.

use askama::Template;
use kaname_sharing::{
    Content, Item, ItemState,
    assessment::{Confidence, Judgement, Likelihood},
};
use kaname_world::{WorldError, sharing::Seen};

use crate::{
    error::Failure,
    frame::Page,
    house::{By, House},
    room::library::object::{Asked, standing},
    text::Text,
};

/// The judgements of an assessment, or of an item that was one.
#[derive(Template)]
#[template(path = "room/assessments/judgements.html")]
pub(in crate::room) struct Judgements {
    page: Page,
    rows: Vec<Judged>,
}

impl askama::filters::HtmlSafe for Judgements {}

struct Judged {
    text: String,
    likelihood: String,
    percent: String,
    confidence: String,
    caveats: String,
    evidence: Vec<Shown>,
}

/// A piece of evidence.
struct Shown {
    kind: String,
    name: String,
    /// Where it can be read.
    href: String,
    /// What a source outside is worth.
    grade: String,
    /// Whether it leads out of the house.
    outside: bool,
}

/// What a likelihood is called.
pub(super) fn likelihood(text: Text, likelihood: Likelihood) -> String {
    let key = match likelihood {
        Likelihood::AlmostNoChance => "assessments-almost-no-chance",
        Likelihood::VeryUnlikely => "assessments-very-unlikely",
        Likelihood::Unlikely => "assessments-unlikely",
        Likelihood::RoughlyEven => "assessments-roughly-even",
        Likelihood::Likely => "assessments-likely",
        Likelihood::VeryLikely => "assessments-very-likely",
        Likelihood::AlmostCertain => "assessments-almost-certain",
    };
    text.t(key).into_owned()
}

/// The range of a likelihood.
pub(super) fn percent(text: Text, likelihood: Likelihood) -> String {
    let (from, to) = likelihood.percent();
    text.t2("assessments-percent", "from", from, "to", to)
        .into_owned()
}

/// What a confidence is called.
pub(super) fn confidence(text: Text, confidence: Confidence) -> String {
    let key = match confidence {
        Confidence::Low => "assessments-confidence-low",
        Confidence::Moderate => "assessments-confidence-moderate",
        Confidence::High => "assessments-confidence-high",
    };
    text.t(key).into_owned()
}

/// Of an item that is out, with the evidence that the reader may see.
pub(in crate::room) async fn judgements(
    house: &House,
    by: &By,
    page: &Page,
    item: &Item,
) -> Result<Option<Judgements>, Failure> {
    let mut rows = Vec::new();
    for one in house.world().judgements_of(by, item).await? {
        let mut evidence = Vec::new();
        for seen in one.objects {
            let of_item = match &seen {
                Seen::Object { id, .. } => item_of_report(house, by, page, id).await?,
                _ => None,
            };
            evidence.push(of_item.unwrap_or_else(|| shown(page, &seen)));
        }
        rows.push(row(page, one.judged, evidence));
    }
    Ok(rows_of(page, rows))
}

/// Of an item that anyone may read: what its judgements rest on inside the hub is for who signs in.
pub(in crate::room) fn open_judgements(page: &Page, content: &Content) -> Option<Judgements> {
    let all = kaname_sharing::assessment::judged(&content.objects).into_iter();
    let rows = all.map(|judged| row(page, judged, Vec::new()));
    rows_of(page, rows.collect())
}

fn rows_of(page: &Page, rows: Vec<Judged>) -> Option<Judgements> {
    (!rows.is_empty()).then(|| Judgements {
        rows,
        page: page.clone(),
    })
}

/// A judgement with its evidence inside the hub, and what it rests on outside.
fn row(
    page: &Page,
    judged: kaname_sharing::assessment::Judged,
    mut evidence: Vec<Shown>,
) -> Judged {
    for (name, url, grade) in judged.outside {
        let url = url.unwrap_or_default();
        evidence.push(shown(page, &Seen::Outside { name, url, grade }));
    }
    Judged {
        text: judged.text,
        likelihood: likelihood(page.text, judged.likelihood),
        percent: percent(page.text, judged.likelihood),
        confidence: confidence(page.text, judged.confidence),
        caveats: judged.caveats,
        evidence,
    }
}

/// The item whose report an object is, by its number and title, where the reader may see both.
async fn item_of_report(
    house: &House,
    by: &By,
    page: &Page,
    id: &str,
) -> Result<Option<Shown>, Failure> {
    if !id.starts_with("report--") {
        return Ok(None);
    }
    let object = match standing(house, by, id, &Asked::default()).await {
        Ok(standing) => standing.shown,
        Err(Failure::NotFound) => return Ok(None),
        Err(failure) => return Err(failure),
    };
    let item = match house.world().library_item(by, object.source).await {
        Ok(item) if object.origin.is_none() => item.state,
        Ok(_) | Err(WorldError::NotFound(_)) => return Ok(None),
        Err(error) => return Err(error.into()),
    };
    let seen = Seen::Item {
        number: item.number.clone(),
        title: item.content.title.clone(),
        out: item.state == ItemState::Released,
    };
    Ok(Some(Shown {
        href: format!("/library/{}", item.number),
        ..shown(page, &seen)
    }))
}

/// Of an assessment, with the evidence that the officer may see.
pub(super) fn of_draft(page: &Page, all: &[Judgement], evidence: &[Vec<Seen>]) -> Judgements {
    let rows = all.iter().zip(evidence).map(|(one, seen)| Judged {
        text: one.text.clone(),
        likelihood: likelihood(page.text, one.likelihood),
        percent: percent(page.text, one.likelihood),
        confidence: confidence(page.text, one.confidence),
        caveats: one.caveats.clone(),
        evidence: seen.iter().map(|seen| shown(page, seen)).collect(),
    });
    Judgements {
        rows: rows.collect(),
        page: page.clone(),
    }
}

/// A piece of evidence as it is typed.
pub(super) fn typed_line(seen: &Seen) -> String {
    match seen {
        Seen::Item { number, .. } => number.clone(),
        Seen::Object { id, .. } => id.clone(),
        Seen::Outside { name, url, grade } if url.is_empty() => format!("{name} | {grade}"),
        Seen::Outside { name, url, grade } => format!("{name} | {url} | {grade}"),
    }
}

/// What a piece of evidence is called; an item with its number.
pub(super) fn evidence_name(page: &Page, seen: &Seen) -> String {
    shown(page, seen).name
}

/// A piece of evidence in one line: what it is, its number, id or address, what it is worth.
pub(super) fn evidence_line(page: &Page, seen: &Seen) -> String {
    let one = shown(page, seen);
    let grade = match one.grade.as_str() {
        "" => String::new(),
        grade => page.t1("assessments-grade", "grade", grade).into_owned(),
    };
    let place = match seen {
        Seen::Object { id, .. } => id.clone(),
        Seen::Outside { url, .. } => url.clone(),
        Seen::Item { .. } => String::new(),
    };
    let parts = [one.name, place, grade];
    let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
    let said = parts.into_iter().filter(|part| !part.is_empty());
    said.collect::<Vec<_>>().join(" ")
}

fn shown(page: &Page, seen: &Seen) -> Shown {
    let of = |kind: &str, name: &str, href: String| Shown {
        kind: page.t(kind).into_owned(),
        name: name.to_owned(),
        href,
        grade: String::new(),
        outside: false,
    };
    match seen {
        Seen::Item { number, title, out } => {
            let title = title.in_language(page.lang().tag());
            let mut name = format!("{number} {title}");
            if !out {
                name = page.t1("assessments-not-out", "name", name).into_owned();
            }
            of("assessments-item", &name, format!("/items/{number}"))
        }
        Seen::Object { id, name } => {
            of("assessments-object", name, format!("/library/objects/{id}"))
        }
        Seen::Outside { name, url, grade } => Shown {
            grade: grade.clone(),
            outside: true,
            ..of("assessments-outside", name, url.clone())
        },
    }
}
