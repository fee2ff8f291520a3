//! Assessments as JSON, the same for the API and the command line.

use kaname_sharing::{Assessment, assessment::Draft};
use serde_json::{Value, json};

use super::{AssessmentView, Seen};

/// An assessment as it stands in a list.
pub fn assessment_line(assessment: &Assessment) -> Value {
    let draft = &assessment.draft;
    json!({
        "number": assessment.number,
        "title": draft.title,
        "state": assessment.state.as_str(),
        "version": assessment.version,
        "tlp": draft.tlp.label(),
        "touched": assessment.touched.to_string(),
    })
}

/// An assessment with its judgements and the evidence that the reader may see.
pub fn assessment_told(view: &AssessmentView) -> Value {
    let state = &view.assessment.state;
    let mut told = assessment_line(state);
    told["revision"] = json!(view.assessment.version);
    told["summary"] = json!(state.draft.summary);
    told["countermeasures"] = json!(state.draft.countermeasures);
    told["pap"] = json!(state.draft.pap.label());
    told["judgements"] = judgements(&state.draft, &view.evidence);
    told["reviews"] = state
        .reviews
        .iter()
        .map(|one| {
            json!({
                "version": one.version,
                "sound": one.sound,
                "remarks": one.remarks,
                "at": one.at.to_string(),
            })
        })
        .collect();
    told["items"] = view
        .items
        .iter()
        .map(|item| json!(item.state.number))
        .collect();
    told["versions"] = view
        .versions
        .iter()
        .map(|one| json!({ "version": one.number, "note": one.note, "at": one.at.to_string() }))
        .collect();
    let check = &view.check;
    told["check"] = json!({
        "needs_tlp": check.needs_tlp.map(|tlp| tlp.label()),
        "needs_pap": check.needs_pap.map(|pap| pap.label()),
        "narrow": check.narrow.iter().map(|one| json!({
            "judgement": one.place + 1,
            "hidden": one.hidden,
            "bare": one.bare,
        })).collect::<Vec<_>>(),
    });
    told
}

fn judgements(draft: &Draft, evidence: &[Vec<Seen>]) -> Value {
    let all = draft.judgements.iter().zip(evidence).map(|(one, seen)| {
        let (from, to) = one.likelihood.percent();
        json!({
            "text": one.text,
            "likelihood": one.likelihood.as_str(),
            "percent": [from, to],
            "confidence": one.confidence.as_str(),
            "caveats": one.caveats,
            "evidence": seen.iter().map(source).collect::<Vec<_>>(),
        })
    });
    all.collect()
}

fn source(seen: &Seen) -> Value {
    match seen {
        Seen::Item { number, title, out } => {
            json!({ "is": "item", "number": number, "title": title, "out": out })
        }
        Seen::Object { id, name } => json!({ "is": "object", "id": id, "name": name }),
        Seen::Outside { name, url, grade } => {
            json!({ "is": "outside", "name": name, "url": url, "grade": grade })
        }
    }
}
