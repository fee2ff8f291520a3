//! The one thread that writes. It takes what waits in the queue into one transaction, and answers
//! only after that is durable. A write that is refused by its own checks writes nothing and leaves
//! the others alone; when anything else goes wrong the transaction is undone and each write is tried
//! in one of its own, so that one bad write cannot take others with it.

use std::{
    sync::{Arc, Mutex, PoisonError},
    thread::JoinHandle,
    time::{Duration, Instant},
};

use kaname_kernel::{Clock, Rng};
use kaname_store::StoreError;
use rusqlite::Connection;
use tokio::sync::{mpsc, oneshot};

use crate::{
    error::{Fault, Outcome, away, database},
    head::Head,
    watch::Watch,
};

/// Longest wait, in all, for the clock to pass the last `date_added` given.
const LONGEST_WAIT: Duration = Duration::from_millis(500);

/// Longest wait for callers that were just answered to come back with their next write.
const LONGEST_GATHERING: Duration = Duration::from_millis(2);

/// What a write works with inside the transaction.
pub(crate) struct Writing<'a> {
    pub(crate) connection: &'a Connection,
    pub(crate) head: &'a mut Head,
    pub(crate) clock: &'a dyn Clock,
    pub(crate) rng: &'a dyn Rng,
    /// Set when the write-ahead log must be emptied after commit, because keys were destroyed.
    pub(crate) wipe_log: &'a mut bool,
}

/// A write waiting for its turn.
trait Task: Send {
    /// Tries it; whether the transaction may go on.
    fn run(&mut self, writing: &mut Writing<'_>) -> Result<(), ()>;
    /// The transaction did not become durable.
    fn undone(&mut self, failure: &Failure);
    /// Sends the answer.
    fn answer(self: Box<Self>);
}

struct Typed<T, F> {
    doing: &'static str,
    work: F,
    answer: Option<Result<T, StoreError>>,
    reply: oneshot::Sender<Result<T, StoreError>>,
}

impl<T, F> Task for Typed<T, F>
where
    T: Send,
    F: FnMut(&mut Writing<'_>) -> Outcome<T> + Send,
{
    fn run(&mut self, writing: &mut Writing<'_>) -> Result<(), ()> {
        match (self.work)(writing) {
            Ok(answer) => {
                self.answer = Some(Ok(answer));
                Ok(())
            }
            Err(fault) => {
                let spoils = fault.spoils();
                self.answer = Some(Err(fault.doing(self.doing)));
                if spoils { Err(()) } else { Ok(()) }
            }
        }
    }

    fn undone(&mut self, failure: &Failure) {
        // A refusal, or a failure of its own, says more than that the commit failed.
        if !matches!(self.answer, Some(Err(_))) {
            let why = failure.why.as_str();
            self.answer = Some(Err(if failure.away {
                StoreError::unavailable(self.doing, why, false)
            } else {
                database(self.doing, why)
            }));
        }
    }

    fn answer(self: Box<Self>) {
        let never = || Err(database(self.doing, "it was not tried"));
        // Whoever asked may have gone away; what is durable stays so.
        let _ = self.reply.send(self.answer.unwrap_or_else(never));
    }
}

/// The way to the writer.
pub(crate) struct Writer {
    queue: Mutex<Option<mpsc::Sender<Box<dyn Task>>>>,
    thread: Mutex<Option<JoinHandle<()>>>,
    watch: Arc<Watch>,
}

impl Writer {
    /// Starts the thread on its own connection.
    pub(crate) fn start(
        connection: Connection,
        queue: usize,
        batch: usize,
        clock: Arc<dyn Clock>,
        rng: Arc<dyn Rng>,
        watch: Arc<Watch>,
    ) -> Result<Self, StoreError> {
        let (sender, receiver) = mpsc::channel(queue.max(1));
        let mut desk = Desk {
            connection,
            head: None,
            seen: 0,
            clock,
            rng,
            watch: Arc::clone(&watch),
        };
        let thread = std::thread::Builder::new().name("store-writer".to_owned());
        let thread = thread.spawn(move || desk.work(receiver, batch.max(1)));
        let thread = thread.map_err(|e| database("starting the writer", e))?;
        Ok(Self {
            queue: Mutex::new(Some(sender)),
            thread: Mutex::new(Some(thread)),
            watch,
        })
    }

    /// Puts a write into the next transaction and waits until it is durable. The write may be tried
    /// more than once; what it changed in between was undone.
    pub(crate) async fn write<T, F>(&self, doing: &'static str, work: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnMut(&mut Writing<'_>) -> Outcome<T> + Send + 'static,
    {
        let queue = self
            .queue
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        let queue = queue.ok_or_else(|| database(doing, "the store is closed"))?;
        let (reply, answer) = oneshot::channel();
        let task = Typed {
            doing,
            work,
            answer: None,
            reply,
        };
        let gone = |_| database(doing, "the store's writer has stopped");
        queue.send(Box::new(task)).await.map_err(gone)?;
        drop(queue);
        let stopped = |_| database(doing, "the store's writer has stopped");
        let answer = answer.await.map_err(stopped)?;
        match &answer {
            Err(error) => self.watch.failed(error, true),
            Ok(_) => self.watch.written(),
        }
        answer
    }

    /// Lets the writer finish what waits, then ends it.
    pub(crate) fn stop(&self) -> Option<JoinHandle<()>> {
        drop(
            self.queue
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .take(),
        );
        self.thread
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take()
    }
}

struct Desk {
    connection: Connection,
    /// `None` when it must be read again.
    head: Option<Head>,
    /// SQLite's count of other connections' commits, as of `head`.
    seen: i64,
    clock: Arc<dyn Clock>,
    rng: Arc<dyn Rng>,
    watch: Arc<Watch>,
}

impl Desk {
    fn work(&mut self, mut queue: mpsc::Receiver<Box<dyn Task>>, most: usize) {
        let mut pace = Pace::default();
        while let Some(first) = queue.blocking_recv() {
            let batch = gather(first, &mut queue, most, pace);
            pace = self.turn(batch, &queue);
        }
        if let Err(error) = wipe_log(&self.connection) {
            tracing::warn!(%error, "the write-ahead log could not be emptied at closing");
        }
    }

    /// Carries out one group and answers it.
    #[expect(
        clippy::disallowed_methods,
        reason = "how long a commit took is no business of the world's clock"
    )]
    fn turn(
        &mut self,
        mut batch: Vec<Box<dyn Task>>,
        queue: &mpsc::Receiver<Box<dyn Task>>,
    ) -> Pace {
        let begin = Instant::now();
        self.carry_out(&mut batch);
        let pace = Pace {
            callers: batch.len() + queue.len(),
            patience: (begin.elapsed() / 2).min(LONGEST_GATHERING),
        };
        batch.into_iter().for_each(Task::answer);
        pace
    }

