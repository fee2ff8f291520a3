//! Campaigns and proposals as JSON, the same for the API and the command line.

use std::collections::BTreeMap;

use kaname_kernel::MatterId;
use kaname_sharing::{
    Campaign, Report,
    campaign::{Did, Dismissal, Ground, Step},
};
use serde_json::{Value, json};

use super::{CampaignView, Evidence, Proposed};
use crate::work::Loaded;

/// A proposal.
pub fn proposal_told(proposed: &Proposed) -> Value {
    let campaigns = proposed.campaigns.iter().map(|one| &one.state.number);
    json!({
        "key": proposed.key,
        "count": proposed.count,
        "reports": reports(&proposed.reports),
        "campaigns": campaigns.collect::<Vec<_>>(),
        "evidence": proposed.evidence.iter().map(evidence).collect::<Vec<_>>(),
        "more_evidence": proposed.more,
    })
}

/// A campaign as it stands in a list.
pub fn line_told(campaign: &Campaign) -> Value {
    json!({
        "number": campaign.number,
        "title": campaign.title,
        "state": campaign.state.as_str(),
        "count": campaign.reports.len(),
        "touched": campaign.touched.to_string(),
    })
}

/// A campaign with its reports and its history.
pub fn campaign_told(view: &CampaignView) -> Value {
    let mut told = line_told(&view.campaign.state);
    let steps = view.campaign.state.steps.iter();
    let steps: Vec<Value> = steps.map(|one| step(view, one)).collect();
    told["reports"] = json!(reports(&view.reports));
    told["steps"] = json!(steps);
    told["undo"] = json!(view.campaign.state.last_step().map(|step| step.version));
    told
}

/// A proposal that was set aside.
pub fn dismissal_told(dismissal: &Loaded<Dismissal>, numbers: &[Loaded<Report>]) -> Value {
    json!({
        "id": dismissal.id,
        "reports": reports(numbers),
        "reason": dismissal.state.reason,
        "at": dismissal.state.at.to_string(),
    })
}

fn reports(reports: &[Loaded<Report>]) -> Vec<Value> {
    let told = reports.iter().map(|report| {
        json!({
            "number": report.state.submission.receipt,
            "state": report.state.state.as_str(),
            "received": report.state.received.to_string(),
        })
    });
    told.collect()
}

fn evidence(one: &Evidence) -> Value {
    let [first, second] = &one.numbers;
    let mut told = ground(&one.ground, first, second);
    let values = one.values.iter();
    let values = values.map(|(kind, value)| json!({ "kind": kind.as_str(), "value": value }));
    told["open"] = json!(one.open);
    told["values"] = json!(values.collect::<Vec<_>>());
    told["passages"] = json!(one.passages);
    told
}

fn ground(ground: &Ground, one: &str, other: &str) -> Value {
    let shared = ground.shared.iter();
    let shared = shared.map(|(kind, n)| json!({ "kind": kind.as_str(), "count": n }));
    json!({
        "one": one,
        "other": other,
        "says_the_same": ground.same,
        "shared": shared.collect::<Vec<_>>(),
        "rarest": ground.rarest.map(|(carriers, of)| json!({ "carriers": carriers, "of": of })),
        "bits": f64::from(ground.centibits) / 100.0,
        "values_percent": ground.values,
        "text_percent": ground.text,
    })
}

fn step(view: &CampaignView, step: &Step) -> Value {
    let number = |id: &MatterId| view.numbers.get(id).cloned();
    let others: BTreeMap<_, _> = view.others.iter().cloned().collect();
    let did = match &step.what {
        Did::Begun { .. } => "begun",
        Did::Joined { .. } => "joined",
        Did::Left { .. } => "left",
        Did::Merged { .. } => "merged",
        Did::Renamed { .. } => "renamed",
    };
    let grounds = step.ground.iter().map(|one| {
        let named = |id: &MatterId| number(id).unwrap_or_default();
        ground(one, &named(&one.one), &named(&one.other))
    });
    json!({
        "step": step.version,
        "did": did,
        "reports": step.reports.iter().filter_map(number).collect::<Vec<_>>(),
        "other": step.what.other().and_then(|id| others.get(&id).cloned()),
        "reason": step.reason,
        "evidence": grounds.collect::<Vec<_>>(),
        "at": step.at.to_string(),
        "undone": step.undone.as_ref().map(|(at, _)| at.to_string()),
    })
}
