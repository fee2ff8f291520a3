//! Whom a content would reach: what the provider and the officers are told before they decide.

use std::collections::{BTreeMap, BTreeSet};

use jiff::SignedDuration;
use kaname_directory::{Group, Party, reader};
use kaname_kernel::{Audience, Matter, MatterId, PartyId, Tlp};
use kaname_sharing::{Content, Reach, item::released_audience};
use kaname_store::ListQuery;

use crate::{error::WorldError, world::World};

/// Parties read at a time.
const BATCH: u32 = 1_000;

/// How many would see it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reached {
    /// Anyone, signed in or not.
    Everyone,
    /// So many parties.
    Parties(u32),
    /// So many named persons.
    Persons(u32),
}

impl World {
    /// Whom the content would reach if it were released now, and which parties these are; the parties
    /// are left empty where the content reaches everyone, or persons only.
    pub async fn reached(&self, content: &Content) -> Result<(Reached, Vec<Party>), WorldError> {
        let persons = content.named.persons.len();
        if content.tlp == Tlp::Red {
            let persons = u32::try_from(persons).unwrap_or(u32::MAX);
            return Ok((Reached::Persons(persons), Vec::new()));
        }
        let now = self.now();
        let mut open = content.clone();
        // An embargo says when, not who.
        open.embargo = None;
        // Whoever joined in this very second is among those it would be shared with.
        let audience = released_audience(&open, now + SignedDuration::from_secs(1));
        if audience == Audience::everyone() {
            return Ok((Reached::Everyone, Vec::new()));
        }
        let parties = self.admitted(&audience).await?;
        let count = u32::try_from(parties.len()).unwrap_or(u32::MAX);
        Ok((Reached::Parties(count), parties))
    }

    /// The parties in the named groups and under the named ISACs, as they are now.
    pub(super) async fn reach(&self, content: &Content) -> Result<Reach, WorldError> {
        let mut reach: BTreeMap<MatterId, BTreeSet<PartyId>> = BTreeMap::new();
        for id in &content.named.groups {
            let group = self.load::<Group>(id.cast()).await?;
            let members = group.iter().flat_map(|group| group.state.present());
            reach.insert(id.cast(), members.collect());
        }
        let passed_on = content.tlp == Tlp::Amber && !content.named.parties.is_empty();
        let parties = if passed_on {
            self.every_party().await?
        } else {
            Vec::new()
        };
        for party in parties {
            let named = |isac: &&PartyId| content.named.parties.contains(isac);
            for isac in party.under.iter().filter(named) {
                reach.entry(isac.cast()).or_default().insert(party.id);
            }
        }
        Ok(Reach(reach))
    }

    /// The parties whose people the audience admits now, whatever their accounts.
    pub async fn admitted(&self, audience: &Audience) -> Result<Vec<Party>, WorldError> {
        let now = self.now();
        let groups = self.groups().await?;
        let mut parties = self.every_party().await?;
        parties.retain(|party| audience.admits(&reader(party, None, &groups, now), now));
        Ok(parties)
    }

    async fn every_party(&self) -> Result<Vec<Party>, WorldError> {
        let mut query = ListQuery::of(Party::KIND, self.everything().await?);
        query.limit = BATCH;
        let mut parties = Vec::new();
        loop {
            let page = self.list::<Party>(&query).await?;
            parties.extend(page.rows.into_iter().map(|party| party.state));
            match page.next {
                Some(next) => query.after = Some(next),
                None => return Ok(parties),
            }
        }
    }
}
