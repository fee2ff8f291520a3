//! Commands on campaigns: take reports together, add some, take some out, merge, rename, undo.

use std::collections::BTreeSet;

use kaname_intake::ExtractOptions;
use kaname_kernel::MatterId;

use super::{Campaign, CampaignChange, CampaignState, Did, Ground};
use crate::{
    checklist::names_itself,
    evidence::Evidence,
    refused::{Refused, bounded, reason},
};

/// Longest title, in characters.
pub const MAX_TITLE_CHARS: usize = 120;
/// Most reports of one campaign.
pub const MAX_REPORTS: usize = 10_000;
/// Most steps of one campaign.
const MAX_STEPS: usize = 1_000;
/// Most pieces of evidence that one step keeps.
const MAX_GROUND: usize = 100;

/// Takes reports together as a new campaign.
///
/// # Errors
/// Without a title, with fewer than two reports, or over a bound.
pub fn begin(
    number: String,
    title: &str,
    reports: BTreeSet<MatterId>,
    ground: Vec<Ground>,
) -> Result<CampaignChange, Refused> {
    if reports.len() < 2 {
        return Err(Refused::TooFewReports);
    }
    begun(number, title, reports, None, ground)
}

fn begun(
    number: String,
    title: &str,
    reports: BTreeSet<MatterId>,
    from: Option<MatterId>,
    mut ground: Vec<Ground>,
) -> Result<CampaignChange, Refused> {
    bounded("reports", reports.len(), MAX_REPORTS)?;
    ground.truncate(MAX_GROUND);
    Ok(CampaignChange::Begun {
        number,
        title: titled(title)?,
        reports,
        from,
        ground,
    })
}

fn titled(title: &str) -> Result<String, Refused> {
    let title = title.trim();
    if title.is_empty() {
        return Err(Refused::Empty { field: "title" });
    }
    bounded("title", title.chars().count(), MAX_TITLE_CHARS)?;
    Ok(title.to_owned())
}

/// Refuses a title that says a value or names a member: titles stand in lists, values and providers are within an
/// opening. It is the same whatever is reported, so that no trying of names tells what stands in a report or who
/// handed it in.
///
/// # Errors
/// When it does.
pub fn tells_nothing(title: &str, members: &[Evidence]) -> Result<(), Refused> {
    let found = kaname_intake::extract(title, &ExtractOptions::default());
    if !found.findings.is_empty() || !found.excluded.is_empty() || says_host(title) {
        return Err(Refused::TellsValue);
    }
    match members
        .iter()
        .all(|member| names_itself(title, member).is_empty())
    {
        true => Ok(()),
        false => Err(Refused::NamesMember),
    }
}

/// Whether a word reads as the name of a host, whether or not there can be one on the internet.
fn says_host(title: &str) -> bool {
    let folded = kaname_kernel::fold::fold(title);
    let is_within = |c: char| c.is_ascii_alphanumeric() || c == '.' || c == '-';
    let words = folded.split(|c| !is_within(c));
    words.map(|word| word.trim_matches('.')).any(|word| {
        let last = word.rsplit_once('.').map(|(_, last)| last);
        last.is_some_and(|last| last.len() > 1 && last.bytes().all(|b| b.is_ascii_alphabetic()))
    })
}

fn needs_open(campaign: &Campaign) -> Result<(), Refused> {
    bounded("entries", campaign.steps.len() + 1, MAX_STEPS)?;
    match campaign.state {
        CampaignState::Open => Ok(()),
        other => Err(Refused::State {
            matter: "campaign",
            state: other.as_str(),
            needs: "open",
        }),
    }
}

/// Adds reports.
///
/// # Errors
/// When it is not open, all are in it already, or there would be too many.
pub fn join(
    campaign: &Campaign,
    mut reports: BTreeSet<MatterId>,
    mut ground: Vec<Ground>,
) -> Result<CampaignChange, Refused> {
    needs_open(campaign)?;
    reports.retain(|report| !campaign.reports.contains(report));
    if reports.is_empty() {
        return Err(Refused::NoChange);
    }
    bounded(
        "reports",
        campaign.reports.len() + reports.len(),
        MAX_REPORTS,
    )?;
    ground.truncate(MAX_GROUND);
    Ok(CampaignChange::Joined {
        reports,
        from: None,
        ground,
    })
}

