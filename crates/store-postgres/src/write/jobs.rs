//! The job table: queued, leased past what others hold, ended.

use deadpool_postgres::Transaction;
use jiff::Timestamp;
use kaname_store::{Job, JobOutcome, NewJob, StoreError};

use crate::{
    error::{Outcome, corrupt},
    form,
    open::{Context, Session},
    write::lock,
};

pub(crate) async fn queue_all(transaction: &Transaction<'_>, jobs: &[NewJob]) -> Outcome<()> {
    if jobs.iter().any(|job| job.dedup.is_some()) {
        transaction.execute(lock::TAKE, &[&lock::JOBS]).await?;
    }
    let put = "INSERT INTO jobs (kind, dedup, priority, run_us, max_attempts, payload)
               SELECT $1, $2, $3, $4, $5, $6
               WHERE $2::text IS NULL OR NOT EXISTS (
                   SELECT FROM jobs
                   WHERE kind = $1 AND dedup = $2 AND dead_us IS NULL AND lease IS NULL)";
    for job in jobs {
        let put = transaction.prepare_cached(put).await?;
        let run_us = job.run_at.as_microsecond();
        let (most, payload) = (i32::from(job.max_attempts), job.payload.to_string());
        transaction
            .execute(
                &put,
                &[
                    &job.kind,
                    &job.dedup,
                    &job.priority,
                    &run_us,
                    &most,
                    &payload,
                ],
            )
            .await?;
    }
    Ok(())
}

/// Which jobs, for whom and how long.
pub(crate) struct Lease<'a> {
    pub(crate) kinds: &'a [&'a str],
    pub(crate) lease: [u8; 16],
    pub(crate) now: Timestamp,
    pub(crate) until: Timestamp,
    pub(crate) limit: u32,
}

/// Leases due jobs, highest priority first. What another worker is just taking is passed over.
pub(crate) async fn lease(session: &Session, ask: &Lease<'_>) -> Outcome<Vec<Job>> {
    let (now_us, until_us) = (ask.now.as_microsecond(), ask.until.as_microsecond());
    // Jobs whose last permitted attempt ended without a word are dead letters.
    let bury = "UPDATE jobs SET dead_us = $1, lease = NULL, leased_us = NULL,
                    error = 'the worker stopped during the last attempt'
                WHERE dead_us IS NULL AND lease IS NOT NULL AND leased_us <= $1
                AND kind = ANY($2) AND attempt >= max_attempts";
    let bury = session.prepare_cached(bury).await?;
    session.execute(&bury, &[&now_us, &ask.kinds]).await?;
    let take = "WITH due AS (
                    SELECT id FROM jobs
                    WHERE dead_us IS NULL AND run_us <= $1 AND kind = ANY($2)
                    AND (lease IS NULL OR leased_us <= $1)
                    ORDER BY priority DESC, run_us, id LIMIT $3 FOR UPDATE SKIP LOCKED
                )
                UPDATE jobs AS j SET lease = $4, leased_us = $5, attempt = attempt + 1
                FROM due WHERE j.id = due.id
                RETURNING j.id, j.kind, j.payload, j.attempt, j.priority, j.run_us";
    let take = session.prepare_cached(take).await?;
    let (limit, lease) = (i64::from(ask.limit), ask.lease.as_slice());
    let rows = session
        .query(&take, &[&now_us, &ask.kinds, &limit, &lease, &until_us])
        .await?;
    let mut jobs = Vec::with_capacity(rows.len());
    for row in rows {
        let attempt: i32 = row.try_get(3)?;
        let job = Job {
            id: row.try_get(0)?,
            kind: row.try_get(1)?,
            payload: form::json(&row, 2, "job")?,
            attempt: u16::try_from(attempt).map_err(|e| corrupt("job attempt", e))?,
            lease: ask.lease,
            leased_until: ask.until,
        };
        let (priority, run_us): (i16, i64) = (row.try_get(4)?, row.try_get(5)?);
        jobs.push(((-i32::from(priority), run_us, job.id), job));
    }
    jobs.sort_by_key(|(place, _)| *place);
    Ok(jobs.into_iter().map(|(_, job)| job).collect())
}

/// Ends a job whose lease still stands.
pub(crate) async fn finish(
    session: &Session,
    context: &Context,
    job: &Job,
    outcome: &JobOutcome,
) -> Outcome<()> {
    let held = "id = $1 AND lease = $2 AND attempt = $3 AND dead_us IS NULL";
    let (lease, attempt) = (job.lease.as_slice(), i32::from(job.attempt));
    let now_us = context.clock.now().as_microsecond();
    let ended = match outcome {
        JobOutcome::Done => {
            let done = format!("DELETE FROM jobs WHERE {held}");
            session.execute(&done, &[&job.id, &lease, &attempt]).await?
        }
        JobOutcome::Retry { at, error } => {
            let retry = format!(
                "UPDATE jobs SET run_us = $4, error = $5, lease = NULL, leased_us = NULL,
                     dead_us = CASE WHEN attempt >= max_attempts THEN $6::bigint END
                 WHERE {held}"
            );
            let (run_us, error) = (at.as_microsecond(), form::plain(error));
            session
                .execute(
                    &retry,
                    &[&job.id, &lease, &attempt, &run_us, &error, &now_us],
                )
                .await?
        }
        JobOutcome::Dead { error } => {
            let bury = format!(
                "UPDATE jobs SET error = $4, lease = NULL, leased_us = NULL, dead_us = $5
                 WHERE {held}"
            );
            let error = form::plain(error);
            session
                .execute(&bury, &[&job.id, &lease, &attempt, &error, &now_us])
                .await?
        }
    };
    if ended == 0 {
        return Err(StoreError::LeaseLost(job.id).into());
    }
    Ok(())
}
