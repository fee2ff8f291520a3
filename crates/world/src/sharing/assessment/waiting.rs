//! Assessments that wait for somebody, and how far one that was put forward has come.

use kaname_policy::Action;
use kaname_sharing::{
    Assessment, Item,
    assessment::AssessmentState::{self, InReview, Reviewed, Written},
};

use crate::{caller::Caller, error::WorldError, work::Loaded, world::World};

/// Most assessments of one state that are looked at, touched last first.
const MOST: u32 = 200;

/// Assessments that wait for a caller.
#[derive(Debug, Clone, Default)]
pub struct AssessmentsWaiting {
    /// Written by others: to be looked through.
    pub to_review: Vec<Loaded<Assessment>>,
    /// Written by the caller too: sent back for changes, or looked through and not yet put forward.
    pub own: Vec<Loaded<Assessment>>,
}

impl AssessmentsWaiting {
    /// How many there are.
    pub fn count(&self) -> usize {
        self.to_review.len() + self.own.len()
    }
}

impl World {
    /// What waits for the caller; nothing for who does not write assessments.
    pub async fn assessments_waiting(
        &self,
        caller: &Caller,
    ) -> Result<AssessmentsWaiting, WorldError> {
        let mut waiting = AssessmentsWaiting::default();
        // The second factor is asked for when something is done with one.
        for action in [Action::AssessmentRead, Action::AssessmentWrite] {
            match self.allow_any(caller, action) {
                Ok(()) | Err(WorldError::StepUp) => {}
                Err(WorldError::Denied(_)) => return Ok(waiting),
                Err(error) => return Err(error),
            }
        }
        let officer = caller.account_id()?;
        for state in [InReview, Written, Reviewed] {
            for one in self.assessments_in(caller, state).await? {
                let wrote = one.state.writers.contains(&officer);
                let sent_back = one.state.review().is_some_and(|review| !review.sound);
                match state {
                    InReview if !wrote => waiting.to_review.push(one),
                    Written if wrote && sent_back => waiting.own.push(one),
                    Reviewed if wrote => waiting.own.push(one),
                    _ => {}
                }
            }
        }
        Ok(waiting)
    }

    async fn assessments_in(
        &self,
        caller: &Caller,
        state: AssessmentState,
    ) -> Result<Vec<Loaded<Assessment>>, WorldError> {
        let states = [state];
        let found = self.assessments(caller, &states, |query| query.limit = MOST);
        Ok(found.await?.rows)
    }

    /// The item that an assessment was last put out as, where the caller may see it.
    pub async fn item_of_assessment(
        &self,
        caller: &Caller,
        assessment: &Assessment,
    ) -> Result<Option<Loaded<Item>>, WorldError> {
        match assessment.items.last() {
            Some(id) => self.see_if::<Item>(caller, *id).await,
            None => Ok(None),
        }
    }
}
