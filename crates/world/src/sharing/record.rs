//! Victim records as those see them to whom their providers have them shown: a list, each by itself, and
//! that note was taken.

use kaname_kernel::{Matter as _, MatterId};
use kaname_policy::{Action, Resource};
use kaname_sharing::{
    Item,
    victim::{self, Harm, Victim},
};
use kaname_store::Sort;

use crate::{caller::Caller, error::WorldError, work::Loaded, world::World};

/// Most records of one reader that are listed, newest first.
const MOST: u32 = 200;

/// A victim record with what it says.
#[derive(Debug, Clone)]
pub struct ShownRecord {
    /// The record; what it holds of others is for rules, not for the reader.
    pub victim: Loaded<Victim>,
    /// What it says.
    pub harm: Harm,
    /// Whether the reader has taken note of it.
    pub acknowledged: bool,
}

impl World {
    /// Records that are shown to the caller now, what was shown last first, at most 200.
    pub async fn shown_records(&self, caller: &Caller) -> Result<Vec<ShownRecord>, WorldError> {
        let shown = self.shown_victims(caller).await?.into_iter();
        shown
            .map(|victim| self.opened_for(caller, victim))
            .collect()
    }

    /// How many records are shown to the caller, and how many of them nobody has taken note of yet for
    /// it, without opening any.
    pub async fn shown_count(&self, caller: &Caller) -> Result<(usize, usize), WorldError> {
        let shown = self.shown_victims(caller).await?;
        let new = shown
            .iter()
            .filter(|one| !is_noted(caller, &one.state))
            .count();
        Ok((shown.len(), new))
    }

    async fn shown_victims(&self, caller: &Caller) -> Result<Vec<Loaded<Victim>>, WorldError> {
        self.allow_any(caller, Action::VictimRead)?;
        let mut query = self.query::<Victim>(caller).await?;
        // Asked about other readers, it still is shown to those of before.
        query.states = [Victim::SHOWN, Victim::ASKED].map(str::to_owned).to_vec();
        query.sort = Sort::Newest;
        query.limit = MOST;
        let mut shown = self.list::<Victim>(&query).await?.rows;
        // The analyst it is assigned to reads it in triage.
        shown.retain(|victim| self.reads_record(caller, &victim.state));
        Ok(shown)
    }

    /// One of them, and the released items derived from the same report that the caller may read.
    pub async fn shown_record(
        &self,
        caller: &Caller,
        id: MatterId,
    ) -> Result<(ShownRecord, Vec<Loaded<Item>>), WorldError> {
        self.allow_any(caller, Action::VictimRead)?;
        let victim = self.shown_victim(caller, id).await?;
        let mut items = Vec::new();
        for item in self.items_from(victim.state.report).await? {
            match self.library_item(caller, item.id).await {
                Ok(item) => items.push(item),
                Err(WorldError::NotFound(_) | WorldError::Denied(_)) => {}
                Err(error) => return Err(error),
            }
        }
        Ok((self.opened_for(caller, victim)?, items))
    }

    /// A person of those to whom it is shown takes note of it; the provider sees that.
    pub async fn acknowledge_record(
        &self,
        caller: &Caller,
        id: MatterId,
    ) -> Result<(), WorldError> {
        self.allow(
            caller,
            Action::VictimAcknowledge,
            &Resource::one(Victim::KIND, id),
        )?;
        let (party, person) = (caller.party_id()?, caller.account_id()?);
        let mut victim = self.shown_victim(caller, id).await?;
        let changes = victim::acknowledge_victim(&victim.state, party, person)?;
        let mut work = self.work(&caller.actor);
        work.apply(&mut victim, changes)?;
        work.notice(Victim::KIND, Some(id));
        work.commit().await?;
        Ok(())
    }

    async fn shown_victim(
        &self,
        caller: &Caller,
        id: MatterId,
    ) -> Result<Loaded<Victim>, WorldError> {
        let victim = self.see::<Victim>(caller, id).await?;
        if self.reads_record(caller, &victim.state) {
            Ok(victim)
        } else {
            Err(WorldError::NotFound(Victim::KIND))
        }
    }

    fn opened_for(
        &self,
        caller: &Caller,
        victim: Loaded<Victim>,
    ) -> Result<ShownRecord, WorldError> {
        Ok(ShownRecord {
            harm: self.open_content(victim.state.handle, &victim.state.content)?,
            acknowledged: is_noted(caller, &victim.state),
            victim,
        })
    }
}

/// Whether the reader has taken note of a record: for a machine, anybody of its party.
fn is_noted(caller: &Caller, victim: &Victim) -> bool {
    match (caller.party_id(), caller.account_id()) {
        (Ok(party), Ok(person)) => victim.is_acknowledged(party, person),
        (Ok(party), Err(_)) => victim.acknowledged.iter().any(|one| one.party == party),
        _ => false,
    }
}
