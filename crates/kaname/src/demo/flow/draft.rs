//! What people of the stories write: drafts of items, feedback.

use jiff::{SignedDuration, Timestamp};
use kaname_kernel::{Pap, Tlp, audience::Named};
use kaname_sharing::{
    ItemKind, Outlet, Value,
    feedback::{Given, Sighting, SightingKind},
};
use kaname_world::{Caller, sharing::ItemDraft};

use super::Flow;
use crate::{
    demo::{
        nation::{missing, text},
        story::{FeedbackStory, ItemStory, Words},
    },
    fault::Fault,
};

impl Flow<'_> {
    pub(super) async fn draft(
        &self,
        place: usize,
        analyst: &Caller,
        story: &ItemStory,
    ) -> Result<ItemDraft, Fault> {
        let world = &self.nation.world;
        let report = self.report(place)?;
        let first = world.first_proposal(analyst, report).await?;
        let loaded = world.load::<kaname_sharing::Report>(report).await?;
        let loaded = loaded.ok_or_else(|| missing("report"))?;
        let mut values = loaded.state.submission.values.clone();
        values.retain(|value| !first.left_out.contains(value));
        if let Some(wanted) = &story.values {
            values.retain(|value| wanted.contains(&value.value));
        }
        let groups = story.groups.iter().map(|code| self.nation.group_id(code));
        let mut collections = vec![self.nation.collection_id("library")?];
        for code in &story.collections {
            collections.push(self.nation.collection_id(code)?);
        }
        let until = world.now() + SignedDuration::from_hours(24 * story.valid_days);
        Ok(ItemDraft {
            kind: story.kind,
            title: text(&story.title),
            summary: text(&story.summary),
            countermeasures: text(&story.countermeasures),
            values,
            techniques: techniques(story.kind),
            tlp: tlp(&story.tlp)?,
            pap: pap(&story.pap)?,
            named: Named {
                groups: groups.collect::<Result<_, _>>()?,
                ..Named::default()
            },
            classes: Default::default(),
            duties: Default::default(),
            embargo: None,
            valid_until: Some(whole_second(until)),
            outlets: Outlet::PROPOSED.into(),
            collections: collections.into_iter().collect(),
        })
    }

    /// Values of the report.
    pub(super) async fn values(&self, place: usize) -> Result<Vec<Value>, Fault> {
        let report = self
            .nation
            .world
            .load::<kaname_sharing::Report>(self.report(place)?)
            .await?;
        Ok(report
            .ok_or_else(|| missing("report"))?
            .state
            .submission
            .values)
    }
}

/// An ATT&CK technique that fits the kind, so that relations lead somewhere.
pub(super) fn techniques(kind: ItemKind) -> Vec<(String, String)> {
    let pair = |id: &str, name: &str| vec![(id.to_owned(), name.to_owned())];
    match kind {
        ItemKind::Phishing => pair("T1566", "Phishing"),
        ItemKind::Malware => pair("T1105", "Ingress Tool Transfer"),
        ItemKind::Technique => pair("T1078", "Valid Accounts"),
        _ => Vec::new(),
    }
}

pub(super) fn given(story: &FeedbackStory) -> Result<Given, Fault> {
    let kind = match story.sighting.as_str() {
        "seen" => SightingKind::Seen,
        "not_seen" => SightingKind::NotSeen,
        "false_positive" => SightingKind::FalsePositive,
        other => return Err(missing(other)),
    };
    Ok(Given {
        sighting: Some(Sighting {
            kind,
            count: None,
            first: None,
            last: None,
        }),
        usefulness: Some(story.useful),
        comment: story.comment.clone(),
        may_name: story.named,
    })
}

pub(super) fn tlp(label: &str) -> Result<Tlp, Fault> {
    label.parse().map_err(|_| missing(label))
}

pub(super) fn pap(label: &str) -> Result<Pap, Fault> {
    label.parse().map_err(|_| missing(label))
}

fn whole_second(at: Timestamp) -> Timestamp {
    Timestamp::from_second(at.as_second()).unwrap_or(at)
}

/// Words are shown in the guide too.
impl Words {
    /// Both languages on one line.
    pub(crate) fn line(&self) -> String {
        format!("{} / {}", self.ja, self.en)
    }
}