    fn carry_out(&mut self, batch: &mut [Box<dyn Task>]) {
        let Err(failure) = self.attempt(batch) else {
            return;
        };
        // A lock that is not given or a disk that is full fails each of them as well: trying them
        // one after another would only make all wait longer.
        if batch.len() == 1 || !failure.of_a_task {
            batch.iter_mut().for_each(|task| task.undone(&failure));
            return;
        }
        tracing::debug!(
            writes = batch.len(),
            "a transaction failed; each write is tried alone"
        );
        let mut stopped: Option<Failure> = None;
        for task in batch {
            if let Some(failure) = &stopped {
                task.undone(failure);
            } else if let Err(failure) = self.attempt(std::slice::from_mut(task)) {
                task.undone(&failure);
                stopped = (!failure.of_a_task).then_some(failure);
            }
        }
    }

    /// One transaction; on error nothing of it remains.
    fn attempt(&mut self, batch: &mut [Box<dyn Task>]) -> Result<(), Failure> {
        let wipe = self.transaction(batch);
        if wipe.is_err() {
            self.head = None;
            if !self.connection.is_autocommit()
                && let Err(error) = self.connection.execute_batch("ROLLBACK")
            {
                tracing::error!(%error, "a failed transaction could not be rolled back");
            }
        }
        if wipe? && let Err(error) = wipe_log(&self.connection) {
            tracing::warn!(%error, "the write-ahead log could not be emptied after redaction");
        }
        Ok(())
    }

