//! Work on a document that was sent, done beside other requests: so much at once, and no longer than somebody waits.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use tokio::sync::Semaphore;

use crate::error::Failure;

/// How many documents are worked on at once; others wait.
static PLACES: Semaphore = Semaphore::const_new(2);
/// Longest that one of them is worked on.
pub(super) const LONGEST: Duration = Duration::from_secs(10);

/// Tells the work to stop when nobody waits any longer.
struct Waiting(Arc<AtomicBool>);

impl Drop for Waiting {
    fn drop(&mut self) {
        self.0.store(false, Ordering::Relaxed);
    }
}

/// Does the work; nothing when it took too long. It is told whether to go on, and holds its place until it ends.
pub(super) async fn aside<T: Send + 'static>(
    work: impl FnOnce(&dyn Fn() -> bool) -> T + Send + 'static,
) -> Result<Option<T>, Failure> {
    let place = PLACES.acquire().await.map_err(Failure::internal)?;
    let waiting = Waiting(Arc::new(AtomicBool::new(true)));
    let goes_on = Arc::clone(&waiting.0);
    let work = tokio::task::spawn_blocking(move || {
        let _place = place;
        work(&|| goes_on.load(Ordering::Relaxed))
    });
    match tokio::time::timeout(LONGEST, work).await {
        Ok(done) => done.map(Some).map_err(Failure::internal),
        Err(_) => Ok(None),
    }
}

/// The same for work whose length follows from its document: when it takes too long, the house is busy.
pub(super) async fn done_aside<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Failure> {
    aside(|_| work()).await?.ok_or(Failure::Busy)
}
