//! Work that waits in the job table: leased, tried again with growing pauses, kept as a dead letter
//! when it will not go. Any number of workers on any number of nodes share it.

use std::{collections::HashMap, sync::Arc};

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};
use kaname_store::{Job, JobOutcome, StoreError};

use crate::{error::WorldError, world::World};

/// First pause before another try; doubles each time.
const FIRST_PAUSE: SignedDuration = SignedDuration::from_secs(10);
/// Longest pause.
const LONGEST_PAUSE_S: i64 = 3_600;
/// Jobs leased at a time.
const BATCH: u32 = 16;

/// Does one kind of job.
#[async_trait]
pub trait Duty: Send + Sync {
    /// Kind of the jobs it does.
    fn kind(&self) -> &'static str;
    /// Does one. It may have been done before by a worker that died: doing it twice must do no harm.
    async fn run(&self, world: &World, job: &Job) -> Result<(), Failed>;
}

/// Why a job did not go.
#[derive(Debug, thiserror::Error)]
pub enum Failed {
    /// Worth another try.
    #[error("{0}")]
    Later(String),
    /// Never.
    #[error("{0}")]
    Never(String),
}

impl From<WorldError> for Failed {
    fn from(error: WorldError) -> Self {
        Self::Later(error.to_string())
    }
}

/// A worker over a set of duties.
pub struct Worker {
    world: Arc<World>,
    duties: HashMap<&'static str, Box<dyn Duty>>,
}

impl Worker {
    /// Does the duties given, and no other kinds.
    pub fn new(world: Arc<World>, duties: Vec<Box<dyn Duty>>) -> Self {
        let duties = duties.into_iter().map(|duty| (duty.kind(), duty)).collect();
        Self { world, duties }
    }

    /// Does what is due now; gives how many jobs were taken. Callers loop with a pause when it is none.
    pub async fn turn(&self) -> Result<usize, WorldError> {
        let kinds: Vec<&str> = self.duties.keys().copied().collect();
        let now = self.world.now();
        let lease: [u8; 16] = self.world.rng().bytes();
        let until = now + SignedDuration::from_secs(self.world.settings().job_lease_s.into());
        let jobs = self
            .world
            .store()
            .lease(&kinds, lease, now, until, BATCH)
            .await?;
        let taken = jobs.len();
        // All at once, so that a slow mail server does not eat up the leases of those behind it.
        let done = futures_util::future::join_all(jobs.iter().map(|job| self.done(job))).await;
        done.into_iter().collect::<Result<Vec<()>, _>>()?;
        Ok(taken)
    }

    async fn done(&self, job: &Job) -> Result<(), WorldError> {
        let outcome = self.outcome(job).await;
        match self.world.store().finish(job, outcome).await {
            Err(StoreError::LeaseLost(id)) => {
                tracing::warn!(job = id, kind = %job.kind, "job took longer than its lease");
                Ok(())
            }
            other => Ok(other?),
        }
    }

    async fn outcome(&self, job: &Job) -> JobOutcome {
        let Some(duty) = self.duties.get(job.kind.as_str()) else {
            let error = format!("no worker does `{}`", job.kind);
            return JobOutcome::Dead { error };
        };
        match duty.run(&self.world, job).await {
            Ok(()) => JobOutcome::Done,
            Err(Failed::Never(error)) => {
                tracing::warn!(job = job.id, kind = %job.kind, %error, "job given up");
                JobOutcome::Dead { error }
            }
            Err(Failed::Later(error)) => {
                tracing::info!(job = job.id, kind = %job.kind, attempt = job.attempt, %error, "job failed, will be tried again");
                let at = next_try(self.world.now(), job.attempt);
                JobOutcome::Retry { at, error }
            }
        }
    }
}

/// 10 s, 20 s, 40 s … at most an hour.
fn next_try(now: Timestamp, attempt: u16) -> Timestamp {
    let doubled = FIRST_PAUSE.as_secs() << u32::from(attempt.clamp(1, 12) - 1);
    now + SignedDuration::from_secs(doubled.min(LONGEST_PAUSE_S))
}