    /// Gives whether keys were destroyed.
    fn transaction(&mut self, batch: &mut [Box<dyn Task>]) -> Result<bool, Failure> {
        let mut head = self.begin()?;
        let added_before = head.last_added_us;
        let mut wipe_log = false;
        let mut writing = Writing {
            connection: &self.connection,
            head: &mut head,
            clock: &*self.clock,
            rng: &*self.rng,
            wipe_log: &mut wipe_log,
        };
        for task in batch {
            if task.run(&mut writing).is_err() {
                return Err(Failure {
                    why: "a write of the group failed".to_owned(),
                    of_a_task: true,
                    away: false,
                });
            }
        }
        head.settle(&self.connection)?;
        if head.last_added_us != added_before {
            wait_until(&*self.clock, head.last_added_us);
        }
        // Nothing is acknowledged that is written into a file which nobody will find.
        if let Some(why) = self.watch.gone() {
            return Err(Failure {
                why,
                of_a_task: false,
                away: true,
            });
        }
        self.connection
            .prepare_cached("COMMIT")
            .and_then(|mut commit| commit.execute([]))
            .map_err(Fault::Sql)?;
        self.head = Some(head);
        Ok(wipe_log)
    }

    /// Takes the write lock; what is in memory is read again when another process wrote meanwhile.
    fn begin(&mut self) -> Outcome<Head> {
        self.connection
            .prepare_cached("BEGIN IMMEDIATE")?
            .execute([])?;
        let seen = self
            .connection
            .prepare_cached("PRAGMA data_version")?
            .query_row([], |row| row.get(0))?;
        match self.head.take() {
            Some(head) if seen == self.seen => Ok(head),
            _ => {
                self.seen = seen;
                Head::load(&self.connection)
            }
        }
    }
}

/// What the last group taught about those who write now.
#[derive(Debug, Clone, Copy, Default)]
struct Pace {
    /// Callers seen: those in the group, and those who waited when it ended.
    callers: usize,
    /// How long it pays to wait for them: half of what the group took.
    patience: Duration,
}

/// Takes what waits. Making a group durable costs the same for one write and for many, so callers who
/// were answered a moment ago are given the time to come back; whoever writes alone never waits.
#[expect(
    clippy::disallowed_methods,
    reason = "how long to wait is no business of the world's clock"
)]
fn gather(
    first: Box<dyn Task>,
    queue: &mut mpsc::Receiver<Box<dyn Task>>,
    most: usize,
    pace: Pace,
) -> Vec<Box<dyn Task>> {
    let begin = Instant::now();
    let mut batch = vec![first];
    while batch.len() < most {
        match queue.try_recv() {
            Ok(next) => batch.push(next),
            Err(_) if batch.len() >= pace.callers || begin.elapsed() >= pace.patience => break,
            Err(_) => std::thread::yield_now(),
        }
    }
    batch
}

/// Why a transaction did not become durable.
struct Failure {
    why: String,
    /// Whether one write is to blame, and not the database or the disk.
    of_a_task: bool,
    /// Whether the disk is full, or the like, and the database is sound.
    away: bool,
}

impl From<Fault> for Failure {
    fn from(fault: Fault) -> Self {
        let (why, away) = match fault {
            Fault::Sql(error) => (error.to_string(), away(&error)),
            Fault::Store(error) => (error.to_string(), false),
        };
        Self {
            why,
            of_a_task: false,
            away,
        }
    }
}

/// Moves the log into the database file and cuts it to nothing.
fn wipe_log(connection: &Connection) -> rusqlite::Result<()> {
    connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))
}

/// A `date_added` is never in the future: waits until the clock has passed it. A clock that stands
/// still (or was set back far) is not waited for; order and uniqueness hold all the same.
fn wait_until(clock: &dyn Clock, last_us: i64) {
    let mut waited = Duration::ZERO;
    while waited < LONGEST_WAIT {
        let now_us = clock.now().as_microsecond();
        let ahead = u64::try_from(last_us - now_us).unwrap_or(0);
        if ahead == 0 {
            return;
        }
        let pause = Duration::from_micros(ahead).min(LONGEST_WAIT - waited);
        std::thread::sleep(pause);
        waited += pause;
        if clock.now().as_microsecond() == now_us {
            return;
        }
    }
}
