//! Judgements as they are typed, and what is wrong with them.

use kaname_sharing::assessment::{
    Confidence, Draft, Judgement, Likelihood, MAX_JUDGEMENTS, Source,
};
use kaname_world::WorldError;
use serde::Deserialize;

use super::told;
use crate::{
    error::Failure,
    frame::{
        Page,
        part::{Choice, Field},
    },
    house::{By, House},
    said::said,
};

/// Judgements that a new form has room for, and how many more one that is written has.
const ROOM: usize = 3;
const MORE: usize = 2;

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

/// What is wrong with judgements and their evidence, each with the place of its judgement.
pub(in crate::room) type Unfounded = Vec<(usize, WorldError)>;

impl Typed {
    fn at(list: &[String], place: usize) -> &str {
        list.get(place).map_or("", String::as_str)
    }

    /// Filled in with what was written; of the evidence what whoever edits may see.
    pub(super) async fn of(house: &House, by: &By, draft: &Draft) -> Result<Self, Failure> {
        let mut typed = Self::default();
        for one in &draft.judgements {
            let mut lines = Vec::new();
            for source in &one.evidence {
                let seen = house.world().source_seen(by, source).await?;
                lines.extend(seen.map(|seen| told::typed_line(&seen)));
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
    pub(super) async fn read(
        &self,
        house: &House,
        by: &By,
        before: Option<&Draft>,
    ) -> Result<Result<Vec<Judgement>, Unfounded>, Failure> {
        let world = house.world();
        let (mut judgements, mut faults) = (Vec::new(), Vec::new());
        for place in 0..self.judgement.len().min(MAX_JUDGEMENTS + MORE) {
            let said_here = Self::at(&self.judgement, place).trim();
            let missing = |field: &str, key| (place, WorldError::invalid(field, key, ""));
            if said_here.is_empty() {
                // A place that was left empty is none; what was typed beside it is not lost without a word.
                let beside = [&self.caveats, &self.evidence];
                if beside
                    .iter()
                    .any(|list| !Self::at(list, place).trim().is_empty())
                {
                    faults.push(missing("judgement", "assessments-no-judgement"));
                }
                continue;
            }
            let likelihood = Likelihood::of(Self::at(&self.likelihood, place));
            if likelihood.is_none() {
                faults.push(missing("likelihood", "assessments-no-likelihood"));
            }
            let confidence = Confidence::of(Self::at(&self.confidence, place));
            if confidence.is_none() {
                faults.push(missing("confidence", "assessments-no-confidence"));
            }
            let mut evidence: Vec<Source> = Vec::new();
            let lines = Self::at(&self.evidence, place).lines();
            for typed in lines.filter(|line| !line.trim().is_empty()) {
                match world.read_evidence(by, typed).await {
                    Ok(source) => {
                        let source = cited_before(house, by, before, source).await?;
                        if !evidence.contains(&source) {
                            evidence.push(source);
                        }
                    }
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
            // Without its two words it is no judgement; that they are missing was said.
            if let (Some(likelihood), Some(confidence)) = (likelihood, confidence) {
                judgements.push(Judgement {
                    text: said_here.to_owned(),
                    likelihood,
                    confidence,
                    caveats: Self::at(&self.caveats, place).trim().to_owned(),
                    evidence,
                });
            }
        }
        Ok(match faults.is_empty() {
            true => Ok(judgements),
            false => Err(faults),
        })
    }

    pub(super) fn fields(&self, page: &Page, faults: &[(usize, WorldError)]) -> Vec<[Field; 5]> {
        let places = (self.judgement.len() + MORE).clamp(ROOM, MAX_JUDGEMENTS);
        // Nothing is judged beforehand.
        let unchosen = || Choice::new("", page.t("assessments-choose"));
        let mut likelihoods = vec![unchosen()];
        likelihoods.extend(Likelihood::ALL.map(|one| {
            let name = told::likelihood(page.text, one);
            let percent = told::percent(page.text, one);
            Choice::new(one.as_str(), format!("{name} {percent}"))
        }));
        let mut confidences = vec![unchosen()];
        confidences.extend(
            Confidence::ALL.map(|one| Choice::new(one.as_str(), told::confidence(page.text, one))),
        );
        let block = |place: usize| {
            let wrong = |field: &str| {
                let here = faults
                    .iter()
                    .filter(|(at, error)| *at == place && at_field(error) == field);
                let told: Vec<String> = here
                    .filter_map(|(_, error)| said(page.text, error))
                    .collect();
                (!told.is_empty()).then(|| told.join(" "))
            };
            [
                page.lines(3, "judgement", page.t("assessments-judgement"))
                    .value(Self::at(&self.judgement, place))
                    .error(wrong("judgement"))
                    .optional()
                    .numbered(place),
                page.select(
                    "likelihood",
                    page.t("assessments-likelihood"),
                    likelihoods.clone(),
                )
                .value(Self::at(&self.likelihood, place))
                .error(wrong("likelihood"))
                .numbered(place),
                page.select(
                    "confidence",
                    page.t("assessments-confidence"),
                    confidences.clone(),
                )
                .value(Self::at(&self.confidence, place))
                .error(wrong("confidence"))
                .numbered(place),
                page.lines(2, "caveats", page.t("assessments-caveats"))
                    .value(Self::at(&self.caveats, place))
                    .optional()
                    .numbered(place),
                page.lines(3, "evidence", page.t("assessments-evidence"))
                    .hint(page.t("assessments-evidence-hint"))
                    .value(Self::at(&self.evidence, place))
                    .error(wrong("evidence"))
                    .optional()
                    .numbered(place),
            ]
        };
        (0..places).map(block).collect()
    }
}

/// The field of a judgement that is to blame.
pub(super) fn at_field(error: &WorldError) -> &str {
    match error {
        WorldError::Invalid { field, .. } => field,
        _ => "evidence",
    }
}

/// What was cited before under the same id, as long as whoever edits sees it: another's claim does not take its place
/// because something else was edited.
async fn cited_before(
    house: &House,
    by: &By,
    before: Option<&Draft>,
    source: Source,
) -> Result<Source, Failure> {
    let Source::Object { id, .. } = &source else {
        return Ok(source);
    };
    for old in before.into_iter().flat_map(Draft::sources) {
        if matches!(old, Source::Object { id: of, .. } if of == id)
            && house.world().source_seen(by, old).await?.is_some()
        {
            return Ok(old.clone());
        }
    }
    Ok(source)
}
