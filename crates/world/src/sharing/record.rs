//! Victim records as those see them to whom their providers have them shown: a list, each by itself, and
//! that note was taken.

use kaname_kernel::{Matter as _, MatterId};
use kaname_policy::{Action, Resource};
use kaname_sharing::{
    Item,
    victim::{self, Harm, Victim},
};
use kaname_store::Sort;

use super::harm::is_shown;
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
        self.allow_any(caller, Action::VictimRead)?;
        let mut query = self.query::<Victim>(caller).await?;
        // Asked about other readers, it still is shown to those of before.
        query.states = [Victim::SHOWN, Victim::ASKED].map(str::to_owned).to_vec();
        query.sort = Sort::Newest;
        query.limit = MOST;
        let mut records = Vec::new();
        for victim in self.list::<Victim>(&query).await?.rows {
            // The analyst it is assigned to reads it in triage.
            if is_shown(caller, &victim.state) {
                records.push(self.opened_for(caller, victim)?);
            }
        }
        Ok(records)
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
        if is_shown(caller, &victim.state) {
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
        let acknowledged = match (caller.party_id(), caller.account_id()) {
            (Ok(party), Ok(person)) => victim.state.is_acknowledged(party, person),
            (Ok(party), Err(_)) => {
                let noted = &victim.state.acknowledged;
                noted.iter().any(|one| one.party == party)
            }
            _ => false,
        };
        Ok(ShownRecord {
            harm: self.open_content(victim.state.handle, &victim.state.content)?,
            acknowledged,
            victim,
        })
    }
}
