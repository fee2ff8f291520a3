//! How many things wait in each section, for the numbers in the side navigation.

use kaname_kernel::Role;
use kaname_sharing::{ItemState, ReportState};
use kaname_store::ListQuery;
use kaname_world::{Caller, World, WorldError};

use crate::{frame::Section, text::Count};

/// Lists count exactly up to here.
const LIMIT: u64 = 10_000;

/// What waits for the caller, by section; sections where nothing can wait are left out.
///
/// # Errors
/// When the store can't be asked.
pub(crate) async fn waiting(
    world: &World,
    caller: &Caller,
) -> Result<Vec<(Section, Count)>, WorldError> {
    let mut found = Vec::new();
    let mut add = |section, total: u32| found.push((section, Count::capped(total.into(), LIMIT)));
    if caller.has(Role::Analyst) {
        let new = |query: &mut ListQuery| only(query, &[ReportState::Submitted.as_str()]);
        add(Section::Triage, world.triage_list(caller, new).await?.total);
    }
    let mut states = Vec::new();
    if caller.has(Role::Releaser) {
        states.push(ItemState::AwaitingRelease.as_str());
    }
    if caller.has(Role::Analyst) {
        let own = [
            ItemState::Derived,
            ItemState::ChangesProposed,
            // Consented to, and not handed over: there is something to look at first.
            ItemState::Consented,
            ItemState::Refused,
        ];
        states.extend(own.map(ItemState::as_str));
    }
    if !states.is_empty() {
        let desk = world
            .desk_items(caller, |query| only(query, &states))
            .await?;
        let again = match world.reviews_waiting(caller).await {
            Ok(count) => u32::try_from(count).unwrap_or(u32::MAX),
            // Acting for a party without that power.
            Err(WorldError::Denied(_)) => 0,
            Err(error) => return Err(error),
        };
        let assessments = world.assessments_waiting(caller).await?.count();
        let again = again.saturating_add(u32::try_from(assessments).unwrap_or(u32::MAX));
        add(Section::Desk, desk.total.saturating_add(again));
    }
    if caller.has(Role::Provider) {
        add(Section::Submissions, world.own_waiting(caller).await?);
    }
    if caller.has(Role::Member) {
        let (shown, new) = match world.shown_count(caller).await {
            Ok(counts) => counts,
            // Acting for a party without that power.
            Err(WorldError::Denied(_)) => (0, 0),
            Err(error) => return Err(error),
        };
        if shown > 0 {
            add(Section::Records, u32::try_from(new).unwrap_or(u32::MAX));
        }
    }
    Ok(found)
}

fn only(query: &mut ListQuery, states: &[&str]) {
    query.states = states.iter().map(|state| (*state).to_owned()).collect();
    query.limit = 1;
}
