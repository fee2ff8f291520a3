//! The objects of an assessment that goes out: a note for each judgement, and the report over them. What of the
//! evidence not all readers may see is in none of them; the bytes are the same for all.

use jiff::Timestamp;
use kaname_kernel::{Id, Rng};
use kaname_stix::{
    Coarse, ObjectId, StixError,
    author::{self, Base, External},
    coarsen,
};
use serde_json::Value;

use super::{Confidence, Draft, Likelihood, Source};
use crate::{marking::markings, text::Text};

/// Label of a note that is a key judgement.
const LABEL: &str = "key-judgement";
/// Beginnings of the labels that say how likely and how well founded it is.
const LIKELIHOOD: &str = "likelihood:";
const CONFIDENCE: &str = "confidence:";
/// What stands before the caveats in a note.
const CAVEATS: &str = "留意点 / Caveats: ";

/// Objects that stand for a piece of evidence, where every reader may see them.
pub trait Cited {
    /// The STIX id under which all readers find it; `None` where one may not.
    fn object(&self, source: &Source) -> Option<ObjectId>;
}

/// What an assessment is printed from.
#[derive(Debug)]
pub struct Printed<'p> {
    /// The hub's identity.
    pub author: &'p ObjectId,
    /// What it says.
    pub draft: &'p Draft,
    /// Now; made coarse to the hour.
    pub now: Timestamp,
}

/// The objects, the report last.
///
/// # Errors
/// When an object would not be valid STIX 2.1.
pub fn compose(
    printed: &Printed<'_>,
    cited: &dyn Cited,
    rng: &dyn Rng,
) -> Result<Vec<String>, StixError> {
    let draft = printed.draft;
    let marks = markings(draft.tlp, draft.pap)?;
    let now = coarsen(printed.now, Coarse::Hour);
    let fresh = || Id::<kaname_kernel::id::ObjectKind>::random(rng).uuid();
    let mut objects = Vec::new();
    let mut about: Vec<ObjectId> = Vec::new();
    for judgement in &draft.judgements {
        let labels = [
            LABEL.to_owned(),
            format!("{LIKELIHOOD}{}", judgement.likelihood.as_str()),
            format!("{CONFIDENCE}{}", judgement.confidence.as_str()),
        ];
        let outside: Vec<External> = judgement.evidence.iter().filter_map(external).collect();
        let mut refs: Vec<ObjectId> = judgement
            .evidence
            .iter()
            .filter_map(|one| cited.object(one))
            .collect();
        refs.sort();
        refs.dedup();
        let evidence = refs.clone();
        if refs.is_empty() {
            // A note has to be about something (§4.13); here it is the hub's own word.
            refs.push(printed.author.clone());
        }
        let base = Base {
            labels: &labels,
            confidence: Some(judgement.confidence.stix()),
            external: &outside,
            ..Base::new(fresh(), printed.author, now).marked(&marks)
        };
        let content = said(
            judgement.likelihood,
            judgement.confidence,
            &judgement.caveats,
        );
        let note = author::note(&base, Some(judgement.text.trim()), &content, &refs)?;
        about.push(note.id);
        about.extend(evidence);
        objects.push(note.json);
    }
    let mut refs: Vec<ObjectId> = Vec::new();
    for id in about {
        if !refs.contains(&id) {
            refs.push(id);
        }
    }
    if let Some(measures) = both(&draft.countermeasures) {
        let base = Base::new(fresh(), printed.author, now).marked(&marks);
        let name = "対策 / Countermeasures";
        let written = author::course_of_action(&base, name, Some(&measures))?;
        refs.push(written.id);
        objects.push(written.json);
    }
    let description = both(&draft.summary);
    let report = author::Report {
        name: &draft.title.in_one_line(),
        description: description.as_deref(),
        report_types: &["threat-report"],
        published: now,
        object_refs: &refs,
    };
    let base = Base::new(fresh(), printed.author, now).marked(&marks);
    objects.push(author::report(&base, &report)?.json);
    Ok(objects)
}

fn both(text: &Text) -> Option<String> {
    match (text.ja.trim(), text.en.trim()) {
        ("", "") => None,
        (one, "") | ("", one) => Some(one.to_owned()),
        (ja, en) => Some(format!("{ja}\n\n{en}")),
    }
}

/// The sentence of estimation, in both languages, and the caveats.
fn said(likelihood: Likelihood, confidence: Confidence, caveats: &str) -> String {
    let (from, to) = likelihood.percent();
    let (likely_ja, likely_en) = likelihood.said();
    let (sure_ja, sure_en) = confidence.said();
    let mut said =
        format!("{likely_ja}（{from}–{to} %）、{sure_ja} / {likely_en} ({from}–{to} %), {sure_en}");
    if !caveats.trim().is_empty() {
        said.push_str("\n\n");
        said.push_str(CAVEATS);
        said.push_str(caveats.trim());
    }
    said
}

fn external(source: &Source) -> Option<External> {
    let Source::Outside { name, url, grade } = source else {
        return None;
    };
    Some(External {
        source_name: name.trim().to_owned(),
        description: Some(format!("Admiralty {grade}")),
        url: (!url.is_empty()).then(|| url.clone()),
        external_id: None,
    })
}

/// A judgement as the objects of an item say it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judged {
    /// What is judged.
    pub text: String,
    /// How likely.
    pub likelihood: Likelihood,
    /// How well founded.
    pub confidence: Confidence,
    /// What would change it.
    pub caveats: String,
    /// STIX ids of the evidence.
    pub evidence: Vec<String>,
    /// Sources outside: name, address, what it is worth.
    pub outside: Vec<(String, Option<String>, String)>,
}

/// The judgements that objects of an item hold, in order; what is no judgement is passed over.
pub fn judged(objects: &[String]) -> Vec<Judged> {
    objects.iter().filter_map(|raw| one(raw)).collect()
}

fn one(raw: &str) -> Option<Judged> {
    let note: Value = serde_json::from_str(raw).ok()?;
    let text = |name: &str| note.get(name).and_then(Value::as_str);
    let labels: Vec<&str> = note
        .get("labels")?
        .as_array()?
        .iter()
        .filter_map(Value::as_str)
        .collect();
    if text("type") != Some("note") || !labels.contains(&LABEL) {
        return None;
    }
    let labelled = |start: &str| labels.iter().find_map(|label| label.strip_prefix(start));
    let author = text("created_by_ref");
    let refs = note.get("object_refs").and_then(Value::as_array);
    let refs = refs.into_iter().flatten().filter_map(Value::as_str);
    let refs = refs.filter(|id| Some(*id) != author);
    let outside = note.get("external_references").and_then(Value::as_array);
    let outside = outside.into_iter().flatten().filter_map(|one| {
        let of = |name: &str| one.get(name).and_then(Value::as_str).map(str::to_owned);
        let grade = of("description").unwrap_or_default();
        let grade = grade.strip_prefix("Admiralty ").unwrap_or_default();
        Some((of("source_name")?, of("url"), grade.to_owned()))
    });
    let content = text("content").unwrap_or_default();
    Some(Judged {
        text: text("abstract").unwrap_or(content).to_owned(),
        likelihood: Likelihood::of(labelled(LIKELIHOOD)?)?,
        confidence: Confidence::of(labelled(CONFIDENCE)?)?,
        caveats: content
            .split_once(CAVEATS)
            .map(|(_, caveats)| caveats.to_owned())
            .unwrap_or_default(),
        evidence: refs.map(str::to_owned).collect(),
        outside: outside.collect(),
    })
}
