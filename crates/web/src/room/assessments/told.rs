//! Judgements in words: how likely, how well founded, what they rest on.

use askama::Template;
use kaname_sharing::assessment::{Confidence, Judgement, Likelihood};
use kaname_world::sharing::{Evident, Seen};

use crate::{frame::Page, text::Text};

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
pub(in crate::room) fn judgements(page: &Page, all: &[Evident]) -> Option<Judgements> {
    let rows = all.iter().map(|one| {
        let judged = &one.judged;
        let outside = judged
            .outside
            .iter()
            .map(|(name, url, grade)| Seen::Outside {
                name: name.clone(),
                url: url.clone().unwrap_or_default(),
                grade: grade.clone(),
            });
        let evidence = one.objects.iter().cloned().chain(outside);
        Judged {
            text: judged.text.clone(),
            likelihood: likelihood(page.text, judged.likelihood),
            percent: percent(page.text, judged.likelihood),
            confidence: confidence(page.text, judged.confidence),
            caveats: judged.caveats.clone(),
            evidence: evidence.map(|seen| shown(page, &seen)).collect(),
        }
    });
    let rows: Vec<Judged> = rows.collect();
    (!rows.is_empty()).then(|| Judgements {
        rows,
        page: page.clone(),
    })
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
