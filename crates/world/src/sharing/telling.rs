//! What a provider is told before it consents to have its victim record shown, and what the consent covers:
//! whatever in the record leads to it, what each reader is not bound by, and the items beside which the
//! record stands then.

use std::collections::BTreeSet;

use kaname_directory::{Party, day_of};
use kaname_kernel::MatterId;
use kaname_sharing::{
    Item, ManifestHash, Refused,
    report::Technique,
    victim::{Harm, HarmTrace, ReaderTold, Showing, ShowingManifest, Shown, Victim},
};

use super::ReportView;
use crate::{error::WorldError, work::Loaded, world::World};

/// Most traces told; a record that has more is told to have more.
const MOST_TRACES: usize = 100;

/// All that a consent to an open request means.
#[derive(Debug, Clone)]
pub struct Telling {
    /// What is asked.
    pub asked: Showing,
    /// All that the readers would see.
    pub harm: Harm,
    /// What in it leads to the provider, at most 100.
    pub traces: Vec<HarmTrace>,
    /// How many there are.
    pub trace_count: usize,
    /// Who would see it.
    pub readers: Vec<ReaderTold>,
    /// Numbers of the released items beside which they would see it; what is released of the same report
    /// later joins them.
    pub linked: BTreeSet<String>,
    /// What the consent has to name.
    pub hash: ManifestHash,
}

/// What a consent names at this moment, and what that was read from.
pub(super) struct Stands {
    /// Of the manifest.
    pub(super) hash: ManifestHash,
    /// Who would see it.
    pub(super) readers: Vec<ReaderTold>,
    /// The report's items, out or not, and the readers' parties, each with its version.
    pub(super) on: Vec<(MatterId, u32)>,
}

impl World {
    /// What consent to the open request of a report means now; `None` where nothing is asked. The view
    /// holds the record for its provider and for the analyst within an opening alone.
    pub async fn telling(&self, view: &ReportView) -> Result<Option<Telling>, WorldError> {
        let (Some(victim), Some(harm)) = (&view.victim, &view.harm) else {
            return Ok(None);
        };
        let asked = victim.state.asked.clone();
        let Some(asked) = asked.filter(|asked| !asked.is_late(self.now())) else {
            return Ok(None);
        };
        let linked = released(&self.items_from(victim.state.report).await?);
        let readers = self.named_readers(&asked.shown).await?;
        let readers: Vec<ReaderTold> = readers.into_iter().map(|(_, reader)| reader).collect();
        let all = self.harm_traces(view, harm).await?;
        Ok(Some(Telling {
            hash: manifest(victim, harm, &asked.shown, (&readers, &linked)).hash(),
            readers,
            trace_count: all.len(),
            traces: all.into_iter().take(MOST_TRACES).collect(),
            harm: harm.clone(),
            asked,
            linked,
        }))
    }

    /// What a consent to the open request covers now.
    pub(super) async fn showing_stands(
        &self,
        victim: &Loaded<Victim>,
    ) -> Result<Stands, WorldError> {
        let asked = victim.state.asked.as_ref().ok_or(Refused::NotAsked)?;
        let harm: Harm = self.open_content(victim.state.handle, &victim.state.content)?;
        let items = self.items_from(victim.state.report).await?;
        let readers = self.named_readers(&asked.shown).await?;
        let of_items = items.iter().map(|item| (item.id, item.version));
        let on = of_items.chain(readers.iter().map(|(on, _)| *on)).collect();
        let readers: Vec<ReaderTold> = readers.into_iter().map(|(_, reader)| reader).collect();
        let linked = released(&items);
        let hash = manifest(victim, &harm, &asked.shown, (&readers, &linked)).hash();
        Ok(Stands { hash, readers, on })
    }

    /// What the redaction checklist would find in a record.
    async fn harm_traces(
        &self,
        view: &ReportView,
        harm: &Harm,
    ) -> Result<Vec<HarmTrace>, WorldError> {
        let handle = view.report.state.submission.handle;
        let link = self.open_link(handle).await?;
        let provider = self.load::<Party>(link.party.cast()).await?;
        let provider = provider.ok_or(WorldError::NotFound("party"))?;
        let none = Technique::default();
        let technique = view.content.as_ref().unwrap_or(&none);
        let evidence = self
            .evidence(&provider, Some(view.report.id), technique)
            .await?;
        Ok(harm.traces(&evidence))
    }

    /// Each reader with what it is not bound by today, and the version that says so.
    async fn named_readers(
        &self,
        shown: &Shown,
    ) -> Result<Vec<((MatterId, u32), ReaderTold)>, WorldError> {
        let today = day_of(self.now());
        let mut readers = Vec::new();
        for party in &shown.parties {
            let Some(party) = self.load::<Party>(party.cast()).await? else {
                continue;
            };
            let on = (party.id, party.version);
            let party = party.state;
            let membership = party.membership_on(today);
            let classes = self.catalogue().classes_on(today).into_iter();
            let of_class = classes.filter(|class| {
                membership.is_none_or(|member| member.classes.contains(&class.value.code))
            });
            let mut unbound = Vec::new();
            for duty in of_class.flat_map(|class| &class.value.duties) {
                let accepted = party.duties_on(today).any(|one| one.duty == *duty);
                if !accepted && !unbound.contains(duty) {
                    unbound.push(duty.clone());
                }
            }
            let told = ReaderTold {
                party: on.0.cast(),
                code: party.code.as_str().to_owned(),
                name: party.description.name.clone(),
                member: membership.is_some(),
                unbound,
            };
            readers.push((on, told));
        }
        Ok(readers)
    }
}

/// Numbers of what is released among the items of a report.
fn released(items: &[Loaded<Item>]) -> BTreeSet<String> {
    let released = items.iter().filter(|item| item.state.is_out());
    released.map(|item| item.state.number.clone()).collect()
}

fn manifest<'a>(
    victim: &Loaded<Victim>,
    content: &'a Harm,
    shown: &'a Shown,
    (readers, linked): (&'a [ReaderTold], &'a BTreeSet<String>),
) -> ShowingManifest<'a> {
    ShowingManifest {
        victim: victim.id,
        handle: victim.state.handle,
        content,
        shown,
        readers,
        linked,
    }
}
