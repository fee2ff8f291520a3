//! Watches for a server that is away and the like: tells it in the log, seldom, with the schema and what
//! to do, and remembers whether writing works.

use std::time::{Duration, Instant};

use kaname_store::{StoreError, Trouble, Writing, trouble::told};

use crate::error::{Fault, away};

/// What takes longer than this is told, and told again while it lasts.
const PATIENCE: Duration = Duration::from_secs(5);

/// What became of the last questions and writes.
#[derive(Debug)]
pub(crate) struct Watch {
    place: String,
    trouble: Trouble,
}

impl Watch {
    pub(crate) fn over(place: String) -> Self {
        let trouble = Trouble::default();
        Self { place, trouble }
    }

    /// Does something that a server which hangs, rather than fails, would never end: says so meanwhile.
    pub(crate) async fn patient<T>(
        &self,
        doing: &'static str,
        writes: bool,
        work: impl Future<Output = T>,
    ) -> T {
        let mut work = std::pin::pin!(work);
        let begin = now();
        loop {
            match tokio::time::timeout(PATIENCE, &mut work).await {
                Ok(done) => return done,
                Err(_) => self.waits(doing, writes, begin),
            }
        }
    }

    fn waits(&self, doing: &'static str, writes: bool, begin: Instant) {
        let now = now();
        let waited_s = now.duration_since(begin).as_secs();
        if writes {
            let cause = format!("{doing}: no answer for {waited_s} s");
            self.trouble.write_failed(now, &cause);
        }
        if self.trouble.worth_telling(now, "no answer") {
            tracing::error!(
                store = self.place,
                doing,
                waited_s,
                hint = "does the database server hang, does someone hold a lock on its tables, is a \
                        synchronous standby away?",
                "the store does not answer"
            );
        }
    }

    /// A question or a write failed.
    pub(crate) fn failed(&self, error: &StoreError) {
        let StoreError::Unavailable { doing, source, .. } = error else {
            return;
        };
        let cause = told(source.as_ref());
        if self.trouble.worth_telling(now(), &cause) {
            tracing::error!(
                store = self.place,
                doing,
                cause,
                hint =
                    "does the database server run, can it be reached, is there room on its disk?",
                "the store cannot be used now"
            );
        }
    }

    /// A write was tried with this outcome.
    pub(crate) fn wrote(&self, error: Option<&StoreError>) {
        match error {
            None => {
                if self.trouble.written() {
                    tracing::info!(store = self.place, "the store can be written again");
                }
            }
            Some(StoreError::Unavailable { source, .. }) => {
                self.trouble.write_failed(now(), &told(source.as_ref()));
            }
            Some(_) => {}
        }
    }

    /// A change failed.
    pub(crate) fn write_failed(&self, fault: &Fault) {
        match fault {
            Fault::Sql(error) if away(error) => self.trouble.write_failed(now(), &told(error)),
            Fault::Lost(error) => self.trouble.write_failed(now(), &told(error)),
            Fault::Sql(_) => {}
            Fault::Store(error) => self.wrote(Some(error)),
        }
    }

    /// A question was answered.
    pub(crate) fn answered(&self) {
        self.trouble.answered();
    }

    /// Whether writing works.
    pub(crate) fn writing(&self) -> Writing {
        self.trouble.writing(now())
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "how often a failure is told is no business of the world's clock"
)]
fn now() -> Instant {
    Instant::now()
}
