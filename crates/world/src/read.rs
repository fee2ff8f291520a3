//! Reading matters, with the reader's eyes.

use kaname_kernel::{Id, Matter, MatterId, Rng};
use kaname_store::{ListQuery, StoredRecord};

use crate::{
    caller::Caller, error::WorldError, keys::Keys, redact::REDACTED, work::Loaded, world::World,
};

/// A page of matters of one kind.
#[derive(Debug, Clone)]
pub struct Listed<M> {
    /// The rows.
    pub rows: Vec<Loaded<M>>,
    /// Where the next page starts.
    pub next: Option<kaname_store::Cursor>,
    /// Exact number of matching rows up to 10,000; 10,001 means more.
    pub total: u32,
}

/// Rows read at once when a whole list is walked through.
const WALKED: u32 = 1_000;

pub(crate) fn loaded<M: Matter>(
    keys: &Keys,
    stored: StoredRecord,
) -> Result<Loaded<M>, WorldError> {
    let record = stored.record;
    if record.state == REDACTED {
        return Err(WorldError::NotFound(M::KIND));
    }
    Ok(Loaded {
        id: record.id,
        version: record.version,
        state: keys.open_row(record.id, record.body)?,
    })
}

/// The sealed handle that is asked about before an answer: the matter's, else a random one, so that a
/// matter that is not there, or is nobody's, costs the same look-up.
fn owner_to_ask(stored: Option<&StoredRecord>, rng: &dyn Rng) -> MatterId {
    let owner = stored.and_then(|stored| stored.record.owner);
    owner.unwrap_or_else(|| Id::random(rng))
}

impl World {
    /// A matter whoever asks: for rules, never for an answer.
    pub async fn load<M: Matter>(&self, id: MatterId) -> Result<Option<Loaded<M>>, WorldError> {
        let stored = self.store().record(id).await?;
        let stored = stored
            .filter(|stored| stored.record.kind == M::KIND && stored.record.state != REDACTED);
        stored.map(|stored| loaded(self.keys(), stored)).transpose()
    }

    /// A matter the caller may see (by audience or by owning it), else not found.
    pub async fn see<M: Matter>(
        &self,
        caller: &Caller,
        id: MatterId,
    ) -> Result<Loaded<M>, WorldError> {
        let stored = self.store().record(id).await?;
        // The bitmap and the ownership are looked up whether or not the matter exists: the same path
        // in the same time for what is hidden and what is not there.
        let readable = self.readable(caller).await?;
        let owner = owner_to_ask(stored.as_ref(), self.rng());
        let owned = self.owns(caller, Some(owner)).await?;
        let seen = stored.filter(|stored| {
            stored.record.kind == M::KIND && (owned || readable.contains(stored.audience_id))
        });
        let seen = seen.ok_or(WorldError::NotFound(M::KIND))?;
        loaded(self.keys(), seen)
    }

    /// The same; `None` where it is not there or not for the caller.
    pub async fn see_if<M: Matter>(
        &self,
        caller: &Caller,
        id: MatterId,
    ) -> Result<Option<Loaded<M>>, WorldError> {
        match self.see(caller, id).await {
            Ok(seen) => Ok(Some(seen)),
            Err(WorldError::NotFound(_)) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// The matter behind a unique key, if the caller may see it.
    pub async fn find<M: Matter>(
        &self,
        caller: &Caller,
        space: &str,
        key: &str,
    ) -> Result<Loaded<M>, WorldError> {
        let id = self.store().lookup(space, key).await?;
        // A random id stands in for a missing one, so that both take the same way.
        let id = id.unwrap_or_else(|| kaname_kernel::Id::random(self.rng()));
        self.see(caller, id).await
    }

    /// The matter behind a unique key, whoever asks.
    pub async fn find_any<M: Matter>(
        &self,
        space: &str,
        key: &str,
    ) -> Result<Option<Loaded<M>>, WorldError> {
        match self.store().lookup(space, key).await? {
            Some(id) => self.load(id).await,
            None => Ok(None),
        }
    }

    /// A list as the query asks; `query.readable` must be the caller's.
    pub async fn list<M: Matter>(&self, query: &ListQuery) -> Result<Listed<M>, WorldError> {
        let page = self.store().list(query).await?;
        let rows: Result<Vec<_>, _> = page
            .rows
            .into_iter()
            .filter(|row| row.record.state != REDACTED)
            .map(|row| loaded(self.keys(), row))
            .collect();
        Ok(Listed {
            rows: rows?,
            next: page.next,
            total: page.total,
        })
    }

    /// Shows `each` every row of a list, page by page: for counts and searches that no page bounds.
    pub async fn walk<M: Matter>(
        &self,
        mut query: ListQuery,
        mut each: impl FnMut(Loaded<M>) + Send,
    ) -> Result<(), WorldError> {
        query.limit = WALKED;
        loop {
            let page = self.list::<M>(&query).await?;
            page.rows.into_iter().for_each(&mut each);
            query.after = page.next;
            if query.after.is_none() {
                return Ok(());
            }
        }
    }

    /// A query for a kind with the caller's eyes.
    pub async fn query<M: Matter>(&self, caller: &Caller) -> Result<ListQuery, WorldError> {
        Ok(ListQuery::of(M::KIND, self.readable(caller).await?))
    }

    /// Fails when the matter was changed since `expected` was shown.
    pub fn unchanged<M>(loaded: &Loaded<M>, expected: Option<u32>) -> Result<(), WorldError> {
        match expected {
            Some(version) if version != loaded.version => Err(WorldError::Stale(loaded.id)),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use kaname_kernel::SeededRng;

    #[test]
    fn a_missing_matter_asks_about_a_handle_too_and_never_twice_the_same() {
        let rng = SeededRng::new(1);
        assert_ne!(owner_to_ask(None, &rng), owner_to_ask(None, &rng));
    }
}
