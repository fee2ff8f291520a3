//! What the caller's own organisation answered on items, as sightings of their attributes. What others answered is told
//! to nobody here.

use std::collections::HashMap;

use jiff::Timestamp;
use kaname_kernel::{Matter as _, MatterId};
use kaname_policy::Action;
use kaname_sharing::feedback::{Feedback, SightingKind};
use kaname_store::ListQuery;
use uuid::Uuid;

use crate::{caller::Caller, error::WorldError, world::World};

/// Answers read at a time.
const PAGE: u32 = 1_000;
/// Most answers that are told of at once.
const MOST: usize = 50_000;

/// An answer on an item that says whether it was seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OwnAnswer {
    /// The answer's own id: one, however many attributes the item has.
    pub uuid: Uuid,
    /// Seen (core format §2.9, type 0) or harmless (1).
    pub is_harmless: bool,
    /// When it was seen last; when it was said, where nobody said that.
    pub at: Timestamp,
}

impl OwnAnswer {
    /// Of a feedback; `None` for one that MISP has no word for.
    fn of(feedback: &Feedback) -> Option<Self> {
        let sighting = feedback.given.sighting?;
        let is_harmless = match sighting.kind {
            SightingKind::Seen => false,
            SightingKind::FalsePositive => true,
            SightingKind::NotSeen => return None,
        };
        Some(Self {
            uuid: feedback.id.uuid(),
            is_harmless,
            at: sighting.last.unwrap_or(feedback.at),
        })
    }
}

impl World {
    /// What the caller's organisation answered, by item: all of it, read together.
    pub async fn misp_own_answers(
        &self,
        caller: &Caller,
    ) -> Result<HashMap<MatterId, OwnAnswer>, WorldError> {
        self.allow_any(caller, Action::TaxiiRead)?;
        let mut query = ListQuery {
            owner: Some(caller.party_id()?.cast()),
            limit: PAGE,
            ..ListQuery::of(Feedback::KIND, self.readable(caller).await?)
        };
        let mut all = HashMap::new();
        loop {
            let page = self.list::<Feedback>(&query).await?;
            let rows = page.rows.iter().map(|row| &row.state);
            all.extend(rows.filter_map(|one| Some((one.item, OwnAnswer::of(one)?))));
            match page.next {
                Some(next) if all.len() < MOST => query.after = Some(next),
                _ => return Ok(all),
            }
        }
    }
}
