//! Searches that people keep: saved, changed, dropped, and what one of them has found since.

use jiff::Timestamp;
use kaname_kernel::{AccountId, Id, MatterId};
use kaname_policy::{Action, Resource};
use kaname_sharing::{
    Refused,
    find::{FoundNew, SavedSearch, Watched, change_saved, drop_saved, parse, save},
};

use super::{Outcome, Part, ReadThrough};
use crate::{caller::Caller, error::WorldError, work::Loaded, world::World};

/// Most searches of one person that are listed.
const LISTED: u32 = 200;

impl World {
    /// The caller's own searches, by their names.
    pub async fn saved_searches(
        &self,
        caller: &Caller,
    ) -> Result<Vec<Loaded<SavedSearch>>, WorldError> {
        let account = self.keeps_searches(caller)?;
        let mut query = self.query::<SavedSearch>(caller).await?;
        query.owner = Some(account.cast());
        query.states = [SavedSearch::WATCHED, SavedSearch::KEPT]
            .map(str::to_owned)
            .to_vec();
        query.limit = LISTED;
        let mut all = self.list::<SavedSearch>(&query).await?.rows;
        all.sort_by(|a, b| a.state.watched.name.cmp(&b.state.watched.name));
        Ok(all)
    }

    /// One of the caller's own searches.
    pub async fn saved_search(
        &self,
        caller: &Caller,
        id: MatterId,
    ) -> Result<Loaded<SavedSearch>, WorldError> {
        self.keeps_searches(caller)?;
        let saved = self.see::<SavedSearch>(caller, id).await?;
        match saved.state.dropped {
            true => Err(WorldError::NotFound("saved_search")),
            false => Ok(saved),
        }
    }

    /// Keeps a search for the caller.
    pub async fn save_search(
        &self,
        caller: &Caller,
        watched: Watched,
    ) -> Result<Loaded<SavedSearch>, WorldError> {
        let account = self.keeps_searches(caller)?;
        let watched = self.understood(watched)?;
        let kept = self.saved_searches(caller).await?.len();
        let change = save(account, watched, kept)?;
        let mut work = self.work(&caller.actor);
        let saved = work.begin::<SavedSearch>(Id::fresh(self.clock(), self.rng()), change)?;
        work.commit().await?;
        Ok(saved)
    }

    /// Changes one of the caller's own searches.
    pub async fn change_search(
        &self,
        caller: &Caller,
        id: MatterId,
        watched: Watched,
    ) -> Result<Loaded<SavedSearch>, WorldError> {
        let mut saved = self.saved_search(caller, id).await?;
        let change = change_saved(&saved.state, self.understood(watched)?)?;
        let mut work = self.work(&caller.actor);
        work.apply(&mut saved, [change])?;
        work.commit().await?;
        Ok(saved)
    }

    /// Drops one of the caller's own searches.
    pub async fn drop_search(&self, caller: &Caller, id: MatterId) -> Result<(), WorldError> {
        let mut saved = self.saved_search(caller, id).await?;
        let change = drop_saved(&saved.state)?;
        let mut work = self.work(&caller.actor);
        work.apply(&mut saved, [change])?;
        work.commit().await?;
        Ok(())
    }

    /// What a search finds among what came from `from` on and before `until`. What of it is not understood any
    /// more, such as the code of a party that is gone, finds nothing rather than more than was meant.
    pub(crate) async fn found_between(
        &self,
        caller: &Caller,
        query: &str,
        (from, until): (Timestamp, Timestamp),
    ) -> Result<FoundNew, WorldError> {
        self.allow_any(caller, Action::LibraryRead)?;
        let vocabulary = self.vocabulary();
        let mut search = parse(query, &vocabulary, self.now());
        let mut wanted = self
            .wanted(caller, &mut search, &vocabulary, &mut Vec::new())
            .await?;
        if !search.faults.is_empty() || search.asks_nothing() {
            return Ok(FoundNew::default());
        }
        wanted.since = wanted.since.max(Some(from));
        wanted.until = wanted.until.into_iter().chain([until]).min();
        let part = Part {
            limit: 1,
            ..Part::default()
        };
        let items = self.find_items(caller, &wanted, &part).await?;
        let objects = self.find_objects(caller, &wanted, &part, &vocabulary);
        let objects = objects.await?;
        let reports = self.find_reports(caller, &wanted, &part).await?;
        let assessments = self.find_assessments(caller, &wanted, &part).await?;
        let campaigns = self.find_campaigns(caller, &wanted, &part).await?;
        Ok(FoundNew {
            items: items.map_or(0, |found| found.total),
            objects: objects.map_or(0, |found| found.total),
            reports: how_many(reports),
            assessments: how_many(assessments),
            campaigns: how_many(campaigns),
        })
    }

    /// Whose searches the caller keeps: nobody's but the own, and a machine keeps none.
    pub fn keeps_searches(&self, caller: &Caller) -> Result<AccountId, WorldError> {
        let account = caller.account_id()?;
        let own = Resource::any("saved_search").of_account(account);
        self.allow(caller, Action::SearchKeep, &own)?;
        Ok(account)
    }

    /// The search in its canonical form, or why it is none.
    fn understood(&self, watched: Watched) -> Result<Watched, WorldError> {
        let search = parse(&watched.query, &self.vocabulary(), self.now());
        if search.asks_nothing() {
            return Err(Refused::Empty { field: "query" }.into());
        }
        if let Some(fault) = search.faults.first() {
            let place = watched.query.get(fault.span.start..fault.span.end);
            let message = format!("not understood: {}", place.unwrap_or_default());
            return Err(WorldError::invalid("query", "error-search", message));
        }
        Ok(Watched {
            query: search.canonical(),
            ..watched
        })
    }
}

fn how_many<M>(found: Option<Outcome<ReadThrough<M>>>) -> u32 {
    let found = found.and_then(Outcome::ok);
    found.map_or(0, |through| through.listed.total)
}
