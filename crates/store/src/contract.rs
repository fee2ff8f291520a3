//! The contract suite: one function per promise, run against every adapter. A failed promise panics
//! with its name on the way.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a suite of tests: a broken promise must stop the test"
)]

use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

use jiff::Timestamp;
use kaname_kernel::{Clock, Rng, SeededRng};

use crate::port::Store;

mod anew;
mod bench;
mod find;
mod jobs;
mod keep;
mod ledger;
mod lists;
mod made_up;
mod many;
mod objects;
mod placed;
mod race;
mod records;
mod refs;
mod shred;

use bench::Bench;
pub use made_up::{beginning, verify};

/// A clock that moves a little each time it is asked, and further when told.
#[derive(Debug)]
pub struct Ticking(AtomicI64);

impl Ticking {
    /// Starts at `at`.
    pub fn at(at: Timestamp) -> Self {
        Self(AtomicI64::new(at.as_microsecond()))
    }
}

impl Clock for Ticking {
    fn now(&self) -> Timestamp {
        // 40 µs a look: time for one object at the widest gap.
        let now = self.0.fetch_add(40, Ordering::SeqCst);
        Timestamp::from_microsecond(now).unwrap()
    }
}

/// Runs every check, each on a fresh store that `make` gives under this clock and randomness.
pub async fn run<S, F>(make: impl Fn(Arc<dyn Clock>, Arc<dyn Rng>) -> F)
where
    S: Store + 'static,
    F: Future<Output = S>,
{
    let mut seed = 0;
    let mut fresh = async |name: &str| {
        seed += 1;
        announce(name);
        let clock: Arc<dyn Clock> = Arc::new(Ticking::at("2026-04-01T00:00:00Z".parse().unwrap()));
        let rng: Arc<dyn Rng> = Arc::new(SeededRng::new(seed));
        let store = make(Arc::clone(&clock), Arc::clone(&rng)).await;
        Bench::new(Arc::new(store), clock, seed)
    };
    ledger::numbers_events_and_keeps_them(fresh("numbers events").await).await;
    ledger::refuses_a_stale_version_and_writes_nothing(fresh("stale version").await).await;
    ledger::keeps_what_stands_on_what_has_not_moved(fresh("stands on").await).await;
    ledger::refuses_changes_that_contradict_themselves(fresh("malformed").await).await;
    ledger::tree_over_the_leaves_is_the_kernels(fresh("tree").await).await;
    ledger::keeps_checkpoints(fresh("checkpoints").await).await;
    ledger::answers_a_repeated_request_once_more(fresh("repeated").await).await;
    race::one_of_many_wins_a_version(fresh("one version").await).await;
    race::bad_commits_leave_good_ones_alone(fresh("group isolation").await).await;
    race::many_writers_keep_one_order(fresh("one order").await).await;
    records::come_back_as_they_were_written(fresh("records").await).await;
    records::unique_keys_lead_to_one_matter(fresh("unique keys").await).await;
    records::replace_their_search_text_and_postings(fresh("replaced").await).await;
    records::audiences_are_interned_and_epochs_counted(fresh("audiences").await).await;
    records::rebuild_gives_the_same_digest(fresh("rebuild").await).await;
    lists::agree_with_brute_force(fresh("lists").await).await;
    lists::count_exactly_to_ten_thousand(fresh("counts").await).await;
    objects::are_added_in_strictly_rising_order(fresh("date added").await).await;
    objects::agree_with_brute_force(fresh("objects").await).await;
    objects::agree_among_much_that_is_hidden(fresh("hidden objects").await).await;
    objects::are_paged_through_however_many_audiences(fresh("many audiences").await).await;
    objects::count_exactly_to_ten_thousand(fresh("object counts").await).await;
    objects::are_withdrawn_and_enter_again(fresh("withdrawn").await).await;
    placed::are_withdrawn_version_by_version(fresh("withdrawn versions").await).await;
    placed::are_withdrawn_by_who_brought_them(fresh("withdrawn by source").await).await;
    placed::keep_the_moments_they_come_with(fresh("moments kept").await).await;
    many::become_durable_together(fresh("many changes").await).await;
    many::leave_nothing_when_one_is_refused(fresh("many refused").await).await;
    placed::stand_beside_those_of_others(fresh("originators").await).await;
    refs::are_found_by_what_they_refer_to(fresh("references").await).await;
    anew::objects_are_written_anew_or_stay(fresh("objects anew").await).await;
    find::agrees_with_brute_force(fresh("searches").await).await;
    find::carriers_are_counted_as_they_are_seen(fresh("carriers").await).await;
    find::values_are_given_by_their_beginning(fresh("values").await).await;
    find::lists_take_words_and_more(fresh("lists by words").await).await;
    find::a_hot_value_is_counted_exactly(fresh("hot value").await).await;
    jobs::are_leased_by_priority_once(fresh("leases").await).await;
    jobs::are_taken_over_and_buried(fresh("takeover").await).await;
    jobs::wait_once_under_one_key(fresh("dedup").await).await;
    keep::short_lived_values_expire(fresh("short-lived values").await).await;
    keep::values_are_taken_and_counted_once(fresh("taken once").await).await;
    keep::attachments_and_sealed_links_come_back(fresh("attachments").await).await;
    keep::notices_follow_their_commits(fresh("notices").await).await;
    shred::destroys_keys_and_words(fresh("shred").await).await;
}

/// Shown by the test harness when a check fails.
fn announce(name: &str) {
    eprintln!("contract: {name}");
}