/// Takes reports out. `marks` are the keyed marks of what speaks of them now: that alone brings them back no more.
///
/// # Errors
/// When it is not open, one is not in it, none would be left, or no reason is given.
pub fn leave(
    campaign: &Campaign,
    reports: BTreeSet<MatterId>,
    marks: BTreeSet<String>,
    why: &str,
) -> Result<CampaignChange, Refused> {
    needs_open(campaign)?;
    if reports.is_empty() {
        return Err(Refused::Empty { field: "reports" });
    }
    if !reports.is_subset(&campaign.reports) {
        return Err(Refused::NotInside);
    }
    if reports.len() == campaign.reports.len() {
        return Err(Refused::TooFewReports);
    }
    Ok(CampaignChange::Left {
        reports,
        into: None,
        reason: reason(why)?,
        marks,
    })
}

/// Splits reports off into a campaign of their own: what happens to the old one, and how the new one begins.
///
/// # Errors
/// As [`leave`], and without a title.
pub fn split(
    campaign: &Campaign,
    new: (MatterId, String, &str),
    reports: BTreeSet<MatterId>,
    marks: BTreeSet<String>,
    why: &str,
) -> Result<(CampaignChange, CampaignChange), Refused> {
    let (id, number, title) = new;
    let left = leave(campaign, reports.clone(), marks, why)?;
    let CampaignChange::Left { reason, marks, .. } = left else {
        return Err(Refused::NoChange);
    };
    let begun = begun(
        number,
        title,
        reports.clone(),
        Some(campaign.id),
        Vec::new(),
    )?;
    let left = CampaignChange::Left {
        reports,
        into: Some(id),
        reason,
        marks,
    };
    Ok((left, begun))
}

/// Merges two campaigns into the first: what happens to each.
///
/// # Errors
/// When one is not open, they are one, or there would be too many reports.
pub fn merge(
    into: &Campaign,
    from: &Campaign,
    mut ground: Vec<Ground>,
) -> Result<(CampaignChange, CampaignChange), Refused> {
    needs_open(into)?;
    needs_open(from)?;
    if into.id == from.id {
        return Err(Refused::NoChange);
    }
    bounded(
        "reports",
        into.reports.len() + from.reports.len(),
        MAX_REPORTS,
    )?;
    ground.truncate(MAX_GROUND);
    let joined = CampaignChange::Joined {
        reports: from.reports.difference(&into.reports).copied().collect(),
        from: Some(from.id),
        ground,
    };
    Ok((joined, CampaignChange::Merged { into: into.id }))
}

/// Calls it otherwise.
///
/// # Errors
/// When it is not open, is called so, or the title is empty or too long.
pub fn rename(campaign: &Campaign, title: &str) -> Result<CampaignChange, Refused> {
    needs_open(campaign)?;
    let title = titled(title)?;
    if title == campaign.title {
        return Err(Refused::NoChange);
    }
    Ok(CampaignChange::Renamed { title })
}

/// Undoes the last step that still holds; where that step changed another campaign too, both are given and both are
/// undone.
///
/// # Errors
/// When there is nothing to undo, another step was meant, the other campaign has gone on since, or no reason is given.
pub fn undo(
    campaign: &Campaign,
    other: Option<&Campaign>,
    meant: u32,
    why: &str,
) -> Result<(CampaignChange, Option<CampaignChange>), Refused> {
    bounded("entries", campaign.steps.len() + 1, MAX_STEPS)?;
    let step = campaign.last_step().ok_or(Refused::NoChange)?;
    if step.version != meant {
        return Err(Refused::NotTheLast);
    }
    let why = reason(why)?;
    let undone = |step: u32| CampaignChange::Undone {
        step,
        reason: why.clone(),
    };
    let there = match step.what.other() {
        None => None,
        Some(id) => {
            let other = other
                .filter(|other| other.id == id)
                .ok_or(Refused::NotTheLast)?;
            let theirs = other.last_step().ok_or(Refused::NotTheLast)?;
            if theirs.what.other() != Some(campaign.id) || !is_other_side(&step.what, &theirs.what)
            {
                return Err(Refused::NotTheLast);
            }
            Some(undone(theirs.version))
        }
    };
    Ok((undone(step.version), there))
}

/// Whether two steps are the two sides of one act.
const fn is_other_side(one: &Did, other: &Did) -> bool {
    matches!(
        (one, other),
        (Did::Begun { .. }, Did::Left { .. })
            | (Did::Left { .. }, Did::Begun { .. })
            | (Did::Joined { .. }, Did::Merged { .. })
            | (Did::Merged { .. }, Did::Joined { .. })
    )
}
